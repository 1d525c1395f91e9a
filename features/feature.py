"""What a feature is: a number measured on a document, its meaning, and the words behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from features.analysis import Analysis, Span

Group = Literal["headline", "attribution", "promise", "prose", "layout"]
Where = Literal["title", "body"]
Located = list[tuple[Where, Span]]  # spans in the normalised title or body
Value = Callable[[Analysis], float]
Spans = Callable[[Analysis], Located]
NAN = float("nan")


class Feature(NamedTuple):
    """One number measured on a document."""

    name: str
    version: int
    group: Group
    low: float
    high: float
    direction: int  # which way it moves bait in headline features, substance in the others: -1, 0 unknown, 1
    meaning: str
    value: Value
    spans: Spans | None = None
