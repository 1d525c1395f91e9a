"""Parity: whether some category or kind of outlet is graded higher than others at equal grade."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from quality.heads import HeadSpec

Array = np.ndarray[Any, Any]
LIMIT = 0.06  # of the 0 to 1 scale
_ROWS = 30  # a category is measured from so many rows
_KINDS = (  # what an outlet's name says of its kind, asked in this order
    ("sports daily", ("スポーツ", "スポニチ", "報知", "サンスポ", "東スポ", "西スポ", "トーチュウ")),
    ("broadcaster", ("テレビ", "放送", "ＴＶ", "TV", "TBS", "NHK", "FNN", "NNN", "JNN", "ANN", "ABEMA", "ラジオ")),
    ("newspaper or agency", ("新聞", "通信", "日報", "新報", "時事", "共同", "ロイター", "AFP", "日経")),
)


def outlet_kind(outlet: object) -> str | None:
    """The kind of an outlet as far as its name says; the rest are magazines and web sites. Never a feature: a table's row."""
    if not isinstance(outlet, str) or not outlet:
        return None
    return next((kind for kind, marks in _KINDS if any(m in outlet for m in marks)), "magazine or web site")


def with_kinds(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows with `outlet_kind`: as it is given, or by the outlet's name."""
    if "outlet_kind" in frame or "outlet" not in frame:
        return frame
    return frame.assign(outlet_kind=frame["outlet"].map(outlet_kind))


def parity(spec: HeadSpec, frame: pd.DataFrame, label: Array, p: Array, expected: Array | None) -> dict[str, Any]:
    """Mean residuals by category and kind of outlet at equal grade.

    The residuals of each grade are averaged, then these means by how common the grade is among all rows: a category is judged as if
    its grades were spread as everyone's. Where it has no row of a grade, the mean of all stands in.

    Parameters
    ----------
    spec : HeadSpec
    frame : DataFrame
        `category`, `outlet_kind`, where known.
    label, p : array
        Labels on the head's scale, and probabilities.
    expected : array or None
        Expected grades of a head that grades.

    Returns
    -------
    dict
        `all`, the mean residual of all rows; `columns`: column -> value -> n, `residual` (expected less given label, share of the
        scale; of the probability where there is no grade) with its 95% interval, and `probability` (probability less class);
        `worst`: column, value and residual of the value furthest from 0.
    """
    positive = (label >= spec.cut).astype(float)
    residual = (expected - label) / spec.top if expected is not None else p - positive
    columns: dict[str, dict[str, Any]] = {}
    for column in ("category", "outlet_kind"):
        values = frame[column].astype("object").to_numpy() if column in frame else np.array([])
        for value in sorted({v for v in values if isinstance(v, str)}):
            at = values == value
            if at.sum() >= _ROWS:
                mean, low, high = at_equal_grade(residual, label, at)
                columns.setdefault(column, {})[value] = {
                    "n": int(at.sum()),
                    "residual": round(mean, 4),
                    "residual_interval": [round(low, 4), round(high, 4)],
                    "probability": round(at_equal_grade(p - positive, label, at)[0], 4),
                }
    every = [(abs(r["residual"]), c, v, r["residual"]) for c, rows in columns.items() for v, r in rows.items()]
    worst = max(every, default=None)
    return {
        "n": len(label),
        "all": round(float(residual.mean()), 4),
        "columns": columns,
        "worst": dict(zip(("column", "value", "residual"), worst[1:], strict=True)) if worst else None,
    }


def at_equal_grade(residual: Array, label: Array, at: Array) -> tuple[float, float, float]:
    """(mean, 95% interval) of a part's residuals, its grades weighted as they are spread over all rows."""
    mean = variance = 0.0
    for grade in np.unique(label):
        here = label == grade
        share, own = float(here.mean()), residual[here & at]
        mean += share * float((own if len(own) else residual[here]).mean())
        # a grade's spread is read off all rows: a part may have one row of it
        variance += share**2 * float(residual[here].var()) / max(1, len(own))
    return mean, mean - 1.96 * variance**0.5, mean + 1.96 * variance**0.5
