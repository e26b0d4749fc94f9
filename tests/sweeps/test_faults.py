"""What may go wrong while a sweep opens or the monitor runs, each with a twin without the protection, which must show it."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from branches.models import Organisation
from core.actors import Actor
from members.models import Evidence
from sweeps.actions import answering, opening
from sweeps.actions.answering import Given, Taken
from sweeps.models import Item, Sweep
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


def unlocked(sweep: Any, member: Any, by: Actor) -> Any:
    """As ``answering.locked``, without holding the row."""
    found = Item.objects.visible_to(by).filter(sweep=sweep, member=member).select_related("sweep", "member").get()
    return found, answering.Return.objects.unscoped().select_related("organisation", "sweep").get(
        sweep=sweep, path=found.path
    )


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
def test_two_people_answering_one_card_the_second_is_told(
    several_writers: None, away: Any, county: Organisation, branch: Organisation, secretary_actor: Actor, town_actor: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    member = away(branch, **{**FRESH, "phone": 91})
    sweep = opened(county)
    slow_down(monkeypatch, True)
    people = (secretary_actor, town_actor)
    given = Given(confirmed=["phone"], on_behalf="何建国")
    results = at_once(
        2,
        lambda place: answering.answer(sweep=sweep, member=member, given=given, by=people[place], version=1, now=LATER),
    )
    assert sorted(type(one).__name__ for one in results) == ["Item", "Taken"]
    assert isinstance(next(one for one in results if isinstance(one, Exception)), Taken)
    assert item(member).version == 2


def slow_down(monkeypatch: pytest.MonkeyPatch, protected: bool) -> None:
    plain = answering._learn

    def slow(*args: Any) -> Any:
        time.sleep(0.2)
        return plain(*args)

    monkeypatch.setattr(answering, "_learn", slow)
    if not protected:
        monkeypatch.setattr(answering, "locked", unlocked)
