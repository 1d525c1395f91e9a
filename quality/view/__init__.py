"""A score as one HTML page that needs nothing else, and as the card a notebook shows.

No script and no outside request: what moves is CSS, and the page's own policy forbids the rest. Every string that came
from a page or a caller passes `quality.view.marked.esc`.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

from quality.scoring import PageScore, Score
from quality.view.article import card
from quality.view.marked import esc

__all__ = ["as_fragment", "as_html"]


def as_html(scored: Score | PageScore) -> str:
    """One self-contained page: the headline and body with the words behind each reason, scores, sources, rails, layout.

    Examples
    --------
    >>> from quality import score
    >>> page = as_html(score("【衝撃】<b>まさかの</b>結末"))
    >>> "&lt;b&gt;まさかの" in page or "<b>まさかの" not in page
    True
    """
    css = _css()
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    article = scored if isinstance(scored, Score) else scored.article
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    return f"""<!DOCTYPE html>
<html lang="ja">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>{esc(article.document.title[:200])} | feed-quality</title>
<style>{css}</style>
</head>
<body>
<div class="qv">
<a class="skip" href="#main">本文へ <span lang="en">Skip to content</span></a>
<main id="main">
{card(scored, "r", 1)}
</main>
<footer><p>文章の書き方を採点したもので、内容の真偽や媒体の評価ではありません。
<span lang="en">This grades the writing, not the truth and not the outlet.</span></p>
<p lang="en">feed-quality, model {esc(article.model_version)}</p></footer>
</div>
</body>
</html>
"""


def as_fragment(scored: Score | PageScore) -> str:
    """The same as a card for a notebook: its style stays inside it."""
    article = scored if isinstance(scored, Score) else scored.article
    text = f"{article.document.title}\n{article.document.body}".encode(errors="replace")
    prefix = "q" + hashlib.sha256(text).hexdigest()[:8]
    css = _css().replace(".qv ", ".qv.qv ")  # above a notebook's own rules for tables and lists
    return f'<style>{css}</style>\n<div class="qv card" lang="ja">{card(scored, prefix, 3)}</div>'


@cache
def _css() -> str:
    return files("quality.view").joinpath("view.css").read_text(encoding="utf-8")
