"""Plain text (a page saved or pasted as text) -> the same pieces and boxes: a piece a line, a box a list."""

from __future__ import annotations

import re

from .parts import Boxes, Piece, Source

_BULLET = re.compile("[•‣◦▪●○■□◆◇▶▷►*·・※-][ \t\u3000]+(?=\\S)")
_BLANK = " \t\r\f\x0b\xa0\u200b\ufeff"
_LINE = re.compile("\r\n|[\n\r\x0b\f\x85\u2028\u2029]")


def read_text(source: str) -> Source:
    """Take a page apart line by line. Time and memory grow linearly with its length."""
    pieces: list[Piece] = []
    boxes = Boxes()
    boxes.add("body", -1, "", 0)
    gap, inside = 0, 0  # blank lines so far; the list we stand in, 0 for none
    for number, raw in enumerate(_LINE.split(source), 1):
        line = raw.rstrip(_BLANK + "\u3000")
        text = line.lstrip(_BLANK)
        if not text.strip("\u3000"):
            gap += 1
            continue
        indent = len(line) - len(text)
        bullet = _BULLET.match(text)
        if bullet:
            indent += bullet.end()
            text = text[bullet.end() :]
        if bullet and not inside:
            inside = boxes.add("ul", 0, "", len(pieces))
        elif inside and not bullet and indent < 2:
            boxes.ends[inside] = len(pieces)
            inside = 0
        pieces.append(Piece(text, inside, line=number, indent=indent, gap=gap, bullet=bool(bullet)))
        gap = 0
    if inside:
        boxes.ends[inside] = len(pieces)
    boxes.ends[0] = len(pieces)
    return Source("text_all", pieces, boxes)
