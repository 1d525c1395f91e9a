"""A sentence laid open: quotations folded into one unit, brackets left out, so that its structure can be read."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from features.analysis import Text
from features.attribution_sources import Phrases, Source
from features.tokens import Token

QUOTE = "「」"
LIGHT = frozenset(["し", "する", "さ", "いたし", "致し", "でき", "すれ", "なさっ", "され"])
STOPS = frozenset(["。", "、", "!", "?", "…", "―", "─", "―", "・", "(", "『", "「", "/", "~", "♪", "."]) | {""}
_PASSIVE = frozenset(["れ", "れる", "られ", "られる", "れれ", "られれ"])
_NEGATIVE = frozenset(["ない", "なかっ", "ず", "ん"])


class Sentence:
    """Tokens `first` to `last` of a text; `flat` holds the indexes that count, `surfaces` what stands there."""

    def __init__(
        self, text: Text, phrases: Phrases, first: int, last: int, folded: dict[int, int], openings: Sequence[int]
    ) -> None:
        """`openings`: where in the text a folded quotation or a bracket opens, in order."""
        self.tokens: list[Token] = text.tokens
        self.starts = text.starts
        self.phrases = phrases
        self.first, self.last = first, last
        self.folded = folded
        self.bracketed: dict[int, int] = {}
        self.flat: list[int] = []
        self.surfaces: list[str] = []
        surfaces = text.surfaces
        index = first  # up to here the sentence is laid open
        for opening in openings[bisect_left(openings, first) : bisect_left(openings, last)]:
            if opening < index:
                continue  # inside what was folded or left out
            if opening in folded:
                self.flat += range(index, opening + 1)
                self.surfaces += surfaces[index:opening]
                self.surfaces.append(QUOTE)
                index = folded[opening] + 1
                continue
            close = ")" if surfaces[opening] == "(" else "]"
            try:
                end = surfaces.index(close, opening + 1, min(opening + 60, last))
            except ValueError:
                continue
            self.bracketed[opening] = end
            phrases.opening[end] = opening
            self.flat += range(index, opening)
            self.surfaces += surfaces[index:opening]
            index = end + 1
        self.flat += range(index, last)
        self.surfaces += surfaces[index:last]

    def __len__(self) -> int:
        return len(self.flat)

    def surface(self, position: int) -> str:
        return self.surfaces[position] if 0 <= position < len(self.surfaces) else ""

    def token(self, position: int) -> Token:
        return self.tokens[self.flat[position]]

    def following(self, end: int) -> Token | None:
        """The token at index `end`, or None behind the sentence."""
        return self.tokens[end] if end < self.last else None

    def end_of(self, position: int) -> int:
        """Index of the token after the unit at `position`."""
        index = self.flat[position]
        return self.folded.get(index, index) + 1

    def quoted_length(self, position: int) -> int:
        index = self.flat[position]
        close = self.folded.get(index)
        return 0 if close is None else self.starts[close] - self.starts[index] - 1

    def ends_word(self, position: int, table: frozenset[str]) -> bool:
        """Whether a word of `table` ends at `position`; the tokenizer may have cut it in up to three (危機+感)."""
        word = ""
        for surface in self.surfaces[max(position - 2, 0) : position + 1][::-1]:
            word = surface + word
            if word in table:
                return True
        return False

    def is_particle(self, position: int, *surfaces: str) -> bool:
        return self.surface(position) in surfaces and self.token(position).pos1 == "助詞"

    def tail(self, position: int) -> int:
        """Index after the auxiliaries of the predicate at `position`: 述べ+まし+た, 話し+て+いる, 明らか+に+し+た."""
        tokens = self.tokens
        head = self.flat[position]
        end = head + 1
        if tokens[head].surface == "明らか" and end < self.last and tokens[end].surface == "に":
            end += 1
        noun = tokens[head].pos1 in ("名詞", "形状詞")
        if noun and end < self.last and tokens[end].surface in LIGHT and tokens[end].pos1 == "動詞":
            end += 1
        while end < self.last:
            token = tokens[end]
            if token.pos1 == "助動詞":
                end += 1
            elif token.surface in ("て", "で") and end + 1 < self.last and _continues(tokens[end + 1]):
                end += 2
            else:
                break
        return end

    def predicative(self, position: int) -> bool:
        """Whether the verbal noun at `position` is a predicate: with する, or alone at a clause's end."""
        after = self.surface(position + 1)
        return after in LIGHT or after in STOPS

    def passive(self, position: int) -> bool:
        return not _PASSIVE.isdisjoint(self._auxiliaries(position))

    def negated(self, position: int) -> bool:
        return not _NEGATIVE.isdisjoint(self._auxiliaries(position))

    def _auxiliaries(self, position: int) -> list[str]:
        return [token.surface for token in self.tokens[self.flat[position] + 1 : self.tail(position)]]

    def speaker_after(self, end: int) -> Source | None:
        """The speaker that a verb of saying ending at `end` modifies (…と話す店主) or names (…と話すのは店主だ)."""
        tokens = self.tokens
        if end >= self.last:
            return None
        if tokens[end].surface == "の" and end + 1 < self.last and tokens[end + 1].surface == "は":
            last = self.last
            while (
                last > end + 2 and tokens[last - 1].pos1 in ("補助記号", "助動詞") and tokens[last - 1].surface != ")"
            ):
                last -= 1
            source = self.phrases.before(last)
            return source if source is not None and source.first > end + 1 else None
        if tokens[end].pos1 not in ("名詞", "接頭辞") or not tokens[end - 1].cform.startswith(("連体", "終止")):
            return None
        last = end
        while last < min(end + 16, self.last) and (
            tokens[last].pos1 in ("名詞", "接頭辞", "接尾辞") or tokens[last].surface in ("の", "・", "=")
        ):
            last += 1
        source = self.phrases.before(last)
        if source is None or not source.sure or source.kind not in ("person", "anonymous") or source.last <= end:
            return None
        return source


def _continues(token: Token) -> bool:
    """いる, おり, きた, くれた behind て."""
    return token.pos1 == "動詞" and token.pos2 == "非自立可能" and token.surface[0] in "いおきくもし"
