"""Normalised text, and the way back to the caller's own characters.

Features are measured on normalised text (NFKC, invisible characters and dress-up removed, white space folded), so that half-width kana,
full-width Latin or zero-width characters change nothing; spans are given in the text as the caller wrote it.
"""

from __future__ import annotations

import re
import unicodedata

# Control and format characters that show nothing (line breaks and tabs are white space and handled as such), variation
# selectors, and lone surrogates, which no encoder accepts.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffc\ud800-\udfff\U000e0000-\U000e0fff]+"
)
# 衝.撃, 閲*覧: a separator slipped between two kanji hides a word from a word list; no Japanese spelling needs it there.
_WEDGE = re.compile(r"(?<=[一-鿿々])[.*_^~`´]{1,3}(?=[一-鿿々])")
# One quotation mark a kind: feeds mix half a dozen look-alikes for the same scare quote, and NFKC leaves them apart.
_QUOTES = str.maketrans(
    {
        "“": '"',
        "”": '"',
        "‟": '"',
        "„": '"',
        "〝": '"',
        "〞": '"',
        "〟": '"',
        "＂": '"',
        "«": "《",
        "»": "》",
        "‘": "'",
        "’": "'",
        "‛": "'",
        "﹁": "「",
        "﹂": "」",
        "﹃": "『",
        "﹄": "』",
    }
)
_REACH = 8  # pieces looked ahead when matching a normalised character to its source
_FOLDED_QUOTES = re.compile("[“”‟„〝〞〟«»‘’‛]")


def normalise(text: str, lines: bool = False) -> str:
    """`text` as the features read it; with `lines`, line breaks are kept (runs of them as one)."""
    if not text.isascii():
        if _INVISIBLE.search(text):
            text = _INVISIBLE.sub("", text)
        text = unicodedata.normalize("NFKC", text)
        if _FOLDED_QUOTES.search(text):
            text = text.translate(_QUOTES)
        if _WEDGE.search(text):
            text = _WEDGE.sub("", text)
    elif _INVISIBLE.search(text):
        text = _INVISIBLE.sub("", text)
    if lines:
        return "\n".join(filter(None, (" ".join(line.split()) for line in text.splitlines())))
    return " ".join(text.split())


def offsets(text: str, normal: str) -> list[int]:
    """For each character of `normal` (= normalise(text)) the index in `text` it came from, and `len(text)` at the end.

    Slow path, for reasons and attributions only: the text is normalised in clusters (a base character with what
    combines with it), and the clusters' characters are then matched in order, since normalising only drops or folds.
    """
    pieces: list[tuple[str, int]] = []
    start = 0
    while start < len(text):
        end = start + 1
        while end < len(text) and _joins(text[end]):
            end += 1
        cluster = _INVISIBLE.sub("", text[start:end])
        for char in unicodedata.normalize("NFKC", cluster).translate(_QUOTES):
            char = " " if char.isspace() else char
            if char != " " or not pieces or pieces[-1][0] != " ":
                pieces.append((char, start))
        start = end
    found: list[int] = []
    at = 0
    for char in normal:
        char = " " if char == "\n" else char
        # what normalising dropped is passed over: folded white space, a wedge of up to three marks
        here = next((i for i in range(at, min(at + _REACH, len(pieces))) if pieces[i][0] == char), None)
        if here is None:
            # a cluster that normalises differently on its own (Hangul letters, rare marks): stay, do not lose the rest
            found.append(pieces[min(at, len(pieces) - 1)][1] if pieces else 0)
            continue
        found.append(pieces[here][1])
        at = here + 1
    found.append(len(text))
    return found


def _joins(char: str) -> bool:
    return unicodedata.combining(char) != 0 or char in "ﾞﾟ"
