"""Who says what: reporting cues tied to their sources by the structure of the sentence, and what that says of an article.

A source is looked for where Japanese puts it: right before によると; between と and its verb (…と朝日新聞が伝えた); behind
a verb that modifies it (…と話す店主); as the topic or subject of the clause; and where the subject is left out, as it
is after a quoted sentence, in the sentence before.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Final, NamedTuple

from features.analysis import Analysis, Span, Text
from features.attribution_cues import Cue, Sentence, find_cues, triggers
from features.attribution_sources import Phrases, Source
from features.feature import NAN, Feature, Where


class Attribution(NamedTuple):
    """Who says something, by which words; all spans are in `Text.norm`."""

    source: str  # as the text names it; '' for hearsay and for voices nobody is named for
    kind: str  # outlet, institution, person, anonymous, public, hearsay
    cue: str  # '' where a name stands before a quotation without a verb
    start: int | None
    end: int | None
    cue_start: int
    cue_end: int
    quote: bool  # the words are given as a quotation


class _Candidate(NamedTuple):
    position: int  # of the particle, in `Sentence.flat`
    mark: str  # は, が, では, から, には
    source: Source


_ADVERSATIVES = frozenset({"が", "けど", "けれど", "けれども", "ものの", "一方"})
_CARRY = 3  # sentences a source is carried on for where the subject is left out


class _Reader:
    """One reading of a text: its sentences, their candidates and the source carried from one to the next."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.starts = text.starts
        folded: dict[int, int] = {}
        opening: dict[int, int] = {}
        for quotation in text.quotations:
            if quotation.depth == 0 and quotation.mark in '「『"':
                first = bisect_left(self.starts, quotation.start - 1)
                last = bisect_left(self.starts, quotation.end)
                if (
                    first < len(self.starts)
                    and last < len(self.starts)
                    and self.starts[first] == quotation.start - 1
                    and self.starts[last] == quotation.end
                ):
                    folded[first] = last
        self.opening = opening
        self.folded = folded
        self.phrases = Phrases(text, opening)
        self.sources: dict[int, Source] = {}  # sentence -> source of its last attribution
        self.read: dict[int, Sentence] = {}

    def sentence(self, number: int) -> Sentence:
        if number not in self.read:
            first, last = self.text.token_range(self.text.sentences[number])
            self.read[number] = Sentence(self.text, first, last, self.folded, self.opening)
        return self.read[number]

    def attributions(self) -> list[Attribution]:
        found: list[Attribution] = []
        starters = triggers()
        surfaces = self.text.surfaces
        for number, span in enumerate(self.text.sentences):
            first, last = self.text.token_range(span)
            if starters.isdisjoint(surfaces[first:last]) and not any(i in self.folded for i in range(first, last)):
                continue
            found.extend(self._sentence(number))
        return found

    def _sentence(self, number: int) -> list[Attribution]:
        sentence = self.sentence(number)
        cues = list(find_cues(sentence))
        if not cues:
            return []
        candidates = self._candidates(sentence)
        found: list[tuple[Cue, Source | None, str]] = []
        begin = 0
        sourced = False
        for cue in cues:
            source, kind = self._tie(number, sentence, cue, candidates, begin, found[-1][1] if found else None)
            if kind == "":
                continue
            if kind == "hearsay" and sourced:
                continue  # 「警察によると…という」 is the police's, not hearsay
            sourced = sourced or cue.form == "according"
            found.append((cue, source, kind))
            begin = cue.predicate + 1
            if source is not None:
                self.sources[number] = source
        return [self._attribution(cue, source, kind) for cue, source, kind in found]

    def _attribution(self, cue: Cue, source: Source | None, kind: str) -> Attribution:
        norm = self.text.norm
        start, end = self.phrases.span(source) if source is not None else (None, None)
        if cue.last > cue.first:
            cue_start, cue_end = self.starts[cue.first], self.text.ends[cue.last - 1]
        else:
            cue_start = cue_end = self.starts[cue.first]
        return Attribution(
            norm[start:end] if start is not None else "",
            kind,
            norm[cue_start:cue_end],
            start,
            end,
            cue_start,
            cue_end,
            cue.quote,
        )

    def _candidates(self, sentence: Sentence) -> list[_Candidate]:
        """Noun phrases that can speak, with the particle that makes them subject, topic or origin."""
        found = []
        surfaces = sentence.surfaces
        for position, surface in enumerate(surfaces):
            if position == 0:
                continue
            if surface in ("は", "も", "が"):
                token = sentence.token(position)
                if token.pos1 != "助詞" or token.pos2 == "接続助詞":
                    continue
                before = surfaces[position - 1]
                mark = surface
                noun = position
                if before in ("で", "に", "から") and position > 1:
                    mark, noun = before + "は", position - 1
            elif surface == "から" and surfaces[position - 1] not in ("だ", "です", "た", "る"):
                mark, noun = "から", position
            elif surface in ("で", "に") and sentence.surface(position + 1) not in ("は", "も"):
                mark, noun = surface, position
            else:
                continue
            source = self.phrases.before(sentence.end_of(noun - 1))
            if source is None:
                continue
            if mark in ("に", "には", "で") and source.kind != "public":
                continue
            found.append(_Candidate(position, mark, source))
        return found

    def _tie(
        self,
        number: int,
        sentence: Sentence,
        cue: Cue,
        candidates: list[_Candidate],
        begin: int,
        previous: Source | None,
    ) -> tuple[Source | None, str]:
        """The source of a cue and the kind of the attribution, '' where there is none to make."""
        if cue.form == "according":
            source = self.phrases.behind(sentence.flat[cue.mark])
            return (source, source.kind) if source else (None, "")
        if cue.form == "hearsay":
            if sentence.surface(cue.predicate) == "いう" or sentence.surface(cue.predicate) == "いい":
                return None, "hearsay"
            return None, "hearsay"
        if cue.form == "label":
            source = self._label(sentence, cue)
            return (source, source.kind) if source else (None, "")
        if cue.form == "public":
            origin = [
                c.source
                for c in candidates
                if c.mark in ("から", "からは", "では", "には", "に", "で", "は", "が", "も")
            ]
            spoken = [s for s in origin if s.kind == "public"] or [
                c.source for c in candidates if c.mark.startswith("から")
            ]
            return (spoken[-1], spoken[-1].kind) if spoken else (None, "public")
        if cue.passive:
            origin = [c.source for c in candidates if c.mark.startswith("から") and c.position < cue.predicate]
            if origin:
                return origin[-1], origin[-1].kind
            return None, "hearsay" if cue.form in ("to", "plain") and not cue.quote else ""
        between = [c for c in candidates if cue.mark < c.position < cue.predicate and c.mark in ("は", "が", "も")]
        if cue.form == "to" and between:
            return between[-1].source, between[-1].source.kind
        after = self._after(sentence, cue)
        if after is not None:
            return after, after.kind
        source = self._choose(sentence, cue, [c for c in candidates if begin <= c.position < cue.content])
        if source is None and begin > 0:
            source = previous or self._choose(sentence, cue, [c for c in candidates if c.position < begin])
        if source is None and cue.form == "to":
            source = self._carried(number, _CARRY if cue.quote else 2)
        elif source is None and cue.form == "bare" and not self._has_subject(sentence, cue):
            source = self._carried(number, 1)
        return (source, source.kind) if source else (None, "")

    def _has_subject(self, sentence: Sentence, cue: Cue) -> bool:
        return any(
            s in ("は", "が") and sentence.token(i).pos1 == "助詞"
            for i, s in enumerate(sentence.surfaces[: cue.predicate])
        )

    def _choose(self, sentence: Sentence, cue: Cue, candidates: list[_Candidate]) -> Source | None:
        """The subject among a clause's candidates: its topic, unless a subject before it still waits for its verb."""
        if cue.outlet and any(c.source.kind == "outlet" for c in candidates):
            return [c.source for c in candidates if c.source.kind == "outlet"][-1]
        topics = [c for c in candidates if c.mark in ("は", "も")]
        subjects = [c for c in candidates if c.mark == "が"]
        if not cue.quote:
            turn = self._turn(sentence, cue.content)
            topics = [c for c in topics if c.position > turn] or topics
        sure = [c for c in topics if c.source.sure]
        topic = (sure or topics or [None])[-1 if cue.quote else 0]
        for subject in subjects:
            if topic is None:
                break
            if (
                subject.position < topic.position
                and subject.source.sure
                and not self._verb_between(sentence, subject.position, topic.position)
            ):
                return subject.source
        if topic is not None:
            return topic.source
        if subjects:
            return subjects[-1 if cue.quote else 0].source
        places = [c for c in candidates if c.mark in ("では", "からは", "から", "には")]
        return places[-1].source if places else None

    def _turn(self, sentence: Sentence, end: int) -> int:
        """Where the last adversative before `end` closes a clause, or -1: 「AはXだが、BはYと述べた」."""
        for position in range(end - 1, 0, -1):
            if (
                sentence.surface(position) == "、"
                and sentence.surface(position - 1) in _ADVERSATIVES
                and sentence.token(position - 1).pos2 in ("接続助詞", "普通名詞")
            ):
                return position
        return -1

    def _verb_between(self, sentence: Sentence, start: int, end: int) -> bool:
        return any(sentence.token(i).pos1 in ("動詞", "形容詞", "助動詞") for i in range(start + 1, end))

    def _after(self, sentence: Sentence, cue: Cue) -> Source | None:
        """The speaker a verb of saying modifies (…と話す店主), or is named by (…と話すのは店主だ)."""
        tokens = sentence.tokens
        at = cue.last
        if at >= sentence.last or cue.form != "to":
            return None
        if tokens[at].surface == "の" and at + 1 < sentence.last and tokens[at + 1].surface == "は":
            end = sentence.last
            while end > at + 2 and (
                tokens[end - 1].pos1 in ("補助記号", "助動詞") and tokens[end - 1].surface not in ")」"
            ):
                end -= 1
            source = self.phrases.before(end)
            return source if source is not None and source.first > at else None
        if tokens[at].pos1 not in ("名詞", "接頭辞") or not tokens[at - 1].cform.startswith(("連体", "終止")):
            return None
        end = at
        while end < min(at + 16, sentence.last) and (
            tokens[end].pos1 in ("名詞", "接頭辞", "接尾辞") or tokens[end].surface in ("の", "・", "=")
        ):
            end += 1
        source = self.phrases.before(end)
        if source is None or not source.sure or source.kind not in ("person", "anonymous") or source.last <= at:
            return None
        return source

    def _label(self, sentence: Sentence, cue: Cue) -> Source | None:
        """名前:「…」 at the head of a sentence."""
        position = cue.content - 1
        colon = sentence.surface(position) == ":"
        if colon:
            position -= 1
        if position < 0:
            return None
        source = self.phrases.before(sentence.end_of(position))
        if source is None or source.kind not in ("person", "anonymous", "institution") or not (source.sure or colon):
            return None
        if source.kind == "institution" and not colon:
            return None
        return source if source.first <= sentence.first + 6 else None

    def _carried(self, number: int, reach: int) -> Source | None:
        """The source of the sentences before, where this one leaves its subject out."""
        for back in range(1, reach + 1):
            before = number - back
            if before < 0:
                return None
            if before in self.sources:
                return self.sources[before]
            candidates = [
                c for c in self._candidates(self.sentence(before)) if c.mark in ("は", "が", "も") and c.source.sure
            ]
            topics = [c for c in candidates if c.mark == "は"] or candidates
            if topics:
                return topics[0].source
        return None


def find(text: Text) -> list[Attribution]:
    """Attributions of a text, in reading order.

    Examples
    --------
    >>> from features.analysis import Text
    >>> [(a.source, a.kind, a.cue) for a in find(Text("市によると、橋は直る。山田市長は「急ぐ」と述べた。"))]
    [('市', 'institution', 'によると'), ('山田市長', 'person', 'と述べた')]
    """
    return sorted(_Reader(text).attributions(), key=lambda a: (a.cue_start, a.cue_end))


def attributions(analysis: Analysis) -> list[Attribution]:
    """Attributions of an article's body, found once and kept with its text."""
    body = analysis.body
    if body is None:
        return []
    kept: list[Attribution] | None = body.__dict__.get("attributions")
    if kept is None:
        kept = body.__dict__["attributions"] = find(body)
    return kept


def _share(analysis: Analysis, *kinds: str) -> float:
    if analysis.body is None:
        return NAN
    found = attributions(analysis)
    return sum(a.kind in kinds for a in found) / len(found) if found else 0.0


def density(analysis: Analysis) -> float:
    body = analysis.body
    return NAN if body is None else 1000 * sum(a.start is not None for a in attributions(analysis)) / len(body)


def sources(analysis: Analysis) -> float:
    return NAN if analysis.body is None else float(len({a.source for a in attributions(analysis) if a.source}))


def named_sources(analysis: Analysis) -> float:
    """Distinct sources that can be held to their words: outlets, institutions, persons with a name or an office."""
    if analysis.body is None:
        return NAN
    return float(
        len({a.source for a in attributions(analysis) if a.source and a.kind in ("outlet", "institution", "person")})
    )


def sourced_sentences(analysis: Analysis) -> float:
    body = analysis.body
    if body is None or not body.sentences:
        return NAN
    ends = [end for _, end in body.sentences]
    resting = {bisect_left(ends, a.cue_start + 1) for a in attributions(analysis) if a.start is not None}
    return len(resting) / len(ends)


def quoted_share(analysis: Analysis) -> float:
    body = analysis.body
    if body is None:
        return NAN
    return sum(end - start for start, end in _quoted(analysis, body)) / len(body)


def _quoted(analysis: Analysis, body: Text) -> list[Span]:
    """Outer quotations in a sentence whose attribution quotes."""
    ends = [end for _, end in body.sentences]
    quoting = {bisect_left(ends, a.cue_start + 1) for a in attributions(analysis) if a.quote}
    outer = [(q.start, q.end) for q in body.quotations if q.depth == 0 and q.mark in '「『"']
    return [span for span in outer if bisect_left(ends, span[1]) in quoting]


def outlet_share(analysis: Analysis) -> float:
    return _share(analysis, "outlet")


def institution_share(analysis: Analysis) -> float:
    return _share(analysis, "institution")


def person_share(analysis: Analysis) -> float:
    return _share(analysis, "person")


def anonymous_share(analysis: Analysis) -> float:
    return _share(analysis, "anonymous")


def public_share(analysis: Analysis) -> float:
    return _share(analysis, "public")


def hearsay_share(analysis: Analysis) -> float:
    return _share(analysis, "hearsay")


def first_source(analysis: Analysis) -> float:
    """Where the first source stands: 0 at the head of the body, 1 where there is none."""
    body = analysis.body
    if body is None:
        return NAN
    return min((a.cue_start / len(body) for a in attributions(analysis) if a.start is not None), default=1.0)


def attribution_spans(analysis: Analysis, *kinds: str) -> list[tuple[Where, Span]]:
    """Spans of the sources, or of the cues that have none; of the given kinds, or of all."""
    spans: list[Span] = []
    for a in attributions(analysis):
        if not kinds or a.kind in kinds:
            spans.append((a.start, a.end) if a.start is not None and a.end is not None else (a.cue_start, a.cue_end))
    return [("body", span) for span in dict.fromkeys(spans) if span[1] > span[0]]


def sourced_spans(analysis: Analysis) -> list[tuple[Where, Span]]:
    return attribution_spans(analysis, "outlet", "institution", "person", "anonymous", "public")


def named_spans(analysis: Analysis) -> list[tuple[Where, Span]]:
    return attribution_spans(analysis, "outlet", "institution", "person")


def outlet_spans(analysis: Analysis) -> list[tuple[Where, Span]]:
    return attribution_spans(analysis, "outlet")


def institution_spans(analysis: Analysis) -> list[tuple[Where, Span]]:
    return attribution_spans(analysis, "institution")


def person_spans(analysis: Analysis) -> list[tuple[Where, Span]]:
    return attribution_spans(analysis, "person")


def anonymous_spans(analysis: Analysis) -> list[tuple[Where, Span]]:
    return attribution_spans(analysis, "anonymous")


def public_spans(analysis: Analysis) -> list[tuple[Where, Span]]:
    return attribution_spans(analysis, "public")


def hearsay_spans(analysis: Analysis) -> list[tuple[Where, Span]]:
    return attribution_spans(analysis, "hearsay")


def quoted_spans(analysis: Analysis) -> list[tuple[Where, Span]]:
    return [("body", span) for span in _quoted(analysis, analysis.body) if span[1] > span[0]] if analysis.body else []


_GROUP: Final = "attribution"
FEATURES: tuple[Feature, ...] = (
    Feature(
        "attribution_density",
        1,
        _GROUP,
        0,
        1000,
        1,
        "attributions to a source per 1,000 characters of body",
        density,
        sourced_spans,
    ),
    Feature("attribution_sources", 1, _GROUP, 0, 1000, 1, "distinct sources of any kind", sources, sourced_spans),
    Feature(
        "attribution_named_sources",
        1,
        _GROUP,
        0,
        1000,
        1,
        "distinct outlets, institutions and persons",
        named_sources,
        named_spans,
    ),
    Feature(
        "attribution_sentences",
        1,
        _GROUP,
        0,
        1,
        1,
        "share of sentences that rest on a source",
        sourced_sentences,
        sourced_spans,
    ),
    Feature(
        "attribution_quoted",
        1,
        _GROUP,
        0,
        1,
        0,
        "share of characters in attributed quotations",
        quoted_share,
        quoted_spans,
    ),
    Feature(
        "attribution_outlet",
        1,
        _GROUP,
        0,
        1,
        1,
        "share of attributions to news organisations",
        outlet_share,
        outlet_spans,
    ),
    Feature(
        "attribution_institution",
        1,
        _GROUP,
        0,
        1,
        1,
        "share of attributions to institutions and documents",
        institution_share,
        institution_spans,
    ),
    Feature(
        "attribution_person",
        1,
        _GROUP,
        0,
        1,
        0,
        "share of attributions to named or titled persons",
        person_share,
        person_spans,
    ),
    Feature(
        "attribution_anonymous",
        1,
        _GROUP,
        0,
        1,
        0,
        "share of attributions to persons without a name",
        anonymous_share,
        anonymous_spans,
    ),
    Feature(
        "attribution_public",
        1,
        _GROUP,
        0,
        1,
        -1,
        "share of attributions to the public: social media, fans",
        public_share,
        public_spans,
    ),
    Feature(
        "attribution_hearsay",
        1,
        _GROUP,
        0,
        1,
        -1,
        "share of attributions that are hearsay without a source",
        hearsay_share,
        hearsay_spans,
    ),
    Feature(
        "attribution_first",
        1,
        _GROUP,
        0,
        1,
        -1,
        "how far into the body the first source stands, 1 where there is none",
        first_source,
        sourced_spans,
    ),
)
