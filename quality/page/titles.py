"""A rail item's headline, without the rank, date, playing time or badge that share its link."""

from __future__ import annotations

import re
import unicodedata

from .parts import Piece

_RANK = re.compile(
    r"(?:第|No\.?)?(?P<a>[0-9０-９]{1,3})(?:位|[.．:：、])?[ \u3000]+(?=\S)"
    r"|第?(?P<b>[0-9０-９]{1,3})位[:：]?\s*"
    r"|(?P<c>[0-9]{1,2})[.．]\s*(?=\D)"
)
_MOMENT = re.compile(
    r"(?<!\s)\s*[\(（]?(?:20\d\d[年/.\-]\d{1,2}[月/.\-]\d{1,2}日?(?:付)?(?:[ \u3000]*\d{1,2}[:：]\d{2})?"
    r"|\d{1,2}[月/]\d{1,2}日?(?:[\(（][月火水木金土日祝][\)）])?[ \u3000]*\d{1,2}[:：時]\d{2}分?"
    r"|\d{1,2}[:：]\d{2}|\d{1,9}(?:分|時間|日)前)[\)）]?$"
)
_MARKS = re.compile(r"[\W_]+")
_SPACE = re.compile("[\\s\u200b\ufeff]+")
_MOMENT_ENDS = frozenset("0123456789)）前日付分")
_RANK_STARTS = frozenset("0123456789０１２３４５６７８９第N")
_LIST = 3  # this many long links in one piece are a list, each a headline of its own
LONG = 12


def headlines(piece: Piece) -> list[tuple[str, int | None, str | None, str | None]]:
    """The headlines in a rail item's piece: (title, rank, badge, link) each."""
    if not piece.links:
        return [(*clean(piece.text, piece.loose), None)]
    long = [link for link in piece.links if len(link[0]) >= LONG]
    if len(long) < _LIST:
        long = [max(piece.links, key=lambda link: len(link[0]))]
    return [(*clean(text, piece.loose), href) for text, href in long]


def clean(text: str, loose: list[str]) -> tuple[str, int | None, str | None]:
    """A headline, the rank before it and the badge beside it."""
    title, rank, badge = text.strip(), None, None
    if not loose and title[-1:] not in _MOMENT_ENDS and title[:1] not in _RANK_STARTS:
        return title, None, None
    for _ in range(4):
        before = title
        for run in loose:
            if len(run) <= 14 and len(run) * 3 <= len(title) and (title.endswith(run) or title.startswith(run)):
                title = title.removesuffix(run) if title.endswith(run) else title.removeprefix(run)
                title = title.strip()
                if not any(c.isdigit() for c in run):
                    badge = run
        if title[-1:] in _MOMENT_ENDS:
            title = _MOMENT.sub("", title) or title
        found = _RANK.match(title) if title[:1] in _RANK_STARTS else None
        if found and len(title) - found.end() >= 6:
            rank = int(unicodedata.normalize("NFKC", next(filter(None, found.groups()))))
            title = title[found.end() :]
        title = title.strip()
        if title == before:
            break
    return title, rank, badge


def nfkc(text: str) -> str:
    """Widths and compatibility forms made one."""
    return text if text.isascii() or unicodedata.is_normalized("NFKC", text) else unicodedata.normalize("NFKC", text)


def near_key(text: str) -> str:
    """Headlines that differ in marks, width and white space alone share a key."""
    plain = nfkc(text)
    return _MARKS.sub("", plain) or plain.strip()


def squeeze(text: str) -> str:
    """Text for comparison: NFKC, no white space."""
    return _SPACE.sub("", nfkc(text))
