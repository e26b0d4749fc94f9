"""What a chart is made of, and its two renderings.

Coordinates are units of a box 340 wide, which is the width of a chart on a phone: letters of 16 units are never under 14 pixels.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

WIDTH = 340
LETTER = 16

# For a document, which has no style sheet; the page's are in charts.css. A test holds the colours equal to tokens.css.
INK, QUIET, LINE, REST = "#22262b", "#525960", "#8d877b", "#e4dfd5"
QUANTITIES = {1: "#27496d", 2: "#7f9bb8", 3: "#a97c2c", 4: "#a8261c"}
TILES = {0: "#ffffff", 1: "#e3eaf2", 2: "#bccddd", 3: "#7f9bb8", 4: "#27496d"}
LIGHT = "#ffffff"
FONT = "Source Han Serif SC, Noto Sans CJK SC, SimSun, sans-serif"
PAINT = {
    "chart__label": f'fill="{INK}"',
    "chart__value": f'fill="{INK}" font-weight="600"',
    "chart__light": f'fill="{LIGHT}"',
    "chart__light chart__value": f'fill="{LIGHT}" font-weight="600"',
    "chart__quiet": f'fill="{QUIET}"',
    "chart__axis": f'stroke="{LINE}" stroke-width="1" fill="none"',
    "chart__rest": f'fill="{REST}"',
    **{f"chart__line chart__line--{n}": f'stroke="{colour}" stroke-width="2.5" fill="none"' for n, colour in QUANTITIES.items()},
    **{f"chart-ink-{n}": f'fill="{colour}"' for n, colour in QUANTITIES.items()},
    **{f"chart-tile-{n}": f'fill="{colour}" stroke="{LINE}"' for n, colour in TILES.items()},
}  # fmt: skip
# What lies over a colour, by ink: strokes in a square of eight units. The first ink is plain.
STROKES = {2: "M0 8L8 0", 3: "M2 2h.1M6 6h.1", 4: "M0 0L8 8M0 8L8 0"}


@dataclass(frozen=True)
class Shape:
    """One SVG element. ``look``: its class on the page, its paint in a document; ``pattern``: an ink whose strokes lie over it."""

    tag: str
    look: str
    attributes: Sequence[tuple[str, object]]
    text: str = ""
    pattern: int = 0


@dataclass(frozen=True)
class Mark:
    """Shapes that stand for one number; with ``url`` a link to its people. ``label`` says it in words."""

    label: str
    shapes: Sequence[Shape]
    url: str = ""


@dataclass(frozen=True)
class Cell:
    """Of the table below a chart."""

    text: str
    url: str = ""
    is_number: bool = True


@dataclass(frozen=True)
class Key:
    """A line of the legend."""

    label: str
    ink: int


@dataclass(frozen=True)
class Chart:
    """``key``: unique on a page; ``head``, ``rows``: the table, whose first cells are names; ``note``: a line below."""

    key: str
    title: str
    height: float
    marks: Sequence[Mark | Shape]
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    legend: Sequence[Key] = ()
    note: str = ""
    is_empty: bool = field(default=False)

    @cached_property
    def patterns(self) -> list[int]:
        shapes = [shape for mark in self.marks for shape in ([mark] if isinstance(mark, Shape) else mark.shapes)]
        return sorted({shape.pattern for shape in shapes if shape.pattern in STROKES})

    def svg(self) -> SafeString:
        """For the page: classes, and a link on every mark that has an address."""
        parts = format_html_join("", "{}", ((self._on_page(mark),) for mark in self.marks))
        return format_html(
            '<svg class="chart" viewBox="0 0 {} {}" font-size="{}" focusable="false">{}{}</svg>',
            WIDTH, _number(self.height), LETTER, self._definitions("class='chart__stroke'"), parts,
        )  # fmt: skip

    def key_svg(self, ink: int) -> SafeString:
        """A square of a series' colour and pattern, for the legend."""
        over = self._over(("x", 0), ("y", 0), ("width", 12), ("height", 12), ink=ink)
        return format_html(
            '<svg class="legend__key" viewBox="0 0 12 12" aria-hidden="true"><rect class="chart-ink-{}" width="12" height="12"></rect>{}</svg>',
            ink, over,
        )  # fmt: skip

    @property
    def keys(self) -> list[tuple[str, SafeString]]:
        return [(one.label, self.key_svg(one.ink)) for one in self.legend]

    def standalone(self) -> str:
        """For a document: a whole SVG file with its own colours, and the legend below; no links."""
        shapes = [shape for mark in self.marks for shape in ([mark] if isinstance(mark, Shape) else mark.shapes)]
        shapes += self._legend_shapes()
        height = _number(self.height + (LETTER * 1.8 if self.legend else 0))
        body = "".join(self._in_document(shape) for shape in shapes)
        strokes = self._definitions(f"stroke='{LIGHT}' stroke-width='1.5' stroke-linecap='round'")
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
            f'font-family="{FONT}" font-size="{LETTER}"><title>{escape(self.title)}</title>{strokes}{body}</svg>'
        )

    # -- the two renderings ---------------------------------------------------------------------

    def _on_page(self, mark: Mark | Shape) -> SafeString:
        if isinstance(mark, Shape):
            return self._shape(mark)
        inner = format_html_join("", "{}", ((self._shape(shape),) for shape in mark.shapes))
        if not mark.url:
            return format_html("<g><title>{}</title>{}</g>", mark.label, inner)
        return format_html(
            '<a class="chart__mark" href="{}" aria-label="{}"><title>{}</title>{}</a>',
            mark.url, mark.label, mark.label, inner,
        )  # fmt: skip

    def _shape(self, shape: Shape) -> SafeString:
        element = format_html(
            '<{} class="{}"{}>{}</{}>', shape.tag, shape.look, _attributes(shape.attributes), shape.text, shape.tag
        )
        return element + self._over(*shape.attributes, ink=shape.pattern, tag=shape.tag)

    def _in_document(self, shape: Shape) -> str:
        element = f"<{shape.tag} {PAINT[shape.look]}{_attributes(shape.attributes)}>{escape(shape.text)}</{shape.tag}>"
        return element + self._over(*shape.attributes, ink=shape.pattern, tag=shape.tag)

    def _over(self, *attributes: tuple[str, object], ink: int, tag: str = "rect") -> SafeString:
        if ink not in STROKES or tag != "rect":
            return mark_safe("")  # nothing
        return format_html('<rect fill="url(#{}-{})"{}></rect>', self.key, ink, _attributes(attributes))

    def _definitions(self, paint: str) -> SafeString:
        wanted = sorted({*self.patterns, *(one.ink for one in self.legend if one.ink in STROKES)})
        if not wanted:
            return mark_safe("")  # nothing
        patterns = format_html_join(
            "",
            '<pattern id="{}-{}" width="8" height="8" patternUnits="userSpaceOnUse"><path d="{}" {}></path></pattern>',
            ((self.key, ink, STROKES[ink], mark_safe(paint)) for ink in wanted),  # noqa: S308 ours, see the callers
        )
        return format_html("<defs>{}</defs>", patterns)

    def _legend_shapes(self) -> list[Shape]:
        shapes, x, y = [], 0.0, self.height + LETTER * 0.6
        for one in self.legend:
            place = (("x", x), ("y", y), ("width", 12), ("height", 12))
            shapes.append(Shape("rect", f"chart-ink-{one.ink}", place, pattern=one.ink))
            shapes.append(text("chart__quiet", x + 18, y + 11, one.label))
            x += 34 + width_of(one.label)
        return shapes


def text(look: str, x: float, y: float, words: str, anchor: str = "start", size: float = LETTER) -> Shape:
    attributes: list[tuple[str, object]] = [("x", x), ("y", y)]
    if anchor != "start":
        attributes.append(("text-anchor", anchor))
    if size != LETTER:
        attributes.append(("font-size", size))
    return Shape("text", look, attributes, words)


def rect(look: str, x: float, y: float, width: float, height: float, pattern: int = 0) -> Shape:
    return Shape("rect", look, (("x", x), ("y", y), ("width", width), ("height", height)), pattern=pattern)


def width_of(words: str) -> float:
    """About how wide words stand: a Chinese character is a square, everything else half of one."""
    return sum(LETTER if ord(one) > 0x2E7F else LETTER * 0.56 for one in words)


def shortened(words: str, room: float) -> str:
    """Words that fit into ``room``; the whole of them stands in the label and in the table."""
    if width_of(words) <= room:
        return words
    kept = words
    while kept and width_of(kept) + LETTER > room:
        kept = kept[:-1]
    return f"{kept}…"


def _attributes(pairs: Iterable[tuple[str, object]]) -> SafeString:
    return format_html_join("", ' {}="{}"', ((name, _number(value)) for name, value in pairs))


def _number(value: object) -> object:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else value
