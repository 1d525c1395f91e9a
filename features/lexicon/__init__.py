"""Word lists as data: one file a category, each saying where it came from, and the matcher that finds them in tokens.

A file is plain text: `#` lines say what the list holds and its source, then one entry a line. An entry matches where a
token begins (so 「神」 is not found in 「精神」), and where it ends with `$`, only where a token ends too.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from features.tokens import Token

Hits = dict[str, list[tuple[int, int]]]


class Entry(NamedTuple):
    text: str
    whole: bool  # must end where a token ends
    category: str


@cache
def load(folder: str) -> dict[str, tuple[Entry, ...]]:
    """First character -> entries of every list in `features/lexicon/<folder>`, longest first."""
    table: dict[str, list[Entry]] = {}
    for file in sorted(files(__package__).joinpath(folder).iterdir(), key=lambda f: f.name):
        if not file.name.endswith(".txt"):
            continue
        category = file.name.removesuffix(".txt")
        for line in file.read_text(encoding="utf-8").splitlines():
            word = line.strip()
            if not word or word.startswith("#"):
                continue
            entry = Entry(word.removesuffix("$"), word.endswith("$"), category)
            table.setdefault(word[0], []).append(entry)
    return {first: tuple(sorted(set(found), key=lambda e: (-len(e.text), e))) for first, found in table.items()}


def words(folder: str, *categories: str) -> frozenset[str]:
    """The texts of some lists."""
    return frozenset(e.text for entries in load(folder).values() for e in entries if e.category in categories)


@cache
def _by_text(folder: str) -> dict[str, tuple[Entry, ...]]:
    table: dict[str, tuple[Entry, ...]] = {}
    for entries in load(folder).values():
        for entry in entries:
            table[entry.text] = (*table.get(entry.text, ()), entry)
    return table


def reach(surface: str, folder: str) -> tuple[int, ...]:
    """How long the entries are that may match where a token of this surface begins, longest first."""
    entries = load(folder).get(surface[:1], ())
    lengths = {len(e.text) for e in entries if e.text.startswith(surface) or surface.startswith(e.text)}
    return tuple(sorted(lengths, reverse=True))


def match(text: str, tokens: Sequence[Token], starts: Sequence[int]) -> Hits:
    """Category -> spans in `text`; within a category the longest entry at a place wins and hits do not overlap."""
    hits: Hits = {}
    entries_of = _by_text("style").get
    for token, start in zip(tokens, starts, strict=True):
        for size in token.reach:
            entries = entries_of(text[start : start + size])
            end = start + size
            if entries is None or end > len(text):
                continue
            for _, whole, category in entries:
                if whole and _inside_token(text, end, starts):
                    continue
                spans = hits.get(category)
                if spans is None:
                    hits[category] = [(start, end)]
                elif spans[-1][1] <= start:
                    spans.append((start, end))
    return hits


def _inside_token(text: str, place: int, starts: Sequence[int]) -> bool:
    if place >= len(text) or text[place].isspace():
        return False
    at = bisect_left(starts, place)
    return at == len(starts) or starts[at] != place
