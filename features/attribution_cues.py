"""Where an article reports somebody's words: reporting cues, found by the particles and predicates that make them.

A cue is looked for at the few tokens that can begin one: と after a quotation or a clause, に of によると, a verb of
saying with its object, a quotation that stands alone, and the sentence endings of hearsay.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from features.attribution_sentence import LIGHT, QUOTE, STOPS, Sentence
from features.attribution_words import verbs, words

_REACH = 24  # units between と and its predicate: 「…」と15日に東京都内で開いた会見で述べた
_CLAUSE_ENDS = frozenset(["か", "よ", "ね", "から", "ため", "、", "など", "まで", "ぞ", "な", "ない"])
_HINGES = frozenset(
    [
        "上",
        "うえ",
        "ほか",
        "もの",
        "一方",
        "こと",
        "後",
        "際",
        "ため",
        "模様",
        "もよう",
        "うえで",
        "そう",
        "ばかり",
        "とき",
        "時",
    ]
)
_FORCE = frozenset(["求め", "求める", "認め", "認める", "促し", "促す"])
_PREDICATES = ("動詞", "助動詞", "形容詞")
_PRESS = ("報", "伝")


class Cue(NamedTuple):
    """A reporting cue; `content`, `mark` and `predicate` are positions in the sentence, `first` and `last` tokens."""

    # to (と…), bare, news, according (によると), found (取材で分かった), plain, public, label, signed, hearsay
    form: str
    content: int  # where a quotation begins, else where what is said ends
    mark: int  # the と, or the predicate where there is none
    predicate: int
    first: int
    last: int
    quote: bool
    passive: bool = False
    press: bool = False  # a verb of the press: 報じる, 伝える
    generic: bool = False  # any verb behind a quotation: it needs a subject that surely speaks
    thought: bool = False  # a verb of thought: it needs a subject of its own


@cache
def triggers() -> frozenset[str]:
    """Surfaces without which a sentence holds no cue, unless it quotes."""
    few = ": と 声 言う 語る 続ける 話す よる より よれ らしい そう 模様 もよう は 明らか 話し 話す 話さ 示し 示す 分かっ わかっ 判明"
    return frozenset(few.split()) | verbs("report_verbs") | words("report_nouns") | words("to_nouns")


def find_cues(sentence: Sentence) -> Iterator[Cue]:
    """Cues of a sentence, in the order in which they begin."""
    used: set[int] = set()
    for position in range(len(sentence)):
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
            return _Quotative(sentence, position).cue()
        if sentence.token(position - 1).pos1 not in _PREDICATES:
            return None
        if sentence.surface(position + 1) == "、":
            return _after_negation(sentence, position)
        # 増えると予想する: cut as a condition, though a verb of saying follows at once
        says = sentence.surface(position + 1) in words("say_nouns") and sentence.predicative(position + 1)
        return _Quotative(sentence, position).cue() if says else None
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


class _Quotative:
    """と: what follows it decides whether somebody says what precedes it."""

    def __init__(self, sentence: Sentence, mark: int) -> None:
        self.s = sentence
        self.mark = mark
        before = mark - 1
        if sentence.surface(before) in ("など", "、", "等"):
            before -= 1
        self.quote = before >= 0 and sentence.surface(before) == QUOTE
        self.content = mark
        while self.quote and before >= 0 and sentence.surface(before) in (QUOTE, "、", "など", "や"):
            self.content = before
            before -= 1
        self.first = sentence.flat[mark - 1 if sentence.surface(mark - 1) == "など" else mark]
        token = sentence.token(mark - 1)
        self.clause = (
            self.quote or token.pos1 in ("動詞", "形容詞", "助動詞", "形状詞") or token.surface in _CLAUSE_ENDS
        )
        self.nominal = not self.quote and token.pos1 in ("名詞", "接尾辞", "代名詞")
        self.after = mark + 1
        if sentence.surface(self.after) in ("も", "は"):
            self.after += 1

    def make(self, form: str, predicate: int, last: int | None = None, first: int | None = None) -> Cue:
        surface = self.s.surface(predicate)
        return Cue(
            form,
            self.content,
            self.mark,
            predicate,
            self.first if first is None else first,
            self.s.tail(predicate) if last is None else last,
            self.quote,
            form != "hearsay" and self.s.passive(predicate),
            surface[:1] in _PRESS,
            False,
            surface in verbs("think_verbs"),
        )

    def cue(self) -> Cue | None:
        s, after = self.s, self.after
        following = s.surface(after)
        beyond = s.surface(after + 1)
        if following in ("さ", "され") and beyond in ("れ", "れる", "て"):
            # 「重要文化財とされた城」 names, 「…だとされる」 tells
            named = (
                self.nominal and beyond == "れ" and s.surface(after + 2) == "た" and s.surface(after + 3) not in STOPS
            )
            return None if named else self.make("hearsay", after)
        if following in ("み", "見") and beyond in ("られ", "られる"):
            return self.make("hearsay", after)
        if following == "か":
            return self.make("hearsay", after) if beyond in STOPS else None
        if following in ("いう", "いい", "いっ", "の") or (following == "する" and not self._closes(after)):
            return self._noun()
        if following in ("し", "する") and s.token(after).pos1 == "動詞":
            return self._do()
        return self._predicate()

    def _aims(self) -> bool:
        """しようと: what one wants to do, not what one says; だろうと is a guess, and said."""
        token = self.s.token(self.mark - 1)
        return token.cform.startswith("意志") and token.surface not in ("だろう", "でしょう")

    def _closes(self, position: int) -> bool:
        closing = self.s.following(self.s.tail(position))
        if closing is not None and closing.surface in ("「", "『", "・"):
            return False
        return closing is None or closing.surface in STOPS or closing.surface in ("が", "から", "し", "けど", "けれど")

    def _do(self) -> Cue | None:
        """とする, としている, とした: a position, unless と marks a role (代表として) or an aim (しようとする)."""
        s, after = self.s, self.after
        before = s.token(self.mark - 1)
        following = s.surface(after + 1)
        if not self.quote and (self._aims() or before.surface in ("ん", "ず") or before.pos1 == "副詞"):
            return None
        if following == "て":
            if s.tail(after) > s.flat[after + 1] + 1:
                return self.make("to", after)
            # …として、 gives grounds more often than words, unless it quotes
            quoted = self.quote and s.surface(after + 2) == "、"
            return self.make("to", after, s.flat[after + 1] + 1) if quoted else None
        if self.quote:
            return (
                self.make("to", after)
                if following in ("た", "、", "つつ", "まし", "ます", "ながら") or self._closes(after)
                else None
            )
        if self.nominal:
            return self.make("to", after) if following in ("た", "まし") and self._closes(after) else None
        if following == "た":
            end = s.following(s.tail(after))
            return (
                self.make("to", after)
                if end is None or end.surface in STOPS or end.surface in ("が", "上", "うえ", "ほか")
                else None
            )
        return self.make("to", after) if following in ("、", "まし", "ます") or self._closes(after) else None

    def _noun(self) -> Cue | None:
        """との見方, という声, といったコメント, とのこと, and という at a sentence's end."""
        s, after = self.s, self.after
        following = s.surface(after)
        if following in ("いう", "いい") and self._closes(after):
            return (
                self.make("hearsay", after)
                if self.clause or self.nominal or s.token(self.mark - 1).pos1 == "副詞"
                else None
            )
        noun = after + (2 if following == "いっ" else 1)
        if following == "いい" or noun >= len(s):
            return None
        if s.surface(noun) == "こと" and following in ("の", "いう"):
            ends = self._closes(noun) or (s.surface(noun + 1) == "で" and s.surface(noun + 2) == "、")
            return self.make("hearsay", noun) if ends and (self.clause or following == "の") else None
        if not self.clause and not (
            self.nominal and following == "の" and _head(s, noun, words("stance_nouns")) is not None
        ):
            return None
        if following == "いう" and not self.quote:
            speaker = s.speaker_after(s.flat[after] + 1)
            if speaker is not None and speaker.kind == "anonymous":
                return self.make("to", after, s.flat[after] + 1)
        stance = _head(s, noun, words("stance_nouns") | words("voices"))
        return None if stance is None else self._stance(stance)

    def _stance(self, noun: int) -> Cue | None:
        """見方を示した is somebody's; 見方が出ている says only that there is one, 声が上がった that many utter it."""
        s = self.s
        predicate, held = _held(s, noun)
        many = s.surface(noun) in words("voices")
        if (
            predicate is None
            and s.surface(noun + 1) in ("だ", "です", "。", "")
            and s.ends_word(noun, words("positions"))
        ):
            return self.make("to", noun)
        if predicate is None:
            ends = s.surface(noun + 1) in ("が", "も") or s.surface(noun + 1) in STOPS
            return self.make("public", noun, s.flat[noun] + 1) if self.quote and many and ends else None
        if held:
            return self.make("to", predicate)
        return self.make("public" if many else "plain", predicate)._replace(passive=True)

    def _predicate(self) -> Cue | None:
        """と with its predicate somewhere behind: 「…」と15日の会見で述べた, …と読売新聞が報じた."""
        s, after = self.s, self.after
        if not self.quote and self._aims():
            return None
        never = verbs("not_saying")
        generic: int | None = None
        for at in range(after, min(after + _REACH, len(s))):
            surface = s.surface(at)
            if surface in ("。", QUOTE):
                break
            if self._says(at):
                if not self.quote and self._names_next(at):
                    return None  # 被害を訴える「会」
                if self.nominal and at > after:
                    return None  # 「鈴木氏と…述べた」: と joins persons
                direct = self.quote or at == after or self._object_only(at)
                return self.make("to", at, first=self.first if direct else s.flat[at])
            told = s.ends_word(at, words("voices") | words("stance_nouns"))
            if self.quote and told and s.is_particle(at + 1, "が", "も"):
                return self._stance(at)
            token = s.token(at)
            if token.pos1 == "動詞" and generic is None and (token.pos2 != "非自立可能" or self._ends_clause(at)):
                end = s.tail(at)
                next_ = s.following(end)
                if (
                    next_ is not None
                    and next_.pos1 in ("名詞", "接頭辞")
                    and s.tokens[end - 1].cform.startswith("連体")
                ):
                    if self.quote and surface not in never and s.speaker_after(end) is not None:
                        return self.make("to", at)
                    continue
                if not self.quote or surface in never or (next_ is not None and next_.surface == "と"):
                    return None
                generic = at
                if self.s.surface(self.mark + 1) == "は":
                    return None  # 「…」とは defines
                if next_ is not None and (next_.surface == "、" or next_.pos2 == "接続助詞"):
                    break
            elif not self.clause and surface == "、" and at > after:
                return None
        if not self.quote:
            return None
        if generic is not None:
            return None if s.passive(generic) else self.make("to", generic)._replace(generic=True)
        rest = [at for at in range(after, len(s)) if s.surface(at) not in ("。", "!", "、")]
        if rest and len(rest) <= 14 and not any(s.is_particle(at, *"はがもをに") for at in rest):
            speaker = s.phrases.before(s.end_of(rest[-1]))
            if speaker is not None and speaker.sure and speaker.kind in ("person", "anonymous"):
                # 「…」と、田中監督。
                return self.make("named", rest[-1], s.flat[self.mark] + 1)
        if len(rest) > 8 or any(s.surface(at) in (QUOTE, "を", "の", "が") for at in rest):
            return None
        # 「…」と笑顔。 the noun stands for its verb
        last = rest[-1] if rest else self.mark
        return self.make("to", last, s.flat[last] + 1)

    def _ends_clause(self, position: int) -> bool:
        """Whether a light verb is the predicate after all: 話題を引き合いに出した。"""
        noun = self.s.token(position - 1).pos1 in ("名詞", "形状詞", "助動詞") or self.s.surface(position - 1) in (
            "て",
            "で",
        )
        return self.quote and not noun and self._closes(position)

    def _names_next(self, predicate: int) -> bool:
        closing = self.s.following(self.s.tail(predicate))
        return closing is not None and closing.surface in ("「", "『")

    def _says(self, at: int) -> bool:
        s = self.s
        surface = s.surface(at)
        if surface == "明らか":
            return s.surface(at + 1) == "に" and s.surface(at + 2) in LIGHT
        if s.token(at).pos1 == "動詞":
            if surface in verbs("say_verbs") and (self.clause or at <= self.after + 1):
                return True
            stances = words("stance_nouns")
            near = range(max(self.after, at - 4), at)
            return surface in verbs("stance_verbs") and any(s.ends_word(i, stances) for i in near)
        return s.predicative(at) and s.ends_word(at, words("say_nouns"))

    def _object_only(self, predicate: int) -> bool:
        """Whether only the predicate's object stands between と and it (と懸念を示した): then the cue begins at と."""
        between = range(self.after, predicate)
        return len(between) <= 4 and not any(self.s.surface(i) in ("は", "が", "も", "、", "に", "で") for i in between)


def _head(sentence: Sentence, position: int, nouns: frozenset[str]) -> int | None:
    """Position of the noun of a list that heads the phrase at `position`: 批判の声が, 驚きのコメントも."""
    for at in range(position, min(position + 8, len(sentence))):
        surface = sentence.surface(at)
        closed = sentence.is_particle(at + 1, *"をがもはにで") or sentence.surface(at + 1) in STOPS | {"だ", "です"}
        if closed and sentence.ends_word(at, nouns):
            return at
        if surface in ("を", "が", "は", "も", "、", QUOTE):
            return None
        # 見方 is cut in two, the first of them a verb
        if sentence.token(at).pos1 == "動詞" and sentence.surface(at + 1) != "方":
            return None
    return None


def _held(sentence: Sentence, noun: int) -> tuple[int | None, bool]:
    """The verb of a stance noun, and whether somebody holds the stance rather than it being there."""
    report = words("report_nouns") | words("to_nouns")
    for at in range(noun + 1, min(noun + 10, len(sentence))):
        surface = sentence.surface(at)
        token = sentence.token(at)
        if surface in ("。", QUOTE):
            break
        holds = surface in verbs("stance_verbs") or surface in report or surface == "明らか"
        exists = surface in verbs("stance_passive")
        if token.pos1 not in ("動詞", "形容詞") and not holds and not exists:
            continue
        passive = sentence.passive(at)
        if holds and not passive and sentence.surface(noun + 1) in ("を", "に", "で"):
            return at, True
        if passive or exists:
            return at, False
        if token.pos2 != "非自立可能":
            break
    return None, False


def _after_negation(sentence: Sentence, mark: int) -> Cue | None:
    """…はないと、田中氏は話した: the tokenizer takes this と for a condition; a verb of saying at the end decides."""
    cue = _Quotative(sentence, mark).cue()
    if (
        cue is None
        or cue.form != "to"
        or sentence.surface(cue.predicate) not in verbs("say_verbs") | words("say_nouns")
    ):
        return None
    rest = sentence.surfaces[mark + 2 : cue.predicate]
    return cue if cue.last >= sentence.last - 2 and "は" not in rest and "を" not in rest else None


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
    if sentence.surface(position - 1) != "で" or sentence.surface(position - 2) not in _ACCOUNTS:
        return None
    mark = position - 1
    return Cue("according", mark, mark, position, sentence.flat[mark], sentence.flat[position] + 1, False)


_ACCOUNTS = frozenset(
    [
        "見立て",
        "ところ",
        "予測",
        "分析",
        "推定",
        "話",
        "調べ",
        "説明",
        "発表",
        "まとめ",
        "推計",
        "試算",
        "取材",
        "報道",
        "調査",
        "集計",
    ]
)


def _found(sentence: Sentence, position: int) -> Cue | None:
    """関係者への取材で分かった, 市の調査で判明した."""
    for at in range(position - 1, 1, -1):
        if (
            sentence.is_particle(at, "で")
            and sentence.surface(at - 1) in _ACCOUNTS
            and sentence.surface(at - 2) in ("の", "へ")
        ):
            return Cue("found", at, at, position, sentence.flat[at - 1], sentence.tail(position), False)
    return None


def _murmur(sentence: Sentence, position: int) -> Cue | None:
    """住民からは不安の声が上がる: voices without their words."""
    if sentence.surface(position - 1) != "の" or not sentence.is_particle(position + 1, "が", "も"):
        return None
    predicate, held = _held(sentence, position)
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
    elif surface in ("話し", "話す", "話さ"):
        fits = token.pos1 == "動詞" and (manner or "つい" in before[-3:])
    elif token.pos1 == "動詞":
        fits = manner or "を" in before[-8:] or "つい" in before[-5:] or before[-1:] == ["も"] or surface[0] in _PRESS
        if surface in _FORCE:
            aim = after == "て" and sentence.surface(position + 2)[:1] not in ("い", "お", "き", "、")  # 職を求めて動く
            fits = before[-1:] == ["を"] and not aim
        if surface in ("挙げ", "挙げる"):
            fits = any(noun in before[-8:] for noun in ("理由", "要因", "原因", "背景", "例", "課題"))
    else:
        fits = token.pos1 == "名詞" and sentence.predicative(position)
        about = before[-1:] == ["に"] and surface in words("to_nouns")
        fits = fits and (
            manner or about or "を" in before[-8:] or "つい" in before[-5:] or before[-1:] in (["が"], ["も"])
        )
        fits = fits and (after in LIGHT or sentence.surface(position - 1) in ("を", "と", "て", "に", "が"))
    if not fits or sentence.negated(position):
        return None
    end = sentence.tail(position)
    closing = sentence.following(end)
    if closing is not None:
        if closing.pos1 in ("名詞", "接頭辞", "代名詞", "形状詞") and closing.surface not in _HINGES:
            return None
        heard = (
            closing.surface == "と" and end + 1 < sentence.last and sentence.tokens[end + 1].surface in ("いう", "の")
        )
        if closing.pos1 == "助詞" and closing.surface in ("の", "か", "と", "ば", "なら") and not heard:
            return None
    press = surface[:1] in _PRESS
    # 通信社が23日伝えた: where no object is said, only the press is heard
    form = "news" if press and "を" not in before[-8:] and not manner else "bare"
    passive = sentence.passive(position)
    return Cue(form, position, position, position, sentence.flat[position], end, False, passive, press)


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
    noun = _head(sentence, after, words("voices"))
    if noun is None:
        return None
    begin = position
    while begin > 0 and sentence.surface(begin - 1) in (QUOTE, "、"):
        begin -= 1
    predicate, held = _held(sentence, noun)
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


def _label(sentence: Sentence, position: int) -> Cue | None:
    """A quotation without a predicate: 名前「…」, 名前は「…」。, 「…」(名前)."""
    if sentence.quoted_length(position) < (2 if sentence.surface(position - 1) == ":" else 5):
        return None
    opening = sentence.flat[position]
    end = sentence.end_of(position)
    next_ = sentence.following(end)
    if next_ is not None and next_.surface == "(" and end in sentence.bracketed:
        close = sentence.bracketed[end]
        after = sentence.following(close + 1)
        if sentence.quoted_length(position) >= 8 and (after is None or after.surface in STOPS):
            return Cue("signed", position, close, position, close, close, True)
    if (next_ is not None and next_.surface not in ("。", "(", "!", "?")) or position == 0:
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
