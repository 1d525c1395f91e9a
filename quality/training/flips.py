"""What a new model would change in a feed: the items whose verdict differs, counted, with examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quality.model import QualityModel
from quality.training.feed import read_feed

_EXAMPLES = 5


@dataclass
class Flips:
    """`changes` counts (before, after); `examples` are for the terminal alone: (before, after, title, score before, score after)."""

    rows: int
    changes: dict[tuple[str, str], int]
    examples: Sequence[tuple[str, str, str, float, float]]

    @property
    def flipped(self) -> int:
        return sum(self.changes.values())

    def as_dict(self) -> dict[str, Any]:
        """The counts, without a text."""
        return {
            "rows": self.rows,
            "flipped": self.flipped,
            "share": round(self.flipped / self.rows, 6) if self.rows else 0.0,
            "changes": {f"{a} -> {b}": n for (a, b), n in self.changes.items()},
        }


def flips(champion: QualityModel, challenger: QualityModel, feed: str | Path) -> Flips:
    """Score a feed with both models, each under its own thresholds."""
    from quality.scoring import score_many

    documents = read_feed(feed).documents
    before = score_many(documents, model=champion)
    after = score_many(documents, model=challenger)
    changes: Counter[tuple[str, str]] = Counter()
    changed = []
    for document, one, two in zip(documents, before, after, strict=True):
        if one.verdict != two.verdict:
            changes[one.verdict, two.verdict] += 1
            changed.append((one.verdict, two.verdict, document.title, one.quality, two.quality))
    changed.sort(key=lambda row: -abs(row[4] - row[3]))
    shown: Counter[tuple[str, str]] = Counter()
    examples = []
    for row in changed:
        if shown[row[0], row[1]] < _EXAMPLES:
            shown[row[0], row[1]] += 1
            examples.append(row)
    return Flips(len(documents), dict(changes.most_common()), examples)
