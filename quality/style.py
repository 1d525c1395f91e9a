"""Which kind of outlet would print this: word vectors learned over unlabelled headlines of many outlets.

Outlets are no feature and their names ship nowhere: a title or a body is the sum of its words' vectors over the square root of
their number, and boosters read the sum's coordinates. Every coordinate is thus an exact sum over words, as a text model's score is.
"""

from __future__ import annotations

import math
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from features.analysis import Text
from quality.errors import ModelError
from quality.heads import STYLE
from quality.lookup import FEW, READ, Table, Words, keys_of
from quality.text_model import read_weights

FILES = ("style.terms", "style.npy")
_GRAIN = 2.0**10  # coordinates are multiples of 1 / _GRAIN: their sums are exact in any order, in float32 up to 2^14
_LARGEST = 2.0**14 / READ
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
        self._read = 0  # texts, while they are few
        halves = vectors.astype(np.float16, copy=False).astype(np.float32)  # as the file keeps them
        self._vectors = np.rint(halves * _GRAIN) / _GRAIN

    @cached_property
    def _table(self) -> tuple[Table, Array]:
        """The words' keys, and the row of `_vectors` of each."""
        keys, rows = np.unique(keys_of(self.words), return_index=True)
        return Table(keys), rows

    def _found(self, words: Words) -> tuple[Array, Array]:
        """(indexes into the words, rows of `_vectors`) of those that are known, in order."""
        self._read += len(words.sizes)
        table, rows = self._table if self._read > FEW else self._searched(words)
        known, places = table.find(words.keys)
        return known, rows[places]

    def _searched(self, words: Words) -> tuple[Table, Array]:
        """What `_table` holds of these words, found by going through all."""
        wanted = words.surfaces()
        found = [i for i, word in enumerate(self.words) if word in wanted]
        keys, order = np.unique(keys_of([self.words[i] for i in found]), return_index=True)
        return Table(keys), np.array(found, dtype=np.int64)[order]

    def values(self, words: Words) -> Array:
        """Coordinates, one row a text; 0 where no word is known, or there is no text."""
        known, rows = self._found(words)
        if len(words.sizes) == 1:  # a single text is waited for: the same in fewer steps
            sums = self._vectors.take(rows, axis=0).sum(axis=0, dtype=np.float64, keepdims=True)
            return np.asarray(sums / math.sqrt(max(len(rows), 1)))
        counts = np.bincount(words.owner[known], minlength=len(words.sizes))
        some = counts > 0
        sums = np.zeros((len(words.sizes), len(STYLE)))
        if len(known):
            sums[some] = np.add.reduceat(self._vectors.take(rows, axis=0), (np.cumsum(counts) - counts)[some])
        return np.asarray(sums / np.sqrt(np.maximum(counts, 1))[:, None])

    def without(self, text: Text) -> Array:
        """Coordinates of the text without one of its words, one row a word: what each word brings."""
        words = Words([text])
        at, rows = self._found(words)
        known = np.zeros(len(words.keys), dtype=bool)
        known[at] = True
        own = np.zeros((len(known), len(STYLE)))
        own[at] = self._vectors[rows]
        left = np.maximum(known.sum() - known, 1)
        return np.asarray((own.sum(axis=0) - own) / np.sqrt(left)[:, None])

    def save(self, folder: Path) -> None:
        """Write `style.terms` (one word a line) and `style.npy` (float16, row by row)."""
        (folder / FILES[0]).write_text("\n".join(self.words), encoding="utf-8", newline="\n")
        np.save(folder / FILES[1], self._vectors.astype(np.float16).ravel(), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> StyleVectors:
        """Read what `save` wrote."""
        try:
            words = (folder / FILES[0]).read_text(encoding="utf-8").split("\n")
            with (folder / FILES[1]).open("rb") as file:
                vectors = read_weights(file, len(words) * len(STYLE), np.float16)
        except (OSError, ValueError) as error:
            raise ModelError(f"the style vectors in {folder} can't be read: {error}") from error
        found = cls(words, vectors.reshape(len(words), len(STYLE)))
        if not (np.abs(found._vectors) <= _LARGEST).all() or len(set(words)) < len(words):
            raise ModelError(f"the style vectors in {folder} hold a huge number, or a word twice")
        return found
