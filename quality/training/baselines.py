"""Plain baselines, fitted on the same rows and held against the same sets in the same run."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from features.analysis import Text

Array = np.ndarray[Any, Any]


def _text(frame: pd.DataFrame, body: bool) -> list[str]:
    if not body:
        return frame["title"].tolist()
    return [f"{t}\n{b[:2000]}" for t, b in zip(frame["title"], frame["body"], strict=True)]


def tfidf_ridge(train: pd.DataFrame, test: pd.DataFrame, label: str, body: bool = False) -> Array:
    """Ridge regression on TF-IDF of words (1–2) and characters (1–4): what a careful afternoon gives."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline, make_union

    words = TfidfVectorizer(analyzer=_word_grams, min_df=2, sublinear_tf=True)
    chars = TfidfVectorizer(
        analyzer="char", ngram_range=(1, 4) if not body else (1, 3), min_df=3, sublinear_tf=True, lowercase=False
    )
    model = make_pipeline(make_union(words, chars), Ridge(alpha=3.0, solver="sparse_cg", tol=1e-3))
    rows = train[train[label].notna()]
    model.fit(_text(rows, body), rows[label].to_numpy(float))
    return np.asarray(model.predict(_text(test, body)))


def _word_grams(text: str) -> list[str]:
    words = Text(text).surfaces
    return words + [" ".join(pair) for pair in pairwise(words)]
