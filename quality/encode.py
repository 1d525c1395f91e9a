"""Scored rows as the bytes of a file: JSONL, CSV or Parquet, plain or compressed, one block at a time.

Blocks are encoded where they are scored, each complete in itself (a gzip member, a zstd frame, a Parquet file), so that
the one who writes them only has to put bytes after bytes.
"""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
import math
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import pyarrow as pa

from quality.errors import DataError
from quality.files import Block, Chunk, Form
from quality.frames import arrow_type, with_columns

Columns = Mapping[str, Sequence[Any]]
_MOST_COLUMNS = 10_000  # of rows of objects: each row of a table has them all, so that one row could ask for a million times its size
_FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "＝",
    "＋",
    "－",
    "＠",
)  # what a spreadsheet takes for the beginning of a formula


class Encoder:
    """Rows and their new columns as bytes of the form asked for.

    The first block of a job says which columns a Parquet or CSV output has, and of which types; a row that does not fit
    them is a reject with its reason. JSONL takes any row.

    Parameters
    ----------
    escape_formulas : bool
        Put ' before text that a spreadsheet would run (CSV only).
    """

    def __init__(self, form: Form, first: Block, added: Sequence[str], escape_formulas: bool = False) -> None:
        self.form, self.added, self.escape_formulas = form, tuple(added), escape_formulas
        self.schema: Any = None if form.kind == ".jsonl" else _schema(first, self.added)
        self._names = frozenset(self.schema.names if self.schema is not None else ())

    def head(self) -> bytes:
        """What stands before the first block of a file."""
        return self._packed(_csv_lines([list(map(self._cell, self.schema.names))])) if self.form.kind == ".csv" else b""

    def block(
        self, parts: Sequence[tuple[Chunk, list[int], dict[str, list[Any]]]]
    ) -> tuple[bytes, list[dict[int, str]]]:
        """The bytes of (chunk, indexes kept of its content, their new columns), and per chunk the rows that don't fit."""
        tables, lines, unfit = [], [], []
        for chunk, kept, columns in parts:
            misfits: dict[int, str] = {}
            if self.form.kind == ".jsonl":
                lines += [json_line(row) for row in _objects(chunk, kept, columns)]
            elif self.form.kind == ".csv":
                lines.append(self._csv(chunk, kept, columns, misfits))
            else:
                tables.append(self._table(chunk, kept, columns, misfits))
            unfit.append(misfits)
        if self.form.kind != ".parquet":
            return self._packed(b"".join(lines)), unfit
        return _parquet(pa.concat_tables(tables)), unfit  # also without a row: every part is a file that reads

    def _packed(self, data: bytes) -> bytes:
        if not data or self.form.codec is None:
            return data
        if self.form.codec == "gzip":
            return gzip.compress(data, 6, mtime=0)  # no time in it: the same rows give the same bytes
        return bytes(pa.compress(data, codec=self.form.codec, asbytes=True))

    def _csv(self, chunk: Chunk, kept: list[int], columns: Columns, misfits: dict[int, str]) -> bytes:
        names = self.schema.names
        rows = []
        for at, row in zip(kept, _objects(chunk, kept, columns), strict=True):
            why = self._late(row)
            cells = [self._cell(row.get(n)) for n in names]
            if why is None and not all(map(_encodes, cells)):
                why = "holds a lone surrogate, which no text file can carry"
            if why is None:
                rows.append(cells)
            else:
                misfits[at] = why
        return _csv_lines(rows)

    def _cell(self, value: Any) -> str:
        cell = _cell(value)
        risky = self.escape_formulas and isinstance(value, str) and cell.startswith(_FORMULA) and not _is_number(cell)
        return f"'{cell}" if risky else cell

    def _late(self, row: Mapping[str, Any]) -> str | None:
        new = row.keys() - self._names
        return (
            f"column(s) {', '.join(sorted(new))[:80]} are not in the first rows, or no table's; write .jsonl to keep them"
            if new
            else None
        )

    def _table(self, chunk: Chunk, kept: list[int], columns: Columns, misfits: dict[int, str]) -> Any:
        if not isinstance(chunk.content, list):
            return self._cast(_taken(chunk.content, kept), columns)
        objects = list(_objects(chunk, kept, columns))
        late = {at: why for at, row in zip(kept, objects, strict=True) if (why := self._late(row)) is not None}
        misfits.update(late)
        good = [row for at, row in zip(kept, objects, strict=True) if at not in late]
        try:
            return self._rows(good)
        except (pa.ArrowException, TypeError, ValueError, OverflowError):
            good = []
        for at, row in zip(kept, objects, strict=True):  # one by one, to tell which
            if at in late:
                continue
            try:
                self._rows([row])
                good.append(row)
            except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
                misfits[at] = (
                    f"a value does not fit the type of the first rows ({type(error).__name__}); write .jsonl to keep it"
                )
        return self._rows(good)

    def _rows(self, rows: Sequence[Mapping[str, Any]]) -> Any:
        return pa.Table.from_arrays(
            [pa.array([row.get(f.name) for row in rows], type=f.type) for f in self.schema], schema=self.schema
        )

    def _cast(self, table: Any, columns: Columns) -> Any:
        scored = with_columns(table, columns)
        missing = [n for n in self.schema.names if n not in scored.column_names]
        new = [n for n in scored.column_names if n not in self.schema.names]
        if missing or new:
            raise DataError(
                f"the files have other columns than the first ({', '.join([*missing, *new])}); score them apart, or write .jsonl"
            )
        try:
            return scored.select(self.schema.names).cast(self.schema)
        except pa.ArrowException as error:
            raise DataError(
                f"the files' columns have other types than the first's: {error}; score them apart"
            ) from error


def _schema(first: Block, added: Sequence[str]) -> Any:
    """The columns of the output, from the first chunk that says anything of them."""
    for chunk in first.chunks():
        if not isinstance(chunk.content, list):
            fields, metadata = [f for f in chunk.content.schema if f.name not in added], chunk.content.schema.metadata
        elif chunk.content:
            seen = dict.fromkeys(name for row in chunk.content for name in row if name not in added)
            names = [name for name in islice(seen, _MOST_COLUMNS) if _encodes(name)]
            fields, metadata = [pa.field(n, _type_of([row.get(n) for row in chunk.content])) for n in names], None
        else:
            continue
        # a column of nothing but nulls has no type yet; text holds whatever follows
        fields = [pa.field(f.name, pa.string()) if pa.types.is_null(f.type) or _is_empty(f.type) else f for f in fields]
        return pa.schema([*fields, *(pa.field(n, arrow_type(n)) for n in added)], metadata=metadata)
    return pa.schema([pa.field(n, arrow_type(n)) for n in added])


def _type_of(values: list[Any]) -> Any:
    """The Arrow type most of a column's values have; whole numbers and fractions together are fractions."""
    try:
        return pa.array(values).type
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        kinds = [type(v) for v in values if v is not None]
        common = max(dict.fromkeys(kinds), key=kinds.count)
        try:
            return pa.array([v for v in values if type(v) is common]).type
        except (pa.ArrowException, TypeError, ValueError, OverflowError):
            return pa.string()


def _is_empty(kind: Any) -> bool:
    """Whether a type holds an object without a name in it, which no Parquet file can."""
    inside = [kind.field(i).type for i in range(kind.num_fields)]
    return (pa.types.is_struct(kind) and not inside) or any(map(_is_empty, inside))


def _taken(table: Any, kept: list[int]) -> Any:
    return table if len(kept) == table.num_rows else table.take(pa.array(kept, type=pa.int64()))


def _objects(chunk: Chunk, kept: list[int], columns: Columns) -> Any:
    """The kept rows with the new columns set at their end."""
    content = chunk.content
    rows = [content[i] for i in kept] if isinstance(content, list) else _taken(content, kept).to_pylist()
    for row, values in zip(rows, zip(*columns.values(), strict=True), strict=True):
        yield {**{n: v for n, v in row.items() if n not in columns}, **dict(zip(columns, values, strict=True))}


def json_line(row: Mapping[str, Any]) -> bytes:
    try:
        text = json.dumps(row, ensure_ascii=False, default=_plain, allow_nan=False)
    except ValueError:  # JSON has no NaN and no infinity: null
        text = json.dumps(_finite(row), ensure_ascii=False, default=_plain)
    try:
        return text.encode() + b"\n"
    except UnicodeEncodeError:  # a lone surrogate, which only an escape can carry
        return json.dumps(_finite(row), default=_plain).encode() + b"\n"


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {k: _finite(v) for k, v in value.items()}
    return [_finite(v) for v in value] if isinstance(value, list | tuple) else value


def _plain(value: Any) -> str:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


def _cell(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool | dict | list):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    return _plain(value)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _csv_lines(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def _parquet(table: Any) -> bytes:
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()
