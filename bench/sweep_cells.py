"""How much a sweep does not ask: a made-up county through four quarters of ordinary evidence, by real actions.

    python bench/sweep_cells.py [--members 600] [--villages 54] [--json OUT.json]

What is assumed, a quarter: half of the people are in touch with their contact person (which proves the phone, and for two
in three the place); one in twelve changes work or place and says so; dues are noted for four in five; a town in three sends
its whole ledger in the second month; a secretary answers within the first ten weeks, one person in twenty cannot be reached
at the first try. The register begins with a ledger for everybody, on days of the half year before. A cell is one field of one
person that a sweep could ask; reported are those that it does not.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from counties import SERVER, own_database, start

QUARTERS = [dt.date(2026, 1, 1), dt.date(2026, 4, 1), dt.date(2026, 7, 1), dt.date(2026, 10, 1)]
TOWNS = 6


def ours(members: int, villages: int) -> None:
    start()
    from django.conf import settings
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from core import crypto
    from core.actors import SYSTEM, acting_as

    crypto.make_keys(settings.KEYS_FILE)
    from population import plant

    county = plant("中共云湖县委员会", "云湖县委", "local", None, 1)
    towns = [plant(f"中共云湖县第{n}镇委员会", f"第{n}镇党委", "611", county, n) for n in range(1, TOWNS + 1)]
    homes = [
        plant(f"中共云湖县第{n}村支部委员会", f"第{n}村党支部", "631", towns[n % TOWNS], n // TOWNS + 1)
        for n in range(villages)
    ]
    dice = random.Random(20261121)
    with acting_as(SYSTEM):
        people = settle(members, homes, dice)
        quarters = [quarter(county, towns, people, day, dice) for day in QUARTERS]
    cells, asked = (sum(one[key] for one in quarters) for key in ("cells", "asked"))
    routes = {str(route): sum(one["routes"].get(route, 0) for one in quarters) for route in (1, 2, 3)}
    by_route = {str(route): sum(one["asked_by_route"].get(route, 0) for one in quarters) for route in (1, 2, 3)}
    print(json.dumps({"quarters": quarters, "people_by_route": routes, "cells_asked_by_route": by_route,
                      "cells": cells, "asked": asked, "not_asked": round(1 - asked / cells, 3)}))  # fmt: skip


def moment(day: dt.date) -> dt.datetime:
    from django.utils import timezone

    return timezone.make_aware(dt.datetime.combine(day, dt.time(10)))


def settle(members: int, homes: list[Any], dice: random.Random) -> list[Any]:
    from make_ledger import people as invented

    from core.actors import SYSTEM
    from members.actions.journeys import open_journey
    from members.actions.people import register_member

    people = []
    for number, (name, sex, identity, _born) in zip(range(members), invented(members, dice), strict=False):
        now = moment(QUARTERS[0] - dt.timedelta(days=dice.randrange(1, 181)))
        home = homes[number % len(homes)]
        facts = {"name": name, "sex": "1" if sex == "男" else "2", "identity": identity, "phone": f"199{number:08d}", "kind": "1",
                 "home_address": "某镇某村", "dues_paid_to": "2025-12"}  # fmt: skip
        member = register_member(values=facts, home=home, by=SYSTEM, now=now)
        stay = {"left_on": "2023-02", "region_code": "320583", "employer": "某厂", "industry": "C", "reason": "work"}
        open_journey(member=member, direction="out", values=stay, by=SYSTEM, now=now)
        people.append(member)
    return people


def quarter(county: Any, towns: list[Any], people: list[Any], first: dt.date, dice: random.Random) -> dict[str, Any]:
    from core.actors import SYSTEM
    from jobs.runner import run_waiting
    from members.freshness import FIELDS_OUT, fields_in
    from sweeps.actions import answering, opening
    from sweeps.actions.answering import Given
    from sweeps.models import Item, Sweep

    sweep = opening.open_sweep(organisation=county, by=SYSTEM, now=moment(first))
    run_waiting()
    items = list(Item.objects.visible_to(SYSTEM).filter(sweep=sweep).values_list("member_id", "route", "asked"))
    routes: dict[int, int] = {}
    asked: dict[int, int] = {}
    for _member, route, mask in items:
        routes[route] = routes.get(route, 0) + 1
        asked[route] = asked.get(route, 0) + len(fields_in(mask))
    reporting = set(dice.sample(range(len(towns)), len(towns) // 3))
    for day, member, fields in sorted(evidence(people, first, reporting, dice), key=lambda one: (one[0], one[1].pk)):
        prove(member, fields, day)
    by_pk = {member.pk: member for member in people}
    left = sum(len(fields_in(one.ask)) for one in Item.objects.visible_to(SYSTEM).unanswered().filter(sweep=sweep))
    for item in list(Item.objects.visible_to(SYSTEM).unanswered().filter(sweep=sweep).order_by("pk")):
        day = first + dt.timedelta(days=dice.randrange(7, 70))
        member = by_pk[item.member_id]
        if dice.random() < 0.05:
            answering.not_reached(sweep=sweep, member=member, reason="no_answer", by=SYSTEM, now=moment(day))
        given = Given(confirmed=fields_in(item.ask))
        answering.answer(sweep=sweep, member=member, given=given, by=SYSTEM, now=moment(day))
    Sweep.objects.visible_to(SYSTEM).filter(pk=sweep.pk).update(
        state="closed", closed_at=moment(first + dt.timedelta(days=84)), closed_by=SYSTEM.ref
    )
    return {"quarter": sweep.quarter, "people": len(items), "cells": len(items) * len(FIELDS_OUT), "routes": routes,
            "asked": sum(asked.values()), "asked_by_route": asked, "answered_by_evidence_meanwhile": sum(asked.values()) - left}  # fmt: skip


def evidence(
    people: list[Any], first: dt.date, reporting: set[int], dice: random.Random
) -> list[tuple[dt.date, Any, set[str]]]:
    """(day, member, fields proved) of one quarter, besides the sweep."""
    found = []
    for number, member in enumerate(people):
        day = first + dt.timedelta(days=dice.randrange(5, 88))
        if dice.random() < 0.5:
            found.append((day, member, {"phone", "place"} if dice.random() < 0.66 else {"phone"}))
        if dice.random() < 1 / 12:
            found.append((first + dt.timedelta(days=dice.randrange(5, 88)), member, {"place", "employer"}))
        if dice.random() < 0.8:
            found.append((first + dt.timedelta(days=dice.randrange(5, 88)), member, {"dues"}))
        if number % TOWNS in reporting:
            found.append(
                (first + dt.timedelta(days=40), member, {"phone", "place", "employer", "reason", "address", "dues"})
            )
    return found


def prove(member: Any, fields: set[str], day: dt.date) -> None:
    from django.db import transaction

    from core.actors import SYSTEM
    from members.enums import Source
    from members.writing import Writer

    with transaction.atomic():
        writer = Writer(by=SYSTEM, now=moment(day), on=day, evidence=Source.CONTACT)
        writer.verified(member.pk, fields)
        writer.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=600)
    parser.add_argument("--villages", type=int, default=54)
    parser.add_argument("--database-url", default=SERVER, help="the server, without a database")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--run-ours", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run_ours:
        return ours(options.members, options.villages)
    with own_database(options.database_url, f"bench_cells_{os.getpid()}") as environment:
        command = [
            sys.executable,
            __file__,
            "--run-ours",
            "--members",
            str(options.members),
            "--villages",
            str(options.villages),
        ]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    figures = json.loads(done.stdout.splitlines()[-1])
    print(json.dumps(figures, ensure_ascii=False, indent=1))
    if options.json:
        options.json.write_text(json.dumps(figures, ensure_ascii=False), "utf-8")
    return None


if __name__ == "__main__":
    main()
