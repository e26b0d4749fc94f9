"""``python -m tests.jobs.live.drive COMMAND JSON``: what a web process would do, in a process of its own; prints JSON."""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from core.actors import SYSTEM  # noqa: E402
from jobs import actions, runner  # noqa: E402


def closing(work):
    def run(argument):
        try:
            return work(argument)
        finally:
            connection.close()

    return run


def enqueue(params):
    """Like a page: the job in a transaction, sent when it commits. Seconds taken per job, and the ids."""
    ids, seconds = [], []
    for _ in range(params.pop("times", 1)):
        start = time.monotonic()
        with transaction.atomic():
            ids.append(actions.enqueue("live.rows", params, by=SYSTEM).public_id)
        seconds.append(time.monotonic() - start)
    return {"ids": ids, "seconds": seconds}


def enqueue_at_once(params):
    """The same key from many threads."""
    with ThreadPoolExecutor(params["threads"]) as pool:
        one = closing(lambda _: actions.enqueue("live.rows", {}, by=SYSTEM, key="once").public_id)
        return {"ids": list(pool.map(one, range(params["threads"])))}


def run_at_once(params):
    """The same job from many threads: how many of them ran it."""
    with ThreadPoolExecutor(params["threads"]) as pool:
        return {"ran": sum(pool.map(closing(lambda _: runner.run(params["id"])), range(params["threads"])))}


print(
    json.dumps({f.__name__: f for f in (enqueue, enqueue_at_once, run_at_once)}[sys.argv[1]](json.loads(sys.argv[2])))
)
