"""The release: what follows from the figures is written again, floors rise, and fall only when told, with a reason given."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from quality import DataError
from quality.training import release as module
from quality.training.release import BENCH, CARD, CHANGELOG, GATE, METRICS, README, release

ROOT = Path(__file__).parents[1]
FIGURE = "articles_dev.whole.auc"


@pytest.fixture
def checkout(tmp_path) -> Path:
    """A copy of the files that a release reads and writes."""
    for path in (README, METRICS, BENCH, CARD, CHANGELOG, GATE):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    return tmp_path


def _refit(checkout: Path, auc: float) -> None:
    metrics = json.loads((checkout / METRICS).read_text(encoding="utf-8"))
    metrics["sets"]["articles_dev"]["whole"]["auc"] = auc
    (checkout / METRICS).write_text(json.dumps(metrics), encoding="utf-8")


def _texts(checkout: Path) -> dict[Path, str]:
    return {path: (checkout / path).read_text(encoding="utf-8") for path in (README, CARD, GATE)}


def _floor(checkout: Path) -> float:
    return json.loads((checkout / GATE).read_text(encoding="utf-8"))["limits"][FIGURE]


def test_what_ships_is_released():
    assert release(ROOT) == []


def test_a_better_refit_writes_its_figures_and_raises_its_floor(checkout):
    _refit(checkout, 0.9876)
    assert set(release(checkout)) == {README, CARD, GATE}
    assert all("0.988" in (checkout / path).read_text(encoding="utf-8") for path in (README, CARD))
    assert _floor(checkout) == 0.9846
    assert release(checkout) == []
    _refit(checkout, 0.9860)  # within the margin: the floor stays
    release(checkout)
    assert _floor(checkout) == 0.9846


def test_a_worse_refit_is_refused_until_its_reason_is_given(checkout):
    floor, before = _floor(checkout), _texts(checkout)
    _refit(checkout, 0.9123)
    with pytest.raises(DataError, match=rf"--lower.*\n.*{FIGURE}: 0.9123"):
        release(checkout)
    line = f"{FIGURE} {floor} to 0.9093"
    with pytest.raises(DataError, match=f"CHANGELOG.md must give the reason.*\n{line}"):
        release(checkout, lower=True)
    assert _texts(checkout) == before
    with (checkout / CHANGELOG).open("a", encoding="utf-8") as log:
        log.write(f"- Lowered, as leads are labelled anew: {line.replace(' to', chr(10) + '  to')}.\n")
    assert GATE in release(checkout, lower=True)
    limits = json.loads((checkout / GATE).read_text(encoding="utf-8"))["limits"]
    kept = json.loads(before[GATE])["limits"]
    assert limits == kept | {FIGURE: 0.9093}  # no other floor gives way with it


def test_figures_that_stand_beside_the_sets_are_pinned(checkout):
    metrics = json.loads((checkout / METRICS).read_text(encoding="utf-8"))
    row = {"n": 260, "positive": 0.3, "auc": 0.9, "auc_interval": [0.87, 0.93]}
    metrics["slices_of_sets"]["elsewhere"] = {"sensational": {"category": {"sports": row}}}
    shares = {"bait_kept": 0.2, "reports_lost": 0.01, "reviewed": 0.1}
    intervals = {f"{name}_interval": [0.0, 0.3] for name in shares}
    metrics["filter"]["elsewhere"] = {"policy": "p95", "n": 9, **shares, **intervals, "counts": {}}
    (checkout / METRICS).write_text(json.dumps(metrics), encoding="utf-8")
    before = json.loads((checkout / GATE).read_text(encoding="utf-8"))["limits"]
    release(checkout)
    after = json.loads((checkout / GATE).read_text(encoding="utf-8"))["limits"]
    assert {
        "slices_of_sets.elsewhere.sensational.category.sports.auc": 0.897,
        "filter.elsewhere.bait_kept": 0.203,
        "filter.elsewhere.reports_lost": 0.013,
    }.items() <= after.items()
    assert not {k for k in after.keys() - before.keys() if k.endswith((".n", "reviewed", "positive"))}
    row["auc"] = 0.85  # within its interval the slice holds, and its floor stays
    (checkout / METRICS).write_text(json.dumps(metrics), encoding="utf-8")
    release(checkout)
    assert json.loads((checkout / GATE).read_text(encoding="utf-8"))["limits"] == after


def test_a_figure_that_is_gone_is_refused(checkout):
    metrics = json.loads((checkout / METRICS).read_text(encoding="utf-8"))
    del metrics["sets"]["articles_dev"]["whole"]
    (checkout / METRICS).write_text(json.dumps(metrics), encoding="utf-8")
    with pytest.raises(DataError, match=f"{FIGURE}: missing"):
        release(checkout, lower=True)


def test_digests_are_taken_of_the_files_named(checkout, tmp_path):
    labels = tmp_path / "labels"
    labels.mkdir()
    with pytest.raises(DataError, match=r"headlines_dev\.csv is absent"):
        release(checkout, labels)
    names = list(json.loads((checkout / GATE).read_text(encoding="utf-8"))["data"])
    for name in names:
        (labels / name).write_text("", encoding="utf-8")
    assert release(checkout, labels) == [GATE]
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert json.loads((checkout / GATE).read_text(encoding="utf-8"))["data"] == dict.fromkeys(names, empty)


def test_outside_a_checkout_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "ROOT", tmp_path)
    result = CliRunner().invoke(module.main, [])
    assert result.exit_code == 1
    assert "in a checkout" in result.output
    assert list(tmp_path.iterdir()) == []
