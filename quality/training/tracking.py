"""MLflow: where runs go, and what a run leaves there. SQLite and files under `mlruns/` unless a server is named."""

from __future__ import annotations

import importlib.metadata
import json
import logging
import os
import platform
import signal
import socket
import subprocess
import tempfile
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

EXPERIMENT = "feed-quality"
_PACKAGES = (
    "feed-quality", "lightgbm", "numpy", "scipy", "pandas", "pyarrow", "scikit-learn", "fugashi", "unidic-lite", "mlflow",
)  # fmt: skip


def tracking_uri(uri: str | None = None, folder: Path | None = None) -> str:
    """The store: the one given, else MLFLOW_TRACKING_URI, else `mlruns/mlflow.db` in the working directory."""
    if uri or os.environ.get("MLFLOW_TRACKING_URI"):
        return uri or os.environ["MLFLOW_TRACKING_URI"]
    root = (folder or Path.cwd() / "mlruns").resolve()
    root.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{root / 'mlflow.db'}"


def connect(uri: str | None = None) -> str:
    """Let MLflow use the store; returns its address."""
    import mlflow

    found = tracking_uri(uri)
    if found.startswith("sqlite:///"):
        Path(found.removeprefix("sqlite:///")).resolve().parent.mkdir(parents=True, exist_ok=True)
    # a new store's migrations, line by line, tell a user nothing
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("mlflow.store").setLevel(logging.WARNING)
    # standard output is the command's; where to look is said by the command itself
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
    mlflow.set_tracking_uri(found)
    return found


def connect_to_read() -> None:
    """Let MLflow read from the working directory's store, unless another is named or there is none."""
    import mlflow

    if not mlflow.is_tracking_uri_set() and Path("mlruns", "mlflow.db").exists():
        connect()


@contextmanager
def quiet() -> Iterator[None]:
    """Without MLflow's progress bars and advice, which say nothing of the job."""
    from mlflow.environment_variables import MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR

    before = MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.get_raw()
    MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.set(False)
    level = logging.getLogger("mlflow").level
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.getLogger("mlflow").setLevel(level)
        if before is None:
            MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.unset()
        else:
            MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.set(before)


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@contextmanager
def run(experiment: str = EXPERIMENT, name: str | None = None) -> Iterator[Any]:
    """An MLflow run; an exception, Ctrl-C or SIGTERM marks it failed. Runs of this machine that were killed are marked so too."""
    import mlflow

    if mlflow.get_experiment_by_name(experiment) is None:
        # a SQLite store would otherwise put the artifacts into the working directory
        uri = mlflow.get_tracking_uri()
        file = Path(uri.removeprefix("sqlite:///")).resolve()
        place = (file.parent / "artifacts").as_uri() if uri.startswith("sqlite:///") else None
        with suppress(mlflow.exceptions.MlflowException):  # another job was first
            # the kind spares MLflow's page its guess, which is traces of a chat
            mlflow.create_experiment(
                experiment, artifact_location=place, tags={"mlflow.experimentKind": "custom_model_development"}
            )
    found = mlflow.set_experiment(experiment)
    _close_killed(found.experiment_id)
    tags = {"host": socket.gethostname(), "pid": str(os.getpid())}
    with _terminable(), mlflow.start_run(run_name=name, tags=tags) as started:
        yield started


@contextmanager
def _terminable() -> Iterator[None]:
    """SIGTERM, which schedulers send, ends the run as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: Any) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _close_killed(experiment: str) -> None:
    """Mark runs failed whose process on this machine is gone: one killed outright could not do it itself."""
    if os.name != "posix":
        return
    import mlflow

    client = mlflow.MlflowClient()
    where = f"attributes.status = 'RUNNING' and tags.host = '{socket.gethostname()}'"
    for left in client.search_runs([experiment], where):
        with suppress(ValueError, PermissionError):
            try:
                os.kill(int(left.data.tags["pid"]), 0)
            except (ProcessLookupError, KeyError):
                client.set_terminated(left.info.run_id, "FAILED")


def revision() -> str:
    """The commit of the checkout the package runs from, `+changes` where it was edited; else the package's version."""
    here = Path(__file__).parent
    git = ["git", "-C", str(here)]
    try:
        # a package installed inside another project's checkout is none of its files
        subprocess.run([*git, "ls-files", "--error-unmatch", Path(__file__).name], capture_output=True, check=True)
        commit = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
        state = subprocess.run([*git, "status", "--porcelain", "-uno"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.SubprocessError):
        return _installed("feed-quality")
    return commit.stdout.strip() + ("+changes" if state.stdout.strip() else "")


def _installed(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def environment() -> dict[str, str]:
    """What a refit would need to be the same: revision, machine, versions."""
    return {
        "revision": revision(),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cores": str(os.cpu_count()),
        **{name: _installed(name) for name in _PACKAGES},
    }


def key(text: str) -> str:
    """`text` as MLflow takes it for the name of a figure or a tag: a file's name may hold anything."""
    return "".join(c if c.isalnum() or c in "_-. " else "_" for c in text)


def log_figures(metrics: Mapping[str, Any]) -> None:
    """Figures of every set (`SET.HEAD.FIGURE`) and slice (`slice/HEAD/COLUMN/VALUE/FIGURE`) of the run at hand."""
    import mlflow

    flat = {
        f"{key(name)}.{head}.{figure}": float(value)
        for name, heads in metrics["sets"].items()
        for head, row in heads.items()
        for figure, value in row.items()
        if isinstance(value, (int, float)) and value == value
    }
    for head, columns in metrics.get("slices", {}).items():
        for column, values in columns.items():
            for value, row in values.items():
                flat |= {f"slice/{head}/{column}/{key(value)}/{f}": float(v) for f, v in row.items() if v == v}
    mlflow.log_metrics(flat)
    mlflow.set_tag("model_version", metrics["model_version"])


def log_tables(tables: Mapping[str, Any], sources: Mapping[str, str]) -> None:
    """Each table's digests, size and columns as MLflow data sets; no row of them.

    Parameters
    ----------
    tables : mapping
        Context (`training`, or an evaluation set's name) and kind -> Labelled.
    sources : mapping
        File name -> where it was read.
    """
    import mlflow

    for name, table in tables.items():
        shas = "-".join(table.digests.values())
        frame = table.frame.drop(columns=["layout"], errors="ignore")
        context = "training" if name.startswith("train") else "evaluation"
        source = ", ".join(sources.get(file, file) for file in table.digests)
        with quiet():
            data = mlflow.data.from_pandas(frame, source=source, name=name, digest=shas[:32] or None)
            mlflow.log_input(data, context=context)
    digests = {file: sha for t in tables.values() for file, sha in t.digests.items()}
    mlflow.set_tags({f"data.{key(file)}": sha for file, sha in digests.items()})


def log_json(content: Any, file: str) -> None:
    """A JSON artifact of the run at hand, readable as it stands."""
    import mlflow

    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch, Path(file).name)
        path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        mlflow.log_artifact(str(path), str(Path(file).parent) if "/" in file else None)
