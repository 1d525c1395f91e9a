"""No rule names a site, and the figures on pages with known main text stay where they were.

The pages belong to their publishers and stand beside the checkout; without them these tests skip.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from quality.page import model, read_page

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
CODE = ROOT / "quality" / "page"
HOST = re.compile(r"\b(?:[a-z0-9-]+\.)+(?:com|jp|net|org|tv|info|co|news)\b")
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="../shared, the pages with known main text, is not here")


def _sources() -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(CODE.glob("*.py"))}


def test_no_code_names_a_host() -> None:
    hosts = {name: HOST.findall(text) for name, text in _sources().items()}
    allowed = {"og:site_name", "schema.org", "example.com"}
    assert not {name: found for name, found in hosts.items() if set(found) - allowed}


@needs_shared
def test_no_code_names_a_site_or_its_classes() -> None:
    """Class names and ids that a single site uses, and the sites' own names, stand nowhere in the code."""
    users: dict[str, set[str]] = {}
    for path in sorted((SHARED / "pages" / "html").iterdir()):
        site = path.name.split("__")[0]
        for names in re.findall(rb"""\b(?:class|id)=["']([^"']+)["']""", path.read_bytes()):
            for name in names.decode("utf-8", "replace").split():
                users.setdefault(name, set()).add(site)
    own = {
        name
        for name, sites in users.items()
        if len(sites) == 1 and len(name) >= 8 and re.search(r"[-_0-9]|[a-z][A-Z]", name)
    }
    labels = {part for site in set.union(*users.values()) for part in site.split(".") if len(part) >= 5} - {
        "ascii"
    }  # the codec
    words = {name: set(re.findall(r"[A-Za-z0-9_-]+", text)) for name, text in _sources().items()}
    assert not {name: found & own for name, found in words.items() if found & own - _plain_python()}
    assert not {name: found & labels for name, found in words.items() if found & labels}


def _plain_python() -> set[str]:
    """Names that this code needs for itself, whatever a site calls its classes."""
    import quality.page.boxes
    import quality.page.read

    return {*dir(quality.page.boxes), *dir(quality.page.read), "published_time", "site_name", "application"}


def test_the_model_is_arrays_alone() -> None:
    with np.load(model.SHIPPED, allow_pickle=False) as arrays:
        assert all(arrays[name].dtype.kind in "iufU" for name in arrays.files)


def test_importing_the_reader_imports_no_learner() -> None:
    code = "import sys, quality.page; print([m for m in ('lightgbm', 'sklearn', 'mlflow', 'matplotlib', 'pandas') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


@needs_shared
def test_the_seed_page_line_by_line() -> None:
    page = read_page((SHARED / "seed" / "page.txt").read_bytes())
    lines = [json.loads(line) for line in (SHARED / "seed" / "lines.jsonl").read_text(encoding="utf-8").splitlines()]
    roles = {block.line: block.role for block in page.blocks}
    shown = [line for line in lines if line["role"] != "blank"]
    assert sum(roles.get(line["line_no"]) != line["role"] for line in shown) <= 2
    body = [line["text"].strip() for line in lines if line["role"] == "body"]
    assert (page.article.body or "").split("\n") == body
    items = [item for rail in page.rails for item in rail.items]
    assert len(items) == 32
    assert sum(item.rank is not None for item in items) == 10
    assert sum(item.tag is not None for item in items) == 10
    assert all(item.repeat for item in page.rails[2].items)


@needs_shared
@pytest.mark.parametrize(
    ("rendering", "floors"),
    [
        ("html", {"f1": 0.955, "rail_found": 0.85, "rail_right": 0.75}),
        ("text_main", {"f1": 0.94}),
        ("text_all", {"f1": 0.88}),
    ],
)
def test_figures_on_known_pages(rendering: str, floors: dict[str, float], tmp_path: Path) -> None:
    """Floors for the model that ships. It has seen these sites: figures to quote come from leave-one-site-out."""
    out = tmp_path / "out.jsonl"
    folder = SHARED / "pages" / rendering
    bench = [sys.executable, "-m", "quality.page.bench", str(folder), "--predictions", str(out)]
    subprocess.run(bench, check=True, capture_output=True, cwd=ROOT)
    score = [sys.executable, str(SHARED / "tools" / "score_pages.py"), str(out)]
    texts = [] if rendering == "html" else ["--texts", str(folder)]
    said = subprocess.run([*score, *texts], check=True, capture_output=True, text=True).stdout
    figures = dict(re.findall(r"(\w+) ([\d.]+)", said))
    for name, floor in floors.items():
        assert float(figures[name]) >= floor, said
    if rendering == "html":
        assert float(figures["leak"]) <= 0.04
        assert float(figures["rail_leak"]) <= 0.005
