"""Many numbers looked up at once: tables, n-grams as paths of symbols, and words as numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np

from features.analysis import Text

Array = np.ndarray[Any, Any]
_MULTIPLIERS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)
FEW = 2  # texts for which nothing large is built to look their words up in, which takes a tenth of a second
_FEW = 400  # numbers that are faster sorted and searched
READ = 700  # words of a text that are read; an article's character shows well before that


class Words:
    """The words of some texts as numbers (`Token.key`), one text after the other, made once for all that look words up."""

    def __init__(self, texts: Sequence[Text | None]) -> None:
        self._tokens = [[] if t is None else t.tokens if len(t.tokens) <= READ else t.tokens[:READ] for t in texts]
        self.sizes = np.array([*map(len, self._tokens)], dtype=np.int64)
        keys = [token.key for tokens in self._tokens for token in tokens]
        self.keys = np.fromiter(keys, np.int64, len(keys))  # twice as fast as np.array
        several = len(texts) > 1
        self.owner = np.arange(len(texts)).repeat(self.sizes) if several else np.zeros(len(keys), dtype=np.int64)

    def surfaces(self) -> set[str]:
        """The words themselves."""
        return {token.surface for tokens in self._tokens for token in tokens}


def _slots(numbers: Array, multiplier: int, shift: int) -> Array:
    return (numbers.view(np.uint64) * np.uint64(multiplier) >> np.uint64(shift)).view(np.int64)


def distinct(numbers: Array) -> Array:
    """Indexes of one of each number: each takes a slot of a table, and whoever still stands there is one.

    Sorting many takes twice as long; only numbers that meet another in their slot are sorted.
    """
    if len(numbers) < _FEW:
        order = numbers.argsort()
        ordered = numbers.take(order)
        first = np.ones(len(numbers), dtype=bool)
        np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
        return order[first]
    here = np.arange(len(numbers), dtype=np.int32)
    at = np.empty(2 << len(numbers).bit_length(), dtype=np.int32)
    slots = _slots(numbers, _MULTIPLIERS[0], 65 - len(at).bit_length())
    at[slots] = here
    there = at.take(slots)
    kept: Array = there == here
    rest = (~kept).nonzero()[0]
    rest = rest[numbers.take(rest) != numbers.take(there.take(rest))]
    if len(rest):
        kept[rest[np.unique(numbers.take(rest), return_index=True)[1]]] = True
    return kept.nonzero()[0]


def keys_of(words: Collection[str]) -> Array:
    """The keys that tokens of these surfaces have."""
    keys = map(hash, map(str.encode, words))  # as in features.tokens.key, without a call each
    return np.fromiter(keys, np.int64, len(words))


class Table:
    """Numbers and their places, looked up many at once: each number stands in one of three slots of a table.

    Cuckoo hashing (Pagh and Rodler 2004; three choices after Fotakis et al. 2005): three reads find a number, where a binary
    search of a large array waits for memory at every step. A few numbers are faster searched.
    """

    _ROUNDS = 500  # of putting out, a dozen times what chance needs; a list made to collide would go on for ever

    def __init__(self, keys: Array) -> None:
        """`keys`: sorted, distinct, none of them -1 (which no hash is either)."""
        self.keys = keys
        bits = max(4, int(2.5 * len(keys)).bit_length())
        self._shift = 64 - bits
        slots = [_slots(keys, m, self._shift) for m in _MULTIPLIERS]
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

    def find(self, wanted: Array) -> tuple[Array, Array]:
        """(indexes into `wanted`, places) of the numbers that are known, in order."""
        if len(wanted) < _FEW or not self._settled:
            if not len(self.keys):
                return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
            places = self.keys.searchsorted(wanted)
            known = (self.keys.take(places, mode="clip") == wanted).nonzero()[0]
            return known, places[known]
        one, two, three = (_slots(wanted, m, self._shift) for m in _MULTIPLIERS)
        in_one, in_two = self._key.take(one) == wanted, self._key.take(two) == wanted
        known = (in_one | in_two | (self._key.take(three) == wanted)).nonzero()[0]
        return known, self._at.take(np.where(in_one, one, np.where(in_two, two, three)).take(known))


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
