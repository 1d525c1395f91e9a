"""pandas and Arrow tables alike: their columns, the rows a score needs, and a copy with columns added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from quality.errors import DataError

INPUT_COLUMNS: tuple[str, ...] = ("title", "body", "body_kind", "tag", "page")


def _is_arrow(frame: Any) -> bool:
    return type(frame).__module__.split(".")[0] == "pyarrow"


def column_names(frame: Any) -> list[str]:
    """The column names of a pandas DataFrame, an Arrow Table or RecordBatch, or a list of dicts; two of one name are refused."""
    if isinstance(frame, list):
        if odd := next((r for r in frame if not isinstance(r, dict)), None):
            raise TypeError(f"a list of dicts is a table, not one of {type(odd).__name__}; score_many takes documents")
        return list(dict.fromkeys(str(n) for row in frame for n in row)) or ["title"]
    if _is_arrow(frame):
        names = [str(n) for n in frame.schema.names]
    elif type(frame).__module__.split(".")[0] == "pandas" and hasattr(frame, "columns"):
        names = [str(n) for n in frame.columns]
    else:
        raise TypeError(
            f"a pandas.DataFrame, pyarrow.Table, pyarrow.RecordBatch or list of dicts is scored, not {type(frame).__name__}"
        )
    if twice := repeated(names):
        raise DataError(f"the table has two columns of one name: {', '.join(twice)}")
    return names


def repeated(names: Iterable[str]) -> list[str]:
    """The names that stand there more than once."""
    return sorted(name for name, count in Counter(names).items() if count > 1)


def records(frame: Any) -> Iterator[dict[str, Any]]:
    """Each row as a dict of the columns a score reads."""
    if isinstance(frame, list):
        yield from frame
        return
    wanted = [n for n in INPUT_COLUMNS if n in column_names(frame)]
    columns = [
        frame.column(frame.schema.get_field_index(n)).to_pylist() if _is_arrow(frame) else frame[n].tolist()
        for n in wanted
    ]
    for values in zip(*columns, strict=True):
        yield dict(zip(wanted, values, strict=True))


def with_columns(frame: Any, columns: Mapping[str, Sequence[Any]]) -> Any:
    """A copy of the table with the columns set, in their order at its end."""
    if isinstance(frame, list):
        added = zip(*columns.values(), strict=True)
        kept_rows = ({n: v for n, v in row.items() if n not in columns} for row in frame)
        return [row | dict(zip(columns, values, strict=True)) for row, values in zip(kept_rows, added, strict=True)]
    if not _is_arrow(frame):
        copy = frame.drop(columns=[n for n in columns if n in frame.columns])
        return copy.assign(**{name: _series(values, copy.index) for name, values in columns.items()})
    import pyarrow as pa

    kept = [n for n in frame.schema.names if n not in columns]
    arrays = [frame.column(frame.schema.get_field_index(n)) for n in kept]
    fields = [frame.schema.field(n) for n in kept]
    for name, values in columns.items():
        kind = arrow_type(name)
        arrays.append(pa.array(values, type=kind))
        fields.append(pa.field(name, kind))
    schema = pa.schema(fields, metadata=frame.schema.metadata)
    return type(frame).from_arrays(arrays, schema=schema)


def _series(values: Sequence[Any], index: Any) -> Any:
    import pandas as pd

    number = all(v is None or isinstance(v, float) for v in values)
    return pd.Series(list(values), index=index, dtype="float64" if number else "object")


def arrow_type(name: str) -> Any:
    """The Arrow type of an output column."""
    import pyarrow as pa

    from quality.scoring import TEXT_COLUMNS

    return pa.string() if name in TEXT_COLUMNS or name == "reasons" else pa.float64()
