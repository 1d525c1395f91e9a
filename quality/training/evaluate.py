"""Holding a model against labelled sets: one dictionary of figures, from which README and model card are rendered."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features.analysis import analyse_all
from quality.heads import HEADS, HeadSpec
from quality.model import QualityModel
from quality.training.boosters import LABELS
from quality.training.dataset import Labelled
from quality.training.figures import with_intervals

Array = np.ndarray[Any, Any]


def predict(model: QualityModel, data: Labelled) -> pd.DataFrame:
    """The model's answers for labelled rows, with `id` (the row's number where there is none)."""
    parts = []
    documents = data.documents()
    for start in range(0, len(documents), 1024):
        parts.append(pd.DataFrame(model.predict(analyse_all(documents[start : start + 1024]))))
    frame = pd.concat(parts, ignore_index=True)
    ids = data.frame["id"].astype(str) if "id" in data.frame else pd.Series(range(len(frame))).astype(str)
    return pd.concat([ids.reset_index(drop=True).rename("id"), frame.round(6)], axis=1)


def heads_of(data: Labelled) -> list[HeadSpec]:
    """The heads a labelled set can be held against: articles grade the article, headlines the headline."""
    body = "body" in data.frame
    return [h for h in HEADS if LABELS[h.name] in data.frame and h.needs_body == body]


def head_figures(spec: HeadSpec, label: Array, p: Array, expected: Array | None) -> dict[str, Any]:
    """Figures of one head on one set; `mse` is of the grade over its top, or of the probability where there is no grade."""
    positive = (label >= spec.cut).astype(int)
    target = label / spec.top if expected is not None else positive.astype(float)
    return with_intervals(p, expected / spec.top if expected is not None else p, positive, target)


def evaluate(model: QualityModel, data: Labelled) -> dict[str, Any]:
    """Figures of every head a set can be held against; articles also within the source `ranking` where it is marked."""
    answers = predict(model, data)
    found: dict[str, Any] = {}
    for spec in heads_of(data):
        known = data.frame[LABELS[spec.name]].notna().to_numpy()
        parts = {spec.name: known}
        if spec.name == "substantive" and "source" in data.frame and (data.frame["source"] == "ranking").any():
            parts["substantive_within_ranking"] = known & (data.frame["source"] == "ranking").to_numpy()
        for name, at in parts.items():
            label = data.frame.loc[at, LABELS[spec.name]].to_numpy(float)
            expected = answers.loc[at, f"{spec.name}_grade"].to_numpy(float) if spec.graded else None
            found[name] = head_figures(spec, label, answers.loc[at, spec.name].to_numpy(float), expected)
    return found


def threshold_table(spec: HeadSpec, label: Array, p: Array) -> list[dict[str, float]]:
    """Precision, recall and coverage of `probability >= threshold`."""
    positive = label >= spec.cut
    rows = []
    for threshold in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        at = p >= threshold
        hits = int((at & positive).sum())
        rows.append(
            {
                "threshold": threshold,
                "precision": round(hits / int(at.sum()), 4) if at.any() else float("nan"),
                "recall": round(hits / max(1, int(positive.sum())), 4),
                "coverage": round(float(at.mean()), 4),
            }
        )
    return rows


def out_of_fold(held_out: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Figures of the outlet-disjoint folds, on the rows drawn as a feed draws them."""
    found = {}
    for spec in HEADS:
        rows = held_out[spec.name]
        rows = rows[rows["base"]]
        expected = rows["expected"].to_numpy(float) if spec.graded else None
        found[spec.name] = head_figures(
            spec, rows["label"].to_numpy(float), rows["probability"].to_numpy(float), expected
        )
    return found


def dev_sets(labels: Path) -> dict[str, Labelled]:
    """The `*_dev` sets of a labels folder, for evaluation only."""
    from quality.training.dataset import read_articles, read_headlines

    return {
        "headlines_dev": read_headlines(labels / "headlines_dev.csv"),
        "articles_dev": read_articles(
            labels / "articles_dev.csv", labels / "articles_dev.jsonl", labels / "delivery_dev.csv"
        ),
    }
