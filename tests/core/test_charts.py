"""The charts: every number is drawn, linked, in words and in the table; patterns beside colour; the same drawing for documents."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from core import charts
from core.charts import shapes, tiles
from core.components import Bar, Segment
from core.domain.regions import provinces
from core.views.gallery import sample_charts
from tests.meta.test_css import tokens

SVG = "{http://www.w3.org/2000/svg}"


def table(chart: charts.Chart) -> dict[str, list[str]]:
    return {row[0].text: [cell.text for cell in row[1:]] for row in chart.rows}


def widths(chart: charts.Chart, ink: int) -> list[float]:
    found = re.findall(rf'class="chart-ink-{ink}" x="[\d.]+" y="[\d.]+" width="([\d.]+)"', chart.svg())
    return [float(one) for one in found]


@pytest.mark.parametrize("chart", sample_charts(), ids=lambda chart: chart.key)
def test_every_chart_is_well_formed_without_style_script_or_english(chart: charts.Chart):
    for text in (chart.svg(), chart.standalone()):
        assert not re.search(r"style=|<script|\son\w+=", text)
        ET.fromstring(text.replace("<svg ", f'<svg xmlns="{SVG[1:-1]}" ', 1) if "xmlns" not in text else text)
    root = ET.fromstring(chart.standalone())
    assert not root.findall(f".//{SVG}a")
    assert not [one for one in root.iter() if one.get("class")]
    assert {"rect", "text"} >= {one.tag.removeprefix(SVG) for one in root.iter() if one.get("fill") is None} - {
        "svg", "title", "defs", "pattern", "path", "g",
    }  # fmt: skip


def test_bars_are_as_long_as_their_share_of_the_longest():
    chart = charts.bars("a", "行业", [Bar("制造业", 40, "/a/"), Bar("建筑业", 10, "/b/"), Bar("教育", 0)])
    assert widths(chart, 1) == [340, 85]
    assert re.findall(r'href="([^"]+)" aria-label="([^"]+)"', chart.svg()) == [
        ("/a/", "制造业 40 人"),
        ("/b/", "建筑业 10 人"),
    ]
    assert table(chart) == {"制造业": ["40"], "建筑业": ["10"], "教育": ["0"]}


def test_one_person_among_many_is_still_seen():
    assert widths(charts.bars("a", "行业", [Bar("甲", 100_000), Bar("乙", 1)]), 1) == [340, 1]


def test_what_is_not_drawn_is_in_the_table_and_said():
    chart = charts.bars("a", "行业", [Bar(name, 9 - n) for n, name in enumerate("甲乙丙")], most=2)
    assert "丙" not in chart.svg()
    assert "丙" in table(chart)
    assert chart.note == "图上是前 2 项，另有 1 项在数字表里。"


def test_long_words_are_shortened_in_the_drawing_only():
    name = "信息传输、软件和信息技术服务业以及更多别的行业"
    chart = charts.bars("a", "行业", [Bar(name, 12345, "/a/")])
    drawn = re.search(r'class="chart__label"[^>]*>([^<]+)<', chart.svg())[1]
    assert drawn.endswith("…")
    assert shapes.width_of(drawn) + shapes.width_of("12,345") < shapes.WIDTH
    assert f'aria-label="{name} 12,345 人"' in chart.svg()
    assert name in table(chart)


def test_names_are_escaped_in_both():
    chart = charts.bars("a", "<b>", [Bar('<script>"', 1, '/?a="b')])
    for text in (chart.svg(), chart.standalone()):
        assert "<script" not in text
    assert 'href="/?a=&quot;b"' in chart.svg()


def test_parts_of_a_row_fill_it_and_differ_by_pattern():
    chart = charts.stacked(
        "a", "路线", [("全部", [Segment("甲", 30, 1, "/a/"), Segment("乙", 10, 2, "/b/"), Segment("丙", 0, 4)])]
    )
    assert widths(chart, 1) == [255]
    assert widths(chart, 2) == [85]
    assert widths(chart, 4) == []
    assert 'id="a-2"' in chart.svg()
    assert 'fill="url(#a-2)"' in chart.svg()
    assert [label for label, _ in chart.keys] == ["甲", "乙", "丙"]
    assert 'aria-label="全部：乙 10 人"' in chart.svg()
    assert table(chart) == {"全部": ["30", "10", "0"]}


def test_two_sides_share_one_scale_and_the_third_is_in_the_table():
    rows = [("35 岁及以下", Segment("男", 20, 1), Segment("女", 10, 3), Segment("没有登记", 2, 2))]
    chart = charts.pyramid("a", "年龄", rows)
    assert widths(chart, 1) == [168]
    assert widths(chart, 3) == [84]
    assert table(chart) == {"35 岁及以下": ["20", "10", "2"]}


def test_line_begins_at_zero_and_skips_what_is_not_known():
    points = [
        charts.Point("2026年第一季度", ("2026", "一季"), (50, 52), "/1/"),
        charts.Point("2026年第二季度", ("2026", "二季"), (None, None)),
        charts.Point("2026年第三季度", ("2026", "三季"), (100, None), "/3/"),
    ]
    chart = charts.line("a", "人数", ("上报数", "现在所知"), points)
    path = re.search(r'chart__line--1" d="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)"', chart.svg())
    low, high = float(path[2]), float(path[4])
    assert (140 - low) * 2 == 140 - high
    assert "chart__line--3" not in chart.svg(), "one point is no line"
    assert "2026年第二季度：没有数字" in chart.svg()
    assert table(chart)["2026年第三季度"] == ["100", ""]


class TestTiles:
    def test_every_province_has_a_place_of_its_own(self):
        assert {code[:2] for code, _ in provinces()} | {"99", "none"} == set(tiles.PLACES)
        spots = [spot[1:] for spot in tiles.PLACES.values()]
        assert len(set(spots)) == len(spots) == 36
        assert all(0 <= column < 8 and 0 <= row < 8 for column, row in spots)
        assert all(len(name) == 2 for name, _, _ in tiles.PLACES.values())

    def test_a_tile_is_a_link_with_words_and_the_map_says_what_it_is_not(self):
        chart = charts.tile_map("a", "去向", {"32": Bar("江苏省", 12_345, "/js/"), "99": Bar("境外", 3, "/jw/")})
        assert 'href="/js/" aria-label="江苏省 12,345 人"' in chart.svg()
        assert ">1.2万<" in chart.svg()
        assert chart.svg().count("<a ") == 2
        assert chart.note == "示意，不代表地理位置。"
        assert list(table(chart)) == ["江苏省", "境外"]

    @pytest.mark.parametrize(
        ("value", "level"), [(0, 0), (1, 1), (5, 1), (6, 2), (20, 2), (21, 3), (50, 3), (51, 4), (100, 4)]
    )
    def test_shades_follow_the_number(self, value: int, level: int):
        assert tiles._level(value, 100) == level


def test_colours_of_documents_are_those_of_the_page():
    known = tokens()
    assert [known[f"--q-{n}"] for n in (1, 2, 3, 4)] == list(shapes.QUANTITIES.values())
    assert [known[name] for name in ("--surface", "--t-1", "--t-2", "--q-2", "--q-1")] == list(shapes.TILES.values())
    assert (known["--ink"], known["--ink-2"], known["--line-3"], known["--q-rest"], known["--on-red"]) == (
        shapes.INK, shapes.QUIET, shapes.LINE, shapes.REST, shapes.LIGHT,
    )  # fmt: skip
