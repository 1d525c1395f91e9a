"""What is installed, what an import costs, what stands at the top of the checkout."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


def test_wheel_holds_only_the_two_packages(wheel):
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {t for t in tops if not t.endswith(".dist-info")} == {"quality", "features"}


def test_wheel_holds_what_scoring_reads(wheel):
    names = set(wheel.namelist())
    for name in ("quality/champion/manifest.json", "quality/phrases.tsv", "quality/py.typed", "features/py.typed"):
        assert name in names
    committed = subprocess.run(["git", "ls-files", "quality", "features"], cwd=ROOT, capture_output=True, text=True)
    grades = "quality/training/grades/"  # of no use without the texts they grade
    assert f"{grades}headlines.csv" not in names
    assert {n for n in committed.stdout.split() if not n.endswith(".gitignore") and not n.startswith(grades)} <= names


def test_import_is_light():
    code = "import sys, quality; print(sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    for heavy in ("mlflow", "sklearn", "matplotlib", "lightgbm", "pandas", "pyarrow"):
        assert f"'{heavy}'" not in loaded


def test_scoring_imports_no_training():
    code = "import sys, quality; quality.score('市、給食費を無償化'); print([m for m in sys.modules if m == 'mlflow' or m == 'matplotlib'])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert loaded.strip() == "[]"


def test_features_know_nothing_of_quality():
    for path in (ROOT / "features").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "import quality" not in text
        assert "from quality" not in text, path


def test_nothing_else_touches_a_tagger():
    for package in ("features", "quality"):
        for path in (ROOT / package).rglob("*.py"):
            if path.name not in ("tokens.py", "bench.py"):  # the benchmark holds us against the bare thing
                assert "import fugashi" not in path.read_text(encoding="utf-8"), path


def test_no_pickle():
    for package in ("features", "quality"):
        for path in (ROOT / package).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            assert "import pickle" not in text
            assert "joblib" not in text
            assert "allow_pickle=True" not in text, path


def test_top_level():
    allowed = {
        "pyproject.toml",
        "quality",
        "features",
        "notebooks",
        "tests",
        "mlruns",
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
    }
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert {name.split("/")[0] for name in listed if not name.startswith(".")} <= allowed
