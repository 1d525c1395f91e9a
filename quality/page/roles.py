"""One role for every piece, whichever front end it came from."""

from __future__ import annotations

import re
import unicodedata

from features.document import Role

from .parts import Piece, Source

SENTENCE = re.compile("。|[！？!?][」』）)]?$")
RANK = re.compile(r"(?:第|No\.?|#)?\s*([0-9０-９]{1,3})\s*[位.．]?")
MOMENT = re.compile(
    r"(?:\d{4}[年/.\-]\s?)?\d{1,2}[月/.\-]\s?\d{1,2}日?|\d{1,2}[:：時]\d{2}|[0-9０-９]{1,2}(?:分|時間|日|秒)前|\d{1,2}日"
)
HEADER = re.compile(
    "ランキング|おすすめ|オススメ|お勧め|関連|読まれて|読んで|話題|トピックス|新着|最新|特集|ピックアップ|注目|人気|あわせて|こちらも|アクセス"
    "|ニュース|記事|連載|セレクション|速報|まとめ|Ranking|RANKING|Pick ?up|PICK ?UP|Recommend|RECOMMEND|Related|Topics|TOPICS|PR"
)
LEGAL = re.compile(
    "無断(?:転載|複製|使用)|転載を禁|著作権|All [Rr]ights|Copyright|©|\\(C\\)|Ⓒ|プライバシー|利用規約|特定商取引|個人情報(?:の取|保護方針)"
)
WIDGET = re.compile(
    "シェア|ツイート|ブックマーク|はてブ|いいね|コメント|ログイン|会員登録|フォロー|メール|印刷|LINE|Facebook|Twitter|検索|メニュー|スキップ|もっと見る|一覧"
)
CAPTION = re.compile(
    "(?:引用|出典|写真|画像|提供|撮影|Photo|フォト|イラスト)\\s?[:：=＝／/]|(?:提供|撮影)$|^写真[・／]"
)
BYLINE = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.]+|^(?:文|取材|執筆|著者|ライター|記者|編集)[:：／/・]|(?:記者|特派員|編集委員|編集部)$|アクセス$"
)
CUT = re.compile("続きを読む|続きをお読み|続きは|会員限定|有料会員|残り[0-9０-９,，]+文字|この記事は会員|無料登録")


def squeeze(text: str) -> str:
    """Text for comparison: NFKC, no white space."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def assign(source: Source) -> tuple[list[Role], list[str]]:
    """A role and a finer kind for every piece of the source."""
    pieces = source.pieces
    roles: list[Role] = ["other"] * len(pieces)
    kinds = [""] * len(pieces)
    for i in body_of(source):
        roles[i] = "body"
    items = [roles[i] == "other" and _is_item(piece, source) for i, piece in enumerate(pieces)]
    first = next((i for i, role in enumerate(roles) if role == "body"), len(pieces))
    title = headline_of(source, first)
    if title is not None:
        roles[title] = "headline"
    for i, piece in enumerate(pieces):
        if roles[i] != "other":
            continue
        text = piece.text
        if items[i]:
            roles[i] = "rail_item"
        elif LEGAL.search(text):
            kinds[i] = "legal"
        elif len(text) < 60 and CAPTION.search(text):
            roles[i] = "caption"
        elif RANK.fullmatch(text) and i + 1 < len(pieces) and items[i + 1]:
            roles[i] = "rail_rank"
        elif i and roles[i - 1] == "rail_item" and piece.box and not piece.bullet and len(text.strip()) <= 14:
            roles[i] = "rail_tag" if not MOMENT.search(text) else "other"
        elif (
            not piece.bullet and len(text) <= 40 and not text.startswith("コメント") and _heads_items(i, items, pieces)
        ):
            roles[i] = "rail_header"
        elif len(text) < 60 and BYLINE.search(text.strip()):
            roles[i] = "byline"
        elif len(text) < 60 and MOMENT.search(text):
            kinds[i] = "date"
        elif len(text) < 60 and WIDGET.search(text):
            kinds[i] = "widget"
    for i in range(len(pieces) - 2, 0, -1):
        near = roles[i + 1] in ("byline", "body") or kinds[i + 1] == "date"
        if (
            roles[i] == "other"
            and not kinds[i]
            and near
            and title is not None
            and i > title
            and len(pieces[i].text) < 20
        ):
            roles[i] = "byline"
    return roles, kinds


def body_of(source: Source) -> list[int]:
    """The pieces of the article: the stretch of the page with the most running text."""
    best, best_range, run, start = 0.0, (0, 0), 0.0, 0
    values = [_running(piece, source) for piece in source.pieces]
    for i, value in enumerate(values):
        if run <= 0:
            run, start = 0.0, i
        run += value
        if run > best:
            best, best_range = run, (start, i + 1)
    return [i for i in range(*best_range) if values[i] > 0] if best >= 30 else []


def headline_of(source: Source, first: int) -> int | None:
    declared = [squeeze(title) for title in source.titles]
    best, best_score = None, 0.0
    for i, piece in enumerate(source.pieces[:first]):
        text = squeeze(piece.text)
        score = 0.0
        if any(text in title for title in declared) and len(text) >= 5:
            score = 1 + len(text) / 100
        elif not declared and not piece.bullet and len(text) >= 10 and not WIDGET.search(piece.text):
            score = 1 - (first - i) / 1000 if len(text) >= 15 else 0.1
        score += source.boxes[piece.box].tag == "h1"
        if score > best_score:
            best, best_score = i, score
    return best


def link_share(piece: Piece) -> float:
    linked = sum(len(text) for text, _ in piece.links)
    return min(1.0, linked / max(1, len(piece.text)))


def _running(piece: Piece, source: Source) -> float:
    text = piece.text
    if LEGAL.search(text):
        return -30.0
    if piece.bullet or piece.indent >= 2 or link_share(piece) > 0.5:
        return -20.0
    if SENTENCE.search(text) and len(text) >= 15:
        return float(len(text))
    return -5.0


def _is_item(piece: Piece, source: Source) -> bool:
    length = len(piece.text)
    if not 10 <= length <= 120 or LEGAL.search(piece.text):
        return False
    if source.rendering == "html":
        return link_share(piece) > 0.6 and len(piece.links) == 1
    return piece.bullet or (piece.box > 0 and piece.indent >= 2)


def _heads_items(i: int, items: list[bool], pieces: list[Piece]) -> bool:
    ahead = next((j for j in range(i + 1, min(i + 3, len(items))) if items[j]), None)
    return ahead is not None and (bool(HEADER.search(pieces[i].text)) or pieces[i].gap > 0 and pieces[ahead].gap > 0)
