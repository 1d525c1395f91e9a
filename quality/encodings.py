"""Which encoding a text file is in, from its own bytes: Japanese feeds still come as Shift_JIS and EUC-JP.

A guess is only ever made for the whole file; a row that does not decode under it is set aside, never repaired.
"""

from __future__ import annotations

import codecs
import re

from quality.errors import DataError

SAMPLE = 1 << 20
_NAMES = ("utf-8", "cp932", "euc_jp")
_JAPANESE = re.compile("[\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff]")
_ODD = re.compile("[\x80-\x9f\ue000-\uf8ff\uff61-\uff9f]")  # what a wrong table turns Japanese into
_SURROGATE = re.compile("[\udc80-\udcff]")


def detect(sample: bytes) -> str:
    """The encoding most lines of a file's beginning are in: utf-8, cp932 (Shift_JIS), euc_jp or iso2022_jp.

    Raises
    ------
    DataError
        For UTF-16 and UTF-32, whose lines can't be told apart byte by byte.
    """
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise DataError("the file is UTF-16 (or UTF-32); convert it first: iconv -f UTF-16 -t UTF-8")
    if sample.isascii():
        return "iso2022_jp" if b"\x1b$" in sample else "utf-8"
    lines = [line for line in sample[: sample.rfind(b"\n") + 1 or None].split(b"\n") if not line.isascii()]
    return max(_NAMES, key=lambda name: sum(_reads(line, name) for line in lines))  # the first of equals


def _reads(line: bytes, name: str) -> bool:
    try:
        text = line.decode(name)
    except UnicodeDecodeError:
        return False
    return name == "utf-8" or len(_JAPANESE.findall(text)) > len(_ODD.findall(text))


def is_broken(text: str) -> bool:
    """Whether text read with `surrogateescape` holds bytes that did not decode."""
    return _SURROGATE.search(text) is not None
