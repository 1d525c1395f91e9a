"""Text, bytes and rows as an enemy, or a broken scraper, would send them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

JAPANESE = (
    "市",
    "衝撃",
    "まさか",
    "の",
    "は",
    "「",
    "」",
    "【",
    "】",
    "。",
    "、",
    "…",
    "！？",
    "9",
    "１",
    "3位",
    "県警によると",
    "と述べた。",
    "理由とは",
)
HOSTILE = (
    "\x00",
    "\x1b",
    "\x7f",
    "\x85",
    "\ufeff",
    "\ufffe",
    "\uffff",
    "\U0010ffff",
    "\ud800",
    "\udc80",
    "\udfff",  # not text
    "\u202e",
    "\u2066",
    "\u2069",
    "\u200b",
    "\u200d",
    "\ufe0f",
    "\U000e0041",  # turns and hides
    "\u0301",
    "\u0316",
    "\u3099",
    "ﾞ",
    "\u0f73",
    "か\u3099",
    "ᾂ",
    "ﷺ",
    "㍿",
    "👨\u200d👩\u200d👧",
    "🇯🇵",
    "각",  # combines and unfolds
    " ",
    "\u3000",
    "\n",
    "\r\n",
    "\t",
    "\u2028",
    "\x0b",
    '"',
    "'",
    "<",
    ">",
    "&",
    "&#9;",
    "=",
    "+",
    "-",
    "@",
    "\\",
    "/",
    ",",
    "{",
    "[",
    "]}",
)
MARKUP = (
    "<p>",
    "</p>",
    "<div>",
    "</div>",
    "<a href='javascript:x()'>",
    "</a>",
    "<h1>",
    "<h2>ランキング</h2>",
    "<ul><li>",
    "</li></ul>",
    "<br>",
    "<hr>",
    "<table><td>",
    "<b a=1>",
    "<b>",
    "</b>",
    "<script>",
    "</script>",
    "<style>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<svg>",
    "<template>",
    "<title>",
    "</title>",
    "<meta charset=",
    "<meta property=og:title content=",
    "<p hidden>",
    "<time datetime=",
    "<ruby>漢<rt>",
    "&amp;",
    "&#0;",
    "&#xd800;",
    "&#99999999999;",
    "<script type=application/ld+json>",
    '{"@type":"NewsArticle","headline":',
    "\x00\x00",
)
XML = (
    "<item>",
    "</item>",
    "<title>",
    "</title>",
    "<description>",
    "</description>",
    "<entry>",
    "</entry>",
    "<![CDATA[",
    "]]>",
    "&amp;",
    "&lt;b&gt;",
    "&x;",
    "&#0;",
    "&#9;",
    "<!DOCTYPE rss>",
    "<!ENTITY x 'y'>",
    "<?a b?>",
    "<!-- ",
    " -->",
    "<link/>",
    "<item/>",
    " xmlns='http://www.w3.org/2005/Atom'",
)

CHARACTERS = st.characters(codec=None, exclude_categories=())


def made_of(*pieces: str, longest: int = 12) -> st.SearchStrategy[str]:
    """Pieces in any order, some of them many times over, around characters of any kind."""
    pool = [piece * times for times in (1, 1, 1, 2, 9, 120) for piece in pieces]
    return st.builds(_around, st.lists(st.sampled_from(pool), max_size=longest), st.text(CHARACTERS, max_size=4))


def _around(parts: list[str], inside: str) -> str:
    middle = len(parts) // 2
    return "".join([*parts[:middle], inside, *parts[middle:]])


TEXT = made_of(*JAPANESE, *HOSTILE)
PAGE = st.one_of(made_of(*JAPANESE, *HOSTILE, *MARKUP, longest=20), TEXT)
FEED = made_of(*JAPANESE, *XML, *HOSTILE[-20:], longest=20)
BYTES = st.binary(max_size=200)


@st.composite
def encoded(draw: Any, text: st.SearchStrategy[str]) -> bytes:
    """Text in one of the encodings that are read, with some bytes broken."""
    codec = draw(st.sampled_from(("utf-8", "utf-8", "cp932", "euc_jp", "iso2022_jp", "utf-16")))
    data = draw(text).encode(codec, "replace" if codec != "utf-8" else "surrogatepass")
    at = draw(st.integers(0, len(data)))
    return data[:at] + draw(st.one_of(st.just(b""), st.binary(max_size=3))) + data[at:]


VALUE = st.one_of(
    st.none(),
    TEXT,
    st.booleans(),
    st.integers(),
    st.floats(),
    st.binary(max_size=20),
    st.lists(TEXT, max_size=2),
    st.dictionaries(TEXT, TEXT, max_size=2),
)
ROW = st.dictionaries(
    st.one_of(st.sampled_from(("title", "title", "body", "body_kind", "tag", "page")), TEXT),
    st.one_of(TEXT, VALUE),
    max_size=6,
)
