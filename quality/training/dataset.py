"""Labelled data: read, checked row by row, and split so that what generalises shows.

Three tables come out: headlines (for `sensational`), articles (for `substantive`, `delivers`, `whole`), each row with
where it came from. A bad row is an error that names it: a label that is silently dropped or clipped is never found again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features.document import Document, Layout
from quality.errors import DataError

_KNOWN = frozenset(
    {
        "id", "title", "body", "body_kind", "tag", "grade", "target", "passes", "delivery", "whole",
        "outlet", "outlet_kind", "category", "date", "source", "sampling", "file", "layout", "weight",
        "page", "grader", "group", "url", "why", "note",
    }
)  # fmt: skip
_TEXT = dict.fromkeys(
    ("id", "title", "body", "body_kind", "tag", "page", "outlet", "outlet_kind", "category", "date", "source",
     "sampling", "grader", "group", "url", "why", "note"), str,
)  # fmt: skip
_RANGES = {"grade": (0.0, 3.0), "target": (0.0, 1.0), "delivery": (0.0, 2.0), "whole": (0.0, 1.0)}


@dataclass
class Labelled:
    """Labelled documents and what they were read from."""

    frame: pd.DataFrame
    digests: dict[str, str]  # file name -> SHA-256

    def documents(self) -> list[Document]:
        """The rows as documents."""
        layouts = self.frame["layout"] if "layout" in self.frame else [None] * len(self.frame)
        bodies = self.frame["body"] if "body" in self.frame else [None] * len(self.frame)
        return [
            Document(t, b if isinstance(b, str) else None, layout=lay if isinstance(lay, Layout) else None)
            for t, b, lay in zip(self.frame["title"], bodies, layouts, strict=True)
        ]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_table(path: Path) -> pd.DataFrame:
    """A CSV, JSONL or Parquet file as it stands."""
    try:
        if path.suffix == ".csv":
            # only an empty field is missing: NA or None may be a title
            return pd.read_csv(path, dtype=_TEXT, keep_default_na=False, na_values=[""])
        if path.suffix == ".jsonl":
            return pd.DataFrame(_json_rows(path))
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise DataError(f"{path} can't be read: {error}") from error
    raise DataError(f"{path}: labelled data is .csv, .jsonl or .parquet")


def _json_rows(path: Path) -> list[dict[str, Any]]:
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError as error:
                raise DataError(f"{path}: line {number} is no JSON: {error}") from error
            if not isinstance(row, dict):
                raise DataError(f"{path}: line {number} is no JSON object")
            rows.append(row)
    return rows


def read_unlabelled(path: str | Path, *needs: str) -> pd.DataFrame:
    """A table without grades, as it stands, that has the columns named."""
    frame = read_table(Path(path))
    _require(frame, str(path), needs)
    return frame


def _require(frame: pd.DataFrame, name: str, needs: Iterable[str]) -> None:
    missing = [c for c in needs if c not in frame.columns]
    if missing:
        raise DataError(f"{name}: column(s) {', '.join(missing)} are missing")


def validate(
    frame: pd.DataFrame, name: str, needs: Iterable[str] = ("title",), several: bool = False, blanks: bool = False
) -> pd.DataFrame:
    """Check columns, ids and ranges; the error names the rows (counted from 1, the header apart).

    `several` lets an id stand more than once (one row a grader), `blanks` a label be empty (not graded yet).
    """
    unknown = sorted(set(frame.columns) - _KNOWN)
    if unknown:
        raise DataError(f"{name}: unknown column(s) {', '.join(unknown)}; known are {', '.join(sorted(_KNOWN))}")
    _require(frame, name, needs)
    if "title" in frame:
        bad = frame.index[~frame["title"].map(lambda t: isinstance(t, str) and bool(t.strip()))]
        _refuse(name, frame, bad, "title is missing or empty")
    if "id" in frame and not several:
        _refuse(name, frame, frame.index[frame["id"].duplicated(keep=False)], "the same id twice")
    for column, (low, high) in _RANGES.items():
        if column in frame:
            values = pd.to_numeric(frame[column], errors="coerce")
            _refuse(
                name,
                frame,
                frame.index[~(values.between(low, high) | (frame[column].isna() & blanks))],
                f"{column} is not a number from {low:g} to {high:g}",
            )
            frame = frame.assign(**{column: values.astype(float)})
    return frame.reset_index(drop=True)


def _refuse(name: str, frame: pd.DataFrame, bad: Any, why: str) -> None:
    if len(bad):
        places = [int(p) + 1 for p in frame.index.get_indexer(bad[:10])]
        more = f" and {len(bad) - 10} more" if len(bad) > 10 else ""
        raise DataError(f"{name}: {why} in row(s) {', '.join(map(str, places))}{more}")


def read_headlines(path: str | Path) -> Labelled:
    """Graded headlines: title, grade 0 to 3, and optional outlet, date, sampling."""
    path = Path(path)
    frame = validate(read_table(path), path.name, ("title", "grade"))
    return Labelled(frame, {path.name: digest(path)})


def read_articles(grades: str | Path, bodies: str | Path, delivery: str | Path | None = None) -> Labelled:
    """Graded articles: a table of grades, a JSONL of bodies, and where known delivery (0 to 2) and whole (0 or 1), tied by id."""
    grades, bodies = Path(grades), Path(bodies)
    frame = validate(read_table(grades), grades.name, ("id", "grade"))
    texts = read_table(bodies)[["id", "title", "body"]]
    digests = {grades.name: digest(grades), bodies.name: digest(bodies)}
    frame = frame.drop(columns=["title", "body"], errors="ignore").merge(
        texts, on="id", how="left", validate="one_to_one"
    )
    _refuse(bodies.name, frame, frame.index[frame["body"].isna()], "no body for the graded article")
    if delivery is not None:
        delivery = Path(delivery)
        graded = validate(read_table(delivery), delivery.name, ("id", "delivery", "whole"))
        frame = frame.merge(graded[["id", "delivery", "whole"]], on="id", how="left", validate="one_to_one")
        digests[delivery.name] = digest(delivery)
    return Labelled(validate(frame, grades.name), digests)


def groups(frame: pd.DataFrame) -> np.ndarray[Any, Any]:
    """What must not be split between fitting and testing: the `group` said, else the outlet; where neither is known, the row."""
    found = pd.Series([f"row-{i}" for i in range(len(frame))], index=frame.index)
    for column in ("outlet", "group"):
        if column in frame:
            known = frame[column].astype("object")
            found = known.where(known.notna() & (known != ""), found)
    return found.to_numpy()


def folds(
    frame: pd.DataFrame, count: int = 5, seed: int = 1
) -> list[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]]:
    """Outlet-disjoint folds: (rows to fit on, rows held out), every row held out once; with fewer outlets than folds, by row."""
    from sklearn.model_selection import GroupKFold

    apart = groups(frame)
    if len(set(apart)) < count:
        apart = np.arange(len(frame))
    return list(GroupKFold(count, shuffle=True, random_state=seed).split(frame, groups=apart))


def split_by_time(frame: pd.DataFrame, share: float = 0.2) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Rows up to a date and rows after it, the newest `share` held out; rows without a date are fitted on."""
    if (
        "date" not in frame
        or not (known := pd.to_datetime(frame["date"], errors="coerce").to_numpy("datetime64[s]").astype(float)).size
    ):
        raise DataError("no dates to split by: the table has no 'date' column")
    known[known < -1e15] = np.nan  # how numpy spells a missing date as a number
    if np.isnan(known).all():
        raise DataError("no dates to split by: no row has a usable 'date'")
    late = known > np.nanquantile(known, 1 - share)
    return np.flatnonzero(~late), np.flatnonzero(late)


def read_pages(grades: str | Path, html: str | Path) -> Labelled:
    """Graded whole pages: `file`, `grade` 0 to 3 of the main text; the article and its layout are read from the page.

    Sites are the outlets here, so that a site is never split. Pages whose article can't be read are left out.
    """
    from quality.page import PageError, read_page

    grades, html = Path(grades), Path(html)
    frame = validate(read_table(grades), grades.name, ("file", "grade"))
    rows = []
    for row in frame.to_dict("records"):
        try:
            article = read_page((html / row["file"]).read_bytes()).article
        except (OSError, PageError):
            continue
        if article.body:
            site = str(row["file"]).partition("__")[0]
            rows.append(
                {
                    "title": article.title or row["title"],
                    "body": article.body,
                    "grade": row["grade"],
                    "outlet": site,
                    "layout": article.layout,
                }
            )
    return Labelled(pd.DataFrame(rows), {grades.name: digest(grades)})


def read_folder(labels: str | Path) -> tuple[Labelled, Labelled]:
    """The training tables of a labels folder: headlines_train, articles_train with delivery_train, and pages where they are.

    The `*_dev` tables of the folder are never read here.
    """
    labels = Path(labels)
    headlines = read_headlines(labels / "headlines_train.csv")
    articles = read_articles(
        labels / "articles_train.csv", labels / "articles_train.jsonl", labels / "delivery_train.csv"
    )
    html = labels.parent / "pages" / "html"
    if (labels / "pages.csv").exists() and html.is_dir():
        pages = read_pages(labels / "pages.csv", html)
        merged = pd.concat([articles.frame, pages.frame], ignore_index=True)
        articles = Labelled(merged, articles.digests | pages.digests)
    return headlines, articles


def read_labelled(path: str | Path) -> Labelled:
    """One labelled file, whatever it grades; bodies and delivery grades beside it are joined by id.

    A table of article grades without bodies finds them in the JSONL of its own name, and its delivery grades in the
    table named `delivery_…` where the grades' is named `articles_…`.
    """
    path = Path(path)
    if not path.exists():
        raise DataError(f"{path} does not exist")
    frame = read_table(path)
    bodies = path.with_suffix(".jsonl")
    if "id" in frame and "body" not in frame and path.suffix == ".csv" and bodies.exists():
        delivery = path.with_name(path.name.replace("articles", "delivery"))
        return read_articles(path, bodies, delivery if delivery != path and delivery.exists() else None)
    labels = [c for c in ("grade", "target", "delivery", "whole") if c in frame]
    if not labels:
        raise DataError(
            f"{path}: no label column; one of grade (0 to 3), target (0 or 1), delivery (0 to 2), whole (0 or 1) is needed"
        )
    frame = validate(frame, path.name, ("title",))
    if "target" in frame and "grade" not in frame:
        # a class has no grade between: 0 and 3 keep it on its side of the cut
        frame = frame.assign(grade=frame["target"] * 3.0)
    return Labelled(frame, {path.name: digest(path)})
