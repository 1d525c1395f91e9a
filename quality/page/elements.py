"""What HTML's elements mean for the flow of a page, and what keeps a parser's time in bounds."""

from __future__ import annotations

import re


def _named(names: str) -> frozenset[str]:
    return frozenset(names.split())


# Not shown, or not text: their content never reaches a reader's eye. rt and rp are furigana.
SKIPPED = _named(
    "script style template noscript svg math head title meta link iframe object embed canvas audio video select datalist "
    "textarea rt rp rtc map area param source track -comment -doctype"
)
# These stand within a line; every other element begins and ends a block.
INLINE = _named(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img input ins kbd label mark nobr q rb ruby s samp small "
    "span strike strong sub sup time tt u var wbr picture"
)
# Inline elements whose attributes are not worth asking for.
BARE = _named("b strong em i font u small sub sup ruby rb")
# Void elements, and those whose end the next one implies: they don't nest.
_FLAT = _named(
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
