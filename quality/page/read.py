"""read_page: source -> front end -> roles -> rails -> Page."""

from __future__ import annotations

import re

from features.document import Block, Document, Layout, Rendering

from . import rails as rails_of
from .encoding import decode
from .html import read_html
from .meta import moment
from .model import RoleModel, shipped
from .parts import Page, PageError, Rail, Source
from .roles import Decided, assign
from .text import read_text

MAX_CHARS = 20_000_000
_TAG = re.compile(
    r"<(?:!doctype|html|head|body|div|p|a|span|article|section|h[1-6]|ul|ol|li|table|meta|br|main|script)\b[^<]*>", re.I
)
_LONGEST_PATH = 400
_WIDGETS = frozenset(("share", "form", "comment", "nav"))
_RAILS = frozenset(("rail_header", "rail_rank", "rail_item", "rail_tag"))


def read_page(source: str | bytes, *, url: str | None = None) -> Page:
    """Read a news page: its article, the rails around it, and what every visible block is.

    HTML or plain text is recognised by itself. Bytes may be UTF-8, Shift_JIS, EUC-JP, ISO-2022-JP or UTF-16, whatever
    they declare; broken bytes become U+FFFD. Nothing is fetched.

    Parameters
    ----------
    source : str or bytes
        The page as served, or saved as text. At most 20 million characters.
    url : str, optional
        Its address, to make links absolute; else the canonical link that the page declares.

    Returns
    -------
    Page
        ``article.body`` is None and ``article.body_kind`` "none" where the page holds no article.

    Raises
    ------
    PageError
        Where there is nothing to read: no page at all, white space alone, more than the bound.

    Notes
    -----
    Time and memory grow linearly with the page, whatever its nesting: about 5 ms for a page of 100 kB; a page of 10 MB
    or of 100,000 links takes seconds and a few hundred MB.

    Examples
    --------
    >>> page = read_page("<h1>市、橋を架け替え</h1><p>市は3日、古い橋を架け替えると発表した。工事は来年春に始まり、2年かかる。</p>")
    >>> page.article.title
    '市、橋を架け替え'
    """
    return read_with(shipped(), source, url=url)


def read_with(model: RoleModel, source: str | bytes, *, url: str | None = None) -> Page:
    """read_page with a role model of one's own."""
    read = front_end(source)
    return _page(read, assign(read, model), url)


def front_end(source: str | bytes) -> Source:
    """Pieces and boxes of a page, HTML or text."""
    if isinstance(source, bytes | bytearray | memoryview):
        source = decode(bytes(source))
    elif not isinstance(source, str):
        raise PageError(f"read_page takes str or bytes, not {type(source).__name__}: pass the page's HTML or text")
    if len(source) > MAX_CHARS:
        raise PageError(f"the page has {len(source):,} characters, read_page takes {MAX_CHARS:,}: cut it first")
    if not source.strip():
        raise PageError("the page is empty: there is no text or HTML in it")
    return read_html(source) if _TAG.search(source, 0, 200_000) else read_text(source)


def _page(source: Source, decided: Decided, url: str | None) -> Page:
    pieces, roles, facts = source.pieces, decided.roles, source.declared
    address = rails_of.Address(url).absolute(facts.get("url")) or url
    rails = rails_of.build(pieces, roles, rails_of.Address(url or address))
    paths = _paths(source)
    blocks = [
        Block(p.text, role, kind, paths[p.box], share, p.line, repeat)
        for p, role, kind, share, repeat in zip(
            pieces, roles, decided.kinds, decided.link_share, rails_of.repeats(pieces, roles), strict=True
        )
    ]
    body = "\n".join(block.text.strip() for block in blocks if block.role == "body")
    shown = next((" ".join(block.text.split()) for block in blocks if block.role == "headline"), None)
    byline = next((block.text.strip() for block in blocks if block.role == "byline"), None)
    article = Document(
        title=shown or next(iter(source.titles), ""),
        body=body or None,
        body_kind="none" if not body else "lead" if decided.cut else "full",
        layout=_layout(source, blocks, decided.visible, rails, decided.cut),
        byline=facts.get("byline") or byline,
        published=moment(facts.get("published", "")) or _shown_moment(blocks),
        site=facts.get("site"),
        section=facts.get("section"),
        url=address or None,
    )
    return Page(article, rails, blocks)


def _shown_moment(blocks: list[Block]) -> str | None:
    """The first moment shown between the headline and the article's end."""
    places = [i for i, block in enumerate(blocks) if block.role in ("headline", "body")]
    if not places:
        return None
    around = blocks[max(0, places[0] - 3) : places[-1] + 3]
    return next(
        filter(None, (moment(b.text) for b in around if b.role in ("other", "byline") and len(b.text) < 80)), None
    )


def _paths(source: Source) -> list[str]:
    """Element names from the root, as far as a path of any page needs."""
    tags, parents = source.boxes.tags, source.boxes.parents
    if source.rendering != "html":
        return [""] * len(tags)
    paths = [tags[0]]
    for tag, parent in zip(tags[1:], parents[1:], strict=True):
        above = paths[parent]
        paths.append(above if len(above) > _LONGEST_PATH else f"{above}/{tag}")
    return paths


def _rendering(source: Source, sizes: dict[str, int], total: int) -> Rendering:
    """Text holds the main content alone where hardly anything but the article was saved."""
    if source.rendering == "html":
        return "html"
    around = sizes["rail"] + sizes["widget"]
    return "text_main" if sizes["body"] and around < 0.1 * total else "text_all"


def _layout(source: Source, blocks: list[Block], visible: list[int], rails: list[Rail], cut: bool) -> Layout:
    sizes = dict.fromkeys(("body", "rail", "widget", "legal", "repeat"), 0)
    total, linked, paragraphs = 0, 0.0, 0
    for block, size in zip(blocks, visible, strict=True):
        total += size
        linked += size * block.link_share
        if block.repeat:
            sizes["repeat"] += size
        if block.role == "body":
            sizes["body"] += size
            paragraphs += 1
        elif block.role in _RAILS:
            sizes["rail"] += size
        elif block.kind in _WIDGETS:
            sizes["widget"] += size
        elif block.kind == "legal":
            sizes["legal"] += size
    items = [item for rail in rails for item in rail.items]
    return Layout(
        rendering=_rendering(source, sizes, total),
        chars=total,
        body_chars=sizes["body"],
        rail_chars=sizes["rail"],
        widget_chars=sizes["widget"],
        legal_chars=sizes["legal"],
        link_chars=round(linked),
        repeat_chars=sizes["repeat"],
        paragraphs=paragraphs,
        rails=len(rails),
        rail_items=len(items),
        rail_repeats=sum(item.repeat for item in items),
        cut=cut,
    )
