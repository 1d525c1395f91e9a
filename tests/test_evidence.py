"""Evidence: reasons that say what is there and what is missing, and that hold when the words are taken out."""

from __future__ import annotations

import pytest

from features import analyse
from quality import Document, load_model, score
from quality.evidence import RULES
from quality.model import dense_matrix

REPORT = (
    "宮瀬市は20日、老朽化した第二体育館を2027年度に建て替えると発表した。総事業費は38億円で、市議会12月定例会に関連議案を提出する。\n\n"
    "市スポーツ課によると、現在の体育館は1974年の建設で、2023年の耐震診断で基準を下回った。利用者は年間約6万人に上る。\n\n"
    "片桐涼子市長は会見で「避難所としての機能も高めたい」と述べた。市体育協会の野添守会長は「工事中の代わりの場所を早く示してほしい」と話している。"
)
CHAT = (
    "最近ネットで話題になっているあの人気タレント。ファンからは「かわいすぎる」「ヤバい」といった声が続々と上がっているようです。\n\n"
    "気になる真相はいったい何なのでしょうか。関係者によれば、なんと驚きの事実があるのだとか。今後の活躍から目が離せませんね!"
)


def raw(title: str) -> float:
    model = load_model()
    analysis = analyse(Document(title))
    dense = dense_matrix([analysis])
    head = model.heads["sensational"]
    return float(head.raw(head.matrix(dense, [analysis], dense[:, 0]))[0])


def test_deleting_the_words_moves_the_score_as_the_reason_said(shared):
    import pandas as pd

    titles = pd.read_parquet(shared / "pool" / "headlines.parquet", columns=["title"])["title"].sample(
        300, random_state=7
    )
    held = tried = 0
    for title in titles:
        reason = next((r for r in score(title).reasons if r.words), None)
        if reason is None:
            continue
        shorter = title
        for word in sorted(reason.words, key=lambda w: -w.start):
            shorter = shorter[: word.start] + shorter[word.end :]
        tried += 1
        held += (raw(shorter) < raw(title)) == (reason.contribution > 0)
    assert tried >= 280
    assert held / tried >= 0.85


def test_reasons_come_strongest_first_in_each_head():
    for head in ("sensational", "substantive", "delivers", "whole"):
        sizes = [
            abs(r.contribution) for r in score(Document("市、体育館を建て替えへ", REPORT)).reasons if r.head == head
        ]
        assert sizes
        assert sizes == sorted(sizes, reverse=True)


def test_what_is_missing_counts():
    reasons = score(Document("あの人気タレントに驚きの事実!?", CHAT)).reasons
    against = [r for r in reasons if r.head == "substantive" and r.contribution < 0]
    assert against
    assert any("少ない" in r.ja or "ない" in r.ja for r in against)


def test_a_rule_is_named_where_a_reason_touches_it():
    reasons = score(Document("【衝撃】まさかの激怒にネット騒然!!その理由がヤバすぎる…", CHAT)).reasons
    touched = {r.rule for r in reasons if r.rule}
    assert touched
    assert touched <= set(RULES)
    for reason in reasons:
        assert (RULES[reason.rule][0] in reason.ja) if reason.rule else ("掲載規定" not in reason.ja)


def test_attributions_index_the_callers_body():
    body = "　\u3000" + REPORT.replace("0", "０")
    found = score(Document("市、体育館を建て替えへ", body)).attributions
    named = [a for a in found if a.start is not None]
    assert {a.kind for a in named} >= {"institution", "person"}
    for a in named:
        assert body[a.start : a.end]
    assert any("片桐涼子市長" in body[a.start : a.end] for a in named)


@pytest.mark.parametrize("title", ["県、条例案を提出へ", "“神対応”に称賛の声!!", "ｼｮｯｸ！衝.撃の結末"])
def test_a_reason_is_the_same_every_time(title):
    assert score(title).reasons == score(title).reasons
