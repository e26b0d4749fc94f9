"""1,000 person files as one PDF: the whole way from the database to the joined file, in a process of its own.

python bench/person_files.py [--people 1000] [--database-url postgres://postgres@127.0.0.1:5432] [--json OUT.json]
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

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from counties import SERVER, county_actor, own_database, start


def ours() -> None:
    start()
    from branches.models import Organisation
    from core import clock
    from core.actors import acting_as
    from reports.models import Paper
    from reports.papers import persons
    from reports.papers.making import Making
    from reports.quarter.edition import Edition

    by = county_actor()
    with acting_as(by):
        county = Organisation.objects.get(parent=None)
        paper = Paper(pk=1, kind="people", organisation=county, full=True, purpose="测速", requested_at=clock.now())
        began, worked = time.perf_counter(), time.process_time()
        (made,) = persons.files(Making(paper, Edition.of(county, None, by), by))
        seconds, cpu = time.perf_counter() - began, time.process_time() - worked
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        json.dumps(
            {
                "people": made.people, "bytes": len(made.content), "seconds": round(seconds, 2), "cpu": round(cpu, 2),
                "child_cpu": round(children.ru_utime + children.ru_stime, 2), "child": children.ru_maxrss // 1024,
                "worker": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            }
        )
    )  # fmt: skip


def fill(people: int) -> None:
    start()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from population import populate

    populate(people)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--database-url", default=SERVER, help="the server, without a database")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--run", choices=("fill", "ours"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        fill(options.people) if options.run == "fill" else ours()
        return
    with own_database(options.database_url, f"bench_people_{os.getpid()}") as environment:
        command = [sys.executable, __file__, "--people", str(options.people), "--run"]
        subprocess.run([*command, "fill"], check=True, env=environment)
        done = subprocess.run([*command, "ours"], check=True, stdout=subprocess.PIPE, text=True, env=environment)
    found = json.loads(done.stdout.strip().splitlines()[-1])
    print(
        f"{found['people']} person files in {found['seconds']} s: {found['people'] / found['seconds']:.0f} a second (at least 20, aim 100); "
        f"computing {found['cpu']} + {found['child_cpu']} s; worker {found['worker']} MB, child {found['child']} MB"
    )
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
