"""Any input through every entry point: it is answered, in range and twice alike, or refused by a documented error, in bounded time."""

from __future__ import annotations

import io
import json
import math
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stderr
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import hypothesis
import pandas as pd
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import features
from features.analysis import Text, analyse
from features.normalise import normalise, offsets
from quality import (
    DataError,
    Document,
    ModelError,
    PageError,
    load_model,
    read_page,
    score,
    score_batch,
    score_many,
    score_page,
)
from quality.feed import filter_feed
from quality.files import read_blocks
from quality.scoring import COLUMNS, Score, to_document
from quality.stats import Stats
from quality.stream import filter_lines
from tests.trust import models, texts
from tests.trust.table import Row

DOCUMENTED = (DataError, ModelError, PageError)
SECONDS, SECONDS_PER_MB = 3.0, 60.0  # of processor time; what a case may cost, however hostile
RANGES = {
    "sensational": 1,
    "sensational_grade": 3,
    "substantive": 1,
    "substantive_grade": 3,
    "delivers": 1,
    "whole": 1,
    "quality": 1,
}
DOCUMENT = st.builds(
    Document, title=texts.TEXT, body=st.one_of(st.none(), texts.TEXT), body_kind=st.sampled_from((None, "full", "lead", "none")),
    tag=st.one_of(st.none(), texts.TEXT),
)  # fmt: skip
_folder = Path(tempfile.mkdtemp(prefix="trust-"))


def in_range(one: Score) -> None:
    for name, top in RANGES.items():
        value = getattr(one, name)
        assert value is None or (math.isfinite(value) and 0 <= value <= top), (name, value)
    assert one.verdict in ("keep", "review", "drop")


def one_document(document: Document) -> None:
    (first,), (again,) = score_many([document], memo=False), score_many([document])
    in_range(first)
    assert first == again


def many_documents(documents: list[Document]) -> None:
    assert score_many(documents) == [score(d) for d in documents]


def a_table(rows: list[dict[str, Any]], kind: str) -> None:
    try:
        frame = pd.DataFrame(rows) if kind == "pandas" else pa.Table.from_pylist(rows) if kind == "arrow" else rows
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return  # no table at all
    scored = score_batch(frame, overwrite=True)
    assert len(scored) == len(frame)
    columns = (
        scored.schema.names
        if kind == "arrow"
        else list(scored)
        if kind == "pandas"
        else list(scored[0])
        if scored
        else COLUMNS
    )
    assert set(COLUMNS) <= set(columns)


def a_page(source: str | bytes) -> None:
    page = read_page(source)
    assert page == read_page(source)
    assert page.article.layout is not None
    assert all(0 <= block.link_share <= 1 for block in page.blocks)


def a_scored_page(source: str | bytes) -> None:
    found = score_page(source)
    for one in (found.article, *found.rail):
        in_range(one)
    assert "</html>" in _shown(found)


def _shown(found: Any) -> str:
    from quality.view import as_html

    return as_html(found)


def the_features(document: Document) -> None:
    values = features.extract([document]).iloc[0]
    for feature in features.FEATURES:
        value = values[feature.name]
        assert math.isnan(value) or (math.isfinite(value) and feature.low <= value <= feature.high), (
            feature.name,
            value,
        )


def the_offsets(raw: str, lines: bool) -> None:
    normal = normalise(raw, lines)
    assert normalise(raw, lines) == normal
    places = offsets(raw, normal)
    assert len(places) == len(normal) + 1
    text = Text(raw, lines)
    for start in range(0, len(text.norm), 7):
        first, after = text.raw_span((start, min(start + 3, len(text.norm))))
        assert 0 <= first <= after <= len(raw)
    assert all(text.norm[a:b] == t.surface for a, b, t in zip(text.starts, text.ends, text.tokens, strict=True))


def the_reasons(document: Document) -> None:
    one = score(document)
    for word in (w for r in one.reasons for w in r.words):
        source = document.title if word.where == "title" else document.body or ""
        assert source[word.start : word.end] == word.text
    body = analyse(document).body
    for said in one.attributions:
        assert body is not None
        assert said.start is None or 0 <= said.start <= said.end <= len(document.body or "")


def filter_input(data: bytes, annotate: bool) -> None:
    given_, out = _folder / "in", _folder / "out"
    given_.write_bytes(data)
    source, sink = os.open(given_, os.O_RDONLY), os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    stats = Stats()
    try:
        with redirect_stderr(io.StringIO()):
            assert (
                filter_lines(
                    source,
                    sink,
                    model=load_model(),
                    annotate=annotate,
                    stats=stats,
                    latency=0,
                    rejects=_folder / "aside",
                )
                == 0
            )
    finally:
        os.close(source)
        os.close(sink)
    lines = [line for line in data.split(b"\n") if line.strip(b" \t\r\n")]
    assert sum(stats.counts.values()) == len(lines)
    kept = len(out.read_bytes().splitlines()) if annotate else None
    assert kept in (None, len(lines) - stats.counts["rejects"])


def a_feed(inside: str, form: str) -> None:
    if form == "items":
        legal = "".join(c for c in inside if c >= " " and c not in "\ufffe\uffff" and not "\ud800" <= c <= "\udfff")
        inside = "".join(f"<item><title>{escape(part)}</title></item>" for part in legal.split("市"))
    text = inside if form == "raw" else f"<rss><channel>{inside}</channel></rss>"
    data = text.encode("utf-8", "surrogatepass")
    assert filter_feed(data, model=load_model()) == filter_feed(data, model=load_model())


def a_row(row: dict[str, Any]) -> None:
    document, why = to_document(row)
    assert (document is None) == bool(why)


def a_file(data: bytes, ending: str) -> None:
    path = _folder / f"given{ending}"
    path.write_bytes(data)
    for block in read_blocks(path):
        assert sum(chunk.size for chunk in block.chunks()) == block.size
        for chunk in block.chunks():
            assert len(chunk.content) + len(chunk.bad) == chunk.size


def a_model(name: str, at: float, patch: bytes) -> None:
    with models.changed(name, at, patch) as (folder, same):
        try:
            load_model(folder)
        except ModelError:
            return
        assert same, f"{name} was changed, and the model loads"


LINES = st.lists(
    st.one_of(texts.ROW.map(lambda r: json.dumps(r, default=str).encode()), texts.encoded(texts.TEXT), texts.BYTES),
    max_size=5,
).map(b"\n".join)
PAGES = st.one_of(texts.PAGE, texts.encoded(texts.PAGE), texts.BYTES)
# what is called: (share of the cases in a thousand, the check, what it is given)
ENTRIES: dict[str, tuple[int, Callable[..., None], tuple[st.SearchStrategy[Any], ...]]] = {
    "score": (160, one_document, (DOCUMENT,)),
    "score_many": (50, many_documents, (st.lists(DOCUMENT, max_size=4),)),
    "score_batch": (40, a_table, (st.lists(texts.ROW, max_size=4), st.sampled_from(("pandas", "arrow", "list")))),
    "read_page": (185, a_page, (PAGES,)),
    "score_page and its HTML": (30, a_scored_page, (PAGES,)),
    "features.extract": (50, the_features, (DOCUMENT,)),
    "normalised text and its offsets": (190, the_offsets, (texts.TEXT, st.booleans())),
    "reasons and attributions": (20, the_reasons, (DOCUMENT,)),
    "filter": (40, filter_input, (LINES, st.booleans())),
    "filter --feed": (110, a_feed, (texts.FEED, st.sampled_from(("raw", "wrapped", "items", "items")))),
    "rows": (110, a_row, (texts.ROW,)),
    "JSONL and CSV readers": (
        80,
        a_file,
        (st.one_of(LINES, texts.encoded(texts.TEXT), texts.BYTES), st.sampled_from((".jsonl", ".csv", ".csv.gz"))),
    ),
    "load_model": (5, a_model, (st.sampled_from(models.FILES), st.floats(0, 1), st.binary(min_size=1, max_size=4))),
}


@dataclass
class Tally:
    """What one entry point was put through."""

    cases: int = 0
    refused: int = 0  # by a documented error
    slowest: float = 0.0  # seconds of processor time
    failure: str = ""


def _size(value: Any) -> int:
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, Document):
        return len(value.title) + len(value.body or "")
    return (
        sum(map(_size, value.values() if isinstance(value, dict) else value)) if isinstance(value, dict | list) else 0
    )


def put_through(
    check: Callable[..., None], given_: tuple[st.SearchStrategy[Any], ...], cases: int, seed: int = 1
) -> Tally:
    """So many cases through one check; the first failure ends them."""
    tally = Tally()

    @hypothesis.seed(seed)
    @settings(
        max_examples=cases, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=False
    )
    @given(st.tuples(*given_))
    def case(values: tuple[Any, ...]) -> None:
        tally.cases += 1
        begun = time.process_time()
        try:
            check(*values)
        except DOCUMENTED as error:
            tally.refused += 1
            if not str(error).strip():
                raise AssertionError("an error without a message") from error
        spent = time.process_time() - begun
        tally.slowest = max(tally.slowest, spent)
        assert spent <= SECONDS + SECONDS_PER_MB * sum(map(_size, values)) / 1e6, f"{spent:.1f} s"

    try:
        case()
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        notes = " ".join(getattr(error, "__notes__", []))
        tally.failure = f"{type(error).__name__}: {error} {notes}"[:1500]
    return tally


def run(cases: int, seed: int = 1) -> dict[str, Tally]:
    """Every entry point with its share of the cases."""
    score("市、計画を公表")  # what is loaded on first use is no case's cost
    whole = sum(share for share, _, _ in ENTRIES.values())
    return {
        name: put_through(check, given_, max(10, math.ceil(cases * share / whole)), seed)
        for name, (share, check, given_) in ENTRIES.items()
    }


def main(cases: int) -> tuple[list[Row], list[str]]:
    found = run(cases)
    rows = [
        Row(
            "random input",
            name,
            one.cases,
            one.cases - bool(one.failure),
            f"{one.refused:,} refused; slowest {one.slowest:.2f} s",
        )
        for name, one in found.items()
    ]
    return rows, [f"{name}: {one.failure}" for name, one in found.items() if one.failure]
