"""What keeps a parser's time and memory in bounds, whatever a page holds."""

from __future__ import annotations

import re

from .elements import named
from .parts import PageError

# Void elements, and those whose end the next one implies: they don't nest.
_FLAT = named(
    "area base br col embed hr img input link meta param source track wbr "
    "p li dt dd tr td th thead tbody tfoot option colgroup rt rp"
)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>")
_DEEPEST = 3000
_MANY_TAGS = 20_000  # below, no nesting is deep enough to be slow


def flatten(source: str) -> str:
    """Drop the tags nested deeper than any page's: HTML parsers take time quadratic in the depth."""
    if source.count("<") <= _MANY_TAGS:
        return source
    kept, last, depth = [], 0, 0
    for tag in _TAG.finditer(source):
        if tag.group(2).lower() in _FLAT:
            continue
        closing = bool(tag.group(1))
        depth = max(0, depth - 1) if closing else depth + 1
        if depth + closing > _DEEPEST:
            kept.append(source[last : tag.start()])
            last = tag.end()
    return "".join(kept) + source[last:] if kept else source


# A parser opens those left open again in each block that follows; <a> and <nobr> close themselves.
_FORMATTING = re.compile(r"</?(?:b|big|code|em|font|i|s|small|strike|strong|tt|u)(?=[\s/>])[^>]*>", re.I)
_MOST_COPIES = 1_000_000  # elements it may make of them, some 350 MB


def plain(source: str) -> str:
    """Drop bold, font and the like where their number times that of the blocks is beyond any page's: 80 kB could ask for 6 GB."""
    tags = source.count("<")
    if tags * tags <= _MOST_COPIES:
        return source
    kinds = set(_FORMATTING.findall(source))  # of equal ones a parser keeps three open
    return _FORMATTING.sub("", source) if 3 * len(kinds) * tags > _MOST_COPIES else source


# From its name to its end, as a parser reads a tag; each match goes on where the one before it ended, so all are found in one pass.
_WHOLE_TAG = re.compile(r"""<[a-zA-Z](?:[^>=]++|=\s*+(?:"[^"]*+"?|'[^']*+'?)?)*+>?""")
_BETWEEN = re.compile(r"[\s/]+")
_MOST_ATTRIBUTES = 10_000
_SHORT = 100_000  # a page of fewer characters can't hold enough of them to be slow


def check_attributes(source: str) -> None:
    """Refuse a page with a tag of more attributes than any has: parsers take time quadratic in their number."""
    if len(source) <= _SHORT:
        return
    for tag in _WHOLE_TAG.finditer(source):
        if tag.end() - tag.start() > 2 * _MOST_ATTRIBUTES and len(_BETWEEN.findall(tag.group())) > _MOST_ATTRIBUTES:
            raise PageError(f"the page has a tag of more than {_MOST_ATTRIBUTES:,} attributes: {tag.group()[:40]!r}")
