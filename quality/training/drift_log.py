"""The record of a drift check: a picture, and a run in MLflow. It holds counts and words, no headline."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from quality.training import tracking
from quality.training.drift import ALARM, WATCH, Drift

_COLOURS = {"quiet": "#8a94a3", "watch": "#d97706", "alarm": "#b91c1c"}
_SHOWN = 16


def draw(found: Drift, path: Path) -> None:
    """The numbers that moved most, and the distributions of the first six, before and now."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure = plt.figure(figsize=(12, 6), layout="constrained")
    grid = figure.add_gridspec(3, 4)
    axes = figure.add_subplot(grid[:, :2])
    top = found.shifts[:_SHOWN][::-1]
    axes.barh([s.name for s in top], [s.psi for s in top], color=[_COLOURS[s.level] for s in top])
    for limit in (WATCH, ALARM):
        axes.axvline(limit, color=_COLOURS["watch" if limit == WATCH else "alarm"], linestyle="--", linewidth=1)
    state = "drift" if found.alarm else "quiet"
    axes.set(title=f"Stability index, {found.rows} rows against {found.reference}: {state}", xlabel="index")
    for i, shift in enumerate(found.shifts[:6]):
        small = figure.add_subplot(grid[i // 2, 2 + i % 2])
        counts = found.histograms[shift.name]
        for offset, key, colour in ((-0.2, "before", "#8a94a3"), (0.2, "now", "#0f766e")):
            share = np.array(counts[key]) / max(1, sum(counts[key]))
            small.bar(np.arange(len(share)) + offset, share, width=0.4, color=colour, label=key)
        labels = [f"≤{e:.3g}" for e in counts["edges"]] + ["more"]
        small.set_xticks(range(len(labels)), labels, fontsize=6, rotation=45)
        small.set_title(shift.name, fontsize=9)
        small.tick_params(axis="y", labelsize=7)
        if i == 0:
            small.legend(fontsize=7)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def log(found: Drift, feed: str, model_version: str, experiment: str) -> str:
    """A run with every index, the verdict, the table as JSON and the picture; returns its id."""
    import mlflow

    with tracking.run(experiment, f"drift {feed}") as run, tempfile.TemporaryDirectory() as scratch:
        mlflow.log_params({"feed": feed, "rows": found.rows, "reference": found.reference})
        mlflow.log_metrics({f"psi/{s.name}": s.psi for s in found.shifts})
        mlflow.log_metric("alarm", float(found.alarm))
        if found.flagged:
            mlflow.log_metric("flagged", found.flagged.share)
        mlflow.set_tags({"drift": "drift" if found.alarm else "quiet", "model_version": model_version})
        mlflow.set_tag("drift.reasons", "; ".join(found.reasons)[:1_000])
        tracking.log_json(found.as_dict(), "drift.json")
        if found.shifts:
            picture = Path(scratch, "drift.png")
            draw(found, picture)
            mlflow.log_artifact(str(picture))
        return str(run.info.run_id)
