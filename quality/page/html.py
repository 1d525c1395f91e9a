"""HTML -> pieces and boxes, in one walk over the tree selectolax (lexbor) builds."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import accumulate
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from .bounds import check_attributes, flatten, plain
from .elements import BARE, INLINE, SKIPPED
from .meta import declared
from .parts import Boxes, Piece, Source

_NO_DISPLAY = re.compile(r"display\s*:\s*none", re.I)
_SPACE = re.compile("[ \t\r\f\x0b\xa0\u200b\ufeff]+")
_BLANK = " \t\r\n\f\x0b\xa0\u200b\ufeff\u3000"
_WRAP = re.compile("(?<=[\u3000-\u9fff\uff00-\uffef])[ ]*+\n[ \n]*+(?=[\u3000-\u9fff\uff00-\uffef])")
_MAX_DEPTH = 600  # deeper elements are walked, but share the box of this depth
_ROOT = "body"
_BREAKS = {"br": "\x00", "hr": "\x00\x00"}
_PLAIN, _BOX, _BREAK, _LINK, _SPAN, _HIDDEN = range(6)


def read_html(source: str) -> Source:
    """Take a page apart. Time and memory grow linearly with its length; elements nested deeper than 3,000 are flattened,
    and tags that only cost are dropped or refused."""
    check_attributes(source)
    tree = LexborHTMLParser(plain(flatten(source)))
    root = tree.body or tree.root
    walk = _Walk()
    if root is not None:
        walk.run(root)
    facts, titles = declared(tree)
    return Source("html", walk.pieces, walk.boxes, facts, titles)


class _Walk:
    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.boxes = Boxes()
        self.boxes.add(_ROOT, -1, "", 0)
        self.open = [0]  # indices of the boxes we stand in
        self.waiting: list[tuple[str, dict[str, str | None]]] = []  # elements inside them that hold no text so far
        self.text: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.begun: list[int] = []  # where in self.text each of them began
        self.loose: list[str] = []
        self.marks: list[int] = []  # where in self.text each open marked span of a link began
        self.href: str | None = None  # of the link we stand in, which may enclose whole boxes
        self.link_mark = 0

    def run(self, root: Any) -> None:
        """One loop without calls for the commonest nodes: it runs thousands of times a page."""
        node = root.child
        stack: list[Any] = []  # open elements
        kinds: list[int] = []  # what to do at the end of each
        text, inlines, skipped, breaks, bare = self.text, INLINE, SKIPPED, _BREAKS, BARE
        while True:
            if node is None:
                if not stack:
                    break
                kind = kinds.pop()
                if kind:
                    self.close(kind)
                node = stack.pop().next
                continue
            tag = node.tag
            if tag == "-text":
                run = node.text_content
                if run and not run.isspace():
                    text.append(run)
                elif text:
                    text.append(" ")
            elif tag in breaks:
                text.append(breaks[tag])
            elif tag not in skipped:
                child = node.child
                if tag in inlines:
                    if child is not None:
                        if tag in bare:
                            kind = _PLAIN
                        else:
                            attributes = node.attributes
                            kind = _PLAIN if not attributes else self.enter_inline(tag, attributes)
                        if kind != _HIDDEN:
                            stack.append(node)
                            kinds.append(kind)
                            node = child
                            continue
                else:
                    if text:
                        self.flush()
                    if child is not None:
                        kind = self.enter(tag, node.attributes)
                        if kind != _HIDDEN:
                            stack.append(node)
                            kinds.append(kind)
                            node = child
                            continue
            node = node.next
        if text:
            self.flush()
        self.boxes.ends[0] = len(self.pieces)

    def enter(self, tag: str, attributes: dict[str, str | None]) -> int:
        if "hidden" in attributes or ("style" in attributes and _hides(attributes["style"])):
            return _HIDDEN
        if len(self.open) + len(self.waiting) >= _MAX_DEPTH:
            return _BREAK
        self.waiting.append((tag, attributes))
        return _BOX

    def settle(self) -> None:
        """Make boxes of the waiting elements: a piece is about to stand in them."""
        start = len(self.pieces)
        for tag, attributes in self.waiting:
            words = attributes.get("class") or ""
            if "id" in attributes or "role" in attributes:
                words = f"{words} {attributes.get('id') or ''} {attributes.get('role') or ''}"
            self.open.append(self.boxes.add(tag, self.open[-1], words, start))
        self.waiting.clear()

    def enter_inline(self, tag: str, attributes: dict[str, str | None]) -> int:
        if "hidden" in attributes or ("style" in attributes and _hides(attributes["style"])):
            return _HIDDEN
        if tag == "a" and "href" in attributes and self.href is None:
            self.href, self.link_mark = attributes["href"] or "", len(self.text)
            return _LINK
        if self.href is not None and ("class" in attributes or tag == "time"):
            self.marks.append(len(self.text))
            return _SPAN
        return _PLAIN

    def close(self, kind: int) -> None:
        if kind == _LINK:
            self.end_link()
            self.href = None
        elif kind == _SPAN:
            mark = self.marks.pop()
            if len(self.text) > mark:
                run = _tidy("".join(self.text[mark:]))
                if run:
                    self.loose.append(run)
        else:
            if self.text:
                self.flush()
            if kind == _BOX:
                if self.waiting:
                    self.waiting.pop()
                else:
                    self.boxes.ends[self.open.pop()] = len(self.pieces)

    def end_link(self) -> None:
        if len(self.text) > self.link_mark:
            run = _tidy("".join(self.text[self.link_mark :]))
            if run and self.href is not None:
                self.links.append((run, self.href))
                self.begun.append(self.link_mark)
        self.link_mark = 0

    def flush(self) -> None:
        """End the piece under way. A link or span that goes on past the break leaves its text so far to the piece."""
        text = self.text
        if self.href is not None:
            self.end_link()
        raw = text[0] if len(text) == 1 else "".join(text)
        at = self._offsets() if self.links and "\x00\x00" in raw else []
        self.begun = []
        text.clear()
        if self.marks:
            self.marks = [0] * len(self.marks)
        links, loose = self.links, self.loose
        if links:
            self.links = []
        elif raw.isspace():
            return
        self.loose = []
        if "\x00" not in raw:
            self.add(links[0][0] if len(links) == 1 and links[0][0] == raw else _tidy(raw), links, loose)
            return
        end = passed = 0
        for part in raw.split("\x00\x00"):
            end += len(part) + 2
            lines = "\n".join(filter(None, map(_tidy, part.split("\x00"))))
            own = bisect_left(at, end) if at else len(links)
            self.add(lines, [link for link in links[passed:own] if link[0] in lines], loose)
            passed, loose = own, []

    def _offsets(self) -> list[int]:
        """Where in the joined text each link began."""
        places = list(accumulate(map(len, self.text), initial=0))
        return [places[mark] for mark in self.begun]

    def add(self, text: str, links: list[tuple[str, str]], loose: list[str]) -> None:
        if text:
            if self.waiting:
                self.settle()
            self.pieces.append(Piece(text, self.open[-1], links or [], loose))


def _hides(style: str | None) -> bool:
    return style is not None and "none" in style and _NO_DISPLAY.search(style) is not None


def _tidy(raw: str) -> str:
    """White space as a browser shows it: runs become one space, a line break between two wide characters nothing."""
    text = raw.strip()
    if text.isprintable() and "  " not in text:
        return text
    text = text.strip(_BLANK)
    if "\n" in text:
        text = _WRAP.sub("", _SPACE.sub(" ", text)).replace("\n", " ")
    return _SPACE.sub(" ", text)
