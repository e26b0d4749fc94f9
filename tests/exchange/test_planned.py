"""What the check has planned is written as it is: the same as planning every row once more, and only while that would say the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from audit.models import Change
from core import clock
from exchange import planned
from exchange.actions.applies import apply
from exchange.actions.rows import correct_cell
from exchange.models import ImportChunk, ImportRow, KnownRows
from exchange.report import rows_of
from members.ledgers.people import PeopleLedger
from members.ledgers.records import contact_phone_of
from members.models import Evidence, Freshness, Journey, LostContact, Member
from tests.conftest import next_identity
from tests.exchange.town import (
    HEAD,
    NAMES,
    REGISTER,
    Town,
    edited,
    ended,
    journey_edited,
    learned,
    lost,
    moved,
    renamed,
    row_of,
    ruled,
)

pytestmark = pytest.mark.django_db

Happening = Callable[[Town], None]
SEALED = {"phone", "contact_phone", "identity", "other_phones"}
APART = {"id", "public_id", "created_at", "updated_at", *SEALED}


@pytest.fixture(autouse=True)
def again(monkeypatch) -> list[int]:
    """The numbers of the rows that were planned a second time."""
    numbers: list[int] = []
    slow = PeopleLedger._plan_again

    def noted(self: PeopleLedger, row: Any, *rest: Any) -> Any:
        numbers.append(row.number)
        return slow(self, row, *rest)

    monkeypatch.setattr(PeopleLedger, "_plan_again", noted)
    return numbers


def written(people: Town, lines: list[str], happened: Happening | None, **more: Any) -> dict[str, Any]:
    """Everything that applying these lines leaves, then taken back."""
    with transaction.atomic():
        checked = people.take(lines, to_apply=False, **more)
        if happened is not None:
            happened(people)
        last = Change.objects.unscoped().order_by("pk").values_list("pk", flat=True).last() or 0
        applied = apply(batch=checked, by=people.by, mode="good_rows")
        found: dict[str, Any] = {"batch": [applied.state, applied.counts, applied.terms, list(rows_of(applied))]}
        for model in (Member, Journey, LostContact):
            rows = model.objects.unscoped().order_by("pk").values()
            found[model.__name__] = [{key: value for key, value in row.items() if key not in APART} for row in rows]
        stays = Journey.objects.unscoped().order_by("pk").values("contact_phone", "public_id")
        found["contacts"] = [contact_phone_of(stay) for stay in stays]
        changes = Change.objects.unscoped().filter(pk__gt=last).order_by("object_type", "version", "pk")
        found["history"] = [
            (
                one.object_type,
                one.version,
                one.source,
                sorted(one.fields),
                [one.fields[key] for key in sorted({*one.fields} - SEALED)],
            )
            for one in changes
        ]
        proofs = Evidence.objects.unscoped().filter(batch=applied.public_id).order_by("member")
        found["evidence"] = list(proofs.values_list("fields", "on", "source"))
        fresh = Freshness.objects.unscoped().order_by("member").values()
        found["fresh"] = [{key: value for key, value in one.items() if key != "member_id"} for one in fresh]
        kept = KnownRows.objects.unscoped().filter(batch=applied).values_list("rows", flat=True)
        found["known"] = sorted((one.split("|")[0], one.split("|")[5:]) for rows in kept for one in rows)
        assert not ImportChunk.objects.unscoped().filter(batch=applied).exclude(plans=b"").exists()
        transaction.set_rollback(True)
    return found


def same_both_ways(
    people: Town, again: list[int], lines: list[str], happened: Happening | None = None, **more: Any
) -> int:
    """How many rows were planned again, though they need not have been opened."""
    again.clear()
    quick = written(people, lines, happened, **more)
    planned_again = len(again)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planned, "opened", lambda *_: {})
        slow = written(people, lines, happened, **more)
    assert quick == slow
    return planned_again


def other_cells(people: Town) -> list[str]:
    lines = list(people.lines)
    lines[0] = lines[0].replace("某厂", "某店").replace("19900010000", "19900019999")
    lines[1] = lines[1].replace("19900020001", "清空").replace("2026年2月", "2026年5月")
    lines[2] = lines[2].replace("江苏省,苏州市,昆山市", "浙江省,杭州市,余杭区")
    lines[3] = lines[3].replace("19900010003", "19900010003、19900018888")
    return lines


def test_new_journeys_changed_cells_and_nothing_new(people, again):
    assert same_both_ways(people, again, people.lines) == 0
    people.take()
    assert same_both_ways(people, again, other_cells(people)) == 0


def test_the_register_plans_new_people_from_their_rows(people, again):
    changed = [one.replace("马店镇", "青石镇") if at % 2 else one for at, one in enumerate(people.register)]
    assert same_both_ways(people, again, changed, head=REGISTER, kind="members") == 0
    newcomer = people.register[0].replace(people.numbers[0], next_identity()).replace("何建国", "何新国")
    assert same_both_ways(people, again, [newcomer, *changed], head=REGISTER, kind="members") == 1


def test_whoever_is_lost_is_planned_again(people, again):
    head = f"{HEAD},是否失联,失联时间"
    lines = [f"{one},{'是,2026-01' if at == 2 else '否,'}" for at, one in enumerate(people.lines)]
    assert same_both_ways(people, again, lines, head=head) == 1


@pytest.mark.parametrize("happened", [edited, moved, ended, journey_edited, lost])
def test_a_record_that_has_moved_is_compared_afresh(people, again, happened: Happening):
    people.take()
    same_both_ways(people, again, other_cells(people), happened)


@pytest.mark.parametrize(("happened", "all_again"), [(renamed, True), (ruled, True), (learned, False)])
def test_what_a_plan_was_made_by(people, again, happened: Happening, all_again: bool):
    """A word that was learned says how cells are read: what was read stands in the row."""
    same = same_both_ways(people, again, people.lines, happened)
    assert same == (len(NAMES) if all_again else 0)


def test_another_day(people, again, monkeypatch):
    today = clock.today()

    def tomorrow(_people: Town) -> None:
        monkeypatch.setattr(clock, "today", lambda: today + dt.timedelta(days=1))

    same = same_both_ways(people, again, people.lines, tomorrow)
    assert same == len(NAMES)


def test_whoever_applies_it_the_rights_are_those_of_the_files_organisation(people, again, county_actor):
    again.clear()
    checked = people.take(to_apply=False)
    apply(batch=checked, by=county_actor, mode="good_rows")
    assert again == []
    assert Journey.objects.unscoped().count() == len(NAMES)


def test_a_mended_row_has_lost_its_plan(people, again):
    again.clear()
    checked = people.take(to_apply=False)
    row = ImportRow.objects.unscoped().filter(batch=checked).order_by("number")[3]
    correct_cell(batch=checked, row=row, key="employer", text="某校", by=people.by)
    apply(batch=checked, by=people.by, mode="good_rows")
    assert again == [row.number]
    assert Journey.objects.unscoped().get(member=row_of(people, 3)).employer == "某校"
