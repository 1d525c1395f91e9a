"""Document -> Analysis, once: normalised text with its way back to the caller's offsets, tokens, sentences, quotations.

Everything a feature may read stands here, worked out on first use and kept, so that a headline pays for no more than
its features ask and no feature tokenises again.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from features import lexicon
from features.document import Document
from features.normalise import normalise, offsets
from features.once import once
from features.tokens import Token, count, tokenize, tokenize_all

Span = tuple[int, int]

_SENTENCE_END = re.compile(r"[。!?][!?。]*[」』)\"'】]*|\n")
_OPEN = {"「": "」", "『": "』", "“": "”", "《": "》", "〈": "〉"}
_CLOSE = {close: open_ for open_, close in _OPEN.items()}
_MARKS = frozenset({"補助記号", "空白", "記号"})
_QUOTE_MARK = re.compile('[「」『』《》〈〉"]')

# A pair of marks without another inside.
_FLAT = re.compile("|".join(f'{a}[^「」『』《》〈〉"\\n]*{b}' for a, b in ("「」", "『』", "《》", "〈〉", '""')))

_TITLE = 1_000  # characters of a title that are read: no headline has a fifth of them, and none may cost its square
_DEEPEST = 8  # open marks remembered: no prose nests deeper, and a page that repeats one mark must not cost its square


class Quotation(NamedTuple):
    """What stands between a pair of quotation marks, the marks left out."""

    start: int
    end: int
    mark: str  # the opening mark; '"' stands for every straight or curly double quote
    depth: int  # 0 outermost


class Text:
    """A title or a body: `raw` as given, `norm` as measured. All spans are in `norm` unless said otherwise."""

    __slots__ = ("__dict__", "norm", "raw", "tokens")  # what is worked out on the way alone stands in __dict__

    def __init__(self, raw: str, lines: bool = False) -> None:
        self.raw = raw
        self.norm = normalise(raw, lines)
        self.tokens: list[Token] = tokenize(self.norm)

    @classmethod
    def all(cls, raws: Sequence[str], lines: bool = False) -> list[Text]:
        """Several texts, one after the other at each step, which is faster."""
        norms = [normalise(raw, lines) for raw in raws]
        texts = []
        for raw, norm, tokens in zip(raws, norms, tokenize_all(norms), strict=True):
            text = cls.__new__(cls)
            text.raw, text.norm, text.tokens = raw, norm, tokens
            texts.append(text)
        return texts

    def __len__(self) -> int:
        return len(self.norm)

    @once
    def starts(self) -> list[int]:
        """Where each token starts in `norm`."""
        return [end - token.size for end, token in zip(self.ends, self.tokens, strict=True)]

    @once
    def ends(self) -> list[int]:
        """Where each token ends in `norm`."""
        return list(accumulate([token.step for token in self.tokens]))

    @once
    def surfaces(self) -> list[str]:
        return [token.surface for token in self.tokens]

    @once
    def words(self) -> lexicon.Hits:
        """Spans of the style lexicons' entries, by category."""
        return lexicon.match(self.norm, self.tokens, self.ends)

    @once
    def tally(self) -> int:
        """How much of each kind there is (`features.tokens.KINDS`), packed as in a token."""
        return sum([token.tally for token in self.tokens])

    def count(self, kind: str) -> int:
        """Tokens of a part of speech, whatever its level, or characters of a script."""
        return count(self.tally, kind)

    @once
    def last(self) -> Token | None:
        """The last token that is no mark."""
        for token in reversed(self.tokens):
            if token.pos1 not in _MARKS:
                return token
        return None

    @once
    def paragraphs(self) -> list[Span]:
        """Spans of the non-empty lines."""
        spans = []
        at = 0
        for line in self.norm.split("\n"):
            if line:
                spans.append((at, at + len(line)))
            at += len(line) + 1
        return spans

    @once
    def quotations(self) -> list[Quotation]:
        """Quotations in order of their opening mark; marks without a partner in the same paragraph are passed over."""
        marks = _QUOTE_MARK.findall(self.norm)
        if not marks:
            return []
        flat = [m.span() for m in _FLAT.finditer(self.norm)]
        if 2 * len(flat) == len(marks):  # side by side: most texts
            new = tuple.__new__  # NamedTuple's own costs three times as much
            return [new(Quotation, (start + 1, end - 1, self.norm[start], 0)) for start, end in flat]
        found = []
        for start, end in self.paragraphs:
            stack: list[tuple[str, int]] = []
            for mark in _QUOTE_MARK.finditer(self.norm, start, end):
                char, at = mark.group(), mark.start()
                opened = [open_ for open_, _ in stack]
                if char in _OPEN or (char == '"' and char not in opened):
                    stack.append((char, at))
                    if len(stack) > _DEEPEST:
                        del stack[0]
                    continue
                partner = _CLOSE.get(char, '"')
                if partner in opened:
                    while stack:
                        open_, begun = stack.pop()
                        if open_ == partner:
                            found.append(Quotation(begun + 1, at, partner, len(stack)))
                            break
        return sorted(found)

    @once
    def spoken(self) -> list[Quotation]:
        """The outermost quotations in corner brackets: speech, terms and titles of works, not scare quotes."""
        return [q for q in self.quotations if q.depth == 0 and q.mark in "「『"]

    @once
    def sentences(self) -> list[Span]:
        """Spans of the sentences; a full stop inside a quotation does not end one, a line break always does."""
        inside = [(q.start, q.end) for q in self.quotations if q.depth == 0 and q.mark != "〈"]
        spans: list[Span] = []
        begun = 0
        quoted = 0
        for stop in _SENTENCE_END.finditer(self.norm):
            at = stop.start()
            while quoted < len(inside) and inside[quoted][1] < at:
                quoted += 1
            within = quoted < len(inside) and inside[quoted][0] <= at <= inside[quoted][1]
            if within and stop.group() != "\n":
                continue
            end = at if stop.group() == "\n" else stop.end()
            if self.norm[begun:end].strip():
                spans.append((begun, end))
            begun = stop.end()
        if self.norm[begun:].strip():
            spans.append((begun, len(self.norm)))
        return spans

    def forget(self) -> None:
        """Let go of everything but the text and its tokens: what the features worked out on the way weighs five times as much."""
        self.__dict__.clear()

    def token_range(self, span: Span) -> tuple[int, int]:
        """Indexes of the first token that starts in `span` and of the first one after it."""
        return self.at(span[0]), self.at(span[1])

    def at(self, place: int) -> int:
        """Index of the first token that starts at a place of `norm` or after it."""
        ends = self.ends
        i = bisect_right(ends, place)
        return i + (i < len(ends) and ends[i] - self.tokens[i].size < place)

    @once
    def _offsets(self) -> list[int]:
        return offsets(self.raw, self.norm)

    def raw_span(self, span: Span) -> Span:
        """`span` of `norm` as a span of the caller's own text."""
        start, end = span
        last = self._offsets[-1]
        first = self._offsets[min(start, len(self._offsets) - 1)]
        if end <= start:
            return first, first
        # the span ends where its last character's source ends, not where the next one begins: dropped characters
        # between the two belong to neither
        final = self._offsets[end - 1]
        at = bisect_right(self._offsets, final, end - 1)
        after = self._offsets[at] if at < len(self._offsets) else last
        while after > final + 1 and (self.raw[after - 1].isspace() or normalise(self.raw[after - 1]) == ""):
            after -= 1
        return first, max(after, first)


class Analysis:
    """A document read once: `title`, and `body` or None."""

    __slots__ = ("__dict__", "body", "document", "title")

    def __init__(self, document: Document, title: Text, body: Text | None) -> None:
        self.document = document
        self.title = title
        self.body = body

    def forget(self) -> None:
        """Let go of what can be worked out again (see Text.forget)."""
        self.__dict__.clear()
        self.title.forget()
        if self.body is not None:
            self.body.forget()


def analyse(document: Document) -> Analysis:
    """Read a document for the features."""
    return analyse_all([document])[0]


def analyse_all(documents: Sequence[Document]) -> list[Analysis]:
    """`analyse` of each, faster."""
    titles = Text.all([d.title[:_TITLE] for d in documents])
    given = [i for i, d in enumerate(documents) if d.body is not None and d.body_kind != "none" and d.body.strip()]
    bodies: list[Text | None] = [None] * len(documents)
    if given:
        for i, text in zip(given, Text.all([documents[i].body or "" for i in given], lines=True), strict=True):
            bodies[i] = text if text.norm else None
    return list(map(Analysis, documents, titles, bodies))
