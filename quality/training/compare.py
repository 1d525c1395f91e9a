"""Two models on the same rows: figures of each, and their differences with paired bootstrap intervals.

Rows that belong together (an outlet, an event) are drawn together, so that a set of few outlets says how little it knows.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from features.analysis import analyse_all
from quality.heads import HeadSpec
from quality.model import QualityModel
from quality.training.boosters import LABELS
from quality.training.dataset import Labelled, groups
from quality.training.evaluate import heads_of, predict
from quality.training.figures import figures
from quality.training.gate import is_error
from quality.training.slices import parts

Array = np.ndarray[Any, Any]
FIGURES = ("auc", "ap", "mse", "ece")
DRAWS = 1_000
_LEVEL = 0.99  # of the intervals: a dozen figures are looked at, and one in twenty would be "better" by chance


class Line(NamedTuple):
    """One figure of both models; `gain` is positive where the challenger is better, with its interval."""

    figure: str  # SET.HEAD.FIGURE, or SET[COLUMN=VALUE].HEAD.FIGURE for a slice
    n: int
    champion: float
    challenger: float
    gain: float
    low: float
    high: float

    @property
    def is_slice(self) -> bool:
        return "[" in self.figure


class _Draws:
    """Resampled rows, whole groups at a time; the same for both models."""

    def __init__(self, group: Array, times: int, seed: int) -> None:
        _, inverse = np.unique(group.astype(str), return_inverse=True)
        order = np.argsort(inverse, kind="stable")
        self._members = np.split(order, np.cumsum(np.bincount(inverse))[:-1])
        rng = np.random.default_rng(seed)
        self._picked = rng.integers(0, len(self._members), (times, len(self._members)))

    def __iter__(self) -> Any:
        for picked in self._picked:
            yield np.concatenate([self._members[i] for i in picked])


def _lines(
    name: str, spec: HeadSpec, data: tuple[Array, Array], said: Sequence[tuple[Array, Array]], draws: _Draws
) -> list[Line]:
    positive, target = data
    (p, e), (q, f) = said  # champion, challenger

    def of(a: Array, b: Array, at: Any) -> Array:
        row = figures(a[at], b[at], positive[at], target[at])
        return np.array([row[name] for name in FIGURES])

    every = slice(None)
    old, new = of(p, e, every), of(q, f, every)
    signs = np.array([-1.0 if is_error(figure) else 1.0 for figure in FIGURES])
    gains = [(of(q, f, at) - of(p, e, at)) * signs for at in draws]
    spread = np.array(gains)
    found = []
    for i, figure in enumerate(FIGURES):
        known = spread[~np.isnan(spread[:, i]), i]
        if np.isnan(old[i]) or np.isnan(new[i]) or len(known) < len(spread) / 2:
            continue  # only one class: there is nothing to rank
        low, high = np.quantile(known, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
        gain = float((new[i] - old[i]) * signs[i])
        found.append(
            Line(f"{name}.{spec.name}.{figure}", len(p), float(old[i]), float(new[i]), gain, float(low), float(high))
        )
    return found


def compare(
    challenger: QualityModel,
    champion: QualityModel,
    sets: Mapping[str, Labelled],
    draws: int = DRAWS,
    seed: int = 0,
) -> list[Line]:
    """Every figure of every head on every set and on its slices, the whole sets first."""
    whole: list[Line] = []
    sliced: list[Line] = []
    for name, data in sets.items():
        answers = [predict(model, data) for model in (champion, challenger)]
        for spec in heads_of(data):
            label = data.frame[LABELS[spec.name]].to_numpy(float)
            known = ~np.isnan(label)
            if known.sum() < 30:
                continue
            frame = data.frame[known].reset_index(drop=True)
            positive = (label[known] >= spec.cut).astype(int)
            target = label[known] / spec.top if spec.graded else positive.astype(float)
            said = [_said(a[known], spec) for a in answers]
            group = groups(frame)
            whole += _lines(name, spec, (positive, target), said, _Draws(group, draws, seed))
            for column, value, at in parts(frame, positive):
                part = [(p[at], e[at]) for p, e in said]
                few = _Draws(group[at], max(200, draws // 4), seed)
                sliced += _lines(f"{name}[{column}={value}]", spec, (positive[at], target[at]), part, few)
    return whole + sliced


def _said(answers: pd.DataFrame, spec: HeadSpec) -> tuple[Array, Array]:
    p = answers[spec.name].to_numpy(float)
    return p, answers[f"{spec.name}_grade"].to_numpy(float) / spec.top if spec.graded else p


def as_metrics(lines: Sequence[Line], challenger: bool = True) -> dict[str, Any]:
    """The figures as a `metrics.json` holds them, for the gate."""
    sets: dict[str, Any] = {}
    for line in lines:
        name, head, figure = line.figure.rsplit(".", 2)
        sets.setdefault(name, {}).setdefault(head, {})[figure] = line.challenger if challenger else line.champion
    return {"sets": sets}


def speed(models: Sequence[QualityModel], data: Labelled, rows: int = 200, times: int = 5) -> list[float]:
    """Milliseconds a row each model takes, analysis included: the best of some rounds, taken in turns."""
    documents = data.documents()[:rows]
    best = [float("inf")] * len(models)
    for _ in range(times):
        for i, model in enumerate(models):
            started = time.perf_counter()
            model.predict(analyse_all(documents))
            best[i] = min(best[i], (time.perf_counter() - started) * 1000 / max(1, len(documents)))
    return best
