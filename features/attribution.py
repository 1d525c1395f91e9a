"""Who says what: reporting cues tied to their sources by the sentence's structure; what that says of an article.

A source is looked for where Japanese puts it: right before によると; between と and its verb (…と朝日新聞が伝えた);
behind a verb that modifies it (…と話す店主); as topic or subject of the clause; and, where the subject is left out
as it is after a quoted sentence, in the sentence before.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final, NamedTuple

from features.analysis import Analysis, Span, Text
from features.feature import NAN, Feature, Where

if TYPE_CHECKING:
    from features.attribution_tying import Tied


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


def find(text: Text) -> list[Attribution]:
    """Attributions of a text, in reading order.

    Examples
    --------
    >>> from features.analysis import Text
    >>> [(a.source, a.kind, a.cue) for a in find(Text("市によると、橋は直る。山田市長は「急ぐ」と述べた。"))]
    [('市', 'institution', 'によると'), ('山田市長', 'person', 'と述べた')]
    """
    from features.attribution_tying import Reader  # a headline alone needs none of it, and a start is short

    return sorted((_attribution(text, tied) for tied in Reader(text).read()), key=lambda a: (a.cue_start, a.cue_end))


def _attribution(text: Text, tied: Tied) -> Attribution:
    norm, starts, ends = text.norm, text.starts, text.ends
    cue, source = tied.cue, tied.source
    start, end = (starts[source.first], ends[source.last - 1]) if source is not None else (None, None)
    cue_start = starts[cue.first]
    cue_end = ends[cue.last - 1] if cue.last > cue.first else cue_start
    name = norm[start:end] if start is not None else ""
    return Attribution(name, tied.kind, norm[cue_start:cue_end], start, end, cue_start, cue_end, cue.quote)


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
        0,
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
