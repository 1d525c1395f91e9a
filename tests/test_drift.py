"""Drift: chance raises no alarm, another kind of text does."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from quality import load_corpus, load_model
from quality.cli import main
from quality.training import drift as rooms
from quality.training.drift import drift, stability, wilson
from quality.training.feed import feed_of
from quality.training.profile import edges_of, histogram


@pytest.fixture(scope="module")
def headlines():
    frame = load_corpus().headlines
    return frame[["title", "grade", "topic"]].rename(columns={"topic": "category"}).sample(frac=1, random_state=0)


@pytest.fixture(scope="module")
def before(headlines):
    return rooms.count(load_model(), feed_of(headlines.iloc[:700]))


def test_the_other_half_is_quiet(headlines, before):
    found = drift(load_model(), feed_of(headlines.iloc[700:1400]), before)
    assert not found.alarm, found.reasons
    assert found.shifts[0].psi < 0.1


def test_a_feed_grown_loud_alarms_and_says_why(headlines, before):
    rest = headlines.iloc[700:]
    found = drift(load_model(), feed_of(rest[rest["grade"] >= 2].head(500)), before)
    assert found.alarm
    assert any(r.startswith("sensational:") for r in found.reasons)
    assert found.flagged.low > found.flagged_before
    json.dumps(found.as_dict())


def test_small_feeds_raise_no_alarm(headlines, before):
    loud = headlines[headlines["grade"] == 3].head(rooms.ENOUGH - 1)
    found = drift(load_model(), feed_of(loud), before)
    assert not found.alarm
    assert "too few" in found.said[0]
    assert found.shifts == []


def test_groups_have_intervals_and_enough_rows(headlines, before):
    found = drift(load_model(), feed_of(headlines.iloc[700:1400]), before)
    assert found.groups
    for group in found.groups:
        assert group.rows >= rooms.GROUP
        assert 0 <= group.low <= group.share <= group.high <= 1


def test_a_rising_word_is_found(headlines, before):
    rest = headlines.iloc[700:1300].copy()
    rest.loc[rest["grade"] >= 2, "title"] += " 爆誕祭り"
    found = drift(load_model(), feed_of(rest), before)
    assert any("祭り" in r.words for r in found.rising)
    assert found.rising[0].now > found.rising[0].before


def test_stability_measures_distance_and_chance():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(2, 3000))
    edges = edges_of(values[0])
    same, chance = stability(histogram(values[0], edges), histogram(values[1], edges))
    moved, surprise = stability(histogram(values[0], edges), histogram(values[1] + 1, edges))
    assert same < 0.02
    assert chance > 0.001
    assert moved > 0.5
    assert surprise < 1e-10
    assert stability([5, 5], [0, 0]) == (0.0, 1.0)


def test_histograms_count_every_value():
    for values in (np.array([0.0] * 95 + [1.0] * 5), np.array([3.0] * 9), np.array([np.nan, 1.0, 2.0]), np.array([])):
        edges = edges_of(values)
        counts = histogram(values, edges)
        assert sum(counts) == np.isfinite(values).sum()
        assert len(counts) == len(edges) + 1
    assert histogram(np.array([0.0] * 95 + [1.0] * 5), edges_of(np.array([0.0] * 95 + [1.0] * 5))) == [95, 5]


def test_intervals_of_shares_hold_for_few_rows():
    assert wilson(0, 0) == (0.0, 1.0)
    low, high = wilson(0, 10)
    assert low == 0
    assert 0.2 < high < 0.4


@pytest.fixture
def feeds(headlines, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    headlines.iloc[:400].to_csv("old.csv", index=False)
    headlines.iloc[400:800].to_json("same.jsonl", orient="records", lines=True, force_ascii=False)
    headlines[headlines["grade"] == 3].head(400).to_parquet("loud.parquet")
    return tmp_path


def test_the_command_and_its_exit_codes(feeds):
    import mlflow

    def run(*args):
        return CliRunner().invoke(main, ["drift", *args, "--tracking-uri", f"sqlite:///{feeds / 'mlflow.db'}"])

    quiet = run("same.jsonl", "--against", "old.csv")
    assert quiet.exit_code == 0, quiet.output
    assert "quiet" in quiet.stdout
    loud = run("loud.parquet", "--against", "old.csv", "--json", "--plot", "drift.png")
    assert loud.exit_code == 4, loud.output
    assert json.loads(loud.stdout)["alarm"]
    assert (feeds / "drift.png").stat().st_size > 10_000
    assert run("none.csv").exit_code == 1
    client = mlflow.MlflowClient(f"sqlite:///{feeds / 'mlflow.db'}")
    runs = client.search_runs([client.get_experiment_by_name("feed-quality").experiment_id])
    assert {r.data.tags["drift"] for r in runs} == {"quiet", "drift"}
    last = next(r for r in runs if r.data.tags["drift"] == "drift")
    assert last.data.metrics["alarm"] == 1
    assert {f.path for f in client.list_artifacts(last.info.run_id)} == {"drift.json", "drift.png"}
    place = mlflow.artifacts.download_artifacts(run_id=last.info.run_id, artifact_path="drift.json")
    with open(place, encoding="utf-8") as file:
        text = file.read()
    assert not [t for t in pd.read_parquet("loud.parquet")["title"] if t in text]
