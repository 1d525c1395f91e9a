"""The catalogue and what every feature keeps to."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import features
from features.document import Document, Layout
from features.schema import FEATURES, feature, schema_hash

TEXT = st.text(
    st.one_of(st.sampled_from("衝撃理由県警発表はがをの「」【】…！？。、\n12 "), st.characters()), max_size=200
)


def test_catalogue():
    table = features.describe()
    assert len(table) == len(FEATURES)
    assert not table["name"].duplicated().any()
    assert set(table["group"]) == {"headline", "attribution", "promise", "prose", "layout"}
    assert (table["low"] <= table["high"]).all()
    assert table["direction"].isin([-1, 0, 1]).all()
    assert (table["meaning"].str.len() >= 4).all()


def test_the_hash_sees_a_new_version():
    changed = (FEATURES[0]._replace(version=FEATURES[0].version + 1), *FEATURES[1:])
    assert schema_hash(changed) != schema_hash()
    assert schema_hash(FEATURES[::-1]) != schema_hash()


def test_an_unknown_feature_lists_the_known():
    with pytest.raises(KeyError, match="drama"):
        feature("no_such_thing")


@settings(deadline=None)
@given(TEXT, st.one_of(st.none(), TEXT))
def test_values_stay_in_their_range(title, body):
    values = features.extract([Document(title, body)]).iloc[0]
    for f in FEATURES:
        value = values[f.name]
        assert math.isnan(value) or f.low <= value <= f.high, f.name


@settings(deadline=None)
@given(TEXT, TEXT)
def test_spans_stand_in_the_text(title, body):
    analysis = features.analyse(Document(title, body))
    for f in FEATURES:
        if f.spans is None:
            continue
        for where, (start, end) in f.spans(analysis):
            text = analysis.title if where == "title" else analysis.body
            assert text is not None
            assert 0 <= start <= end <= len(text.norm), f.name


def test_extract_keeps_order_and_count():
    frame = features.extract(["甲", Document("乙", "本文である。"), ""])
    assert len(frame) == 3
    assert np.isnan(frame.loc[0, "sentence_length"])
    assert frame.loc[1, "sentences"] == 1
    assert list(frame.columns) == list(features.NAMES)


@pytest.mark.parametrize(
    ("name", "more", "less"),
    [
        ("drama", "【衝撃】会場騒然、監督が激怒", "監督が会見で続投を表明"),
        ("reason_promised", "人気店が閉店した理由", "人気店が人手不足で閉店"),
        ("reactions", "ネット騒然「悲しすぎる」とファン悶絶", "歌手が引退を発表"),
        ("stacked_marks", "売り切れ続出!?急げ!!", "品薄が続く"),
        ("plain_news", "県議会、条例改正案を可決", "まさかの展開に一同あぜん"),
        ("scare_quotes", "“神対応”の店員", "店員が表彰される"),
        ("list_promise", "買って後悔した家電7選", "家電の売れ行きが鈍る"),
        ("figures", "工場を売却 120億円で", "工場を売却する"),
    ],
)
def test_a_feature_sees_what_it_is_named_for(name, more, less):
    frame = features.extract([more, less])
    assert frame.loc[0, name] > frame.loc[1, name]


def test_a_body_that_holds_the_headline_delivers_more():
    title = "浜里市、図書館を午後9時まで延長 来春から"
    told = Document(title, "浜里市は10日、市立図書館の開館時間を来春から午後9時まで延長すると発表した。")
    untold = Document(title, "春が近づき、街には明るい装いの人が増えてきた。皆さんはどう過ごすだろうか。")
    frame = features.extract([told, untold])
    assert frame.loc[0, "words_covered"] > frame.loc[1, "words_covered"]
    assert frame.loc[0, "figures_covered"] == 1.0
    assert frame.loc[1, "words_missing"] > 0


@given(st.integers(1, 5000), st.integers(0, 5000))
def test_doubling_the_boilerplate_never_lowers_its_ratio(body, other):
    def ratio(rest: int) -> float:
        layout = Layout("html", chars=body + rest, body_chars=body)
        return features.extract([Document("題", "本文。", layout=layout)]).loc[0, "boilerplate_ratio"]

    assert ratio(2 * other) >= ratio(other)


def test_without_a_page_layout_is_unknown():
    frame = features.extract([Document("題", "本文。")])
    layout = [f.name for f in FEATURES if f.group == "layout"]
    assert frame[layout].isna().all(axis=None)
