"""The notebooks run from top to bottom on what ships, and their committed outputs are small and tell no machine's paths.

After a new champion, write their outputs again:
`jupyter nbconvert --to notebook --execute --inplace --ExecutePreprocessor.record_timing=False notebooks/*.ipynb`
"""

from __future__ import annotations

import base64
import re
import warnings
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from quality import DataError, score, score_page
from quality.training import explore

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def _outputs(notebook) -> list[tuple[str, str]]:
    """(MIME type, or the stream's name; content) of every output."""
    found = []
    for cell in notebook.cells:
        for out in cell.get("outputs", []):
            found += [(out.name, out.text)] if out.output_type == "stream" else list(out.get("data", {}).items())
    return found


def test_there_are_three():
    assert [p.stem for p in NOTEBOOKS] == ["01_first_look", "02_train_and_track", "03_errors_thresholds_drift"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_runs(path, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    notebook = nbformat.read(path, 4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    said = [text for kind, text in _outputs(notebook) if kind == "stderr"]
    assert not [text for text in said if "Warning" in text], said  # a missing glyph is a warning
    assert not list(tmp_path.iterdir())  # what it writes goes to a temporary folder


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_committed_notebook_is_thin_and_small(path):
    notebook = nbformat.read(path, 4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell in code:
        assert not re.search(r"^\s*(def|class|for .*:\n.*\n.*\n.*\n)\b", cell.source, re.M), cell.source
        assert cell.source.count("\n") <= 16, cell.source
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert "**For " in notebook.cells[0].source
    assert notebook.cells[-1].source.startswith("## What next")
    assert path.stat().st_size < 300_000
    for kind, text in _outputs(notebook):
        if kind != "image/png":
            assert not re.search(r"/(tmp|home|root|work|Users|var)/", str(text)), text
        else:
            assert base64.b64decode(text).startswith(b"\x89PNG")


def test_a_picture_holds_japanese_without_boxes():
    import pandas as pd

    frame = pd.DataFrame({"grade": [0, 1, 2, 3] * 5, "x": np.linspace(0, 1, 20)})
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib warns of a glyph that its font lacks
        explore.by_grade(frame, {"x": "見出しの煽り度・記事の充実〜「」…"}).canvas.draw()
        explore.calibration({"見出し": (frame["x"], frame["grade"] > 1)}).canvas.draw()
        explore.draw_costs({"速報": explore.policy_costs(frame["x"], frame["grade"] > 1)}).canvas.draw()
        histograms = {"x": {"before": [1, 2, 3], "now": [3, 2, 1]}}
        explore.draw_shifts(histograms, {"x": "煽り", "y": "ない"}).canvas.draw()


def test_costs_follow_what_a_mistake_costs():
    rng = np.random.default_rng(0)
    bad = rng.random(400) < 0.5
    said = np.clip(bad * 0.4 + rng.random(400) * 0.6, 0, 1)
    careful, strict = (explore.policy_costs(said, bad, a, b) for a, b in ((5, 1), (1, 5)))
    assert (careful["dropped"].diff().dropna() <= 0).all()
    best = [table.loc[table["cost"].idxmin(), "threshold"] for table in (careful, strict)]
    assert best[0] > best[1]
    with pytest.raises(DataError, match="no rows"):
        explore.policy_costs([], [])


def test_tables_hold_every_item_and_reason():
    page = score_page((ROOT / "quality" / "examples" / "page.html").read_bytes())
    table = explore.page_table(page)
    assert len(table) == 1 + len(page.rail)
    assert table["sensational"].is_monotonic_decreasing
    one = score("【衝撃】まさかの結末")
    assert len(explore.reasons_table(one)) == len(one.reasons)
    assert list(explore.reasons_table(one, "whole").columns) == list(explore.reasons_table(one).columns)
