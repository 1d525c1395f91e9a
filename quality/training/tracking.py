"""MLflow: where runs go, and what a run leaves there. SQLite and files under `mlruns/` unless a server is named."""

from __future__ import annotations

import logging
import os
import platform
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

EXPERIMENT = "feed-quality"


def tracking_uri(uri: str | None = None, folder: Path | None = None) -> str:
    """The store: the one given, else MLFLOW_TRACKING_URI, else `mlruns/mlflow.db` in the working directory."""
    if uri or os.environ.get("MLFLOW_TRACKING_URI"):
        return uri or os.environ["MLFLOW_TRACKING_URI"]
    root = (folder or Path.cwd() / "mlruns").resolve()
    root.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{root / 'mlflow.db'}"


@contextmanager
def run(uri: str, experiment: str = EXPERIMENT) -> Iterator[Any]:
    """An MLflow run; an exception or Ctrl-C marks it failed."""
    import mlflow

    logging.getLogger("alembic").setLevel(
        logging.WARNING
    )  # a new store's migrations, line by line, tell a user nothing
    mlflow.set_tracking_uri(uri)
    if mlflow.get_experiment_by_name(experiment) is None:
        # a SQLite store would otherwise put the artifacts into the working directory
        place = Path(uri.removeprefix("sqlite:///")).parent / "artifacts" if uri.startswith("sqlite:///") else None
        mlflow.create_experiment(experiment, artifact_location=place.as_uri() if place else None)
    mlflow.set_experiment(experiment)
    with mlflow.start_run() as started:
        yield started


def log_run(metrics: Mapping[str, Any], parameters: Mapping[str, Any], folder: Path, plots: Path) -> None:
    """Parameters, figures (flat names), data digests, environment, plots and the model folder of the run at hand."""
    import lightgbm
    import mlflow

    mlflow.log_params({str(k): v for k, v in parameters.items()})
    flat = {
        f"{name}.{head}.{figure}": float(value)
        for name, heads in metrics["sets"].items()
        for head, row in heads.items()
        for figure, value in row.items()
        if isinstance(value, (int, float)) and value == value
    }
    mlflow.log_metrics(flat)
    mlflow.set_tags(
        {
            "model_version": metrics["model_version"],
            "python": platform.python_version(),
            "lightgbm": lightgbm.__version__,
            **{f"data.{name}": value for name, value in metrics["data"].items()},
        }
    )
    mlflow.log_artifacts(str(folder), "model")
    mlflow.log_artifacts(str(plots), "plots")
