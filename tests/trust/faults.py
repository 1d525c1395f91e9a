"""What goes wrong around a job: no room, no right to write, an input that goes, a kill, a signal, a second process on the same output."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.trial_kill import blocks_done, content, make_source, run, trial, undisturbed
from tests.trust.table import ROOT, Row

ROWS, BLOCK = 4_000, 100
_CLI = [sys.executable, "-m", "quality.cli"]


def _quality(
    *arguments: object, wrapper: tuple[str, ...] = (), **options: object
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*wrapper, *_CLI, *map(str, arguments)], cwd=ROOT, capture_output=True, **options)  # type: ignore[call-overload, no-any-return]


def _clear(done: subprocess.CompletedProcess[bytes], *words: str, codes: tuple[int, ...] = (1,)) -> str:
    said = done.stderr.decode()
    if done.returncode not in codes or "Traceback" in said or not all(word in said for word in words):
        return f"exit code {done.returncode}: {said[-400:]}"
    return ""


def mounted(size: str, inside: str) -> tuple[str, ...]:
    """A shell command run with a file system of its own of that size at $1: only it and its children see it."""
    return ("unshare", "-rm", "sh", "-c", f'mount -t tmpfs -o size={size} none "$0" && {{ {inside}; }}')


def full_disk(folder: Path) -> str:
    """A batch to a file system of 200 kB ends with a message; after room was made, --resume gives the rows of an undisturbed run."""
    source = make_source(folder / "in.jsonl", ROWS)
    expected = undisturbed(folder, source, "whole.jsonl", 1, BLOCK)
    disk = folder / "disk"
    disk.mkdir()
    script = folder / "run.py"  # left by the undisturbed run
    call = f'"{sys.executable}" "{script}" "{source}" "$0/out.jsonl" 1'
    inside = (
        f'{call} anew {BLOCK} 2> "{folder}/said"; echo $? > "{folder}/code"; mount -o remount,size=64m none "$0" '
        f'&& {call} resume {BLOCK} && cp "$0"/out.jsonl* "{folder}/"'
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([*mounted("200k", inside), str(disk)], capture_output=True, env=environment)
    said = (folder / "said").read_text() if (folder / "said").exists() else done.stderr.decode()
    if (folder / "code").read_text().strip() != "1" or "No space left" not in said or "--resume" not in said:
        return said[-400:]
    return (
        ""
        if done.returncode == 0 and content(folder / "out.jsonl") == expected
        else f"other rows after --resume: {done.stderr.decode()[-300:]}"
    )


def full_pipe(folder: Path) -> str:
    """A filter whose output has no room says so."""
    with open("/dev/full", "wb") as full:
        line = json.dumps({"title": "市、計画を公表"}).encode() + b"\n"
        done = subprocess.run([*_CLI, "filter"], cwd=ROOT, input=line * 50, stdout=full, stderr=subprocess.PIPE)
    return _clear(done, "No space left")


def read_only(folder: Path) -> str:
    """A batch, a page and a filter's rejects into a folder that can't be written to."""
    source = make_source(folder / "in.jsonl", 20)
    place = folder / "place"
    place.mkdir()
    said = []
    for call in (
        ["batch", str(source), f"{place}/out.jsonl"],
        ["score", "--title", "題", "--html", f"{place}/out.html"],
    ):
        words = " ".join(f'"{w}"' for w in [*_CLI, *call])
        done = subprocess.run(
            [*mounted("1m", f'mount -o remount,ro none "$0" && {words}'), str(place)], cwd=ROOT, capture_output=True
        )
        said.append(_clear(done, "Read-only file system"))
    return " ".join(filter(None, said))


def vanished(folder: Path) -> str:
    """Inputs that go before and while they are read."""
    (folder / "many").mkdir()
    for n in range(3):
        make_source(folder / "many" / f"{n}.jsonl", 3_000, seed=n)
    process = run(folder / "many", folder / "out.jsonl", 1, False, BLOCK)
    while blocks_done(folder, "out.jsonl") < 2 and process.poll() is None:
        time.sleep(0.005)
    (folder / "many" / "2.jsonl").unlink()
    _, error = process.communicate()
    if process.returncode != 1 or "2.jsonl can't be read" not in error.decode() or (folder / "out.jsonl").exists():
        return f"exit code {process.returncode}: {error.decode()[-300:]}"
    return _clear(_quality("batch", folder / "none.jsonl", folder / "out2.jsonl"), "does not exist") or _clear(
        _quality("score", folder / "none.html"), "none.html"
    )


def killed_run(folder: Path) -> str:
    """kill -9 in the middle, then --resume: the rows of an undisturbed run, no process left."""
    source = make_source(folder / "in.jsonl", ROWS)
    for name, workers in (("out.jsonl", 2), ("out.parquet", 1), ("out.csv.zst", 1)):
        expected = undisturbed(folder, source, name, workers, BLOCK)
        found = trial(folder, source, expected, name, workers, 5, 0.02, BLOCK)
        if not found["same"] or found["orphans"] or found["left_behind"]:
            return str(found)
    return ""


def killed_worker(folder: Path) -> str:
    """A worker that dies is replaced, and no row is lost."""
    source = make_source(folder / "in.jsonl", 5 * ROWS)
    expected = undisturbed(folder, source, "out.jsonl", 1, BLOCK)
    process = run(source, folder / "out.jsonl", 2, False, BLOCK)
    while blocks_done(folder, "out.jsonl") < 2 and process.poll() is None:
        time.sleep(0.005)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    workers = [int(c) for c in children if b"spawn_main" in Path(f"/proc/{c}/cmdline").read_bytes()]
    os.kill(workers[0], signal.SIGKILL)
    _, error = process.communicate()
    return "" if process.returncode == 0 and content(folder / "out.jsonl") == expected else error.decode()[-300:]


def told_to_stop(folder: Path) -> str:
    """SIGTERM to a batch leaves a run to resume; to a filter, what it has read is still answered."""
    source = make_source(folder / "in.jsonl", 60_000)
    process = subprocess.Popen(
        [*_CLI, "batch", str(source), str(folder / "out.jsonl")], cwd=ROOT, stderr=subprocess.PIPE
    )
    while not (folder / ".out.jsonl.partial" / "journal.jsonl").exists() and process.poll() is None:
        time.sleep(0.01)
    process.terminate()
    _, error = process.communicate()
    if process.returncode != 143 or b"--resume" not in error or b"Traceback" in error:
        return f"batch, exit code {process.returncode}: {error.decode()[-300:]}"
    if done := _clear(_quality("batch", source, folder / "out.jsonl", "--resume"), "60000 rows in", codes=(0,)):
        return done
    process = subprocess.Popen(
        [*_CLI, "filter", "--latency", "60000"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write(b"".join(source.read_bytes().splitlines(keepends=True)[:256]))  # a full batch, answered at once
    process.stdin.flush()
    assert process.stdout is not None
    first = process.stdout.readline()
    process.stdin.write(b'{"title": "' + "市、計画を公表".encode() + b'"}\n')
    process.stdin.flush()
    time.sleep(1)
    process.terminate()
    out, error = process.communicate()
    last = json.loads(out.splitlines()[-1])
    return (
        ""
        if first and last["title"] == "市、計画を公表" and process.returncode == 0
        else f"filter, exit code {process.returncode}: {error.decode()[-300:]}"
    )


def two_at_once(folder: Path) -> str:
    """The second process on an output is told; the first one's rows are whole."""
    source = make_source(folder / "in.jsonl", 5 * ROWS)
    first = run(source, folder / "out.jsonl", 1, False, BLOCK)
    while blocks_done(folder, "out.jsonl") < 2 and first.poll() is None:
        time.sleep(0.005)
    second = run(source, folder / "out.jsonl", 1, False, BLOCK)
    _, error = second.communicate()
    first.communicate()
    lines = sum((folder / name).read_bytes().count(b"\n") for name in ("out.jsonl", "out.jsonl.rejects.jsonl"))
    return (
        ""
        if second.returncode == 1 and b"another process is writing" in error and lines == 5 * ROWS
        else f"{lines} rows: {error.decode()[-300:]}"
    )


FAULTS: dict[str, Callable[[Path], str]] = {
    "no room on the disk (tmpfs), then --resume": full_disk, "no room behind a filter": full_pipe, "a read-only output": read_only,
    "an input that goes": vanished, "kill -9, then --resume": killed_run, "a killed worker": killed_worker,
    "SIGTERM in the middle": told_to_stop, "two processes on one output": two_at_once,
}  # fmt: skip


def main(cases: int) -> tuple[list[Row], list[str]]:
    failures = {}
    for label, fault in FAULTS.items():
        with tempfile.TemporaryDirectory() as name:
            if why := fault(Path(name)):
                failures[label] = why
    return [Row("faults", label, 1, int(label not in failures)) for label in FAULTS], [
        f"{label}: {why}" for label, why in failures.items()
    ]
