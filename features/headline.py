"""Headline style: what a headline says, withholds, shouts and quotes.

Each feature is a small function of the Analysis; lexicon counts come from `_words`. Every one answers a number for an
empty headline too.
"""

from __future__ import annotations

import re
from itertools import pairwise

from features.analysis import Analysis, Quotation, Span
from features.feature import NAN, Feature, Located, Spans, Value

_TAG = re.compile("[【〈<《(][^【】〈〉<>《》()]{1,14}[】〉>》)]")
_OPENING = re.compile("[【〈<《(]")
_STACKED = re.compile(r"[!?]{2,}|!.*!")
_LIST = re.compile(
    r"\d+ ?(?:選|つの|個の|の方法|の理由|の習慣|カ条|箇条|パターン)|ランキング|[1-9]位は|TOP ?\d+|ベスト\d+|ワースト\d+",
    re.IGNORECASE,
)
_QUESTION_END = re.compile(r"(?:か|の|は|とは|なぜ|何|どこ|誰|どう)\?[」』\"]?(?: |$)")
_WITHHELD_END = re.compile(
    r"(?:とは|ワケ|わけ|理由|正体|真相|結末|末路|こと|もの|ひと言|一言|光景|行動|事態|姿|結果|背景|中身|共通点|特徴|裏側|本音|素顔)[\"」』]?[!?.]*$"
)
_AGE_ONLY = re.compile(
    r"(?:元?[一-鿿ァ-ヶー]{1,8}の)?\d{1,2}(?:歳|代)(?:女性|男性|美女|女優|女子|男子|女|男|母|父|ママ|主婦|夫婦)?"
)
_SCORE = re.compile(
    r"\d+[-ー−]\d+|\d+対\d+|\d+(?:円|%|億|万|人|社|件|度|ドル|トン|キロ|メートル|年|月|日|号|位|回|勝|敗|本|台|か国|カ国)"
)
_ARROW = re.compile("[→⇒➡⇨↑↓]")
_SPEAKER = {
    "さん",
    "氏",
    "監督",
    "選手",
    "社長",
    "会長",
    "首相",
    "大統領",
    "知事",
    "市長",
    "教授",
    "医師",
    "容疑者",
    "被告",
    "議員",
    "投手",
    "コーチ",
    "弁護士",
    "代表",
    "長官",
}


def _words(category: str) -> tuple[Value, Spans]:
    """How many words of a style lexicon the headline holds, and where."""

    def value(a: Analysis) -> float:
        return float(len(a.title.words.get(category, ())))

    def spans(a: Analysis) -> Located:
        return [("title", span) for span in a.title.words.get(category, ())]

    return value, spans


def _pattern(pattern: re.Pattern[str], needs: str = "") -> tuple[Value, Spans]:
    """How often a pattern stands in the headline, and where."""

    def value(a: Analysis) -> float:
        # most patterns need a figure or a mark that most headlines lack, and looking for it is cheaper than the pattern
        if needs and not (a.title.kinds.get("digit") if needs == "digit" else needs in a.title.norm):
            return 0
        return len(pattern.findall(a.title.norm))

    def spans(a: Analysis) -> Located:
        return [("title", m.span()) for m in pattern.finditer(a.title.norm)] if value(a) else []

    return value, spans


def _marks(chars: str) -> tuple[Value, Spans]:
    """How often any of a few characters stands in the headline, and where."""

    def value(a: Analysis) -> float:
        count = a.title.norm.count
        return float(sum(count(c) for c in chars))

    def spans(a: Analysis) -> Located:
        return [("title", (i, i + 1)) for i, c in enumerate(a.title.norm) if c in chars]

    return value, spans


def _kind(*kinds: str) -> tuple[Value, Spans]:
    """How many tokens of some kinds the headline holds, and where."""
    wanted = frozenset(kinds)

    def value(a: Analysis) -> float:
        count = a.title.kinds
        return sum([count.get(kind, 0) for kind in kinds])

    def spans(a: Analysis) -> Located:
        found = zip(a.title.tokens, a.title.starts, a.title.ends, strict=True)
        return [("title", (start, end)) for t, start, end in found if not wanted.isdisjoint(t.kinds)]

    return value, spans


def _script(name: str) -> Value:
    def value(a: Analysis) -> float:
        size = len(a.title.norm)
        return a.title.kinds.get(name, 0) / size if size else NAN

    return value


def length(a: Analysis) -> float:
    return float(len(a.title.norm))


def words(a: Analysis) -> float:
    return float(len(a.title.tokens))


def word_length(a: Analysis) -> float:
    n = len(a.title.tokens)
    return len(a.title.norm) / n if n else NAN


def clauses(a: Analysis) -> float:
    """Parts set off by a space, a comma or an ellipsis."""
    norm = a.title.norm
    return 1.0 + norm.count(" ") + norm.count("、") + norm.count("...")


def _quotes(a: Analysis) -> list[Quotation]:
    return [q for q in a.title.quotations if q.depth == 0 and q.mark in "「『"]


def quotes(a: Analysis) -> float:
    return float(len(_quotes(a)))


def quote_spans(a: Analysis) -> Located:
    return [("title", (q.start, q.end)) for q in _quotes(a)]


def quoted_share(a: Analysis) -> float:
    size = len(a.title.norm)
    return sum(q.end - q.start for q in _quotes(a)) / size if size else NAN


def quote_opens(a: Analysis) -> float:
    """1 where the headline opens with a quotation, the hook before the news."""
    return float(a.title.norm[:1] in ("「", "『"))


def quote_closes(a: Analysis) -> float:
    return float(a.title.norm[-1:] in ("」", "』"))


def longest_quote(a: Analysis) -> float:
    return float(max((q.end - q.start for q in _quotes(a)), default=0))


def quote_speaker(a: Analysis) -> float:
    """Quotations with a name or a title right before or after them."""
    count = 0
    title = a.title
    for q in _quotes(a):
        before, after = title.token_range((q.start - 1, q.end + 1))
        near = title.tokens[max(0, before - 2) : before] + title.tokens[after : after + 3]
        count += any(t.pos3 == "人名" or t.surface in _SPEAKER for t in near)
    return float(count)


def scare_quotes(a: Analysis) -> float:
    return float(sum(q.mark == '"' for q in a.title.quotations))


def scare_quote_spans(a: Analysis) -> Located:
    return [("title", (q.start, q.end)) for q in a.title.quotations if q.mark == '"']


def _tags(a: Analysis) -> list[Span]:
    norm = a.title.norm
    return [m.span() for m in _TAG.finditer(norm)] if _OPENING.search(norm) else []


def shout_tags(a: Analysis) -> float:
    return float(len(shout_tag_spans(a)))


def shout_tag_spans(a: Analysis) -> Located:
    shouts = a.title.words.get("shout")
    if not shouts:
        return []
    tags = [tag for tag in _tags(a) if a.title.norm[tag[0]] == "【"]
    return [("title", tag) for tag in tags if any(tag[0] < start < tag[1] for start, _ in shouts)]


def plain_tags(a: Analysis) -> float:
    """Section and format tags (【解説】, <独自>) that do not shout."""
    return float(len(_tags(a))) - shout_tags(a)


def ellipsis(a: Analysis) -> float:
    return float(a.title.norm.count("..."))


def ellipsis_spans(a: Analysis) -> Located:
    return [("title", m.span()) for m in re.finditer(r"\.{3,}", a.title.norm)]


def ends_open(a: Analysis) -> float:
    """1 where the headline trails off in an ellipsis."""
    return float(a.title.norm.rstrip('」』"!?').endswith("..."))


def ends_with_question(a: Analysis) -> float:
    return float(a.title.norm.rstrip('」』"').endswith("?"))


def _last(a: Analysis) -> str:
    for token in reversed(a.title.tokens):
        if token.pos1 not in ("補助記号", "空白", "記号"):
            return token.pos1
    return ""


def ends_in_noun(a: Analysis) -> float:
    """1 for taigen-dome, a headline that stops on a noun."""
    return float(_last(a) in ("名詞", "代名詞", "接尾辞"))


def ends_in_predicate(a: Analysis) -> float:
    return float(_last(a) in ("動詞", "助動詞", "形容詞", "形状詞"))


def ends_in_particle(a: Analysis) -> float:
    """1 for telegraphic endings in a particle (…へ, …を, …か)."""
    return float(_last(a) == "助詞")


def ends_in_he(a: Analysis) -> float:
    """1 where the headline ends in へ: what is planned, the plainest of news endings."""
    return float(a.title.norm.endswith("へ"))


def unnamed(a: Analysis) -> float:
    """Epithets in a headline that names no one: the subject is withheld."""
    epithets = len(a.title.words.get("epithet", ()))
    return float(epithets) if epithets and "人名" not in a.title.kinds else 0.0


def particles_per_noun(a: Analysis) -> float:
    count = a.title.kinds
    nouns = count.get("名詞", 0)
    return count.get("格助詞", 0) / nouns if nouns else NAN


def modified_past(a: Analysis) -> float:
    """た before a noun (残した一言): a clause hung on the noun that is sold."""
    if "past" not in a.title.kinds:
        return 0
    return sum(
        "past" in t.kinds and t.cform.startswith("連体形") and after.pos1 in ("名詞", "代名詞")
        for t, after in pairwise(a.title.tokens)
    )


def _line(
    name: str,
    direction: int,
    meaning: str,
    pair: tuple[Value, Spans | None],
    high: float = float("inf"),
) -> Feature:
    return Feature(name, 1, "headline", 0.0, high, direction, meaning, *pair)


FEATURES: tuple[Feature, ...] = (
    _line("title_chars", 0, "characters of the headline", (length, None)),
    _line("title_words", 0, "words of the headline", (words, None)),
    _line("title_word_length", 0, "mean characters a word", (word_length, None)),
    _line("title_clauses", 0, "parts set off by spaces, commas or ellipses", (clauses, None)),
    _line("drama", 1, "words that dramatise beyond the fact", _words("drama")),
    _line("curiosity", 1, "words that open a gap of curiosity", _words("curiosity")),
    _line("forward_reference", 1, "words that point at what is not said", _words("forward")),
    _line("reason_promised", 1, "a reason is promised, not given", _words("reason")),
    _line("epithets", 1, "epithets where a name could stand", _words("epithet")),
    _line("reactions", 1, "reactions of the public", _words("reaction")),
    _line("pressure", 1, "the reader is addressed or pushed", _words("pressure")),
    _line("emotive", 1, "emotive words and intensifiers", _words("emotive")),
    _line("superlatives", 0, "superlatives and records", _words("superlative")),
    _line("slang", 1, "forum and video slang", _words("slang")),
    _line("plain_news", -1, "plain words of news", _words("plain_news")),
    _line("institutions", -1, "institutions and offices that act", _words("institution")),
    _line("advert_title", 0, "advertising words in the headline", _words("advert")),
    _line("shout_tags", 1, "tags that shout (【衝撃】)", (shout_tags, shout_tag_spans)),
    _line("plain_tags", 0, "tags that name a section or a format", (plain_tags, None)),
    _line("exclamations", 1, "exclamation marks", _marks("!")),
    _line("questions", 1, "question marks", _marks("?")),
    _line("stacked_marks", 1, "stacked exclamation and question marks", _pattern(_STACKED)),
    _line("ellipses", 1, "ellipses", (ellipsis, ellipsis_spans)),
    _line("ends_open", 0, "the headline trails off", (ends_open, None), 1.0),
    _line("ends_with_question", 0, "the headline ends in a question", (ends_with_question, None), 1.0),
    _line("question_form", 0, "a question as the hook", _pattern(_QUESTION_END, needs="?")),
    _line("withheld_ending", 1, "the headline ends on the word it withholds", _pattern(_WITHHELD_END)),
    _line("list_promise", 0, "a list or a ranking is promised", _pattern(_LIST)),
    _line(
        "age_for_name", 0, "an age and a type of person where a name could stand", _pattern(_AGE_ONLY, needs="digit")
    ),
    _line("figures", -1, "figures with a unit, scores", _pattern(_SCORE, needs="digit")),
    _line("arrows", 1, "arrows", _pattern(_ARROW)),
    _line("quotes", 0, "quotations", (quotes, quote_spans)),
    _line("quoted_share", 0, "share of the headline inside quotations", (quoted_share, None), 1.0),
    _line("quote_opens", 0, "the headline opens with a quotation", (quote_opens, None), 1.0),
    _line("quote_closes", 0, "the headline closes with a quotation", (quote_closes, None), 1.0),
    _line("longest_quote", 0, "characters of the longest quotation", (longest_quote, None)),
    _line("quote_speaker", 0, "quotations with their speaker beside them", (quote_speaker, None)),
    _line("scare_quotes", 1, "scare quotes", (scare_quotes, scare_quote_spans)),
    _line("ends_in_noun", 0, "the headline stops on a noun", (ends_in_noun, None), 1.0),
    _line("ends_in_predicate", 0, "the headline ends in a predicate", (ends_in_predicate, None), 1.0),
    _line("ends_in_particle", 0, "the headline ends in a particle", (ends_in_particle, None), 1.0),
    _line("ends_in_he", -1, "the headline ends in へ", (ends_in_he, None), 1.0),
    _line("names", 0, "proper names", _kind("固有名詞")),
    _line("unnamed_subject", 1, "epithets in a headline without a person's name", (unnamed, None)),
    _line("particles_per_noun", 0, "case particles a noun; telegraphic style has few", (particles_per_noun, None)),
    _line("modified_past", 0, "past clauses hung on a noun", (modified_past, None)),
    _line("past", 0, "past auxiliaries", _kind("past")),
    _line("verbs", 0, "verbs", _kind("動詞")),
    _line("adjectives", 0, "adjectives and adjectival nouns", _kind("形容詞", "形状詞")),
    _line("adverbs", 0, "adverbs", _kind("副詞")),
    _line("pronouns", 1, "pronouns and demonstratives", _kind("代名詞", "連体詞")),
    _line("interjections", 0, "interjections", _kind("感動詞")),
    _line("final_particles", 1, "sentence-final particles", _kind("終助詞")),
    _line("katakana_share", 0, "share of katakana", (_script("katakana"), None), 1.0),
    _line("hiragana_share", 0, "share of hiragana", (_script("hiragana"), None), 1.0),
    _line("kanji_share", 0, "share of kanji", (_script("kanji"), None), 1.0),
    _line("latin_share", 0, "share of Latin letters", (_script("latin"), None), 1.0),
)
