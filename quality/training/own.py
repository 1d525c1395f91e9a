"""The rows a user brings: graded tables as they come from editors and tools, brought into the two tables a model is fitted on.

Several rows of one item are several graders and become their mean; a row not graded yet is left out and counted; every
other row that can't be used is an error that names it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from quality.errors import DataError
from quality.scoring import COLUMNS
from quality.training.dataset import Labelled, _refuse, digest, read_table, validate

_LABELS = ("grade", "delivery", "whole")


def row_keys(frame: pd.DataFrame) -> list[str]:
    """What an item is known by, whoever names it: a digest of its title and body, from which no text can be read."""
    bodies = frame["body"] if "body" in frame else pd.Series(None, index=frame.index, dtype="object")
    return [
        hashlib.sha256(f"{title}\n{body if isinstance(body, str) else ''}".encode()).hexdigest()[:16]
        for title, body in zip(frame["title"], bodies, strict=True)
    ]


def read_own(path: str | Path) -> tuple[Labelled | None, Labelled | None, list[str]]:
    """(headlines, articles, what is worth saying) of a labelled CSV, JSONL or Parquet file.

    Columns: `title` (or `page`, a whole page), optional `body`, `tag`, `outlet`, `date`, `id`, and `grade` (0 to 3) or `target`
    (0 or 1). A row with a body grades the article, one without grades the headline. Columns that `quality batch`
    added are left aside.

    Raises
    ------
    DataError
        Where rows can't be used; the message names them, counted from 1, the header apart.
    """
    path = Path(path)
    if not path.exists():
        raise DataError(f"{path} does not exist")
    name = path.name
    frame = read_table(path)
    if "quality" in frame:  # a scored file fed back: its answers, `whole` among them, are no labels
        frame = frame.drop(columns=[c for c in COLUMNS if c in frame and c != "body_kind"])
    if not any(c in frame for c in (*_LABELS, "target")):
        raise DataError(f"{name}: no label column; grade (0 to 3) or target (0 or 1) is needed")
    if frame.empty:
        raise DataError(f"{name}: no rows")
    frame = _read_pages(frame, name) if "page" in frame else frame
    if "title" not in frame:
        raise DataError(f"{name}: column title (or page) is missing")
    frame = validate(frame, name, ("title",), several=True, blanks=True)
    if "date" in frame:
        known = pd.to_datetime(frame["date"], errors="coerce", utc=True, format="mixed")
        _refuse(name, frame, frame.index[known.isna() & frame["date"].notna()], "date can't be read")
    if "target" in frame:
        # a class has no grade between: 0 and 3 keep it on its side of the cut
        own = frame["grade"] if "grade" in frame else pd.Series(np.nan, index=frame.index)
        frame = frame.assign(grade=own.fillna(frame["target"] * 3.0)).drop(columns="target")
    said = []
    labels = [c for c in _LABELS if c in frame]
    blank = frame[labels].isna().all(axis=1)
    if blank.any():
        said.append(f"{name}: {int(blank.sum())} of {len(frame)} rows have no grade yet and are left out")
    frame = _mean_of_graders(frame[~blank], name, labels)
    frame = frame.assign(file=name)
    bodied = frame["body"].notna() if "body" in frame else pd.Series(False, index=frame.index)
    sha = {name: digest(path)}
    headlines, articles = frame[~bodied].drop(columns=["body"], errors="ignore"), frame[bodied]
    return (
        Labelled(headlines.reset_index(drop=True), sha) if len(headlines) else None,
        Labelled(articles.reset_index(drop=True), sha) if len(articles) else None,
        said,
    )


def _read_pages(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Title, body and layout of the rows that bring a whole page."""
    from quality.page import PageError, read_page

    frame = frame.astype({c: "object" for c in ("title", "body") if c in frame})
    for column in ("title", "body"):
        if column not in frame:
            frame[column] = pd.Series(None, index=frame.index, dtype="object")
    bad: list[Any] = []
    layouts: dict[Any, Any] = {}
    for at, page in frame["page"].items():
        if not isinstance(page, str) or not page.strip():
            continue
        try:
            article = read_page(page).article
        except PageError:
            bad.append(at)
            continue
        if not article.body:
            bad.append(at)
            continue
        for column, value in (("title", article.title), ("body", article.body)):
            if not isinstance(frame.at[at, column], str):
                frame.at[at, column] = value
        layouts[at] = article.layout
    _refuse(name, frame, bad, "no article can be read in the page")
    return frame.drop(columns="page").assign(layout=pd.Series(layouts, dtype="object").reindex(frame.index))


def _mean_of_graders(frame: pd.DataFrame, name: str, labels: list[str]) -> pd.DataFrame:
    """One row an item: labels the mean of its graders', everything else the first row's."""
    keys = pd.Series(row_keys(frame), index=frame.index)
    if "id" in frame:
        clash = keys.groupby(frame["id"]).transform("nunique") > 1
        _refuse(name, frame, frame.index[clash & frame["id"].notna()], "one id, several texts")
        keys = frame["id"].where(frame["id"].notna(), keys)
    first = frame.groupby(keys, sort=False).head(1).copy()
    at = keys.loc[first.index]
    for label in labels:
        first[label] = frame.groupby(keys)[label].mean().reindex(at).to_numpy()
    first["passes"] = frame.groupby(keys).size().reindex(at).to_numpy()
    return first.reset_index(drop=True)
