"""README does what it says: its Python runs, and its commands have the options they are called with."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from quality.cli import main

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
PYTHON = [text for kind, text in BLOCKS if kind == "python"]
CALLS = sorted(
    {
        line.split("#")[0].strip()
        for kind, text in BLOCKS
        if kind == "sh"
        for line in text.splitlines()
        if "quality" in line
    }
)


@pytest.mark.parametrize("block", PYTHON)
def test_python_runs(block, capsys):
    exec(compile(block, "README.md", "exec"), {"__name__": "readme"})


def _own_calls() -> list[list[str]]:
    found = []
    for line in CALLS:
        for part in re.split(r"\|\||&&|\||;", line):
            words = shlex.split(part.split(">")[0])
            starts = [i for i, w in enumerate(words) if w in ("quality", "$quality") or w.endswith("bin/quality")]
            if starts and len(words) > starts[0] + 1:
                found.append(words[starts[0] + 1 :])
    return found


@pytest.mark.parametrize("call", _own_calls(), ids=" ".join)
def test_commands_take_the_options_named(call):
    command = main.commands[call[0]]
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    assert {word for word in call[1:] if word.startswith("-")} <= known


def test_there_is_something_to_test():
    assert len(PYTHON) >= 2
    assert len(_own_calls()) >= 6


def test_links_lead_somewhere():
    for target in re.findall(r"\]\((?!http|#)([^)]+)\)", README):
        assert (Path(__file__).parents[1] / target).exists(), target
