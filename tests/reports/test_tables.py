"""The statistical tables: every figure is the number of people behind it, bands end where they should, sums agree."""

from __future__ import annotations

import datetime as dt
import io
import random

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import actions as audit
from branches.models import Organisation
from core.actors import SYSTEM
from core.documents import tables as sheets
from core.documents.tables import Column, Mismatch, Table
from core.domain.codes import EDUCATION, UNIT_KIND
from core.domain.dates import PartialDate
from members.models import Journey, Member
from reports.quarter.edition import Edition
from reports.tables import bands, changes, national, unit_types
from reports.tables.county import Summary
from stations.models import ServicePoint, Station, StationKind
from sweeps.actions import returns
from tests.conftest import plant
from tests.reports.people import NOW, came, lost, out
from tests.sweeps.quarter import opened


@pytest.fixture
def mixed(make_member, branch, other_branch, foreign_branch):
    """Out far and near, short, a restricted one, guests, lost ones, in three branches of two towns."""
    people = [
        make_member(one, name=f"周{number}")
        for number, one in enumerate([branch] * 3 + [other_branch, foreign_branch] * 2)
    ]
    out(people[0], certificate=True, contact_name="何书记", employer="个体")
    out(people[1], mobility="city", region_code="370200")
    out(people[2], mobility="", region_code="", left_on="2026-08")
    out(people[3], mobility="abroad", region_code="", employer="昆山市第一中学")
    out(people[4], reason="study", mobility="", region_code="")
    out(make_member(branch, restricted=True))
    came(make_member, foreign_branch, "中共江苏省苏州市昆山市某支部委员会")
    came(make_member, foreign_branch, "某支部")
    lost(people[5], category="7", since="2020-10-01")
    lost(make_member(branch, sex="2", kind="2"), reason="1")
    return people


def edition(organisation: Organisation, sweep=None, by=SYSTEM) -> Edition:
    return Edition.of(organisation, sweep, by, NOW)


def test_every_figure_is_the_number_of_people_behind_it(mixed, county):
    one = edition(county, opened(county))
    for grid in (*national.ALL_GRIDS, Summary()):
        lines = [line.key for line in grid.lines(one) if line.named]
        for row in grid.rows(one):
            if row["key"] not in lines:
                continue
            for column in grid.columns():
                if row.get(column.key) and not column.share[0] and column.key not in ("members", "asked", "reached"):
                    assert row[column.key] == len(grid.behind(one, row["key"], column.key)), (grid.key, row, column)


def test_the_summary_counts_each_once(mixed, county):
    table = Summary().table(edition(county, opened(county)))
    table.check()
    totals = table.totals
    assert (totals["out"], totals["short"], totals["in"], totals["lost"]) == (4, 1, 2, 2)
    assert (totals["in_far"], totals["in_unknown"], totals["out_nowhere"]) == (1, 1, 1)
    assert [row["label"] for row in table.rows] == ["马店镇", "青石镇"]
    assert totals["closing"] == 7
    assert totals["members"] == Member.objects.unscoped().registered().filter(restricted=False).count()


def test_what_is_directly_under_the_county_has_a_line_of_its_own(mixed, county, make_member):
    own = plant("中共云湖县直属机关支部委员会", "直属机关党支部", "631", county, 9)
    out(make_member(own))
    rows = Summary().table(edition(county)).rows
    assert [(row["label"], row["out"]) for row in rows] == [("马店镇", 3), ("青石镇", 1), ("云湖县直属", 1)]


def test_sums_are_formulas_with_their_value(mixed, county):
    book = openpyxl.load_workbook(io.BytesIO(sheets.write([Summary().table(edition(county, opened(county)))], {})))
    values = openpyxl.load_workbook(
        io.BytesIO(sheets.write([Summary().table(edition(county, opened(county)))], {})), data_only=True
    )
    page, read = book.active, values.active
    (sums,) = (row for row in page.iter_rows() if row[0].value == "合计")
    assert sums[3].value == "=SUM(D5:D6)"
    assert read[sums[3].coordinate].value == 4
    assert page["D5"].value == "=E5+F5+G5+H5+I5+J5"


def test_each_table_is_printed_on_one_sheet_with_its_signatures(mixed, county):
    tables = [*national.tables(edition(county), ""), Summary().table(edition(county))]
    for page in openpyxl.load_workbook(io.BytesIO(sheets.write(tables, {}))):
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert page.page_setup.fitToHeight in (None, 1), page.title  # 1 is what it is when nothing is said


def test_the_first_table_has_the_national_lines_and_columns(mixed, county):
    table = national.Mobile().table(edition(county))
    assert [row["label"].strip("　") for row in table.rows] == [
        "流出党员总数", "跨省（区、市）流动", "省（区、市）内跨市（地）流动", "持《流动党员活动证》",
        "外出流向：公有经济控制单位", "机关", "事业单位", "其中：人才（劳动）服务中心", "港澳台商投资企业", "外商投资企业",
        "外出流向：非公有经济控制单位", "民办非企业单位", "私营企业", "港澳台商投资企业", "外商投资企业",
        "外出流向：个体工商户", "外出流向：城市社区（居委会）", "外出流向：乡镇社区（居委会）", "外出流向：建制村",
        "外出流向：其他", "其中：不掌握流向",
    ]  # fmt: skip
    assert [column.label for column in table.columns[3:]] == [
        "公有经济企事业单位管理、专业技术人员", "工勤技能人员", "农牧渔民", "未就业高校毕业生", "中介组织从业人员", "执业律师",
        "会计师", "其他",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", [one.code for one in UNIT_KIND.items])
def test_what_was_stated_of_unit_and_former_work_counts(mixed, county, branch, make_member, kind):
    """Each kind of unit has lines of its own, and the words of the employer's name no longer decide."""
    stated = out(make_member(branch), employer="昆山市人民政府", unit_kind=kind, former_work="lawyer")
    found = national.Mobile()
    lines = unit_types.LINES[kind]
    assert set(lines) <= {line.key for line in found.lines(edition(county))}
    for line in lines:
        names = [one.member_id for one in found.behind(edition(county), line, "lawyer")]
        assert names == [stated.member_id]
    assert not found.behind(edition(county), "organ" if "organ" not in lines else "village", "lawyer")


def test_the_kinds_of_unit_add_up_to_everybody_who_is_out(mixed, county):
    """Each counts under one main kind, and within it under no more than that holds."""
    by_key = {row["key"]: row["total"] for row in national.Mobile().table(edition(county)).rows}
    main = ("public", "private", "individual", "community", "town_community", "village", "other")
    assert sum(by_key[key] for key in main) == by_key["all"] == 4
    assert by_key["organ"] + by_key["institution"] + by_key["public_hmt"] + by_key["public_foreign"] <= by_key["public"]
    assert by_key["talent"] <= by_key["institution"]
    assert by_key["unknown"] <= by_key["other"]


def test_the_second_table_counts_stations_and_doors_by_the_level_of_who_keeps_them(county, town, branch):
    street = plant("中共云湖县中关村街道工作委员会", "中关村街道党工委", "working", county, 8)
    kind = StationKind.objects.usual()
    for number, keeper in enumerate([county, county, town, branch, street], 1):
        one = Station.objects.create(
            name=f"{number}", number=number, path=f"9999{number:04d}", keeper=keeper, kind=kind
        )
    ServicePoint.objects.create(station=one, name="窗口", kind=kind)
    ServicePoint.objects.create(station=one, name="旧窗口", kind=kind, closed_on=NOW.date())
    Station.objects.create(name="旧站", number=9, path="99990009", keeper=county, kind=kind, closed_on=NOW.date())
    table = national.Supplement().table(edition(county))
    found = {row["label"].strip("　"): row["total"] for row in table.rows}
    assert list(found)[:8] == [
        "党员服务中心（站、点）", "省（区、市）级", "市（地）级", "县（市、区）级", "乡（镇）", "街道", "社区", "建制村",
    ]  # fmt: skip
    assert [number for label, number in found.items() if number] == [6, 2, 1, 2, 1]
    assert (found["街道"], found["建制村"]) == (2, 1), "中关村街道 is no village"
    assert national.Supplement().table(edition(town)).rows[0]["total"] == 2


def test_the_table_of_the_lost_has_the_national_lines_and_bands(mixed, county):
    table = national.Lost().table(edition(county))
    assert [row["label"] for row in table.rows] == [
        "总　　计", "建制村", "社区（居委会）", "机关", "事业单位", "公有经济控制企业", "非公有经济控制企业", "社会组织", "其他",
    ]  # fmt: skip
    assert [column.label for column in table.columns[2:]] == [
        "总数", "预备党员", "女", "少数民族",
        "35岁及以下", "36至45岁", "46至60岁", "61岁及以上",
        "1年以下", "1至5年", "6至10年", "11至20年", "21年及以上",
        "大专及以上", "中专、高中、中技", "初中及以下",
        "6个月以上不满1年", "1年至5年", "6年至10年", "11年及以上",
        "外出务工经商", "单位改制或破产", "毕业后去向不明", "工作单位改变", "出国（境）", "居住地改变", "其他",
    ]  # fmt: skip


def test_a_figure_that_contradicts_its_formula_is_an_error():
    heads = [Column("a", "甲"), Column("b", "乙"), Column("c", "丙", plus=("a", "b"))]
    with pytest.raises(Mismatch):
        sheets.write([Table("表", "表", heads, [{"a": 1, "b": 1, "c": 3}])], {})
    with pytest.raises(Mismatch):
        sheets.write([Table("表", "表", heads, [{"a": 1, "b": 1, "c": 2}], sums=True, expected={"a": 2})], {})


def test_restricted_people_are_in_no_table(mixed, county):
    one = edition(county, opened(county))
    assert len(one.book) == len(one.names) + 2  # at the opening and at the closing
    assert not any(stay.name == "何小明" and stay.is_out for stay in one.stays)
    note = changes.tables(one, "")[0].footers[0]
    assert "限制知悉的1人" in note


def test_a_town_holds_nobody_else(mixed, town, other_town, town_actor):
    one = edition(town, None, town_actor)
    assert {stay.path[:8] for stay in one.stays} == {town.path}
    assert edition(other_town, None, town_actor).stays == []


@pytest.mark.parametrize(
    ("born", "key"),
    [("1991-10-01", "age35"), ("1990-10-02", "age35"), ("1990-10-01", "age36-45"), ("1980-10-02", "age36-45"),
     ("1980-10-01", "age46-60"), ("1965-10-02", "age46-60"), ("1965-10-01", "age61")],
)  # fmt: skip
def test_age_bands(born, key):
    assert bands.age(dt.date.fromisoformat(born), dt.date(2026, 10, 1)) == key


@pytest.mark.parametrize(
    ("joined", "key"),
    [("2025-10-02", "party1"), ("2025-10-01", "party1-5"), ("2020-10-02", "party1-5"), ("2020-10-01", "party6-10"),
     ("2015-10-02", "party6-10"), ("2015-10-01", "party11-20"), ("2005-10-02", "party11-20"), ("2005-10-01", "party21")],
)  # fmt: skip
def test_party_age_bands(joined, key):
    assert bands.party_age(dt.date.fromisoformat(joined), dt.date(2026, 10, 1)) == key


@pytest.mark.parametrize(
    ("since", "key"),
    [("2026-04-02", ""), ("2026-04-01", "lost0"), ("2025-10-02", "lost0"), ("2025-10-01", "lost1"), ("2020-10-02", "lost1"),
     ("2020-10-01", "lost2"), ("2015-10-02", "lost2"), ("2015-10-01", "lost3")],
)  # fmt: skip
def test_lost_bands(since, key):
    assert bands.lost_for(PartialDate.from_iso(since), dt.date(2026, 10, 1)) == key


@given(st.dates(dt.date(1930, 1, 1), dt.date(2026, 10, 1)))
def test_everybody_who_is_born_is_in_one_band(day):
    assert sum(bands.age(day, dt.date(2026, 10, 1)) == one.key for one in bands.AGES) == 1


def test_schooling_is_the_whole_code_set():
    assert {bands.schooling(one.code) for one in EDUCATION.items} == {key for key, _label in bands.SCHOOLING}


def test_the_change_list_agrees_with_the_balance_sheet(mixed, county, branch, make_member):
    sweep = opened(county)
    home = mixed[0].journeys.get()
    Journey.objects.unscoped().filter(pk=home.pk).update(state="returned", ended_on="2026-10-02")
    out(make_member(branch, name="新人"), left_on="2026-10-03")
    figures, names = changes.tables(edition(county, sweep), "")
    figures.check()
    assert (figures.totals["opening"], figures.totals["came"], figures.totals["went"], figures.totals["closing"]) == (
        7,
        1,
        1,
        7,
    )
    assert [(row["name"], row["what"], row["why"]) for row in names.rows] == [
        ("新人", "增加", "新流出"),
        ("周0", "减少", "返乡"),
    ]


def test_a_closed_quarter_says_what_was_reported(mixed, county, town, foreign_branch, town_actor):
    """Where somebody was at the closing is what counts, whatever is learned later."""
    sweep = opened(county)
    returns._freeze(sweep)
    closed = NOW + dt.timedelta(days=20)
    type(sweep).objects.unscoped().filter(pk=sweep.pk).update(state="closed", closed_at=closed, closed_by="x|x")
    sweep.refresh_from_db()
    later = closed + dt.timedelta(days=5)
    journey = mixed[0].journeys.get()
    before = audit.snapshot(journey, ("state", "mobility", "region_code"))
    journey.state, journey.mobility, journey.region_code, journey.updated_at = "returned", "city", "370200", later
    journey.version += 1
    journey.save()
    audit.changed(journey, before, by=SYSTEM, now=later)
    out(mixed[5], at=later)
    moved = mixed[1].journeys.get()  # to another town, with the member
    Journey.objects.unscoped().filter(pk=moved.pk).update(home=foreign_branch, home_path=foreign_branch.path)
    one = Edition.of(county, sweep, SYSTEM, later)
    assert one.is_final
    (row,) = (row for row in Summary().table(one).rows if row["label"] == "马店镇")
    assert (row["out"], row["out_province"], row["out_city"]) == (3, 1, 1)
    totals = Summary().table(Edition.of(town, sweep, town_actor, later)).totals
    assert (totals["out"], totals["out_province"], totals["out_city"]) == (3, 1, 1), "the town says the same"
    assert "关闭排查时的上报数" in one.state_words


@pytest.mark.parametrize("seed", range(3))
def test_sums_are_the_lists_behind_them_whoever_asks(
    seed, county, town, other_town, branch, other_branch, foreign_branch, make_member, county_actor, town_actor
):
    """Random populations, three scopes: towns add up to the county, and each figure to its people."""
    chance = random.Random(seed)
    homes = [branch, other_branch, foreign_branch]
    for number in range(24):
        home = chance.choice(homes)
        kind = chance.choice(("out", "out", "out", "short", "guest", "lost", "hidden"))
        if kind == "guest":
            came(make_member, home, chance.choice(("", "中共江苏省某支部", "中共山东省青岛市某支部")))
            continue
        member = make_member(
            home, sex=chance.choice("12"), education=chance.choice(("21", "6", "8", "")), restricted=kind == "hidden",
            birth_date=chance.choice((None, f"{1950 + number}-03")),
        )  # fmt: skip
        if kind == "lost":
            lost(
                member,
                reason=chance.choice("1237"),
                state=chance.choice(("lost", "stopped")),
                since=chance.choice(("2026-05", "2015", None)),
            )
        else:
            mobility = chance.choice(("province", "city", "county", "town", "abroad", ""))
            left = "2026-09" if kind == "short" else "2023-05"
            out(
                member,
                left_on=left,
                mobility=mobility,
                certificate=chance.choice((True, False, None)),
                employer=chance.choice(("", "个体", "县第一中学")),
            )
    sweep = opened(county)
    whole = Summary().table(edition(county, sweep, county_actor)).totals
    parts = [
        Summary().table(edition(one, sweep, by)).totals for one, by in ((town, town_actor), (other_town, county_actor))
    ]
    for key in ("members", "out", "short", "in", "lost", "stopped", "closing", "asked"):
        assert whole[key] == sum(part[key] for part in parts), key
    for organisation, by in ((county, county_actor), (town, town_actor)):
        one = edition(organisation, sweep, by)
        for grid in (*national.ALL_GRIDS, Summary()):
            for (line, column), number in grid.counted(one).items():
                assert number == len(grid.behind(one, line, column)), (grid.key, line, column)
                assert all(person.path.startswith(organisation.path) for person in grid.behind(one, line, column))
