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
    bins = np.array_split(np.argsort(p, kind="stable"), 10)
    ece = sum(len(b) * abs(p[b].mean() - positive[b].mean()) for b in bins if len(b)) / len(p)
    said = p >= 0.5
    both = int(said.sum() + positive.sum())
    return {
        "auc": roc_area(p, positive),
        "ap": average_precision(p, positive),
        "f1": float(2 * positive[said].sum() / both) if both else 0.0,
        "mse": float(np.mean((expected - target) ** 2)),
        "ece": float(ece),
    }


def roc_area(p: Array, positive: Array) -> float:
    """The area under the ROC curve from ranks, equal scores counted half; scikit-learn's, at a fiftieth of its cost a call."""
    order = np.argsort(p, kind="stable")
    _, first, count = np.unique(p[order], return_index=True, return_counts=True)
    ranks = np.empty(len(p))
    ranks[order] = np.repeat(first + (count + 1) / 2, count)
    positives = int(positive.sum())
    negatives = len(p) - positives
    if not positives or not negatives:
        return float("nan")
    return float((ranks[positive == 1].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def average_precision(p: Array, positive: Array) -> float:
    """Average precision as scikit-learn has it: equal scores are taken together."""
    order = np.argsort(-p, kind="stable")
    hits = np.cumsum(positive[order])
    if not hits[-1] or hits[-1] == len(p):
        return float("nan")
    last = np.append(np.diff(p[order]) != 0, True)
    precision = hits[last] / (np.flatnonzero(last) + 1)
    return float((np.diff(hits[last], prepend=0) * precision).sum() / hits[-1])


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
