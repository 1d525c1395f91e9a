"""The ordered list of features. A new one is a function and its line in its family's file; the order here is fixed.

A feature is never redefined under its name and version: what a fitted model learnt of it would silently mean something
else. The hash of the schema travels with each model, and a model is refused where it differs.
"""

from __future__ import annotations

import hashlib

from features import attribution, ending, headline, layout, promise, prose
from features.feature import Feature

TITLE_FEATURES: tuple[Feature, ...] = headline.FEATURES
BODY_FEATURES: tuple[Feature, ...] = (
    attribution.FEATURES + promise.FEATURES + ending.FEATURES + prose.FEATURES + layout.FEATURES
)
FEATURES: tuple[Feature, ...] = TITLE_FEATURES + BODY_FEATURES
NAMES: tuple[str, ...] = tuple(f.name for f in FEATURES)

if len(set(NAMES)) != len(NAMES):
    raise RuntimeError(f"feature names stand twice: {sorted({n for n in NAMES if NAMES.count(n) > 1})}")


def feature(name: str) -> Feature:
    """The feature of that name."""
    for found in FEATURES:
        if found.name == name:
            return found
    raise KeyError(f"no feature {name!r}; known: {', '.join(NAMES)}")


def schema_hash(features: tuple[Feature, ...] = FEATURES) -> str:
    """SHA-256 over name, version, group, range and direction of the features in order."""
    lines = (f"{f.name}\t{f.version}\t{f.group}\t{f.low}\t{f.high}\t{f.direction}" for f in features)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
