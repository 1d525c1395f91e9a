"""Batches disturbed: killed, refused, out of room, fed with bytes that are no text."""

from __future__ import annotations

import gzip
import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import quality.files
from quality import DataError, score_many
from quality.batch import score_file
from tests.trial_kill import blocks_done, content, make_source, run, trial, undisturbed

ROOT = Path(__file__).parents[1]
TITLES = [f"町が{i}日に説明会 住民{i * 3}人が参加" if i % 2 else f"まさかの{i}位に騒然…その理由とは" for i in range(60)]


def jsonl(path, rows):
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), encoding="utf-8")
    return path


def read(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(quality.files, "BLOCK_ROWS", 10)


@pytest.mark.parametrize(("kind", "workers"), [(".parquet", 1), (".jsonl.gz", 2)])
def test_kill_9_and_resume_give_the_rows_of_an_undisturbed_run(tmp_path, kind, workers):
    source = make_source(tmp_path / "in.jsonl", 1200)
    expected = undisturbed(tmp_path, source, f"out{kind}", workers, 60)
    found = trial(tmp_path, source, expected, f"out{kind}", workers, random.Random(5).randint(2, 15), 0.05, 60)
    assert found["same"], found
    assert found["orphans"] == 0
    assert found["left_behind"] == []
    assert found["blocks_done"] >= 2


def test_two_processes_on_one_output(tmp_path):
    source = make_source(tmp_path / "in.jsonl", 20_000)
    first = run(source, tmp_path / "out.jsonl", 1, False, 100)
    while blocks_done(tmp_path, "out.jsonl") < 2:
        assert first.poll() is None
        time.sleep(0.01)
    with pytest.raises(DataError, match="another process is writing"):
        score_file(source, tmp_path / "out.jsonl")
    assert first.wait() == 0
    assert len(read(tmp_path / "out.jsonl")) + len(read(tmp_path / "out.jsonl.rejects.jsonl")) == 20_000


def test_a_killed_worker_is_replaced(tmp_path):
    source = make_source(tmp_path / "in.jsonl", 3000)
    expected = undisturbed(tmp_path, source, "out.jsonl", 1, 100)
    process = run(source, tmp_path / "out.jsonl", 2, False, 100)
    while blocks_done(tmp_path, "out.jsonl") < 2:
        assert process.poll() is None
        time.sleep(0.01)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    for child in children:
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
            os.kill(int(child), signal.SIGKILL)
            break
    assert process.wait() == 0, process.stderr.read().decode()
    assert content(tmp_path / "out.jsonl") == expected


def test_sigterm_leaves_a_run_to_resume(tmp_path):
    source = make_source(tmp_path / "in.jsonl", 70_000)
    command = [sys.executable, "-m", "quality.cli", "batch", str(source), str(tmp_path / "out.jsonl")]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)
    while not (tmp_path / ".out.jsonl.partial" / "journal.jsonl").exists():
        assert process.poll() is None
        time.sleep(0.05)
    process.terminate()
    _, error = process.communicate()
    assert process.returncode == 143
    assert "--resume" in error.decode()
    assert not (tmp_path / "out.jsonl").exists()


def test_no_room_left(tmp_path):
    """A file may grow to 40 kB and no further: what a full disk does, without filling one."""
    source = make_source(tmp_path / "in.jsonl", 1000)
    code = (
        "import resource, sys, quality.files\n"
        "quality.files.BLOCK_ROWS = 50\n"
        "from quality.batch import score_file\n"
        "from quality import DataError, score; score('題')\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, resource.RLIM_INFINITY))\n"
        "try:\n    score_file(sys.argv[1], sys.argv[2])\n"
        "except DataError as error:\n    print(error); raise SystemExit(7)\n"
    )
    command = [sys.executable, "-c", code, str(source), str(tmp_path / "out.jsonl")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 7, done.stderr
    assert "--resume" in done.stdout
    assert not (tmp_path / "out.jsonl").exists()
    summary = score_file(source, tmp_path / "out.jsonl", resume=False)
    assert summary.rows_in == 1000
    assert len(read(tmp_path / "out.jsonl")) == summary.rows_out
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def interrupted(source, target, monkeypatch, after=3, **options):
    """A run that ends with an error after some blocks."""
    from quality.journal import Journal

    write, count = Journal.write, []

    def failing(self, *args):
        if len(count) == after:
            raise KeyboardInterrupt
        count.append(1)
        write(self, *args)

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "write", failing)
        with pytest.raises(KeyboardInterrupt):
            score_file(source, target, **options)


def test_resume_scores_only_what_is_missing(tmp_path, monkeypatch, small_blocks):
    source = jsonl(tmp_path / "in.jsonl", [{"title": t} for t in TITLES])
    interrupted(source, tmp_path / "out.jsonl", monkeypatch)
    scored = []
    monkeypatch.setattr(
        "quality.batch.score_many", lambda d, **kw: scored.extend(x.title for x in d) or score_many(d, **kw)
    )
    summary = score_file(source, tmp_path / "out.jsonl", resume=True)
    assert scored == TITLES[30:]
    assert summary.rows_in == summary.rows_out == 60
    assert [r["title"] for r in read(tmp_path / "out.jsonl")] == TITLES


def test_resume_needs_the_same_job(tmp_path, monkeypatch, small_blocks):
    source = jsonl(tmp_path / "in.jsonl", [{"title": t} for t in TITLES])
    interrupted(source, tmp_path / "out.jsonl", monkeypatch)
    with pytest.raises(DataError, match="columns"):
        score_file(source, tmp_path / "out.jsonl", resume=True, reasons=True)
    interrupted(source, tmp_path / "out.jsonl", monkeypatch)
    jsonl(source, [{"title": t} for t in TITLES[1:]])
    with pytest.raises(DataError, match="input"):
        score_file(source, tmp_path / "out.jsonl", resume=True)
    score_file(source, tmp_path / "out.jsonl")
    assert len(read(tmp_path / "out.jsonl")) == 59


def test_a_torn_journal_line_is_cut_off(tmp_path, monkeypatch, small_blocks):
    source = jsonl(tmp_path / "in.jsonl", [{"title": t} for t in TITLES])
    interrupted(source, tmp_path / "out.jsonl", monkeypatch)
    folder = tmp_path / ".out.jsonl.partial"
    with (folder / "journal.jsonl").open("a") as journal:
        journal.write('{"name": "out/out.js')
    with (folder / "out" / "out.jsonl").open("a") as out:
        out.write('{"title": "half a li')
    score_file(source, tmp_path / "out.jsonl", resume=True)
    assert [r["title"] for r in read(tmp_path / "out.jsonl")] == TITLES


@pytest.mark.parametrize("line", ["{broken", "[1]", '{"name": "../../in.jsonl", "bytes": 0, "rejects_bytes": 0}'])
def test_a_journal_that_is_none_is_refused(tmp_path, monkeypatch, small_blocks, line):
    source = jsonl(tmp_path / "in.jsonl", [{"title": t} for t in TITLES])
    interrupted(source, tmp_path / "out.jsonl", monkeypatch)
    before = source.read_bytes()
    with (tmp_path / ".out.jsonl.partial" / "journal.jsonl").open("a") as journal:
        journal.write(line + "\n")
    with pytest.raises(DataError, match="without --resume"):
        score_file(source, tmp_path / "out.jsonl", resume=True)
    assert source.read_bytes() == before


def test_a_block_of_nothing_but_rejects_leaves_a_parquet_file_that_reads(tmp_path, small_blocks):
    source = jsonl(tmp_path / "in.jsonl", [{"title": t if 10 <= i < 20 else ""} for i, t in enumerate(TITLES)])
    summary = score_file(source, tmp_path / "out.parquet")
    assert (summary.rows_out, summary.rejects) == (10, 50)
    assert pq.read_table(tmp_path / "out.parquet").column("title").to_pylist() == TITLES[10:20]


def test_workers_change_nothing(tmp_path, small_blocks):
    source = jsonl(tmp_path / "in.jsonl", [{"title": t if i % 7 else "", "i": i} for i, t in enumerate(TITLES)])
    one = score_file(source, tmp_path / "one.jsonl")
    two = score_file(source, tmp_path / "two.jsonl", workers=2)
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "two.jsonl").read_bytes()
    assert one == two
    aside = [(tmp_path / f"{n}.jsonl.rejects.jsonl").read_bytes() for n in ("one", "two")]
    assert aside[0] == aside[1]


@pytest.mark.parametrize("codec", ["cp932", "euc_jp", "iso2022_jp", "utf-8-sig"])
@pytest.mark.parametrize("kind", [".jsonl", ".csv"])
def test_other_encodings_are_read_as_what_they_are(tmp_path, codec, kind):
    source = tmp_path / f"in{kind}"
    if kind == ".jsonl":
        text = "".join(json.dumps({"title": t}, ensure_ascii=False) + "\n" for t in TITLES)
    else:
        text = "title\n" + "".join(f"{t}\n" for t in TITLES)
    source.write_bytes(text.encode(codec))
    summary = score_file(source, tmp_path / "out.jsonl")
    assert summary.rejects == 0
    assert [r["title"] for r in read(tmp_path / "out.jsonl")] == TITLES


@pytest.mark.parametrize("kind", [".jsonl", ".csv"])
def test_broken_bytes_are_rejects(tmp_path, kind):
    lines = [json.dumps({"title": t}, ensure_ascii=False) if kind == ".jsonl" else t for t in TITLES]
    raw = [line.encode() for line in lines]
    raw[4] = raw[4].replace("の".encode(), b"\x82\xcc")  # a Shift_JIS character in a UTF-8 file
    source = tmp_path / f"in{kind}"
    source.write_bytes(b"\n".join([b"title"] * (kind == ".csv") + raw) + b"\n")
    summary = score_file(source, tmp_path / "out.jsonl")
    assert summary.rejects == 1
    (reject,) = read(tmp_path / "out.jsonl.rejects.jsonl")
    assert reject["row"] == 4
    assert "utf-8" in reject["reason"]
    assert [r["title"] for r in read(tmp_path / "out.jsonl")] == TITLES[:4] + TITLES[5:]


def test_utf_16_says_what_to_do(tmp_path):
    (tmp_path / "in.csv").write_bytes("title\n題\n".encode("utf-16"))
    with pytest.raises(DataError, match="iconv"):
        score_file(tmp_path / "in.csv", tmp_path / "out.csv")


def test_text_of_parquet_that_is_no_utf_8(tmp_path):
    broken = pa.array([TITLES[0].encode(), b"\x83\x5c", TITLES[1].encode()]).view(pa.string())
    pq.write_table(pa.table({"title": broken, "n": [1, 2, 3]}), tmp_path / "in.parquet")
    summary = score_file(tmp_path / "in.parquet", tmp_path / "out.jsonl")
    assert (summary.rows_in, summary.rows_out, summary.rejects) == (3, 2, 1)
    assert [r["n"] for r in read(tmp_path / "out.jsonl")] == [1, 3]


def test_truncated_files(tmp_path):
    pq.write_table(pa.table({"title": TITLES}), tmp_path / "in.parquet")
    data = (tmp_path / "in.parquet").read_bytes()
    (tmp_path / "cut.parquet").write_bytes(data[: len(data) // 2])
    packed = gzip.compress("".join(json.dumps({"title": t}) + "\n" for t in TITLES).encode())
    (tmp_path / "cut.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    (tmp_path / "not.jsonl.zst").write_bytes(b"not zstd")
    for name in ("cut.parquet", "cut.jsonl.gz", "not.jsonl.zst"):
        with pytest.raises(DataError, match=f"{name} can't be read"):
            score_file(tmp_path / name, tmp_path / "out.jsonl")
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"title": [1, 2]}, "column 'title' is int64"),
        ({"title": ["題"], "body": [["a"]]}, "column 'body' is list"),
        ({"title": [b"x"]}, "column 'title' is binary"),
    ],
)
def test_columns_of_the_wrong_type(tmp_path, table, said):
    pq.write_table(pa.table(table), tmp_path / "in.parquet")
    with pytest.raises(DataError, match=said):
        score_file(tmp_path / "in.parquet", tmp_path / "out.parquet")


def test_two_columns_of_one_name(tmp_path):
    (tmp_path / "in.csv").write_text("title,title\n題,題\n", encoding="utf-8")
    pq.write_table(pa.table([["題"], ["題"]], names=["title", "title"]), tmp_path / "in.parquet")
    for name in ("in.csv", "in.parquet"):
        with pytest.raises(DataError, match="two columns of one name: title"):
            score_file(tmp_path / name, tmp_path / "out.jsonl")
    (tmp_path / "in.jsonl").write_text('{"title": "題", "title": "別"}\n{"title": "市、計画"}\n', encoding="utf-8")
    assert score_file(tmp_path / "in.jsonl", tmp_path / "out.jsonl").rejects == 1


def test_odd_titles(tmp_path):
    odd = ["市" * 350_000, "", " ", "\u3000", "\x00\x00", "\ud800", "a" * 1_000_000, "😀" * 50, "\u202e題名"]
    source = tmp_path / "in.jsonl"
    source.write_text("".join(json.dumps({"title": t}) + "\n" for t in odd) + '{"title": NaN}\n', encoding="utf-8")
    for kind in (".jsonl", ".csv", ".parquet"):
        summary = score_file(source, tmp_path / f"out{kind}")
        assert summary.rows_in == 10
        assert summary.rows_out + summary.rejects == 10
    assert [r["title"] for r in read(tmp_path / "out.jsonl")] == [t for t in odd if t.strip()]


def test_types_that_change_are_rejects_outside_of_jsonl(tmp_path):
    rows = [{"title": t, "n": i} for i, t in enumerate(TITLES)]
    rows[40]["n"] = "forty"
    rows[50]["late"] = 1
    source = jsonl(tmp_path / "in.jsonl", rows)
    summary = score_file(source, tmp_path / "out.parquet")
    assert (summary.rows_out, summary.rejects, sum(summary.verdicts.values())) == (59, 1, 59)
    assert [r["row"] for r in read(tmp_path / "out.parquet.rejects.jsonl")] == [40]
    assert score_file(source, tmp_path / "out.jsonl").rejects == 0
