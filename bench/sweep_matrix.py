"""The progress matrix of a county with 500 organisations that owns 20,000 of 1,000,000 items, on PostgreSQL.

    python bench/sweep_matrix.py [--items 1000000] [--counties 50] [--json OUT.json]

Fifty counties sweep at once; one of them is looked at, by the county and by a town. Reported are the statements of the
matrix alone and those of the whole page: their number, the time in SQL (median and worst of twenty-five, warm cache), and the
processor time of the database session, which says what they cost when the machine has other work as well.
Items lie scattered over the table, as they do when all counties open in the same night.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from counties import SERVER, own_database, start

TOWNS, BRANCHES = 19, 480  # with the county itself 500 organisations
ROUNDS = 25
NOW = dt.datetime(2026, 10, 1, 1, tzinfo=dt.UTC)


def prepare(counties: int) -> None:
    """Tables, keys and organisations."""
    from django.conf import settings
    from django.core.management import call_command

    from core import crypto

    call_command("migrate", verbosity=0)
    crypto.make_keys(settings.KEYS_FILE)
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    organise(counties)


def scattered(cursor: Any, number: int, counties: int) -> str:
    """The FROM of ``number`` rows ``g`` with their branch ``homes``, spread over all branches of all counties in turn."""
    cursor.execute(
        "CREATE TEMP TABLE homes AS SELECT row_number() OVER (PARTITION BY left(path, 4) ORDER BY path) - 1 AS n, id, path, "
        "left(path, 4)::int - 1 AS county FROM branches_organisation WHERE kind = '631'"
    )
    return (
        f"FROM generate_series(1, {number}) AS g JOIN homes ON homes.county = g % {counties} "
        f"AND homes.n = (g / {counties})::bigint * 7919 % {BRANCHES}"
    )


def fill(items: int, counties: int) -> None:
    from django.db import connection
    from sweep_open import insert

    prepare(counties)
    begin()
    sealed = "k1." + "A" * 48
    stamp = f"timestamptz '{NOW.isoformat()}'"
    with connection.cursor() as cursor:
        people = scattered(cursor, items, counties)
        insert("members_member", {
            "id": "g", "public_id": "'m' || lpad(g::text, 21, '0')", "name": "'测' || g", "sex": "'1'", "kind": "'1'",
            "party_status": "'normal'", "identity": f"'{sealed}'", "identity_index": "md5(g::text)::varchar(22)",
            "phone": f"'{sealed}'", "phone_index": "md5('p' || g)::varchar(22)", "home_id": "homes.id",
            "home_path": "homes.path",
        }, people)  # fmt: skip
        insert("sweeps_return", {
            "id": "o.id", "public_id": "'r' || lpad(o.id::text, 21, '0')", "sweep_id": "s.id", "organisation_id": "o.id", "path": "o.path",
            "is_branch": "o.kind = '631'", "state": "CASE o.id % 3 WHEN 0 THEN 'submitted' ELSE 'open' END",
            "submitted_at": f"CASE o.id % 3 WHEN 0 THEN {stamp} END",
            "submitted_by": "CASE o.id % 3 WHEN 0 THEN 'system 系统' ELSE '' END",
        }, "FROM branches_organisation o JOIN sweeps_sweep s ON s.path = left(o.path, 4)")  # fmt: skip
        answered = "g / 1000 % 5 < 3"  # not g % 5: the counties come in turn
        insert("sweeps_item", {
            "id": "g", "sweep_id": "s.id", "member_id": "g", "path": "homes.path", "direction": "'out'", "route": "1 + g % 3",
            "asked": "6", "ask": "6", "state": f"CASE WHEN {answered} THEN 'answered' ELSE 'open' END",
            "answer": f"CASE WHEN {answered} THEN (ARRAY['unchanged', 'changed', 'unreachable'])[1 + g % 3] ELSE '' END",
            "answered_at": f"CASE WHEN {answered} THEN {stamp} END",
            "answered_by": f"CASE WHEN {answered} THEN 'system 系统' ELSE '' END",
        }, f"{people} JOIN sweeps_sweep s ON s.path = left(homes.path, 4)")  # fmt: skip
    connection.set_autocommit(True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def organise(counties: int) -> None:
    """Counties of nineteen towns and 480 branches each."""
    from branches.models import Organisation
    from core import bulk
    from core.ids import new_id

    columns = ("id", "public_id", "code", "name", "short_name", "initials", "kind", "marks", "parent_id", "path",
               "order_path", "position", "region_code", "place", "note", "version")  # fmt: skip
    rows: list[tuple[Any, ...]] = []

    def add(name: str, kind: str, parent: tuple[int, str] | None, number: int) -> tuple[int, str]:
        path = (parent[1] if parent else "") + f"{number:04d}"
        above = parent[0] if parent else None
        rows.append((len(rows) + 1, new_id(), "", name, name, "", kind, [], above, path, path, number, "", "", "", 1))
        return len(rows), path

    for county in range(1, counties + 1):
        top = add(f"第{county}县委", "local", None, county)
        towns = [add(f"第{county}县第{number}镇党委", "611", top, number) for number in range(1, TOWNS + 1)]
        for number in range(BRANCHES):
            town = towns[number % TOWNS]
            add(f"第{county}县第{number}村党支部", "631", town, number // TOWNS + 1)
    bulk.copy_rows(Organisation, columns, rows)


def begin() -> None:
    """A sweep in each county."""
    from branches.models import Organisation
    from core.actors import SYSTEM
    from sweeps.models import Sweep

    Sweep.objects.bulk_create(
        Sweep(
            quarter="2026Q4", organisation=county, path=county.path, state="open", on=NOW.date(), branch_due_on="2026-11-26",
            town_due_on="2026-12-10", county_due_on="2026-12-24", opened_at=NOW, opened_by=SYSTEM.ref,
        )
        for county in Organisation.objects.filter(parent=None)
    )  # fmt: skip


def measured(work: Callable[[], Any], rounds: int = ROUNDS) -> dict[str, Any]:
    """Statements and milliseconds in SQL; the third run is the first that counts."""
    from counties import session
    from django.db import connection
    from list_queries import Stopwatch
    from measuring import cpu_of

    spent, queries, pid = [], 0, session()
    for number in range(rounds + 2):
        if number == 2:
            begun = cpu_of(pid)
        watch = Stopwatch()
        with connection.execute_wrapper(watch):
            work()
        spent.append(sum(seconds for seconds, _ in watch.spent) * 1000)
        queries = sum(1 for _, text in watch.spent if "SAVEPOINT" not in text)
    kept = spent[2:]
    return {
        "queries": queries, "sql_ms": round(statistics.median(kept), 1), "worst_ms": round(max(kept), 1),
        "best_ms": round(min(kept), 1), "cpu_ms": round((cpu_of(pid) - begun) * 1000 / rounds, 1),
    }  # fmt: skip


def ours(options: argparse.Namespace) -> None:
    start()
    fill(options.items, options.counties)
    from django.test import Client

    from accounts.actors import actor_for
    from accounts.models import Grant, User
    from branches.models import Organisation
    from core.actors import SYSTEM, acting_as
    from sweeps.matrix import matrix, people_in, returns_in
    from sweeps.models import Sweep

    figures: dict[str, Any] = {}
    sweep = Sweep.objects.unscoped().select_related("organisation").get(path="0007")
    for name, role, path in (("county", "county", "0007"), ("town", "committee", "00070003")):
        unit = Organisation.objects.get(path=path)
        user = User.objects.create(username=name, name=name, organisation=unit, password="!")
        Grant.objects.create(
            user=user,
            role=role,
            organisation=unit,
            starts_on=dt.date(2020, 1, 1),
            granted_by=SYSTEM.ref,
            granted_at=NOW,
        )
        actor = actor_for(user, NOW.date())
        with acting_as(actor):
            found = matrix(sweep, unit, actor)
            figures[name] = {
                "items": found.whole.people["asked"], "lines": len(found.lines),
                "people": measured(lambda: people_in(sweep, unit.path, actor)),  # noqa: B023 measured at once
                "returns": measured(lambda: returns_in(sweep, unit.path, actor)),  # noqa: B023
                "matrix": measured(lambda: matrix(sweep, unit, actor)),  # noqa: B023
            }  # fmt: skip
            if options.explain:
                explain(lambda: people_in(sweep, unit.path, actor))  # noqa: B023
        client = Client(SERVER_NAME="127.0.0.1", raise_request_exception=True)
        client.force_login(user)
        address = sweep.get_absolute_url()
        assert client.get(address).status_code == 200
        figures[name]["page"] = measured(lambda: client.get(address))  # noqa: B023
    figures["card"] = cards(sweep)
    print(json.dumps(figures, ensure_ascii=False))


AS_WAS = {"do": "same"}
MOVED = {"ask_phone": "new", "phone": "19900123456", "ask_place": "new", "where": "江苏省苏州市昆山市某某路 3 号"}


def cards(sweep: Any) -> dict[str, Any]:
    """A secretary's answer and the next card, each time of another person: the whole request, signing in included. Once
    "没有变化", once with another phone and another place; rows that are copied in are not among the statements."""
    from django.db.models import Count
    from django.test import Client
    from django.urls import reverse

    from accounts.models import Grant, User
    from branches.models import Organisation
    from core.actors import SYSTEM
    from members.freshness import mask
    from members.models import Journey, Member
    from sweeps.models import Item
    from sweeps.models.item import in_editable_return

    unanswered = Item.objects.unscoped().unanswered().filter(in_editable_return(), sweep=sweep)
    most = unanswered.values("path").annotate(number=Count("pk")).order_by("-number", "path")[0]["path"]
    branch = Organisation.objects.get(path=most)
    waiting = unanswered.filter(path=branch.path)
    waiting.update(asked=mask(["phone", "place"]), ask=mask(["phone", "place"]))
    people = list(waiting.in_queue_order().values_list("member_id", "member__public_id"))
    Member.objects.unscoped().filter(pk__in=[pk for pk, _ in people]).update(
        phone="", identity=""
    )  # not sealed for real
    Journey.objects.bulk_create(
        Journey(
            member_id=pk,
            direction="out",
            region_code="320505",
            state="away",
            home=branch,
            home_path=branch.path,
            created_at=NOW,
            updated_at=NOW,
        )
        for pk, _ in people
    )
    user = User.objects.create(username="secretary", name="secretary", organisation=branch, password="!")
    Grant.objects.create(
        user=user, role="secretary", organisation=branch, starts_on=dt.date(2020, 1, 1), granted_by=SYSTEM.ref,
        granted_at=NOW,
    )  # fmt: skip
    client = Client(SERVER_NAME="127.0.0.1", raise_request_exception=True)
    client.force_login(user)
    client.get("/")
    left = iter(people)

    def answer(given: dict[str, str]) -> None:
        _, public_id = next(left)
        address = reverse("sweep-card", args=[sweep.public_id, public_id])
        shown = client.post(address, {"version": 1, "way": "phone", **given}, headers={"HX-Request": "true"})
        assert shown.status_code == 200, shown.status_code

    rounds = len(people) // 2 - 2
    found = {
        "as it was": measured(lambda: answer(AS_WAS), rounds), "phone and place": measured(lambda: answer(MOVED), rounds)
    }  # fmt: skip
    answered = Item.objects.unscoped().filter(sweep=sweep, path=branch.path, state="answered", way="phone")
    assert answered.count() == 2 * (rounds + 2)
    return found


def explain(work: Callable[[], Any]) -> None:
    """The plan of what ``work`` asks, under the settings that it gives the planner."""
    from django.db import connection, transaction
    from list_queries import Stopwatch

    watch = Stopwatch()
    with connection.execute_wrapper(watch):
        work()
    with transaction.atomic(), connection.cursor() as cursor:
        for _, text in watch.spent:
            if text.startswith("SET LOCAL"):
                cursor.execute(text)
                continue
            cursor.execute("EXPLAIN (ANALYZE, BUFFERS) " + text)
            print("\n".join(line for (line,) in cursor.fetchall()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--counties", type=int, default=50)
    parser.add_argument("--database-url", default=SERVER, help="the server, without a database")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--explain", action="store_true", help="print the plan of the people's count")
    parser.add_argument("--run-ours", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run_ours:
        return ours(options)
    with own_database(options.database_url, f"bench_matrix_{os.getpid()}") as environment:
        given = ["--items", options.items, "--counties", options.counties, "--run-ours"]
        given += ["--explain"] if options.explain else []
        done = subprocess.run(
            [sys.executable, __file__, *map(str, given)], check=True, stdout=subprocess.PIPE, text=True, env=environment
        )
    *plan, last = done.stdout.splitlines()
    print(*plan, sep="\n")
    figures = json.loads(last)
    print(json.dumps(figures, ensure_ascii=False, indent=1))
    if options.json:
        options.json.write_text(json.dumps(figures, ensure_ascii=False), "utf-8")
    return None


if __name__ == "__main__":
    main()
