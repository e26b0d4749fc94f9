"""Every bench one after the other on one PostgreSQL server; the figures go to bench/results/<date>.json.

python -m bench [--rows 100000] [--database-url postgres://postgres@127.0.0.1:5432] [--only import,move,export,lists]
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from counties import SERVER, own_database

NAMES = ("import", "move", "export", "lists", "opening", "matrix", "cells", "people", "packet", "overview", "load")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--peer-rows", type=int, default=20_000)
    parser.add_argument("--members", type=int, default=1_000_000, help="people for the lists")
    parser.add_argument("--database-url", default=SERVER, help="the server, without a database")
    parser.add_argument("--only", default=",".join(NAMES))
    options = parser.parse_args()
    results: dict[str, Any] = {
        "machine": f"{os.cpu_count()} processors, Python {platform.python_version()}",
        "rows": options.rows,
    }
    for name in options.only.split(","):
        print(f"== {name}", flush=True)
        results[name] = RUNS[name](options)
    folder = HERE / "results"
    folder.mkdir(exist_ok=True)
    today = dt.datetime.now(tz=dt.UTC).astimezone().date()
    path = folder / f"{today}.json"
    path.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(f"figures: bench/results/{path.name}")


def with_figures(program: str, *arguments: object) -> Any:
    """A bench that writes its figures where it is told."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        out = Path(folder) / "figures.json"
        run(program, *arguments, "--json", out)
        return json.loads(out.read_text("utf-8"))


def run(program: str, *arguments: object, environment: dict[str, str] | None = None) -> list[str]:
    """What it printed, shown as well. A bench that fails ends everything: half the figures are none."""
    command = [sys.executable, str(HERE / program), *map(str, arguments)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    print(done.stdout, flush=True)
    return done.stdout.splitlines()


def imports(options: argparse.Namespace) -> Any:
    rows = ("--rows", options.rows, "--peer-rows", options.peer_rows)
    return with_figures("import_bench.py", *rows, "--database-url", options.database_url)


def moves(options: argparse.Namespace) -> Any:
    return with_figures("move_town.py", "--rows", options.rows, "--database-url", options.database_url)


def exports(options: argparse.Namespace) -> Any:
    with own_database(options.database_url, f"bench_export_{os.getpid()}") as environment:
        subprocess.run(
            [sys.executable, str(HERE.parent / "manage.py"), "migrate", "-v", "0"], check=True, env=environment
        )
        return run("export_bench.py", "--rows", options.rows, "--peer-rows", options.peer_rows, environment=environment)


def lists(options: argparse.Namespace) -> Any:
    database = f"{options.database_url}/bench_lists_{os.getpid()}"
    return run("list_queries.py", "--members", options.members, "--database", database)


def with_a_server(program: str) -> Callable[[argparse.Namespace], Any]:
    return lambda options: with_figures(program, "--database-url", options.database_url)


RUNS = {
    "import": imports,
    "move": moves,
    "export": exports,
    "lists": lists,
    "opening": with_a_server("sweep_open.py"),
    "matrix": with_a_server("sweep_matrix.py"),
    "cells": with_a_server("sweep_cells.py"),
    "people": with_a_server("person_files.py"),
    "packet": with_a_server("packet.py"),
    "overview": with_a_server("overview.py"),
    "load": with_a_server("load.py"),
}

if __name__ == "__main__":
    main()
