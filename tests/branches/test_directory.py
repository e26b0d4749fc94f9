"""Every way in which the sample files name an organisation finds it."""

import csv
import io

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from accounts.actors import actor_for
from branches.actions import organisations
from branches.directory import Directory, Found
from branches.models import Organisation
from core import clock
from tests.branches.sheets import apply, check, register_lines, rows_of, sheet_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def register(county, county_actor):
    apply(check(rows_of(register_lines()), county_actor), county_actor)


def town_directory(place, make_user):
    town = Organisation.objects.get(name__contains=place, parent__parent__isnull=True, parent__isnull=False)
    return Directory(actor_for(make_user(town, "committee"), clock.today())), town


def names_found(directory, texts, town):
    matches = {text: directory.find_branch(text, town.path) for text in texts}
    assert {text for text, match in matches.items() if not match} == set()
    return {text: directory.nodes[match.organisation_id] for text, match in matches.items()}


def test_sheets_titles_and_lines_of_05(register, make_user):
    directory, town = town_directory("青石镇", make_user)
    for sheet in openpyxl.load_workbook(sheet_file("05")):
        line = sheet.cell(2, 1).value.partition("：")[2]
        found = names_found(directory, [sheet.title, line], town)
        assert len({node.id for node in found.values()}) == 1
        assert all(node.is_branch for node in found.values())


def test_columns_of_06_and_10(register, make_user):
    directory, town = town_directory("大营镇", make_user)
    lines = csv.DictReader(io.StringIO(sheet_file("06").read_bytes().decode("gb18030")))
    found = names_found(directory, {line["所属支部"] for line in lines}, town)
    assert len(found) > 3
    assert all(node.is_branch and node.path.startswith(town.path) for node in found.values())

    directory, town = town_directory("马店镇", make_user)
    rows = CalamineWorkbook.from_path(str(sheet_file("10"))).get_sheet_by_index(0).to_python()[2:]
    found = names_found(directory, {row[3] for row in rows if row[3]}, town)
    assert "吕楼村第一党支部" in found
    assert all(node.is_branch for node in found.values())


def test_villages_and_sheet_names_of_15(register, make_user):
    directory, town = town_directory("三里乡", make_user)
    for sheet in openpyxl.load_workbook(sheet_file("15")):
        village = sheet.title + "村"
        found = names_found(directory, [sheet.title, village, f"三里乡{village}"], town)
        assert len({node.id for node in found.values()}) == 1


def test_units_that_report(register, make_user, county_actor):
    directory = Directory(county_actor)
    for number in ("01", "02", "03", "04", "08", "09", "13", "14", "18", "19"):
        cells = [
            cell.value for row in openpyxl.load_workbook(sheet_file(number)).active.iter_rows(max_row=3) for cell in row
        ]
        (line,) = [cell for cell in cells if isinstance(cell, str) and cell.startswith("填报单位")]
        match = directory.find(line.partition("：")[2])
        assert match.state is Found.ONE, line


def test_whole_names_of_02(register, county_actor):
    directory = Directory(county_actor)
    sheet = openpyxl.load_workbook(sheet_file("02"), read_only=True).active
    rows = list(sheet.iter_rows(values_only=True))
    head = next(row for row in rows if row and "所在党支部" in [str(cell) for cell in row])
    column = [str(cell) for cell in head].index("所在党支部")
    names = {row[column] for row in rows[rows.index(head) + 1 :] if row[column]}
    assert len(names) > 150
    assert [name for name in names if not directory.find_branch(name)] == []


def test_the_nearest_of_several_and_what_is_not_yours(town, other_town, branch, town_actor, county_actor):
    twin = organisations.create(parent=other_town, name="中共云湖县青石镇何寨村支部委员会", kind="631", by=county_actor)
    county_sees, town_sees = Directory(county_actor), Directory(town_actor)
    assert county_sees.find("何寨村党支部").state is Found.AMBIGUOUS
    assert county_sees.find("何寨村", within=other_town.path).organisation_id == twin.pk
    assert town_sees.find("何寨村").organisation_id == branch.pk
    assert town_sees.find("青石镇何寨村").state is Found.OUT_OF_SCOPE
    assert town_sees.find("天边村党支部").state is Found.UNKNOWN
    assert not town_sees.find("")


def test_a_code_beats_a_name_and_a_closed_one_is_gone(town, branch, other_branch, county_actor):
    organisations.edit(other_branch, values={"code": "379981000001"}, by=county_actor)
    assert Directory(county_actor).find("379981000001").organisation_id == other_branch.pk
    organisations.close(other_branch, by=county_actor)
    assert Directory(county_actor).find("吕楼村").state is Found.UNKNOWN


def test_a_place_and_a_general_branch_stand_for_their_only_branch(town, county_actor):
    village = organisations.create(parent=town, name="大堂村", kind="village", by=county_actor)
    first = organisations.create(
        parent=village, name="中共云湖县马店镇大堂村第一支部委员会", kind="631", by=county_actor
    )
    assert Directory(county_actor).find("大堂村").organisation_id == first.pk
    organisations.create(parent=village, name="中共云湖县马店镇大堂村第二支部委员会", kind="631", by=county_actor)
    match = Directory(county_actor).find("大堂村")
    assert (match.state, len(match.ids)) == (Found.AMBIGUOUS, 2)

    general = organisations.create(parent=town, name="中共云湖县马店镇田村总支部委员会", kind="621", by=county_actor)
    only = organisations.create(parent=general, name="中共云湖县马店镇田村第一支部委员会", kind="631", by=county_actor)
    directory = Directory(county_actor)
    assert directory.find("田村党总支").organisation_id == general.pk
    assert directory.find_branch("田村").organisation_id == only.pk


def test_once_read_it_asks_the_database_no_more(register, county_actor, django_assert_num_queries):
    directory = Directory(county_actor)
    directory.find_branch("没有的支部")
    names = [line[1] for line in register_lines()] + ["没有的支部"]
    with django_assert_num_queries(0):
        assert sum(directory.find_branch(name).state is Found.UNKNOWN for name in names) == 1
