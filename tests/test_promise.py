"""Promise and delivery: what the body keeps of its headline, and whether it is whole."""

from __future__ import annotations

import math

import pytest

import features
from features.document import Document
from features.schema import feature

NEWS = (
    "羽根川市は12日、駅前広場に屋根付きの市場を来年4月に開くと発表した。事業費は1億2000万円。\n"
    "市によると、地元の農家など二十三人が野菜や菓子を売る。大森市長は「町の顔にしたい」と話した。\n"
    "市は今後、出店者を追加で募る予定だ。"
)


def _value(name: str, title: str, body: str | None) -> float:
    return float(features.extract([Document(title, body)]).loc[0, name])


def _words(name: str, title: str, body: str) -> list[str]:
    analysis = features.analyse(Document(title, body))
    spans = feature(name).spans
    assert spans is not None
    found = []
    for where, (start, end) in spans(analysis):
        text = analysis.title if where == "title" else analysis.body
        assert text is not None
        found.append(text.norm[start:end])
    return found


def test_a_body_tells_the_headline_in_its_own_words():
    """A verb in another form, a compound taken apart: the body holds them all the same."""
    title = "羽根川市、駅前市場を開設 来年4月"
    assert _value("words_covered", title, NEWS) > 0.8
    assert _value("words_covered", title, "冬の朝、港では漁師たちが網を直していた。") < 0.3
    assert _value("pieces_covered", title, NEWS) > _value("pieces_covered", title, "港では漁師が網を直していた。")


def test_what_is_missing_is_named():
    title = "羽根川市が駅前市場 水族館も建設へ"
    assert "水族" in "".join(_words("words_missing", title, NEWS))
    assert _value("words_missing", title, NEWS) >= 1
    assert any("水族館" in piece for piece in _words("part_covered", title, NEWS))
    assert any("水族" in piece for piece in _words("pieces_covered", title, NEWS))


def test_a_repeated_headline_is_not_told_thereby():
    title = "羽根川市、駅前に水族館を建設する方針"
    body = "港では漁師が網を直していた。"
    assert _value("words_covered", title, f"【写真】{title} {body}") == _value("words_covered", title, body)


@pytest.mark.parametrize("written", ["1億2000万円", "1億2,000万円", "120,000,000円", "１億２０００万円"])
def test_a_number_is_its_value_however_written(written):
    assert _value("figures_covered", f"市場の事業費{written}", NEWS) == 1.0


def test_a_kanji_number_counts_and_another_number_does_not():
    assert _value("figures_covered", "市場に23人が出店", NEWS) == 1.0
    assert _value("figures_covered", "市場に45人が出店", NEWS) == 0.0
    assert _words("figures_covered", "市場に45人が出店", NEWS) == ["45"]


def test_quotations_are_found_sharpened_or_missing():
    same = _value("quotes_delivered", "市長「町の顔にしたい」", NEWS)
    sharper = _value("quotes_delivered", "市長「町の顔にしてみせる」", NEWS)
    other = _value("quotes_delivered", "市長「絶対に許せない」", NEWS)
    assert same == 1.0 > sharper > other
    assert _words("quotes_delivered", "市長「絶対に許せない」", NEWS) == ["絶対に許せない"]


def test_a_quotation_that_only_the_writer_says_is_not_spoken():
    title = "市場は「町の新しい顔」"
    written = "市場は町の新しい顔だと感じた。"
    assert _value("quotes_spoken", title, "店主は「町の新しい顔だ」と話した。") > _value(
        "quotes_spoken", title, written
    )


def test_removing_the_reason_lowers_reason_given():
    title = "駅前の名物食堂が店を閉じる理由"
    start = "駅前の食堂が月末で店を閉じる。創業から50年、学生に親しまれてきた。"
    reason = "閉店の理由は店主の高齢化だ。後継ぎがいないためだという。"
    assert _value("reason_given", title, start + reason) > _value("reason_given", title, start)
    assert _value("promise_taken_up", title, start + reason) == 1.0
    assert _value("promise_taken_up", title, start) == 0.0
    assert "理由" in _words("promise_taken_up", title, start)
    assert math.isnan(_value("reason_given", "駅前の食堂が閉店", start))


def test_a_list_of_the_promised_length():
    title = "雨の日に役立つ道具3選"
    items = ["①折り畳み傘", "②長靴", "③防水袋"]
    whole, part = "\n".join(items), "\n".join(items[:1])
    assert _value("list_delivered", title, whole) == 1.0
    assert _value("list_unfinished", title, part) == 1.0
    assert _value("items_listed", title, part) < _value("items_listed", title, whole)
    assert math.isnan(_value("list_delivered", "雨の日に役立つ道具", whole))


def test_loud_words_the_body_does_not_use():
    title = "新市場に町が騒然、衝撃の値段"
    assert _value("force_missing", title, NEWS) == 2.0
    assert _words("force_missing", title, NEWS) == ["騒然", "衝撃"]
    assert _value("force_missing", title, NEWS + "町は騒然とし、衝撃が走った。") == 0.0


def test_where_the_news_stands():
    title = "羽根川市が駅前広場に市場"
    filler = "秋も深まってきた。朝晩は冷え込む。落ち葉が舞う。"
    assert _value("told_at", title, NEWS) < _value("told_at", title, filler + NEWS)
    assert _value("told_together", title, NEWS) > _value("told_together", title, filler)


@pytest.mark.parametrize(
    "ending",
    [
        "本記事では、市場の楽しみ方を紹介します。",
        "市場の将来について、市長に話を聞いた。",
        "それでは見ていきましょう。",
        "さっそく使い勝手を検証していく。",
    ],
)
def test_endings_that_announce(ending):
    assert _value("announces", "市場を開設", NEWS) == 0.0
    assert _value("announces", "市場を開設", NEWS + ending) == 1.0
    assert _words("announces", "市場を開設", NEWS + ending)


def test_a_body_cut_in_the_middle():
    cut = NEWS[: NEWS.index("屋根付きの") + 4]
    assert _value("ends_mid_sentence", "市場を開設", NEWS) == 0.0
    assert _value("ends_mid_sentence", "市場を開設", cut + "の") == 1.0
    assert _value("open_brackets", "市場を開設", NEWS[: NEWS.index("町の顔")]) == 1.0
    assert _value("open_brackets", "市場を開設", NEWS) == 0.0


def test_marks_of_a_first_page():
    assert _value("goes_on", "市場を開設", NEWS + "\n続きを読む") > _value("goes_on", "市場を開設", NEWS)
    excerpt = "本稿は、山辺透『市場の町』の一部を再編集したものです。\n"
    assert _value("excerpt", "市場を開設", excerpt + NEWS) > _value("excerpt", "市場を開設", NEWS) == 0.0


def test_a_question_left_open():
    asked = NEWS + "客足は戻るのだろうか。"
    assert _value("ends_in_question", "市場を開設", asked) == 1.0
    assert _value("questions_at_end", "市場を開設", asked) > _value("questions_at_end", "市場を開設", NEWS)


def test_without_a_body_nothing_is_measured():
    frame = features.extract([Document("市場を開設する理由"), Document("市場を開設する理由", " \n")])
    measured = [f.name for f in features.FEATURES if f.group == "promise"]
    assert frame[measured].isna().all(axis=None)


@pytest.mark.parametrize("title", ["", " ", "…", "12345678", "「」『』", "選"])
def test_odd_headlines_are_measured(title):
    frame = features.extract([Document(title, NEWS), Document(title, title or "。")])
    for f in features.FEATURES:
        if f.group == "promise":
            values = frame[f.name].dropna()
            assert values.between(f.low, f.high).all(), f.name
