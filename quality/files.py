"""Reading and writing Parquet, JSONL and CSV in chunks, every column kept as it came."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from quality.errors import DataError
from quality.frames import column_names, records, with_columns

_ROWS = 4_096  # rows read, scored and written at once


class Chunk:
    """Rows read together: an Arrow table, or for JSONL the objects themselves; a row that is none is a str, the reason."""

    def __init__(self, table: pa.Table | None = None, objects: list[dict[str, Any] | str] | None = None) -> None:
        self.table = table
        self.objects = objects or []

    def __len__(self) -> int:
        return int(self.table.num_rows) if self.table is not None else len(self.objects)

    @property
    def names(self) -> list[str]:
        if self.table is not None:
            return [n for n in column_names(self.table) if n != _WHY]
        found: dict[str, None] = {}
        for row in self.objects:
            if isinstance(row, dict):
                found.update(dict.fromkeys(row))
        return list(found) or ["title"]  # a chunk of nothing but bad rows says nothing of the columns

    def records(self) -> Iterator[dict[str, Any] | str]:
        """What a score reads of each row, or the reason why the row can't be read."""
        if self.table is None:
            yield from self.objects
            return
        why = self.table.column(_WHY).to_pylist() if _WHY in self.table.column_names else [None] * len(self)
        for row, reason in zip(records(self.table), why, strict=True):
            yield reason or row

    def rows(self, kept: Sequence[int], columns: Mapping[str, Sequence[Any]]) -> Iterator[dict[str, Any]]:
        """The kept rows with the columns set, as objects."""
        if self.table is not None:
            yield from self.to_table(kept, columns).to_pylist()
            return
        for at, values in zip(kept, zip(*columns.values(), strict=True), strict=True):
            row = self.objects[at]
            assert isinstance(row, dict)  # a row that is no object is never kept
            yield row | dict(zip(columns, values, strict=True))

    def to_table(self, kept: Sequence[int], columns: Mapping[str, Sequence[Any]]) -> pa.Table:
        """The kept rows with the columns set, as a table."""
        if self.table is not None:
            table = self.table.drop_columns([_WHY]) if _WHY in self.table.column_names else self.table
            part = table.take(pa.array(kept, type=pa.int64())) if len(kept) < len(self) else table
        else:
            names = self.names
            picked = [self.objects[at] for at in kept]
            part = pa.table({n: pa.array([row.get(n) for row in picked if isinstance(row, dict)]) for n in names})
        return with_columns(part, columns)


_WHY = "\x00why"  # the column of a CSV chunk that says why a row can't be read


def read_chunks(source: Path) -> Iterator[Chunk]:
    """Chunks of a file, read as they are needed.

    Raises
    ------
    DataError
        Where the file as a whole can't be read; a single bad row of JSONL or CSV is part of its chunk.
    """
    readers = {".parquet": _read_parquet, ".csv": _read_csv, ".jsonl": _read_jsonl}
    try:
        yield from readers[source.suffix](source)
    except (pa.ArrowException, OSError, csv.Error) as error:
        raise DataError(f"{source} can't be read: {error}") from error


def _read_parquet(source: Path) -> Iterator[Chunk]:
    import pyarrow.parquet as pq

    for batch in pq.ParquetFile(source).iter_batches(batch_size=_ROWS):
        yield Chunk(pa.Table.from_batches([batch]))


def _read_csv(source: Path) -> Iterator[Chunk]:
    # all columns as text: what a column means is the caller's, and a type guessed from the first rows fails on a later one
    with source.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        reader = csv.reader(lines)
        header = next(reader, None)
        if header is None:
            return
        rows: list[list[str | None]] = []
        for row in reader:
            why = None if len(row) == len(header) else f"{len(row)} fields, the header has {len(header)}"
            rows.append([*(row[: len(header)] + [""] * (len(header) - len(row))), why])
            if len(rows) == _ROWS:
                yield _text_chunk(header, rows)
                rows = []
        if rows:
            yield _text_chunk(header, rows)


def _text_chunk(header: list[str], rows: list[list[str | None]]) -> Chunk:
    columns = zip(*rows, strict=True)
    return Chunk(pa.Table.from_arrays([pa.array(c, type=pa.string()) for c in columns], names=[*header, _WHY]))


def _read_jsonl(source: Path) -> Iterator[Chunk]:
    rows: list[dict[str, Any] | str] = []
    with source.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if not line.strip():
                continue
            rows.append(_json_object(line))
            if len(rows) == _ROWS:
                yield Chunk(objects=rows)
                rows = []
    if rows:
        yield Chunk(objects=rows)


def _json_object(line: str) -> dict[str, Any] | str:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return f"no JSON: {error}"
    return row if isinstance(row, dict) else "no JSON object"


class Writer:
    """A file written chunk by chunk, in the kind asked for; the first chunk sets the columns of Parquet and CSV."""

    def __init__(self, path: Path, kind: str) -> None:
        self.path, self.kind = path, kind
        self._schema: pa.Schema | None = None
        self._parquet: Any = None
        self._text = path.open("w", encoding="utf-8", newline="") if kind != ".parquet" else None

    def write(self, chunk: Chunk, kept: Sequence[int], columns: Mapping[str, Sequence[Any]]) -> None:
        if self.kind == ".jsonl" and self._text:
            for row in chunk.rows(kept, columns):
                self._text.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
            return
        table = self._fit(chunk.to_table(kept, columns))
        if self._text:
            out = csv.writer(self._text)
            for values in zip(*(table.column(i).to_pylist() for i in range(table.num_columns)), strict=True):
                out.writerow(["" if v is None else v for v in values])
        else:
            self._parquet.write_table(table)

    def _fit(self, table: pa.Table) -> pa.Table:
        """The table in the columns of the first chunk."""
        if self._schema is None:
            # a column of nothing but nulls has no type yet; text holds whatever follows
            fields = [pa.field(f.name, pa.string()) if pa.types.is_null(f.type) else f for f in table.schema]
            self._schema = pa.schema(fields, metadata=table.schema.metadata)
            if self._text:
                csv.writer(self._text).writerow(self._schema.names)
            else:
                import pyarrow.parquet as pq

                self._parquet = pq.ParquetWriter(self.path, self._schema)
        new = sorted(set(table.column_names) - set(self._schema.names))
        if new:
            raise DataError(
                f"column(s) {', '.join(new)} appear only after the first {_ROWS} rows; write .jsonl, which has no fixed columns"
            )
        for name in self._schema.names:
            if name not in table.column_names:
                table = table.append_column(name, pa.nulls(table.num_rows, self._schema.field(name).type))
        try:
            return table.select(self._schema.names).cast(self._schema)
        except pa.ArrowException as error:
            raise DataError(
                f"a column changes its type from one row to another: {error}; write .jsonl, which has no fixed types"
            ) from error

    def close(self) -> None:
        if self._parquet is not None:
            self._parquet.close()
        if self._text is not None:
            self._text.close()
