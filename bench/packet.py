"""The packet of a quarter as the job makes it: seconds and memory, for a made-up county and for the sample county.

    python bench/packet.py [--mobile 2000] [--villages 180] [--database-url postgres://postgres@127.0.0.1:5432] [--json OUT.json]

The made-up county has 25,000 members in ``--villages`` branches of 13 towns, ``--mobile`` of them out, and an open sweep. Each run
is the whole job in a process of its own: right, reading, every paper with whole numbers, the zip, the sealed file, the event.
``worker``: the process that the job runs in; ``child``: the largest of those that set the person files.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from counties import SERVER, county_actor, own_database, start

MEMBERS, TOWNS = 25_000, 13
GOALS = {"sample": 20, "made": 60}


def fill(mobile: int, villages: int) -> None:
    """In a process of its own, so that its memory is not the job's."""
    start()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    from population import plant, populate

    from core.actors import SYSTEM
    from jobs.runner import run_waiting
    from members.models import Journey, Member
    from sweeps.actions import opening

    county = populate(MEMBERS)
    taken = 100
    towns = [plant(f"中共云湖县第{n}镇委员会", f"第{n}镇党委", "611", county, taken + n) for n in range(TOWNS)]
    homes = [
        plant(f"中共云湖县第{n % TOWNS}镇{n}村支部委员会", f"{n}村党支部", "631", towns[n % TOWNS], n // TOWNS + 1)
        for n in range(villages)
    ]
    people = list(Member.objects.unscoped().order_by("pk").values_list("pk", flat=True))
    Journey.objects.unscoped().exclude(member_id__in=people[:mobile]).delete()
    for number, home in enumerate(homes):
        part = people[number::villages]
        Member.objects.unscoped().filter(pk__in=part).update(home=home, home_path=home.path)
        Journey.objects.unscoped().filter(member_id__in=part).update(home=home, home_path=home.path)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    opening.open_sweep(organisation=county, by=SYSTEM)
    run_waiting()


def sample() -> None:
    start()
    from django.conf import settings
    from django.core.management import call_command

    from core.crypto import make_keys

    call_command("migrate", verbosity=0)
    make_keys(settings.KEYS_FILE)
    call_command("load_demo")


def make() -> None:
    start()
    from branches.models import Organisation
    from core.actors import acting_as
    from reports.actions import papers
    from reports.enums import PaperKind
    from reports.papers import producing
    from sweeps.models import Sweep

    by = county_actor()
    with acting_as(by):
        county = Organisation.objects.get(parent=None)
        sweep = Sweep.objects.visible_to(by).newest_first().select_related("organisation").first()
        paper = papers.request(
            kind=PaperKind.PACKET, organisation=county, sweep=sweep, purpose="测速用材料", by=by, full=True
        )
        began, worked = time.perf_counter(), time.process_time()
        made = producing.produce(paper, by=by)
        seconds, cpu = time.perf_counter() - began, time.process_time() - worked
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        json.dumps(
            {
                "people": made.people, "files": len(made.contents), "bytes": sum(one["size"] for one in made.contents),
                "seconds": round(seconds, 2), "cpu": round(cpu, 2),
                "child_cpu": round(children.ru_utime + children.ru_stime, 2),
                "worker": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, "child": children.ru_maxrss // 1024,
            }
        )
    )  # fmt: skip


def child(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, __file__, *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    return done.stdout


def measured(options: argparse.Namespace, county: str) -> dict[str, Any]:
    with own_database(options.database_url, f"bench_packet_{os.getpid()}") as environment:
        environment["DEMO"] = "1" if county == "sample" else "0"
        child(environment, "--run", county, "--mobile", str(options.mobile), "--villages", str(options.villages))
        found: dict[str, Any] = json.loads(child(environment, "--run", "make").strip().splitlines()[-1])
        return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mobile", type=int, default=2000)
    parser.add_argument("--villages", type=int, default=180)
    parser.add_argument("--database-url", default=SERVER, help="the server, without a database")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--run", choices=("made", "sample", "make"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        {"made": lambda: fill(options.mobile, options.villages), "sample": sample, "make": make}[options.run]()
        return
    found = {}
    for county, goal in GOALS.items():
        one = found[county] = measured(options, county)
        print(
            f"{county}: {one['people']} people, {one['files']} files, {one['bytes'] / 1e6:.1f} MB in {one['seconds']} s (at most {goal}); "
            f"computing {one['cpu']} + {one['child_cpu']} s; worker {one['worker']} MB, setting child {one['child']} MB"
        )
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
