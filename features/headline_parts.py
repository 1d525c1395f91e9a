"""What the headline's features are made of: counts of words, marks, patterns and kinds of token, each with its spans."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Literal

from features.analysis import Analysis, Span
from features.feature import NAN, Feature, Located, Spans, Value

Pair = tuple[Value, Spans | None]

_TAG = re.compile("[【〈<《(][^【】〈〉<>《》()]{1,14}[】〉>》)]")
_OPENING = re.compile("[【〈<《(]")


def line(name: str, direction: int, meaning: str, pair: Pair, high: float = float("inf")) -> Feature:
    return Feature(name, 1, "headline", 0.0, high, direction, meaning, *pair)


class Count:
    """How many words of some style lexicons, or tokens of some kinds, the headline holds; for a script, its share.

    What only counts is read off the text's own counts: `measure` fills a row from them without a call a feature.
    """

    __slots__ = ("keys", "of")

    def __init__(self, of: Literal["words", "kinds", "script"], keys: tuple[str, ...]) -> None:
        self.of, self.keys = of, keys

    def __call__(self, a: Analysis) -> float:
        title = a.title
        if self.of == "words":
            return sum([len(title.words.get(key, ())) for key in self.keys])
        number = sum([title.kinds.get(key, 0) for key in self.keys])
        return number if self.of == "kinds" else number / len(title.norm) if title.norm else NAN


class Given:
    """A value that is `otherwise` wherever the headline lacks something: most lack it, and looking for it is cheap.

    `thing` is a mark, a kind of token, a lexicon, or "quotation".
    """

    __slots__ = ("otherwise", "thing", "value")

    def __init__(self, thing: str, value: Value, otherwise: float = 0) -> None:
        self.thing, self.value, self.otherwise = thing, value, otherwise

    def __call__(self, a: Analysis) -> float:
        return self.value(a) if holds(a, self.thing) else self.otherwise


def holds(a: Analysis, thing: str) -> bool:
    title = a.title
    return (
        bool(title.quotations)
        if thing == "quotation"
        else thing in title.norm or thing in title.kinds or thing in title.words
    )


def measurer(features: Sequence[Feature]) -> Callable[[Analysis], list[float]]:
    """`[f.value(a) for f in features]`, in a third of the time."""
    start = [0.0] * len(features)
    counted: dict[str, dict[str, list[int]]] = {"words": {}, "kinds": {}}
    shares: list[int] = []
    given: dict[str, list[tuple[int, Value]]] = {}
    called: list[tuple[int, Value]] = []
    for i, f in enumerate(features):
        if isinstance(f.value, Count):
            for key in f.value.keys:
                counted["words" if f.value.of == "words" else "kinds"].setdefault(key, []).append(i)
            if f.value.of == "script":
                shares.append(i)
        elif isinstance(f.value, Given):
            given.setdefault(f.value.thing, []).append((i, f.value.value))
            start[i] = f.value.otherwise
        else:
            called.append((i, f.value))
    by_word, by_kind = counted["words"], counted["kinds"]
    things = list(given.items())

    def measure(a: Analysis) -> list[float]:
        row = start.copy()
        title = a.title
        norm, words, kinds = title.norm, title.words, title.kinds
        for category in words:
            for i in by_word.get(category, ()):
                row[i] += len(words[category])
        for key in kinds:
            for i in by_kind.get(key, ()):
                row[i] += kinds[key]
        for i in shares:
            row[i] = row[i] / len(norm) if norm else NAN
        for thing, values in things:
            if thing in norm or thing in kinds or thing in words or (thing == "quotation" and title.quotations):
                for i, value in values:
                    row[i] = value(a)
        for i, value in called:
            row[i] = value(a)
        return row

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


def located(find: Spans, needs: str = "") -> Pair:
    """How many spans a function finds, and the spans; `needs` is what it finds none without (see Given)."""

    def value(a: Analysis) -> float:
        return len(find(a))

    return Given(needs, value) if needs else value, find


def tags(a: Analysis) -> list[Span]:
    """Short texts in brackets: sections, formats, shouts, ages."""
    norm = a.title.norm
    return [m.span() for m in _TAG.finditer(norm)] if _OPENING.search(norm) else []
