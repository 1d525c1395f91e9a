"""Fitted representations: sparse linear weights over n-grams. Every score is an exact sum over the n-grams of the text.

With f(x) = bias + sum of w(g) / sqrt(n) over the n distinct known n-grams of the text, each n-gram's part of the score is
known, so a reason can name the words; and the sum is `math.fsum`, which is exact, so it is the same in any order.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np

from features.analysis import Analysis, Span, Text
from quality.errors import ModelError

Field = Literal["title", "body", "tail"]
Unit = Literal["char", "word"]
_BODY_WORDS = 700  # words of a body that are read; an article's character shows well before that
_BODY_CHARS = 1_500
_TAIL_CHARS = 60


def view(analysis: Analysis, field: Field) -> Text | None:
    """The text that a representation of `field` reads; None where the document has none."""
    return analysis.title if field == "title" else analysis.body


def grams(text: Text, field: Field, unit: Unit, sizes: tuple[int, int]) -> list[str]:
    """All n-gram occurrences of the text, shorter sizes first, in reading order."""
    low, high = sizes
    if unit == "char":
        chars = _chars(text, field)
        return [chars[i : i + k] for k in range(low, high + 1) for i in range(len(chars) - k + 1)]
    words = text.surfaces[:_BODY_WORDS]
    found = list(words) if low == 1 else []
    for k in range(max(2, low), high + 1):
        found += [" ".join(words[i : i + k]) for i in range(len(words) - k + 1)]
    return found


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
    count = len(text.surfaces[:_BODY_WORDS])
    for k in range(low, high + 1):
        for i in range(count - k + 1):
            yield text.starts[i], text.ends[i + k - 1]


class TextModel:
    """Linear weights over the n-grams of one field.

    Parameters
    ----------
    name : str
        As the booster knows it, for example ``sensational.title_char``.
    field, unit, sizes
        Which text, characters or words, smallest and largest n.
    terms : list of str
        The known n-grams.
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
        terms: list[str],
        weights: np.ndarray[Any, Any],
        bias: float,
    ) -> None:
        self.name, self.field, self.unit, self.sizes, self.bias = name, field, unit, sizes, bias
        self.terms = terms
        self._weights: dict[str, float] = dict(zip(terms, weights.tolist(), strict=True))

    def score(self, analysis: Analysis) -> float:
        """The representation's value; NaN where the document lacks the field."""
        text = view(analysis, self.field)
        if text is None:
            return math.nan
        get = self._weights.get
        found = [w for g in set(grams(text, self.field, self.unit, self.sizes)) if (w := get(g)) is not None]
        return self.bias + math.fsum(found) / math.sqrt(len(found)) if found else self.bias

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
        lines = [t.replace("\n", "\x1f") for t in self.terms]
        (folder / f"{self.name}.terms").write_text("\n".join(lines), encoding="utf-8", newline="\n")
        np.save(
            folder / f"{self.name}.npy", np.array(list(self._weights.values()), dtype=np.float32), allow_pickle=False
        )

    @classmethod
    def load(cls, folder: Path, name: str) -> TextModel:
        """Read what `save` wrote."""
        try:
            about = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
            terms = [
                t.replace("\x1f", "\n") for t in (folder / f"{name}.terms").read_text(encoding="utf-8").split("\n")
            ]
            weights = np.load(folder / f"{name}.npy", allow_pickle=False)
            low, high = (int(s) for s in about["sizes"])
            field, unit, bias = about["field"], about["unit"], float(about["bias"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(f"text model {name!r} in {folder} can't be read: {error}") from error
        if weights.dtype != np.float32 or weights.ndim != 1 or len(weights) != len(terms):
            raise ModelError(
                f"text model {name!r} in {folder}: {len(terms)} n-grams, but weights of shape {weights.shape}, {weights.dtype}"
            )
        if not np.isfinite(weights).all() or not math.isfinite(bias):
            raise ModelError(f"text model {name!r} in {folder}: weights that are not finite")
        if field not in ("title", "body", "tail") or unit not in ("char", "word") or not 1 <= low <= high <= 8:
            raise ModelError(f"text model {name!r} in {folder}: field {field!r}, unit {unit!r}, sizes {low}-{high}")
        return cls(name, field, unit, (low, high), terms, weights, bias)
