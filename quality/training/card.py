"""The table of figures and the model card, rendered from metrics.json: one source of figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quality.training.card_studies import SET_NAMES, figure, studies


def figures_table(metrics: Mapping[str, Any]) -> str:
    """A Markdown table of every set and head: n, share of positives, AUC, AP, MSE and ECE with 95% bootstrap intervals."""
    lines = [
        "| set | answer | n | positive | AUC | AP | MSE | ECE |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, heads in metrics["sets"].items():
        for head, row in heads.items():
            cells = " | ".join(figure(row, f) for f in ("auc", "ap", "mse", "ece"))
            lines.append(
                f"| {SET_NAMES.get(name, name)} | {head.replace('_', ' ')} | {row['n']} | {row['positive']:.3f} | {cells} |"
            )
    for name, rows in metrics.get("baselines", {}).items():
        for head, row in rows.items():
            cells = " | ".join(figure(row, f) for f in ("auc", "ap"))
            what = f"{head}: plain baseline, TF-IDF ridge"
            lines.append(f"| {SET_NAMES.get(name, name)} | {what} | {row['n']} | {row['positive']:.3f} | {cells} | | |")
    return "\n".join(lines)


def thresholds_table(metrics: Mapping[str, Any]) -> str:
    """Precision, recall and coverage per threshold, of each head that a policy reads."""
    lines = ["| answer | threshold | precision | recall | coverage |", "|---|---|---|---|---|"]
    for head, rows in metrics["threshold_tables"].items():
        lines += [
            f"| {head} | {r['threshold']} | {r['precision']:.3f} | {r['recall']:.3f} | {r['coverage']:.3f} |"
            for r in rows
        ]
    return "\n".join(lines)


_RULES = {
    "p95": "Each was set for 95% precision on held-out rows",
    "strict": "Set so that of what it calls informative or substantive 98% is, and of what it calls sensational or thin 90%",
}


def policies(metrics: Mapping[str, Any]) -> str:
    """The thresholds of every policy the model carries, and the rule that set them."""
    return "\n\n".join(
        f"Policy `{name}` (version {metrics['policy_version']}): a headline is *sensational* from {t['sensational_from']:.3f},\n"
        f"*informative* up to {t['informative_to']:.3f}; an article is\n"
        f"*substantive* from {t['substantive_from']:.3f}, *thin* up to {t['thin_to']:.3f}."
        + (f" {_RULES[name]}." if name in _RULES else "")
        for name, t in metrics["thresholds"].items()
    )


def model_card(metrics: Mapping[str, Any]) -> str:
    """The model card of a metrics.json."""
    data = "\n".join(f"| {name} | `{digest[:16]}…` |" for name, digest in metrics["data"].items())
    gains = "\n".join(
        f"| {head} | " + " | ".join(f"{v:.3f}" for v in shares.values()) + " |"
        for head, shares in metrics["gain"].items()
    )
    groups = list(next(iter(metrics["gain"].values())))
    return f"""# Model card: {metrics["model_version"]}

What it answers: how sensational a Japanese headline is written, how substantive an article is, whether the body delivers what
the headline promises, and whether the body is whole. It grades the writing, not the truth, the topic or the outlet; it is not
made for punishing outlets or authors, and a score is no fact about a person.

## Figures

{figures_table(metrics)}

AP is the area under the precision-recall curve. MSE is of the expected grade over its top (of the probability where there is no
grade). ECE over ten bins of equal count. Intervals: 95%, bootstrap. The dev sets were never fitted on; *out of fold* means that the
outlet of a row was never seen by the model that answered for it.

## Thresholds

{policies(metrics)}

{thresholds_table(metrics)}

## What it rests on

Share of each head's gain by family of features; `text` are its linear n-gram representations.

| head | {" | ".join(groups)} |
|---|{"---|" * len(groups)}
{gains}

{studies(metrics)}## Data

Fitted with seed {metrics["seed"]} on files with these SHA-256 digests:

| file | SHA-256 |
|---|---|
{data}

The grades were given by a large language model reading each text against written guidelines, without its outlet; no human editor
graded them. `graded/` are grades of rows of the pools, given the same way (how, and how far they agree: `quality/training/grades/README.md`
in the project). Headlines come from public archives of portal access and comment rankings (skbnw/y_rank, skbnw/y_comment), portal topics
(umatoma/yahoo-news-titles, kasou99/lus), technology and business feeds (nokonokotubotubo/nokonokotubotubo.github.io) and Japanese
Wikinews (tm4roon/jawikinews-headline-dataset); articles from crosscore/text_classification; pages from the fixtures of postlight/parser,
koron/java-extractarticle, flairNLP/fundus and other extractors. None of their text ships.

## Limits

The graders shared one mind, so agreement between different people would be lower. Headlines are mostly of 2023-12 to 2026-02;
new bait wears new words, so refit and watch for drift. Layout is known for whole pages only.
Text that is not Japanese is answered `uncertain`, never guessed.
"""
