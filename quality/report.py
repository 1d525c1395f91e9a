"""A score as a person reads it in a terminal, and as the JSON object of `quality score --json`."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal

from quality.scoring import PageScore, Score
from quality.words import ANSWERS, tone

if TYPE_CHECKING:
    from quality.evidence import Reason

Lang = Literal["both", "ja", "en"]
_BAR = 20
_REASONS = 4  # a head
_INDENT = 11  # of a reason's sentence
# What stays together on a line: a Latin word or one wide character, with what opens before it and closes behind it.
_OPEN, _CLOSE = r"「『（(【〈《“\[", r"、。，．」』）)】〉》”！？!?…ー々ッャュョっゃゅょ\],.:;"
_WORDS = re.compile(rf"\s+|[{_OPEN}]*(?:[^\s\u2e80-\uffff{_OPEN}{_CLOSE}]+|[^\s])[{_CLOSE}]*\s*")


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


def wrap(text: str, columns: int | None, indent: int = 0) -> list[str]:
    """The text as lines of that many columns, each indented; None never breaks it.

    Latin words stay whole where they fit, Japanese breaks anywhere but before closing marks.
    """
    text = "".join(c if c.isprintable() else " " for c in text)
    room = None if columns is None else max(8, columns - indent)
    lines, line, used = [], "", 0
    for word in _WORDS.findall(text):
        if room is not None and used + width(word.rstrip()) > room and line:
            lines.append(line)
            line, used = "", 0
            word = word.lstrip()
        while room is not None and width(word) > room:  # longer than any line: an address
            head = _head(word, room)
            lines.append(head)
            word = word[len(head) :]
        line, used = line + word, used + width(word)
    lines = [" " * indent + one.rstrip() for one in [*lines, line]]
    return [one for one in lines if one.strip()] or [""]


def _head(text: str, columns: int) -> str:
    used = 0
    for i, c in enumerate(text):
        used += width(c)
        if used > columns:
            return text[: max(1, i)]
    return text


class _Paint:
    """Colours where they are wanted: to the good green, to the bad red, what explains dim."""

    _CODES = {"better": "32", "worse": "31", "middle": "33", "dim": "2", "strong": "1"}

    def __init__(self, wanted: bool) -> None:
        self.wanted = wanted

    def __call__(self, kind: str, text: str) -> str:
        return f"\x1b[{self._CODES[kind]}m{text}\x1b[0m" if self.wanted and text else text


def _bar(paint: _Paint, value: float | None, good: bool, size: int) -> str:
    if value is None or math.isnan(value):
        return "-".rjust(5)
    full = round(value * size)
    return f"{value:5.2f} {paint('better' if good else 'worse', '█' * full)}{paint('dim', '·' * (size - full))}"


def as_text(scored: PageScore | Score, *, lang: Lang = "both", columns: int | None = None, colour: bool = False) -> str:
    """Scores as bars with their reasons; the rail below, loudest first.

    Parameters
    ----------
    lang : {"both", "ja", "en"}
        The language of the reasons' sentences.
    columns : int or None
        The terminal's width, to break lines at; None, as for a pipe, breaks none.
    colour : bool
        Whether to write ANSI colours.
    """
    paint = _Paint(colour)
    article = scored if isinstance(scored, Score) else scored.article
    lines = [paint("strong", line) for line in wrap(article.document.title, columns)] + [""]
    lines += [f"  {row}" for row in _answers(paint, article, columns)]
    heads: dict[str, list[Reason]] = {}
    for reason in article.reasons:
        heads.setdefault(reason.head, []).append(reason)
    for head, found in heads.items():
        lines += ["", *(paint("strong", line) for line in wrap(_title(head, lang), columns, 2))]
        for reason in found[:_REASONS]:
            lines += _reason(paint, reason, lang, columns)
    if isinstance(scored, PageScore) and scored.rail:
        lines += _rail(paint, scored, lang, columns)
    return "\n".join(lines)


def _title(head: str, lang: Lang) -> str:
    ja, en = ANSWERS[head]
    return {"ja": ja, "en": en, "both": f"{ja} {en}"}[lang]


def _answers(paint: _Paint, score: Score, columns: int | None) -> list[str]:
    size = _BAR if columns is None else max(0, min(_BAR, columns - 33))
    rows: list[tuple[str, float, bool, str]] = [
        ("sensational", score.sensational, score.sensational < 0.5, score.headline_label)
    ]
    if score.substantive is not None:
        rows += [
            ("substantive", score.substantive, score.substantive >= 0.5, score.article_label or ""),
            ("delivers", score.delivers or 0.0, (score.delivers or 0.0) >= 0.5, ""),
            ("whole", score.whole or 0.0, (score.whole or 0.0) >= 0.5, score.body_kind),
        ]
    rows.append(("quality", score.quality, score.quality >= 0.5, score.verdict))
    return [
        f"{fit(name, 12)}{_bar(paint, value, good, size)}  {paint(tone(label), label)}".rstrip()
        for name, value, good, label in rows
    ]


def _reason(paint: _Paint, reason: Reason, lang: Lang, columns: int | None) -> list[str]:
    good = (reason.contribution > 0) != (reason.head == "sensational")
    said = wrap(reason.en if lang == "en" else reason.ja, columns, _INDENT)
    number = f"{reason.contribution:+.2f}"
    said[0] = f"    {paint('better' if good else 'worse', number)}  {said[0].strip()}"
    beneath = [paint("dim", line) for line in wrap(reason.en, columns, _INDENT)] if lang == "both" else []
    return said + beneath


def _rail(paint: _Paint, scored: PageScore, lang: Lang, columns: int | None) -> list[str]:
    items = [item for rail in scored.page.rails for item in rail.items]
    pairs = [(score, item) for score, item in zip(scored.rail, items, strict=True) if not item.repeat]
    pairs.sort(key=lambda pair: -pair[0].sensational)
    count = f"{len(pairs)} rail items, loudest first"
    repeats = len(items) - len(pairs)
    again = f" ({repeats} repeats left out)" if repeats else ""
    lines = ["", *(paint("strong", line) for line in wrap(count + again, columns, 2))]
    for score, item in pairs:
        label = paint(tone(score.headline_label), fit(score.headline_label, 11))
        room = None if columns is None else max(8, columns - 23)
        title = item.title if room is None else fit(item.title, room)
        title = "".join(c if c.isprintable() else " " for c in title).rstrip()
        lines.append(f"    {score.sensational:.2f}  {label}  {title}")
    return lines
