"""The charts of the quarterly report: the people of an edition, drawn as on the overview, set as pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from core import charts
from core.charts.tiles import NAMES, UNKNOWN
from core.components import Bar, Segment
from core.documents import typeset
from core.documents.official import Picture
from core.domain.codes import INDUSTRY
from reports.papers import texts
from reports.papers.figures import Figures
from reports.tables import bands

MOST = 8  # trades; a list of all would be longer than the page


def pictures(names: Iterable[str], figures: Figures) -> dict[str, Picture]:
    """Those that are named, by name; none of nobody."""
    drawn = {name: _CHARTS[name](figures) for name in names if name in _CHARTS}
    shown = {name: chart for name, chart in drawn.items() if not chart.is_empty}
    contents = typeset.pictures([chart.standalone() for chart in shown.values()])
    return {
        name: Picture(_caption(chart), content, _words(chart))
        for (name, chart), content in zip(shown.items(), contents, strict=True)
    }


def _caption(chart: charts.Chart) -> str:
    note = chart.note.rstrip("。")
    return f"{chart.title}（单位：人{'；' if note else ''}{note}）"


def _words(chart: charts.Chart) -> str:
    """The chart's table in one sentence."""
    lines = (f"{row[0].text}{_numbers(chart.head[1:], row[1:])}" for row in chart.rows)
    return f"{chart.title}：{'；'.join(lines)}。"


def _numbers(heads: Sequence[str], cells: Sequence[charts.Cell]) -> str:
    if len(cells) == 1:
        return f"{cells[0].text}{heads[0]}"
    return "，".join(f"{head}{cell.text}人" for head, cell in zip(heads, cells, strict=True))


def _places(figures: Figures) -> charts.Chart:
    numbers = Counter(one.region[:2] or UNKNOWN for one in figures.out)
    tiles = {code: Bar(NAMES[code], number) for code, number in numbers.items()}
    return charts.tile_map("places", "流出党员去向", tiles)


def _work(figures: Figures) -> charts.Chart:
    numbers = Counter(INDUSTRY.label(one.industry) for one in figures.out if one.industry)
    items = [Bar(label, number) for label, number in numbers.most_common(MOST)]
    return charts.bars("work", "流出党员从事行业", items, head="行业")


def _ages(figures: Figures) -> charts.Chart:
    found = Counter((bands.age(one.born, figures.edition.on), one.sex) for one in figures.out)
    rows = []
    for band in bands.AGES:
        men, women = found[(band.key, "1")], found[(band.key, "2")]
        others = sum(number for (key, _sex), number in found.items() if key == band.key) - men - women
        rows.append((band.label, Segment("男", men, 1), Segment("女", women, 3), Segment("没有登记", others, 2)))
    return charts.pyramid("ages", "流出党员年龄", rows)


_CHARTS: Mapping[str, Callable[[Figures], charts.Chart]] = {
    texts.PLACES_CHART: _places, texts.WORK_CHART: _work, texts.AGES_CHART: _ages,
}  # fmt: skip
