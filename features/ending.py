"""Is the body whole: how it ends, what it announces, whether it is a first page or an excerpt, how much follows its lead."""

from __future__ import annotations

import re

from features.analysis import Analysis, Span, Text
from features.feature import NAN, Feature, Located, Spans, Value
from features.late import late

_ANY = float("inf")
_TAIL = 160  # characters in which an ending is looked for
_HEAD = 500  # characters in which an editor introduces an excerpt or an interview

_TELL = r"紹介|解説|説明|考察|検証|レポート|比較|分析|お届け|深掘り|指南|伝授"
_ANNOUNCED = late(
    rf"話を(?:聞|伺|うかが)|お?話[をに](?:お聞き|お伺い)|(?:について|を)(?:{_TELL})(?:する|します|しま|して|した|しよう)"
    rf"|(?:{_TELL})(?:する|します|しよう|しましょう|したい|しておきたい|していき|していこう|していく)"
    r"|見てい(?:こう|き|く)|迫(?:る|って|った|ります|りました)[。!]?$|探(?:る|って|った|ります)[。!]?$"
    r"|(?:聞い|伺っ|うかがっ|尋ね|訊い)(?:た|てみた|てみました|ました|てきた)|伺いました|聞きました|整理して|振り返(?:って|る|ろう)"
    r"|まとめ(?:る|ます|た|ました|てみ)|(?:それ|これ)は[、…。―]|(?:次|以下)の(?:通り|とおり)|次のよう|以下"
)
_HERE = late(r"本記事|本稿|この記事|今回|ここで|そこで|本連載|当記事|当特集|以下|次に|では[、,]|さっそく|早速")
_GO_ON = late(
    r"続きを読む|続きは|次ページ|次のページ|全文(?:を|は)|会員限定|有料(?:記事|会員)|残り\d+文字|に続く\)?$|つづく|\(?後編|\(?前編|連載|第\d+回"
)
_EXCERPT = late(
    r"本稿は|抜粋|再編集|再構成|一部を再|からの転載|より一部|上梓|連載|第\d+回|聞き手|構成[=:・/]|取材・文|敬称略|インタビュー"
)
_CAPTION = late(
    r"[【《\[(■〈](?:[^】》\])〉\n]{0,6})?(?:写真|画像|動画|映像|図表|図|イラスト|マンガ|漫画|まんが|ビフォー)[^】》\])〉■\n]{0,14}[】》\])〉■]"
)
_CREDIT = late(
    r"(?:\([^()\n]{2,40}\)|©[^\n]*|画像提供[^\n]{0,60}|\[[^\[\]\n]{2,40}\]|提供[^\n]{0,20}|(?:取材|文|構成|撮影|写真|編集|記者|デスク|編集部)[^\n。]{0,40})$"
)
_CLOSING = late(
    r"今後|予定|見通し|見込み|期待|注目|楽しみ|ほしい|欲しい|たいもの|いかが|でしょう|だろう。|寄せられ|話題|反響|呼びかけ|進めてい|調べてい|捜査"
    r"|方針|公開中|発売|開催|詳細|参照|サイト|問い合わせ"
)
_TURNING = late(
    r"\s*(?:しかし|だが|ところが|でも|けれど|一方|ただ|では|そこで|それは|その|そして|実は|実際|なぜ|つまり|だから|もちろん|たとえば|例えば|まず|ここで)"
)
_QUESTION = late(r"(?:か[。?]*|\?|か――|とは[。…―.]*)[」』]?[)】]?$")
_QUESTIONS = late(r"か[。?]|\?")
_STOP = tuple("。!?」』)】>〉》")


def _last(body: Text, count: int = 1) -> Span:
    """The span of the last sentences."""
    return (body.sentences[-min(count, len(body.sentences))][0], len(body.norm)) if body.sentences else (0, 0)


def _in_last(body: Text, pattern: re.Pattern[str], count: int) -> list[Span]:
    start, end = _last(body, count)
    return [m.span() for m in pattern.finditer(body.norm, start, end)]


def _in_tail(body: Text, pattern: re.Pattern[str], size: int = _TAIL) -> list[Span]:
    return [m.span() for m in pattern.finditer(body.norm, max(0, len(body.norm) - size))]


def body_chars(a: Analysis) -> float:
    return float(len(a.body.norm)) if a.body else NAN


def paragraphs(a: Analysis) -> float:
    return float(len(a.body.paragraphs)) if a.body else NAN


def first_paragraph(a: Analysis) -> float:
    return float(a.body.paragraphs[0][1] - a.body.paragraphs[0][0]) if a.body else NAN


def last_paragraph(a: Analysis) -> float:
    return float(a.body.paragraphs[-1][1] - a.body.paragraphs[-1][0]) if a.body else NAN


def last_sentence(a: Analysis) -> float:
    if not a.body or not a.body.sentences:
        return NAN
    start, end = a.body.sentences[-1]
    return float(end - start)


def ends_with_stop(a: Analysis) -> float:
    """1 where the body ends with a full stop or a closing bracket."""
    return float(a.body.norm.endswith(_STOP)) if a.body else NAN


def announces(a: Analysis) -> float:
    """1 where one of the last two sentences announces what follows: an explanation, a talk, a list."""
    return float(bool(_in_last(a.body, _ANNOUNCED, 2))) if a.body else NAN


def announces_spans(a: Analysis) -> Located:
    return [("body", span) for span in _in_last(a.body, _ANNOUNCED, 2)] if a.body else []


def leads_in(a: Analysis) -> float:
    """Words in the last two sentences that open a subject instead of closing it: 今回, 本記事, そこで."""
    return float(len(_in_last(a.body, _HERE, 2))) if a.body else NAN


def leads_in_spans(a: Analysis) -> Located:
    return [("body", span) for span in _in_last(a.body, _HERE, 2)] if a.body else []


def goes_on(a: Analysis) -> float:
    """Marks that the text goes on elsewhere, in the last 160 characters."""
    return float(len(_in_tail(a.body, _GO_ON))) if a.body else NAN


def goes_on_spans(a: Analysis) -> Located:
    return [("body", span) for span in _in_tail(a.body, _GO_ON)] if a.body else []


def excerpt(a: Analysis) -> float:
    """Marks of an excerpt, a series or an interview in the introduction; portals show the first page of such."""
    return float(len(_EXCERPT.findall(a.body.norm[:_HEAD]))) if a.body else NAN


def excerpt_spans(a: Analysis) -> Located:
    return [("body", m.span()) for m in _EXCERPT.finditer(a.body.norm[:_HEAD])] if a.body else []


def _captions(body: Text) -> list[Span]:
    kept: list[Span] | None = body.__dict__.get("caption_marks")
    if kept is None:
        kept = body.__dict__["caption_marks"] = [m.span() for m in _CAPTION.finditer(body.norm)]
    return kept


def before_caption(a: Analysis) -> float:
    """Characters before the first picture mark: where pages put the first picture, their lead ends."""
    return float(_captions(a.body)[0][0]) if a.body and _captions(a.body) else NAN


def after_caption(a: Analysis) -> float:
    """Characters after the last picture mark; few where a lead stands alone."""
    return float(len(a.body.norm) - _captions(a.body)[-1][1]) if a.body and _captions(a.body) else NAN


def ends_in_credit(a: Analysis) -> float:
    """1 where the body ends with its writer, photographer or source: a writer's own end."""
    return float(bool(_CREDIT.search(a.body.norm[-100:]))) if a.body else NAN


def closing_words(a: Analysis) -> float:
    """Words that close a report, in the last 120 characters: what is planned, expected, asked of readers."""
    return float(len(_in_tail(a.body, _CLOSING, 120))) if a.body else NAN


def closing_spans(a: Analysis) -> Located:
    return [("body", span) for span in _in_tail(a.body, _CLOSING, 120)] if a.body else []


def turns_at_end(a: Analysis) -> float:
    """1 where the last sentence begins by turning to something: しかし, そこで, まず."""
    return float(bool(_TURNING.match(a.body.norm, _last(a.body)[0]))) if a.body else NAN


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
    return float(bool(_QUESTION.search(a.body.norm, max(0, len(a.body.norm) - 10)))) if a.body else NAN


def questions_at_end(a: Analysis) -> float:
    """Questions in the last three sentences."""
    return float(len(_in_last(a.body, _QUESTIONS, 3))) if a.body else NAN


def questions_spans(a: Analysis) -> Located:
    return [("body", span) for span in _in_last(a.body, _QUESTIONS, 3)] if a.body else []


def ends_in_ellipsis(a: Analysis) -> float:
    return float(a.body.norm.endswith(("...", "...。", "。..."))) if a.body else NAN


def _final_word(body: Text) -> str:
    """Part of speech of the last word that is no mark."""
    return next((t.pos1 for t in reversed(body.tokens[-6:]) if t.pos1 not in ("補助記号", "記号", "空白")), "")


def ends_in_noun(a: Analysis) -> float:
    """1 where the last word is a noun: a report's clipped end, a credit, a heading."""
    return float(_final_word(a.body) == "名詞") if a.body else NAN


def ends_politely(a: Analysis) -> float:
    return (
        float(bool(re.search(r"(?:です|ます|ました|でした|ません|ましょう)[。!]?$", a.body.norm[-8:])))
        if a.body
        else NAN
    )


def _headings(body: Text) -> list[Span]:
    norm = body.norm
    return [
        (s, e) for s, e in body.paragraphs if (e - s < 40 and not norm.endswith("。", s, e)) or norm[s] in "■◆●▼◇□★"
    ]


def ends_in_heading(a: Analysis) -> float:
    """1 where the last line is short and without a full stop: a heading with nothing under it, or a byline."""
    if not a.body:
        return NAN
    start, end = a.body.paragraphs[-1]
    return float(end - start < 40 and not a.body.norm.endswith(_STOP))


def after_heading(a: Analysis) -> float:
    """Characters from the last heading to the end."""
    headings = _headings(a.body) if a.body else []
    return float(len(a.body.norm) - headings[-1][0]) if a.body and headings else NAN


def last_new(a: Analysis) -> float:
    """Share of the last sentence's nouns that stand nowhere before it: a text that ends on something new."""
    if not a.body or len(a.body.sentences) < 2:
        return NAN
    norm, start = a.body.norm, a.body.sentences[-1][0]
    nouns = []
    at = len(norm)
    for token in reversed(a.body.tokens):
        if at <= start:
            break
        if token.pos1 == "名詞":
            nouns.append(token.surface)
        at -= token.step
    return sum(norm.find(noun, 0, start) < 0 for noun in nouns) / len(nouns) if nouns else NAN


def _line(
    name: str,
    direction: int,
    meaning: str,
    value: Value,
    high: float = 1.0,
    spans: Spans | None = None,
    version: int = 1,
) -> Feature:
    return Feature(name, version, "promise", 0.0, high, direction, meaning, value, spans)


FEATURES: tuple[Feature, ...] = (
    _line("body_chars", 0, "characters of the body", body_chars, _ANY),
    _line("paragraphs", 0, "paragraphs of the body", paragraphs, _ANY),
    _line("first_paragraph", 0, "characters of the first paragraph", first_paragraph, _ANY),
    _line("last_paragraph", 0, "characters of the last paragraph", last_paragraph, _ANY),
    _line("last_sentence", 0, "characters of the last sentence", last_sentence, _ANY),
    _line("last_new", 0, "share of the last sentence's nouns that are new", last_new, version=2),
    _line("announces", -1, "the last sentences announce what follows", announces, 1.0, announces_spans, 2),
    _line("leads_in", -1, "words in the last sentences that open a subject", leads_in, _ANY, leads_in_spans),
    _line("goes_on", -1, "marks that the text goes on elsewhere", goes_on, _ANY, goes_on_spans, 2),
    _line("excerpt", -1, "marks of an excerpt, a series or an interview", excerpt, _ANY, excerpt_spans),
    _line("before_caption", 0, "characters before the first picture mark", before_caption, _ANY),
    _line("after_caption", 0, "characters after the last picture mark", after_caption, _ANY),
    _line("ends_in_credit", 1, "the body ends with its writer or source", ends_in_credit),
    _line("closing_words", 1, "words that close a report", closing_words, _ANY, closing_spans),
    _line("turns_at_end", -1, "the last sentence begins by turning to something", turns_at_end),
    _line("ends_with_stop", 0, "the body ends with a full stop or closing bracket", ends_with_stop),
    _line("ends_mid_sentence", -1, "the last word wants another", ends_mid_sentence),
    _line("open_brackets", -1, "quotations and brackets left open", open_brackets, _ANY),
    _line("ends_in_question", 0, "the body ends in a question", ends_in_question, version=2),
    _line("questions_at_end", -1, "questions in the last three sentences", questions_at_end, _ANY, questions_spans),
    _line("ends_in_ellipsis", 0, "the body trails off", ends_in_ellipsis),
    _line("body_ends_in_noun", 0, "the body ends in a noun", ends_in_noun),
    _line("ends_politely", 0, "the body ends in a polite form", ends_politely),
    _line("ends_in_heading", 0, "the last line is a heading or a byline", ends_in_heading),
    _line("after_heading", 0, "characters after the last heading", after_heading, _ANY),
)
