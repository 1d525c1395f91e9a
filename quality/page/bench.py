"""How fast and what: ``python -m quality.page.bench FOLDER`` reads every page of a folder, beside trafilatura where installed.

``--predictions OUT.jsonl`` writes what was read, one object a page: file, title, body, the rails' headlines.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from .parts import Page, PageError
from .read import read_page

RENDERINGS = ("html", "text_main", "text_all")


def prediction(file: str, data: bytes, read: Callable[[bytes], Page]) -> dict[str, Any]:
    """What is read of a page, in the form that scorers of main text take."""
    try:
        page = read(data)
    except PageError as error:
        return {"file": file, "title": "", "body": "", "rail": [], "error": str(error)}
    titles = [item.title for rail in page.rails for item in rail.items]
    return {"file": file, "title": page.article.title, "body": page.article.body or "", "rail": titles}


def _trafilatura() -> Callable[[bytes], Any] | None:
    try:
        import trafilatura
    except ImportError:
        return None
    extract: Callable[[bytes], Any] = trafilatura.extract
    return extract


def _seconds(read: Callable[[bytes], Any], data: bytes) -> float:
    begin = time.perf_counter()
    with contextlib.suppress(PageError):
        read(data)
    return time.perf_counter() - begin


def measure_speed(pages: list[bytes], rounds: int = 3) -> list[dict[str, Any]]:
    """Pages a second of read_page, and of trafilatura's extract where installed, in one process and run.

    The readers take turns folder by folder and the fastest of a page's rounds counts, so that whatever else the machine
    does falls on both alike.
    """
    readers: dict[str, Callable[[bytes], Any]] = {"quality.page": read_page}
    other = _trafilatura()
    if other is not None:
        readers["trafilatura"] = other
    best = {name: [float("inf")] * len(pages) for name in readers}
    for _ in range(rounds):
        for name, read in readers.items():
            for i, data in enumerate(pages):
                best[name][i] = min(best[name][i], _seconds(read, data))
    rows: list[dict[str, Any]] = [
        {"reader": name, "pages": len(pages), "pages_per_second": round(len(pages) / sum(seconds), 2)}
        for name, seconds in best.items()
    ]
    if other is not None:
        rows[0]["times_trafilatura"] = round(sum(best["trafilatura"]) / sum(best["quality.page"]), 2)
    return rows


@click.command(help=__doc__)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--predictions", type=click.Path(path_type=Path), help="Write what was read here; no timing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for machines.")
@click.option("--rounds", default=3, show_default=True, help="Rounds over the folder; the fastest counts.")
def main(folder: Path, predictions: Path | None, as_json: bool, rounds: int) -> None:
    files = sorted(path for path in folder.iterdir() if path.is_file())
    if not files:
        raise click.ClickException(f"{folder} holds no files: name a folder of saved pages")
    pages = [path.read_bytes() for path in files]
    if predictions:
        rows = [
            prediction(path.with_suffix(".html").name, data, read_page) for path, data in zip(files, pages, strict=True)
        ]
        predictions.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        click.echo(f"{predictions}: {len(rows)} pages, {sum('error' in row for row in rows)} not read")
        return
    rows = measure_speed(pages, rounds)
    if as_json:
        click.echo(
            json.dumps({"folder": str(folder), "bytes": sum(map(len, pages)), "readers": rows}, ensure_ascii=False)
        )
        return
    click.echo(f"{len(pages)} pages, {sum(map(len, pages)) / len(pages) / 1000:.0f} kB a page")
    for row in rows:
        times = f"  {row['times_trafilatura']:.1f} times trafilatura" if "times_trafilatura" in row else ""
        click.echo(f"{row['reader']:<14}{row['pages_per_second']:>9.1f} pages a second{times}")
    if len(rows) == 1:
        click.echo("trafilatura is not installed: no comparison")


if __name__ == "__main__":
    sys.exit(main())
