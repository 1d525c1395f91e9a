"""What each stage costs, as a ratio to bare MeCab (`-Owakati`) on the same rows in the same run.

    python -m quality.bench headlines.parquet --rows 200000
    python -m quality.bench articles.parquet --peers --json
    python -m quality.bench --pages pages/
    python -m quality.bench --cold --memory 100000 headlines.parquet

Ratios travel between machines; microseconds do not. Stages are timed in turns, chunk by chunk, in processor time of one
core, so that whatever else runs on the machine bears on all of them alike; single scores are timed by the wall clock.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import click

from features.analysis import analyse_all
from features.document import Document
from features.normalise import normalise
from quality.errors import DataError
from quality.model import QualityModel, dense_matrix, load_model
from quality.scoring import chunks, score_many
from quality.workers import settle

_ARTICLES = 5_000
_FITTED = 20_480  # documents that peers are fitted on
_SINGLES = 3_000
FLOOR = "floor (-Owakati)"
END = "end to end"


def _text(document: Document) -> str:
    return document.title + ("\n" + document.body if document.body else "")


def _each(work: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
    return [work(item) for item in items]


def _peer(work: Callable[[list[str]], Any], tokenise: Callable[[str], str], texts: Sequence[str]) -> Any:
    return work([tokenise(text) for text in texts])


class Clock:
    """Processor seconds by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def time(self, name: str, work: Callable[[], Any]) -> Any:
        begun = time.thread_time()
        found = work()
        self.seconds[name] = self.seconds.get(name, 0.0) + time.thread_time() - begun
        return found


def stages(documents: Iterable[Document], peers: bool = False) -> dict[str, Any]:
    """Every stage over the documents, in turns; nothing of a chunk outlives it."""
    import fugashi
    import numpy as np

    model = load_model()
    tagger = fugashi.Tagger("-Owakati")
    clock = Clock()
    rows = characters = 0
    others: dict[str, Callable[[list[str]], Any]] = {}
    for chunk in chunks(documents):
        texts = [_text(d) for d in chunk]
        if not rows:
            score_many(chunk, model=model, memo=False)  # first use loads what is loaded on first use
            if peers:
                head = list(islice(documents, _FITTED)) if isinstance(documents, Iterator) else [*documents][:_FITTED]
                others = fit_peers([*chunk, *head], model)
            settle()  # as `quality batch` does
        rows, characters = rows + len(chunk), characters + sum(map(len, texts))
        clock.time(FLOOR, partial(_each, tagger.parse, texts))
        clock.time(END, partial(score_many, chunk, model=model, memo=False))
        clock.time("normalise", partial(_each, partial(normalise, lines=True), texts))
        analyses = clock.time("analysis", partial(analyse_all, chunk))
        dense = clock.time("features", partial(dense_matrix, analyses))
        raw = np.zeros(len(chunk))
        bodied = np.array([i for i, a in enumerate(analyses) if a.body is not None], dtype=int)
        for head_of in model.heads.values():
            at = bodied if head_of.spec.needs_body else np.arange(len(chunk))
            if len(at):
                part = [analyses[i] for i in at]
                columns = clock.time("text models", partial(head_of.matrix, dense[at], part, raw[at]))
                answer = clock.time("trees", partial(head_of.raw, columns))
                if not head_of.spec.needs_body:
                    raw = answer
        for name, work in others.items():
            clock.time(name, partial(_peer, work, tagger.parse, texts))
    if not rows:
        raise DataError("there is no row to measure")
    floor = clock.seconds[FLOOR]
    order = [FLOOR, "normalise", "analysis", "features", "text models", "trees", END, *others]
    return {
        "rows": rows,
        "characters": characters,
        "stages": {
            name: {
                "us_per_row": round(1e6 * (s := clock.seconds[name]) / rows, 1),
                "rows_per_second": round(rows / s),
                "characters_per_second": round(characters / s),
                "ratio_to_floor": round(floor / s, 3),
            }
            for name in order
            if name in clock.seconds
        },
    }


def fit_peers(documents: Sequence[Document], model: QualityModel) -> dict[str, Callable[[list[str]], Any]]:
    """Classifiers others would put behind the same tokenizer, fitted to our own answers: their cost counts, not their sense."""
    import fugashi

    tagger = fugashi.Tagger("-Owakati")
    texts = [tagger.parse(_text(d)) for d in documents]
    answers = [s.sensational for s in score_many(documents, model=model)]
    ranked = sorted(range(len(answers)), key=answers.__getitem__)
    labels = [False] * len(answers)
    for i in ranked[len(ranked) // 2 :]:
        labels[i] = True
    found: dict[str, Callable[[list[str]], Any]] = {}
    if len(documents) < 2:
        return found
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
    except ImportError:
        print("scikit-learn is not installed: no TF-IDF peer", file=sys.stderr)
    else:
        vectorizer = TfidfVectorizer(token_pattern=r"\S+", ngram_range=(1, 2), min_df=2)
        regression = LogisticRegression(max_iter=200).fit(vectorizer.fit_transform(texts), labels)
        found["TF-IDF + regression"] = lambda t: regression.predict_proba(vectorizer.transform(t))
    try:
        import fasttext
    except ImportError:
        print("fastText is not installed: no such peer", file=sys.stderr)
    else:
        import tempfile

        with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
            file.writelines(f"__label__{int(y)} {' '.join(t.split())}\n" for t, y in zip(texts, labels, strict=True))
            file.flush()
            fitted = fasttext.train_supervised(file.name, wordNgrams=2, verbose=0)
        found["fastText"] = lambda t: [fitted.f.predict(" ".join(x.split()), 1, 0.0, "strict") for x in t]
    return found


def singles(documents: Sequence[Document]) -> dict[str, Any]:
    """The spread of single calls of score() on headlines never seen before, and of tokenising the same ones bare."""
    import fugashi

    model = load_model()
    tagger = fugashi.Tagger("-Owakati")
    titles = list(dict.fromkeys(d.title for d in documents))[: _SINGLES + 100]
    times: dict[str, list[float]] = {"score": [], "tokenise": [], "score_wall": []}
    for i, title in enumerate(titles):
        wall, begun = time.perf_counter(), time.thread_time()
        score_many([title], model=model, memo=False)
        between, wall_between = time.thread_time(), time.perf_counter()
        tagger.parse(title)
        ended = time.thread_time()
        if i >= 100:  # the first warm caches up
            times["score"].append(between - begun)
            times["score_wall"].append(wall_between - wall)
            times["tokenise"].append(ended - between)
    found: dict[str, Any] = {"calls": len(times["score"])}
    for name, values in times.items():
        values.sort()
        at = {f"p{p:g}": values[min(len(values) - 1, int(len(values) * p / 100))] for p in (50, 99, 99.9)}
        found[f"{name}_us"] = {p: round(1e6 * v, 1) for p, v in at.items()}
    found["p50_times_tokenising"] = round(found["score_us"]["p50"] / found["tokenise_us"]["p50"], 2)
    found["p99_times_p50"] = round(found["score_us"]["p99"] / found["score_us"]["p50"], 2)
    return found


def pages(folder: Path, rounds: int = 3) -> dict[str, Any]:
    """Whole pages, read and scored, beside trafilatura's extract alone where it is installed."""
    from quality.page import PageError
    from quality.scoring import score_page

    found = [p.read_bytes() for p in sorted(folder.iterdir()) if p.is_file()]
    if not found:
        raise DataError(f"{folder} holds no file; name a folder of saved pages")
    clock = Clock()
    try:
        import trafilatura
    except ImportError:
        trafilatura = None
        print("trafilatura is not installed: no comparison", file=sys.stderr)

    def ours(data: bytes) -> None:
        with suppress(PageError):
            score_page(data)

    ours(found[0])
    best: dict[str, float] = {}
    for _ in range(rounds):
        clock.seconds.clear()
        for data in found:
            clock.time("read and scored", partial(ours, data))
            if trafilatura:
                clock.time("trafilatura.extract", partial(trafilatura.extract, data))
        best = {name: min(s, best.get(name, s)) for name, s in clock.seconds.items()}
    rates = {name: round(len(found) / s, 1) for name, s in best.items()}
    times = round(rates["read and scored"] / rates["trafilatura.extract"], 2) if trafilatura else None
    return {"pages": len(found), "pages_per_second": rates, "times_trafilatura": times}


def read(path: Path, rows: int) -> Iterator[Document]:
    """The documents of a file, a few at a time; a file that is too short is begun again."""
    from quality.files import list_files, read_objects

    (file,) = list_files(path)
    found = 0
    while found < rows:
        before = found
        for row in islice((r for r in read_objects(file) if r.get("title")), rows - found):
            found += 1
            yield Document(row["title"], row.get("body"))
        if found == before:
            raise DataError(f"{path} holds no row with a title")


@click.command(help=__doc__)
@click.argument("source", type=click.Path(path_type=Path), required=False)
@click.option(
    "--rows", default=20_000, show_default=True, help="Rows of SOURCE (with a column title, and perhaps body)."
)
@click.option("--peers", is_flag=True, help="Also TF-IDF + regression and fastText, where installed.")
@click.option(
    "--articles",
    type=click.Path(path_type=Path),
    help=f"Also {_ARTICLES:,} rows of a file with columns title and body.",
)
@click.option("--pages", "page_folder", type=click.Path(path_type=Path), help="A folder of saved pages.")
@click.option("--cold", is_flag=True, help="Also the start of a fresh process.")
@click.option("--memory", type=int, help="Also the peak memory of a batch of so many rows, and of ten times as many.")
@click.option("--workers", type=int, help="Also a batch of --rows rows by one process, and by so many.")
@click.option("--install", is_flag=True, help="Also the megabytes of an installation.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def main(
    source: Path | None,
    rows: int,
    peers: bool,
    articles: Path | None,
    page_folder: Path | None,
    cold: bool,
    memory: int | None,
    workers: int | None,
    install: bool,
    as_json: bool,
) -> None:
    from quality import bench_install, bench_process

    found: dict[str, Any] = {}
    try:
        if source is None and not (articles or page_folder or cold or install):
            raise click.UsageError(
                "name a file with a column title, or --articles FILE, --pages FOLDER, --cold or --install"
            )
        if source is not None:
            # what a stream's peers are fitted on is measured on no stage, so that no word has been met before
            stream = rows > 50_000
            documents = read(source, rows + (_FITTED if peers and stream else 0))
            found |= stages(documents if stream else list(documents), peers)
            found["single"] = singles(list(islice(read(source, 2 * _SINGLES), 2 * _SINGLES)))
            if memory:
                found["memory"] = bench_process.memory(read, source, memory)
            if workers:
                found["workers"] = bench_process.by_workers(read, source, rows, workers)
        if articles:
            found["articles"] = stages(list(read(articles, _ARTICLES)))
        if page_folder:
            found["pages"] = pages(page_folder)
        if cold:
            found["cold_start"] = bench_process.cold_start()
        if install:
            found["install"] = bench_install.install()
    except DataError as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps(found, indent=1) if as_json else table(found))


def table(found: dict[str, Any]) -> str:
    """The figures for people."""
    lines: list[str] = []
    for measured in (found, found.get("articles", {})):
        if "stages" in measured:
            lines += ["", f"{measured['rows']} rows, {measured['characters']} characters, one core", ""]
            lines.append(f"{'stage':22s}{'us/row':>10s}{'rows/s':>10s}{'chars/s':>12s}{'of floor':>10s}")
            for name, row in measured["stages"].items():
                values = f"{row['us_per_row']:10.1f}{row['rows_per_second']:10d}{row['characters_per_second']:12d}"
                lines.append(f"{name:22s}{values}{row['ratio_to_floor']:10.3f}")
    if "single" in found:
        one = found["single"]
        spread = ", ".join(f"{k} {v:.0f} us" for k, v in one["score_us"].items())
        lines += ["", f"one score(headline): {spread}; p99 is {one['p99_times_p50']} times p50,"]
        wall = ", ".join(f"{k} {v:.0f} us" for k, v in one["score_wall_us"].items())
        lines.append(f"  by the wall clock: {wall};")
        lines.append(f"  p50 is {one['p50_times_tokenising']} times tokenising ({one['tokenise_us']['p50']:.0f} us)")
    for name in ("memory", "workers", "pages", "cold_start", "install"):
        if name in found:
            lines += ["", f"{name.replace('_', ' ')}: {json.dumps(found[name])}"]
    return "\n".join(lines).lstrip("\n")


if __name__ == "__main__":
    main()
