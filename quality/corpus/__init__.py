"""The labelled text that ships: graded Japanese headlines, articles and pages, free to use (CC BY 4.0).

`load_corpus` reads it; `DATASHEET.md` beside this file says how it was made and what it is not.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Corpus", "load_corpus"]

HERE = Path(__file__).resolve().parent


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
        manner, headline_grade, grade, delivery, whole, split, byline, title, body`.
    pages : pandas.DataFrame
        Articles inside whole pages: `id, article, event, topic, twin, site, layout, split, cut, rails, rail_items,
        html, text, html_blocks, text_lines`. The last two are lists of dicts with `text, role, kind, repeat` (and
        `line`, 1-based, for the plain text), in reading order, blank lines left out.
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
    headlines["regrade"] = headlines["regrade"].astype("Int64")
    articles = pd.DataFrame(_rows(HERE / "articles.jsonl"))
    rows = _rows(HERE / "pages" / "pages.jsonl")
    for row in rows:
        for kind, suffix in (("html", "html"), ("text", "txt")):
            row[kind] = (HERE / "pages" / kind / f"{row['id']}.{suffix}").read_text(encoding="utf-8")
    return Corpus(headlines, articles, pd.DataFrame(rows))


def _rows(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
