"""One RSS 2.0 or Atom document: its bait left out, or marked; every other byte as it came.

The document is read by expat for where its items begin and end, and is then cut, never rebuilt. A document type
declaration is refused as it stands: no entity is expanded and nothing is fetched.
"""

from __future__ import annotations

import codecs
import html
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from features.document import Document
from quality.encode import json_line
from quality.errors import DataError
from quality.model import QualityModel
from quality.scoring import Score, score_many
from quality.stats import Stats

NAMESPACE = "urn:feed-quality:1"
_MAX_BYTES = 64 << 20
_MAX_DEPTH = 1_000
_ATOM = "http://www.w3.org/2005/Atom"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_FIELDS = {  # element of an item -> what it is to us
    "title": "title",
    "description": "lead",
    f"{_CONTENT} encoded": "body",
    f"{_ATOM} title": "title",
    f"{_ATOM} summary": "lead",
    f"{_ATOM} content": "body",
}
_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._:-]+)["']""")
_TAG = re.compile(r"<[^<>]*>")
_LONG_NUMBER = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{8,});?")
_BREAK = re.compile(r"</?(?:p|br|div|li|h[1-6])\b[^<>]*>", re.I)
_CODECS = {  # encodings a feed may declare, and the codec that reads them; Shift_JIS on the web is Microsoft's
    "utf-8": "utf-8",
    "us-ascii": "ascii",
    "iso-8859-1": "latin-1",
    "windows-1252": "cp1252",
    "euc-jp": "euc_jp",
    "iso-2022-jp": "iso2022_jp",
    **dict.fromkeys(("shift_jis", "shift-jis", "x-sjis", "windows-31j", "cp932"), "cp932"),
}


@dataclass
class _Item:
    """An item of the feed: where it stands, in bytes, and the text of the fields we read."""

    start: int
    inner_end: int = 0  # where its end tag begins
    end: int = 0
    texts: dict[str, list[str]] = field(default_factory=dict)

    def document(self) -> Document | None:
        """The item to score; None without a title. A summary is a lead; whole content says itself what it is."""
        title, lead, body = (_plain("".join(self.texts.get(name, ()))) for name in ("title", "lead", "body"))
        title = " ".join(title.split())
        if not title:
            return None
        return Document(title, body) if body else Document(title, lead or None, body_kind="lead" if lead else None)


def filter_feed(
    data: bytes,
    *,
    model: QualityModel,
    policy_name: str = "p95",
    annotate: bool = False,
    rejects: Path | None = None,
    stats: Stats | None = None,
) -> bytes:
    """The document without the items whose verdict is `drop`; with `annotate`, with those items marked.

    A mark is an empty element at the item's end, `<fq:score xmlns:fq="urn:feed-quality:1" verdict="drop" …/>`. An item
    without a title can't be scored: it stays, and is counted and set aside as a reject.

    Raises
    ------
    DataError
        Where the document is no well-formed RSS 2.0 or Atom, declares a document type, or is larger than 64 MB.
    """
    begun = time.monotonic()
    stats = stats or Stats()
    text, encoding = _as_utf8(data)
    items = _items(text)
    documents = [item.document() for item in items]
    scores = iter(score_many([d for d in documents if d is not None], model=model, policy_name=policy_name))
    cuts: list[tuple[int, int, bytes]] = []
    aside = []
    for number, (item, document) in enumerate(zip(items, documents, strict=True)):
        if document is None:
            stats.reject()
            aside.append(json_line({"row": number, "reason": "title is missing"}))
            continue
        score = next(scores)
        stats.verdict(score.verdict)
        if score.verdict == "drop":
            cuts.append(
                (item.inner_end, item.inner_end, _mark(score)) if annotate else (*_with_indent(text, item), b"")
            )
    if rejects is not None:
        rejects.write_bytes(b"".join(aside))
    clean = _cut(text, cuts)
    for _ in documents:
        stats.latency(time.monotonic() - begun)
    return data if not cuts else clean if encoding is None else clean.decode().encode(encoding)


def _as_utf8(data: bytes) -> tuple[bytes, str | None]:
    """The document in UTF-8, and the encoding to give it back in (None: it is in UTF-8)."""
    if len(data) > _MAX_BYTES:
        raise DataError(f"the feed has {len(data):,} bytes; at most {_MAX_BYTES:,} are read")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        name = (
            "utf-16-le" if data.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
        )  # these keep the mark as a character
    else:
        declared = _DECLARED.match(data.removeprefix(codecs.BOM_UTF8))
        said = declared.group(1).decode().lower() if declared else "utf-8"
        if said not in _CODECS:
            raise DataError(f"the feed's encoding {said} is not read; convert the feed to UTF-8")
        name = _CODECS[said]
    try:
        text = data.decode(name)
        same = codecs.lookup(name).name == "utf-8"
        if not same and text.encode(name) != data:
            name = "shift_jis" if name == "cp932" and data.decode("shift_jis").encode("shift_jis") == data else name
        return (data, None) if same else (text.encode(), name)
    except UnicodeError as error:
        raise DataError(f"the feed does not read as {name}, the encoding it names: {error}") from error


def _items(text: bytes) -> list[_Item]:
    """The items of a feed in UTF-8, in order."""
    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    reader = _Reader(parser, text)
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    parser.StartDoctypeDeclHandler = reader.doctype
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise DataError(f"the feed is no well-formed XML: {error}") from error
    return reader.items


class _Reader:
    """What expat tells, in the order it tells it."""

    def __init__(self, parser: Any, text: bytes) -> None:
        self.parser, self.text = parser, text
        self.items: list[_Item] = []
        self._path: list[str] = []
        self._item: _Item | None = None
        self._name = ""  # the item element's name
        self._level = 0  # how deep the item's children stand
        self._into: list[str] | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(name)
        if len(self._path) > _MAX_DEPTH:
            raise DataError(f"the feed nests more than {_MAX_DEPTH} elements")
        if len(self._path) == 1:
            if name not in ("rss", f"{_ATOM} feed"):
                raise DataError(f"the root element is {name[:60]!r}; an RSS 2.0 <rss> or an Atom <feed> is read")
            self._name, self._level = ("item", 4) if name == "rss" else (f"{_ATOM} entry", 3)
        elif name == self._name and len(self._path) == self._level - 1:
            self._item = _Item(self.parser.CurrentByteIndex)
        elif self._item is not None and len(self._path) == self._level and name in _FIELDS:
            self._into = self._item.texts.setdefault(_FIELDS[name], [])

    def end(self, name: str) -> None:
        if self._item is not None and len(self._path) == self._level - 1:
            at = self.parser.CurrentByteIndex
            self._item.inner_end, self._item.end = at, self.text.index(b">", at) + 1
            self.items.append(self._item)
            self._item = None
        elif len(self._path) == self._level:
            self._into = None
        elif self._into is not None:
            self._into.append(" ")  # an element inside a field (Atom's xhtml) parts words
        self._path.pop()

    def characters(self, text: str) -> None:
        if self._into is not None:
            self._into.append(text)

    def doctype(self, *declared: Any) -> None:
        raise DataError("the feed declares a document type; RSS and Atom need none, and none is read")


def _plain(text: str) -> str:
    """The text of a field that may hold HTML. A reference to a character that can't be is dropped: Python refuses long numbers."""
    return html.unescape(_LONG_NUMBER.sub("\ufffd", _TAG.sub("", _BREAK.sub("\n", text)))).strip()


def _with_indent(text: bytes, item: _Item) -> tuple[int, int]:
    """The item's span with the white space before it, so that no empty line is left."""
    start = item.start
    while start > 0 and text[start - 1] in b" \t\r\n":
        start -= 1
    return start, item.end


def _mark(score: Score) -> bytes:
    values = {"verdict": score.verdict, "sensational": f"{score.sensational:g}", "quality": f"{score.quality:g}"}
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in values.items())
    return f'<fq:score xmlns:fq="{NAMESPACE}"{attributes}/>'.encode()


def _cut(text: bytes, cuts: list[tuple[int, int, bytes]]) -> bytes:
    pieces, at = [], 0
    for start, end, instead in cuts:
        pieces += [text[at:start], instead]
        at = end
    return b"".join([*pieces, text[at:]])
