"""What a word is to prose, as one byte: its part of speech, its script, and whether it is polite or of the first person.

A body has hundreds of words, and each look at a word object waits for memory: one look takes the byte, and what a feature
counts is counted in the bytes of the whole text at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

# A name of a person or a place is a 固有名詞, and that a 名詞.
_PARTS = ("", "副詞", "形容詞", "助詞", "名詞", "固有名詞", "人名", "地名")
_SCRIPTS = ("", "hiragana", "katakana", "kanji", "latin")
POLITE = frozenset(["です", "ます", "でし", "まし", "ませ", "でしょう", "ましょう"])
FIRST = frozenset(["私", "わたし", "僕", "ぼく", "俺", "筆者", "我々", "私たち", "自分", "うち"])
_CODES = [(part, script, told) for part in _PARTS for script in _SCRIPTS for told in ("", "polite", "first")]
_CODE = {what: code for code, what in enumerate(_CODES)}
_TOLD = dict.fromkeys(POLITE, 1) | dict.fromkeys(FIRST, 2)  # how far behind the plain word's class
_NOUNS = _PARTS[4:]


def word_class(surface: str, pos: tuple[str, str, str, str], script: str) -> int:
    """The byte of a word: 0 to 255."""
    return _plain(pos, script) + _TOLD.get(surface, 0)


@cache
def _plain(pos: tuple[str, str, str, str], script: str) -> int:
    part = pos[0] if pos[0] in _PARTS[1:5] else ""
    if part == "名詞" and pos[1] == "固有名詞":
        part = pos[2] if pos[2] in ("人名", "地名") else "固有名詞"
    return _CODE[part, script if script in _SCRIPTS else "", ""]


def _where(*wanted: str) -> Array:
    """Whether each class is one of those wanted."""
    return np.array([not {*wanted}.isdisjoint(what) for what in _CODES])


_COUNTED = {name: _where(name) for name in ("副詞", "形容詞", "助詞", "人名", "地名", "polite", "first")}
_COUNTED |= {"名詞": _where(*_NOUNS), "固有名詞": _where(*_NOUNS[1:])}
_COUNTS = np.stack([*_COUNTED.values()], axis=1).astype(np.int64)
_SCRIPT = np.array([_SCRIPTS.index(script) for _, script, _ in _CODES])
_IS_NOUN = bytes(map(int, _COUNTED["名詞"])).ljust(256, b"\0")
_IS_NAME = bytes(map(int, _COUNTED["固有名詞"])).ljust(256, b"\0")


class WordClasses:
    """The classes of a text's words, and what is counted in them.

    Parameters
    ----------
    codes : bytes
        One a word.
    sizes : sequence of int
        Characters of each word.
    """

    def __init__(self, codes: bytes, sizes: Sequence[int]) -> None:
        self._codes = codes
        numbers = np.frombuffer(codes, np.uint8)
        counted = np.bincount(numbers, minlength=len(_CODES)) @ _COUNTS
        self.count: dict[str, int] = dict(zip(_COUNTED, counted.tolist(), strict=True))
        chars = np.bincount(_SCRIPT.take(numbers), sizes, len(_SCRIPTS))
        self.chars: dict[str, int] = dict(
            zip(_SCRIPTS, chars.astype(np.int64).tolist(), strict=True)
        )  # of words wholly in a script

    @property
    def nouns(self) -> bytes:
        """1 for each word that is a noun, else 0."""
        return self._codes.translate(_IS_NOUN)

    @property
    def names(self) -> bytes:
        """1 for each word that is a proper name, else 0."""
        return self._codes.translate(_IS_NAME)
