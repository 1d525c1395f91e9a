"""The unfinished output of a batch, beside its target: a folder with the rows written so far, and a journal of them.

A block's rows, its rejects and then its line in the journal are each brought to the disk before the next block: whatever
kills the process, the last whole line says how far every file is good, and the rest is cut off. The folder is locked
while a process works in it, and moved into place in one step when all is done.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from quality.errors import DataError
from quality.files import Form

MERGED_ROWS = 2_000_000  # Parquet output of more rows is a folder of part files, each of no more than this


class Journal:
    """The work folder of one target.

    Parameters
    ----------
    target : Path
        Where the output will stand.
    job : mapping
        What the output depends on: input files and their sizes, model, policy, options. A run can only be taken up again
        with the same.
    """

    def __init__(self, target: Path, job: Mapping[str, Any]) -> None:
        self.target = target.resolve()
        self.folder = self.target.with_name(f".{self.target.name}.partial")
        self.job = json.loads(json.dumps(job))
        self.blocks: list[dict[str, Any]] = []  # what the journal says of each block written
        self.finished = False  # all is written, and only has to be moved into place
        self._lock = self._locked()
        self._open: dict[str, Any] = {}

    def _locked(self) -> IO[bytes]:
        """The folder's lock, held until the process ends, however it ends."""
        try:
            import fcntl
        except ImportError:  # Windows: no lock
            fcntl = None  # type: ignore[assignment]
        while True:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = (self.folder / "lock").open("ab")
            try:
                if fcntl:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.close()
                raise DataError(
                    f"another process is writing {self.target}; wait for it, or give another output"
                ) from None
            try:  # the one who held it may have finished, and taken the folder away, in between
                if os.path.samestat(os.fstat(lock.fileno()), (self.folder / "lock").stat()):
                    return lock
            except FileNotFoundError:
                pass
            lock.close()

    def begin(self, resume: bool) -> None:
        """Take up what is there, or start anew."""
        if resume and self._path("journal.jsonl").exists():
            self._take_up()
        else:
            for path in self.folder.iterdir():
                if path.name != "lock":
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
        self._path("out").mkdir(exist_ok=True)
        if not self.blocks:
            self._write("journal.jsonl", json.dumps(self.job, ensure_ascii=False).encode() + b"\n", at=0)

    def _take_up(self) -> None:
        lines = (
            self._path("journal.jsonl").read_bytes().split(b"\n")[:-1]
        )  # a last line without an end was never finished
        if not lines:
            return
        try:
            job, *self.blocks = map(json.loads, lines)
            named = [Path(block.get("name", "out")) for block in self.blocks]
            if not isinstance(job, dict) or any(n.parts[0] != "out" or ".." in n.parts for n in named):
                raise ValueError("not what a run writes")
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise DataError(
                f"{self._path('journal.jsonl')} can't be read: {error}; run without --resume to start anew"
            ) from error
        changed = [name for name in self.job if job.get(name) != self.job[name]]
        if changed:
            raise DataError(
                f"the unfinished run of {self.target} had another {changed[0]}: {_short(job.get(changed[0]))}, "
                f"not {_short(self.job[changed[0]])}; run without --resume to start anew"
            )
        if self.blocks and self.blocks[-1].get("finished"):
            self.blocks.pop()
            self.finished = True
            return
        sizes: dict[str, int] = {"rejects.jsonl": 0, "journal.jsonl": sum(len(line) + 1 for line in lines)}
        for block in self.blocks:
            sizes[block["name"]] = block["bytes"]
            sizes["rejects.jsonl"] = block["rejects_bytes"]
        kept = {self._path(name) for name in sizes}
        for path in self._path("out").rglob("*"):
            if path.is_file() and path not in kept:
                path.unlink()  # written after the last line of the journal
        for name, size in sizes.items():
            path = self._path(name)
            if size and (not path.exists() or path.stat().st_size < size):
                raise DataError(f"{path} is shorter than its journal says; run without --resume to start anew")
            if path.exists():
                os.truncate(path, size)

    def write(self, name: str, data: bytes, rejects: bytes, facts: Mapping[str, Any]) -> None:
        """Put a block's rows at the end of the output file `name`, its rejects aside, and say so in the journal."""
        line = {
            "name": f"out/{name}",
            "bytes": self._write(f"out/{name}", data),
            "rejects_bytes": self._write("rejects.jsonl", rejects),
            **facts,
        }
        self._write("journal.jsonl", json.dumps(line, ensure_ascii=False).encode() + b"\n")
        self.blocks.append(line)

    def _write(self, name: str, data: bytes, at: int | None = None) -> int:
        """Append to a file of the folder, bring it to the disk, and return its size."""
        if name not in self._open:
            for other in [n for n in self._open if n.startswith("out/") and name.startswith("out/")]:
                self._open.pop(other).close()  # outputs are written one after the other
            path = self._path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            self._open[name] = path.open("wb" if at == 0 else "ab", buffering=0)
        file = self._open[name]
        left = memoryview(data)
        try:
            while left:
                left = left[file.write(left) :]
            os.fsync(file.fileno())
        except OSError as error:
            raise DataError(
                f"{self.target} can't be written: {error.strerror}; what was scored so far is kept: make room and go on "
                "with --resume"
            ) from error
        return int(file.tell())

    def _path(self, name: str) -> Path:
        return self.folder / name

    def finish(self, names: Mapping[str, Form]) -> None:
        """Move the outputs into place: {name: form} of the target's file, or of the files of a target folder.

        What the journal speaks of stays until the end, so that a kill in here is made good like any other.
        """
        self._close()
        ready = self._path("ready")
        if not self.finished:
            shutil.rmtree(ready, ignore_errors=True)
            for name, form in names.items():
                place = ready / "out" / name
                place.parent.mkdir(parents=True, exist_ok=True)
                if form.kind == ".parquet":
                    _join(self._path(f"out/{name}"), place)
                else:
                    _link(self._path(f"out/{name}"), place)
            if any(block["rejects"] for block in self.blocks):
                _link(self._path("rejects.jsonl"), ready / "rejects.jsonl")
            self._write("journal.jsonl", b'{"finished": true}\n')
        rejects = self.target.with_name(self.target.name + ".rejects.jsonl")
        if (ready / "rejects.jsonl").exists():
            os.replace(ready / "rejects.jsonl", rejects)
        elif not any(block["rejects"] for block in self.blocks):
            rejects.unlink(missing_ok=True)
        made = ready / "out" / self.target.name if list(names) == [self.target.name] else ready / "out"
        if made.exists():
            if self.target.is_dir():
                self.target.rmdir()  # an empty one; others were refused
            os.replace(made, self.target)
        self.close(keep=False)

    def close(self, keep: bool) -> None:
        """Let go of the folder; without `keep` it is taken away."""
        self._close()
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)
        self._lock.close()

    def _close(self) -> None:
        for file in self._open.values():
            file.close()
        self._open.clear()


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 200 else text[:200] + "…"


def _link(file: Path, place: Path) -> None:
    try:
        os.link(file, place)
    except OSError:  # a file system without hard links
        shutil.copyfile(file, place)


def _join(folder: Path, place: Path) -> None:
    """A folder of small Parquet parts as one file, or as a folder of large ones where one would be very large."""
    import pyarrow.parquet as pq

    groups: list[list[Path]] = []
    room = 0
    for part in sorted(folder.iterdir()):
        rows = pq.read_metadata(part).num_rows
        if not groups or rows > room:
            groups.append([])
            room = MERGED_ROWS
        groups[-1].append(part)
        room -= rows
    if len(groups) > 1:
        place.mkdir()
    for number, parts in enumerate(groups):
        file = place / f"part-{number:05d}.parquet" if len(groups) > 1 else place
        with pq.ParquetWriter(file, pq.read_schema(parts[0])) as out:
            for part in parts:
                out.write_table(pq.ParquetFile(part).read())
        with file.open("rb") as written:
            os.fsync(written.fileno())
