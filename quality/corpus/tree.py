"""A page as a tree whose leaves know their role: written out as HTML, and as the plain text a browser saves.

Both renderings and both lists of roles come from the same leaves, so a block can't lose its role on the way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any, Literal

from features.document import Role

Saver = Literal["bullets", "bare", "numbered"]  # how a browser saves a page as text

_VOID = frozenset(("img", "meta", "link", "input", "hr", "br"))
_APART = frozenset(
    ["p", "h1", "h2", "h3", "h4", "ul", "ol", "dl", "dd", "figure", "blockquote", "table", "form", "section", "pre"]
)


@dataclass
class Node:
    """An element. With a role it is a leaf: a block of visible text, whose children are strings and inline elements."""

    tag: str  # "" for a run of text without an element of its own
    children: list[Node | str] = field(default_factory=list)
    role: Role | None = None
    kind: str = ""
    item: str = ""  # id of the corpus headline or article a rail item shows
    attrs: dict[str, str] = field(default_factory=dict)
    raw: str = ""  # markup that shows no text


@dataclass(frozen=True)
class Line:
    """A visible line or block and what it is."""

    text: str
    role: Role
    kind: str
    item: str
    repeat: bool
    line: int = 0


def e(tag: str, *children: Node | str, role: Role | None = None, kind: str = "", item: str = "", **attrs: str) -> Node:
    """An element; `cls` stands for class, underscores in other names for hyphens."""
    named = {"class" if key == "cls" else key.replace("_", "-"): value for key, value in attrs.items()}
    return Node(tag, list(children), role, kind, item, named)


def a(text: str, href: str = "#", **attrs: Any) -> Node:
    """A link inside a block."""
    return e("a", text, href=href, **attrs)


def raw(markup: str) -> Node:
    """Markup without visible text: scripts, pictures, rules, breaks."""
    return Node("", raw=markup)


def text_of(node: Node | str) -> str:
    return node if isinstance(node, str) else "".join(map(text_of, node.children))


def html_of(node: Node | str, depth: int = 0) -> str:
    """The node as HTML, a block a line."""
    if isinstance(node, str):
        return "<br>".join(escape(part, quote=False) for part in node.split("\n"))
    pad = "  " * depth
    if node.raw:
        return f"{pad}{node.raw}"
    attrs = "".join(f' {key}="{escape(value)}"' if value else f" {key}" for key, value in node.attrs.items())
    if node.role is not None or all(isinstance(child, str) or _inline(child) for child in node.children):
        inner = "".join(html_of(child) for child in node.children)
        own = f"<{node.tag}{attrs}>{inner}</{node.tag}>" if node.tag and node.tag not in _VOID else inner
        return f"{pad}{own}" if node.role is not None else own
    inner = "\n".join(html_of(child, depth + 1) for child in node.children)
    return f"{pad}<{node.tag}{attrs}>\n{inner}\n{pad}</{node.tag}>"


def _inline(node: Node) -> bool:
    return (
        node.role is None
        and node.tag in ("a", "span", "b", "i", "em", "strong", "small", "time", "font")
        and all(isinstance(child, str) or _inline(child) for child in node.children)
    )


def leaves(node: Node) -> Iterator[Node]:
    """The blocks in reading order."""
    if node.role is not None:
        yield node
        return
    for child in node.children:
        if isinstance(child, str):
            raise ValueError(f"text without a role in <{node.tag}>: {child!r}")
        yield from leaves(child)


def blocks_of(root: Node) -> list[Line]:
    """Every block of the HTML with its role, in reading order."""
    seen: set[str] = set()
    return [_line(leaf, text_of(leaf), seen) for leaf in leaves(root)]


def _line(leaf: Node, text: str, seen: set[str], number: int = 0) -> Line:
    if leaf.role is None:
        raise ValueError(f"no role: {text!r}")
    repeat = text in seen and leaf.role not in ("rail_rank", "rail_tag", "body")
    seen.add(text)
    return Line(text, leaf.role, leaf.kind, leaf.item, repeat, number)


def save_text(root: Node, saver: Saver) -> tuple[str, list[Line]]:
    """The page as a browser saves it, and a role for every line that isn't blank."""
    page = _Text(saver)
    page.walk(root)
    return "\n".join(page.out) + "\n", page.lines


class _Text:
    def __init__(self, saver: Saver) -> None:
        self.saver = saver
        self.out: list[str] = []
        self.lines: list[Line] = []
        self.seen: set[str] = set()
        self.gap = False
        self.mark = ""  # the bullet or number waiting for its item's first line
        self.indent = ""

    def walk(self, node: Node, place: int = 0) -> None:
        if node.raw:
            self.gap = self.gap or node.raw.count("<br") > 1 or node.raw.startswith("<hr")
            return
        apart = node.tag in _APART
        self.gap = self.gap or apart
        outer = self.indent
        if node.tag == "li" and self.saver != "bare":
            bullet = f"{place}." if self.saver == "numbered" and place else "*" if self.saver == "numbered" else "•"
            self.mark = f"{outer}  {bullet} "
            self.indent = outer + " " * (len(bullet) + 3)
        if node.role is not None:
            self.put(node)
        elif node.tag == "tr" and all(isinstance(c, Node) and c.role is not None for c in node.children):
            self.row([child for child in node.children if isinstance(child, Node)])
        else:
            for i, child in enumerate(node.children, 1):
                if isinstance(child, str):
                    raise ValueError(f"text without a role in <{node.tag}>: {child!r}")
                self.walk(child, i if node.tag == "ol" else 0)
        self.indent = outer
        self.gap = self.gap or apart

    def put(self, leaf: Node, text: str | None = None) -> None:
        for part in (text_of(leaf) if text is None else text).split("\n"):
            if not part.strip():
                continue
            if self.gap and self.out:
                self.out.append("")
            self.gap = False
            self.out.append((self.mark or self.indent) + part)
            self.mark = ""
            self.lines.append(_line(leaf, part.strip(), self.seen, len(self.out)))

    def row(self, cells: list[Node]) -> None:
        """The cells of a table's row stand on one line; its role is that of the headline among them, if there is one."""
        main = next((cell for cell in cells if cell.role == "rail_item"), cells[0])
        self.put(main, "\t".join(map(text_of, cells)))
