"""Word lists as data: one file a category, each saying where it came from, and the matcher that finds them in tokens.

A file is plain text: `#` lines say what the list holds and its source, then one entry a line. An entry matches where a
token begins (so 「神」 is not found in 「精神」), and where it ends with `$`, only where a token ends too.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import NamedTuple

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


def match(text: str, starts: list[int], ends: set[int], table: dict[str, tuple[Entry, ...]]) -> Hits:
    """Category -> spans in `text`; within a category the longest entry at a place wins and hits do not overlap."""
    hits: Hits = {}
    get = table.get
    for start in starts:
        entries = get(text[start])
        if entries is None:
            continue
        for entry in entries:
            if text.startswith(entry.text, start):
                end = start + len(entry.text)
                if entry.whole and end not in ends:
                    continue
                spans = hits.setdefault(entry.category, [])
                if not spans or spans[-1][1] <= start:
                    spans.append((start, end))
    return hits
