"""From held-out raw scores to calibration curves and policy thresholds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from quality.calibration import Curve
from quality.heads import head

Array = np.ndarray[Any, Any]
# policy -> share of right ones among what it calls good (informative, substantive) and what it calls bad (sensational, thin).
# `strict` is for feeds that hate bait: nothing passes for good lightly, and 9 in 10 is proof enough of the bad.
POLICIES: dict[str, tuple[float, float]] = {"p95": (0.95, 0.95), "strict": (0.98, 0.90)}
_MIN_ROWS = 30  # a threshold is not read off fewer labelled rows than this


def centered_isotonic(raw: Array, label: Array, top: float) -> Curve:
    """Centered isotonic regression (Oron & Flournoy, 2017): each flat block of the isotonic fit becomes one knot at its centre.

    Plain isotonic regression ties all scores of a block, which costs ranking; between centres the curve rises. Each block's mean
    is drawn towards the overall mean by one row's weight, so that no finite number of rows says 0 or 1.
    """
    from sklearn.isotonic import IsotonicRegression

    order = np.argsort(raw, kind="stable")
    x, fitted = raw[order], IsotonicRegression().fit(raw, label).predict(raw[order])
    knots_x: list[float] = []
    knots_y: list[float] = []
    for value in np.unique(fitted):
        block = fitted == value
        drawn = (value * block.sum() + label.mean()) / (block.sum() + 1)
        knots_x.append(float(x[block].mean()))
        knots_y.append(float(np.clip(max([drawn, *knots_y[-1:]]), 0.0, top)))
    # the ends: half-way to the limits, so that the lowest and highest scores keep their order
    if x[0] < knots_x[0]:
        knots_x.insert(0, float(x[0]))
        knots_y.insert(0, knots_y[0] / 2)
    if x[-1] > knots_x[-1]:
        knots_x.append(float(x[-1]))
        knots_y.append((knots_y[-1] + top) / 2)
    keep = [0] + [i for i in range(1, len(knots_x)) if knots_x[i] > knots_x[i - 1]]
    return Curve(tuple(round(knots_x[i], 9) for i in keep), tuple(round(knots_y[i], 9) for i in keep))


def _upper(p: Array, positive: Array, precision: float) -> float:
    """The lowest threshold from which on the rows at or above it are positive with the precision asked; 1 where none is."""
    order = np.argsort(-p, kind="stable")
    hits = np.cumsum(positive[order]) / np.arange(1, len(p) + 1)
    last = np.append(p[order][1:] < p[order][:-1], True)  # a threshold can't part equal scores
    good = np.flatnonzero((hits >= precision) & last & (np.arange(1, len(p) + 1) >= _MIN_ROWS))
    return float(p[order][good[-1]]) if len(good) else 1.0


def label_thresholds(
    sensational: pd.DataFrame, substantive: pd.DataFrame, good: float, bad: float | None = None
) -> dict[str, float]:
    """The four thresholds of a policy, each set for the precision asked on held-out rows drawn as a feed draws them.

    Parameters
    ----------
    sensational, substantive : DataFrame
        What the two heads said of rows they had not seen: `label`, `probability`, `base`.
    good : float
        Share of right ones among the headlines called informative and the articles called substantive.
    bad : float, optional
        The same of the headlines called sensational and the articles called thin; by default `good`.
    """
    bad = good if bad is None else bad
    found: dict[str, float] = {}
    for frame, spec, upper, lower, above, below in (
        (sensational, head("sensational"), "sensational_from", "informative_to", bad, good),
        (substantive, head("substantive"), "substantive_from", "thin_to", good, bad),
    ):
        rows = frame[frame["base"]]
        p, positive = rows["probability"].to_numpy(), (rows["label"] >= spec.cut).to_numpy()
        high, low = _upper(p, positive, above), 1 - _upper(1 - p, ~positive, below)
        if low >= high:  # so good a model that both sides hold at once: part them in the middle
            middle = (low + high) / 2
            low, high = middle - 1e-6, middle
        found[upper], found[lower] = round(min(1.0, high), 6), round(max(0.0, low), 6)
    return found


def policies(sensational: pd.DataFrame, substantive: pd.DataFrame) -> dict[str, dict[str, float]]:
    """The thresholds of every policy a model carries, by the rules of `POLICIES`."""
    return {name: label_thresholds(sensational, substantive, good, bad) for name, (good, bad) in POLICIES.items()}
