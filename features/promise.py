"""Promise and delivery: what the headline states and promises, whether the body gives it, and whether the body is whole."""

from __future__ import annotations

import re

from features.analysis import Analysis, Text
from features.feature import NAN, Feature, Located, Spans, Value

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_CAUSE = re.compile(r"ため|から|ので|理由|原因|背景|きっかけ|によって|により|せいで|なぜなら|というのも")
_LISTED = re.compile(r"(?m)^(?:[(（]?\d{1,2}[.)）:、 位]|[①-⑳●■◆・▼▽○◎★☆▶])|第?\d{1,2}位")
_PROMISED = re.compile(
    r"(\d{1,2}) ?(?:選|つの|個の|の方法|の理由|の習慣|カ条|箇条|パターン)|TOP ?(\d{1,2})|ベスト(\d{1,2})|ワースト(\d{1,2})",
    re.IGNORECASE,
)
_ANNOUNCES = re.compile(
    r"(?:以下|次(?:の|に)|ここから|今回|本記事|本稿|この記事|次回|後編|続き)[^。\n]{0,30}(?:紹介|解説|見てい|お届け|説明|まとめ|考え|迫|聞|探|公開|掲載|伝え|教え|チェック)[^。\n]{0,12}$"
    r"|(?:紹介|解説|説明)し(?:ていこう|ていきましょう|ていきます|てみよう|よう|ましょう)[。!]?$|見ていこう[。!]?$|見ていきましょう[。!]?$"
)
_GO_ON = re.compile(
    r"続きを読む|続きは|次ページ|次のページ|全文(?:を|は)|会員限定|有料(?:記事|会員)|残り\d+文字|に続く\)?$|つづく|\(後編|\(前編|前編\)|後編は"
)
_STOP = tuple("。!?」』)】>〉》")
_CONTENT = ("普通名詞", "固有名詞")


def _content(a: Analysis) -> list[str]:
    """Content words of the headline: nouns of two or more characters or one kanji, verbs' and adjectives' surfaces."""
    kept = []
    for token in a.title.tokens:
        noun = token.pos1 == "名詞" and token.pos2 in _CONTENT
        verb = token.pos1 in ("動詞", "形容詞", "形状詞") and token.script in ("mixed", "kanji", "katakana")
        if (noun or verb) and (len(token.surface) > 1 or token.script == "kanji"):
            kept.append(token.surface)
    return kept


def _share(found: list[bool]) -> float:
    return sum(found) / len(found) if found else NAN


def words_covered(a: Analysis) -> float:
    """Share of the headline's content words that stand in the body."""
    body = a.body
    return _share([w in body.norm for w in _content(a)]) if body else NAN


def words_covered_lead(a: Analysis) -> float:
    """The same within the body's first 200 characters."""
    body = a.body
    return _share([w in body.norm[:200] for w in _content(a)]) if body else NAN


def words_missing(a: Analysis) -> float:
    body = a.body
    return float(sum(w not in body.norm for w in _content(a))) if body else NAN


def words_missing_spans(a: Analysis) -> Located:
    body = a.body
    if not body:
        return []
    wanted = {w for w in _content(a) if w not in body.norm}
    found = zip(a.title.surfaces, a.title.starts, a.title.ends, strict=True)
    return [("title", (start, end)) for surface, start, end in found if surface in wanted]


def names_covered(a: Analysis) -> float:
    body = a.body
    return _share([t.surface in body.norm for t in a.title.tokens if t.pos2 == "固有名詞"]) if body else NAN


def figures_covered(a: Analysis) -> float:
    body = a.body
    if not body:
        return NAN
    norm = body.norm.replace(",", "")
    return _share([n in norm for n in _NUMBER.findall(a.title.norm.replace(",", ""))])


def _grams(text: str, size: int) -> list[str]:
    return [text[i : i + size] for i in range(len(text) - size + 1)]


def grams_covered(a: Analysis) -> float:
    """Share of the headline's character trigrams that stand in the body."""
    body = a.body
    return _share([g in body.norm for g in _grams(a.title.norm, 3)]) if body else NAN


def first_mention(a: Analysis) -> float:
    """Mean place, 0 to 1, where the headline's content words first stand in the body; buried news comes late."""
    body = a.body
    if not body:
        return NAN
    places = [body.norm.find(w) for w in _content(a)]
    found = [p for p in places if p >= 0]
    return sum(found) / len(found) / len(body.norm) if found else NAN


def _quote_cover(a: Analysis) -> list[float]:
    """For each quotation of the headline, the share of its character trigrams that stand in the body."""
    body = a.body
    if not body:
        return []
    covers = []
    for q in a.title.quotations:
        text = a.title.norm[q.start : q.end].replace("...", "")
        if q.depth == 0 and q.mark in '「『"' and len(text) >= 3:
            covers.append(1.0 if text in body.norm else _share([g in body.norm for g in _grams(text, 3)]))
    return covers


def quotes_delivered(a: Analysis) -> float:
    """How well the headline's quotations are found in the body, 0 to 1, the worst of them."""
    return min(_quote_cover(a), default=NAN)


def quotes_mean(a: Analysis) -> float:
    covers = _quote_cover(a)
    return sum(covers) / len(covers) if covers else NAN


def reason_given(a: Analysis) -> float:
    """Causal expressions per 1,000 characters, where the headline promises a reason."""
    body = a.body
    if not body or "reason" not in a.title.words:
        return NAN
    return 1000 * len(_CAUSE.findall(body.norm)) / len(body.norm)


def list_delivered(a: Analysis) -> float:
    """Items listed against items promised (capped at 1), where the headline promises a number."""
    body = a.body
    promised = _PROMISED.search(a.title.norm)
    if not body or not promised:
        return NAN
    wanted = int(next(g for g in promised.groups() if g))
    return min(1.0, len(_LISTED.findall(body.norm)) / wanted) if wanted else NAN


def force_echoed(a: Analysis) -> float:
    """Share of the headline's drama, reaction and emotive words that the body uses too."""
    body = a.body
    if not body:
        return NAN
    words = [a.title.norm[s:e] for c in ("drama", "reaction", "emotive") for s, e in a.title.words.get(c, ())]
    return _share([w in body.norm for w in words])


def promises(a: Analysis) -> float:
    """How many things the headline promises: a reason, a list, a withheld word, an answer."""
    words = a.title.words
    return float(
        len(words.get("reason", ()))
        + len(words.get("curiosity", ()))
        + bool(_PROMISED.search(a.title.norm))
        + a.title.norm.count("?")
    )


def body_chars(a: Analysis) -> float:
    return float(len(a.body.norm)) if a.body else NAN


def ends_with_stop(a: Analysis) -> float:
    """1 where the body ends with a full stop or a closing bracket."""
    return float(a.body.norm.endswith(_STOP)) if a.body else NAN


def _tail(body: Text) -> str:
    return body.norm[-160:]


def announces(a: Analysis) -> float:
    """1 where the body ends by announcing what follows."""
    return float(bool(_ANNOUNCES.search(_tail(a.body)))) if a.body else NAN


def announces_spans(a: Analysis) -> Located:
    if not a.body:
        return []
    found = _ANNOUNCES.search(a.body.norm, max(0, len(a.body.norm) - 160))
    return [("body", found.span())] if found else []


def goes_on(a: Analysis) -> float:
    """Marks that the text goes on elsewhere, in the last 160 characters."""
    return float(len(_GO_ON.findall(_tail(a.body)))) if a.body else NAN


def goes_on_spans(a: Analysis) -> Located:
    return [("body", m.span()) for m in _GO_ON.finditer(a.body.norm)] if a.body else []


def ends_mid_sentence(a: Analysis) -> float:
    """1 where the last word wants another: a particle, a conjunctive form, a comma."""
    if not a.body or not a.body.tokens:
        return NAN
    last = a.body.tokens[-1]
    return float(
        last.pos1 in ("助詞", "接続詞", "連体詞", "接頭辞")
        or last.cform.startswith(("連用形", "仮定形", "未然形"))
        or last.surface in ("、", ",")
    )


def open_brackets(a: Analysis) -> float:
    """Quotations and brackets left open."""
    if not a.body:
        return NAN
    norm = a.body.norm
    return float(sum(max(0, norm.count(o) - norm.count(c)) for o, c in ("「」", "『』", "()", "【】")))


def ends_in_question(a: Analysis) -> float:
    return float(a.body.norm.endswith(("か。", "?", "か", "は..."))) if a.body else NAN


def ends_in_quote(a: Analysis) -> float:
    return float(a.body.norm.endswith(("」", "』"))) if a.body else NAN


def ends_in_ellipsis(a: Analysis) -> float:
    return float(a.body.norm.endswith(("...", "...。", "。..."))) if a.body else NAN


def ends_in_heading(a: Analysis) -> float:
    """1 where the last line is short and without a full stop: a heading with nothing under it, or a byline."""
    if not a.body:
        return NAN
    start, end = a.body.paragraphs[-1]
    return float(end - start < 40 and not a.body.norm.endswith(_STOP))


def last_paragraph(a: Analysis) -> float:
    if not a.body:
        return NAN
    start, end = a.body.paragraphs[-1]
    return float(end - start)


def last_sentence(a: Analysis) -> float:
    if not a.body or not a.body.sentences:
        return NAN
    start, end = a.body.sentences[-1]
    return float(end - start)


def list_unfinished(a: Analysis) -> float:
    """1 where the headline promises a number of items and the body lists some, but fewer."""
    delivered = list_delivered(a)
    return NAN if delivered != delivered else float(0 < delivered < 1)


def _line(
    name: str, direction: int, meaning: str, value: Value, high: float = 1.0, spans: Spans | None = None
) -> Feature:
    return Feature(name, 1, "promise", 0.0, high, direction, meaning, value, spans)


_ANY = float("inf")
FEATURES: tuple[Feature, ...] = (
    _line("words_covered", 1, "share of the headline's content words that the body holds", words_covered),
    _line("words_covered_lead", 0, "the same within the first 200 characters", words_covered_lead),
    _line(
        "words_missing",
        -1,
        "content words of the headline that the body lacks",
        words_missing,
        _ANY,
        words_missing_spans,
    ),
    _line("names_covered", 1, "share of the headline's names that the body holds", names_covered),
    _line("figures_covered", 1, "share of the headline's numbers that the body holds", figures_covered),
    _line("grams_covered", 1, "share of the headline's character trigrams that the body holds", grams_covered),
    _line("first_mention", 0, "how deep in the body the headline's words first stand", first_mention),
    _line("quotes_delivered", 0, "how much of the headline's worst-kept quotation the body holds", quotes_delivered),
    _line("quotes_mean", 0, "how much of the headline's quotations the body holds", quotes_mean),
    _line("reason_given", 0, "causal expressions per 1,000 characters under a promised reason", reason_given, _ANY),
    _line("list_delivered", 1, "items listed against items promised", list_delivered),
    _line("list_unfinished", -1, "a promised list begun and not ended", list_unfinished),
    _line("force_echoed", 0, "share of the headline's loud words that the body uses too", force_echoed),
    _line("promises", 0, "things the headline promises", promises, _ANY),
    _line("body_chars", 0, "characters of the body", body_chars, _ANY),
    _line("ends_with_stop", 0, "the body ends with a full stop or closing bracket", ends_with_stop),
    _line("announces", -1, "the body ends by announcing what follows", announces, 1.0, announces_spans),
    _line("goes_on", -1, "marks that the text goes on elsewhere", goes_on, _ANY, goes_on_spans),
    _line("ends_mid_sentence", -1, "the last word wants another", ends_mid_sentence),
    _line("open_brackets", -1, "quotations and brackets left open", open_brackets, _ANY),
    _line("ends_in_question", 0, "the body ends in a question", ends_in_question),
    _line("ends_in_quote", 0, "the body ends in a quotation", ends_in_quote),
    _line("ends_in_ellipsis", 0, "the body trails off", ends_in_ellipsis),
    _line("ends_in_heading", 0, "the last line is a heading or a byline", ends_in_heading),
    _line("last_paragraph", 0, "characters of the last paragraph", last_paragraph, _ANY),
    _line("last_sentence", 0, "characters of the last sentence", last_sentence, _ANY),
)
