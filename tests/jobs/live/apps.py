"""Handlers for the tests with real workers. The effect of a job is rows of ``core.Idempotency``; its runs are lines of a file."""

import os
import time
from pathlib import Path

from django.apps import AppConfig

from core import clock
from core.handlers import Handler, Periodic, register, register_periodic
from core.ids import new_id


def write_rows(params, by, progress):
    """``rows`` rows with pauses between them, in the one transaction that the runner has opened."""
    from core.models import Idempotency  # noqa: PLC0415 models are loaded only now

    with Path(params["runs"]).open("a") as file:
        file.write("run\n")
    for number in range(params["rows"]):
        Idempotency.objects.create(actor="effect", key=new_id(), target=params["name"], at=clock.now())
        progress.step(number + 1, params["rows"], "正在写入")
        time.sleep(params["pause"])
    return {"text": "写完了"}


class LiveConfig(AppConfig):
    name = "tests.jobs.live"
    label = "live"

    def ready(self):
        """The portal as it is, with a clock that looks more often: most of what these tests do is wait for it."""
        from jobs import publish, reaper, ticker  # noqa: PLC0415 models are loaded only now

        register(Handler("live.rows", "写入", write_rows, atomic=True))
        relay = reaper.reap if os.environ.get("LIVE_RELAY") != "0" else (lambda _now: None)
        register_periodic(Periodic("jobs.reap", 2, relay))
        ticker.Ticker.every = publish.PAUSE = 1.0
