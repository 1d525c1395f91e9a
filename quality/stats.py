"""What a filter did so far: counts and latency, as JSON or in Prometheus' text form, in memory that never grows."""

from __future__ import annotations

import json
import math
import os
import time
from pathlib import Path
from typing import Any

from quality.errors import DataError

_FINEST = 1e-4  # seconds
_STEPS = 20  # buckets a decade: a quantile is at most 12% too high
_BUCKETS = 6 * _STEPS + 1  # up to 100 seconds
_EVERY = 1.0  # seconds between two writes of the file
QUANTILES = (0.5, 0.9, 0.99, 0.999)
_OUTCOME = {"keep": "kept", "review": "review", "drop": "dropped"}


class Stats:
    """Counts by outcome and a histogram of latencies, written to a .json or .prom file where one is named."""

    def __init__(self, path: Path | None = None, model_version: str = "") -> None:
        if path is not None and path.suffix not in (".json", ".prom"):
            raise DataError(f"{path}: statistics are written as .json, or as .prom for Prometheus")
        self.path, self.model_version = path, model_version
        self.counts = {"kept": 0, "review": 0, "dropped": 0, "rejects": 0}
        self._buckets = [0] * _BUCKETS
        self._sum = 0.0
        self._max = 0.0
        self._written = time.monotonic()

    def verdict(self, verdict: str) -> None:
        self.counts[_OUTCOME[verdict]] += 1

    def reject(self) -> None:
        self.counts["rejects"] += 1

    def latency(self, seconds: float) -> None:
        """An item's time from being read to being written."""
        step = math.ceil(_STEPS * math.log10(max(seconds, _FINEST) / _FINEST))
        self._buckets[min(step, _BUCKETS - 1)] += 1
        self._sum += seconds
        self._max = max(self._max, seconds)

    def quantile(self, q: float) -> float | None:
        """Seconds that a share q of the items did not exceed; None before the first."""
        wanted = q * sum(self._buckets)
        seen = 0
        for step, count in enumerate(self._buckets):
            seen += count
            if count and seen >= wanted:
                return float(min(self._max, _FINEST * 10 ** (step / _STEPS)))
        return None

    def as_dict(self) -> dict[str, Any]:
        found = {f"p{100 * q:g}": self.quantile(q) for q in QUANTILES}
        rounded = {name: None if v is None else round(v, 6) for name, v in found.items()}
        return {
            "items": sum(self.counts.values()),
            **self.counts,
            "latency_seconds": {**rounded, "max": round(self._max, 6), "sum": round(self._sum, 6)},
            "model_version": self.model_version,
        }

    def as_prometheus(self) -> str:
        """The text form a node exporter's textfile collector reads."""
        lines = [
            "# HELP quality_filter_items_total Items read, by what became of them.",
            "# TYPE quality_filter_items_total counter",
            *(f'quality_filter_items_total{{outcome="{name}"}} {count}' for name, count in self.counts.items()),
            "# HELP quality_filter_latency_seconds From reading an item to writing it.",
            "# TYPE quality_filter_latency_seconds summary",
            *(
                f'quality_filter_latency_seconds{{quantile="{q:g}"}} {"NaN" if (v := self.quantile(q)) is None else f"{v:.6g}"}'
                for q in QUANTILES
            ),
            f"quality_filter_latency_seconds_sum {self._sum:.6f}",
            f"quality_filter_latency_seconds_count {sum(self._buckets)}",
            "# HELP quality_filter_model_info The model that answers.",
            "# TYPE quality_filter_model_info gauge",
            f'quality_filter_model_info{{version="{self.model_version}"}} 1',
        ]
        return "\n".join(lines) + "\n"

    def tick(self) -> None:
        """Write the file if it is a second old."""
        if self.path is not None and time.monotonic() - self._written >= _EVERY:
            self.write()

    def write(self) -> None:
        """Write the file in one step, so that no reader sees half of it."""
        self._written = time.monotonic()
        if self.path is None:
            return
        text = self.as_prometheus() if self.path.suffix == ".prom" else json.dumps(self.as_dict()) + "\n"
        partial = self.path.with_name(f".{self.path.name}.{os.getpid()}.partial")
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, self.path)

    def line(self) -> str:
        counts = ", ".join(f"{name} {count}" for name, count in self.counts.items())
        return f"{sum(self.counts.values())} items: {counts}; model {self.model_version}"
