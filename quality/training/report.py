"""The report of a run: one HTML file that asks for nothing outside itself, for light and dark.

It shows no text of the user's rows: the mistakes it prints are of the corpus that ships.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
import pandas as pd

from quality.heads import HEADS, HeadSpec
from quality.training import svg
from quality.training.boosters import LABELS
from quality.training.evaluate import predict
from quality.training.fit import Fitted
from quality.training.sources import Material

_PAGE = Path(__file__).with_name("report.html")
_COLOUR = {spec.name: n for n, spec in enumerate(HEADS, 1)}


class Raw(str):
    """Markup that is not escaped again."""


def table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """An HTML table; every cell is escaped, numbers stand to the right."""

    def cell(value: Any) -> str:
        if isinstance(value, Raw):
            return f"<td>{value}</td>"
        if isinstance(value, float):
            return f'<td class="n">{value:.3f}</td>'
        return f'<td class="n">{value}</td>' if isinstance(value, int) else f"<td>{escape(str(value))}</td>"

    kept = [list(row) for row in rows]
    numbers = [not isinstance(v, str) for v in kept[0]] if kept else [False] * len(header)
    head = "".join(
        f'<th class="n">{escape(h)}</th>' if number else f"<th>{escape(h)}</th>"
        for h, number in zip(header, numbers, strict=True)
    )
    body = "".join(f"<tr>{''.join(map(cell, row))}</tr>" for row in kept)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _cards(metrics: Mapping[str, Any]) -> str:
    cards = []
    for spec in HEADS:
        row = metrics["sets"]["out_of_fold"][spec.name]
        low, high = row["auc_interval"]
        more = f"AP {row['ap']:.3f}, ECE {row['ece']:.3f}, n {row['n']}"
        cards.append(
            f'<div class="card" style="border-color:var(--s{_COLOUR[spec.name]})">{spec.name}<b>{row["auc"]:.3f}</b>'
            f'<span class="soft">AUC out of fold<br>95%: {low:.3f}–{high:.3f}<br>{more}</span></div>'
        )
    return f'<div class="cards">{"".join(cards)}</div>'


def _figures(metrics: Mapping[str, Any]) -> str:
    rows = []
    for name, heads in metrics["sets"].items():
        for head, row in heads.items():
            shown = [_with_interval(row, f) for f in ("auc", "ap", "mse", "ece")]
            rows.append([name.replace("_", " "), head.replace("_", " "), row["n"], row["positive"], *shown])
    return table(["set", "answer", "n", "positive", "AUC", "AP", "MSE", "ECE"], rows)


def _with_interval(row: Mapping[str, Any], figure: str) -> Raw:
    low, high = row[f"{figure}_interval"]
    return Raw(f'{row[figure]:.3f} <span class="soft">{low:.3f}–{high:.3f}</span>')


def _curves(held_out: Mapping[str, pd.DataFrame]) -> str:
    from sklearn.metrics import precision_recall_curve

    recalls, calibrations, names = [], [], []
    for spec in HEADS:
        rows = held_out[spec.name][held_out[spec.name]["base"]]
        p, positive = rows["probability"].to_numpy(float), (rows["label"] >= spec.cut).to_numpy()
        precision, recall, _ = precision_recall_curve(positive, p)
        at = np.unique(np.linspace(0, len(recall) - 1, 200).astype(int))
        recalls.append((spec.name, [(float(recall[i]), float(precision[i])) for i in at]))
        bins = [b for b in np.array_split(np.argsort(p, kind="stable"), 10) if len(b)]
        calibrations.append((spec.name, [(float(p[b].mean()), float(positive[b].mean())) for b in bins]))
        names.append(f"{spec.name} (n {len(rows)})")
    left = svg.lines(recalls, "recall", "precision")
    right = svg.lines(calibrations, "mean probability", "share graded positive", diagonal=True, dots=True)
    return (
        f"{svg.legend(names)}<div class=pair><figure>{left}<figcaption>Precision against recall</figcaption></figure>"
        f"<figure>{right}<figcaption>Calibration in ten bins: on the dashed line it means what it says</figcaption></figure></div>"
    )


def _by_grade(held_out: Mapping[str, pd.DataFrame]) -> str:
    parts = []
    for spec in HEADS:
        rows = held_out[spec.name][held_out[spec.name]["base"]]
        grade = np.floor(rows["label"] + 0.5)
        shown = []
        for value in sorted(grade.unique()):
            p = rows["probability"][grade == value]
            shown.append(
                (f"label {value:.0f}", [float(q) for q in np.quantile(p, [0.1, 0.25, 0.5, 0.75, 0.9])], len(p))
            )
        parts.append(f"<figure><h3>{spec.name}</h3>{svg.spreads(shown, _COLOUR[spec.name])}</figure>")
    return f'<div class="pair">{"".join(parts)}</div>'


def _slices(metrics: Mapping[str, Any]) -> str:
    rows = [
        [
            head,
            column.replace("_", " "),
            value,
            row["n"],
            row["positive"],
            row["auc"],
            row["ap"],
            row["mse"],
            row["ece"],
        ]
        for head, columns in metrics["slices"].items()
        for column, values in columns.items()
        for value, row in sorted(values.items(), key=lambda item: item[1]["auc"])
    ]
    if not rows:
        return '<p class="soft">No column (category, outlet_kind, source) has two values with 50 rows each.</p>'
    return table(["answer", "by", "value", "n", "positive", "AUC", "AP", "MSE", "ECE"], rows)


def _importance(fitted: Fitted) -> str:
    parts = []
    for spec in HEADS:
        gain = fitted.model.heads[spec.name].booster.feature_importance("gain").astype(float)
        gain /= gain.sum() or 1.0
        top = sorted(zip(spec.columns, gain, strict=True), key=lambda pair: -pair[1])[:12]
        parts.append(
            f"<figure><h3>{spec.name}</h3>{svg.bars([(n, float(v)) for n, v in top], _COLOUR[spec.name])}</figure>"
        )
    return f'<div class="pair">{"".join(parts)}</div>'


def _reference(fitted: Fitted) -> str:
    from features.schema import FEATURES

    meaning = {f.name: f.meaning for f in FEATURES}
    meaning |= {spec.name: "score, out of fold" for spec in HEADS} | {
        "unknown_words": "share of a headline's words not met in fitting"
    }
    rows = []
    for name, found in sorted(fitted.model.reference.profile["histograms"].items(), key=lambda i: i[0] not in _COLOUR):
        edges = found["edges"]
        span = f"{edges[0]:g} … {edges[-1]:g}" if edges else "constant"
        picture = Raw(svg.histogram(found["counts"], _COLOUR.get(name, 4)))
        rows.append([name, meaning.get(name, ""), picture, span, sum(found["counts"])])
    shown = table(["number", "meaning", "counts in bins", "between", "rows"], rows)
    return f"<details><summary>{len(rows)} numbers</summary>{shown}</details>"


def worst_of_corpus(
    fitted: Fitted, material: Material, count: int = 12
) -> list[tuple[str, str, str, str, float, float]]:
    """(head, set, id, title, label, expected) of the corpus rows answered worst by a model that had not seen them."""
    found = []
    for spec in (s for s in HEADS if s.graded):
        rows = fitted.held_out[spec.name]
        frame = (material.articles if spec.needs_body else material.headlines).frame.iloc[rows["row"].to_numpy()]
        if "source" in frame:
            own = (frame["source"] == "corpus").to_numpy()
            found += _answers(spec, "out of fold", frame[own], rows["expected"].to_numpy(float)[own])
        kind = "articles" if spec.needs_body else "headlines"
        test = material.tests.get(f"corpus_test_{kind}")
        if test is not None:
            found += _answers(
                spec, "test", test.frame, predict(fitted.model, test)[f"{spec.name}_grade"].to_numpy(float)
            )
    found.sort(key=lambda row: -abs(row[4] - row[5]))
    return [row for spec in HEADS for row in [r for r in found if r[0] == spec.name][:count]]


def _answers(
    spec: HeadSpec, name: str, frame: pd.DataFrame, expected: Any
) -> list[tuple[str, str, str, str, float, float]]:
    label = frame[LABELS[spec.name]].to_numpy(float)
    rows = zip(frame["id"], frame["title"], label, expected, strict=True)
    return [(spec.name, name, str(i), str(t), float(g), float(e)) for i, t, g, e in rows if g == g]


def _learning(points: Sequence[Mapping[str, Any]], metrics: Mapping[str, Any]) -> str:
    if not points:
        return ""
    whole = {**metrics["rows"], "sets": metrics["sets"]}
    rows = [
        [name.replace("_", " "), head, point["articles" if "articles" in name else "headlines"], row["auc"], row["mse"]]
        for name in points[0]["sets"]
        for head in points[0]["sets"][name]
        for point in [*points, whole]
        if (row := point["sets"].get(name, {}).get(head))
    ]
    return table(["set", "answer", "rows fitted on", "AUC", "MSE"], rows)


def render(
    fitted: Fitted,
    metrics: Mapping[str, Any],
    material: Material,
    check: pd.DataFrame,
    points: Sequence[Mapping[str, Any]],
    environment: Mapping[str, str],
    run_id: str,
) -> str:
    """The page."""
    sections = [
        ("Figures", "The dev, test and held-out sets were never fitted on. Out of fold: the outlet of a row was never seen by "
         "the model that answered for it. Intervals: 95%, bootstrap.", _figures(metrics)),
        ("Precision, recall, calibration", "Out of fold, on the rows drawn as a feed draws them.", _curves(fitted.held_out)),
        ("Score by label", "Where the middle 80% (line), the middle 50% (bar) and the median (dot) of the probabilities "
         "lie, out of fold.", _by_grade(fitted.held_out)),
        ("Thresholds", "What a policy reads a label from.", _thresholds(metrics)),
        ("Slices", "Out of fold, the lowest AUC first in each group.", _slices(metrics)),
        ("Learning curve", "The same evaluation sets after fitting on a part of the outlets.", _learning(points, metrics)),
        ("What the answers rest on", "Share of gain of the twelve strongest columns; a name with a dot is an n-gram "
         "representation.", _importance(fitted)),
        ("Labels worth a second look", "A model that never saw them contradicts them by half the scale or more. The run's "
         "labels_to_check.csv has them all.", _to_check(check)),
        ("Worst mistakes", "Of the corpus that ships; rows of your own are never printed here.", _worst(fitted, material)),
        ("Drift reference", "What “quality drift” holds a later feed against; it travels in the model.", _reference(fitted)),
        ("Data", f"{metrics['rows']['headlines']} headlines and {metrics['rows']['articles']} articles.", _data(metrics, material)),
        ("Environment", "", table(["what", "version"], environment.items())),
    ]  # fmt: skip
    body = "".join(
        f'<section><h2>{title}</h2><p class="soft">{escape(lead)}</p>{part}</section>'
        for title, lead, part in sections
        if part
    )
    return Template(_PAGE.read_text(encoding="utf-8")).substitute(
        version=escape(metrics["model_version"]),
        run=escape(run_id),
        revision=escape(environment.get("revision", "")),
        seed=metrics["seed"],
        body=_cards(metrics) + body,
    )


def _thresholds(metrics: Mapping[str, Any]) -> str:
    names = list(next(iter(metrics["thresholds"].values())))
    rows = [[name, *(float(v) for v in t.values())] for name, t in metrics["thresholds"].items()]
    return table(["policy", *names], rows)


def _to_check(check: pd.DataFrame) -> str:
    if not len(check):
        return ""
    columns = ["head", "id", "file", "label", "expected", "disagreement"]
    if not check["file"].astype(bool).any():
        columns.remove("file")
    counted = ", ".join(f"{head} {n}" for head, n in check.groupby("head").size().items())
    return f"<p>{len(check)}: {escape(counted)}</p>" + table(columns, check.head(25)[columns].to_numpy().tolist())


def _worst(fitted: Fitted, material: Material) -> str:
    return table(["answer", "set", "id", "title", "label", "expected"], worst_of_corpus(fitted, material))


def _data(metrics: Mapping[str, Any], material: Material) -> str:
    said = "".join(f"<li>{escape(s)}</li>" for s in material.said)
    rows = [[name, Raw(f"<code>{escape(sha)}</code>")] for name, sha in metrics["data"].items()]
    return f"<ul>{said}</ul>" + table(["file", "SHA-256"], rows)
