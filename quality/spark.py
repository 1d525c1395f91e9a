"""The same scores on a cluster: a Spark DataFrame in, the same rows with the columns of `score_batch` out.

Each executor's Python process loads the model once and scores Arrow batches as they stream through (`mapInArrow`), so
memory stays that of a few batches whatever a partition holds, and nothing but the needed library runs on the workers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from quality.errors import DataError
from quality.frames import arrow_type, column_names, records, with_columns
from quality.model import load_model
from quality.policy import policy
from quality.scoring import COLUMNS, REFUSED, TEXT_COLUMNS, score_many, to_document

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

REJECT = "reject"


def score(
    df: DataFrame,
    *,
    model: str | None = None,
    policy_name: str = "p95",
    overwrite: bool = False,
    rejects: bool = False,
) -> DataFrame:
    """Score a Spark DataFrame; equal to `score_batch` row by row, lazily, without a shuffle.

    Parameters
    ----------
    df : pyspark.sql.DataFrame
        `title`, and optional `body`, `body_kind`, `tag`; or `page`. Every column is kept.
    model : str, optional
        A folder that every executor can read, or an MLflow URI; by default the model that ships.
    overwrite : bool
        Replace columns of the output's names; otherwise they are refused.
    rejects : bool
        Add a column `reject`: why a row can't be scored (its scores are null then), null where it was. Without it the
        first such row fails the job, as it fails `score_batch`.

    Raises
    ------
    DataError
        At once, where the columns can't be scored.

    Examples
    --------
    >>> from quality import spark
    >>> spark.score(session.read.parquet("headlines/")).write.parquet("scored/")  # doctest: +SKIP
    """
    from pyspark.sql.types import DoubleType, StringType, StructField, StructType

    added = (*COLUMNS, REJECT) if rejects else COLUMNS
    refused = {*REFUSED, REJECT} if rejects else set(REFUSED)
    names = df.columns
    lower = [n.lower() for n in names]  # Spark does not tell Title from title
    if "title" not in names and "page" not in names:
        raise DataError(f"the DataFrame has no column 'title' (or 'page'); it has {', '.join(names)[:300]}")
    twice = sorted({n for n in names if lower.count(n.lower()) > 1})
    if twice:
        raise DataError(f"the DataFrame has two columns of one name: {', '.join(twice)}")
    taken = [n for n in names if n.lower() in refused]
    if taken and not overwrite:
        raise DataError(
            f"the DataFrame has the column(s) {', '.join(taken)} already; say overwrite=True to replace them"
        )
    _check_types(df)
    found = load_model(model)  # here too, so that a wrong model or policy is told before the job starts
    policy(found, policy_name)
    replaced = {n.lower() for n in added}
    kept = [n for n in names if n.lower() not in replaced]
    schema = StructType(
        [df.schema[n] for n in kept]
        + [StructField(n, StringType() if n in TEXT_COLUMNS or n == REJECT else DoubleType(), True) for n in added]
    )
    given = [*kept, *(["body_kind"] if "body_kind" in names else [])]
    work = _scorer(model, found.version, policy_name, rejects, [f.name for f in schema.fields])
    return df.select(*(f"`{n}`" for n in given)).mapInArrow(work, schema)


def _check_types(df: DataFrame) -> None:
    from pyspark.sql.types import BinaryType, StringType

    for name in ("title", "body", "body_kind", "tag", "page"):
        if name in df.columns:
            kind = df.schema[name].dataType
            if not (isinstance(kind, StringType) or (name == "page" and isinstance(kind, BinaryType))):
                raise DataError(f"column '{name}' is {kind.simpleString()}, not string; cast it first")


def _scorer(
    source: str | None, version: str, policy_name: str, rejects: bool, order: list[str]
) -> Callable[[Iterator[Any]], Iterator[Any]]:
    def work(batches: Iterator[Any]) -> Iterator[Any]:
        import pyarrow as pa

        model = load_model(source)
        if model.version != version:
            raise DataError(
                f"the model on this executor is {model.version}, the driver's is {version}; install the same"
            )
        for batch in batches:
            column_names(batch)
            documents, kept = [], []
            reasons: list[str | None] = [None] * batch.num_rows
            for i, row in enumerate(records(batch)):
                document, why = to_document(row)
                if document is not None:
                    documents.append(document)
                    kept.append(i)
                elif rejects:
                    reasons[i] = why
                else:
                    raise DataError(
                        f"a row can't be scored: {why}; say rejects=True to keep such rows, with the reason"
                    )
            scores = score_many(documents, model=model, policy_name=policy_name)
            columns: dict[str, list[Any]] = {n: [None] * batch.num_rows for n in COLUMNS}
            for i, one in zip(kept, scores, strict=True):
                for name in COLUMNS:
                    columns[name][i] = getattr(one, name)
            scored = with_columns(batch, columns)
            if rejects:
                scored = pa.RecordBatch.from_arrays(
                    [*scored.columns, pa.array(reasons, arrow_type("reasons"))], names=[*scored.schema.names, REJECT]
                )
            yield scored.select(order)

    return work
