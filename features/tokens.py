"""The MeCab boundary: fugashi and unidic-lite. Nothing else in the project touches a Tagger.

MeCab is asked for each token's surface, the white space before it, and its *left context id* only (`%M` and `%phl`):
that costs what `-Owakati` costs, where reading node features costs twice as much, and the id names the part of speech,
conjugation type and form exactly (`left-id.def` ships with the dictionary). Tokens are memoised by that pair, so the
same word is one object everywhere and a text costs one dictionary look-up a token.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from features import lexicon
from features.word_class import word_class

_MEMO_LIMIT = 120_000  # distinct (surface, id) pairs kept, about 50 MB; news needs 150,000 in a year, half of them once
_MEMO_LINE = 80  # characters; longer runs are nobody's word, and would make gigabytes of those
_CHUNK = 4_000  # characters given to MeCab at once, so that a lattice stays small whatever the text
_RECORD = "\x1e"  # between MeCab's lines: normalised text has none, where a line break may stand before a token


class Token:
    """A token: surface, part of speech and script. Equal tokens are the same object while they are remembered.

    What a text adds up is worked out here, once a word: `tally`, all that the token counts as (see `KINDS`) packed into
    one number, `code`, its class in prose (`features.word_class`), `key`, the number that stands for its surface, and the
    entries of the style lexicons that end `inside` it or begin with it and go on (`longer`).
    """

    __slots__ = (
        "cform", "code", "inside", "key", "kinds", "listed", "longer", "pos1", "pos2", "pos3", "script", "size", "step",
        "surface", "tally",
    )  # fmt: skip

    def __init__(self, surface: str, pos: tuple[str, str, str, str], blank: int = 0) -> None:
        self.surface = surface
        self.size = len(surface)
        self.key = key(surface)
        self.step = blank + self.size  # characters since the end of the token before
        self.pos1, self.pos2, self.pos3, self.cform = pos
        self.script = script_of(surface)
        self.kinds = _kinds(self.pos1, self.pos2, self.pos3, surface if surface in _AUXILIARIES else "")
        self.tally = _tally(self.kinds, self.script, self.size)
        self.inside, self.longer = lexicon.beginnings(surface, "style")
        self.listed = bool(self.inside or self.longer)
        self.code = word_class(surface, pos, self.script)

    def __repr__(self) -> str:
        return f"Token({self.surface!r}, {self.pos1}-{self.pos2})"


def key(word: str) -> int:
    """64 bits (SipHash, seeded anew in each process) that part any two words a model will ever meet; never -1.

    Of the word's UTF-8, because Python's hash of a str is that of its memory, where 前 and MR are the same two bytes.
    """
    return hash(word.encode())


# What nearly every word is, told by one match.
_SCRIPT = re.compile(
    "(?P<hiragana>[\u3041-\u309c\u309f]+)|(?P<katakana>[\u30a1-\u30ff]+)|(?P<kanji>[\u3400-\u4dbf\u4e00-\u9fff々]+)"
    "|(?P<digit>[0-9]+)|(?P<latin>[A-Za-z]+)"
)


def script_of(surface: str) -> str:
    """The script of a token: hiragana, katakana, kanji, latin, digit, symbol, or mixed (kanji with kana)."""
    plain = _SCRIPT.fullmatch(surface)
    if plain:
        return str(plain.lastgroup)
    seen = {_char_script(c) for c in surface}
    seen.discard("mark")
    if len(seen) == 1:
        return seen.pop()
    if not seen:
        return "katakana" if surface else "symbol"
    return "mixed"


def _char_script(char: str) -> str:
    code = ord(char)
    if char in "ーゝゞ":
        return "mark"
    if 0x3041 <= code <= 0x309F:
        return "hiragana"
    if 0x30A1 <= code <= 0x30FF:
        return "katakana"
    if (
        0x4E00 <= code <= 0x9FFF
        or 0x3400 <= code <= 0x4DBF
        or char in "々〆〇"
        or 0xF900 <= code <= 0xFAFF
        or code >= 0x20000
    ):
        return "kanji"
    if char.isdigit():
        return "digit"
    if char.isalpha():
        return "latin"
    return "symbol"


_COUNTED = frozenset(
    {
        "名詞", "代名詞", "連体詞", "動詞", "形容詞", "形状詞", "副詞", "感動詞", "接続詞",
        "固有名詞", "人名", "地名", "数詞", "格助詞", "係助詞", "接続助詞", "終助詞",
    }
)  # fmt: skip
_AUXILIARIES = (
    dict.fromkeys(("た", "だ"), "past")
    | dict.fromkeys(("ない", "なかっ", "なく", "なけれ", "ぬ", "ず", "ねえ"), "negation")
    | dict.fromkeys(("です", "ます", "でし", "まし", "でしょう", "ましょう", "ません"), "polite")
)


SCRIPTS = ("hiragana", "katakana", "kanji", "latin", "digit", "symbol", "mixed")
# What a token may count as: a part of speech of any level, an auxiliary's meaning, and its script once a character.
KINDS: tuple[str, ...] = (*sorted(_COUNTED), *dict.fromkeys(_AUXILIARIES.values()), *SCRIPTS)
_BITS = 32  # a kind's share of a tally: no text has 2^32 characters
_PLACE = {kind: i * _BITS for i, kind in enumerate(KINDS)}
TALLY_BYTES = len(KINDS) * _BITS // 8


def pack(kinds: Iterable[str]) -> int:
    """Kinds as a tally: adding tallies adds up every kind at once. `tally.to_bytes(TALLY_BYTES, "little")` is `KINDS` as uint32."""
    return sum(1 << _PLACE[kind] for kind in kinds)


@cache
def _tally(kinds: tuple[str, ...], script: str, size: int) -> int:
    # words that count as the same share one number, which stays in the processor's cache
    return pack(kinds) + (size << _PLACE[script])


def count(tally: int, kind: str) -> int:
    """How often a tally holds a kind."""
    return tally >> _PLACE[kind] & (1 << _BITS) - 1


@cache
def _kinds(pos1: str, pos2: str, pos3: str, auxiliary: str) -> tuple[str, ...]:
    parts = tuple(p for p in (pos1, pos2, pos3) if p in _COUNTED)
    return (*parts, _AUXILIARIES[auxiliary]) if auxiliary and pos1 in ("助動詞", "形容詞") else parts


class _Memo(dict[str, Token]):
    """MeCab's output line -> Token; built on demand, bounded."""

    def __missing__(self, line: str) -> Token:
        spaced, _, left_id = line.rpartition("\t")
        surface = spaced.lstrip()
        token = Token(surface, _parts_of_speech(int(left_id)), len(spaced) - len(surface))
        if len(line) <= _MEMO_LINE:
            if len(self) >= _MEMO_LIMIT:
                self.clear()
            self[line] = token
        return token


_local = threading.local()
_memo = _Memo()


def _dictionary() -> Path:
    import unidic_lite

    return Path(unidic_lite.DICDIR)


@cache
def _left_ids() -> list[str]:
    return (_dictionary() / "left-id.def").read_text(encoding="utf-8").split("\n")


@cache
def _parts_of_speech(number: int) -> tuple[str, str, str, str]:
    """(pos1, pos2, pos3, conjugation form) of a left context id, read from the dictionary's own table."""
    line = _left_ids()[number]
    left_id, _, feature = line.partition(" ")
    fields = feature.split(",")
    if left_id != str(number) or len(fields) < 6:
        raise RuntimeError(f"unidic-lite's left-id.def is not as expected at line {number + 1}: {line[:60]!r}")
    return fields[0], fields[1], fields[2], fields[5]


def _tagger() -> Any:
    """This thread's Tagger: one shared by threads answers wrongly without an error."""
    tagger = getattr(_local, "tagger", None)
    if tagger is None:
        import fugashi

        folder = _dictionary()
        # paths are quoted for MeCab's own option parser; -O "" keeps dicrc's output format from overriding -F
        options = rf'-d "{folder}" -r "{folder / "mecabrc"}" -O "" -F "%M\t%phl{_RECORD}" -E ""'
        tagger = _local.tagger = fugashi.GenericTagger(options)
    return tagger


def tokenize(text: str) -> list[Token]:
    """Tokens of a normalised text (see `features.analysis.normalise`), white space left out.

    Parameters
    ----------
    text : str
        No control characters other than line breaks, no lone surrogates.

    Returns
    -------
    list of Token
        In order; every surface stands in `text` after the one before it.
    """
    return tokenize_all([text])[0]


def tokenize_all(texts: Iterable[str]) -> list[list[Token]]:
    """`tokenize` of each, a seventh faster: MeCab's dictionary and the remembered words do not push each other out of the cache."""
    parse = _tagger().parse
    found = [parse(text) if len(text) <= _CHUNK else _parse_long(text) for text in texts]
    remembered = _memo.__getitem__
    return [list(map(remembered, lines.split(_RECORD))) if lines else [] for lines in found]


def _parse_long(text: str) -> str:
    return _RECORD.join(filter(None, map(_tagger().parse, _chunks(text))))


def _chunks(text: str) -> list[str]:
    """Pieces of at most _CHUNK characters, cut before a line break or after a full stop where there is one.

    White space begins a piece and never ends one: MeCab tells of it with the token that follows.
    """
    pieces = []
    start = 0
    while len(text) - start > _CHUNK:
        end = start + _CHUNK
        cut = max(text.rfind("\n", start + 1, end), text.rfind("。", start, end) + 1)
        if cut <= start:
            cut = end
        while cut > start + 1 and text[cut - 1].isspace():
            cut -= 1
        pieces.append(text[start:cut])
        start = cut
    pieces.append(text[start:])
    return pieces
