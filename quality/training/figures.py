"""The figures everyone quotes: AUC, AP, F1, MSE, ECE, with bootstrap intervals."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
FIGURES = ("auc", "ap", "f1", "mse", "ece")


def figures(p: Array, expected: Array, positive: Array, target: Array) -> dict[str, float]:
    """Figures of one set.

    Parameters
    ----------
    p : probability of the positive class, 0 to 1
    expected : what `mse` holds against `target` (an expected grade over its top, or the probability)
    positive : 0 or 1
    target : the label over its top, or the class

    Returns
    -------
    dict
        `auc`, `ap` (ROC and precision-recall areas), `f1` at 0.5, `mse`, `ece` (10 equal-count bins).
    """
    from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

    bins = np.array_split(np.argsort(p, kind="stable"), 10)
    ece = sum(len(b) * abs(p[b].mean() - positive[b].mean()) for b in bins if len(b)) / len(p)
    one = positive.min() == positive.max()
    return {
        "auc": float("nan") if one else float(roc_auc_score(positive, p)),
        "ap": float("nan") if one else float(average_precision_score(positive, p)),
        "f1": float(f1_score(positive, p >= 0.5, zero_division=0)),
        "mse": float(np.mean((expected - target) ** 2)),
        "ece": float(ece),
    }


def with_intervals(p: Array, expected: Array, positive: Array, target: Array, times: int = 400) -> dict[str, Any]:
    """`figures` with `n`, the share of positives, and each figure's 95% bootstrap interval as `NAME_interval`."""
    columns = (p, expected, positive, target)
    found: dict[str, Any] = {"n": len(p), "positive": round(float(positive.mean()), 4)}
    rng = np.random.default_rng(0)
    draws = [figures(*(c[i] for c in columns)) for i in (rng.integers(0, len(p), len(p)) for _ in range(times))]
    for name, value in figures(*columns).items():
        low, high = np.nanpercentile([d[name] for d in draws], [2.5, 97.5])
        found[name] = round(value, 4)
        found[f"{name}_interval"] = [round(float(low), 4), round(float(high), 4)]
    return found
