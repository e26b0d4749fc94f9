"""A line over quarters, in one series or two that differ by shape as well as by colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.charts.shapes import WIDTH, Cell, Chart, Key, Mark, Shape, text

HEIGHT, TOP, BOTTOM = 190.0, 30.0, 140.0
DOT = 5.0


@dataclass(frozen=True)
class Point:
    """One time with a value in each series; None where there is none. ``short``: two short lines under the axis."""

    label: str
    short: tuple[str, str]
    values: Sequence[int | None]
    url: str = ""


def line(key: str, title: str, series: Sequence[str], points: Sequence[Point], *, unit: str = "人") -> Chart:
    """``series``: names of at most two. The axis begins at 0, so that a small change looks small."""
    most = max((value for point in points for value in point.values if value), default=0)
    step = WIDTH / max(len(points), 1)

    def place(number: int, value: int) -> tuple[float, float]:
        return step * (number + 0.5), BOTTOM - (BOTTOM - TOP) * value / (most or 1)

    marks: list[Mark | Shape] = [Shape("path", "chart__axis", (("d", f"M0 {BOTTOM:g}H{WIDTH}"),))]
    for index in range(len(series)):
        places = [place(number, value) for number, one in enumerate(points) if (value := one.values[index]) is not None]
        if len(places) > 1:
            path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
            dashes = (("stroke-dasharray", "6 5"),) if index else ()
            marks.append(Shape("path", f"chart__line chart__line--{index * 2 + 1}", (("d", path), *dashes)))
    for number, one in enumerate(points):
        middle = step * (number + 0.5)
        shapes = [
            text("chart__quiet", middle, BOTTOM + 20 + 20 * n, words, "middle") for n, words in enumerate(one.short)
        ]
        known = [(index, value) for index, value in enumerate(one.values) if value is not None]
        for index, value in reversed(known):
            shapes.append(_dot(*place(number, value), index))
        if known:
            highest = max(value for _, value in known)
            shapes.append(text("chart__value", middle, place(number, highest)[1] - 10, f"{highest:,}", "middle"))
        words = "，".join(f"{series[index]} {value:,} {unit}" for index, value in known) or "没有数字"
        marks.append(Mark(f"{one.label}：{words}", shapes, one.url))
    rows = [
        [
            Cell(one.label, is_number=False),
            *(Cell("" if value is None else f"{value:,}", one.url) for value in one.values),
        ]
        for one in points
    ]
    legend = [Key(name, index * 2 + 1) for index, name in enumerate(series)] if len(series) > 1 else []
    return Chart(key, title, HEIGHT, marks, ("季度", *series), rows, legend, is_empty=not most)


def _dot(x: float, y: float, index: int) -> Shape:
    """A round dot for the first series, a square for the second."""
    if index:
        place = (("x", x - DOT), ("y", y - DOT), ("width", 2 * DOT), ("height", 2 * DOT))
        return Shape("rect", f"chart-ink-{index * 2 + 1}", place)
    return Shape("circle", "chart-ink-1", (("cx", x), ("cy", y), ("r", DOT)))
