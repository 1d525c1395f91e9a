"""Many numbers looked up at once: tables, n-grams as paths of symbols, and words as numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from operator import attrgetter
from typing import Any

import numpy as np

from features.analysis import Text

Array = np.ndarray[Any, Any]
READ = 700  # words of a text that are read; an article's character shows well before that
_token_key = attrgetter("key")


class Words:
    """The words of some texts as numbers (`Token.key`), one text after the other, made once for all that look words up."""

    def __init__(self, texts: Sequence[Text | None]) -> None:
        tokens = [[] if t is None else t.tokens if len(t.tokens) <= READ else t.tokens[:READ] for t in texts]
        self.sizes = np.array([len(t) for t in tokens], dtype=np.int64)
        self.owner = np.arange(len(tokens)).repeat(self.sizes)
        self.keys = np.fromiter(map(_token_key, chain.from_iterable(tokens)), np.int64, len(self.owner))

    def first(self, limit: int) -> Words:
        """No more than so many words of each text."""
        if not (self.sizes > limit).any():
            return self
        begins = np.cumsum(self.sizes) - self.sizes
        kept = np.arange(len(self.keys)) - begins.repeat(self.sizes) < limit
        found = object.__new__(Words)
        found.sizes, found.owner, found.keys = np.minimum(self.sizes, limit), self.owner[kept], self.keys[kept]
        return found


def keys_of(words: Collection[str]) -> Array:
    """The keys that tokens of these surfaces have."""
    return np.fromiter(
        map(hash, map(str.encode, words)), np.int64, len(words)
    )  # features.tokens.key, without a call each


class Table:
    """Numbers and their places, looked up many at once: each number stands in one of three slots of a table.

    Cuckoo hashing (Pagh and Rodler 2004; three choices after Fotakis et al. 2005): three reads find a number, where a binary
    search of a large array waits for memory at every step. A few numbers are faster searched.
    """

    _FEW = 400
    _ROUNDS = 500  # of putting out, a dozen times what chance needs; a list made to collide would go on for ever
    _MULTIPLIERS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)

    def __init__(self, keys: Array) -> None:
        """`keys`: sorted, distinct, none of them -1 (which no hash is either)."""
        self.keys = keys
        bits = max(4, int(2.5 * len(keys)).bit_length())
        self._shift = np.uint64(64 - bits)
        slots = [self._slots(keys, m) for m in self._MULTIPLIERS]
        at = np.full(1 << bits, -1, dtype=np.int32)
        choice = np.zeros(len(keys), dtype=np.int8)
        left = np.arange(len(keys), dtype=np.int32)
        for _ in range(self._ROUNDS):  # who is put out of a slot goes to its next choice
            if not len(left):
                break
            wanted = np.choose(choice[left], [s[left] for s in slots])
            before = at[wanted]
            at[wanted] = left
            out = np.concatenate([left[at[wanted] != left], np.unique(before[before >= 0])])
            choice[out] = (choice[out] + 1) % 3
            left = out
        self._settled = not len(left)  # else all are searched
        self._at = at
        self._key = np.append(keys, -1)[at]

    def _slots(self, keys: Array, multiplier: int) -> Array:
        return (keys.view(np.uint64) * np.uint64(multiplier) >> self._shift).view(np.int64)

    def find(self, wanted: Array) -> tuple[Array, Array]:
        """(indexes into `wanted`, places) of the numbers that are known, in order."""
        if len(wanted) < self._FEW or not self._settled:
            places = self.keys.searchsorted(wanted)
            known = (self.keys.take(places, mode="clip") == wanted).nonzero()[0]
            return known, places[known]
        places = np.full(len(wanted), -1, dtype=np.int64)
        for multiplier in self._MULTIPLIERS:
            slots = self._slots(wanted, multiplier)
            hit = (self._key.take(slots) == wanted).nonzero()[0]
            places[hit] = self._at.take(slots[hit])
        known = (places >= 0).nonzero()[0]
        return known, places[known]


class Trie:
    """All n-grams as paths of symbols, kept as one table of (node, symbol) keys a level.

    A batch of texts is looked up level by level in a few array operations: an n-gram can only stand where the one
    without its last symbol does, so most places drop out early.
    """

    def __init__(self, symbols: Array, lengths: Array) -> None:
        """`symbols`: those of all n-grams, from 1, one after the other; `lengths`: how many each n-gram has."""
        self.width = int(symbols.max(initial=0)) + 1
        self.levels: list[Table] = []
        begins = np.cumsum(lengths) - lengths
        node = np.zeros(len(lengths), dtype=np.int64)
        self.heads = np.zeros(
            self.width, dtype=np.int64
        )  # symbol -> node of the path it begins, 0 where it begins none
        self.nodes = self.first = 1
        for level in range(int(lengths.max(initial=0))):
            longer = np.flatnonzero(lengths > level)
            keys, child = np.unique(node[longer] * self.width + symbols[begins[longer] + level], return_inverse=True)
            node[longer] = self.nodes + child
            if level:
                self.levels.append(Table(keys))
            else:
                self.heads[keys] = np.arange(1, len(keys) + 1)
                self.first = 1 + len(keys)  # number of the second level's first node
            self.nodes += len(keys)
        self.node_of = node  # of each n-gram given

    def walk(self, symbols: Array) -> Iterator[tuple[Array, Array]]:
        """(places, nodes) of the known paths in `symbols`, level by level; 0 stands for unknown and comes last."""
        nodes = self.heads.take(symbols)
        places = nodes.nonzero()[0]
        nodes = nodes[places]
        yield places, nodes
        first = self.first
        for level, table in enumerate(self.levels, 1):
            known, found = table.find(nodes * self.width + symbols.take(places + level, mode="clip"))
            places, nodes = places[known], found + first
            first += len(table.keys)
            yield places, nodes
