"""Who can speak: the noun phrase before a particle, and the kind of source it names."""

from __future__ import annotations

from typing import NamedTuple

from features.analysis import Text
from features.attribution_words import endings, names, words

KINDS = ("outlet", "institution", "person", "anonymous", "public", "hearsay")

_NOMINAL = frozenset({"名詞", "接頭辞", "接尾辞", "代名詞"})
_JOINTS = frozenset("・&-=/.'’")
_PLURALS = frozenset({"ら", "たち", "達", "など", "等", "自身", "さん", "側", "自ら", "各氏"})
_MASS = frozenset({"katakana", "latin"})
_COORDINATORS = frozenset({"や", "と", "、", "・", "及び", "および"})


class Source(NamedTuple):
    """A noun phrase that can speak: its tokens `first` to `last` (exclusive), its kind, and whether that kind is sure."""

    first: int
    last: int
    kind: str
    sure: bool


class Phrases:
    """Noun phrases of a text, read backwards from the token that closes them."""

    def __init__(self, text: Text, opening: dict[int, int]) -> None:
        self.text = text
        self.tokens = text.tokens
        self.starts = text.starts
        self.opening = opening  # index of a closing bracket -> index of its partner
        self._known: dict[int, Source | None] = {}

    def before(self, at: int) -> Source | None:
        """The source that ends where token `at` stands, or None."""
        if at not in self._known:
            self._known[at] = self._read(at)
        return self._known[at]

    def span(self, source: Source) -> tuple[int, int]:
        return self.starts[source.first], self.text.ends[source.last - 1]

    def run(self, at: int) -> tuple[int, int]:
        """Tokens of the run of nouns that ends before `at`; what follows the name in brackets (an age, a team) is left out."""
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
        first = last
        while first > 0:
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
        while first < last and (
            tokens[first].pos2 == "数詞"
            or tokens[first].surface in _JOINTS
            or (tokens[first].pos3 == "副詞可能" and last - first > 1)
            or tokens[first].surface in ("日", "月", "年", "ごろ", "午前", "午後")
        ):
            first += 1
        return first, last

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
        first, last = self.run(at)
        if first >= last:
            return None
        kind, sure = self.kind(first, last)
        if not kind:
            return None
        return Source(self._widened(first, last, kind), last, kind, sure)

    def kind(self, first: int, last: int) -> tuple[str, bool]:
        """Kind of the run of nouns, '' where it can't speak; not sure where only its looks say so."""
        norm, starts, tokens = self.text.norm, self.starts, self.tokens
        end = self.text.ends[last - 1]
        whole = norm[starts[first] : end]
        if whole in names():
            return names()[whole], True
        table = endings()
        tail = last
        while True:
            for index in range(first, tail):
                kind = table.get(norm[starts[index] : self.text.ends[tail - 1]])
                if kind is not None:
                    if kind == "anonymous" and self._named(first, index):
                        return "person", True
                    return kind, True
            if tail - 1 > first and tokens[tail - 1].surface in _PLURALS:
                tail -= 1
                continue
            break
        token = tokens[tail - 1]
        if whole[0] == "同" and len(whole) <= 3 and token.pos1 == "名詞":
            return ("person" if whole[-1] in "氏相" else "institution"), False
        if norm[starts[first] : self.text.ends[tail - 1]] in names():
            return names()[norm[starts[first] : self.text.ends[tail - 1]]], True
        if token.pos3 == "人名":
            return "person", True
        if token.pos3 == "地名":
            return "institution", False
        if token.pos2 == "固有名詞":
            return "institution", False
        if (
            token.pos1 == "名詞"
            and token.script in _MASS
            and token.pos3 not in ("サ変可能", "形状詞可能", "副詞可能", "助数詞可能")
        ):
            return (
                "person" if any(t.pos3 == "人名" or t.surface == "・" for t in tokens[first:tail]) else "institution"
            ), False
        return "", False

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
        first, last = self.run(at)
        if first >= last:
            return None
        whole = self.text.norm[self.starts[first] : self.text.ends[last - 1]]
        if whole in words("transparent") and first > 1 and self.tokens[first - 1].surface in ("の", "による"):
            deeper = self.behind(first - 1)
            if deeper is not None:
                return deeper
        source = self.before(at)
        if source is not None:
            return source
        tail = self.tokens[last - 1]
        if tail.pos1 in ("代名詞",) or tail.pos3 == "副詞可能" or whole in _EMPTY_HEADS:
            return None
        return Source(first, last, "institution", False)


_EMPTY_HEADS = frozenset({"こと", "ところ", "の", "それ", "これ", "もの", "事故", "影響", "事情", "都合"})
