"""Known rows: the quick way gives what the slow way gives, to the last message, whatever has happened in between."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from core import clock
from core.ledgers import ledger
from exchange import checking, staging
from exchange.actions import applies
from exchange.actions.applies import apply, undo
from exchange.models import ImportRow, KnownRows
from exchange.report import report_of, rows_of
from members.models import Evidence, Freshness, Journey, Member
from tests.exchange.town import (
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
    undone,
)

pytestmark = pytest.mark.django_db


def outcome(people: Town, lines: list[str], **more: Any) -> dict[str, Any]:
    """Everything that a check and an apply of these lines give, then taken back."""
    with transaction.atomic():
        checked = people.take(lines, to_apply=False, **more)
        found = {
            "checked": [
                report_of(checked),
                checked.terms,
                checked.digest,
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


@pytest.mark.parametrize("chunk", [1, 2, 3])
def test_however_many_rows_are_in_hand_at_a_time(people, monkeypatch, chunk: int):
    """Known rows pass in larger lots than those that are read, and everything keeps the file's order."""
    people.take()
    monkeypatch.setattr(checking, "CHUNK", chunk)
    monkeypatch.setattr(staging, "CHUNK", chunk)
    for lot in (1, 5):
        monkeypatch.setattr(applies, "LOT", lot)
        lines = [one.replace("某厂", "某店") if at % 3 == 1 else one for at, one in enumerate(people.lines)]
        assert same_both_ways(people, lines) == 3


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


@pytest.mark.parametrize("happened", [edited, moved, ended, journey_edited, lost])
def test_whose_record_has_changed_since_is_read(people, happened: Callable[[Town], None]):
    people.take()
    happened(people)
    assert same_both_ways(people) == PLAIN - 1


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
