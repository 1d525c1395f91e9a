"""The boxes around every piece, measured: how much text, how many links, what their names announce."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from .parts import Source

Floats = npt.NDArray[np.float64]
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
HINT_BITS = {name: 1 << i for i, name in enumerate(HINTS)}
_HINT = re.compile("|".join(f"(?P<{name}>{words})" for name, words in HINTS.items()))
_TAG_HINTS = {"nav": "nav", "footer": "foot", "header": "head", "aside": "side", "article": "main", "main": "main"} | {
    "figcaption": "caption", "figure": "caption", "button": "share", "form": "share", "time": "date",
}  # fmt: skip
NEAR = ("nav", "head", "related", "rank", "list", "title", "caption", "author")
FAR = ("nav", "foot", "head", "side", "related", "rank", "list", "title", "caption", "author", "tag", "lead", "main")
KINDS = {"p": 1, "li": 2, "dd": 2, "dt": 2, "td": 3, "th": 3} | {f"h{n}": 3 + n for n in range(1, 7)}
LEVELS = 5
STATS = ("pieces", "mean", "linked", "running", "share", "chars")
NAMES = (
    *(f"box{level}_{name}" for name in STATS for level in range(LEVELS)),
    *(f"near_{name}" for name in NEAR),
    *(f"far_{name}" for name in FAR),
    "off_main",
    "below_main",
)
_NEAR_BITS = np.array([HINT_BITS[name] for name in NEAR])[:, None]
_FAR_BITS = np.array([HINT_BITS[name] for name in FAR])[:, None]


@lru_cache(maxsize=8192)
def hints_of(tag: str, words: str) -> int:
    """The bits that an element's name and its class and id words set."""
    bits = HINT_BITS[_TAG_HINTS[tag]] if tag in _TAG_HINTS else 0
    for found in _HINT.finditer(words[:400].lower()):
        bits |= HINT_BITS[found.lastgroup or ""]
    return bits


class Tower:
    """The boxes as arrays; parents come before children, so one pass settles what is inherited."""

    def __init__(self, source: Source) -> None:
        starts, ends, parents = source.boxes.starts, source.boxes.ends, source.boxes.parents
        hints = list(map(hints_of, source.boxes.tags, source.boxes.words))
        own, chain, wider, depths = hints.copy(), hints.copy(), [0] * len(starts), [0] * len(starts)
        for i in range(1, len(starts)):
            up = parents[i]
            depths[i] = depths[up] + 1
            chain[i] |= chain[up]
            if ends[up] - starts[up] == ends[i] - starts[i]:  # a mere wrapping: one rung of the ladder
                wider[i] = wider[up]
                own[i] |= own[up]
            else:
                wider[i] = up
        self.parents, self.depths = parents, depths
        self.box = np.array([piece.box for piece in source.pieces], np.int64)
        self.starts, self.ends = np.array(starts), np.array(ends)
        self.kinds = np.array([KINDS.get(tag, 0) for tag in source.boxes.tags])
        self.own, self.chain = np.array(own), np.array(chain)
        above = np.array(wider)
        rungs = [self.box]
        for _ in range(LEVELS - 1):
            rungs.append(above[rungs[-1]])
        # (LEVELS, pieces): each piece's boxes, innermost first, each wider than the last
        self.ladders = np.stack(rungs)

    def columns(self, size: Floats, linked: Floats, running: Floats) -> tuple[npt.NDArray[Any], ...]:
        """One row for each of NAMES, in blocks."""
        chars, links, runs = (self._sums(values) for values in (size, linked, running))
        page, total = max(1.0, float(chars[0])), max(1.0, float(runs[0]))
        inside, many = np.maximum(1.0, chars), self.ends - self.starts
        stats = np.stack(
            (
                np.minimum(many, 200),
                np.log1p(inside / np.maximum(1, many)),
                links / inside,
                runs / inside,
                runs / total,
                chars / page,
            )
        )
        near = self.own[self.ladders[0]] | self.own[self.ladders[1]]
        far = self.chain[self.box]
        return (
            stats[:, self.ladders].reshape(len(STATS) * LEVELS, -1),
            (near & _NEAR_BITS) > 0,
            (far & _FAR_BITS) > 0,
            self._main(runs, total),
        )

    def _sums(self, values: Floats) -> Floats:
        sums = np.concatenate(([0.0], np.cumsum(values)))
        return np.asarray(sums[self.ends] - sums[self.starts])

    def _main(self, runs: Floats, total: float) -> Floats:
        """How far from the innermost box that still holds most of the page's running text."""
        depths, parents = self.depths, self.parents
        main = max(np.flatnonzero(runs >= 0.6 * total).tolist(), key=depths.__getitem__, default=0)
        on_way, up = {main}, main
        while up > 0:
            up = parents[up]
            on_way.add(up)
        meet = [0] * len(depths)
        for i, depth in enumerate(depths):
            meet[i] = depth if i in on_way else meet[parents[i]]
        met = np.array(meet)[self.box]
        return np.stack((depths[main] - met, np.minimum(np.array(depths)[self.box] - met, 12))).astype(np.float64)
