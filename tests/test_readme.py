"""README does what it says: its blocks run, its commands have the options they are called with, its figures are measured ones.

A block runs as it stands, in order, in a folder with the example files, unless a comment above it says how else it is run.
"""

from __future__ import annotations

import copy
import importlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from quality.cli import main
from quality.training import readme
from quality.training.promote import MARGINS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
METRICS = json.loads((ROOT / "quality" / "champion" / "metrics.json").read_text(encoding="utf-8"))
BENCH = json.loads((ROOT / "tests" / "bench.json").read_text(encoding="utf-8"))
BLOCKS = re.findall(r"^(?:<!-- ([^\n]*) -->\n)?```(\w+)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
RUN = [(kind, text) for mark, kind, text in BLOCKS if not mark and kind in ("python", "sh")]
(SCHEDULE,) = (text for mark, kind, text in BLOCKS if kind == "sh" and "stand-in" in mark)
FEED = """<rss version="2.0"><channel><title>例</title>
<item><title>市、橋の架け替え工事を来月始める</title></item>
<item><title>【衝撃】あの人気俳優のまさかの末路…ファン騒然</title></item></channel></rss>"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Path:
    """Where a reader of README stands: the examples, a feed, and the command on the path."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copytree(ROOT / "quality" / "examples", folder / "quality" / "examples")
    (folder / "feed.xml").write_text(FEED, encoding="utf-8")
    (folder / "bin").mkdir()
    command = folder / "bin" / "quality"
    command.write_text(
        f"#!{sys.executable}\nfrom quality.cli import main\nif __name__ == '__main__':\n    main()\n", encoding="utf-8"
    )
    command.chmod(0o755)
    return folder


def _shell(desk: Path, line: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if k != "MLFLOW_TRACKING_URI"}
    env |= {"PATH": f"{desk / 'bin'}:{env['PATH']}", "PYTHONPATH": str(ROOT), "FEED": (desk / "feed.xml").as_uri()}
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail\n{line}"], cwd=desk, env=env | more, capture_output=True, text=True
    )


@pytest.mark.parametrize(("kind", "block"), RUN, ids=[f"{kind}-{i}" for i, (kind, _) in enumerate(RUN, 1)])
def test_a_block_runs(kind, block, desk, monkeypatch):
    monkeypatch.chdir(desk)
    if kind == "python":
        names = {"__name__": "readme"}
        exec(compile(block, "README.md", "exec"), names)
        for name, said in re.findall(r"^(\w+\.\w+)  # ('\w+')$", block, re.MULTILINE):
            assert repr(eval(name, names)) == said
        return
    for line in filter(None, block.splitlines()):
        expected = {0, *map(int, re.findall(r"\b([34]) (?:refused|drift)", line))}
        done = _shell(desk, line)
        assert done.returncode in expected, f"{line}\n{done.stdout}{done.stderr}"
    for written in re.findall(r"(?:> ?|-o |--html )(\w[\w.-]+\.\w+)", block):
        assert (desk / written).stat().st_size, written


@pytest.mark.parametrize(
    ("drift", "train", "promote", "called", "code"),
    [
        (0, 0, 0, ["drift"], 0),
        (1, 0, 0, ["drift"], 1),
        (4, 0, 0, ["drift", "train", "promote"], 0),
        (4, 0, 3, ["drift", "train", "promote"], 0),
        (4, 0, 1, ["drift", "train", "promote"], 1),
        (4, 1, 0, ["drift", "train"], 1),
    ],
)
def test_the_schedule_does_what_each_exit_code_asks(tmp_path, desk, drift, train, promote, called, code):
    (tmp_path / "retrain.sh").write_text(SCHEDULE, encoding="utf-8")
    stand_in = tmp_path / "stand-in"
    stand_in.write_text(
        f"#!/bin/sh\necho $1 >> {tmp_path}/called\ncase $1 in drift) exit {drift};; train) exit {train};; *) exit {promote};; esac\n"
    )
    stand_in.chmod(0o755)
    assert _shell(desk, f"sh {tmp_path}/retrain.sh", QUALITY=str(stand_in)).returncode == code
    assert (tmp_path / "called").read_text().split() == called


def test_the_settings_are_options():
    (settings,) = (tomllib.loads(text) for _, kind, text in BLOCKS if kind == "toml")
    for command, options in settings.items():
        known = {name.lstrip("-") for p in main.commands[command].params for name in (*p.opts, p.name)}
        assert set(options) <= known


def _calls() -> list[list[str]]:
    """Every call of our own commands in a shell block: the command, then its words."""
    found = []
    lines = [line for _, kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]
    for part in (part for line in lines for part in re.split(r"\|\||&&|\||;", re.sub(r"\s#.*|[<>].*", "", line))):
        words = shlex.split(part)
        for before, word, *rest in (words[i:] for i in range(len(words) - 1)):
            ours = before in ("quality", "$quality") or before.endswith("bin/quality")
            if ours or (before == "-m" and word.startswith("quality.")):
                found.append([word, *rest])
    return found


@pytest.mark.parametrize("call", _calls(), ids=" ".join)
def test_commands_take_the_options_named(call):
    command = main.commands.get(call[0]) or importlib.import_module(call[0]).main
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    assert {word for word in call[1:] if word.startswith("-")} <= known


def test_there_is_something_to_test():
    assert len(RUN) >= 8
    assert {call[0] for call in _calls()} >= set(main.commands) - {"evaluate"}
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    marks = {mark.partition(":")[0] for mark, kind, _ in BLOCKS if mark and kind in ("python", "sh")}
    elsewhere = {"needs a server", "takes an hour", "runs with a stand-in for each exit code"}
    assert {m for m in marks if f'"$(readme_command {m})"' not in ci} == elsewhere | {
        "runs in tests/test_spark.py, where there is a session"
    }


def test_links_lead_somewhere():
    titles = {
        re.sub(r"[^\w\- ]", "", t).strip().lower().replace(" ", "-") for t in re.findall(r"^#+ (.*)", README, re.M)
    }
    for target in re.findall(r"\]\((?!http)([^)]+)\)", README):
        assert target[1:] in titles if target.startswith("#") else (ROOT / target).exists(), target


# Its figures


def test_every_figure_is_rendered():
    assert readme.render(README, METRICS, BENCH) == README
    # the trust table is rendered too: tests/test_trust_input.py holds it against its own figures
    outside = re.sub(r"<!-- trust-table -->.*?<!-- /trust-table -->", "", README, flags=re.DOTALL)
    outside = re.sub(r"<!-- (figures|speed): .*?<!-- /\1 -->|^```.*?^```", "", outside, flags=re.DOTALL | re.MULTILINE)
    margins = ", ".join(f"{figure.upper()} {MARGINS[figure]}" for figure in ("auc", "ap", "mse", "ece"))
    assert margins in outside
    outside = re.sub(re.escape(margins) + r"|`[^`]*`", "", outside)
    measured = r"\b0\.\d+|\d[\d.,]*\s*(?:MB|GB|ms|µs|rows a|pages a|headlines a|times)\b"
    assert re.findall(measured, outside) == []


def _numbers(content, path=()):
    for key, value in content.items() if isinstance(content, dict) else ():
        yield from _numbers(value, (*path, key)) if isinstance(value, dict) else [(*path, key)]


def _moved(content, path):
    moved = copy.deepcopy(content)
    *above, last = path
    inner = moved
    for key in above:
        inner = inner[key]
    inner[last] = [v + 0.1 for v in inner[last]] if isinstance(inner[last], list) else inner[last] * 2 + 1
    return moved


def test_a_changed_figure_changes_the_page():
    shown = {"n", "auc", "auc_interval", "ap", "ap_interval"}
    paths = [p for p in _numbers(METRICS["sets"], ("sets",)) if p[-1] in shown and "within" not in p[-2]]
    paths += [p for p in _numbers(METRICS["baselines"], ("baselines",)) if p[-1] in ("auc", "auc_interval")]
    assert len(paths) > 50
    for path in paths:
        assert readme.render(README, _moved(METRICS, path), BENCH) != README, path
    for path in [
        ("rows",),
        ("stages", "end to end", "us_per_row"),
        ("stages", "end to end", "ratio_to_floor"),
        ("single", "score_us", "p99"),
        ("pages", "pages_per_second", "read and scored"),
        ("cold_start", "score"),
        ("install", "total_mb"),
    ]:
        assert readme.render(README, METRICS, _moved(BENCH, path)) != README, path


def test_markers_are_wanted():
    assert (
        readme.render_into("a\n<!-- x: from y -->\nold\n<!-- /x -->\nb", "x", "new")
        == "a\n<!-- x: from y -->\nnew\n<!-- /x -->\nb"
    )
    with pytest.raises(ValueError, match="missing"):
        readme.render_into("nothing", "x", "new")
