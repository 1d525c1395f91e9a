"""Small charts as SVG text, coloured by the page's own CSS variables, so that one picture serves light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

Points = Sequence[tuple[float, float]]
_LEFT, _TOP, _RIGHT, _BOTTOM = 44, 12, 12, 36


def _number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def lines(
    series: Sequence[tuple[str, Points]], x_label: str, y_label: str, diagonal: bool = False, dots: bool = False
) -> str:
    """Curves within the unit square; the series take the colours `--s1`, `--s2`, … in order."""
    width, height = 420, 320
    w, h = width - _LEFT - _RIGHT, height - _TOP - _BOTTOM
    out = [f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(y_label)} by {escape(x_label)}">']
    for i in range(6):
        v = i / 5
        x, y = _LEFT + v * w, _TOP + (1 - v) * h
        out.append(f'<line class="grid" x1="{_LEFT}" x2="{_LEFT + w}" y1="{y:.1f}" y2="{y:.1f}"/>')
        out.append(f'<text class="tick" x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{_number(v)}</text>')
        out.append(f'<text class="tick" x="{x:.1f}" y="{_TOP + h + 15}" text-anchor="middle">{_number(v)}</text>')
    if diagonal:
        out.append(f'<line class="diagonal" x1="{_LEFT}" y1="{_TOP + h}" x2="{_LEFT + w}" y2="{_TOP}"/>')
    for n, (name, points) in enumerate(series, 1):
        at = [(_LEFT + x * w, _TOP + (1 - y) * h) for x, y in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
        colour = f"stroke:var(--s{n})"
        out.append(f'<polyline class="curve" style="{colour}" points="{path}"><title>{escape(name)}</title></polyline>')
        if dots:
            out += [f'<circle r="3" cx="{x:.1f}" cy="{y:.1f}" style="fill:var(--s{n})"/>' for x, y in at]
    out.append(f'<text class="axis" x="{_LEFT + w / 2}" y="{height - 4}" text-anchor="middle">{escape(x_label)}</text>')
    out.append(f'<text class="axis" transform="translate(11 {_TOP + h / 2}) rotate(-90)" text-anchor="middle">')
    return "".join([*out, f"{escape(y_label)}</text></svg>"])


def legend(names: Sequence[str]) -> str:
    """The names of the series of `lines`, beside their colours."""
    spans = [f'<span><i style="background:var(--s{n})"></i>{escape(name)}</span>' for n, name in enumerate(names, 1)]
    return f'<p class="legend">{"".join(spans)}</p>'


def spreads(rows: Sequence[tuple[str, Sequence[float], int]], colour: int) -> str:
    """One line a row: where 80% and 50% of the values lie, and the median; values are 0 to 1.

    Parameters
    ----------
    rows
        (name, the 10th, 25th, 50th, 75th and 90th percentile, number of values).
    """
    width, step, left, right = 420, 30, 70, 60
    w, height = width - left - right, 8 + step * len(rows) + 22
    out = [f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="spread of the score by grade">']
    for i in range(6):
        x = left + i / 5 * w
        out.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="4" y2="{8 + step * len(rows)}"/>')
        out.append(f'<text class="tick" x="{x:.1f}" y="{height - 4}" text-anchor="middle">{_number(i / 5)}</text>')
    for n, (name, values, count) in enumerate(rows):
        y = 8 + step * n + step / 2
        low, quarter, half, upper, high = (left + v * w for v in values)
        paint = f"stroke:var(--s{colour})"
        out.append(f'<text class="tick" x="{left - 8}" y="{y + 4}" text-anchor="end">{escape(name)}</text>')
        out.append(f'<line style="{paint}" stroke-width="2" x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}"/>')
        end = max(upper, quarter + 1)
        out.append(
            f'<line style="{paint}" stroke-width="11" opacity=".45" x1="{quarter:.1f}" x2="{end:.1f}" y1="{y}" y2="{y}"/>'
        )
        out.append(f'<circle r="5" cx="{half:.1f}" cy="{y}" style="fill:var(--s{colour})"/>')
        out.append(f'<text class="tick" x="{width - right + 10}" y="{y + 4}">n {count}</text>')
    return "".join([*out, "</svg>"])


def bars(rows: Sequence[tuple[str, float]], colour: int, shown: str = "{:.1%}") -> str:
    """Horizontal bars, the longest as wide as there is room."""
    width, step, left, right = 420, 20, 178, 52
    w, top = width - left - right, max((v for _, v in rows), default=1.0) or 1.0
    out = [f'<svg viewBox="0 0 {width} {step * len(rows) + 6}" role="img" aria-label="bars">']
    for n, (name, value) in enumerate(rows):
        y = 3 + step * n
        out.append(f'<text class="tick" x="{left - 8}" y="{y + 13}" text-anchor="end">{escape(name)}</text>')
        long = max(1.0, value / top * w)
        out.append(
            f'<rect x="{left}" y="{y + 3}" width="{long:.1f}" height="12" rx="2" style="fill:var(--s{colour})"/>'
        )
        out.append(f'<text class="tick" x="{left + long + 6:.1f}" y="{y + 13}">{shown.format(value)}</text>')
    return "".join([*out, "</svg>"])


def histogram(counts: Sequence[int], colour: int) -> str:
    """A row of columns for a table cell."""
    width, height, top = 120, 26, max(counts, default=1) or 1
    step = width / max(1, len(counts))
    rects = [
        f'<rect x="{i * step + 0.5:.1f}" y="{height - n / top * height:.1f}" width="{max(1.0, step - 1):.1f}" '
        f'height="{n / top * height:.1f}" style="fill:var(--s{colour})"/>'
        for i, n in enumerate(counts)
    ]
    return f'<svg class="small" viewBox="0 0 {width} {height}" role="img" aria-label="histogram">{"".join(rects)}</svg>'
