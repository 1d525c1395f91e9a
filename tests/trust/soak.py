"""Long runs: threads that score, a filter on a pipe. Memory, latency and open files at the end are what they were at the start."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np

from quality import Document, load_corpus, score, score_many
from tests.trust.table import ROOT, Row

WARM = 20_000  # headlines until all that is remembered is full: it is bounded, and no leak
GROWTH, SLOWER = 1.01, 1.3  # memory over the last four fifths, 99th percentile of the last tenth against the first
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Watched:
    """What a process was seen to use, in turn."""

    memory: list[int] = field(default_factory=list)  # bytes
    files: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)  # each answer's, in the order they came
    control: list[float] = field(
        default_factory=list
    )  # those of a fixed piece of work beside each: a machine shared with others is not flat

    def look(self, pid: int) -> None:
        self.memory.append(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE)
        self.files.append(len(os.listdir(f"/proc/{pid}/fd")))

    def figures(self) -> dict[str, float]:
        """Growth of memory (medians of the second tenth and the last), of the slowest hundredth, and of open files."""
        tenth = max(1, len(self.memory) // 10)
        early, late = self.memory[2 * tenth : 3 * tenth], self.memory[-tenth:]
        first, last = _ends(self.seconds, 0.99)
        before, after = _ends(self.control, 0.5)
        machine = max(1.0, after / before)
        return {
            "answers": len(self.seconds),
            "memory_mb": round(late[-1] / 1e6),
            "memory": round(float(np.median(late) / np.median(early)), 4),
            "p99_ms": round(1000 * float(last), 2),
            "machine": round(machine, 3),
            "p99": round(last / first / machine, 3),
            "files": max(self.files[-tenth:]) - max(self.files[2 * tenth : 3 * tenth]),
        }


def _ends(seconds: list[float], share: float) -> tuple[float, float]:
    """A quantile of the first tenth and of the last."""
    part = max(1, len(seconds) // 10)
    return float(np.quantile(seconds[:part], share)), float(np.quantile(seconds[-part:], share))


def fixed_work(clock: Callable[[], float]) -> float:
    """Seconds of work that is always the same, all over the memory, as looking up words is: neighbours slow that most."""
    known, keys = _dictionary()
    begun = clock()
    for key in keys:
        known[key]
    return clock() - begun


@cache
def _dictionary() -> tuple[dict[str, int], list[str]]:
    known = {f"語{i}": i for i in range(300_000)}
    return known, random.Random(1).sample(list(known), 1_000)


def items(seed: int = 1) -> Iterator[tuple[str, str | None]]:
    """Headlines that hardly repeat, of words that do, as in a feed; every tenth has a body."""
    corpus = load_corpus()
    titles, bodies = corpus.headlines["title"].tolist(), corpus.articles["body"].tolist()
    draw = random.Random(seed)
    number = 0
    while True:
        number += 1
        yield f"{draw.choice(titles)} {draw.choice(titles)}", draw.choice(bodies) if number % 10 == 0 else None


def threads(seconds: float, count: int = 4) -> Watched:
    """`score` from several threads at once, each for so long; what comes out is looked at once and dropped."""
    seen = Watched()
    score_many(Document(title, body) for title, body in islice(items(0), WARM))
    until = time.monotonic() + seconds

    def work(seed: int) -> None:
        for title, body in items(seed):
            begun = time.thread_time()
            score(Document(title, body))
            seen.seconds.append(time.thread_time() - begun)
            seen.control.append(fixed_work(time.thread_time))
            if time.monotonic() > until:
                return

    pool = [threading.Thread(target=work, args=(n,)) for n in range(1, count + 1)]
    for one in pool:
        one.start()
    while any(one.is_alive() for one in pool):
        seen.look(os.getpid())
        time.sleep(seconds / 400)
    return seen


def pipe(seconds: float) -> Watched:
    """`quality filter` fed one line at a time, each as soon as the one before is answered."""
    command = [sys.executable, "-m", "quality.cli", "filter", "--annotate", "--latency", "0"]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdin is not None
    assert process.stdout is not None
    seen = Watched()
    warm = b"".join(_line(*item) for item in islice(items(0), WARM))
    threading.Thread(target=process.stdin.write, args=(warm,)).start()
    for _ in range(WARM):
        process.stdout.readline()
    until, look = time.monotonic() + seconds, 0.0
    for title, body in items():
        begun = _spent(process.pid)
        process.stdin.write(_line(title, body))
        process.stdin.flush()
        process.stdout.readline()
        seen.seconds.append(_spent(process.pid) - begun)
        seen.control.append(fixed_work(time.thread_time))
        now = time.monotonic()
        if now > look:
            seen.look(process.pid)
            look = now + seconds / 400
        if now > until:
            break
    process.stdin.close()
    process.wait()
    return seen


def _spent(pid: int) -> float:
    """Seconds a process of one thread has had of a processor: how long others had it in between says nothing of us."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def _line(title: str, body: str | None) -> bytes:
    return json.dumps({"title": title, "body": body}).encode() + b"\n"


def held(figures: dict[str, float]) -> list[str]:
    """What did not stay as it was."""
    found = []
    if figures["memory"] > GROWTH:
        found.append(f"memory grew to {figures['memory']:.3f} of what it was")
    if figures["p99"] > SLOWER:
        found.append(f"the slowest hundredth took {figures['p99']:.2f} of what it took")
    if figures["files"] > 0:
        found.append(f"{figures['files']} more open files")
    return found


def main(cases: int) -> tuple[list[Row], list[str]]:
    seconds = 180.0 if cases >= 100_000 else 20.0
    rows, failures = [], []
    for name, run in (("four threads that score", threads), ("`quality filter` on a pipe", pipe)):
        figures = run(seconds).figures()
        wrong = held(figures)
        failures += [f"{name}: {why}" for why in wrong]
        growth = 100 * (figures["memory"] - 1)
        note = (
            f"{figures['answers']:,} answers in {seconds:.0f} s; memory {figures['memory_mb']} MB, {growth:+.2f}% over the last 80%; "
            f"p99 {figures['p99_ms']} ms of processor time, {figures['p99']:.2f} of the first tenth's, the machine's own "
            f"{figures['machine']:.2f} taken out; "
            f"{figures['files']:+d} open files"
        )
        rows.append(Row("long runs", name, 3, 3 - len(wrong), note))
    return rows, failures
