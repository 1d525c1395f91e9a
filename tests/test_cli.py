"""The command, as it is called."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from quality.cli import main
from quality.report import fit, width


@pytest.fixture
def run():
    return lambda *args, **kwargs: CliRunner().invoke(main, [str(a) for a in args], **kwargs)


def test_help_has_examples(run):
    for command in ("score", "batch", "train", "evaluate"):
        result = run(command, "--help")
        assert result.exit_code == 0
        assert f"quality {command}" in result.output


def test_score_a_page_as_json(run, request):
    page = request.config.rootpath / "quality" / "examples" / "page.html"
    found = json.loads(run("score", page, "--json").stdout)
    assert set(found) == {"model_version", "article", "rail", "layout"}
    assert {"title", "byline", "published", "body", "quality", "attributions", "reasons"} <= set(found["article"])
    assert {"title", "section", "type", "tag", "rank", "repeat", "sensational", "reasons"} <= set(found["rail"][0])
    for a in found["article"]["attributions"]:
        assert a["start"] is None or found["article"]["body"][a["start"] : a["end"]] == a["source"]
    assert any(a["kind"] == "person" for a in found["article"]["attributions"])


def test_score_from_stdin_and_as_text(run, request):
    page = (request.config.rootpath / "quality" / "examples" / "page.txt").read_bytes()
    result = run("score", "-", input=page)
    assert result.exit_code == 0
    assert "substantive" in result.output
    assert "【衝撃】" in result.output
    assert "\x1b" not in result.output


def test_score_a_headline_with_a_body(run, tmp_path):
    body = tmp_path / "body.txt"
    body.write_text("県は3日、施設の再開を発表した。", encoding="utf-8")
    found = json.loads(run("score", "--title", "県、施設を再開", "--body", body, "--json").stdout)
    assert found["rail"] == []
    assert found["article"]["body"].startswith("県は3日")
    assert json.loads(run("score", "--title", "県、施設を再開", "--json").stdout)["article"]["substantive"] is None


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["score"], "PAGE"),
        (["score", "none.html"], "none.html"),
        (["score", "--title", "題", "--model", "/nowhere"], "manifest.json is missing"),
        (["score", "--title", "題", "--policy", "p1"], "p95"),
        (["batch", "none.csv", "out.csv"], "does not exist"),
        (["evaluate", "champion", "none.csv"], "does not exist"),
    ],
)
def test_errors_say_what_was_wrong(run, args, said):
    result = run(*args)
    assert result.exit_code in (1, 2)
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_batch_prints_its_summary(run, tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("title\n県、施設を再開\n,\n", encoding="utf-8")
    summary = json.loads(run("batch", source, tmp_path / "out.csv", "--json").stdout)
    assert (summary["rows_in"], summary["rows_out"], summary["rejects"]) == (2, 1, 1)


def test_east_asian_width():
    assert width("日本a") == 5
    assert width(fit("日本語の見出し", 8)) == 8
    assert fit("a\x1b[31mb", 10) == "a [31mb   "
