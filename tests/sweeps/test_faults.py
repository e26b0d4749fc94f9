"""What may go wrong while a sweep opens or the monitor runs, each with a twin without the protection, which must show it."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import F, Q
from django.utils import timezone

from branches.models import Organisation
from core import bulk, hooks
from core.actors import Actor
from core.errors import Blocked, UserError
from members.actions.people import move_member
from members.models import Evidence, Journey
from sweeps.actions import answering, opening
from sweeps.actions.answering import Given
from sweeps.models import Item, Return, Sweep
from tests.installation import Installation
from tests.sweeps.quarter import FRESH, LATER, NOW, item, opened

NOTHING = {"returns": 0, "items": 0, "names": 0}
ALL = {"returns": 5, "items": 36, "names": 33}  # of the 36, three are searched for and on no journey


def trials(sample_county: Installation, folder: Path, step: str) -> Any:
    """What was found when the step was killed before each of its writes: with the protection, and without."""
    folder.mkdir()
    for file in sample_county.var.iterdir():
        if file.name == "secret-key" or file.name.startswith("keys"):
            shutil.copyfile(file, folder / file.name)
    shutil.copyfile(sample_county.var / "empty.sqlite3", folder / "portal.sqlite3")
    return json.loads(Installation(folder, demo=False).python("-m", "tests.sweeps.live", step))


@pytest.mark.once
@pytest.mark.slow
def test_opening_killed_at_any_write_is_all_or_nothing(sample_county: Installation, tmp_path: Path) -> None:
    protected, bare = trials(sample_county, tmp_path / "var", "open")
    assert len(protected) > 4
    for trial in protected:
        assert _asked(trial["after"]) == (NOTHING if trial["killed"] else ALL)
        assert _asked(trial["again"]) == ALL
        assert trial["again"]["sweeps"] == ["open"]
    assert any(_asked(trial["after"]) not in (NOTHING, ALL) for trial in bare)
    assert all(
        _asked(trial["again"]) == ALL for trial in bare
    )  # what is there is passed over: it can be repeated even so


def _asked(state: dict[str, Any]) -> dict[str, int]:
    return {name: state[name] for name in NOTHING}


@pytest.mark.once
@pytest.mark.slow
def test_the_monitor_killed_at_any_write_is_all_or_nothing(sample_county: Installation, tmp_path: Path) -> None:
    protected, bare = trials(sample_county, tmp_path / "var", "monitor")
    expected = protected[-1]["after"]["todos"]
    assert expected
    for trial in protected:
        after, again = trial["after"], trial["again"]
        assert (after["todos"], after["runs"]) == ((0, 0) if trial["killed"] else (expected, 1))
        assert (again["todos"], again["runs"]) == (expected, 1)
    assert any(trial["after"]["todos"] and not trial["after"]["runs"] for trial in bare)


# -- the calendar -------------------------------------------------------------------------------


def quarters(*moments: str) -> list[str]:
    """The sweeps there are after the clock has ticked at these moments, in the order in which they were opened."""
    for moment in moments:
        opening.open_due(timezone.make_aware(dt.datetime.fromisoformat(moment)))
    return list(Sweep.objects.unscoped().order_by("pk").values_list("quarter", flat=True))


FORTH = ("2026-09-30T23:59", "2026-10-01T00:00")
LEAP = (
    "2028-02-28T23:59",
    "2028-02-29T00:00",
    "2028-02-29T23:59",
    "2028-03-01T00:00",
    "2028-03-31T23:59",
    "2028-04-01T00:00",
)


@pytest.mark.parametrize(
    ("moments", "expected"),
    [
        (FORTH, ["2026Q3", "2026Q4"]),
        (FORTH[::-1], ["2026Q4"]),
        ((*FORTH, *FORTH[::-1], *FORTH), ["2026Q3", "2026Q4"]),
        (LEAP, ["2028Q1", "2028Q2"]),
        (LEAP[::-1], ["2028Q2"]),
    ],
)
def test_the_clock_goes_across_the_end_of_a_quarter(
    county: Organisation, moments: tuple[str, ...], expected: list[str]
) -> None:
    assert quarters(*moments) == expected


def test_without_the_look_back_a_clock_set_back_opens_a_quarter_that_is_over(
    county: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "blockers_to_open", lambda *_: [])
    assert quarters(*FORTH[::-1]) == ["2026Q4", "2026Q3"]


def test_by_another_calendar_than_ours_the_quarter_would_begin_late(
    county: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening.timezone, "localdate", lambda now: now.astimezone(dt.UTC).date())
    assert quarters(FORTH[1]) == ["2026Q3"]


# -- meanwhile ----------------------------------------------------------------------------------


@pytest.mark.parametrize("protected", [True, False])
def test_no_answer_gets_into_a_return_that_was_handed_in_meanwhile(
    away: Any, county: Organisation, branch: Organisation, secretary_actor: Actor, monkeypatch: pytest.MonkeyPatch,
    protected: bool,
) -> None:  # fmt: skip
    member = away(branch, **{**FRESH, "phone": 91})
    sweep = opened(county)
    learn = answering._learn

    def handed_in(*args: Any) -> Any:
        Return.objects.unscoped().filter(sweep=sweep, organisation=branch).update(
            state="submitted", submitted_at=LATER, submitted_by=secretary_actor.ref
        )
        return learn(*args)

    monkeypatch.setattr(answering, "_learn", handed_in)
    if not protected:
        monkeypatch.setattr(answering, "in_editable_return", lambda _of: Q())
    with nullcontext() if not protected else pytest.raises(Blocked, match="刚才这份报表已经上报"):
        answering.answer(sweep=sweep, member=member, given=Given(confirmed=["phone"]), by=secretary_actor, now=LATER)
    assert (item(member).state == "open") is protected
    assert Evidence.objects.unscoped().filter(member=member).exists() is not protected


@pytest.mark.parametrize("protected", [True, False])
def test_no_answer_gets_into_a_closed_quarter(
    away: Any, county: Organisation, branch: Organisation, secretary_actor: Actor, monkeypatch: pytest.MonkeyPatch,
    protected: bool,
) -> None:  # fmt: skip
    member = away(branch, **{**FRESH, "phone": 91})
    sweep = opened(county)
    Return.objects.unscoped().filter(sweep=sweep).update(
        state="accepted", submitted_at=LATER, submitted_by=secretary_actor.ref, accepted_at=LATER,
        accepted_by=secretary_actor.ref,
    )  # fmt: skip
    Sweep.objects.unscoped().filter(pk=sweep.pk).update(state="closed", closed_at=LATER, closed_by=secretary_actor.ref)
    if not protected:
        monkeypatch.setattr(answering, "blockers_to_answer", lambda *_: [])
        monkeypatch.setattr(answering, "in_editable_return", lambda _of: Q())
    with nullcontext() if not protected else pytest.raises(Blocked, match="已关闭"):
        answering.answer(sweep=sweep, member=member, given=Given(confirmed=["phone"]), by=secretary_actor, now=LATER)
    assert (item(member).state == "open") is protected


@pytest.mark.parametrize("protected", [True, False])
def test_who_moves_in_mid_sweep_is_asked_at_the_new_branch(
    away: Any, county: Organisation, branch: Organisation, other_branch: Organisation, town_actor: Actor,
    monkeypatch: pytest.MonkeyPatch, protected: bool,
) -> None:  # fmt: skip
    member = away(branch, **{**FRESH, "phone": 91})
    opened(county)
    if not protected:
        monkeypatch.setattr(hooks.member_moved, "_functions", [])
    move_member(member=member, to=other_branch, by=town_actor, now=LATER)
    assert (item(member).path == other_branch.path) is protected


# -- at the same time ---------------------------------------------------------------------------


def at_once(number: int, work: Callable[[int], Any]) -> list[Any]:
    """Each in a thread with a connection of its own; what it returned, or the exception."""
    results: list[Any] = [None] * number
    begin = threading.Barrier(number)

    def run(place: int) -> None:
        begin.wait()
        try:
            results[place] = work(place)
        except Exception as error:  # noqa: BLE001 handed to the test
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def several_writers() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("protected", [True, False])
def test_two_schedulers_open_one_sweep(
    several_writers: None, county: Organisation, monkeypatch: pytest.MonkeyPatch, protected: bool
) -> None:
    plain = opening.blockers_to_open

    def slow(*args: Any) -> list[str]:
        found = plain(*args)
        time.sleep(0.3)
        return found

    monkeypatch.setattr(opening, "blockers_to_open", slow)
    if not protected:
        monkeypatch.setattr(opening.bulk, "lock", lambda _name: None)
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE sweeps_sweep DROP CONSTRAINT sweep_once_a_quarter")
    try:
        at_once(2, lambda _place: opening.open_due(NOW))
        assert (Sweep.objects.unscoped().count() == 1) is protected
    finally:
        if not protected:
            Sweep.objects.unscoped().delete()
            with connection.cursor() as cursor:
                cursor.execute(
                    "ALTER TABLE sweeps_sweep ADD CONSTRAINT sweep_once_a_quarter UNIQUE (organisation_id, quarter)"
                )


def unlocked(by: Actor, **wanted: Any) -> Any:
    """As ``answering.hold``, without holding the row."""
    return Item.objects.visible_to(by).filter(**wanted).for_an_answer().get()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("protected", [True, False])
def test_the_same_answer_ten_times_at_once_is_one(
    several_writers: None, away: Any, county: Organisation, branch: Organisation, secretary_actor: Actor,
    monkeypatch: pytest.MonkeyPatch, protected: bool,
) -> None:  # fmt: skip
    member = away(branch, **{**FRESH, "phone": 91})
    sweep = opened(county)
    slow_down(monkeypatch, protected)
    given = Given(confirmed=["phone"])
    at_once(
        10,
        lambda _: answering.answer(sweep=sweep, member=member, given=given, by=secretary_actor, version=1, now=LATER),
    )
    assert (Evidence.objects.unscoped().filter(member=member).count() == 1) is protected


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("protected", [True, False])
def test_two_people_answering_one_card_the_second_is_told(
    several_writers: None, away: Any, county: Organisation, branch: Organisation, secretary_actor: Actor, town_actor: Actor,
    monkeypatch: pytest.MonkeyPatch, protected: bool,
) -> None:  # fmt: skip
    member = away(branch, **{**FRESH, "phone": 91})
    sweep = opened(county)
    slow_down(monkeypatch, protected)
    people = (secretary_actor, town_actor)
    given = Given(confirmed=["phone"], on_behalf="何建国")
    results = at_once(
        2,
        lambda place: answering.answer(sweep=sweep, member=member, given=given, by=people[place], version=1, now=LATER),
    )
    told = sorted(type(one).__name__ for one in results)
    assert told == (["Item", "Taken"] if protected else ["Item", "Item"])
    assert Evidence.objects.unscoped().filter(member=member).count() == (1 if protected else 2)


@pytest.mark.django_db
@pytest.mark.parametrize("protected", [True, False])
def test_an_answer_does_not_write_over_what_became_of_the_stay_meanwhile(
    away: Any, county: Organisation, branch: Organisation, secretary_actor: Actor, monkeypatch: pytest.MonkeyPatch,
    protected: bool,
) -> None:  # fmt: skip
    member = away(branch, **{**FRESH, "employer": 181})
    sweep = opened(county)
    stay = Journey.objects.unscoped().get(member=member)
    learn, update = answering._learn, bulk.update_rows

    def overtaken(*args: Any) -> Any:
        Journey.objects.unscoped().filter(pk=stay.pk).update(employer="别家", version=F("version") + 1)
        return learn(*args)

    monkeypatch.setattr(answering, "_learn", overtaken)
    if not protected:
        monkeypatch.setattr(bulk, "update_rows", lambda *args, **_check: update(*args))
    given = Given(values={"employer": "某厂"})
    if protected:
        with pytest.raises(UserError, match="刚才有人改了同一份登记"):
            answering.answer(sweep=sweep, member=member, given=given, by=secretary_actor, now=LATER)
    else:
        answering.answer(sweep=sweep, member=member, given=given, by=secretary_actor, now=LATER)
    stay.refresh_from_db()
    assert (stay.employer != "某厂", item(member).state == "open") == (protected, protected)


def slow_down(monkeypatch: pytest.MonkeyPatch, protected: bool) -> None:
    plain = answering._learn

    def slow(*args: Any) -> Any:
        time.sleep(0.2)
        return plain(*args)

    monkeypatch.setattr(answering, "_learn", slow)
    if not protected:
        monkeypatch.setattr(answering, "hold", unlocked)
