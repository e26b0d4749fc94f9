"""Horizontal bars: plain, stacked, and two-sided. The words stand above the bar, so that long ones fit on a phone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.charts.shapes import WIDTH, Cell, Chart, Key, Mark, Shape, rect, shortened, text, width_of
from core.components import Bar, Segment

ROW, BAR = 44.0, 16.0
BASE = 17.0  # of the letters in a row
GAP = 8.0


def bars(key: str, title: str, items: Sequence[Bar], *, unit: str = "人", most: int = 0, head: str = "项目") -> Chart:
    """One bar an item, as long as its share of the longest. ``most``: how many are drawn (0: all); the table has every one."""
    drawn = items[:most] if most else items
    longest = max((one.value for one in drawn), default=0)
    marks = []
    for number, one in enumerate(drawn):
        y, value = number * ROW, f"{one.value:,}"
        room = WIDTH - width_of(value) - GAP
        shapes = [
            text("chart__label", 0, y + BASE, shortened(one.label, room)),
            text("chart__value", WIDTH, y + BASE, value, "end"),
            *_bar(0, y + BASE + 5, WIDTH, one.value, longest, 1),
        ]
        marks.append(Mark(f"{one.label} {value} {unit}", shapes, one.url))
    rows = [[Cell(one.label, is_number=False), Cell(f"{one.value:,}", one.url)] for one in items]
    left = len(items) - len(drawn)
    note = f"图上是前 {len(drawn)} 项，另有 {left} 项在数字表里。" if left > 0 else ""
    return Chart(key, title, len(drawn) * ROW, marks, (head, unit), rows, note=note, is_empty=not longest)


def _bar(x: float, y: float, width: float, value: int, longest: int, ink: int) -> list[Shape]:
    length = max(width * value / longest, 1.0) if value and longest else 0.0
    found = [rect("chart__rest", x, y, width, BAR)]
    return [*found, rect(f"chart-ink-{ink}", x, y, length, BAR, ink)] if length else found


@dataclass(frozen=True)
class Stack:
    """A row of parts of a whole."""

    label: str
    parts: Sequence[Segment]

    @property
    def total(self) -> int:
        return sum(one.value for one in self.parts)


def stacked(key: str, title: str, rows: Sequence[tuple[str, Sequence[Segment]]], *, unit: str = "人") -> Chart:
    """Each row's parts side by side, filling the width: shares of the row's own total. All rows have the same parts."""
    stacks = [Stack(label, parts) for label, parts in rows]
    marks: list[Mark | Shape] = []
    for number, stack in enumerate(stacks):
        y, x = number * ROW, 0.0
        marks.append(text("chart__label", 0, y + BASE, stack.label))
        marks.append(text("chart__value", WIDTH, y + BASE, f"{stack.total:,}", "end"))
        marks.append(rect("chart__rest", 0, y + BASE + 5, WIDTH, BAR))
        for part in stack.parts:
            length = WIDTH * part.value / stack.total if stack.total else 0.0
            if length:
                shape = rect(f"chart-ink-{part.ink}", x, y + BASE + 5, length, BAR, part.ink)
                marks.append(Mark(f"{stack.label}：{part.label} {part.value:,} {unit}", [shape], part.url))
            x += length
    parts = stacks[0].parts if stacks else []
    table = [
        [Cell(stack.label, is_number=False), *(Cell(f"{one.value:,}", one.url) for one in stack.parts)]
        for stack in stacks
    ]
    return Chart(
        key, title, len(stacks) * ROW, marks, ("", *(one.label for one in parts)), table,
        [Key(one.label, one.ink) for one in parts], is_empty=not any(stack.total for stack in stacks),
    )  # fmt: skip


def pyramid(
    key: str, title: str, rows: Sequence[tuple[str, Segment, Segment, Segment]], *, unit: str = "人", head: str = "年龄"
) -> Chart:
    """Two sides by bands, such as men and women by age; the third of each row is what is neither, and stands in the table."""
    middle, half = WIDTH / 2, WIDTH / 2 - 2
    longest = max((side.value for _, left, right, _ in rows for side in (left, right)), default=0)
    marks: list[Mark | Shape] = []
    for number, (label, left, right, _) in enumerate(rows):
        y = number * ROW
        marks.append(text("chart__label", middle, y + BASE, label, "middle"))
        for side, is_left in ((left, True), (right, False)):
            length = half * side.value / longest if longest else 0.0
            shapes = [
                text(
                    "chart__value", 0 if is_left else WIDTH, y + BASE, f"{side.value:,}", "start" if is_left else "end"
                ),
                rect("chart__rest", 0 if is_left else middle + 2, y + BASE + 5, half, BAR),
            ]
            if length:
                x = half - length if is_left else middle + 2
                shapes.append(rect(f"chart-ink-{side.ink}", x, y + BASE + 5, length, BAR, side.ink))
            marks.append(Mark(f"{label}，{side.label} {side.value:,} {unit}", shapes, side.url))
    sides = rows[0][1:] if rows else ()
    table = [
        [Cell(label, is_number=False), *(Cell(f"{one.value:,}", one.url) for one in each)] for label, *each in rows
    ]
    return Chart(
        key, title, len(rows) * ROW, marks, (head, *(one.label for one in sides)), table,
        [Key(one.label, one.ink) for one in sides[:2]], is_empty=not longest,
    )  # fmt: skip
