"""What HTML's elements mean for the flow of a page."""

from __future__ import annotations


def named(names: str) -> frozenset[str]:
    return frozenset(names.split())


# Not shown, or not text: their content never reaches a reader's eye. rt and rp are furigana.
SKIPPED = named(
    "script style template noscript svg math head title meta link iframe object embed canvas audio video select datalist "
    "textarea rt rp rtc map area param source track -comment -doctype"
)
# These stand within a line; every other element begins and ends a block.
INLINE = named(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img input ins kbd label mark nobr q rb ruby s samp small "
    "span strike strong sub sup time tt u var wbr picture"
)
# Inline elements whose attributes are not worth asking for.
BARE = named("b strong em i font u small sub sup ruby rb")
