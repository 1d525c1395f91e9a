"""The bench: it measures what it says, small."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from quality import bench, bench_install, bench_process

TITLES = [
    f"町が{i}日に説明会 住民{i * 3}人が参加" if i % 2 else f"まさかの{i}位に騒然…その理由とは" for i in range(300)
]


@pytest.fixture
def source(tmp_path):
    rows = [{"title": t, "body": "市は3日、計画を発表した。" if i % 4 == 0 else None} for i, t in enumerate(TITLES)]
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), encoding="utf-8")
    return path


def test_stages_singles_and_peers(source):
    result = CliRunner().invoke(bench.main, [str(source), "--rows", "700", "--peers", "--json"])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["rows"] == 700  # a short file is begun again
    stages = found["stages"]
    assert {bench.FLOOR, bench.END, "analysis", "features", "text models", "trees", "TF-IDF + regression"} <= set(
        stages
    )
    assert stages[bench.FLOOR]["ratio_to_floor"] == 1
    assert 0 < stages[bench.END]["ratio_to_floor"] < 1
    assert found["single"]["calls"] == 200
    assert found["single"]["p99_times_p50"] >= 1
    table = bench.table(found)
    assert "end to end" in table
    assert "one score(headline)" in table


def test_articles_are_measured_beside_their_own_floor(source, monkeypatch):
    monkeypatch.setattr(bench, "_ARTICLES", 80)
    result = CliRunner().invoke(bench.main, ["--articles", str(source), "--json"])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["articles"]["rows"] == 80
    assert found["articles"]["stages"][bench.FLOOR]["ratio_to_floor"] == 1
    assert f"{found['articles']['characters']} characters" in bench.table(found)


def test_pages(request):
    folder = request.config.rootpath / "quality" / "examples"
    found = bench.pages(folder, rounds=1)
    assert found["pages_per_second"]["read and scored"] > 0


def test_memory_and_workers(source):
    found = bench_process.memory(bench.read, source, 60)
    assert 0.8 < found["growth"] < 1.3
    assert set(bench_process.by_workers(bench.read, source, 60, 2)) == {
        "1_rows_per_second",
        "2_rows_per_second",
        "times",
    }


def test_cold_start():
    found = bench_process.cold_start(rounds=1)
    assert found["times"] > 0.5


def test_install():
    found = bench_install.install()
    assert found["distributions"] >= 9
    assert {"unidic-lite", "pyarrow"} <= set(found["largest_mb"])
    assert "mlflow" not in bench_install._needed("feed-quality")  # an extra
    assert found["total_mb"] > found["own_mb"] + sum(found["largest_mb"].values())


def test_nothing_to_measure(tmp_path):
    (tmp_path / "in.jsonl").write_text('{"text": 1}\n')
    result = CliRunner().invoke(bench.main, [str(tmp_path / "in.jsonl")])
    assert result.exit_code == 1
    assert "no row with a title" in result.output
