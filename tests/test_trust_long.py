"""Short forms of the long runs and of what goes wrong around a job; nothing of a stranger's text runs, or is logged."""

from __future__ import annotations

import logging
import subprocess

import pytest

from quality import Document, score, score_page
from quality.batch import score_file
from tests.trust import faults, soak, xss


def test_threads_leave_memory_and_files_as_they_were(monkeypatch):
    monkeypatch.setattr(soak, "WARM", 3_000)
    figures = soak.threads(4.0, 2).figures()
    assert figures["answers"] > 100
    assert figures["memory"] < 1.1  # what leaks a headline's features a headline is far beyond
    assert figures["files"] <= 0


def test_a_leak_a_slow_end_and_open_files_are_noticed():
    seen = soak.Watched(
        [100 + n for n in range(100)],
        [5 + n // 10 for n in range(100)],
        [0.001 + n * 1e-5 for n in range(1000)],
        [0.001] * 1000,
    )
    assert len(soak.held(seen.figures())) == 3
    flat = soak.Watched([100] * 100, [5] * 100, [0.001] * 1000, [0.001] * 1000)
    assert soak.held(flat.figures()) == []


@pytest.mark.parametrize(
    "name", ["no room behind a filter", "a read-only output", "no room on the disk (tmpfs), then --resume"]
)
def test_faults(tmp_path, monkeypatch, name):
    if "filter" not in name and subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode:
        pytest.skip("no file system of one's own without unshare")
    monkeypatch.setattr(faults, "ROWS", 1_000)
    assert faults.FAULTS[name](tmp_path) == ""


def test_no_stored_script_runs(browser, tmp_path):
    assert len(xss.PAYLOADS) >= 50
    shown = xss.pages()
    assert "a script ran" in xss.what_runs(browser, tmp_path, "<img src=x onerror=pwned()>")
    for name in ("score --html of a page", "a page in a notebook", "headlines in a notebook"):
        assert shown[name].count("pwned") > 50
        assert xss.what_runs(browser, tmp_path, shown[name]) == []


def test_logs_hold_no_text_of_an_article(caplog, capfd, tmp_path):
    secret = "極秘の見出し"
    body = f"{secret}の本文を市が10日に公表した。市長は「{secret}」と述べた。"
    (tmp_path / "in.jsonl").write_text(
        f'{{"title": "{secret}", "body": "{body}"}}\n{{"title": "{secret}", "body": 5}}\n{{"{secret}\n',
        encoding="utf-8",
    )
    with caplog.at_level(logging.INFO):
        assert score(Document(secret, body)).reasons
        score_page(f"<h1>{secret}</h1><p>{body}</p>")
        assert score_file(tmp_path / "in.jsonl", tmp_path / "out.jsonl").rejects == 2
    assert secret not in caplog.text
    assert not any(secret in part for part in capfd.readouterr())
    assert secret not in (tmp_path / "out.jsonl.rejects.jsonl").read_text(encoding="utf-8")
