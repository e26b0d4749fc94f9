"""流动党员情况（一）（二）, 失去联系党员情况: the lines, columns and bands of the national annual statistics, as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from branches.models import Organisation
from core.documents.tables import Column, Group, Table
from core.domain.codes import FORMER_WORK, LOST_REASON
from core.domain.orgnames import place_of
from core.paths import ancestors, subtree
from core.scoping import in_ranges
from members.enums import Mobility
from reports.quarter.people import Person, Spell, Stay
from reports.tables import bands, unit_types
from reports.tables.grids import ALL, Grid, Line
from stations.models import Station

if TYPE_CHECKING:
    from reports.quarter.edition import Edition

WORK = tuple((one.code, one.label) for one in FORMER_WORK.items)
MOBILE_LINES = (
    Line(ALL, "流出党员总数"), Line("province", "跨省（区、市）流动", 1), Line("city", "省（区、市）内跨市（地）流动", 1),
    Line("certificate", "持《流动党员活动证》", 1),
    Line("public", "外出流向：公有经济控制单位"), Line("organ", "机关", 1), Line("institution", "事业单位", 1),
    Line("talent", "其中：人才（劳动）服务中心", 2), Line("public_hmt", "港澳台商投资企业", 1), Line("public_foreign", "外商投资企业", 1),
    Line("private", "外出流向：非公有经济控制单位"), Line("private_school", "民办非企业单位", 1), Line("private_firm", "私营企业", 1),
    Line("private_hmt", "港澳台商投资企业", 1), Line("private_foreign", "外商投资企业", 1),
    Line("individual", "外出流向：个体工商户"), Line("community", "外出流向：城市社区（居委会）"),
    Line("town_community", "外出流向：乡镇社区（居委会）"), Line("village", "外出流向：建制村"), Line(unit_types.OTHER, "外出流向：其他"),
    Line(unit_types.UNKNOWN, "其中：不掌握流向", 1),
)  # fmt: skip
LOST_LINES = (
    Line(ALL, "总　　计"), Line("village", "建制村"), Line("community", "社区（居委会）"), Line("organ", "机关"),
    Line("institution", "事业单位"), Line("public", "公有经济控制企业"), Line("private", "非公有经济控制企业"),
    Line("social", "社会组织"), Line("other", "其他"),
)  # fmt: skip
CATEGORY = {
    "1": "public", "2": "private", "3": "village", "4": "organ", "5": "institution", "6": "institution", "7": "community",
    "8": "social", "9": "other",
}  # fmt: skip
HAN = "01"


class Mobile(Grid):
    key, title, name = "mobile", "流动党员情况（一）", "流动党员情况（一）"

    def lines(self, edition: Edition) -> Sequence[Line]:
        return MOBILE_LINES

    def heads(self) -> Sequence[Column | Group]:
        parts = tuple(key for key, _label in WORK)
        work = tuple(Column(key, label, 11) for key, label in WORK)
        return Column("total", "总　数", 9, plus=parts), Group("原　职　业", work)

    def people(self, edition: Edition) -> Iterable[Stay]:
        return (one for one in edition.stays if one.is_out and not one.short)

    def lines_of(self, person: Person, edition: Edition) -> Iterable[str]:
        assert isinstance(person, Stay)
        found = [ALL, *unit_types.went_to(person)]
        if person.mobility in (Mobility.PROVINCE, Mobility.CITY):
            found.append(person.mobility)
        return [*found, "certificate"] if person.certificate else found

    def columns_of(self, person: Person, edition: Edition) -> Iterable[str]:
        assert isinstance(person, Stay)
        return "total", unit_types.did_before(person, edition)

    def notes(self, edition: Edition) -> list[str]:
        short = sum(1 for one in edition.stays if one.short)
        return [
            f"本表只统计流动党员，另有短期外出（未满期限）{short}人不在内",
            "外出单位类型、原职业登记了的按登记；没有登记的，单位类型按单位名称认定，看不出的列“其他”，单位、去向都没有登记的列“不掌握流向”",
            "原职业没有登记的，建制村党支部外出务工、经商的列“农牧渔民”，毕业待就业且大专以上学历的列“未就业高校毕业生”，其余列“其他”",
        ]


class Supplement(Grid):
    """The second sheet counts organisations: nobody stands behind its figures but those whom they have taken in."""

    key, title, name = "supplement", "流动党员情况（二）补充资料", "流动党员情况（二）"

    LEVELS = (("province", "省（区、市）级"), ("city", "市（地）级"), ("county", "县（市、区）级"), ("town", "乡（镇）"),
              ("street", "街道"), ("community", "社区"), ("village", "建制村"))  # fmt: skip
    KINDS = (("committee", "党委", ("611", "911")), ("general", "党总支", ("621", "921")),
             ("branch", "党支部", ("631", "632", "931", "932")))  # fmt: skip

    def lines(self, edition: Edition) -> Sequence[Line]:
        kinds = [Line(key, label, 1, named=False) for key, label, _kinds in self.KINDS]
        levels = [Line(f"centres_{key}", label, 1, named=False) for key, label in self.LEVELS]
        return (
            Line("centres", "党员服务中心（站、点）", named=False), *levels,
            Line("founded", "流动党员党组织", named=False), *kinds,
            Line("received", "流动党员党组织联系的流出党员"), Line("hosts", "接收外来流动党员的党支部", named=False),
            Line("guests", "外来流动党员"),
        )  # fmt: skip

    def heads(self) -> Sequence[Column | Group]:
        return (Column("total", "数　量", 14),)

    def people(self, edition: Edition) -> Iterable[Stay]:
        return edition.stays

    def lines_of(self, person: Person, edition: Edition) -> Iterable[str]:
        assert isinstance(person, Stay)
        if not person.is_out:
            return ("guests",)
        return ("received",) if person.placed else ()

    def columns_of(self, person: Person, edition: Edition) -> Iterable[str]:
        return ("total",)

    def rows(self, edition: Edition) -> list[dict[str, object]]:
        marked = Organisation.objects.open().under(edition.organisation.path)
        kinds = [kind for kind, marks in marked.values_list("kind", "marks") if "mobile" in marks]
        numbers = {key: sum(kind in codes for kind in kinds) for key, _label, codes in self.KINDS}
        numbers["founded"] = sum(numbers.values())
        numbers |= _centres(edition)
        numbers["hosts"] = len({one.path for one in edition.stays if not one.is_out})
        rows = super().rows(edition)
        for row in rows:
            row["total"] = numbers.get(str(row["key"]), row["total"])
        return rows

    def notes(self, edition: Edition) -> list[str]:
        return [
            "党员服务中心（站、点）为现在开着的红色驿站和它的服务点，按管理它的党组织分级",
            "流动党员党组织为现有组织中标记为流动党员党组织的",
        ]


def _centres(edition: Edition) -> dict[str, int]:
    """Stations that the organisations of the subtree keep, with their further doors, by the level of who keeps them."""
    kept = Station.objects.open().filter(in_ranges(["keeper__path"], [subtree(edition.organisation.path)]))
    doors = kept.order_by().annotate(doors=Count("points", filter=Q(points__closed_on__isnull=True)) + 1)
    found: Counter[str] = Counter()
    for path, number in doors.values_list("keeper__path", "doors"):
        found[f"centres_{level_of(path, edition)}"] += number
    return {"centres": found.total(), **found}


def level_of(path: str, edition: Edition) -> str:
    """Of an organisation: where it stands. What is under no town, street, community or village is the county's."""
    if place := unit_types.kind_of_place(path, edition):
        return place
    towns = (place_of(edition.by_path[one].short_name) for one in reversed(ancestors(path)) if one in edition.by_path)
    for town in towns:
        if town.endswith("街道"):
            return "street"
        if town.endswith(("镇", "乡")):
            return "town"
    return "county"


class Lost(Grid):
    key, title, name, paper = "lost", "失去联系党员情况", "失去联系党员情况", "A3"

    def lines(self, edition: Edition) -> Sequence[Line]:
        return LOST_LINES

    def heads(self) -> Sequence[Column | Group]:
        def group(label: str, columns: Iterable[tuple[str, str]]) -> Group:
            return Group(label, tuple(Column(key, text, 8) for key, text in columns))

        return (
            Group("失去联系党员", (Column("total", "总数", 7), Column("probationary", "预备党员", 6), Column("women", "女", 6),
                              Column("minority", "少数民族", 6))),
            group("年　龄", ((one.key, one.label) for one in bands.AGES)),
            group("党　龄", ((one.key, one.label) for one in bands.PARTY_AGES)),
            group("学　历", bands.SCHOOLING),
            group("失去联系时间", bands.LOST_FOR),
            group("失去联系情形", ((f"reason{one.code}", one.label) for one in LOST_REASON.items)),
        )  # fmt: skip

    def people(self, edition: Edition) -> Iterable[Spell]:
        return edition.spells

    def lines_of(self, person: Person, edition: Edition) -> Iterable[str]:
        assert isinstance(person, Spell)
        place = CATEGORY.get(person.category) or unit_types.kind_of_place(person.path, edition) or "other"
        return ALL, place

    def columns_of(self, person: Person, edition: Edition) -> Iterable[str]:
        assert isinstance(person, Spell)
        found = [
            "total", bands.age(person.born, edition.on), bands.party_age(person.joined, edition.on),
            bands.schooling(person.education), bands.lost_for(person.since, edition.on), f"reason{person.reason}",
        ]  # fmt: skip
        marks = {
            "probationary": person.kind == "2", "women": person.sex == "2",
            "minority": bool(person.nation) and person.nation != HAN,
        }  # fmt: skip
        return [key for key in (*found, *(key for key, holds in marks.items() if holds)) if key]

    def notes(self, edition: Edition) -> list[str]:
        spells, on = edition.spells, edition.on
        unknown = {
            "出生日期": sum(not bands.age(one.born, on) for one in spells),
            "入党日期": sum(not bands.party_age(one.joined, on) for one in spells),
            "学历": sum(not bands.schooling(one.education) for one in spells),
            "失去联系时间": sum(not bands.lost_for(one.since, on) for one in spells),
            "失去联系情形": sum(not one.reason for one in spells),
        }
        gaps = "、".join(f"{label}{number}人" for label, number in unknown.items() if number)
        return [
            "统计经确认失联和已停止党籍、仍未取得联系的党员",
            *([f"没有登记或不满档的未列入分档：{gaps}"] if gaps else []),
        ]


ALL_GRIDS: tuple[Grid, ...] = (Mobile(), Supplement(), Lost())


def tables(edition: Edition, footer: str) -> list[Table]:
    return [one.table(edition, footer=footer) for one in ALL_GRIDS]
