"""What a model folder says of itself: `manifest.json`, held against the files, their digests and this version's features."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from features.schema import schema_hash
from quality.errors import ModelError
from quality.heads import HEADS, HeadSpec
from quality.reference import FILE as REFERENCE_FILE
from quality.style import FILES as STYLE_FILES

FORMAT = 3  # 2: style vectors; 3: those of bodies too, and a linear share of the raw score
_LARGEST = 256 << 20  # bytes of one file of a model; the one that ships has files of 1.5 MB


def files() -> list[str]:
    """The files a model answers with, all plain names in its folder."""
    return sorted([REFERENCE_FILE, *STYLE_FILES, *(name for spec in HEADS for name in files_of(spec))])


def files_of(spec: HeadSpec) -> list[str]:
    """Those of one head alone."""
    texts = [f"{t.name}{end}" for t in spec.texts for end in (".json", ".terms", ".npy")]
    return [*texts, f"{spec.name}.lgb.txt"]


def digest(path: Path) -> str:
    """SHA-256 of a file of a model."""
    if not path.is_file() or path.stat().st_size > _LARGEST:  # a pipe or a device would never end
        raise OSError(f"it is missing, no plain file, or larger than {_LARGEST >> 20} MB")
    return hashlib.sha256(path.read_bytes()).hexdigest()


def version_of(manifest: Mapping[str, Any]) -> str:
    """Twelve hexadecimal digits over all that decides an answer."""
    decisive = {k: manifest[k] for k in ("format", "schema", "heads", "thresholds", "files")}
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:12]


def read_manifest(path: Path) -> dict[str, Any]:
    """The manifest of a model folder, every file it names checked; a `ModelError` says what is wrong, where, and what to do."""
    file = path / "manifest.json"
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(
            f"no model at {path}: manifest.json is missing; give a folder that `quality train` or save() wrote"
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{file} can't be read: {error}") from error
    if not isinstance(manifest, dict):
        raise ModelError(f"{file} is not a JSON object")
    if manifest.get("format") != FORMAT:
        raise ModelError(f"{file}: format {manifest.get('format')!r}, this version reads {FORMAT}")
    if manifest.get("schema") != schema_hash():
        raise ModelError(
            f"{file}: the model was fitted for other features than this version measures; refit it with `quality train`"
        )
    listed, heads = manifest.get("files"), manifest.get("heads")
    if not isinstance(listed, dict) or not isinstance(heads, dict):
        raise ModelError(f"{file}: 'files' and 'heads' must be objects")
    for name in files():
        if name not in listed:
            raise ModelError(f"{file}: the manifest does not list {name}")
    check_files(path, manifest, files())
    try:
        version = version_of(manifest)
    except (KeyError, RecursionError) as error:
        raise ModelError(f"{file}: {error} is missing, or nested too deep") from error
    if manifest.get("version") != version:
        raise ModelError(
            f"{file}: was changed after it was written (version {manifest.get('version')!r}, content {version})"
        )
    return manifest


def check_files(path: Path, manifest: Mapping[str, Any], names: Iterable[str]) -> None:
    """Hold files against the digests of the manifest."""
    for name in names:
        try:
            found = digest(path / name)
        except OSError as error:
            raise ModelError(f"{path / name} can't be read: {error}") from error
        if found != manifest["files"][name]:
            raise ModelError(
                f"{path / name} is not the file the manifest names (SHA-256 differs); fetch or fit the model again"
            )


def thresholds_of(path: Path, manifest: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Policy -> its thresholds, checked."""
    from quality.policy import Policy  # which needs the model

    try:
        found = {
            str(name): {str(k): float(v) for k, v in values.items()} for name, values in manifest["thresholds"].items()
        }
        for name, values in found.items():
            Policy(name, **values)
    except (KeyError, AttributeError, TypeError, ValueError, OverflowError) as error:
        raise ModelError(f"{path}: the manifest's thresholds can't be read: {error}") from error
    if not found:
        raise ModelError(f"{path}: the manifest holds no policy")
    return found
