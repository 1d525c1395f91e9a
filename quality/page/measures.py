"""What is measured of every piece before its role is decided: its text, its neighbours, the boxes around it.

Everything is counted for a whole page at once; the same columns serve HTML and plain text, where the
columns about elements and links simply stay at rest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from .cues import CUES
from .parts import Source

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

# What the words in class names and ids announce, in any site's wording: one bit each.
HINTS = {
    "nav": "nav|menu|bread|pankuzu|topicpath|pager|paging|pagination|toolbar|tab",
    "foot": "foot|copy|legal",
    "head": "header|masthead|global",
    "side": "side|aside|subcol|rail|column|widget|module",
    "related": "relat|kanren|recommend|osusume|pick|also|series|next|reading|read",
    "rank": "rank|popular|trend|hot|access|most",
    "list": "list|latest|news|topic|backnumber|archive|item|link|index|feed",
    "comment": "comment|reply|discuss|voice",
    "share": "share|sns|social|tweet|twitter|facebook|hatena|bookmark|like|button|btn|tool|follow",
    "ad": r"\bads?\b|\bad[-_]|[-_]ad\b|advert|banner|sponsor|promo|\bpr\b|campaign|shop|store|product|price",
    "main": "article|entry|post|story|main|content|detail|text|honbun|paragraph|body",
    "title": "title|ttl|head|subject",
    "date": "date|time|update|publish",
    "author": "author|byline|writer|credit|profile|editor|name",
    "caption": "caption|figure|photo|image|img|pict|thumb|slide|gallery|media",
    "tag": "tag|cat|label|genre|keyword|badge|icon",
    "gate": "modal|popup|overlay|dialog|login|member|regist|paywall|subscri|cookie|consent|notice|info|alert",
    "lead": "lead|summary|excerpt|outline|intro|digest",
}
_HINT = re.compile("|".join(f"(?P<{name}>{words})" for name, words in HINTS.items()))
HINT_BITS = {name: 1 << i for i, name in enumerate(HINTS)}
_TAG_HINTS = {
    "nav": "nav", "footer": "foot", "header": "head", "aside": "side", "article": "main", "main": "main",
    "figcaption": "caption", "figure": "caption", "button": "share", "form": "share", "time": "date",
}  # fmt: skip
_KINDS = {"p": 1, "li": 2, "dd": 2, "dt": 2, "td": 3, "th": 3} | {f"h{n}": 3 + n for n in range(1, 7)}
_CLASSES = (
    "hiragana",
    "katakana",
    "kanji",
    "digit",
    "latin",
    "stop",
    "comma",
    "space",
    "particle",
    "inflection",
    "bang",
)
OWN_COLUMNS = (
    *("size", "stops", "ends", "commas", "bangs", "hiragana", "katakana", "kanji", "digit", "latin", "particle"),
    *("inflection", "repeats"),
)
CUE_COLUMNS = tuple(f"cue_{name}" for name in CUES)
_NEAR = (-2, -1, 1, 2)
_LEVELS = 4


def _classes() -> npt.NDArray[np.uint8]:
    table = np.zeros(0x10000, np.uint8)
    ranges = {
        1: ["ぁゖ"],
        2: ["ァヺ", "ーー", "ｦﾟ"],
        3: ["㐀䶿", "一鿿", "々々"],
        4: ["09", "０９"],
        5: ["az", "AZ", "ａｚ", "ＡＺ"],
    }
    for number, pairs in ranges.items():
        for first, last in pairs:
            table[ord(first) : ord(last) + 1] = number
    for number, marks in (
        (6, "。"),
        (11, "！？!?"),
        (7, "、，"),
        (8, " \u3000\n\xa0"),
        (9, "をはがにのでと"),
        (10, "たるすいれま"),
    ):
        for mark in marks:
            table[ord(mark)] = number
    return table


_TABLE = _classes()


@lru_cache(maxsize=8192)
def hints_of(tag: str, words: str) -> int:
    bits = HINT_BITS[_TAG_HINTS[tag]] if tag in _TAG_HINTS else 0
    if words:
        for found in _HINT.finditer(words[:400]):
            bits |= HINT_BITS[found.lastgroup or ""]
    return bits


@dataclass(slots=True)
class Measured:
    """A page's columns, with the arrays that the second look and the roles use again."""

    names: list[str]
    columns: Floats
    sizes: Ints
    link_share: Floats
    running: Floats  # characters of running text
    cues: dict[str, npt.NDArray[np.bool_]]
    ladders: Ints  # for each piece its enclosing boxes, innermost first, each wider than the last
    starts: Ints  # of every box
    ends: Ints
    kinds: Ints  # of the innermost element: p 1, li 2, cell 3, h1 to h6 4 to 9
    hints: Ints  # of every box: its own words' and its ancestors'

    def column(self, name: str) -> Floats:
        return self.columns[:, self.names.index(name)]


def measure(source: Source) -> Measured:
    """Measure every piece of a page. Time and memory grow linearly with pieces and boxes."""
    pieces, boxes = source.pieces, source.boxes
    count = len(pieces)
    texts = [piece.text for piece in pieces]
    sizes = np.fromiter(map(len, texts), np.int64, count)
    whole = "\n".join(texts)
    begins = np.zeros(count, np.int64)
    np.cumsum(sizes[:-1] + 1, out=begins[1:])
    counts = _count_classes(whole, begins)
    size = sizes.astype(np.float32)
    linked = np.fromiter((sum(len(text) for text, _ in p.links) if p.links else 0 for p in pieces), np.float32, count)
    share = np.minimum(linked / size, 1)
    stops = counts[:, 5].copy()
    running = np.where((share < 0.4) & ((stops + counts[:, 6]) * 100 > size) & (size >= 15), size, 0).astype(np.float32)
    cues = {name: _found(cue, whole, begins) for name, cue in CUES.items()}
    last = np.fromiter((text[-1] in "。！？!?」』）)" for text in texts), np.float32, count)
    tower = _Tower(source, running)
    kind = tower.kinds[tower.box]

    out: dict[str, Any] = {"size": np.log1p(size), "stops": np.minimum(stops, 9), "ends": last}
    out["commas"], out["bangs"] = np.minimum(counts[:, 6], 9), np.minimum(counts[:, 10], 5)
    counts[:, 0] += counts[:, 8] + counts[:, 9]
    for i in (0, 1, 2, 3, 4, 8, 9):
        out[_CLASSES[i]] = counts[:, i] / size
    out["linked"], out["links"] = share, np.fromiter((min(9, len(p.links)) for p in pieces), np.float32, count)
    out["kind_p"], out["kind_li"], out["kind_cell"] = kind == 1, kind == 2, kind == 3
    out["heading"] = np.where(kind > 3, kind - 3, 0)
    out["indent"] = np.fromiter((min(9, p.indent) for p in pieces), np.float32, count)
    out["gap"] = np.fromiter((min(4, p.gap) for p in pieces), np.float32, count)
    out["bullet"] = np.fromiter((p.bullet for p in pieces), np.float32, count)
    out["wide_start"] = np.fromiter((text[0] == "\u3000" for text in texts), np.float32, count)
    out["loose"] = np.fromiter((min(5, len(p.loose)) for p in pieces), np.float32, count)
    for name, found in cues.items():
        out[f"cue_{name}"] = found
    for name in ("size", "stops", "linked", "heading", "bullet", "gap", "particle", "ends"):
        for step in _NEAR:
            out[f"{name}{step:+d}"] = shift(out[name], step)
    for name in ("moment", "legal", "widget", "caption", "header"):
        for step in (-1, 1):
            out[f"cue_{name}{step:+d}"] = shift(cues[name], step)
    total = max(1.0, float(running.sum()))
    for name, values in (("running", running), ("linkage", linked), ("chars", size)):
        sums = np.concatenate(([0.0], np.cumsum(values, dtype=np.float64)))
        for reach in (4, 12):
            for side, low, high in (("before", -reach, 0), ("after", 1, reach + 1)):
                at = np.arange(count)
                spread = sums[np.clip(at + high, 0, count)] - sums[np.clip(at + low, 0, count)]
                out[f"{name}_{side}{reach}"] = np.log1p(spread)
        if name != "linkage":
            out[f"{name}_past"] = sums[:-1] / max(1.0, sums[-1])
    at = np.arange(count)
    out["place"] = at / count
    titles = _title_places(source, texts, kind)
    out["titled"] = np.full(count, bool(titles))
    title = titles[-1] if titles else 0
    out["from_title"] = np.clip(at - title, -40, 200)
    keys: dict[str, int] = {}
    for text in texts:
        keys[text] = keys.get(text, 0) + 1
    out["repeats"] = np.fromiter((min(5, keys[text]) for text in texts), np.float32, count)
    out["under_header"], out["since_heading"] = _under(
        cues["header"], (kind > 3) | ((kind == 0) & (out["gap"] > 0) & (out["bullet"] == 0)), sizes
    )
    out |= tower.columns(size, linked, running, total, stops)
    columns = np.column_stack([np.asarray(values, np.float32) for values in out.values()])
    return Measured(
        list(out), columns, sizes, share, running, cues, tower.ladders, tower.starts, tower.ends, kind, tower.chain
    )


def shift(values: Any, step: int) -> Floats:
    """values[i + step] for every i; -1 beyond the page."""
    out = np.full(len(values), -1, np.float32)
    if abs(step) < len(values):
        if step > 0:
            out[:-step] = values[step:]
        else:
            out[-step:] = values[:step]
    return out


def _count_classes(whole: str, begins: Ints) -> Floats:
    codes = np.frombuffer(whole.encode("utf-32-le", "replace"), np.uint32)
    classes = _TABLE[np.minimum(codes, 0xFFFF)]
    out = np.empty((len(begins), len(_CLASSES)), np.float32)
    for i in range(len(_CLASSES)):
        out[:, i] = np.add.reduceat((classes == i + 1).astype(np.int32), begins)
    return out


def _found(cue: re.Pattern[str], whole: str, begins: Ints) -> npt.NDArray[np.bool_]:
    out = np.zeros(len(begins), np.bool_)
    places = [match.start() for match in cue.finditer(whole)]
    if places:
        out[np.searchsorted(begins, places, "right") - 1] = True
    return out


def _title_places(source: Source, texts: list[str], kind: Ints) -> list[int]:
    declared = " ".join("".join(title.split()) for title in source.titles)
    tops = [i for i in np.flatnonzero(kind == 4).tolist() if len(texts[i]) >= 5]
    if declared:
        shown = [i for i in range(len(texts)) if 8 <= len(texts[i]) <= 200 and "".join(texts[i].split()) in declared]
        tops = [i for i in tops if i in shown] or [i for i in shown if kind[i] > 3] or shown[:1] or tops
    return tops[:1]


def _under(cue: npt.NDArray[np.bool_], heading: Any, sizes: Ints) -> tuple[Floats, Floats]:
    """For every piece: does the nearest heading above announce a rail, and how far up it is."""
    count = len(cue)
    at = np.arange(count)
    marks = np.asarray(heading) & (sizes <= 40)
    nearest = np.maximum.accumulate(np.where(marks, at, -1))
    nearest = np.concatenate(([-1], nearest[:-1]))
    known = nearest >= 0
    return np.where(known, cue[nearest], 0).astype(np.float32), np.where(
        known, np.minimum(at - nearest, 60), 60
    ).astype(np.float32)


class _Tower:
    """The boxes as arrays: parents come before children, so one pass settles what is inherited."""

    def __init__(self, source: Source, running: Floats) -> None:
        boxes = source.boxes
        self.source = source
        n = len(boxes)
        self.box = np.fromiter((p.box for p in source.pieces), np.int64, len(source.pieces))
        self.starts = np.fromiter((b.start for b in boxes), np.int64, n)
        self.ends = np.fromiter((b.end for b in boxes), np.int64, n)
        self.kinds = np.fromiter((_KINDS.get(b.tag, 0) for b in boxes), np.int64, n)
        own, chain, wider, kin = [0] * n, [0] * n, [-1] * n, [0] * n
        starts, ends = self.starts.tolist(), self.ends.tolist()
        families: dict[tuple[int, str, str], int] = {}
        for i, box in enumerate(boxes):
            up = box.parent
            own[i] = hints_of(box.tag, box.words)
            if starts[i] == ends[i]:
                continue
            if up >= 0:
                chain[i] = own[i] | chain[up]
                same = ends[up] - starts[up] == ends[i] - starts[i]
                wider[i] = wider[up] if same else up
                if same:
                    own[i] |= own[up]
            else:
                chain[i] = own[i]
            family = (wider[i], box.tag, box.words)
            families[family] = families.get(family, 0) + 1
        for i, box in enumerate(boxes):
            if starts[i] < ends[i]:
                kin[i] = families[(wider[i], box.tag, box.words)]
        self.own, self.chain, self.wider = np.array(own), np.array(chain), np.array(wider)
        self.kin = np.array(kin)
        self.running = np.concatenate(([0.0], np.cumsum(running, dtype=np.float64)))
        rungs = [self.box]
        for _ in range(_LEVELS):
            rungs.append(np.where(self.wider[rungs[-1]] >= 0, self.wider[rungs[-1]], 0))
        self.ladders = np.stack(rungs, axis=1)

    def columns(self, size: Floats, linked: Floats, running: Floats, total: float, stops: Floats) -> dict[str, Any]:
        out: dict[str, Any] = {}
        page = max(1.0, float(size.sum()))
        sums = [np.concatenate(([0.0], np.cumsum(v, dtype=np.float64))) for v in (size, linked, running)]
        chars, links, runs = (s[self.ends] - s[self.starts] for s in sums)
        many = self.ends - self.starts
        for level in range(_LEVELS + 1):
            rung = self.ladders[:, level]
            inside = np.maximum(1.0, chars[rung])
            out[f"box{level}_pieces"] = np.minimum(many[rung], 200)
            out[f"box{level}_mean"] = np.log1p(inside / np.maximum(1, many[rung]))
            out[f"box{level}_linked"] = links[rung] / inside
            out[f"box{level}_running"] = runs[rung] / inside
            out[f"box{level}_share"] = runs[rung] / total
            out[f"box{level}_chars"] = chars[rung] / page
            if level < 3:
                out[f"box{level}_kin"] = np.minimum(self.kin[rung], 50)
        near = self.own[self.ladders[:, 0]] | self.own[self.ladders[:, 1]]
        far = self.chain[self.box]
        for name, bit in HINT_BITS.items():
            out[f"near_{name}"] = (near & bit) > 0
            out[f"far_{name}"] = (far & bit) > 0
        out |= self._main(runs, total)
        return out

    def _main(self, runs: Any, total: float) -> dict[str, Any]:
        """How far from the innermost box that still holds most of the page's running text."""
        boxes = self.source.boxes
        main = int(max(np.flatnonzero(runs >= 0.6 * total), key=lambda i: boxes[i].depth, default=0))
        on_way = {main}
        up = main
        while up > 0:
            up = boxes[up].parent
            on_way.add(up)
        meet = [0] * len(boxes)
        for i, box in enumerate(boxes):
            meet[i] = box.depth if i in on_way else meet[box.parent] if box.parent >= 0 else 0
        depth = np.fromiter((b.depth for b in boxes), np.int64, len(boxes))
        met = np.array(meet)[self.box]
        return {"off_main": boxes[main].depth - met, "below_main": np.minimum(depth[self.box] - met, 12)}
