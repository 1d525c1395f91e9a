"""Figures within parts of a set: where a model is good on the whole and bad for sports, or for one kind of outlet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from quality.heads import HEADS, HeadSpec
from quality.model import QualityModel
from quality.training.boosters import LABELS
from quality.training.dataset import Labelled
from quality.training.evaluate import heads_of, predict
from quality.training.figures import figures, with_intervals

Array = np.ndarray[Any, Any]
COLUMNS = ("category", "outlet_kind", "source")
_ROWS, _SIDE = 50, 8  # a slice is measured from so many rows, so many of them on each side of the cut


def parts(frame: pd.DataFrame, positive: Array) -> Iterator[tuple[str, str, Array]]:
    """(column, value, rows) of every slice with enough rows to be measured; a column of one value is no slice."""
    for column in COLUMNS:
        if column not in frame:
            continue
        values = frame[column].astype("object").where(frame[column].notna(), None)
        if values.nunique() < 2:
            continue
        for value in sorted({v for v in values if v}, key=str):
            at = (values == value).to_numpy()
            if at.sum() >= _ROWS and min(positive[at].sum(), (1 - positive[at]).sum()) >= _SIDE:
                yield column, str(value), at


def slice_figures(
    spec: HeadSpec, frame: pd.DataFrame, label: Array, p: Array, expected: Array | None
) -> dict[str, dict[str, dict[str, float]]]:
    """column -> value -> n, share of positives, AUC, AP, MSE and ECE."""
    positive = (label >= spec.cut).astype(int)
    target = label / spec.top if expected is not None else positive.astype(float)
    said = expected / spec.top if expected is not None else p
    found: dict[str, dict[str, dict[str, float]]] = {}
    for column, value, at in parts(frame, positive):
        row = figures(p[at], said[at], positive[at], target[at])
        found.setdefault(column, {})[value] = {
            "n": int(at.sum()),
            "positive": round(float(positive[at].mean()), 4),
            **{k: round(v, 4) for k, v in row.items() if k != "f1"},
        }
    return found


def slices_of(held_out: dict[str, pd.DataFrame], headlines: Labelled, articles: Labelled) -> dict[str, Any]:
    """Slices of every head's out-of-fold answers, on the rows drawn as a feed draws them."""
    found = {}
    for spec in HEADS:
        rows = held_out[spec.name][held_out[spec.name]["base"]]
        frame = (articles if spec.needs_body else headlines).frame.iloc[rows["row"].to_numpy()].reset_index(drop=True)
        expected = rows["expected"].to_numpy(float) if spec.graded else None
        sliced = slice_figures(
            spec, frame, rows["label"].to_numpy(float), rows["probability"].to_numpy(float), expected
        )
        if sliced:
            found[spec.name] = sliced
    return found


def slices_of_sets(model: QualityModel, tests: Mapping[str, Labelled]) -> dict[str, Any]:
    """set -> head -> column -> value -> n, share of positives and AUC with its 95% interval, of sets never fitted on."""
    found: dict[str, Any] = {}
    for name, data in tests.items():
        answers = predict(model, data)
        for spec in heads_of(data):
            known = data.frame[LABELS[spec.name]].notna().to_numpy()
            positive = (data.frame.loc[known, LABELS[spec.name]].to_numpy(float) >= spec.cut).astype(int)
            p = answers.loc[known, spec.name].to_numpy(float)
            columns = found.setdefault(name, {}).setdefault(spec.name, {})
            for column, value, at in parts(data.frame[known].reset_index(drop=True), positive):
                row = with_intervals(p[at], p[at], positive[at], positive[at])
                columns.setdefault(column, {})[value] = {k: row[k] for k in ("n", "positive", "auc", "auc_interval")}
    return found


def grades_to_check(held_out: dict[str, pd.DataFrame], headlines: Labelled, articles: Labelled) -> pd.DataFrame:
    """The labels a model that never saw them contradicts most: `head, id, file, label, expected, probability, disagreement`.

    Disagreement is how far the label stands from what was expected, in shares of the scale; from 0.5 on it is worth a
    second look. No text: ids, and for rows without one the file and the row.
    """
    tables = []
    for spec in HEADS:
        rows = held_out[spec.name]
        frame = (articles if spec.needs_body else headlines).frame.iloc[rows["row"].to_numpy()].reset_index(drop=True)
        file = frame["file"] if "file" in frame else pd.Series("", index=frame.index)
        place = pd.Series([f"row-{int(r) + 1}" for r in rows["row"]])
        expected = (rows["expected"] if spec.graded else rows["probability"] * spec.top).to_numpy(float)
        tables.append(
            pd.DataFrame(
                {
                    "head": spec.name,
                    "id": (frame["id"].where(frame["id"].notna(), place) if "id" in frame else place).to_numpy(),
                    "file": file.fillna("").to_numpy(),
                    "row": rows["row"].to_numpy(),
                    "label": rows["label"].to_numpy(float).round(3),
                    "expected": expected.round(3),
                    "probability": rows["probability"].to_numpy(float).round(4),
                    "disagreement": (np.abs(rows["label"].to_numpy(float) - expected) / spec.top).round(4),
                }
            )
        )
    every = pd.concat(tables, ignore_index=True)
    every["positive_label"] = [
        label >= next(h.cut for h in HEADS if h.name == head)
        for head, label in zip(every["head"], every["label"], strict=True)
    ]
    wrong_side = every["positive_label"] != (every["probability"] >= 0.5)
    picked = every[(every["disagreement"] >= 0.5) & wrong_side].drop(columns="positive_label")
    return picked.sort_values(["disagreement", "head", "id"], ascending=[False, True, True]).head(500)
