"""The quoted hook: where quotations stand in a headline, how long and how loud they are, and who speaks."""

from __future__ import annotations

import re

from features.analysis import Analysis
from features.feature import Located
from features.tokens import Token

_SPEAKERS = frozenset(
    {
        "さん", "氏", "監督", "選手", "社長", "会長", "首相", "大統領", "知事", "市長", "教授", "医師", "容疑者", "被告",
        "議員", "投手", "コーチ", "弁護士", "代表", "長官", "相", "アナ", "官房", "報道官",
    }
)  # fmt: skip
_NOUNS = frozenset({"名詞", "接尾辞", "接頭辞", "補助記号"})
_LOUD_END = re.compile(r"(?:[!?]|\.\.\.|w|笑)[」』]")
_FEELING = ("drama", "emotive", "spoken", "slang", "curiosity", "reaction")


def values(a: Analysis) -> tuple[float, ...]:
    """Of the spoken quotations: how many, their share of the headline, the longest one's characters, the share of the headline
    before the first (1 without any), how many have a speaker beside them, and how many hold a name or a term: nouns, nothing else."""
    title = a.title
    found, tokens = title.spoken, title.tokens
    if not found:
        return 0, 0, 0, 1, 0, 0
    sizes = [q.end - q.start for q in found]
    spoken = named = 0
    for q in found:
        before, first, last, after = map(title.at, (q.start - 1, q.start, q.end, q.end + 1))
        spoken += _speaks(tokens[max(0, before - 2) : before]) or _speaks(tokens[after : after + 3])
        named += first < last and _NOUNS.issuperset([t.pos1 for t in tokens[first:last]])
    length = len(title.norm)
    return len(found), sum(sizes) / length, max(sizes), found[0].start / length, spoken, named


def quote_spans(a: Analysis) -> Located:
    return [("title", (q.start, q.end)) for q in a.title.spoken]


def edges(a: Analysis) -> tuple[float, ...]:
    """1 where the headline opens with a quotation, the hook before the news; 1 where it closes with one."""
    norm = a.title.norm
    return norm[:1] in ("「", "『"), norm[-1:] in ("」", "』")


def loud_quotes(a: Analysis) -> Located:
    """Quotations that end in !, ?, an ellipsis or a laugh."""
    return [("title", m.span()) for m in _LOUD_END.finditer(a.title.norm)]


def chained_quotes(a: Analysis) -> Located:
    """Quotations that follow each other directly: voices lined up."""
    norm = a.title.norm
    return [("title", (norm.index("」「"), norm.index("」「") + 2))] * norm.count("」「") if "」「" in norm else []


def _speaks(tokens: list[Token]) -> bool:
    """Whether a name or a title stands there."""
    return True in [t.pos3 == "人名" or t.surface in _SPEAKERS for t in tokens]  # any() of three is slower


def speakers(a: Analysis) -> Located:
    """Quotations with a name or a title right before or after them."""
    title = a.title
    found: Located = []
    for q in title.spoken:
        before, after = title.token_range((q.start - 1, q.end + 1))
        if _speaks(title.tokens[max(0, before - 2) : before] + title.tokens[after : after + 3]):
            found.append(("title", (q.start, q.end)))
    return found


def felt_quotes(a: Analysis) -> Located:
    """Loud or spoken words inside the quotations."""
    found = a.title.spoken
    if not found:
        return []
    words = a.title.words
    loud = dict.fromkeys([span for c in _FEELING if c in words for span in words[c]])
    return [("title", s) for s in loud if any(q.start <= s[0] < q.end for q in found)]


def scare_quotes(a: Analysis) -> Located:
    return [("title", (q.start, q.end)) for q in a.title.quotations if q.mark == '"']


def loud_scare_quotes(a: Analysis) -> Located:
    """Scare quotes around a loud word ("まさかの結末") or a clause that ends in た."""
    loud = [s for c in _FEELING if c in a.title.words for s in a.title.words[c]]
    norm = a.title.norm
    return [
        ("title", (q.start, q.end))
        for q in a.title.quotations
        if q.mark == '"' and (norm[q.end - 1] in "た!?." or any(q.start <= s[0] < q.end for s in loud))
    ]
