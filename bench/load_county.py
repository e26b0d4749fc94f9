"""The county that ``load.py`` asks: people, eight quarters of sweeps, signed-in sessions. Writes what the load generator must know.

DATABASE_URL=... python bench/load_county.py OUT.json [--members 50000] [--branches 400]
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from counties import start

QUARTERS = 8
SECRETARIES, TOWNS, COUNTY, PROGRAMS = 20, 6, 2, 2  # the thirty
PER_TOWN = 20
FIELDS = ("facts", "phone", "address", "place", "employer", "reason", "dues")


def people_of(members: int, branches: int) -> Any:
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection, transaction

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    from core.crypto import make_keys

    make_keys(settings.KEYS_FILE)
    import make_ledger
    from population import CHUNK, plant, settle

    with transaction.atomic():
        county = plant("中共云湖县委员会", "云湖县委", "local", None, 1)
        towns = [
            plant(f"中共云湖县第{n}镇委员会", f"第{n}镇党委", "611", county, n)
            for n in range(1, branches // PER_TOWN + 1)
        ]
        homes = [
            plant(f"中共云湖县第{n}镇{k}村支部委员会", f"{k}村党支部", "631", town, k)
            for n, town in enumerate(towns, 1)
            for k in range(1, PER_TOWN + 1)
        ]
        found = make_ledger.people(members, random.Random(7))
        for first in range(0, members, CHUNK):
            settle([next(found) for _ in range(min(CHUNK, members - first))], first, homes)
        from sweep_open import insert

        on = {f"{name}_on": f"date '2026-11-15' - (id * {13 + at} % 210)::int" for at, name in enumerate(FIELDS)}
        insert(
            "members_freshness",
            {"member_id": "id", **on, **{f"{name}_from": "'ledger'" for name in FIELDS}},
            "FROM members_member",
        )
        insert("members_membership", {
            "id": "id", "member_id": "id", "organisation_id": "home_id", "kind": "'home'", "made_by": "'system 系统'", "starts_on": "date '2020-01-01'",
        }, "FROM members_member")  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('members_membership', 'id'), max(id)) FROM members_member")
        cursor.execute("ANALYZE")
    return county, towns, homes


def quarters(county: Any) -> Any:
    """Seven that are closed, the one of today that is open; opened by the portal's own INSERT … SELECT."""
    from django.db import connection
    from django.utils import timezone

    from core.actors import SYSTEM
    from core.domain.dates import quarter_of
    from jobs.models import Job
    from sweeps.actions.opening import fill, open_sweep

    today = timezone.localdate()
    starts = [quarter_of(today).start]
    while len(starts) < QUARTERS:
        starts.append(quarter_of(starts[-1] - dt.timedelta(days=1)).start)
    for day in reversed(starts):
        at = timezone.make_aware(dt.datetime.combine(day, dt.time(8)))
        sweep = open_sweep(organisation=county, by=SYSTEM, now=at)
        fill(sweep=sweep)
        if day != starts[0]:
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE sweeps_item SET state = 'answered', answer = 'unchanged', way = 'phone', answered_at = %s, "
                    "answered_by = 'somebody 某书记', ask = 0 WHERE sweep_id = %s", [at, sweep.pk])  # fmt: skip
                cursor.execute(
                    "UPDATE sweeps_return SET state = 'accepted', submitted_at = %s, submitted_by = 'somebody 某书记', "
                    "accepted_at = %s, accepted_by = 'other 某委员' WHERE sweep_id = %s", [at, at, sweep.pk])  # fmt: skip
                cursor.execute(
                    "INSERT INTO sweeps_balancename (sweep_id, path, member_id, direction, term) "
                    "SELECT sweep_id, path, member_id, direction, 'closing' FROM sweeps_item WHERE sweep_id = %s", [sweep.pk])  # fmt: skip
                cursor.execute(
                    "UPDATE sweeps_sweep SET state = 'closed', closed_at = %s, closed_by = 'county 县委' WHERE id = %s",
                    [at, sweep.pk])  # fmt: skip
    Job.objects.all().delete()
    sweep.refresh_from_db()
    connection.set_autocommit(True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return sweep


def account(name: str, role: str, organisation: Any) -> Any:
    from accounts.models import Grant, User
    from core import clock
    from core.actors import SYSTEM

    user = User.objects.create(
        username=name, name=f"测{name}", organisation=organisation, must_change_password=False, last_login=clock.now()
    )
    Grant.objects.create(
        user=user,
        role=role,
        organisation=organisation,
        starts_on=dt.date(2020, 1, 1),
        granted_by=SYSTEM.ref,
        granted_at=clock.now(),
    )
    return user


def signed_in(role: str, name: str, organisation: Any) -> dict[str, str]:
    from django.test import Client

    client = Client()
    client.force_login(account(name, role, organisation))
    return {"kind": role, "session": client.cookies["session"].value, "path": organisation.path}


def token(user: Any, number: int) -> str:
    from accounts.models import ApiToken, SecondFactor
    from core import clock
    from core.actors import SYSTEM
    from core.crypto import blind

    SecondFactor.objects.create(user=user, confirmed_at=clock.now())
    secret = f"load-{number}"
    ApiToken.objects.create(
        user=user, title=f"测速{number}", token=blind(secret, "api-token"), scopes=["view", "edit"], made_at=clock.now(),
        made_by=SYSTEM.ref, expires_at=clock.now() + dt.timedelta(days=1), per_minute=30_000,
    )  # fmt: skip
    return secret


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--members", type=int, default=50_000)
    parser.add_argument("--branches", type=int, default=400)
    options = parser.parse_args()
    start()
    county, towns, homes = people_of(options.members, options.branches)
    sweep = quarters(county)
    from members.models import Member
    from sweeps.models import Return

    clients = [
        *(signed_in("secretary", f"s{n}", homes[n * len(homes) // SECRETARIES]) for n in range(SECRETARIES)),
        *(signed_in("committee", f"t{n}", towns[n * len(towns) // TOWNS]) for n in range(TOWNS)),
        *(signed_in("county", f"c{n}", county) for n in range(COUNTY)),
        *(
            {"kind": "program", "token": token(account(f"p{n}", "county", county), n), "path": county.path}
            for n in range(PROGRAMS)
        ),
    ]
    returns = {one.path: one.public_id for one in Return.objects.unscoped().filter(sweep=sweep)}
    members = list(Member.objects.unscoped().values_list("public_id", "home_path", "name"))
    known = {"sweep": sweep.public_id, "clients": clients, "returns": returns, "members": members}
    options.out.write_text(json.dumps(known, ensure_ascii=False), "utf-8")


if __name__ == "__main__":
    main()
