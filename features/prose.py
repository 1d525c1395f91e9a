"""Prose: how the body is written, and how many facts it carries."""

from __future__ import annotations

import math
from itertools import compress

from features.analysis import Analysis, Text
from features.feature import NAN, Feature, Located, Spans, Value
from features.late import late
from features.word_class import WordClasses

# Two patterns of which no match touches one of the other's; each begins with plain characters, and is searched for at once.
_DATE = late(r"\d(?:\d{0,3}年|\d?[月日時])")
_DAY = late("午前|午後|昨年|今年|来年|前月|今月|来月|前日|翌日")
_FIGURE = late(
    r"\d[\d,.]{0,40}(?:円|%|億|万|兆|人|社|件|度|ドル|トン|キロ|メートル|cm|mm|kg|g|km|位|回|勝|敗|本|台|か国|カ国|歳|戸|棟|ha|ヘクタール|ポイント)"
)
_SHOWN = "(?:写真|画像|動画|図|表|イラスト|関連|映像|マンガ|漫画)"
_CAPTION = late(rf"【{_SHOWN}|《{_SHOWN}|\[{_SHOWN}|\({_SHOWN}|写真[=:]|画像[=:]|提供[=:]|出典[=:]")


def _classes(body: Text) -> WordClasses:
    kept: WordClasses | None = body.__dict__.get("_classes")
    if kept is None:
        codes = bytes([token.code for token in body.tokens])
        kept = body.__dict__["_classes"] = WordClasses(codes, [token.size for token in body.tokens])
    return kept


def _per_thousand(category: str) -> tuple[Value, Spans]:
    def value(a: Analysis) -> float:
        return 1000 * len(a.body.words.get(category, ())) / len(a.body.norm) if a.body else NAN

    def spans(a: Analysis) -> Located:
        return [("body", span) for span in a.body.words.get(category, ())] if a.body else []

    return value, spans


def _sentences(a: Analysis) -> list[int]:
    return [end - start for start, end in a.body.sentences] if a.body else []


def sentences(a: Analysis) -> float:
    return float(len(_sentences(a))) if a.body else NAN


def sentence_length(a: Analysis) -> float:
    lengths = _sentences(a)
    return sum(lengths) / len(lengths) if lengths else NAN


def sentence_spread(a: Analysis) -> float:
    """Standard deviation of the sentences' lengths, in characters."""
    lengths = _sentences(a)
    many = len(lengths)
    return _root(many * sum(n * n for n in lengths) - sum(lengths) ** 2, many) if many > 1 else NAN


def _root(square: int, over: int) -> float:
    """sqrt(square) / over, rounded once, as `statistics.pstdev` rounds: the root is taken in integers of 55 bits or more."""
    shift = max(0, 110 + 2 * over.bit_length() - square.bit_length()) // 2 + 1
    scaled = square << 2 * shift
    root = math.isqrt(scaled)
    root |= root * root != scaled  # what was left out tells which way a tie goes
    return root / (over << shift)


def paragraph_length(a: Analysis) -> float:
    return len(a.body.norm) / len(a.body.paragraphs) if a.body else NAN


def _script(name: str) -> Value:
    def value(a: Analysis) -> float:
        return _classes(a.body).chars[name] / len(a.body.norm) if a.body else NAN

    return value


def _per_sentence(count: int, a: Analysis) -> float:
    return count / max(1, len(a.body.sentences)) if a.body else NAN


def polite(a: Analysis) -> float:
    return _per_sentence(_classes(a.body).count["polite"], a) if a.body else NAN


def first_person(a: Analysis) -> float:
    return _per_sentence(_classes(a.body).count["first"], a) if a.body else NAN


def dates(a: Analysis) -> float:
    return _per_sentence(len(_DATE.findall(a.body.norm)) + len(_DAY.findall(a.body.norm)), a) if a.body else NAN


def figures(a: Analysis) -> float:
    return _per_sentence(len(_FIGURE.findall(a.body.norm)), a) if a.body else NAN


def _names(kind: str) -> Value:
    def value(a: Analysis) -> float:
        return _per_sentence(_classes(a.body).count[kind], a) if a.body else NAN

    return value


def distinct_names(a: Analysis) -> float:
    """Different proper names per 1,000 characters."""
    if not a.body:
        return NAN
    names = compress(a.body.tokens, _classes(a.body).names)
    return 1000 * len({token.surface for token in names}) / len(a.body.norm)


def distinct_words(a: Analysis) -> float:
    """Different words per word over the first 300: repetition lowers it."""
    if not a.body or not a.body.tokens:
        return NAN
    part = [token.surface for token in a.body.tokens[:300]]
    return len(set(part)) / len(part)


def quoted_share(a: Analysis) -> float:
    """Share of the body inside outermost quotations."""
    if not a.body:
        return NAN
    return sum(q.end - q.start for q in a.body.quotations if q.depth == 0 and q.mark in "「『") / len(a.body.norm)


def quote_count(a: Analysis) -> float:
    if not a.body:
        return NAN
    return 1000 * sum(q.depth == 0 and q.mark in "「『" for q in a.body.quotations) / len(a.body.norm)


def _marks(chars: str) -> Value:
    def value(a: Analysis) -> float:
        return 1000 * sum(a.body.norm.count(c) for c in chars) / len(a.body.norm) if a.body else NAN

    return value


def symbols(a: Analysis) -> float:
    """Decorative marks per 1,000 characters, counted in the text as given: normalised, much of them is gone."""
    return 1000 * sum(map(a.body.raw.count, "♪★☆♡♥●■◆▼")) / max(1, len(a.body.raw)) if a.body else NAN


def captions(a: Analysis) -> float:
    return float(len(_CAPTION.findall(a.body.norm))) if a.body else NAN


def caption_spans(a: Analysis) -> Located:
    return [("body", m.span()) for m in _CAPTION.finditer(a.body.norm)] if a.body else []


def _pos(name: str) -> Value:
    def value(a: Analysis) -> float:
        if not a.body or not a.body.tokens:
            return NAN
        return _classes(a.body).count[name] / len(a.body.tokens)

    return value


def compounds(a: Analysis) -> float:
    """Share of nouns that follow a noun: the density of compound terms in report prose."""
    nouns = _classes(a.body).nouns if a.body else b""
    many = nouns.count(1)
    return (many - (b"\0" + nouns).count(b"\0\1")) / many if many else NAN  # all but the first of each run


def _line(
    name: str,
    direction: int,
    meaning: str,
    value: Value,
    spans: Spans | None = None,
    high: float = float("inf"),
    version: int = 1,
) -> Feature:
    return Feature(name, version, "prose", 0.0, high, direction, meaning, value, spans)


def _lexicon(name: str, direction: int, meaning: str, category: str) -> Feature:
    value, spans = _per_thousand(category)
    return _line(name, direction, meaning, value, spans)


FEATURES: tuple[Feature, ...] = (
    _line("sentences", 0, "sentences of the body", sentences),
    _line("sentence_length", 0, "mean characters a sentence", sentence_length),
    _line("sentence_spread", 0, "standard deviation of the sentences' lengths", sentence_spread),
    _line("paragraph_length", 0, "mean characters a paragraph", paragraph_length),
    _line("body_katakana", 0, "share of katakana in the body", _script("katakana"), high=1.0),
    _line("body_hiragana", 0, "share of hiragana in the body", _script("hiragana"), high=1.0),
    _line("body_kanji", 0, "share of kanji in the body", _script("kanji"), high=1.0),
    _line("body_latin", 0, "share of Latin letters in the body", _script("latin"), high=1.0),
    _line("polite", 0, "polite endings a sentence", polite),
    _line("first_person", -1, "first-person words a sentence", first_person),
    _line("dates", 1, "dates and times a sentence", dates),
    _line("body_figures", 1, "figures with a unit a sentence", figures),
    _line("places", 1, "place names a sentence", _names("地名")),
    _line("persons", 0, "parts of persons' names a sentence", _names("人名")),
    _line("distinct_names", 1, "different proper names per 1,000 characters", distinct_names),
    _line("distinct_words", 0, "different words per word", distinct_words, high=1.0),
    _line("body_quoted_share", 0, "share of the body in quotations", quoted_share, high=1.0),
    _line("body_quotes", 0, "quotations per 1,000 characters", quote_count),
    _line("body_exclamations", -1, "exclamation marks per 1,000 characters", _marks("!")),
    _line("body_questions", 0, "question marks per 1,000 characters", _marks("?")),
    _line("body_symbols", 0, "decorative marks per 1,000 characters", symbols, version=2),
    _line("captions", 0, "captions and picture marks", captions, caption_spans),
    _line("noun_share", 0, "share of nouns among the words", _pos("名詞"), high=1.0),
    _line("adverb_share", 0, "share of adverbs", _pos("副詞"), high=1.0),
    _line("adjective_share", 0, "share of adjectives", _pos("形容詞"), high=1.0),
    _line("particle_share", 0, "share of particles", _pos("助詞"), high=1.0),
    _line("compounds", 0, "share of nouns that follow a noun", compounds, high=1.0),
    _lexicon("body_drama", -1, "words that dramatise per 1,000 characters", "drama"),
    _lexicon("body_emotive", -1, "emotive words per 1,000 characters", "emotive"),
    _lexicon("body_reactions", -1, "reactions of the public per 1,000 characters", "reaction"),
    _lexicon("body_public", -1, "the public as a source per 1,000 characters", "public"),
    _lexicon("body_vague", -1, "vague sources per 1,000 characters", "vague"),
    _lexicon("body_filler", -1, "filler phrases per 1,000 characters", "filler"),
    _lexicon("body_click_on", -1, "calls to go on elsewhere per 1,000 characters", "click_on"),
    _lexicon("body_advert", -1, "advertising words per 1,000 characters", "advert"),
    _lexicon("body_news", 1, "plain words of news per 1,000 characters", "plain_news"),
    _lexicon("body_institutions", 1, "institutions and offices per 1,000 characters", "institution"),
    _lexicon("body_slang", -1, "slang per 1,000 characters", "slang"),
    _lexicon("body_pressure", 0, "the reader is addressed, per 1,000 characters", "pressure"),
)
