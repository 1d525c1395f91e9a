"""Where to label next: rows the model is unsure of, rows unlike what it was fitted on, and a few drawn blindly, spread over outlets.

Near-duplicates are passed over: a story that ten outlets tell costs an editor once.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

from features.analysis import analyse_all
from quality.model import QualityModel
from quality.training.feed import Feed
from quality.training.profile import unknown_shares, vocabulary

Array = np.ndarray[Any, Any]
_PARTS = {"uncertain": 0.5, "novel": 0.3, "blind": 0.2}
_SIZE = 3  # characters of a shingle
_HASHES, _BANDS = 32, 16  # two titles that share 70% of their shingles meet in some band with 0.9999
_SAME = 0.6  # share of shingles from which on two titles are one story
_KEPT = ("id", "title", "body", "tag", "outlet", "category", "date", "source", "url")


def uncertainty(p: Array) -> Array:
    """0 where a probability is 0 or 1, 1 at the half."""
    return np.asarray(1 - 2 * np.abs(p - 0.5))


def shingles(title: str) -> set[str]:
    """The title's runs of characters, marks and spaces apart."""
    text = "".join(c for c in title if c.isalnum())
    return {text[i : i + _SIZE] for i in range(max(1, len(text) - _SIZE + 1))}


class Seen:
    """Titles met so far; says whether a new one is nearly one of them, without comparing it with all (MinHash)."""

    def __init__(self, seed: int = 1) -> None:
        rng = np.random.default_rng(seed)
        self._a = rng.integers(1, 2**31 - 1, _HASHES, dtype=np.int64)
        self._b = rng.integers(0, 2**31 - 1, _HASHES, dtype=np.int64)
        self._bands: dict[tuple[int, bytes], list[set[str]]] = {}

    def add(self, title: str) -> bool:
        """Whether the title is new; if so it is kept."""
        found = shingles(title)
        hashes = np.array([int.from_bytes(hashlib.blake2b(s.encode(), digest_size=4).digest(), "big") for s in found])
        low = ((hashes[:, None] % (2**31 - 1) * self._a + self._b) % (2**31 - 1)).min(axis=0)
        step = _HASHES // _BANDS
        keys = [(i, low[i * step : (i + 1) * step].tobytes()) for i in range(_BANDS)]
        for key in keys:
            for other in self._bands.get(key, ()):
                if len(found & other) / len(found | other) >= _SAME:
                    return False
        for key in keys:
            self._bands.setdefault(key, []).append(found)
        return True


def pick(model: QualityModel, feed: Feed, count: int = 200, seed: int = 1) -> pd.DataFrame:
    """The rows to grade, with an empty `grade`, `why` each was picked, and `sampling` that keeps the picked out of calibration.

    Half are the most uncertain, three in ten the most novel (words not met in fitting), two in ten blind, so that what the
    model is surely wrong about can show. An outlet gives no more than its share and a little.
    """
    uncertain, novel = _interest(model, feed)
    rng = np.random.default_rng(seed)
    orders = {
        "uncertain": np.argsort(-uncertain, kind="stable"),
        "novel": np.argsort(-novel, kind="stable"),
        "blind": rng.permutation(len(feed.documents)),
    }
    outlets = (
        feed.frame["outlet"].fillna("").astype(str).to_numpy()
        if "outlet" in feed.frame
        else np.full(len(feed.documents), "")
    )
    known = len(set(outlets) - {""})
    most = max(2, int(np.ceil(2 * count / known))) if known > 1 else count
    seen, taken = Seen(seed), dict[int, str]()
    used: Counter[str] = Counter()
    for limit in (most, count):  # a second time without the limit, where too few outlets gave enough
        for why, share in _PARTS.items():
            want = round(share * count) if why != "blind" else count - len(taken)
            have = sum(w == why for w in taken.values())
            for at in orders[why]:
                if have >= want or len(taken) >= count:
                    break
                outlet = outlets[at]
                if int(at) in taken or (outlet and used[outlet] >= limit):
                    continue
                if not seen.add(feed.documents[at].title):
                    continue
                taken[int(at)] = why
                used[outlet] += 1
                have += 1
    return _table(feed, sorted(taken.items()))


def _interest(model: QualityModel, feed: Feed) -> tuple[Array, Array]:
    """(how uncertain, how novel) each row is; with a body, the less certain of its two grades counts."""
    known = vocabulary(model)
    uncertain, novel = [], []
    for start in range(0, len(feed.documents), 1024):
        analyses = analyse_all(feed.documents[start : start + 1024])
        answers = model.predict(analyses)
        here = uncertainty(answers["sensational"])
        body = uncertainty(answers["substantive"])
        uncertain.append(np.where(np.isnan(body), here, np.fmax(here, body)))
        words = np.array([len(a.title.surfaces) for a in analyses])
        # a title of three words with one unknown is no discovery
        novel.append(np.nan_to_num(unknown_shares(analyses, known)) * np.minimum(1.0, words / 8))
    return np.concatenate(uncertain), np.concatenate(novel)


def _table(feed: Feed, taken: list[tuple[int, str]]) -> pd.DataFrame:
    rows = feed.frame.iloc[[at for at, _ in taken]].reset_index(drop=True)
    kept = rows[[c for c in _KEPT if c in rows]].copy()
    if "id" not in kept:
        kept.insert(0, "id", [hashlib.sha256(t.encode()).hexdigest()[:12] for t in kept["title"]])
    why = [w for _, w in taken]
    # a blind draw is the feed as it is; the others are richer in hard rows and must not calibrate
    return kept.assign(sampling=["uniform" if w == "blind" else "active" for w in why], why=why, grade="")
