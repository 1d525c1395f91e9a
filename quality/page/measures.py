"""What is measured of every piece before its role is decided: its text, its neighbours, the boxes around it.

Everything is counted for a whole page at once; the same columns serve HTML and plain text, where the columns about
elements and links simply stay at rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from . import boxes, cues
from .parts import Source

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_CLASSES = {
    "hiragana": ("ぁ-ゖ",),
    "katakana": ("ァ-ヺ", "ー-ー", "ｦ-ﾟ"),
    "kanji": ("㐀-䶿", "一-鿿", "々-々"),
    "digit": ("0-9", "０-９"),
    "latin": ("a-z", "A-Z", "ａ-ｚ", "Ａ-Ｚ"),
    "stops": ("。-。",),
    "commas": ("、-、", "，-，"),
    "bangs": ("！-！", "？-？", "!-!", "?-?"),
    "particle": tuple(f"{c}-{c}" for c in "をはがにのでと"),
    "inflection": tuple(f"{c}-{c}" for c in "たるすいれま"),
    "white": ("\u2000-\u200a", *(f"{c}-{c}" for c in " \u3000\n\t\x85\u2028\u2029")),
}
_SHARES = ("hiragana", "katakana", "kanji", "digit", "latin", "particle", "inflection")
_SHORT = 160  # cues are looked for in pieces up to this length: longer ones are text, whatever they mention
_CUED = ("moment", "widget", "cut")  # columns; the others are looked up for the roles alone
_MARKS = np.zeros(0x10000, np.bool_)
_MARKS[[ord(mark) for mark in "■●◆▼▲★☆※＊→≫»>▽◇○□・◎【［[＜<"]] = True
_SHIFTED = ("size", "linked", "particle", "gap", "bullet")
_STEPS = (-2, -1, 1, 2)
_REACHES = (4, 12)

# What a piece's own wording says, in HTML and plain text alike.
OWN = ("size", "stops", "commas", "bangs", "ends", *_SHARES, "repeats", *(f"cue_{name}" for name in _CUED), "mark")
NAMES = (
    *OWN,
    *("linked", "heading", "kind_cell", "indent", "gap", "bullet", "wide_start"),
    *(f"{name}{step:+d}" for name in _SHIFTED for step in _STEPS),
    *(f"cue_moment{step:+d}" for step in (-1, 1)),
    *(
        f"{name}_{side}{reach}"
        for name in ("running", "linkage", "chars")
        for reach in _REACHES
        for side in ("before", "after")
    ),
    *("running_past", "chars_past", "place", "titled", "from_title", "under_header", "since_heading"),
    *boxes.NAMES,
)


def _class_table() -> npt.NDArray[np.uint8]:
    table = np.zeros(0x10000, np.uint8)
    for number, ranges in enumerate(_CLASSES.values(), 1):
        for span in ranges:
            table[ord(span[0]) : ord(span[2]) + 1] = number
    return table


_TABLE = _class_table()


@dataclass(slots=True)
class Measured:
    """A page's columns, with the arrays that the roles use again."""

    rows: npt.NDArray[np.float32]  # (columns, pieces), named by NAMES
    sizes: Ints
    visible: Ints  # the same without white space
    link_share: Floats
    stops: Floats
    cued: dict[str, Bools]  # which pieces of a line or two hold which cue
    kinds: Ints  # of the innermost element: p 1, li 2, cell 3, h1 to h6 4 to 9
    tower: boxes.Tower


def measure(source: Source) -> Measured:
    """Measure every piece of a page. Time and memory grow linearly with pieces and boxes."""
    pieces = source.pieces
    count = len(pieces)
    texts = [piece.text for piece in pieces]
    sizes = np.array([len(text) for text in texts], np.int64)
    size = sizes.astype(np.float64)
    codes, begins = _codes(texts, sizes)
    counts = _counts(codes, sizes)
    linked = np.array([piece.linked for piece in pieces], np.float64)
    share = np.minimum(linked / size, 1.0)
    stops, commas = counts["stops"], counts["commas"]
    running = np.where((share < 0.4) & ((stops + commas) * 100 > size) & (size >= 15), size, 0.0)
    tower = boxes.Tower(source)
    kinds = tower.kinds[tower.box]

    own = {"size": np.log1p(size), "stops": np.minimum(stops, 9), "commas": np.minimum(commas, 9)}
    own["bangs"] = np.minimum(counts["bangs"], 5)
    own["ends"] = np.array([text[-1] in "。！？!?」』）)" for text in texts], np.float64)
    counts["hiragana"] = counts["hiragana"] + counts["particle"] + counts["inflection"]
    own |= {name: counts[name] / size for name in _SHARES}
    met: dict[str, int] = {}
    for text in texts:
        met[text] = met.get(text, 0) + 1
    own["repeats"] = np.array([min(5, met[text]) for text in texts], np.float64)
    found = _cued(texts, sizes)
    own |= {f"cue_{name}": found[name] for name in _CUED}
    first = codes[begins]
    own["mark"] = _MARKS[np.minimum(first, 0xFFFF)]
    plain = source.rendering != "html"
    rest = np.zeros(count)
    own["linked"] = share
    own["heading"], own["kind_cell"] = np.where(kinds > 3, kinds - 3, 0), kinds == 3
    own["indent"] = np.array([min(9, p.indent) for p in pieces], np.float64) if plain else rest
    own["gap"] = np.array([min(4, p.gap) for p in pieces], np.float64) if plain else rest
    own["bullet"] = np.array([p.bullet for p in pieces], np.float64) if plain else rest
    own["wide_start"] = first == 0x3000
    shifted = np.full((len(_SHIFTED), count + 4), -1.0)
    shifted[:, 2:-2] = [own[name] for name in _SHIFTED]
    steps = np.stack([shifted[:, 2 + step : 2 + step + count] for step in _STEPS], axis=1).reshape(-1, count)
    moments = np.full((2, count), -1.0)
    moments[0, 1:], moments[1, :-1] = found["moment"][:-1], found["moment"][1:]
    rows = np.empty((len(NAMES), count), np.float32)
    for row, name in enumerate(NAMES[: len(OWN) + 7]):
        rows[row] = own[name]
    at = len(OWN) + 7
    for block in (
        steps,
        moments,
        _around(running, linked, size),
        _from_title(source, texts, kinds),
        _under(texts, (kinds > 3) | ((own["gap"] > 0) & (own["bullet"] == 0)), sizes),
        *tower.columns(size, linked, running),
    ):
        rows[at : at + len(block)] = block
        at += len(block)
    return Measured(rows, sizes, sizes - counts["white"].astype(np.int64), share, stops, found, kinds, tower)


def _codes(texts: list[str], sizes: Ints) -> tuple[npt.NDArray[np.uint32], Ints]:
    begins = np.zeros(len(sizes), np.int64)
    np.cumsum(sizes[:-1], out=begins[1:])
    return np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32), begins


def _counts(codes: npt.NDArray[np.uint32], sizes: Ints) -> dict[str, Floats]:
    """Characters of each class in every piece."""
    slots = len(_CLASSES) + 1
    places = np.repeat(np.arange(0, len(sizes) * slots, slots), sizes) + _TABLE[np.minimum(codes, 0xFFFF)]
    counts = np.bincount(places, minlength=len(sizes) * slots).reshape(-1, slots).T.astype(np.float64)
    return dict(zip(_CLASSES, counts[1:], strict=True))


def _cued(texts: list[str], sizes: Ints) -> dict[str, Bools]:
    """Which short pieces hold a cue: each cue is searched for once, in all of them at a time."""
    short = np.flatnonzero(sizes <= _SHORT)
    ends = np.cumsum(sizes[short] + 1)  # one more for the line break that parts them
    whole = "\n".join([texts[i] for i in short.tolist()])
    places = {name: [match.start() for match in cue.finditer(whole)] for name, cue in cues.CUES.items()}
    found = short[np.searchsorted(ends, [place for each in places.values() for place in each], "right")]
    out, at = {}, 0
    for name, each in places.items():
        out[name] = np.zeros(len(texts), np.bool_)
        out[name][found[at : at + len(each)]] = True
        at += len(each)
    return out


def _around(running: Floats, linked: Floats, size: Floats) -> Floats:
    """Running text, links and characters just before and after every piece, and what has passed so far."""
    count, reach = len(size), max(_REACHES)
    sums = np.zeros((3, count + 1 + 2 * reach))  # cumulated, with the ends drawn out by the longest reach
    np.cumsum((running, linked, size), axis=1, out=sums[:, reach + 1 : reach + 1 + count])
    sums[:, reach + 1 + count :] = sums[:, reach + count, None]
    upto, past = sums[:, reach : reach + count], sums[:, reach + 1 : reach + 1 + count]
    spans = []
    for step in _REACHES:
        spans += [upto - sums[:, reach - step : reach - step + count]]
        spans += [sums[:, reach + 1 + step : reach + 1 + step + count] - past]
    near = np.log1p(np.stack(spans, axis=1)).reshape(-1, count)
    share = upto[::2] / np.maximum(1.0, sums[::2, -1:])
    return np.concatenate((near, share, [np.arange(count) / count]))


def _from_title(source: Source, texts: list[str], kinds: Ints) -> Floats:
    """Whether the page shows its title, and how far below it each piece stands."""
    declared = "\n".join("".join(title.split()) for title in source.titles)
    tops = [i for i in np.flatnonzero(kinds == 4).tolist() if len(texts[i]) >= 5]
    if declared:
        shown = [
            i
            for i, text in enumerate(texts)
            if 8 <= len(text) <= 200 and text[:2] in declared and "".join(text.split()) in declared
        ]
        tops = [i for i in tops if i in shown] or [i for i in shown if kinds[i] > 3] or shown[:1] or tops
    at = np.arange(len(texts))
    return np.stack((np.full(len(at), float(bool(tops))), np.clip(at - (tops[0] if tops else 0), -40, 200)))


def _under(texts: list[str], heading: Bools, sizes: Ints) -> Floats:
    """Whether the nearest heading above announces a rail, and how far up it stands."""
    at = np.arange(len(texts))
    marks = np.flatnonzero(heading & (sizes <= 40))
    cue = np.zeros(len(texts))
    cue[[i for i in marks.tolist() if cues.HEADER.search(texts[i])]] = 1.0
    nearest = np.full(len(texts) + 1, -1)
    nearest[marks + 1] = marks
    nearest = np.maximum.accumulate(nearest)[:-1]
    known = nearest >= 0
    return np.stack((np.where(known, cue[nearest], 0.0), np.where(known, np.minimum(at - nearest, 60), 60.0)))
