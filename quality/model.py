"""QualityModel: representations, four heads and a manifest; load and save, without a pickle.

A model is a folder: LightGBM's own text files, JSON, and plain arrays. `manifest.json` names each file with its SHA-256,
the hash of the feature schema it was fitted on, each head's columns and calibration, and the policy thresholds.
The folder that ships, the folder MLflow stores and the folder `save` writes are the same.
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from features import headline
from features.analysis import Analysis
from features.schema import BODY_FEATURES, FEATURES, NAMES, TITLE_FEATURES, schema_hash
from quality.calibration import Curve
from quality.errors import ModelError
from quality.heads import HEADS, SENSATIONAL_RAW, HeadSpec
from quality.manifest import FORMAT, check_files, digest, files, files_of, read_manifest, thresholds_of, version_of
from quality.reference import Reference
from quality.single_row import RawScores
from quality.style import StyleVectors
from quality.text_model import Batch, TextModel, look_up_together
from quality.trees import check_trees

CHAMPION = Path(__file__).parent / "champion"  # the model that ships
Array = np.ndarray[Any, Any]
_TITLE = len(TITLE_FEATURES)
_COLUMN = {name: i for i, name in enumerate(NAMES)}
_READ = {group for spec in HEADS for group in spec.groups}
# The body's features that some head reads, and their columns; the others are for people, and take a third of the time.
_BODY_VALUES = [f.value for f in BODY_FEATURES if f.group in _READ]
_BODY_COLUMNS = np.array([_COLUMN[f.name] for f in BODY_FEATURES if f.group in _READ])


@dataclass
class Head:
    """A fitted head: its booster (LightGBM, one thread), its representations, its calibration."""

    spec: HeadSpec
    booster: Any  # lightgbm.Booster
    texts: list[TextModel]
    style: StyleVectors | None  # where the spec asks for it
    probability: Curve
    grade: Curve | None
    dense: Array = field(init=False)

    def __post_init__(self) -> None:
        self.dense = np.array([_COLUMN[name] for name in self.spec.dense])
        self._boosted = RawScores(self.booster)

    def matrix(self, dense: Array, analyses: Sequence[Analysis], raw: Array) -> Array:
        """The columns this head's booster reads, one row a document."""
        batch = analyses if isinstance(analyses, Batch) else Batch(analyses)
        texts = [t.scores(batch).reshape(-1, 1) for t in self.texts]
        field = self.spec.style
        style = [self.style.values(batch.words(field))] if self.style is not None and field is not None else []
        extra = [raw.reshape(-1, 1)] if SENSATIONAL_RAW in self.spec.extra else []
        return np.ascontiguousarray(np.hstack([dense[:, self.dense], *texts, *style, *extra]))

    def raw(self, columns: Array) -> Array:
        """Raw scores, one a row."""
        return raw_scores(self.spec, self._boosted, columns)

    def raw_of(self, dense: Array, analyses: Sequence[Analysis]) -> Array:
        """Raw scores of documents, for the head that reads no other's."""
        return self.raw(self.matrix(dense, analyses, np.zeros(len(analyses))))


def raw_scores(spec: HeadSpec, boosted: RawScores, columns: Array) -> Array:
    """The booster's raw scores, and with them the line's (see `HeadSpec.linear`), one a row."""
    scores = boosted(columns)
    if not spec.linear:
        return scores
    sums = columns[:, spec.text_columns].sum(axis=1)  # of so few, in their order whatever the number of rows
    return np.asarray((1 - spec.linear) * scores + (spec.linear / len(spec.texts)) * sums)


class Heads(Mapping[str, Head]):
    """The heads by name, in order. Those that serve bodies alone may be read when one of them is first asked for."""

    def __init__(self, specs: Sequence[HeadSpec], read: Callable[[HeadSpec], Head | None]) -> None:
        self.specs = {spec.name: spec for spec in specs}
        self._read = read
        self._there: dict[str, Head] = {}
        self._lock = threading.Lock()

    def __getitem__(self, name: str) -> Head:
        head = self._there.get(name)
        if head is None:
            with self._lock:
                if name not in self._there:
                    self._there |= self._beside(self.specs[name])
                head = self._there[name]
        return head

    def _beside(self, spec: HeadSpec) -> dict[str, Head]:
        """The heads that are asked together with one."""
        found = {name: self._read(s) for name, s in self.specs.items() if s.needs_body == spec.needs_body}
        heads = {name: head for name, head in found.items() if head is not None}
        look_up_together(text for head in heads.values() for text in head.texts)
        return heads

    def __iter__(self) -> Iterator[str]:
        return iter(self.specs)

    def __len__(self) -> int:
        return len(self.specs)


def dense_matrix(analyses: Sequence[Analysis]) -> Array:
    """The features of the schema that a head reads, one row a document; NaN for the others, and for the body's without a body.

    What an analysis worked out for its features is let go at once: a chunk of documents that kept it would have the garbage
    collector walk through all of it again and again.
    """
    titles, bodies, bodied = [], [], []
    for i, a in enumerate(analyses):
        titles.append(headline.measure.read(a))
        if a.body is not None:
            bodied.append(i)
            bodies.append([f(a) for f in _BODY_VALUES])
        a.forget()
    matrix = np.full((len(analyses), len(FEATURES)), math.nan)
    matrix[:, :_TITLE] = headline.measure.table(titles, [a.title.norm for a in analyses])
    if bodied:
        matrix[np.array(bodied)[:, None], _BODY_COLUMNS] = bodies
    return matrix


class QualityModel:
    """The model: what it answers for documents that have been analysed.

    Parameters
    ----------
    heads : list of Head, or Heads
        Sensational, substantive, delivers, whole, in this order.
    thresholds : mapping
        Policy name -> the four label thresholds that policy sets for this model.
    reference : Reference
        How the features were spread over the fitted data.
    facts : mapping
        What else the manifest says of the model (data, seed); never read for scoring.
    """

    def __init__(
        self,
        heads: list[Head] | Heads,
        thresholds: Mapping[str, Mapping[str, float]],
        reference: Reference,
        facts: Mapping[str, Any],
        version: str = "unsaved",
    ) -> None:
        self.heads = (
            heads if isinstance(heads, Heads) else Heads([h.spec for h in heads], {h.spec: h for h in heads}.get)
        )
        self.thresholds = {name: dict(values) for name, values in thresholds.items()}
        self.reference = reference
        self.facts = dict(facts)
        self.version = version
        self.folder: Path | None = None

    def __repr__(self) -> str:
        return f"QualityModel({self.version})"

    def predict(self, analyses: Sequence[Analysis]) -> dict[str, Array]:
        """Answers of every head.

        Returns
        -------
        dict of str to numpy.ndarray
            `sensational`, `sensational_grade`, `substantive`, `substantive_grade`, `delivers`, `whole`: one value a
            document, unrounded; NaN where a head needs a body and there is none.
        """
        dense = dense_matrix(analyses)
        raw = self.heads["sensational"].raw_of(dense, analyses) if len(analyses) else np.zeros(0)
        answers: dict[str, Array] = {}
        bodied = [i for i, a in enumerate(analyses) if a.body is not None]
        part = Batch([analyses[i] for i in bodied])
        unknown = np.full(len(analyses), math.nan)
        for name, spec in self.heads.specs.items():
            keys = [name, f"{name}_grade"] if spec.graded else [name]
            if spec.needs_body and not bodied:
                answers |= dict.fromkeys(keys, unknown)
                continue
            head = self.heads[name]
            scores = head.raw(head.matrix(dense[bodied], part, raw[bodied])) if spec.needs_body else raw
            for key, curve in zip(keys, (head.probability, head.grade), strict=False):
                assert curve is not None  # a head that grades has both
                if spec.needs_body:
                    answers[key] = unknown.copy()
                    answers[key][bodied] = curve(scores)
                else:
                    answers[key] = curve(scores)
        return answers

    def save(self, folder: str | Path) -> str:
        """Write the model as a folder and return its version (a digest of what it answers with)."""
        path = Path(folder)
        path.mkdir(parents=True, exist_ok=True)
        for head in self.heads.values():
            for old in path.glob(f"{head.spec.name}.*"):  # of a model with other texts
                old.unlink()
            (path / f"{head.spec.name}.lgb.txt").write_text(
                head.booster.model_to_string(), encoding="utf-8", newline="\n"
            )
            for text in head.texts:
                text.save(path)
        next(head.style for head in self.heads.values() if head.style is not None).save(path)  # all heads share it
        manifest: dict[str, Any] = {
            "format": FORMAT,
            "schema": schema_hash(),
            "heads": {
                h.spec.name: {
                    "columns": list(h.spec.columns),
                    "texts": [t.name for t in h.texts],
                    "probability": h.probability.as_json(),
                    "grade": h.grade.as_json() if h.grade else None,
                }
                for h in self.heads.values()
            },
            "thresholds": self.thresholds,
            "facts": self.facts,
        }
        self.reference.save(path)
        manifest["files"] = {name: digest(path / name) for name in files()}
        self.version = manifest["version"] = version_of(manifest)
        self.folder = path
        (path / "manifest.json").write_text(
            json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n"
        )
        return self.version

    @classmethod
    def load(cls, folder: str | Path) -> QualityModel:
        """Read a model folder, checking every file against the manifest.

        Raises
        ------
        ModelError
            Where a file is missing or changed, or the model was fitted for other features.
        """
        path = Path(folder)
        manifest = read_manifest(path)
        heads = Heads(HEADS, partial(_load_head, path, manifest=manifest, style=StyleVectors.load(path)))
        for spec in HEADS:
            if path != CHAMPION or not spec.needs_body:
                _ = heads[spec.name]
        facts = manifest.get("facts") or {}
        if not isinstance(facts, dict):
            raise ModelError(f"{path}: the manifest's facts are no object")
        model = cls(heads, thresholds_of(path, manifest), Reference.load(path), facts, str(manifest["version"]))
        model.folder = path
        return model


def _load_head(path: Path, spec: HeadSpec, manifest: Mapping[str, Any], style: StyleVectors) -> Head:
    about = manifest["heads"].get(spec.name)
    if not isinstance(about, dict) or about.get("columns") != list(spec.columns):
        raise ModelError(
            f"{path}: head {spec.name!r} is missing or has other columns than this version's; refit the model"
        )
    if spec.needs_body and path == CHAMPION:  # read later, perhaps of another version installed meanwhile
        check_files(path, manifest, files_of(spec))
    import lightgbm

    try:
        text = (path / f"{spec.name}.lgb.txt").read_text(encoding="utf-8")
        if path != CHAMPION:  # which is trusted as the code beside it is
            check_trees(text, len(spec.columns))
        booster = lightgbm.Booster(model_str=text)
    except (lightgbm.basic.LightGBMError, OSError, ValueError) as error:
        raise ModelError(f"{path / spec.name}.lgb.txt is no LightGBM model: {error}") from error
    texts = [TextModel.load(path, t.name, path == CHAMPION) for t in spec.texts]
    for text_model, wanted in zip(texts, spec.texts, strict=True):
        if (text_model.field, text_model.unit) != (wanted.field, wanted.unit):
            raise ModelError(f"{path}: text model {wanted.name!r} reads {text_model.unit}s of the {text_model.field}")
    return Head(
        spec,
        booster,
        texts,
        style if spec.style else None,
        Curve.from_json(about.get("probability"), 1.0),
        Curve.from_json(about.get("grade"), spec.top) if spec.graded else None,
    )


_shipped: list[QualityModel] = []  # the champion, once it is read
_lock = threading.Lock()


def load_model(source: str | Path | None = None) -> QualityModel:
    """The model at `source`: a folder, an MLflow URI (`models:/NAME@champion`, `runs:/…`), or None for the one that ships.

    The one that ships is read once a process; any other each time, since a folder is written anew and an alias moves.

    Raises
    ------
    ModelError
        Where there is no usable model; the message says what is wrong and where.
    """
    if source is None:
        if not _shipped:
            with _lock:
                if not _shipped:
                    _shipped.append(QualityModel.load(CHAMPION))
        return _shipped[0]
    if "://" not in str(source) and ":/" in str(source):
        return QualityModel.load(_from_mlflow(str(source)))
    path = Path(source)
    try:
        path.resolve()  # refuses what is no path
    except (OSError, ValueError, RuntimeError) as error:
        raise ModelError(f"{str(source)[:80]!r} is no path: {error}") from error
    return QualityModel.load(path)


def _from_mlflow(uri: str) -> Path:
    try:
        from quality.training.registry import download
        from quality.training.tracking import connect_to_read

        connect_to_read()
        return download(uri)
    except ImportError as error:
        raise ModelError(f"{uri} is an MLflow address; install the `train` extra to read it") from error
    except Exception as error:  # mlflow raises its own and the stores' errors alike
        raise ModelError(f"{uri} can't be fetched from MLflow: {error}") from error
