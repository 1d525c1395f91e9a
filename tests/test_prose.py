"""Prose: how a body is written."""

from __future__ import annotations

import pytest

import features
from features.document import Document

REPORT = "羽根川市は12日、市場を4月に開くと発表した。事業費は3億円。大森市長は会見で日程を説明した。"
CHAT = "いかがでしたか？私もとても楽しみです！ぜひチェックしてくださいね♪詳しくはこちらから。"


@pytest.mark.parametrize(
    ("name", "more", "less"),
    [
        ("dates", REPORT, CHAT),
        ("body_figures", REPORT, CHAT),
        ("body_kanji", REPORT, CHAT),
        ("noun_share", REPORT, CHAT),
        ("body_news", REPORT, CHAT),
        ("polite", CHAT, REPORT),
        ("first_person", CHAT, REPORT),
        ("body_filler", CHAT, REPORT),
        ("body_click_on", CHAT, REPORT),
        ("body_exclamations", CHAT, REPORT),
        ("body_symbols", CHAT, REPORT),
        ("body_hiragana", CHAT, REPORT),
        ("distinct_words", REPORT, REPORT * 4),
        ("sentence_spread", REPORT + "晴れた。", "雨が降った。風が吹いた。"),
        ("body_advert", REPORT + "今ならクーポンで割引、送料無料。", REPORT),
        ("captions", REPORT + "【写真】市場の完成図", REPORT),
    ],
)
def test_a_feature_sees_what_it_is_named_for(name, more, less):
    frame = features.extract([Document("市場を開設", more), Document("市場を開設", less)])
    assert frame.loc[0, name] > frame.loc[1, name]


def test_shares_of_scripts_make_one_at_most():
    row = features.extract([Document("題", REPORT + CHAT + "ＡＢＣカタカナ")]).iloc[0]
    assert 0 < row[["body_katakana", "body_hiragana", "body_kanji", "body_latin"]].sum() <= 1


def test_repeating_a_body_keeps_its_shares():
    once, twice = features.extract([Document("題", REPORT), Document("題", REPORT + "\n" + REPORT)]).to_dict("records")
    for name in ("noun_share", "particle_share", "adverb_share"):
        assert once[name] == pytest.approx(twice[name])
