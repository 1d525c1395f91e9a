"""The filter on the road: lines in, the same lines out without the bait, in order, each within a bounded time.

One loop, no threads: what isn't read stays in the pipe, so a slow reader behind slows the writer in front, and memory
stays as it is. A micro-batch ends when it is full or when its first line has waited long enough.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from quality.encode import json_line
from quality.errors import DataError
from quality.files import LONGEST, json_object
from quality.model import QualityModel
from quality.scoring import REFUSED, Score, score_many, to_document
from quality.stats import Stats

_BATCH = 256  # lines scored at once at most: some tens of milliseconds
_READ = 1 << 16
_BROKEN_PIPE = 141  # what a shell reports of a process that SIGPIPE ended


class _Line(NamedTuple):
    data: bytes
    arrived: float
    why: str = ""  # why it can't even be read


def filter_lines(
    source: int,
    sink: int,
    *,
    model: QualityModel,
    policy_name: str = "p95",
    annotate: bool = False,
    rejects: Path | None = None,
    stats: Stats | None = None,
    latency: float = 0.05,
) -> int:
    """Filter JSONL from one file descriptor to another until the source ends or SIGTERM comes; returns the exit code.

    On SIGTERM (or Ctrl-C) what was read is still scored and written. Where nobody reads the sink any more, it ends
    without a word, as a Unix filter does.

    Parameters
    ----------
    annotate : bool
        Drop nothing, and add the columns of `score_batch` to each line.
    rejects : Path, optional
        Where lines that can't be scored go, as `{"row": position from 0, "reason": …, "line": …}`.
    latency : float
        Seconds a line may wait for others before it is scored.
    """
    stats = stats or Stats()
    score_many(["市、計画を公表"], model=model, policy_name=policy_name, memo=False)  # an unknown policy fails here
    aside = rejects.open("wb") if rejects else None
    row = 0
    code = 0
    try:
        with _Stop() as stop:
            for lines in _batches(source, stop.pipe, latency):
                out, bad = _filtered(lines, model, policy_name, annotate, stats)
                if aside:
                    aside.write(b"".join(json_line({"row": row + i, **what}) for i, what in bad.items()))
                    aside.flush()
                row += len(lines)
                _write(sink, out)
                now = time.monotonic()
                for line in lines:
                    stats.latency(now - line.arrived)
                stats.tick()
    except BrokenPipeError:
        code = _BROKEN_PIPE
    except OSError as error:
        raise DataError(f"the filter's input or output failed after {row} lines: {error}") from error
    finally:
        if aside:
            aside.close()
        stats.write()
    if not code:
        print(stats.line(), file=sys.stderr)
    return code


class _Stop:
    """SIGTERM and Ctrl-C as something a select can wait for; a second one ends the process at once."""

    def __enter__(self) -> _Stop:
        self.pipe, self._in = os.pipe()
        os.set_blocking(self._in, False)
        self._before = signal.set_wakeup_fd(self._in)
        self._handlers = {n: signal.signal(n, self._heard) for n in (signal.SIGTERM, signal.SIGINT)}
        return self

    def _heard(self, number: int, frame: Any) -> None:
        signal.signal(number, signal.SIG_DFL)

    def __exit__(self, *error: object) -> None:
        signal.set_wakeup_fd(self._before)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        os.close(self.pipe)
        os.close(self._in)


def _batches(source: int, stop: int, latency: float) -> Iterator[list[_Line]]:
    """Micro-batches of lines as they come; what was read before `stop` became readable is still given."""
    lines: deque[_Line] = deque()
    rest = _Rest()
    ended = False
    while not ended or lines:
        left = lines[0].arrived + latency - time.monotonic() if lines else None
        if not ended and len(lines) < _BATCH and (left is None or left > 0):
            ready, _, _ = select.select([source, stop], [], [], left)
            data = os.read(source, _READ) if source in ready and stop not in ready else b""
            if data:
                lines.extend(rest.split(data))
            elif ready:
                ended = True
                lines.extend(rest.end(cut=stop in ready))
            if ready:
                continue
        if lines:
            yield [lines.popleft() for _ in range(min(_BATCH, len(lines)))]


class _Rest:
    """The line that has begun and not yet ended."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def split(self, data: bytes) -> Iterator[_Line]:
        """The lines that end in `data`; blank ones are none."""
        now = time.monotonic()
        *ends, rest = data.split(b"\n")
        for end in ends:
            self._add(end)
            yield from self._take(now)
        self._add(rest)

    def end(self, cut: bool) -> Iterator[_Line]:
        """What stands after the last line break: a line, or the part of one that a signal cut off."""
        yield from self._take(time.monotonic(), "cut off: the filter was told to stop" if cut else "")

    def _add(self, part: bytes) -> None:
        self._size += len(part)
        if self._size <= LONGEST and part:
            self._parts.append(part)

    def _take(self, now: float, why: str = "") -> Iterator[_Line]:
        line, size = b"".join(self._parts).strip(b" \t\r\n"), self._size
        self._parts, self._size = [], 0
        if size > LONGEST:
            yield _Line(line[:100], now, f"longer than {LONGEST >> 20} MB")
        elif line:
            yield _Line(line, now, why)


def _filtered(
    lines: list[_Line], model: QualityModel, policy_name: str, annotate: bool, stats: Stats
) -> tuple[bytes, dict[int, dict[str, str]]]:
    """(what goes on, position in the batch -> why a line can't be scored)."""
    documents, rows = [], {}
    bad: dict[int, dict[str, str]] = {}
    for i, line in enumerate(lines):
        row: Any = line.why or json_object(line.data)
        if isinstance(row, str):
            document, why = None, row
        elif annotate and (taken := [n for n in REFUSED if n in row]):
            document, why = None, f"has the column(s) {', '.join(taken)} already"
        else:
            document, why = to_document(row)
        if document is None:
            # bytes that are no UTF-8 stand as lone surrogates, \udc80 to \udcff: none of them is lost
            bad[i] = {"reason": why, "line": line.data.decode("utf-8", "surrogateescape")}
            stats.reject()
        else:
            documents.append(document)
            rows[i] = row
    scores = score_many(documents, model=model, policy_name=policy_name)
    for score in scores:
        stats.verdict(score.verdict)
    out = [
        json_line({**{n: v for n, v in row.items() if n != "body_kind"}, **score.as_dict()})
        if annotate
        else lines[i].data + b"\n"
        for (i, row), score in zip(rows.items(), scores, strict=True)
        if annotate or _passes(score)
    ]
    return b"".join(out), bad


def _passes(score: Score) -> bool:
    return score.verdict != "drop"


def _write(sink: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(sink, left) :]
