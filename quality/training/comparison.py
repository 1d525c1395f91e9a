"""The model that ships beside plain baselines: the same fitted rows, the same sets, the same resamples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from quality.heads import HeadSpec
from quality.training.ablation import FitBooster
from quality.training.baselines import BASELINES, Answer, Rows, Said
from quality.training.evaluate import head_figures
from quality.training.figures import average_precision, roc_area

Array = np.ndarray[Any, Any]
SHIPPED, DENSE = "the shipped model", "LightGBM, dense features only"
_DRAWS = 1_000


def dense_booster(fit: FitBooster) -> Callable[[HeadSpec, Rows], Answer]:
    """The head's own booster on its dense features: what the texts add shows in the difference."""

    def fitted(spec: HeadSpec, rows: Rows) -> Answer:
        booster = fit(spec.dense, rows.dense, rows.labels, rows.weights)

        def answer(held: Rows) -> Said:
            share = np.clip(np.asarray(booster.predict(held.dense, num_threads=1)) / spec.top, 0, 1)
            return Said(share, share)

        return answer

    return fitted


def compare_baselines(
    spec: HeadSpec, rows: Rows, fit: FitBooster, tests: Mapping[str, tuple[Rows, Said]]
) -> dict[str, dict[str, Any]]:
    """Figures of every baseline and of the model, and how far the model is ahead.

    Parameters
    ----------
    spec : HeadSpec
        A head that grades.
    rows : Rows
        What the baselines are fitted on.
    fit : callable
        Fits the head's booster (`quality.training.ablation`).
    tests : mapping
        Set -> its rows, and what the model says of them.

    Returns
    -------
    dict
        set -> baseline -> its figures with 95% bootstrap intervals, and `ahead`: the model's AUC and AP less the baseline's, with
        95% intervals of paired resamples. A baseline that is not installed has `absent`, the reason, alone.
    """
    found: dict[str, dict[str, Any]] = {name: {} for name in tests}
    for baseline, fitted in {**BASELINES, DENSE: dense_booster(fit)}.items():
        try:
            answer = fitted(spec, rows)
        except ImportError as error:
            for row in found.values():
                row[baseline] = {"absent": f"not installed ({error.name})"}
            continue
        for name, (held, shipped) in tests.items():
            said = answer(held)
            found[name][baseline] = figures(spec, held.labels, said) | {
                "ahead": ahead(spec, held.labels, shipped, said)
            }
    for name, (held, shipped) in tests.items():
        found[name][SHIPPED] = figures(spec, held.labels, shipped)
    return found


def figures(spec: HeadSpec, labels: Array, said: Said) -> dict[str, Any]:
    return head_figures(spec, labels, said.probability, said.expected * spec.top)


def ahead(spec: HeadSpec, labels: Array, one: Said, other: Said) -> dict[str, Any]:
    """How far `one` is ahead of `other` in AUC and AP, with 95% intervals over the same resamples of rows for both."""
    positive = (labels >= spec.cut).astype(int)
    rng = np.random.default_rng(0)
    draws = [rng.integers(0, len(labels), len(labels)) for _ in range(_DRAWS)]
    found: dict[str, Any] = {}
    for name, figure in (("auc", roc_area), ("ap", average_precision)):

        def gain(at: Any, figure: Callable[[Array, Array], float] = figure) -> float:
            return figure(one.probability[at], positive[at]) - figure(other.probability[at], positive[at])

        low, high = np.nanpercentile([gain(at) for at in draws], [2.5, 97.5])
        found[name] = round(gain(slice(None)), 4)
        found[f"{name}_interval"] = [round(float(low), 4), round(float(high), 4)]
    return found


def plain(rows: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of the TF-IDF ridge among one head's baselines, which README shows beside the model's."""
    return {k: v for k, v in rows["TF-IDF ridge"].items() if k != "ahead"}
