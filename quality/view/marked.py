"""Text of strangers into HTML: everything escaped, links to the web alone, the words behind a reason marked."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import urlsplit

from quality.words import LABELS, Both, tone

# No browser shows these, and some are not allowed in HTML at all. Lone surrogates can't even be written to a file.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_ADDRESS = re.compile(r"https?://[^\s\\\"'<>`\x00-\x20\x7f-\x9f\ud800-\udfff]{1,2000}", re.I)

_NOTES = 2  # notes a word shows; its description names them all


class Note(NamedTuple):
    """What is said of marked words: a class of `view.css`, a heading, a sentence in Japanese and in English.

    `describes` is the id of the element that says the same to a screen reader.
    """

    kind: str
    head: str
    ja: str
    en: str
    describes: str = ""


class Mark(NamedTuple):
    """A span of a text, and the note on it."""

    start: int
    end: int
    note: Note


def esc(text: object) -> str:
    """Escaped for HTML and for quoted attributes; one character stays one character (what can't be shown is U+FFFD)."""
    return html.escape(_UNSEEN.sub("\ufffd", str(text)))


def isolated(text: object) -> str:
    """Escaped, and kept from turning the text around it: bidirectional marks end with the element."""
    return f"<bdi>{esc(text)}</bdi>"


def safe_link(address: str | None) -> str | None:
    """The address where it leads to the web, else None: no script, no data, no file, no name before an @."""
    if address is None or not _ADDRESS.fullmatch(address):
        return None
    try:
        parts = urlsplit(address)
        return address if parts.hostname and "@" not in parts.netloc else None
    except ValueError:  # an IPv6 address that is none
        return None


def linked(text: str, address: str | None) -> str:
    """The text as a link that tells the target nothing, or as text where the address is not safe."""
    target = safe_link(address)
    if target is None:
        return isolated(text)
    return f'<a href="{esc(target)}" rel="noopener noreferrer nofollow" target="_blank">{isolated(text)}</a>'


def marked(text: str, marks: Iterable[Mark], *, tips: bool = True) -> str:
    """The text as paragraphs' worth of HTML with its marks; where marks overlap, the first of them gives the colour.

    Parameters
    ----------
    tips : bool
        Whether a mark can be reached by keyboard and shows its notes; else it is coloured only.
    """
    known = [m for m in marks if 0 <= m.start < m.end <= len(text)]
    cuts = sorted({0, len(text), *(m.start for m in known), *(m.end for m in known)})
    out = []
    for start, end in pairwise(cuts):
        notes = [m.note for m in known if m.start <= start and end <= m.end]
        out.append(_mark(text[start:end], notes, tips) if notes else esc(text[start:end]))
    return f"<bdi>{''.join(out)}</bdi>"


def paragraphs(text: str, marks: Sequence[Mark]) -> str:
    """Each line of the text that holds something as a <p>, with its marks."""
    found = []
    for line in re.finditer(r"[^\r\n]+", text):
        start, end = line.span()
        own = [
            Mark(max(m.start, start) - start, min(m.end, end) - start, m.note)
            for m in marks
            if m.start < end and m.end > start
        ]
        if line.group().strip():
            found.append(f"<p>{marked(line.group(), own)}</p>")
    return "\n".join(found)


def _mark(text: str, notes: Sequence[Note], tips: bool) -> str:
    kinds = next((n.kind for n in notes if n.kind != "source"), "")
    if any(n.kind == "source" for n in notes):
        kinds = f"{kinds} source".strip()
    if not tips:
        return f'<mark class="{kinds}">{esc(text)}</mark>'
    described = " ".join(n.describes for n in notes if n.describes)
    described = f' aria-describedby="{esc(described)}"' if described else ""
    shown = [*notes[:_NOTES], *(n for n in notes[_NOTES:] if n.kind == "source")]  # who speaks is never left out
    tip = "".join(
        f'<span class="note {n.kind}"><b>{esc(n.head)}</b><bdi>{esc(n.ja)}</bdi><bdi lang="en">{esc(n.en)}</bdi></span>'
        for n in shown
    )
    if len(notes) > len(shown):
        more = len(notes) - len(shown)
        tip += f'<span class="note small">{both(f"ほか{more}件", f"and {more} more")}</span>'
    return (
        f'<mark class="{kinds}" tabindex="0"{described}>{esc(text)}<span class="tip" aria-hidden="true" hidden>{tip}</span>'
        "</mark>"
    )


def both(ja: str, en: str) -> str:
    """A name in both languages as HTML; names are the library's own words and need no escaping."""
    return f'{ja} <span lang="en" class="en">{en}</span>'


def chip(label: str) -> str:
    """A label as HTML, coloured by whether it is good or bad; its words say it too."""
    return f'<span class="chip {tone(label)}">{both(*LABELS[label])}</span>'


def bar(value: float, kind: str, said: str) -> str:
    """A bar of 0 to 1, as a drawing: a style attribute would need a weaker policy."""
    width = max(0.0, min(1.0, value)) * 100
    return (
        f'<svg class="bar {kind}" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="{esc(said)}">'
        f'<rect class="rest" width="100" height="8"/><rect class="full" width="{width:.1f}" height="8"/></svg>'
    )


def section(kind: str, level: int, ja: str, en: str, inner: str) -> str:
    """A landmark with its heading."""
    heading = f"<h{level}>{both(ja, en)}</h{level}>"
    return f'<section class="{kind}" aria-label="{ja} {en}">{heading}\n{inner}</section>'


def table(kind: str, caption: Both, columns: Sequence[Both], rows: Iterable[str]) -> str:
    """A table of rows that are HTML already."""
    head = "".join(f'<th scope="col">{both(*c)}</th>' for c in columns)
    return (
        f'<table class="{kind}"><caption>{both(*caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )
