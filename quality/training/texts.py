"""A head's text models: ridge regressions on which n-grams a text holds, taught by labels and by unlabelled texts.

Some 1,500 graded articles hold few of the n-grams of a language. A booster that reads no n-grams, fitted on the same labels, answers
for thousands of ungraded ones, and its answers teach the n-grams at a small weight: co-training in one direction (Blum and
Mitchell, "Combining labeled and unlabeled data with co-training", 1998). Headlines gain less, and their tables grow smaller.

A hundred thousand headlines hold half a million n-grams, most of which say next to nothing: those that move the scores most are
kept, and the ridge is fitted anew on them (one round of recursive feature elimination, Guyon et al., "Gene selection for cancer
classification using support vector machines", 2002).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from features.analysis import Analysis
from features.document import Document
from features.schema import NAMES
from quality.heads import HeadSpec, TextSpec
from quality.lookup import Words
from quality.model import Array
from quality.style import StyleVectors
from quality.text_model import TextModel, grams, view
from quality.training.boosters import fit_booster, unit

_LONGEST = 16  # characters of an n-gram
_HEADLINES, _ARTICLES = 40_000, 4_000  # unlabelled ones read
_OUTLET = 200  # articles of one outlet: an encyclopaedia must not outweigh a hundred papers
_SHORTEST = 100  # characters of a body
_WEIGHT = 0.25  # of an unlabelled row beside a labelled one
_SMALLEST = 300  # labelled rows; a booster fitted on fewer is no teacher


class Unlabelled(NamedTuple):
    """Documents without grades."""

    headlines: Sequence[Document] = ()
    articles: Sequence[Document] = ()


@dataclass
class Read:
    """Documents as a head reads them: analysed, their features, and the first head's raw score."""

    analyses: list[Analysis]
    dense: Array
    raw: Array

    def columns(self, spec: HeadSpec, style: StyleVectors, *texts: Array) -> Array:
        """What the head's booster reads, in order; without text scores, what its teacher does."""
        index = [i for i, name in enumerate(NAMES) if name in set(spec.dense)]
        styles = [style.values(Words([view(a, spec.style) for a in self.analyses]))] if spec.style else []
        return np.hstack([self.dense[:, index], *texts, *styles, *([self.raw.reshape(-1, 1)] if spec.extra else [])])


class Ridge(NamedTuple):
    """A fitted representation: which of the n-grams it keeps, their weights, its bias."""

    kept: Array
    weights: Array
    bias: float


def draw_articles(path: str | Path, without: frozenset[str] = frozenset(), seed: int = 1) -> list[Document]:
    """Unlabelled articles (`title`, `body`, and `outlet` where known), a few thousand drawn from many outlets.

    Titles in `without` (those graded already, above all those of evaluation sets) are left out.
    """
    from quality.training.dataset import read_unlabelled

    frame = read_unlabelled(path, "title", "body")
    frame = frame[frame["body"].str.len().ge(_SHORTEST) & frame["title"].notna() & ~frame["title"].isin(without)]
    frame = frame.drop_duplicates("title").sample(frac=1.0, random_state=seed)
    if "outlet" in frame:
        # an outlet nobody names is many
        frame = frame[frame["outlet"].isna() | (frame.groupby("outlet").cumcount() < _OUTLET)]
    frame = frame[:_ARTICLES]
    return [Document(t, b) for t, b in zip(frame["title"], frame["body"], strict=True)]


def draw_headlines(pool: pd.DataFrame, without: frozenset[str] = frozenset(), seed: int = 1) -> list[Document]:
    """Unlabelled headlines of a pool (`quality.training.style.read_pool`), drawn as they come; `without` as for articles."""
    titles = pool["title"][~pool["title"].isin(without)].drop_duplicates()
    return [Document(t) for t in titles.sample(min(_HEADLINES, len(titles)), random_state=seed)]


def _scaled(matrix: Any) -> Any:
    """Rows of presences over the square root of how many there are."""
    import scipy.sparse

    return scipy.sparse.diags(1 / np.sqrt(np.maximum(np.asarray(matrix.sum(axis=1)).ravel(), 1.0))) @ matrix


def _short(found: list[str]) -> list[str]:
    # a pair of long words is a phrase of somebody's text, which a model that ships must not carry
    return [gram for gram in found if len(gram) <= _LONGEST]


class _Presence:
    """Which n-grams each text holds, found once; each fold keeps the n-grams its own rows hold often enough."""

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

    def fit(self, rows: Array, labels: Array, weights: Array, labelled: int) -> Ridge:
        """Ridge regression on the rows, the first `labelled` of which carry labels of their own."""
        part = self.matrix[rows]
        documents = np.asarray(part.sum(axis=0)).ravel()
        # the same share of the rows, however many are unlabelled: more of them make a model better, not larger
        kept = np.flatnonzero(documents >= self.spec.min_count * len(rows) / labelled)
        fitted = self._regress(part, documents, kept, labels, weights)
        most = self.spec.most
        if most is not None and len(kept) > most:
            moves = np.abs(fitted.weights) * np.sqrt(documents[kept])
            kept = np.sort(kept[np.argsort(-moves, kind="stable")[:most]])
            fitted = self._regress(part, documents, kept, labels, weights)
        return fitted

    def _regress(self, part: Any, documents: Array, kept: Array, labels: Array, weights: Array) -> Ridge:
        """On the n-grams `kept`; `documents`: how many rows of `part` hold each n-gram."""
        import scipy.sparse
        from sklearn.linear_model import Ridge as Regression
        from threadpoolctl import threadpool_limits

        idf = np.log(part.shape[0] / documents[kept]) / 3 + 0.01 if self.spec.idf else np.ones(len(kept))
        ridge = Regression(alpha=self.spec.penalty, solver="sparse_cg", tol=1e-4)
        # a BLAS sum in threads differs in its last bits with the number of threads
        with threadpool_limits(1):
            ridge.fit(_scaled(part[:, kept]) @ scipy.sparse.diags(idf), labels, sample_weight=weights)
        return Ridge(kept, (ridge.coef_ * idf).astype(np.float32), float(np.float32(ridge.intercept_)))

    def predict(self, rows: Array, fitted: Ridge) -> Array:
        return np.asarray(
            _scaled(self.matrix[rows][:, fitted.kept]) @ fitted.weights.astype(float) + fitted.bias, dtype=float
        )

    def model(self, fitted: Ridge) -> TextModel:
        spec = self.spec
        terms = [str(t) for t in self.terms[fitted.kept]]
        return TextModel(spec.name, spec.field, spec.unit, spec.sizes, terms, fitted.weights, fitted.bias)


class Texts:
    """A head's text models on one set of rows, to be fitted on any part of it."""

    def __init__(
        self,
        spec: HeadSpec,
        rows: Read,
        labels: Array,
        weights: Array,
        style: StyleVectors,
        unlabelled: Read | None,
        seed: int,
    ) -> None:
        self.spec, self.labels, self.weights, self.seed = spec, labels, weights, seed
        analyses = rows.analyses
        if unlabelled is not None and len(labels) >= _SMALLEST:
            analyses = analyses + unlabelled.analyses
            self._views = rows.columns(spec, style), unlabelled.columns(spec, style)
        self._more = np.arange(len(rows.analyses), len(analyses))
        self._presences = [_Presence(text, analyses) for text in spec.texts]

    def fit(self, at: Array) -> list[Ridge]:
        """The text models fitted on the labels of some rows, and on what these teach of the unlabelled ones."""
        rows, labels, weights = at, self.labels[at], self.weights[at]
        if len(self._more):
            rows = np.concatenate([at, self._more])
            labels = np.concatenate([labels, self._taught(at)])
            weights = np.concatenate([weights, np.full(len(self._more), _WEIGHT)])
        return [p.fit(rows, labels, weights, len(at)) for p in self._presences]

    def _taught(self, at: Array) -> Array:
        """Labels of the unlabelled rows by a booster that reads no n-grams."""
        own, others = self._views
        names = [f"column_{i}" for i in range(own.shape[1])]
        teacher = fit_booster(self.spec, names, own[at], self.labels[at], self.weights[at], self.seed)
        said = np.asarray(teacher.predict(others, num_threads=1), dtype=float) * unit(self.spec)
        return np.clip(said, 0.0, self.spec.top)

    def scores(self, at: Array, fitted: Sequence[Ridge]) -> Array:
        """Text scores of some rows, one column a model."""
        return np.column_stack([p.predict(at, f) for p, f in zip(self._presences, fitted, strict=True)])

    def models(self, fitted: Sequence[Ridge]) -> list[TextModel]:
        return [p.model(f) for p, f in zip(self._presences, fitted, strict=True)]
