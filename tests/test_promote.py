"""Promotion: better is promoted, no better and worse are refused, the champion before comes back; on SQLite and against a server."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from quality import load_corpus, load_model
from quality.cli import main
from quality.training import gate
from quality.training.compare import Line, compare
from quality.training.promote import MARGINS, decide, limits
from quality.training.sources import corpus_split

ROOT = Path(__file__).parents[1]


def line(figure, gain, low, high, n=500):
    return Line(figure, n, 0.9, 0.9 - gain if gate.is_error(figure) else 0.9 + gain, gain, low, high)


@pytest.mark.parametrize(
    ("lines", "promoted", "said"),
    [
        ([line("s.sensational.auc", 0.02, 0.01, 0.03)], True, "better"),
        ([line("s.sensational.auc", 0.0, 0.0, 0.0)], False, "no better"),
        ([line("s.sensational.auc", 0.02, -0.01, 0.03)], False, "no better"),  # may be chance
        ([line("s.sensational.auc", -0.02, -0.03, 0.01), line("s.whole.auc", 0.1, 0.05, 0.2)], False, "worse"),
        ([line("s.sensational.mse", -0.006, -0.01, 0.0), line("s.whole.auc", 0.1, 0.05, 0.2)], False, "mse"),
        ([line("s.sensational.auc", -0.005, -0.03, 0.01), line("s.whole.auc", 0.1, 0.05, 0.2)], True, "better"),
        # a slice: what chance explains is no harm, what it does not explain is
        ([line("s[category=x].whole.auc", -0.1, -0.3, 0.1), line("s.whole.auc", 0.1, 0.05, 0.2)], True, "better"),
        (
            [line("s[category=x].whole.auc", -0.1, -0.2, -0.05), line("s.whole.auc", 0.1, 0.05, 0.2)],
            False,
            "category=x",
        ),
        ([line("s[category=x].whole.auc", 0.1, 0.05, 0.2)], False, "no better"),  # a slice alone is too little
        ([], False, "nothing to compare"),
    ],
)
def test_the_decision(lines, promoted, said):
    verdict, reasons, _ = decide(lines, {})
    assert verdict is promoted
    assert said in " ".join(reasons)


def test_slow_or_large_is_refused():
    better = [line("s.whole.auc", 0.1, 0.05, 0.2)]
    assert decide(better, {"time": (1.0, 1.4), "size": (100, 150)})[0]
    assert not decide(better, {"time": (1.0, 1.6)})[0]
    assert "size" in decide(better, {"size": (100, 300)})[1][0]


def test_limits_are_the_gates():
    lines = [line("s.whole.auc", -0.02, -0.03, 0.0), line("s.whole.ece", -0.05, -0.1, 0.06)]
    found = limits(lines, MARGINS)
    assert found["s.whole.auc"] == pytest.approx(0.89)
    assert found["s.whole.ece"] == pytest.approx(0.9 + 0.11)  # as much as chance explains


def test_a_model_is_as_good_as_itself():
    champion = load_model()
    for found in compare(champion, champion, {"test": corpus_split("test")[1]}, draws=20):
        assert found.gain == found.low == found.high == 0


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A newsroom of its own taste: headlines marked 【独自】 are what it calls loud, whatever else they say."""
    folder = tmp_path_factory.mktemp("graded")
    corpus = load_corpus()
    titles = corpus.headlines["title"].sample(700, random_state=0).tolist()
    mine = pd.DataFrame({"title": [f"【独自】{t}" if i % 2 else t for i, t in enumerate(titles)]})
    mine = mine.assign(grade=[3.0 if i % 2 else 0.0 for i in range(700)], outlet=[f"o{i % 19}" for i in range(700)])
    mine.iloc[:500].to_csv(folder / "headlines.csv", index=False)
    mine.iloc[500:].to_csv(folder / "evaluation.csv", index=False)
    rng = np.random.default_rng(0)
    mine.iloc[:500].assign(grade=rng.permutation(mine["grade"][:500])).to_csv(folder / "shuffled.csv", index=False)
    articles = corpus.articles.sample(160, random_state=0)[["title", "body", "grade", "delivery", "whole"]]
    articles.to_json(folder / "articles.jsonl", orient="records", lines=True, force_ascii=False)
    mine[["title"]].tail(60).to_json(folder / "feed.jsonl", orient="records", lines=True, force_ascii=False)
    return folder


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A real `mlflow server` on loopback."""
    root, port = tmp_path_factory.mktemp("server"), free_port()
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", f"sqlite:///{root / 'm.db'}", "--artifacts-destination", str(root / "artifacts")]
    with (root / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, cwd=root)
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1)
                break
            except OSError:
                assert process.poll() is None, (root / "log").read_text()
                time.sleep(0.5)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture(params=["sqlite", "server"])
def store(request, tmp_path, monkeypatch):
    import mlflow

    before = mlflow.get_tracking_uri()
    monkeypatch.chdir(tmp_path)
    if request.param == "server":
        monkeypatch.setenv("MLFLOW_TRACKING_URI", request.getfixturevalue("server"))
    else:
        monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    yield request.param
    mlflow.set_tracking_uri(before)


def run(*args):
    return CliRunner().invoke(main, [str(a) for a in args])


def test_the_whole_story(store, graded, tmp_path):
    """init; a better model is promoted; the same again is refused; shuffled labels are refused; rollback."""
    import mlflow

    def train(headlines, seed=1):
        config = tmp_path / "retrain.toml"
        data = json.dumps([str(graded / headlines), str(graded / "articles.jsonl")])
        config.write_text(f'[train]\ndata = {data}\nregister = "q"\ncorpus-weight = 0\n', encoding="utf-8")
        done = run("train", "--config", config, "--seed", seed)
        assert done.exit_code == 0, done.output
        return done

    def promote(*more):
        return run("promote", "--name", "q", "--on", graded / "evaluation.csv", *more)

    missing = promote()
    assert missing.exit_code == 1
    assert "--init" in missing.output
    for _ in range(2):  # said twice, done once
        assert run("promote", "--init", "--name", "q").exit_code == 0
    shipped = load_model("models:/q@champion")
    assert shipped.version == load_model().version

    train("headlines.csv")
    assert load_model("models:/q@champion").version == shipped.version  # registering moves nothing
    first = promote("--feed", graded / "feed.jsonl", "--json")
    assert first.exit_code == 0, first.output
    verdict = json.loads(first.stdout)
    assert verdict["promoted"]
    assert verdict["flips"]["flipped"] > 0
    better = load_model("models:/q@champion")
    assert better.version == verdict["challenger"]["model_version"] != shipped.version

    train("headlines.csv")
    again = promote()
    assert again.exit_code == 3, again.output
    assert "refused: no better" in again.stdout
    train("shuffled.csv")
    shuffled = promote()
    assert shuffled.exit_code == 3, shuffled.output
    assert "refused: worse beyond its margin: evaluation_headlines.sensational.auc" in shuffled.stdout
    assert load_model("models:/q@champion").version == better.version
    client = mlflow.MlflowClient()
    assert client.get_model_version("q", "4").tags["promotion"] == "refused"
    assert "auc" in client.get_model_version("q", "4").tags["promotion.reason"]

    assert run("promote", "--name", "q", "--rollback").exit_code == 0
    assert load_model("models:/q@champion").version == shipped.version
    nothing = run("promote", "--name", "q", "--rollback")
    assert nothing.exit_code == 1
    assert "no champion before it" in nothing.output
    assert promote("--challenger", 2).exit_code == 0
    assert load_model("models:/q@champion").version == better.version


def test_a_version_rolled_back_is_not_tried_again_unasked(graded, tmp_path, monkeypatch):
    import mlflow

    from quality.training import registry, tracking
    from quality.training.promote import promote

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    before = mlflow.get_tracking_uri()
    tracking.connect()
    first, _ = registry.init("q", "e")
    client = mlflow.MlflowClient()
    source = client.get_model_version("q", "1").source
    second = registry.register(source, "q", first.run_id, {"model_version": "other"})
    registry.move(second, first)
    registry.rollback("q")
    decision = promote("q", on=[graded / "evaluation.csv"])
    assert not decision.promoted
    assert "rolled back" in decision.reasons[0]
    assert registry.champion("q").number == 1
    mlflow.set_tracking_uri(before)
