"""Headline features, on headlines written for these tests: each sees what it is named for, and what it must not be taken in by."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import features
from features.document import Document
from features.headline import measure as measure_all
from features.schema import TITLE_FEATURES, feature


def measure(title: str, name: str, tag: str | None = None) -> float:
    return feature(name).value(features.analyse(Document(title, tag=tag)))


def words(title: str, name: str) -> list[str]:
    analysis = features.analyse(Document(title))
    spans = feature(name).spans
    assert spans is not None
    return [analysis.title.norm[start:end] for _, (start, end) in spans(analysis)]


@pytest.mark.parametrize(
    ("name", "more", "less"),
    [
        ("shout_tags", "【衝撃】橋の下で見つかったもの", "【MLB】橋本が3勝目、7回1失点"),
        ("plain_tags", "【解説】消費税、なぜ上がるのか", "【悲報】俺の財布、空っぽ"),
        ("curiosity", "意外すぎる店主の素性", "店主が新店舗を開業"),
        ("revelations", "元代表が赤裸々告白", "元代表が講演"),
        ("epithets", "人気俳優が電撃婚", "俳人協会が選考会を開催"),
        ("unnamed_subject", "大物俳優が破局", "大物俳優の佐藤太郎さんが破局"),
        ("public_reacts", "新衣装にネット騒然", "新衣装をネットで販売"),
        ("pressure", "知らないと損する年金の話", "年金改革法が成立"),
        ("spoken", "「えっ、もう終わりなの」", "「全容の解明に努める」"),
        ("katakana_emphasis", "彼が辞めたホントのワケ", "彼が辞めた本当の訳"),
        ("weather_and_traffic", "東海道線で運転見合わせ 大雪の影響", "会場の笑いが止まらない"),
        ("breaks_off", "箱を開けてみたら…", "箱を開封…中身は空"),
        ("withheld_ending", "社長が会社を去った理由", "社長が健康上の理由で会社を去る"),
        ("hollow_heads", "別れ際に放った一言", "一言で別れを告げる"),
        ("rank_asked", "住みたい街ランキング、1位は?", "住みたい街の首位は横浜"),
        ("list_promise", "後悔する家電5選", "家電5社が増益"),
        ("means_for_name", "年収800万円の夫婦、家計は火の車", "8人の夫婦、家計を語る"),
        ("age_for_name", "35歳女性が味わった夜", "三十路の夜"),
        ("serial", "消えた町の記憶(3)", "消えた町の記憶"),
        ("figures", "売上高は前年比12%増の340億円", "売上高が大きく伸びる"),
        ("title_dates", "26日午後3時に会見", "まもなく会見"),
        ("quote_speaker", "佐藤監督「負けは私の責任」", "「負けは私の責任」会場に響く"),
        ("loud_quotes", "「もう無理!」通勤電車の一幕", "「適正に処理した」と県"),
        ("felt_quotes", "「最悪」客が怒り", "「協議中」と広報"),
        ("chained_quotes", "「泣いた」「尊い」新作に声続々", "「泣いた」と話す観客"),
        ("quoted_nouns", "新型衛星「あおぞら」打ち上げ", "「もう帰りたい」と訴え"),
        ("scare_quotes", "店員の“神対応”", "店員の対応を表彰"),
        ("loud_scare_quotes", "店員の“まさかの一言”", "店員の“接客”"),
        ("stacked_marks", "ついに完売!?急げ!!", "ついに完売?"),
        ("arrows", "無名→世界一", "無名から世界一へ"),
        ("ends_in_act", "日銀、利上げを決定", "日銀、利上げの行方"),
        ("ends_in_noun", "社長が語る未来", "社長が未来を語る"),
        ("ends_in_predicate", "社長が未来を語る", "社長が語る未来"),
        ("ends_in_particle", "新工場を来春にも稼働へ", "新工場が来春に稼働"),
        ("leads_with_subject", "日銀、利上げを決定", "利上げを決めた、その夜"),
        ("title_polite", "損をしないコツを教えます", "損失を計上"),
        ("negations", "もう誰も止められない", "大会を中止"),
        ("loud_lists", "まさかの結末にネット騒然「泣いた」", "県議会、条例を可決"),
    ],
)
def test_a_feature_sees_what_it_is_named_for(name, more, less):
    assert measure(more, name) > measure(less, name)


@pytest.mark.parametrize(
    ("name", "title", "expected"),
    [
        ("shout_tags", "【衝撃】橋の下で見つかったもの", ["【衝撃】"]),
        ("hollow_heads", "別れ際に放った一言", ["た一言"]),
        ("withheld_ending", "二人の共通点とは?", ["とは"]),
        ("drama", "会場騒然、監督激怒", ["騒然", "激怒"]),
        ("scare_quotes", "店員の〝神対応〟", ["神対応"]),
    ],
)
def test_spans_are_the_words(name, title, expected):
    assert words(title, name) == expected


def test_a_word_inside_another_is_not_found():
    assert measure("精神科医が語る", "emotive") == 0  # 神 stands in 精神


def test_newspaper_style_is_not_withholding():
    title = "県議会、手話言語条例を可決 来年4月施行"
    assert measure(title, "withheld_ending") == measure(title, "breaks_off") == measure(title, "loud_lists") == 0
    assert measure(title, "leads_with_subject") == measure(title, "ends_in_act") == 1


def test_the_portals_label_counts_where_there_is_one():
    title = "駅前に新しい店"
    assert measure(title, "luring_tag", tag="気になる") == 1
    assert measure(title, "luring_tag", tag="IT・テック") == 0
    assert math.isnan(measure(title, "luring_tag"))
    assert math.isnan(measure(title, "luring_tag", tag=" "))


@pytest.mark.parametrize("title", ["", " ", "\u200b", "!", "「", "…", "】【", "1", "w", "の"])
def test_a_headline_of_next_to_nothing_is_measured(title):
    for f in TITLE_FEATURES:
        value = f.value(features.analyse(Document(title)))
        assert math.isnan(value) or f.low <= value <= f.high, f.name
        assert f.spans is None or isinstance(f.spans(features.analyse(Document(title))), list)


@given(st.text(st.sampled_from("衝撃騒然ネット理由とはがを「」【】…!?“”12歳円の。 "), max_size=40))
def test_counts_and_spans_agree(title):
    """Where a feature counts, and says where, it says as many places as it counts, or one for all."""
    analysis = features.analyse(Document(title))
    for name in (
        "drama",
        "reactions",
        "shout_tags",
        "scare_quotes",
        "figures",
        "questions",
        "hollow_heads",
        "breaks_off",
    ):
        f = feature(name)
        assert f.spans is not None
        assert f.value(analysis) == len(f.spans(analysis)), name


@given(st.integers(3, 30))
def test_repeated_marks_say_no_more(times):
    assert measure("完売" + "!" * times, "exclamations") == measure("完売!!", "exclamations")
    assert measure("完売" + "…" * times, "ellipses") == 1


PIECES = [
    *"衝撃騒然理由県警発表はがをの「」【】…!?“”12歳円の。 ワケ",
    "第1話",
    "5選",
    "3位は",
    "年収1億円",
    "→",
    "た人",
]
HEADLINES = st.lists(st.one_of(st.sampled_from(PIECES), st.characters()), max_size=40).map("".join)


@given(st.lists(HEADLINES, min_size=1, max_size=6))
def test_a_row_is_what_its_features_say_alone_and_among_others(titles):
    analyses = [features.analyse(Document(title)) for title in titles]
    table = measure_all.table(map(measure_all.read, analyses), [a.title.norm for a in analyses])
    np.testing.assert_allclose(table, [[f.value(a) for f in TITLE_FEATURES] for a in analyses], rtol=1e-12)


@given(
    st.lists(
        st.sampled_from(
            [
                "TOP",
                "Top",
                "top",
                "ワースト",
                "パターン",
                "に",
                "w",
                "とは",
                "ベスト",
                "スト",
                " ",
                "1",
                "12",
                "選",
                "位",
                "は",
                "、",
                "!",
                "?",
                "か",
                "なぜ",
                "」",
                "「",
                "…",
                "笑",
                "第",
                "話",
            ]
        ),
        max_size=14,
    )
)
def test_what_is_counted_fast_stands_where_it_is_shown(parts):
    analysis = features.analyse(Document("".join(parts)))
    holds_quotation, holds_digit = analysis.title.quotations, analysis.title.count("digit")
    for name, needed in (
        ("list_promise", holds_digit),
        ("serial", holds_digit),
        ("loud_quotes", holds_quotation),
        ("question_form", True),
        ("rank_asked", True),
        ("stacked_marks", True),
        ("ellipses", True),
    ):
        f = feature(name)
        assert f.spans is not None
        assert not needed or f.value(analysis) == len(f.spans(analysis)), name
