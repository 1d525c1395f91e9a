"""One role for every piece, whichever front end it came from: the fitted probabilities settle body and rails, rules the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.document import Role

from . import cues
from .boxes import HINT_BITS
from .measures import Measured, measure
from .model import RoleModel
from .parts import Source
from .titles import squeeze

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

INNER = 0.4  # a piece amid the article is body from here on
OUTER = 0.5  # beyond the article's densest stretch it takes more
ITEM = {"html": 0.2, "text_all": 0.35, "text_main": 0.35}
_ABOVE = 400  # pieces above the article in which its headline is looked for; h1 and h2 stand out further up
SHORTEST_BODY = 30  # characters; less is no article
_STAYS = ("#", "mailto:", "tel:", "javascript:")  # links that lead to no other page
_PAIR = re.compile("(?=([^ぁ-ゖ\\W]{2}))")
_WIDGETS = (("nav", "nav"), ("share", "share"), ("comment", "comment"), ("form", "gate"))


@dataclass(slots=True)
class Decided:
    roles: list[Role]
    kinds: list[str]
    link_share: list[float]
    visible: list[int]  # characters of each piece, white space apart
    cut: bool  # a mark near the article says that its text goes on elsewhere


def assign(source: Source, model: RoleModel) -> Decided:
    """A role and a finer kind for every piece of the source."""
    if not source.pieces:
        return Decided([], [], [], [], False)
    return _Page(source, model).decide()


def candidates(source: Source, measured: Measured) -> Bools:
    """Pieces that may be a rail's headline at all."""
    long = measured.sizes >= 8
    if source.rendering != "html":
        return long
    may = long & (measured.link_share > 0.5)
    for i in np.flatnonzero(may).tolist():
        may[i] = any(not href.startswith(_STAYS) for _, href in source.pieces[i].links)
    return may


def _pairs(text: str) -> set[str]:
    """Pairs of characters that carry meaning: kanji, katakana, digits, letters."""
    return {pair.group(1) for pair in _PAIR.finditer(text)}


class _Page:
    def __init__(self, source: Source, model: RoleModel) -> None:
        self.source, self.measured = source, measure(source)
        self.texts = [piece.text.strip() for piece in source.pieces]
        self.count = len(self.texts)
        self.roles: list[Role] = ["other"] * self.count
        self.kinds = [""] * self.count
        self.html = source.rendering == "html"
        self.may = candidates(source, self.measured)
        self.body_p = np.zeros(self.count)
        text = (self.measured.link_share < 0.95) | (self.measured.sizes >= 40)  # a short bare link is no paragraph
        self.body_p[text] = model.body(source.rendering, self.measured.rows[:, text])
        self.item_p = np.zeros(self.count)
        if self.may.any():
            self.item_p[self.may] = model.item(source.rendering, self.measured.rows[:, self.may])
        # Python's own numbers for the loops below: a numpy scalar costs ten times as much to ask for.
        self.cued = {name: found.tolist() for name, found in self.measured.cued.items()}
        self.share = np.round(self.measured.link_share, 4).tolist()
        self.kind = self.measured.kinds.tolist()
        self.sizes = self.measured.sizes.tolist()

    def decide(self) -> Decided:
        self._mark_ends()
        body = self._body()
        inside = np.flatnonzero(body)
        self.first, self.last = (int(inside[0]), int(inside[-1])) if len(inside) else (self.count, self.count)
        for i in inside.tolist():
            self.roles[i] = "body"
        title = self._headline()
        if title is not None:
            self.roles[title] = "headline"
        self.title = title if title is not None else max(0, self.first - 8)
        for i in np.flatnonzero(self._items()).tolist():
            if self.roles[i] == "other" and not self.kinds[i]:
                self.roles[i] = "rail_item"
        self._around_items()
        self._rest()
        return Decided(self.roles, self.kinds, self.share, self.measured.visible.tolist(), self._cut())

    def _mark_ends(self) -> None:
        """Lines that say where the text goes on, and advertisement marks, are never body."""
        cued = self.measured.cued
        for i in np.flatnonzero(cued["end"] | cued["legal"] | cued["caption"] | cued["byline"]).tolist():
            text = self.texts[i]
            if cues.LEAD.search(text) or cues.MORE.fullmatch(text):
                self.kinds[i] = "lead_mark"
            elif cues.PAID.fullmatch(text):
                self.kinds[i] = "pr"
            elif "。" not in text and (cues.SOURCE.match(text) or (cued["caption"][i] and len(text) < 100)):
                self.kinds[i] = "caption"
            elif len(text) < 60 and cues.EMAIL.search(text):
                self.kinds[i] = "byline"
            elif cued["legal"][i] and ("。" not in text or cues.NOTICE.search(text)):
                self.kinds[i] = "legal"
        boxes = self.source.boxes
        for tag, start, end in zip(boxes.tags, boxes.starts, boxes.ends, strict=True):
            if tag == "figcaption":
                for i in range(start, end):
                    if self.measured.stops[i] < 2 and not self.kinds[i]:
                        self.kinds[i] = "caption"
        barred = np.fromiter(map(bool, self.kinds), np.bool_, self.count)
        self.body_p[barred] = np.minimum(self.body_p[barred], 0.02)

    def _body(self) -> Bools:
        """The article: its densest stretch and what adjoins it. Sentences decide, where the page has any."""
        worth = (self.body_p - 0.5) * self.measured.sizes**0.6
        worth[[i for i, kind in enumerate(self.kinds) if kind in ("caption", "byline", "pr")]] = (
            0.0  # they stand amid the text
        )
        ended = np.where((worth > 0) & (self.measured.stops == 0), 0.0, worth)
        prose = (
            (self.measured.stops > 0)
            & (self.measured.link_share < 0.3)
            & (self.measured.sizes >= 15)
            & (self.body_p > 0.03)
        )
        hopeful = (
            np.where(prose, 0.1, -0.5) * self.measured.sizes**0.6
        )  # a page that the model takes for no article at all
        for gains, chance in ((ended, self.body_p), (worth, self.body_p), (hopeful, np.where(prose, 0.5, 0.0))):
            body = self._stretch(gains.tolist(), chance)
            if self.measured.sizes[body].sum() >= SHORTEST_BODY:
                return body
        return np.zeros(self.count, np.bool_)

    def _stretch(self, gains: list[float], chance: Floats) -> Bools:
        """The pieces of the stretch that gains most."""
        best, start, end, run, begin = 0.0, 0, 0, 0.0, 0
        for i, gain in enumerate(gains):
            if run <= 0:
                run, begin = 0.0, i
            run += gain
            if run > best:
                best, start, end = run, begin, i + 1
        while 0 < start < end and chance[start - 1] > OUTER:
            start -= 1
        while start < end < self.count and chance[end] > OUTER and self.kinds[end] != "lead_mark":
            end += 1
        body = np.zeros(self.count, np.bool_)
        body[start:end] = chance[start:end] > INNER
        return body

    def _items(self) -> Bools:
        may, chance = self.may, self.item_p
        if not self.html:
            return may & ((chance > ITEM[self.source.rendering]) | self._listed())
        tower = self.measured.tower
        # The headlines of one rail stand or fall together: half of a piece's chance is its list's.
        sums, many = np.concatenate(([0.0], np.cumsum(chance))), np.concatenate(([0], np.cumsum(may)))
        mixed = 0.4 * chance
        for level in (1, 2):
            box = tower.ladders[level]
            start, end = tower.starts[box], tower.ends[box]
            inside = many[end] - many[start]
            mixed += 0.3 * np.where(inside > 0, (sums[end] - sums[start]) / np.maximum(1, inside), chance)
        return may & (mixed > ITEM["html"])

    def _listed(self) -> Bools:
        """Plain text: bulleted lists whose lines are long enough for headlines and are no sentences."""
        out = np.zeros(self.count, np.bool_)
        stops = self.measured.stops > 0
        for start, end in zip(self.source.boxes.starts[1:], self.source.boxes.ends[1:], strict=True):
            lines = [i for i in range(start, end) if not cues.RANK.fullmatch(self.texts[i])]
            ranked = len(lines) < end - start
            sizes = sorted(len(self.texts[i]) for i in lines)
            if ranked:
                sizes = sizes[len(sizes) // 2 :]
            if len(sizes) < 2 or sizes[len(sizes) // 2] < 13 or stops[lines].mean() > 0.3:
                continue
            out[[i for i in lines if len(self.texts[i]) >= (10 if ranked else 8) and not stops[i]]] = True
        return out

    def _headline(self) -> int | None:
        """The page's own wording of the title: shown near above the article (or as its first line), in a heading, as
        declared; on a page of plain text, the line that shares most with the article below."""
        declared = [squeeze(title) for title in self.source.titles]
        end = self.first if self.first < self.count else min(self.count, _ABOVE)
        near = max(0, end - _ABOVE)
        opening = [
            i for i in range(end, min(self.count, end + 2)) if self.roles[i] == "body" and "。" not in self.texts[i]
        ]
        text = (
            ""
            if self.html
            else "".join(self.texts[i] for i in range(self.count) if self.roles[i] == "body" and i not in opening)
        )
        pairs = _pairs(text[:4000])
        best, best_score = None, 0.45
        for i in [*opening, *range(end - 1, near - 1, -1), *(j for j in range(near) if self.kind[j] in (4, 5))]:
            if 4 <= len(self.texts[i]) <= 160 and not self.kinds[i]:
                score = self._shown(i, declared) if self.html else self._shares(i, pairs)
                score -= min(abs(end - i), 60) / 60 * 0.3
                if score > best_score:
                    best, best_score = i, score
        if best is None and not self.html and self.first < self.count:
            plain = (i for i in range(near, end) if not self._listy(i) and not self._is_label(i))
            best = next((i for i in plain if 4 <= len(self.texts[i]) <= 80 and "。" not in self.texts[i]), None)
        return best

    def _shown(self, i: int, declared: list[str]) -> float:
        text = self.texts[i]
        if not 4 <= self.kind[i] <= 6 and not any(text[:2] in title for title in declared):
            return 0.0
        plain = squeeze(text)
        overlap = max((len(plain) / len(title) for title in declared if plain in title), default=0.0)
        score = 1.5 * overlap**0.5 if overlap > 0.2 and len(plain) >= 5 else 0.0
        score -= 0.3 if self.share[i] > 0.5 else 0.0
        return float(score + {4: 0.8, 5: 0.4, 6: 0.2}.get(self.kind[i], 0.0))

    def _shares(self, i: int, pairs: set[str]) -> float:
        text, piece = self.texts[i], self.source.pieces[i]
        if len(text) < 6 or piece.bullet or self._is_label(i):
            return 0.0
        own = _pairs(text)
        known = len(own & pairs) / max(4, len(own))
        score = known + min(len(text), 25) / 25 * 0.5 + 0.15 * (piece.gap > 0)
        return score - (0.5 if text[-1] in "。、）)" else 0.0) - (0.3 if self.cued["byline"][i] else 0.0)

    def _cued(self, name: str, i: int) -> bool:
        return bool(self.cued[name][i])

    def _is_label(self, i: int) -> bool:
        names = ("widget", "legal", "caption", "moment") if len(self.texts[i]) < 30 else ("widget", "legal", "caption")
        return any(self._cued(name, i) for name in names)

    def _around_items(self) -> None:
        """Headings above, ranks before and tags beside the headlines of rails."""
        previous = -1
        items = [i for i, role in enumerate(self.roles) if role == "rail_item"]
        for n, item in enumerate(items):
            between = [j for j in range(max(previous + 1, item - 8), item) if self.roles[j] == "other"]
            tags = {j for j in between if self._tags(j, item) or (previous >= 0 and self._tags(j, previous))}
            heading = next((j for j in reversed(between) if j not in tags and self._heads(j)), None)
            for j in between:
                if heading is not None and j == heading:
                    self.roles[j] = "rail_header"
                elif j == item - 1 and cues.RANK.fullmatch(self.texts[j]):
                    self.roles[j] = "rail_rank"
                elif j in tags:
                    self.roles[j] = "rail_tag"
            if n + 1 == len(items):
                for j in range(item + 1, min(self.count, item + 3)):
                    if self.roles[j] == "other" and self._tags(j, item):
                        self.roles[j] = "rail_tag"
            previous = item

    def _heads(self, i: int) -> bool:
        text, piece = self.texts[i], self.source.pieces[i]
        if not 2 <= len(text) <= 40 or self.kinds[i] or cues.RANK.fullmatch(text) or cues.COMMENTS.fullmatch(text):
            return False
        if self.html:
            return bool(self.kind[i] > 3 or (cues.HEADER.search(text) and not self._cued("moment", i)))
        if piece.bullet or piece.indent >= 2 or "。" in text or self._cued("moment", i):
            return False
        return bool(
            cues.HEADER.search(text) or (piece.gap > 0 and i + 1 < self.count and self.source.pieces[i + 1].gap > 0)
        )

    def _tags(self, i: int, item: int) -> bool:
        """A short label in the item's own corner of the page."""
        text, pieces = self.texts[i], self.source.pieces
        if not 1 <= len(text) <= 14 or self.kinds[i] or cues.NO_TAG.search(text) or self.kind[i] > 3:
            return False
        if not self.html:
            return pieces[i].indent >= 2 and not pieces[i].bullet and 0 < i - item <= 2
        tower = self.measured.tower
        box = tower.ladders[int(pieces[item].box != pieces[i].box), item]
        start, end = tower.starts[box], tower.ends[box]
        return bool(
            start <= i < end and end - start <= 6 and sum(role == "rail_item" for role in self.roles[start:end]) == 1
        )

    def _rest(self) -> None:
        hints, sizes = self.measured.tower.chain[self.measured.tower.box].tolist(), self.sizes
        near = range(max(0, self.title - 6), min(self.count, self.last + 8)) if self.first < self.count else range(0)
        byline = squeeze(self.source.declared.get("byline", ""))
        for i in range(self.count):
            if self.kinds[i] == "caption" and self.roles[i] == "other":
                self.roles[i], self.kinds[i] = "caption", ""
            elif self.kinds[i] == "byline" and self.roles[i] == "other":
                self.roles[i], self.kinds[i] = "byline", ""
            if self.roles[i] != "other" or self.kinds[i]:
                continue
            bits = hints[i]
            beside = i in near
            if self._cued("legal", i) and sizes[i] < 300:
                self.kinds[i] = "legal"
            elif beside and sizes[i] < 200 and self._captions(i, bits):
                self.roles[i] = "caption"
            elif beside and sizes[i] < 60 and not self._listy(i) and self._signs(i, byline):
                self.roles[i] = "byline"
            elif self._cued("moment", i) and sizes[i] < 60:
                self.kinds[i] = "date"
            else:
                named = next((kind for kind, hint in _WIDGETS if bits & HINT_BITS[hint]), "")
                self.kinds[i] = named or (
                    "share" if self._cued("widget", i) and sizes[i] < 60 else "nav" if self._listy(i) else ""
                )

    def _listy(self, i: int) -> bool:
        piece = self.source.pieces[i]
        return piece.bullet or self.kind[i] == 2 or self.share[i] > 0.5

    def _captions(self, i: int, bits: int) -> bool:
        tag = self.source.boxes.tags[self.source.pieces[i].box]
        if tag in ("figcaption", "figure"):
            return True
        cued = self._cued("caption", i) and "。" not in self.texts[i][-1:]
        return cued and (self.sizes[i] < 80 or bool(bits & HINT_BITS["caption"]))

    def _signs(self, i: int, byline: str) -> bool:
        text = self.texts[i]
        plain = squeeze(text)
        if byline and plain and (plain in byline or byline in plain):
            return True
        if cues.EMAIL.search(text) or (self._cued("byline", i) and self.title < i):
            return True
        beside_mail = i > self.last and i + 1 < self.count and bool(cues.EMAIL.fullmatch(self.texts[i + 1]))
        between = self.title < i < self.first and not self.html
        return (beside_mail or between) and len(plain) <= 16 and not self._is_label(i) and not plain.isascii()

    def _cut(self) -> bool:
        if self.first >= self.count:
            return False
        return "lead_mark" in self.kinds[self.title : min(self.count, self.last + 7)]
