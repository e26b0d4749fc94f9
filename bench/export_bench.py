"""Export of the outflow ledger, 100,000 rows × 19 columns, against django-import-export's default, each in its own process.

    DATABASE_URL=postgres://.../an_empty_migrated_database python bench/export_bench.py [--rows 100000] [--peer-rows 20000]

The database is filled with a made-up county first when it holds nobody. Ours is the whole job: the right, the query, three
numbers opened a row, the workbook, the sealed file, the event. The peer's time is extrapolated from fewer rows in proportion,
which is kind to it: it holds everything in memory.
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
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

FORMS = {
    "plain": ("plain masked list", {"form": "list", "full": False}, 20),
    "official": ("official look, full numbers", {"form": "official", "full": True}, 5),
}


def ours(name: str) -> dict[str, Any]:
    import django

    django.setup()
    from branches.models import Organisation
    from core import clock
    from core.actors import SYSTEM, acting_as
    from exchange.export import producing
    from exchange.models import Export

    county = Organisation.objects.get(parent=None)
    with acting_as(SYSTEM):
        export = Export.objects.create(
            kind="outflow", organisation=county, path=county.path, purpose="测速", owner=SYSTEM.id, requested_at=clock.now(),
            requested_by=SYSTEM.ref, **FORMS[name][1],
        )  # fmt: skip
        started, worked = time.perf_counter(), time.process_time()
        made = producing.produce(export, by=SYSTEM)
        seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"rows": made.rows, "seconds": seconds, "cpu": cpu, "memory": memory}


def child(*arguments: str) -> dict[str, Any]:
    done = subprocess.run([sys.executable, *arguments], check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--peer-rows", type=int, default=20_000)
    parser.add_argument("--run", choices=FORMS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        print(json.dumps(ours(options.run)))
        return
    fill(options.rows)
    peer = str(HERE / "peers" / "export_default.py")
    default = child(peer, "--rows", str(options.peer_rows))
    tuned = child(peer, "--rows", str(options.peer_rows), "--tuned")
    for name, (title, _form, least) in FORMS.items():
        mine = child(__file__, "--run", name)
        print(
            f"{title}: {mine['rows']} rows in {mine['seconds']:.2f} s ({mine['cpu']:.2f} s of it computing), {mine['memory']} MB"
        )
        for label, other in (("import-export default", default), ("import-export with select_related", tuned)):
            scaled = other["seconds"] * mine["rows"] / other["rows"]
            print(
                f"  {label}: {other['rows']} rows in {other['seconds']:.2f} s ({other['cpu']:.2f} s computing), {other['memory']} MB; "
                f"{mine['rows']} rows would be {scaled:.1f} s: {scaled / mine['seconds']:.1f} × (at least {least} × the default)"
            )


def fill(rows: int) -> None:
    from population import populate

    from members.models import Member

    if not Member.objects.unscoped().exists():
        started = time.perf_counter()
        populate(rows)
        print(f"a made-up county of {rows} people: {time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()
