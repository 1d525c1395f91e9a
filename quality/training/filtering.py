"""The filter held against graded feeds: what bait it keeps, what reports it loses, what it leaves to a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from quality.heads import head
from quality.model import QualityModel
from quality.scoring import score_many
from quality.training.dataset import Labelled

Array = np.ndarray[Any, Any]
VERDICTS = ("keep", "review", "drop")


def feeds(tests: Mapping[str, Labelled]) -> dict[str, list[Labelled]]:
    """Evaluation sets that make one mixed feed: `dev` of headlines_dev and articles_dev, `corpus` of the corpus' test split."""
    names = {
        "dev": ("headlines_dev", "articles_dev"),
        "corpus": ("corpus_test_headlines", "corpus_test_articles"),
    }
    return {feed: [tests[n] for n in parts] for feed, parts in names.items() if all(n in tests for n in parts)}


def filtered(model: QualityModel, tests: Mapping[str, Labelled]) -> dict[str, Any]:
    """`filter_figures` of every feed: under its own name by policy `p95`, as FEED_POLICY by any other the model carries."""
    return {
        feed if name == "p95" else f"{feed}_{name}": filter_figures(model, tables, name)
        for name in model.thresholds
        for feed, tables in feeds(tests).items()
    }


def filter_figures(model: QualityModel, feed: list[Labelled], policy_name: str = "p95") -> dict[str, Any]:
    """Verdicts of a policy on a mixed feed, its headlines and its articles with their bodies.

    A headline of grade 1.5 or more and an article below 1.5 are bait; the others are reports.

    Returns
    -------
    dict
        `policy`; `n`; `bait_kept`, the share of bait with the verdict keep; `reports_lost`, the share of reports with the verdict drop;
        `reviewed`, the share of all with the verdict review; each with its 95% interval; and `counts`, by kind of item and
        verdict.
    """
    counts: dict[str, dict[str, int]] = {}
    verdicts, bait = [], []
    for table in feed:
        spec = head("substantive" if "body" in table.frame else "sensational")
        rows = table.frame["grade"].notna().to_numpy()
        said = np.array([s.verdict for s in score_many(table.documents(), model=model, policy_name=policy_name)])[rows]
        high = table.frame.loc[rows, "grade"].to_numpy(float) >= spec.cut
        names = ("thin article", "substantive article") if spec.needs_body else ("plain headline", "bait headline")
        for name, at in zip(names, (~high, high), strict=True):
            counts[name] = {v: int((said[at] == v).sum()) for v in VERDICTS}
        verdicts.append(said)
        bait.append(~high if spec.needs_body else high)
    said, lures = np.concatenate(verdicts), np.concatenate(bait)
    found: dict[str, Any] = {"policy": policy_name, "n": len(said)}
    for name, hits in (
        ("bait_kept", said[lures] == "keep"),
        ("reports_lost", said[~lures] == "drop"),
        ("reviewed", said == "review"),
    ):
        found[name] = round(float(hits.mean()), 4)
        found[f"{name}_interval"] = wilson(int(hits.sum()), len(hits))
    return found | {"counts": counts}


def wilson(hits: int, n: int) -> list[float]:
    """Wilson's 95% interval of a share (1927): it stays in 0 to 1 where hits are few."""
    z = 1.959964
    middle, spread = (
        (hits + z * z / 2) / (n + z * z),
        z * float(np.sqrt(hits * (n - hits) / n + z * z / 4)) / (n + z * z),
    )
    return [round(max(0.0, middle - spread), 4), round(min(1.0, middle + spread), 4)]
