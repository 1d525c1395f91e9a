"""Files of any size: blocks of rows in, scored blocks out in order, bad rows aside with their reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from quality.encode import Encoder
from quality.errors import DataError, ModelError
from quality.files import Block, Chunk, Form, form, list_files, read_blocks
from quality.frames import column_names, records
from quality.journal import Journal
from quality.model import QualityModel, load_model
from quality.policy import policy
from quality.scoring import COLUMNS, REFUSED, Score, score_many, to_document
from quality.workers import in_order


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

    def add(self, facts: dict[str, Any]) -> None:
        self.rows_in += facts["rows"]
        self.rows_out += facts["rows"] - facts["rejects"]
        self.rejects += facts["rejects"]
        for verdict, count in facts["verdicts"].items():
            self.verdicts[verdict] += count


class _Output(NamedTuple):
    """A file to write, and the input files whose rows go there."""

    name: str  # in the target folder, or the target's own
    form: Form
    sources: list[Path]


class _Task(NamedTuple):
    """A block on its way to whoever scores it."""

    encoder: Encoder
    block: Block
    begins: bool  # the output file begins with it
    place: dict[str, Any]  # what a reject says beside its row: the file, where there are several
    row: int  # position of the block's first row in its file
    number: int  # the block's in the job


def score_file(
    source: str | Path,
    target: str | Path,
    *,
    model: QualityModel | None = None,
    policy_name: str = "p95",
    overwrite: bool = False,
    progress: bool = False,
    workers: int = 1,
    reasons: bool = False,
    resume: bool = False,
    encoding: str | None = None,
    escape_formulas: bool = False,
) -> Summary:
    """Score a Parquet, JSONL or CSV file, or a folder of them, in order, with the columns of `score_batch` added.

    A row that can't be scored goes to `TARGET.rejects.jsonl` as `{"row": position from 0, "reason": …}`. The output is
    written beside its place and moved there when all is done.

    Parameters
    ----------
    source, target : path
        Files, JSONL and CSV also as .gz or .zst. From a folder, all rows go into one file, or, where the target's name
        has no such ending, each file's into a file of the same name in a target folder. Parquet output of more than two
        million rows is a folder of part files.
    overwrite : bool
        Replace columns of the output's names; otherwise they are refused.
    workers : int
        Processes; the rows come out in the same order, with the same answers.
    reasons : bool
        Add a column `reasons`, JSON text (some hundred times slower).
    resume : bool
        Go on with an unfinished run of the same input, model and options; without one, start anew.
    encoding : str, optional
        Of the text files; by default their bytes tell.
    escape_formulas : bool
        In CSV output, put ' before text that a spreadsheet would run as a formula.

    Raises
    ------
    DataError
        Where the input can't be read, lacks `title` and `page`, or has columns of the output's names and `overwrite` is
        not said; where the disk is full, or another process is writing the same output. What was scored is kept then.
    """
    source, target = Path(source), Path(target)
    outputs = _plan(source, target)
    if workers < 1:
        raise DataError(f"{workers} workers: at least 1 is needed")
    model = model or load_model()
    policy(model, policy_name)
    if workers > 1 and model.folder is None:
        raise ModelError(
            "a model that was never saved can't be handed to other processes; save() it, or use one worker"
        )
    added = (*COLUMNS, "reasons") if reasons else COLUMNS
    files = [path for output in outputs for path in output.sources]
    job = {
        "input": [[str(p.resolve()), p.stat().st_size, p.stat().st_mtime_ns] for p in files],
        "output": [[o.name, *o.form] for o in outputs],
        "model": model.version,
        "policy": policy_name,
        "columns": list(added),
        "overwrite": overwrite,
        "encoding": encoding,
        "escape_formulas": escape_formulas,
    }
    journal = Journal(target, job)
    summary = Summary(model_version=model.version)
    try:
        journal.begin(resume)
        for facts in journal.blocks:
            summary.add(facts)
        refused = () if overwrite else tuple(n for n in added if n in REFUSED or n == "reasons")
        by = model if workers == 1 else (str(Path(model.folder or "").resolve()), model.version)
        with _bar(source, files, progress, summary.rows_in) as bar:
            jobs = (
                iter(())
                if journal.finished
                else _tasks(source, outputs, added, refused, encoding, escape_formulas, journal.blocks)
            )
            for name, data, rejects, facts in in_order(
                jobs, workers, _scorer, (by, policy_name, added, refused), bar.update
            ):
                journal.write(name, data, rejects, facts)
                summary.add(facts)
        if not summary.rows_in:
            raise DataError(f"{source} holds no rows")
        written = {block["output"] for block in journal.blocks}
        journal.finish({o.name: o.form for o in outputs if o.name in written})
    except BaseException:
        journal.close(keep=bool(journal.blocks))
        raise
    return summary


def _plan(source: Path, target: Path) -> list[_Output]:
    """Which files are written from which."""
    files = list_files(source)
    wanted = form(target)
    if wanted is None and (target.suffix or not source.is_dir()) and not (source.is_dir() and target.is_dir()):
        raise DataError(f"{target}: a .parquet, .jsonl or .csv file is written, the last two also as .gz or .zst")
    if target.resolve() == source.resolve():
        raise DataError(f"{target} is the input; give another name for the output")
    if source.is_dir() and target.resolve().is_relative_to(source.resolve()):
        raise DataError(f"{target} lies in the input's folder; give an output outside of it")
    if target.is_dir() and any(target.iterdir()):
        raise DataError(f"{target} is a folder that holds something; move it away, or give another output")
    if wanted is not None:
        return [_Output(target.name, wanted, files)]
    forms = [(path, form(path)) for path in files]
    return [_Output(path.relative_to(source).as_posix(), f, [path]) for path, f in forms if f is not None]


def _tasks(
    source: Path,
    outputs: list[_Output],
    added: tuple[str, ...],
    refused: tuple[str, ...],
    encoding: str | None,
    escape_formulas: bool,
    done: list[dict[str, Any]],
) -> Iterator[tuple[str, _Task]]:
    """(output, task) for each block that the journal does not hold yet."""
    number = 0
    for output in outputs:
        encoder = None
        for path in output.sources:
            place = {"file": path.relative_to(source).as_posix()} if source.is_dir() else {}
            row = 0
            for block in read_blocks(path, encoding):
                if row == 0:
                    _check_columns(path, block, refused)
                begins = encoder is None
                if encoder is None:
                    encoder = Encoder(output.form, block, added, escape_formulas)
                if number >= len(done):
                    yield output.name, _Task(encoder, block, begins, place, row, number)
                elif done[number]["rows"] != block.size:
                    raise DataError(f"{path} has changed since the unfinished run; run without --resume to start anew")
                row += block.size
                number += 1


def _check_columns(path: Path, block: Block, refused: tuple[str, ...]) -> None:
    """Refuse a file that has nothing to score, or columns of the output's names, before any of it is scored."""
    chunk = next(block.chunks())
    if not isinstance(chunk.content, list):
        names = column_names(chunk.content)
    elif not chunk.content:
        return  # nothing but bad rows says nothing of the columns
    else:
        names = list(dict.fromkeys(name for row in chunk.content for name in row))
    if "title" not in names and "page" not in names:
        raise DataError(f"{path}: no column 'title' (or 'page'); it has {', '.join(names)[:300] or 'none'}")
    taken = [n for n in refused if n in names]
    if taken:
        raise DataError(f"{path} has the column(s) {', '.join(taken)} already; use --overwrite to replace them")


def _scorer(
    by: QualityModel | tuple[str, str], policy_name: str, added: tuple[str, ...], refused: tuple[str, ...]
) -> Callable[[tuple[str, _Task], Callable[[int], None]], tuple[str, bytes, bytes, dict[str, Any]]]:
    """What a process does with a task: (file, its rows' bytes, its rejects' bytes, what the journal says of it)."""
    if isinstance(by, tuple):
        model = load_model(by[0])
        if model.version != by[1]:
            raise ModelError(f"the model in {by[0]} has changed while it was used: {model.version}, not {by[1]}")
    else:
        model = by

    def work(given: tuple[str, _Task], step: Callable[[int], None]) -> tuple[str, bytes, bytes, dict[str, Any]]:
        output, task = given
        parts, bad, verdicts = [], [], {"keep": 0, "review": 0, "drop": 0}
        for chunk in task.block.chunks():
            kept, scores, why = _score_chunk(chunk, model, policy_name, refused)
            columns = {n: [_value(s, n) for s in scores] for n in added}
            parts.append((chunk, kept, columns))
            bad.append(why)
            for score in scores:
                verdicts[score.verdict] += 1
            step(chunk.size)
        data, unfit = task.encoder.block(parts)
        rejects = []
        at = task.row
        for (chunk, kept, columns), why, misfits in zip(parts, bad, unfit, strict=True):
            where = chunk.positions()
            for i, reason in misfits.items():
                why[where[i]] = reason
                verdicts[columns["verdict"][kept.index(i)]] -= 1
            rejects += [{**task.place, "row": at + i, "reason": reason} for i, reason in sorted(why.items())]
            at += chunk.size
        if task.begins:
            data = task.encoder.head() + data
        name = f"{output}/part-{task.number:06d}.parquet" if task.encoder.form.kind == ".parquet" else output
        facts = {"output": output, "rows": task.block.size, "rejects": len(rejects), "verdicts": verdicts}
        aside = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rejects)
        return name, data, aside.encode("utf-8", "backslashreplace"), facts

    return work


def _score_chunk(
    chunk: Chunk, model: QualityModel, policy_name: str, refused: tuple[str, ...]
) -> tuple[list[int], list[Score], dict[int, str]]:
    """(indexes of the chunk's content that were scored, their scores, position in the chunk -> why not)."""
    documents, kept = [], []
    bad = dict(chunk.bad)
    where = chunk.positions()
    texts = isinstance(chunk.content, list)
    for i, row in enumerate(chunk.content if texts else records(chunk.content)):
        taken = [n for n in refused if n in row] if texts else []
        if taken:
            document, why = None, f"has the column(s) {', '.join(taken)} already; use --overwrite to replace them"
        else:
            document, why = to_document(row)
        if document is None:
            bad[where[i]] = why
        else:
            documents.append(document)
            kept.append(i)
    return kept, score_many(documents, model=model, policy_name=policy_name), bad


def _value(score: Score, name: str) -> Any:
    if name == "reasons":
        return json.dumps([r.as_dict() for r in score.reasons], ensure_ascii=False)
    return getattr(score, name)


def _bar(source: Path, files: list[Path], progress: bool, done: int) -> Any:
    from tqdm import tqdm

    total = _expected_rows(files) if progress else None
    return tqdm(desc=source.name, unit="row", unit_scale=True, disable=not progress, total=total, initial=done)


def _expected_rows(files: list[Path]) -> int | None:
    """How many rows there will be: known for Parquet, guessed from the first lines for text, None where compressed."""
    import pyarrow.parquet as pq

    rows = 0
    for path in files:
        named = form(path)
        if named is None or named.codec is not None:
            return None
        if named.kind == ".parquet":
            try:
                rows += pq.read_metadata(path).num_rows
            except (OSError, ValueError):
                return None  # reading it will say what is wrong
        else:
            with path.open("rb") as file:
                sample = file.read(1 << 20)
            rows += int(path.stat().st_size * max(1, sample.count(b"\n")) / max(1, len(sample)))
    return rows
