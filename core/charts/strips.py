"""Thin bars for table cells and lists. Widths are attributes in a 0-100 box that CSS stretches; the text alternative says all."""

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.components import Segment

WIDTH = 100
HEIGHT = 8


def _share(value: int, total: int) -> float:
    return round(WIDTH * min(max(value, 0), total) / total, 2) if total > 0 else 0.0


def _svg(label: str, parts: SafeString) -> SafeString:
    return format_html(
        '<svg class="chart-bar" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<rect class="chart-bar__rest" width="{}" height="{}"></rect>{}</svg>',
        WIDTH, HEIGHT, label, WIDTH, HEIGHT, parts,
    )  # fmt: skip


def stacked_bar(segments: Iterable[Segment], total: int, label: str = "") -> SafeString:
    """Draw parts of a total side by side; `label` defaults to "已核实 17，待核实 3，共 20"."""
    parts = list(segments)
    if not label:
        label = "，".join([*(f"{part.label} {part.value:,}" for part in parts), f"共 {total:,}"])
    placed = []
    x = 0.0
    for part in parts:
        width = min(_share(part.value, total), WIDTH - x)
        placed.append((part.ink, round(x, 2), round(width, 2), HEIGHT))
        x += width
    rects = format_html_join("", '<rect class="chart-ink-{}" x="{}" width="{}" height="{}"></rect>', placed)
    return _svg(label, rects)


def progress_bar(done: int, total: int, label: str = "") -> SafeString:
    """Draw how much of `total` is done; an unknown total (0) draws an empty bar."""
    return stacked_bar([Segment("完成", done)], total, label or f"完成 {done:,}，共 {total:,}")
