"""The parts of the HTML that only a whole page has: its rails, how it spends its characters, what each block is."""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

from features.document import ROLES as ROLE_NAMES
from features.document import Block
from quality.page import Page, Rail, RailItem
from quality.scoring import PageScore, Score
from quality.view.marked import Mark, Note, bar, both, chip, esc, isolated, marked, safe_link, section, table
from quality.words import RAILS, ROLES, Both

_ITEMS = 300  # rail items shown
_EXPLAINED = 60  # of which with reasons: each costs a contribution of every tree
_BLOCKS = 1500
_CHARS = 160  # of a block
_AROUND = Both("周辺の一覧", "rail")
_RAIL = frozenset(("rail_header", "rail_rank", "rail_item", "rail_tag"))


class Ranked(NamedTuple):
    """A rail item with its score and the rail it stands in."""

    item: RailItem
    score: Score
    rail: Rail


def ranked(scored: PageScore) -> list[Ranked]:
    """Rail items loudest first, each headline once."""
    items = [(item, rail) for rail in scored.page.rails for item in rail.items]
    found = [Ranked(i, s, r) for (i, r), s in zip(items, scored.rail, strict=True) if not i.repeat]
    return sorted(found, key=lambda one: -one.score.sensational)


def rails_section(scored: PageScore, level: int) -> str:
    """The rails against the article, then every item, loudest first."""
    items = ranked(scored)
    if not items:
        return ""
    rows = "".join(
        f'<li><span class="value">{one.score.sensational:.2f}</span>{_loudness(one.score)}'
        f"{_item(one, place < _EXPLAINED)}</li>"
        for place, one in enumerate(items[:_ITEMS])
    )
    more = len(items) - _ITEMS
    rest = f'<p class="none">{both(f"ほか{more}件", f"and {more} more")}</p>' if more > 0 else ""
    inner = f'{_rail_table(scored, items)}<ol class="rails">{rows}</ol>{rest}'
    return section("around", level, "周辺の見出し", "Rails, loudest first", inner)


def _loudness(score: Score) -> str:
    kind = "worse" if score.sensational >= 0.5 else "better"
    return bar(score.sensational, kind, f"見出しの煽り度 {score.sensational:.2f} / 1")


def _rail_table(scored: PageScore, items: list[Ranked]) -> str:
    """Each rail's mean, the article's own headline among them, loudest first."""
    rows: list[tuple[float, int, str]] = []
    for rail in scored.page.rails:
        own = [one.score.sensational for one in items if one.rail is rail]
        if own:
            name = isolated(rail.section) if rail.section else both("(題なし)", "no heading")
            kind = both(*RAILS.get(rail.type, RAILS["other"]))
            rows.append((sum(own) / len(own), len(own), f'<th scope="row">{name}</th><td>{kind}</td>'))
    article = f'<th scope="row">{both("この記事の見出し", "this article")}</th><td></td>'
    rows.append((scored.article.sensational, 1, article))
    rows.sort(key=lambda row: -row[0])
    lines = [
        f"<tr{' class=own' if head is article else ''}>{head}"
        f'<td class="count">{count}</td><td class="count">{mean:.2f}</td></tr>'
        for mean, count, head in rows
    ]
    columns = (Both("一覧", "rail"), Both("種類", "kind"), Both("件数", "items"), Both("煽り度の平均", "mean"))
    return table("means", Both("一覧ごとの煽り度", "How sensational each rail is"), columns, lines)


def _item(one: Ranked, explained: bool) -> str:
    reasons = one.score.reasons[:3] if explained else []
    marks = [
        Mark(w.start, w.end, Note("worse" if r.contribution > 0 else "better", "", "", ""))
        for r in reasons
        for w in r.words
    ]
    title = marked(one.item.title, marks, tips=False)
    target = safe_link(one.item.link)
    if target:
        title = f'<a href="{esc(target)}" rel="noopener noreferrer nofollow" target="_blank">{title}</a>'
    facts = [isolated(f) for f in (one.rail.section, one.item.tag) if f]
    if one.item.rank is not None:
        facts.append(both(f"{one.item.rank}位", "rank"))
    why = "".join(
        f'<li><bdi>{esc(r.ja)}</bdi> <span lang="en" class="en"><bdi>{esc(r.en)}</bdi></span></li>' for r in reasons
    )
    if why:
        why = f"<details><summary>{both('理由', 'why')}</summary><ul>{why}</ul></details>"
    return (
        f'<div class="item"><p class="title">{title}</p><p class="small">{chip(one.score.headline_label)} {" · ".join(facts)}</p>'
        f"{why}</div>"
    )


def layout_section(page: Page, level: int) -> str:
    """How the page spends its characters, as one bar and a list."""
    layout = page.article.layout
    if layout is None or layout.chars <= 0:
        return ""
    shares = [
        ("body", Both("本文", "body"), layout.body_chars),
        ("rail_item", Both("周辺の一覧", "rails"), layout.rail_chars),
        ("widget", Both("共有・案内など", "widgets"), layout.widget_chars),
        ("legal", Both("著作権表示など", "legal notices"), layout.legal_chars),
    ]
    shares.append(("other", Both("その他", "other"), max(0, layout.chars - sum(s[2] for s in shares))))
    total = sum(s[2] for s in shares)
    rects, at = [], 0.0
    for kind, _, size in shares:
        width = 100 * size / total
        rects.append(f'<rect class="r-{kind}" x="{at:.2f}" width="{width:.2f}" height="8"/>')
        at += width
    legend = "".join(
        f'<li><span class="dot r-{kind}"></span>{both(*name)} <b>{100 * size / total:.0f}%</b></li>'
        for kind, name, size in shares
    )
    facts = [
        (Both("文字数", "characters"), f"{layout.chars:,}"),
        (Both("本文の段落", "paragraphs"), layout.paragraphs),
        (Both("一覧の見出し", "rail items"), layout.rail_items),
        (Both("うち重複", "repeats"), layout.rail_repeats),
        (Both("リンク内の文字", "characters in links"), f"{100 * min(1, layout.link_chars / layout.chars):.0f}%"),
        (Both("続きは別ページ", "goes on elsewhere"), both("はい", "yes") if layout.cut else both("いいえ", "no")),
    ]
    shown = "".join(f"<div><dt>{both(*name)}</dt><dd>{value}</dd></div>" for name, value in facts)
    said = ", ".join(f"{name.ja} {100 * size / total:.0f}%" for _, name, size in shares)
    picture = (
        '<svg class="shares" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" '
        f'aria-label="{said}">{"".join(rects)}</svg>'
    )
    inner = f'{picture}<ul class="key">{legend}</ul><dl class="facts">{shown}</dl>'
    return section("layout", level, "ページの配分", "Layout", inner)


def blocks_section(page: Page, level: int) -> str:
    """Every block in reading order, coloured by its role."""
    if not page.blocks:
        return ""
    counts = {role: sum(b.role == role for b in page.blocks) for role in ROLE_NAMES}
    key = "".join(
        f'<li><span class="dot r-{role}"></span>{both(*ROLES[role])} <b>{n}</b></li>' for role, n in counts.items() if n
    )
    rows = []
    for role, run in groupby(page.blocks[:_BLOCKS], key=lambda b: "rail_item" if b.role in _RAIL else b.role):
        texts = "".join(_block(b) for b in run)
        name = both(*(_AROUND if role == "rail_item" else ROLES[role]))
        rows.append(f'<li class="run r-{role}"><p class="role">{name}</p><ul class="texts">{texts}</ul></li>')
    more = len(page.blocks) - _BLOCKS
    rest = f'<p class="none">{both(f"ほか{more}件", f"and {more} more blocks")}</p>' if more > 0 else ""
    inner = (
        f'<ul class="key">{key}</ul><details open><summary>{both("ページの上から順に", "in reading order")}</summary>'
        f'<ol class="blocks">{"".join(rows)}</ol>{rest}</details>'
    )
    return section("read", level, "ページの読み取り", "What each block was read as", inner)


def _block(block: Block) -> str:
    text = " ".join(block.text.split())
    said = [esc(block.kind)] if block.kind else []
    if block.role in _RAIL and block.role != "rail_item":
        said.append(both(*ROLES[block.role]))
    if block.repeat:
        said.append(both("重複", "repeat"))
    notes = f' <span class="small">{" · ".join(said)}</span>' if said else ""
    return f'<li class="{block.role}">{isolated(text[:_CHARS] + ("…" if len(text) > _CHARS else ""))}{notes}</li>'
