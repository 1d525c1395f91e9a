"""Calibration: a monotone curve through knots, from a booster's raw score to a probability or an expected grade."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from quality.errors import ModelError


@dataclass(frozen=True)
class Curve:
    """Piecewise linear, strictly increasing between its first and last knot and flat beyond them.

    Parameters
    ----------
    x, y : tuple of float
        Knots; both increase.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]

    def __post_init__(self) -> None:
        finite = all(map(math.isfinite, self.x + self.y))
        rising = all(a < b for a, b in zip(self.x, self.x[1:], strict=False)) and all(
            a <= b for a, b in zip(self.y, self.y[1:], strict=False)
        )
        if not self.x or len(self.x) != len(self.y) or not finite or not rising:
            raise ModelError("calibration knots must be finite, as many x as y, and rise")

    def __call__(self, raw: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return np.asarray(np.interp(raw, *self._knots))

    @cached_property
    def _knots(self) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """As arrays: making them takes a single score longer than asking them."""
        return np.array(self.x), np.array(self.y)

    def as_json(self) -> dict[str, list[float]]:
        return {"x": list(self.x), "y": list(self.y)}

    @classmethod
    def from_json(cls, value: Any, top: float) -> Curve:
        try:
            curve = cls(tuple(float(v) for v in value["x"]), tuple(float(v) for v in value["y"]))
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise ModelError(f"calibration knots can't be read: {error}") from error
        if curve.y[0] < 0 or curve.y[-1] > top:
            raise ModelError(f"calibration goes outside 0 to {top}")
        return curve
