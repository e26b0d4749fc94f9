"""Opening a sweep over 1,000,000 mobile members in 50,000 branches, and the weekly monitor over them, on PostgreSQL.

    python bench/sweep_open.py [--members 1000000] [--branches 50000] [--rounds 3] [--json OUT.json]

The peer of the opening is one plain INSERT … SELECT of the very same rows, from a table, into the same table with the same
indexes and keys. Rounds alternate; medians count. Meanwhile another process reads a member list, idle and during an opening.
The quarter before is closed, as it is from the second quarter on.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from counties import SERVER, own_database, start

PER_TOWN = 50


def fill(members: int, branches: int) -> Any:
    """A county of towns of fifty branches, all its members away and verified on days of the last seven months."""
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    from django.conf import settings

    from branches.models import Organisation
    from core import bulk, crypto
    from core.ids import new_id

    crypto.make_keys(settings.KEYS_FILE)
    columns = ("id", "public_id", "code", "name", "short_name", "initials", "kind", "marks", "parent_id", "path",
               "order_path", "position", "region_code", "place", "note", "version")  # fmt: skip
    rows: list[tuple[Any, ...]] = []

    def add(name: str, kind: str, parent: tuple[int, str] | None, number: int) -> tuple[int, str]:
        path = (parent[1] if parent else "") + f"{number:04d}"
        above = parent[0] if parent else None
        rows.append((len(rows) + 1, new_id(), "", name, name, "", kind, [], above, path, path, number, "", "", "", 1))
        return len(rows), path

    county = add("测速县委", "local", None, 1)
    for town in range(1, branches // PER_TOWN + 1):
        committee = add(f"第{town}镇党委", "611", county, town)
        for number in range(1, PER_TOWN + 1):
            add(f"第{town}镇第{number}村党支部", "631", committee, number)
    bulk.copy_rows(Organisation, columns, rows)
    sealed = "k1." + "A" * 48
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE homes AS SELECT row_number() OVER (ORDER BY path) - 1 AS n, id, path "
                       "FROM branches_organisation WHERE kind = '631'")  # fmt: skip
        people = f"FROM generate_series(1, {members}) AS g JOIN homes ON homes.n = g::bigint * 7919 % {branches}"
        insert("members_member", {
            "id": "g", "public_id": "'m' || lpad(g::text, 21, '0')", "name": "'测' || g", "sex": "'1'", "kind": "'1'",
            "party_status": "'normal'", "identity": f"'{sealed}'", "identity_index": "md5(g::text)::varchar(22)",
            "phone": f"'{sealed}'", "phone_index": "md5('p' || g)::varchar(22)", "phone_tail": "lpad((g % 10000)::text, 4, '0')",
            "dues_paid_to": "'2026-0' || (g % 9 + 1)", "home_id": "homes.id", "home_path": "homes.path",
        }, people)  # fmt: skip
        insert("members_journey", {
            "id": "g", "public_id": "'j' || lpad(g::text, 21, '0')", "member_id": "g", "direction": "'out'", "state": "'away'",
            "home_id": "homes.id", "home_path": "homes.path", "region_code": "'320583'", "mobility": "'province'",
            "left_on": "(2018 + g % 8)::text || '-0' || (g % 9 + 1)", "reason": "'work'", "industry": "'C'", "employer": "'某厂'",
        }, people)  # fmt: skip
        fields = ("facts", "phone", "address", "place", "employer", "reason", "dues")
        on = {f"{name}_on": f"date '2026-10-01' - (g * {13 + at} % 210)" for at, name in enumerate(fields)}
        insert("members_freshness", {"member_id": "g", **on, **{f"{name}_from": "'ledger'" for name in fields}},
               f"FROM generate_series(1, {members}) AS g")  # fmt: skip
        cursor.execute("SELECT setval(pg_get_serial_sequence('members_journey', 'id'), %s)", [members])
    connection.set_autocommit(True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return Organisation.objects.get(parent=None)


def insert(table: str, given: dict[str, str], source: str) -> None:
    """INSERT … SELECT; columns that are not given take the model's default."""
    from django.apps import apps
    from django.db import connection

    model = next(one for one in apps.get_models() if one._meta.db_table == table)
    values: dict[str, Any] = {}
    parameters: list[Any] = []
    for field in model._meta.concrete_fields:
        if field.column in given:
            values[field.column] = given[field.column].replace("%", "%%")
        elif field.name in ("created_at", "updated_at"):
            values[field.column] = "timestamptz '2026-01-01'"
        elif not field.null or field.has_default():
            default = field.get_default()
            values[field.column] = "%s::jsonb" if isinstance(default, list) else "%s"
            parameters.append("[]" if isinstance(default, list) else "" if default is None else default)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(values)}) SELECT {', '.join(values.values())} {source.replace('%', '%%')}",
            parameters,
        )


def ours(options: argparse.Namespace) -> None:
    start()
    import datetime as dt

    from django.db import connection

    county = fill(options.members, options.branches)
    from core.actors import SYSTEM
    from sweeps.actions import opening
    from sweeps.models import Item, Return, Sweep
    from sweeps.population import COLUMNS

    now = dt.datetime(2026, 10, 1, 0, tzinfo=dt.UTC)
    due = {f"{level}_due_on": now.date() for level in ("branch", "town", "county")}
    Sweep.objects.unscoped().create(
        quarter="2026Q3", organisation=county, path=county.path, on=now.date(), state="closed", opened_at=now,
        opened_by=SYSTEM.ref, closed_at=now, closed_by=SYSTEM.ref, **due,
    )  # fmt: skip
    sweep = Sweep.objects.unscoped().create(
        quarter="2026Q4", organisation=county, path=county.path, on=now.date(), opened_at=now, opened_by=SYSTEM.ref, **due
    )  # fmt: skip
    names = ", ".join(COLUMNS)
    times: dict[str, list[float]] = {"opening": [], "items": [], "repeat": [], "plain": []}

    def sql(text: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(text)

    def took(name: str, work: Any) -> Any:
        sql("CHECKPOINT")
        began = time.perf_counter()
        result = work()
        times[name].append(round(time.perf_counter() - began, 2))
        return result

    from sweeps import population

    reader: dict[str, Any] = {}
    for number in range(options.rounds):
        sql("TRUNCATE sweeps_item, sweeps_return CASCADE")
        if number == 0:
            with reading() as reader:
                took("opening", lambda: opening.fill(sweep=sweep))
        else:
            took("opening", lambda: opening.fill(sweep=sweep))
        took("repeat", lambda: opening.fill(sweep=sweep))
        if number == 0:
            sql(f"CREATE TABLE plain AS SELECT {names} FROM sweeps_item")
            sql("ANALYZE plain")
        sql("TRUNCATE sweeps_item CASCADE")
        took("plain", lambda: sql(f"INSERT INTO sweeps_item ({names}) SELECT {names} FROM plain"))
        sql("TRUNCATE sweeps_item CASCADE")
        took("items", lambda: population.fill(sweep))
    routes = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT route, count(*) FROM sweeps_item GROUP BY route ORDER BY route")
        routes = dict(cursor.fetchall())
    middle = {name: statistics.median(values) for name, values in times.items()}
    monitor = watch(sql, members=options.members)
    result = {
        "items": Item.objects.unscoped().count(), "returns": Return.objects.unscoped().count(), "routes": routes,
        "seconds": times, "opening_ratio": round(middle["opening"] / middle["plain"], 2),
        "items_ratio": round(middle["items"] / middle["plain"], 2),
        "repeat_ratio": round(middle["repeat"] / middle["opening"], 3), "lists": reader.get("lists"),
        "monitor": monitor,
    }  # fmt: skip
    print(json.dumps(result, ensure_ascii=False))


def watch(sql: Any, members: int) -> dict[str, Any]:
    """The monitor: its first run raises every to-do, its second changes nothing. The peer reads each person's row, journey and
    freshness once, in the database."""
    import datetime as dt

    from measuring import peak_of

    from core.actors import SYSTEM, acting_as
    from sweeps.monitor import running

    now = dt.datetime(2026, 10, 5, 2, tzinfo=dt.UTC)
    once = """SELECT count(m.phone), count(m.dues_paid_to), count(j.region_code), count(j.left_on), count(f.phone_on), count(f.place_on)
        FROM members_journey j JOIN members_member m ON m.id = j.member_id LEFT JOIN members_freshness f ON f.member_id = m.id"""

    def took(work: Any) -> float:
        began = time.perf_counter()
        work()
        return round(time.perf_counter() - began, 2)

    def look() -> None:
        with acting_as(SYSTEM):
            running.run(now=now)

    sql("ANALYZE")
    took(lambda: sql(once))
    read_once = statistics.median(took(lambda: sql(once)) for _ in range(3))
    before = peak_of(os.getpid())
    first, later = took(look), [took(look) for _ in range(2)]
    return {
        "read_once": read_once, "first_run": first, "later_runs": later, "members": members,
        "later_ratio": round(statistics.median(later) / read_once, 2), "first_ratio": round(first / read_once, 2),
        "memory_before_mb": round(before), "memory_peak_mb": round(peak_of(os.getpid())),
    }  # fmt: skip


class reading:  # noqa: N801 a statement of this bench
    """Another process reads member lists: first alone, then while the block runs."""

    def __enter__(self) -> dict[str, Any]:
        self.found: dict[str, Any] = {}
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--read"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.process.stdout.readline()  # idle is measured
        return self.found

    def __exit__(self, *error: object) -> None:
        said, _ = self.process.communicate("stop\n")
        self.found["lists"] = json.loads(said.splitlines()[-1])


def read() -> None:
    """The first page of a town's mobile members, over and over; p95 in milliseconds, idle and meanwhile."""
    import select

    start()
    from core.actors import Actor
    from core.paths import subtree
    from core.permissions import Permission
    from members.models import Journey

    actor = Actor(id="reader", name="读者", grants={Permission.VIEW: (subtree("00010007"),)})

    def page() -> float:
        began = time.perf_counter()
        rows = (
            Journey.objects.visible_to(actor).out().open().select_related("member", "home").order_by("home_path", "pk")
        )
        assert list(rows[:50])
        return (time.perf_counter() - began) * 1000

    def p95(values: list[float]) -> float:
        return round(statistics.quantiles(values, n=20)[-1], 2)

    for _ in range(50):
        page()
    idle = [page() for _ in range(400)]
    print("idle", flush=True)
    busy = []
    while not select.select([sys.stdin], [], [], 0.01)[0]:
        busy.append(page())
    print(
        json.dumps(
            {"idle_p95": p95(idle), "busy_p95": p95(busy), "pages": len(busy), "ratio": round(p95(busy) / p95(idle), 2)}
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=1_000_000)
    parser.add_argument("--branches", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database-url", default=SERVER, help="the server, without a database")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--run-ours", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--read", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        return read()
    if options.run_ours:
        return ours(options)
    with own_database(options.database_url, f"bench_sweep_{os.getpid()}") as environment:
        given = ["--members", options.members, "--branches", options.branches, "--rounds", options.rounds, "--run-ours"]
        done = subprocess.run(
            [sys.executable, __file__, *map(str, given)], check=True, stdout=subprocess.PIPE, text=True, env=environment
        )
    figures = json.loads(done.stdout.splitlines()[-1])
    print(json.dumps(figures, ensure_ascii=False, indent=1))
    if options.json:
        options.json.write_text(json.dumps(figures, ensure_ascii=False), "utf-8")
    return None


if __name__ == "__main__":
    main()
