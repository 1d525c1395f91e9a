"""The Spark door, on a real local Spark: what it gives is what `score_batch` gives."""

from __future__ import annotations

import os
import shutil
import sys
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from quality import DataError, ModelError, score_batch
from quality.scoring import COLUMNS

ROOT = Path(__file__).parents[1]
BODY = "市は3日、来年度の計画を発表した。担当課によると、事業費は約2億円で、4月に始める。"


@pytest.fixture(scope="module")
def session():
    if shutil.which("java") is None:
        pytest.skip("java is absent: apt-get install default-jre-headless")
    pytest.importorskip("pyspark", reason="pyspark is absent: pip install 'feed-quality[spark]'")
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.driver.memory", "1g")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    yield spark
    spark.stop()


def rows(count: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "n": range(count),
            "title": [
                f"市が{i}年度の予算案を公表" if i % 3 else f"【衝撃】{i}人が絶句した理由とは…" for i in range(count)
            ],
            "body": [BODY * (i % 4) or None for i in range(count)],
            "body_kind": ["lead" if i % 5 == 0 else None for i in range(count)],
        }
    )


def collected(df) -> pd.DataFrame:
    found = pd.DataFrame([r.asDict() for r in df.collect()]).sort_values("n").reset_index(drop=True)
    return found.astype(object).where(found.notna(), None)


def expected(frame: pd.DataFrame) -> pd.DataFrame:
    found = score_batch(pa.Table.from_pandas(frame, preserve_index=False)).to_pandas()
    return found.astype(object).where(found.notna(), None)


def test_many_files_one_of_them_large(session, tmp_path):
    from quality import spark

    frame = rows(700)
    bounds = [0, 3, 4, 610, 650, 700]  # skewed: most rows in one file
    for i, (start, end) in enumerate(pairwise(bounds)):
        pq.write_table(pa.Table.from_pandas(frame[start:end], preserve_index=False), tmp_path / f"{i}.parquet")
    df = session.read.parquet(str(tmp_path))
    scored = spark.score(df)
    assert scored.columns == ["n", "title", "body", *COLUMNS]
    found, wanted = collected(scored), expected(frame)
    pd.testing.assert_frame_equal(found[wanted.columns], wanted, check_dtype=False, check_exact=True)
    # after a skewing repartition, with tiny Arrow batches, and beside an aggregation
    session.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "7")
    again = collected(spark.score(df.repartition(3, "body_kind")))
    session.conf.unset("spark.sql.execution.arrow.maxRecordsPerBatch")
    pd.testing.assert_frame_equal(again, found, check_dtype=False, check_exact=True)
    counts = {r["verdict"]: r["count"] for r in spark.score(df).groupBy("verdict").count().collect()}
    assert counts == wanted["verdict"].value_counts().to_dict()


def test_rows_that_cannot_be_scored(session):
    from quality import spark

    df = session.createDataFrame([(0, "市、計画を公表"), (1, None), (2, " ")], "n int, title string")
    found = collected(spark.score(df, rejects=True))
    assert found["reject"].tolist() == [None, "title is missing", "title is empty"]
    assert found["verdict"].tolist()[1:] == [None, None]
    with pytest.raises(Exception, match="title is missing"):
        spark.score(df).collect()


def test_a_frame_that_cannot_be_scored_says_why_at_once(session):
    from quality import spark

    df = session.createDataFrame([("市、計画を公表", 1.0)], "title string, Quality double")
    with pytest.raises(DataError, match="Quality"):
        spark.score(df)
    assert spark.score(df, overwrite=True).columns == ["title", *COLUMNS]
    assert spark.score(df, overwrite=True).count() == 1
    with pytest.raises(DataError, match="no column 'title'"):
        spark.score(df.select("Quality"))
    with pytest.raises(DataError, match="double"):
        spark.score(df.selectExpr("Quality as title"))
    with pytest.raises(ModelError, match=r"manifest\.json"):
        spark.score(df.select("title"), model="/nowhere")


def test_readmes_block_runs(session, tmp_path, monkeypatch):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = readme.split("<!-- runs in tests/test_spark.py")[1].split("```")[1].removeprefix("python\n")
    monkeypatch.chdir(tmp_path)
    session.createDataFrame([(t,) for t in rows(20)["title"]], ["title"]).write.parquet(f"{tmp_path}/headlines")
    here = block.replace('"headlines/"', f'"{tmp_path}/headlines"').replace('"scored/"', f'"{tmp_path}/scored"')
    exec(compile(here, "README.md", "exec"), {"session": session})
    assert session.read.parquet(f"{tmp_path}/scored").count() == 20
