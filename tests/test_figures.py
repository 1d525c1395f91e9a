"""The champion against its floors, and the documents against its figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from quality import load_model, score_page
from quality.heads import HEADS
from quality.training import gate
from quality.training.card import model_card
from quality.training.dataset import digest
from quality.training.evaluate import dev_sets, evaluate
from quality.training.evasion import shift_figures
from quality.training.filtering import filtered
from quality.training.slices import slices_of_sets
from quality.training.sources import corpus_split

ROOT = Path(__file__).parents[1]
METRICS = json.loads((ROOT / "quality" / "champion" / "metrics.json").read_text(encoding="utf-8"))


def test_metrics_are_the_champions():
    assert METRICS["model_version"] == load_model().version


def test_model_card_is_rendered_from_metrics():
    assert (ROOT / "quality" / "champion" / "MODEL_CARD.md").read_text(encoding="utf-8") == model_card(METRICS)


def test_nothing_of_the_dev_sets_was_fitted_on():
    assert METRICS["data"]
    assert not any("dev" in name for name in METRICS["data"])


def test_every_family_earns_its_place():
    total = {
        group: sum(shares[group] for shares in METRICS["gain"].values())
        for group in {group for spec in HEADS for group in spec.groups}
    }
    assert all(share > 0 for share in total.values()), total


def test_the_gate_holds(shared):
    limits, data = gate.read_limits(ROOT / "tests" / "gate.json")
    for name, expected in data.items():
        assert digest(shared / "labels" / name) == expected, f"{name} is not the file the floors were read off"
    model = load_model()
    tests = dict(zip(("corpus_test_headlines", "corpus_test_articles"), corpus_split("test"), strict=True))
    tests |= dev_sets(shared / "labels")
    metrics = {
        "sets": {name: evaluate(model, labelled) for name, labelled in tests.items()},
        "slices_of_sets": slices_of_sets(model, tests),
        "filter": filtered(model, tests),
        "evasion": shift_figures(model),
    }
    failed = [str(v) for v in gate.check(metrics, limits) if not v.passed]
    assert not failed, "\n".join(failed)


@pytest.fixture(scope="module")
def seed(shared):
    lines = [json.loads(line) for line in (shared / "seed" / "lines.jsonl").read_text(encoding="utf-8").splitlines()]
    return lines, score_page((shared / "seed" / "page.txt").read_bytes())


def test_the_seed_page(seed):
    lines, scored = seed
    body = scored.article.document.body
    paragraphs = [line["text"].strip() for line in lines if line["role"] == "body"]
    headlines = [line["text"].strip(" •\u3000\t") for line in lines if line["role"] == "rail_item"]
    listed = [item.title for rail in scored.page.rails for item in rail.items]
    assert scored.article.document.title == next(line["text"] for line in lines if line["role"] == "headline")
    assert len(paragraphs) == 13
    assert all(p in body for p in paragraphs)
    assert not [h for h in headlines if h in body]
    assert sum(h in listed for h in headlines) >= 28
    assert scored.article.substantive >= 0.9
    shock = next(s for s, t in zip(scored.rail, listed, strict=True) if t.startswith("【衝撃】"))
    assert shock.sensational >= 0.8
    qualities = sorted(s.quality for s in scored.rail)
    assert scored.article.quality > qualities[len(qualities) // 2]
