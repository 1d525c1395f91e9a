"""Normalised text, its way back, tokens, sentences and quotations."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from features.analysis import Text, analyse
from features.document import Document
from features.normalise import normalise, offsets
from features.tokens import key, tokenize

JAPANESE = st.text(
    st.one_of(
        st.sampled_from(
            "日本銀行政策金利衝撃理由速報あいうえおのはがをにアイウエオーｱｲｳﾞﾟ「」『』【】“”…！？!?。、・ 　\n\t０１２Ａ"
        ),
        st.characters(),
    ),
    max_size=120,
)


@given(JAPANESE)
def test_normalise_is_stable_and_mecab_can_read_it(text):
    normal = normalise(text)
    assert normal == " ".join(normal.split())
    normal.encode("utf-8")
    assert "".join(t.surface for t in tokenize(normal)) == normal.replace(" ", "")


@given(st.text(max_size=3), st.text(max_size=3))
@example("前", "MR")  # which Python's own hash of a str takes for each other
def test_a_key_is_one_words(one, other):
    one, other = normalise(one), normalise(other)
    assert (key(one) == key(other)) == (one == other)


@given(JAPANESE)
def test_offsets_lead_back(text):
    normal = normalise(text)
    back = offsets(text, normal)
    assert len(back) == len(normal) + 1
    assert back == sorted(back)
    assert all(0 <= i <= len(text) for i in back)


@given(JAPANESE)
def test_spans_index_the_callers_text(text):
    read = Text(text, lines=True)
    for start, end in [*read.sentences, *read.paragraphs, *((q.start, q.end) for q in read.quotations)]:
        raw_start, raw_end = read.raw_span((start, end))
        assert 0 <= raw_start <= raw_end <= len(text)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ｼｮｯｷﾝｸﾞな結末", "ショッキングな結末"),
        ("ＮＨＫ会長", "NHK会長"),
        ("衝.撃の事実", "衝撃の事実"),
        ("衝\u200b撃", "衝撃"),
        ("〝神対応〟", '"神対応"'),
        ("  速報　　大雨 ", "速報 大雨"),
    ],
)
def test_dress_up_is_taken_off(written, meant):
    assert normalise(written) == meant


def test_a_word_is_found_again_in_the_callers_text():
    raw = "【ｼｮｯｸ】  ＡＢＣの衝.撃"
    text = Text(raw)
    for word, source in (("ショック", "ｼｮｯｸ"), ("ABC", "ＡＢＣ"), ("衝撃", "衝.撃")):
        start = text.norm.index(word)
        raw_start, raw_end = text.raw_span((start, start + len(word)))
        assert raw[raw_start:raw_end] == source


def test_tokens_carry_parts_of_speech():
    tokens = {t.surface: t for t in tokenize("日銀は利上げを決めた")}
    assert tokens["は"].pos1 == "助詞"
    assert tokens["決め"].cform.startswith("連用形")
    assert tokens["日銀"].script == "kanji"


def test_threads_read_alike():
    lines = [f"第{i}回の会合で{i}人が「賛成」と答えた" for i in range(400)]
    alone = [[(t.surface, t.pos1) for t in tokenize(line)] for line in lines]
    with ThreadPoolExecutor(16) as pool:
        together = list(pool.map(lambda line: [(t.surface, t.pos1) for t in tokenize(line)], lines * 4))
    assert together == alone * 4


def test_long_text_is_read_in_pieces():
    text = "市は12日、補正予算案を発表した。" * 2000
    assert "".join(t.surface for t in tokenize(text)) == text


def test_sentences_keep_quotations_whole():
    text = Text("知事は「遺憾だ。調べる」と述べた。県は来月まとめる。", lines=True)
    assert [text.norm[s:e] for s, e in text.sentences] == ["知事は「遺憾だ。調べる」と述べた。", "県は来月まとめる。"]


def test_quotations_nest():
    text = Text("「彼は『無理』と言った」と話す")
    assert [(text.norm[q.start : q.end], q.depth) for q in text.quotations] == [
        ("彼は『無理』と言った", 0),
        ("無理", 1),
    ]


@pytest.mark.parametrize("body", [None, "", "  \n ", "\u200b"])
def test_no_body(body):
    assert analyse(Document("題", body)).body is None


def test_body_kind_none_means_no_body():
    assert analyse(Document("題", "本文", body_kind="none")).body is None


def test_endless_nesting_is_read_as_deep_as_prose_goes():
    text = Text("「" * 5000 + "以上" + "」" * 5000)
    found = text.quotations
    assert 1 <= len(found) <= 8
    assert "以上" in text.norm[found[-1].start : found[-1].end]


def test_endless_words_are_not_remembered():
    from features.tokens import _memo, tokenize

    before = len(_memo)
    for n in range(200):
        tokenize(f"{'ア' * (500 + n)}")
    assert len(_memo) - before < 20
