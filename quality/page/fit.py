"""Fit the role model on a folder of pages with known main text and rails: ``python -m quality.page.fit ../shared/pages``.

The folder holds html/, text_all/, text_main/, reference.jsonl and rail_items.jsonl. A piece of a page counts as body where
most of its 8-character grams stand in the reference's main text, and as a rail's headline where the reference lists it.
Figures are quoted from ``--leave-one-site-out FOLDER``: each site's pages are read by a model that never saw the site.
"""

from __future__ import annotations

import collections
import functools
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
import numpy.typing as npt

from .bench import RENDERINGS, prediction
from .measures import NAMES, OWN, Measured, measure
from .model import SHIPPED, RoleModel, from_lightgbm
from .read import front_end, read_with
from .roles import candidates
from .titles import headlines, squeeze

GRAM = 8
NO_RAILS = ("nav_other", "notice")
ROUNDS = 100
SETTINGS: dict[str, Any] = {
    "objective": "binary",
    "num_leaves": 8,
    "learning_rate": 0.1,
    "min_data_in_leaf": 20,
    "lambda_l2": 5.0,
    "feature_fraction": 0.3,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "max_bin": 63,
    "num_threads": 1,
    "seed": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}


@dataclass(frozen=True, slots=True)
class Example:
    """A page measured, with the truth and the weight of each of its pieces."""

    site: str
    measured: Measured
    body: npt.NDArray[np.bool_]
    item: npt.NDArray[np.bool_]
    weight: npt.NDArray[np.float64]
    candidate: npt.NDArray[np.bool_]  # may be a rail's headline at all


def grams(text: str) -> set[str]:
    return {text[i : i + GRAM] for i in range(len(text) - GRAM + 1)}


def covered(text: str, known: set[str]) -> float:
    """The share of the text's characters that stand in a known gram."""
    mask = bytearray(len(text))
    for i in range(len(text) - GRAM + 1):
        if text[i : i + GRAM] in known:
            mask[i : i + GRAM] = b"\1" * GRAM
    return sum(mask) / max(1, len(text))


def _jsonl(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def load_examples(folder: Path, rendering: str) -> Iterator[Example]:
    rails: dict[str, set[str]] = collections.defaultdict(set)
    for row in _jsonl(folder / "rail_items.jsonl"):
        if row["type"] not in NO_RAILS:
            rails[row["file"]].add(squeeze(row["title"]))
    for page in _jsonl(folder / "reference.jsonl"):
        data = _path(folder, rendering, page["file"]).read_bytes()
        if not data.strip():
            continue
        source = front_end(data)
        if source.pieces:
            yield _example(page, source, rails[page["file"]])


def _path(folder: Path, rendering: str, file: str) -> Path:
    path = folder / rendering / file
    return path if rendering == "html" else path.with_suffix(".txt")


def _example(page: dict[str, Any], source: Any, rails: set[str]) -> Example:
    gold = grams(squeeze(page["gold"]))
    fine = grams(squeeze(page["gold"] + "\n" + page["also_fine"]))
    lines = {squeeze(line) for line in page["gold"].split("\n")}
    count = len(source.pieces)
    body, item, weight = np.zeros(count, np.bool_), np.zeros(count, np.bool_), np.zeros(count)
    for i, piece in enumerate(source.pieces):
        text = squeeze(piece.text)
        weight[i] = max(1, len(text)) ** 0.5
        body[i] = text in lines if len(text) < GRAM else covered(text, gold) >= 0.5
        if not body[i] and covered(text, fine) >= 0.5:
            weight[i] *= 0.3  # a caption or a byline: no body, but no harm in it either
        names = {text} | {squeeze(title) for title, *_ in headlines(piece)}
        item[i] = bool(names & rails) and text not in lines
    measured = measure(source)
    for side in (body, ~body):  # a short article weighs as much as a long one, nearly
        if side.any():
            weight[side] *= (40 / max(10.0, float(weight[side].sum()))) ** 0.5
    return Example(page["site"], measured, body, item, weight, candidates(source, measured))


def fit(html: list[Example], text: list[Example]) -> RoleModel:
    """The four ensembles from examples of both front ends; the same examples give the same model."""
    every, own = list(range(len(NAMES))), list(range(len(OWN)))
    trees = {
        "html_body": _grow(html, "body", every),
        "html_item": _grow(html, "item", every),
        "text_body": _grow(text, "body", every),
        # Lines of text say too little of their surroundings to learn rails from: what HTML shows of wording serves both.
        "text_item": _grow(html + text, "item", own),
    }
    return RoleModel(NAMES, trees)


def _grow(examples: list[Example], target: str, chosen: list[int]) -> Any:
    import lightgbm

    pages = collections.Counter(e.site for e in examples)
    keep = [np.ones_like(e.body) if target == "body" else e.candidate for e in examples]
    columns = np.concatenate([e.measured.rows[:, k] for e, k in zip(examples, keep, strict=True)], axis=1)[chosen].T
    truth = np.concatenate([getattr(e, target)[k] for e, k in zip(examples, keep, strict=True)])
    weight = np.concatenate(
        [
            (e.weight[k] / pages[e.site] ** 0.25) if target == "body" else np.full(k.sum(), pages[e.site] ** -0.5)
            for e, k in zip(examples, keep, strict=True)
        ]
    )
    data = lightgbm.Dataset(columns, truth.astype(float), weight=weight)
    return from_lightgbm(lightgbm.train(SETTINGS, data, ROUNDS), chosen)


def leave_one_site_out(folder: Path, out: Path, examples: dict[str, list[Example]]) -> None:
    """Write a predictions file for each rendering, every page read by a model that never saw its site."""
    out.mkdir(parents=True, exist_ok=True)
    pages: dict[str, list[str]] = collections.defaultdict(list)
    for page in _jsonl(folder / "reference.jsonl"):
        pages[page["site"]].append(page["file"])
    rows: dict[str, list[dict[str, Any]]] = collections.defaultdict(list)
    for site, files in sorted(pages.items()):
        html, text = ([e for e in group if e.site != site] for group in _groups(examples))
        model = fit(html, text)
        for rendering in RENDERINGS:
            for file in files:
                data = _path(folder, rendering, file).read_bytes()
                rows[rendering].append(prediction(file, data, functools.partial(read_with, model)))
        click.echo(f"{site}: {len(files)}", err=True)
    for rendering, found in rows.items():
        write_jsonl(out / f"{rendering}.jsonl", found)


def _groups(examples: dict[str, list[Example]]) -> tuple[list[Example], list[Example]]:
    return examples["html"], examples["text_all"] + examples["text_main"]


def write_jsonl(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


@click.command(help=__doc__)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), default=SHIPPED, help="Where the model goes.")
@click.option(
    "--leave-one-site-out", "held_out", type=click.Path(path_type=Path), help="Write predictions here instead."
)
def main(folder: Path, out: Path, held_out: Path | None) -> None:
    examples = {rendering: list(load_examples(folder, rendering)) for rendering in RENDERINGS}
    if held_out:
        leave_one_site_out(folder, held_out, examples)
        return
    model = fit(*_groups(examples))
    model.save(out)
    click.echo(f"{out}: {sum(len(t.value) for t in model.trees.values())} trees, {out.stat().st_size:,} bytes")


if __name__ == "__main__":
    sys.exit(main())
