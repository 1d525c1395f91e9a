"""Batches over compressed files and folders, large Parquet output, pages, reasons."""

from __future__ import annotations

import gzip
import json
from importlib.resources import files

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import quality.files
import quality.journal
from quality import DataError, score, score_batch
from quality.batch import score_file

TITLES = [f"町が{i}日に説明会 住民{i * 3}人が参加" if i % 2 else f"まさかの{i}位に騒然…その理由とは" for i in range(60)]
LINES = "".join(json.dumps({"title": t}, ensure_ascii=False) + "\n" for t in TITLES)
PAGE = (files("quality") / "examples" / "page.html").read_text(encoding="utf-8")


def unpack(path):
    data = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(data).decode()
    if path.suffix == ".zst":
        return pa.input_stream(str(path), compression="zstd").read().decode()
    return data.decode()


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(quality.files, "BLOCK_ROWS", 10)


@pytest.mark.parametrize("end", [".jsonl", ".csv"])
@pytest.mark.parametrize("codec", [".gz", ".zst"])
def test_compressed_files_in_and_out(tmp_path, small_blocks, end, codec):
    text = LINES if end == ".jsonl" else "title\n" + "\n".join(TITLES) + "\n"
    source = tmp_path / f"in{end}{codec}"
    with pa.output_stream(str(source), compression={".gz": "gzip", ".zst": "zstd"}[codec]) as out:
        out.write(text.encode())
    (tmp_path / f"plain{end}").write_text(text, encoding="utf-8")
    score_file(source, tmp_path / f"out{end}{codec}")
    score_file(tmp_path / f"plain{end}", tmp_path / f"out{end}")
    assert unpack(tmp_path / f"out{end}{codec}") == unpack(tmp_path / f"out{end}")


def test_parquet_is_never_wrapped(tmp_path):
    (tmp_path / "in.jsonl").write_text(LINES, encoding="utf-8")
    with pytest.raises(DataError, match=r"\.parquet, \.jsonl or \.csv"):
        score_file(tmp_path / "in.jsonl", tmp_path / "out.parquet.gz")


@pytest.fixture
def folder(tmp_path):
    inner = tmp_path / "in" / "sub"
    inner.mkdir(parents=True)
    (tmp_path / "in" / "a.jsonl").write_text(LINES, encoding="utf-8")
    (tmp_path / "in" / "_SUCCESS").write_text("")
    (inner / "b.jsonl.gz").write_bytes(gzip.compress('{"title": "市、計画を公表"}\n{"title": null}\n'.encode()))
    pq.write_table(pa.table({"title": TITLES[:7]}), tmp_path / "in" / "c.parquet")
    return tmp_path / "in"


def test_a_folder_into_one_file(tmp_path, folder, small_blocks):
    summary = score_file(folder, tmp_path / "out.parquet", workers=2)
    assert (summary.rows_in, summary.rows_out, summary.rejects) == (69, 68, 1)
    assert pq.read_table(tmp_path / "out.parquet")["title"].to_pylist() == [*TITLES, *TITLES[:7], "市、計画を公表"]
    reject = json.loads((tmp_path / "out.parquet.rejects.jsonl").read_text())
    assert (reject["file"], reject["row"]) == ("sub/b.jsonl.gz", 1)


def test_a_folder_into_a_folder(tmp_path, folder, small_blocks):
    summary = score_file(folder, tmp_path / "out")
    assert summary.rows_out == 68
    assert sorted(p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*") if p.is_file()) == [
        "a.jsonl",
        "c.parquet",
        "sub/b.jsonl.gz",
    ]
    assert pq.read_table(tmp_path / "out" / "c.parquet")["title"].to_pylist() == TITLES[:7]
    with pytest.raises(DataError, match="holds something"):
        score_file(folder, tmp_path / "out")
    with pytest.raises(DataError, match="lies in the input"):
        score_file(folder, folder / "out.jsonl")


def test_a_large_parquet_output_is_a_folder_of_parts(tmp_path, monkeypatch, small_blocks):
    (tmp_path / "in.jsonl").write_text(LINES, encoding="utf-8")
    score_file(tmp_path / "in.jsonl", tmp_path / "one.parquet")
    monkeypatch.setattr(quality.journal, "MERGED_ROWS", 25)
    score_file(tmp_path / "in.jsonl", tmp_path / "out.parquet")
    assert [pq.read_metadata(p).num_rows for p in sorted((tmp_path / "out.parquet").iterdir())] == [20, 20, 20]
    assert pq.read_table(tmp_path / "out.parquet") == pq.read_table(tmp_path / "one.parquet")


def test_pages_instead_of_titles(tmp_path):
    rows = [
        {"page": PAGE},
        {"page": "  "},
        {"title": "市、計画を公表", "page": None},
        {"title": "別の題", "page": PAGE},
    ]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    summary = score_file(tmp_path / "in.jsonl", tmp_path / "out.jsonl")
    assert (summary.rows_out, summary.rejects) == (3, 1)
    found = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [r["body_kind"] for r in found] == ["full", "none", "full"]
    assert found[0]["sensational"] != found[2]["sensational"]
    pq.write_table(pa.table({"page": [PAGE.encode()]}), tmp_path / "in.parquet")
    score_file(tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert pq.read_table(tmp_path / "out.parquet")["substantive"].to_pylist() == [found[0]["substantive"]]


def test_reasons_are_json_text(tmp_path):
    (tmp_path / "in.jsonl").write_text('{"title": "【衝撃】まさかの結末に騒然"}\n', encoding="utf-8")
    for kind in (".jsonl", ".parquet", ".csv"):
        score_file(tmp_path / "in.jsonl", tmp_path / f"out{kind}", reasons=True)
    (row,) = pq.read_table(tmp_path / "out.parquet").to_pylist()
    found = json.loads(row["reasons"])
    assert [r["feature"] for r in found] == [r.feature for r in score("【衝撃】まさかの結末に騒然").reasons]
    assert {"head", "contribution", "words", "ja", "en"} <= set(found[0])


def test_a_list_of_dicts_is_a_table_too():
    scored = score_batch([{"title": t, "n": i} for i, t in enumerate(TITLES)])
    frame = score_batch(pa.table({"title": TITLES, "n": range(60)})).to_pylist()
    assert scored == frame


def test_the_types_of_a_parquet_file_stay(tmp_path):
    table = pa.table(
        {
            "title": pa.array(TITLES[:3]).dictionary_encode(),
            "at": pa.array([1, 2, None], pa.timestamp("us", tz="Asia/Tokyo")),
            "tags": [["a"], [], None],
            "x": [1.5, float("nan"), None],
        }
    )
    pq.write_table(table, tmp_path / "in.parquet")
    score_file(tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert pq.read_table(tmp_path / "out.parquet").schema.types[:4] == table.schema.types
    score_file(tmp_path / "in.parquet", tmp_path / "out.jsonl")
    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(x, parse_constant=pytest.fail)["x"] for x in lines] == [1.5, None, None]
