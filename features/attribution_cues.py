"""Where an article reports somebody's words: reporting cues, found by the particles and predicates that make them.

A cue is looked for at the few tokens that can begin one: と after a quotation or a clause, に of によると, a verb of
saying with its object, a quotation that stands alone, and the sentence endings of hearsay.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from features.attribution_quotative import PREDICATES, PRESS, Cue, Quotative, after_negation, head_noun, held_by
from features.attribution_sentence import LIGHT, QUOTE, STOPS, Sentence
from features.attribution_words import verbs, words

_FORCE = frozenset(["求め", "求める", "認め", "認める", "促し", "促す"])


@cache
def triggers() -> frozenset[str]:
    """Surfaces without which a sentence holds no cue; a folded quotation is one."""
    few = ": と 声 言う 語る 続ける 話す よる より よれ らしい そう 模様 もよう は 明らか 話し 話す 話さ 示し 示す 分かっ わかっ 判明"
    return frozenset([*few.split(), QUOTE]) | verbs("report_verbs") | words("report_nouns") | words("to_nouns")


def find_cues(sentence: Sentence) -> Iterator[Cue]:
    """Cues of a sentence, in the order in which they begin."""
    used: set[int] = set()
    begins = triggers()
    for position, surface in enumerate(sentence.surfaces):
        if surface not in begins:
            continue
        cue = _at(sentence, position, used)
        if cue is not None and cue.predicate not in used:
            used.add(cue.predicate)
            yield cue


def _at(sentence: Sentence, position: int, used: set[int]) -> Cue | None:
    surface = sentence.surfaces[position]
    if surface == QUOTE:
        return _voices(sentence, position) or _label(sentence, position)
    if surface == "と":
        if position == 0:
            return None
        if sentence.token(position).pos2 == "格助詞" or sentence.surface(position - 1) == QUOTE:
            return Quotative(sentence, position).cue()
        if sentence.token(position - 1).pos1 not in PREDICATES:
            return None
        if sentence.surface(position + 1) == "、":
            return after_negation(sentence, position)
        # 増えると予想する: cut as a condition, though a verb of saying follows at once
        says = sentence.surface(position + 1) in words("say_nouns") and sentence.predicative(position + 1)
        return Quotative(sentence, position).cue() if says else None
    if surface in ("よる", "よれ", "より"):
        return _according(sentence, position)
    if surface == "は":
        return _in_words_of(sentence, position)
    if surface == ":":
        return _colon(sentence, position)
    if position in used:
        return None
    if surface in ("らしい", "そう", "模様", "もよう"):
        return _ending(sentence, position)
    if surface in ("分かっ", "わかっ", "判明", "明らか"):
        found = _found(sentence, position)
        if found is not None or surface != "明らか":
            return found
    if surface == "声":
        return _murmur(sentence, position)
    if surface in triggers():
        return _bare(sentence, position)
    return None


def _according(sentence: Sentence, position: int) -> Cue | None:
    """によると, によれば, によりますと."""
    rest = {"よる": ("と",), "よれ": ("ば",), "より": ("ます", "と")}[sentence.surface(position)]
    if (
        sentence.surface(position - 1) != "に"
        or tuple(sentence.surfaces[position + 1 : position + 1 + len(rest)]) != rest
    ):
        return None
    last = sentence.flat[position + len(rest)] + 1
    return Cue("according", position - 1, position - 1, position, sentence.flat[position - 1], last, False)


def _in_words_of(sentence: Sentence, position: int) -> Cue | None:
    """の話では, の調べでは."""
    if sentence.surface(position - 1) != "で" or sentence.surface(position - 2) not in words("accounts"):
        return None
    if position > 2 and sentence.token(position - 3).pos1 in PREDICATES and sentence.surface(position - 2) != "ところ":
        return None  # 市に限った話ではない
    mark = position - 1
    return Cue("according", mark, mark, position, sentence.flat[mark], sentence.flat[position] + 1, False)


def _found(sentence: Sentence, position: int) -> Cue | None:
    """関係者への取材で分かった, 市の調査で判明した."""
    for at in range(position - 1, 1, -1):
        if (
            sentence.is_particle(at, "で")
            and sentence.surface(at - 1) in words("accounts")
            and sentence.surface(at - 2) in ("の", "へ")
        ):
            return Cue("found", at, at, position, sentence.flat[at - 1], sentence.tail(position), False)
    return None


def _murmur(sentence: Sentence, position: int) -> Cue | None:
    """住民からは不安の声が上がる: voices without their words."""
    if sentence.surface(position - 1) != "の" or not sentence.is_particle(position + 1, "が", "も"):
        return None
    predicate, held = held_by(sentence, position)
    if predicate is None or held:
        return None
    first, last = sentence.flat[position], sentence.tail(predicate)
    return Cue("murmur", position, position, predicate, first, last, False, True)


def _bare(sentence: Sentence, position: int) -> Cue | None:
    """A verb of reporting with its object: 計画を発表した, …について説明した, 次のように話す."""
    surface = sentence.surface(position)
    token = sentence.token(position)
    before = sentence.surfaces[max(0, position - 12) : position]
    after = sentence.surface(position + 1)
    manner = before[-1:] in (["こう"], ["そう"]) or "よう" in before[-3:]
    if manner and token.pos1 == "動詞" and sentence.speaker_after(sentence.tail(position)) is not None:
        last = sentence.tail(position)
        return Cue("to", position, position, position, sentence.flat[position], last, False)
    if surface == "明らか":
        fits = after == "に" and sentence.surface(position + 2) in LIGHT and "を" in before
    elif surface in ("示し", "示す"):
        fits = before[-1:] == ["を"] and sentence.ends_word(position - 2, words("stance_nouns"))
    elif surface in ("話し", "話す", "話さ", "言う", "続ける"):
        fits = token.pos1 == "動詞" and (manner or "つい" in before[-3:])
    elif token.pos1 == "動詞":
        fits = manner or "を" in before[-8:] or "つい" in before[-5:] or before[-1:] == ["も"] or surface[0] in PRESS
        if surface[0] == "訴" and any(noun in before[-3:] for noun in words("ailments")):
            fits = False
        if surface in _FORCE:
            aim = after == "て" and sentence.surface(position + 2)[:1] not in ("い", "お", "き", "、")  # 職を求めて動く
            asked = before[-1:] == ["を"] or (before[-1:] == ["に"] and "を" in before[-8:]) or "よう" in before[-8:]
            fits = asked and not aim
        if surface in ("挙げ", "挙げる"):
            fits = any(noun in before[-8:] for noun in ("理由", "要因", "原因", "背景", "例", "課題"))
    else:
        about = before[-1:] == ["に"] and surface in words("to_nouns")
        alone = before[-1:] in (["が"], ["も"]) or (before[-1:] == ["は"] and surface in words("report_nouns"))
        fits = manner or about or alone or "を" in before[-8:] or "つい" in before[-5:]
        near = sentence.surface(position - 1) in ("を", "と", "て", "に", "が", "は", "も")
        fits = fits and token.pos1 == "名詞" and sentence.predicative(position) and (after in LIGHT or near)
    if not fits:
        return _framing(sentence, position)
    if sentence.negated(position):
        return None
    end = sentence.tail(position)
    closing = sentence.following(end)
    if closing is not None:
        modifies = closing.pos1 in ("名詞", "接頭辞", "代名詞", "形状詞") and closing.surface not in words("hinges")
        if modifies and (before[-1:] != ["が"] or closing.surface == "ところ"):
            return None
        heard = (
            closing.surface == "と" and end + 1 < sentence.last and sentence.tokens[end + 1].surface in ("いう", "の")
        )
        if closing.pos1 == "助詞" and closing.surface in ("の", "か", "と", "ば", "なら") and not heard:
            return None
    press = surface[:1] in PRESS
    # 通信社が23日伝えた: where no object is said, only the press is heard
    form = "news" if press and "を" not in before[-8:] and not manner else "bare"
    passive = sentence.passive(position)
    return Cue(form, position, position, position, sentence.flat[position], end, False, passive, press)


def _framing(sentence: Sentence, position: int) -> Cue | None:
    """山田さんは言う。: a verb of speech that ends its sentence, for a quotation that stands beside it."""
    end = sentence.tail(position)
    closing = sentence.following(end)
    spoken = sentence.surface(position) in words("frames") or sentence.surface(position)[0] == "語"
    if (
        sentence.token(position).pos1 != "動詞"
        or not spoken
        or (closing is not None and closing.surface not in ("。", ":"))
    ):
        return None
    return Cue("frame", position, position, position, sentence.flat[position], end, True)


def _ending(sentence: Sentence, position: int) -> Cue | None:
    """らしい, そうだ and 模様だ after a finished clause, where they report what others say."""
    if position == 0:
        return None
    surface = sentence.surface(position)
    token, before = sentence.token(position), sentence.token(position - 1)
    if before.pos1 not in ("動詞", "助動詞", "形容詞") or before.cform.startswith(("連用", "語幹")):
        return None
    if surface == "そう" and (token.pos1 != "名詞" or token.pos2 != "助動詞語幹"):
        return None
    if surface == "らしい" and token.pos1 != "助動詞":
        return None
    end = sentence.tail(position)
    closing = sentence.following(end)
    if closing is not None and closing.surface not in STOPS and closing.pos2 not in ("接続助詞", "終助詞"):
        return None
    return Cue("hearsay", position, position, position, sentence.flat[position], end, False)


def _voices(sentence: Sentence, position: int) -> Cue | None:
    """「…」などの声が寄せられた, 「…」の声も: words that are many people's."""
    after = position + 1
    while sentence.surface(after) in ("など", "等", "、"):
        after += 1
    if sentence.surface(after) != "の" and after == position + 1:
        return None
    noun = head_noun(sentence, after, words("voices"))
    if noun is None:
        return None
    begin = position
    while begin > 0 and sentence.surface(begin - 1) in (QUOTE, "、"):
        begin -= 1
    predicate, held = held_by(sentence, noun)
    if held:
        return None
    first = sentence.flat[position + 1]
    if predicate is None:
        return Cue("public", begin, position, noun, first, sentence.flat[noun] + 1, True, True)
    return Cue("public", begin, position, predicate, first, sentence.tail(predicate), True, True)


def _colon(sentence: Sentence, position: int) -> Cue | None:
    """名前:… at the head of a line."""
    if position > 12 or position + 1 >= len(sentence) or sentence.surface(position + 1) == QUOTE:
        return None
    index = sentence.flat[position]
    return Cue("label", position + 1, position, position, index, index, True)


_LABEL_STARTS = frozenset(["【", "(", "<", "《", "[", "〈"])
_LABEL_ENDS = frozenset(["】", ")", ">", "》", "]", "〉"])


def _label(sentence: Sentence, position: int) -> Cue | None:
    """A quotation without a predicate: 名前「…」, 名前は「…」。, 「…」(名前)."""
    if sentence.quoted_length(position) < (2 if sentence.surface(position - 1) == ":" else 5):
        return None
    opening = sentence.flat[position]
    labelled = sentence.tokens[sentence.first].surface in _LABEL_STARTS
    if labelled and opening < sentence.first + 24 and sentence.tokens[opening - 1].surface in _LABEL_ENDS:
        # 【山田市長】「…」
        return Cue("signed", position, opening - 1, position, opening - 1, opening - 1, True)
    end = sentence.end_of(position)
    next_ = sentence.following(end)
    if next_ is not None and next_.surface == "(" and end in sentence.bracketed:
        close = sentence.bracketed[end]
        after = sentence.following(close + 1)
        if sentence.quoted_length(position) >= 8 and (after is None or after.surface in STOPS):
            return Cue("signed", position, close, position, close, close, True)
    if next_ is not None and end in sentence.bracketed:
        next_ = sentence.following(sentence.bracketed[end] + 1)
    if (next_ is not None and next_.surface not in ("。", "!", "?")) or position == 0:
        return None
    begin = position
    while begin > 0 and sentence.surface(begin - 1) in (QUOTE, "、"):
        begin -= 1
    before = sentence.surface(position - 1)
    topic = any(sentence.is_particle(i, "は", "も") for i in range(max(0, begin - 12), begin))
    if topic and (before in ("は", "も", "、", QUOTE) or sentence.is_particle(position - 1, "で", "に", "て")):
        return Cue("plain", begin, position, position, opening, opening, True)
    if (
        before in (":", QUOTE)
        or sentence.token(position - 1).pos1 in ("名詞", "接尾辞")
        or sentence.flat[position - 1] + 1 < opening
    ):
        return Cue("label", position, position, position, opening, opening, True)
    return None
