"""Reasons with spans: what moved a score, in the caller's own text, in Japanese and English.

A reason's contribution is the booster's own (TreeSHAP, Lundberg et al. 2018, as LightGBM computes it). A text score's
contribution is shared out to the words that pushed the same way, in proportion to their exact part of that score.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np

from features import attribution
from features.analysis import Analysis, Span, Text, analyse
from features.document import Document
from features.feature import Where
from features.schema import FEATURES
from quality.heads import SENSATIONAL_RAW, STYLE
from quality.model import Head, QualityModel, dense_matrix
from quality.text_model import Field, TextModel, view

_BY_NAME = {f.name: f for f in FEATURES}
_TOP = 8  # reasons a head gives
_WORDS = 6  # words a reason names
_LEAST = 0.02  # share of what all of a head's features moved, below which one is no reason
_JA = {
    "sensational": "見出しの煽り度",
    "substantive": "記事の充実度",
    "delivers": "見出しと本文の一致度",
    "whole": "本文が全文である見込み",
}
_EN = {
    "sensational": "how sensational the headline reads",
    "substantive": "how substantive the article reads",
    "delivers": "how far the body delivers its headline",
    "whole": "how likely the body is whole",
}

# Points that Japanese portals' published rules for submitted articles have in common, and what a reason may touch on.
RULES: dict[str, tuple[str, str]] = {
    "exaggeration": ("誇張した見出し", "exaggerated headline"),
    "mismatch": ("見出しと本文の食い違い", "headline apart from the body"),
    "unrelated_names": ("本文と関係の薄い名前を見出しに使うこと", "names the body hardly concerns"),
    "cut_off": ("本文を途中で切って続きを読ませること", "a body cut off to force a click"),
    "advertising": ("記事に見せた広告・宣伝", "advertising dressed as an article"),
    "unclear_source": ("出典や根拠が分からないこと", "no clear source"),
}


class Word(NamedTuple):
    """Words behind a reason: where (`title` or `body`) and the span in the caller's own text."""

    text: str
    where: Where
    start: int
    end: int


@dataclass(frozen=True)
class Reason:
    """One thing that moved a score. `contribution` is on the head's raw scale; above 0 it raised that head's answer."""

    head: str
    feature: str
    contribution: float
    value: float | None
    percentile: float | None  # share of the fitted data below `value`, 0 to 100
    words: tuple[Word, ...]
    ja: str
    en: str
    rule: str = ""  # a key of RULES where the reason touches a point of the portals' rules for submitted articles

    def as_dict(self) -> dict[str, Any]:
        return {**self.__dict__, "words": [w._asdict() for w in self.words]}


class SourcedStatement(NamedTuple):
    """Who says what: the source's span in Document.body (None for hearsay), its kind, and the reporting cue."""

    source: str
    kind: str
    cue: str
    start: int | None
    end: int | None


class _Phrase(NamedTuple):
    ja_high: str
    ja_low: str
    en_high: str
    en_low: str
    rule: str


_STYLE = frozenset(STYLE)
_WORDINGS = ("wording", "wording_ending")


@cache
def _phrases() -> dict[str, _Phrase]:
    lines = files("quality").joinpath("phrases.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return {name: _Phrase(*rest) for name, *rest in (line.split("\t") for line in lines if line)}


def sourced_statements(document: Document) -> list[SourcedStatement]:
    """The attributions of the body, in reading order."""
    body = analyse(document).body
    if body is None:
        return []
    found = []
    for a in attribution.find(body):
        span = (None, None) if a.start is None or a.end is None else body.raw_span((a.start, a.end))
        found.append(SourcedStatement(a.source, a.kind, a.cue, *span))
    return found


def reasons(model: QualityModel, document: Document, *, japanese: bool = True) -> list[Reason]:
    """What moved the answers for one document: each head's strongest reasons, strongest first, heads in order."""
    if not japanese:
        phrase = _phrases()["not_japanese"]
        return [Reason("sensational", "not_japanese", 0.0, None, None, (), f"{phrase.ja_high}。", f"{phrase.en_high}.")]
    analysis = analyse(document)
    dense = dense_matrix([analysis])
    raw = model.heads["sensational"].raw_of(dense, [analysis])
    found: list[Reason] = []
    for head in model.heads.values():
        if head.spec.needs_body and analysis.body is None:
            continue
        columns = head.matrix(dense, [analysis], raw)
        found += _head_reasons(model, head, analysis, columns)
    return found


def contributions(head: Head, columns: Any) -> tuple[dict[str, float], float]:
    """Each column's contribution to the raw score of one row, and the expected score; together they sum to the score."""
    spec = head.spec
    row = head.booster.predict(columns, pred_contrib=True, num_threads=1)[0] * (1 - spec.linear)
    parts = dict(zip(spec.columns, (float(v) for v in row[:-1]), strict=True))
    share = spec.linear / len(head.texts)
    for text, score in zip(head.texts, columns[0, spec.text_columns], strict=True):
        parts[text.name] += share * float(score - text.bias)
    return parts, float(row[-1]) + share * sum(text.bias for text in head.texts)


def _head_reasons(model: QualityModel, head: Head, analysis: Analysis, columns: Any) -> list[Reason]:
    parts, _ = contributions(head, columns)
    values = dict(zip(head.spec.columns, columns[0].tolist(), strict=True))
    texts = {t.name: t for t in head.texts}
    # one reason for the wording, whichever representations it came from: two numbers on the same words help nobody
    grouped: dict[str, float] = {}
    for name, part in parts.items():
        tail = name in texts and texts[name].field == "tail"
        key = "wording_ending" if tail else "wording" if name in texts or name in _STYLE else name
        grouped[key] = grouped.get(key, 0.0) + part
    # features are held against each other: beside the wording of a whole body each of them is small
    total = sum(abs(v) for name, v in grouped.items() if name not in _WORDINGS) or 1.0
    ranked = sorted(grouped.items(), key=lambda kv: (-abs(kv[1]), kv[0]))
    found = []
    for name, part in ranked[:_TOP]:
        if abs(part) / total < _LEAST:
            break
        if name in _WORDINGS:
            own = [
                (texts[n], p)
                for n, p in parts.items()
                if n in texts and (texts[n].field == "tail") == (name == "wording_ending")
            ]
            style = _style_parts(head, analysis, columns) if name == "wording" else []
            words = tuple(_wording(head, analysis, own, style, part))
            found.append(_reason(model, head, name, part, None, words, part > 0))
        else:
            value = values[name]
            words = tuple(_feature_words(analysis, name))
            found.append(_reason(model, head, name, part, value, words, _is_high(model, head, name, value)))
    return found


def _is_high(model: QualityModel, head: Head, name: str, value: float) -> bool:
    if name == SENSATIONAL_RAW:
        return float(model.heads["sensational"].probability(np.array([value]))[0]) >= 0.5
    if math.isnan(value):
        return False
    if float(value).is_integer() and value == 0:
        return False
    percentile = model.reference.percentile(name, value)
    return percentile is None or percentile >= 50  # where the spread is unknown, what is there is there


def _reason(
    model: QualityModel, head: Head, name: str, part: float, value: float | None, words: tuple[Word, ...], high: bool
) -> Reason:
    phrase = _phrases()[name]
    known = value is not None and not math.isnan(value)
    said_ja = "".join(f"「{w.text}」" for w in words[:3])
    said_en = ", ".join(f"「{w.text}」" for w in words[:3])
    clause_ja, clause_en = (phrase.ja_high, phrase.en_high) if high else (phrase.ja_low, phrase.en_low)
    rule = phrase.rule.removeprefix("low:") if phrase.rule and phrase.rule.startswith("low:") != high else ""
    ja = (
        f"{clause_ja}{f'({said_ja})' if said_ja else ''}。{_JA[head.spec.name]}を{'上げた' if part > 0 else '下げた'}。"
    )
    en = (
        f"{clause_en}{f' ({said_en})' if said_en else ''}: {'raised' if part > 0 else 'lowered'} {_EN[head.spec.name]}."
    )
    if rule:
        ja += f"掲載規定の点: {RULES[rule][0]}。"
        en += f" A point of the portals' rules: {RULES[rule][1]}."
    percentile = model.reference.percentile(name, value) if known and value is not None else None
    rounded = round(value, 6) if known and value is not None else None
    return Reason(head.spec.name, name, round(part, 6), rounded, percentile, words, ja, en[:1].upper() + en[1:], rule)


def _word(analysis: Analysis, where: Where, span: Span) -> Word | None:
    text = analysis.title if where == "title" else analysis.body
    if text is None:
        return None
    start, end = text.raw_span(span)
    return Word(text.raw[start:end], where, start, end) if end > start else None


def _feature_words(analysis: Analysis, name: str) -> Iterator[Word]:
    feature = _BY_NAME.get(name)
    if feature is None or feature.spans is None:
        return
    for where, span in feature.spans(analysis)[:_WORDS]:
        word = _word(analysis, where, span)
        if word is not None:
            yield word


def _where(field: Field) -> Where:
    return "title" if field == "title" else "body"


def _token_parts(text: Text, model: TextModel, analysis: Analysis) -> list[float]:
    """A representation's score shared out to the tokens: each n-gram's part goes to the tokens it touches, by characters."""
    parts = [0.0] * len(text.tokens)
    for (start, end), part in model.contributions(analysis):
        first, last = text.token_range((start, end))
        if first > 0 and text.ends[first - 1] > start:
            first -= 1
        size = max(1, end - start)
        for i in range(first, last):
            covered = min(end, text.ends[i]) - max(start, text.starts[i])
            parts[i] += part * max(0, covered) / size
    return parts


def _style_parts(head: Head, analysis: Analysis, columns: Any) -> list[float]:
    """What each token of the text brings to the raw score through its style vector: the score less the one without the token."""
    text = view(analysis, head.spec.style) if head.spec.style else None
    if head.style is None or text is None:
        return []
    without = head.style.without(text)
    rows = np.repeat(columns, len(without), axis=0)
    rows[:, [head.spec.columns.index(name) for name in STYLE]] = without
    return [float(p) for p in head.raw(columns)[0] - head.raw(rows)] if len(rows) else []


def _wording(
    head: Head, analysis: Analysis, own: list[tuple[TextModel, float]], style: list[float], total: float
) -> Iterator[Word]:
    """The words that pushed the wording's score the way it went, strongest first, neighbours joined."""
    sums: dict[Where, list[float]] = {}
    if style and head.spec.style:
        read = view(analysis, head.spec.style)
        assert read is not None  # its style was found in it
        sums[_where(head.spec.style)] = style + [0.0] * (len(read.tokens) - len(style))
    for model, _ in own:
        text = view(analysis, model.field)
        if text is None:
            continue
        so_far = sums.setdefault(_where(model.field), [0.0] * len(text.tokens))
        for i, part in enumerate(_token_parts(text, model, analysis)):
            so_far[i] += part
    ranked: list[tuple[float, Where, Span]] = []
    for where, parts in sums.items():
        text = analysis.title if where == "title" else analysis.body
        assert text is not None  # a part was found in it
        ranked += [
            (part, where, (text.starts[i], text.ends[i]))
            for i, part in enumerate(parts)
            if (part * total > 0 and text.tokens[i].script != "symbol")
            or (part * total > 0 and text.tokens[i].surface in "!?")
        ]
    ranked.sort(key=lambda r: (-abs(r[0]), r[2]))
    for _, where, span in ranked[:_WORDS]:
        word = _word(analysis, where, span)
        if word is not None:
            yield word
