"""Where to label next: uncertain, novel and blind rows, spread over outlets, each story once."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from click.testing import CliRunner

from quality import load_corpus, load_model, score_many
from quality.cli import main
from quality.training.feed import feed_of
from quality.training.own import read_own
from quality.training.sampling import Seen, pick


@pytest.fixture(scope="module")
def feed():
    frame = load_corpus().headlines.sample(800, random_state=1)[["title", "topic"]].reset_index(drop=True)
    copies = frame.head(40).assign(title=frame["title"].head(40) + "!")
    whole = pd.concat([frame, copies], ignore_index=True).rename(columns={"topic": "category"})
    return whole.assign(outlet=["big" if i % 2 else f"o{i % 30}" for i in range(len(whole))])


@pytest.fixture(scope="module")
def picked(feed):
    return pick(load_model(), feed_of(feed), 100)


def test_as_many_as_asked_each_once(picked):
    assert len(picked) == 100
    assert picked["title"].is_unique
    assert picked["id"].is_unique
    assert (picked["grade"] == "").all()


def test_half_uncertain_some_novel_some_blind(picked, feed):
    assert picked["why"].value_counts().to_dict() == {"uncertain": 50, "novel": 30, "blind": 20}
    assert set(picked.loc[picked["why"] == "blind", "sampling"]) == {"uniform"}
    assert set(picked.loc[picked["why"] != "blind", "sampling"]) == {"active"}

    def mean(titles):
        return sum(1 - 2 * abs(s.sensational - 0.5) for s in score_many(titles)) / len(titles)

    assert mean(picked.loc[picked["why"] == "uncertain", "title"].tolist()) > 2 * mean(feed["title"].tolist())


def test_no_outlet_takes_all(picked):
    assert picked["outlet"].value_counts().max() <= 25


def test_near_duplicates_are_one():
    seen = Seen()
    assert seen.add("県議会、条例改正案を可決　全会一致で")
    assert not seen.add("県議会、条例改正案を可決 全会一致で!")
    assert seen.add("駅前の再開発、来月着工へ")
    assert seen.add("")


def test_no_near_duplicates_are_picked(picked):
    bare = picked["title"].str.rstrip("!")
    assert bare.is_unique


def test_the_same_seed_picks_the_same(feed, picked):
    pd.testing.assert_frame_equal(pick(load_model(), feed_of(feed), 100), picked)


def test_few_rows_are_all_there_is(feed):
    assert len(pick(load_model(), feed_of(feed.head(5)), 100)) == 5


def test_the_csv_goes_back_into_training(feed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    feed.to_csv("feed.csv", index=False)
    result = CliRunner().invoke(main, ["sample", "feed.csv", "-n", "20", "-o", "to-grade.csv"])
    assert result.exit_code == 0, result.output
    rows = pd.read_csv("to-grade.csv")
    rows.loc[:11, "grade"] = 2
    rows.to_csv("to-grade.csv", index=False, encoding="utf-8-sig")
    headlines, articles, said = read_own("to-grade.csv")
    assert articles is None
    assert len(headlines.frame) == 12
    assert "8 of 20" in said[0]
    shown = CliRunner().invoke(main, ["sample", "feed.csv", "-n", "3"])
    assert len(pd.read_csv(io.StringIO(shown.stdout))) == 3
