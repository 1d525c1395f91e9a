"""Plain baselines: each is fitted on the same rows as the model and answers for rows it has not seen."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from features.analysis import Text
from quality.heads import HeadSpec

Array = np.ndarray[Any, Any]
LENGTH = ("title_chars", "body_chars")
# Counts of words of `features/lexicon`, in the headline and per 1,000 characters of body.
LEXICON = (
    "drama", "curiosity", "revelations", "forward_reference", "reason_promised", "epithets", "reactions", "public_reacts",
    "pressure", "emotive", "superlatives", "slang", "spoken", "plain_news", "weather_and_traffic", "institutions", "advert_title",
    "body_drama", "body_emotive", "body_reactions", "body_public", "body_vague", "body_filler", "body_click_on", "body_advert",
    "body_news", "body_institutions", "body_slang", "body_pressure",
)  # fmt: skip
_BODY = 2_000  # characters of a body that the text baselines read


@dataclass
class Rows:
    """Rows of one head: their texts, the dense features of `spec.dense`, and the labels on the head's scale."""

    titles: Sequence[str]
    bodies: Sequence[str] | None
    dense: Array
    labels: Array
    base: Array  # rows drawn as a feed draws them
    weights: Array

    @cached_property
    def texts(self) -> list[str]:
        if self.bodies is None:
            return list(self.titles)
        return [f"{t}\n{b[:_BODY]}" for t, b in zip(self.titles, self.bodies, strict=True)]

    @cached_property
    def words(self) -> list[list[str]]:
        return [Text(t).surfaces for t in self.texts]


class Said(NamedTuple):
    """A baseline's answers: the probability that the label reaches the cut, and the expected label over its top."""

    probability: Array
    expected: Array


Answer = Callable[[Rows], Said]


def majority(spec: HeadSpec, rows: Rows) -> Answer:
    """The same of everything: what is usual in a feed."""
    labels = rows.labels[rows.base]
    p, expected = float((labels >= spec.cut).mean()), float(labels.mean() / spec.top)
    return lambda held: Said(np.full(len(held.labels), p), np.full(len(held.labels), expected))


def regression_on(names: Sequence[str]) -> Callable[[HeadSpec, Rows], Answer]:
    """Logistic regression on some of the dense features."""

    def fit(spec: HeadSpec, rows: Rows) -> Answer:
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        at = [i for i, name in enumerate(spec.dense) if name in names]
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000))
        weights = {"logisticregression__sample_weight": rows.weights}
        model.fit(rows.dense[:, at], rows.labels >= spec.cut, **weights)
        grade = _grade(spec, rows)
        return lambda held: grade(model.predict_proba(held.dense[:, at])[:, 1])

    return fit


def tfidf_logistic(spec: HeadSpec, rows: Rows) -> Answer:
    """Logistic regression on TF-IDF of words and word pairs."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    words = TfidfVectorizer(analyzer=_word_grams, min_df=2, sublinear_tf=True)
    model = make_pipeline(words, LogisticRegression(C=4.0, solver="liblinear"))
    model.fit(rows.words, rows.labels >= spec.cut, logisticregression__sample_weight=rows.weights)
    grade = _grade(spec, rows)
    return lambda held: grade(model.predict_proba(held.words)[:, 1])


def tfidf_ridge(spec: HeadSpec, rows: Rows) -> Answer:
    """Ridge regression on TF-IDF of words (1–2) and characters (1–4; of bodies 1–3): what a careful afternoon gives."""
    import scipy.sparse
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import Ridge

    words = TfidfVectorizer(analyzer=_word_grams, min_df=2, sublinear_tf=True)
    sizes = (1, 4) if rows.bodies is None else (1, 3)
    chars = TfidfVectorizer(analyzer="char", ngram_range=sizes, min_df=3, sublinear_tf=True, lowercase=False)
    model = Ridge(alpha=3.0, solver="sparse_cg", tol=1e-3)
    matrix = scipy.sparse.hstack([words.fit_transform(rows.words), chars.fit_transform(rows.texts)])
    model.fit(matrix, rows.labels, sample_weight=rows.weights)

    def answer(held: Rows) -> Said:
        matrix = scipy.sparse.hstack([words.transform(held.words), chars.transform(held.texts)])
        share = np.clip(np.asarray(model.predict(matrix)) / spec.top, 0, 1)
        return Said(share, share)

    return answer


def fasttext(spec: HeadSpec, rows: Rows) -> Answer:
    """fastText (Joulin et al., 2017) on words, word pairs and subwords, one label a grade; it knows no weights of rows.

    Raises
    ------
    ImportError
        Where fastText is not installed; it is no dependency of ours.
    """
    import fasttext as library

    grades = np.floor(rows.labels + 0.5).astype(int)  # 1.5, on the cut, stays on its upper side
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.writelines(f"__label__{g} {_line(words)}\n" for g, words in zip(grades, rows.words, strict=True))
        file.flush()
        # one thread and a seed: the same rows give the same weights
        model = library.train_supervised(
            file.name,
            wordNgrams=2,
            minn=1,
            maxn=3,
            lr=0.2,
            dim=64,
            bucket=200_000,
            epoch=10,
            thread=1,
            seed=1,
            verbose=0,
        )
    known = sorted(set(grades.tolist()))

    def answer(held: Rows) -> Said:
        shares = np.zeros((len(held.words), len(known)))
        for row, words in enumerate(held.words):
            # its Python wrapper returns arrays in a way that numpy 2 refuses; what it wraps doesn't
            for share, label in model.f.predict(_line(words), -1, 0.0, "strict"):
                shares[row, known.index(int(label.removeprefix("__label__")))] = share
        shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1e-9)
        return Said(shares[:, np.array(known) >= spec.cut].sum(axis=1), shares @ np.array(known) / spec.top)

    return answer


def _line(words: Sequence[str]) -> str:
    return " ".join(part for word in words for part in word.split())  # a word may be a space of its own kind


def _word_grams(words: list[str]) -> list[str]:
    return words + [" ".join(pair) for pair in pairwise(words)]


def _grade(spec: HeadSpec, rows: Rows) -> Callable[[Array], Said]:
    """A classifier's expected label: the fitted rows' mean on either side of the cut, by its probability."""
    high = rows.labels >= spec.cut
    above, below = rows.labels[high].mean() / spec.top, rows.labels[~high].mean() / spec.top
    return lambda p: Said(p, p * above + (1 - p) * below)


BASELINES: dict[str, Callable[[HeadSpec, Rows], Answer]] = {
    "majority": majority,
    "length only": regression_on(LENGTH),
    "lexicon only": regression_on(LEXICON),
    "TF-IDF words, logistic regression": tfidf_logistic,
    "TF-IDF ridge": tfidf_ridge,
    "fastText": fasttext,
}
