"""Files: every row comes back in order or stands among the rejects with its reason."""

from __future__ import annotations

import csv
import json

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quality import DataError, score_many
from quality.batch import score_file
from quality.scoring import COLUMNS

TITLES = [f"町が{i}日に説明会 住民{i * 3}人が参加" if i % 2 else f"まさかの{i}位に騒然…その理由とは" for i in range(50)]


def write(path, rows):
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), encoding="utf-8")
    elif path.suffix == ".csv":
        pd.DataFrame(rows).to_csv(path, index=False)
    else:
        pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def read(path):
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))
    return pq.read_table(path).to_pylist()


@pytest.mark.parametrize("source", [".parquet", ".jsonl", ".csv"])
@pytest.mark.parametrize("target", [".parquet", ".jsonl", ".csv"])
def test_rows_come_back_in_order(tmp_path, source, target):
    rows = [{"n": str(i), "title": t, "note": "改行\nと,読点" if i == 3 else "x"} for i, t in enumerate(TITLES)]
    summary = score_file(write(tmp_path / f"in{source}", rows), tmp_path / f"out{target}")
    scored = read(tmp_path / f"out{target}")
    assert [r["n"] for r in scored] == [r["n"] for r in rows]
    assert [r["note"] for r in scored] == [r["note"] for r in rows]
    assert list(scored[0]) == ["n", "title", "note", *COLUMNS]
    assert [float(r["sensational"]) for r in scored] == [s.sensational for s in score_many(TITLES)]
    assert (summary.rows_in, summary.rows_out, summary.rejects) == (50, 50, 0)
    assert sum(summary.verdicts.values()) == 50
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([f"in{source}", f"out{target}"])


def test_bad_rows_are_set_aside_with_their_reason(tmp_path):
    lines = [
        '{"title": "市、予算案を発表"}',
        '{"title": null}',
        "{broken",
        '{"title": "  "}',
        '["a", "list"]',
        '{"title": 5}',
        '{"title": "題", "body": ["x"]}',
        '{"title": "題", "body_kind": "half"}',
        '{"title": "県警、男を逮捕", "extra": {"kept": [1, 2]}}',
    ]
    source = tmp_path / "in.jsonl"
    source.write_text("\n".join(lines), encoding="utf-8")
    summary = score_file(source, tmp_path / "out.jsonl")
    assert (summary.rows_in, summary.rows_out, summary.rejects) == (9, 2, 7)
    rejects = read(tmp_path / "out.jsonl.rejects.jsonl")
    assert [r["row"] for r in rejects] == [1, 2, 3, 4, 5, 6, 7]
    assert all(r["reason"] for r in rejects)
    assert read(tmp_path / "out.jsonl")[1]["extra"] == {"kept": [1, 2]}


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.none(), st.integers(), st.text(max_size=30)), min_size=1, max_size=30))
def test_rows_in_are_rows_out_and_rejects(tmp_path, titles):
    source = tmp_path / "any.jsonl"
    source.write_text("".join(json.dumps({"title": t, "n": i}) + "\n" for i, t in enumerate(titles)), encoding="utf-8")
    summary = score_file(source, tmp_path / "any_out.jsonl")
    out = read(tmp_path / "any_out.jsonl")
    aside = tmp_path / "any_out.jsonl.rejects.jsonl"
    rejects = read(aside) if aside.exists() else []
    assert len(out) == summary.rows_out
    assert len(rejects) == summary.rejects
    assert sorted([r["n"] for r in out] + [r["row"] for r in rejects]) == list(range(len(titles)))


def test_keys_that_come_late_are_kept_in_jsonl(tmp_path):
    rows = [{"title": t} for t in TITLES] + [{"title": "市、計画を公表", "late": 1}]
    score_file(write(tmp_path / "in.jsonl", rows), tmp_path / "out.jsonl")
    assert read(tmp_path / "out.jsonl")[-1]["late"] == 1


def test_a_csv_row_of_another_length_is_a_reject(tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("title,n\n市、計画を公表,1\n県警が発表,2,3\n町、条例案を提出,3\n", encoding="utf-8")
    summary = score_file(source, tmp_path / "out.csv")
    assert (summary.rows_out, summary.rejects) == (2, 1)
    assert "3 fields" in read(tmp_path / "out.csv.rejects.jsonl")[0]["reason"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("in.jsonl", '{"text": "a"}\n', "title"),
        ("in.parquet", "not parquet", "can't be read"),
        ("in.csv", "", "no rows"),
        ("in.xlsx", "", r"\.parquet, \.jsonl or \.csv"),
        ("in.jsonl", '{"title": "題", "verdict": "x"}\n', "overwrite"),
    ],
)
def test_a_file_that_cannot_be_scored_says_why(tmp_path, name, content, said):
    source = tmp_path / name
    source.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=said):
        score_file(source, tmp_path / "out.jsonl")
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_input_is_never_the_output(tmp_path):
    source = write(tmp_path / "in.jsonl", [{"title": TITLES[0]}])
    with pytest.raises(DataError, match="is the input"):
        score_file(source, source)
    with pytest.raises(DataError, match="does not exist"):
        score_file(tmp_path / "none.jsonl", tmp_path / "out.jsonl")
