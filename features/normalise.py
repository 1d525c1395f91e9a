"""Normalised text, and the way back to the caller's own characters.

Features are measured on normalised text (NFKC, invisible characters and dress-up removed, white space folded), so that half-width kana,
full-width Latin, zero-width characters, emoji or decorative brackets change nothing; spans are given in the text as the caller wrote it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import pairwise

from features import lexicon
from features.late import late

_JA = "ぁ-ゟァ-ヺー一-鿿々"
# Text of these characters alone needs nothing but its white space folded: most text, told by one fast match.
_SIGNS = "A-Za-z0-9 \u3000、。「」『』【】〈〉《》〜・→―─!?%&()+=<>,./:'\"-"
_PLAIN = re.compile(f"[{_JA}{_SIGNS}]*")
_LINES = late(
    f"[ぁ-ゖゝゞァ-ヺー一-鿿々\n{_SIGNS}]*"
)  # of several lines; voicing marks on their own are composed there
# Control and format characters that show nothing (line breaks and tabs are white space and handled as such), variation
# selectors, and lone surrogates, which no encoder accepts.
_INVISIBLE = late(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffc\ud800-\udfff\U000e0000-\U000e0fff]+"
)
# Pictures and marks laid over letters: they decorate, and split the words they stand in.
_PICTURES = (
    "\u0300-\u036f\u20d0-\u20ff\u3099\u309a\u23e9-\u23f3\u2600-\u2604\u2607-\u263f\u2668-\u2669\u2670-\u2756\u2758-\u275c"
    "\u2763-\u2767\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55\U0001f000-\U0001f12f\U0001f16a-\U0001f16f\U0001f18a-\U0001f1ff\U0001f260-\U0001faff"
)
# What NFKC leaves apart: one mark a kind of bracket and quotation, plain digits and letters for boxed ones.
_LOOKALIKES = (
    dict.fromkeys("“”‟„〝〞〟❝❞", '"')
    | dict.fromkeys("‘’‛", "'")
    | dict.fromkeys("❗❕", "!")
    | dict.fromkeys("❓❔", "?")
    | dict.fromkeys("…⋯", "...")
    | {"‥": "..."}  # a short ellipsis, not two full stops
    | dict(zip("«»﹁﹂﹃﹄❬❭❮❯~", "《》「」『』〈〉〈〉〜", strict=True))
    | dict(zip("[]〔〕❰❱❲❳〖〗〘〙〚〛⟦⟧⟪⟫≪≫⁅⁆⦋⦌⦗⦘", "【】" * 13, strict=True))
    | {chr(c): str(int(unicodedata.numeric(chr(c)))) for c in (*range(0x2776, 0x2794), *range(0x24EB, 0x24FF))}
    | {chr(first + i): chr(65 + i) for first in (0x1F150, 0x1F170) for i in range(26)}
)
# Full-width forms are folded by the same table, so that most headlines need no NFKC.
_WIDE = {chr(c): unicodedata.normalize("NFKC", chr(c)) for c in range(0xFF01, 0xFF5F)}
_FOLD = str.maketrans(_LOOKALIKES | {wide: _LOOKALIKES.get(char, char) for wide, char in _WIDE.items()})
# What there is to fold, and the boxed letters' whole stretch: beyond U+FFFF `re` goes through a set one by one.
_TO_FOLD = "".join(re.escape(chr(c)) for c in _FOLD if c < 0x10000) + "\U0001f150-\U0001f189"
_FOLDED = late(f"[{_TO_FOLD}][{_TO_FOLD}]*")
# Applied in order to folded text: (what, by what); a replacement is never longer than what it replaces.
_STEPS = (
    (
        late(
            # what any of them begins with comes first, and is searched for at once
            f"[{_PICTURES}.*_^`´☆★♪♡♥!?ー〜・。【】](?:(?<=[{_PICTURES}])[{_PICTURES}]*"
            # 衝.撃, 閲*覧: a mark slipped between two letters hides a word from a word list; no Japanese spelling needs it there
            f"|(?<=[{_JA}]\\.)(?=[{_JA}])|(?<=[{_JA}][*_^`´☆★♪♡♥])[*_^`´☆★♪♡♥]{{0,2}}(?=[{_JA}])"
            # marks repeated for show: !!!!!! says no more than !!, 【【 no more than 【
            "|(?<=[!?]{3})[!?]*|(?<=[ー〜]{2})[ー〜]*|(?<=・{4})・*|(?<=。{4})。*|(?<=\\.{4})\\.*|(?<=【【)【*|(?<=】】)】*)"
        ),
        "",
    ),
    (late("・・・|。。。"), "..."),
    (late("<<"), "【"),
    (late(">>"), "】"),
)
# What the steps are for begins with one of these, or with two marks in a row: a fast look before the slow ones.
_ODD = late(f"[{_PICTURES}*_^`´☆★♪♡♥]")
_RUN = re.compile("[!?ー〜・。.【】<>][!?ー〜・。.【】<>]")
# NFKC sorts the marks laid over a letter, at the cost of their number's square; no script lays more than a few.
_STORM = late(r"(?:[^\w\s]|[ﾞﾟ]){64,}")
_GUST = late(r"(?:[^\w\s]|[ﾞﾟ]){2}")  # in every 32nd character: what each storm shows there
_REACH = 8  # pieces looked ahead when matching a normalised character to its source


def normalise(text: str, lines: bool = False) -> str:
    """`text` as the features read it; with `lines`, line breaks are kept (runs of them as one)."""
    whole = (_LINES if "\n" in text else _PLAIN).fullmatch
    plain = whole(text)
    if not plain:
        text = _fold(text)
        plain = whole(text)
        if not plain:
            text = _INVISIBLE.sub("", text)
            if _GUST.search(text[::32]):
                text = _STORM.sub(_calm, text)
            text = _fold(unicodedata.normalize("NFKC", text))
    if "." in text or _RUN.search(text) or (not plain and _ODD.search(text)):
        for what, by in _STEPS:
            text = what.sub(by, text)
    if lines:
        return "\n".join(filter(None, map(_fold_space, text.splitlines())))
    return _fold_space(text)


class _Folds(dict[str, str]):
    """What there is to fold -> what it becomes; runs of several are worked out anew."""

    def __missing__(self, run: str) -> str:
        return run.translate(_FOLD)


_FOLDS = _Folds({chr(code): folded for code, folded in _FOLD.items()})


def _fold(text: str) -> str:
    """What `text.translate(_FOLD)` gives, which asks its table for every character."""
    return _FOLDED.sub(lambda found: _FOLDS[found[0]], text)


def _calm(storm: re.Match[str]) -> str:
    """A run of marks without what is laid over its later part."""
    run = storm.group()
    return run[:32] + "".join(c for c in run[32:] if c not in "ﾞﾟ" and unicodedata.category(c)[0] != "M")


def _fold_space(text: str) -> str:
    """White space as single blanks, and none inside a word written apart (衝 撃)."""
    words = text.split()
    if len(words) < 2:
        return words[0] if words else ""
    tight = _tight_pairs()
    folded = words[0]
    for before, word in pairwise(words):
        apart = before[-1] + word[0] in tight or (len(before) == len(word) == 1 and min(before, word) >= "ぁ")
        folded += word if apart else " " + word
    return folded


@cache
def _tight_pairs() -> frozenset[str]:
    """Neighbouring kanji or katakana of loud words: a blank between them is there to split the word."""
    loud = lexicon.words("style", "drama", "shout", "curiosity", "emotive")
    pairs = {a + b for word in loud for a, b in pairwise(word)}
    return frozenset(p for p in pairs if re.fullmatch("[一-鿿]{2}|[ァ-ヺー]{2}", p))


def offsets(text: str, normal: str) -> list[int]:
    """For each character of `normal` (= normalise(text)) the index in `text` it came from, and `len(text)` at the end.

    Slow path, for reasons and attributions only: the text is normalised in clusters (a base character with what
    combines with it), and the clusters' characters are then matched in order, since normalising only drops or folds.
    """
    chars: list[str] = []
    sources: list[int] = []
    start = 0
    while start < len(text):
        end = start + 1
        while end < min(len(text), start + 32) and _joins(text[end]):
            end += 1
        cluster = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text[start:end])).translate(_FOLD)
        chars += cluster
        sources += [start] * len(cluster)
        start = end
    flat = "".join(chars)
    for what, by in _STEPS:
        flat, sources = _substitute(what, by, flat, sources)
    pieces: list[tuple[str, int]] = []
    for char, source in zip(flat, sources, strict=True):
        char = " " if char.isspace() else char
        if char != " " or not pieces or pieces[-1][0] != " ":
            pieces.append((char, source))
    found: list[int] = []
    at = 0
    for char in normal:
        char = " " if char == "\n" else char
        # what folding white space dropped is passed over
        here = next((i for i in range(at, min(at + _REACH, len(pieces))) if pieces[i][0] == char), None)
        if here is None:
            # a cluster that normalises differently on its own (Hangul letters, rare marks): stay, do not lose the rest
            found.append(pieces[min(at, len(pieces) - 1)][1] if pieces else 0)
            continue
        found.append(pieces[here][1])
        at = here + 1
    found.append(len(text))
    return found


def _substitute(what: re.Pattern[str], by: str, text: str, sources: list[int]) -> tuple[str, list[int]]:
    """`what.sub(by, text)`, and the sources of what is left."""
    kept: list[int] = []
    at = 0
    for match in what.finditer(text):
        start, end = match.span()
        kept += sources[at:start] + sources[start:end][: len(by)]
        at = end
    return what.sub(by, text), kept + sources[at:]


def _joins(char: str) -> bool:
    return unicodedata.combining(char) != 0 or char in "ﾞﾟ"
