"""What a job learns from and is held against: the shipped corpus, the user's rows, or a labels folder, brought together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from quality.errors import DataError
from quality.heads import HEADS
from quality.training.boosters import LABELS
from quality.training.dataset import Labelled, digest, read_folder
from quality.training.evaluate import dev_sets
from quality.training.own import read_own, row_keys

Array = np.ndarray[Any, Any]
HELD_OUT = 0.2
_HOLD_FROM = 100  # own rows fewer than this are all fitted on: a fifth of them would measure nothing
_BASE_FROM = 300  # rows drawn as a feed draws them, below which the corpus helps to calibrate
FEWEST = (100, 15)  # rows to fit on, and of them on each side of the cut


@dataclass
class Material:
    """The tables of a job."""

    headlines: Labelled
    articles: Labelled
    tests: dict[str, Labelled]  # name -> rows never fitted on
    paths: dict[str, str] = field(default_factory=dict)  # file name -> where it was read
    said: list[str] = field(default_factory=list)  # what a person should know of the data

    @property
    def digests(self) -> dict[str, str]:
        return self.headlines.digests | self.articles.digests


def corpus_split(split: str, weight: float = 1.0) -> tuple[Labelled, Labelled]:
    """(headlines, articles) of one split of the corpus that ships; an event is never parted."""
    from quality.corpus import HERE, load_corpus

    corpus = load_corpus()
    tables = []
    for name, frame in (("headlines", corpus.headlines), ("articles", corpus.articles)):
        rows = frame[frame["split"] == split].reset_index(drop=True)
        grade = rows["grade"].astype(float)
        if "regrade" in rows:  # a second, blind pass over some rows
            grade = pd.concat([grade, rows["regrade"].astype(float)], axis=1).mean(axis=1)
        kept = {c: rows[c] for c in ("id", "title", "body") if c in rows}
        kept |= {c: rows[c].astype(float) for c in ("delivery", "whole") if c in rows}
        table = pd.DataFrame(kept).assign(
            grade=grade, category=rows["topic"], source="corpus", sampling="corpus", file=f"corpus/{name}.jsonl",
            group="corpus-" + rows["event"].astype(str), weight=float(weight),
            outlet_kind=rows["site_kind" if "site_kind" in rows else "style"],
        )  # fmt: skip
        tables.append(Labelled(table, {f"corpus/{name}.jsonl": digest(HERE / f"{name}.jsonl")}))
    headlines, articles = tables
    if split == "train":
        pages = _in_pages(corpus.pages[corpus.pages["split"] == split], articles.frame)
        digests = articles.digests | {"corpus/pages.jsonl": digest(HERE / "pages" / "pages.jsonl")}
        articles = Labelled(pd.concat([articles.frame, pages], ignore_index=True), digests)
    return headlines, articles


def _in_pages(pages: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """The articles again as they are read out of their pages, HTML and saved text, with the layout around them.

    Articles labelled on their own carry no layout; without these rows nothing could be learnt of it.
    """
    from quality.page import read_page

    grades = articles.set_index("id")
    rows = []
    for page in pages.to_dict("records"):
        for kind in ("html", "text"):
            article = read_page(page[kind]).article
            if article.body:
                row = grades.loc[page["article"]].to_dict()
                what = {
                    "id": f"{page['id']}-{kind}",
                    "title": article.title,
                    "body": article.body,
                    "layout": article.layout,
                }
                rows.append(row | what | {"whole": np.nan, "delivery": np.nan, "weight": row["weight"] / 2})
    return pd.DataFrame(rows)


def gather(sources: Sequence[str | Path], corpus_weight: float | None = None) -> Material:
    """Read the sources and lay apart what is never fitted on.

    Parameters
    ----------
    sources
        Labels folders (their `*_dev` tables are held out) and labelled files (a fifth is held out: whole outlets, and the newest
        rows where dates are known).
    corpus_weight
        Weight of a corpus row beside a row of the sources; 0 leaves the corpus out. By default 1, or 0 with a labels
        folder, which is complete in itself.

    Raises
    ------
    DataError
        Where rows can't be used, or there are too few to learn from.
    """
    folders = [Path(s) for s in sources if Path(s).is_dir()]
    weight = corpus_weight if corpus_weight is not None else (0.0 if folders else 1.0)
    if weight < 0:
        raise DataError("the corpus weight is 0 or more")
    fit: dict[str, list[Labelled]] = {"headlines": [], "articles": []}
    tests: dict[str, Labelled] = {}
    said: list[str] = []
    paths: dict[str, str] = {}
    for folder in folders:
        for name, table in zip(fit, read_folder(folder), strict=True):
            fit[name].append(table)
            paths |= {n: str(folder.resolve() / n) for n in table.digests}
        if (folder / "headlines_dev.csv").exists():
            tests |= dev_sets(folder)
    own: dict[str, list[Labelled]] = {"headlines": [], "articles": []}
    for source in (Path(s) for s in sources if not Path(s).is_dir()):
        headlines, articles, words = read_own(source)
        said += words
        paths[source.name] = str(source.resolve())
        for name, found in (("headlines", headlines), ("articles", articles)):
            if found is not None:
                own[name].append(found)
    shipped = corpus_split("train", weight) if weight else None
    if shipped:
        tests |= dict(zip(("corpus_test_headlines", "corpus_test_articles"), corpus_split("test"), strict=True))
    for at, name in enumerate(fit):
        if own[name]:
            kept, held, words = _own_parts(own[name], name, tests)
            said += words
            fit[name].append(kept)
            if held is not None:
                tests[f"held_out_{name}"] = held
        if shipped:
            mine = {key for table in own[name] for key in row_keys(table.frame)}
            fresh = (
                ~pd.Series(row_keys(shipped[at].frame)).isin(mine).to_numpy()
            )  # your grade of a text stands, held out or not
            fit[name].append(Labelled(shipped[at].frame[fresh].reset_index(drop=True), shipped[at].digests))
    material = Material(_table(fit["headlines"], "headlines"), _table(fit["articles"], "articles"), tests, paths, said)
    require_enough(material.headlines, material.articles)
    return material


def _own_parts(
    parts: list[Labelled], name: str, tests: dict[str, Labelled]
) -> tuple[Labelled, Labelled | None, list[str]]:
    """The user's rows of one kind: (to fit on, held out, what to say)."""
    frame = pd.concat([p.frame for p in parts], ignore_index=True)
    digests = {k: v for p in parts for k, v in p.digests.items()}
    said = []
    keys = pd.Series(row_keys(frame))
    known = {k for t in tests.values() for k in row_keys(t.frame)}
    if (again := keys.isin(known)).any():
        said.append(f"{int(again.sum())} of your {name} stand in an evaluation set and are not fitted on")
        frame, keys = frame[~again].reset_index(drop=True), keys[~again].reset_index(drop=True)
    if len(frame) < _HOLD_FROM:
        said.append(f"your {len(frame)} {name} are too few to hold any out (from {_HOLD_FROM} on); all are fitted on")
        return Labelled(frame, digests), None, said
    late, how = hold_out(frame)
    late |= keys.isin(set(keys[late])).to_numpy()  # a text in two files goes one way
    said.append(f"{int(late.sum())} of your {len(frame)} {name} are held out to measure on ({how})")
    return (
        Labelled(frame[~late].reset_index(drop=True), digests),
        Labelled(frame[late].reset_index(drop=True), digests),
        said,
    )


def hold_out(frame: pd.DataFrame, share: float = HELD_OUT) -> tuple[Array, str]:
    """Which rows to keep for measuring, and how they were chosen: the newest, whole outlets, or else by a digest of the text.

    A function of the rows alone, so that the next job with the same rows holds the same ones out.
    """
    held = np.zeros(len(frame), dtype=bool)
    how = []
    dates = (
        pd.to_datetime(frame["date"], errors="coerce", utc=True, format="mixed")
        if "date" in frame
        else pd.Series(pd.NaT, index=frame.index)
    )
    outlets = frame["outlet"].fillna("") if "outlet" in frame else pd.Series("", index=frame.index)
    by_outlet = outlets[outlets != ""].nunique() >= 5
    by_date = bool(dates.notna().mean() >= 0.5 and dates.nunique() > 1)
    part = share / 2 if by_outlet and by_date else share
    if by_date:
        when = np.sort(dates.dropna().dt.tz_localize(None).to_numpy())
        after = when[min(len(when) - 1, int((1 - part) * len(when)))]
        held |= (dates.dt.tz_localize(None) > after).to_numpy()
        how.append(f"newest, after {pd.Timestamp(after):%Y-%m-%d}")
    if by_outlet:
        sizes = outlets[outlets != ""].value_counts()
        order = sorted(sizes.index, key=lambda o: row_keys(pd.DataFrame({"title": [o]})))
        chosen, count = [], 0
        for outlet in order:
            if count < part * len(frame) and count + sizes[outlet] <= 1.5 * part * len(frame):
                chosen.append(outlet)
                count += sizes[outlet]
        held |= outlets.isin(chosen).to_numpy()
        how.append(f"{len(chosen)} whole outlets")
    if not how:
        held = np.array([int(k, 16) / 16**16 < share for k in row_keys(frame)])
        how.append("by a digest of the text: neither outlets nor dates are known")
    return held, ", ".join(how)


def _table(parts: list[Labelled], name: str) -> Labelled:
    if not parts:
        raise DataError(f"no graded {name} among the data; give some, or leave the corpus in (--corpus-weight 1)")
    if len(parts) == 1 and "sampling" not in parts[0].frame:
        return parts[0]
    frame = pd.concat([p.frame for p in parts], ignore_index=True)
    found = Labelled(frame, {k: v for p in parts for k, v in p.digests.items()})
    if "file" not in frame:  # labels folders say how each row was drawn
        return found
    drawn = frame["sampling"].fillna("uniform") if "sampling" in frame else pd.Series("uniform", index=frame.index)
    if int(drawn.isin(["uniform", "promise"]).sum()) < _BASE_FROM:
        drawn = drawn.where(drawn != "corpus", "uniform")
    if not drawn.isin(["uniform", "promise"]).any():
        drawn = pd.Series("uniform", index=frame.index)
    found.frame["sampling"] = drawn
    return found


def require_enough(headlines: Labelled, articles: Labelled, fewest: tuple[int, int] = FEWEST) -> None:
    """Refuse to fit on fewer rows than a fold can be judged by; the message says what there is and what is needed."""
    for spec in HEADS:
        table = (articles if spec.needs_body else headlines).frame
        label = LABELS[spec.name]
        values = table[label].dropna() if label in table else pd.Series(dtype=float)
        high = int((values >= spec.cut).sum())
        low = len(values) - high
        if len(values) < fewest[0] or min(high, low) < fewest[1]:
            what = "articles" if spec.needs_body else "headlines"
            raise DataError(
                f"too little to fit {spec.name!r} on: {len(values)} {what} with a {label}, {high} at {spec.cut:g} or more and "
                f"{low} below; {fewest[0]} rows with {fewest[1]} on each side are the least. Grade more "
                "(`quality sample` picks them), or leave the corpus in (--corpus-weight 1)"
            )
