"""What only a process of its own can tell: a cold start, the peak of its memory, what a second worker brings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from features.document import Document

_COLD = {
    "score": "from quality import score; score('市、来年度から給食費を無償化 議会が可決')",
    "import lightgbm, fugashi": "import lightgbm, fugashi",
}
_BATCH = """
import json, re, resource, sys
from pathlib import Path
from quality.batch import score_file
from quality.workers import settle
if __name__ == "__main__":
    settle()
    summary = score_file(sys.argv[1], sys.argv[2], workers=int(sys.argv[3]))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    status = Path("/proc/self/status")
    if status.exists():  # Linux hands the peak of whoever started a process on to it; this line is the process' own
        peak = int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1])
    print(json.dumps([summary.rows_in, peak / 1024]))
"""
Read = Callable[[Path, int], Iterator[Document]]


def cold_start(rounds: int = 7) -> dict[str, Any]:
    """Seconds of a fresh process that scores one headline, and of one that only imports what it needs; in turns, the best."""
    best = dict.fromkeys(_COLD, float("inf"))
    for _ in range(rounds):
        for name, code in _COLD.items():
            begun = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True, env=_environment())
            best[name] = min(best[name], time.perf_counter() - begun)
    times = best["score"] / best["import lightgbm, fugashi"]
    return {**{name: round(s, 3) for name, s in best.items()}, "times": round(times, 2)}


def memory(read: Read, source: Path, rows: int) -> dict[str, Any]:
    """Peak megabytes of a batch of so many rows and of ten times as many, each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        peaks = {count: _batch(Path(folder), read, source, count, 1)[1] for count in (rows, 10 * rows)}
    found = {f"{count}_rows_mb": round(peak, 1) for count, peak in peaks.items()}
    return {**found, "growth": round(peaks[10 * rows] / peaks[rows], 3)}


def by_workers(read: Read, source: Path, rows: int, workers: int) -> dict[str, Any]:
    """Rows a second of a whole batch by one process and by several, starts and writing included."""
    with tempfile.TemporaryDirectory() as folder:
        seconds = {n: _batch(Path(folder), read, source, rows, n)[0] for n in (1, workers)}
    found = {f"{n}_rows_per_second": round(rows / s) for n, s in seconds.items()}
    return {**found, "times": round(seconds[1] / seconds[workers], 2)}


def _batch(folder: Path, read: Read, source: Path, rows: int, workers: int) -> tuple[float, float]:
    """(seconds, peak megabytes) of a batch in a fresh process; rows that come again are told apart, as a memo would tell."""
    file = folder / f"{rows}.jsonl"
    if not file.exists():
        with file.open("w", encoding="utf-8") as out:
            for i, document in enumerate(read(source, rows)):
                row = {"title": f"{document.title} {i}", "body": document.body}
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
    script = folder / "batch.py"
    script.write_text(_BATCH, encoding="utf-8")
    command = [sys.executable, str(script), str(file), str(folder / "out.parquet"), str(workers)]
    begun = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=_environment())
    seconds = time.perf_counter() - begun
    counted, peak = json.loads(done.stdout)
    assert counted == rows
    return seconds, peak


def _environment() -> dict[str, str]:
    """The same code in a child, wherever it is run from."""
    root = str(Path(__file__).resolve().parents[1])
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))}
