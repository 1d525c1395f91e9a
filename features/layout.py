"""Layout: how the page around an article spends its characters. NaN where the document was not read from a page."""

from __future__ import annotations

from features.analysis import Analysis
from features.document import Layout
from features.feature import NAN, Feature, Value


def _share(part: str, whole: str = "chars") -> Value:
    def value(a: Analysis) -> float:
        layout = a.document.layout
        if layout is None:
            return NAN
        total = getattr(layout, whole)
        return min(1.0, float(getattr(layout, part) / total)) if total else NAN

    return value


def boilerplate(a: Analysis) -> float:
    """Share of the page's characters that are not the article's body."""
    layout = a.document.layout
    if layout is None or not layout.chars:
        return NAN
    return max(0.0, 1 - layout.body_chars / layout.chars)


def _count(name: str) -> Value:
    def value(a: Analysis) -> float:
        layout = a.document.layout
        return NAN if layout is None else float(getattr(layout, name))

    return value


def link_density(a: Analysis) -> float:
    """Share of the characters inside links; plain text shows none, so it says nothing there."""
    layout: Layout | None = a.document.layout
    if layout is None or layout.rendering != "html" or not layout.chars:
        return NAN
    return min(1.0, layout.link_chars / layout.chars)


def rendering(a: Analysis) -> float:
    """0 HTML, 1 everything as text, 2 main content as text: the shares mean different things in each."""
    layout = a.document.layout
    return NAN if layout is None else float(("html", "text_all", "text_main").index(layout.rendering))


def items_per_paragraph(a: Analysis) -> float:
    layout = a.document.layout
    return NAN if layout is None else layout.rail_items / max(1, layout.paragraphs)


def _line(name: str, direction: int, meaning: str, value: Value, high: float = 1.0) -> Feature:
    return Feature(name, 1, "layout", 0.0, high, direction, meaning, value)


_ANY = float("inf")
FEATURES: tuple[Feature, ...] = (
    _line("boilerplate_ratio", -1, "share of the page that is not the article's body", boilerplate),
    _line("rail_share", -1, "share of the page in rails", _share("rail_chars")),
    _line("widget_share", -1, "share of the page in widgets and navigation", _share("widget_chars")),
    _line("legal_share", 0, "share of the page in legal notices", _share("legal_chars")),
    _line("repeat_share", -1, "share of the page that repeats itself", _share("repeat_chars")),
    _line("link_density", -1, "share of the page inside links", link_density),
    _line("rail_items", 0, "rail items on the page", _count("rail_items"), _ANY),
    _line(
        "rail_repeats", -1, "share of the rail items that repeat an earlier one", _share("rail_repeats", "rail_items")
    ),
    _line("items_per_paragraph", -1, "rail items per paragraph of the article", items_per_paragraph, _ANY),
    _line("page_cut", -1, "a mark that the text goes on elsewhere", _count("cut")),
    _line("rendering", 0, "HTML, everything as text, or main content as text", rendering, 2.0),
)
