"""Grades of rows of the unlabelled pools: ids and numbers, without a word of anybody's text.

`headlines.csv` (id, grade) and `articles.csv` (id, grade, delivery, whole) in one folder; the texts are found by id in the pools that
the job is given. `quality/training/grades/README.md` says of the grades that come with this project who gave them, after which
guideline, and how far they agree with others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from quality.errors import DataError
from quality.training.dataset import Labelled, digest, read_table, read_unlabelled, validate
from quality.training.own import row_keys
from quality.training.sources import Material

HERE = Path(__file__).parent / "grades"  # those that come with this project, for the pools it was made with
# name -> (columns of grades, columns of text, weight of a row beside one of the labels)
_TABLES: dict[str, tuple[Sequence[str], Sequence[str], float]] = {
    "headlines": (("grade",), ("title",), 0.6),
    "articles": (("grade", "delivery", "whole"), ("title", "body"), 1.0),
}
_ABOUT = ("outlet", "category", "date", "source")  # what a pool may also say of a row


def add_grades(
    material: Material, folder: str | Path, pool: str | Path | None, pool_articles: str | Path | None
) -> Material:
    """The material with the graded pool rows to fit on; those that stand in an evaluation set, or are labelled already, are left out.

    They are never drawn as a feed draws them, so nothing is calibrated on them.

    Raises
    ------
    DataError
        Where a table lacks its pool, a row its text, or a grade is none.
    """
    folder = Path(folder)
    tables = {"headlines": material.headlines, "articles": material.articles}
    held_out = {key for table in material.tests.values() for key in row_keys(table.frame[["title"]])}
    said, paths = list(material.said), dict(material.paths)
    if not any((folder / f"{name}.csv").exists() for name in tables):
        raise DataError(f"{folder}: no headlines.csv and no articles.csv")
    for name, texts in (("headlines", pool), ("articles", pool_articles)):
        path = folder / f"{name}.csv"
        if not path.exists():
            continue
        option = "--pool" if name == "headlines" else "--pool-articles"
        if texts is None:
            raise DataError(f"{path} grades rows of a pool; give it by {option}")
        rows = _with_texts(path, Path(texts), name)
        known = held_out | set(row_keys(tables[name].frame[["title"]]))
        fresh = ~pd.Series(row_keys(rows[["title"]])).isin(known).to_numpy()
        said.append(f"{int(fresh.sum())} graded {name} of the pool are fitted on")
        labels = tables[name].frame
        # rows that don't say how they were drawn were drawn as they come
        drawn = labels["sampling"].fillna("uniform") if "sampling" in labels else "uniform"
        frame = pd.concat([labels.assign(sampling=drawn), rows[fresh]], ignore_index=True)
        tables[name] = Labelled(frame, tables[name].digests | {f"graded/{path.name}": digest(path)})
        paths[f"graded/{path.name}"] = str(path.resolve())
    return replace(material, headlines=tables["headlines"], articles=tables["articles"], said=said, paths=paths)


def _with_texts(path: Path, pool: Path, name: str) -> pd.DataFrame:
    labels, texts, weight = _TABLES[name]
    grades = validate(read_table(path), path.name, ("id", *labels))[["id", *labels]]
    found = read_unlabelled(pool, "id", *texts)
    found = found[["id", *texts, *(c for c in _ABOUT if c in found)]].dropna(subset=[*texts]).drop_duplicates("id")
    rows = grades.merge(found, on="id", how="left", validate="one_to_one")
    lost = rows["title"].isna()
    if lost.any():
        raise DataError(
            f"{path.name}: {int(lost.sum())} ids do not stand in {pool}, {rows['id'][lost].iloc[0]!r} first"
        )
    return rows.assign(sampling="pool", passes=1, weight=weight)
