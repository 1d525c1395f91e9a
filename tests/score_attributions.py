"""Scores `features.attribution.find` against labelled attributions.

    python tests/score_attributions.py [SHARED]

Named sources are the records with a non-null source. A predicted source is right where its span overlaps the span of a
labelled source (precision: right predictions / predictions); a labelled source is found where a predicted span overlaps
it (recall: found labels / labels). Several records may share one span, as where a source is carried over sentences;
each counts. The kind of a found label is compared with the overlapping prediction whose cue lies nearest to its cue.
Spans are in the caller's own text, NFKC or not. `paired` figures count each record once at most, in greedy one-to-one
pairs of overlapping sources with the nearest cues: stricter, since every repetition must be found too.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from features.analysis import Text
from features.attribution import find

SHARED = Path(__file__).parents[1].parent / "shared"
Record = dict[str, Any]


class Score(NamedTuple):
    precision: float
    recall: float
    kind: float
    paired_precision: float
    paired_recall: float
    labels: int
    predictions: int
    hearsay_precision: float
    hearsay_recall: float


def labelled(shared: Path, name: str) -> list[tuple[str, list[Record]]]:
    """(body, records) of each labelled article; `name` is "seed" or "dev"."""
    if name == "seed":
        record = json.loads((shared / "seed/attributions.jsonl").read_text(encoding="utf-8"))
        return [((shared / "seed/body.txt").read_text(encoding="utf-8"), record["attributions"])]
    with open(shared / "labels/articles_dev.jsonl", encoding="utf-8") as lines:
        bodies = {row["id"]: row["body"] for row in map(json.loads, lines)}
    with open(shared / "labels/attributions.jsonl", encoding="utf-8") as lines:
        return [(bodies[row["id"]], row["attributions"]) for row in map(json.loads, lines)]


def predict(body: str) -> list[Record]:
    """Attributions of a body, in the labels' form and in the caller's own offsets."""
    text = Text(body, lines=True)
    records = []
    for a in find(text):
        start, end = text.raw_span((a.start, a.end)) if a.start is not None and a.end is not None else (None, None)
        cue_start, cue_end = text.raw_span((a.cue_start, a.cue_end))
        records.append(
            {
                "source": a.source,
                "source_start": start,
                "source_end": end,
                "cue": a.cue,
                "cue_start": cue_start,
                "cue_end": cue_end,
                "kind": a.kind,
                "quote": a.quote,
            }
        )
    return records


def _named(records: list[Record]) -> list[Record]:
    return [r for r in records if r["source_start"] is not None]


def _overlap(a: Record, b: Record, what: str) -> bool:
    return bool(max(a[f"{what}_start"], b[f"{what}_start"]) < min(a[f"{what}_end"], b[f"{what}_end"]))


def _distance(a: Record, b: Record) -> int:
    return abs(int(a["cue_start"]) - int(b["cue_start"]))


def score(articles: list[tuple[str, list[Record]]]) -> Score:
    """Figures over all records of all articles together."""
    right = predictions = found = labels = kinds = pairs = 0
    heard = hearsay = told = 0
    for body, gold in articles:
        guess = predict(body)
        named, wanted = _named(guess), _named(gold)
        predictions += len(named)
        labels += len(wanted)
        right += sum(any(_overlap(g, w, "source") for w in wanted) for g in named)
        for w in wanted:
            hits = [g for g in named if _overlap(g, w, "source")]
            if hits:
                found += 1
                kinds += min(hits, key=lambda g: _distance(g, w))["kind"] == w["kind"]
        close = sorted(
            (_distance(g, w), i, j)
            for i, g in enumerate(named)
            for j, w in enumerate(wanted)
            if _overlap(g, w, "source")
        )
        left, taken = set(range(len(named))), set(range(len(wanted)))
        for _, i, j in close:
            if i in left and j in taken:
                left.remove(i)
                taken.remove(j)
                pairs += 1
        unnamed = [w for w in gold if w["kind"] == "hearsay"]
        rumours = [g for g in guess if g["kind"] == "hearsay"]
        hearsay += len(unnamed)
        told += len(rumours)
        heard += sum(any(_overlap(g, w, "cue") for g in rumours) for w in unnamed)
    return Score(
        right / max(predictions, 1),
        found / max(labels, 1),
        kinds / max(found, 1),
        pairs / max(predictions, 1),
        pairs / max(labels, 1),
        labels,
        predictions,
        heard / max(told, 1),
        heard / max(hearsay, 1),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", nargs="?", type=Path, default=SHARED)
    shared = parser.parse_args().shared
    for name in ("seed", "dev"):
        figures = score(labelled(shared, name))
        print(
            name,
            " ".join(
                f"{key}={value:.3f}" if isinstance(value, float) else f"{key}={value}"
                for key, value in figures._asdict().items()
            ),
        )


if __name__ == "__main__":
    main()
