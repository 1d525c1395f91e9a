"""The gate: floors and ceilings over a metrics.json. `tests/gate.json` and promotion are held by this one function."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from quality.errors import DataError

_LOWER_IS_BETTER = ("mse", "ece")


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
        A `metrics.json`; figures stand under `sets`.
    limits : mapping
        `SET.HEAD.FIGURE` -> floor, or ceiling for `mse` and `ece`. A figure that is missing fails.
    """
    found = []
    for figure, limit in limits.items():
        value: Any = metrics.get("sets", {})
        for key in figure.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        number = float(value) if isinstance(value, (int, float)) else None
        passed = number is not None and (number <= limit if is_error(figure) else number >= limit)
        found.append(Verdict(figure, number, limit, passed))
    return found


def read_limits(path: str | Path) -> tuple[dict[str, float], dict[str, str]]:
    """The limits of a gate file, and the SHA-256 of the evaluation files they were read off."""
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        return {str(k): float(v) for k, v in content["limits"].items()}, {
            str(k): str(v) for k, v in content["data"].items()
        }
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise DataError(f"gate file {path} can't be read: {error}") from error


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
