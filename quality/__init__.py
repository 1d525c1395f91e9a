"""Decides: how substantive a Japanese article is, how sensational its headline, and why.

The public names; each is imported on first use, so that `import quality` stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOME = {
    "Document": "features.document",
    "DataError": "quality.errors",
    "ModelError": "quality.errors",
    "PageError": "quality.page",
    "Page": "quality.page",
    "read_page": "quality.page",
    "QualityModel": "quality.model",
    "load_model": "quality.model",
    "Score": "quality.scoring",
    "PageScore": "quality.scoring",
    "score": "quality.scoring",
    "score_many": "quality.scoring",
    "score_batch": "quality.scoring",
    "score_page": "quality.scoring",
    "load_corpus": "quality.corpus",
}

if TYPE_CHECKING:
    from features.document import Document
    from quality.corpus import load_corpus
    from quality.errors import DataError, ModelError
    from quality.model import QualityModel, load_model
    from quality.page import Page, PageError, read_page
    from quality.scoring import PageScore, Score, score, score_batch, score_many, score_page

__all__ = [
    "DataError",
    "Document",
    "ModelError",
    "Page",
    "PageError",
    "PageScore",
    "QualityModel",
    "Score",
    "load_corpus",
    "load_model",
    "read_page",
    "score",
    "score_batch",
    "score_many",
    "score_page",
]


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'quality' has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
