"""Who can speak: the noun phrase before a particle, and the kind of source it names."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from features.analysis import Text
from features.attribution_words import endings, names, words

KINDS = ("outlet", "institution", "person", "anonymous", "public", "hearsay")

_NOMINAL = frozenset({"名詞", "接頭辞", "接尾辞", "代名詞"})
_DATES = frozenset({"日", "月", "年", "時", "分", "ごろ", "頃", "午前", "午後", "歳", "代", "番", "回", "%"})
_INNER = (
    dict.fromkeys("省庁署党軍側銀裁検", "institution")
    | dict.fromkeys("氏相", "person")
    | dict.fromkeys("紙誌", "outlet")
)
_BRACKETS = re.compile(r"\([^()]*\)")
_LONGEST = 40  # tokens of a name; lists without end are no names
_ENDING = 8  # tokens of the longest ending listed
_JOINTS = frozenset("・&-=/.'’")
_PLURALS = frozenset({"ら", "たち", "達", "など", "等", "自身", "さん", "側", "自ら", "各氏"})
_MASS = frozenset({"katakana", "latin"})


@cache
def last_characters() -> frozenset[str]:
    """What the public and documents end in, and what may follow a name: brackets, quotation marks, plurals."""
    public = [name for table in (names(), endings()) for name, kind in table.items() if kind == "public"]
    return frozenset([*(word[-1] for word in [*public, *words("documents"), *_PLURALS]), *')】]〉=-」』"'])


class Source(NamedTuple):
    """A noun phrase that can speak: tokens `first` to `last` (exclusive), its kind and how far to trust that."""

    first: int
    last: int
    kind: str
    trust: int

    @property
    def sure(self) -> bool:
        return self.trust == SURE


# a known name or ending; a proper noun; no more than a word in katakana or Latin letters
SURE, PROPER, LOOKS = 2, 1, 0


class Phrases:
    """Noun phrases of a text, read backwards from the token that closes them."""

    def __init__(self, text: Text, folded: dict[int, int]) -> None:
        self.text = text
        self.tokens = text.tokens
        self.starts = text.starts
        self.quoted = {last: first for first, last in folded.items()}  # closing mark -> opening mark
        self.opening: dict[int, int] = {}  # index of a closing bracket -> index of its partner
        self._known: dict[int, Source | None] = {}

    def before(self, at: int) -> Source | None:
        """The source that ends where token `at` stands, or None."""
        try:
            return self._known[at]
        except KeyError:
            found = self._known[at] = self._read(at)
            return found

    def run(self, at: int) -> tuple[int, int]:
        """Tokens of the run of nouns that ends before `at`, less what follows a name in brackets (an age, a team)."""
        tokens = self.tokens
        first = last = self._close(at)
        while first > max(0, last - _LONGEST):
            token = tokens[first - 1]
            if token.pos1 in _NOMINAL:
                if token.pos2 == "助動詞語幹":
                    break
            elif token.surface in _JOINTS and first < last and first > 1 and tokens[first - 2].pos1 in _NOMINAL:
                pass
            elif token.surface == ")" and first < last and first - 1 in self.opening and last - first <= 3:
                # ジャン(Jean)首相: the bracket stands inside the name
                first = self.opening[first - 1]
                continue
            elif token.pos1 == "形状詞" and first < last:
                pass
            else:
                break
            if first < last and self._gap(first):
                break
            first -= 1
        # dates and adverbs run into the name that follows them: 「25日気象庁は」
        while first < last and self._leads_in(first, last):
            first += 1
        return first, last

    def _close(self, at: int) -> int:
        """`at` moved back over brackets, addresses and plurals: where the noun itself ends."""
        tokens = self.tokens
        last = at
        while last > 0:
            closing = self.opening.get(last - 1)
            surface = tokens[last - 1].surface
            if closing is not None and surface in ")】]〉":
                last = closing
            elif surface in ("=", "-") and (mark := self._mark_before(last - 1)) is not None:
                last = mark
            elif surface == "など" or (surface == "ら" and last - 1 > 0 and tokens[last - 1].pos1 == "接尾辞"):
                last -= 1
            else:
                break
        return last

    def _leads_in(self, first: int, last: int) -> bool:
        """Whether the first token of a run is no part of the name: a date, a number, an adverb."""
        token = self.tokens[first]
        if token.pos2 == "数詞":
            # 二 of 二本木さん is a name's; a counter follows a number
            return token.script != "kanji" or first + 1 == last or self.tokens[first + 1].pos3.startswith("助数詞")
        if token.surface in _JOINTS or token.surface in _DATES:
            return True
        return token.pos3 == "副詞可能" and last - first > 1 and token.surface != "毎日"

    def _gap(self, index: int) -> bool:
        """White space before token `index` parts the words, except inside a name in Latin letters."""
        before = self.starts[index - 1] + len(self.tokens[index - 1].surface)
        return self.starts[index] > before and not (
            self.tokens[index].script == "latin" and self.tokens[index - 1].script == "latin"
        )

    def _mark_before(self, closing: int) -> int | None:
        """吉田正(30)=西武=は: the first of a pair of marks that enclose a name's address."""
        mark = self.tokens[closing].surface
        for index in range(closing - 1, max(closing - 8, 0), -1):
            if self.tokens[index].surface == mark:
                return index
        return None

    def _read(self, at: int) -> Source | None:
        close = self._close(at)
        if close - 1 in self.quoted:
            return self._quoted(close)
        first, last = self.run(at)
        if first >= last:
            return None
        kind, trust = self.kind(first, last)
        if not kind:
            return None
        return Source(self._widened(first, last, kind), last, kind, trust)

    def _quoted(self, at: int) -> Source | None:
        """A name in quotation marks: 地元紙「北山日日」, 『北山新聞』."""
        opening = self.quoted[at - 1]
        if at - 1 - opening > 12 or opening + 1 >= at - 1:
            return None
        first, last = self.run(opening)
        if last == opening and first < last:
            kind, trust = self.kind(first, last)
            if kind in ("outlet", "institution") and trust == SURE:
                return Source(first, at, kind, trust)
        kind, trust = self.kind(opening + 1, at - 1)
        if kind in ("outlet", "institution") and trust == SURE:
            return Source(opening + 1, at - 1, kind, trust)
        return None

    def kind(self, first: int, last: int) -> tuple[str, int]:
        """Kind of the run of nouns, '' where it can't speak, and how far to trust it."""
        norm, starts, tokens = self.text.norm, self.starts, self.tokens
        end = self.text.ends[last - 1]
        whole = norm[starts[first] : end]
        if "(" in whole:
            whole = _BRACKETS.sub("", whole)
        if whole in words("self"):
            return "self", SURE
        if whole in names():
            return names()[whole], SURE
        table = endings()
        tail = last
        while True:
            for index in range(max(first, tail - _ENDING), tail):
                kind = table.get(norm[starts[index] : self.text.ends[tail - 1]])
                if kind is not None:
                    if kind == "anonymous" and self._named(first, index):
                        return "person", SURE
                    return kind, SURE
            if tail - 1 > first and tokens[tail - 1].surface in _PLURALS:
                tail -= 1
                continue
            break
        token = tokens[tail - 1]
        if last - first > 1 and not words("press_words").isdisjoint([t.surface for t in tokens[first:tail]]):
            return "outlet", PROPER
        if whole[0] == "同" and len(whole) <= 3 and token.pos1 == "名詞":
            return ("person" if whole[-1] in "氏相" else "institution"), PROPER
        if norm[starts[first] : self.text.ends[tail - 1]] in names():
            return names()[norm[starts[first] : self.text.ends[tail - 1]]], SURE
        if token.pos3 == "人名":
            return "person", SURE
        # an ending the tokenizer left inside a word: 経産省, 園側
        inner = _INNER.get(token.surface[-1]) if len(token.surface) > 1 and token.script == "kanji" else None
        if inner is not None and token.pos1 == "名詞":
            return inner, SURE
        if token.pos2 == "固有名詞":
            return "institution", PROPER
        if (
            token.pos1 == "名詞"
            and token.script in _MASS
            and token.pos3 not in ("サ変可能", "形状詞可能", "副詞可能", "助数詞可能")
        ):
            return (
                "person" if any(t.pos3 == "人名" or t.surface == "・" for t in tokens[first:tail]) else "institution"
            ), False
        return "", LOOKS

    def _named(self, first: int, index: int) -> bool:
        """A role after a personal name (斎藤道雄投資家) makes a named person; after anything else it stays nameless."""
        return index > first and self.tokens[index - 1].pos3 == "人名"

    def _widened(self, first: int, last: int, kind: str) -> int:
        """A role alone takes its modifier along (県の担当者, 広島と長崎の市長), a name stands for itself."""
        tokens = self.tokens
        alone = kind == "anonymous" or self.text.norm[self.starts[first] : self.text.ends[last - 1]] in endings()
        while alone and first > 1 and tokens[first - 1].surface == "の" and tokens[first - 2].pos1 in _NOMINAL:
            wider, _ = self.run(first - 1)
            if wider >= first - 1 or tokens[first - 2].pos3 == "副詞可能":
                break
            first = wider
        if (
            first > 1
            and tokens[first - 1].surface in ("や", "と", "及び", "および")
            and tokens[first - 2].pos1 in _NOMINAL
        ):
            wider, end = self.run(first - 1)
            if wider < end and self.kind(wider, end)[0] == kind:
                first = wider
        return first

    def behind(self, at: int) -> Source | None:
        """The source a transparent head stands for: 「市の発表」 is the city's, 「発表」 alone nobody's."""
        close = self._close(at)
        if close - 1 in self.quoted:
            opening = self.quoted[close - 1]
            named = self._quoted(close)
            return named or (Source(opening + 1, close - 1, "institution", LOOKS) if opening + 1 < close - 1 else None)
        first, last = self.run(at)
        if first >= last:
            return None
        whole = self.text.norm[self.starts[first] : self.text.ends[last - 1]]
        if whole in _OTHERS:
            return self.behind(first - 1) if first > 1 and self.tokens[first - 1].surface == "の" else None
        if whole in words("transparent") and first > 1 and self.tokens[first - 1].surface in ("の", "による"):
            deeper = self.behind(first - 1)
            if deeper is not None:
                return deeper
        source = self.before(at)
        if source is not None:
            return source
        tail = self.tokens[last - 1]
        if tail.pos1 == "代名詞" or tail.pos3 == "副詞可能" or whole in _EMPTY_HEADS:
            return None
        return Source(first, last, "anonymous" if whole in ("人", "者", "人々") else "institution", LOOKS)


_OTHERS = frozenset({"別", "複数", "一部", "最新", "この", "その", "同日", "各"})
_EMPTY_HEADS = frozenset({"こと", "ところ", "の", "それ", "これ", "もの", "事故", "影響", "事情", "都合"})
