"""Fitted representations: sparse linear weights over n-grams. Every score is an exact sum over the n-grams of the text.

With f(x) = bias + sum of w(g) / sqrt(n) over the n distinct known n-grams of the text, each n-gram's part of the score is
known, so a reason can name the words. Weights are multiples of 2^-32: float64 adds such numbers without rounding, so
the sum is the same in any order and any batch.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, compress
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np

from features.analysis import Analysis, Span, Text
from quality.errors import ModelError
from quality.lookup import FEW, READ, Table, Trie, Words, distinct, keys_of

Field = Literal["title", "body", "tail"]
Unit = Literal["char", "word"]
_BODY_CHARS = 1_500
_TAIL_CHARS = 60
_GRAIN = 2.0**32  # weights are multiples of 1 / _GRAIN
_HEAVIEST = 2.0**20  # a sum of such multiples is exact up to 2^21
# What parts the texts of a batch may be no n-gram, or one document's score would hang on the next.
_ODD_TERMS = {"char": ("\n\n", "\0"), "word": ("\n\n", "\0", "\n ", " \n", "  ")}
_BREAK = "\x1f"  # how the list of n-grams, one a line, spells a line break inside one
Array = np.ndarray[Any, Any]


def view(analysis: Analysis, field: Field) -> Text | None:
    """The text that a representation of `field` reads; None where the document has none."""
    return analysis.title if field == "title" else analysis.body


def grams(text: Text, field: Field, unit: Unit, sizes: tuple[int, int]) -> list[str]:
    """All n-gram occurrences of the text, shorter sizes first, in reading order."""
    low, high = sizes
    if unit == "char":
        chars = _chars(text, field)
        return [chars[i : i + k] for k in range(low, high + 1) for i in range(len(chars) - k + 1)]
    words = _words(text)
    found = list(words) if low == 1 else []
    for k in range(max(2, low), high + 1):
        found += [" ".join(words[i : i + k]) for i in range(len(words) - k + 1)]
    return found


def _words(text: Text) -> list[str]:
    return [token.surface for token in text.tokens[:READ]]


def _chars(text: Text, field: Field) -> str:
    if field == "tail":
        return text.norm[-_TAIL_CHARS:] + "\x03"  # the mark makes "ends in" an n-gram of its own
    return text.norm if field == "title" else text.norm[:_BODY_CHARS]


def gram_spans(text: Text, field: Field, unit: Unit, sizes: tuple[int, int]) -> Iterator[Span]:
    """The spans of `grams`, in the same order, in normalised text."""
    low, high = sizes
    if unit == "char":
        length = len(_chars(text, field))
        shift = len(text.norm) - (length - 1) if field == "tail" else 0
        for k in range(low, high + 1):
            for i in range(length - k + 1):
                yield shift + i, min(shift + i + k, len(text.norm))
        return
    count = len(text.tokens[:READ])
    for k in range(low, high + 1):
        for i in range(count - k + 1):
            yield text.starts[i], text.ends[i + k - 1]


class _Grams:
    """The n-grams of one text model, or of several, which then find theirs in one walk through a text."""

    def __init__(self, unit: Unit, lists: Sequence[str]) -> None:
        self.unit, self._lists = unit, list(dict.fromkeys(lists))

    @cached_property
    def _listed(self) -> str:
        """All n-grams, a line each."""
        return self._lists[0] if len(self._lists) == 1 else "\n".join(self._numbers)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        lines = dict.fromkeys(chain.from_iterable(listed.split("\n") for listed in self._lists))
        return {line: i for i, line in enumerate(lines)}

    def nodes_of(self, listed: str) -> Array:
        """The node of the trie at which each n-gram of a list ends."""
        if len(self._lists) == 1:
            return self.trie.node_of
        numbers = np.fromiter(map(self._numbers.__getitem__, listed.split("\n")), np.int64)
        return np.asarray(self.trie.node_of[numbers])

    @cached_property
    def _characters(self) -> Array:
        """The code points of all n-grams, one n-gram after the other."""
        return _code_points(self._listed.replace("\n", "").replace(_BREAK, "\n"))

    @cached_property
    def _codes(self) -> Array:
        """Code point -> number of the character; the last entry stands for all code points beyond."""
        known = np.unique(self._characters)
        table = np.zeros(int(known.max(initial=0)) + 2, dtype=np.int64)
        table[known] = np.arange(1, len(known) + 1)
        return table

    @cached_property
    def _vocabulary(self) -> tuple[Table, Array]:
        """The words, and where in their table each n-gram's words stand."""
        parts = self._listed.replace("\n", " ").split(" ")
        number = {word: i for i, word in enumerate(dict.fromkeys(parts))}
        keys, places = np.unique(keys_of(number), return_inverse=True)
        return Table(keys), places[np.fromiter(map(number.__getitem__, parts), np.int64, len(parts))]

    @cached_property
    def trie(self) -> Trie:
        chars = self.unit == "char"
        symbols = self._codes.take(self._characters, mode="clip") if chars else self._vocabulary[1] + 1
        return Trie(symbols, _lengths(self._listed, self.unit))

    def find(self, batch: Batch, field: Field) -> tuple[Array, Array]:
        """(documents, nodes): where the paths of each text end, each once."""
        # a symbol that no n-gram holds parts the texts
        if self.unit == "char":
            chars = ["" if (t := view(a, field)) is None else _chars(t, field) for a in batch]
            sizes = np.array([len(c) + 1 for c in chars], dtype=np.int64)
            symbols = self._codes.take(_code_points("\0".join(chars) + "\0"), mode="clip")
        else:
            words = batch.words(field)
            sizes = words.sizes + 1
            known, places = self._vocabulary[0].find(words.keys)
            symbols = np.zeros(len(words.keys) + len(batch), dtype=np.int64)
            symbols[known + words.owner[known]] = places + 1
        walked = [*self.trie.walk(symbols)]
        nodes = np.concatenate([found for _, found in walked])
        if len(batch) == 1:  # a single text is waited for: the same in fewer steps
            nodes = nodes.take(distinct(nodes))
            return np.zeros(len(nodes), dtype=np.int64), nodes
        owner = np.arange(len(batch)).repeat(sizes)
        documents = np.concatenate([owner.take(places) for places, _ in walked])
        once = distinct(documents * self.trie.nodes + nodes)
        return documents.take(once), nodes.take(once)


class Batch(list[Analysis]):
    """Documents that several text models read: their words, and what models of the same n-grams find in them."""

    def __init__(self, analyses: Iterable[Analysis]) -> None:
        super().__init__(analyses)
        self.found: dict[tuple[_Grams, Field], tuple[Array, Array]] = {}
        self._words: dict[Field, Words] = {}

    def words(self, field: Field) -> Words:
        """The words of a field, looked at once."""
        if field not in self._words:
            self._words[field] = Words([view(a, field) for a in self])
        return self._words[field]


class TextModel:
    """Linear weights over the n-grams of one field.

    Parameters
    ----------
    name : str
        As the booster knows it, for example ``sensational.title_char``.
    field, unit, sizes
        Which text, characters or words, smallest and largest n.
    terms : list of str, or str
        The known n-grams; as one text, a line each, with U+001F for a line break inside one.
    weights : numpy.ndarray
        Their weights, float32, in the same order.
    bias : float
    """

    def __init__(
        self,
        name: str,
        field: Field,
        unit: Unit,
        sizes: tuple[int, int],
        terms: list[str] | str,
        weights: np.ndarray[Any, Any],
        bias: float,
    ) -> None:
        self.name, self.field, self.unit, self.sizes, self.bias = name, field, unit, sizes, bias
        self._listed = terms if isinstance(terms, str) else "\n".join([t.replace("\n", _BREAK) for t in terms])
        self._fitted = weights
        self._read = 0  # texts, while they are few
        self._in_order = False  # whether the n-grams are known to stand in order
        self._exact = np.round(weights.astype(np.float64) * _GRAIN) / _GRAIN

    @cached_property
    def _weights(self) -> dict[str, float]:
        return dict(zip(self.terms, self._exact.tolist(), strict=True))

    @cached_property
    def terms(self) -> list[str]:
        return [t.replace(_BREAK, "\n") for t in self._listed.split("\n")]

    @cached_property
    def _grams(self) -> _Grams:
        return _Grams(self.unit, [self._listed])

    @cached_property
    def _by_node(self) -> tuple[Array, Array]:
        """Of each node of the trie: the weight of the n-gram that ends there, and whether one does."""
        weights, known = np.zeros(self._grams.trie.nodes), np.zeros(self._grams.trie.nodes, dtype=bool)
        at = self._grams.nodes_of(self._listed)
        weights[at], known[at] = self._exact, True
        return weights, known

    def scores(self, analyses: Sequence[Analysis]) -> Array:
        """The representation's values; NaN where a document lacks the field. A `Batch` shares what is read with other models."""
        texts = [view(a, self.field) for a in analyses]
        self._read += len(texts)
        if self._read <= FEW:
            return self._looked_up(texts)
        batch = analyses if isinstance(analyses, Batch) else Batch(analyses)
        found = batch.found.get((self._grams, self.field))
        if found is None:
            found = batch.found[self._grams, self.field] = self._grams.find(batch, self.field)
        documents, nodes = found
        weights, known = self._by_node
        sums = np.bincount(documents, weights.take(nodes), len(texts))
        counts = np.bincount(documents, known.take(nodes), len(texts))
        values = self.bias + sums / np.sqrt(np.maximum(counts, 1.0))
        if None in texts:
            values[[i for i, t in enumerate(texts) if t is None]] = math.nan
        return values

    def _looked_up(self, texts: Sequence[Text | None]) -> Array:
        """The representation's values of a few texts, without building a trie: the same sums, in any order."""
        wanted = [set() if t is None else set(grams(t, self.field, self.unit, self.sizes)) for t in texts]
        spelt = {gram.replace("\n", _BREAK): gram for gram in set().union(*wanted)}
        found = {spelt[line]: i for line, i in self._places(spelt)}
        values = []
        for text, asked in zip(texts, wanted, strict=True):
            known = [self._exact[found[gram]] for gram in asked & found.keys()]
            values.append(math.nan if text is None else self.bias + sum(known) / math.sqrt(max(len(known), 1)))
        return np.array(values)

    def _places(self, wanted: Collection[str]) -> Iterator[tuple[str, int]]:
        """(line, number) of the known ones among some lines: searched for where n-grams stand in order, else all are gone through."""
        listed = self._listed
        if not self._in_order:
            lines = listed.split("\n")
            places = compress(range(len(lines)), map(wanted.__contains__, lines))
            yield from ((lines[i], i) for i in places)
            return
        ends = (_code_points(listed + "\n") == ord("\n")).nonzero()[0]

        def line(i: int) -> str:
            return listed[ends[i - 1] + 1 if i else 0 : ends[i]]

        for text in wanted:
            at = bisect_left(range(len(ends)), text, key=line)
            if at < len(ends) and line(at) == text:
                yield text, at

    def score(self, analysis: Analysis) -> float:
        """The representation's value of one document."""
        return float(self.scores([analysis])[0])

    def contributions(self, analysis: Analysis) -> list[tuple[Span, float]]:
        """Spans in the normalised text and their part of the score; they sum to score - bias.

        An n-gram that stands in several places shares its part among them.
        """
        text = view(analysis, self.field)
        if text is None:
            return []
        places: dict[str, list[Span]] = {}
        spans = gram_spans(text, self.field, self.unit, self.sizes)
        for span, gram in zip(spans, grams(text, self.field, self.unit, self.sizes), strict=True):
            if gram in self._weights:
                places.setdefault(gram, []).append(span)
        scale = math.sqrt(len(places)) if places else 1.0
        return [(span, self._weights[gram] / scale / len(at)) for gram, at in places.items() for span in at]

    def save(self, folder: Path) -> None:
        """Write `NAME.json`, `NAME.terms` (one n-gram a line) and `NAME.npy` (float32 weights)."""
        about = {"field": self.field, "unit": self.unit, "sizes": list(self.sizes), "bias": self.bias}
        (folder / f"{self.name}.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
        (folder / f"{self.name}.terms").write_text(self._listed, encoding="utf-8", newline="\n")
        np.save(folder / f"{self.name}.npy", self._fitted.astype(np.float32), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, name: str, trusted: bool = False) -> TextModel:
        """Read what `save` wrote; a `trusted` model's n-grams stand in order and are not gone through."""
        try:
            about = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
            listed = (folder / f"{name}.terms").read_text(encoding="utf-8")
            with (folder / f"{name}.npy").open("rb") as file:
                weights = read_weights(file, listed.count("\n") + 1, np.float32)
            low, high = (int(s) for s in about["sizes"])
            field, unit, bias = about["field"], about["unit"], float(about["bias"])
        except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
            raise ModelError(f"text model {name!r} in {folder} can't be read: {error}") from error
        if not (np.abs(weights) <= _HEAVIEST).all() or not abs(bias) <= _HEAVIEST:
            raise ModelError(f"text model {name!r} in {folder}: weights that are not finite, or huge")
        if field not in ("title", "body", "tail") or unit not in ("char", "word") or not 1 <= low <= high <= 8:
            raise ModelError(f"text model {name!r} in {folder}: field {field!r}, unit {unit!r}, sizes {low}-{high}")
        found = cls(name, field, unit, (low, high), listed, weights, bias)
        if trusted:
            found._in_order = True
            return found
        lines = f"\n{listed}\n"
        if any(odd in lines for odd in _ODD_TERMS[unit]) or _lengths(listed, unit).max() > high:
            raise ModelError(f"text model {name!r} in {folder}: an n-gram that is empty, or longer than {high}")
        return found


def look_up_together(models: Iterable[TextModel]) -> None:
    """Let the models that read one field's words, or its characters, find their n-grams in one walk. Before they score anything."""
    alike: dict[tuple[Field, Unit], list[TextModel]] = {}
    for model in models:
        alike.setdefault((model.field, model.unit), []).append(model)
    for some in alike.values():
        shared = _Grams(some[0].unit, [m._listed for m in some])
        for model in some:
            model._grams = shared
            model.__dict__.pop("_by_node", None)


def read_weights(file: BinaryIO, count: int, kind: type[np.floating[Any]]) -> Array:
    """So many numbers from an array file that says just that: it is held against its size before it is read."""
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError("the weights are in no array of format 1.0")
    shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    if shape != (count,) or dtype != kind:
        raise ValueError(f"{count} weights are wanted, the file has shape {shape}, {dtype}")
    data = file.read()
    if len(data) != dtype.itemsize * count:
        raise ValueError(f"{count} weights are wanted, the file has {len(data)} bytes of them")
    return np.frombuffer(data, kind)


def _code_points(text: str) -> Array:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _lengths(listed: str, unit: Unit) -> Array:
    """How many characters or words each line has."""
    codes = _code_points(listed + "\n")
    ends = codes == ord("\n")
    counted = ~ends if unit == "char" else ends | (codes == ord(" "))
    return np.asarray(np.diff(np.cumsum(counted)[ends], prepend=0))
