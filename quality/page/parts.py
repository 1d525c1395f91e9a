"""What a page is taken apart into: the public Page with its rails, and the pieces and boxes both front ends hand to the roles."""

from __future__ import annotations

from dataclasses import dataclass, field

from features.document import Block, Document, Rendering, Role

__all__ = [
    "Block",
    "Boxes",
    "Document",
    "Page",
    "PageError",
    "Piece",
    "Rail",
    "RailItem",
    "Rendering",
    "Role",
    "Source",
]


class PageError(ValueError):
    """A page that can't be read; the message says what was wrong, where, and what to do."""


@dataclass(frozen=True, slots=True)
class RailItem:
    """One headline of a rail.

    Parameters
    ----------
    title : str
        The headline, without its rank, tag, date or playing time.
    rank : int or None
        Its place, where the rail numbers its items.
    tag : str or None
        The label beside it (気になる, フォトニュース).
    link : str or None
        Where it leads, made absolute where the page's address is known; None for plain text.
    repeat : bool
        The same headline, exactly or nearly, stood in a rail before.
    """

    title: str
    rank: int | None = None
    tag: str | None = None
    link: str | None = None
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class Rail:
    """A list of headlines around the article, under its heading.

    ``type`` is one of ranking, recommend, related, latest, topic, feature, pr, other; ``section`` is "" without a heading.
    """

    section: str
    type: str
    items: list[RailItem]


@dataclass(frozen=True, slots=True)
class Page:
    """A page read: its article, the rails around it, and every visible block with its role, in reading order."""

    article: Document
    rails: list[Rail]
    blocks: list[Block]


@dataclass(slots=True)
class Boxes:
    """The elements (HTML) or runs of lines (plain text) around the pieces, column by column; a box follows its parent.

    Box ``i`` encloses the pieces from ``starts[i]`` up to ``ends[i]``. Columns, for a page has hundreds of boxes and
    each object would cost more to make than its element to read.
    """

    tags: list[str] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)  # -1 for the root
    words: list[str] = field(default_factory=list)  # class, id and role of the element
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    def add(self, tag: str, parent: int, words: str, start: int) -> int:
        """A new box that begins at piece ``start``; its index."""
        self.tags.append(tag)
        self.parents.append(parent)
        self.words.append(words)
        self.starts.append(start)
        self.ends.append(0)
        return len(self.tags) - 1


@dataclass(slots=True)
class Piece:
    """A run of visible text between two breaks of the page's flow: a block before it has a role."""

    text: str
    box: int
    links: list[tuple[str, str]] = field(default_factory=list)  # text and address of each link inside
    loose: list[str] = field(default_factory=list)  # runs of text in inline elements with a class: badges, dates
    line: int = 0
    indent: int = 0  # columns before the text, bullet included (plain text)
    gap: int = 0  # blank lines before (plain text)
    bullet: bool = False

    @property
    def linked(self) -> int:
        """Characters inside links."""
        return sum([len(text) for text, _ in self.links]) if self.links else 0


@dataclass(slots=True)
class Source:
    """What a front end reads off a page: pieces in reading order, the boxes around them, and what the page declares."""

    rendering: Rendering
    pieces: list[Piece]
    boxes: Boxes
    declared: dict[str, str] = field(default_factory=dict)  # title, byline, published, site, section, url
    titles: list[str] = field(default_factory=list)  # every declared wording of the headline, best first
