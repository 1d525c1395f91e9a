"""Bytes as they come -> text. Japanese pages declare Shift_JIS and send UTF-8, or declare nothing: the bytes decide."""

from __future__ import annotations

import codecs
import re

_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""", re.I)
_ALIASES = {"shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932"}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ESCAPES = (b"\x1b$B", b"\x1b$@", b"\x1b(J", b"\x1b(I")
_JAPANESE = re.compile("[\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff]")
_ODD = re.compile("[\ufffd\x80-\x9f\ue000-\uf8ff\uff61-\uff9f]")  # what a wrong table turns Japanese into
_SAMPLE = 200_000


def decode(data: bytes) -> str:
    """Bytes of a page to text: UTF-8, Shift_JIS, EUC-JP, ISO-2022-JP, UTF-16; never fails, broken bytes become U+FFFD.

    The declaration is a hint: where the bytes say otherwise, the bytes are believed.
    """
    for bom, name in _BOMS:
        if data.startswith(bom):
            return data.decode(name, "replace").lstrip("\ufeff")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        if b"\x1b" not in data:
            return text
    return data.decode(_guess(data), "replace")


def _guess(data: bytes) -> str:
    sample = data[:_SAMPLE]
    if any(mark in data for mark in _ESCAPES) and max(data, default=0) < 0x80:
        return "iso2022_jp_2"
    names = ["utf-8", "cp932", "euc_jp"]
    declared = _DECLARED.search(data[:4096])
    if declared:
        name = declared.group(1).decode("ascii").lower()
        names.insert(0, _ALIASES.get(name, name))
    best, best_cost = "utf-8", float("inf")
    for name in dict.fromkeys(names):
        try:
            if not codecs.lookup(name)._is_text_encoding:
                continue
            text = sample.decode(name, "replace")
        except (LookupError, UnicodeError):
            continue
        cost = len(_ODD.findall(text)) - 0.1 * len(_JAPANESE.findall(text))
        if cost < best_cost:
            best, best_cost = name, cost
    return best
