"""Attribution through its public interface: sentences of our own, invariants on any text, and floors on the labels."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from score_attributions import SHARED, labelled, score

from features.analysis import Text, analyse
from features.attribution import FEATURES, Attribution, attribution_spans, attributions, find
from features.document import Document

KINDS = {"outlet", "institution", "person", "anonymous", "public", "hearsay"}


def read(body: str) -> list[Attribution]:
    return find(Text(body, lines=True))


def said(body: str) -> list[tuple[str, str]]:
    return [(a.source, a.kind) for a in read(body)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        # right before によると, through a head that only stands for its modifier
        ("北山市によると、橋は来春に直る。", [("北山市", "institution")]),
        ("北山署の調べによりますと、けが人はいません。", [("北山署", "institution")]),
        ("捜査関係者によれば、男は黙っている。", [("捜査関係者", "anonymous")]),
        ("南浜日報などの報道によると、港が閉まった。", [("南浜日報", "outlet")]),
        ("北山新聞が伝えたところによると、駅が移る。", [("北山新聞", "outlet")]),
        ("『南浜新聞』によると、港が閉まった。", [("南浜新聞", "outlet")]),
        # topic and subject, with and without a quotation
        ("山田花子市長は「橋を直す」と述べた。", [("山田花子市長", "person")]),
        ("山田花子市長(52)は会見で、橋を直すと述べた。", [("山田花子市長", "person")]),
        ("外務省は、渡航を控えるよう呼びかけている。", [("外務省", "institution")]),
        ("北山電機は新しい時計を発表した。", [("北山電機", "institution")]),
        ("北山電機は、工場を閉める方針を明らかにした。", [("北山電機", "institution")]),
        ("田中選手も前日、「勝つ」と意気込んだ。", [("田中選手", "person")]),
        ("担当者は「来週まで待ってほしい」。", [("担当者", "anonymous")]),
        # the source stands between と and its verb
        ("市長が辞めると北山新聞が報じた。", [("北山新聞", "outlet")]),
        ("橋は直るだろうと、鈴木教授は話した。", [("鈴木教授", "person")]),
        # behind the verb
        ("「味が違う」と話す店主は笑顔だった。", [("店主", "anonymous")]),
        ("「味が違う」と話すのは、店を営む佐藤一郎さんだ。", [("佐藤一郎さん", "person")]),
        # the subject of the last clause, and the subject that waits for its verb
        ("政府は反対したが、北山市は必要だと述べた。", [("北山市", "institution")]),
        ("田中首相が会見で、景気は良くなると述べた。", [("田中首相", "person")]),
        # labels
        ("山田市長:「急ぎます」", [("山田市長", "person")]),
        ("近所の女性\n「大きな音がしました」", [("近所の女性", "anonymous")]),
        ("【山田太郎・北山市長】「橋を直すのは今です」", [("山田太郎・北山市長", "person")]),
        ("「橋はもう古いのです」(山田教授)", [("山田教授", "person")]),
        ("「橋はもう古い」と、山田さん(30)。", [("山田さん", "person")]),
        ("山田さんは言う。「橋はもう古い」", [("山田さん", "person")]),
        ("そう語るのは、橋に詳しい山田教授だ。", [("山田教授", "person")]),
        # by what asking brought to light, and by a document
        ("橋が傷んでいたことが市への取材で分かった。", [("市", "institution")]),
        ("報告書には「橋は傷んでいる」と明記されている。", [("報告書", "institution")]),
        # two clauses, each with a subject of its own
        ("検察側は罰金を求め、弁護側は無罪だと主張した。", [("検察側", "institution"), ("弁護側", "institution")]),
        # the public
        ("SNSでは「すごい」「行きたい」などの声が寄せられた。", [("SNS", "public")]),
        ("ファンからは「待っていた」との声が上がった。", [("ファン", "public")]),
        ("ネット上では驚きの声が相次いだ。", [("ネット上", "public")]),
        ("「すごい」などの感想が寄せられた。", [("", "public")]),
        # hearsay
        ("橋は来春に直るとみられる。", [("", "hearsay")]),
        ("店は閉まったという。", [("", "hearsay")]),
        ("店は閉まったらしい。", [("", "hearsay")]),
        ("店は閉まったそうだ。", [("", "hearsay")]),
        ("営業は今月までとのことです。", [("", "hearsay")]),
    ],
)
def test_source_and_kind(body: str, expected: list[tuple[str, str]]) -> None:
    assert said(body) == expected


@pytest.mark.parametrize(
    "body",
    [
        "北山という町で祭りがあった。",
        "「銀の橋」という名前の店を訪ねた。",
        "橋が直るということを知った。",
        "友人と駅で会った。",
        "妹は兄と似ている。",
        "彼は代表として試合に出た。",
        "外へ出ようとした。",
        "城は「北の守り」と呼ばれる。",
        "空が暗くなると、雨が降った。",
        "このケーキはおいしそうだ。",
        "彼女らしい選び方だ。",
        "雨によって道が崩れた。",
        "仕事を求めて町を出た。",
        "女性は腹痛を訴えた。",
        "「銀の橋」とは、町に伝わる歌のことだ。",
        "これは市に限った話ではない。",
        "橋を「銀の橋」と名付けた。",
        "映画『銀の橋』を見た。",
        "私は難しいと思う。",
        "",
        "。",
    ],
)
def test_no_attribution(body: str) -> None:
    assert said(body) == []


def test_omitted_subject_is_the_sentence_before() -> None:
    body = "山田市長は「橋を直す」と述べた。さらに「道も直す」と語った。"
    assert said(body) == [("山田市長", "person")] * 2


def test_two_cues_of_one_subject() -> None:
    body = "北山署は「捜査中」とし、「答えられない」と説明した。"
    assert [(a.source, a.cue, a.quote) for a in read(body)] == [
        ("北山署", "とし", True),
        ("北山署", "と説明した", True),
    ]


def test_the_same_paper_stands_for_itself() -> None:
    body = "橋が直ると北山新聞が伝えた。同紙は、道も直ると付け加えた。"
    assert said(body) == [("北山新聞", "outlet"), ("同紙", "outlet")]


def test_hearsay_rests_on_the_source_of_its_sentence() -> None:
    assert said("北山市によると、橋は来春に直るという。") == [("北山市", "institution")]


def test_a_title_alone_takes_its_modifier_along() -> None:
    (found,) = read("県の担当者は「調べている」と話した。")
    assert (found.source, found.kind, found.cue, found.quote) == ("県の担当者", "anonymous", "と話した", True)


def test_words_inside_a_quotation_are_not_the_articles() -> None:
    assert said("田中監督は「コーチが無理だと言った」と語った。") == [("田中監督", "person")]


def test_spans_reach_the_callers_own_text() -> None:
    raw = "　外務省は、ＳＮＳで\u200b「安全です」と発表した。"
    text = Text(raw, lines=True)
    (found,) = find(text)
    assert found.start is not None
    assert found.end is not None
    start, end = text.raw_span((found.start, found.end))
    assert raw[start:end] == "外務省"


@given(
    st.text(
        alphabet=st.sampled_from(list('市長は「」『』"と述べた。、\n話すによるという()=・らしい警察がも「」A1 :')),
        max_size=60,
    )
    | st.text(max_size=80)
)
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_and_spans_index_it(raw: str) -> None:
    text = Text(raw, lines=True)
    for a in find(text):
        assert a.kind in KINDS
        assert 0 <= a.cue_start <= a.cue_end <= len(text.norm)
        assert a.cue == text.norm[a.cue_start : a.cue_end]
        if a.start is None or a.end is None:
            assert (a.source, a.start, a.end) == ("", None, None)
            assert a.kind in ("hearsay", "public")
        else:
            assert a.source
            assert a.source == text.norm[a.start : a.end]


def test_found_once_for_each_document() -> None:
    analysis = analyse(Document("橋", "山田市長は「橋を直す」と述べた。"))
    assert attributions(analysis) is attributions(analysis)


@pytest.mark.parametrize("body", [None, "", " \n"])
def test_without_a_body_there_is_nothing_to_measure(body: str | None) -> None:
    analysis = analyse(Document("橋を直す", body))
    assert all(math.isnan(f.value(analysis)) for f in FEATURES)
    assert all(f.spans is None or f.spans(analysis) == [] for f in FEATURES)


@pytest.mark.parametrize(
    "body",
    [
        "。",
        "abc",
        "橋が直った。",
        "山田市長は「橋を直す」と述べた。北山新聞によると、工事は春からだという。SNSでは「早い」との声が上がった。",
    ],
)
def test_features_stay_in_their_range_and_show_their_words(body: str) -> None:
    analysis = analyse(Document("橋", body))
    assert analysis.body is not None
    for feature in FEATURES:
        value = feature.value(analysis)
        assert feature.low <= value <= feature.high, feature.name
        assert feature.spans is not None
        for where, (start, end) in feature.spans(analysis):
            assert where == "body"
            assert 0 <= start < end <= len(analysis.body.norm)


def test_more_sources_never_count_as_fewer() -> None:
    value = {f.name: f.value for f in FEATURES}["attribution_sources"]
    one = analyse(Document("橋", "山田市長は「橋を直す」と述べた。"))
    two = analyse(Document("橋", "山田市長は「橋を直す」と述べた。田中議員は「反対だ」と述べた。"))
    assert (value(one), value(two)) == (1, 2)


def test_evidence_can_be_asked_for_by_kind() -> None:
    analysis = analyse(Document("橋", "山田市長は「橋を直す」と述べた。工事は春からとみられる。"))
    assert attribution_spans(analysis, "person") == [("body", (0, 4))]
    (_, (start, end)) = attribution_spans(analysis, "hearsay")[0]
    assert analysis.body is not None
    assert analysis.body.norm[start:end] == "とみられる"


needs_labels = pytest.mark.skipif(not (Path(SHARED) / "labels").is_dir(), reason="the labelled articles are not here")


@needs_labels
def test_floors_on_the_labelled_articles() -> None:
    figures = score(labelled(SHARED, "dev"))
    assert figures.precision >= 0.85
    assert figures.recall >= 0.75
    assert figures.kind >= 0.85


@needs_labels
def test_floor_on_the_seed() -> None:
    assert score(labelled(SHARED, "seed")).recall >= 0.9
