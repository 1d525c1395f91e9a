"""The things every feature reads: a document, the blocks of the page it came from, and the page's layout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BodyKind = Literal["full", "lead", "none"]
Rendering = Literal["html", "text_all", "text_main"]
Role = Literal["headline", "byline", "caption", "body", "rail_header", "rail_rank", "rail_item", "rail_tag", "other"]

ROLES: tuple[Role, ...] = (
    "headline",
    "byline",
    "caption",
    "body",
    "rail_header",
    "rail_rank",
    "rail_item",
    "rail_tag",
    "other",
)


@dataclass(frozen=True, slots=True)
class Block:
    """One visible block of a page, in reading order."""

    text: str
    role: Role = "other"
    kind: str = ""  # finer than the role where something uses it: date, legal, nav, share, comment, lead_mark ...
    path: str = ""  # element names from the root, HTML only
    link_share: float = 0.0  # share of the characters that stand inside links, 0 to 1
    line: int = 0  # first line of the source text (plain text), 1-based; 0 where unknown
    repeat: bool = False  # the same text stood on the page before


@dataclass(frozen=True, slots=True)
class Layout:
    """How a page spends its characters. Counts of visible characters without white space; shares are the features' work."""

    rendering: Rendering
    chars: int  # all visible characters
    body_chars: int = 0
    rail_chars: int = 0  # rail headers, ranks, items and tags
    widget_chars: int = 0  # share buttons, forms, comments, navigation
    legal_chars: int = 0  # copyright, privacy, reproduction notices
    link_chars: int = 0  # characters inside links (0 for plain text)
    repeat_chars: int = 0  # characters of blocks that stood on the page before
    paragraphs: int = 0  # body blocks
    rails: int = 0  # rail sections
    rail_items: int = 0
    rail_repeats: int = 0  # rail items that repeat an earlier one
    cut: bool = False  # a mark that the text goes on elsewhere (続きを読む, a paywall)


@dataclass(frozen=True, slots=True)
class Document:
    """A headline, or an article, as a feed or a page gives it.

    Parameters
    ----------
    title : str
        The headline.
    body : str or None
        The article's text, paragraphs parted by line breaks; None or white space alone counts as no body.
    body_kind : {"full", "lead", "none"} or None
        Whether the body is whole; None lets the model say.
    tag : str or None
        The label a portal or a rail gives the item (気になる, IT・テック), where there is one.
    layout : Layout or None
        How the page around the article looked, where it was read from a page.
    byline, published, site, section, url : str or None
        What the page says of the article; carried along, never a feature.
    """

    title: str
    body: str | None = None
    body_kind: BodyKind | None = None
    tag: str | None = None
    layout: Layout | None = None
    byline: str | None = None
    published: str | None = None
    site: str | None = None
    section: str | None = None
    url: str | None = None
