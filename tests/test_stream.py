"""The filter on a pipe: real processes, real signals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from quality import DataError, load_model, score_many
from quality.scoring import COLUMNS
from quality.stats import Stats
from quality.stream import filter_lines

ROOT = Path(__file__).parents[1]
PLAIN = "県議会、手話言語条例を可決 来年4月に施行"
BAIT = "【衝撃】あの人気俳優のまさかの末路…ファン絶句「嘘でしょ」"


def start(*options):
    command = [sys.executable, "-m", "quality.cli", "filter", *map(str, options)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def through(tmp_path, data: bytes, **options) -> bytes:
    """The filter in this process, over files."""
    (tmp_path / "in").write_bytes(data)
    source, sink = (
        os.open(tmp_path / "in", os.O_RDONLY),
        os.open(tmp_path / "out", os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
    )
    try:
        assert filter_lines(source, sink, model=load_model(), **options) == 0
    finally:
        os.close(source)
        os.close(sink)
    return (tmp_path / "out").read_bytes()


def lines(count):
    titles = [f"{BAIT}{i}" if i % 4 == 0 else f"{PLAIN} その{i}" for i in range(count)]
    return [json.dumps({"title": t, "n": i}, ensure_ascii=bool(i % 2)).encode() for i, t in enumerate(titles)]


def test_what_is_kept_is_kept_byte_for_byte_and_in_order(tmp_path):
    given = lines(700)
    verdicts = [s.verdict for s in score_many([json.loads(x)["title"] for x in given])]
    stats = Stats()
    out = through(tmp_path, b"\n".join(given), stats=stats)
    assert out.splitlines() == [x for x, v in zip(given, verdicts, strict=True) if v != "drop"]
    assert stats.counts["dropped"] == verdicts.count("drop") > 100
    assert sum(stats.counts.values()) == 700
    assert stats.quantile(0.5) <= stats.quantile(0.99) <= stats.quantile(0.999)


def test_annotate_drops_nothing(tmp_path):
    found = [json.loads(x) for x in through(tmp_path, b"\n".join(lines(20)), annotate=True).splitlines()]
    assert [r["n"] for r in found] == list(range(20))
    assert list(found[0]) == ["title", "n", *COLUMNS]
    assert {r["verdict"] for r in found} >= {"keep", "drop"}


def test_bad_lines_are_set_aside(tmp_path):
    bad = [b"{broken", b'{"title": null}', b'["x"]', b'{"title": "\x83\x5c"}', b'{"title": 5}', b'{"a": 1}', b"\x00"]
    given = [bad[0], lines(2)[1], *bad[1:], b"", b"  "]
    out = through(tmp_path, b"\r\n".join(given), rejects=tmp_path / "aside.jsonl")
    assert out == lines(2)[1] + b"\n"
    aside = [json.loads(x) for x in (tmp_path / "aside.jsonl").read_text().splitlines()]
    assert [r["row"] for r in aside] == [0, *range(2, 8)]
    assert [r["line"].encode("utf-8", "surrogateescape") for r in aside] == bad
    assert all(r["reason"] for r in aside)


def test_a_line_without_end_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr("quality.stream.LONGEST", 10_000)
    stats = Stats()
    given = b'{"title": "' + b"a" * 50_000 + b'"}\n' + lines(2)[1] + b"\n" + b"b" * 20_000
    assert through(tmp_path, given, stats=stats) == lines(2)[1] + b"\n"
    assert stats.counts["rejects"] == 2


def test_a_line_waits_no_longer_than_the_bound():
    process = start("--latency", 50)
    process.stdin.write(lines(2)[1] + b"\n")
    process.stdin.flush()
    process.stdout.readline()  # the model is loaded now
    waits = []
    for line in lines(12)[1::2]:
        begun = time.monotonic()
        process.stdin.write(line + b"\n")
        process.stdin.flush()
        assert process.stdout.readline() == line + b"\n"
        waits.append(time.monotonic() - begun)
    assert sorted(waits)[len(waits) // 2] < 1.0  # 50 ms and a score; the rest is room for a busy machine
    process.stdin.close()
    assert process.wait() == 0
    process.stdout.close()
    assert b"kept 7" in process.stderr.read()


def test_sigterm_flushes_what_was_read(tmp_path):
    process = start("--latency", 60_000, "--stats", tmp_path / "s.json", "--rejects", tmp_path / "aside.jsonl")
    given = [x for i, x in enumerate(lines(40)) if i % 4]
    process.stdin.write(b"\n".join(given) + b'\n{"title": "half a li')
    process.stdin.flush()
    for _ in range(600):  # until it has read them: its pipe is empty, and it waits for more
        time.sleep(0.05)
        if pending(process.stdin) == 0:
            break
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0  # with its input still open
    assert process.communicate()[0].splitlines() == given
    assert json.loads((tmp_path / "s.json").read_text())["rejects"] == 1
    assert "cut off" in json.loads((tmp_path / "aside.jsonl").read_text())["reason"]


def pending(pipe) -> int:
    """Bytes written to a pipe and not yet read."""
    import array
    import fcntl
    import termios

    size = array.array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, size)
    return size[0]


def test_a_closed_output_ends_it_without_a_word():
    process = start()
    given = b"\n".join(lines(50)) + b"\n"
    process.stdin.write(given)
    process.stdin.flush()
    process.stdout.readline()
    process.stdout.close()
    try:
        for _ in range(2000):
            process.stdin.write(given)
            process.stdin.flush()
    except BrokenPipeError:
        pass
    assert process.wait(timeout=60) == 141
    assert process.stderr.read() == b""


def test_a_slow_reader_slows_the_writer(tmp_path):
    process = start()
    os.set_blocking(process.stdin.fileno(), False)
    given = b"\n".join([lines(2)[1]] * 100) + b"\n"
    written, stalled = 0, 0
    begun = time.monotonic()
    while stalled < 40 and time.monotonic() - begun < 60:  # nobody reads: the pipes fill, and then it reads no more
        try:
            written += os.write(process.stdin.fileno(), given)
            stalled = 0
        except BlockingIOError:
            stalled += 1
            time.sleep(0.1)
    assert stalled == 40
    assert written < 2_000_000
    process.kill()
    process.communicate()


def test_statistics_for_people_and_for_prometheus(tmp_path):
    for name in ("s.json", "s.prom"):
        stats = Stats(tmp_path / name, "abc")
        for i in range(100):
            stats.verdict("drop" if i < 10 else "keep")
            stats.latency(0.001 * (i + 1))
        stats.write()
    found = json.loads((tmp_path / "s.json").read_text())
    assert (found["items"], found["kept"], found["dropped"]) == (100, 90, 10)
    assert 0.05 <= found["latency_seconds"]["p50"] <= 0.057
    assert 0.099 <= found["latency_seconds"]["p99"] <= 0.1
    text = (tmp_path / "s.prom").read_text()
    for line in text.splitlines():
        assert line.startswith("# ") or float(line.rsplit(" ", 1)[1]) >= 0
    assert 'quality_filter_items_total{outcome="dropped"} 10' in text
    with pytest.raises(DataError, match=r"\.prom"):
        Stats(tmp_path / "s.txt")
