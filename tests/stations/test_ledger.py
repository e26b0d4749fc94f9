"""The register of stations in and out: the sample file through the real engine, again and back; what its rows may say."""

import openpyxl
import pytest

from audit.models import Change
from core import clock
from core.actors import acting_as
from core.ledgers import ApplyContext, CheckContext
from exchange.actions.applies import apply as apply_batch
from exchange.actions.applies import undo
from exchange.actions.batches import receive
from exchange.actions.checks import check as check_batch
from exchange.enums import Mode
from exchange.export import producing
from exchange.models import Export
from exchange.parsing import RowParser
from files import actions as files
from stations.actions import parts, stations
from stations.ledgers import StationsLedger
from stations.models import ServiceLine, Station, StationPost
from tests.branches.sheets import TODAY, sheet_file

pytestmark = pytest.mark.django_db
NAME = "“云湖·红色驿站”驻青岛站"
LINE = [1, NAME, "山东省", "青岛市", "黄岛区", "黄岛区某路3号", "", "青岛云湖县商会", "2022-04-08", "余庆博", "19900476004",
        "余庆博", "邵花", "毛国国", 7, "工作日 9:00-17:30"]  # fmt: skip


def lines():
    sheet = openpyxl.load_workbook(sheet_file("07")).active
    return [list(cells) for cells in sheet.iter_rows(min_row=5, values_only=True) if isinstance(cells[0], int)]


def checked(by, *rows, batch="b1"):
    ledger = StationsLedger()
    parser = RowParser(
        ledger, {index: column.key for index, column in enumerate(ledger.columns)}, sheet="驿站", today=TODAY
    )
    found = [parser.parse(number, list(cells)) for number, cells in enumerate(rows, start=5)]
    ledger.check(found, CheckContext(by=by, today=TODAY, batch_id=batch))
    return found


def applied(by, rows, batch="b1"):
    return StationsLedger().apply(rows, ApplyContext(by=by, now=clock.now(), batch_id=batch, on=TODAY))


def changed(line, **cells):
    keys = [column.key for column in StationsLedger.columns]
    return [cells.get(key, cell) for key, cell in zip(keys, line, strict=False)]


@pytest.mark.once
def test_the_sample_register_comes_in_goes_out_comes_back_and_is_taken_back(county, mobile_branch, county_actor):
    with acting_as(county_actor):
        data = sheet_file("07").read_bytes()
        batch = check_batch(batch=receive(data=data, name="07.xlsx", by=county_actor), by=county_actor, data=data)
        assert (batch.kind, batch.counts["new"], batch.stopped_rows) == ("stations", 34, 0)
        batch = apply_batch(batch=batch, by=county_actor, mode=Mode.ALL)
        assert batch.terms == {"驿站": 34}
        assert [one.number for one in Station.objects.official()] == list(range(1, 35))
        beijing = Station.objects.official()[0]
        assert (beijing.core, beijing.place, beijing.reveal("phone")) == (mobile_branch, "北京市朝阳区", "19900548392")
        assert Station.objects.get(number=3).core_text == "中共云湖县驻青岛流动党员支部委员会"

        for form in ("xlsx", "csv"):
            wanted = Export.objects.create(
                kind="stations", organisation=county, path=county.path, full=True, purpose="报市里", owner=county_actor.id,
                requested_at=clock.now(), requested_by=county_actor.ref, format=form,
            )  # fmt: skip
            made = producing.produce(wanted, by=county_actor)
            again = files.read(files.find(made.file, county_actor), county_actor)
            second = check_batch(
                batch=receive(data=again, name=made.file_name, by=county_actor), by=county_actor, data=again
            )
            assert (second.kind, second.counts["rows"], second.counts["unchanged"]) == ("stations", 34, 34), form

        undo(batch=batch, by=county_actor)
        assert not Station.objects.exists()
        assert not StationPost.objects.visible_to(county_actor).exists()


def test_a_changed_row_says_what_changes_and_a_second_time_nothing(county_actor):
    assert applied(county_actor, checked(county_actor, LINE)).counts == {"new": 1}
    assert [row.outcome for row in checked(county_actor, LINE)] == ["unchanged"]
    (row,) = checked(county_actor, changed(LINE, head="邵花", hours="每天", line_talent="余庆博", core=""))
    assert {(one.key, one.before, one.after) for one in row.changes} == {
        ("head", "余庆博", "邵花"),
        ("hours", "工作日 9:00-17:30", "每天"),
        ("line_talent", "邵花", "余庆博"),
    }
    assert applied(county_actor, [row], "b2").counts == {"changed": 1}
    heads = StationPost.objects.visible_to(county_actor).order_by("pk")
    assert [(one.holder_name, one.ends_on) for one in heads] == [("余庆博", TODAY), ("邵花", None)]


def test_undo_puts_back_what_the_import_changed_and_leaves_what_was_touched_since(county_actor):
    applied(county_actor, checked(county_actor, LINE))
    applied(county_actor, checked(county_actor, changed(LINE, hours="每天", head="邵花")), "b2")
    station = Station.objects.get()
    parts.set_line_head(station=station, line="talent", head_name="何小明", by=county_actor)
    result = StationsLedger().restore("b2", county_actor, clock.now())
    assert (result.restored, result.kept) == (3, [])
    assert Station.objects.get().hours == "工作日 9:00-17:30"
    assert StationPost.objects.visible_to(county_actor).get().ends_on is None
    result = StationsLedger().restore("b1", county_actor, clock.now())
    assert len(result.kept) == 3, "station and post were written since, a line too"
    assert Station.objects.exists()


def test_a_station_that_somebody_works_at_is_not_taken_back(county_actor, make_clerk):
    applied(county_actor, checked(county_actor, LINE))
    make_clerk(Station.objects.get())
    result = StationsLedger().restore("b1", county_actor, clock.now())
    assert Station.objects.exists(), "its path may never become another's"
    assert "账号" in result.kept[0]


def test_set_based_writing_equals_the_single_actions(county, county_actor, make_station):
    applied(county_actor, checked(county_actor, LINE))
    by_ledger = Station.objects.get()
    other = stations.create(
        keeper=county, by=county_actor,
        values={
            "name": "另一个驿站", "region_code": "370211", "address": LINE[5], "host_unit": LINE[7],
            "opened_on": by_ledger.opened_on, "phone": LINE[10], "stated_members": 7, "hours": LINE[15],
        },
    )  # fmt: skip
    parts.appoint(station=other, values={"title": "head", "holder_name": "余庆博"}, by=county_actor)
    for line, name in (("return", "余庆博"), ("talent", "邵花"), ("invest", "毛国国")):
        parts.set_line_head(station=other, line=line, head_name=name, by=county_actor)

    def told(station):
        mine = [station, *StationPost.objects.visible_to(county_actor).filter(station=station)]
        mine += ServiceLine.objects.filter(station=station).order_by("line")
        found = []
        for one in mine:
            for change in Change.objects.unscoped().filter(object_id=one.public_id).order_by("version"):
                varying = ("name", "number", "phone", "station")
                found.append((change.version, {key: pair for key, pair in change.fields.items() if key not in varying}))
        return found

    assert told(by_ledger) == told(other)
    assert by_ledger.reveal("phone") == other.reveal("phone")


@pytest.mark.parametrize(
    ("cells", "outcome", "code"),
    [
        ({"name": ""}, "error", "name_missing"),
        ({"hours": "打 19900123456"}, "new", "number_in_text"),
        ({"core": "中共云湖县不存在的支部委员会"}, "new", "core_outside"),
        ({"phone": "12345"}, "new", "phone_invalid"),
        ({"place_city": "南京市"}, "new", "destination_unclear"),
        ({"host_unit": "长" * 81}, "error", "too_long"),
    ],
)
def test_what_is_wrong_with_a_row(county_actor, cells, outcome, code):
    (row,) = checked(county_actor, changed(LINE, **cells))
    assert (row.outcome, [message.code for message in row.messages]) == (outcome, [code])


def test_doubles_in_the_file_and_stations_that_are_not_ones_own(county_actor, town_actor):
    first, second = checked(county_actor, LINE, changed(LINE, name="“云湖·红色驿站” 驻青岛站"))
    assert (first.outcome, second.outcome, second.messages[0].code) == ("new", "error", "station_double")
    (row,) = checked(town_actor, LINE)
    assert (row.outcome, row.messages[0].code) == ("error", "out_of_scope")
    applied(county_actor, [first])
    (row,) = checked(town_actor, changed(LINE, hours="每天"))
    assert row.messages[0].code == "out_of_scope"


def test_a_station_that_was_changed_since_the_check_is_not_written(county_actor):
    applied(county_actor, checked(county_actor, LINE))
    rows = checked(county_actor, changed(LINE, hours="每天"))
    stations.edit(Station.objects.get(), values={"hours": "周末"}, by=county_actor)
    assert applied(county_actor, rows, "b2").stale == rows
    assert Station.objects.get().hours == "周末"
