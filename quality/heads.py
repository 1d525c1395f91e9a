"""The four heads: what each is asked, what it sees, and how its label becomes an answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from features.feature import Group
from features.schema import FEATURES
from quality.text_model import Field, Unit

STYLE = tuple(f"style_{i:02d}" for i in range(32))  # coordinates of a text's style vector (quality.style)
SENSATIONAL_RAW = "sensational_raw"  # the first head's raw score, which the others may read


@dataclass(frozen=True)
class TextSpec:
    """A representation a head owns: fitted on the head's label, out of fold while the head is fitted."""

    name: str
    field: Field
    unit: Unit
    sizes: tuple[int, int]
    min_count: int  # documents an n-gram must stand in
    penalty: float  # ridge
    idf: bool = True  # penalise rare n-grams less: fitted on presence times inverse document frequency
    most: int | None = None  # n-grams kept: those that move the score most (see quality.training.texts)


@dataclass(frozen=True)
class HeadSpec:
    """A head: its columns in order are the dense features of its groups, its texts, the style vector's, and `extra`.

    `linear` is the share of the raw score that the mean of the text scores gives by itself; the booster gives the rest. Trees cut a
    score into steps, and a few hundred rows of each grade leave them few: a line beside them ranks better.
    """

    name: str
    groups: tuple[Group, ...]
    texts: tuple[TextSpec, ...]
    top: float  # the label's highest grade
    cut: float  # a label of the cut or more is positive
    graded: bool  # answers an expected grade beside the probability
    needs_body: bool = True
    extra: tuple[str, ...] = ()
    style: Field | None = None  # the text whose style vector it reads
    linear: float = 0.0

    @cached_property
    def dense(self) -> tuple[str, ...]:
        return tuple(f.name for f in FEATURES if f.group in self.groups)

    @cached_property
    def text_columns(self) -> slice:
        """Where the text scores stand among the columns."""
        return slice(len(self.dense), len(self.dense) + len(self.texts))

    @cached_property
    def columns(self) -> tuple[str, ...]:
        return self.dense + tuple(t.name for t in self.texts) + (STYLE if self.style else ()) + self.extra


HEADS: tuple[HeadSpec, ...] = (
    HeadSpec(
        "sensational",
        ("headline",),
        (
            TextSpec("sensational.title_char", "title", "char", (1, 4), 3, 4.5, most=160_000),
            TextSpec("sensational.title_word", "title", "word", (1, 2), 2, 4.5, most=80_000),
        ),
        top=3.0,
        cut=1.5,
        graded=True,
        needs_body=False,
        style="title",
        linear=0.1,
    ),
    HeadSpec(
        "substantive",
        ("headline", "promise", "prose", "layout"),
        (TextSpec("substantive.body_word", "body", "word", (1, 3), 3, 0.3),),
        top=3.0,
        cut=1.5,
        graded=True,
        extra=(SENSATIONAL_RAW,),
        style="body",
        linear=0.3,
    ),
    HeadSpec(
        "delivers",
        ("promise",),
        (
            TextSpec("delivers.title_char", "title", "char", (1, 3), 3, 4.5, idf=False),
            TextSpec("delivers.body_word", "body", "word", (1, 2), 3, 1.0, idf=False),
            TextSpec("delivers.tail_char", "tail", "char", (1, 5), 3, 6.0),
        ),
        top=2.0,
        cut=1.5,
        graded=False,
        extra=(SENSATIONAL_RAW,),
    ),
    HeadSpec(
        "whole",
        ("promise",),
        (
            TextSpec("whole.title_char", "title", "char", (1, 3), 3, 4.5, idf=False),
            TextSpec("whole.body_word", "body", "word", (1, 2), 3, 1.0, idf=False),
            TextSpec("whole.tail_char", "tail", "char", (1, 5), 3, 6.0),
        ),
        top=1.0,
        cut=0.5,
        graded=False,
        extra=(SENSATIONAL_RAW,),
    ),
)


def head(name: str) -> HeadSpec:
    return next(h for h in HEADS if h.name == name)
