"""One artifact format: it loads as it was saved, and not at all where it was changed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from features import Document, analyse
from quality import ModelError, load_model, lookup, score
from quality.heads import HEADS
from quality.model import QualityModel
from quality.text_model import TextModel

CHAMPION = Path(__file__).parents[1] / "quality" / "champion"
TITLES = ["【衝撃】まさかの結末に騒然", "市、予算案を発表", "“神対応”の理由とは？"]


@pytest.fixture
def folder(tmp_path) -> Path:
    return Path(shutil.copytree(CHAMPION, tmp_path / "model"))


def test_saved_and_loaded_it_answers_alike(tmp_path):
    model = load_model()
    version = model.save(tmp_path / "again")
    again = load_model(tmp_path / "again")
    assert again.version == version == load_model().version
    assert [score(t, model=again) for t in TITLES] == [score(t) for t in TITLES]


def test_a_model_written_twice_is_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        QualityModel.load(CHAMPION).save(tmp_path / name)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_no_model_says_so(tmp_path):
    with pytest.raises(ModelError, match=r"manifest\.json is missing"):
        load_model(tmp_path)


@pytest.mark.parametrize(
    "name",
    sorted(
        p.name
        for p in CHAMPION.iterdir()
        if p.suffix in {".npy", ".terms", ".txt", ".json"} and p.name != "metrics.json"
    ),
)
def test_a_changed_file_is_refused(folder, name):
    path = folder / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelError):
        load_model(folder)


@pytest.mark.parametrize("name", ["sensational.lgb.txt", "whole.tail_char.npy", "reference.json", "manifest.json"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(ModelError, match=name.replace(".", r"\.")):
        load_model(folder)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("schema", "0" * 64, "other features"),
        ("format", 99, "format 99"),
        ("heads", {}, "changed|missing"),
        ("files", {"../../etc/passwd": "0"}, "does not list"),
        ("thresholds", {"p95": {"sensational_from": 7}}, "changed"),
    ],
)
def test_a_manifest_that_lies_is_refused(folder, key, value, said):
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest[key] = value
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ModelError, match=said):
        load_model(folder)


def test_the_champion_is_small():
    assert sum(p.stat().st_size for p in CHAMPION.iterdir()) <= 25_000_000


def test_n_grams_that_find_no_slot_are_searched(monkeypatch):
    keys = np.unique(np.random.default_rng(0).integers(0, 10**6, 5_000))
    wanted = np.arange(10**4) * 97
    known, places = lookup.Table(keys).find(wanted)
    assert np.array_equal(keys[places], wanted[known])
    assert np.array_equal(known, np.flatnonzero(np.isin(wanted, keys)))
    monkeypatch.setattr(lookup.Table, "_ROUNDS", 0)
    again = lookup.Table(keys).find(wanted)
    assert np.array_equal(again[0], known)
    assert np.array_equal(again[1], places)


def test_the_first_texts_get_what_the_later_ones_get():
    analyses = [analyse(Document(t, f"{t}。" * 3)) for t in [*TITLES, "ぬゐヱヰヮ qzxv"]]
    for spec in HEADS:
        for text in spec.texts:
            later = TextModel.load(CHAMPION, text.name)
            wanted = later.scores(analyses)
            for trusted in (True, False):
                for analysis, value in zip(analyses, wanted, strict=True):
                    assert TextModel.load(CHAMPION, text.name, trusted).scores([analysis]) == value


def test_the_champions_n_grams_stand_in_order():
    for spec in HEADS:
        for text in spec.texts:
            lines = (CHAMPION / f"{text.name}.terms").read_text(encoding="utf-8").split("\n")
            assert lines == sorted(lines), text.name


def test_no_documents_have_no_scores():
    sensational = load_model().heads["sensational"]
    titles = [analyse(Document(title)) for title in ("橋の工事が終わる", "町長が語る", "水道料金を据え置き")]
    for text in sensational.texts:
        _ = text.scores(titles)  # from here on many are looked up at once
        assert text.scores([]).shape == (0,)
