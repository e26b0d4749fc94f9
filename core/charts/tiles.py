"""The provinces as squares in rough places: no borders, no distances, only where to look for a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.charts.shapes import WIDTH, Cell, Chart, Mark, rect, text
from core.components import Bar
from core.domain.regions import ABROAD_CODE, provinces

NOTE = "示意，不代表地理位置。"
UNKNOWN = "none"
PITCH, SIDE = WIDTH / 8, 40.0
# Name on the tile, column, row, by the first two digits of the code. Two letters fit; the label says the whole name.
PLACES: Mapping[str, tuple[str, int, int]] = {
    "23": ("龙江", 7, 0), "15": ("内蒙", 4, 1), "21": ("辽宁", 6, 1), "22": ("吉林", 7, 1),
    "65": ("新疆", 0, 2), "62": ("甘肃", 2, 2), "64": ("宁夏", 3, 2), "14": ("山西", 4, 2), "13": ("河北", 5, 2),
    "11": ("北京", 6, 2), "12": ("天津", 7, 2), "63": ("青海", 1, 3), "61": ("陕西", 3, 3), "41": ("河南", 4, 3),
    "37": ("山东", 5, 3), "54": ("西藏", 0, 4), "51": ("四川", 2, 4), "50": ("重庆", 3, 4), "42": ("湖北", 4, 4),
    "34": ("安徽", 5, 4), "32": ("江苏", 6, 4), "31": ("上海", 7, 4), "53": ("云南", 2, 5), "52": ("贵州", 3, 5),
    "43": ("湖南", 4, 5), "36": ("江西", 5, 5), "33": ("浙江", 6, 5), "45": ("广西", 3, 6), "44": ("广东", 4, 6),
    "35": ("福建", 5, 6), "71": ("台湾", 7, 6), "46": ("海南", 3, 7), "82": ("澳门", 4, 7), "81": ("香港", 5, 7),
    ABROAD_CODE[:2]: ("境外", 0, 7), UNKNOWN: ("不明", 1, 7),
}  # fmt: skip
NAMES = {
    **{code[:2]: name for code, name in provinces()},
    ABROAD_CODE[:2]: "境外",
    UNKNOWN: "去向不明",
}
LEVELS = 4


def tile_map(key: str, title: str, items: Mapping[str, Bar], *, unit: str = "人") -> Chart:
    """``items``: by the first two digits of a province's code, "99" abroad, "none" not known; the others are 0.

    The darker, the more; the number stands on every tile, so that nobody must tell the shades apart.
    """
    most = max((one.value for one in items.values()), default=0)
    marks, rows = [], []
    for code, (short, column, row) in PLACES.items():
        found = items.get(code, Bar(NAMES[code], 0))
        level = _level(found.value, most)
        x, y = column * PITCH + (PITCH - SIDE) / 2, row * PITCH
        light = "chart__light" if level == LEVELS else ""
        shapes = [
            rect(f"chart-tile-{level}", x, y, SIDE, SIDE),
            text(light or "chart__label", x + SIDE / 2, y + 17, short, "middle"),
        ]
        if found.value:
            look = f"{light} chart__value".strip()
            shapes.append(text(look, x + SIDE / 2, y + 34, _brief(found.value), "middle"))
        marks.append(Mark(f"{NAMES[code]} {found.value:,} {unit}", shapes, found.url if found.value else ""))
        if found.value:
            rows.append((found.value, [Cell(NAMES[code], is_number=False), Cell(f"{found.value:,}", found.url)]))
    table: Sequence[Sequence[Cell]] = [cells for _, cells in sorted(rows, key=lambda one: -one[0])]
    return Chart(key, title, PITCH * 8, marks, ("省份", unit), table, note=NOTE, is_empty=not most)


def _level(value: int, most: int) -> int:
    """Shade 1 to 4 by share of the largest, on a scale that sets the small ones apart; 0 for nobody."""
    if not value:
        return 0
    share = value / most
    return 4 if share > 0.5 else 3 if share > 0.2 else 2 if share > 0.05 else 1


def _brief(value: int) -> str:
    """Four digits at most: 12,345 → 1.2万."""
    return str(value) if value < 10_000 else f"{value / 10_000:.1f}万" if value < 100_000 else f"{value // 10_000}万"
