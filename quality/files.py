"""Reading Parquet, JSONL and CSV in blocks that can be handed to another process, cut the same way every time.

A file is cut by its content alone (rows and bytes), so that a run that goes on after a crash finds the same blocks.
Nothing is repaired in silence: a row that can't be read stands in its chunk's `bad` with the reason.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

import pyarrow as pa

from quality.encodings import SAMPLE, detect, is_broken
from quality.errors import DataError
from quality.frames import INPUT_COLUMNS, column_names, repeated

KINDS = (".parquet", ".jsonl", ".csv")
CODECS = {".gz": "gzip", ".zst": "zstd"}
BLOCK_ROWS = 8_192  # a unit of work and of the journal: a second or two of scoring
BLOCK_BYTES = 8 << 20  # ... and no more text than this, whatever the rows
_CHUNK_ROWS = 2_048  # rows parsed and scored at once
_DEEPEST = 64  # objects and lists inside each other in a row: what writes it again may give up before what read it
LONGEST = 64 << 20  # bytes of one line or field; where there are more, a line break or a closing quote is missing


class Form(NamedTuple):
    """What a file's name says: kind (`.parquet`, `.jsonl`, `.csv`) and compression (`gzip`, `zstd` or None)."""

    kind: str
    codec: str | None


def form(path: Path) -> Form | None:
    """The form of a file by its name; None where it is none that is read and written."""
    codec = CODECS.get(path.suffix)
    kind = Path(path.stem).suffix if codec else path.suffix
    return Form(kind, codec) if kind in KINDS and not (codec and kind == ".parquet") else None


def list_files(source: Path) -> list[Path]:
    """The files of a job in order: the file itself, or a folder's by name (hidden ones and those with `_` left out)."""
    if not source.exists():
        raise DataError(f"{source} does not exist")
    if not source.is_dir():
        if form(source) is None:
            raise DataError(f"{source}: a .parquet, .jsonl or .csv file is read, the last two also as .gz or .zst")
        return [source]
    found = []
    for path in sorted(p for p in source.rglob("*") if p.is_file()):
        if any(part.startswith((".", "_")) for part in path.relative_to(source).parts):
            continue
        if form(path) is None:
            raise DataError(f"{path}: is no .parquet, .jsonl or .csv file; move it out of the folder")
        found.append(path)
    if not found:
        raise DataError(f"{source} holds no .parquet, .jsonl or .csv file")
    return found


@dataclass
class Chunk:
    """Rows read together. `content` holds the readable ones: an Arrow table, or the objects of a text file."""

    size: int
    content: pa.Table | list[dict[str, Any]]
    bad: dict[int, str] = field(default_factory=dict)  # position in the chunk -> why the row can't be read

    def positions(self) -> list[int]:
        """Where the readable rows stand in the chunk."""
        return [i for i in range(self.size) if i not in self.bad] if self.bad else list(range(self.size))


@dataclass
class Lines:
    """A block of a JSONL file: whole lines, undecoded."""

    lines: list[bytes]
    encoding: str

    @property
    def size(self) -> int:
        return len(self.lines)

    def chunks(self) -> Iterator[Chunk]:
        for at in range(0, len(self.lines), _CHUNK_ROWS):
            part = self.lines[at : at + _CHUNK_ROWS]
            objects, bad = [], {}
            for i, line in enumerate(part):
                found = json_object(line, self.encoding)
                if isinstance(found, str):
                    bad[i] = found
                else:
                    objects.append(found)
            yield Chunk(len(part), objects, bad)


@dataclass
class Rows:
    """A block of a CSV file: rows as they were split, all text."""

    header: list[str]
    rows: list[list[str]]
    encoding: str

    @property
    def size(self) -> int:
        return len(self.rows)

    def chunks(self) -> Iterator[Chunk]:
        for at in range(0, len(self.rows), _CHUNK_ROWS):
            part = self.rows[at : at + _CHUNK_ROWS]
            objects, bad = [], {}
            for i, row in enumerate(part):
                if len(row) != len(self.header):
                    bad[i] = f"{len(row)} fields, the header has {len(self.header)}"
                elif any(map(is_broken, row)):
                    bad[i] = _not(self.encoding)
                else:
                    objects.append(dict(zip(self.header, row, strict=True)))
            yield Chunk(len(part), objects, bad)


@dataclass
class Batch:
    """A block of a Parquet file, as an Arrow stream."""

    size: int
    stream: bytes

    def chunks(self) -> Iterator[Chunk]:
        for batch in pa.ipc.open_stream(self.stream):
            for at in range(0, batch.num_rows, _CHUNK_ROWS):
                yield _checked(pa.Table.from_batches([batch.slice(at, _CHUNK_ROWS)]))


Block = Lines | Rows | Batch


def read_blocks(path: Path, encoding: str | None = None) -> Iterator[Block]:
    """Blocks of a file, read as they are needed; `encoding` overrules what the bytes of a text file say.

    Raises
    ------
    DataError
        Where the file as a whole can't be read; a single bad row is part of its chunk.
    """
    named = form(path)
    assert named is not None  # list_files has seen to it
    try:
        if named.kind == ".parquet":
            yield from _parquet_blocks(path)
            return
        with _open(path, named.codec) as stream:
            text = encoding or detect(cast(Any, stream).peek(SAMPLE)[:SAMPLE])
            yield from (_line_blocks if named.kind == ".jsonl" else _row_blocks)(stream, text)
    except (pa.ArrowException, OSError, EOFError, csv.Error, DataError, LookupError, UnicodeError) as error:
        raise DataError(f"{path} can't be read: {error}") from error


def read_objects(path: Path) -> Iterator[dict[str, Any]]:
    """Each readable row of a file as an object."""
    for block in read_blocks(path):
        for chunk in block.chunks():
            yield from chunk.content if isinstance(chunk.content, list) else chunk.content.to_pylist()


def _open(path: Path, codec: str | None) -> BinaryIO:
    raw: Any = pa.input_stream(str(path), compression=codec) if codec else path.open("rb", buffering=0)
    return io.BufferedReader(raw, SAMPLE)


def _line_blocks(stream: BinaryIO, encoding: str) -> Iterator[Block]:
    lines: list[bytes] = []
    size = 0
    for line in _read_lines(stream):
        lines.append(line)
        size += len(line)
        if len(lines) == BLOCK_ROWS or size >= BLOCK_BYTES:
            yield Lines(lines, encoding)
            lines, size = [], 0
    if lines:
        yield Lines(lines, encoding)


def _read_lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines that hold something; of one that is longer than anything sensible, its beginning (which is no JSON)."""
    first = True
    while line := stream.readline(LONGEST):
        if first:
            line, first = line.removeprefix(b"\xef\xbb\xbf"), False
        if len(line) == LONGEST and not line.endswith(b"\n"):
            while (rest := stream.readline(LONGEST)) and not rest.endswith(b"\n"):
                pass
            line = line[:100]
        line = line.strip(b" \t\r\n")
        if line:
            yield line


def json_object(line: bytes, encoding: str = "utf-8") -> dict[str, Any] | str:
    """The object of a line, or the reason why it holds none."""
    try:
        row = json.loads(line.decode(encoding), object_pairs_hook=_object)
    except UnicodeDecodeError:
        return _not(encoding)
    except (ValueError, RecursionError) as error:
        return f"no JSON: {error}"
    if not isinstance(row, dict):
        return "no JSON object"
    if line.count(b"[") + line.count(b"{") > _DEEPEST and _is_deep(row):
        return f"nested more than {_DEEPEST} deep"
    return row


def _is_deep(row: dict[str, Any]) -> bool:
    level: list[Any] = [row]
    for _ in range(_DEEPEST):
        level = [
            v for one in level for v in (one.values() if isinstance(one, dict) else one) if isinstance(v, dict | list)
        ]
    return bool(level)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(f"two values named {repeated(name for name, _ in pairs)[0][:40]!r}")
    return found


def _not(encoding: str) -> str:
    return f"holds bytes that are not {encoding}"


def _row_blocks(stream: BinaryIO, encoding: str) -> Iterator[Block]:
    csv.field_size_limit(LONGEST)  # a whole page stands in one field
    name = "utf-8-sig" if encoding == "utf-8" else encoding
    # broken bytes travel as surrogates, so that a row that holds one can be told and set aside
    text = io.TextIOWrapper(stream, encoding=name, errors="surrogateescape", newline="")
    reader = csv.reader(text)
    header = next(reader, None)
    if header is None:
        return
    if any(map(is_broken, header)):
        raise DataError(f"the header {_not(encoding)}")
    if twice := repeated(header):
        raise DataError(f"two columns of one name: {', '.join(twice)}")
    rows: list[list[str]] = []
    size = 0
    for row in reader:
        if not row:
            continue  # an empty line, not a row
        rows.append(row)
        size += sum(map(len, row))
        if len(rows) == BLOCK_ROWS or size >= BLOCK_BYTES:
            yield Rows(header, rows, encoding)
            rows, size = [], 0
    if rows:
        yield Rows(header, rows, encoding)


def _parquet_blocks(path: Path) -> Iterator[Block]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, buffer_size=1 << 20, pre_buffer=False) as file:
        check_types(file.schema_arrow)
        batches: list[Any] = []
        rows = size = 0
        for batch in file.iter_batches(batch_size=_CHUNK_ROWS):
            batches.append(batch)
            rows, size = rows + batch.num_rows, size + batch.get_total_buffer_size()
            if rows >= BLOCK_ROWS or size >= BLOCK_BYTES:
                yield _stream(batches, rows)
                batches, rows, size = [], 0, 0
        if rows:
            yield _stream(batches, rows)


def _stream(batches: list[Any], rows: int) -> Batch:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, batches[0].schema) as out:
        for batch in batches:
            out.write_batch(batch)
    return Batch(rows, sink.getvalue())


def check_types(schema: Any) -> None:
    """Refuse a table whose text columns are no text: every one of its rows would be a reject."""
    column_names(schema.empty_table())
    for name in INPUT_COLUMNS:
        at = schema.get_field_index(name)
        if at >= 0 and not _is_text(schema.field(at).type, binary=name == "page"):
            raise DataError(f"column '{name}' is {schema.field(at).type}, not text; cast it first")


def _is_text(kind: Any, binary: bool) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    texts = [pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_null]
    return any(test(kind) for test in texts + [pa.types.is_binary, pa.types.is_large_binary] * binary)


def _checked(table: Any) -> Chunk:
    """A table as a chunk. Parquet does not promise that text is UTF-8: rows that hold other bytes are set aside."""
    try:
        table.validate(full=True)
    except pa.ArrowInvalid:
        pass
    else:
        return Chunk(table.num_rows, table)
    bad: dict[int, str] = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        for i, value in enumerate(column):
            try:
                value.as_py()
            except UnicodeDecodeError:
                bad.setdefault(i, f"column '{name}' {_not('utf-8')}")
    good = [i for i in range(table.num_rows) if i not in bad]
    return Chunk(table.num_rows, table.take(pa.array(good, type=pa.int64())), bad)
