"""Markup that bites: what a parser, a browser or an XML reader would pay for dearly, expand, fetch or run."""

from __future__ import annotations

import http.server
import subprocess
import sys
import threading

from quality import DataError, PageError, load_model, read_page, score_page
from quality.feed import filter_feed
from quality.view import as_html
from tests.trust.table import ROOT, Row

PATIENCE = 60  # seconds a megabyte may take at the very most; what is quadratic takes hours
ARTICLE = (
    "<h1>市、川沿いの遊歩道を延伸へ</h1><p>市は来年度から、川沿いの遊歩道を延ばす工事に入ると発表した。</p>"
    "<p>費用は3億円で、完成までに2年かかる見通しだ。</p>"
)
# name -> an expression of N, which makes about a megabyte
HTML = {
    "nested 100,000 deep": "'<div>' * 100_000 + '深い' + '</div>' * 100_000",
    "inline nested 100,000 deep": "'<span>' * 100_000 + '深い'",
    "a million attributes": "'<p ' + ' '.join(f'a{i}=1' for i in range(N // 8)) + '>市'",
    "one attribute a million times": "'<p ' + 'a=1 ' * (N // 4) + '>市'",
    "an attribute of a megabyte": "'<p class=\"' + 'rank ' * (N // 5) + '\">市'",
    "open bold before every block": "''.join(f'<p><b a{i}>市' for i in range(N // 14))",
    "open fonts, then blocks": "''.join(f'<font a{i}>' for i in range(900)) + '<p>市' * (N // 4)",
    "links and rules": "'<p>' + '<a href=/x>市の橋を架け替え</a><b><hr></b>' * (N // 40)",
    "tables in tables": "'<table><tr><td>' * (N // 15)",
    "text lost in tables": "'<table>' + '<b>市<tr>' * (N // 8)",
    "open comments": "'<p>' + '<!--' * (N // 4)",
    "entities": "'<p>' + '&amp' * (N // 4)",
    "character references": "'<p>' + '&#x10ffff;&#0;&#xd800;' * (N // 22)",
    "references of many digits": "'<p>&#' + '9' * N + ';'",
    "drawings in text": "'<p>' + '<svg><foreignObject>' * (N // 20)",
    "templates": "'<template>' * (N // 10)",
    "framesets": "'<frameset>' * (N // 10)",
    "closing tags alone": "'<p>市' + '</b></i></a>' * (N // 12)",
    "open links and blocks": "'<a href=/1><b><p>' * (N // 17)",
    "furigana": "'<ruby>漢<rt>か' * (N // 14)",
    "options": "'<select>' + '<option>市<optgroup>' * (N // 20)",
    "JSON-LD nested": "'<p>市<script type=application/ld+json>' + '{\"@graph\":[' * (N // 11)",
    "JSON-LD cut": '\'<script type=application/ld+json>{"@type":"NewsArticle","headline":"\' + \'市\' * N',
    "JSON-LD many times": "'<script type=application/ld+json>{\"@type\":[{}]}</script>' * (N // 60)",
    "declarations": "''.join(f'<meta name=a{i} content=b>' for i in range(N // 28))",
    "rails": "'<h2>ランキング</h2><ul><li><a href=/1>市の橋を架け替え、来年夏までに</a></ul>' * (N // 70)",
    "blanks": "'市\\n1' + '\\u3000' * N + 'あ'",
    "line breaks": "'<p>市' + '\\n' * N + 'a'",
    "an endless word": "'<p>' + 'a' * N",
    "marks over a letter": "'<p>か' + '\\u0301\\u0316' * (N // 2)",
}
NEVER_SHOWN = {
    "a script": "<script>秘密</script>",
    "a style": "<style>秘密</style>",
    "a script in capitals": "<SCRIPT>秘密</SCRIPT >",
    "a template": "<template>秘密</template>",
    "no script": "<noscript>秘密</noscript>",
    "a comment": "<!-- 秘密 -->",
    "a drawing": "<svg><text>秘密</text></svg>",
    "a hidden block": "<p hidden>秘密</p>",
    "a block of no display": "<p style='display:none'>秘密</p>",
    "a script that is not closed": "<script>秘密",
    "a frame": "<iframe srcdoc='秘密'>秘密</iframe>",
    "a text field": "<textarea>秘密</textarea>",
}
JSON_LD = (
    "{",
    "[]",
    "null",
    '"',
    '{"@type":"NewsArticle","headline":{"a":1},"author":5}',
    '{"@type":["NewsArticle",3],"headline":["題"]}',
    '{"@graph":{"@graph":{}}}',
    '{"@type":"NewsArticle","datePublished":"9999-99-99","author":[{"name":{}}]}',
    "\x00",
    '{"@type":"NewsArticle","headline":"\\ud800"}',
    "[" * 5_000,
    "1e999",
)
LINKS = (
    "javascript:pwned()",
    "JaVaScRiPt:pwned()",
    " javascript:pwned()",
    "java\tscript:pwned()",
    "data:text/html,<script>pwned()</script>",
    "vbscript:x",
    "file:///etc/passwd",
)


def _feed(declared: str, inside: str = "<rss><channel><item><title>&a;</title></item></channel></rss>") -> bytes:
    return f"<?xml version='1.0'?><!DOCTYPE rss [{declared}]>{inside}".encode()


def feeds(port: int) -> dict[str, bytes]:
    """Documents that would expand, read a file or call home."""
    laughs = (
        '<!ENTITY a0 "笑">'
        + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))
        + '<!ENTITY a "&a11;">'
    )
    url = f"http://127.0.0.1:{port}/x"
    atom = "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>&a;</title></entry></feed>"
    return {
        "a billion laughs": _feed(laughs),
        "a billion laughs in Atom": _feed(laughs, atom),
        "quadratic blow-up": _feed(f'<!ENTITY a "{"笑" * 100_000}">', "<rss>" + "&a;" * 10_000 + "</rss>"),
        "an external entity of a file": _feed('<!ENTITY a SYSTEM "file:///etc/passwd">'),
        "an external entity of the web": _feed(f'<!ENTITY a SYSTEM "{url}">', atom),
        "a parameter entity": _feed(f'<!ENTITY % a SYSTEM "{url}"> %a;'),
        "an external document type": f'<!DOCTYPE rss SYSTEM "{url}"><rss/>'.encode(),
        "a public document type": f'<!DOCTYPE rss PUBLIC "-//x" "{url}"><rss/>'.encode(),
        "an entity in an attribute": _feed(laughs, '<rss a="&a;"/>'),
        "a document type in UTF-16": '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE rss><rss/>'.encode("utf-16"),
        "an entity no one declared": b"<rss><channel>&a;</channel></rss>",
        "an entity of itself": _feed('<!ENTITY a "&a;">'),
        "nested 100,000 deep": b"<rss>" * 100_000,
        "100,000 attributes": b"<rss " + b" ".join(b"a%d='1'" % i for i in range(100_000)) + b">",
        "an inclusion": f"<rss xmlns:xi='http://www.w3.org/2001/XInclude'><channel><xi:include href='{url}'/></channel>".encode(),
    }


def read_in_time(expression: str, size: int, patience: float) -> str:
    """Empty where a process of its own reads the page in time and within 2 GB; else what went wrong."""
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))\n"
        f"from quality.page import PageError, read_page\nN = {size}\n"
        f"try: read_page('<html><body>' + {expression})\nexcept PageError: pass\n"
    )
    try:
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=patience, capture_output=True, text=True)
    except subprocess.TimeoutExpired:
        return f"longer than {patience:.0f} s"
    return done.stderr[-300:] if done.returncode else ""


def page_faults() -> list[str]:
    """Scripts, styles and what is hidden read as text; links that run; JSON-LD that ends the reading."""
    found = []
    for name, markup in NEVER_SHOWN.items():
        page = read_page(f"<html><body>{ARTICLE}{markup}</body></html>")
        if "秘密" in repr(page):
            found.append(f"{name} was read as text")
    for address in LINKS:
        rail = "".join(f'<li><a href="{address}">市の{n}番目の橋、来年夏までに架け替えへ</a></li>' for n in range(6))
        scored = score_page(
            f"<html><head><link rel=canonical href='{address}'></head><body>{ARTICLE}<h2>関連記事</h2><ul>{rail}</ul></body></html>"
        )
        if address.strip().lower()[:6] in as_html(scored).lower().replace("&lt;", ""):
            found.append(f"{address} is a link of the page shown")
    for text in JSON_LD:
        try:
            read_page(
                f"<html><head><script type=application/ld+json>{text}</script></head><body>{ARTICLE}</body></html>"
            )
        except PageError:
            continue
        except Exception as error:
            found.append(f"JSON-LD {text[:40]!r}: {type(error).__name__}: {error}")
    return found


class _Heard(http.server.BaseHTTPRequestHandler):
    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_error(404)

    def log_message(self, *_: object) -> None: ...


def feed_faults() -> tuple[int, list[str]]:
    """How many feeds were tried, and which were not refused, or fetched something."""
    _Heard.asked.clear()
    server = http.server.HTTPServer(("127.0.0.1", 0), _Heard)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found = []
    tried = feeds(server.server_address[1])
    try:
        for name, data in tried.items():
            try:
                filter_feed(data, model=load_model())
                found.append(f"{name} was read")
            except DataError:
                continue
            except BaseException as error:
                found.append(f"{name}: {type(error).__name__}: {error}")
    finally:
        server.shutdown()
        server.server_close()
    return len(tried), found + [f"{path} was fetched" for path in _Heard.asked]


def main(cases: int) -> tuple[list[Row], list[str]]:
    late = [
        f"{name}: {why}" for name, expression in HTML.items() if (why := read_in_time(expression, 1_000_000, PATIENCE))
    ]
    wrong, count = page_faults(), len(NEVER_SHOWN) + len(LINKS) + len(JSON_LD)
    fed, refused = feed_faults()
    return [
        Row("HTML", f"bombs of a megabyte: read in {PATIENCE} s and 2 GB", len(HTML), len(HTML) - len(late)),
        Row("HTML", "scripts, styles and hidden text, links that run, broken JSON-LD", count, count - len(wrong)),
        Row(
            "RSS and Atom", "entities and document types: refused, nothing expanded or fetched", fed, fed - len(refused)
        ),
    ], [*late, *wrong, *refused]
