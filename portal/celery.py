"""The Celery application. With Redis where REDIS_URL names one, else over files under ``var/``."""

import os
from pathlib import Path

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    accept_content=["json"],
    task_serializer="json",
    result_backend=None,
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
    task_publish_retry=False,
    timezone="Asia/Shanghai",
    worker_hijack_root_logger=False,
    beat_schedule_filename=str(settings.VAR / "beat-schedule"),
)
if settings.REDIS_URL:
    options = {"visibility_timeout": settings.CELERY_TASK_TIME_LIMIT + 600, "socket_timeout": 5, "socket_connect_timeout": 1}
    app.conf.update(broker_transport_options=options)
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
app.autodiscover_tasks()
