"""The gate: floors and ceilings over a metrics.json. `tests/gate.json` and promotion are held by this one function."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from quality.errors import DataError

_LOWER_IS_BETTER = ("mse", "ece", "mean_shift", "bait_kept", "reports_lost", "reviewed")
_PINNED = ("auc", "mean_shift", "bait_kept", "reports_lost")
_GROUPS = (
    "slices_of_sets",
    "filter",
    "evasion",
)  # figures that stand beside `sets`; a slice is given what chance explains


class Verdict(NamedTuple):
    """One floor (or, for errors, ceiling), the value held against it, and whether it holds."""

    figure: str
    value: float | None
    limit: float
    passed: bool

    def __str__(self) -> str:
        sign = "<=" if is_error(self.figure) else ">="
        shown = "missing" if self.value is None else f"{self.value:.4f}"
        return f"{'ok  ' if self.passed else 'FAIL'} {self.figure}: {shown}, must be {sign} {self.limit}"


def is_error(figure: str) -> bool:
    """Whether a lower value of the figure is better."""
    return figure.rpartition(".")[2] in _LOWER_IS_BETTER


def check(metrics: Mapping[str, Any], limits: Mapping[str, float]) -> list[Verdict]:
    """Hold figures against limits.

    Parameters
    ----------
    metrics : mapping
        A `metrics.json`; figures stand under `sets`, those of slices, filter and evasion beside it.
    limits : mapping
        `SET.HEAD.FIGURE`, `slices_of_sets.SET.HEAD.COLUMN.VALUE.FIGURE`, `filter.FEED.FIGURE` or `evasion.FIGURE` -> floor, or
        ceiling for errors. A figure that is missing fails; a slice fails only where its whole interval misses its limit.
    """
    found = []
    for figure, limit in limits.items():
        beside = figure.partition(".")[0] in _GROUPS
        *path, name = figure.split(".") if beside else figure.rsplit(".", 2)  # a set may be named after a file
        row: Any = metrics if beside else metrics.get("sets", {})
        for key in path:
            row = row.get(key) if isinstance(row, Mapping) else None
        row = row if isinstance(row, Mapping) else {}
        value, error = _number(row.get(name)), is_error(figure)
        best = value
        if path[0] == "slices_of_sets" and value is not None:
            low, high = row[f"{name}_interval"]
            best = low if error else high
        passed = best is not None and (best <= limit if error else best >= limit)
        found.append(Verdict(figure, value, limit, passed))
    return found


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None


def read_limits(path: str | Path) -> tuple[dict[str, float], dict[str, str]]:
    """The limits of a gate file, and the SHA-256 of the evaluation files they were read off."""
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        return {str(k): float(v) for k, v in content["limits"].items()}, {
            str(k): str(v) for k, v in content["data"].items()
        }
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise DataError(f"gate file {path} can't be read: {error}") from error


def pinned(limits: Mapping[str, float], metrics: Mapping[str, Any], margin: float = 0.003) -> dict[str, float]:
    """The limits, and one for each figure of slices, filter and evasion that has none yet: what was reached, less a margin."""
    reached = {
        f"{group}.{path}": value
        for group in _GROUPS
        for path, value in _leaves(metrics.get(group, {}))
        if path.rpartition(".")[2] in _PINNED
    }
    new = {k: round(v + margin if is_error(k) else v - margin, 4) for k, v in reached.items() if k not in limits}
    return dict(limits) | new


def _leaves(content: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for key, value in content.items():
        if isinstance(value, Mapping):
            yield from ((f"{key}.{path}", leaf) for path, leaf in _leaves(value) if "." not in key)
        elif (number := _number(value)) is not None:
            yield key, number


def tightened(
    limits: Mapping[str, float], metrics: Mapping[str, Any], margin: float = 0.003, lower: bool = False
) -> dict[str, float]:
    """The limits moved to the figures reached, less a margin; one that is missed gives way only where `lower` is said."""
    found = dict(limits)
    for verdict in check(metrics, limits):
        if verdict.value is None:
            continue
        error = is_error(verdict.figure)
        reached = round(verdict.value + margin if error else verdict.value - margin, 4)
        better = reached < verdict.limit if error else reached > verdict.limit
        if better or (lower and not verdict.passed):
            found[verdict.figure] = reached
    return found
