"""Thirty readers and writers on 50,000 members, 400 branches and eight quarters: gunicorn as shipped, PostgreSQL.

    python bench/load.py [--members 50000] [--branches 400] [--rate 45] [--seconds 60] [--json OUT.json]

First at a pace (``--rate`` requests a second in all; each is counted from when it was due, so a slow answer delays nobody's
clock), then flat out, where each client asks again as soon as it is answered. The load generator is a process of its own on the same
processors as the web server and the database. Peer in the same run: a bare Django view that renders a page of the same size
(``peers/bare_page.py``) under the same gunicorn, flat out, by the same thirty clients.

Every answer is looked at (``load_clients.py``); at the end answers, evidence, notes and history in the database are compared
with what was sent. A wrong one ends the bench with exit 1.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from counties import SERVER, own_database, start
from load_clients import Client, Done, World, WrongAnswer, work
from measuring import cpu_of

WARM_UP, CLIENTS = 8.0, 30


@contextmanager
def served(application: str, port: int, environment: dict[str, str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """gunicorn with the shipped settings, until it answers; gone afterwards."""
    command = [sys.executable, "-m", "gunicorn", "-c", str(HERE.parent / "gunicorn.conf.py"), "-b", f"127.0.0.1:{port}"]
    process = subprocess.Popen([*command, application], env=environment, cwd=folder)
    try:
        for _ in range(200):
            time.sleep(0.1)
            with suppress(ConnectionError), socket.create_connection(("127.0.0.1", port)):
                break
        yield process
    finally:
        process.terminate()
        process.wait(20)


def processors(server: int) -> dict[str, float]:
    """Seconds of processor time so far: of the web server with its workers, of the database, of this process."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        sessions = [pid for (pid,) in cursor.fetchall()]
    workers = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    return {
        "web": sum(cpu_of(int(pid)) for pid in workers), "database": sum(map(cpu_of, sessions)), "generator": time.process_time(),
    }  # fmt: skip


def together(clients: list[Client], seconds: float, pace: float, extra: dict[str, int]) -> float:
    """All clients at once; how long it took."""
    begun = time.perf_counter()
    threads = [threading.Thread(target=work, args=(one, begun + seconds, pace, extra)) for one in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - begun


def phase(clients: list[Client], seconds: float, pace: float, extra: dict[str, int], server: int) -> dict[str, Any]:
    """Requests a second, milliseconds by kind of request, and processor milliseconds a request: these hold on a busy machine too."""
    before, spent = sent(clients), processors(server)
    took = together(clients, seconds, pace, extra)
    found = summed(clients, took, before)
    now = processors(server)
    found["processor_ms"] = {what: round(1000 * (now[what] - spent[what]) / found["requests"], 1) for what in now}
    return found


def summed(clients: list[Client], took: float, before: dict[int, int]) -> dict[str, Any]:
    kinds: dict[str, list[float]] = defaultdict(list)
    for at, one in enumerate(clients):
        for what, seconds in one.done.took[before.get(at, 0) :]:
            kinds[what].append(seconds * 1000)
    every = sorted(value for values in kinds.values() for value in values)
    return {
        "requests": len(every), "per_second": round(len(every) / took, 1), **spread(every),
        "kinds": {what: {"n": len(values), **spread(sorted(values))} for what, values in sorted(kinds.items())},
    }  # fmt: skip


def spread(values: list[float]) -> dict[str, int]:
    def at(share: float) -> int:
        return round(values[min(len(values) - 1, int(len(values) * share))]) if values else 0

    return {"median": round(statistics.median(values)) if values else 0, "p95": at(0.95), "p99": at(0.99)}


def sent(clients: list[Client]) -> dict[int, int]:
    """How many requests each has made so far."""
    return {at: len(one.done.took) for at, one in enumerate(clients)}


def checked(clients: list[Client], sweep: str) -> list[str]:
    """What the database says of what was sent; a sentence for each thing that is not so."""
    from audit.models import Change, Event
    from members.models import Evidence, Member
    from sweeps.models import Item

    done: list[Done] = [one.done for one in clients]
    wrong = [text for one in done for text in one.wrong]
    answered = {member for one in done for member in one.answered}
    items = Item.objects.unscoped().filter(sweep__public_id=sweep, state="answered")
    kept = set(items.values_list("member__public_id", flat=True))
    if kept != answered:
        wrong.append(f"{len(answered)} cards answered, {len(kept)} in the database")
    proofs = Evidence.objects.unscoped().filter(source="sweep").values("member").distinct().count()
    told = Event.objects.filter(kind="sweep_answered").count()
    # Of somebody of whom nothing has run out nothing is proved anew.
    asked = items.exclude(asked=0).count()
    if told != len(answered) or proofs != asked:
        wrong.append(f"{len(answered)} answers: {told} events; {asked} with something to prove: {proofs} with evidence")
    edits = sum(one.edits for one in done)
    changes = Change.objects.unscoped().filter(object_type="members.member", fields__has_key="note").count()
    if changes != edits:
        wrong.append(f"{edits} notes written, {changes} in the history")
    notes: dict[str, set[str]] = defaultdict(set)
    for one in done:
        for member, note in one.notes.items():
            notes[member].add(note)
    for public_id, note in Member.objects.unscoped().filter(public_id__in=notes).values_list("public_id", "note"):
        if note not in notes[public_id]:
            wrong.append(f"a note is not as it was written: {note!r}")
    return wrong


def peer(port: int, environment: dict[str, str], seconds: float) -> dict[str, Any]:
    """As many clients on the bare page, flat out."""
    took: list[float] = []

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while (begun := time.perf_counter()) < until:
            with suppress(http.client.RemoteDisconnected, ConnectionResetError):
                connection.request("GET", "/")
                if len(connection.getresponse().read()) < 20_000:
                    raise WrongAnswer("the peer's page is too small to compare with")
                took.append(time.perf_counter() - begun)

    bare = {name: value for name, value in environment.items() if name != "DJANGO_SETTINGS_MODULE"}
    with served("peers.bare_page", port, bare, HERE):
        until = time.perf_counter() + seconds
        threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return {
        "requests": len(took),
        "per_second": round(len(took) / seconds, 1),
        **spread(sorted(one * 1000 for one in took)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=50_000)
    parser.add_argument("--branches", type=int, default=400)
    parser.add_argument("--rate", type=float, default=45.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--port", type=int, default=8035)
    parser.add_argument("--database-url", default=SERVER)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with own_database(options.database_url, f"bench_load_{os.getpid()}") as environment:
        known = Path(environment["VAR_DIR"]) / "known.json"
        sizes = ["--members", str(options.members), "--branches", str(options.branches)]
        subprocess.run([sys.executable, str(HERE / "load_county.py"), str(known), *sizes], check=True, env=environment)
        os.environ.update(environment)
        start()
        figures = measured(json.loads(known.read_text("utf-8")), options, environment)
    print(json.dumps(figures, ensure_ascii=False, indent=1))
    if options.json:
        options.json.write_text(json.dumps(figures, ensure_ascii=False), "utf-8")
    sys.exit(bool(figures["wrong"]))


def measured(known: dict[str, Any], options: argparse.Namespace, environment: dict[str, str]) -> dict[str, Any]:
    from django.urls import NoReverseMatch, reverse

    world = World(known["sweep"], known["returns"], known["members"])
    clients = [Client(who, world, options.port, seed) for seed, who in enumerate(known["clients"])]
    try:
        extra = {"overview": 15} if reverse("overview") else {}
    except NoReverseMatch:
        extra = {}
    with served("portal.wsgi", options.port, environment, HERE.parent) as server:
        together(clients, WARM_UP, 1.0, extra)
        paced = phase(clients, options.seconds, len(clients) / options.rate, extra, server.pid)
        flat_out = phase(clients, options.seconds / 2, 0.0, extra, server.pid)
    wrong = checked(clients, known["sweep"])
    return {
        "load_average": os.getloadavg(), "clients": len(clients), "offered": options.rate, "paced": paced, "flat_out": flat_out,
        "peer": peer(options.port, environment, options.seconds / 4),
        "answered": sum(len(one.done.answered) for one in clients), "edits": sum(one.done.edits for one in clients),
        "people_on_pages": sum(one.done.people_seen for one in clients), "wrong": wrong[:20],
    }  # fmt: skip


if __name__ == "__main__":
    main()
