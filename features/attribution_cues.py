"""Where an article reports somebody's words: reporting cues, found by the particles and predicates that make them.

A cue is looked for at the few tokens that can begin one: と after a quotation or a clause, に of によると, a verb of
saying with its object, and the sentence endings of hearsay. Quotations stand as one unit and brackets as none, so the
structure of the sentence around them lies open.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from features.analysis import Text
from features.attribution_words import verbs, words
from features.tokens import Token

_PREDICATES = frozenset({"動詞", "形容詞", "助動詞", "形状詞"})
_LIGHT = frozenset({"し", "する", "さ", "いたし", "致し", "でき", "した", "すれ", "なさっ", "され"})
_STOPS = frozenset({"。", "、", "!", "?", "…", "」", "―", "─", "――", "・", "(", "『", "「", "\n", "…。", "/", "~", "♪"})
_PASSIVE = frozenset({"れ", "れる", "られ", "られる", "れれ", "られれ"})
_REACH = 22  # tokens between と and its predicate: 「…」と15日に東京都内で開いた会見で述べた


class Cue(NamedTuple):
    """A reporting cue in a sentence; `content`, `predicate` and `mark` are positions in `Sentence.flat`."""

    form: str  # to, bare, according, hearsay, public, label, plain
    content: int  # where what is said begins (where that is known: a quotation), else where it ends
    mark: int  # the と, or the predicate where there is none
    predicate: int
    first: int  # tokens of the cue itself
    last: int
    quote: bool
    passive: bool = False
    outlet: bool = False  # a verb of the press: 報じる, 伝える


class Sentence:
    """A sentence's tokens with quotations folded into one and brackets left out."""

    def __init__(self, text: Text, first: int, last: int, folded: dict[int, int], opening: dict[int, int]) -> None:
        self.text = text
        self.tokens: list[Token] = text.tokens
        self.first, self.last = first, last
        self.folded = folded
        flat: list[int] = []
        tokens = self.tokens
        index = first
        while index < last:
            if index in folded:
                flat.append(index)
                index = folded[index] + 1
                continue
            surface = tokens[index].surface
            if surface == "(" or surface == "[":
                close = ")" if surface == "(" else "]"
                end = next((i for i in range(index + 1, min(index + 60, last)) if tokens[i].surface == close), None)
                if end is not None:
                    opening[end] = index
                    index = end + 1
                    continue
            flat.append(index)
            index += 1
        self.flat = flat
        self.surfaces = ["「」" if i in folded else tokens[i].surface for i in flat]

    def token(self, position: int) -> Token:
        return self.tokens[self.flat[position]]

    def surface(self, position: int) -> str:
        return self.surfaces[position] if 0 <= position < len(self.surfaces) else ""

    def end_of(self, position: int) -> int:
        """Index of the token after the unit at `position`."""
        index = self.flat[position]
        return self.folded.get(index, index) + 1


def triggers() -> frozenset[str]:
    """Surfaces without which a sentence holds no cue, unless it quotes."""
    return frozenset(
        {"と", "とも", "よる", "より", "よれ", "らしい", "そう", "模様", "もよう", "とか", "か", "話", "調べ"}
    ) | (verbs("report_verbs") | words("report_nouns") | {"明らか", "話し", "話す", "話さ", "示し", "示す", "示さ"})


def find_cues(sentence: Sentence) -> Iterator[Cue]:
    """Cues of a sentence, in reading order of their predicates."""
    used: set[int] = set()
    surfaces = sentence.surfaces
    report = verbs("report_verbs")
    nouns = words("report_nouns")
    for position, surface in enumerate(surfaces):
        cue: Cue | None = None
        if surface == "と":
            if sentence.token(position).pos2 == "格助詞" or surfaces[position - 1] == "「」":
                cue = _to(sentence, position)
        elif surface in ("よる", "より", "よれ"):
            cue = _according(sentence, position)
        elif (
            surface == "は"
            and surfaces[position - 1] == "で"
            and position > 1
            and surfaces[position - 2] in ("話", "調べ", "説明", "発表", "まとめ")
        ):
            first = sentence.flat[position - 1]
            cue = Cue("according", position - 1, position - 1, position, first, first + 2, False)
        elif surface == "「」":
            cue = _label(sentence, position)
        elif position not in used:
            if surface in report or surface in nouns or surface in _BARE:
                cue = _bare(sentence, position)
            elif surface in _ENDINGS:
                cue = _ending(sentence, position)
        if cue is not None and cue.predicate not in used:
            used.add(cue.predicate)
            yield cue


_BARE = frozenset({"明らか", "話し", "話す", "話さ", "示し", "示す"})
_ENDINGS = frozenset({"らしい", "そう", "模様", "もよう"})


def _tail(sentence: Sentence, index: int) -> int:
    """Index after the auxiliaries that follow the predicate at token `index`: 述べ+まし+た, 話し+て+いる."""
    tokens = sentence.tokens
    end = index + 1
    while end < sentence.last:
        token = tokens[end]
        if token.pos1 == "助動詞":
            end += 1
        elif (
            token.surface in ("て", "で")
            and end + 1 < sentence.last
            and tokens[end + 1].pos1 == "動詞"
            and tokens[end + 1].pos2 == "非自立可能"
            and tokens[end + 1].surface[0] in "いおき"
        ):
            end += 2
        elif (
            token.surface in _LIGHT
            and token.pos1 == "動詞"
            and end == index + 1
            and tokens[index].pos1 in ("名詞", "形状詞")
        ):
            end += 1
        elif token.surface == "に" and tokens[index].surface == "明らか" and end == index + 1:
            end += 2 if end + 1 < sentence.last and tokens[end + 1].surface in _LIGHT else 1
        else:
            break
    return end


def _predicative(sentence: Sentence, position: int) -> bool:
    """Whether the verbal noun at `position` is a predicate: with する, or alone at a clause's end."""
    after = sentence.surface(position + 1)
    if after in _LIGHT:
        return True
    return after == "" or after in _STOPS


def _clause_before(sentence: Sentence, position: int) -> bool:
    """Whether what stands before と is a clause rather than the first of two coordinated nouns."""
    if position == 0:
        return False
    token = sentence.token(position - 1)
    if token.pos1 in _PREDICATES or token.surface in ("か", "よ", "ね", "から", "ため", "、", "など", "まで", "ない"):
        return True
    return False


def _to(sentence: Sentence, mark: int) -> Cue | None:
    """と: what follows it decides whether somebody says what precedes it."""
    begin = mark
    before = mark - 1
    if sentence.surface(before) in ("など", "、", "と", "等"):
        before -= 1
    quote = sentence.surface(before) == "「」"
    while quote and before >= 0 and sentence.surface(before) in ("「」", "、", "など", "や"):
        begin = before
        before -= 1
    after = mark + 1
    following = sentence.surface(after)
    if following in ("も", "は"):
        after += 1
        following = sentence.surface(after)
    first = sentence.flat[mark]
    if sentence.surface(mark - 1) == "など":
        first = sentence.flat[mark - 1]
    clause = quote or _clause_before(sentence, mark)
    if following in ("の", "いう", "いっ", "する") or (following == "いい" and not quote):
        cue = _to_noun(sentence, mark, begin, first, after, quote)
        if cue is not None or following != "する":
            return cue
    if following in ("さ", "され") and (quote or clause or sentence.token(mark - 1).pos1 in ("名詞", "接尾辞")):
        if sentence.surface(after + 1) in _PASSIVE and (clause or not _naming(sentence, after)):
            return Cue("hearsay", begin, mark, after, first, _tail(sentence, sentence.flat[after]), quote, True)
        return None
    if following in ("し", "する") and sentence.token(after).pos1 == "動詞":
        return _to_do(sentence, mark, begin, first, after, quote, clause)
    if following in ("み", "見") and sentence.surface(after + 1) in _PASSIVE:
        return Cue("hearsay", begin, mark, after, first, _tail(sentence, sentence.flat[after]), quote, True)
    if following in ("か",) and sentence.surface(after + 1) in _STOPS | {""}:
        return Cue("hearsay", begin, mark, after, first, sentence.flat[after] + 1, quote)
    return _to_predicate(sentence, mark, begin, first, after, quote, clause)


def _naming(sentence: Sentence, position: int) -> bool:
    return sentence.surface(position + 2) in ("た", "て") and sentence.surface(position + 3) not in _STOPS


def _to_do(sentence: Sentence, mark: int, begin: int, first: int, after: int, quote: bool, clause: bool) -> Cue | None:
    """とする, としている, とした: somebody's position, unless と marks a role (代表として) or a goal (ようとする)."""
    before = sentence.token(mark - 1)
    following = sentence.surface(after + 1)
    if (
        before.cform.startswith("意志")
        or before.surface in ("う", "よう", "ん", "ず")
        or sentence.surface(mark - 1) in ("よう", "う")
    ):
        return None
    taigen = before.pos1 in ("名詞", "接尾辞")
    last = _tail(sentence, sentence.flat[after])
    if following == "て":
        beyond = sentence.surface(after + 2)
        standing = beyond[:1] in ("い", "お", "き") and sentence.token(after + 2).pos1 == "動詞"
        if not standing and not (beyond == "、" and (quote or clause)):
            return None
        if taigen and not quote and not standing:
            return None
        if not standing:
            last = sentence.flat[after + 1] + 1
    elif following in ("つつ", "ながら", "たら", "ても", "ば"):
        if not quote:
            return None
    elif (
        following == "た"
        and not quote
        and (taigen or sentence.surface(after + 2) not in _STOPS | {"", "上", "うえ", "ほか", "が"})
    ):
        return None
    elif sentence.surface(after) == "する" and not quote and not clause:
        return None
    elif following not in ("た", "、", "て", "つつ", "まし", "ます", "。", "") and not quote and not clause:
        return None
    if taigen and not quote and following == "、":
        return None
    return Cue("to", begin, mark, after, first, last, quote)


_HUMAN = frozenset({"男性", "女性", "持ち主", "関係者", "担当者", "住民", "店主", "客", "学生", "専門家", "人", "声"})


def _to_noun(sentence: Sentence, mark: int, begin: int, first: int, after: int, quote: bool) -> Cue | None:
    """との見方, という声, とのこと, and という at a sentence's end."""
    following = sentence.surface(after)
    position = after + 1
    clause = quote or _clause_before(sentence, mark)
    if following == "いい" or following == "いう":
        end = _tail(sentence, sentence.flat[after])
        closing = sentence.text.tokens[end].surface if end < sentence.last else ""
        if (
            closing in _STOPS
            or closing == ""
            or (closing in ("が", "から", "し") and sentence.token(after).cform.startswith("終止"))
        ):
            if not clause and sentence.token(mark - 1).pos1 not in ("名詞", "接尾辞", "形状詞", "副詞"):
                return None
            return Cue("hearsay", begin, mark, after, first, end, quote)
        if following == "いい":
            return None
    if following == "いっ":
        position += 1  # といった
    if position >= len(sentence.flat):
        return None
    noun = sentence.surface(position)
    if noun == "こと" and following in ("の", "いう"):
        beyond = sentence.surface(position + 1)
        if beyond in ("だ", "です", "で", "だっ", "でし") or beyond in _STOPS or beyond == "":
            if not clause and following == "いう" and beyond == "で":
                return None
            if beyond == "で" and sentence.surface(position + 2) not in ("、",):
                return None
            return Cue("hearsay", begin, mark, position, first, _tail(sentence, sentence.flat[position]), quote)
        return None
    if not clause:
        return None
    # 批判の声, 驚きのコメント: the noun of a phrase decides; と…の声 between them is passed over
    stance = words("stance_nouns")
    found = None
    for at in range(position, min(position + 8, len(sentence.flat))):
        if sentence.surface(at) in stance and sentence.surface(at + 1) in (
            "を",
            "が",
            "も",
            "は",
            "に",
            "で",
            "、",
            "と",
            "や",
        ):
            found = at
            break
        if sentence.token(at).pos1 not in (
            "名詞",
            "接尾辞",
            "接頭辞",
            "形容詞",
            "形状詞",
            "助詞",
            "助動詞",
        ) or sentence.surface(at) in ("を", "が", "は", "も", "、"):
            break
    if found is None:
        return None
    return _stance(sentence, mark, begin, first, found, quote)


def _stance(sentence: Sentence, mark: int, begin: int, first: int, noun: int, quote: bool) -> Cue | None:
    """The verb that goes with a stance noun: 見方を示した is somebody's, 見方が出ている only says that there is one."""
    hold, exist = verbs("stance_verbs"), verbs("stance_passive")
    report = words("report_nouns")
    for at in range(noun + 1, min(noun + 10, len(sentence.flat))):
        surface = sentence.surface(at)
        token = sentence.token(at)
        if surface in ("。", "「」"):
            break
        if token.pos1 in ("動詞", "形容詞", "形状詞") or surface in report:
            end = _tail(sentence, sentence.flat[at])
            passive = any(t.surface in _PASSIVE for t in sentence.tokens[sentence.flat[at] + 1 : end])
            if (
                sentence.surface(noun + 1) in ("を", "に", "で")
                and not passive
                and (surface in hold or surface in report or surface == "明らか")
            ):
                return Cue("to", begin, mark, at, first, end, quote)
            if surface in exist or passive:
                return Cue(
                    "public" if sentence.surface(noun) in _VOICES else "plain", begin, mark, at, first, end, quote, True
                )
            if token.pos1 == "動詞" and token.pos2 != "非自立可能":
                break
    if quote and sentence.surface(noun) in _VOICES:
        return Cue("public", begin, mark, noun, first, sentence.flat[noun] + 1, quote, True)
    return None


_VOICES = frozenset(
    {
        "声",
        "コメント",
        "感想",
        "反応",
        "書き込み",
        "投稿",
        "ツイート",
        "ツッコミ",
        "意見",
        "要望",
        "批判",
        "メッセージ",
        "言葉",
        "賛否",
    }
)


def _to_predicate(
    sentence: Sentence, mark: int, begin: int, first: int, after: int, quote: bool, clause: bool
) -> Cue | None:
    """と with its predicate somewhere behind: 「…」と15日の会見で述べた, …と読売新聞が報じた."""
    say, say_nouns = verbs("say_verbs"), words("say_nouns")
    stances, hold = words("stance_nouns"), verbs("stance_verbs")
    never = verbs("not_saying")
    generic: int | None = None
    taigen = sentence.token(mark - 1).pos1 in ("名詞", "接尾辞") and sentence.surface(mark - 1) != "「」"
    last = min(after + _REACH, len(sentence.flat))
    for at in range(after, last):
        surface = sentence.surface(at)
        if surface in ("。", "「」"):
            break
        token = sentence.token(at)
        found = None
        if token.pos1 == "動詞":
            if surface in say and (quote or clause or at <= after + 1):
                found = at
            elif surface in hold and any(sentence.surface(i) in stances for i in range(max(after, at - 4), at)):
                found = at
        elif surface in say_nouns and _predicative(sentence, at):
            found = at
        elif surface == "明らか" and sentence.surface(at + 1) == "に" and sentence.surface(at + 2) in _LIGHT:
            found = at
        if found is not None and taigen and not quote and at > after:
            return None  # 「鈴木氏と…述べた」: と joins persons
        if found is not None:
            adjacent = at == after
            start = first if adjacent or quote else sentence.flat[found]
            if not adjacent and _phrase_start(sentence, after, at):
                start = first
            elif not adjacent:
                start = sentence.flat[at]
            end = _tail(sentence, sentence.flat[at])
            passive = _is_passive(sentence, at, end)
            return Cue("to", begin, mark, at, start, end, quote, passive, surface[:1] in ("報", "伝"))
        if token.pos1 == "動詞" and generic is None and token.pos2 != "非自立可能":
            end = _tail(sentence, sentence.flat[at])
            modifies = (
                end < sentence.last
                and sentence.tokens[end].pos1 in ("名詞", "接頭辞")
                and sentence.tokens[end - 1].cform.startswith("連体")
            )
            if not modifies:
                if not quote or surface in never:
                    return None
                generic = at
        elif token.pos1 == "助詞" and surface == "と" and at > after:
            break
        if not quote and surface == "、" and at > after + 1 and generic is None and not clause:
            return None
    if not quote:
        return None
    if generic is not None:
        end = _tail(sentence, sentence.flat[generic])
        return Cue("to", begin, mark, generic, first, end, quote, _is_passive(sentence, generic, end))
    tail = [t for t in range(after, len(sentence.flat)) if sentence.surface(t) != "。"]
    if len(tail) <= 8 and not any(sentence.surface(t) in ("「」", "を", "の", "が") for t in tail):
        # 「…」と笑顔。 「…」とニヤリ。 the noun stands for its verb
        end = sentence.flat[tail[-1]] + 1 if tail else sentence.flat[mark] + 1
        return Cue("to", begin, mark, tail[-1] if tail else mark, first, end, quote)
    return None


def _phrase_start(sentence: Sentence, after: int, predicate: int) -> bool:
    """Whether only the predicate's own object stands between と and it (と懸念を示した): then the cue begins at と."""
    return predicate - after <= 4 and all(
        sentence.surface(i) not in ("は", "が", "も", "、", "に", "で") for i in range(after, predicate)
    )


def _is_passive(sentence: Sentence, position: int, end: int) -> bool:
    return any(t.surface in _PASSIVE for t in sentence.tokens[sentence.flat[position] + 1 : end])


def _according(sentence: Sentence, position: int) -> Cue | None:
    """によると, によれば, によりますと."""
    if sentence.surface(position - 1) != "に":
        return None
    surface = sentence.surface(position)
    index = sentence.flat[position]
    if surface == "よる" and sentence.surface(position + 1) == "と":
        end = sentence.flat[position + 1] + 1
    elif surface == "よれ" and sentence.surface(position + 1) == "ば":
        end = sentence.flat[position + 1] + 1
    elif surface == "より" and sentence.surface(position + 1) == "ます" and sentence.surface(position + 2) == "と":
        end = sentence.flat[position + 2] + 1
    else:
        return None
    return Cue(
        "according", position - 1, position - 1, position, sentence.flat[position - 1], max(end, index + 1), False
    )


def _bare(sentence: Sentence, position: int) -> Cue | None:
    """A verb of reporting with its object: 計画を発表した, …について説明した, 次のように話す."""
    token = sentence.token(position)
    surface = sentence.surface(position)
    marks = sentence.surfaces[max(0, position - 12) : position]
    if surface == "明らか":
        if sentence.surface(position + 1) != "に" or sentence.surface(position + 2) not in _LIGHT or "を" not in marks:
            return None
    elif surface in ("示し", "示す"):
        if marks[-1:] != ["を"] or sentence.surface(position - 2) not in words("stance_nouns"):
            return None
    elif surface in ("話し", "話す", "話さ"):
        if token.pos1 != "動詞" or not (
            marks[-1:] in (["こう"], ["そう"])
            or marks[-2:] == ["よう", "に"]
            or marks[-2:-1] == ["つい"]
            or marks[-1:] == ["つい"]
            or marks[-3:-1] == ["に", "つい"]
        ):
            return None
    elif token.pos1 == "動詞":
        if not _governs(marks):
            return None
        if surface in _FORCE and sentence.surface(position - 1) != "を":
            return None
    elif token.pos1 == "名詞":
        if not _predicative(sentence, position) or not _governs(marks):
            return None
        if sentence.surface(position + 1) not in _LIGHT and sentence.surface(position - 1) not in ("を", "と", "て"):
            return None
    else:
        return None
    end = _tail(sentence, sentence.flat[position])
    passive = _is_passive(sentence, position, end)
    closing = sentence.tokens[end] if end < sentence.last else None
    modifies = closing is not None and closing.pos1 in ("名詞", "接頭辞", "代名詞") and closing.surface not in _HINGES
    if modifies or (
        closing is not None and closing.surface in ("の", "か") and sentence.tokens[end - 1].cform.startswith("連体")
    ):
        return None
    if any(t.surface in ("ない", "なかっ", "ず") for t in sentence.tokens[sentence.flat[position] + 1 : end]):
        return None
    return Cue(
        "bare", position, position, position, sentence.flat[position], end, False, passive, surface[:1] in ("報", "伝")
    )


_FORCE = frozenset(verbs("report_verbs") & {"求め", "求める", "認め", "認める", "促し", "促す"})
_HINGES = frozenset(
    {
        "上",
        "うえ",
        "ほか",
        "もの",
        "一方",
        "こと",
        "後",
        "ところ",
        "際",
        "ため",
        "模様",
        "もよう",
        "うえで",
        "そう",
        "ばかり",
        "とき",
        "時",
    }
)


def _governs(marks: list[str]) -> bool:
    return (
        "を" in marks[-8:]
        or "つい" in marks[-5:]
        or marks[-1:] in (["こう"], ["そう"])
        or marks[-2:] == ["よう", "に"]
        or marks[-3:-1] == ["よう", "に"]
        or "が" in marks[-3:]
    )


def _ending(sentence: Sentence, position: int) -> Cue | None:
    """らしい, そうだ and 模様だ after a finished clause, where they report what others say."""
    if position == 0:
        return None
    surface = sentence.surface(position)
    before = sentence.token(position - 1)
    if before.pos1 not in ("動詞", "助動詞", "形容詞") or before.cform.startswith(("連用", "語幹")):
        return None
    if surface == "そう" and sentence.token(position).pos2 != "助動詞語幹":
        return None
    if surface == "そう" and sentence.token(position).pos1 != "名詞":
        return None
    if surface == "らしい" and sentence.token(position).pos1 != "助動詞":
        return None
    index = sentence.flat[position]
    end = _tail(sentence, index)
    closing = sentence.tokens[end].surface if end < sentence.last else ""
    if closing not in _STOPS | {"", "が", "から", "けど", "し", "ので", "よ", "ね"}:
        return None
    return Cue("hearsay", position, position, position, index, end, False)


def _label(sentence: Sentence, position: int) -> Cue | None:
    """A quotation without a predicate: 名前「…」, 名前は「…」。"""
    end = sentence.end_of(position)
    following = sentence.tokens[end].surface if end < sentence.last else ""
    if following and following not in ("。", "(", "!", "?") or position == 0:
        return None
    opening = sentence.flat[position]
    index = sentence.flat[position - 1]
    if sentence.text.starts[sentence.folded[opening]] - sentence.text.starts[opening] < 6:
        return None
    before = sentence.surface(position - 1)
    begin = position
    while begin > 0 and sentence.surface(begin - 1) in ("「」", "、"):
        begin -= 1
    subject = any(
        sentence.surface(i) in ("は", "も", "が") and sentence.token(i).pos1 == "助詞"
        for i in range(max(0, begin - 12), begin)
    )
    if subject and before in ("は", "も", "が", "、", "で", "に", "て", "「」"):
        return Cue("plain", begin, position, position, opening, opening, True)
    if before in (":", "「」") or sentence.tokens[index].pos1 in ("名詞", "接尾辞"):
        return Cue("label", position, position, position, opening, opening, True)
    return None
