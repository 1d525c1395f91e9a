"""What a fitted model is asked beyond its figures: each question on data whose answer is known."""

from __future__ import annotations

import importlib.util
import sys
from functools import partial

import numpy as np
import pandas as pd
import pytest

from features.schema import NAMES
from quality.heads import HEADS, head
from quality.training import baselines, studies
from quality.training.ablation import FAMILIES, Table, ablation, family
from quality.training.baselines import BASELINES, LENGTH, LEXICON, Rows, Said
from quality.training.boosters import fit_booster
from quality.training.card_studies import studies as sections
from quality.training.comparison import DENSE, SHIPPED, ahead, compare_baselines, plain
from quality.training.dataset import Labelled
from quality.training.figures import average_precision, roc_area
from quality.training.parity import at_equal_grade, outlet_kind, parity
from quality.training.sources import corpus_split

SPEC = head("sensational")


# Families


def test_every_column_has_a_family():
    for spec in HEADS:
        found = {c: family(c) for c in spec.columns}
        assert set(found.values()) <= set(FAMILIES)
        assert {found[t.name] for t in spec.texts} == {"text"}
    assert family("style_03") == "style"
    assert family("sensational_raw") == "headline score"
    read = {family(c) for c in head("substantive").columns}
    assert read == set(FAMILIES) - {"attribution"}  # which is measured for people alone


def _table(rows: int, seed: int, informative: tuple[str, ...]) -> Table:
    """Columns of noise but for those named, whose sum is the grade."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 4, rows).astype(float)
    columns = rng.normal(size=(rows, len(SPEC.columns)))
    for name in informative:
        columns[:, SPEC.columns.index(name)] = labels + rng.normal(size=rows) / 4
    return Table(columns, labels)


def test_ablation_finds_the_family_that_carries_the_label():
    text = SPEC.texts[0].name
    fit = partial(fit_booster, SPEC, seed=1)
    fitted, held = (_table(n, seed, (text,)) for n, seed in ((400, 0), (300, 1)))
    found = ablation(SPEC, fit, fitted, np.ones(400), held)
    assert set(found["families"]) == {family(c) for c in SPEC.columns}
    assert found["all"]["n"] == 300
    assert found["all"]["auc"] > 0.95
    carried, noise = found["families"]["text"], found["families"]["headline"]
    assert carried["alone"]["auc"] > 0.95 > 0.65 > carried["without"]["auc"]
    assert noise["without"]["auc"] > 0.95 > 0.65 > noise["alone"]["auc"]
    low, high = carried["alone"]["auc_interval"]
    assert low <= carried["alone"]["auc"] <= high
    assert carried["alone"]["mse"] < noise["alone"]["mse"]


def test_a_head_of_the_log_loss_is_put_on_its_scale():
    spec = head("delivers")
    rng = np.random.default_rng(0)
    columns = rng.normal(size=(300, len(spec.columns)))
    labels = np.where(columns[:, 0] > 0, 2.0, 0.0)
    found = ablation(
        spec, partial(fit_booster, spec, seed=1), Table(columns, labels), np.ones(300), Table(columns, labels)
    )
    assert found["all"]["mse"] < 0.05


# Baselines


@pytest.fixture(scope="module")
def rows():
    """Headlines of the corpus: to fit on, held out."""
    from features.analysis import analyse
    from quality.model import dense_matrix

    found = []
    for split, count in (("train", 700), ("test", 300)):
        data = corpus_split(split)[0].frame.iloc[:count].reset_index(drop=True)
        dense = dense_matrix([analyse(d) for d in Labelled(data, {}).documents()])
        at = [NAMES.index(n) for n in SPEC.dense]
        labels = data["grade"].to_numpy(float)
        every = np.ones(len(data))
        found.append(Rows(data["title"].tolist(), None, dense[:, at], labels, every.astype(bool), every))
    return found


def test_the_features_baselines_read_are_in_the_schema():
    assert set(LENGTH + LEXICON) <= set(NAMES)


def test_each_baseline_is_what_it_says(rows):
    train, held = rows
    positive = (held.labels >= SPEC.cut).astype(int)
    said = {name: fit(SPEC, train)(held) for name, fit in BASELINES.items() if name != "fastText"}
    area = {name: roc_area(s.probability, positive) for name, s in said.items()}
    for s in said.values():
        assert len(s.probability) == len(s.expected) == len(held.labels)
        assert ((s.expected >= 0) & (s.expected <= 1)).all()
    assert area["majority"] == 0.5
    assert said["majority"].expected[0] == pytest.approx(train.labels.mean() / 3)
    assert 0.5 < area["length only"] < area["lexicon only"] < area["TF-IDF ridge"]
    assert area["TF-IDF words, logistic regression"] > 0.7


def test_fasttext_learns_where_it_is_installed(rows):
    train, held = rows
    try:
        said, again = (baselines.fasttext(SPEC, train)(held) for _ in range(2))
    except ImportError:
        assert importlib.util.find_spec("fasttext") is None  # no dependency of ours: the table then says so
        return
    assert roc_area(said.probability, (held.labels >= SPEC.cut).astype(int)) > 0.6
    assert ((said.expected >= 0) & (said.expected <= 1)).all()
    assert np.array_equal(said.probability, again.probability)


def test_a_baseline_that_is_not_installed_says_so(rows, monkeypatch):
    monkeypatch.setitem(sys.modules, "fasttext", None)
    train, held = rows
    perfect = Said(held.labels / 3, held.labels / 3)
    fit = partial(fit_booster, SPEC, seed=1)
    found = compare_baselines(SPEC, train, fit, {"dev": (held, perfect)})["dev"]
    assert list(found) == [*BASELINES, DENSE, SHIPPED]
    assert found["fastText"] == {"absent": "not installed (fasttext)"}
    assert found[SHIPPED]["auc"] == 1.0
    for name in ("majority", "TF-IDF ridge", DENSE):
        row = found[name]
        assert row["ahead"]["auc"] == pytest.approx(1 - row["auc"], abs=1e-4)
        low, high = row["ahead"]["auc_interval"]
        assert 0 < low <= row["ahead"]["auc"] <= high
    assert {"auc", "auc_interval", "n"} <= set(plain(found))
    assert "ahead" not in plain(found)
    card = sections({"comparison": {"dev": {"sensational": found}}})
    assert "not installed (fasttext)" in card
    assert f"| {DENSE} | 300 |" in card


def test_paired_intervals_are_narrower_than_the_figures_own():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 4, 500).astype(float)
    one = labels + rng.normal(size=500)
    other = one + rng.normal(size=500) / 10  # nearly the same answers
    found = ahead(SPEC, labels, Said(one, one), Said(other, other))
    low, high = found["auc_interval"]
    assert low < found["auc"] < high
    assert high - low < 0.02
    assert ahead(SPEC, labels, Said(one, one), Said(one, one))["auc_interval"] == [0.0, 0.0]
    positive = (labels >= 1.5).astype(int)
    assert found["ap"] == pytest.approx(average_precision(one, positive) - average_precision(other, positive), abs=1e-4)


def test_baselines_heed_the_weights_of_rows(rows):
    train, held = rows
    wrong = 3 - train.labels
    both = Rows(
        [*train.titles, *train.titles],
        None,
        np.vstack([train.dense, train.dense]),
        np.concatenate([train.labels, wrong]),
        np.tile(train.base, 2),
        np.repeat([1.0, 1e-6], len(wrong)),
    )
    positive = (held.labels >= SPEC.cut).astype(int)
    for name in ("lexicon only", "TF-IDF words, logistic regression", "TF-IDF ridge"):
        assert roc_area(BASELINES[name](SPEC, both)(held).probability, positive) > 0.7, name


# Parity


def test_parity_is_of_equal_grades():
    """A category with more bait isn't graded unfairly; one that is graded higher at each grade is."""
    rng = np.random.default_rng(0)
    category = np.repeat(["plain", "baity", "wronged"], 400)
    label = np.where(category == "baity", rng.choice([2.0, 3.0], 1200), rng.choice([0.0, 1.0, 2.0, 3.0], 1200))
    shrunk = label * 0.8 + label.mean() * 0.2  # as any honest model's expectations are drawn to the middle
    expected = shrunk + np.where(category == "wronged", 0.3, 0.0)
    found = parity(SPEC, pd.DataFrame({"category": category}), label, expected / 3, expected)
    residual = {k: v["residual"] for k, v in found["columns"]["category"].items()}
    assert found["worst"]["value"] == "wronged"
    assert residual["wronged"] - residual["plain"] == pytest.approx(0.1, abs=1e-3)
    assert abs(residual["baity"] - residual["plain"]) < 0.04
    low, high = found["columns"]["category"]["plain"]["residual_interval"]
    assert low <= residual["plain"] <= high


def test_a_grade_a_category_lacks_is_taken_from_all():
    label = np.array([0.0, 0.0, 3.0, 3.0])
    residual = np.array([0.1, 0.3, -0.2, -0.4])
    mean, low, high = at_equal_grade(residual, label, np.array([True, False, False, False]))
    assert mean == pytest.approx(0.5 * 0.1 + 0.5 * -0.3)
    assert low < mean < high


def test_small_categories_and_unknown_ones_are_no_rows():
    frame = pd.DataFrame({"category": ["a"] * 29 + [None] * 31})
    found = parity(SPEC, frame, np.zeros(60), np.zeros(60), np.zeros(60))
    assert found["columns"] == {}
    assert found["worst"] is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("架空スポーツ", "sports daily"),
        ("架空テレビ（ABC）", "broadcaster"),
        ("架空新聞デジタル", "newspaper or agency"),
        ("月刊架空", "magazine or web site"),
        ("", None),
        (float("nan"), None),
    ],
)
def test_kinds_of_outlet(name, kind):
    assert outlet_kind(name) == kind


# All of them on one small fit


@pytest.fixture(scope="module")
def small():
    """A model fitted on a part of the corpus, and another part as its dev sets."""
    from quality.training.fit import fit_model

    headlines, articles = corpus_split("train", 1.0)
    parts = []
    for table, fit_on, held in ((headlines, 400, 120), (articles, 200, 60)):
        frame = table.frame.assign(sampling="uniform")
        both = (frame.iloc[:fit_on], frame.iloc[fit_on : fit_on + held])
        parts.append([Labelled(part.reset_index(drop=True), {}) for part in both])
    (h, h_dev), (a, a_dev) = parts
    return fit_model(h, a, 1), h, a, {"headlines_dev": h_dev, "articles_dev": a_dev}


def test_the_studies_of_a_fit(small):
    fitted, headlines, articles, tests = small
    assert studies.has_dev(tests)
    assert not studies.has_dev({"headlines_dev": tests["headlines_dev"]})
    columns = {name: studies.tables(fitted.model, data) for name, data in tests.items()}
    for name, heads in columns.items():
        for key, table in heads.items():
            assert table.columns.shape == (len(table.labels), len(head(key).columns)), (name, key)
    ablated = studies.ablations(fitted, columns, 1)
    assert set(ablated["articles_dev"]) == {"substantive", "delivers", "whole"}
    compared = studies.comparisons(fitted, headlines, articles, tests, columns, 1)
    assert set(compared["headlines_dev"]) == {"sensational"}
    assert compared["articles_dev"]["substantive"][SHIPPED]["n"] == 60
    folds = studies.cross_validated(fitted, headlines, articles, tests, 1)
    assert folds["together"]["sensational"]["n"] == 520
    assert folds["dev"]["sensational"]["n"] == 120
    even = studies.parities(fitted, headlines, articles, tests)
    assert "outlet_kind" in even["out_of_fold"]["sensational"]["columns"]
    sets = {name: {key: row[SHIPPED] for key, row in heads.items()} for name, heads in compared.items()}
    card = sections(
        {"sets": sets, "ablation": ablated, "comparison": compared, "cross_validation": folds, "parity": even}
    )
    for said in ("Beside plain baselines", "Folds over fitted and dev rows", "What each family gives", "Parity"):
        assert said in card
    assert card.count("| sensational | headline |") == 1


def test_the_same_model_answers_in_tables_as_it_predicts(small):
    from quality.training.evaluate import predict

    fitted, _, _, tests = small
    for name, data in tests.items():
        said = predict(fitted.model, data)
        for key, table in studies.tables(fitted.model, data).items():
            fitted_head = fitted.model.heads[key]
            answers = fitted_head.probability(fitted_head.raw(table.columns))
            known = data.frame[studies.LABELS[key]].notna().to_numpy()
            assert np.allclose(answers, said.loc[known, key], atol=1e-6), (name, key)


def test_the_folds_that_lie_apart_are_named():
    names = ("auc", "ap", "mse")
    row = {"n": 9} | dict.fromkeys(names, 0.9) | {f"{f}_interval": [0.88, 0.92] for f in names}
    far = row | {"auc": 0.8, "auc_interval": [0.78, 0.82]}
    sets = {"headlines_dev": {"sensational": row}}
    same = {"together": {"sensational": row}, "dev": {"sensational": row}}
    assert "overlap for every answer and figure" in sections({"sets": sets, "cross_validation": same})
    apart = sections({"sets": sets, "cross_validation": same | {"together": {"sensational": far}}})
    assert "overlap but for AUC of sensational:" in apart
