"""What of a headline its body holds: words, pieces, parts, quotations, compared once for an article."""

from __future__ import annotations

import re
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from features.analysis import Analysis, Span, Text
from features.late import late

_LEAD = 200  # characters of the body that a reader takes for its beginning
_QUOTE = 4  # a quotation of fewer characters is a term, found anywhere

_MARK = frozenset(
    " \n、。,.!?・…「」『』\"'()【】[]〈〉《》―—-ー~〜:;/"
)  # and all white space that normalised text has
_SET = re.escape("".join(sorted(_MARK)))
_PASSED_OVER = late(f"[{_SET}][{_SET}]*")  # a set comes first, and is searched for at once; so below
_KATAKANA = late("[ァ-ヶ][ァ-ヶ]*")
_KANA = str.maketrans({chr(code): chr(code - 0x60) for code in range(0x30A1, 0x30F7)})
_KANJI_HEAD = late("^[一-鿿々]+")
_PART = late(r"[ 、。!?…】]|\.\.\.|──|――")

_FIGURE = late(
    r"[\d一二三四五六七八九十百千](?:(?<=\d)[\d,]*(?:\.\d+)?(?:[兆億万千](?:\d[\d,]*)?)*"
    r"|(?<=\D)[一二三四五六七八九十百千]{0,19}(?=[つ人年月日時回位歳円件社度点本]))"
)
_DIGITS = {char: digit for digit, char in enumerate("〇一二三四五六七八九")}
_SMALL = {"十": 10, "百": 100, "千": 1_000}
_LARGE = {"万": 10**4, "億": 10**8, "兆": 10**12}


class Word(NamedTuple):
    """A content word of the headline; of verbs and adjectives the kanji they begin with, which inflection leaves alone."""

    stem: str
    start: int
    end: int
    held: float  # how far the body holds it, 0 to 1


class Quote(NamedTuple):
    """A quotation of the headline."""

    start: int
    end: int
    held: float  # its longest stretch found in the body, as a share
    spoken: float  # the same within the body's own quotations


class Delivery:
    """What of a headline its body holds, worked out once for an article."""

    def __init__(self, title: Text, body: Text) -> None:
        self.title, self.text = title, body
        # a body that repeats its headline (in a caption, as a link) has not told it thereby
        self.body = body.norm.replace(title.norm, " ") if len(title.norm) > 8 else body.norm

    @cached_property
    def lead(self) -> str:
        return self.body[:_LEAD]

    @cached_property
    def rest(self) -> str:
        return self.body[_LEAD:]

    @cached_property
    def words(self) -> list[Word]:
        found = []
        for token, start, end in zip(self.title.tokens, self.title.starts, self.title.ends, strict=True):
            noun = token.pos1 == "名詞" and token.pos2 in ("普通名詞", "固有名詞")
            verb = token.pos1 in ("動詞", "形容詞", "形状詞") and token.script in ("mixed", "kanji", "katakana")
            if (noun or verb) and (len(token.surface) > 1 or token.script == "kanji"):
                head = _KANJI_HEAD.match(token.surface) if verb else None
                stem = head.group() if head else token.surface
                found.append(Word(stem, start, end, self._held(stem)))
        return found

    def _held(self, word: str) -> float:
        """1 where the body holds the word, else the share of its pairs of characters, or half that of its kanji."""
        if word in self.body:
            return 1.0
        if len(word) > 2:
            pairs = [word[i : i + 2] for i in range(len(word) - 1)]
            return sum(pair in self.body for pair in pairs) / len(pairs)
        kanji = [c for c in word if "一" <= c <= "鿿"]
        return sum(c in self.body for c in kanji) / len(kanji) / 2 if kanji else 0.0

    @cached_property
    def figures(self) -> list[tuple[Span, bool]]:
        """The headline's numbers, and whether the body gives their value, however it is written."""
        stated = list(_FIGURE.finditer(self.title.norm))
        given = {_value(figure) for figure in set(_FIGURE.findall(self.body))} if stated else ()
        return [(m.span(), _value(m.group()) in given) for m in stated]

    @cached_property
    def folded(self) -> str:
        return _PASSED_OVER.sub("", self.body.lower())

    @cached_property
    def pieces(self) -> list[tuple[int, bool]]:
        """The headline's characters, marks left out: place, and whether the body holds it with a neighbour."""
        places = [i for i, c in enumerate(self.title.norm) if c not in _MARK]
        chars = "".join(self.title.norm[i].lower()[:1] for i in places)
        held = [False] * len(chars)
        body = self.folded
        for i in range(len(chars) - 1):
            if chars[i : i + 2] in body:
                held[i] = held[i + 1] = True
        return list(zip(places, held, strict=True))

    @cached_property
    def parts(self) -> list[tuple[Span, float]]:
        """The headline's parts of two content words or more, and how far the body holds each."""
        bounds = [0, *(m.end() for m in _PART.finditer(self.title.norm)), len(self.title.norm)]
        found = []
        for start, end in pairwise(bounds):
            held = [w.held for w in self.words if start <= w.start < end]
            if len(held) > 1:
                found.append(((start, end), sum(held) / len(held)))
        return found

    @cached_property
    def sentences(self) -> list[frozenset[int]]:
        """Which of the headline's words (by their place) each sentence of the body holds."""
        norm, title = self.text.norm, self.title.norm
        known = [(i, w.stem) for i, w in enumerate(self.words) if w.stem in self.body]
        told = [norm[start:end] for start, end in self.text.sentences]
        if title in norm:
            told = [sentence.replace(title, " ") for sentence in told]
        return [frozenset([i for i, stem in known if stem in sentence]) for sentence in told]

    @property
    def neighbours(self) -> list[tuple[frozenset[int], frozenset[int]]]:
        """Each sentence's words with the next one's."""
        return list(zip(self.sentences, [*self.sentences[1:], frozenset()], strict=True))

    @cached_property
    def quotes(self) -> list[Quote]:
        outer = [q for q in self.title.quotations if q.depth == 0 and q.mark in '「『"']
        asked = [(q, words) for q in outer if len(words := _fold(self.title.norm[q.start : q.end])) >= _QUOTE]
        if not asked:
            return []
        body = _in_hiragana(self.folded)
        spoken = "\n".join([_fold(self.text.norm[q.start : q.end]) for q in self.text.quotations])
        return [Quote(q.start, q.end, _longest(words, body), _longest(words, spoken)) for q, words in asked]


def _fold(text: str) -> str:
    """Text without marks, in hiragana and small letters: as a quotation is compared."""
    return _in_hiragana(_PASSED_OVER.sub("", text.lower()))


def _in_hiragana(text: str) -> str:
    return _KATAKANA.sub(lambda found: found.group().translate(_KANA), text)


def _value(figure: str) -> float:
    """The value of a number in digits, kanji or both: 1万2000, 12,000, 十二."""
    total = section = 0.0
    digits = ""
    for char in figure:
        if char in _LARGE or char in _SMALL:
            number = float(digits) if digits else 0.0
            digits = ""
            if char in _SMALL:
                section += (number or 1.0) * _SMALL[char]
            else:
                total += ((section + number) or 1.0) * _LARGE[char]
                section = 0.0
        elif char != ",":
            digits += str(_DIGITS.get(char, char))
    return total + section + (float(digits) if digits else 0.0)


def _longest(words: str, body: str) -> float:
    """The longest stretch of `words` that stands in `body`, as a share of it."""
    best = start = 0
    while start + best < len(words):
        if words[start : start + best + 1] in body:
            best += 1
        else:
            start += 1
    return best / len(words)


def delivery(a: Analysis) -> Delivery | None:
    """The comparison of an article, made on first use and kept; None without a body."""
    if a.body is None:
        return None
    kept: Delivery | None = a.__dict__.get("delivery")
    if kept is None:
        kept = a.__dict__["delivery"] = Delivery(a.title, a.body)
    return kept
