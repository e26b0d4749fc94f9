"""Known rows: the quick way gives what the slow way gives, to the last message, whatever has happened in between."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction

from branches.actions import organisations
from branches.models import RuleSetting
from core import clock
from core.actors import acting_as
from core.ledgers import ledger
from exchange.actions.applies import apply, undo
from exchange.actions.batches import receive
from exchange.actions.checks import check
from exchange.actions.learned import learn_value
from exchange.models import ImportBatch, ImportRow, KnownRows
from exchange.report import report_of, rows_of
from members.actions.journeys import edit_journey, end_journey
from members.actions.lost import open_lost
from members.actions.people import edit_member, move_member
from members.models import Evidence, Freshness, Journey, Member
from tests.conftest import next_identity

pytestmark = pytest.mark.django_db

HEAD = "序号,姓名,公民身份号码,所在党支部,流出时间,流出原因,流入地（省）,流入地（市）,流入地（县）,工作单位及职务,联系电话,联系人电话,党费交至,备注"
REGISTER = "序号,姓名,性别,公民身份号码,出生日期,人员类别,入党日期,所在党支部,手机号码,家庭住址"
NAMES = ("何建国", "何秀英", "何明", "吕海涛", "吕芳", "吕志强", "何桂兰", "吕玉梅")


class Town:
    """Eight people in two branches, their ledger as lines, taken in by the town."""

    def __init__(self, by: Any, town: Any) -> None:
        self.by, self.town = by, town
        self.numbers = [next_identity() for _ in NAMES]
        self.lines = [
            f"{at + 1},{name},{number},{name[0]}{'寨' if name[0] == '何' else '楼'}村党支部,20{10 + at}-0{at + 1}-15,务工,江苏省,苏州市,"
            f"昆山市,某厂,1990001{at:04d},1990002{at:04d},2026年{at + 1}月,"
            for at, (name, number) in enumerate(zip(NAMES, self.numbers, strict=True))
        ]
        self.lines[5] = self.lines[5].replace("务工", "搞副业")  # a word that is in no list: a warning
        self.lines[6] = (
            self.lines[6].replace("江苏省", "同上").replace("2016", "2026")
        )  # 同上, and away for a short time

    def take(
        self, lines: list[str] | None = None, *, head: str = HEAD, kind: str = "outflow", to_apply: bool = True
    ) -> ImportBatch:
        data = "\n".join([head, *(self.lines if lines is None else lines), ""]).encode()
        batch = receive(data=data, name="台账.csv", by=self.by, under=self.town, kind=kind)
        batch = check(batch=batch, by=self.by, data=data)
        return apply(batch=batch, by=self.by, mode="good_rows") if to_apply else batch


@pytest.fixture
def people(town_actor, town, branch, other_branch) -> Iterator[Town]:
    with acting_as(town_actor):
        found = Town(town_actor, town)
        lines = [
            f"{at + 1},{name},{'男' if int(number[16]) % 2 else '女'},{number},{number[6:10]}-{number[10:12]}-{number[12:14]},正式党员,"
            f"2005-07-01,{name[0]}{'寨' if name[0] == '何' else '楼'}村党支部,1990000{at:04d},云湖县马店镇"
            for at, (name, number) in enumerate(zip(NAMES, found.numbers, strict=True))
        ]
        assert found.take(lines, head=REGISTER, kind="members").counts["new"] == len(NAMES)
        found.register = lines
        yield found


def outcome(people: Town, lines: list[str], **more: Any) -> dict[str, Any]:
    """Everything that a check and an apply of these lines give, then taken back."""
    with transaction.atomic():
        checked = people.take(lines, to_apply=False, **more)
        found = {
            "checked": [
                report_of(checked),
                checked.terms,
                list(rows_of(checked)),
                [one["code"] for one in checked.notices],
            ]
        }
        unread = ImportRow.objects.unscoped().filter(batch=checked, same_as__isnull=False).count()
        applied = apply(batch=checked, by=people.by, mode="good_rows")
        found["applied"] = [applied.state, applied.counts, applied.terms, list(rows_of(applied))]
        found["versions"] = list(Member.objects.unscoped().order_by("pk").values_list("pk", "version"))
        found["journeys"] = list(
            Journey.objects.unscoped().order_by("member").values_list("member", "version", "destination_text")
        )
        evidence = Evidence.objects.unscoped().filter(batch=applied.public_id).order_by("member")
        found["evidence"] = list(evidence.values_list("member", "fields", "on", "source"))
        fresh = Freshness.objects.unscoped().order_by("member")
        found["fresh"] = [{key: value for key, value in one.items() if key != "id"} for one in fresh.values()]
        found["left"] = KnownRows.objects.unscoped().filter(batch=applied).exists()
        transaction.set_rollback(True)
    found["unread"] = unread
    return found


def same_both_ways(people: Town, lines: list[str] | None = None, **more: Any) -> int:
    """How many rows went the quick way."""
    lines = people.lines if lines is None else lines
    quick = outcome(people, lines, **more)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(ledger(more.get("kind", "outflow"))), "remembers", False)
        slow = outcome(people, lines, **more)
    assert (slow.pop("unread"), slow.pop("left")) == (0, False)
    unread: int = quick.pop("unread")
    assert quick.pop("left") == bool(unread) or not unread
    for one in (quick, slow):
        for report in (one["checked"][0],):
            report.pop("sha256", None)
    assert quick == slow
    return unread


PLAIN = 6  # of eight: one has a warning, one says 同上 and is a short absence


def test_the_same_file_again_is_hardly_read(people):
    people.take()
    assert same_both_ways(people) == PLAIN
    people.take()
    assert same_both_ways(people) == PLAIN, "known from the second import as from the first"


def test_the_register_too(people):
    more = {"head": REGISTER, "kind": "members"}
    assert same_both_ways(people, people.register, **more) == len(NAMES)


def test_rows_that_are_new_changed_moved_or_gone(people):
    people.take()
    lines = [one.replace("某厂", "某店") if at == 1 else one for at, one in enumerate(people.lines)]
    assert same_both_ways(people, lines) == PLAIN - 1
    assert same_both_ways(people, list(reversed(people.lines[:5]))) == 5, "another order, other numbers"
    assert same_both_ways(people, [one.replace(",某厂", ", 某厂") for one in people.lines]) == 0
    renumbered = [f"{at + 70}{one[one.index(',') :]}" for at, one in enumerate(people.lines)]
    assert same_both_ways(people, renumbered) == PLAIN, "the serial number says nothing of the person"


def test_a_person_twice_makes_everything_be_read(people):
    people.take()
    assert same_both_ways(people, [*people.lines, people.lines[0]]) == 0
    nameless = people.lines[0].replace(people.numbers[0], "").replace("何建国", "何建国")
    assert same_both_ways(people, [nameless, *people.lines]) == 0


def row_of(people: Town, at: int) -> Member:
    return Member.objects.visible_to(people.by).get(name=NAMES[at])


def edited(people: Town) -> None:
    member = row_of(people, 0)
    edit_member(member=member, values={"home_address": "云湖县青石镇"}, by=people.by)


def moved(people: Town) -> None:
    other = row_of(people, 3).home
    move_member(member=row_of(people, 0), to=other, by=people.by)


def ended(people: Town) -> None:
    journey = Journey.objects.visible_to(people.by).get(member=row_of(people, 0))
    end_journey(journey=journey, outcome="returned", on="2026-05", by=people.by)


def journey_edited(people: Town) -> None:
    journey = Journey.objects.visible_to(people.by).get(member=row_of(people, 0))
    edit_journey(journey=journey, values={"employer": "某校"}, by=people.by)


def lost(people: Town) -> None:
    open_lost(member=row_of(people, 0), values={"since": "2026-01"}, by=people.by)


@pytest.mark.parametrize("happened", [edited, moved, ended, journey_edited, lost])
def test_whose_record_has_changed_since_is_read(people, happened: Callable[[Town], None]):
    people.take()
    happened(people)
    assert same_both_ways(people) == PLAIN - 1


def learned(people: Town) -> None:
    batch = ImportBatch.objects.visible_to(people.by).latest("pk")
    learn_value(batch=batch, key="reason", text="务工", value="3", by=people.by)


def renamed(people: Town) -> None:
    home = row_of(people, 3).home
    organisations.rename(home, name=home.name.replace("吕楼", "新吕楼"), short_name="新吕楼村党支部", by=people.by)


def ruled(people: Town) -> None:
    RuleSetting.objects.create(
        organisation=people.town, key="mobile_min_months", value=24, starts_on="2020-01-01", set_by=people.by.ref,
        set_at=clock.now(),
    )  # fmt: skip


def undone(people: Town) -> None:
    undo(batch=ImportBatch.objects.visible_to(people.by).latest("pk"), by=people.by)


@pytest.mark.parametrize("happened", [learned, renamed, ruled, undone])
def test_everything_is_read_where_the_answer_depends_on_more(people, happened: Callable[[Town], None]):
    people.take()
    happened(people)
    assert same_both_ways(people) == 0


def test_another_day_and_another_year(people, monkeypatch):
    people.take()
    today = clock.today()
    monkeypatch.setattr(clock, "today", lambda: today + dt.timedelta(days=20) if today.month < 12 else today)
    assert same_both_ways(people) == PLAIN
    monkeypatch.setattr(clock, "today", lambda: today + dt.timedelta(days=400))
    assert same_both_ways(people) == 0, "two digits of a year might now say another one"
    monkeypatch.setattr(clock, "today", lambda: today - dt.timedelta(days=1))
    assert same_both_ways(people) == 0, "an earlier day than the one it was read for"


def test_a_record_that_changes_between_check_and_apply_is_read_then(people):
    people.take()
    checked = people.take(to_apply=False)
    assert ImportRow.objects.unscoped().filter(batch=checked, same_as__isnull=False).count() == PLAIN
    journey_edited(people)
    applied = apply(batch=checked, by=people.by, mode="good_rows")
    assert (applied.counts["changed"], applied.counts["unchanged"]) == (1, len(NAMES) - 1)
    assert Journey.objects.visible_to(people.by).get(member=row_of(people, 0)).employer == "某厂"


def test_taking_back_an_import_of_known_rows_withdraws_its_evidence_only(people):
    people.take()
    before = list(Freshness.objects.unscoped().order_by("member").values())
    again = people.take()
    assert Evidence.objects.unscoped().filter(batch=again.public_id).count() == len(NAMES)
    undo(batch=again, by=people.by)
    assert not Evidence.objects.unscoped().filter(batch=again.public_id).exists()
    assert list(Freshness.objects.unscoped().order_by("member").values()) == before
