"""Grades of pool rows: texts are found by id, evaluation sets stay apart, and what ships holds numbers alone."""

from __future__ import annotations

import pandas as pd
import pytest

from quality.errors import DataError
from quality.training import graded
from quality.training.dataset import Labelled
from quality.training.graded import add_grades
from quality.training.sources import Material

OURS = graded.HERE


@pytest.fixture
def material() -> Material:
    headlines = pd.DataFrame({"title": ["橋の工事が終わる"], "grade": [0.0], "sampling": ["uniform"]})
    articles = pd.DataFrame({"title": ["橋の工事"], "body": ["市によると終わった。"], "grade": [2.0]})
    held = pd.DataFrame({"title": ["その結末に町が騒然"], "grade": [2.0]})
    return Material(Labelled(headlines, {}), Labelled(articles, {}), {"headlines_dev": Labelled(held, {})})


@pytest.fixture
def pool(tmp_path):
    titles = ["橋の工事が終わる", "その結末に町が騒然", "町長が語った意外な理由", "町、水道料金を据え置き"]
    frame = pd.DataFrame({"id": list("abcd"), "title": titles, "outlet": "町の新聞"})
    frame.to_parquet(tmp_path / "pool.parquet")
    frame.assign(body="町によると、決まった。").to_parquet(tmp_path / "articles.parquet")
    return tmp_path


def grades(folder, **tables):
    (folder / "grades").mkdir()
    for name, rows in tables.items():
        pd.DataFrame(rows).to_csv(folder / "grades" / f"{name}.csv", index=False)
    return folder / "grades"


def test_new_rows_are_added_and_nothing_is_calibrated_on_them(material, pool):
    folder = grades(pool, headlines={"id": list("abcd"), "grade": [0, 2, 2, 0]})
    found = add_grades(material, folder, pool / "pool.parquet", None).headlines.frame
    # a is labelled already, b stands in an evaluation set
    assert list(found["title"]) == ["橋の工事が終わる", "町長が語った意外な理由", "町、水道料金を据え置き"]
    assert list(found["grade"]) == [0, 2, 0]
    assert list(found["sampling"]) == ["uniform", "pool", "pool"]
    assert found["outlet"].tolist()[1:] == ["町の新聞"] * 2


def test_an_article_of_an_evaluation_set_is_never_fitted_on(material, pool):
    rows = {"id": list("bd"), "grade": [1, 2], "delivery": [0, 2], "whole": [0, 1]}
    found = add_grades(material, grades(pool, articles=rows), None, pool / "articles.parquet")
    assert found.articles.frame["title"].tolist() == ["橋の工事", "町、水道料金を据え置き"]
    assert found.articles.frame["whole"].tolist()[1:] == [1]
    assert found.headlines is material.headlines
    assert found.said == ["1 graded articles of the pool are fitted on"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({"id": ["a", "zz"], "grade": [0, 1]}, "1 ids do not stand in .*'zz' first"),
        ({"id": ["a"], "grade": [4]}, "grade is not a number from 0 to 3"),
        ({"id": ["a", "a"], "grade": [1, 1]}, "the same id twice"),
        ({"id": ["a"]}, "grade are missing"),
    ],
)
def test_what_is_wrong_is_said(material, pool, rows, said):
    with pytest.raises(DataError, match=said):
        add_grades(material, grades(pool, headlines=rows), pool / "pool.parquet", None)


def test_grades_without_their_pool_are_refused(material, pool):
    with pytest.raises(DataError, match="give it by --pool"):
        add_grades(material, grades(pool, headlines={"id": ["a"], "grade": [0]}), None, None)
    with pytest.raises(DataError, match=r"no headlines\.csv and no articles\.csv"):
        add_grades(material, pool, None, None)


@pytest.mark.parametrize(("name", "labels"), [("headlines", ["grade"]), ("articles", ["grade", "delivery", "whole"])])
def test_the_grades_that_come_with_the_project_hold_no_text(name, labels):
    frame = pd.read_csv(OURS / f"{name}.csv", dtype={"id": str})
    assert list(frame) == ["id", *labels]
    assert frame["id"].is_unique
    assert frame["id"].str.fullmatch("[0-9a-f]{12}").all()


@pytest.mark.parametrize("name", ["headlines", "articles"])
def test_none_of_them_stands_in_an_evaluation_set(shared, name):
    frame = pd.read_csv(OURS / f"{name}.csv", dtype={"id": str})
    pooled = pd.read_parquet(shared / "pool" / f"{name}.parquet", columns=["id"])
    assert frame["id"].isin(pooled["id"]).all()
    for held in ("dev", "train"):
        known = pd.read_csv(shared / "labels" / f"{name}_{held}.csv", usecols=["id"], dtype=str)
        assert not frame["id"].isin(known["id"]).any()
