"""Moving a town of 20 branches and 2,000 members, with their journeys, below another committee: seconds on PostgreSQL.

    python bench/move_town.py [--rows 100000] [--database-url postgres://postgres@127.0.0.1:5432] [--json OUT.json]

A made-up county of ``--rows`` people is filled first; the town's branches are taken from it. Five moves there and back, the
median counts; each is the action itself: right, blockers, every copy of a path, history and event, in one transaction.
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

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from counties import SERVER, county_actor, own_database, start

BRANCHES, PEOPLE, MOVES = 20, 2000, 5


def ours(rows: int) -> None:
    start()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    from population import plant, populate

    county = populate(rows)
    from branches.actions import organisations
    from branches.models import Organisation
    from core.actors import acting_as
    from members.models import Journey, Member

    taken = Organisation.objects.filter(parent=county).count()
    offices = [
        plant(f"中共云湖县第{name}工作委员会", f"第{name}工委", "working", county, taken + at + 1)
        for at, name in enumerate("一二")
    ]
    town = plant("中共云湖县测速镇委员会", "测速镇党委", "611", offices[0], 1)
    people = list(Member.objects.unscoped().order_by("pk").values_list("pk", flat=True)[:PEOPLE])
    for number in range(BRANCHES):
        branch = plant(f"中共云湖县测速镇{number}村支部委员会", f"测速{number}村党支部", "631", town, number + 1)
        part = people[number::BRANCHES]
        Member.objects.unscoped().filter(pk__in=part).update(home=branch, home_path=branch.path)
        Journey.objects.unscoped().filter(member_id__in=part).update(home=branch, home_path=branch.path)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    seconds = []
    with acting_as(county_actor()) as by:
        for number in range(MOVES):
            town = Organisation.objects.get(pk=town.pk)
            began = time.perf_counter()
            organisations.move(town, to=offices[(number + 1) % 2], by=by)
            seconds.append(time.perf_counter() - began)
    moved = Member.objects.unscoped().filter(home_path__startswith=Organisation.objects.get(pk=town.pk).path).count()
    print(
        json.dumps(
            {"members": moved, "branches": BRANCHES, "seconds": round(statistics.median(seconds), 4), "all": seconds}
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--database-url", default=SERVER, help="the server, without a database")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--run-ours", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run_ours:
        ours(options.rows)
        return
    with own_database(options.database_url, f"bench_move_{os.getpid()}") as environment:
        command = [sys.executable, __file__, "--run-ours", "--rows", str(options.rows)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    found = json.loads(done.stdout.strip().splitlines()[-1])
    print(
        f"a town of {found['branches']} branches and {found['members']} members: {found['seconds']:.3f} s; at most 0.2 s"
    )
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
