"""A feed as files hold it: unlabelled rows, raw or already scored; rows that can't be read are counted, not fatal."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from features.document import Document
from quality.errors import DataError
from quality.scoring import to_document


@dataclass
class Feed:
    """The rows that can be scored, and their documents, in order."""

    frame: pd.DataFrame
    documents: list[Document]
    skipped: int


def read_feed(path: str | Path, limit: int | None = None, seed: int = 0) -> Feed:
    """Read a Parquet, JSONL or CSV feed: `title`, optional `body`, `body_kind`, `tag`, `outlet`, `category`, `date`.

    `limit` draws so many rows at random.
    """
    from quality.training.dataset import read_table

    path = Path(path)
    if not path.exists():
        raise DataError(f"{path} does not exist")
    return feed_of(read_table(path), path.name, limit, seed)


def feed_of(frame: pd.DataFrame, name: str = "feed", limit: int | None = None, seed: int = 0) -> Feed:
    """A DataFrame as a feed."""
    if "title" not in frame:
        raise DataError(f"{name}: no column 'title'; it has {', '.join(map(str, frame.columns)) or 'none'}")
    if limit is not None and len(frame) > limit:
        frame = frame.sample(limit, random_state=seed).sort_index()
    kept, documents = [], []
    columns = [c for c in ("title", "body", "body_kind", "tag") if c in frame]
    for at, values in enumerate(zip(*(frame[c].tolist() for c in columns), strict=True)):
        document, _ = to_document(dict(zip(columns, values, strict=True)))
        if document is not None:
            kept.append(at)
            documents.append(document)
    if not documents:
        raise DataError(f"{name}: no row with a title")
    return Feed(frame.iloc[kept].reset_index(drop=True), documents, len(frame) - len(kept))
