"""Headline style: what a headline says, withholds, shouts and quotes.

A feature is a small function of the Analysis and its line below; counts of words, marks, patterns and kinds of token are made in
`headline_parts`. Every one answers for an empty headline too.
"""

from __future__ import annotations

import re

from features import headline_lure as lure
from features import headline_quotes as quoted
from features.analysis import Analysis
from features.feature import NAN, Feature, Located
from features.headline_parts import (
    Count,
    Found,
    Given,
    Measurer,
    Part,
    kind,
    line,
    located,
    part,
    pattern,
    script,
    tags,
    word_list,
)
from features.late import late

# What is counted in every headline begins with a character or a set of them, which `re` looks for in a fast loop: `\d\d*`, not
# `\d+`, and where a pattern has no such beginning, another one (`_…_AT`) that stands as often, once at the same mark.
_STACKED = late(r"[!?](?:[!?]+|(?<=!).*!)")
_NUMBERED = r"(?:選|つの|個の|の方法|の理由|の習慣|カ条|箇条|パターン|位は)"
_TOPS = ("TOP", "Top", "top", "ベスト", "ワースト")
_LIST = late(rf"\d+ ?{_NUMBERED}|(?:{'|'.join(_TOPS)}) ?\d")
_AFTER_TOP = "|".join([f"(?<={top}{blank}\\d)" for top in _TOPS for blank in ("", " ")])
_LIST_AT = late(rf"\d(?:(?:(?<=[pPト]\d)|(?<=[pPト] \d))(?:{_AFTER_TOP})|\d* ?{_NUMBERED})")
_QUESTION = late(r"(?:か|の|は|とは|なぜ|何|どこ|誰|どう)\?[」』\"]?(?: |$)")
_QUESTION_AT = late(r"\?(?:(?<=[かのは何誰]\?)|(?<=なぜ\?)|(?<=どこ\?)|(?<=どう\?))[」』\"]?(?: |$)", re.MULTILINE)
_RANK_ASKED = late(r"\d位(?:は|に)|[、!] ?[1-9]位")
_RANK_ASKED_AT = late(r"位(?:(?<=\d位)[はに]|(?<=[、!][1-9]位)|(?<=[、!] [1-9]位))")
_AGE = late(r"\d\d?(?:歳|代)(?:女性|男性|美女|女優|女子|男子|女|男|母|父|ママ|主婦|夫婦)?")
_FIGURES = late(r"\d\d*(?:[円%億万人社件度年月日号位回勝敗本台]|[-ー−対]\d|ドル|トン|キロ|メートル|か国|カ国)")
_DATES = late(r"\d\d*(?:[日月時号]|年度)")
_SERIAL = late(r"\([1-9]\)|#\d|第\d+[回話]|前編|後編")
_MEANS = late(
    r"(?:年収|月収|手取り|年金|貯金|貯蓄|資産|退職金|時給|家賃)[^、。「」!? ]{0,6}\d[\d,]*(?:億|万)?円|\d万?円・"
)
_ARROW = late("[→⇒➡⇨↑↓]")
_DOTS = late(r"\.\.\.")
_ENDS_OPEN = late(r"\.\.\.[」』\"!?]*$", re.MULTILINE)
_ENDS_ASKING = late(r"\?[」』\"]*$", re.MULTILINE)
_OPENS_QUOTED = late("[「『](?<=^.)", re.MULTILINE)
_CLOSES_QUOTED = late("[」』]$", re.MULTILINE)
_LURES = {"気になる", "話題", "驚き", "衝撃", "おもしろ", "面白", "ゴシップ", "ネタ", "トレンド", "注目", "炎上"}
_LOUD = frozenset(
    {"drama", "curiosity", "emotive", "reaction", "slang", "shout", "pressure", "revelation", "katakana", "spoken"}
)


def shape(a: Analysis) -> tuple[float, ...]:
    """Characters, words, characters a word, and parts set off by a space, a comma or an ellipsis."""
    norm, n = a.title.norm, len(a.title.tokens)
    clauses = 1 + norm.count(" ") + norm.count("、") + norm.count("...")
    return len(norm), n, len(norm) / n if n else NAN, clauses


def shout_tags(a: Analysis) -> Located:
    """Tags in 【】 that shout, against those that name a section."""
    shouts = a.title.words.get("shout")
    if not shouts:
        return []
    boxed = [tag for tag in tags(a) if a.title.norm[tag[0]] == "【"]
    return [("title", tag) for tag in boxed if any(tag[0] < start < tag[1] for start, _ in shouts)]


def plain_tags(a: Analysis) -> float:
    """Section and format tags (【解説】, <独自>) that do not shout."""
    found = tags(a)
    return len(found) - len(shout_tags(a)) if found else 0


def _means(a: Analysis) -> Located:  # no `pattern`: what stands between word and sum could be the next line of a batch
    return [("title", m.span()) for m in _MEANS.finditer(a.title.norm)]


def loudness(a: Analysis) -> tuple[float, ...]:
    """Loud words of any list, a share of all words, and how many of the loud lists the headline draws from: drama and
    curiosity and reaction is more than drama thrice."""
    found = [len(spans) for c, spans in a.title.words.items() if c in _LOUD]
    return (min(1.0, sum(found) / len(a.title.tokens)), len(found)) if found else (0, 0)


def luring_tag(a: Analysis) -> float:
    """1 where the portal files the item under what lures (気になる, 話題), 0 under a plain section; unknown without a tag."""
    tag = a.document.tag
    return any(lure in tag for lure in _LURES) if tag and tag.strip() else NAN


FEATURES: tuple[Feature, ...] = (
    line("title_chars", 0, "characters of the headline", part(shape, 0)),
    line("title_words", 0, "words of the headline", part(shape, 1)),
    line("title_word_length", 0, "mean characters a word", part(shape, 2)),
    line("title_clauses", 0, "parts set off by spaces, commas or ellipses", part(shape, 3)),
    line("drama", 1, "words that dramatise beyond the fact", word_list("drama")),
    line("curiosity", 1, "words that open a gap of curiosity", word_list("curiosity")),
    line("revelations", 1, "someone tells, confesses or lays bare", word_list("revelation")),
    line("forward_reference", 1, "words that point at what is not said", word_list("forward")),
    line("reason_promised", 1, "a reason is promised, not given", word_list("reason")),
    line("epithets", 1, "epithets where a name could stand", word_list("epithet")),
    line("reactions", 1, "reactions of the public", word_list("reaction")),
    line("public_reacts", 1, "the public beside its feeling", located(lure.public_reacts, needs="public")),
    line("pressure", 1, "the reader is addressed or pushed", word_list("pressure")),
    line("emotive", 1, "emotive words and intensifiers", word_list("emotive")),
    line("superlatives", 0, "superlatives and records", word_list("superlative")),
    line("slang", 1, "forum and video slang", word_list("slang")),
    line("spoken", 1, "spoken words and endings", word_list("spoken")),
    line("katakana_emphasis", 1, "katakana where kanji or hiragana is usual", word_list("katakana")),
    line("loudness", 1, "loud words of any list, a share of all words", part(loudness, 0, needs="word"), 1.0),
    line("loud_lists", 1, "how many kinds of loud words there are", part(loudness, 1, needs="word")),
    line("plain_news", -1, "plain words of news", word_list("plain_news")),
    line("weather_and_traffic", -1, "words of weather and traffic reports", word_list("weather")),
    line("institutions", -1, "institutions and offices that act", word_list("institution")),
    line("advert_title", 0, "advertising words in the headline", word_list("advert")),
    line("shout_tags", 1, "tags that shout (【衝撃】)", located(shout_tags, needs="【")),
    line("plain_tags", 0, "tags that name a section or a format", (plain_tags, None)),
    line("luring_tag", 1, "the portal's own label lures (気になる)", (luring_tag, None), 1.0),
    line("exclamations", 1, "exclamation marks", pattern(late("!"), "!")),
    line("questions", 1, "question marks", pattern(late(r"\?"), "?")),
    line("stacked_marks", 1, "stacked exclamation and question marks", pattern(_STACKED)),
    line("ellipses", 1, "ellipses", pattern(lure.ELLIPSIS, "...", _DOTS)),
    line("breaks_off", 1, "the sentence breaks off at an ellipsis", located(lure.breaks_off, needs="...")),
    line("ends_open", 0, "the headline trails off", (Found(_ENDS_OPEN, "..."), None), 1.0),
    line("ends_with_question", 0, "the headline ends in a question", (Found(_ENDS_ASKING, "?"), None), 1.0),
    line("question_form", 0, "a question as the hook", pattern(_QUESTION, "?", _QUESTION_AT)),
    line("withheld_ending", 1, "the headline ends on the word it withholds", located(lure.ends_on_hollow)),
    line("hollow_heads", 1, "a clause hung on a word that names no thing", located(lure.hollow_heads, needs="hollow")),
    line("rankings", 0, "rankings", word_list("ranking")),
    line("list_promise", 0, "a list is promised", pattern(_LIST, "digit", _LIST_AT)),
    line("rank_asked", 1, "a rank is asked for or teased", pattern(_RANK_ASKED, "位", _RANK_ASKED_AT)),
    line("age_for_name", 0, "an age and a type of person where a name could stand", pattern(_AGE, needs="digit")),
    line("means_for_name", 1, "income or savings where a name could stand", located(_means, needs="円")),
    line("serial", 0, "a part of a series", pattern(_SERIAL, needs="digit")),
    line("figures", -1, "figures with a unit, scores", pattern(_FIGURES, needs="digit")),
    line("title_dates", -1, "dates and hours", pattern(_DATES, needs="digit")),
    line("arrows", 1, "arrows", pattern(_ARROW)),
    line("quotes", 0, "quotations", part(quoted.values, 0, quoted.quote_spans, "quotation")),
    line(
        "quoted_share",
        0,
        "share of the headline inside quotations",
        part(quoted.values, 1, None, "quotation"),
        1.0,
    ),
    line("quote_opens", 0, "the headline opens with a quotation", (Found(_OPENS_QUOTED), None), 1.0),
    line("quote_closes", 0, "the headline closes with a quotation", (Found(_CLOSES_QUOTED), None), 1.0),
    line("longest_quote", 0, "characters of the longest quotation", part(quoted.values, 2, None, "quotation")),
    line(
        "quote_gap",
        0,
        "how far in the first quotation stands",
        (Given("quotation", Part(quoted.values, 3), 1), None),
        1.0,
    ),
    line(
        "quote_speaker",
        0,
        "quotations with their speaker beside them",
        part(quoted.values, 4, quoted.speakers, "quotation"),
    ),
    line(
        "loud_quotes",
        1,
        "quotations that end in a mark, an ellipsis or a laugh",
        pattern(quoted.LOUD_END, "quotation", quoted.LOUD_END_AT),
    ),
    line("felt_quotes", 1, "loud or spoken words inside quotations", located(quoted.felt_quotes, needs="quotation")),
    line(
        "chained_quotes",
        1,
        "quotations that follow each other directly",
        located(quoted.chained_quotes, needs="」「"),
    ),
    line("quoted_nouns", 0, "quotations that hold a name, not speech", part(quoted.values, 5, None, "quotation")),
    line("scare_quotes", 1, "scare quotes", located(quoted.scare_quotes, needs='"')),
    line("loud_scare_quotes", 1, "scare quotes around loud words", located(quoted.loud_scare_quotes, needs='"')),
    line("ends_in_noun", 0, "the headline stops on a noun", part(lure.ending, 0), 1.0),
    line("ends_in_act", -1, "the headline stops on a clipped verb (発表)", part(lure.ending, 1), 1.0),
    line("ends_in_predicate", 0, "the headline ends in a predicate", part(lure.ending, 2), 1.0),
    line("ends_in_particle", 0, "the headline ends in a particle", part(lure.ending, 3), 1.0),
    line(
        "leads_with_subject",
        -1,
        "a name or an institution and a comma come first",
        (Given("、", lure.leads_with_subject), None),
        1.0,
    ),
    line("names", 0, "proper names", kind("固有名詞")),
    line("person_names", 0, "names of persons", kind("人名")),
    line("place_names", -1, "names of places", kind("地名")),
    line(
        "unnamed_subject", 1, "epithets in a headline without a person's name", (Given("epithet", lure.unnamed), None)
    ),
    line(
        "particles_per_noun",
        0,
        "case particles a noun; telegraphic style has few",
        (Count("kinds", ("格助詞",), "名詞"), None),
    ),
    line("topic_particles", 0, "topic particles (は, も)", kind("係助詞")),
    line("joined_clauses", 0, "clauses joined by a particle (て, が, のに)", kind("接続助詞")),
    line("modified_past", 0, "past clauses hung on a noun", (Given("past", lure.modified_past), None)),
    line("past", 0, "past auxiliaries", kind("past")),
    line("negations", 0, "negations", kind("negation")),
    line("title_polite", 0, "polite forms (です, ます)", kind("polite")),
    line("verbs", 0, "verbs", kind("動詞")),
    line("adjectives", 0, "adjectives and adjectival nouns", kind("形容詞", "形状詞")),
    line("adverbs", 0, "adverbs", kind("副詞")),
    line("pronouns", 1, "pronouns and demonstratives", kind("代名詞", "連体詞")),
    line("interjections", 0, "interjections", kind("感動詞")),
    line("final_particles", 1, "sentence-final particles", kind("終助詞")),
    line("katakana_share", 0, "share of katakana", script("katakana"), 1.0),
    line("hiragana_share", 0, "share of hiragana", script("hiragana"), 1.0),
    line("kanji_share", 0, "share of kanji", script("kanji"), 1.0),
    line("latin_share", 0, "share of Latin letters", script("latin"), 1.0),
    line("digit_share", 0, "share of digits", script("digit"), 1.0),
)

measure = Measurer(FEATURES)
