"""The registry: served over HTTP the scores are score_batch's; whatever is killed, the champion stays whole."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pandas as pd
import pytest

from quality import ModelError, load_model, score_batch
from quality.training import registry, tracking

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A SQLite store in which the shipped champion is version 1; the environment that names it."""
    import mlflow

    before = mlflow.get_tracking_uri()
    uri = f"sqlite:///{tmp_path_factory.mktemp('store') / 'mlflow.db'}"
    tracking.connect(uri)
    registry.init("q", "e")
    # no pickle is read, wherever it would come from
    yield os.environ | {
        "MLFLOW_TRACKING_URI": uri,
        "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
        "PYTHONPATH": str(ROOT),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    mlflow.set_tracking_uri(before)


FRAME = pd.DataFrame(
    {
        "title": ["市、給食費を無償化へ", "【衝撃】まさかの結末に騒然", "県、施設を再開"],
        "body": ["市は10日、来年4月から給食費を無償化すると発表した。", None, None],
    }
)


def test_a_notebook_loads_it_without_a_pickle(store, monkeypatch):
    import mlflow

    monkeypatch.setenv("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "false")
    with tracking.quiet():
        found = mlflow.pyfunc.load_model("models:/q@champion").predict(FRAME)
    expected = score_batch(FRAME)
    for column in found:
        assert [None if pd.isna(v) else v for v in found[column]] == [
            None if pd.isna(v) else v for v in expected[column]
        ]
    folder = registry.download("models:/q@champion")
    assert not [p for p in folder.parents[1].rglob("*") if p.suffix in (".pkl", ".pickle")]


def test_the_light_runtime_reads_the_same(store):
    assert load_model("models:/q@champion").version == load_model("models:/q/1").version == load_model().version
    with pytest.raises(ModelError, match="models:/q@nobody"):
        load_model("models:/q@nobody")


def test_served_over_http_it_answers_as_score_batch(store, tmp_path):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", "models:/q@champion", "--env-manager", "local"]
    with (tmp_path / "log").open("w") as log:
        command += ["-h", "127.0.0.1", "-p", str(port)]
        process = subprocess.Popen(command, env=store, stdout=log, stderr=log, start_new_session=True, cwd=tmp_path)
    rows = [{k: v for k, v in r.items() if v is not None} for r in json.loads(FRAME.to_json(orient="records"))]
    body = json.dumps({"dataframe_records": [{"body": None, **r} for r in rows]}).encode()
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/ping", timeout=1)
                break
            except (urllib.error.URLError, OSError):
                assert process.poll() is None, (tmp_path / "log").read_text()
                time.sleep(0.5)
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/invocations", body, {"Content-Type": "application/json"}
        )
        text = urllib.request.urlopen(request, timeout=60).read().decode()
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)
    assert "NaN" not in text
    expected = json.loads(
        score_batch(FRAME).drop(columns=["title", "body"]).to_json(orient="records", double_precision=10)
    )
    assert json.loads(text)["predictions"] == expected


def killed_after(seconds, env, cwd, *args):
    """Run the command and kill it outright after some time; whether it was still running."""
    process = subprocess.Popen(
        [sys.executable, "-m", "quality.cli", *map(str, args)],
        env=env, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        process.wait(seconds)
        return False
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True


def test_a_promotion_killed_anywhere_leaves_a_whole_champion(store, tmp_path):
    """What the alias names is loadable at once after each kill: the old one, or wholly the new one."""
    import mlflow

    source = mlflow.MlflowClient().get_model_version("q", "1").source
    versions = {load_model().version}
    random.seed(0)
    for _ in range(2):
        registry.register(source, "q", "", {"model_version": "another"})
        killed_after(random.uniform(2, 7), store, tmp_path, "promote", "--name", "q")
        assert load_model("models:/q@champion").version in versions
        assert registry.champion("q") is not None


def test_an_init_killed_before_the_alias_is_finished_by_the_next(store):
    import mlflow

    client = mlflow.MlflowClient()
    client.delete_registered_model_alias("q", "champion")
    assert registry.champion("q") is None
    made, new = registry.init("q", "e")
    assert (made.number, new) == (1, True)
    assert registry.init("q", "e")[1] is False


def test_a_champion_changed_meanwhile_is_not_overwritten(store):
    from quality import DataError

    one = registry.version("q", 1)
    other = registry.newest("q")
    with pytest.raises(DataError, match="changed by someone else"):
        registry.move(other, other)
    assert registry.champion("q") == registry.version("q", one.number)
    with pytest.raises(DataError, match="no version 99"):
        registry.version("q", 99)
