"""What the library never does, held against its own source; what it depends on, listed."""

from __future__ import annotations

import ast
import re
import socket
import tomllib
from pathlib import Path

import pytest

from quality import Document, read_page, score

ROOT = Path(__file__).parents[1]
SOURCES = sorted(path for package in ("features", "quality") for path in (ROOT / package).rglob("*.py"))
FORBIDDEN_CALLS = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "system",
    "popen",
    "read_pickle",
    "load_module",
    "unsafe_load",
    "full_load",
}
FORBIDDEN_MODULES = {
    "pickle",
    "cPickle",
    "_pickle",
    "dill",
    "cloudpickle",
    "joblib",
    "shelve",
    "marshal",
    "yaml",
    "urllib.request",
    "requests",
    "httpx",
    "http.client",
}


def forbidden(source: str) -> list[str]:
    """Calls and imports that have no place here; `re.compile` is no `compile`."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = (
                node.func.id
                if isinstance(node.func, ast.Name)
                else node.func.attr
                if isinstance(node.func, ast.Attribute)
                else ""
            )
            owner = (
                node.func.value.id
                if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
                else ""
            )
            if name in FORBIDDEN_CALLS and owner != "re":
                found.append(f"{owner}.{name}")
            for keyword in node.keywords:
                if keyword.arg in ("allow_pickle", "shell") and not (
                    isinstance(keyword.value, ast.Constant) and keyword.value.value is False
                ):
                    found.append(f"{name}({keyword.arg}=…)")
            if name == "load" and owner == "np" and not any(k.arg == "allow_pickle" for k in node.keywords):
                found.append("np.load without allow_pickle=False")
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name in FORBIDDEN_MODULES]
        elif isinstance(node, ast.ImportFrom) and node.module in FORBIDDEN_MODULES:
            found.append(node.module)
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_pickle_no_eval_no_yaml_no_network(path):
    assert forbidden(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "code",
    [
        "eval('1')",
        "import pickle",
        "from yaml import load",
        "np.load(f)",
        "np.load(f, allow_pickle=True)",
        "os.system('id')",
        "run('id', shell=True)",
    ],
)
def test_the_search_finds_what_it_is_for(code):
    assert forbidden(code)


def test_nothing_asks_the_network(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    page = read_page(
        "<html><head><link rel=stylesheet href=http://127.0.0.1:9/a.css></head><body><h1>市、計画を公表</h1><img src=http://127.0.0.1:9/b.png></body></html>"
    )
    assert score(page.article).reasons is not None
    assert score(Document("市、計画を公表", "市は10日に発表した。")).verdict


def named(requirement: str) -> str:
    return re.match(r"[A-Za-z0-9_.-]+", requirement).group().lower()


@pytest.fixture(scope="module")
def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def direct(project: dict) -> set[str]:
    listed = [*project["dependencies"], *(r for extra in project["optional-dependencies"].values() for r in extra)]
    return {named(r) for r in listed} - {project["name"]}


@pytest.mark.parametrize("name", ["licences.md", "constraints.txt"])
def test_every_direct_dependency_is_listed(project, name):
    text = (ROOT / ".ci" / name).read_text(encoding="utf-8").lower()
    lines = {re.sub("[-_.]+", "-", m) for m in re.findall(r"^(?:\| )?([a-z0-9_.-]+)", text, re.MULTILINE)}
    assert {re.sub("[-_.]+", "-", n) for n in direct(project)} <= lines


def test_the_lower_bounds_tried_are_those_promised(project):
    tried = dict(
        line.split("==") for line in (ROOT / ".ci" / "lowest.txt").read_text(encoding="utf-8").split() if "==" in line
    )
    promised = dict(
        r.split(">=") for r in [*project["dependencies"], *project["optional-dependencies"]["train"]] if ">=" in r
    )
    assert promised.keys() <= tried.keys()
    for name, bound in promised.items():
        lowest = [int(n) for n in bound.split(".")]
        assert [int(n) for n in tried[name].split(".")][: len(lowest)] == lowest, name


def test_the_lock_names_no_registry():
    for path in (ROOT / ".ci").iterdir():
        if path.suffix == ".txt":
            assert "://" not in path.read_text(encoding="utf-8"), path
            assert "index" not in path.read_text(encoding="utf-8"), path
