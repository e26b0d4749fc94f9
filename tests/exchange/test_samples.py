"""The sample county through the command line: what every file must give, to the last row."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from accounts.actors import actor_for
from accounts.models import Grant, User
from branches.models import Organisation
from core import clock
from core.actors import SYSTEM, Actor, acting_as
from core.domain.cells import CellError
from core.ledgers import ledger
from exchange.actions.applies import apply
from exchange.actions.batches import receive
from exchange.actions.checks import check
from exchange.errorbook import error_book
from exchange.models import ImportBatch, ImportChunk, ImportRow
from exchange.reading import open_book
from exchange.report import report_of, rows_of
from members.models import Evidence, Journey, LostContact, Member
from stations import presence
from stations.models import Presence, Station
from tests.conftest import plant

LEDGERS = Path(settings.BASE_DIR) / "demo" / "ledgers"
COUNTS = json.loads((LEDGERS.parent / "counts.json").read_text("utf-8"))
TOWN_FILES = ("03", "04", "05", "06", "10", "11")


def sample(number: str) -> list[Path]:
    return sorted(path for path in LEDGERS.glob(f"{number}-*") if path.suffix != ".json")


def take(folder: Path, username: str, *files: Path, options: tuple[str, ...] = ()) -> tuple[int, list[dict[str, Any]]]:
    """Exit code and report of the command."""
    report = folder / "report.json"
    code = 0
    arguments = [*map(str, files), "--as", username, "--report", str(report), *options]
    try:
        call_command("import_ledger", *arguments, stdout=StringIO(), stderr=StringIO())
    except SystemExit as left:
        code = int(left.code or 0)
    return code, json.loads(report.read_text("utf-8"))


def town_of(path: Path) -> str:
    name = path.stem.removesuffix("-四季度").removesuffix("报送").rpartition("-")[2]
    towns = list(COUNTS["outflow_by_town"])
    return f"zhen{towns.index(name) + 1:02d}"


def account(username: str, organisation: Organisation, role: str) -> None:
    user = User.objects.create(username=username, name=username, organisation=organisation, password="!")
    Grant.objects.create(
        user=user,
        role=role,
        organisation=organisation,
        starts_on="2020-01-01",
        granted_by=SYSTEM.ref,
        granted_at=clock.now(),
    )


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The county as ``make run`` makes it, once for this module, in a transaction that is rolled back."""
    folder = tmp_path_factory.mktemp("reports")
    with django_db_blocker.unblock(), transaction.atomic():
        county = plant("中共云湖县委员会", "云湖县委", "local", None, 1)
        account("xian", county, "county")
        for number in ("01", "02"):
            code, report = take(folder, "xian", *sample(number), options=("--apply",))
            assert (code, report[0]["state"]) == (0, "applied"), report[0]["counts"]
        for town in COUNTS["outflow_by_town"]:
            organisation = Organisation.objects.get(short_name__startswith=town, parent=county)
            account(f"zhen{list(COUNTS['outflow_by_town']).index(town) + 1:02d}", organisation, "committee")
        for number in TOWN_FILES:
            for path in sample(number):
                code, report = take(folder, town_of(path), path, options=("--apply",))
                assert (code, report[0]["state"]) == (0, "applied"), (path.name, report[0]["counts"])
        yield folder
        transaction.set_rollback(True)


pytestmark = pytest.mark.django_db


def test_the_county_has_the_figures_that_are_promised(loaded: Path) -> None:
    members = Member.objects.visible_to(SYSTEM)
    assert Organisation.objects.count() == COUNTS["organisations"]
    assert members.filter(home__isnull=False).count() == COUNTS["members"]
    assert members.filter(home__isnull=True).count() == COUNTS["inflow"]
    assert Journey.objects.visible_to(SYSTEM).open().out().count() == COUNTS["outflow"]
    assert LostContact.objects.visible_to(SYSTEM).count() == COUNTS["lost_in_06"]
    for town, number in COUNTS["outflow_by_town"].items():
        path = Organisation.objects.get(short_name__startswith=town, kind__in=("611", "working")).path
        there = Journey.objects.visible_to(SYSTEM).open().out().filter(home_path__startswith=path)
        assert there.count() == number, town


@pytest.mark.parametrize("number", ["01", "02", *TOWN_FILES])
def test_the_same_file_again_has_nothing_to_do(loaded: Path, number: str) -> None:
    for path in sample(number):
        username = "xian" if number in ("01", "02") else town_of(path)
        code, report = take(loaded, username, path)
        counts = report[0]["counts"]
        assert code == 0
        assert counts["unchanged"] == counts["rows"] > 0, [row for row in report[0]["rows"] if row["changes"]][:2]
        assert "nothing_to_do" in {notice["code"] for notice in report[0]["notices"]}


def test_every_mistake_of_08_gets_its_outcome_and_code(loaded: Path) -> None:
    (path,) = sample("08")
    code, report = take(loaded, "zhen05", path)
    rows = {row["row"]: row for row in report[0]["rows"]}
    expected = json.loads((LEDGERS / "08-问题台账-白水镇.expected.json").read_text("utf-8"))
    assert code == 1
    assert set(rows) == {one["row"] for one in expected}
    for one in expected:
        row = rows[one["row"]]
        said = [(message["code"], message["column"]) for message in row["messages"] if message["level"] != "info"]
        usable = row["outcome"] in ("new", "changed", "unchanged")
        assert row["outcome"] == one["outcome"] if one["outcome"] in ("held", "error") else usable, one["why"]
        assert said == ([(one["code"], one["column"])] if one["code"] else []), one["why"]
    batch = ImportBatch.objects.visible_to(SYSTEM).order_by("pk").last()
    mended = openpyxl.load_workbook(io.BytesIO(error_book(batch)))
    assert mended.worksheets[-1]["A1"].value == "第 25 行与第 4 行是同一个人，没有放进来。"
    wrong = [one for one in expected if one["outcome"] != "ok" and one["code"] != "duplicate_in_file"]
    assert mended.worksheets[0].max_row == 3 + len(wrong)


def test_the_next_edition_changes_adds_and_never_deletes(loaded: Path) -> None:
    (path,) = sample("09")
    before = Journey.objects.visible_to(SYSTEM).open().out().count()
    take(loaded, "zhen02", path)
    waiting = ImportBatch.objects.visible_to(SYSTEM).order_by("pk").last()
    code, report = take(loaded, "zhen02", path, options=("--apply",))
    counts = report[0]["counts"]
    assert (code, report[0]["state"]) == (0, "applied")
    assert (counts["changed"], counts["new"]) == (COUNTS["changed_in_09"], COUNTS["new_in_09"])
    assert Journey.objects.visible_to(SYSTEM).open().out().count() == before + 1
    assert waiting is not None
    with acting_as(actor_for(User.objects.get(username="zhen02"), clock.today())) as town:
        second = apply(batch=waiting, by=town)
    assert (second.counts["unchanged"], second.counts["new"]) == (30, 0), "the later of two equal imports finds it done"
    assert Journey.objects.visible_to(SYSTEM).open().out().count() == before + 1
    _, older = take(loaded, "zhen02", *sample("03"))
    assert "older_edition" in {notice["code"] for notice in older[0]["notices"]}


def test_the_register_of_stations_comes_in_and_its_people_are_worked_out(loaded: Path) -> None:
    code, report = take(loaded, "xian", *sample("07"), options=("--apply", "--kind", "stations"))
    assert (code, report[0]["state"], report[0]["counts"]["new"]) == (0, "applied", COUNTS["stations"])
    assert Station.objects.open().count() == COUNTS["stations"]
    people = Presence.objects.visible_to(SYSTEM)
    away = Journey.objects.visible_to(SYSTEM).under_way().out()
    assert people.filter(station__number=1).count() == away.filter(region_code__startswith="11").count() > 0
    assert presence.refresh_all() == 0


@pytest.mark.parametrize(
    ("number", "refusal"),
    [("14", "no_people"), ("18", "kind_not_available"), ("19", "no_people")],
)
def test_ledgers_that_cannot_be_taken_say_why(loaded: Path, number: str, refusal: str) -> None:
    code, report = take(loaded, "xian", *sample(number), options=("--apply",))
    assert code == 2
    assert (report[0]["state"], report[0]["refusal"]["code"], report[0]["rows"]) == ("refused", refusal, [])


def test_a_village_book_of_many_hands_gives_its_people(loaded: Path) -> None:
    (path,) = sample("15")
    code, report = take(loaded, "zhen10", path)
    counts = report[0]["counts"]
    assert code == 0
    assert counts["rows"] == counts["changed"] + counts["unchanged"] == COUNTS["people_in_15"]
    why = [one["why"] for sheet in report[0]["sheets"] for one in sheet["skipped"]]
    assert {"subtotal", "no_people"} == set(why)
    infos = {message["code"] for row in report[0]["rows"] for message in row["messages"]}
    assert {"ditto", "marked_row"} <= infos


def test_the_national_export_and_the_lost_tables(loaded: Path) -> None:
    _, national = take(loaded, "zhen07", *sample("12"))
    assert national[0]["kind"] == "members"
    assert national[0]["counts"]["rows"] == COUNTS["members_in_12"]
    assert national[0]["counts"]["new"] + national[0]["counts"]["held"] == COUNTS["unknown_in_12"]
    _, lost = take(loaded, "xian", *sample("13"))
    assert (lost[0]["kind"], lost[0]["counts"]["error"], lost[0]["counts"]["held"]) == ("lost", 0, 0)
    assert lost[0]["counts"]["rows"] == COUNTS["still_lost_in_13"] + COUNTS["found_in_13"]


def test_a_zip_gives_a_report_for_each_file_and_names_the_two_editions(loaded: Path) -> None:
    code, report = take(loaded, "zhen01", *sample("17"))
    assert code == 0
    assert [one["file"] for one in report] == ["城关镇流出台账(1).xlsx", "城关镇流出台账-最终版.xlsx"]
    assert "two_editions" in {notice["code"] for notice in report[1]["notices"]}


def test_the_report_shows_no_whole_number(loaded: Path) -> None:
    _, report = take(loaded, "zhen02", *sample("03"))
    values = report[0]["rows"][0]["values"]
    assert values["id_number"] == "379981********1517"
    assert values["phone"] == "199****9300"
    assert values["left_on"] == "2021-09-28"
    assert values["dues_paid_to"] == "2026-03"
    assert not any(number in json.dumps(report) for number in ("379981193206181517", "19900389300"))


def test_staged_rows_rest_sealed(loaded: Path) -> None:
    batch = ImportBatch.objects.visible_to(SYSTEM).filter(kind="outflow").first()
    chunk = ImportChunk.objects.visible_to(SYSTEM).filter(batch=batch).first()
    assert chunk is not None
    assert len(chunk.blob) > 1000
    assert b"379981" not in bytes(chunk.blob)
    assert "党支部".encode() not in bytes(chunk.blob)


def test_nothing_is_written_without_apply_and_a_stranger_town_reaches_nothing(loaded: Path) -> None:
    people = Member.objects.visible_to(SYSTEM).count()
    code, report = take(loaded, "zhen01", *sample("03"), options=("--apply",))
    assert code == 1
    assert report[0]["state"] == "checked"
    assert {message["code"] for row in report[0]["rows"] for message in row["messages"]} == {"branch_out_of_scope"}
    assert Member.objects.visible_to(SYSTEM).count() == people


# -- known rows over the sample ledgers ------------------------------------------------------------
# Whatever cells are edited in whichever file, exactly these rows are read again, and the quick way gives what the slow way gives.

FILES = [path for number in ("02", "03", "05", "06", "10", "11") for path in sample(number)]
HELD = frozenset({"serial", "identity"})  # the number says who it is; the serial says nothing
Cells = dict[tuple[int, int], list[Any]]  # (sheet, row number) -> cells
edits = st.lists(
    st.tuples(
        st.integers(0, 10_000),
        st.integers(0, 50),
        st.sampled_from(["某店", "2019年3月", "19900999001", "苏州市", "随迁", "无", "是", "王某某"]),
    ),
    min_size=1,
    max_size=4,
)


def as_read(data: bytes, name: str) -> tuple[list[tuple[str, bool]], Cells]:
    with open_book(data, name) as book:
        cells = {
            (index, row.number): list(row.cells)
            for index in range(len(book.sheets))
            for chunk in book.rows(index)
            for row in chunk
        }
        return [(sheet.name, sheet.hidden) for sheet in book.sheets], cells


def written(sheets: list[tuple[str, bool]], cells: Cells) -> bytes:
    """A workbook of these cells. Looks and merged ranges are gone: rows that depended on them are others, both ways."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for index, (name, hidden) in enumerate(sheets):
        sheet = book.create_sheet(name or "台账")
        sheet.sheet_state = "hidden" if hidden else "visible"
        for (at, number), row in cells.items():
            for column, cell in enumerate(row, 1) if at == index else ():
                if cell is not None:
                    sheet.cell(number, column, cell.text if isinstance(cell, CellError) else cell)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def outcome(data: bytes, name: str, by: Actor, kind: str) -> tuple[dict[str, Any], set[tuple[int, int]], ImportBatch]:
    """All that a check and an apply give; the rows that were not read again; then it is taken back."""
    with transaction.atomic(), acting_as(by):
        batch = check(batch=receive(data=data, name=f"{name}.xlsx", by=by, kind=kind), by=by, data=data)
        unread = ImportRow.objects.unscoped().filter(batch=batch, same_as__isnull=False)
        known = set(unread.values_list("sheet", "number"))
        found: dict[str, Any] = {"checked": [report_of(batch), batch.terms, list(rows_of(batch))]}
        checked = batch
        batch = apply(batch=batch, by=by, mode="good_rows")
        found["applied"] = [batch.counts, batch.terms, list(rows_of(batch))]
        found["versions"] = list(Member.objects.unscoped().order_by("pk").values_list("pk", "version"))
        found["journeys"] = list(Journey.objects.unscoped().order_by("member").values_list("member", "version"))
        proofs = Evidence.objects.unscoped().filter(batch=batch.public_id).order_by("member")
        found["evidence"] = list(proofs.values_list("member", "fields", "on", "source"))
        transaction.set_rollback(True)
    return found, known, checked


@hypothesis(
    deadline=None,
    max_examples=max(hypothesis.default.max_examples // 5, 1),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(path=st.sampled_from(FILES), changes=edits)
def test_exactly_the_edited_rows_are_read_again(loaded: Path, path: Path, changes: list[tuple[int, int, str]]) -> None:
    username = "xian" if path.name.startswith("02") else town_of(path)
    by = actor_for(User.objects.get(username=username), clock.today())
    kind = "members" if username == "xian" else "outflow"
    sheets, cells = as_read(path.read_bytes(), path.name)
    with acting_as(by):
        plain = written(sheets, cells)
    _found, known, batch = outcome(plain, path.stem, by, kind)
    assert bool(known) != path.name.startswith("06"), "the old system pads its numbers: its rows are always read"
    open_to_edit = {
        (sheet["index"], column)
        for sheet in batch.sheets
        for column, _heading, key in sheet["columns"]
        if key not in HELD
    }
    edited: dict[tuple[int, int], list[Any]] = {at: list(row) for at, row in cells.items()}
    rows = sorted(known) or sorted(cells)[-5:]
    for row, column, text in changes:
        at = rows[row % len(rows)]
        mapped = sorted(index for sheet, index in open_to_edit if sheet == at[0])
        index = mapped[column % len(mapped)]
        edited[at] += [None] * (index + 1 - len(edited[at]))
        edited[at][index] = text
    touched = {at for at, row in edited.items() if row != cells[at]}

    data = written(sheets, edited)
    quick, unread, _batch = outcome(data, path.stem, by, kind)
    assert unread == known - touched
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(ledger(kind)), "remembers", False)
        slow, read_all, _batch = outcome(data, path.stem, by, kind)
    assert not read_all
    assert quick == slow
