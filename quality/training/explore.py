"""For a person in a notebook: tables and pictures of scores, thresholds and their cost. Labels are Japanese.

The pictures need the extra `notebooks`, which brings a Japanese font; every function gives back what it drew or counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from features import describe, extract
from features.document import Document
from quality.errors import DataError
from quality.scoring import PageScore, Score

_GRADES = ("#2f7fb8", "#7fb3a5", "#e0a458", "#c8553d")  # 0 to 3, told apart by lightness too
_SHARES = np.linspace(0.02, 0.98, 49)


def _pyplot() -> Any:
    try:
        import matplotlib_fontja  # noqa: F401, it registers its font
        from matplotlib import pyplot
    except ImportError as error:
        raise DataError(
            f"{error.name} is missing: pictures need the extra, pip install 'feed-quality[notebooks]'"
        ) from error
    pyplot.rcParams.update(
        {"figure.dpi": 80, "axes.spines.top": False, "axes.spines.right": False, "figure.constrained_layout.use": True}
    )
    return pyplot


def page_table(scored: PageScore) -> pd.DataFrame:
    """The article's headline and every rail item as rows, loudest first: `section, type, rank, title, sensational, label, repeat`."""
    article = scored.article
    rows: list[dict[str, Any]] = [_row("", "article", None, article.document.title, article, False)]
    items = [(rail, item) for rail in scored.page.rails for item in rail.items]
    rows += [
        _row(rail.section, rail.type, item.rank, item.title, score, item.repeat)
        for (rail, item), score in zip(items, scored.rail, strict=True)
    ]
    return pd.DataFrame(rows).sort_values("sensational", ascending=False, kind="stable", ignore_index=True)


def _row(section: str, kind: str, rank: int | None, title: str, score: Score, repeat: bool) -> dict[str, Any]:
    return {
        "section": section, "type": kind, "rank": rank, "title": title, "sensational": score.sensational,
        "label": score.headline_label, "repeat": repeat,
    }  # fmt: skip


def reasons_table(score: Score, head: str | None = None) -> pd.DataFrame:
    """A score's reasons as rows: `head, contribution, ja, en, words, percentile`."""
    rows = [
        {
            "head": r.head, "contribution": r.contribution, "ja": r.ja, "en": r.en,
            "words": "、".join(w.text for w in r.words), "percentile": r.percentile,
        }
        for r in score.reasons
        if head in (None, r.head)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["head", "contribution", "ja", "en", "words", "percentile"])


def feature_table(documents: Sequence[Document], grade: Sequence[float]) -> pd.DataFrame:
    """Features by how closely they follow the grade: rank correlation, mean at each whole grade, what each means."""
    values = extract(documents)
    grades = pd.Series(np.asarray(grade, dtype=float))
    varied = values.loc[:, values.nunique() > 1].reset_index(drop=True)
    table = pd.DataFrame({"correlation": varied.rank().corrwith(grades.rank())})
    means = varied.groupby(grades.round().astype(int).to_numpy()).mean().T
    table = table.join(means.rename(columns=lambda g: f"grade {g}"))
    catalogue = describe().set_index("name")["meaning"]
    table["meaning"] = catalogue.reindex(table.index)
    return table.sort_values("correlation", key=lambda c: -c.abs(), kind="stable").dropna(subset=["correlation"])


def by_grade(answers: pd.DataFrame, columns: dict[str, str], grade: str = "grade") -> Any:
    """Boxes of each column (name -> label) at each grade, side by side."""
    pyplot = _pyplot()
    figure, axes = pyplot.subplots(1, len(columns), figsize=(3.6 * len(columns), 3), squeeze=False)
    grades = sorted(answers[grade].dropna().unique())
    for axis, (column, label) in zip(axes[0], columns.items(), strict=True):
        groups = [answers.loc[answers[grade] == g, column].dropna() for g in grades]
        boxes = axis.boxplot(
            groups, patch_artist=True, widths=0.6, flierprops={"markersize": 2}, medianprops={"color": "black"}
        )
        for box, colour in zip(boxes["boxes"], _GRADES, strict=False):
            box.set_facecolor(colour)
        axis.set_xticklabels([f"{g:g}" for g in grades])
        axis.set(title=label, xlabel="評点")
    pyplot.close(figure)
    return figure


def calibration(answers: dict[str, tuple[Sequence[float], Sequence[bool]]], bins: int = 8) -> Any:
    """What was said against what came true, for each name -> (probabilities, whether graded positive)."""
    pyplot = _pyplot()
    figure, axis = pyplot.subplots(figsize=(4.2, 3.6))
    axis.plot([0, 1], [0, 1], color="grey", linewidth=0.8, label="ずれなし")
    for (name, (said, true)), marker in zip(answers.items(), "os^Dv", strict=False):
        p, positive = np.asarray(said, dtype=float), np.asarray(true, dtype=float)
        parts = [b for b in np.array_split(np.argsort(p, kind="stable"), bins) if len(b)]
        axis.plot([p[b].mean() for b in parts], [positive[b].mean() for b in parts], marker=marker, label=name)
    axis.set(xlabel="モデルの答えた確率", ylabel="実際に当てはまった割合", xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    axis.legend(frameon=False)
    pyplot.close(figure)
    return figure


def policy_costs(
    said: Sequence[float], positive: Sequence[bool], false_alarm: float = 1.0, miss: float = 1.0
) -> pd.DataFrame:
    """What each threshold on a probability would cost a filter that drops from it on.

    Parameters
    ----------
    said, positive
        Probabilities, and whether the rows are what the filter should drop.
    false_alarm, miss
        What it costs to drop a good row, and to let a bad one through.

    Returns
    -------
    DataFrame
        `threshold, precision, recall, dropped, cost` (per 1,000 rows), from the lowest threshold to the highest.

    Examples
    --------
    >>> table = policy_costs([0.1, 0.4, 0.9], [False, False, True])
    >>> float(table.cost.min())
    0.0
    """
    p, bad = np.asarray(said, dtype=float), np.asarray(positive, dtype=bool)
    if not len(p):
        raise DataError("no rows to choose a threshold on")
    rows = []
    for threshold in _SHARES.round(2):
        out = p >= threshold
        hits = int((out & bad).sum())
        rows.append(
            {
                "threshold": float(threshold),
                "precision": hits / int(out.sum()) if out.any() else float("nan"),
                "recall": hits / int(bad.sum()) if bad.any() else float("nan"),
                "dropped": float(out.mean()),
                "cost": 1000 * (false_alarm * int((out & ~bad).sum()) + miss * int((~out & bad).sum())) / len(p),
            }
        )
    return pd.DataFrame(rows)


def draw_costs(tables: dict[str, pd.DataFrame]) -> Any:
    """Cost by threshold, one line for each name -> table of `policy_costs`, its lowest point marked."""
    pyplot = _pyplot()
    figure, axis = pyplot.subplots(figsize=(5, 3.2))
    for name, table in tables.items():
        (line,) = axis.plot(table["threshold"], table["cost"], label=name)
        best = table.iloc[int(table["cost"].argmin())]
        axis.plot(best["threshold"], best["cost"], "o", color=line.get_color())
    axis.set(xlabel="この確率から除外する", ylabel="1000件あたりの損失", ylim=(0, None))
    axis.legend(frameon=False)
    pyplot.close(figure)
    return figure


def draw_shifts(histograms: dict[str, Any], labels: dict[str, str]) -> Any:
    """A feed against its reference: the histogram before and now of each name -> label (see `drift.Drift.histograms`)."""
    pyplot = _pyplot()
    known = {name: label for name, label in labels.items() if name in histograms}
    figure, axes = pyplot.subplots(1, max(1, len(known)), figsize=(3.4 * max(1, len(known)), 2.8), squeeze=False)
    for axis, (name, label) in zip(axes[0], known.items(), strict=False):
        before, now = (np.asarray(histograms[name][key], dtype=float) for key in ("before", "now"))
        places = np.arange(len(before))
        axis.bar(places - 0.2, before / max(1.0, before.sum()), 0.4, label="基準", color=_GRADES[0])
        axis.bar(places + 0.2, now / max(1.0, now.sum()), 0.4, label="今回", color=_GRADES[3])
        axis.set(title=label, xlabel="低い ← 値 → 高い", ylabel="割合", xticks=[])
    axes[0][0].legend(frameon=False)
    pyplot.close(figure)
    return figure
