"""と: what follows it decides whether somebody says what precedes it, and by which predicate."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from features.attribution_sentence import LIGHT, QUOTE, STOPS, Sentence
from features.attribution_words import verbs, words

PREDICATES = ("動詞", "助動詞", "形容詞")
PRESS = ("報", "伝")
_REACH = 24  # units between と and its predicate: 「…」と15日に東京都内で開いた会見で述べた
_CLAUSE_ENDS = frozenset(["か", "よ", "ね", "から", "ため", "、", "など", "まで", "ぞ", "な", "ない"])
_CORE = frozenset(["話し", "話す", "答え", "言っ", "言う", "書い", "書き込ん", "記し", "付け加え"])


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
def _saying() -> frozenset[str]:
    return verbs("say_verbs") | words("say_nouns")


@cache
def _told() -> frozenset[str]:
    return words("stance_nouns") | words("voices")


class Quotative:
    """One と in its sentence: what it closes, and what follows it."""

    def __init__(self, sentence: Sentence, mark: int) -> None:
        self.s = sentence
        self.mark = mark
        before = mark - 1
        if sentence.surface(before) in ("など", "、", "等"):
            before -= 1
        self.quote = before >= 0 and sentence.surface(before) == QUOTE
        self.content = mark
        while self.quote and before >= 0 and sentence.surface(before) in (QUOTE, "、", "など", "や"):
            if sentence.surface(before) == QUOTE:
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
            surface[:1] in PRESS,
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
            self.nominal and following == "の" and head_noun(s, noun, words("stance_nouns")) is not None
        ):
            return None
        if following == "いう" and not self.quote:
            speaker = s.speaker_after(s.flat[after] + 1)
            if speaker is not None and speaker.kind == "anonymous":
                return self.make("to", after, s.flat[after] + 1)
        stance = head_noun(s, noun, _told())
        return None if stance is None else self._stance(stance)

    def _stance(self, noun: int) -> Cue | None:
        """見方を示した is somebody's; 見方が出ている says only that there is one, 声が上がった that many utter it."""
        s = self.s
        predicate, held = held_by(s, noun)
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
        for at, surface in enumerate(s.surfaces[after : after + _REACH], after):
            if surface in ("。", QUOTE):
                break
            if self._says(at):
                if not self.quote and self._names_next(at):
                    return None  # 被害を訴える「会」
                if self.nominal and at > after:
                    return None  # 「鈴木氏と…述べた」: と joins persons
                direct = self.quote or at == after or self._object_only(at)
                return self.make("to", at, first=self.first if direct else s.flat[at])
            if self.quote and s.is_particle(at + 1, "が", "も") and s.ends_word(at, _told()):
                return self._stance(at)
            if self.quote and surface in ("話題", "反響", "騒然", "好評", "物議", "賛否"):
                return self.make("public", at)._replace(passive=True)
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
            near_by = self.quote or at <= self.after + 1 or surface in _CORE or surface in verbs("report_verbs")
            if surface in verbs("say_verbs") and near_by:
                return True
            stances = words("stance_nouns")
            near = range(max(self.after, at - 4), at)
            return surface in verbs("stance_verbs") and any(s.ends_word(i, stances) for i in near)
        return s.predicative(at) and s.ends_word(at, words("say_nouns"))

    def _object_only(self, predicate: int) -> bool:
        """Whether only the predicate's object stands between と and it (と懸念を示した): then the cue begins at と."""
        between = range(self.after, predicate)
        return len(between) <= 4 and not any(self.s.surface(i) in ("は", "が", "も", "、", "に", "で") for i in between)


def head_noun(sentence: Sentence, position: int, nouns: frozenset[str]) -> int | None:
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


def held_by(sentence: Sentence, noun: int) -> tuple[int | None, bool]:
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


def after_negation(sentence: Sentence, mark: int) -> Cue | None:
    """…はないと、田中氏は話した: the tokenizer takes this と for a condition; a verb of saying at the end decides."""
    saying = _saying()
    if saying.isdisjoint(sentence.surfaces[mark + 1 :]):
        return None
    cue = Quotative(sentence, mark).cue()
    if cue is None or cue.form != "to" or sentence.surface(cue.predicate) not in saying:
        return None
    rest = sentence.surfaces[mark + 2 : cue.predicate]
    return cue if cue.last >= sentence.last - 2 and "は" not in rest and "を" not in rest else None
