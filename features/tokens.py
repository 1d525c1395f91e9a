"""The MeCab boundary: fugashi and unidic-lite. Nothing else in the project touches a Tagger.

MeCab is asked for each token's surface and its *left context id* only (`%m` and `%phl`): that costs what `-Owakati`
costs, where reading node features costs twice as much, and the id names the part of speech, conjugation type and
form exactly (`left-id.def` ships with the dictionary). Tokens are memoised by that pair, so the same word is one
object everywhere and a text costs one dictionary look-up a token.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from features import lexicon

_MEMO_LIMIT = 400_000  # distinct (surface, id) pairs kept, about 100 MB; news needs some 150,000 in a year
_CHUNK = 4_000  # characters given to MeCab at once, so that a lattice stays small whatever the text


class Token:
    """A token: surface, part of speech and script. Equal tokens are the same object while they are remembered.

    What a text adds up is worked out here, once a word: `kinds`, all that the token counts as (its parts of speech at every level,
    and its script once a character), and the entries of the style lexicons that end `inside` it or begin with it and go on (`longer`).
    """

    __slots__ = ("cform", "inside", "kinds", "longer", "pos1", "pos2", "pos3", "script", "size", "surface")

    def __init__(self, surface: str, pos: tuple[str, str, str, str]) -> None:
        self.surface = surface
        self.size = len(surface)
        self.pos1, self.pos2, self.pos3, self.cform = pos
        self.script = script_of(surface)
        self.kinds = _kinds(self)
        self.inside, self.longer = lexicon.beginnings(surface, "style")

    def __repr__(self) -> str:
        return f"Token({self.surface!r}, {self.pos1}-{self.pos2})"


def script_of(surface: str) -> str:
    """The script of a token: hiragana, katakana, kanji, latin, digit, symbol, or mixed (kanji with kana)."""
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


_shared: dict[
    tuple[str, ...], tuple[str, ...]
] = {}  # the same kinds are one object, which stays in the processor's cache


def _kinds(token: Token) -> tuple[str, ...]:
    parts = tuple(p for p in (token.pos1, token.pos2, token.pos3) if p in _COUNTED)
    if token.pos1 in ("助動詞", "形容詞") and token.surface in _AUXILIARIES:
        parts += (_AUXILIARIES[token.surface],)
    parts += (token.script,) * token.size
    return _shared.setdefault(parts, parts)


class _Memo(dict[str, Token]):
    """MeCab's output line -> Token; built on demand, bounded."""

    def __missing__(self, line: str) -> Token:
        surface, _, left_id = line.rpartition("\t")
        token = Token(surface, _parts_of_speech()[int(left_id)])
        if len(self) >= _MEMO_LIMIT:
            self.clear()
        self[line] = token
        return token


_local = threading.local()
_memo = _Memo()
_pos_table: list[tuple[str, str, str, str]] = []
_pos_lock = threading.Lock()


def _dictionary() -> Path:
    import unidic_lite

    return Path(unidic_lite.DICDIR)


def _parts_of_speech() -> list[tuple[str, str, str, str]]:
    """Left context id -> (pos1, pos2, pos3, conjugation form), read once from the dictionary's own table."""
    if not _pos_table:
        with _pos_lock:
            if not _pos_table:
                table: list[tuple[str, str, str, str]] = []
                with open(_dictionary() / "left-id.def", encoding="utf-8") as lines:
                    for number, line in enumerate(lines):
                        left_id, _, feature = line.rstrip("\n").partition(" ")
                        fields = feature.split(",")
                        if int(left_id) != number or len(fields) < 6:
                            raise RuntimeError(
                                f"unidic-lite's left-id.def is not as expected at line {number + 1}: {line[:60]!r}"
                            )
                        table.append((fields[0], fields[1], fields[2], fields[5]))
                _pos_table.extend(table)
    return _pos_table


def _tagger() -> Any:
    """This thread's Tagger: one shared by threads answers wrongly without an error."""
    tagger = getattr(_local, "tagger", None)
    if tagger is None:
        import fugashi

        folder = _dictionary()
        # paths are quoted for MeCab's own option parser; -O "" keeps dicrc's output format from overriding -F
        options = rf'-d "{folder}" -r "{folder / "mecabrc"}" -O "" -F "%m\t%phl\n" -E ""'
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
    parse = _tagger().parse
    lines = parse(text) if len(text) <= _CHUNK else "\n".join(filter(None, map(parse, _chunks(text))))
    return list(map(_memo.__getitem__, lines.split("\n"))) if lines else []


def _chunks(text: str) -> list[str]:
    """Pieces of at most _CHUNK characters, cut after a line break or a full stop where there is one."""
    pieces = []
    start = 0
    while len(text) - start > _CHUNK:
        end = start + _CHUNK
        cut = max(text.rfind("\n", start, end), text.rfind("。", start, end)) + 1
        if cut <= start:
            cut = end
        pieces.append(text[start:cut])
        start = cut
    pieces.append(text[start:])
    return pieces
