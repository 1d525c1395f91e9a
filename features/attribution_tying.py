"""Cues tied to their sources: whose words they are, read off particles, clause order and the sentence before."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from features.analysis import Text
from features.attribution_cues import find_cues, triggers
from features.attribution_quotative import Cue
from features.attribution_sentence import QUOTE, Sentence
from features.attribution_sources import LOOKS, Phrases, Source, last_characters
from features.attribution_words import words

_BRACKET = re.compile(r"[(\[]")
_ROLES = frozenset(["は", "も", "が", "から", "で", "に"])  # particles that make a noun phrase a candidate
_ADVERSATIVES = frozenset(["が", "けど", "けれど", "けれども", "ものの", "一方"])
_LONGEST = 1_500  # tokens of a sentence; what goes on longer is a list or a trap, and ties cost its square
_CARRY = 3  # sentences a source is carried on for where the subject is left out


class Tied(NamedTuple):
    cue: Cue
    source: Source | None  # None: hearsay, or the public at large
    kind: str


class _Candidate(NamedTuple):
    position: int  # of the particle, in the sentence
    mark: str  # は, が, では, から, には ...
    source: Source


class Reader:
    """One reading of a text: its sentences, who could speak in each, and the source carried from one to the next."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.folded: dict[int, int] = {}
        starts = text.starts
        for quotation in text.quotations:
            if quotation.depth == 0 and quotation.mark in '「『"':
                first, last = bisect_left(starts, quotation.start - 1), bisect_left(starts, quotation.end)
                if last < len(starts) and starts[first] == quotation.start - 1 and starts[last] == quotation.end:
                    self.folded[first] = last
        brackets = [bisect_left(starts, mark.start()) for mark in _BRACKET.finditer(text.norm)]
        self._openings = sorted([*self.folded, *(i for i in brackets if i < len(starts) and text.surfaces[i] in "([")])
        self._ranges = [(bisect_left(starts, start), bisect_left(starts, end)) for start, end in text.sentences]
        self.phrases = Phrases(text, self.folded)
        self.spoken: dict[int, Source] = {}  # sentence -> the source it rests on last
        self._sentences: dict[int, Sentence] = {}
        self._found: dict[int, list[_Candidate]] = {}

    def read(self) -> Iterator[Tied]:
        """Tied cues in the order of their sentences."""
        starters = triggers()
        surfaces = self.text.surfaces
        for number, (first, last) in enumerate(self._ranges):
            if last - first > _LONGEST:
                continue
            if starters.isdisjoint(surfaces[first:last]) and self.folded.keys().isdisjoint(range(first, last)):
                continue
            headed = self._headed(number)
            if headed is not None:
                yield headed
            yield from self._tie_all(number)

    def _headed(self, number: int) -> Tied | None:
        """A quotation that is its own line, under a line that names the speaker."""
        spans = self.text.sentences
        first, last = self._ranges[number]
        opening = self.text.tokens[first].surface
        if number == 0 or opening not in ("「", "『") or self.text.norm[spans[number][0] - 1] != "\n":
            return None
        if self.folded.get(first, last) < last - 2:
            return None  # a sentence goes on behind the quotation
        start, end = self._ranges[number - 1]
        before = spans[number - 1][0]
        if self.text.norm[max(before - 2, 0) : before].strip(" ")[-1:] not in ("", "\n") or end - start > 20:
            return None
        while end > start and self.text.tokens[end - 1].surface in (":", ")", ">", "】", "]"):
            end -= 1
        source = self.phrases.before(end)
        if source is None or not source.sure or source.kind not in ("person", "anonymous"):
            return None
        self.spoken[number] = source
        return Tied(Cue("label", 0, 0, 0, first, first, True), source, source.kind)

    def _sentence(self, number: int) -> Sentence:
        if number not in self._sentences:
            first, last = self._ranges[number]
            self._sentences[number] = Sentence(self.text, self.phrases, first, last, self.folded, self._openings)
        return self._sentences[number]

    def _tie_all(self, number: int) -> list[Tied]:
        sentence = self._sentence(number)
        cues = list(find_cues(sentence))
        if not cues:
            return []
        candidates = self._candidates(number)
        tied: list[Tied] = []
        begin = 0
        previous: Source | None = None
        according = any(cue.form == "according" for cue in cues)
        for cue in cues:
            if cue.form == "frame" and not self._quoted_beside(number):
                continue
            if cue.form == "hearsay":
                # 「警察によると…という」 is the police's, not hearsay
                if not according:
                    tied.append(Tied(cue, None, "hearsay"))
                continue
            source, kind = self._tie(number, sentence, cue, candidates, begin, previous)
            if kind in ("", "self"):
                continue
            tied.append(Tied(cue, source, kind))
            begin = cue.predicate + 1
            if source is not None:
                previous = self.spoken[number] = source
        return tied

    def _quoted_beside(self, number: int) -> bool:
        """Whether the sentence before closes with a quotation, or the next one opens with one."""
        spans, norm = self.text.sentences, self.text.norm
        closed = (
            number > 0 and norm[max(spans[number - 1][1] - 3, 0) : spans[number - 1][1]].rstrip("。!?")[-1:] == "」"
        )
        return closed or (number + 1 < len(spans) and norm.startswith("「", spans[number + 1][0]))

    def _candidates(self, number: int) -> list[_Candidate]:
        """Noun phrases that can speak, with the particle that makes them topic, subject or origin."""
        found = self._found.get(number)
        if found is None:
            found = self._found[number] = self._look_for_candidates(self._sentence(number))
        return found

    def _look_for_candidates(self, sentence: Sentence) -> list[_Candidate]:
        found = []
        for position, surface in enumerate(sentence.surfaces):
            if surface not in _ROLES or position == 0:
                continue
            token = sentence.token(position)
            if token.pos1 not in ("助詞", "助動詞") or token.pos2 == "接続助詞":
                continue
            mark, noun = surface, position
            if surface in ("は", "も") and sentence.surface(position - 1) in ("で", "に", "から") and position > 1:
                mark, noun = sentence.surface(position - 1) + surface, position - 1
            end = sentence.end_of(noun - 1)
            if (mark[0] == "に" or mark == "で") and sentence.tokens[end - 1].surface[-1] not in last_characters():
                continue  # most of them: no document, no part of the public
            source = self.phrases.before(end)
            if (
                source is None
                or (mark[0] == "に" and not self._holds_words(source))
                or (mark == "で" and source.kind != "public")
            ):
                continue
            found.append(_Candidate(position, mark, source))
        return found

    def _holds_words(self, source: Source) -> bool:
        """Where words can be found: a comment field, a document."""
        return source.kind == "public" or self._is_document(source)

    def _is_document(self, source: Source) -> bool:
        if source.kind != "institution":
            return False
        end = self.text.ends[source.last - 1]
        starts = self.text.starts[max(source.first, source.last - 3) : source.last]
        return any(self.text.norm[start:end] in words("documents") for start in starts)

    def _tie(
        self,
        number: int,
        sentence: Sentence,
        cue: Cue,
        candidates: list[_Candidate],
        begin: int,
        previous: Source | None,
    ) -> tuple[Source | None, str]:
        """The source of a cue and the kind of the attribution; '' where there is none to make."""
        source: Source | None
        if cue.form == "according":
            source = self.phrases.behind(sentence.flat[cue.mark]) or self._told(sentence, cue, candidates)
            if source is not None and source.trust == LOOKS and sentence.surface(cue.mark) == "で":
                source = None  # 取材では, この話では
        elif cue.form == "found":
            source = self._asked(sentence, cue.mark - 2)
        elif cue.form in ("label", "signed"):
            source = self._label(sentence, cue)
        elif cue.form == "named":
            source = self.phrases.before(sentence.end_of(cue.predicate))
        elif cue.form in ("public", "murmur"):
            return self._public([c for c in candidates if c.position < cue.predicate])
        elif cue.passive:
            return self._passive(cue, candidates, previous)
        else:
            source = self._speaker(number, sentence, cue, candidates, begin, previous)
        if source is not None and cue.press and source.kind == "institution" and not source.sure:
            source = source._replace(kind="outlet")  # who reports is the press
        return (source, source.kind) if source else (None, "")

    def _told(self, sentence: Sentence, cue: Cue, candidates: list[_Candidate]) -> Source | None:
        """通信社が伝えたところによると: the subject of what was told."""
        if sentence.surface(cue.mark - 1) != "ところ":
            return None
        subjects = [c.source for c in candidates if c.position < cue.mark and c.mark in ("が", "は")]
        return subjects[-1] if subjects else None

    def _asked(self, sentence: Sentence, position: int) -> Source | None:
        """市への取材で, 市の調査で: who was asked, or looked."""
        while position > 0 and sentence.surface(position) in ("の", "へ"):
            position -= 1
        return self.phrases.before(sentence.end_of(position))

    def _public(self, candidates: list[_Candidate]) -> tuple[Source | None, str]:
        many = [c.source for c in candidates if c.source.kind == "public"]
        origin = many or [c.source for c in candidates if c.mark.startswith("から") and c.source.sure]
        return (origin[-1], origin[-1].kind) if origin else (None, "public")

    def _passive(self, cue: Cue, candidates: list[_Candidate], previous: Source | None) -> tuple[Source | None, str]:
        """草案には…という文言がある, 住民から…と指摘された; without an origin it is hearsay."""
        reach = [c for c in candidates if c.position < cue.predicate]
        origin = [c.source for c in reach if c.mark in ("に", "には", "にも", "では") and self._is_document(c.source)]
        if not origin and cue.form != "bare":
            origin = [c.source for c in reach if c.mark.startswith("から")]
        if not origin and previous is not None and self._is_document(previous):
            origin = [previous]
        if origin:
            return origin[-1], origin[-1].kind
        return None, "hearsay" if cue.form in ("to", "plain") and not cue.quote else ""

    def _speaker(
        self,
        number: int,
        sentence: Sentence,
        cue: Cue,
        candidates: list[_Candidate],
        begin: int,
        previous: Source | None,
    ) -> Source | None:
        if cue.form == "to":
            between = [
                c.source for c in candidates if cue.mark < c.position < cue.predicate and c.mark in ("は", "が", "も")
            ]
            if between:
                return None if cue.generic and between[-1].trust == LOOKS else between[-1]
            after = sentence.speaker_after(cue.last)
            if after is not None:
                return after
        if cue.quote and cue.content > 0:
            # 田中監督「…」と: a name right before its words
            direct = self.phrases.before(sentence.end_of(cue.content - 1))
            if direct is not None and direct.sure and direct.kind == "person":
                return direct
        near = [c for c in candidates if begin <= c.position < cue.content]
        if cue.generic:
            near = [c for c in near if c.source.trust > LOOKS]
        if cue.generic or cue.thought:
            near = [c for c in near if c.mark in ("は", "も", "が")]
        source = self._choose(sentence, cue, near)
        if cue.form == "news":
            press = source is not None and (
                source.kind == "outlet" or (source.kind == "institution" and not source.sure)
            )
            return source if press else None
        if source is None and begin > 0:
            source = previous or self._choose(sentence, cue, [c for c in candidates if c.position < begin])
        if cue.thought:
            return source if source is not None and source.trust > LOOKS else None
        if cue.generic and source is None and sentence.quoted_length(cue.content) < 8:
            return None  # a word in quotation marks, not what somebody said
        if source is None and cue.form == "to":
            return self._carried(number, _CARRY)
        if source is None and cue.form == "bare" and not self._has_subject(sentence, cue.predicate):
            return self._carried(number, 1)
        return source

    def _has_subject(self, sentence: Sentence, end: int) -> bool:
        return any(sentence.is_particle(position, "は", "が") for position in range(end))

    def _choose(self, sentence: Sentence, cue: Cue, candidates: list[_Candidate]) -> Source | None:
        """The subject among a clause's candidates: its topic, unless a subject before it still waits for its verb."""
        if cue.press:
            press = [c.source for c in candidates if c.source.kind == "outlet"]
            if press:
                return press[-1]
        topics = [c for c in candidates if c.mark in ("は", "も")]
        subjects = [c for c in candidates if c.mark == "が"]
        if not cue.quote:
            turn = self._turn(sentence, cue.content)
            topics = [c for c in topics if c.position > turn] or topics
            if cue.form == "bare":
                # the object stands between subject and verb: the nearest topic is the verb's own
                topics, subjects = topics[-1:], subjects[-1:]
            else:
                topics = self._after_pause(sentence, topics)
        pool = [c for c in topics if c.source.sure] or topics
        if not pool:
            places = [c for c in candidates if c.mark in ("では", "でも", "からは") or (c.mark == "から" and cue.quote)]
            rest = subjects or places
            return rest[-1 if cue.quote else 0].source if rest else None
        topic = pool[-1 if cue.quote else 0]
        for subject in subjects:
            waits = subject.position < topic.position and subject.source.sure
            if waits and not self._verb_between(sentence, subject.position, topic.position):
                return subject.source
        return topic.source

    def _after_pause(self, sentence: Sentence, topics: list[_Candidate]) -> list[_Candidate]:
        """検察側は懲役を求め、弁護側は無罪だと述べた: a verb, a comma and a sure topic open a clause of their own."""
        for number in range(len(topics) - 1, 0, -1):
            topic = topics[number]
            before = topic.source.first - 1
            pause = before > sentence.first and sentence.tokens[before].surface == "、"
            if pause and topic.source.sure and sentence.tokens[before - 1].cform.startswith("連用"):
                return topics[number:]
        return topics

    def _turn(self, sentence: Sentence, end: int) -> int:
        """Where the last adversative before `end` closes a clause, or -1: 「AはXだが、BはYと述べた」."""
        for position in range(end - 1, 0, -1):
            if sentence.surface(position) != "、" or sentence.surface(position - 1) not in _ADVERSATIVES:
                continue
            if sentence.token(position - 1).pos2 in ("接続助詞", "普通名詞"):
                return position
        return -1

    def _verb_between(self, sentence: Sentence, start: int, end: int) -> bool:
        return any(sentence.token(i).pos1 in ("動詞", "形容詞", "助動詞") for i in range(start + 1, end))

    def _label(self, sentence: Sentence, cue: Cue) -> Source | None:
        """名前:「…」 at the head of a sentence, 「…」(名前) behind a quotation."""
        if cue.form == "signed":
            source = self.phrases.before(cue.first)
            return source if source is not None and source.sure and source.kind in ("person", "anonymous") else None
        position = cue.content - 1
        colon = sentence.surface(position) == ":"
        source = self.phrases.before(sentence.end_of(position - colon)) if position >= colon else None
        if source is None or source.first > sentence.first + 6:
            return None
        if source.kind in ("person", "anonymous") and (source.sure or colon):
            return source
        quoted = sentence.surface(cue.content) == QUOTE
        return source if colon and quoted and source.kind == "institution" else None

    def _carried(self, number: int, reach: int) -> Source | None:
        """The source of the sentences before, where this one leaves its subject out."""
        for before in range(number - 1, max(number - 1 - reach, -1), -1):
            if before in self.spoken:
                return self.spoken[before]
            found = [
                c
                for c in self._candidates(before)
                if c.source.kind not in ("public", "self") and c.source.trust > LOOKS
            ]
            topics = [c for c in found if c.mark == "は"] or [
                c for c in found if c.mark in ("が", "も") and c.source.sure
            ]
            if topics:
                return next((c.source for c in topics if c.source.sure), topics[0].source)
        return None
