"""Fitting a model: representations and boosters out of fold in one place, calibration and thresholds from what was held out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from features.analysis import analyse_all
from features.document import Document
from quality.heads import HEADS, HeadSpec
from quality.model import CHAMPION, Array, Head, QualityModel, dense_matrix, raw_scores
from quality.reference import Reference
from quality.single_row import RawScores
from quality.style import StyleVectors
from quality.training.boosters import FEW, LABELS, fit_booster
from quality.training.calibrate import centered_isotonic, policies
from quality.training.dataset import Labelled, folds
from quality.training.texts import Read, Texts, Unlabelled


@dataclass
class Fitted:
    """A model and, for each head, what it said of the rows it had not seen."""

    model: QualityModel
    held_out: dict[str, pd.DataFrame] = field(default_factory=dict)  # row, label, raw, probability, expected
    columns: dict[str, tuple[Array, Array]] = field(default_factory=dict)  # head -> (out-of-fold columns, labels)
    weights: dict[str, Array] = field(default_factory=dict)  # head -> weights of the same rows
    unlabelled: Unlabelled = field(default_factory=Unlabelled)  # what helped to teach it


@dataclass
class _Rows(Read):
    """The rows one head is fitted on."""

    labels: Array
    weights: Array
    base: Array  # rows drawn as a feed draws them: calibration and thresholds are read off these
    folds: list[tuple[Array, Array]]


def _fit_head(
    spec: HeadSpec, rows: _Rows, unlabelled: Read | None, style: StyleVectors, seed: int, progress: Any
) -> tuple[Head, pd.DataFrame, Array]:
    """Out-of-fold text scores feed the booster; out-of-fold raw scores are what calibration reads."""
    everything = np.arange(len(rows.labels))
    texts = Texts(spec, rows, rows.labels, rows.weights, style, unlabelled, seed)
    scores = np.zeros((len(rows.labels), len(spec.texts)))
    for fit_on, held in rows.folds:
        scores[held] = texts.scores(held, texts.fit(fit_on))
        progress.update(1)
    models = texts.models(texts.fit(everything))
    progress.update(1)
    columns = rows.columns(spec, style, scores)
    raw = np.zeros(len(rows.labels))
    small = len(rows.labels) < FEW  # of a fold as of all rows

    def boosted(at: Array) -> Any:
        return fit_booster(spec, spec.columns, columns[at], rows.labels[at], rows.weights[at], seed, small)

    for fit_on, held in rows.folds:
        raw[held] = raw_scores(spec, RawScores(boosted(fit_on)), columns[held])
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
    read = _read(Labelled(part, {}).documents(), first)
    base = (
        (part["sampling"].isin(["uniform", "promise"]) if "sampling" in part else pd.Series(True, index=part.index))
        .fillna(True)
        .to_numpy(bool)
    )
    weights = part["weight"].fillna(1.0).to_numpy(float) if "weight" in part else np.ones(len(part))
    labels = part[label].to_numpy(float)
    return _Rows(read.analyses, read.dense, read.raw, labels, weights, base, folds(part, 5, seed)), at


def _read(documents: Sequence[Document], first: Head | None) -> Read:
    analyses = analyse_all(documents)
    dense = dense_matrix(analyses)
    return Read(analyses, dense, np.zeros(len(documents)) if first is None else first.raw_of(dense, analyses))


def fit_model(
    headlines: Labelled,
    articles: Labelled,
    seed: int = 1,
    facts: dict[str, Any] | None = None,
    style: StyleVectors | None = None,
    unlabelled: Unlabelled | None = None,
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
    unlabelled : Unlabelled, optional
        Documents without grades that help to teach the text models (see `quality.training.texts`).

    Returns
    -------
    Fitted
        Its model's reference is empty (see `quality.training.profile.reference_of`).
    """
    from tqdm import tqdm

    style, unlabelled = style or StyleVectors.load(CHAMPION), unlabelled or Unlabelled()
    heads: list[Head] = []
    more: Read | None = None
    columns: dict[str, tuple[Array, Array]] = {}
    weights: dict[str, Array] = {}
    held_out: dict[str, pd.DataFrame] = {}
    with tqdm(total=12 * len(HEADS), desc="fitting", unit="step", disable=None) as progress:
        for spec in HEADS:
            progress.set_postfix_str(spec.name)
            data = articles if spec.needs_body else headlines
            rows, at = _rows(spec, data, heads[0] if heads else None, seed)
            if len(heads) < 2:  # headlines for the first head, articles for the others
                others = unlabelled.articles if spec.needs_body else unlabelled.headlines
                more = _read(others, heads[0] if heads else None) if others else None
            head, held, found = _fit_head(spec, rows, more, style, seed, progress)
            heads.append(head)
            columns[spec.name], weights[spec.name] = (found, rows.labels), rows.weights
            held_out[spec.name] = held.assign(row=at)
    thresholds = policies(held_out["sensational"], held_out["substantive"])
    return Fitted(QualityModel(heads, thresholds, Reference({}), facts or {}), held_out, columns, weights, unlabelled)
