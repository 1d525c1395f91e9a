"""What was tried and what held: the JSON of a run as the table in README."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
RESULTS = Path(__file__).with_name("results.json")
_BETWEEN = re.compile(r"(<!-- trust-table -->\n).*?(<!-- /trust-table -->)", re.DOTALL)


class Row(NamedTuple):
    """A line of the table; `held` of `cases` came out as they must."""

    part: str
    tried: str
    cases: int
    held: int
    note: str = ""


def render(results: dict[str, Any]) -> str:
    """The table of all parts, in the order they ran in."""
    lines = ["| part | tried | cases | held | |", "|---|---|---|---|---|"]
    for part in results["parts"].values():
        for row in map(Row._make, part["rows"]):
            lines.append(f"| {row.part} | {row.tried} | {row.cases:,} | {row.held:,} | {row.note} |")
    return "\n".join(lines) + "\n"


def rendered_into(text: str, results: dict[str, Any]) -> str:
    """README with the table between its marks."""
    table = render(results)
    text, count = _BETWEEN.subn(lambda m: m.group(1) + table + m.group(2), text)
    if count != 1:
        raise ValueError("README has no <!-- trust-table --> … <!-- /trust-table -->")
    return text


def write(path: Path, parts: dict[str, Any]) -> dict[str, Any]:
    """Keep what other runs found of other parts, and add these."""
    results: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"parts": {}}
    results["parts"] |= parts
    path.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return results
