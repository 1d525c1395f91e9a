"""The scoring functions: the same answer whatever the batch, tables kept as they came, labels and verdicts that behave."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quality import DataError, Document, ModelError, load_model, score, score_batch, score_many, score_page
from quality.policy import Policy, quality
from quality.scoring import COLUMNS, Score

TEXT = st.text(
    st.one_of(st.sampled_from("衝撃理由県警発表はがをの「」【】…！？。、\n12 "), st.characters()), max_size=120
)
DOCUMENT = st.builds(Document, title=TEXT, body=st.one_of(st.none(), TEXT))
PLAIN = "県議会、手話言語条例を可決 来年4月に施行"
BAIT = "【衝撃】あの人気俳優のまさかの末路…ファン絶句「嘘でしょ」"
BODY = (
    "県議会は14日の本会議で、手話言語条例を全会一致で可決した。施行は来年4月1日。\n\n"
    "県障害福祉課によると、県内で手話を使う人は約2300人。条例は、学校で手話を学ぶ機会を設けることや、"
    "県の会見に手話通訳を付けることを定める。\n\n"
    "県聴覚障害者協会の大槻真央会長は「窓口で筆談しか選べない場面が今も多い。条例が変えるきっかけになる」と述べた。"
)
PAPERS = ("keep", "review", "drop")
RANK = {"drop": 0, "review": 1, "keep": 2}


@settings(deadline=None, max_examples=60)
@given(st.lists(DOCUMENT, min_size=1, max_size=6))
def test_one_alone_and_many_together_answer_alike(documents):
    together = score_many(documents)
    assert [score(d) for d in documents] == together


@settings(deadline=None, max_examples=60)
@given(DOCUMENT)
def test_answers_stay_in_their_range(document):
    answer = score(document).as_dict()
    for name in ("sensational", "substantive", "delivers", "whole", "quality"):
        assert answer[name] is None or 0 <= answer[name] <= 1
    for name in ("sensational_grade", "substantive_grade"):
        assert answer[name] is None or 0 <= answer[name] <= 3
    assert answer["verdict"] in PAPERS
    assert not any(isinstance(v, float) and math.isnan(v) for v in answer.values())
    has_body = answer["body_kind"] != "none"
    assert (answer["substantive"] is not None) == has_body == (answer["article_label"] is not None)


def test_bait_and_report_are_told_apart():
    bait, plain = score_many([BAIT, PLAIN])
    assert bait.sensational > 0.8
    assert plain.sensational < 0.2
    assert (bait.headline_label, plain.headline_label) == ("sensational", "informative")
    assert (bait.verdict, plain.verdict) == ("drop", "keep")
    article = score(Document(PLAIN, BODY))
    assert article.substantive > 0.8
    assert article.quality > bait.quality


def test_batches_threads_and_chunks_answer_alike():
    documents = [
        Document(f"{PLAIN} その{i}" if i % 2 else f"{BAIT}{i}", BODY if i % 3 == 0 else None) for i in range(600)
    ]
    whole = score_many(documents)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(score, documents)) == whole


def test_reasons_name_words_of_the_callers_text():
    document = Document("【ｼｮｯｸ】“まさか”の結末に　ＳＮＳ騒然！", BODY)
    answer = score(document)
    reasons = answer.reasons
    assert {r.head for r in reasons} == {"sensational", "substantive", "delivers", "whole"}
    words = [w for r in reasons for w in r.words]
    assert words
    for word in words:
        source = document.title if word.where == "title" else document.body
        assert source[word.start : word.end] == word.text
    for reason in reasons:
        assert reason.ja
        assert reason.en
        assert reason.percentile is None or 0 <= reason.percentile <= 100


@settings(deadline=None, max_examples=30)
@given(DOCUMENT)
def test_spans_of_reasons_and_attributions_index_the_text(document):
    answer = score(document)
    for word in (w for r in answer.reasons for w in r.words):
        source = document.title if word.where == "title" else document.body
        assert source[word.start : word.end] == word.text
    for a in answer.attributions:
        assert a.start is None or 0 <= a.start <= a.end <= len(document.body)


def test_contributions_sum_to_the_raw_score():
    from features import analyse
    from quality.evidence import contributions
    from quality.model import dense_matrix

    model = load_model()
    for document in (Document(BAIT), Document(PLAIN, BODY)):
        analysis = analyse(document)
        dense = dense_matrix([analysis])
        first = model.heads["sensational"]
        raw = first.raw(first.matrix(dense, [analysis], dense[:, 0]))
        for head in model.heads.values():
            if head.spec.needs_body and analysis.body is None:
                continue
            columns = head.matrix(dense, [analysis], raw)
            parts, expected = contributions(head, columns)
            assert math.isclose(sum(parts.values()) + expected, head.raw(columns)[0], abs_tol=1e-9)


@settings(deadline=None, max_examples=40)
@given(TEXT)
def test_a_text_score_is_the_sum_of_its_parts(title):
    from features import analyse

    analysis = analyse(Document(title))
    for model in load_model().heads["sensational"].texts:
        total = model.bias + sum(part for _, part in model.contributions(analysis))
        assert math.isclose(total, model.score(analysis), abs_tol=1e-9)


def test_other_languages_are_not_guessed():
    for title in (
        "Shocking truth about coffee",
        "",
        "北京市政府今天宣布将在明年全面推行新的交通管理办法以缓解城市中心区域长期存在的严重拥堵问题",
        "!!!",
    ):
        answer = score(title)
        assert (answer.headline_label, answer.verdict) == ("uncertain", "review")
        assert [r.feature for r in answer.reasons] == ["not_japanese"]


@pytest.mark.parametrize("kind", ["pandas", "table", "batch"])
def test_a_table_comes_back_as_it_went(kind):
    frame = pd.DataFrame({"n": [3, 1, 2], "title": [BAIT, PLAIN, BAIT], "body": [None, BODY, ""]}, index=[10, 20, 30])
    given_ = {
        "pandas": lambda: frame,
        "table": lambda: pa.table(frame.reset_index(drop=True)),
        "batch": lambda: pa.RecordBatch.from_pandas(frame, preserve_index=False),
    }[kind]()
    scored = score_batch(given_)
    assert type(scored) is type(given_)
    table = scored if kind == "pandas" else scored.to_pandas()
    assert list(table.columns) == ["n", "title", "body", *COLUMNS]
    assert table["n"].tolist() == [3, 1, 2]
    if kind == "pandas":
        assert table.index.tolist() == [10, 20, 30]
        assert list(frame.columns) == ["n", "title", "body"]
    expected = score_many([Document(BAIT), Document(PLAIN, BODY), Document(BAIT, "")])
    assert table["sensational"].tolist() == [s.sensational for s in expected]
    assert table["verdict"].tolist() == [s.verdict for s in expected]


def test_columns_are_not_overwritten_unless_said():
    frame = pd.DataFrame({"title": [PLAIN], "quality": ["mine"]})
    with pytest.raises(DataError, match="quality"):
        score_batch(frame)
    assert score_batch(frame, overwrite=True)["quality"].iloc[0] != "mine"


@pytest.mark.parametrize(
    ("frame", "said"),
    [({"text": ["a"]}, "title"), ({"title": [PLAIN, None]}, "row 1"), ({"title": [PLAIN, 5.5]}, "row 1")],
)
def test_bad_tables_say_what_is_wrong(frame, said):
    with pytest.raises(DataError, match=said):
        score_batch(pd.DataFrame(frame))


def test_an_empty_table():
    scored = score_batch(pd.DataFrame({"title": pd.Series([], dtype=object)}))
    assert len(scored) == 0
    assert list(scored.columns) == ["title", *COLUMNS]


def test_a_body_kind_given_is_kept():
    answer = score(Document(PLAIN, BODY, body_kind="lead"))
    assert answer.body_kind == "lead"
    assert answer.quality == round(1 - answer.sensational, 6)


PROBABILITY = st.floats(0, 1)


@given(PROBABILITY, PROBABILITY, PROBABILITY, PROBABILITY)
def test_quality_never_falls_when_a_part_gets_better(sensational, substantive, delivers, better):
    for kind in ("full", "lead", "none"):
        base = quality(sensational, substantive, delivers, kind)
        assert 0 <= base <= 1
        assert quality(min(sensational, better), substantive, delivers, kind) >= base
        assert quality(sensational, max(substantive, better), delivers, kind) >= base
        assert quality(sensational, substantive, max(delivers, better), kind) >= base


@given(
    PROBABILITY, PROBABILITY, st.floats(0.51, 0.99), st.floats(0.51, 0.99), st.sampled_from(["full", "lead", "none"])
)
def test_a_higher_threshold_never_keeps_more(sensational, substantive, one, other, kind):
    low, high = sorted((one, other))

    def rank(threshold: float) -> int:
        rule = Policy(
            "t", sensational_from=0.995, informative_to=1 - threshold, substantive_from=threshold, thin_to=0.005
        )
        article = rule.article_label(substantive) if kind != "none" else None
        return RANK[rule.verdict(rule.headline_label(sensational), article, kind)]

    assert rank(high) <= rank(low)


def test_an_unknown_policy_lists_the_known():
    with pytest.raises(ModelError, match="p95"):
        score(PLAIN, policy_name="p42")


def test_only_documents_and_text_are_scored():
    with pytest.raises(TypeError, match="int"):
        score_many([5])


def test_a_page_is_scored_whole(request):
    root = request.config.rootpath
    for name in ("page.html", "page.txt"):
        scored = score_page((root / "quality" / "examples" / name).read_bytes())
        assert scored.article.article_label == "substantive"
        assert scored.article.headline_label == "informative"
        items = [item.title for rail in scored.page.rails for item in rail.items]
        assert len(items) == len(scored.rail) >= 15
        loud = dict(zip(items, scored.rail, strict=True))
        assert next(s.sensational for t, s in loud.items() if "衝撃" in t) >= 0.8


def test_a_score_survives_a_process_boundary():
    import copy

    answer = score(Document(PLAIN, BODY))
    assert copy.copy(answer) == answer == replace(answer)


def test_marks_alone_are_not_japanese():
    for title in ("3・11", "2・26", "!?"):
        assert score(title).verdict == "review", title


def test_a_score_holds_every_field():
    assert [*vars(score("市、来年度から給食費を無償化"))] == [f.name for f in fields(Score)]
