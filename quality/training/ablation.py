"""What each family of columns gives: boosters fitted on one family alone, and on all but one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from features.schema import FEATURES
from quality.heads import HeadSpec
from quality.training.evaluate import head_figures

Array = np.ndarray[Any, Any]
FitBooster = Callable[
    [Sequence[str], Array, Array, Array], Any
]  # names, columns, labels, weights -> a LightGBM booster
FAMILIES = ("headline", "attribution", "promise", "prose", "layout", "text", "style", "headline score")
_GROUP = {f.name: str(f.group) for f in FEATURES}
_SHOWN = ("n", "auc", "auc_interval", "ap", "mse")


class Table(NamedTuple):
    """Rows of one head: the columns its booster reads, one row a document, and their labels."""

    columns: Array
    labels: Array


def family(column: str) -> str:
    """The family of a booster's column: its feature's group, `text` (the head's n-grams), `style`, `headline score`."""
    if column in _GROUP:
        return _GROUP[column]
    if column.startswith("style_"):
        return "style"
    return "text" if "." in column else "headline score"


def ablation(spec: HeadSpec, fit: FitBooster, fitted: Table, weights: Array, held_out: Table) -> dict[str, Any]:
    """Figures of one head with each family of its columns alone, and without each.

    Parameters
    ----------
    spec : HeadSpec
        Its `columns` name those of both tables.
    fit : callable
        Fits the head's booster on named columns of the fitted rows.
    fitted : Table
        Out-of-fold columns of the rows fitted on, their labels on the head's own scale.
    weights : array
        One a fitted row.
    held_out : Table
        Rows never fitted on.

    Returns
    -------
    dict
        `all`, and for each family `alone` and `without` (None where nothing is left): n, AUC with its 95% bootstrap interval, AP,
        and MSE of the raw answer over the label's top. Raw: what a family adds is asked before any calibration.
    """
    families = np.array([family(c) for c in spec.columns])

    def figures(at: Array) -> dict[str, Any] | None:
        if not at.any():
            return None
        names = [c for c, used in zip(spec.columns, at, strict=True) if used]
        booster = fit(names, fitted.columns[:, at], fitted.labels, weights)
        said = np.asarray(booster.predict(held_out.columns[:, at], num_threads=1))
        # a booster of the log loss answers a share of the top, the others a grade
        share = np.clip(said if booster.params.get("objective") == "cross_entropy" else said / spec.top, 0, 1)
        row = head_figures(spec, held_out.labels, share, share * spec.top if spec.graded else None)
        return {k: row[k] for k in _SHOWN}

    return {
        "all": figures(np.ones(len(families), dtype=bool)),
        "families": {
            name: {"alone": figures(families == name), "without": figures(families != name)}
            for name in FAMILIES
            if (families == name).any()
        },
    }
