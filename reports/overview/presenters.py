"""The overview as it is shown: figures, charts and their lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from core import charts
from core.charts.tiles import NAMES as PROVINCES
from core.components import Bar, Segment
from core.domain.codes import INDUSTRY, LEAVING_REASON
from core.domain.regions import children, prefixes, region_place
from members import bands
from members.enums import LostState, Mobility
from reports.overview.lists import (
    EVERYBODY,
    HERE,
    INCOMPLETE,
    LATE,
    MOBILE,
    SEARCHED,
    SHORT,
    TRANSFER_DUE,
    Listed,
)
from reports.overview.people import People
from reports.overview.quarters import Closed, Running
from sweeps.enums import Answer, Route, Term
from sweeps.views.common import sweep_url

MOST = 8  # bars of a chart; the table has every one
COUNTIES = 10
Row = TypeVar("Row")
SEXES = (("1", "男", 1), ("2", "女", 3))


@dataclass(frozen=True)
class Figure:
    """A number and the list behind it."""

    label: str
    value: int
    url: str
    tone: str = "plain"
    unit: str = "人"
    note: str = ""


def figures(people: People) -> list[Figure]:
    """The first lines: who there is, who is away, who has come, whom nobody reaches."""
    listed: list[tuple[str, int, Listed, bool]] = [
        ("党员", people.members, EVERYBODY, False),
        ("流动党员（流出）", people.mobile, MOBILE, False),
        ("短期外出", people.short, SHORT, False),
        ("流入党员", people.inward, HERE, False),
        ("联系不上", people.spells[LostState.COUNTING], SEARCHED.narrowed(state=LostState.COUNTING), True),
        ("失联", people.spells[LostState.LOST], SEARCHED.narrowed(state=LostState.LOST), True),
        ("停止党籍", people.spells[LostState.STOPPED], SEARCHED.narrowed(state=LostState.STOPPED), True),
    ]
    return [_figure(*one) for one in listed]


def overdue(people: People) -> list[Figure]:
    """What the register itself shows as unfinished."""
    return [
        _figure("过了预计返回时间", people.late, LATE, True),
        _figure("应当转接组织关系", people.due, TRANSFER_DUE, False),
        _figure("四清有缺项", people.gaps, INCOMPLETE, False),
    ]


def _figure(label: str, value: int, listed: Listed, is_bad: bool) -> Figure:
    return Figure(label, value, listed.url, "bad" if is_bad and value else "plain")


# -- who the mobile members are -----------------------------------------------------------------


def destinations(people: People) -> list[charts.Chart]:
    provinces: Counter[str] = Counter()
    for code, number in people.places.by("region").items():
        provinces[code[:2] or bands.NONE] += number
    tiles = {
        code: Bar(PROVINCES[code], number, MOBILE.narrowed(province=code).url) for code, number in provinces.items()
    }
    exact = ((code, number) for code, number in people.places.by("region").items() if _is_county(code))
    counties = [
        Bar(_place(code), number, MOBILE.narrowed(region=code).url)
        for code, number in sorted(exact, key=lambda one: (-one[1], one[0]))
    ]
    return [
        charts.tile_map("places", "去了哪里", tiles),
        charts.bars("counties", "去得多的县市区", counties[:COUNTIES], head="县市区"),
    ]


def _is_county(code: str) -> bool:
    """A county, or a city that has none (东莞); not a city or a province of which no more is known."""
    return code in prefixes() and (not code.endswith("00") or (not code.endswith("0000") and not children(code)))


def _place(code: str) -> str:
    place = region_place(code)
    return place.short() if place else code


def work(people: People) -> list[charts.Chart]:
    stated: list[tuple[str, str, str, Counter[str], Callable[[str], str]]] = [
        ("industry", "从事行业", "行业", people.work.by("industry"), INDUSTRY.label),
        ("reason", "外出原因", "原因", people.work.by("reason"), LEAVING_REASON.label),
        (
            "mobility",
            "流动范围",
            "范围",
            people.places.by("mobility"),
            lambda code: Mobility(code).label if code else "",
        ),
    ]
    found = []
    for trait, title, head, numbers, words in stated:
        bars = [
            Bar(words(code) or bands.NONE_LABEL, number, MOBILE.narrowed(**{trait: code or bands.NONE}).url)
            for code, number in sorted(numbers.items(), key=lambda one: (not one[0], -one[1], one[0]))
        ]
        found.append(charts.bars(trait, title, bars, most=MOST, head=head))
    return found


def persons(people: People) -> list[charts.Chart]:
    """Ages, Party ages and schooling in the bands of the national tables, all of them, in their order."""
    by_age = people.person.by("age", "sex")
    rows = []
    for key, label in bands.choices(bands.AGES):
        men, women = (
            Segment(word, by_age[(key, sex)], ink, MOBILE.narrowed(age=key, sex=sex).url) for sex, word, ink in SEXES
        )
        others = sum(number for (age, sex), number in by_age.items() if age == key and sex not in ("1", "2"))
        rows.append((label, men, women, Segment(bands.NONE_LABEL, others, 2, MOBILE.narrowed(age=key, sex="none").url)))
    return [
        charts.pyramid("ages", "年龄", _known(rows, lambda row: any(side.value for side in row[1:]))),
        _banded("party_age", "党龄", bands.choices(bands.PARTY_AGES), people.person.by("party_age")),
        _banded("schooling", "学历", bands.schooling_choices(), people.person.by("schooling")),
    ]


def _banded(trait: str, title: str, choices: Iterable[tuple[str, str]], numbers: Counter[str]) -> charts.Chart:
    bars = [Bar(label, numbers[key], MOBILE.narrowed(**{trait: key}).url) for key, label in choices]
    return charts.bars(trait, title, _known(bars, lambda bar: bar.value), head=title)


def _known(rows: Sequence[Row], is_anybody: Callable[[Row], object]) -> Sequence[Row]:
    """Without the last one, 没有登记, where it is nobody."""
    return rows if is_anybody(rows[-1]) else rows[:-1]


# -- the sweep and the quarters -----------------------------------------------------------------


@dataclass(frozen=True)
class ShownSweep:
    running: Running
    url: str
    figures: list[Figure]
    papers: list[Figure]
    charts: list[charts.Chart]


def sweep(running: Running) -> ShownSweep:
    one, at, people, returns = running.sweep, running.organisation, running.people, running.returns

    def names(**query: str) -> str:
        return sweep_url(one, at, "sweep-people", **query)

    def papers(**query: str) -> str:
        return sweep_url(one, at, "sweep-returns", **query)

    routes = [
        Segment(route.label, people[f"route{route.value}"], ink, names(route=str(route.value)))
        for ink, route in enumerate(Route, start=1)
    ]
    handed, accepted, branches = returns["handed_in"], returns["accepted"], returns["branches"]
    states = [
        Segment("已接收", accepted, 1, papers(state="accepted")),
        Segment("已上报，待接收", handed - accepted, 2, papers(state="waiting")),
        Segment("还没有上报", branches - handed, 3, papers(state="open")),
    ]
    canvass = [
        Segment("已确认", returns["canvassed"], 1, papers(state="canvassed")),
        Segment("还没有确认", branches - returns["canvassed"], 3, papers(state="not_canvassed")),
    ]
    key = f"sweep-{one.pk}"
    return ShownSweep(
        running,
        sweep_url(one, at),
        [
            Figure("要核实", people["asked"], names()),
            Figure("已核实", people["answered"], names(state="answered")),
            Figure("待核实", people["waiting"], names(state="waiting")),
            Figure(
                Answer.UNREACHABLE.label, people["unreachable"], names(answer=Answer.UNREACHABLE),
                "bad" if people["unreachable"] else "plain",
            ),
        ],
        [
            Figure("支部报表已上报", handed, papers(state="handed_in"), unit="个", note=f"共 {branches:,} 个支部"),
            Figure("已接收", accepted, papers(state="accepted"), unit="个"),
            Figure("摸排已确认", returns["canvassed"], papers(state="canvassed"), unit="个"),
        ],
        [
            charts.stacked(f"{key}-routes", "按路线", [("要核实的人", routes)]),
            charts.stacked(f"{key}-returns", "支部报表", [("支部", states)], unit="个"),
            charts.stacked(f"{key}-canvass", "在家党员摸排", [("支部", canvass)], unit="个"),
        ],
    )  # fmt: skip


def trend(quarters: Sequence[Closed]) -> charts.Chart:
    points = [
        charts.Point(
            one.sweep.period.label,
            (str(one.sweep.period.year), f"{'一二三四'[one.sweep.period.number - 1]}季"),
            (one.reported, one.known),
            one.url,
        )
        for one in quarters
    ]
    return charts.line("trend", "各季度末人数", ("上报数", "现在所知"), points)


def changes(quarter: Closed) -> list[Figure]:
    """What made the last closed quarter's figure another one: each term with its names."""
    return [
        Figure(Term(term).label, quarter.terms[term], quarter.term_url(term))
        for term in Term
        if quarter.terms.get(term)
    ]
