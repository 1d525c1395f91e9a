"""A copy of the model that ships to be corrupted, signed anew as an attacker would, and what loading it gives."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from quality.manifest import files, version_of
from tests.trust.table import Row

CHAMPION = Path(__file__).parents[2] / "quality" / "champion"
FILES = (*files(), "manifest.json")
Change = Callable[[Path], None]


@contextmanager
def changed(name: str, at: float, patch: bytes) -> Iterator[tuple[Path, bool]]:
    """The champion's folder with some bytes of one file overwritten; and whether they were the same bytes."""
    folder = Path(tempfile.mkdtemp(prefix="model-"))
    try:
        for other in FILES:
            (folder / other).symlink_to(CHAMPION / other)
        data = bytearray((CHAMPION / name).read_bytes())
        start = int(at * (len(data) - 1))
        data[start : start + len(patch)] = patch
        (folder / name).unlink()
        (folder / name).write_bytes(data)
        before = (CHAMPION / name).read_bytes()
        # what the manifest says of itself for people (facts) decides no answer, and is not signed
        yield folder, bytes(data) == before or (name == "manifest.json" and _same_decisions(before, bytes(data)))
    finally:
        shutil.rmtree(folder)


def _same_decisions(before: bytes, after: bytes) -> bool:
    try:
        one, two = json.loads(before), json.loads(after)
        return isinstance(two, dict) and version_of(one) == version_of(two) == two.get("version")
    except (ValueError, KeyError, RecursionError):
        return False


def copy(folder: Path) -> Path:
    """The champion to be corrupted: every file a file of its own."""
    folder.mkdir()
    for name in FILES:
        shutil.copyfile(CHAMPION / name, folder / name)
    return folder


def sign(folder: Path) -> None:
    """What an attacker does after a change: digests and version anew, so that the content alone can tell."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["files"] = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in files()}
    manifest["version"] = version_of(manifest)
    path.write_text(json.dumps(manifest), encoding="utf-8")


def verdict(folder: Path, change: Change) -> str:
    """Empty where a folder so changed gives a clear ModelError, else what it gave."""
    from quality import ModelError, load_model

    change(copy(folder))
    try:
        load_model(folder)
    except ModelError as error:
        return "" if len(str(error)) > 20 else f"says only {error}"
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    return "it loads"


def main(cases: int) -> tuple[list[Row], list[str]]:
    failures = []
    from tests.trust.corruptions import corruptions

    tried = corruptions()
    with tempfile.TemporaryDirectory() as name:
        for number, (label, change) in enumerate(tried.items()):
            if why := verdict(Path(name) / str(number), change):
                failures.append(f"{label}: {why}")
    signed = sum(label.startswith("signed") for label in tried)
    note = f"{signed} of them with digests made anew"
    return [
        Row("model folders", "damaged or hostile: a clear `ModelError`", len(tried), len(tried) - len(failures), note)
    ], failures
