"""The names of answers, labels, roles and sources as people read them, Japanese and English."""

from __future__ import annotations

from typing import NamedTuple


class Both(NamedTuple):
    """A name in Japanese and in English."""

    ja: str
    en: str


# As an editor thinks of them; the order is that of a page.
ANSWERS = {
    "sensational": Both("見出しの煽り度", "sensational"),
    "substantive": Both("記事の充実度", "substantive"),
    "delivers": Both("見出しと本文の一致度", "delivers"),
    "whole": Both("本文が全文である見込み", "whole"),
}
LABELS = {
    "keep": Both("通す", "keep"),
    "review": Both("人が確認", "review"),
    "drop": Both("除外", "drop"),
    "informative": Both("情報本位", "informative"),
    "uncertain": Both("どちらとも言えない", "uncertain"),
    "sensational": Both("煽り", "sensational"),
    "substantive": Both("充実", "substantive"),
    "thin": Both("薄い", "thin"),
    "full": Both("全文", "full"),
    "lead": Both("一部のみ", "lead"),
    "none": Both("本文なし", "none"),
}
_GOOD = frozenset(("keep", "informative", "substantive", "full"))
_BAD = frozenset(("drop", "sensational", "thin"))
KINDS = {
    "outlet": Both("報道機関", "news organisation"),
    "institution": Both("機関・団体", "institution"),
    "person": Both("人物", "person"),
    "anonymous": Both("匿名", "anonymous"),
    "public": Both("世間の声", "the public"),
    "hearsay": Both("伝聞", "hearsay"),
}
ROLES = {
    "headline": Both("見出し", "headline"),
    "byline": Both("署名", "byline"),
    "caption": Both("写真説明", "caption"),
    "body": Both("本文", "body"),
    "rail_header": Both("一覧の題", "rail header"),
    "rail_rank": Both("順位", "rail rank"),
    "rail_item": Both("一覧の見出し", "rail item"),
    "rail_tag": Both("一覧のラベル", "rail tag"),
    "other": Both("その他", "other"),
}
RAILS = {
    "ranking": Both("ランキング", "ranking"),
    "recommend": Both("おすすめ", "recommended"),
    "related": Both("関連", "related"),
    "latest": Both("新着", "latest"),
    "topic": Both("話題", "topic"),
    "feature": Both("特集", "feature"),
    "pr": Both("広告", "PR"),
    "other": Both("その他", "other"),
}


def tone(label: str) -> str:
    """Whether a label is to the good (`better`), to the bad (`worse`), or neither (`middle`)."""
    return "better" if label in _GOOD else "worse" if label in _BAD else "middle"
