"""What `pip install feed-quality` brings to a disk: this package, and all it needs."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

_LARGEST = 4


def install() -> dict[str, Any]:
    """Megabytes on disk of our own packages and of everything they need, extras left out, whatever else is installed here."""
    root = Path(__file__).resolve().parents[1]
    own = sum(_size(p) for folder in ("quality", "features") for p in (root / folder).rglob("*") if p.suffix != ".pyc")
    others = {name: _of(found) for name, found in _needed("feed-quality").items() if name != "feed-quality"}
    largest = sorted(others, key=lambda name: -others[name])[:_LARGEST]
    return {
        "total_mb": round((own + sum(others.values())) / 1e6, 1),
        "own_mb": round(own / 1e6, 1),
        "largest_mb": {name: round(others[name] / 1e6, 1) for name in largest},
        "distributions": len(others),
    }


def _needed(name: str) -> dict[str, Distribution]:
    """The distribution and all it requires here, by name."""
    found: dict[str, Distribution] = {}
    waiting = [name]
    while waiting:
        one = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        try:
            found[one] = distribution(one)
        except PackageNotFoundError:  # for another system or an older Python
            continue
        for line in found[one].requires or []:
            required = re.match(r"[\w.-]+", line)
            if required and "extra ==" not in line and re.sub(r"[-_.]+", "-", required[0]).lower() not in found:
                waiting.append(required[0])
    return found


def _of(found: Distribution) -> int:
    return sum(_size(Path(str(file.locate()))) for file in found.files or [])


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
