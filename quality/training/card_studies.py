"""The model card's sections on baselines, folds, families, parity and the filter, rendered from metrics.json."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quality.training.parity import LIMIT

SET_NAMES = {
    "headlines_dev": "headlines, dev",
    "articles_dev": "articles, dev",
    "out_of_fold": "out of fold, outlets apart",
}
_FEEDS = {"dev": "the dev sets", "corpus": "the corpus' test split"}


def figure(row: Mapping[str, Any], name: str, sign: str = "") -> str:
    low, high = row[f"{name}_interval"]
    return f"{row[name]:{sign}.3f} [{low:{sign}.3f}, {high:{sign}.3f}]"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(header)} |", "|" + "---|" * len(header)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def studies(metrics: Mapping[str, Any]) -> str:
    """Every section there are figures for."""
    sections = {
        "comparison": ("Beside plain baselines", _comparison),
        "cross_validation": ("Folds over fitted and dev rows together", _cross_validation),
        "ablation": ("What each family gives", _ablation),
        "parity": ("Parity at equal grade", _parity),
        "filter": ("A mixed feed through the filter", _filter),
        "evasion": ("Dress-up", _evasion),
    }
    found = [
        f"## {title}\n\n{render(metrics[key], metrics)}\n\n"
        for key, (title, render) in sections.items()
        if metrics.get(key)
    ]
    return "".join(found)


def _comparison(compared: Mapping[str, Any], _: Mapping[str, Any]) -> str:
    rows = []
    for name, heads in compared.items():
        for head, baselines in heads.items():
            for baseline, row in baselines.items():
                start = [SET_NAMES.get(name, name), head, baseline]
                if "absent" in row:
                    rows.append([*start, row["absent"], "", "", "", "", ""])
                    continue
                ahead = [figure(row["ahead"], f, "+") for f in ("auc", "ap")] if "ahead" in row else ["", ""]
                rows.append([*start, str(row["n"]), *(figure(row, f) for f in ("auc", "ap", "mse")), *ahead])
    return (
        "Fitted on the same rows with the same weights (fastText knows none) and held against the same sets. *Ahead* is the shipped\n"
        "model's figure less the baseline's, over the same resamples. The baselines are not calibrated, which their MSE shows; a\n"
        "classifier's expected grade is the mean grade on either side of the cut, by its probability.\n\n"
        + table(["set", "answer", "who", "n", "AUC", "AP", "MSE", "AUC ahead", "AP ahead"], rows)
    )


def _cross_validation(folds: Mapping[str, Any], metrics: Mapping[str, Any]) -> str:
    rows, apart = [], []
    for head, together in folds["together"].items():
        own = next(
            (heads[head] for name, heads in metrics["sets"].items() if name.endswith("_dev") and head in heads), None
        )
        if own is None:
            continue
        dev = folds["dev"][head]
        for what, row in (
            ("dev, the model that ships", own),
            ("dev, out of fold", dev),
            ("fitted and dev, out of fold", together),
        ):
            rows.append([head, what, str(row["n"]), *(figure(row, f) for f in ("auc", "ap", "mse"))])
        apart += [f"{f.upper()} of {head}" for f in ("auc", "ap", "mse") if not _overlap(own, together, f)]
    said = (
        "The intervals of the dev figures and of all rows' overlap for every answer and figure."
        if not apart
        else f"The intervals of the dev figures and of all rows' overlap but for {', '.join(apart)}: the fitted rows carry one grading "
        "where the dev rows carry the mean of two, and the shipped model has met most of the dev rows' outlets, the middle line none."
    )
    return (
        "Five outlet-disjoint folds over the fitted rows and the dev sets, rows drawn as a feed draws them; that fit was thrown away, and\n"
        f"the model that ships never saw a dev row. {said}\n\n"
        + table(["answer", "rows", "n", "AUC", "AP", "MSE"], rows)
    )


def _overlap(one: Mapping[str, Any], other: Mapping[str, Any], name: str) -> bool:
    (a, b), (c, d) = one[f"{name}_interval"], other[f"{name}_interval"]
    return bool(a <= d and c <= b)


def _ablation(ablation: Mapping[str, Any], _: Mapping[str, Any]) -> str:
    rows = []
    for heads in ablation.values():
        for head, found in heads.items():
            rows.append([head, "all", *_ablated(found["all"]), "", "", ""])
            for family, parts in found["families"].items():
                rows.append([head, family, *_ablated(parts["alone"]), *_ablated(parts["without"])])
    return (
        "Boosters fitted on the same rows with one family of columns alone, and with all but it, held against the dev sets before any\n"
        "calibration; `text` are the head's n-gram representations, `style` the style vector of the headline, or for\n"
        "`substantive` of the body.\n\n"
        + table(["answer", "family", "alone: AUC", "AP", "MSE", "without: AUC", "AP", "MSE"], rows)
    )


def _ablated(row: Mapping[str, Any] | None) -> list[str]:
    return ["–"] * 3 if row is None else [figure(row, "auc"), f"{row['ap']:.3f}", f"{row['mse']:.4f}"]


def _parity(parities: Mapping[str, Any], _: Mapping[str, Any]) -> str:
    rows, said = [], []
    for name, heads in parities.items():
        shown = SET_NAMES.get(name, name)
        for head, found in heads.items():
            if worst := found["worst"]:
                within = "within" if abs(worst["residual"]) <= LIMIT else "beyond"
                said.append(
                    f"* {shown}, {head}: furthest is {worst['value']}, {worst['residual']:+.3f}, {within} ±{LIMIT}."
                )
            for values in found["columns"].values():
                for value, row in values.items():
                    rows.append(
                        [shown, head, value, str(row["n"]), figure(row, "residual", "+"), f"{row['probability']:+.3f}"]
                    )
    return (
        "Mean residual (expected less given grade, share of the scale; of the probability where there is no grade) within each grade,\n"
        "then averaged by how common the grade is; above 0 is graded too high. The kind of an outlet is what its name says.\n\n"
        + "\n".join(said)
        + "\n\n"
        + table(["set", "answer", "category or kind of outlet", "n", "residual", "residual of the probability"], rows)
    )


def _filter(filtered: Mapping[str, Any], _: Mapping[str, Any]) -> str:
    rows, counts = [], []
    for name, found in filtered.items():
        feed = name.removesuffix(f"_{found['policy']}")
        start = [_FEEDS.get(feed, feed), found["policy"]]
        rows.append([*start, str(found["n"]), *(figure(found, f) for f in ("bait_kept", "reports_lost", "reviewed"))])
        for item, by in found["counts"].items():
            counts.append([*start, item, *(str(by[v]) for v in ("keep", "review", "drop"))])
    return (
        "Headlines and whole articles in one feed. Bait are headlines of grade 1.5 or more and articles below it. Kept is the verdict\n"
        "keep, lost the verdict drop; what is left to review goes on with its verdict.\n\n"
        + table(["feed", "policy", "n", "bait kept", "reports lost", "left to review"], rows)
        + "\n\n"
        + table(["feed", "policy", "items", "keep", "review", "drop"], counts)
    )


def _evasion(found: Mapping[str, Any], _: Mapping[str, Any]) -> str:
    return (
        f"{found['n']} altered forms of bait headlines move `sensational` by {found['mean_shift']:.4f} on average, by "
        f"{found['largest']:.3f} at most; most by: {found['worst']}."
    )
