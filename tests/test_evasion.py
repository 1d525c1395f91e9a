"""Dress-up changes nothing: altered forms of bait headlines, written for this test, score as the plain ones do."""

from __future__ import annotations

import random

import numpy as np
import pytest

from features.analysis import Text
from features.normalise import normalise
from quality.training import evasion
from quality.training.evasion import BAIT, DRESS, altered, shift_figures


def test_the_draw_is_of_every_kind():
    forms = altered()
    assert len(forms) == len({f[2] for f in forms}) == 200
    assert {f[0] for f in forms} == set(DRESS)


def test_dress_up_moves_no_score():
    found = shift_figures()
    print(
        f"mean shift of sensational over {found['n']} altered headlines: {found['mean_shift']}, largest {found['largest']}"
    )
    assert found["mean_shift"] <= 0.03, found  # tests/gate.json holds it closer


def test_a_moved_score_shows(monkeypatch):
    monkeypatch.setitem(evasion.DRESS, "an emoji somewhere", lambda title, rng: "市、計画を公表" + str(rng.random()))
    found = shift_figures()
    assert found["mean_shift"] > 0.03
    assert found["worst"] == "an emoji somewhere"


@pytest.mark.parametrize("how", [h for h in DRESS if h not in ("marks repeated",)])
def test_most_dress_up_leaves_the_same_text(how):
    rng = random.Random(1)
    same = [normalise(DRESS[how](title, rng)) == normalise(title) for title in BAIT]
    assert np.mean(same) >= 0.9


def test_a_dressed_word_is_shown_as_it_was_written():
    raw = "衝🔥撃の結末、❰悲.報❱"
    text = Text(raw)
    for word, source in (("衝撃", "衝🔥撃"), ("悲報", "悲.報")):
        start = text.norm.index(word)
        assert raw[slice(*text.raw_span((start, start + len(word))))] == source
