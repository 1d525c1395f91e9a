"""Input files that are broken, each in a way of its own: a clear error, or as many rows out and rejects as rows in."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from quality import DataError
from quality.batch import score_file
from tests.trust.table import Row

TITLES = (
    "市、予算案を公表",
    "【衝撃】まさかの結末に騒然",
    "県警、事故の原因を調査",
    "町が説明会 住民が参加",
    "駅前の店が閉店へ",
)
ROWS = [
    {"title": f"{TITLES[i % 5]}{i}", "body": "市は10日、計画を公表した。" if i % 3 else None, "n": i} for i in range(24)
]
TARGETS = (".jsonl", ".csv", ".parquet", ".jsonl.gz", ".csv.zst")
LINES = [json.dumps(row, ensure_ascii=False).encode() for row in ROWS]
BAD_LINES = {
    "half an object": b'{"title": "',
    "a list": b'["title"]',
    "a number": b"5",
    "text": b'"title"',
    "null": b"null",
    "nothing named": b"{}",
    "a title that is a number": b'{"title": 5}',
    "a title that is null": b'{"title": null}',
    "a title of blanks": '{"title": " \u3000"}'.encode(),
    "a title that is a list": b'{"title": ["a"]}',
    "a body that is an object": '{"title": "題", "body": {}}'.encode(),
    "a body_kind that is none of them": '{"title": "題", "body_kind": "whole"}'.encode(),
    "a page that is a number": b'{"page": 1}',
    "an empty page": b'{"page": ""}',
    "a page without a headline": b'{"page": "<p></p>"}',
    "two titles": '{"title": "題", "title": "題"}'.encode(),
    "a column of the output": '{"title": "題", "quality": 1}'.encode(),
    "a lone surrogate": b'{"title": "\\ud800"}',
    "a NUL": b'{"title": "\\u0000"}',
    "a raw NUL": b'{"title": "\x00"}',
    "NaN": b'{"title": NaN}',
    "infinity beside": '{"title": "題", "n": 1e999}'.encode(),
    "a number of 5,000 digits": b'{"title": "a", "n": ' + b"9" * 5000 + b"}",
    "a number of 400 digits": '{"title": "題", "n": '.encode() + b"9" * 400 + b"}",
    "lists 100,000 deep": b'{"title": "a", "x": ' + b"[" * 100_000,
    "lists 980 deep": '{"title": "題", "x": '.encode() + b"[" * 980 + b"]" * 980 + b"}",
    "lists 990 deep": '{"title": "題", "x": '.encode() + b"[" * 990 + b"]" * 990 + b"}",
    "bytes of Shift_JIS": "衝撃の結末".encode("cp932"),
    "bytes that are no text": b"\xff\xfe\xfd",
    "an escape": b"\x1b[31m",
    "a title of 200,000 characters": json.dumps({"title": "市" * 200_000}).encode(),
    "20,000 columns": json.dumps({"title": "題", **{f"c{i}": i for i in range(20_000)}}).encode(),
    "a column without a name": '{"title": "題", "": 1}'.encode(),
    "a column named by a surrogate": b'{"title": "\xe9\xa1\x8c", "\\udc80": 1}',
}
BAD_TABLES = {
    "no header": b"",
    "a line break alone": b"\n",
    "a header alone": b"title,body\n",
    "no title": "heading\n題\n".encode(),
    "two columns of one name": "title,title\n題,題\n".encode(),
    "a column of the output": "title,verdict\n題,keep\n".encode(),
    "UTF-16": "title\n題\n".encode("utf-16"),
    "a quote without end": b'title\n"' + "題\n".encode() * 9,
    "a field too many": "title\n題,題\n市、計画\n".encode(),
    "a field too few": "title,n\n題\n市、計画,1\n".encode(),
    "NUL in the header": b"ti\x00tle\n\xe9\xa1\x8c\n",
    "broken bytes in the header": b"title,\xff\xfe\n\xe9\xa1\x8c,1\n",
    "broken bytes in a row": b"title\n\xe9\xa1\n\xe9\xa1\x8c\n",
    "a lone carriage return": "title\r題\r市、計画\r".encode(),
    "blank lines between": "title\n\n\n題\n\n".encode(),
    "a byte order mark twice": b"\xef\xbb\xbf\xef\xbb\xbftitle\n\xe9\xa1\x8c\n",
    "semicolons": "title;body\n題;文\n".encode(),
    "formulas": "title\n=1+1\n@SUM(A1)\n市、計画\n".encode(),
    "40,000 columns": (",".join(f"c{i}" for i in range(40_000)) + ",title\n").encode()
    + b"," * 40_000
    + "題\n".encode(),
    "a field of 5 MB": b"title\n" + "題".encode() * 1_700_000 + b"\n",
    "a page in a field": 'title,page\n,"<h1>題</h1>\n<p>市は計画を公表した。</p>"\n'.encode(),
}


def _csv() -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, ["title", "body", "n"])
    writer.writeheader()
    writer.writerows(ROWS)
    return out.getvalue().encode()


def _parquet(table: pa.Table, **options: object) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()


def _zstd(data: bytes) -> bytes:
    return bytes(pa.compress(data, codec="zstd", asbytes=True))


def _damaged(data: bytes, draw: random.Random) -> Iterator[tuple[str, bytes]]:
    for share in (0.02, 0.3, 0.6, 0.9, 0.98):
        yield f"cut at {share:.0%}", data[: int(len(data) * share)]
    for _ in range(14):
        at = draw.randrange(len(data))
        yield f"byte {at} flipped", data[:at] + bytes([data[at] ^ 1 << draw.randrange(8)]) + data[at + 1 :]
    for _ in range(6):
        at = draw.randrange(len(data))
        yield f"zeros at {at}", data[:at] + bytes(16) + data[at + 16 :]
    for _ in range(4):
        at = draw.randrange(len(data))
        yield f"noise put in at {at}", data[:at] + draw.randbytes(40) + data[at:]
    yield "noise behind", data + draw.randbytes(64)
    yield "twice", data + data


def broken(seed: int = 1) -> Iterator[tuple[str, str, bytes]]:
    """(what is wrong, the file's ending, its bytes); the same ones each time."""
    draw = random.Random(seed)
    lines, table = b"\n".join(LINES), _csv()
    whole = {
        ".jsonl": lines,
        ".csv": table,
        ".parquet": _parquet(pa.Table.from_pylist(ROWS)),
        ".jsonl.gz": gzip.compress(lines, mtime=0),
        ".csv.zst": _zstd(table),
    }
    for ending, data in whole.items():
        for what, bad in _damaged(data, draw):
            yield what, ending, bad
        yield "empty", ending, b""
        yield "another kind's bytes", ending, whole[".jsonl" if ending == ".parquet" else ".parquet"]
        yield "noise alone", ending, draw.randbytes(3_000)
    for what, line in BAD_LINES.items():
        yield f"a line with {what}", ".jsonl", b"\n".join([*LINES[:9], line, *LINES[9:]])
        yield f"first {what}", ".jsonl", b"\n".join([line, *LINES])
        yield f"{what} alone", ".jsonl.gz", gzip.compress(line, mtime=0)
    for what, data in BAD_TABLES.items():
        yield what, ".csv", data
    texts = pa.array([t.encode() for t in TITLES[:4]] + [b"\x83\x5c"]).view(pa.string())
    for what, columns in {
        "a title of numbers": {"title": [1, 2]},
        "a title of lists": {"title": [["a"]]},
        "a title of nulls": {"title": [None, None]},
        "bytes that are no text": {"title": texts},
        "no title": {"heading": ["題"]},
        "no columns": {},
        "no rows": {"title": pa.array([], pa.string())},
        "a column of the output": {"title": ["題"], "quality": [1.0]},
        "nested columns": {"title": ["題"], "x": [{"a": [{"b": 1}]}]},
        "a page of bytes": {"page": [b"\xff\xfe<p>"]},
        "a title of dictionary codes": {"title": pa.array(["題", None]).dictionary_encode()},
    }.items():
        yield what, ".parquet", _parquet(pa.table(columns))


def verdict(folder: Path, number: int, ending: str, data: bytes) -> tuple[str, str]:
    """(`error`, `counted` or `wrong`, and what was said) of one file; outputs take turns in their kind."""
    source, target = folder / f"in{ending}", folder / f"out{TARGETS[number % len(TARGETS)]}"
    source.write_bytes(data)
    aside = target.with_name(target.name + ".rejects.jsonl")
    try:
        summary = score_file(source, target)
        rejects = aside.read_bytes().count(b"\n") if aside.exists() else 0
        out = _rows(target)
    except DataError as error:
        left = sorted(p.name for p in folder.iterdir() if p != source)
        return ("error", str(error)) if str(error) and not left else ("wrong", f"left behind {left}: {error}")
    except BaseException as error:
        return "wrong", f"{type(error).__name__}: {error}"[:300]
    finally:
        for path in (target, aside, source):
            path.unlink(missing_ok=True)
    fits = summary.rows_in == summary.rows_out + summary.rejects and (out, rejects) == (
        summary.rows_out,
        summary.rejects,
    )
    return "counted" if fits else "wrong", f"{summary}, {out} rows and {rejects} rejects in the files"


def _rows(path: Path) -> int:
    if not path.exists():
        return 0
    if path.suffix == ".parquet":
        return int(pq.read_metadata(path).num_rows)
    data = path.read_bytes()
    data = (
        gzip.decompress(data)
        if path.suffix == ".gz"
        else pa.input_stream(pa.py_buffer(data), compression="zstd").read()
        if path.suffix == ".zst"
        else data
    )
    if ".jsonl" in path.name:
        return data.count(b"\n")
    csv.field_size_limit(1 << 30)
    return max(0, sum(1 for _ in csv.reader(io.StringIO(data.decode(), newline=""))) - 1)


def main(cases: int) -> tuple[list[Row], list[str]]:
    found = {"error": 0, "counted": 0, "wrong": 0}
    failures = []
    with tempfile.TemporaryDirectory() as name:
        for number, (what, ending, data) in enumerate(broken()):
            kind, said = verdict(Path(name), number, ending, data)
            found[kind] += 1
            if kind == "wrong":
                failures.append(f"{what} ({ending}): {said}")
    total = sum(found.values())
    note = f"{found['error']} clear errors, {found['counted']} with rows in = rows out + rejects"
    return [Row("input files", "broken files through `quality batch`", total, total - found["wrong"], note)], failures
