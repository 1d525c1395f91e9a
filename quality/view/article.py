"""The parts of the HTML that every score has: the headline with its marks, scores, reasons, the body and its sources."""

from __future__ import annotations

import re
from collections.abc import Sequence

from features.feature import Where
from quality.evidence import Reason
from quality.scoring import PageScore, Score
from quality.view.marked import (
    Mark,
    Note,
    bar,
    both,
    chip,
    esc,
    isolated,
    linked,
    marked,
    paragraphs,
    safe_link,
    section,
    table,
)
from quality.view.page import blocks_section, layout_section, rails_section
from quality.words import ANSWERS, KINDS, LABELS, Both

_SHOWN = 3  # reasons a head shows at first; the others unfold
_SAID = 400  # attributions shown and marked
_KIND = Both("種類", "kind")


def card(scored: Score | PageScore, prefix: str, level: int) -> str:
    """All sections; `level` is that of the headline's heading, `prefix` keeps ids apart where cards share a page."""
    article = scored if isinstance(scored, Score) else scored.article
    reasons = article.reasons
    names = {id(r): f"{prefix}-{i}" for i, r in enumerate(reasons, 1)}
    marks = _marks(reasons, names, "title")
    parts = [_head(article, marks, level)]
    body = _body(article, reasons, names, prefix, level + 1)
    parts.append(f'<div class="{"columns" if body else "single"}">{_scores(article, level + 1)}\n{body}</div>')
    parts.append(_reasons(reasons, names, level + 1))
    if isinstance(scored, PageScore):
        parts += [
            rails_section(scored, level + 1),
            layout_section(scored.page, level + 1),
            blocks_section(scored.page, level + 1),
        ]
    return "\n".join(p for p in parts if p)


def better(reason: Reason) -> bool:
    """Whether what a reason did is to the good of the text: less sensational, or more of anything else."""
    return (reason.contribution > 0) != (reason.head == "sensational")


def _marks(reasons: Sequence[Reason], names: dict[int, str], where: Where) -> list[Mark]:
    """The words of the reasons in the headline or the body, those first that tell most of what that text is graded for."""
    tops: dict[str, float] = {}
    for reason in reasons:
        tops[reason.head] = max(tops.get(reason.head, 0.0), abs(reason.contribution))
    ranked = sorted(
        reasons,
        key=lambda r: (where == "title" and r.head != "sensational", -abs(r.contribution) / (tops[r.head] or 1.0)),
    )
    return [Mark(w.start, w.end, _note(r, names[id(r)])) for r in ranked for w in r.words if w.where == where]


def _note(reason: Reason, name: str) -> Note:
    kind = "better" if better(reason) else "worse"
    head = f"{'▲' if reason.contribution > 0 else '▼'} {ANSWERS[reason.head].ja} {reason.contribution:+.2f}"
    return Note(kind, head, reason.ja, reason.en, name)


def _head(score: Score, marks: Sequence[Mark], level: int) -> str:
    document = score.document
    facts = [document.site, document.section, document.byline, _moment(document.published)]
    line = "".join(f"<span>{isolated(f)}</span>" for f in facts if f)
    if safe_link(document.url):
        line += f"<span>{linked(document.url or '', document.url)}</span>"
    label = LABELS[score.verdict]
    return f"""<header class="top">
<p class="verdict {esc(score.verdict)}"><b>{label.ja}</b> <span lang="en">{label.en}</span>
<span class="number">{both("並べ替えの値", "quality")} {score.quality:.2f}</span></p>
<h{level} class="headline">{marked(document.title, marks)}</h{level}>
{f'<p class="facts">{line}</p>' if line else ""}
<p class="legend"><span><mark class="better">語</mark> {both("点を良くした言葉", "words to the good")}</span>
<span><mark class="worse">語</mark> {both("点を悪くした言葉", "to the bad")}</span>
{f'<span><mark class="source">語</mark> {both("出典", "a source")}</span>' if document.body else ""}
<span class="hint">{both("言葉に触れると理由を表示", "point, tap or Tab to a word for its reason")}</span></p>
</header>"""


def _moment(published: str | None) -> str | None:
    """An ISO moment as a person writes it; anything else as it stands."""
    return re.sub(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*", r"\1 \2", published) if published else None


def _scores(score: Score, level: int) -> str:
    rows = []
    for name, answer in ANSWERS.items():
        value = getattr(score, name)
        if value is None:
            continue
        good = 1 - value if name == "sensational" else value
        grade = getattr(score, f"{name}_grade", None)
        label = {"sensational": score.headline_label, "substantive": score.article_label, "whole": score.body_kind}
        said = label.get(name)
        notes = chip(said) if said else ""
        if grade is not None:
            notes += f' <span class="small">{both("評点", "grade")} {grade:.1f} / 3</span>'
        kind = "better" if good >= 0.5 else "worse"
        rows.append(
            f'<li><span class="name">{both(answer.ja, answer.en)}</span><span class="value">{value:.2f}</span>'
            f'{bar(value, kind, f"{answer.ja} {value:.2f} / 1")}<span class="notes">{notes}</span></li>'
        )
    return section("marks", level, "点数", "Scores", f'<ul class="scores">{"".join(rows)}</ul>')


def _reasons(reasons: Sequence[Reason], names: dict[int, str], level: int) -> str:
    parts = []
    for head in dict.fromkeys(r.head for r in reasons):
        own = [r for r in reasons if r.head == head]
        top = max(abs(r.contribution) for r in own) or 1.0
        items = [_reason(r, names[id(r)], abs(r.contribution) / top) for r in own]
        rest = "".join(items[_SHOWN:])
        if rest:
            count = both(f"ほか{len(items) - _SHOWN}件", f"{len(items) - _SHOWN} more")
            rest = f'<details><summary>{count}</summary><ol class="reasons" start="{_SHOWN + 1}">{rest}</ol></details>'
        title = both(*ANSWERS[head])
        first = f'<ol class="reasons">{"".join(items[:_SHOWN])}</ol>'
        parts.append(f"<div><h{level + 1}>{title}</h{level + 1}>{first}{rest}</div>")
    if not parts:
        return ""
    return section("why", level, "理由", "Reasons", "".join(parts))


def _reason(reason: Reason, name: str, share: float) -> str:
    kind = "better" if better(reason) else "worse"
    place = ""
    if reason.percentile is not None:
        place = f'<p class="small">{both("学習データ中の位置", "percentile")} {reason.percentile:.0f}%</p>'
    return (
        f'<li id="{name}"><span class="value {kind}">{reason.contribution:+.2f}</span>'
        f"{bar(share, kind, f'{reason.contribution:+.2f}')}"
        f'<p><bdi>{esc(reason.ja)}</bdi></p><p lang="en" class="en"><bdi>{esc(reason.en)}</bdi></p>'
        f"{place}</li>"
    )


def _body(score: Score, reasons: Sequence[Reason], names: dict[int, str], prefix: str, level: int) -> str:
    document = score.document
    if not document.body:
        return ""
    marks = _marks(reasons, names, "body")
    rows = []
    attributions = score.attributions
    for i, said in enumerate(attributions[:_SAID], 1):
        kind = KINDS.get(said.kind, KINDS["hearsay"])
        name = f"{prefix}-s{i}"
        if said.start is not None and said.end is not None:
            head = f"出典 Source · {kind.ja} {kind.en}"
            note = Note("source", head, f"{said.source} → {said.cue}", f"who says it; the cue is {said.cue}", name)
            marks.append(Mark(said.start, said.end, note))
        source = isolated(said.source) if said.source else both("(示されていない)", "not named")
        rows.append(
            f'<tr id="{name}"><th scope="row">{source}</th><td>{both(*kind)}</td><td>{isolated(said.cue)}</td></tr>'
        )
    listed = table(
        "said", Both("だれの話か", "Who says what"), (Both("出典", "source"), _KIND, Both("伝える言葉", "cue")), rows
    )
    if not rows:
        listed = (
            f'<p class="none">{both("出典を示す言葉が見つかりませんでした。", "No source is named in the body.")}</p>'
        )
    more = len(attributions) - _SAID
    if more > 0:
        listed += f'<p class="none">{both(f"ほか{more}件", f"and {more} more")}</p>'
    return section("body", level, "本文", "Body", paragraphs(document.body, marks) + listed)
