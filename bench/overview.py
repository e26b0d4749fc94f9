"""The county's overview of 25,000 of 1,000,000 mobile members, and of all of them, on PostgreSQL.

    python bench/overview.py [--members 1000000] [--counties 40] [--json OUT.json] [--explain]

Forty counties of 500 organisations; everybody is out, people and stays lie scattered over their tables, a sweep runs in each
county and one was closed before it. Reported for a county, a town of it and a reader of everything, by turns in one run: the page
(statements, time in SQL, whole time, processor time of the database session), its figures alone, and the peer: the same figures
the plain way, one COUNT each of the list behind it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from counties import SERVER, own_database, start
from sweep_matrix import explain

NOW = dt.datetime(2026, 10, 1, 1, tzinfo=dt.UTC)
COUNTY, TOWN = "0007", "00070003"


def fill(members: int, counties: int) -> None:
    from django.db import connection
    from sweep_matrix import prepare, scattered
    from sweep_open import insert

    prepare(counties)
    begin()
    sealed = "k1." + "A" * 48
    with connection.cursor() as cursor:
        everybody = scattered(cursor, members, counties)

        def drawn(seed: int, number: int) -> str:
            """0 to ``number`` - 1, by person, without any connection with the county."""
            return f"(hashint8extended(g, {seed}) & 1073741823) % {number}"

        def day(seed: int, first: str, days: int) -> str:
            return f"to_char(date '{first}' + ({drawn(seed, days)})::int, 'YYYY-MM-DD')"

        def one_of(seed: int, *values: str) -> str:
            return f"(ARRAY{list(values)})[1 + {drawn(seed, len(values))}]"

        insert("members_member", {
            "id": "g", "public_id": "'m' || lpad(g::text, 21, '0')", "name": "'测' || g", "sex": one_of(1, "1", "1", "2"),
            "birth_date": day(2, "1940-01-01", 23000), "joined_on": day(3, "1966-01-01", 21900),
            "education": one_of(5, "21", "22", "41", "6", "7", "7", "7", "8", ""), "kind": "'1'",
            "party_status": "'normal'", "identity": f"'{sealed}'", "identity_index": "md5(g::text)::varchar(22)",
            "phone": f"'{sealed}'", "phone_index": "md5('p' || g)::varchar(22)", "home_id": "homes.id",
            "home_path": "homes.path",
        }, everybody)  # fmt: skip
        insert("members_journey", {
            "id": "g", "public_id": "'j' || lpad(g::text, 21, '0')", "member_id": "g", "direction": "'out'", "state": "'away'",
            "home_id": "homes.id", "home_path": "homes.path", "region_code": one_of(6, *destinations()),
            "mobility": f"CASE WHEN {one_of(6, *destinations())} LIKE '37%' THEN 'city' ELSE 'province' END",
            "left_on": day(4, "2016-01-01", 3960), "reason": one_of(8, "work", "work", "business", "family", "study", ""),
            "industry": one_of(9, "C", "C", "E", "F", "G", "H", "I", "O", "P", ""),
        }, everybody)  # fmt: skip
        insert("members_lostcontact", {
            "id": "g", "public_id": "'l' || lpad(g::text, 21, '0')", "member_id": "g", "home_path": "homes.path",
            "state": "(ARRAY['counting', 'lost', 'found'])[1 + g % 3]",
        }, f"{everybody} WHERE {drawn(10, 40)} = 0")  # fmt: skip
        sweep(everybody)
    connection.set_autocommit(True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def destinations() -> list[str]:
    """Six hundred counties and districts of the country."""
    from core.domain.region_table import divisions

    return [code for code in divisions().names if not code.endswith("00")][::4][:600]


def begin() -> None:
    """In each county a sweep that was closed, and one that runs."""
    from branches.models import Organisation
    from core.actors import SYSTEM
    from sweeps.models import Sweep

    county_sweeps = []
    for county in Organisation.objects.filter(parent=None):
        dates = {
            "on": NOW.date(),
            "branch_due_on": "2026-11-26",
            "town_due_on": "2026-12-10",
            "county_due_on": "2026-12-24",
        }
        common = {"organisation": county, "path": county.path, "opened_at": NOW, "opened_by": SYSTEM.ref, **dates}
        closed = {"state": "closed", "closed_at": NOW, "closed_by": SYSTEM.ref}
        county_sweeps += [Sweep(quarter="2026Q3", **common, **closed), Sweep(quarter="2026Q4", state="open", **common)]
    Sweep.objects.bulk_create(county_sweeps)


def sweep(scattered: str) -> None:
    from sweep_open import insert

    stamp = f"timestamptz '{NOW.isoformat()}'"
    returns = {
        "id": "row_number() OVER ()", "public_id": "'r' || s.id || 'x' || lpad(o.id::text, 12, '0')", "sweep_id": "s.id", "organisation_id": "o.id",
        "path": "o.path", "is_branch": "o.kind = '631'",
        "state": "CASE WHEN s.state = 'closed' THEN 'accepted' WHEN o.id % 3 = 0 THEN 'submitted' ELSE 'open' END",
        "submitted_at": f"CASE WHEN s.state = 'closed' OR o.id % 3 = 0 THEN {stamp} END",
        "submitted_by": "CASE WHEN s.state = 'closed' OR o.id % 3 = 0 THEN 'system 系统' ELSE '' END",
        "accepted_at": f"CASE WHEN s.state = 'closed' THEN {stamp} END",
        "accepted_by": "CASE WHEN s.state = 'closed' THEN 'system 系统' ELSE '' END",
        "figures": "CASE WHEN s.state = 'closed' THEN '{\"opening\": 50, \"closing\": 52, \"out\": 2}'::jsonb END",
    }  # fmt: skip
    insert("sweeps_return", returns, "FROM branches_organisation o JOIN sweeps_sweep s ON s.path = left(o.path, 4)")
    answered = "g % 5 < 3"
    insert("sweeps_item", {
        "id": "g", "sweep_id": "s.id", "member_id": "g", "path": "homes.path", "direction": "'out'", "route": "1 + g % 3",
        "asked": "6", "ask": "6", "state": f"CASE WHEN {answered} THEN 'answered' ELSE 'open' END",
        "answer": f"CASE WHEN {answered} THEN (ARRAY['unchanged', 'changed', 'unreachable'])[1 + g % 3] ELSE '' END",
        "answered_at": f"CASE WHEN {answered} THEN {stamp} END",
        "answered_by": f"CASE WHEN {answered} THEN 'system 系统' ELSE '' END",
    }, f"{scattered} JOIN sweeps_sweep s ON s.path = left(homes.path, 4) AND s.state = 'open'")  # fmt: skip


def ours(options: argparse.Namespace) -> None:
    start()
    fill(options.members, options.counties)
    from core.actors import acting_as

    figures: dict[str, Any] = {}
    for name, (client, actor) in readers().items():
        with acting_as(actor):
            figures[name] = {"page": measured(lambda: asked(client, "/overview/"), options.rounds)}  # noqa: B023 at once
            figures[name]["figures"] = measured(lambda: counted(actor), options.rounds)  # noqa: B023
            ADDRESSES[actor.id] = links(actor)
            figures[name]["peer"] = measured(lambda: same(actor), 1 if name == "all" else 3)  # noqa: B023
            figures[name]["peer"]["figures"] = len(ADDRESSES[actor.id])
        if options.explain:
            with acting_as(actor):
                explain(lambda: counted(actor))  # noqa: B023
    print(json.dumps(figures, ensure_ascii=False))


def readers() -> dict[str, tuple[Any, Any]]:
    """Somebody of a county, of one of its towns, and of all counties, each with a browser that is signed in."""
    from django.test import Client

    from accounts.actors import actor_for
    from accounts.models import Grant, User
    from branches.models import Organisation
    from core.actors import SYSTEM

    places = {"county": ("county", [COUNTY]), "town": ("committee", [TOWN])}
    tops = Organisation.objects.filter(parent=None).values_list("path", flat=True)
    places["all"] = ("county", list(tops))
    found = {}
    for name, (role, paths) in places.items():
        units = list(Organisation.objects.filter(path__in=paths).order_by("path"))
        user = User.objects.create(username=name, name=name, organisation=units[0], password="!")
        for unit in units:
            Grant.objects.create(
                user=user,
                role=role,
                organisation=unit,
                starts_on=dt.date(2020, 1, 1),
                granted_by=SYSTEM.ref,
                granted_at=NOW,
            )
        client = Client(SERVER_NAME="127.0.0.1", raise_request_exception=True)
        client.force_login(user)
        found[name] = (client, actor_for(user, NOW.date()))
    return found


def asked(client: Any, address: str) -> None:
    assert client.get(address).status_code == 200


def counted(actor: Any) -> Any:
    from core import clock
    from reports.overview.people import people

    return people(actor, clock.today())


def links(actor: Any) -> list[tuple[int, str]]:
    """Every figure of people on the page with the address of its list."""
    from reports.overview import presenters

    found = counted(actor)
    charts = [*presenters.destinations(found), *presenters.work(found), *presenters.persons(found)]
    cells = [cell for chart in charts for row in chart.rows for cell in row[1:]]
    figures = [*presenters.figures(found), *presenters.overdue(found)]
    return [(one.value, one.url) for one in figures] + [(int(cell.text.replace(",", "")), cell.url) for cell in cells]


def plain(actor: Any) -> list[int]:
    """The peer: one COUNT through the ORM for each figure that the page shows, which is how such pages are usually written."""
    from urllib.parse import parse_qsl, urlsplit

    from django.urls import resolve

    from members.filters import Chosen

    numbers = []
    for _, url in ADDRESSES[actor.id]:
        parts = urlsplit(url)
        people = resolve(parts.path).func.view_class.people
        numbers.append(people.queryset(actor, Chosen.of(people.filters, dict(parse_qsl(parts.query)))).count())
    return numbers


ADDRESSES: dict[str, list[tuple[int, str]]] = {}


def same(actor: Any) -> None:
    """The peer's figures are ours: a bench of two different answers would say nothing."""
    assert plain(actor) == [number for number, _ in ADDRESSES[actor.id]]


def measured(work: Callable[[], Any], rounds: int) -> dict[str, Any]:
    """Statements, milliseconds in SQL (median, best, worst), of the whole, and of the session's processor."""
    from counties import session
    from django.db import connection
    from list_queries import Stopwatch
    from measuring import cpu_of

    if rounds > 1:
        work()
    spent, whole, queries, pid = [], [], 0, session()
    before = cpu_of(pid)
    for _ in range(rounds):
        watch = Stopwatch()
        begun = time.perf_counter()
        with connection.execute_wrapper(watch):
            work()
        whole.append((time.perf_counter() - begun) * 1000)
        spent.append(sum(seconds for seconds, _ in watch.spent) * 1000)
        queries = len(watch.spent)
    return {
        "queries": queries, "sql_ms": round(statistics.median(spent), 1), "best_ms": round(min(spent), 1),
        "worst_ms": round(max(spent), 1), "whole_ms": round(statistics.median(whole), 1),
        "session_cpu_ms": round((cpu_of(pid) - before) * 1000 / rounds, 1),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=1_000_000)
    parser.add_argument("--counties", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--database-url", default=SERVER, help="the server, without a database")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--explain", action="store_true", help="print the plans of the figures")
    parser.add_argument("--run-ours", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run_ours:
        return ours(options)
    with own_database(options.database_url, f"bench_overview_{os.getpid()}") as environment:
        given = ["--members", options.members, "--counties", options.counties, "--rounds", options.rounds, "--run-ours"]
        given += ["--explain"] if options.explain else []
        done = subprocess.run(
            [sys.executable, __file__, *map(str, given)], check=True, stdout=subprocess.PIPE, text=True, env=environment
        )
    *plans, last = done.stdout.splitlines()
    print(*plans, sep="\n")
    figures = json.loads(last)
    print(json.dumps(figures, ensure_ascii=False, indent=1))
    if options.json:
        options.json.write_text(json.dumps(figures, ensure_ascii=False), "utf-8")
    return None


if __name__ == "__main__":
    main()
