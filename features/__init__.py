"""Measures: a Japanese news document in, numbers and spans out.

No fitted weights, no files written, no import of `quality`. `extract` gives a DataFrame, `describe` the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from features.analysis import Analysis, analyse
from features.document import Block, Document, Layout
from features.schema import FEATURES, NAMES, schema_hash

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "FEATURES",
    "NAMES",
    "Analysis",
    "Block",
    "Document",
    "Layout",
    "analyse",
    "describe",
    "extract",
    "schema_hash",
]


def extract(documents: Iterable[Document | str]) -> pd.DataFrame:
    """Measure documents.

    Parameters
    ----------
    documents : iterable of Document or str
        A str is a headline alone.

    Returns
    -------
    pandas.DataFrame
        One row a document, in order; one float column a feature. What can't be measured (a body's features without a
        body) is NaN.

    Examples
    --------
    >>> extract(["【衝撃】駅前の空き地、まさかの正体とは…"]).loc[0, "drama"]
    1.0
    """
    import pandas as pd

    rows = []
    for document in documents:
        analysis = analyse(Document(document) if isinstance(document, str) else document)
        rows.append([f.value(analysis) for f in FEATURES])
    return pd.DataFrame(rows, columns=list(NAMES), dtype=float)


def describe() -> pd.DataFrame:
    """The catalogue of features: name, version, group, range, direction and meaning, in the order models use."""
    import pandas as pd

    fields = ["name", "version", "group", "low", "high", "direction", "meaning"]
    return pd.DataFrame([{k: getattr(f, k) for k in fields} for f in FEATURES], columns=fields)
