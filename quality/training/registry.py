"""The registry: model versions under one name, and the alias `champion` that readers follow.

The alias is written last and in one statement, so that whatever is killed when, it names a version that is wholly there.
What a champion replaced is a tag of the version, written before the alias moves.
"""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Mapping
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any, NamedTuple

from quality.errors import DataError, ModelError
from quality.model import QualityModel
from quality.training import tracking

NAME = "feed-quality"
ALIAS = "champion"
REPLACES, ROLLED_BACK = "replaces", "rolled_back"


class Version(NamedTuple):
    """A registered version."""

    name: str
    number: int
    model_version: str
    run_id: str | None
    tags: dict[str, str]

    def __str__(self) -> str:
        return f"{self.name} version {self.number} ({self.model_version})"


def client() -> Any:
    import mlflow

    return mlflow.MlflowClient()


def _version(found: Any) -> Version:
    tags = dict(found.tags)
    return Version(found.name, int(found.version), tags.get("model_version", "?"), found.run_id or None, tags)


def log_model(folder: Path, name: str = "model") -> str:
    """Log the folder as a pyfunc of the run at hand; returns the address to register."""
    import mlflow
    import pandas as pd
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema

    from quality import __version__
    from quality.scoring import COLUMNS, TEXT_COLUMNS

    optional = [ColSpec("string", n, required=False) for n in ("body", "body_kind", "tag")]
    answers = [ColSpec("string" if c in TEXT_COLUMNS else "double", c) for c in COLUMNS]
    example = pd.DataFrame(
        {
            "title": ["市、来年度から給食費を無償化 議会が可決", "【衝撃】まさかの結末に騒然…その理由とは"],
            "body": ["市議会は10日、給食費を無償化する条例案を賛成多数で可決した。対象は約3千人。", None],
        }
    )
    info = mlflow.pyfunc.log_model(
        name=name,
        python_model=str(Path(__file__).with_name("pyfunc.py")),
        artifacts={"model": str(folder)},
        signature=ModelSignature(inputs=Schema([ColSpec("string", "title"), *optional]), outputs=Schema(answers)),
        input_example=example,
        pip_requirements=[f"feed-quality=={__version__}", f"mlflow=={mlflow.__version__}"],
        metadata={"model_version": json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["version"]},
    )
    return str(info.model_uri)


def register(model_uri: str, name: str, run_id: str, tags: Mapping[str, str]) -> Version:
    """A new version of the name; the alias stays where it is."""
    import mlflow
    from mlflow.exceptions import MlflowException

    try:
        client().create_registered_model(name, description="Content quality of Japanese news (feed-quality)")
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    with tracking.quiet(), redirect_stderr(io.StringIO()):  # it prints on its own
        made = mlflow.register_model(model_uri, name, tags={k: str(v) for k, v in tags.items()} | {"run": run_id})
    return _version(made)


def champion(name: str) -> Version | None:
    """The version the alias names; None where there is none yet."""
    return by_alias(name, ALIAS)


def by_alias(name: str, alias: str) -> Version | None:
    from mlflow.exceptions import MlflowException

    try:
        return _version(client().get_model_version_by_alias(name, alias))
    except MlflowException as error:
        if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            return None
        raise


def version(name: str, number: int | str) -> Version:
    from mlflow.exceptions import MlflowException

    try:
        return _version(client().get_model_version(name, str(number)))
    except MlflowException as error:
        raise DataError(f"{name} has no version {number}: {error.message}") from error


def newest(name: str) -> Version | None:
    """The version registered last; None where there is none."""
    found = client().search_model_versions(f"name='{name}'")
    return max(map(_version, found), key=lambda v: v.number, default=None)


def tag(which: Version, tags: Mapping[str, str]) -> None:
    for key, value in tags.items():
        client().set_model_version_tag(which.name, str(which.number), key, str(value)[:4_900])


def move(to: Version, expected: Version | None) -> None:
    """Let the alias name `to`, if it still names what was compared with."""
    now = champion(to.name)
    if (now.number if now else None) != (expected.number if expected else None):
        raise DataError(f"{to.name}: the champion was changed by someone else meanwhile (now {now}); compare again")
    if expected is not None:
        tag(to, {REPLACES: str(expected.number)})
    client().set_registered_model_alias(to.name, ALIAS, str(to.number))


def rollback(name: str) -> tuple[Version, Version]:
    """(the champion restored, the one it was before); the alias goes back to what the present champion replaced."""
    now = champion(name)
    if now is None:
        raise DataError(f"{name} has no champion to roll back; `quality promote --init` makes one")
    if REPLACES not in now.tags:
        raise DataError(f"{now} replaced nothing; there is no champion before it")
    before = version(name, now.tags[REPLACES])
    load(before)  # a champion that can't be read is worse than the one at hand
    client().set_registered_model_alias(name, ALIAS, str(before.number))
    tag(now, {ROLLED_BACK: tracking.now()})
    return before, now


def load(which: Version) -> tuple[QualityModel, int]:
    """A registered version, and the bytes of its folder."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = download(f"models:/{which.name}/{which.number}", scratch)
        return QualityModel.load(folder), sum(f.stat().st_size for f in folder.iterdir())


def download(uri: str, into: str | None = None) -> Path:
    """Fetch what the address names and return the model folder in it."""
    import mlflow

    with tracking.quiet():
        place = Path(mlflow.artifacts.download_artifacts(artifact_uri=uri, dst_path=into))
    found = sorted(place.rglob("manifest.json"), key=lambda p: len(p.parts))
    if not found:
        raise ModelError(f"{uri} holds no model of this library: there is no manifest.json in it")
    return found[0].parent


def init(name: str, experiment: str) -> tuple[Version, bool]:
    """The shipped champion as the first version with the alias; (the champion, whether it is new). Safe to say twice."""
    import quality.model

    now = champion(name)
    if now is not None:
        return now, False
    folder = Path(quality.model.__file__).parent / "champion"
    model = QualityModel.load(folder)
    known = [v for v in map(_version, client().search_model_versions(f"name='{name}'")) if v.tags.get("shipped")]
    for found in known:  # an earlier --init was stopped before the alias was written
        if found.model_version == model.version:
            move(found, None)
            return found, True
    with tracking.run(experiment, "shipped champion") as run:
        figures = folder / "metrics.json"
        if figures.exists():
            tracking.log_figures(json.loads(figures.read_text(encoding="utf-8")))
        with tracking.quiet():
            uri = log_model(folder)
    made = register(uri, name, run.info.run_id, {"model_version": model.version, "shipped": "yes"})
    move(made, None)
    return made, True
