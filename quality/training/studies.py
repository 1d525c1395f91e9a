"""What a fitted model is asked beyond its figures: baselines beside it, families of columns taken away, parity, folds with the dev rows.

Each question stands in a file of its own and takes plain arrays; here they are handed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from features.analysis import analyse_all
from quality.heads import HEADS, HeadSpec
from quality.model import QualityModel, dense_matrix
from quality.training.ablation import Table, ablation
from quality.training.baselines import Rows, Said
from quality.training.boosters import LABELS, fit_booster
from quality.training.comparison import compare_baselines
from quality.training.dataset import Labelled
from quality.training.evaluate import head_figures, heads_of, out_of_fold, predict
from quality.training.fit import Fitted, fit_model
from quality.training.parity import parity, with_kinds

Array = np.ndarray[Any, Any]
DEV = {"headlines": "headlines_dev", "articles": "articles_dev"}


def has_dev(tests: Mapping[str, Labelled]) -> bool:
    """Whether the studies that take minutes are wanted: those that are read off the dev sets."""
    return all(name in tests for name in DEV.values())


def tables(model: QualityModel, data: Labelled) -> dict[str, Table]:
    """head -> the columns its booster reads of a labelled set's graded rows, and their labels."""
    analyses = analyse_all(data.documents())
    dense = dense_matrix(analyses)
    raw = model.heads["sensational"].raw_of(dense, analyses)
    found = {}
    for spec in heads_of(data):
        at = np.flatnonzero(data.frame[LABELS[spec.name]].notna().to_numpy())
        columns = model.heads[spec.name].matrix(dense[at], [analyses[i] for i in at], raw[at])
        found[spec.name] = Table(columns, data.frame[LABELS[spec.name]].to_numpy(float)[at])
    return found


def ablations(fitted: Fitted, held_out: Mapping[str, Mapping[str, Table]], seed: int) -> dict[str, Any]:
    """set -> head -> what each family of its columns gives (`quality.training.ablation`)."""
    return {
        name: {
            spec.name: ablation(
                spec,
                partial(fit_booster, spec, seed=seed),
                Table(*fitted.columns[spec.name]),
                fitted.weights[spec.name],
                heads[spec.name],
            )
            for spec in HEADS
            if spec.name in heads
        }
        for name, heads in held_out.items()
    }


def comparisons(
    fitted: Fitted,
    headlines: Labelled,
    articles: Labelled,
    tests: Mapping[str, Labelled],
    held_out: Mapping[str, Mapping[str, Table]],
    seed: int,
) -> dict[str, Any]:
    """set -> head -> baseline -> its figures, and how far the model is ahead; of the heads that grade."""
    found: dict[str, Any] = {}
    for spec in (h for h in HEADS if h.graded):
        answers = {
            name: (_rows(spec, tests[name], heads[spec.name]), _said(spec, fitted.model, tests[name]))
            for name, heads in held_out.items()
            if spec.name in heads
        }
        if answers:
            held = fitted.held_out[spec.name]
            data = articles if spec.needs_body else headlines
            rows = _rows(spec, data, Table(*fitted.columns[spec.name]))
            rows.base, rows.weights = held["base"].to_numpy(bool), fitted.weights[spec.name]
            compared = compare_baselines(spec, rows, partial(fit_booster, spec, seed=seed), answers)
            for name, row in compared.items():
                found.setdefault(name, {})[spec.name] = row
    return found


def _rows(spec: HeadSpec, data: Labelled, table: Table) -> Rows:
    graded = data.frame[data.frame[LABELS[spec.name]].notna()]
    bodies = graded["body"].tolist() if spec.needs_body else None
    dense, every = table.columns[:, : len(spec.dense)], np.ones(len(graded))
    return Rows(graded["title"].tolist(), bodies, dense, table.labels, every.astype(bool), every)


def _said(spec: HeadSpec, model: QualityModel, data: Labelled) -> Said:
    answers = predict(model, data)[data.frame[LABELS[spec.name]].notna().to_numpy()]
    return Said(answers[spec.name].to_numpy(float), answers[f"{spec.name}_grade"].to_numpy(float) / spec.top)


def parities(fitted: Fitted, headlines: Labelled, articles: Labelled, tests: Mapping[str, Labelled]) -> dict[str, Any]:
    """set -> head -> mean residuals by category and kind of outlet at equal grade, out of fold (rows as a feed draws them) too."""
    found: dict[str, Any] = {"out_of_fold": {}}
    for spec in HEADS:
        rows = fitted.held_out[spec.name]
        rows = rows[rows["base"]]
        frame = (articles if spec.needs_body else headlines).frame.iloc[rows["row"].to_numpy()]
        found["out_of_fold"][spec.name] = _parity(spec, frame, rows["label"], rows["probability"], rows.get("expected"))
    for name, data in tests.items():
        if name.startswith("corpus_test"):
            continue  # half of it is bait: what is calibrated for a feed is low there at every grade
        answers = predict(fitted.model, data)
        for spec in heads_of(data):
            at = data.frame[LABELS[spec.name]].notna().to_numpy()
            said = answers[at]
            grades = said[f"{spec.name}_grade"] if spec.graded else None
            row = _parity(spec, data.frame[at], data.frame.loc[at, LABELS[spec.name]], said[spec.name], grades)
            found.setdefault(name, {})[spec.name] = row
    return {name: kept for name, heads in found.items() if (kept := {k: v for k, v in heads.items() if v["columns"]})}


def _parity(spec: HeadSpec, frame: pd.DataFrame, label: Any, p: Any, expected: Any) -> dict[str, Any]:
    grades = None if expected is None else np.asarray(expected, dtype=float)
    return parity(spec, with_kinds(frame), np.asarray(label, dtype=float), np.asarray(p, dtype=float), grades)


def cross_validated(
    fitted: Fitted, headlines: Labelled, articles: Labelled, tests: Mapping[str, Labelled], seed: int
) -> dict[str, Any]:
    """Figures of outlet-disjoint folds over the fitted rows and the dev sets together; this second fit is thrown away.

    Returns
    -------
    dict
        `together`: head -> figures on all rows drawn as a feed draws them; `dev`: the same on the dev sets' rows alone. Those stand
        beside the model's own dev figures, whose outlets it may have met in training.
    """
    both = [_joined(headlines, tests[DEV["headlines"]]), _joined(articles, tests[DEV["articles"]])]
    style = fitted.model.heads["sensational"].style
    held_out = fit_model(both[0], both[1], seed, style=style, unlabelled=fitted.unlabelled).held_out
    first = {False: len(headlines.frame), True: len(articles.frame)}
    dev = {}
    for spec in HEADS:
        rows = held_out[spec.name]
        rows = rows[rows["row"] >= first[spec.needs_body]]
        expected = rows["expected"].to_numpy(float) if spec.graded else None
        dev[spec.name] = head_figures(
            spec, rows["label"].to_numpy(float), rows["probability"].to_numpy(float), expected
        )
    return {"together": out_of_fold(held_out), "dev": dev}


def _joined(one: Labelled, other: Labelled) -> Labelled:
    drawn = other.frame.assign(sampling="uniform")  # as a feed draws them
    return Labelled(pd.concat([one.frame, drawn], ignore_index=True), one.digests | other.digests)
