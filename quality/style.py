"""Which kind of outlet would print this: word vectors learned over unlabelled headlines of many outlets.

Outlets are no feature and their names ship nowhere: a title or a body is the sum of its words' vectors over the square root of
their number, and boosters read the sum's coordinates. Every coordinate is thus an exact sum over words, as a text model's score is.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from features.analysis import Text
from quality.errors import ModelError
from quality.heads import STYLE
from quality.text_model import read_weights

FILES = ("style.terms", "style.npy")
_GRAIN = 2.0**10  # coordinates are multiples of 1 / _GRAIN: their sums are exact in any order
_LARGEST = 64.0
_WORDS = 700  # of a text that are read, as by the text models
Array = np.ndarray[Any, Any]


class StyleVectors:
    """Word vectors.

    Parameters
    ----------
    words : list of str
    vectors : numpy.ndarray
        One row a word, one column for each of `quality.heads.STYLE`.
    """

    def __init__(self, words: list[str], vectors: Array) -> None:
        self.words = words
        rounded = (np.round(vectors.astype(np.float64) * _GRAIN) / _GRAIN).astype(np.float16)  # as the file keeps them
        self._vectors = np.vstack([np.zeros((1, len(STYLE))), rounded.astype(np.float64)])  # row 0: unknown words

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {word: i for i, word in enumerate(self.words, 1)}

    def _known(self, text: Text | None) -> list[int]:
        get = self._rows.get
        return [get(token.surface, 0) for token in text.tokens[:_WORDS]] if text is not None else []

    def values(self, texts: Sequence[Text | None]) -> Array:
        """Coordinates, one row a text; 0 where no word is known, or there is no text."""
        if not texts:
            return np.zeros((0, len(STYLE)))
        rows = [[*self._known(t), 0] for t in texts]  # the 0 gives a text without words something to add up
        begins = np.cumsum([0, *map(len, rows[:-1])])
        flat = np.fromiter(chain.from_iterable(rows), np.int64, sum(map(len, rows)))
        counts = np.add.reduceat((flat > 0).astype(np.int64), begins)
        return np.asarray(np.add.reduceat(self._vectors[flat], begins) / np.sqrt(np.maximum(counts, 1))[:, None])

    def without(self, text: Text) -> Array:
        """Coordinates of the text without one of its words, one row a token: what each word brings."""
        rows = np.array(self._known(text), dtype=np.int64)
        own = self._vectors[rows]
        known = rows > 0
        left = np.maximum(known.sum() - known, 1)
        return np.asarray((own.sum(axis=0) - own) / np.sqrt(left)[:, None])

    def save(self, folder: Path) -> None:
        """Write `style.terms` (one word a line) and `style.npy` (float16, row by row)."""
        (folder / FILES[0]).write_text("\n".join(self.words), encoding="utf-8", newline="\n")
        np.save(folder / FILES[1], self._vectors[1:].astype(np.float16).ravel(), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> StyleVectors:
        """Read what `save` wrote."""
        try:
            words = (folder / FILES[0]).read_text(encoding="utf-8").split("\n")
            with (folder / FILES[1]).open("rb") as file:
                vectors = read_weights(file, len(words) * len(STYLE), np.float16)
        except (OSError, ValueError) as error:
            raise ModelError(f"the style vectors in {folder} can't be read: {error}") from error
        if not (np.abs(vectors) <= _LARGEST).all() or len(set(words)) < len(words):
            raise ModelError(f"the style vectors in {folder} hold a huge number, or a word twice")
        return cls(words, vectors.reshape(len(words), len(STYLE)))
