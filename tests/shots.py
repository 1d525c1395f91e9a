"""Draws what people see, at phone and desktop width, light and dark, to be looked at; README's picture among it.

    python tests/shots.py [FOLDER] [--report report.html]

A message on the console, a request, or a page wider than its window is an error. Without a report, one of a model fitted on the
corpus alone is drawn.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import click
from browse import WIDTHS, launched, opened, overflow
from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
PICTURE = ROOT / "notebooks" / "scored_page.png"
ARTICLE, WORD = (
    "article-crime-07-b",
    "ヤバ",
)  # the article of README's picture, and the word of its headline that is pointed at


def pages(folder: Path, report: Path | None) -> dict[str, Path]:
    """What is drawn, by name."""
    from quality import Document, load_corpus, score, score_page
    from quality.view import as_html

    articles = load_corpus().articles.set_index("id")
    shown: dict[str, Any] = {
        "article": score(Document(articles.title[ARTICLE], articles.body[ARTICLE])),
        "page": score_page((ROOT / "quality" / "examples" / "page.html").read_bytes()),
        "headline": score("知らないと大損!9割の人が間違える“あの習慣”"),
    }
    for name, scored in shown.items():
        (folder / f"{name}.html").write_text(as_html(scored), encoding="utf-8")
    return {**{name: folder / f"{name}.html" for name in shown}, "report": report or fitted_report(folder)}


def fitted_report(folder: Path) -> Path:
    """The report of a model fitted on the corpus."""
    from mlflow.artifacts import download_artifacts

    from quality.training.job import train

    done = train([], folder / "model", tracking_uri=f"sqlite:///{folder / 'mlflow.db'}", curve=True)
    address = f"runs:/{done.run_id}/report.html"
    return Path(download_artifacts(address, tracking_uri=done.tracking_uri, dst_path=str(folder)))


@click.command(help=__doc__)
@click.argument("folder", type=click.Path(path_type=Path), default="shots")
@click.option("--report", type=click.Path(path_type=Path, exists=True), help="The report of a run.")
def main(folder: Path, report: Path | None) -> None:
    folder.mkdir(exist_ok=True)
    wrong = []
    with tempfile.TemporaryDirectory() as scratch, launched() as browser:
        for name, file in pages(Path(scratch), report.resolve() if report else None).items():
            for device, columns in WIDTHS.items():
                for scheme in ("light", "dark"):
                    page, said = opened(browser, file, columns, scheme)
                    page.screenshot(path=folder / f"{name}-{device}-{scheme}.png", full_page=True)
                    wide = [f"{overflow(page)} pixels too wide"] if overflow(page) else []
                    wrong += [f"{name}, {device}, {scheme}: {what}" for what in [*said, *wide]]
                    page.context.close()
            if name == "article":
                page, _ = opened(browser, file, 1200, height=860)
                page.locator("h1 mark[tabindex]", has_text=re.compile(f"^{WORD}")).first.focus()
                page.screenshot(path=PICTURE)
                Image.open(PICTURE).convert("RGB").quantize(64).save(PICTURE, optimize=True)
    click.echo(f"pictures are in {folder} and {PICTURE.relative_to(ROOT)}")
    if wrong:
        raise click.ClickException("\n".join(wrong))


if __name__ == "__main__":
    main()
