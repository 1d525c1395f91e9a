"""Files of any size: chunks of rows in, scored chunks out, bad rows aside with their reason."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from quality.errors import DataError
from quality.files import Chunk, Writer, read_chunks
from quality.model import QualityModel, load_model
from quality.scoring import COLUMNS, REFUSED, score_many, to_document

_KINDS = (".parquet", ".jsonl", ".csv")


@dataclass
class Summary:
    """What a batch did: rows in = rows out + rejects."""

    rows_in: int = 0
    rows_out: int = 0
    rejects: int = 0
    verdicts: dict[str, int] = field(default_factory=lambda: {"keep": 0, "review": 0, "drop": 0})
    model_version: str = ""

    def as_dict(self) -> dict[str, Any]:
        return dict(self.__dict__)


def score_file(
    source: str | Path,
    target: str | Path,
    *,
    model: QualityModel | None = None,
    policy_name: str = "p95",
    overwrite: bool = False,
    progress: bool = False,
) -> Summary:
    """Score a Parquet, JSONL or CSV file into another, in order, with the columns of `score_batch` added.

    A row that can't be scored goes to `TARGET.rejects.jsonl` as `{"row": position from 0, "reason": …}`. Both files are
    written under a temporary name and renamed when all is done.

    Raises
    ------
    DataError
        Where the input can't be read, lacks `title`, or has columns of the output's names and `overwrite` is not said.
    """
    source, target = Path(source), Path(target)
    for path in (source, target):
        if path.suffix not in _KINDS:
            raise DataError(f"{path}: a .parquet, .jsonl or .csv file is read and written")
    if not source.exists():
        raise DataError(f"{source} does not exist")
    if target.resolve() == source.resolve():
        raise DataError(f"{target} is the input; give another name for the output")
    model = model or load_model()
    summary = Summary(model_version=model.version)
    rejects = target.with_name(target.name + ".rejects.jsonl")
    partial, partial_rejects = (p.with_name(f".{p.name}.{os.getpid()}.partial") for p in (target, rejects))
    try:
        with partial_rejects.open("w", encoding="utf-8") as aside:
            _score_chunks(source, target.suffix, partial, aside, model, policy_name, overwrite, progress, summary)
        os.replace(partial, target)
        if summary.rejects:
            os.replace(partial_rejects, rejects)
        else:
            rejects.unlink(missing_ok=True)
    finally:
        partial.unlink(missing_ok=True)
        partial_rejects.unlink(missing_ok=True)
    return summary


def _score_chunks(
    source: Path,
    kind: str,
    partial: Path,
    aside: IO[str],
    model: QualityModel,
    policy_name: str,
    overwrite: bool,
    progress: bool,
    summary: Summary,
) -> None:
    from tqdm import tqdm

    writer = None
    bar = tqdm(desc=source.name, unit="row", unit_scale=True, disable=not progress)
    try:
        for chunk in read_chunks(source):
            if "title" not in chunk.names:
                raise DataError(f"{source}: no column 'title'; it has {', '.join(chunk.names) or 'none'}")
            taken = [c for c in REFUSED if c in chunk.names]
            if taken and not overwrite:
                raise DataError(
                    f"{source} has the column(s) {', '.join(taken)} already; use --overwrite to replace them"
                )
            kept, columns = _score_chunk(chunk, aside, model, policy_name, summary)
            if writer is None:
                writer = Writer(partial, kind)
            writer.write(chunk, kept, columns)
            bar.update(len(chunk))
        if writer is None:
            raise DataError(f"{source} holds no rows")
    finally:
        bar.close()
        if writer is not None:
            writer.close()


def _score_chunk(
    chunk: Chunk, aside: IO[str], model: QualityModel, policy_name: str, summary: Summary
) -> tuple[list[int], dict[str, list[Any]]]:
    """(positions kept, output columns) of a chunk; what can't be scored is written aside."""
    documents, kept = [], []
    for position, row in enumerate(chunk.records()):
        document, why = to_document(row) if isinstance(row, dict) else (None, row)
        if document is None:
            aside.write(json.dumps({"row": summary.rows_in + position, "reason": why}, ensure_ascii=False) + "\n")
            summary.rejects += 1
        else:
            documents.append(document)
            kept.append(position)
    scores = score_many(documents, model=model, policy_name=policy_name)
    for score in scores:
        summary.verdicts[score.verdict] += 1
    summary.rows_in += len(chunk)
    summary.rows_out += len(scores)
    return kept, {name: [getattr(s, name) for s in scores] for name in COLUMNS}
