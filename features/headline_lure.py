"""What a headline withholds: hidden names, unfinished sentences, the noun that is sold, the public that reacts."""

from __future__ import annotations

import re

from features.analysis import Analysis
from features.feature import Located

_NOUNS = frozenset({"名詞", "代名詞", "接尾辞"})
_PREDICATES = frozenset({"動詞", "助動詞", "形容詞", "形状詞"})
_MODIFYING = frozenset({"動詞", "助動詞", "形容詞", "連体詞", "形状詞"})
ELLIPSIS = re.compile(r"\.{3,}")
_TRAILING = '"」』)!?.。〉》】'


def ending(a: Analysis) -> tuple[float, ...]:
    """What the last word is: a noun (taigen-dome), a noun that names an act (発表: the verb is only clipped), a predicate, a particle."""
    last = a.title.last
    if last is None:
        return 0, 0, 0, 0
    pos = last.pos1
    return pos in _NOUNS, last.pos3 == "サ変可能", pos in _PREDICATES, pos == "助詞"


def ends_on_hollow(a: Analysis) -> Located:
    """The headline ends on a word that names no thing (理由, 正体, 姿), or on とは."""
    hollow, norm = a.title.words.get("hollow"), a.title.norm
    if hollow is None and "とは" not in norm:
        return []  # most headlines
    core = norm.rstrip(_TRAILING)
    if core.endswith("とは"):
        return [("title", (len(core) - 2, len(core)))]
    return [("title", span) for span in hollow if span[1] == len(core)] if hollow else []


def breaks_off(a: Analysis) -> Located:
    """An ellipsis right after a particle or a joined clause (…したら…, …は…): the sentence breaks off before its news."""
    title = a.title
    found: Located = []
    for m in ELLIPSIS.finditer(title.norm):
        at = title.at(m.start()) - 1
        if at >= 0 and (title.tokens[at].pos1 == "助詞" or title.tokens[at].surface in ("たら", "だら", "なら")):
            found.append(("title", (title.starts[at], m.end())))
    return found


def hollow_heads(a: Analysis) -> Located:
    """A clause or an adjective hung on a word that names no thing (放った一言, 意外な行動, その正体)."""
    title = a.title
    found: Located = []
    for start, end in title.words.get("hollow", ()):
        at = title.at(start)
        if at and title.tokens[at - 1].pos1 in _MODIFYING:
            found.append(("title", (title.starts[at - 1], end)))
    return found


def modified_past(a: Analysis) -> float:
    """た before a noun (残した一言): a clause hung on the noun that is sold."""
    tokens = a.title.tokens
    hung = 0
    for i, token in enumerate(tokens[:-1], 1):
        if token.size == 1 and "past" in token.kinds:
            hung += token.cform.startswith("連体形") and tokens[i].pos1 in ("名詞", "代名詞")
    return hung


def unnamed(a: Analysis) -> float:
    """Epithets in a headline that names no one: the subject is withheld."""
    epithets = a.title.words.get("epithet")
    return len(epithets) if epithets and not a.title.count("人名") else 0


def public_reacts(a: Analysis) -> Located:
    """The public beside its feeling (ネット騒然, ファン悶絶): the reaction is the news."""
    words = a.title.words
    if "public" not in words:
        return []
    felt = [s for c in ("reaction", "drama", "emotive") for s in words.get(c, ())]
    return [
        ("title", (start, max(end, e)))
        for start, end in words["public"]
        if (e := next((f for s, f in felt if s <= end + 4 and f > end), 0))
    ]


def leads_with_subject(a: Analysis) -> float:
    """1 where a name or an institution and a comma open the headline (日銀、…): who did it comes first."""
    head, comma, _ = a.title.norm.partition("、")
    if not comma or len(head) > 14 or not a.title.tokens:
        return 0
    return a.title.tokens[0].pos2 == "固有名詞" or any(
        s == 0 or e == len(head) for s, e in a.title.words.get("institution", ())
    )
