"""The labelled text that ships: graded Japanese headlines, articles and pages, free to use (CC BY 4.0).

`load_corpus` reads it; `DATASHEET.md` beside this file says how it was made and what it is not.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Corpus", "load_corpus"]

HERE = Path(__file__).resolve().parent
_MARK = re.compile(r"^ +(?:[•*]|[0-9]+\.) ")  # the bullet or number of a saved list


@dataclass(frozen=True)
class Corpus:
    """Three tables. `split` (train, dev, test) goes by event: no event stands in two of them.

    Attributes
    ----------
    headlines : pandas.DataFrame
        Every event at grades 0 to 3: `id, event, topic, style, grade, regrade, bait, lexicon_free, plain_use, split,
        title`. `regrade` is the grade of the blind second pass, null where there was none.
    articles : pandas.DataFrame
        Every event as a substantive report (`twin` a) and its thin twin (b): `id, event, twin, topic, site_kind,
        manner, headline_grade, grade, delivery, whole, regrade, regrade_delivery, regrade_whole, split, byline, title,
        body`.
    pages : pandas.DataFrame
        Articles inside whole pages: `id, article, event, topic, twin, site, host, layout, saver, split, cut, rails,
        rail_items, html_blocks, text_lines, html, text`. The blocks of the HTML and the lines of the text are lists of
        dicts in reading order, without blank lines: `text, role, kind, item, repeat`, and `line` (1-based) for the text.
        `item` is the id of the headline or article that a rail shows.
    """

    headlines: pd.DataFrame
    articles: pd.DataFrame
    pages: pd.DataFrame


def load_corpus() -> Corpus:
    """Read the corpus that ships with the package.

    Returns
    -------
    Corpus
        `headlines`, `articles` and `pages` as DataFrames.

    Examples
    --------
    >>> corpus = load_corpus()
    >>> sorted(corpus.headlines.grade.unique().tolist())
    [0, 1, 2, 3]
    """
    import pandas as pd

    headlines = pd.DataFrame(_rows(HERE / "headlines.jsonl"))
    articles = pd.DataFrame(_rows(HERE / "articles.jsonl"))
    for frame in (headlines, articles):
        for name in ("regrade", "regrade_delivery", "regrade_whole"):
            if name in frame:
                frame[name] = frame[name].astype("Int64")
    rows = _rows(HERE / "pages" / "pages.jsonl")
    for row in rows:
        for kind, suffix in (("html", "html"), ("text", "txt")):
            row[kind] = (HERE / "pages" / kind / f"{row['id']}.{suffix}").read_text(encoding="utf-8")
        _fill(row)
    return Corpus(headlines, articles, pd.DataFrame(rows))


def _fill(page: dict[str, Any]) -> None:
    """Say what the file leaves out: the text of a line, and whatever is empty or false."""
    lines = page["text"].split("\n")
    for line in page["text_lines"]:
        line["text"] = _MARK.sub("", lines[line["line"] - 1]).strip()
    for block in page["html_blocks"] + page["text_lines"]:
        for key, empty in (("kind", ""), ("item", ""), ("repeat", False)):
            block.setdefault(key, empty)


def _rows(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
