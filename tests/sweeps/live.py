"""Steps of a sweep in forks that are killed: ``python -m tests.sweeps.live STEP``, in an installation of its own.

For each write of many rows that the step makes, a fork is killed right before it; what the database then holds, and what it holds when
the work is done again, goes out as JSON. The same without the transaction that makes a job and its effect one, so that a
test can see that it would notice.
"""

# ruff: noqa: E402 a program of its own sets Django up before it imports models
from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import django

django.setup()

from django.conf import settings
from django.db import connections

from branches.models import Organisation
from core import bulk, clock, handlers
from inbox.models import Todo
from jobs import reaper, runner
from members.models import Journey, LostContact, Member
from sweeps import handlers as own
from sweeps.actions import opening
from sweeps.models import BalanceName, Item, MonitorRun, Return, Sweep
from sweeps.monitor import running

NOW = dt.datetime(2026, 10, 1, 0, tzinfo=dt.UTC)
BRANCHES, PEOPLE = 3, 12


def plant() -> None:
    county = organisation("云湖县委", "local", None, 1)
    town = organisation("马店镇党委", "611", county, 1)
    for number in range(1, BRANCHES + 1):
        branch = organisation(f"第{number}村党支部", "631", town, number)
        for place in range(PEOPLE):
            guest = place % 4 == 0
            where = {"care": branch, "care_path": branch.path} if guest else {"home": branch, "home_path": branch.path}
            stamps = {"created_at": NOW, "updated_at": NOW}
            member = Member.objects.create(name=f"何{number}{place}", **where, **stamps)
            if place == 1:
                LostContact.objects.create(
                    member=member, state="counting", since="2026-01", home_path=branch.path, **stamps
                )
            elif guest:
                Journey.objects.create(
                    member=member, direction="in", state="arrived", host=branch, host_path=branch.path, **stamps
                )
            else:
                Journey.objects.create(
                    member=member, direction="out", state="away", home=branch, home_path=branch.path, **stamps
                )


def organisation(name: str, kind: str, parent: Organisation | None, number: int) -> Organisation:
    path = (parent.path if parent else "") + f"{number:04d}"
    return Organisation.objects.create(
        name=name, short_name=name, kind=kind, parent=parent, path=path, order_path=path, position=number
    )


STEPS = {"open": opening.open_due, "monitor": running.run_due}


def work() -> None:
    reaper.reap(clock.now())
    runner.run_waiting()


def state() -> dict[str, Any]:
    found = {
        "sweeps": [one.state for one in Sweep.objects.unscoped()],
        "returns": Return.objects.unscoped().count(),
        "items": Item.objects.unscoped().count(),
        "names": BalanceName.objects.unscoped().count(),
        "todos": Todo.objects.unscoped().open().filter(cause__startswith="monitor:").count(),
        "runs": MonitorRun.objects.count(),
    }
    connections.close_all()
    return found


def in_a_fork(write: int, *, protected: bool) -> bool:
    """Do the work in another process; whether it was killed before the end."""
    pid = os.fork()
    if pid == 0:
        if not protected:
            without_protection()
        kill_before(write)
        work()
        os._exit(0)
    return os.waitpid(pid, 0)[1] != 0


def kill_before(write: int) -> None:
    """Count every write of many rows, and the end of the work; be killed before the one with this number."""
    seen = 0

    def counting(function: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **kwargs: Any) -> Any:
            nonlocal seen
            seen += 1
            if seen == write:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*args, **kwargs)

        return counted

    bulk.insert_select = counting(bulk.insert_select)
    bulk.copy_rows = counting(bulk.copy_rows)
    running.raise_todos = counting(running.raise_todos)
    running.close_todos = counting(running.close_todos)
    runner.leases.end = counting(runner.leases.end)


def without_protection() -> None:
    for handler in own.ALL:
        handlers.register(dataclasses.replace(handler, atomic=False))
    bare = SimpleNamespace(atomic=contextlib.nullcontext)
    opening.transaction = bare
    running.transaction = bare


def trials(step: str, *, protected: bool) -> list[dict[str, Any]]:
    """Killed before the first write, the second, ... until one comes through; each from the same beginning."""
    database, kept = Path(settings.DATABASES["default"]["NAME"]), settings.VAR / "kept.sqlite3"
    found = []
    killed = True
    while killed:
        shutil.copyfile(kept, database)
        killed = in_a_fork(len(found) + 1, protected=protected)
        after = state()
        work()
        found.append({"killed": killed, "after": after, "again": state()})
    return found


def main(step: str) -> None:
    plant()
    STEPS[step](NOW)
    connections.close_all()
    shutil.copyfile(settings.DATABASES["default"]["NAME"], settings.VAR / "kept.sqlite3")
    print(json.dumps([trials(step, protected=True), trials(step, protected=False)]))


if __name__ == "__main__":
    main(sys.argv[1])
