"""How each feature and score is spread over the fitted data: what "high" means in a reason, and what drift is held against."""

from __future__ import annotations

import json
import math
from bisect import bisect_left, bisect_right
from pathlib import Path
from typing import Any

import numpy as np

from quality.errors import ModelError

FILE = "reference.json"
_STEPS = 40  # quantiles kept a feature, 2.5% apart


class Reference:
    """Quantiles of every feature over the rows a model was fitted on (as a feed draws them), and what drift compares beside them.

    Parameters
    ----------
    quantiles : dict
        Feature -> 41 values, the lowest and the highest among them.
    profile : dict, optional
        The same rows as `quality.training.profile` counts a feed: histograms, scores, unknown words, frequent words of loud headlines.
    """

    def __init__(self, quantiles: dict[str, list[float]], profile: dict[str, Any] | None = None) -> None:
        self.quantiles = quantiles
        self.profile = profile or {}

    @classmethod
    def of(cls, names: tuple[str, ...], dense: np.ndarray[Any, Any]) -> Reference:
        """Read off a matrix of features, one column a name; NaN is left out."""
        found: dict[str, list[float]] = {}
        for name, column in zip(names, dense.T, strict=True):
            known = column[~np.isnan(column)]
            if len(known):
                found[name] = [round(float(q), 6) for q in np.quantile(known, np.linspace(0, 1, _STEPS + 1))]
        return cls(found)

    def percentile(self, name: str, value: float) -> float | None:
        """Share of the fitted rows below `value`, 0 to 100, ties counted half; None where unknown."""
        quantiles = self.quantiles.get(name)
        if quantiles is None or math.isnan(value):
            return None
        middle = (bisect_left(quantiles, value) + bisect_right(quantiles, value)) / 2
        return round(100 * min(1.0, middle / len(quantiles)), 1)

    def save(self, folder: Path) -> None:
        content = {"quantiles": self.quantiles, "profile": self.profile}
        (folder / FILE).write_text(
            json.dumps(content, indent=None, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n"
        )

    @classmethod
    def load(cls, folder: Path) -> Reference:
        try:
            found = json.loads((folder / FILE).read_text(encoding="utf-8"))
            quantiles = found.get("quantiles", found)  # at first the quantiles alone were kept
            profile = found.get("profile", {}) if "quantiles" in found else {}
            if not isinstance(profile, dict):
                raise TypeError("the profile is no object")
            known = {str(name): sorted(float(v) for v in values) for name, values in quantiles.items()}
            if not all(values and all(map(math.isfinite, values)) for values in known.values()):
                raise ValueError("a feature without quantiles, or with some that are not finite")
            return cls(known, profile)
        except (OSError, ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise ModelError(f"{folder / FILE} can't be read: {error}") from error
