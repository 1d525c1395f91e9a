"""The quoted hook: where quotations stand in a headline, how long and how loud they are, and who speaks."""

from __future__ import annotations

import re
from bisect import bisect_right

from features.analysis import Analysis, Span
from features.feature import Located
from features.tokens import Token

_SPEAKERS = frozenset(
    {
        "さん", "氏", "監督", "選手", "社長", "会長", "首相", "大統領", "知事", "市長", "教授", "医師", "容疑者", "被告",
        "議員", "投手", "コーチ", "弁護士", "代表", "長官", "相", "アナ", "官房", "報道官",
    }
)  # fmt: skip
_NOUNS = frozenset({"名詞", "接尾辞", "接頭辞", "補助記号"})
# a quotation that ends in !, ?, an ellipsis or a laugh
LOUD_END = re.compile(r"(?:[!?]|\.\.\.|w|笑)[」』]")
LOUD_END_AT = re.compile(r"[」』](?:(?<=[!?w笑].)|(?<=\.\.\..))")  # as often, found by the mark
_FEELING = ("drama", "emotive", "spoken", "slang", "curiosity", "reaction")


def values(a: Analysis) -> tuple[float, ...]:
    """Of the spoken quotations: how many, their share of the headline, the longest one's characters, the share of the headline
    before the first (1 without any), how many have a speaker beside them, and how many hold a name or a term: nouns, nothing else."""
    title = a.title
    found, tokens = title.spoken, title.tokens
    if not found:
        return 0, 0, 0, 1, 0, 0
    ends = title.ends
    size = longest = spoken = named = 0
    for start, end, _, _ in found:
        size += end - start
        longest = max(longest, end - start)
        # the marks are words of their own nearly always, and what is inside begins after the first
        before = bisect_right(ends, start - 1)
        alone = ends[before] == start and tokens[before].size == 1
        first = before + 1 if alone else title.at(start)
        before = before if alone else title.at(start - 1)
        last = title.at(end)
        alone = last < len(tokens) and ends[last] == end + 1 and tokens[last].size == 1
        after = last + 1 if alone else title.at(end + 1)
        spoken += _speaks(tokens[max(0, before - 2) : before] + tokens[after : after + 3])
        if first < last:
            for token in tokens[first:last]:
                if token.pos1 not in _NOUNS:
                    break
            else:
                named += 1
    length = len(title.norm)
    return len(found), size / length, longest, found[0].start / length, spoken, named


def quote_spans(a: Analysis) -> Located:
    return [("title", (q.start, q.end)) for q in a.title.spoken]


def chained_quotes(a: Analysis) -> Located:
    """Quotations that follow each other directly: voices lined up."""
    norm = a.title.norm
    return [("title", (norm.index("」「"), norm.index("」「") + 2))] * norm.count("」「") if "」「" in norm else []


def _speaks(tokens: list[Token]) -> bool:
    """Whether a name or a title stands there."""
    for token in tokens:  # noqa: SIM110, any() of a few is slower
        if token.pos3 == "人名" or token.surface in _SPEAKERS:
            return True
    return False


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
    felt: dict[Span, None] = {}
    for category in _FEELING:
        for span in words.get(category, ()):
            for start, end, _, _ in found:
                if start <= span[0] < end:
                    felt[span] = None
                    break
    return [("title", span) for span in felt]


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
