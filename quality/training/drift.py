"""Drift: is a feed still what the model was fitted on, or what last month's feed was?

A number has drifted when its distribution differs beyond chance (a chi-squared test over its bins, corrected for the many
numbers looked at) and by enough to matter (population stability index). Chance alone alarms on large feeds, the index
alone on small ones.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from features.analysis import analyse_all
from quality.errors import ModelError
from quality.model import QualityModel
from quality.training.feed import Feed
from quality.training.profile import LOUD, measure, profile

Array = np.ndarray[Any, Any]
ENOUGH = 200  # rows; fewer say nothing, and raise no alarm
GROUP = 50  # rows of an outlet or category whose share is worth a line
_CHANCE = 0.01  # of a false alarm over all numbers together
# Of the stability index: one number at ALARM, or _MANY at WATCH. Neighbouring months of one portal stay below 0.03.
WATCH, ALARM = 0.05, 0.1
_MANY = 3
_FLAG = 0.05  # change of the share flagged that matters
_RISEN = 5  # headlines a rising word must stand in


class Shift(NamedTuple):
    """One number: how far it moved, how likely by chance, its mean before and now."""

    name: str
    psi: float
    p: float
    before: float
    now: float
    level: str  # quiet, watch, alarm


class Share(NamedTuple):
    """Share of headlines flagged sensational in a part of the feed, with a 95% interval."""

    column: str
    value: str
    rows: int
    share: float
    low: float
    high: float


class Rising(NamedTuple):
    """A word or pair of words among loud headlines: share of them now and before, and how surprising that is."""

    words: str
    headlines: int
    now: float
    before: float
    p: float


@dataclass
class Drift:
    """What moved between a reference and a feed."""

    rows: int
    bodies: int
    skipped: int
    reference: str
    shifts: list[Shift] = field(default_factory=list)
    flagged: Share | None = None
    flagged_before: float | None = None
    groups: list[Share] = field(default_factory=list)
    rising: list[Rising] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    histograms: dict[str, Any] = field(default_factory=dict)  # name -> edges, before, now

    @property
    def alarm(self) -> bool:
        return bool(self.reasons)

    def as_dict(self) -> dict[str, Any]:
        return {
            "alarm": self.alarm,
            "reasons": self.reasons,
            "said": self.said,
            "rows": self.rows,
            "bodies": self.bodies,
            "skipped": self.skipped,
            "reference": self.reference,
            "shifts": [s._asdict() for s in self.shifts],
            "flagged": self.flagged._asdict() if self.flagged else None,
            "flagged_before": self.flagged_before,
            "groups": [g._asdict() for g in self.groups],
            "rising": [r._asdict() for r in self.rising],
            "histograms": self.histograms,
        }


def stability(before: Sequence[int], now: Sequence[int]) -> tuple[float, float]:
    """(population stability index, how likely so much by chance) of counts in the same bins."""
    from scipy.stats import chi2

    a, b = np.asarray(before, float), np.asarray(now, float)
    n, m = a.sum(), b.sum()
    if not n or not m or len(a) < 2:
        return 0.0, 1.0
    p, q = (a + 0.5) / (n + 0.5 * len(a)), (b + 0.5) / (m + 0.5 * len(b))
    psi = float(((q - p) * np.log(q / p)).sum())
    both = a + b
    used = both > 0
    wanted_a, wanted_b = both * n / (n + m), both * m / (n + m)
    square = ((a - wanted_a)[used] ** 2 / wanted_a[used]).sum() + ((b - wanted_b)[used] ** 2 / wanted_b[used]).sum()
    return psi, float(chi2.sf(square, max(1, used.sum() - 1)))


def wilson(hits: int, rows: int, z: float = 1.96) -> tuple[float, float]:
    """A 95% interval of a share that holds for few rows too."""
    if not rows:
        return 0.0, 1.0
    share = hits / rows
    middle = (share + z * z / (2 * rows)) / (1 + z * z / rows)
    half = z / (1 + z * z / rows) * math.sqrt(share * (1 - share) / rows + z * z / (4 * rows * rows))
    return max(0.0, middle - half), min(1.0, middle + half)


def count(model: QualityModel, feed: Feed, edges: Mapping[str, Sequence[float]] | None = None) -> dict[str, Any]:
    """A feed's counts as a reference holds them, with `flagged` and the `hits` of every row."""
    columns: dict[str, list[Array]] = {}
    loud, scores = [], []
    for start in range(0, len(feed.documents), 1024):
        analyses = analyse_all(feed.documents[start : start + 1024])
        found, sensational = measure(model, analyses)
        for name, values in found.items():
            columns.setdefault(name, []).append(values)
        loud += [a for a, p in zip(analyses, sensational, strict=True) if p >= LOUD]
        scores.append(sensational)
    whole = {name: np.concatenate(values) for name, values in columns.items()}
    hits = np.concatenate(scores) >= model.thresholds["p95"]["sensational_from"]
    return profile(whole, loud, edges, keep=None) | {"flagged": [int(hits.sum()), len(hits)], "hits": hits}


def drift(model: QualityModel, feed: Feed, against: Feed | dict[str, Any] | None = None) -> Drift:
    """Hold a feed against what the model was fitted on, or against an earlier feed (or the counts of one)."""
    if against is None:
        before = model.reference.profile
        if not before:
            raise ModelError(
                f"model {model.version} carries no drift reference; refit it with `quality train`, or name an earlier feed (--against)"
            )
    else:
        before = count(model, against) if isinstance(against, Feed) else against
    found = Drift(
        len(feed.documents),
        sum(1 for d in feed.documents if d.body),
        feed.skipped,
        f"model {model.version}" if against is None else "an earlier feed",
    )
    was = before["histograms"]
    now = count(model, feed, {name: h["edges"] for name, h in was.items()})
    found.shifts = _shifts(was, now["histograms"])
    found.histograms = {
        name: {"edges": h["edges"], "before": h["counts"], "now": now["histograms"][name]["counts"]}
        for name, h in was.items()
        if name in now["histograms"]
    }
    hits, rows = now["flagged"]
    found.flagged = Share("all", "", rows, hits / rows, *wilson(hits, rows))
    found.groups = _groups(feed, now["hits"])
    found.rising = _rising(before["loud"], now["loud"])
    if before.get("flagged", [0, 0])[1]:
        found.flagged_before = before["flagged"][0] / before["flagged"][1]
    if rows < ENOUGH:
        found.said.append(f"{rows} rows are too few to tell drift from chance; {ENOUGH} are needed")
    else:
        found.reasons = _reasons(found, before)
    return found


def _shifts(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[Shift]:
    known = [n for n in before if n in now and sum(now[n]["counts"]) >= ENOUGH and sum(before[n]["counts"]) >= ENOUGH]
    found = []
    for name in known:
        psi, p = stability(before[name]["counts"], now[name]["counts"])
        beyond_chance = p < _CHANCE / len(known)
        level = "alarm" if beyond_chance and psi >= ALARM else "watch" if beyond_chance and psi >= WATCH else "quiet"
        found.append(Shift(name, round(psi, 5), p, before[name]["mean"], now[name]["mean"], level))
    return sorted(found, key=lambda s: -s.psi)


def _groups(feed: Feed, hits: Array) -> list[Share]:
    found = []
    for column in ("outlet", "category"):
        if column not in feed.frame:
            continue
        values = feed.frame[column].fillna("").astype(str).to_numpy()
        for value in np.unique(values[values != ""]):
            at = values == value
            if at.sum() >= GROUP:
                n, k = int(at.sum()), int(hits[at].sum())
                found.append(Share(column, str(value), n, k / n, *wilson(k, n)))
    return sorted(found, key=lambda g: (g.column, -g.share, g.value))


def _rising(before: Mapping[str, Any], now: Mapping[str, Any], most: int = 20) -> list[Rising]:
    """Words of loud headlines met more often than before, beyond chance; a word the reference does not list counts as met once."""
    from scipy.stats import binom

    if now["rows"] < 20 or before["rows"] < 20:
        return []
    found = []
    for words, n in now["words"].items():
        was = (before["words"].get(words, 1) + 0.5) / (before["rows"] + 1)
        if n >= _RISEN and n / now["rows"] > was:
            p = float(binom.sf(n - 1, now["rows"], min(1.0, was)))
            found.append(Rising(words, n, n / now["rows"], was, p))
    tested = max(1, len(now["words"]))
    kept = sorted((r for r in found if r.p < _CHANCE / tested), key=lambda r: r.p)
    return kept[:most]


def _reasons(found: Drift, before: Mapping[str, Any]) -> list[str]:
    reasons = [
        f"{s.name}: stability index {s.psi:.2f} (mean {s.before:.3g}, now {s.now:.3g})"
        for s in found.shifts
        if s.level == "alarm"
    ]
    watched = [s for s in found.shifts if s.level == "watch"]
    if not reasons and len(watched) >= _MANY:
        reasons.append(
            f"{len(watched)} numbers moved a little: {', '.join(f'{s.name} {s.psi:.2f}' for s in watched[:6])}"
        )
    flagged = found.flagged
    assert flagged is not None
    if found.flagged_before is not None and before["flagged"][1] >= ENOUGH:
        _, p = stability(
            [before["flagged"][0], before["flagged"][1] - before["flagged"][0]],
            [round(flagged.share * flagged.rows), flagged.rows - round(flagged.share * flagged.rows)],
        )
        if abs(flagged.share - found.flagged_before) >= _FLAG and p < _CHANCE:
            reasons.append(f"share flagged sensational {flagged.share:.3f}, was {found.flagged_before:.3f}")
    return reasons
