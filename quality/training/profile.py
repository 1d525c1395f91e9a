"""A feed in counts: histograms of features and scores, unknown words, words of loud headlines. No text but words.

The same counts are taken of the rows a model is fitted on (they travel in its `reference.json`) and of any later feed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from features.analysis import Analysis, analyse_all
from features.document import Document
from features.schema import BODY_FEATURES, NAMES, TITLE_FEATURES
from quality.model import QualityModel, dense_matrix
from quality.reference import Reference
from quality.training.dataset import Labelled
from quality.training.fit import Fitted

Array = np.ndarray[Any, Any]
SCORES = ("sensational", "substantive", "delivers", "whole")
UNKNOWN = "unknown_words"
LOUD = 0.5  # a headline is loud from this probability on
_BINS = 10
_KEPT = 3_000  # words of loud headlines that a reference keeps, the most frequent


def edges_of(values: Array, bins: int = _BINS) -> list[float]:
    """Inner edges of bins of about equal count; a value met often (0 of a count) gets a bin of its own."""
    known = values[~np.isnan(values)]
    if not len(known):
        return []
    cuts = np.quantile(known, np.linspace(0, 1, bins + 1)[1:-1], method="inverted_cdf")
    cuts = np.unique(cuts[cuts < known.max()])
    if not len(cuts) and known.max() > known.min():  # nearly all equal: the common value, and the rest
        cuts = np.unique([known.min()])
    return [round(float(c), 6) for c in cuts]


def histogram(values: Array, edges: Sequence[float]) -> list[int]:
    """How many values lie up to the first edge, up to the second, …, above the last."""
    known = np.round(values[~np.isnan(values)], 6)
    return [
        int(n) for n in np.bincount(np.searchsorted(np.asarray(edges), known, side="left"), minlength=len(edges) + 1)
    ]


def vocabulary(model: QualityModel) -> set[str]:
    """The single words the headline's word representation knows."""
    for text in model.heads["sensational"].texts:
        if text.unit == "word":
            return {t for t in text.terms if " " not in t}
    return set()


def unknown_shares(analyses: Sequence[Analysis], known: set[str]) -> Array:
    """Share of each headline's words that are not known; figures, whose variety says nothing, apart."""
    shares = []
    for analysis in analyses:
        words = [w for w in analysis.title.surfaces if not w.isnumeric()]
        shares.append(sum(w not in known for w in words) / len(words) if words else np.nan)
    return np.array(shares)


def loud_words(analyses: Sequence[Analysis]) -> Counter[str]:
    """In how many headlines each word or pair of words stands."""
    found: Counter[str] = Counter()
    for analysis in analyses:
        words = [w for w in analysis.title.surfaces if any(c.isalnum() for c in w)]
        found.update({w for w in words if len(w) > 1} | {f"{a} {b}" for a, b in pairwise(words)})
    return found


def columns_of(dense: Array, answers: Mapping[str, Array], unknown: Array) -> dict[str, Array]:
    """Every number of the rows that is watched, by name."""
    found = {name: dense[:, i] for i, name in enumerate(NAMES)}
    return found | {name: np.asarray(answers[name]) for name in SCORES if name in answers} | {UNKNOWN: unknown}


def profile(
    columns: Mapping[str, Array],
    loud: Sequence[Analysis],
    edges: Mapping[str, Sequence[float]] | None = None,
    keep: int | None = _KEPT,
) -> dict[str, Any]:
    """Counts of the rows: `histograms` {name: {edges, counts, mean}} and `loud` {rows, words}; within `edges` where given."""
    histograms = {}
    for name, values in columns.items():
        cuts = edges.get(name) if edges is not None else edges_of(values)
        counts = histogram(values, cuts) if cuts is not None else []
        if sum(counts):
            mean = round(float(np.nanmean(values)), 6)
            histograms[name] = {"edges": list(cuts or []), "counts": counts, "mean": mean}
    words = loud_words(loud)
    kept = sorted(((w, n) for w, n in words.items() if n > 1), key=lambda pair: (-pair[1], pair[0]))[:keep]
    return {"histograms": histograms, "loud": {"rows": len(loud), "words": dict(kept)}}


def measure(model: QualityModel, analyses: Sequence[Analysis]) -> tuple[dict[str, Array], Array]:
    """(columns watched, probabilities that the headlines are sensational) of analysed documents."""
    dense = dense_matrix(analyses)
    answers = model.predict(analyses)
    unknown = unknown_shares(analyses, vocabulary(model))
    return columns_of(dense, answers, unknown), answers["sensational"]


def reference_of(fitted: Fitted, headlines: Labelled, articles: Labelled) -> Reference:
    """The reference of a fitted model: rows drawn as a feed draws them, each as a model sees it that was not fitted on it."""
    quantiles: dict[str, list[float]] = {}
    columns: dict[str, Array] = {}
    loud: list[Analysis] = []
    for name, data, features in (("sensational", headlines, TITLE_FEATURES), ("substantive", articles, BODY_FEATURES)):
        held = fitted.held_out[name][fitted.held_out[name]["base"]]
        rows = data.frame.iloc[held["row"].to_numpy()].reset_index(drop=True)
        analyses = analyse_all(Labelled(rows, {}).documents())
        at = [NAMES.index(f.name) for f in features]
        dense = dense_matrix(analyses)[:, at]
        quantiles |= Reference.of(tuple(f.name for f in features), dense).quantiles
        columns |= {f.name: dense[:, i] for i, f in enumerate(features)}
        if name == "sensational":
            loud = [a for a, p in zip(analyses, held["probability"], strict=True) if p >= LOUD]
            columns[UNKNOWN] = _unknown_of_others(headlines)[held["row"].to_numpy()]
    for name in SCORES:
        held = fitted.held_out[name]
        columns[name] = held.loc[held["base"], "probability"].to_numpy(float)
    flagged = columns["sensational"] >= fitted.model.thresholds["p95"]["sensational_from"]
    counted = profile(columns, loud) | {"flagged": [int(flagged.sum()), len(flagged)]}
    return Reference(quantiles, counted)


def _unknown_of_others(data: Labelled) -> Array:
    """Share of unknown words, each row against the words of all the others, as a later feed would be."""
    analyses = analyse_all([Document(title) for title in data.frame["title"]])
    count: Counter[str] = Counter()
    for analysis in analyses:
        count.update(set(analysis.title.surfaces))
    # known are words of two headlines; those of the row itself need one more
    return unknown_shares(analyses, {w for w, n in count.items() if n > 2})
