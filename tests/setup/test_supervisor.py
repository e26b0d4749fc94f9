"""What ``make run`` sets up and starts, with and without Redis, and the container's health check."""

import http.server
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from portal.health import is_healthy
from portal.supervisor import portal_plan

ROOT = Path(__file__).resolve().parents[2]


def commands(plan):
    return [" ".join(step.command).partition("manage.py ")[2].split()[0] for step in plan.steps]


def test_without_redis_one_process_works_and_keeps_time(settings):
    settings.REDIS_URL, settings.DEMO = "", False
    plan = portal_plan(8000, serve=True)
    assert commands(plan) == ["check_services", "make_keys", "migrate", "collectstatic", "set_up_code"]
    assert plan.steps[-1].kept
    assert [service.name for service in plan.services] == ["web", "worker"]
    assert {"--beat", "threads"} <= set(plan.services[1].command)
    assert "127.0.0.1:8000" in plan.services[0].command
    assert plan.lock == settings.VAR / "run.lock"


def test_with_redis_the_clock_is_a_process_of_its_own(settings):
    settings.REDIS_URL = "redis://127.0.0.1:6379/0"
    plan = portal_plan(8000, serve=True)
    assert [service.name for service in plan.services] == ["web", "worker", "beat"]
    assert "--beat" not in plan.services[1].command


def test_the_sample_county_is_loaded_and_its_accounts_shown_last(settings):
    settings.DEMO = True
    plan = portal_plan(8000, serve=True)
    assert commands(plan) == ["check_services", "make_keys", "migrate", "load_demo", "collectstatic", "demo_accounts"]
    assert [step.kept for step in plan.steps] == [False, False, False, False, False, True]


def test_setting_up_only_starts_nothing():
    assert portal_plan(8000, serve=False).services == ()


@pytest.mark.once
def test_a_wrong_setting_ends_with_one_sentence():
    environment = {**os.environ, "PORT": "eighty", "DJANGO_SETTINGS_MODULE": "portal.settings_test"}
    command = [sys.executable, "-m", "portal.supervisor"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "环境变量 PORT 应为整数：网页服务的端口\n"


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (400, True), (503, False)])
def test_health_is_any_answer_without_an_error_of_its_own(status, healthy):
    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.end_headers()

        def log_message(self, *arguments):
            """Say nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        assert is_healthy(server.server_port) is healthy
        thread.join()
    assert is_healthy(server.server_port) is False
