"""流动党员情况汇总表: a line for each organisation right below, what is directly its own last, sums checked against the people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from core.documents.tables import Column, Group, Mismatch, Table
from core.paths import subtree
from core.scoping import in_ranges
from members.enums import LostState, Mobility
from members.models import Member
from reports.quarter import books
from reports.quarter.people import Person, Spell, Stay
from reports.quarter.units import OWN, unit_of
from reports.tables.grids import SIGNATURES, Grid, Line
from sweeps.balance import Name
from sweeps.enums import Term

if TYPE_CHECKING:
    from reports.quarter.edition import Edition

FAR = (Mobility.PROVINCE, Mobility.CITY, Mobility.COUNTY, Mobility.TOWN, Mobility.ABROAD)
NOWHERE = "nowhere"
COUNTED = ("members", "asked", "reached")  # plain numbers: no list of the quarter stands behind them


class Summary(Grid):
    key, title, name, paper = "summary", "流动党员情况汇总表", "汇总", "A3"

    def lines(self, edition: Edition) -> Sequence[Line]:
        return [Line(one.key, one.label) for one in edition.units]

    def heads(self) -> Sequence[Column | Group]:
        far = tuple(Column(f"out_{one.value}", one.label, 7) for one in FAR)
        out = (
            Column("out", "小计", 7, plus=(*(one.key for one in far), f"out_{NOWHERE}")), *far,
            Column(f"out_{NOWHERE}", "去向不明", 7),
        )  # fmt: skip
        came = (Column("in_far", "省外", 6), Column("in_near", "省内", 6), Column("in_unknown", "不明", 6))
        return (
            Column("members", "党员总数", 9),
            Group("流　出", out),
            Column("short", "另：短期外出", 7),
            Group("流　入", (Column("in", "小计", 7, plus=tuple(one.key for one in came)), *came)),
            Column("arrived", "已报到", 7), Column("placed", "已纳入支部", 7), Column("certificate", "持证", 6),
            Column("lost", "失联", 6), Column("stopped", "停止党籍", 6),
            Group("本季增减", (
                Column("opening", "上季末", 7), Column("came", "新增", 6), Column("went", "减少", 6),
                Column("transferred", "减少中已转接组织关系", 9),
                Column("closing", "本季末", 7, plus=("opening", "came"), minus=("went",)),
            )),
            Group("本季联系", (
                Column("asked", "应联系", 7), Column("reached", "已联系", 7), Column("reached_share", "已联系率", 8, share=("reached", "asked")),
            )),
            Group("结对联系", (Column("paired", "有联系人", 7), Column("paired_share", "结对率", 8, share=("paired", "out")))),
        )  # fmt: skip

    def people(self, edition: Edition) -> Iterable[Any]:
        return chain(edition.stays, edition.spells, edition.names)

    def lines_of(self, person: Any, edition: Edition) -> Iterable[str]:
        return (unit_of(person.path, edition),)

    def columns_of(self, person: Any, edition: Edition) -> Iterable[str]:
        if isinstance(person, Stay):
            return _of_stay(person, edition)
        if isinstance(person, Spell):
            return ("lost",) if person.state == LostState.LOST else ("stopped",)
        return _of_name(person)

    def behind(self, edition: Edition, line: str, column: str) -> list[Person | Name]:
        return super().behind(edition, line, column)

    def rows(self, edition: Edition) -> list[dict[str, Any]]:
        members, asked = _members(edition), books.asked(edition)
        numbers: dict[str, Counter[str]] = {one.key: Counter() for one in edition.units}
        for path, number in members.items():
            numbers[unit_of(path, edition)]["members"] += number
        for path, (number, reached) in asked.items():
            numbers[unit_of(path, edition)].update(asked=number, reached=reached)
        gone = {one.key for one in edition.units if not one.is_open or one.key == OWN}
        rows = [row | {key: numbers[row["key"]][key] for key in COUNTED} for row in super().rows(edition)]
        return [row for row in rows if row["key"] not in gone or any(_figures(row))]

    def table(self, edition: Edition, *, footer: str = "") -> Table:
        """With sums that were counted a second time from the people themselves. Raises Mismatch."""
        table = super().table(edition, footer=footer)
        if not edition.sweep:
            table.rows = [row | {"opening": None, "came": None, "went": None} for row in table.rows]
        table.heads = [
            Column("number", "序号", 5, summed=False), Column("label", "单　位", 16, text=True), *_without(self.heads(), edition),
        ]  # fmt: skip
        table.sums, table.expected = True, expected(edition)
        table.footers = [table.footers[0], SIGNATURES]
        if (
            edition.sweep
            and table.totals["out"] + table.totals["short"] + table.totals["in"] != table.totals["closing"]
        ):
            raise Mismatch(f"{self.name}: the people and the balance sheet differ")
        return table

    def notes(self, edition: Edition) -> list[str]:
        return [
            "流出为流动党员，不含另列的短期外出；本季末＝流出＋短期外出＋流入，也＝上季末＋新增－减少",
            "已报到：流入地确认的流出党员和已报到的流入党员；已纳入支部：编入流动党员党组织的流出党员和纳入本地支部的流入党员",
            "党员总数、应联系按出表时的登记" if edition.is_final else "本季增减按平衡表",
        ]


def _without(heads: Sequence[Column | Group], edition: Edition) -> Sequence[Column | Group]:
    """Without a sweep there are no books, and nobody was asked."""
    return heads if edition.sweep else [one for one in heads if one.label not in ("本季增减", "本季联系")]


def _figures(row: dict[str, Any]) -> Iterable[Any]:
    return (value for key, value in row.items() if key not in ("key", "label", "number"))


def _of_stay(stay: Stay, edition: Edition) -> list[str]:
    if not stay.is_out:
        home = edition.province
        came = "in_unknown" if not stay.from_province else "in_near" if stay.from_province == home else "in_far"
        found = ["in", came]
    elif stay.short:
        return ["short"]
    else:
        found = ["out", f"out_{stay.mobility or NOWHERE}"]
        found += ["certificate"] if stay.certificate else []
        found += ["paired"] if stay.contact else []
    found += ["arrived"] if stay.arrived else []
    return [*found, "placed"] if stay.placed else found


def _of_name(name: Name) -> list[str]:
    if name.term in (Term.OPENING, Term.CLOSING):
        return [name.term.value]
    found = ["came" if name.term in books.CAME else "went"]
    return [*found, "transferred"] if name.term == Term.TRANSFERRED else found


def _members(edition: Edition) -> dict[str, int]:
    """Our members by branch; those whom only the county may know are in no table."""
    rows = Member.objects.visible_by("home_path", edition.reader).registered().filter(restricted=False)
    return Counter(rows.order_by().values_list("home_path", flat=True))


def expected(edition: Edition) -> dict[str, int]:
    """The sums, counted once more and otherwise: straight from the people and the books, without any line."""
    out = [one for one in edition.stays if one.is_out]
    whole = in_ranges(["home_path"], [subtree(edition.organisation.path)])
    members = Member.objects.visible_to(edition.reader).registered().filter(whole, restricted=False)
    figures = books.figures(edition.names)
    found = {
        "members": members.count(), "out": sum(not one.short for one in out), "short": sum(one.short for one in out),
        "in": len(edition.stays) - len(out), "lost": sum(one.state == LostState.LOST for one in edition.spells),
    }  # fmt: skip
    if edition.sweep:
        found |= {key: figures[key] for key in ("opening", "came", "went", "closing")}
    return found
