"""What a page declares of its article: JSON-LD, OpenGraph and friends. Hints for the roles, never believed on their own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_ARTICLE = re.compile(r"(News|Blog|Tech|Reportage|Analysis|Opinion|Review)?(Article|Posting)$")
_TITLES = ("og:title", "twitter:title", "title", "dc.title")
_MAX_JSON = 1_000_000
_TEMPLATE = re.compile(r"\{\{|\$\{|<%")


def declared(tree: Any) -> tuple[dict[str, str], list[str]]:
    """The facts (byline, published, site, section, url) and the wordings of the title that a page's head declares."""
    metas: dict[str, str] = {}
    article: dict[str, Any] = {}
    canonical = head = shown = ""
    for node in _declaring(tree):
        tag, attributes = node.tag, node.attributes
        if tag == "meta":
            name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
            content = attributes.get("content")
            if name and content and content.strip():
                metas.setdefault(name.strip().lower(), " ".join(content.split()))
        elif tag == "script":
            article = article or _json_ld(node.text_content or node.text() or "")
        elif tag == "link":
            canonical = canonical or (attributes.get("href") or "").strip()
        elif tag == "time":
            shown = shown or (attributes.get("datetime") or "").strip()
        else:
            head = head or " ".join(node.text().split())
    facts = {
        "byline": _names(article.get("author")) or metas.get("author") or metas.get("article:author") or "",
        "published": _text(article.get("datePublished"))
        or metas.get("article:published_time")
        or metas.get("datepublished")
        or metas.get("date")
        or shown,
        "site": metas.get("og:site_name") or _names(article.get("publisher")) or "",
        "section": _text(article.get("articleSection")) or metas.get("article:section") or "",
        "url": canonical or metas.get("og:url", ""),
    }
    if facts["byline"].startswith(("http:", "https:", "@")):
        facts["byline"] = ""
    titles = [_text(article.get("headline")), *(metas.get(name, "") for name in _TITLES)]
    titles.append(head)
    return {k: v for k, v in facts.items() if v and not _TEMPLATE.search(v)}, list(dict.fromkeys(filter(None, titles)))


def _declaring(tree: Any) -> Iterator[Any]:
    """The elements that declare something: in the head, and where pages put them below it."""
    if tree.head is not None:
        yield from tree.head.css('meta[content],link[rel="canonical"],script[type="application/ld+json"],title')
    if tree.body is not None:
        yield from tree.body.css(
            'script[type="application/ld+json"],meta[content],link[rel="canonical"],time[datetime]'
        )


def _json_ld(raw: str) -> dict[str, Any]:
    if not raw or len(raw) > _MAX_JSON:
        return {}
    try:
        return next(_articles(json.loads(raw, strict=False)), {})
    except (ValueError, RecursionError):
        return {}


def _articles(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if isinstance(value, list) and depth < 5:
        for item in value[:50]:
            yield from _articles(item, depth + 1)
    elif isinstance(value, dict):
        kinds = value.get("@type")
        if any(
            isinstance(kind, str) and _ARTICLE.match(kind) for kind in (kinds if isinstance(kinds, list) else [kinds])
        ):
            yield value
        elif depth < 5:
            yield from _articles(value.get("@graph"), depth + 1)


def _text(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    return " ".join(value.split()) if isinstance(value, str) else ""


def _names(value: Any) -> str:
    people = value if isinstance(value, list) else [value]
    names = [_text(person.get("name")) if isinstance(person, dict) else _text(person) for person in people[:10]]
    return "、".join(filter(None, names))


_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s?(?:Z|[+-]\d{2}:?\d{2})?)?")
_JAPANESE = re.compile(
    r"(\d{4})[年/.\-]\s?(\d{1,2})[月/.\-]\s?(\d{1,2})日?(?:\s*[\(（][^)）]{1,3}[\)）])?(?:\s*(\d{1,2})[:：時]\s?(\d{2}))?"
)


def moment(text: str) -> str | None:
    """A date or time as ISO 8601, with its zone where one is given; None where there is none."""
    found = _ISO.search(text)
    if found:
        return found.group().strip().replace(" ", "T", 1)
    japanese = _JAPANESE.search(text)
    if not japanese:
        return None
    year, month, day, hour, minute = japanese.groups()
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return None
    date = f"{year}-{int(month):02}-{int(day):02}"
    return f"{date}T{int(hour):02}:{minute}" if hour and int(hour) < 24 else date
