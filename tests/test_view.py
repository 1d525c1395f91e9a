"""The HTML of a score: everything in it, nothing that runs, and how a real browser shows it; and the terminal's text."""

from __future__ import annotations

import html
import json
import os
import pty
import re
import subprocess
import sys

import pytest
from browse import WIDTHS, opened, overflow
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from features.document import ROLES, Block, Layout
from quality import Document, Page, PageScore, load_model, score, score_many, score_page
from quality.cli import main
from quality.page import Rail, RailItem
from quality.report import as_text, width, wrap
from quality.view import as_fragment, as_html
from quality.view.marked import Mark, Note, esc, marked, paragraphs, safe_link
from quality.words import KINDS
from quality.words import ROLES as NAMED_ROLES
from tests.trust.xss import SCRIPTS

# Each would call pwned(), load something or leave its element where it is written unescaped.
HOSTILE = [
    "<script>pwned()</script>衝撃の結末",
    "</title><script>pwned()</script>",
    "</style><script>pwned()</script>",
    '"><img src=x onerror=pwned()>まさかの',
    "'><svg/onload=pwned()>",
    "<svg><animate onbegin=pwned() attributeName=x dur=1s>",
    "<math><mi//xlink:href='javascript:pwned()'>",
    "<iframe srcdoc='<script>parent.pwned()</script>'></iframe>",
    "<a href=javascript:pwned()>【衝撃】</a>",
    "<details open ontoggle=pwned()>",
    '<input autofocus onfocus="pwned()">',
    "<body onload=pwned()>",
    "<meta http-equiv=refresh content='0;url=javascript:pwned()'>",
    "<base href='https://evil.example/'>",
    "<link rel=stylesheet href='https://evil.example/a.css'>",
    "<style>@import 'https://evil.example/b.css';</style>",
    "<object data='data:text/html,<script>pwned()</script>'></object>",
    "<form action='https://evil.example'><button>送信</button></form>",
    "＜script＞pwned()＜/script＞",
    "\uff1cscript\uff1epwned()",
    "+ADw-script+AD4-pwned()+ADw-/script+AD4-",
    "&lt;script&gt;pwned()&lt;/script&gt;&#60;script&#62;",
    "<scr\x00ipt>pwned()</scr\x00ipt>",
    "<\u200bscript>pwned()</script>",
    "\u202e<script>pwned()</script>\u2066市長",
    "\ud800<script>pwned()</script>\udfff",
    "<!--><script>pwned()</script>-->",
    "]]><script>pwned()</script>",
    "{{constructor.constructor('pwned()')()}}${pwned()}",
    "` onmouseover=pwned() `",
    "市長<br\x0conclick=pwned()>が発表した。",
]
LINKS = [
    *SCRIPTS,
    "file:///etc/passwd",
    "//evil.example/",
    "https:evil.example",
    "http://[::1",
    "https://example.com@evil.example/",
    'https://evil.example/"onmouseover="pwned()',
    "https://evil.example/<script>",
    "https://evil.example/\\..\\",
    "\u202ehttps://evil.example/",
    "",
    None,
]


@pytest.fixture(scope="module")
def example(pytestconfig):
    return score_page((pytestconfig.rootpath / "quality" / "examples" / "page.html").read_bytes())


@pytest.fixture(scope="module")
def hostile() -> PageScore:
    """A page that is hostile in every string a page can carry."""
    lines = "\n".join(f"{text}と山田市長が述べた。" for text in HOSTILE)
    bad = '"><img src=x onerror=pwned()>'
    layout = Layout("html", 1000, 200, 300, 50, 50, 100, 10, 3, 1, 2, 1, True)
    article = Document(
        HOSTILE[3], lines, "full", bad, layout, byline=bad, published=bad, site=bad, section=bad, url=LINKS[0]
    )
    links = [*LINKS, *["https://www.example.com/ok"] * (len(HOSTILE) - len(LINKS))]
    items = [RailItem(t, i, bad, link) for i, (t, link) in enumerate(zip(HOSTILE, links, strict=False))]
    blocks = [Block(t, ROLES[i % len(ROLES)], bad, bad) for i, t in enumerate(HOSTILE)]
    page = Page(article, [Rail(bad, bad, items)], blocks)
    first, *rest = score_many([article, *[Document(i.title) for i in items]])
    return PageScore(first, rest, page)


def _views(scored) -> dict[str, str]:
    article = scored.article
    return {
        "headline": as_html(score(Document(article.document.title))),
        "article": as_html(score(Document(article.document.title, article.document.body))),
        "page": as_html(scored),
    }


def _text(source: str) -> str:
    return html.unescape(re.sub(r'<span class="tip".*?</span></mark>|<style>.*?</style>|<[^>]*>', "", source))


# What stands in it


def test_the_page_holds_what_was_scored(example):
    shown = as_html(example)
    text = _text(shown)
    article = example.article
    assert article.document.title in text
    for paragraph in (article.document.body or "").split("\n"):
        assert paragraph.strip() in text
    for said in article.attributions:
        assert said.source in text
        assert said.cue in text
    for reason in article.reasons:
        assert reason.ja in text
        assert reason.en in text
    for block in example.page.blocks:
        assert " ".join(block.text.split())[:100] in text


def test_rails_stand_loudest_first(example):
    shown = as_html(example)
    rails = shown[shown.index('<ol class="rails">') :]
    numbers = [float(n) for n in re.findall(r'<li><span class="value">([\d.]+)</span>', rails)]
    assert len(numbers) == sum(not i.repeat for r in example.page.rails for i in r.items)
    assert numbers == sorted(numbers, reverse=True)


def test_every_role_and_kind_has_its_names():
    assert set(NAMED_ROLES) == set(ROLES)
    assert {"outlet", "institution", "person", "anonymous", "public", "hearsay"} == set(KINDS)


def test_descriptions_point_at_what_is_there(example):
    shown = as_html(example)
    ids = re.findall(r'\bid="([^"]+)"', shown)
    assert len(ids) == len(set(ids))
    for named in re.findall(r'aria-describedby="([^"]+)"', shown):
        assert set(named.split()) <= set(ids)


def test_a_notebook_shows_scores_and_pages(example):
    for one in (example, example.article, example.rail[0]):
        card = one._repr_html_()
        assert card == as_fragment(one)
        assert one.article.document.title if one is example else one.document.title in _text(card)
        assert "<html" not in card
        assert "<script" not in card


def test_a_text_that_is_not_japanese_and_an_empty_one_have_a_page():
    for title in ("Council approves bridge", "", " ", "\n"):
        assert "</html>" in as_html(score(title))
    assert "</html>" in as_html(score_page("<p>x</p>"))


def test_what_is_left_out_is_counted():
    body = "\n".join(f"市によると、{i}件目の橋は来年{i % 12 + 1}月に直る。" for i in range(600))
    long = score(Document("市、橋を600本直す", body))
    shown = as_html(long)
    count = len(long.attributions)
    assert shown.count("<tr id=") == min(count, 400)
    assert count <= 400 or f"and {count - 400} more" in shown
    items = [RailItem(f"市、{i}本目の橋を直す") for i in range(400)]
    page = Page(long.document, [Rail("", "other", items)], [Block("橋", "other")] * 2000)
    first, *rest = score_many([long.document, *[Document(i.title) for i in items]])
    shown = as_html(PageScore(first, rest, page))
    assert "and 100 more" in shown
    assert "and 500 more blocks" in shown


# What may not be in it


def test_the_page_asks_for_nothing_and_runs_nothing(hostile):
    for shown in [*_views(hostile).values(), as_fragment(hostile)]:
        assert not re.search(r"<(script|iframe|object|embed|base|form|input|img|video|math|animate)\b", shown, re.I)
        assert not re.search(r"<[^>]*\s(on\w+|style|src|srcdoc)\s*=", re.sub(r'"[^"]*"', '""', shown), re.I)
        for tag in re.findall(r"<a [^>]*>", shown):
            address = html.unescape(re.search(r'href="([^"]*)"', tag).group(1))
            assert address == "#main" or (address.startswith("https://www.example.com/") and "noopener" in tag)
        shown.encode("utf-8")
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]", shown)


def test_links_lead_to_the_web_or_nowhere():
    for address in LINKS:
        assert safe_link(address) is None, address
    for address in ("https://www.example.com/a?b=1&c=2#d", "HTTP://example.com", "https://例え.jp/記事"):
        assert safe_link(address) == address


@given(st.text(), st.lists(st.tuples(st.integers(-3, 40), st.integers(-3, 40)), max_size=6), st.booleans())
@settings(max_examples=300, deadline=None)
def test_marks_keep_the_text_and_never_open_a_tag(text, spans, tips):
    shown = marked(text, [Mark(a, b, Note("worse", "h", "ja", "en")) for a, b in spans], tips=tips)
    assert set(re.findall(r"</?(\w+)", shown)) <= {"bdi", "mark", "span", "b"}
    bare = re.sub(r'<span class="tip".*?</span></mark>', "", shown)
    assert html.unescape(re.sub(r"<[^>]*>", "", bare)) == html.unescape(esc(text))


def test_a_mark_over_a_line_break_goes_on_in_the_next_paragraph():
    shown = paragraphs("一行目\n二行目", [Mark(2, 5, Note("better", "", "", ""))])
    assert [re.findall(r"<mark[^>]*>([^<]*)", p) for p in shown.split("\n")] == [["目"], ["二"]]


# As a browser shows it


# Every visible run of text against the nearest background behind it, as WCAG 2 counts contrast.
_CONTRAST = """() => {
  const part = c => { c /= 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4 };
  const rgb = s => s.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const own = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !own.checkVisibility()) continue;
    let behind = own;
    while (behind && (rgb(getComputedStyle(behind).backgroundColor)[3] ?? 1) === 0) behind = behind.parentElement;
    const a = light(rgb(getComputedStyle(own).color)), b = light(rgb(getComputedStyle(behind).backgroundColor));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) found.push([walk.currentNode.data.slice(0, 30), own.className, ratio]);
  }
  return found;
}"""


def _open(browser, tmp_path, shown: str, columns: int = 1280, scheme: str = "light"):
    file = tmp_path / "page.html"
    file.write_text(shown, encoding="utf-8")
    return opened(browser, file, columns, scheme)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("columns", WIDTHS.values())
def test_it_fits_and_reads_in_a_browser(browser, example, tmp_path, columns, scheme):
    for name, shown in _views(example).items():
        page, said = _open(browser, tmp_path, shown, columns, scheme)
        page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
        assert overflow(page) == 0, name
        assert page.evaluate(_CONTRAST) == [], name
        assert said == [], name
        page.context.close()


def test_a_word_shows_its_reason_at_the_keyboard(browser, example, tmp_path):
    page, _ = _open(browser, tmp_path, as_html(example), 390)
    marks = page.locator("mark[tabindex]")
    assert marks.count() > 5
    for i in range(0, marks.count(), 4):
        mark = marks.nth(i)
        tip = mark.locator(".tip")
        assert not tip.is_visible()
        mark.focus()
        assert tip.is_visible()
        box = tip.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    page.keyboard.press("Tab")
    assert overflow(page) == 0
    landmarks = page.locator("main, section[aria-label]").count()
    assert landmarks >= 6
    page.context.close()


def test_nothing_hostile_runs_in_a_browser(browser, hostile, tmp_path):
    for name, shown in {**_views(hostile), "card": f"<!DOCTYPE html>{as_fragment(hostile)}"}.items():
        page, said = _open(browser, tmp_path, shown, 390)
        page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
        for mark in page.locator("mark, a").all()[:40]:
            mark.dispatch_event("mouseover")
            mark.dispatch_event("focus")
        page.wait_for_timeout(100)
        assert [s for s in said if "favicon" not in s] == [], name
        assert overflow(page) == 0, name
        assert page.title().endswith("| feed-quality") or name == "card"
        page.context.close()


def test_the_browser_would_have_noticed(browser, tmp_path):
    page, said = _open(browser, tmp_path, "<img src=x onerror=pwned()><script>console.log(1)</script>")
    page.wait_for_timeout(100)
    assert "a script ran" in said
    assert len(said) > 2
    page.context.close()


# On the command line


@pytest.fixture
def run():
    return lambda *args, **kwargs: CliRunner().invoke(main, [str(a) for a in args], **kwargs)


def test_score_writes_html(run, tmp_path):
    out = tmp_path / "out.html"
    result = run("score", "--title", "【衝撃】<b>まさか</b>", "--html", out, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["rail"] == []
    assert "&lt;" in out.read_text(encoding="utf-8")
    assert "out.html" in result.stderr
    assert run("score", "--title", "題", "--html", "-").stdout.endswith("</html>\n")
    assert run("score", "--title", "題", "--html", tmp_path / "no" / "out.html").exit_code == 1
    assert run("score", "--title", "題", "--html", "-", "--json").exit_code == 2


def test_help_lists_exit_codes(run):
    assert "Exit codes: 0" in run("score", "--help").output
    assert "Exit codes: 0" in run("--help").output


def test_text_in_one_language_or_both(run):
    say = {
        lang: run("score", "--title", "【衝撃】まさかの末路", "--lang", lang).output for lang in ("ja", "en", "both")
    }
    assert "見出し" in say["ja"]
    assert "headline" not in say["ja"]
    assert "見出しの煽り度" not in say["en"]
    assert all(part in say["both"] for part in ("見出しの煽り度", "headline"))


@pytest.mark.parametrize("columns", [40, 61, 80, 200])
def test_text_keeps_to_the_terminals_width(example, columns):
    lines = as_text(example, columns=columns).split("\n")
    assert max(map(width, lines)) <= columns
    assert "\x1b" not in "".join(lines)


@given(st.text(), st.integers(20, 80))
@settings(max_examples=200, deadline=None)
def test_wrapping_loses_nothing_but_space(text, columns):
    lines = wrap(text, columns, 4)
    assert all(width(line) <= columns for line in lines)
    seen = "".join(c if c.isprintable() else " " for c in text)
    assert "".join("".join(lines).split()) == "".join(seen.split())


def _on_a_terminal(*args: str, **environment: str) -> str:
    """The command's output on a terminal of 60 columns."""
    import fcntl
    import struct
    import termios

    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 60, 0, 0))
    known = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS", "TERM")}
    command = [sys.executable, "-m", "quality.cli", *args]
    running = subprocess.Popen(command, stdout=follower, stderr=follower, env={**known, "TERM": "xterm", **environment})
    os.close(follower)
    out = b""
    try:
        while chunk := os.read(leader, 65536):
            out += chunk
    except OSError:  # how Linux says that the other side is closed
        pass
    os.close(leader)
    assert running.wait() == 0
    return out.decode()


def test_colours_on_a_terminal_alone():
    title = "【衝撃】知らないと大損!9割の人が間違えるあの習慣、まさかの結末にファン騒然の理由がヤバすぎた"
    shown = _on_a_terminal("score", "--title", title)
    assert "\x1b[31m" in shown
    bare = re.sub(r"\x1b\[\d+m", "", shown)
    assert max(width(line) for line in bare.splitlines()) <= 60
    assert "\x1b" not in _on_a_terminal("score", "--title", title, NO_COLOR="1")


def test_a_reader_that_stops_early_is_no_error():
    command = f"{sys.executable} -m quality.cli score --title 市、橋を架け替え | true"
    assert subprocess.run(["bash", "-c", command], capture_output=True, text=True).stderr == ""


def test_scoring_loads_no_view():
    code = (
        "import sys; from click.testing import CliRunner; from quality.cli import main;"
        "CliRunner().invoke(main, ['score', '--title', '市、橋を架け替え']);"
        "print([m for m in sys.modules if m.startswith('quality.view') or m in ('html', 'IPython')])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "quality.view" not in shown


def test_the_model_is_named(example):
    assert load_model().version in as_html(example)
