"""`python -m quality.bench`: what each stage costs, as a ratio to bare MeCab (`-Owakati`) on the same rows in the same run.

Ratios travel between machines; microseconds do not. Each stage is timed as the best of a few rounds on one core.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import click

from features.analysis import Analysis, analyse
from features.document import Document
from features.normalise import normalise
from features.tokens import tokenize
from quality.errors import DataError
from quality.model import dense_matrix, load_model
from quality.scoring import score, score_many

_CHUNK = 512


def _best(work: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


def measure(documents: Sequence[Document], rounds: int = 3) -> dict[str, Any]:
    """Seconds and ratios of the stages over the documents, and the spread of single calls."""
    import fugashi

    model = load_model()
    floor_tagger = fugashi.Tagger("-Owakati")
    texts = [d.title + ("\n" + d.body if d.body else "") for d in documents]
    normal = [normalise(t, lines=True) for t in texts]
    analyses: list[Analysis] = []

    def analyse_all() -> None:
        analyses[:] = [analyse(d) for d in documents]
        for a in analyses:
            _ = a.body

    chunks = [documents[i : i + _CHUNK] for i in range(0, len(documents), _CHUNK)]
    stages: dict[str, Callable[[], object]] = {
        "floor (-Owakati)": lambda: [floor_tagger.parse(t) for t in texts],
        "normalise": lambda: [normalise(t, lines=True) for t in texts],
        "tokenize": lambda: [tokenize(t) for t in normal],
        "analyse": analyse_all,
        "analyse + features": lambda: [dense_matrix([analyse(d) for d in c]) for c in chunks],
        "end to end (score_many)": lambda: score_many(documents, model=model),
    }
    seconds = {name: _best(work, rounds) for name, work in stages.items()}
    floor = seconds["floor (-Owakati)"]
    single = []
    for document in documents[:2000]:
        begun = time.perf_counter()
        score(document, model=model)
        single.append(time.perf_counter() - begun)
    single.sort()
    characters = sum(map(len, texts))
    return {
        "rows": len(documents),
        "characters": characters,
        "stages": {
            name: {
                "us_per_row": round(1e6 * s / len(documents), 1),
                "rows_per_second": round(len(documents) / s),
                "characters_per_second": round(characters / s),
                "ratio_to_floor": round(floor / s, 3),
            }
            for name, s in seconds.items()
        },
        "single_score_us": {
            f"p{p:g}": round(1e6 * single[min(len(single) - 1, int(len(single) * p / 100))], 1) for p in (50, 99, 99.9)
        },
    }


def _table(found: dict[str, Any]) -> str:
    lines = [f"{found['rows']} rows, {found['characters']} characters, one core", ""]
    lines.append(f"{'stage':26s}{'us/row':>10s}{'rows/s':>10s}{'chars/s':>12s}{'of floor':>10s}")
    for name, row in found["stages"].items():
        values = f"{row['us_per_row']:10.1f}{row['rows_per_second']:10d}{row['characters_per_second']:12d}{row['ratio_to_floor']:10.3f}"
        lines.append(f"{name:26s}{values}")
    spread = ", ".join(f"{k} {v:.0f} us" for k, v in found["single_score_us"].items())
    return "\n".join([*lines, "", f"single score(): {spread}"])


def _read(path: Path, rows: int) -> list[Document]:
    from quality.files import read_objects

    titled = (row for row in read_objects(path) if row.get("title"))
    found = [Document(row["title"], row.get("body")) for row in islice(titled, rows)]
    if not found:
        raise DataError(f"{path} holds no row with a title")
    return found


@click.command(help=__doc__)
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "--rows",
    default=20_000,
    show_default=True,
    help="Rows read from SOURCE (.parquet, .jsonl, .csv with a title column).",
)
@click.option("--rounds", default=3, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def main(source: Path, rows: int, rounds: int, as_json: bool) -> None:
    try:
        found = measure(_read(source, rows), rounds)
    except DataError as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from error
    click.echo(json.dumps(found, indent=1) if as_json else _table(found))


if __name__ == "__main__":
    main()
