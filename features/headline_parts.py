"""What the headline's features are made of: counts of words, marks, patterns and kinds of token, each with its spans."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

import numpy as np

from features import lexicon
from features.analysis import Analysis, Span
from features.feature import NAN, Feature, Located, Spans, Value
from features.tokens import KINDS, TALLY_BYTES, pack

Pair = tuple[Value, Spans | None]
Together = Callable[[Analysis], Sequence[float]]
Array = np.ndarray[Any, Any]

_TAG = re.compile("[【〈<《(][^【】〈〉<>《》()]{1,14}[】〉>》)]")


def line(name: str, direction: int, meaning: str, pair: Pair, high: float = float("inf")) -> Feature:
    return Feature(name, 1, "headline", 0.0, high, direction, meaning, *pair)


class Count:
    """How many words of some style lexicons, or tokens of some kinds, the headline holds, or that number over another one.

    What only counts is read off the text's own counts: `Measurer` fills a table from them without a call a feature.
    """

    __slots__ = ("keys", "of", "over")

    def __init__(self, of: Literal["words", "kinds"], keys: tuple[str, ...], over: str = "") -> None:
        """`over`: a kind, or "chars" for the headline's characters."""
        self.of, self.keys, self.over = of, keys, over

    def __call__(self, a: Analysis) -> float:
        title = a.title
        if self.of == "words":
            return sum([len(title.words.get(key, ())) for key in self.keys])
        number = sum([title.count(key) for key in self.keys])
        if not self.over:
            return number
        whole = len(title.norm) if self.over == "chars" else title.count(self.over)
        return number / whole if whole else NAN


class Part:
    """One of several values that a function finds together, so that a headline is read for all of them once."""

    __slots__ = ("index", "together")

    def __init__(self, together: Together, index: int) -> None:
        self.together, self.index = together, index

    def __call__(self, a: Analysis) -> float:
        return self.together(a)[self.index]


class Given:
    """A value that is `otherwise` wherever the headline lacks something: most lack it, and looking for it is cheap.

    `thing` is a mark, a kind of token, a lexicon, "quotation" or "word" (of any lexicon).
    """

    __slots__ = ("otherwise", "thing", "value")

    def __init__(self, thing: str, value: Value, otherwise: float = 0) -> None:
        self.thing, self.value, self.otherwise = thing, value, otherwise

    def __call__(self, a: Analysis) -> float:
        return self.value(a) if holds(a, self.thing) else self.otherwise


class Found:
    """How often a pattern stands in the headline; 0 without `needs`: a kind of token, "quotation", a mark that no match can do
    without, or nothing.

    `Measurer` goes through all headlines of a batch at once, a line each: a pattern must not match a line break, and its `$` is
    the end of a line (`re.MULTILINE`).
    """

    __slots__ = ("needs", "regex")

    def __init__(self, regex: re.Pattern[str], needs: str = "") -> None:
        self.regex, self.needs = regex, needs

    def __call__(self, a: Analysis) -> float:
        return len(self.regex.findall(a.title.norm)) if not self.needs or holds(a, self.needs) else 0


def holds(a: Analysis, thing: str) -> bool:
    title = a.title
    if thing == "quotation":
        return bool(title.quotations)
    if thing == "word":
        return bool(title.words)
    if thing in KINDS:
        return title.count(thing) > 0
    return thing in title.norm or thing in title.words


class _Calls:
    """What is to be called where a thing is there: single values, and functions that find several."""

    def __init__(self) -> None:
        self.single: list[tuple[int, Value]] = []
        self.several: list[tuple[slice, Together]] = []

    def add(self, place: int, value: Value) -> None:
        """Parts of one function come one after the other."""
        if not isinstance(value, Part):
            self.single.append((place, value))
        elif not value.index:
            self.several.append((slice(place, place + 1), value.together))
        else:
            places, together = self.several.pop()
            if together is not value.together or place != places.stop or place - places.start != value.index:
                raise RuntimeError(f"the parts of {value.together.__name__} do not stand in order")
            self.several.append((slice(places.start, place + 1), together))


class Measurer:
    """`[f.value(a) for f in features]` for many documents, in a third of the time: `table(map(read, analyses), their headlines)`.

    What is counted the same way for every headline, kinds of token, patterns and shares, is worked out for a whole batch at once.
    """

    def __init__(self, features: Sequence[Feature]) -> None:
        by_kind: list[list[tuple[int, int]]] = []  # (feature, a kind of it): the first ones, the second ones
        over: list[tuple[int, str]] = []
        patterns: list[tuple[int, Found]] = []
        by_word: dict[str, list[int]] = {}  # category -> places in a row
        columns: list[int] = []  # the feature at each place of a row
        start: list[float] = []
        given: dict[str, _Calls] = {"": _Calls(), "quotation": _Calls(), "word": _Calls()}
        for i in _together(features):
            value = features[i].value
            if isinstance(value, Count) and value.of != "words":
                if value.over:
                    over.append((i, value.over))
                for which, key in enumerate(value.keys):
                    if which == len(by_kind):
                        by_kind.append([])
                    by_kind[which].append((i, KINDS.index(key)))
                continue
            if isinstance(value, Found):
                if value.needs == "word" or value.needs in lexicon.categories("style"):
                    raise RuntimeError(f"{features[i].name}: a pattern needs no word list")
                patterns.append((i, value))
                continue
            if isinstance(value, Count):
                for key in value.keys:
                    by_word.setdefault(key, []).append(len(start))
            elif isinstance(value, Given):
                given.setdefault(value.thing, _Calls()).add(len(start), value.value)
            else:
                given[""].add(len(start), value)
            columns.append(i)
            start.append(value.otherwise if isinstance(value, Given) else 0.0)
        length, nothing, quotation, one = range(len(start), len(start) + 4)
        start += [0.0, 0.0, 0.0, 1.0]
        self._start = start
        # where in a row, followed by its kinds, each feature stands; those with several kinds add up several places
        self._from = [np.full(len(features), nothing) for _ in by_kind]
        self._from[0][columns] = np.arange(length)
        for where, pairs in zip(self._from, by_kind, strict=True):
            for i, kind_ in pairs:
                where[i] = len(start) + kind_
        # what is found in all headlines at once: the pattern, the place of what it needs, or the mark
        places = {"quotation": quotation} | {k: len(start) + i for i, k in enumerate(KINDS)}
        self._patterns = [
            (found.regex, places.get(found.needs, one), "" if found.needs in places else found.needs)
            for _, found in patterns
        ]
        for place, (i, _) in enumerate(patterns, len(start) + len(KINDS)):
            self._from[0][i] = place
        self._length, self._quotation = length, quotation
        self._over = np.full(len(features), one)
        for i, whole in over:
            self._over[i] = length if whole == "chars" else len(start) + KINDS.index(whole)
        self._pack = struct.Struct(f"<{len(start)}d").pack  # bytes are quicker made an array than lists
        self._row = np.dtype([("values", "<f8", len(start)), ("kinds", "<u4", len(KINDS))])
        self._always, self._quoted, self._worded = given.pop(""), given.pop("quotation"), given.pop("word")
        known = lexicon.categories("style")
        self._kinds = [(pack([thing]) * 0xFFFFFFFF, calls) for thing, calls in given.items() if thing in KINDS]
        self._by_word = {category: (by_word.get(category, []), given.get(category)) for category in known}
        self._marks = [(thing, calls) for thing, calls in given.items() if thing not in KINDS and thing not in known]

    def read(self, a: Analysis) -> bytes:
        """A headline as a row, half worked out."""
        values = self._start.copy()
        title = a.title
        norm, tally, words = title.norm, title.tally, title.words
        values[self._length] = len(norm)
        present = [self._always]
        for category, spans in words.items():
            counted, asked = self._by_word[category]
            for i in counted:
                values[i] += len(spans)
            if asked is not None:
                present.append(asked)
        if words:
            present.append(self._worded)
        if title.quotations:
            values[self._quotation] = 1.0
            present.append(self._quoted)
        present += [calls for mask, calls in self._kinds if tally & mask]
        present += [calls for mark, calls in self._marks if mark in norm]
        for calls in present:
            for i, value in calls.single:
                values[i] = value(a)
            for places, together in calls.several:
                values[places] = together(a)
        return self._pack(*values) + tally.to_bytes(TALLY_BYTES, "little")

    def table(self, rows: Iterable[bytes], norms: Sequence[str]) -> Array:
        """Rows and their normalised headlines as features: float64, one row a document."""
        read = np.frombuffer(b"".join(rows), self._row)
        values = np.concatenate([read["values"], read["kinds"]], axis=1)
        values = np.concatenate([values, self._matches(values, norms)], axis=1)
        found = values.take(self._from[0], axis=1)
        for where in self._from[1:]:
            found += values.take(where, axis=1)
        over = values.take(self._over, axis=1)
        over[over == 0] = NAN  # no share of an empty headline
        found /= over
        return found

    def _matches(self, values: Array, norms: Sequence[str]) -> Array:
        """How often each pattern stands in each headline that holds what it needs."""
        if len(norms) == 1:  # without arrays
            held, norm = values[0].tolist(), norms[0]
            return np.array(
                [[len(r.findall(norm)) if mark in norm and held[needs] else 0 for r, needs, mark in self._patterns]]
            )
        counts = np.zeros((len(norms), len(self._patterns)))
        lines = "\n".join(norms)
        begins = np.cumsum([0, *[len(norm) + 1 for norm in norms[:-1]]])
        for i, (regex, needs, _) in enumerate(self._patterns):
            holding = values[:, needs] > 0
            if not holding.any():
                continue
            places = [match.start() for match in regex.finditer(lines)]
            if places:
                owner = begins.searchsorted(places, "right") - 1
                counts[:, i] = np.bincount(owner, minlength=len(norms)) * holding
        return counts


def _together(features: Sequence[Feature]) -> list[int]:
    """The features' indexes, the parts of one function next to each other."""
    first: dict[Together, int] = {}

    def rank(i: int) -> int:
        value = features[i].value
        value = value.value if isinstance(value, Given) else value
        return first.setdefault(value.together, i) if isinstance(value, Part) else i

    return sorted(range(len(features)), key=rank)


def word_list(*categories: str) -> Pair:
    """How many words of some style lexicons the headline holds, and where."""

    def spans(a: Analysis) -> Located:
        return [("title", span) for c in categories for span in a.title.words.get(c, ())]

    return Count("words", categories), spans


def pattern(regex: re.Pattern[str], needs: str = "", counted: re.Pattern[str] | None = None) -> Pair:
    """How often a pattern stands in the headline (see Found), and where; `counted` is one that stands as often and is found faster."""

    def spans(a: Analysis) -> Located:
        return [("title", m.span()) for m in regex.finditer(a.title.norm)]

    return Found(counted or regex, needs), spans


def kind(*kinds: str) -> Pair:
    """How many tokens of some kinds the headline holds, and where."""
    wanted = frozenset(kinds)

    def spans(a: Analysis) -> Located:
        found = zip(a.title.tokens, a.title.starts, a.title.ends, strict=True)
        return [("title", (start, end)) for t, start, end in found if not wanted.isdisjoint(t.kinds)]

    return Count("kinds", kinds), spans


def script(name: str) -> Pair:
    """The share of the headline's characters in tokens of a script."""
    return Count("kinds", (name,), "chars"), None


def part(together: Together, index: int, spans: Spans | None = None, needs: str = "") -> Pair:
    """A value that a function finds with others (see Part), and where."""
    return Given(needs, Part(together, index)) if needs else Part(together, index), spans


def located(find: Spans, needs: str = "") -> Pair:
    """How many spans a function finds, and the spans; `needs` is what it finds none without (see Given)."""

    def value(a: Analysis) -> float:
        return len(find(a))

    return Given(needs, value) if needs else value, find


def tags(a: Analysis) -> list[Span]:
    """Short texts in brackets: sections, formats, shouts, ages."""
    norm = a.title.norm
    opens = "(" in norm or "【" in norm or "<" in norm or "〈" in norm or "《" in norm
    return [m.span() for m in _TAG.finditer(norm)] if opens else []
