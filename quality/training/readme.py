"""README's figures, rendered between its markers from the champion's metrics.json and the benchmark's JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_SETS = {
    "headlines_dev": "held out",
    "articles_dev": "held out",
    "corpus_test_headlines": "our own corpus",
    "corpus_test_articles": "our own corpus",
    "out_of_fold": "outlets never seen",
}
_STAGES = {
    "floor (-Owakati)": "MeCab alone (`-Owakati`)",
    "end to end": "**feed-quality, from text to verdict**",
    "TF-IDF + regression": "the same tokens, TF-IDF + logistic regression",
    "fastText": "the same tokens, fastText",
}


def render(text: str, metrics: Mapping[str, Any], bench: Mapping[str, Any]) -> str:
    """`text` with what stands between its markers written again."""
    return render_into(render_into(text, "figures", figures(metrics)), "speed", speed(bench))


def render_into(text: str, name: str, rendered: str) -> str:
    """`text` with what stands between `<!-- NAME: … -->` and `<!-- /NAME -->` replaced."""
    pattern = re.compile(rf"(<!-- {name}: [^\n]*-->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"the markers <!-- {name}: … --> and <!-- /{name} --> are missing")
    return pattern.sub(lambda found: f"{found[1]}{rendered}\n{found[2]}", text)


def figures(metrics: Mapping[str, Any]) -> str:
    """What each answer is worth on each set, the plain baseline beside it; the model card has every figure."""
    lines = [
        "| answer | rows | n | AUC | AP | AUC of a TF-IDF ridge |",
        "|---|---|---|---|---|---|",
    ]
    baselines = metrics.get("baselines", {})
    for name, heads in metrics["sets"].items():
        for head, row in heads.items():
            if head.endswith("_within_ranking"):
                continue
            beside = baselines.get(name, {}).get(head)
            peer = _interval(beside, "auc") if beside else ""
            lines.append(
                f"| {head} | {_SETS.get(name, name)} | {row['n']} | {_interval(row, 'auc')} | {_interval(row, 'ap')} | {peer} |"
            )
    return "\n".join(lines)


def _interval(row: Mapping[str, Any], figure: str) -> str:
    low, high = row[f"{figure}_interval"]
    return f"{row[figure]:.3f} [{low:.3f}, {high:.3f}]"


def speed(bench: Mapping[str, Any]) -> str:
    """What a headline costs, peers beside, and every other thing that was measured."""
    lines = [
        f"| one core, {bench['rows']:,} headlines | µs a headline | headlines a second | speed beside MeCab alone |",
        "|---|---|---|---|",
    ]
    for name, shown in _STAGES.items():
        if row := bench["stages"].get(name):
            lines.append(
                f"| {shown} | {row['us_per_row']:.0f} | {row['rows_per_second']:,} | {row['ratio_to_floor']:.2f} |"
            )
    return "\n".join([*lines, "", *_facts(bench)])


def _facts(bench: Mapping[str, Any]) -> list[str]:
    one = bench["single"]["score_us"]
    found = [f"* One `score(headline)`: p50 {one['p50'] / 1000:.2f} ms, p99 {one['p99'] / 1000:.2f} ms."]
    if articles := bench.get("articles"):
        row = articles["stages"]["end to end"]
        found.append(
            f"* Articles of {articles['characters'] / articles['rows']:.0f} characters, title and body:"
            f" {row['rows_per_second']:,} a second on one core, {row['ratio_to_floor']:.2f} of MeCab alone."
        )
    if pages := bench.get("pages"):
        rates = pages["pages_per_second"]
        beside = ""
        if peer := rates.get("trafilatura.extract"):
            beside = f"; trafilatura takes the text out of {peer:.0f} a second, and scores nothing"
        found.append(
            f"* Whole HTML pages, read and scored: {rates['read and scored']:.0f} a second on one core{beside}."
        )
    if cold := bench.get("cold_start"):
        found.append(f"* A fresh process to its first score: {cold['score']:.1f} s.")
    if peaks := bench.get("memory"):
        small, large = (key for key in peaks if key.endswith("_rows_mb"))
        said = " and ".join(f"{peaks[key]:.0f} MB for {int(key.split('_')[0]):,} rows" for key in (small, large))
        found.append(f"* Peak memory of `quality batch`: {said}.")
    if install := bench.get("install"):
        largest = ", ".join(f"{name} {size:.0f}" for name, size in install["largest_mb"].items())
        found.append(
            f"* Installed: {install['total_mb']:.0f} MB, most of it {largest}; our own code, models and corpus {install['own_mb']:.0f}."
        )
    return found
