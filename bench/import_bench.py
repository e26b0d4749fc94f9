"""Import of an outflow ledger against django-import-export (default and bulk) and against the floor, each in its own process.

    python bench/import_bench.py [--rows 100000] [--peer-rows 20000] [--database-url postgres://postgres@127.0.0.1:5432]
                                 [--files FOLDER] [--only ours,floor] [--json OUT.json]

Ours is the whole way: the file in the reader child, every check, history, evidence, audit, encryption, by a user of the county's
office, with the register of the same people taken in before. A made-up ledger is written first unless --files names the
folder of one (``make_ledger.py``). The default peer's time is extrapolated from fewer rows in proportion, which is kind to it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

import make_ledger
from counties import SERVER, county_actor, own_database, prepare, session, start
from measuring import Measure

SIDES = ("ours", "floor", "bulk", "default")
SEED = 7
Side = dict[str, Any]


def ours(folder: Path) -> None:
    """One process, as a worker would: register, ledger, the same again, the next edition; each checked and applied."""
    start()
    from django.db import connection

    from core.actors import acting_as
    from exchange.actions.applies import apply
    from exchange.actions.batches import receive
    from exchange.actions.checks import check

    measure = Measure(session())
    files = (("register", "register"), ("first", "outflow"), ("same", "outflow"), ("next", "outflow-next"))
    with acting_as(county_actor()) as by:
        for name, file in files:
            data = (folder / f"{file}.xlsx").read_bytes()
            batch = receive(data=data, name=f"{file}.xlsx", by=by)
            with measure.stage(f"{name} check"):
                batch = check(batch=batch, by=by, data=data)
            with measure.stage(f"{name} apply"):
                batch = apply(batch=batch, by=by)
            measure.notes[name] = batch.counts
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
    measure.report()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--peer-rows", type=int, default=20_000)
    parser.add_argument("--bulk-rows", type=int, default=0, help="rows of the bulk peer, when not all")
    parser.add_argument("--database-url", default=SERVER, help="the server, without a database")
    parser.add_argument("--files", type=Path)
    parser.add_argument("--only", default=",".join(SIDES))
    parser.add_argument("--json", type=Path)
    parser.add_argument("--prepare", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--run-ours", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.prepare:
        start()
        prepare(options.rows)
        return
    if options.run_ours:
        ours(options.run_ours)
        return
    with tempfile.TemporaryDirectory(prefix="bench-ledgers-") as made:
        found = measured(options, Path(made))
    print(table(found, options))
    if options.json:
        options.json.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")


def measured(options: argparse.Namespace, made: Path) -> dict[str, Side]:
    folder, wanted = options.files or made, options.only.split(",")
    found = make_ledger.branches(options.rows)
    if options.files is None:
        make_ledger.write(folder / "register.xlsx", "党员", make_ledger.register(options.rows, found, SEED))
        make_ledger.write(folder / "outflow.xlsx", "流出", make_ledger.outflow(options.rows, found, SEED))
        make_ledger.write(folder / "outflow-next.xlsx", "流出", make_ledger.outflow(options.rows, found, SEED, 0.01))
    (made / "branches.txt").write_text("\n".join(name for _town, name in found), "utf-8")
    bulk_rows = options.bulk_rows or options.rows
    sides: dict[str, Side] = {}
    with own_database(options.database_url, f"bench_import_{os.getpid()}") as environment:
        if "ours" in wanted:
            # In a process of its own: a worker never holds what migrations leave in memory.
            prepared = [sys.executable, __file__, "--prepare", "--rows", str(options.rows)]
            subprocess.run(prepared, check=True, env=environment)
            sides["ours"] = process(environment, __file__, "--run-ours", folder)
        if "floor" in wanted:
            sides["floor"] = process(environment, HERE / "peers" / "floor.py", folder / "outflow.xlsx")
        for name, rows in (("bulk", bulk_rows), ("default", options.peer_rows)):
            if name in wanted:
                plain(made / f"{name}.xlsx", rows, found)
                program = HERE / "peers" / f"import_{name}.py"
                sides[name] = process(environment, program, made / f"{name}.xlsx", made / "branches.txt")
    return sides


def plain(path: Path, rows: int, found: list[tuple[str, str]]) -> None:
    """The same people under one line of headings, which is all that the peers read."""
    headings = [lower or upper for upper, lower in make_ledger.HEAD]
    body = list(make_ledger.outflow(rows, found, SEED))[4:]
    make_ledger.write(path, "流出", iter([headings, *body]))


def process(environment: dict[str, str], program: str | Path, *arguments: object) -> Side:
    command = [sys.executable, str(program), *map(str, arguments)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    found: Side = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def total(side: Side, *stages: str) -> tuple[float, float]:
    """(seconds, processor seconds) of these stages, or of all."""
    chosen = [side["stages"][name] for name in stages or side["stages"]]
    return sum(one["seconds"] for one in chosen), sum(one["cpu"] for one in chosen)


def table(sides: dict[str, Side], options: argparse.Namespace) -> str:
    lines = [f"{'stage':<28}{'seconds':>10}{'processor':>11}"]
    for name, side in sides.items():
        for stage, one in side["stages"].items():
            lines.append(f"{name + ': ' + stage:<28}{one['seconds']:>10.2f}{one['cpu']:>11.2f}")
        lines.append(f"{name + ': memory MB':<28}{side['memory']['worker']:>10}  reader {side['memory']['reader']}")
    if "ours" in sides:
        lines += ["", *ratios(sides, options)]
    return "\n".join(lines)


def ratios(sides: dict[str, Side], options: argparse.Namespace) -> list[str]:
    first = total(sides["ours"], "first check", "first apply")
    lines = [f"first import of {options.rows} rows: {first[0]:.2f} s ({first[1]:.2f} s of processor)"]
    peers = (("default", options.peer_rows, "20"), ("bulk", options.bulk_rows or options.rows, "3.5"))
    for name, rows, least in peers:
        if name in sides:
            times, cpu = (one * options.rows / rows for one in total(sides[name]))
            said = f"{times / first[0]:.1f} × faster (by processor {cpu / first[1]:.1f} ×)"
            lines.append(f"  against {name}, {times:.0f} s: {said}; at least {least} ×")
    if "floor" in sides:
        times, cpu = total(sides["floor"])
        lines.append(
            f"  against the floor, {times:.2f} s: {first[0] / times:.1f} × its time (by processor {first[1] / cpu:.1f} ×); at most 7 ×"
        )
        times, cpu = total(sides["floor"], "read")
        again = total(sides["ours"], "next check", "next apply")
        lines.append(
            f"1 % changed: {again[0]:.2f} s ({again[1]:.2f} s of processor); reading alone {times:.2f} s: "
            f"{again[0] / times:.1f} × (by processor {again[1] / cpu:.1f} ×); at most 5 ×"
        )
    return lines


if __name__ == "__main__":
    main()
