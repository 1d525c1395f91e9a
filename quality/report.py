"""A score as a person reads it in a terminal, and as the JSON object of `quality score --json`."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import asdict
from typing import Any

from quality.scoring import PageScore, Score

_BAR = 20


def as_json_object(scored: PageScore | Score) -> dict[str, Any]:
    """`model_version`, `article`, `rail`, `layout`; with a headline alone the rail is empty and the layout null."""
    if isinstance(scored, Score):
        return {"model_version": scored.model_version, "article": _article(scored), "rail": [], "layout": None}
    items = [(rail, item) for rail in scored.page.rails for item in rail.items]
    rail = [
        {
            "title": item.title,
            "section": section.section,
            "type": section.type,
            "tag": item.tag,
            "rank": item.rank,
            "repeat": item.repeat,
            "link": item.link,
            **score.as_dict(),
            "reasons": [r.as_dict() for r in score.reasons],
        }
        for (section, item), score in zip(items, scored.rail, strict=True)
    ]
    layout = scored.page.article.layout
    return {
        "model_version": scored.article.model_version,
        "article": _article(scored.article),
        "rail": rail,
        "layout": asdict(layout) if layout else None,
    }


def _article(score: Score) -> dict[str, Any]:
    document = score.document
    return {
        "title": document.title,
        "byline": document.byline,
        "published": document.published,
        "site": document.site,
        "section": document.section,
        "url": document.url,
        "body": document.body,
        **score.as_dict(),
        "attributions": [a._asdict() for a in score.attributions],
        "reasons": [r.as_dict() for r in score.reasons],
    }


def width(text: str) -> int:
    """Columns a terminal gives the text: East Asian wide characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text if not unicodedata.combining(c))


def fit(text: str, columns: int) -> str:
    """The text cut or padded to that many columns."""
    text = "".join(c if c.isprintable() else " " for c in text)
    if width(text) > columns:
        while width(text) > columns - 1:
            text = text[:-1]
        text += "…"
    return text + " " * (columns - width(text))


def _bar(value: float | None) -> str:
    if value is None or math.isnan(value):
        return "-".rjust(5)
    full = round(value * _BAR)
    return f"{value:5.2f} {'█' * full}{'·' * (_BAR - full)}"


def as_text(scored: PageScore | Score) -> str:
    """Scores as bars with their reasons; the rail below, loudest first."""
    article = scored if isinstance(scored, Score) else scored.article
    lines = [fit(article.document.title, 100).rstrip(), ""]
    lines.append(f"  sensational {_bar(article.sensational)}  {article.headline_label}")
    if article.substantive is not None:
        lines.append(f"  substantive {_bar(article.substantive)}  {article.article_label}")
        lines.append(f"  delivers    {_bar(article.delivers)}")
        lines.append(f"  whole       {_bar(article.whole)}  {article.body_kind}")
    lines.append(f"  quality     {_bar(article.quality)}  {article.verdict}")
    for head in ("sensational", "substantive", "delivers", "whole"):
        found = [r for r in article.reasons if r.head == head][:4]
        if found:
            lines += ["", f"  {head}:"]
        lines += [f"    {r.contribution:+.2f}  {r.ja} / {r.en}" for r in found]
    if isinstance(scored, PageScore) and scored.rail:
        lines += ["", f"  {len(scored.rail)} rail items, loudest first:"]
        items = [item for rail in scored.page.rails for item in rail.items]
        ranked = sorted(zip(scored.rail, items, strict=True), key=lambda pair: -pair[0].sensational)
        lines += [
            f"    {s.sensational:.2f}  {fit(s.headline_label, 11)}  {fit(i.title, 90).rstrip()}"
            for s, i in ranked
            if not i.repeat
        ]
    return "\n".join(lines)
