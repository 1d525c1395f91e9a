"""A row alone gets what it gets in a batch: in any thread, whatever else is asked of the booster, and without the quick call."""

from __future__ import annotations

import gc
import threading
import weakref

import numpy as np
import pytest

from quality import load_model, single_row
from quality.single_row import RawScores


@pytest.fixture(scope="module")
def booster():
    import lightgbm

    rng = np.random.default_rng(4)
    columns = rng.normal(size=(2_000, 12))
    columns[rng.random(columns.shape) < 0.1] = np.nan
    labels = np.nan_to_num(columns).sum(axis=1)
    settings = {"objective": "regression", "verbose": -1, "num_threads": 1, "seed": 1}
    return lightgbm.train(settings, lightgbm.Dataset(columns, labels), 40), columns[:300]


def rows(scores, columns):
    return np.concatenate([scores(row[None]) for row in columns])


def test_rows_alone_are_those_of_the_batch(booster):
    fitted, columns = booster
    scores = RawScores(fitted)
    assert (rows(scores, columns) == scores(columns)).all()
    assert (rows(scores, np.asfortranarray(columns)) == scores(columns)).all()


def test_the_champions_rows_too():
    head = load_model().heads["sensational"]
    columns = np.random.default_rng(1).normal(size=(200, len(head.spec.columns)))
    assert (rows(head.raw, columns) == head.raw(columns)).all()


def test_thirty_two_threads_give_the_numbers_of_one(booster):
    fitted, columns = booster
    scores = RawScores(fitted)
    wanted = scores(columns)
    found = []
    threads = [threading.Thread(target=lambda: found.append(rows(scores, columns))) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 32
    assert all((f == wanted).all() for f in found)


def test_the_booster_answers_on_beside_it(booster):
    fitted, columns = booster
    scores = RawScores(fitted)
    first = scores(columns[:1])
    assert fitted.predict(columns[:2], pred_contrib=True, num_threads=1).shape == (2, 13)
    assert fitted.feature_importance().sum() > 0
    assert "tree_sizes" in fitted.model_to_string()
    assert scores(columns[:1]) == first


def test_the_booster_goes_with_what_was_made_of_it(booster):
    import lightgbm

    fitted, columns = booster
    again = lightgbm.Booster(model_str=fitted.model_to_string())
    scores, gone = RawScores(again), weakref.ref(again)
    wanted = scores(columns[:1])
    del again
    assert scores(columns[:1]) == wanted
    del scores
    gc.collect()
    assert gone() is None


def test_without_the_quick_call_the_answers_are_the_same(booster, monkeypatch):
    fitted, columns = booster
    wanted = RawScores(fitted)(columns[:20])

    def refuse(library, booster):
        raise AttributeError("no such call")

    monkeypatch.setattr(single_row, "_Prepared", refuse)
    assert (rows(RawScores(fitted), columns[:20]) == wanted).all()


def test_a_row_of_another_width_is_refused_by_lightgbm_itself(booster):
    import lightgbm

    fitted, columns = booster
    with pytest.raises(lightgbm.basic.LightGBMError, match="number of features"):
        RawScores(fitted)(columns[:1, :5])
