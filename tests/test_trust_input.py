"""A small run of what tests/trust/run.py runs at length: random text, markup, rows and files; broken files; hostile models."""

from __future__ import annotations

import json

import pytest
from hypothesis import strategies as st

from quality import DataError
from tests.trust import bombs, corruptions, files, fuzz, models, table

CORRUPTIONS = corruptions.corruptions()
BROKEN = list(files.broken())


@pytest.mark.parametrize("entry", fuzz.ENTRIES)
def test_any_input_is_answered_or_refused(entry):
    share, check, given = fuzz.ENTRIES[entry]
    found = fuzz.put_through(check, given, max(20, share))
    assert not found.failure
    assert found.cases >= 20


def test_what_crashes_refuses_without_a_word_or_hangs_is_noticed(monkeypatch):
    def crash(text):
        raise KeyError(text)

    def mute(text):
        raise DataError(" ")

    for check in (crash, mute):
        assert fuzz.put_through(check, (st.text(),), 20).failure
    monkeypatch.setattr(fuzz, "SECONDS", -1.0)
    assert " s" in fuzz.put_through(lambda text: None, (st.just(""),), 20).failure


def test_there_are_a_hundred_corruptions_half_of_them_signed_anew():
    assert len(CORRUPTIONS) >= 100
    assert sum(name.startswith("signed") for name in CORRUPTIONS) >= 50


# those that LightGBM, numpy or Python's own readers would take at their word
@pytest.mark.parametrize("name", [n for i, n in enumerate(CORRUPTIONS) if n.startswith("signed") or i % 4 == 0])
def test_a_corrupted_model_is_refused(tmp_path, name):
    assert models.verdict(tmp_path / "model", CORRUPTIONS[name]) == ""


def test_a_model_signed_anew_without_a_change_loads(tmp_path):
    assert models.verdict(tmp_path / "model", models.sign) == "it loads"


def test_there_are_300_broken_files():
    assert len(BROKEN) >= 300


def test_broken_files_are_errors_or_counted(tmp_path):
    found = {}
    for number, (what, ending, data) in enumerate(BROKEN):
        if number % 4 == 0 or "line with" in what:
            kind, said = files.verdict(tmp_path, number, ending, data)
            found.setdefault(kind, []).append(f"{what} ({ending}): {said}")
    assert not found.get("wrong")
    assert len(found["error"]) > 10
    assert len(found["counted"]) > 30


@pytest.mark.parametrize(
    "name", ["nested 100,000 deep", "open bold before every block", "links and rules", "a million attributes"]
)
def test_markup_that_bites_is_read_in_bounds(name):
    assert bombs.read_in_time(bombs.HTML[name], 200_000, 60) == ""


def test_scripts_are_no_text_and_links_do_not_run():
    assert bombs.page_faults() == []


def test_feeds_expand_nothing_and_fetch_nothing():
    tried, wrong = bombs.feed_faults()
    assert tried >= 15
    assert wrong == []


def test_readme_shows_the_results_that_are_kept():
    readme = (table.ROOT / "README.md").read_text(encoding="utf-8")
    results = json.loads(table.RESULTS.read_text(encoding="utf-8"))
    assert table.rendered_into(readme, results) == readme
    assert not [failure for part in results["parts"].values() for failure in part["failures"]]
