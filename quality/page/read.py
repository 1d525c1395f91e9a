"""read_page: source -> front end -> roles -> rails -> Page."""

from __future__ import annotations

import re

from features.document import Block, Document, Layout, Role

from . import rails as rails_of
from .encoding import decode
from .html import read_html
from .parts import Page, PageError, Rail, Source
from .roles import CUT, assign, link_share
from .text import read_text

MAX_CHARS = 20_000_000
_TAG = re.compile(
    r"<(?:!doctype|html|head|body|div|p|a|span|article|section|h[1-6]|ul|ol|li|table|meta|br|main|script)\b[^<]*>", re.I
)
_WHITE = re.compile(r"\s+")


def read_page(source: str | bytes, *, url: str | None = None) -> Page:
    """Read a page: its article, the rails around it, and what every visible block is."""
    if isinstance(source, bytes | bytearray | memoryview):
        source = decode(bytes(source))
    elif not isinstance(source, str):
        raise PageError(
            f"read_page takes str or bytes, not {type(source).__name__}: pass the page's text, HTML or bytes"
        )
    if len(source) > MAX_CHARS:
        raise PageError(
            f"the page has {len(source):,} characters, more than the {MAX_CHARS:,} read_page takes: cut it first"
        )
    if not source.strip():
        raise PageError("the page is empty: there is no text or HTML in it")
    read = read_html(source) if _TAG.search(source, 0, 200_000) else read_text(source)
    return _page(read, url)


def _page(source: Source, url: str | None) -> Page:
    roles, kinds = assign(source)
    pieces, facts = source.pieces, source.declared
    address = url or facts.get("url")
    rails, repeats = rails_of.build(pieces, roles, address)
    paths = _paths(source)
    blocks = [
        Block(p.text, role, kind, paths[p.box], round(link_share(p), 4), p.line, repeat)
        for p, role, kind, repeat in zip(pieces, roles, kinds, repeats, strict=True)
    ]
    body = "\n".join(b.text.strip() for b in blocks if b.role == "body")
    title = next((b.text.strip() for b in blocks if b.role == "headline"), source.titles[0] if source.titles else "")
    layout = _layout(source, blocks, rails)
    byline = next((b.text.strip() for b in blocks if b.role == "byline"), "") or facts.get("byline")
    article = Document(
        title=title,
        body=body or None,
        body_kind="none" if not body else "lead" if layout.cut else "full",
        layout=layout,
        byline=byline or None,
        published=facts.get("published"),
        site=facts.get("site"),
        section=facts.get("section"),
        url=address or None,
    )
    return Page(article, rails, blocks)


def _paths(source: Source) -> list[str]:
    if source.rendering != "html":
        return [""] * len(source.boxes)
    paths: list[str] = []
    for box in source.boxes:
        paths.append(box.tag if box.parent < 0 or box.depth > 60 else f"{paths[box.parent]}/{box.tag}")
    return paths


def _layout(source: Source, blocks: list[Block], rails: list[Rail]) -> Layout:
    sizes = [len(_WHITE.sub("", block.text)) for block in blocks]

    def total(*names: Role | str) -> int:
        return sum(n for n, b in zip(sizes, blocks, strict=True) if b.role in names or b.kind in names)

    items = [item for rail in rails for item in rail.items]
    return Layout(
        rendering=source.rendering,
        chars=sum(sizes),
        body_chars=total("body"),
        rail_chars=total("rail_header", "rail_rank", "rail_item", "rail_tag"),
        widget_chars=total("widget", "nav", "share", "comment", "form"),
        legal_chars=total("legal"),
        link_chars=round(sum(n * b.link_share for n, b in zip(sizes, blocks, strict=True))),
        repeat_chars=sum(n for n, b in zip(sizes, blocks, strict=True) if b.repeat),
        paragraphs=sum(b.role == "body" for b in blocks),
        rails=len(rails),
        rail_items=len(items),
        rail_repeats=sum(item.repeat for item in items),
        cut=any(CUT.search(b.text) and b.role == "other" for b in blocks),
    )
