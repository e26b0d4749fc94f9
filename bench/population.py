"""A made-up county straight into the database, set-based: organisations, members with real sealed numbers, open journeys.

    DATABASE_URL=... python bench/population.py [--rows 100000]

The people are those of ``make_ledger.py`` with the same ``--rows`` and ``--seed``: its files find them in the register.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

from django.conf import settings
from django.db import connection, models, transaction
from make_ledger import COUNTY, PLACES, REASONS, WORK, branches, numeral, people

from branches.models import Organisation
from core import bulk, clock, crypto
from core.domain.codes import INDUSTRY, LEAVING_REASON
from core.domain.names import initials
from core.domain.regions import parse_place_parts
from core.ids import new_id
from core.paths import child
from members.enums import Direction, JourneyState
from members.models import Journey, Member

CHUNK = 10_000
PLACE_CODES = [parse_place_parts(*place).value.code for place in PLACES]
REASON_CODES = [LEAVING_REASON.parse(word) or "" for word in REASONS]
WORK_CODES = [(employer, INDUSTRY.parse(industry) or "") for employer, industry in WORK]


def populate(rows: int = 100_000, *, seed: int = 7) -> Organisation:
    """Everything in one transaction; the county. Raises RuntimeError where there are people already."""
    if Member.objects.unscoped().exists():
        raise RuntimeError("this database has members: the bench wants an empty one")
    crypto.make_keys(Path(settings.KEYS_FILE))
    with transaction.atomic():
        county, homes = organise(rows)
        found = people(rows, random.Random(seed))
        index = 0
        while index < rows:
            part = [next(found) for _ in range(min(CHUNK, rows - index))]
            settle(part, index, homes)
            index += len(part)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return county


def organise(rows: int) -> tuple[Organisation, list[Organisation]]:
    """The county and its branches, in the order in which ``make_ledger`` deals people out to them."""
    found = branches(rows)
    county = plant(COUNTY, "云湖县委", "local", None, 1)
    towns: dict[str, Organisation] = {}
    for town, _name in found:
        if town not in towns:
            towns[town] = plant(f"中共云湖县{town}委员会", f"{town}党委", "611", county, len(towns) + 1)
    numbers = dict.fromkeys(towns, 0)
    homes = []
    for town, name in found:
        numbers[town] += 1
        short = name.removeprefix(f"中共云湖县{town}").removesuffix("支部委员会") + "党支部"
        homes.append(plant(name, short, "631", towns[town], numbers[town]))
    return county, homes


def plant(name: str, short: str, kind: str, parent: Organisation | None, number: int) -> Organisation:
    path = child(parent.path if parent else "", number)
    return Organisation.objects.create(
        name=name, short_name=short, initials=initials(short)[:60], kind=kind, parent=parent, path=path,
        order_path=child(parent.order_path if parent else "", number), position=number,
        region_code="" if parent else "379981",
    )  # fmt: skip


def settle(part: list[tuple[str, str, str, dt.date]], first: int, homes: list[Organisation]) -> None:
    ids = bulk.new_ids(Member, len(part))
    now = clock.now()
    rows = [
        (pk, first + offset, homes[(first + offset) % len(homes)], *person)
        for offset, (pk, person) in enumerate(zip(ids, part, strict=True))
    ]
    write(
        Member,
        (member(pk, index, home, name, sex, number, born, now) for pk, index, home, name, sex, number, born in rows),
    )
    write(Journey, (journey(pk, index, home, now) for pk, index, home, *_ in rows))


def member(
    pk: int, index: int, home: Organisation, name: str, sex: str, number: str, born: dt.date, now: dt.datetime
) -> dict[str, Any]:
    public_id, phone = new_id(), f"199{index:08d}"
    joined = born + dt.timedelta(days=9000)
    return {
        "id": pk, "public_id": public_id, "name": name, "initials": initials(name), "sex": "1" if sex == "男" else "2",
        "nation": "01", "birth_date": born.isoformat(), "education": "70", "kind": "1", "joined_on": joined.isoformat(),
        "confirmed_on": (joined + dt.timedelta(days=365)).isoformat(), "party_status": "normal",
        "identity": crypto.seal(number, Member.seal_context("identity", public_id)),
        "identity_index": crypto.blind(number, "identity"),
        "phone": crypto.seal(phone, Member.seal_context("phone", public_id)), "phone_index": crypto.blind(phone, "phone"),
        "phone_tail": phone[-4:], "home_address": "云湖县某镇某村", "dues_paid_to": f"2026-{index % 9 + 1:02d}",
        "home_id": home.pk, "home_path": home.path, "created_at": now, "updated_at": now,
    }  # fmt: skip


def journey(pk: int, index: int, home: Organisation, now: dt.datetime) -> dict[str, Any]:
    public_id, place = new_id(), index % len(PLACES)
    employer, industry = WORK_CODES[index % len(WORK)]
    phone = f"199{90000000 + index % 5000:08d}"
    return {
        "public_id": public_id, "member_id": pk, "direction": Direction.OUT.value, "state": JourneyState.AWAY.value,
        "home_id": home.pk, "home_path": home.path, "region_code": PLACE_CODES[place],
        "left_on": (dt.date(2016, 1, 1) + dt.timedelta(days=index % 3500)).isoformat(), "reason": REASON_CODES[index % 5],
        "host_text": "" if index % 3 else f"{PLACES[place][1]}流动党员党支部", "employer": employer, "industry": industry,
        "contact_name": numeral(index % 900),
        "contact_phone": crypto.seal(phone, Journey.seal_context("contact_phone", public_id)),
        "certificate": bool(index % 2), "imported": True, "created_at": now, "updated_at": now,
    }  # fmt: skip


def write(model: type[models.Model], records: Iterator[dict[str, Any]]) -> None:
    """COPY; columns that a record does not name take the model's default."""
    fields = [field for field in model._meta.concrete_fields if not (field.primary_key and model is not Member)]
    columns = [field.column for field in fields]
    defaults = [field.get_default() if field.has_default() else None for field in fields]
    bulk.copy_rows(
        model,
        columns,
        (
            [record.get(column, default) for column, default in zip(columns, defaults, strict=True)]
            for record in records
        ),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    started = time.perf_counter()
    county = populate(options.rows, seed=options.seed)
    print(f"{county.name}: {options.rows} people in {time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()
