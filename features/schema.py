"""The ordered list of features. A new one is a function in its family's file and a line here.

A feature is never redefined under its name and version: what a fitted model learnt of it would silently mean something
else. The hash of the schema travels with each model, and a model is refused where it differs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Literal, NamedTuple

from features.analysis import Analysis, Span

Group = Literal["headline", "attribution", "promise", "prose", "layout"]
Where = Literal["title", "body"]
NAN = float("nan")


class Feature(NamedTuple):
    """One number measured on a document, and what it means."""

    name: str
    version: int
    group: Group
    low: float
    high: float
    direction: int  # which way it moves bait in headline features, substance in the others: -1, 0 unknown, 1
    meaning: str
    value: Callable[[Analysis], float]
    spans: Callable[[Analysis], list[tuple[Where, Span]]] | None = None  # the words behind the value, in normalised text
