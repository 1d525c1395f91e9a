"""The phrases that explain scores: every feature has them, and they fit the sentences they are set into."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from features import NAMES

PATH = Path(__file__).parents[1] / "quality" / "phrases.tsv"
COLUMNS = ["feature", "ja_high", "ja_low", "en_high", "en_low", "rule"]
CLAUSES = COLUMNS[1:5]
PSEUDO = ("wording", "wording_ending", "sensational_raw", "not_japanese")  # explained, but no feature of the catalogue
RULES = {"exaggeration", "mismatch", "unrelated_names", "cut_off", "advertising", "unclear_source"}
JAPANESE = re.compile("[ぁ-んァ-ヶ一-鿿]")

HEADER, *LINES = (line.split("\t") for line in PATH.read_text(encoding="utf-8").splitlines())
ROWS = [dict(zip(COLUMNS, line, strict=False)) for line in LINES]
FEATURES = [row["feature"] for row in ROWS]


def _where(wrong: list[str]) -> str:
    return f"quality/phrases.tsv: {', '.join(wrong)}"


def test_columns() -> None:
    assert HEADER == COLUMNS
    uneven = [line[0] for line in LINES if len(line) != len(COLUMNS)]
    assert not uneven, _where(uneven)


def test_every_feature_has_a_line() -> None:
    missing = [name for name in (*NAMES, *PSEUDO) if name not in FEATURES]
    assert not missing, f"no line in quality/phrases.tsv for: {', '.join(missing)}"


def test_every_line_is_a_feature() -> None:
    unknown = [name for name in FEATURES if name not in NAMES and name not in PSEUDO]
    assert not unknown, f"lines in quality/phrases.tsv for no feature: {', '.join(unknown)}"


def test_lines_follow_the_catalogue() -> None:
    assert [*FEATURES] == [name for name in (*NAMES, *PSEUDO) if name in FEATURES]


@pytest.mark.parametrize("column", CLAUSES)
def test_clauses_are_clean(column: str) -> None:
    """Not empty, no space around them, no full stop, no character that a TSV reader takes for a quote."""
    wrong = [
        row["feature"]
        for row in ROWS
        if not row[column]
        or row[column] != row[column].strip()
        or row[column].endswith(("。", "."))
        or '"' in row[column]
    ]
    assert not wrong, _where(wrong)


@pytest.mark.parametrize("column", ["ja_high", "ja_low"])
def test_japanese_can_be_followed_by_tame(column: str) -> None:
    """A clause in plain form: 「…がある」「…が短い」「…である」, never 「…だ」 or a bare noun."""
    wrong = [row["feature"] for row in ROWS if not re.search("[うくぐすつぬぶむるいた]$", row[column])]
    assert not wrong, _where(wrong)


@pytest.mark.parametrize("column", CLAUSES)
def test_language(column: str) -> None:
    """Japanese columns hold Japanese; English ones begin in English, and may cite a Japanese word."""
    pattern = JAPANESE if column.startswith("ja") else re.compile("^[A-Za-z]")
    wrong = [row["feature"] for row in ROWS if not pattern.search(row[column])]
    assert not wrong, _where(wrong)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_clause_stands_twice(language: str) -> None:
    """High differs from low, and no two reasons of a list read the same."""
    clauses = [row[f"{language}_{side}"] for row in ROWS for side in ("high", "low")]
    twice = sorted({clause for clause in clauses if clauses.count(clause) > 1})
    assert not twice, _where(twice)


def test_rules_are_known() -> None:
    wrong = [f"{row['feature']}: {row['rule']}" for row in ROWS if row["rule"].removeprefix("low:") not in {"", *RULES}]
    wrong += [row["feature"] for row in ROWS if row["rule"] == "low:"]
    assert not wrong, _where(wrong)


def test_every_rule_is_used() -> None:
    unused = sorted(RULES - {row["rule"].removeprefix("low:") for row in ROWS})
    assert not unused, _where(unused)
