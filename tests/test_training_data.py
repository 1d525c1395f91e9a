"""The rows a user brings: read, checked row by row, brought together with the corpus, held out."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from quality import DataError, load_corpus, score_batch
from quality.training import sources
from quality.training.figures import average_precision, figures, roc_area
from quality.training.own import read_own, row_keys


def write(path, frame):
    if path.suffix == ".csv":
        frame.to_csv(path, index=False)
    elif path.suffix == ".jsonl":
        frame.to_json(path, orient="records", lines=True, force_ascii=False)
    else:
        frame.to_parquet(path)
    return path


FRAME = pd.DataFrame(
    {
        "title": ["市、給食費を無償化", "まさかの結末に騒然", "県、施設を再開"],
        "body": ["市は10日、発表した。", None, None],
        "tag": [None, "話題", None],
        "outlet": ["甲新聞", "乙", "甲新聞"],
        "date": ["2025-01-02", "2025/3/4", None],
        "grade": [3, 2.5, 0],
    }
)


@pytest.mark.parametrize("kind", [".csv", ".jsonl", ".parquet"])
def test_kinds_of_files_read_alike(tmp_path, kind):
    headlines, articles, said = read_own(write(tmp_path / f"graded{kind}", FRAME))
    assert headlines.frame["title"].tolist() == ["まさかの結末に騒然", "県、施設を再開"]
    assert articles.frame[["title", "grade"]].to_numpy().tolist() == [["市、給食費を無償化", 3.0]]
    assert said == []


def test_several_graders_become_their_mean(tmp_path):
    twice = pd.concat([FRAME, FRAME.assign(grade=[1, 1.5, np.nan])])
    headlines, articles, said = read_own(write(tmp_path / "graded.csv", twice))
    assert headlines.frame["grade"].tolist() == [2.0, 0.0]
    assert headlines.frame["passes"].tolist() == [2, 1]
    assert articles.frame["grade"].tolist() == [2.0]
    assert "1 of 6 rows have no grade yet" in said[0]


def test_targets_keep_their_side(tmp_path):
    frame = FRAME.drop(columns="grade").assign(target=[1, 1, 0])
    headlines, _, _ = read_own(write(tmp_path / "graded.csv", frame))
    assert headlines.frame["grade"].tolist() == [3.0, 0.0]


def test_a_scored_file_feeds_back(tmp_path):
    scored = score_batch(FRAME.drop(columns="grade")).assign(grade=[3, 2, 0])
    headlines, articles, _ = read_own(write(tmp_path / "scored.csv", scored))
    assert (len(headlines.frame), len(articles.frame)) == (2, 1)
    assert "sensational" not in headlines.frame
    assert "whole" not in articles.frame


def test_a_whole_page_brings_its_article(tmp_path, request):
    page = (request.config.rootpath / "quality" / "examples" / "page.html").read_text(encoding="utf-8")
    _, articles, _ = read_own(write(tmp_path / "pages.jsonl", pd.DataFrame({"page": [page], "grade": [3]})))
    row = articles.frame.iloc[0]
    assert row["title"]
    assert len(row["body"]) > 100
    assert articles.documents()[0].layout is not None


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (FRAME.assign(grade=[3, 4, -1]), r"grade is not a number from 0 to 3 in row\(s\) 2, 3"),
        (FRAME.assign(title=["a", None, "c"]), r"title is missing or empty in row\(s\) 2"),
        (FRAME.assign(date=["2025-01-01", "gestern", None]), r"date can't be read in row\(s\) 2"),
        (FRAME.assign(id=["x", "x", "y"]), r"one id, several texts in row\(s\) 1, 2"),
        (FRAME.assign(colour="red"), "unknown column.* colour"),
        (FRAME.drop(columns="grade"), "no label column"),
        (FRAME.drop(columns="title"), "title"),
        (FRAME.iloc[:0], "no rows"),
    ],
)
def test_bad_rows_are_named(tmp_path, frame, said):
    with pytest.raises(DataError, match=said):
        read_own(write(tmp_path / "graded.csv", frame))


def test_bad_lines_are_named(tmp_path):
    path = tmp_path / "graded.jsonl"
    path.write_text('{"title": "甲", "grade": 1}\n{"title"\n', encoding="utf-8")
    with pytest.raises(DataError, match="line 2 is no JSON"):
        read_own(path)
    path.write_text("[1]\n", encoding="utf-8")
    with pytest.raises(DataError, match="line 1 is no JSON object"):
        read_own(path)
    with pytest.raises(DataError, match="does not exist"):
        read_own(tmp_path / "none.csv")


def test_the_corpus_alone_fits_on_its_train_split():
    material = sources.gather([])
    corpus = load_corpus()
    train = corpus.headlines[corpus.headlines["split"] == "train"]
    assert sorted(material.headlines.frame["id"]) == sorted(train["id"])
    assert set(material.tests) == {"corpus_test_headlines", "corpus_test_articles"}
    assert (material.headlines.frame["sampling"] == "uniform").all()  # nothing else to calibrate on
    assert not set(row_keys(material.headlines.frame)) & set(row_keys(material.tests["corpus_test_headlines"].frame))


def own_rows(count, **columns):
    titles = [f"見出し {i}" for i in range(count)]
    return pd.DataFrame({"title": titles, "grade": [i % 4 for i in range(count)], **columns})


def test_own_rows_join_the_corpus_with_its_weight(tmp_path):
    path = write(tmp_path / "own.csv", own_rows(400, outlet=[f"o{i % 20}" for i in range(400)]))
    material = sources.gather([path], corpus_weight=0.5)
    frame = material.headlines.frame
    assert set(frame.loc[frame["source"] == "corpus", "weight"]) == {0.5}
    assert (frame.loc[frame["source"] == "corpus", "sampling"] == "corpus").all()  # own rows are enough to calibrate on
    held = material.tests["held_out_headlines"].frame
    assert 40 <= len(held) <= 120
    assert not set(held["outlet"]) & set(frame["outlet"].dropna())
    assert material.paths["own.csv"] == str(path)


def test_an_own_grade_of_a_corpus_text_stands(tmp_path):
    corpus = load_corpus().headlines
    mine = corpus.loc[corpus["split"] == "train", ["title"]].head(200).assign(grade=1.25)
    material = sources.gather([write(tmp_path / "own.csv", mine)])
    fitted, held = material.headlines.frame, material.tests["held_out_headlines"].frame
    assert not set(fitted["title"]) & set(held["title"])
    assert (fitted.loc[fitted["title"].isin(mine["title"]), "grade"] == 1.25).all()


def test_few_own_rows_are_all_fitted_on(tmp_path):
    material = sources.gather([write(tmp_path / "own.csv", own_rows(30))])
    assert "held_out_headlines" not in material.tests
    assert any("too few to hold any out" in s for s in material.said)
    assert (material.headlines.frame["sampling"] == "uniform").all()


def test_too_little_is_said_plainly(tmp_path):
    with pytest.raises(DataError, match="no graded articles"):
        sources.gather([write(tmp_path / "own.csv", own_rows(300))], corpus_weight=0)
    few = [write(tmp_path / "few.csv", own_rows(60)), write(tmp_path / "bodies.csv", own_rows(60, body="本文です。"))]
    with pytest.raises(DataError, match=r"too little to fit 'sensational' on: 60 headlines .* 100 rows"):
        sources.gather(few, corpus_weight=0)


def test_a_row_of_an_evaluation_set_is_never_fitted_on(tmp_path):
    corpus = load_corpus().headlines
    leak = corpus.loc[corpus["split"] == "test", ["title", "grade"]].head(20)
    material = sources.gather([write(tmp_path / "own.csv", leak)])
    assert not set(leak["title"]) & set(material.headlines.frame["title"])
    assert any("20 of your headlines stand in an evaluation set" in s for s in material.said)


def test_time_holds_out_the_newest():
    frame = own_rows(200, date=[f"2025-01-{1 + i % 28:02d}" for i in range(200)])
    held, how = sources.hold_out(frame)
    assert "newest" in how
    assert frame.loc[held, "date"].min() >= frame.loc[~held, "date"].max()
    assert 0.1 < held.mean() < 0.3


def test_holding_out_is_a_function_of_the_rows():
    frame = own_rows(300)
    held, how = sources.hold_out(frame)
    order = np.random.default_rng(0).permutation(300)
    again, _ = sources.hold_out(frame.iloc[order].reset_index(drop=True))
    assert (held[order] == again).all()
    assert "digest" in how
    assert 0.1 < held.mean() < 0.3


@pytest.mark.parametrize("digits", [1, 6])
def test_figures_are_scikit_learns(digits):
    from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

    rng = np.random.default_rng(0)
    p = np.round(rng.random(700), digits)
    y = (rng.random(700) < p).astype(int)
    assert roc_area(p, y) == pytest.approx(roc_auc_score(y, p))
    assert average_precision(p, y) == pytest.approx(average_precision_score(y, p))
    assert figures(p, p, y, y.astype(float))["f1"] == pytest.approx(f1_score(y, p >= 0.5))
    assert np.isnan(roc_area(p, np.ones(700, int)))


def test_row_keys_hide_the_text():
    (key,) = row_keys(pd.DataFrame({"title": ["市、給食費を無償化"]}))
    assert len(key) == 16
    assert json.dumps(key).isascii()
