"""Learns style vectors: how the words of headlines are spread over the outlets that print them, in a few dimensions.

Words are rows, outlets columns, shrunk log ratios (a word's share in the outlet against its share in all) the entries; a truncated
singular value decomposition of the weighted matrix keeps what tells kinds of outlets apart, after Levy and Goldberg's "Neural word
embedding as implicit matrix factorization" (2014) with outlets for contexts. No grade is read, and no outlet's name is kept.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from quality.errors import DataError
from quality.heads import STYLE
from quality.style import StyleVectors

_OUTLET = 60  # headlines from which an outlet is a column
_WORD = 12  # headlines a word must stand in
_LONGEST = 16  # characters of a word, as of an n-gram
_SHRINK = 200.0  # headlines' worth of the overall share that every outlet begins with
_OUTLET_POWER, _WORD_POWER = 0.25, 0.5  # how much more a frequent outlet or word counts
Array = np.ndarray[Any, Any]


def read_pool(path: str | Path) -> pd.DataFrame:
    """Unlabelled headlines with `title` and `outlet`; rows without either are passed over."""
    from quality.training.dataset import read_unlabelled

    return read_unlabelled(path, "title", "outlet")[["title", "outlet"]].dropna().reset_index(drop=True)


def fit_style(pool: pd.DataFrame, without: frozenset[str] = frozenset(), seed: int = 1) -> StyleVectors:
    """Style vectors of the words of `pool` (title, outlet); titles in `without` (those of evaluation sets) are left out."""
    from sklearn.utils.extmath import randomized_svd
    from threadpoolctl import threadpool_limits

    sizes = pool["outlet"].value_counts()
    kept = pool[pool["outlet"].isin(sizes.index[sizes >= _OUTLET]) & ~pool["title"].isin(without)]
    outlets = sorted(kept["outlet"].unique())
    if len(outlets) <= len(STYLE):
        raise DataError(
            f"{len(outlets)} outlets with {_OUTLET} headlines or more; style vectors need more than {len(STYLE)}"
        )
    words, counts = _counts(kept, {name: i for i, name in enumerate(outlets)})
    if len(words) <= len(STYLE):
        raise DataError(
            f"{len(words)} words stand in {_WORD} headlines or more; style vectors need more than {len(STYLE)}"
        )
    headlines = np.bincount(pd.Categorical(kept["outlet"], categories=outlets).codes).astype(float)
    standing = counts.sum(axis=1)
    share = (standing + 1) / len(kept)
    ratios = np.log((counts + _SHRINK * share[:, None]) / ((headlines + _SHRINK)[None, :] * share[:, None]))
    ratios -= (ratios * share[:, None]).sum(axis=0) / share.sum()
    ratios *= headlines[None, :] ** _OUTLET_POWER
    with threadpool_limits(1):  # sums in threads differ in their last bits with the number of threads
        _, _, axes = randomized_svd(ratios * standing[:, None] ** _WORD_POWER, len(STYLE), random_state=seed)
        vectors = ratios @ axes.T
    return StyleVectors(words, vectors / np.abs(vectors).std())


def _counts(pool: pd.DataFrame, column: dict[str, int]) -> tuple[list[str], Array]:
    """The words that stand in enough headlines, and in how many of each outlet they stand."""
    from collections import Counter

    from tqdm import tqdm

    from features.normalise import normalise
    from features.tokens import tokenize

    found: Counter[tuple[str, int]] = Counter()
    total: Counter[str] = Counter()
    for title, outlet in tqdm(
        zip(pool["title"], pool["outlet"], strict=True), total=len(pool), desc="reading the pool", disable=None
    ):
        here = {token.surface for token in tokenize(normalise(title)) if token.size <= _LONGEST}
        total.update(here)
        at = column[outlet]
        found.update([(word, at) for word in here])
    words = sorted(word for word, n in total.items() if n >= _WORD)
    row = {word: i for i, word in enumerate(words)}
    counts = np.zeros((len(words), len(column)))
    for (word, at), n in found.items():
        if word in row:
            counts[row[word], at] = n
    return words, counts
