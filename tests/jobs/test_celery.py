"""The settings on which "nothing is lost, nothing is done twice" stands."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings

from jobs import publish
from portal.celery import app

ROOT = Path(__file__).resolve().parents[2]


def test_a_message_is_acknowledged_only_when_its_job_has_ended():
    assert app.conf.task_acks_late is True
    assert app.conf.task_reject_on_worker_lost is True
    assert app.conf.worker_prefetch_multiplier == 1


def test_nothing_but_json_is_taken_from_the_queue():
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_serializer == "json"
    assert app.conf.result_backend is None


def test_publishing_is_tried_once():
    assert app.conf.task_publish_retry is False
    assert publish.QUICK["max_retries"] == 0


def test_a_process_of_the_portal_sends_through_this_application():
    assert current_app.conf.broker_url == settings.CELERY_BROKER_URL
    app.loader.import_default_modules()
    assert {"jobs.run_job", "jobs.tick"} <= set(app.tasks)


def test_the_queue_of_files_lies_under_the_run_time_folder():
    assert app.conf.broker_transport_options["data_folder_in"].startswith(str(settings.VAR))


def test_with_redis_no_job_outlives_its_message(tmp_path):
    code = (
        "from portal.celery import app; from django.conf import settings; o = app.conf.broker_transport_options;"
        "assert o['visibility_timeout'] > settings.CELERY_TASK_TIME_LIMIT > 0; assert o['socket_connect_timeout'] <= 1"
    )
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "VAR_DIR": str(tmp_path),
        "REDIS_URL": "redis://127.0.0.1/15",
    }
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, check=True, timeout=60)


@pytest.mark.parametrize("entry", app.conf.beat_schedule.values())
def test_a_tick_that_waited_is_worthless(entry):
    app.loader.import_default_modules()
    assert entry["task"] in app.tasks
    assert entry["options"]["expires"] <= entry["schedule"]
