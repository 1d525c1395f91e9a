"""What the headline's features are made of: counts of words, marks, patterns and kinds of token, each with its spans."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Sequence
from typing import Literal

from features import lexicon
from features.analysis import Analysis, Span
from features.feature import NAN, Feature, Located, Spans, Value
from features.tokens import KINDS, TALLY_BYTES, pack

Pair = tuple[Value, Spans | None]

_TAG = re.compile("[【〈<《(][^【】〈〉<>《》()]{1,14}[】〉>》)]")
_OPENING = re.compile("[【〈<《(]")


def line(name: str, direction: int, meaning: str, pair: Pair, high: float = float("inf")) -> Feature:
    return Feature(name, 1, "headline", 0.0, high, direction, meaning, *pair)


class Count:
    """How many words of some style lexicons, or tokens of some kinds, the headline holds; for a script, its share.

    What only counts is read off the text's own counts: `measure` fills a table from them without a call a feature.
    """

    __slots__ = ("keys", "of")

    def __init__(self, of: Literal["words", "kinds", "script"], keys: tuple[str, ...]) -> None:
        self.of, self.keys = of, keys

    def __call__(self, a: Analysis) -> float:
        title = a.title
        if self.of == "words":
            return sum([len(title.words.get(key, ())) for key in self.keys])
        number = sum([title.count(key) for key in self.keys])
        return number if self.of == "kinds" else number / len(title.norm) if title.norm else NAN


class Part:
    """One of several values that a function finds together, so that a headline is read for all of them once."""

    __slots__ = ("index", "together")

    def __init__(self, together: Callable[[Analysis], Sequence[float]], index: int) -> None:
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
        self.several: list[tuple[list[int], Callable[[Analysis], Sequence[float]]]] = []

    def add(self, i: int, value: Value) -> None:
        if not isinstance(value, Part):
            self.single.append((i, value))
            return
        for places, together in self.several:
            if together is value.together and len(places) == value.index:
                places.append(i)
                return
        if value.index:
            raise RuntimeError(f"the parts of {value.together.__name__} do not stand in order")
        self.several.append(([i], value.together))


def measurer(features: Sequence[Feature]) -> Callable[[Analysis], list[float]]:
    """`[f.value(a) for f in features]`, in a third of the time."""
    start = [0.0] * len(features)
    by_word: dict[str, list[int]] = {}
    by_kind: list[tuple[int, int]] = []  # (feature, kind)
    shares: list[int] = []
    given: dict[str, _Calls] = {"": _Calls(), "quotation": _Calls(), "word": _Calls()}
    for i, f in enumerate(features):
        if isinstance(f.value, Count):
            for key in f.value.keys:
                if f.value.of == "words":
                    by_word.setdefault(key, []).append(i)
                else:
                    by_kind.append((i, KINDS.index(key)))
            if f.value.of == "script":
                shares.append(i)
        elif isinstance(f.value, Given):
            given.setdefault(f.value.thing, _Calls()).add(i, f.value.value)
            start[i] = f.value.otherwise
        else:
            given[""].add(i, f.value)
    always, quoted, worded = given.pop(""), given.pop("quotation"), given.pop("word")
    known = lexicon.categories("style")
    kinds = [(pack([thing]) * 0xFFFFFFFF, calls) for thing, calls in given.items() if thing in KINDS]
    lists = {thing: calls for thing, calls in given.items() if thing in known}
    marks = [(thing, calls) for thing, calls in given.items() if thing not in KINDS and thing not in known]
    unpack = struct.Struct(f"<{len(KINDS)}I").unpack

    def measure(a: Analysis) -> list[float]:
        values = start.copy()
        title = a.title
        norm, tally, words = title.norm, title.tally, title.words
        counts = unpack(tally.to_bytes(TALLY_BYTES, "little"))
        for i, k in by_kind:
            values[i] += counts[k]
        for i in shares:
            values[i] = values[i] / len(norm) if norm else NAN
        present = [always]
        for category, spans in words.items():
            for i in by_word.get(category, ()):
                values[i] += len(spans)
            if category in lists:
                present.append(lists[category])
        if words:
            present.append(worded)
        if title.quotations:
            present.append(quoted)
        present += [calls for mask, calls in kinds if tally & mask]
        present += [calls for mark, calls in marks if mark in norm]
        for calls in present:
            for i, value in calls.single:
                values[i] = value(a)
            for places, together in calls.several:
                for i, found in zip(places, together(a), strict=True):
                    values[i] = found
        return values

    return measure


def word_list(*categories: str) -> Pair:
    """How many words of some style lexicons the headline holds, and where."""

    def spans(a: Analysis) -> Located:
        return [("title", span) for c in categories for span in a.title.words.get(c, ())]

    return Count("words", categories), spans


def pattern(regex: re.Pattern[str], needs: str = "") -> Pair:
    """How often a pattern stands in the headline, and where; `needs` is what no match can do without (see Given)."""

    def value(a: Analysis) -> float:
        return len(regex.findall(a.title.norm))

    def spans(a: Analysis) -> Located:
        return [("title", m.span()) for m in regex.finditer(a.title.norm)]

    return Given(needs, value) if needs else value, spans


def marks(chars: str) -> Pair:
    """How often any of a few characters stands in the headline, and where."""

    def value(a: Analysis) -> float:
        count = a.title.norm.count
        return sum([count(c) for c in chars])

    def spans(a: Analysis) -> Located:
        return [("title", (i, i + 1)) for i, c in enumerate(a.title.norm) if c in chars]

    return Given(chars, value) if len(chars) == 1 else value, spans


def kind(*kinds: str) -> Pair:
    """How many tokens of some kinds the headline holds, and where."""
    wanted = frozenset(kinds)

    def spans(a: Analysis) -> Located:
        found = zip(a.title.tokens, a.title.starts, a.title.ends, strict=True)
        return [("title", (start, end)) for t, start, end in found if not wanted.isdisjoint(t.kinds)]

    return Count("kinds", kinds), spans


def script(name: str) -> Pair:
    """The share of the headline's characters in tokens of a script."""
    return Count("script", (name,)), None


def part(
    together: Callable[[Analysis], Sequence[float]], index: int, spans: Spans | None = None, needs: str = ""
) -> Pair:
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
    return [m.span() for m in _TAG.finditer(norm)] if _OPENING.search(norm) else []
