"""Kill a batch at random moments with SIGKILL, go on with --resume, and compare with an undisturbed run.

    python tests/trial_kill.py --kills 20

Not collected by pytest; tests/test_batch_faults.py runs a small one.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow.parquet as pq

# the blocks are made small, so that a short run has many moments to be killed between
RUN = """
import sys, quality.files
quality.files.BLOCK_ROWS = int(sys.argv[5])
from quality.batch import score_file
if __name__ == "__main__":
    score_file(sys.argv[1], sys.argv[2], workers=int(sys.argv[3]), resume=sys.argv[4] == "resume")
"""
KINDS = (".jsonl", ".parquet", ".csv", ".jsonl.gz", ".csv.zst")


def make_source(path: Path, rows: int, seed: int = 1) -> Path:
    """Headlines that never repeat, and a bad row now and then."""
    draw = random.Random(seed)
    with path.open("w", encoding="utf-8") as out:
        for i in range(rows):
            title = draw.choice(
                ["市が{}年度の予算案を公表", "【衝撃】{}人が絶句した理由とは…", "県警、{}件の事故を調査"]
            )
            out.write(json.dumps({"n": i, "title": title.format(i) if draw.random() > 0.02 else None}) + "\n")
    return path


def run(source: Path, target: Path, workers: int, resume: bool, block_rows: int) -> subprocess.Popen[bytes]:
    script = target.parent / "run.py"
    script.write_text(RUN, encoding="utf-8")
    command = [sys.executable, str(script), str(source), str(target), str(workers), "resume" if resume else "anew"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    return subprocess.Popen([*command, str(block_rows)], env=environment, stderr=subprocess.PIPE)


def content(target: Path) -> tuple[object, bytes]:
    """What a finished batch left: its rows (Parquet) or bytes, and its rejects."""
    rejects = target.with_name(target.name + ".rejects.jsonl").read_bytes()
    return (pq.read_table(target).to_pylist() if target.suffix == ".parquet" else target.read_bytes()), rejects


def workers_of(pid: int) -> list[int]:
    try:
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def blocks_done(folder: Path, name: str) -> int:
    try:
        return max(0, (folder / f".{name}.partial" / "journal.jsonl").read_bytes().count(b"\n") - 1)
    except FileNotFoundError:
        return 0


def trial(
    folder: Path, source: Path, expected: object, name: str, workers: int, after: int, then: float, block_rows: int
) -> dict[str, object]:
    """A kill some seconds after so many blocks, and a resume: is the outcome that of an undisturbed run?"""
    target = folder / name
    process = run(source, target, workers, False, block_rows)
    while process.poll() is None and blocks_done(folder, name) < after:
        time.sleep(0.002)
    time.sleep(then)
    children = workers_of(process.pid)
    process.kill()
    process.wait()
    blocks = blocks_done(folder, name)
    finished = target.exists()
    again = run(source, target, workers, True, block_rows)
    _, error = again.communicate()
    same = again.returncode == 0 and content(target) == expected
    time.sleep(0.5)
    left = [
        p for p in children if Path(f"/proc/{p}").exists() and "Z" not in Path(f"/proc/{p}/stat").read_text().split()
    ]
    rest = sorted(p.name for p in folder.glob(f".{name}*"))
    target.unlink(missing_ok=True)
    return {"workers": workers, "kind": name, "blocks_done": blocks, "finished": finished,
            "same": same, "orphans": len(left), "left_behind": rest, "error": error.decode()[-300:] if not same else ""}  # fmt: skip


def undisturbed(folder: Path, source: Path, name: str, workers: int, block_rows: int) -> object:
    process = run(source, folder / name, workers, False, block_rows)
    _, error = process.communicate()
    assert process.returncode == 0, error.decode()
    found = content(folder / name)
    (folder / name).unlink()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--rows", type=int, default=4_000)
    parser.add_argument("--block-rows", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    draw = random.Random(given.seed)
    good = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = make_source(folder / "in.jsonl", given.rows)
        expected: dict[tuple[str, int], object] = {}
        for i in range(given.kills):
            kind, workers = f"out{KINDS[i % len(KINDS)]}", 1 + i % 2
            if (kind, workers) not in expected:
                expected[kind, workers] = undisturbed(folder, source, kind, workers, given.block_rows)
            after, then = draw.randint(0, given.rows // given.block_rows), draw.uniform(0, 0.3)
            rows = expected[kind, workers]
            found = trial(folder, source, rows, kind, workers, after, then, given.block_rows)
            good += found["same"] and not found["orphans"] and not found["left_behind"]
            print(json.dumps(found), flush=True)
    print(f"{good} of {given.kills} the same rows as undisturbed, no process and no file left behind")
    raise SystemExit(good != given.kills)


if __name__ == "__main__":
    main()
