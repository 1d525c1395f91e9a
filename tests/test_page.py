"""The page reader through its one door: an article inside its rails, as HTML and as saved text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quality.page import Page, PageError, read_page

EXAMPLES = Path(__file__).parents[1] / "quality" / "examples"
TITLE = "浦瀬市、中小企業の省エネ設備に最大300万円補助 補正予算案に4億2000万円"
RAILS = [
    ("[経済] ランキング", "ranking", 6),
    ("こんな記事も読まれています", "recommend", 6),
    ("こんな記事も読まれています", "recommend", 6),
    ("おすすめニュース", "recommend", 5),
    ("話題", "topic", 5),
]
SENTENCES = [
    "市は来年度から、川沿いの遊歩道を延ばす工事に入ると発表した。",
    "担当の課によると、費用は3億円で、完成までに2年かかる見通しだ。",
    "近くの商店主は「人の流れが戻ってほしい」と話した。",
    "議会は12月の定例会で予算案を審議し、月内に採決する予定である。",
]


@pytest.fixture(params=["page.html", "page.txt"])
def page(request: pytest.FixtureRequest) -> Page:
    return read_page((EXAMPLES / request.param).read_bytes())


def article(*paragraphs: str, title: str = "川沿いの遊歩道を延伸、市が来年度に着工へ") -> str:
    body = "".join(f"<p>{p}</p>" for p in paragraphs)
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1><div>{body}</div></body></html>"


def test_article_of_the_example(page: Page) -> None:
    assert page.article.title == TITLE
    assert page.article.body is not None
    paragraphs = page.article.body.split("\n")
    assert len(paragraphs) == 5
    assert paragraphs[0].startswith("浦瀬市は18日、")
    assert paragraphs[-1].endswith("議会に報告するとしている。")
    assert page.article.body_kind == "full"
    assert page.article.byline == "藤代みなみ"
    assert (page.article.published or "").startswith("2025-11-18T17:20")


def test_rails_of_the_example(page: Page) -> None:
    assert [(rail.section, rail.type, len(rail.items)) for rail in page.rails] == RAILS
    items = [item for rail in page.rails for item in rail.items]
    assert [item.rank for item in items[18:]] == [1, 2, 3, 4, 5] * 2
    assert [item.tag for item in items[23:]] == ["フォトニュース", "IT・テック", "気になる", "IT・テック", "気になる"]
    assert all(item.tag is None and item.rank is None for item in items[:18])
    assert not any(item.title in (page.article.body or "") for item in items)


def test_a_rail_shown_twice_is_marked_not_lost(page: Page) -> None:
    first, second = page.rails[1], page.rails[2]
    assert [item.title for item in first.items] == [item.title for item in second.items]
    assert not any(item.repeat for item in first.items)
    assert all(item.repeat for item in second.items)


def test_layout_keeps_body_rails_widgets_and_legal_apart(page: Page) -> None:
    layout = page.article.layout
    assert layout is not None
    assert layout.paragraphs == 5
    assert (layout.rails, layout.rail_items, layout.rail_repeats) == (5, 28, 6)
    assert min(layout.body_chars, layout.rail_chars, layout.widget_chars, layout.legal_chars) > 0
    assert layout.body_chars + layout.rail_chars + layout.widget_chars + layout.legal_chars <= layout.chars
    assert not layout.cut


def test_html_says_what_text_cannot() -> None:
    page = read_page((EXAMPLES / "page.html").read_bytes())
    assert page.article.published == "2025-11-18T17:20:00+09:00"
    assert (page.article.site, page.article.section) == ("浦瀬日報", "経済")
    assert page.article.url == "https://www.example.com/articles/1200"
    assert all((item.link or "").startswith("https://www.example.com/") for rail in page.rails for item in rail.items)
    assert page.article.layout is not None
    assert page.article.layout.rendering == "html"


def test_furigana_is_dropped() -> None:
    page = read_page((EXAMPLES / "page.html").read_bytes())
    assert "柏倉真帆市長は記者会見で" in (page.article.body or "")


def test_navigation_and_notices_are_no_rails(page: Page) -> None:
    titles = {item.title for rail in page.rails for item in rail.items}
    assert not titles & {"トップ", "地域", "経済", "くらし", "シェア", "利用規約", "プライバシーポリシー"}


def test_a_declared_title_that_the_page_does_not_show_is_not_the_title() -> None:
    html = article(*SENTENCES).replace("<title>川沿いの遊歩道を延伸、市が来年度に着工へ", "<title>【衝撃】まさかの結末")
    assert read_page(html).article.title == "川沿いの遊歩道を延伸、市が来年度に着工へ"


@pytest.mark.parametrize(
    "mark",
    [
        "この記事は有料会員記事です。残り1204文字",
        "続きを読む",
        "この記事は会員限定です。登録すると続きをお読みいただけます。",
    ],
)
def test_a_cut_page_gives_a_lead(mark: str) -> None:
    page = read_page(article(*SENTENCES, mark))
    assert page.article.body_kind == "lead"
    assert mark not in (page.article.body or "")
    assert page.article.layout is not None
    assert page.article.layout.cut


def test_a_page_without_article_has_no_body() -> None:
    links = "".join(
        f'<li><a href="/{n}">{name}</a></li>' for n, name in enumerate(["トップ", "会社案内", "採用", "地図"])
    )
    page = read_page(f"<html><body><ul>{links}</ul></body></html>")
    assert page.article.body is None
    assert page.article.body_kind == "none"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "euc_jp", "iso2022_jp", "utf-16"])
@pytest.mark.parametrize("declared", ["utf-8", "shift_jis", "euc-jp", "no-such-encoding", ""])
def test_encodings_right_wrong_and_undeclared(encoding: str, declared: str) -> None:
    meta = f'<meta charset="{declared}">' if declared else ""
    html = article(*SENTENCES).replace("<head>", f"<head>{meta}")
    page = read_page(html.encode(encoding))
    assert page.article.title == "川沿いの遊歩道を延伸、市が来年度に着工へ"
    assert page.article.body == "\n".join(SENTENCES)


def test_broken_bytes_cost_their_characters_only() -> None:
    data = (
        article(*SENTENCES)
        .encode()
        .replace("遊歩道を延ばす".encode(), "遊歩道を".encode() + b"\xff\xfe" + "延ばす".encode())
    )
    assert "担当の課によると" in (read_page(data).article.body or "")


@pytest.mark.parametrize("source", ["", " \n\t\u3000", b"", b"\n\n"])
def test_nothing_to_read_is_an_error_that_says_so(source: str | bytes) -> None:
    with pytest.raises(PageError, match="empty"):
        read_page(source)


def test_other_types_are_refused() -> None:
    with pytest.raises(PageError, match="str or bytes"):
        read_page(42)  # type: ignore[arg-type]


def test_links_are_made_absolute_by_the_address_given() -> None:
    rail = "".join(
        f'<li><a href="../news/{n}">市の{n}番目の橋、来年夏までに架け替えへ 県も費用を補助</a></li>' for n in range(6)
    )
    page = read_page(
        article(*SENTENCES).replace("</body>", f"<h2>関連記事</h2><ul>{rail}</ul></body>"),
        url="https://example.org/a/b",
    )
    assert [rail.section for rail in page.rails] == ["関連記事"]
    assert [item.link for item in page.rails[0].items] == [f"https://example.org/news/{n}" for n in range(6)]


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000 + "深い" + "</div>" * 100_000,
        "<a href='/x'>" * 20_000 + "リンク",
        "<ul>"
        + "".join(f"<li><a href='/{n}'>駅前の{n}番目の広場で朝市、今月から毎週</a></li>" for n in range(100_000))
        + "</ul>",
        article(*(sentence * 20 for sentence in SENTENCES * 1000)),
        "<table><tr><td>" * 5_000,
        "<p>" + "あ" * 2_000_000,
        "<",
        "<html>",
        "\x00<p>\x00</p>",
        "<p>\ud800片割れ</p>",
    ],
    ids=["deep", "open links", "100,000 links", "10 MB", "tables", "one line", "a mark", "a tag", "NUL", "surrogate"],
)
def test_extreme_pages_are_read(html: str) -> None:
    assert isinstance(read_page(html), Page)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=400), st.binary(max_size=400)))
def test_anything_is_read_or_refused_clearly(source: str | bytes) -> None:
    try:
        page = read_page(source)
    except PageError:
        return
    layout = page.article.layout
    assert layout is not None
    assert (page.article.body is None) == (page.article.body_kind == "none")
    assert all(0 <= block.link_share <= 1 for block in page.blocks)
    assert sum(block.role == "body" for block in page.blocks) == layout.paragraphs


MARKUP = st.lists(
    st.one_of(
        st.sampled_from(
            ["<p>", "</p>", "<ul><li>", "</li></ul>", "<a href='/n'>", "</a>", "<h2>", "</h2>", "<br>", "<table><td>"]
        ),
        st.sampled_from([*SENTENCES, "関連記事", "1", "気になる", "市長選、来月告示 3人が立候補を表明", "続きを読む"]),
    ),
    max_size=60,
)


@settings(max_examples=100, deadline=None)
@given(MARKUP)
def test_fragments_keep_every_word_in_order(parts: list[str]) -> None:
    source = "<div>" + "".join(parts)
    page = read_page(source)
    words = [part for part in parts if not part.startswith("<")]
    shown = re.sub(r"\s+", "", "".join(block.text for block in page.blocks))
    assert shown == re.sub(r"\s+", "", "".join(words))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 8), min_size=4, max_size=20))
def test_every_repeat_and_no_first_is_marked(order: list[int]) -> None:
    rail = "".join(f'<li><a href="/{n}">市の{n}番目の橋、来年夏までに架け替えへ 県も費用を補助</a></li>' for n in order)
    page = read_page(article(*SENTENCES).replace("</body>", f"<h2>関連記事</h2><ul>{rail}</ul></body>"))
    seen: set[str] = set()
    for item in (item for rail in page.rails for item in rail.items):
        assert item.repeat == (item.title in seen)
        seen.add(item.title)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 4))
def test_more_boilerplate_never_lowers_its_share(times: int) -> None:
    html = (EXAMPLES / "page.html").read_text(encoding="utf-8")
    start, end = html.index("<aside>"), html.index("</aside>") + len("</aside>")

    def share(text: str) -> float:
        layout = read_page(text).article.layout
        assert layout is not None
        return 1 - layout.body_chars / layout.chars

    once = share(html[:end] + html[start:end] * (times - 1) + html[end:])
    assert share(html[:end] + html[start:end] * times + html[end:]) >= once


def test_blocks_stand_in_reading_order() -> None:
    text = (EXAMPLES / "page.txt").read_text(encoding="utf-8")
    lines = [block.line for block in read_page(text).blocks]
    assert lines == sorted(lines)
    assert len(lines) == sum(bool(line.strip()) for line in text.splitlines())
