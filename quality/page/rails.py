"""Rails from roles: headings, ranks, items and tags in reading order become sections with items."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from urllib.parse import urljoin

from features.document import Role

from . import cues
from .parts import Piece, Rail, RailItem
from .titles import headlines, near_key

TYPES = (
    ("pr", re.compile(r"\bPR\b|ＰＲ|広告|スポンサー|提供")),
    ("ranking", re.compile("ランキング|ランク|人気|よく読まれ|アクセス|ranking|popular", re.I)),
    ("related", re.compile("関連|あわせて|合わせて|同じカテゴリ|この連載|時系列|related", re.I)),
    ("recommend", re.compile("おすすめ|オススメ|お勧め|注目|ピックアップ|読まれて|こちらも|次に読|セレクション|recommend|pick ?up", re.I)),
    ("latest", re.compile("新着|最新|最近|速報|トップニュース|主要ニュース|主要トピック|トピックス|latest|what's new|new ", re.I)),
    ("topic", re.compile("話題|トピック|topics?", re.I)),
    ("feature", re.compile("特集|連載|コラム|シリーズ|フォト|写真|feature", re.I)),
)  # fmt: skip
_APART = 8  # this many pieces of something else part two rails
_CUT = re.compile(r"[\s…]+$|\.{2,}$")
_PREFIX = 10


def type_of(section: str) -> str:
    """The kind of rail a heading announces; "other" where it doesn't say."""
    return next((name for name, cue in TYPES if cue.search(section)), "other")


class _Seen:
    """Headlines met so far; one cut short with … repeats the whole one it begins, and the other way round."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self.whole: dict[str, list[str]] = {}
        self.cut: dict[str, list[str]] = {}

    def repeats(self, title: str) -> bool:
        key = near_key(title)
        if key in self.keys:
            return True
        self.keys.add(key)
        if len(key) < _PREFIX:
            return False
        head, shortened = key[:_PREFIX], bool(_CUT.search(title))
        (self.cut if shortened else self.whole).setdefault(head, []).append(key)
        if any(key.startswith(other) for other in self.cut.get(head, ())[:50] if other != key):
            return True
        return shortened and any(other.startswith(key) for other in self.whole.get(head, ())[:50])


def build(pieces: list[Piece], roles: list[Role], address: Address) -> list[Rail]:
    """The rails of a page."""
    rails: list[Rail] = []
    items: list[RailItem] = []
    section, rank, last = "", None, -_APART
    seen = _Seen()

    def close() -> None:
        if items:
            kind = type_of(section)
            if kind == "other" and sum(item.rank is not None for item in items) * 2 > len(items):
                kind = "ranking"
            rails.append(Rail(section, kind, items.copy()))
            items.clear()

    for i, (piece, role) in enumerate(zip(pieces, roles, strict=True)):
        if role == "rail_header":
            close()
            section, rank, last = " ".join(piece.text.split()), None, i
        elif role == "rail_rank":
            found = cues.RANK.fullmatch(piece.text)
            rank = int(unicodedata.normalize("NFKC", found.group(1))) if found else None
        elif role == "rail_item":
            if i - last > _APART:
                close()
                section = ""
            for title, own, badge, link in headlines(piece):
                place = own if rank is None else rank
                items.append(RailItem(title, place, badge, address.absolute(link), seen.repeats(title)))
            rank, last = None, i
        elif role == "rail_tag" and items:
            items[-1] = replace(items[-1], tag=piece.text.strip())
            last = i
        elif role in ("body", "headline"):
            close()
            section = ""
    close()
    return rails


def repeats(pieces: list[Piece], roles: list[Role]) -> list[bool]:
    """For every piece, whether the same text stood on the page before; ranks and tags repeat by nature: no mark."""
    texts: set[str] = set()
    marks = []
    for piece, role in zip(pieces, roles, strict=True):
        marks.append(piece.text in texts and role not in ("rail_rank", "rail_tag"))
        texts.add(piece.text)
    return marks


class Address:
    """Where a page stands, to make its links absolute; without one, links stay as they are."""

    def __init__(self, base: str | None) -> None:
        self.base = base if base and base.startswith(("http://", "https://")) else ""
        parts = self.base.split("?", 1)[0].split("#", 1)[0].split("/")
        self.origin = "/".join(parts[:3])
        self.folder = "/".join(parts[:-1]) + "/" if len(parts) > 3 else self.origin + "/"

    def absolute(self, link: str | None) -> str | None:
        link = link.strip() if link else ""
        if not link or not self.base or link.startswith(("https://", "http://")):
            return link or None
        if "/." not in link and "//" not in link:  # most links; urljoin knows the rest and costs twenty times as much
            if link[0] == "/":
                return self.origin + link
            if link[0].isalnum() and ":" not in link:
                return self.folder + link
        try:
            return urljoin(self.base, link)
        except ValueError:
            return link
