"""Promise and delivery: what the headline states and promises, and whether the body gives it."""

from __future__ import annotations

import re

from features.analysis import Analysis, Span
from features.delivery import Delivery, Word, delivery
from features.feature import NAN, Feature, Located, Spans, Value
from features.late import late

_ANY = float("inf")
_FOUND = 0.6  # a quotation of which less stands in the body is not found there

_PROMISE = late(
    r"理由|ワケ|わけ(?!で)|なぜ|どうして|真因|要因|原因|背景|秘訣|コツ|狙い|カギ|事情|正体|真相|共通点|違い|方法|対策|ポイント|特徴"
    r"|裏側|ウラ|真意|本音|中身|実態|行方|ゆくえ|末路|結果|結末|とは|意外な|まさかの|何者|どうなる|どうする|いくら|いつ|誰|何[がを]|1位は"
    r"|その後|驚きの|納得の"
)
_ANSWER = late(
    r"(?:理由|原因|背景|きっかけ|要因|ワケ|秘訣|コツ|狙い|ポイント|カギ|特徴|正体|違い|方法|対策|共通点|真相|事情)"
    r"(?:は|には|にある|として|だ|です|である|では|の(?:1つ|一つ)|について|を(?:明か|語|説明|述べ|聞|挙げ))"
    r"|ため(?:だ|です|である|で、|、|という|と)|から(?:だ|です|である|で)|ことが(?:原因|理由|要因|背景)|というわけ|[のん]です"
)
_NUMBERED = late(
    r"(\d{1,2}) ?(?:選|つの|個の|の方法|の理由|の習慣|カ条|箇条|パターン|のポイント|のコツ)"
    r"|(?:TOP|トップ|ベスト|ワースト) ?(\d{1,2})",
    re.IGNORECASE,
)
_RANKED = late(r"ランキング|TOP|トップ\d|\d位|\d ?選|ベスト\d|ワースト\d", re.IGNORECASE)
_LISTED = late(  # ① is 1 once normalised; a line may also begin with a date or a quantity
    r"(?m)^ ?\(?\d{1,2}(?![\d年月日時分秒人円歳回度点本社億万千%つ,代カか])|^ ?[■◆・▼▽○◎★☆●▶◇□]|第?\d{1,2}位|\d{1,2}(?:つ|番)目"
)
_LOUD = late(
    r"衝撃|騒然|驚愕|震撼|激震|仰天|悶絶|歓喜|殺到|大注目|絶賛|大反響|炎上|大?激怒|猛省|電撃|異質|異例|異変|最強|最恐|戦慄|圧巻|圧倒|爆笑|号泣|涙"
    r"|感動|神対応|絶句|悲鳴|どよめき|万雷|大興奮|大盛り上がり|釘付け|くぎ付け|ドン引き|恐怖|地獄|ヤバ|やば|スゴ|すご|凄|怒り|止まらない|続出|続々"
    r"|相次|猛|超|激|大変化|大人気|大量|全容|真の|本当の|まさか|意外|驚き|納得|ついに|危機|崩壊|限界|急|革命|悲劇|壮絶|容赦|禁断|完全|史上|異次元"
    r"|化け物|怪物|珍"
)
_GUESS = late(
    r"可能性|かもしれ|とみられ|と見られ|見通し|予想|推測|憶測|との?いう?見方|噂|ウワサ|らしい|ようだ|だろう|かも|か。|ではないか|そうだ"
)


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else NAN


def words_covered(a: Analysis) -> float:
    """How far the body holds the headline's content words: as they stand, or their parts."""
    d = delivery(a)
    return _mean([w.held for w in d.words]) if d else NAN


def words_covered_lead(a: Analysis) -> float:
    d = delivery(a)
    return _mean([float(w.stem in d.lead) for w in d.words]) if d else NAN


def words_covered_rest(a: Analysis) -> float:
    d = delivery(a)
    return _mean([float(w.stem in d.rest) for w in d.words]) if d else NAN


def words_repeated(a: Analysis) -> float:
    """Share of the headline's content words that the body uses twice or more: it is about them."""
    d = delivery(a)
    return _mean([float(d.body.count(w.stem) > 1) for w in d.words]) if d else NAN


def _missing(d: Delivery) -> list[Word]:
    return [w for w in d.words if not w.held]


def words_missing(a: Analysis) -> float:
    d = delivery(a)
    return float(len(_missing(d))) if d else NAN


def words_missing_spans(a: Analysis) -> Located:
    d = delivery(a)
    return [("title", (w.start, w.end)) for w in _missing(d)] if d else []


def pieces_covered(a: Analysis) -> float:
    """Share of the headline's characters that the body holds together with a neighbour."""
    d = delivery(a)
    return _mean([float(held) for _, held in d.pieces]) if d else NAN


def pieces_missing_spans(a: Analysis) -> Located:
    """Stretches of two characters or more that the body doesn't hold."""
    d = delivery(a)
    spans: list[Span] = []
    for at, held in d.pieces if d else ():
        if not held:
            if spans and spans[-1][1] == at:
                spans[-1] = (spans[-1][0], at + 1)
            else:
                spans.append((at, at + 1))
    return [("title", span) for span in spans if span[1] - span[0] > 1]


def kanji_covered(a: Analysis) -> float:
    d = delivery(a)
    return _mean([float(c in d.body) for c in {c for c in a.title.norm if "一" <= c <= "鿿"}]) if d else NAN


def names_covered(a: Analysis) -> float:
    d = delivery(a)
    return _mean([float(t.surface in d.body) for t in a.title.tokens if t.pos2 == "固有名詞"]) if d else NAN


def names_missing_spans(a: Analysis) -> Located:
    d = delivery(a)
    if not d:
        return []
    found = zip(a.title.tokens, a.title.starts, a.title.ends, strict=True)
    return [("title", (s, e)) for t, s, e in found if t.pos2 == "固有名詞" and t.surface not in d.body]


def figures_covered(a: Analysis) -> float:
    d = delivery(a)
    return _mean([float(given) for _, given in d.figures]) if d else NAN


def figures_missing_spans(a: Analysis) -> Located:
    d = delivery(a)
    return [("title", span) for span, given in d.figures if not given] if d else []


def part_covered(a: Analysis) -> float:
    """How far the body holds the headline's worst-kept part; a headline of two pieces of news may keep one."""
    d = delivery(a)
    return min((held for _, held in d.parts), default=NAN) if d else NAN


def part_missing_spans(a: Analysis) -> Located:
    d = delivery(a)
    worst = min((held for _, held in d.parts), default=1.0) if d else 1.0
    return [("title", span) for span, held in d.parts if held == worst < 1] if d else []


def told_together(a: Analysis) -> float:
    """The most of the headline's content words that two sentences of the body in a row hold: does one place tell the news?"""
    d = delivery(a)
    return max((len(x | y) for x, y in d.neighbours), default=0) / len(d.words) if d and d.words else NAN


def told_at(a: Analysis) -> float:
    """How deep in the body the sentence stands that tells most of the headline, 0 to 1."""
    d = delivery(a)
    if not d or not any(d.sentences):
        return NAN
    counts = [len(held) for held in d.sentences]
    return counts.index(max(counts)) / len(counts)


def first_mention(a: Analysis) -> float:
    """Mean place, 0 to 1, where the headline's content words first stand in the body; buried news comes late."""
    d = delivery(a)
    places = [at for w in d.words if (at := d.body.find(w.stem)) >= 0] if d else []
    return sum(places) / len(places) / len(d.body) if d and places else NAN


def quotes_delivered(a: Analysis) -> float:
    """How much of the headline's worst-kept quotation stands in the body in one piece, 0 to 1."""
    d = delivery(a)
    return min((q.held for q in d.quotes), default=NAN) if d else NAN


def quotes_missing_spans(a: Analysis) -> Located:
    d = delivery(a)
    return [("title", (q.start, q.end)) for q in d.quotes if q.held < _FOUND] if d else []


def quotes_spoken(a: Analysis) -> float:
    """The same, the mean over the headline's quotations, within the body's own quotation marks: someone said it."""
    d = delivery(a)
    return _mean([q.spoken for q in d.quotes]) if d else NAN


def quotes_unspoken_spans(a: Analysis) -> Located:
    d = delivery(a)
    return [("title", (q.start, q.end)) for q in d.quotes if q.spoken < _FOUND] if d else []


def promises(a: Analysis) -> float:
    """How many things the headline promises a reader of the body: a reason, an answer, a withheld word, a list."""
    if not a.body:
        return NAN
    return float(len(_PROMISE.findall(a.title.norm)) + a.title.norm.count("?") + bool(_NUMBERED.search(a.title.norm)))


def promise_spans(a: Analysis) -> Located:
    return [("title", m.span()) for m in _PROMISE.finditer(a.title.norm)]


def promise_taken_up(a: Analysis) -> float:
    """Share of the promised words (理由, 正体, 方法) that the body takes up."""
    d = delivery(a)
    promised = set(_PROMISE.findall(a.title.norm))
    return _mean([float(word in d.body) for word in promised]) if d else NAN


def reason_given(a: Analysis) -> float:
    """Sentences that give a reason or an answer per 1,000 characters, where the headline promises one."""
    if not a.body or not _PROMISE.search(a.title.norm):
        return NAN
    return 1000 * len(_ANSWER.findall(a.body.norm)) / len(a.body.norm)


def reason_spans(a: Analysis) -> Located:
    """The promised words, and what answers them."""
    found = promise_spans(a)
    return found + [("body", m.span()) for m in _ANSWER.finditer(a.body.norm)] if a.body and found else []


def _promised_number(a: Analysis) -> int:
    promised = _NUMBERED.search(a.title.norm)
    return int(next(g for g in promised.groups() if g)) if promised else 0


def _items(a: Analysis) -> int:
    return len(_LISTED.findall(a.body.norm)) if a.body else 0


def list_delivered(a: Analysis) -> float:
    """Items listed against items promised (capped at 1), where the headline promises a number."""
    wanted = _promised_number(a)
    return min(1.0, _items(a) / wanted) if a.body and wanted else NAN


def list_unfinished(a: Analysis) -> float:
    """1 where the headline promises a number of items and the body lists some, but fewer."""
    delivered = list_delivered(a)
    return NAN if delivered != delivered else float(0 < delivered < 1)


def list_spans(a: Analysis) -> Located:
    """The promised number, and the items that are there."""
    promised = _NUMBERED.search(a.title.norm) or _RANKED.search(a.title.norm)
    if not a.body or not promised:
        return []
    return [("title", promised.span()), *(("body", m.span()) for m in _LISTED.finditer(a.body.norm))]


def items_listed(a: Analysis) -> float:
    """Items and ranks in the body, where the headline promises a list or a ranking."""
    return float(_items(a)) if a.body and _RANKED.search(a.title.norm) else NAN


def _loud(a: Analysis) -> list[re.Match[str]]:
    return list(_LOUD.finditer(a.title.norm))


def force_echoed(a: Analysis) -> float:
    """How often the body uses the headline's loud words too, each counted to three at most."""
    d = delivery(a)
    return _mean([float(min(3, d.body.count(m.group()))) for m in _loud(a)]) if d else NAN


def force_missing(a: Analysis) -> float:
    """Loud words of the headline that the body doesn't use."""
    d = delivery(a)
    return float(sum(m.group() not in d.body for m in _loud(a))) if d else NAN


def force_missing_spans(a: Analysis) -> Located:
    d = delivery(a)
    return [("title", m.span()) for m in _loud(a) if m.group() not in d.body] if d else []


def guesses(a: Analysis) -> float:
    """Guesses and open questions of the body per 1,000 characters: news that turns out a supposition."""
    return 1000 * len(_GUESS.findall(a.body.norm)) / len(a.body.norm) if a.body else NAN


def guesses_spans(a: Analysis) -> Located:
    return [("body", m.span()) for m in _GUESS.finditer(a.body.norm)] if a.body else []


def title_to_body(a: Analysis) -> float:
    """The headline's length against the body's: a long promise over a short text."""
    return min(1.0, len(a.title.norm) / len(a.body.norm)) if a.body else NAN


def _line(
    name: str,
    direction: int,
    meaning: str,
    value: Value,
    spans: Spans | None = None,
    high: float = 1.0,
    version: int = 1,
) -> Feature:
    return Feature(name, version, "promise", 0.0, high, direction, meaning, value, spans)


FEATURES: tuple[Feature, ...] = (
    _line(
        "words_covered",
        1,
        "how far the body holds the headline's content words",
        words_covered,
        words_missing_spans,
        version=2,
    ),
    _line("words_covered_lead", 0, "share of them within the first 200 characters", words_covered_lead, version=2),
    _line("words_covered_rest", 0, "share of them after the first 200 characters", words_covered_rest),
    _line("words_repeated", 1, "share of them that the body uses twice or more", words_repeated),
    _line(
        "words_missing",
        -1,
        "content words of the headline of which the body has nothing",
        words_missing,
        words_missing_spans,
        _ANY,
        2,
    ),
    _line(
        "pieces_covered",
        1,
        "share of the headline's characters that the body holds with a neighbour",
        pieces_covered,
        pieces_missing_spans,
    ),
    _line("kanji_covered", 1, "share of the headline's kanji that the body holds", kanji_covered),
    _line(
        "names_covered",
        1,
        "share of the headline's names that the body holds",
        names_covered,
        names_missing_spans,
        version=2,
    ),
    _line(
        "figures_covered",
        1,
        "share of the headline's numbers whose value the body gives",
        figures_covered,
        figures_missing_spans,
        version=2,
    ),
    _line("part_covered", 1, "how far the body holds the headline's worst-kept part", part_covered, part_missing_spans),
    _line("told_together", 1, "most of the headline's words within two sentences of the body", told_together),
    _line("told_at", 0, "how deep the sentence stands that tells most of the headline", told_at),
    _line("first_mention", 0, "how deep in the body the headline's words first stand", first_mention, version=2),
    _line(
        "quotes_delivered",
        1,
        "how much of the headline's worst-kept quotation the body holds in one piece",
        quotes_delivered,
        quotes_missing_spans,
        version=2,
    ),
    _line(
        "quotes_spoken",
        1,
        "how much of the headline's quotations the body's quotations hold",
        quotes_spoken,
        quotes_unspoken_spans,
    ),
    _line("promises", 0, "things the headline promises", promises, promise_spans, _ANY, 2),
    _line("promise_taken_up", 1, "share of the promised words that the body takes up", promise_taken_up, promise_spans),
    _line(
        "reason_given",
        0,
        "reasons and answers per 1,000 characters under a promised one",
        reason_given,
        reason_spans,
        _ANY,
        2,
    ),
    _line("list_delivered", 1, "items listed against items promised", list_delivered, list_spans, version=2),
    _line("list_unfinished", -1, "a promised list begun and not ended", list_unfinished, list_spans, version=2),
    _line("items_listed", 1, "items listed under a promised list or ranking", items_listed, list_spans, _ANY),
    _line(
        "force_echoed",
        1,
        "how often the body uses the headline's loud words too",
        force_echoed,
        force_missing_spans,
        3.0,
        2,
    ),
    _line(
        "force_missing", -1, "loud words of the headline that the body lacks", force_missing, force_missing_spans, _ANY
    ),
    _line("guesses", 0, "guesses and open questions per 1,000 characters", guesses, guesses_spans, _ANY),
    _line("title_to_body", 0, "the headline's length against the body's", title_to_body),
)
