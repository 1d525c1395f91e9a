"""HTML -> pieces and boxes, in one walk over the tree selectolax (lexbor) builds."""

from __future__ import annotations

import re
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from .meta import declared
from .parts import Box, Piece, Source

# Not shown, or not text: their content never reaches a reader's eye. rt and rp are furigana.
SKIPPED = frozenset(
    "script style template noscript svg math head title meta link iframe object embed canvas audio video "
    "select datalist textarea rt rp rtc map area param source track -comment -doctype".split()
)
INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img input ins kbd label mark nobr q rb ruby s samp "
    "small span strike strong sub sup time tt u var wbr picture".split()
)
_NO_DISPLAY = re.compile(r"display\s*:\s*none", re.I)
_SPACE = re.compile("[ \t\r\f\x0b\xa0\u200b\ufeff]+")
_WRAP = re.compile("(?<=[\u3000-\u9fff\uff00-\uffef])[ \n]*\n[ \n]*(?=[\u3000-\u9fff\uff00-\uffef])")
_MAX_DEPTH = 600  # deeper elements are walked, but share the box of this depth
_ROOT = "body"
_BREAKS = {"br": "\x00", "hr": "\x00\x00"}
_PLAIN, _BOX, _BREAK, _LINK, _SPAN = range(5)


def read_html(source: str) -> Source:
    """Take a page apart. Time and memory grow linearly with its length; nesting depth is unbounded (no recursion)."""
    tree = LexborHTMLParser(source)
    root = tree.body or tree.root
    walk = _Walk()
    if root is not None:
        walk.run(root)
    facts, titles = declared(tree)
    return Source("html", walk.pieces, walk.boxes, facts, titles)


class _Walk:
    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.boxes: list[Box] = [Box(_ROOT, -1, 0)]
        self.open = [0]  # indices of the boxes we stand in
        self.text: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.loose: list[str] = []
        self.marks: list[int] = []  # where in self.text each open marked span began
        self.href: str | None = None  # of the link we stand in, which may enclose whole boxes
        self.link_mark = 0

    def run(self, root: Any) -> None:
        node = root.child
        stack: list[tuple[Any, int]] = []  # an open element and what to do at its end
        while True:
            if node is None:
                if not stack:
                    break
                node, kind = stack.pop()
                if kind != _PLAIN:
                    self.close(kind)
                node = node.next
                continue
            tag = node.tag
            if tag == "-text":
                self.text.append(node.text_content or "")
            elif tag in _BREAKS:
                self.text.append(_BREAKS[tag])
            elif tag not in SKIPPED:
                attributes = node.attributes
                style = attributes.get("style")
                hidden = "hidden" in attributes or (style and "none" in style and _NO_DISPLAY.search(style))
                child = node.child
                if not hidden and tag not in INLINE:
                    self.flush()
                if not hidden and child is not None:
                    stack.append((node, self.enter(tag, attributes)))
                    node = child
                    continue
            node = node.next
        self.flush()
        self.boxes[0].end = len(self.pieces)

    def enter(self, tag: str, attributes: dict[str, str | None]) -> int:
        if tag not in INLINE:
            if len(self.open) >= _MAX_DEPTH:
                return _BREAK
            words = " ".join(filter(None, map(attributes.get, ("class", "id", "role"))))
            self.boxes.append(Box(tag, self.open[-1], len(self.open), words.lower(), len(self.pieces)))
            self.open.append(len(self.boxes) - 1)
            return _BOX
        if tag == "a" and "href" in attributes and self.href is None:
            self.href, self.link_mark = attributes["href"] or "", len(self.text)
            return _LINK
        if "class" in attributes or tag == "time":
            self.marks.append(len(self.text))
            return _SPAN
        return _PLAIN

    def close(self, kind: int) -> None:
        if kind == _LINK:
            self.end_link()
            self.href = None
        elif kind == _SPAN:
            run = _tidy("".join(self.text[self.marks.pop() :]))
            if run:
                self.loose.append(run)
        else:
            self.flush()
            if kind == _BOX:
                self.boxes[self.open.pop()].end = len(self.pieces)

    def end_link(self) -> None:
        run = _tidy("".join(self.text[self.link_mark :]))
        if run and self.href is not None:
            self.links.append((run, self.href))
        self.link_mark = 0

    def flush(self) -> None:
        """End the piece under way. A link or span that goes on past the break leaves its text so far to the piece."""
        if not self.text:
            return
        raw = "".join(self.text)
        if self.href is not None:
            self.end_link()
        self.text.clear()
        if self.marks:
            self.marks = [0] * len(self.marks)
        links, loose = self.links, self.loose
        self.links, self.loose = [], []
        if raw.isspace():
            return
        for part in raw.split("\x00\x00") if "\x00" in raw else (raw,):
            text = "\n".join(filter(None, map(_tidy, part.split("\x00")))) if "\x00" in part else _tidy(part)
            if text:
                inside = links if text == raw else [link for link in links if link[0] in text]
                self.pieces.append(Piece(text, self.open[-1], inside, loose))


def _tidy(raw: str) -> str:
    """White space as a browser shows it: runs become one space, a line break between two wide characters nothing."""
    text = raw.strip(" \t\r\n\f\x0b\xa0\u200b\ufeff")
    if "\n" in text:
        text = _WRAP.sub("", _SPACE.sub(" ", text)).replace("\n", " ")
    return _SPACE.sub(" ", text)
