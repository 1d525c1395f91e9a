"""Word lists as data: one file a category, each saying where it came from, and the matcher that finds them in tokens.

A file is plain text: `#` lines say what the list holds and its source, then one entry a line. An entry matches where a
token begins (so 「神」 is not found in 「精神」), and where it ends with `$`, only where a token ends too.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import chain
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


def categories(folder: str) -> frozenset[str]:
    """The names of a folder's lists."""
    return frozenset(e.category for entries in load(folder).values() for e in entries)


Inside = tuple[tuple[int, str], ...]  # (characters, category)
Longer = dict[str, tuple[Entry, ...]]
_NONE: Longer = {}  # one for all: looking into it stays in the processor's cache


@cache
def _starts(folder: str) -> tuple[dict[str, list[Entry]], dict[str, list[Entry]]]:
    """Entries by their first character and by their first two, longest first; and those of one character, which begin many words."""
    lone: dict[str, list[Entry]] = {}
    starts: dict[str, list[Entry]] = {}
    for entry in chain.from_iterable(load(folder).values()):
        starts.setdefault(entry.text[0], []).append(entry)
        (starts.setdefault(entry.text[:2], []) if len(entry.text) > 1 else lone.setdefault(entry.text, [])).append(
            entry
        )
    for start, entries in starts.items():
        if len(start) > 1:
            entries += lone.get(start[0], ())
    return starts, lone


def beginnings(surface: str, folder: str) -> tuple[Inside, Longer]:
    """What may match where a token of this surface begins: entries that end inside it, and by the next character those that go on."""
    starts, lone = _starts(folder)
    found = starts.get(surface[:2]) or lone.get(surface[:1])
    if found is None:
        return (), _NONE  # most words
    inside: list[tuple[int, str]] = []
    longer: dict[str, list[Entry]] = {}
    for entry in found:
        text, whole, category = entry
        if surface.startswith(text):
            if text == surface or not whole:
                inside.append((len(text), category))
        elif text.startswith(surface):
            longer.setdefault(text[len(surface)], []).append(entry)
    return tuple(inside), {char: tuple(entries) for char, entries in longer.items()} if longer else _NONE


def match(text: str, tokens: Sequence[Token], ends: Sequence[int]) -> Hits:
    """Category -> spans in `text`; within a category the longest entry at a place wins and hits do not overlap."""
    hits: Hits = {}
    for token, after in zip(tokens, ends, strict=True):
        if token.listed:
            if token.longer:
                for word, whole, category in token.longer.get(text[after : after + 1], ()):
                    start = after - token.size
                    if text.startswith(word, start):
                        end = start + len(word)
                        if not (whole and _inside_token(text, end, ends)):
                            _add(hits, category, start, end)
            if token.inside:
                start = after - token.size
                for size, category in token.inside:
                    _add(hits, category, start, start + size)
    return hits


def _add(hits: Hits, category: str, start: int, end: int) -> None:
    spans = hits.get(category)
    if spans is None:
        hits[category] = [(start, end)]
    elif spans[-1][1] <= start:
        spans.append((start, end))


def _inside_token(text: str, place: int, ends: Sequence[int]) -> bool:
    if place >= len(text) or text[place].isspace():
        return False
    return ends[bisect_left(ends, place)] != place
