"""Lay articles of the corpus out as whole pages of invented sites: `python -m quality.corpus.build_pages`.

The texts are composed (articles.jsonl, headlines.jsonl, boilerplate.json); only where they stand on a page is code. The
same input gives the same pages, byte for byte.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections import Counter
from html import escape
from pathlib import Path
from typing import Any

from .sites import SITES, Item, Site, Story
from .tree import Line, Node, Saver, blocks_of, html_of, save_text

HERE = Path(__file__).resolve().parent
EVENTS = {"train": 3, "dev": 1, "test": 1}  # of each topic, both twins of each
SAVERS: tuple[Saver, ...] = ("bullets", "bullets", "bare", "numbered")
CANDIDATES = {
    "newspaper": ["hokuryo", "shiomi", "kaikyo", "potaru"],
    "local_tv": ["mizuhodai", "potaru", "sugu"],
    "sports_daily": ["sporto", "sugu"],
    "web_magazine": ["kurashinowa", "biznote", "shizuka", "kaikyo", "tsuzuri"],
    "portal": ["potaru", "sugu", "kaikyo", "banzuke", "sporto"],
    "blog": ["tsuzuri", "shizuka"],
    "matome": ["banzuke"],
}
_DAY = re.compile(r"(?<![月0-90-9先来])([0-90-9]{1,2})日(?![間前後])")

Row = dict[str, Any]


def rows_of(name: str) -> list[Row]:
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


def digest(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest(), 16)


def chosen(articles: list[Row]) -> list[Row]:
    """Which articles get a page: of each topic and split the events whose hash comes first."""
    taken = []
    for topic in dict.fromkeys(row["topic"] for row in articles):
        for split, count in EVENTS.items():
            events = sorted(
                {r["event"] for r in articles if (r["topic"], r["split"]) == (topic, split)},
                key=lambda x: digest(f"page/{x}"),
            )
            taken += [row for row in articles if row["event"] in events[:count]]
    return taken


class Shelf:
    """Headlines to fill a page's rails with: of the page's own split, none of the article's event, an event but once."""

    def __init__(self, row: Row, headlines: list[Row], articles: list[Row], copy: Row, rng: random.Random) -> None:
        self.rng, self.copy = rng, copy
        self.loud = rng.choice((0.15, 0.4, 0.65, 0.9))  # how much bait this page's rails carry, whatever its article is
        pool = [
            (r["title"], r["id"], r["event"], r["topic"], r["grade"], r["style"])
            for r in headlines
            if r["split"] == row["split"]
        ]
        pool += [
            (
                r["title"],
                r["id"],
                r["event"],
                r["topic"],
                r["headline_grade"],
                "portal_topics" if len(r["title"]) < 17 else "",
            )
            for r in articles
            if r["split"] == row["split"] and r["event"] != row["event"]
        ]
        rng.shuffle(pool)
        self.stacks = {
            (short, loud): [p for p in pool if (p[5] == "portal_topics") == short and (p[4] >= 2) == loud]
            for short in (False, True)
            for loud in (False, True)
        }
        self.events: set[str] = set()

    def draw(self, n: int, short: bool = False) -> list[Item]:
        items: list[Item] = []
        while len(items) < n:
            loud = self.rng.random() < self.loud
            stack = self.stacks[short, loud] or self.stacks[short, not loud]
            if not stack:
                break
            title, source, event, topic, _, _ = stack.pop()
            if event not in self.events:
                self.events.add(event)
                items.append(
                    Item(title, source, self.rng.choice(self.copy["tags"][topic]), f"{self.rng.randrange(1, 23)}時間前")
                )
        return items


def tell(row: Row, site: Site, headlines: list[Row], articles: list[Row], copy: Row) -> Story:
    """The article with its date, byline, caption and the draw of its page."""
    rng = random.Random(f"page of {row['id']}")
    found = _DAY.search(row["body"])
    day = min(30, max(1, int(found[1]))) if found else rng.randrange(1, 29)
    year, month = rng.choice(((2025, 9), (2025, 10), (2025, 11), (2025, 12), (2026, 1)))
    caption = copy["captions"][row["event"]] + rng.choice(copy["credits"]) if rng.random() < 0.65 else ""
    byline = row["byline"] or (rng.choice(copy["writers"]) if rng.random() < 0.35 else site.byline)
    shelf = Shelf(row, headlines, articles, copy, rng)
    return Story(
        title=row["title"],
        paragraphs=row["body"].split("\n\n"),
        byline=byline,
        date=(year, month, day, rng.randrange(5, 24), rng.randrange(60)),
        section=copy["sections"][row["topic"]],
        tags=rng.sample(copy["tags"][row["topic"]], 2),
        caption=caption,
        cut=row["whole"] == 0 and rng.random() < 0.75,
        weight=rng.choice((0, 1, 1, 2, 2)),
        rng=rng,
        draw=shelf.draw,
        copy=copy,
    )


def document(story: Story, site: Site, body: Node, path: str) -> str:
    """The whole HTML file: what a site of its kind declares in the head, and the body."""
    title, year, month, day, hour, minute = escape(story.title), *story.date
    stamp = f"{year}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:00+09:00"
    bar = {"potaru": " - ", "sugu": " | "}.get(site.host.split(".")[-2], "|")
    head = ['<meta charset="utf-8">', f"<title>{title}{'' if site.layout == 'minimal' else bar + site.name}</title>"]
    if "meta" in site.head:
        head.append(f'<meta name="description" content="{escape(story.paragraphs[0][:60])}">')
    if "og" in site.head:
        head += [
            f'<meta property="og:title" content="{title}">',
            f'<meta property="og:site_name" content="{site.name}">',
            f'<meta property="article:published_time" content="{stamp}">',
            f'<link rel="canonical" href="https://{site.host}/{path}">',
        ]
    if "ld" in site.head:
        facts: Row = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": story.title,
            "datePublished": stamp,
        }
        if story.byline:
            facts["author"] = {"@type": "Person", "name": story.byline}
        head.append(f'<script type="application/ld+json">{json.dumps(facts, ensure_ascii=False)}</script>')
    if site.head != "bare":
        head.append("<style>body { margin: 0 } .ad { color: #777 }</style>")
    inner = "\n".join(html_of(child, 1) for child in body.children if not isinstance(child, str))
    root = '<html amp lang="ja">' if site.layout == "amp" else "<html>" if site.head == "bare" else '<html lang="ja">'
    start = "" if site.layout == "tables" else "<!DOCTYPE html>\n"
    return f"{start}{root}\n<head>\n  " + "\n  ".join(head) + f"\n</head>\n<body>\n{inner}\n</body>\n</html>\n"


def build() -> list[tuple[Row, str, str]]:
    """Every page: its row of pages.jsonl, its HTML, its text."""
    articles, headlines = rows_of("articles.jsonl"), rows_of("headlines.jsonl")
    copy = json.loads((HERE / "boilerplate.json").read_text(encoding="utf-8"))
    used: Counter[tuple[str, str]] = Counter()
    pages = []
    for n, row in enumerate(chosen(articles), 1):
        key = min(CANDIDATES[row["site_kind"]], key=lambda k: (used[k, row["twin"]], digest(f"{k}/{row['id']}")))
        used[key, row["twin"]] += 1
        site = SITES[key]
        story = tell(row, site, headlines, articles, copy)
        body = Node("body", list(site.build(story)))
        saver = SAVERS[digest(f"saver/{row['id']}") % len(SAVERS)]
        text, lines = save_text(body, saver)
        blocks = blocks_of(body)
        facts: Row = {
            "id": f"page-{n:03d}",
            "article": row["id"],
            "event": row["event"],
            "topic": row["topic"],
            "twin": row["twin"],
            "site": site.name,
            "host": site.host,
            "layout": site.layout,
            "saver": saver,
            "split": row["split"],
            "cut": story.cut,
            "rails": sum(block.role == "rail_header" for block in blocks),
            "rail_items": sum(block.role == "rail_item" for block in blocks),
            "html_blocks": [marks(block) for block in blocks],
            "text_lines": [{"line": line.line, **marks(line, text=False)} for line in lines],
        }
        pages.append((facts, document(story, site, body, f"a/{n + 40100}"), text))
    return pages


def marks(line: Line, text: bool = True) -> Row:
    """A block as a row: what isn't said is "" or false."""
    row: Row = {"text": line.text} if text else {}
    row["role"] = line.role
    row |= {key: value for key, value in (("kind", line.kind), ("item", line.item), ("repeat", line.repeat)) if value}
    return row


def main() -> None:
    folder = HERE / "pages"
    pages = build()
    for kind, suffix, place in (("html", "html", 1), ("text", "txt", 2)):
        (folder / kind).mkdir(parents=True, exist_ok=True)
        for old in (folder / kind).glob(f"*.{suffix}"):
            old.unlink()
        for page in pages:
            (folder / kind / f"{page[0]['id']}.{suffix}").write_text(str(page[place]), encoding="utf-8")
    rows = "".join(json.dumps(page[0], ensure_ascii=False) + "\n" for page in pages)
    (folder / "pages.jsonl").write_text(rows, encoding="utf-8")


if __name__ == "__main__":
    main()
