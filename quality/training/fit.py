"""Fitting a model: representations and boosters out of fold in one place, calibration and thresholds from what was held out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from features.analysis import Analysis, analyse
from features.schema import BODY_FEATURES, NAMES, TITLE_FEATURES
from quality.heads import HEADS, HeadSpec, TextSpec
from quality.model import CHAMPION, Array, Head, QualityModel, dense_matrix
from quality.reference import Reference
from quality.style import StyleVectors
from quality.text_model import TextModel, grams, view
from quality.training.calibrate import centered_isotonic, policies
from quality.training.dataset import Labelled, folds

PARAMETERS: dict[str, Any] = {
    "objective": "regression",
    "learning_rate": 0.03,
    "num_leaves": 31,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "max_bin": 127,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbose": -1,
}
SMALL: dict[str, Any] = {"num_leaves": 15, "min_data_in_leaf": 15, "feature_fraction": 0.3}  # for a few thousand rows
# small trees on the log loss: a few hundred negatives carry no more leaves, and squares waste them on rows already told apart
LOGISTIC: dict[str, Any] = {"objective": "cross_entropy", "num_leaves": 7}
# fewer trees, longer steps: every headline of a feed pays for them
OWN = {"sensational": {"learning_rate": 0.04, "feature_fraction": 0.3}, "delivers": LOGISTIC, "whole": LOGISTIC}
ROUNDS = {"sensational": 260, "substantive": 300, "delivers": 300, "whole": 300}
LABELS = {"sensational": "grade", "substantive": "grade", "delivers": "delivery", "whole": "whole"}

_FEW = 5_000  # rows, below which a head's booster is SMALL
_LONGEST = 16  # characters of an n-gram


@dataclass
class Fitted:
    """A model and, for each head, what it said of the rows it had not seen."""

    model: QualityModel
    held_out: dict[str, pd.DataFrame] = field(default_factory=dict)  # row, label, raw, probability, expected
    columns: dict[str, tuple[Array, Array]] = field(default_factory=dict)  # head -> (out-of-fold columns, labels)
    weights: dict[str, Array] = field(default_factory=dict)  # head -> weights of the same rows


@dataclass
class _Rows:
    """The rows one head is fitted on."""

    analyses: list[Analysis]
    dense: Array
    labels: Array
    weights: Array
    base: Array  # rows drawn as a feed draws them: calibration and thresholds are read off these
    raw: Array  # the first head's raw score
    folds: list[tuple[Array, Array]]


def _scaled(matrix: Any) -> Any:
    """Rows of presences over the square root of how many there are."""
    import scipy.sparse

    return scipy.sparse.diags(1 / np.sqrt(np.maximum(np.asarray(matrix.sum(axis=1)).ravel(), 1.0))) @ matrix


def _short(found: list[str]) -> list[str]:
    # a pair of long words is a phrase of somebody's text, which a model that ships must not carry
    return [gram for gram in found if len(gram) <= _LONGEST]


class _Presence:
    """Which n-grams each row holds, found once; each fold keeps the n-grams its own rows hold often enough."""

    def __init__(self, spec: TextSpec, analyses: Sequence[Analysis]) -> None:
        from sklearn.feature_extraction.text import CountVectorizer

        self.spec = spec
        texts = [view(a, spec.field) for a in analyses]
        counter = CountVectorizer(
            analyzer=lambda t: _short(grams(t, spec.field, spec.unit, spec.sizes)) if t is not None else [],
            min_df=min(spec.min_count, len(texts)),
        )
        self.matrix = (counter.fit_transform(texts) > 0).astype(np.float64).tocsr()
        self.terms = counter.get_feature_names_out()

    def fit(self, rows: Array, labels: Array, weights: Array) -> tuple[Array, Array, float]:
        """(columns kept, weights, bias) of a ridge regression on the rows."""
        import scipy.sparse
        from sklearn.linear_model import Ridge
        from threadpoolctl import threadpool_limits

        part = self.matrix[rows]
        documents = np.asarray(part.sum(axis=0)).ravel()
        kept = np.flatnonzero(documents >= self.spec.min_count)
        idf = np.log(len(rows) / documents[kept]) / 3 + 0.01 if self.spec.idf else np.ones(len(kept))
        ridge = Ridge(alpha=self.spec.penalty, solver="sparse_cg", tol=1e-4)
        # a BLAS sum in threads differs in its last bits with the number of threads
        with threadpool_limits(1):
            ridge.fit(_scaled(part[:, kept]) @ scipy.sparse.diags(idf), labels, sample_weight=weights)
        return kept, (ridge.coef_ * idf).astype(np.float32), float(np.float32(ridge.intercept_))

    def predict(self, rows: Array, fitted: tuple[Array, Array, float]) -> Array:
        kept, coefficients, bias = fitted
        return np.asarray(_scaled(self.matrix[rows][:, kept]) @ coefficients.astype(float) + bias)

    def model(self, fitted: tuple[Array, Array, float]) -> TextModel:
        kept, coefficients, bias = fitted
        spec = self.spec
        return TextModel(
            spec.name, spec.field, spec.unit, spec.sizes, [str(t) for t in self.terms[kept]], coefficients, bias
        )


def fit_booster(
    spec: HeadSpec,
    names: Sequence[str],
    columns: Array,
    labels: Array,
    weights: Array,
    seed: int,
    small: bool | None = None,
) -> Any:
    """A head's LightGBM booster on any columns, by the head's own parameters; `small`: by default where rows are few."""
    import lightgbm

    small = len(labels) < _FEW if small is None else small
    parameters = PARAMETERS | (SMALL if small else {}) | OWN.get(spec.name, {}) | {"seed": seed}
    labels = labels / (spec.top if parameters["objective"] == "cross_entropy" else 1.0)
    data = lightgbm.Dataset(columns, labels, weight=weights, feature_name=[c.replace(".", "_") for c in names])
    return lightgbm.train(parameters, data, ROUNDS[spec.name])


def _fit_head(
    spec: HeadSpec, rows: _Rows, style: StyleVectors, seed: int, progress: Any
) -> tuple[Head, pd.DataFrame, Array]:
    """Out-of-fold text scores feed the booster; out-of-fold booster scores are what calibration reads."""
    everything = np.arange(len(rows.labels))
    texts = np.zeros((len(rows.labels), len(spec.texts)))
    models = []
    for column, text in enumerate(spec.texts):
        found = _Presence(text, rows.analyses)
        for fit_on, held in rows.folds:
            texts[held, column] = found.predict(held, found.fit(fit_on, rows.labels[fit_on], rows.weights[fit_on]))
        models.append(found.model(found.fit(everything, rows.labels, rows.weights)))
        progress.update(1)
    index = [i for i, name in enumerate(NAMES) if name in set(spec.dense)]
    extra = [rows.raw.reshape(-1, 1)] if spec.extra else []
    styles = [style.values(rows.analyses)] if spec.style else []
    columns = np.hstack([rows.dense[:, index], texts, *styles, *extra])
    raw = np.zeros(len(rows.labels))
    small = len(rows.labels) < _FEW  # of a fold as of all rows

    def boosted(at: Array) -> Any:
        return fit_booster(spec, spec.columns, columns[at], rows.labels[at], rows.weights[at], seed, small)

    for fit_on, held in rows.folds:
        raw[held] = boosted(fit_on).predict(columns[held], raw_score=True, num_threads=1)
        progress.update(1)
    booster = boosted(everything)
    progress.update(1)
    base = rows.base
    probability = centered_isotonic(raw[base], (rows.labels[base] >= spec.cut).astype(float), 1.0)
    grade = centered_isotonic(raw[base], rows.labels[base], spec.top) if spec.graded else None
    held_out = pd.DataFrame({"label": rows.labels, "raw": raw, "probability": probability(raw), "base": base})
    if grade is not None:
        held_out["expected"] = grade(raw)
    head = Head(spec, booster, models, style if spec.style else None, probability, grade)
    return head, held_out, columns


def _rows(spec: HeadSpec, data: Labelled, first: Head | None, seed: int) -> tuple[_Rows, Array]:
    label = LABELS[spec.name]
    if label not in data.frame:
        raise ValueError(f"no column {label!r} to fit {spec.name!r} on")
    at = np.flatnonzero(data.frame[label].notna().to_numpy())
    part = data.frame.iloc[at].reset_index(drop=True)
    analyses = [analyse(d) for d in Labelled(part, {}).documents()]
    dense = dense_matrix(analyses)
    raw = np.zeros(len(part)) if first is None else first.raw(first.matrix(dense, analyses, np.zeros(len(part))))
    base = (
        (part["sampling"].isin(["uniform", "promise"]) if "sampling" in part else pd.Series(True, index=part.index))
        .fillna(True)
        .to_numpy(bool)
    )
    weights = part["weight"].fillna(1.0).to_numpy(float) if "weight" in part else np.ones(len(part))
    return _Rows(analyses, dense, part[label].to_numpy(float), weights, base, raw, folds(part, 5, seed)), at


def fit_model(
    headlines: Labelled,
    articles: Labelled,
    seed: int = 1,
    facts: dict[str, Any] | None = None,
    style: StyleVectors | None = None,
) -> Fitted:
    """Fit the four heads.

    Parameters
    ----------
    headlines : Labelled
        `title`, `grade` 0 to 3.
    articles : Labelled
        `title`, `body`, `grade` 0 to 3, and where known `delivery` (0 to 2) and `whole` (0 or 1).
    seed : int
        The same data and seed give the same model, byte for byte, on one machine.
    facts : dict, optional
        Carried in the manifest.
    style : StyleVectors, optional
        By default those of the model that ships.

    Returns
    -------
    Fitted
    """
    from tqdm import tqdm

    style = style or StyleVectors.load(CHAMPION)
    heads: list[Head] = []
    columns: dict[str, tuple[Array, Array]] = {}
    weights: dict[str, Array] = {}
    held_out: dict[str, pd.DataFrame] = {}
    spread: dict[str, list[float]] = {}
    with tqdm(total=sum(len(s.texts) + 6 for s in HEADS), desc="fitting", unit="step", disable=None) as progress:
        for spec in HEADS:
            progress.set_postfix_str(spec.name)
            data = articles if spec.needs_body else headlines
            rows, at = _rows(spec, data, heads[0] if heads else None, seed)
            head, held, found = _fit_head(spec, rows, style, seed, progress)
            heads.append(head)
            columns[spec.name], weights[spec.name] = (found, rows.labels), rows.weights
            held_out[spec.name] = held.assign(row=at)
        if spec.name in ("sensational", "substantive"):
            # a headline's spread is read off headlines, a body's off articles
            wanted = [f.name for f in (BODY_FEATURES if spec.needs_body else TITLE_FEATURES)]
            spread |= Reference.of(tuple(wanted), rows.dense[rows.base][:, [NAMES.index(n) for n in wanted]]).quantiles
    thresholds = policies(held_out["sensational"], held_out["substantive"])
    return Fitted(QualityModel(heads, thresholds, Reference(spread), facts or {}), held_out, columns, weights)
