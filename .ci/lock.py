"""Write .ci/constraints.txt and .ci/licences.md from the environment this runs in: all that `.[dev]` brings, and nothing else.

python3 -m venv new && new/bin/pip install '.[dev]' && new/bin/python .ci/lock.py
"""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

HERE = Path(__file__).parent
HEADER = "# The newest versions at the time of writing, for runs that can be repeated; written by .ci/lock.py\n"


def canonical(name: str) -> str:
    return re.sub("[-_.]+", "-", name).lower()


def closure() -> dict[str, Distribution]:
    """What the project and its `dev` extra need, and what that needs, as far as it is installed."""
    project = tomllib.loads((HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [Requirement(r) for r in [*project["dependencies"], *(r for extra in extras.values() for r in extra)]]
    found: dict[str, Distribution] = {}
    seen: set[str] = set()
    while wanted:
        one = wanted.pop()
        key = f"{canonical(one.name)}{sorted(one.extras)}"
        if key in seen or canonical(one.name) == project["name"]:
            continue
        seen.add(key)
        try:
            found[canonical(one.name)] = known = distribution(one.name)
        except PackageNotFoundError:
            continue  # of another platform
        for line in known.requires or ():
            needed = Requirement(line)
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in one.extras | {""}):
                wanted.append(needed)
    return dict(sorted(found.items()))


def licence(one: Distribution) -> str:
    """What a distribution says of its licence: the expression, else the classifiers, else how its text begins."""
    about = one.metadata
    if about.get("License-Expression"):
        return str(about["License-Expression"])
    named = [c.rpartition(" :: ")[2] for c in about.get_all("Classifier") or () if c.startswith("License :: ")]
    specific = [n for n in named if n != "OSI Approved"]
    return ", ".join(specific) or (about.get("License") or _first_line(one) or "not said").strip().split("\n")[0][:60]


def _first_line(one: Distribution) -> str:
    texts = [file for file in one.files or () if file.name.upper().startswith(("LICENSE", "LICENCE", "COPYING"))]
    return (texts[0].read_text().strip() if texts else "").split("\n")[0]


def main() -> None:
    found = closure()
    pins = "".join(f"{name}=={one.version}\n" for name, one in found.items())
    (HERE / "constraints.txt").write_text(HEADER + pins, encoding="utf-8")
    rows = "".join(f"| {name} | {one.version} | {licence(one).replace('|', '/')} |\n" for name, one in found.items())
    (HERE / "licences.md").write_text(
        "# Licences of all dependencies\n\nAs each says of itself; written by `.ci/lock.py`. None is part of this repository.\n\n"
        f"| package | version | licence |\n|---|---|---|\n{rows}",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
