"""The training job: read, fit, evaluate, write the model folder, log the run."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from quality import policy
from quality.errors import DataError
from quality.heads import HEADS
from quality.model import QualityModel
from quality.training import tracking
from quality.training.baselines import tfidf_ridge
from quality.training.card import model_card
from quality.training.dataset import Labelled, read_folder, read_labelled
from quality.training.evaluate import dev_sets, evaluate, head_figures, out_of_fold, threshold_table
from quality.training.fit import PARAMETERS, ROUNDS, Fitted, fit_model


class Trained(NamedTuple):
    """What a job leaves: the model's folder, its figures, and where the run stands in MLflow."""

    folder: Path
    metrics: dict[str, Any]
    tracking_uri: str
    run_id: str


def read_data(sources: Sequence[str | Path]) -> tuple[Labelled, Labelled, dict[str, Labelled]]:
    """(headlines, articles, evaluation sets) of the sources: labels folders and single labelled files.

    A folder's `*_dev` tables are evaluated on and never fitted on.
    """
    headlines: list[Labelled] = []
    articles: list[Labelled] = []
    tests: dict[str, Labelled] = {}
    for source in map(Path, sources):
        if source.is_dir():
            h, a = read_folder(source)
            headlines.append(h)
            articles.append(a)
            if (source / "headlines_dev.csv").exists():
                tests |= dev_sets(source)
        else:
            data = read_labelled(source)
            (articles if "body" in data.frame else headlines).append(data)
    return _merge(headlines, "headlines"), _merge(articles, "articles"), tests


def _merge(parts: list[Labelled], what: str) -> Labelled:
    if not parts:
        raise DataError(f"no graded {what} among the data; give a labels folder or a table of them")
    frame = pd.concat([p.frame for p in parts], ignore_index=True)
    return Labelled(frame, {k: v for p in parts for k, v in p.digests.items()})


def gain_shares(model: QualityModel) -> dict[str, dict[str, float]]:
    """Each head's share of gain by feature family; `text` are its own representations, `headline score` the first head's."""
    from features.schema import FEATURES

    group = {f.name: f.group for f in FEATURES}
    found = {}
    for head in model.heads.values():
        gain = head.booster.feature_importance("gain")
        shares = dict.fromkeys(("headline", "attribution", "promise", "prose", "layout", "text", "headline score"), 0.0)
        for column, value in zip(head.spec.columns, gain, strict=True):
            key: str = group.get(column) or ("text" if "." in column else "headline score")
            shares[key] += float(value)
        total = sum(shares.values()) or 1.0
        found[head.spec.name] = {k: round(v / total, 4) for k, v in shares.items()}
    return found


def collect_metrics(
    fitted: Fitted, headlines: Labelled, articles: Labelled, tests: dict[str, Labelled], seed: int
) -> dict[str, Any]:
    """All figures of a fitted model, with the plain baseline on the same sets."""
    sets: dict[str, Any] = {name: evaluate(fitted.model, data) for name, data in tests.items()}
    sets["out_of_fold"] = out_of_fold(fitted.held_out)
    baselines: dict[str, Any] = {}
    for name, data in tests.items():
        body = "body" in data.frame
        spec = next(h for h in HEADS if h.name == ("substantive" if body else "sensational"))
        said = np.clip(tfidf_ridge((articles if body else headlines).frame, data.frame, "grade", body), 0, 3)
        label = data.frame["grade"].to_numpy(float)
        baselines[name] = {spec.name: head_figures(spec, label, said / 3, said)}
    tables = {}
    for name in ("sensational", "substantive"):
        rows = fitted.held_out[name][fitted.held_out[name]["base"]]
        spec = next(h for h in HEADS if h.name == name)
        tables[name] = threshold_table(spec, rows["label"].to_numpy(float), rows["probability"].to_numpy(float))
    return {
        "model_version": fitted.model.version,
        "policy_version": policy.VERSION,
        "seed": seed,
        "data": headlines.digests | articles.digests,
        "rows": {"headlines": len(headlines.frame), "articles": len(articles.frame)},
        "sets": sets,
        "baselines": baselines,
        "thresholds": fitted.model.thresholds,
        "threshold_tables": tables,
        "gain": gain_shares(fitted.model),
    }


def train(
    sources: Sequence[str | Path],
    output: str | Path | None = None,
    *,
    seed: int = 1,
    tracking_uri: str | None = None,
    experiment: str = tracking.EXPERIMENT,
) -> Trained:
    """Fit, evaluate and track a model; the same data and seed write the same bytes on one machine.

    Parameters
    ----------
    sources
        Labels folders or labelled files (see `quality.training.dataset`).
    output
        The folder to write the model to; by default `models/VERSION` beside the MLflow store.
    """
    from quality.training.plots import draw

    headlines, articles, tests = read_data(sources)
    uri = tracking.tracking_uri(tracking_uri)
    with tracking.run(uri, experiment) as started, tempfile.TemporaryDirectory() as scratch:
        facts = {"seed": seed, "data": headlines.digests | articles.digests}
        fitted = fit_model(headlines, articles, seed, facts)
        version = fitted.model.save(Path(scratch, "model"))
        metrics = collect_metrics(fitted, headlines, articles, tests, seed)
        folder = Path(output) if output else Path.cwd() / "mlruns" / "models" / version
        fitted.model.save(folder)
        (folder / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
        (folder / "MODEL_CARD.md").write_text(model_card(metrics), encoding="utf-8")
        plots = Path(scratch, "plots")
        draw(fitted.held_out, plots)
        tracking.log_run(
            metrics, {"seed": seed, **PARAMETERS, **{f"rounds.{k}": v for k, v in ROUNDS.items()}}, folder, plots
        )
        return Trained(folder, metrics, uri, str(started.info.run_id))
