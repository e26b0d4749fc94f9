"""The Celery application. With Redis where REDIS_URL names one, else over files under ``var/``.

Celery only carries ids of jobs: everything that counts is in the database (``jobs``). A message may come late, twice or
never; the lease, the relay and the reaper make up for it.
"""

import os
from pathlib import Path

from celery import Celery
from celery.signals import worker_ready, worker_shutting_down
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

TICK = 10.0

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    accept_content=["json"],
    task_serializer="json",
    result_serializer="json",
    result_backend=None,
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,  # a worker waits for its broker as long as it takes
    broker_connection_timeout=2,
    task_publish_retry=False,
    timezone="Asia/Shanghai",
    worker_hijack_root_logger=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,  # the lease says who runs a job, not the connection
    beat_schedule_filename=str(settings.VAR / "beat-schedule"),
    # What is due is decided in the database: a tick too many does nothing, one that waited is worthless.
    beat_schedule={"tick": {"task": "jobs.tick", "schedule": TICK, "options": {"expires": TICK, "retry": False}}},
)
if settings.REDIS_URL:
    app.conf.update(
        broker_transport_options={
            "visibility_timeout": settings.CELERY_TASK_TIME_LIMIT + 600,  # longer than any job may run
            "socket_timeout": 5,
            "socket_connect_timeout": 1,
            "socket_keepalive": True,
            "health_check_interval": 10,
        }
    )
else:
    folder = Path(settings.BROKER_FOLDER)
    for name in ("queue", "processed", "control"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    app.conf.update(
        broker_transport_options={
            "data_folder_in": str(folder / "queue"),
            "data_folder_out": str(folder / "queue"),
            "processed_folder": str(folder / "processed"),
            "control_folder": str(folder / "control"),
            "store_processed": False,
            "polling_interval": 0.1,
        }
    )
app.set_default()  # for every thread of the web server, not only the one that imported this
app.autodiscover_tasks()


@worker_ready.connect
def start_clock(**_kwargs: object) -> None:
    """A worker looks at the clock itself, so that jobs recover even without beat, or while the broker is away."""
    from jobs.ticker import Ticker  # noqa: PLC0415 models are loaded only now

    ticker = Ticker()
    worker_shutting_down.connect(lambda **_: ticker.stop(), weak=False)
    ticker.start()
