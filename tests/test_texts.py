"""Text models and what unlabelled articles teach them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features import Document, analyse
from quality import DataError, load_corpus, load_model
from quality.heads import head
from quality.model import dense_matrix
from quality.style import StyleVectors
from quality.training.texts import Read, Texts, draw_articles, draw_headlines

SPEC = head("substantive")
# What a booster tells without any n-gram: a report gives its sources, filler none. The place names are n-grams.
REPORT = (
    "{}市は3日、計画を発表した。担当課によると、費用は2億円で、市議会は「妥当だ」と認めた。市長によると来春に始まる。"
)
FILLER = (
    "{}はとてもいいところですよね。みなさんはどう思いますか。なんだか楽しくなってきます。ぜひ行ってみたいものです。"
)


def articles(places: list[str]) -> tuple[Read, np.ndarray]:
    """A report and a piece of filler in turn."""
    documents = [
        Document("題", (FILLER if i % 2 else REPORT).format(place) + "続く。" * (i % 7))
        for i, place in enumerate(places)
    ]
    analyses = [analyse(d) for d in documents]
    labels = np.array([0.0 if i % 2 else 3.0 for i in range(len(places))])
    return Read(analyses, dense_matrix(analyses), np.zeros(len(analyses))), labels


def said_of(places: list[str], unlabelled: Read | None, rows: int = 320) -> list[float]:
    """What words say to a word model fitted on labelled rows that never hold them, its bias left out."""
    labelled, labels = articles(["東京", "大阪"] * (rows // 2))
    style = load_model().heads["sensational"].style
    texts = Texts(SPEC, labelled, labels, np.ones(rows), style, unlabelled, seed=1)
    model = next(m for m in texts.models(texts.fit(np.arange(rows))) if m.unit == "word")
    return [model.score(analyse(Document("題", place))) - model.bias for place in places]


def test_unlabelled_articles_teach_words_that_no_label_ever_did():
    report, filler = said_of(["青森", "鹿児島"], articles(["青森", "鹿児島"] * 60)[0])
    assert report > 0 > filler  # where each stood
    assert said_of(["青森", "鹿児島"], None) == [0.0, 0.0]


def test_a_few_labels_make_no_teacher():
    assert said_of(["青森", "鹿児島"], articles(["青森", "鹿児島"] * 60)[0], rows=100) == [0.0, 0.0]


def pool() -> pd.DataFrame:
    body = "本文です。" * 30
    rows = [{"title": f"百科{i}", "body": body, "outlet": "百科"} for i in range(300)]
    rows += [{"title": f"記事{i}", "body": body, "outlet": None} for i in range(300)]
    rows += [{"title": "短い", "body": "短い。", "outlet": None}, {"title": "本文なし", "body": None, "outlet": None}]
    return pd.DataFrame([*rows, rows[400]])


def test_what_is_read_of_a_pool(tmp_path):
    pool().to_parquet(tmp_path / "pool.parquet")
    found = draw_articles(tmp_path / "pool.parquet", frozenset({"記事7"}))
    titles = [d.title for d in found]
    assert len(titles) == len(set(titles))
    assert {"短い", "本文なし", "記事7"}.isdisjoint(titles)
    assert sum(t.startswith("百科") for t in titles) == 200  # one outlet's share
    assert sum(t.startswith("記事") for t in titles) == 299
    assert found == draw_articles(tmp_path / "pool.parquet", frozenset({"記事7"}))


def test_a_pool_without_bodies_is_refused(tmp_path):
    pool()[["title"]].to_csv(tmp_path / "pool.csv", index=False)
    with pytest.raises(DataError, match="body"):
        draw_articles(tmp_path / "pool.csv")


def test_headlines_are_drawn_once_each_and_none_that_was_graded():
    titles = pd.DataFrame({"title": [f"見出し{i % 50}" for i in range(90)], "outlet": "どこか"})
    found = draw_headlines(titles, frozenset({"見出し3"}))
    assert {d.title for d in found} == set(titles["title"]) - {"見出し3"}
    assert len(found) == 49
    assert all(d.body is None for d in found)
    assert found == draw_headlines(titles, frozenset({"見出し3"}))


@pytest.fixture(scope="module")
def rows():
    frame = load_corpus().headlines.iloc[:400]
    analyses = [analyse(Document(title)) for title in frame["title"]]
    return Read(analyses, np.zeros((len(frame), 1)), np.zeros(len(frame))), frame["grade"].to_numpy(float)


def fitted(rows, most):
    read, labels = rows
    spec = head("sensational")
    spec = replace(spec, texts=tuple(replace(text, most=most) for text in spec.texts))
    style = StyleVectors(["町"], np.zeros((1, 32)))
    texts = Texts(spec, read, labels, np.ones(len(labels)), style, None, seed=1)
    found = texts.fit(np.arange(len(labels)))
    return texts.models(found), texts.scores(np.arange(len(labels)), found)


def test_the_n_grams_that_move_scores_most_are_kept_and_fitted_anew(rows):
    labels = rows[1]
    every, scores = fitted(rows, None)
    few, fewer_scores = fitted(rows, 300)
    for whole, part, before, after in zip(every, few, scores.T, fewer_scores.T, strict=True):
        assert len(part.terms) == 300 < len(whole.terms)
        assert set(part.terms) < set(whole.terms)
        # 300 of thousands still tell the grades, and are no mere remainder of the larger fit
        assert np.corrcoef(after, labels)[0, 1] > 0.9 * np.corrcoef(before, labels)[0, 1]
        weights = dict(zip(whole.terms, whole._exact, strict=True))
        assert any(weights[term] != weight for term, weight in zip(part.terms, part._exact, strict=True))


def test_fewer_n_grams_than_may_be_kept_are_all_kept(rows):
    every, _ = fitted(rows, None)
    most = max(len(model.terms) for model in every)
    assert [m.terms for m in fitted(rows, most)[0]] == [m.terms for m in every]
