"""A mixed feed through the filter, end to end: bait kept and reports lost are counted, and hold the floors' file."""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path

import pandas as pd

from quality import load_model
from quality.stream import filter_lines
from quality.training import gate
from quality.training.dataset import Labelled
from quality.training.evaluate import dev_sets
from quality.training.filtering import VERDICTS, feeds, filter_figures, filtered, wilson
from quality.training.sources import corpus_split

ROOT = Path(__file__).parents[1]
TESTS = dict(zip(("corpus_test_headlines", "corpus_test_articles"), corpus_split("test"), strict=True))


def test_verdicts_are_counted_by_what_the_items_are():
    headlines = Labelled(
        pd.DataFrame(
            {
                "title": ["【衝撃】まさかの末路…ファン騒然", "市、橋の架け替え工事を来月始める"],
                "grade": [3.0, 0.0],
            }
        ),
        {},
    )
    found = filter_figures(load_model(), [headlines])
    assert found["counts"]["bait headline"] == {"keep": 0, "review": 0, "drop": 1}
    assert found["counts"]["plain headline"] == {"keep": 1, "review": 0, "drop": 0}
    assert (found["n"], found["bait_kept"], found["reports_lost"]) == (2, 0.0, 0.0)
    swapped = Labelled(headlines.frame.assign(grade=[0.0, 3.0]), {})
    found = filter_figures(load_model(), [swapped])
    assert (found["bait_kept"], found["reports_lost"]) == (1.0, 1.0)


def test_intervals_of_shares():
    assert wilson(0, 20) == [0.0, 0.1611]  # R: prop.test(0, 20, correct = FALSE)
    assert wilson(5, 10) == [0.2366, 0.7634]


def test_every_policy_the_model_carries_is_measured():
    model = load_model()
    found = filtered(model, TESTS)
    assert {(name, row["policy"]) for name, row in found.items()} == {
        ("corpus" if policy == "p95" else f"corpus_{policy}", policy) for policy in model.thresholds
    }


def test_a_stricter_policy_keeps_less_bait():
    model = copy.copy(load_model())
    careful = model.thresholds["p95"]
    stricter = careful | {
        "informative_to": careful["informative_to"] / 4,
        "thin_to": careful["substantive_from"] - 1e-6,
    }
    model.thresholds = {"p95": careful, "stricter": stricter}
    found = filtered(model, TESTS)
    assert found["corpus_stricter"]["bait_kept"] < found["corpus"]["bait_kept"]


def _through_the_filter(feed: list[Labelled], folder: Path) -> dict[str, int]:
    """How many lines of each kind the filter lets through, counted by the lines that come out."""
    lines = {}
    for table in feed:
        kind = "article" if "body" in table.frame else "headline"
        for row in table.frame[table.frame["grade"].notna()].to_dict("records"):
            item = {"id": f"{kind}-{len(lines)}", "title": row["title"]}
            lines[item["id"]] = (
                {**item, "body": row["body"]} if kind == "article" else item,
                kind,
                row["grade"] >= 1.5,
            )
    source = folder / "feed.jsonl"
    source.write_text("".join(json.dumps(i, ensure_ascii=False) + "\n" for i, _, _ in lines.values()), encoding="utf-8")
    read = os.open(source, os.O_RDONLY)
    write = os.open(folder / "kept.jsonl", os.O_WRONLY | os.O_CREAT)
    try:
        assert filter_lines(read, write, model=load_model()) == 0
    finally:
        os.close(read)
        os.close(write)
    passed = [json.loads(line)["id"] for line in (folder / "kept.jsonl").read_text(encoding="utf-8").splitlines()]
    assert passed == [i for i in lines if i in set(passed)]  # in order, none twice
    names = {
        ("headline", True): "bait headline",
        ("headline", False): "plain headline",
        ("article", True): "substantive article",
        ("article", False): "thin article",
    }
    found = dict.fromkeys(names.values(), 0)
    for i in passed:
        _, kind, high = lines[i]
        found[names[kind, bool(high)]] += 1
    return found


def _held(feed: str, figures: dict[str, object]) -> list[str]:
    limits, _ = gate.read_limits(ROOT / "tests" / "gate.json")
    ours = {k: v for k, v in limits.items() if k.startswith(f"filter.{feed}.")}
    return [str(v) for v in gate.check({"filter": {feed: figures}}, ours) if not v.passed]


def test_the_corpus_as_a_feed(tmp_path):
    feed = feeds(TESTS)["corpus"]
    figures = filter_figures(load_model(), feed)
    passed = _through_the_filter(feed, tmp_path)
    assert passed == {k: c["keep"] + c["review"] for k, c in figures["counts"].items()}
    assert sum(sum(c[v] for v in VERDICTS) for c in figures["counts"].values()) == figures["n"]
    assert _held("corpus", figures) == []


def test_the_dev_sets_as_a_feed(shared, tmp_path):
    feed = feeds(dev_sets(shared / "labels"))["dev"]
    figures = filter_figures(load_model(), feed)
    passed = _through_the_filter(feed, tmp_path)
    assert passed == {k: c["keep"] + c["review"] for k, c in figures["counts"].items()}
    assert _held("dev", figures) == []
