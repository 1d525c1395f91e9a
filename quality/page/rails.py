"""Rails from roles: headings, ranks, items and tags in reading order become sections with items."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urljoin

from features.document import Role

from .parts import Piece, Rail, RailItem
from .roles import RANK

TYPES = (
    ("pr", re.compile(r"\bPR\b|［PR］|\[PR\]|広告|スポンサー|提供")),
    ("ranking", re.compile("ランキング|ランク|人気|よく読まれ|アクセス|ranking", re.I)),
    ("related", re.compile("関連|あわせて|合わせて|同じカテゴリ|この連載|related", re.I)),
    (
        "recommend",
        re.compile(
            "おすすめ|オススメ|お勧め|注目|ピックアップ|読まれて|こちらも|次に読|セレクション|recommend|pick ?up", re.I
        ),
    ),
    ("latest", re.compile("新着|最新|最近|速報|トップニュース|主要ニュース|latest|new", re.I)),
    ("topic", re.compile("話題|トピック|topics?", re.I)),
    ("feature", re.compile("特集|連載|コラム|シリーズ|フォト|写真|feature", re.I)),
)
_EDGES = re.compile("^[「『“‟”\"'\\[【]+|[」』”\"'\\]】。！!]+$")


def type_of(section: str) -> str:
    """The kind of rail a heading announces; "other" where it doesn't say."""
    return next((name for name, cue in TYPES if cue.search(section)), "other")


def build(pieces: list[Piece], roles: list[Role], base: str | None) -> tuple[list[Rail], list[bool]]:
    """The rails, and for every piece whether the same text stood on the page before."""
    rails: list[Rail] = []
    section: str | None = None
    items: list[RailItem] = []
    seen: set[str] = set()
    rank: int | None = None

    def close() -> None:
        if items:
            rails.append(Rail(section or "", type_of(section or ""), list(items)))
            items.clear()

    for piece, role in zip(pieces, roles, strict=True):
        if role == "rail_header":
            close()
            section, rank = piece.text.strip(), None
        elif role == "rail_rank":
            found = RANK.fullmatch(piece.text.strip())
            rank = int(unicodedata.normalize("NFKC", found.group(1))) if found else None
        elif role == "rail_item":
            title, link = title_of(piece)
            key = near_key(title)
            items.append(RailItem(title, rank, None, absolute(link, base), key in seen))
            seen.add(key)
            rank = None
        elif role == "rail_tag" and items:
            last = items[-1]
            items[-1] = RailItem(last.title, last.rank, piece.text.strip(), last.link, last.repeat)
        elif role == "body":
            close()
            section = None
    close()
    texts: set[str] = set()
    repeats = []
    for piece, role in zip(pieces, roles, strict=True):
        key = near_key(piece.text)
        repeats.append(key in texts and role not in ("rail_rank", "rail_tag"))
        texts.add(key)
    return rails, repeats


def title_of(piece: Piece) -> tuple[str, str | None]:
    if piece.links:
        text, href = max(piece.links, key=lambda link: len(link[0]))
        return text, href
    return piece.text.strip(), None


def near_key(text: str) -> str:
    """Headlines that differ in marks and white space alone share a key."""
    plain = unicodedata.normalize("NFKC", text)
    key = "".join(c for c in plain if c.isalnum())
    return key or plain.strip()


def absolute(link: str | None, base: str | None) -> str | None:
    if not link or not base:
        return link or None
    try:
        return urljoin(base, link.strip())
    except ValueError:
        return link
