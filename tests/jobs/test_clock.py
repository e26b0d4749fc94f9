"""The reaper, the relay, the periodics, the command for operators, and the health page."""

import datetime as dt
import re

import pytest
from celery import current_app
from django.core.management import call_command

from core import clock, crypto, handlers
from core.actors import SYSTEM, acting_as, current_actor
from core.handlers import Periodic
from jobs import actions, health, leases, periodic, publish, reaper, runner
from jobs.models import Job

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def sent(monkeypatch):
    """What the relay would send."""
    ids = []

    def send(public_ids):
        ids.append(list(public_ids))
        Job.objects.visible_to(SYSTEM).filter(public_id__in=public_ids).update(sent_at=clock.now())
        return len(public_ids)

    monkeypatch.setattr(publish, "send", send)
    return ids


@pytest.fixture
def job(handle, town_actor):
    handle("test.clock", lambda params, by, progress: {})
    return actions.enqueue("test.clock", {}, by=town_actor)


def dead(job):
    """As a killed worker leaves it: running, its lease over, its lock gone."""
    taken = leases.take(job.public_id, "w", clock.now() - 5 * MINUTE)
    assert taken is not None
    return taken


def test_the_job_of_a_dead_worker_waits_again_and_is_sent(job, sent):
    dead(job)
    assert reaper.reap() == 1
    job.refresh_from_db()
    assert (job.state, job.attempts, job.lease_token) == ("queued", 1, "")
    assert sent == [[job.public_id]]
    assert runner.run(job.public_id)


def test_the_third_time_is_the_last(job, sent):
    for _ in range(3):
        dead(job)
        reaper.reap()
    job.refresh_from_db()
    assert (job.state, job.attempts, job.error) == ("failed", 3, reaper.GAVE_UP)


def test_a_job_whose_cancelling_was_asked_is_not_run_again(job, town_actor, sent):
    dead(job)
    actions.cancel(job, by=town_actor)
    reaper.reap()
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_a_live_worker_keeps_its_job(job, sent):
    with leases.FileLock(job.public_id) as lock:
        assert lock.take()
        leases.take(job.public_id, "w", clock.now())
        assert reaper.reap() == 0


def test_the_reaper_spares_a_lease_renewed_since_it_looked(job, sent, monkeypatch):
    taken = dead(job)
    monkeypatch.setattr(leases, "needs_file_lock", lambda: False)
    Job.objects.visible_to(SYSTEM).held(taken).update(lease_until=clock.now() + MINUTE)
    assert reaper._take_back(taken, clock.now()) is False
    job.refresh_from_db()
    assert job.state == "running"


def test_a_zombie_cannot_overwrite_what_its_successor_wrote(job, sent):
    zombie = dead(job)
    reaper.reap()
    assert runner.run(job.public_id)
    assert not leases.end(zombie, Job.State.FAILED, clock.now(), error="alt")
    job.refresh_from_db()
    assert job.state == "done"


def test_unsent_jobs_are_sent_lost_ones_again_and_others_left_alone(job, sent):
    now = clock.now()
    assert reaper.relay(now) == 0  # its sender is just about to
    assert reaper.relay(now + 5 * dt.timedelta(seconds=1)) == 1
    assert reaper.relay(now + 10 * dt.timedelta(seconds=1)) == 0
    assert reaper.relay(now + MINUTE) == 1
    assert [ids for ids in sent if ids] == [[job.public_id]] * 2


def test_a_job_that_keeps_waiting_is_sent_ever_more_rarely(job):
    now = clock.now()
    waited = dt.timedelta(minutes=2)
    assert not reaper._is_lost(now, now + waited, now + waited + MINUTE)
    assert reaper._is_lost(now, now + waited, now + 2 * waited)
    assert reaper._is_lost(now, now + dt.timedelta(hours=9), now + dt.timedelta(hours=9, minutes=5))


@pytest.fixture
def ticks(monkeypatch):
    monkeypatch.setattr(handlers, "_periodics", {})
    seen = []
    handlers.register_periodic(Periodic("test.tick", 60, lambda now: seen.append((now, current_actor()))))
    return seen


def test_a_periodic_runs_when_its_time_has_come_once(ticks):
    now = clock.now()
    assert periodic.run_due(now) == ["test.tick"]
    assert periodic.run_due(now) == []
    assert periodic.run_due(now + MINUTE / 2) == []
    assert periodic.run_due(now + MINUTE) == ["test.tick"]
    assert ticks == [(now, SYSTEM), (now + MINUTE, SYSTEM)]


def test_a_missed_time_is_caught_up_once_and_a_clock_set_back_stops_nothing(ticks):
    now = clock.now()
    periodic.run_due(now)
    assert periodic.run_due(now + dt.timedelta(days=3)) == ["test.tick"]
    assert periodic.run_due(now + dt.timedelta(days=3)) == []
    assert periodic.run_due(now) == ["test.tick"]
    assert periodic.run_due(now) == []


def test_one_that_fails_does_not_stop_the_others(ticks, caplog):
    def fail(now):
        raise ZeroDivisionError

    handlers.register_periodic(Periodic("test.aaa", 60, fail))
    assert periodic.run_due() == ["test.aaa", "test.tick"]
    assert len(ticks) == 1
    assert "periodic test.aaa failed" in caplog.text


def test_the_portals_own_periodics():
    assert {one.name for one in handlers.periodics()} >= {"jobs.reap", "jobs.tidy", "files.expire", "audit.seal"}


def test_old_lock_files_go(job):
    with leases.FileLock("b" * 24) as gone, leases.FileLock(job.public_id) as kept:
        gone.take()
        kept.take()
    reaper.tidy(clock.now())
    assert gone.path.exists()
    reaper.tidy(clock.now() + dt.timedelta(days=2))
    assert (gone.path.exists(), kept.path.exists()) == (False, True)


def test_jobs_that_ended_long_ago_go(job, handle, town_actor):
    waiting = actions.enqueue("test.clock", {}, by=town_actor)
    runner.run(job.public_id)
    Job.objects.visible_to(SYSTEM).filter(pk=waiting.pk).update(created_at=clock.now() - dt.timedelta(days=900))
    reaper.tidy(clock.now() + dt.timedelta(days=399))
    assert Job.objects.visible_to(SYSTEM).count() == 2
    reaper.tidy(clock.now() + dt.timedelta(days=401))
    assert Job.objects.visible_to(SYSTEM).get() == waiting


def test_the_command_runs_what_waits_and_may_be_run_twice(job, capsys):
    call_command("run_due_jobs")
    job.refresh_from_db()
    assert job.state == "done"
    assert re.search("任务 [1-9]", capsys.readouterr().out), "this one, and what the day itself brings"
    call_command("run_due_jobs")
    assert "任务 0 项" in capsys.readouterr().out


@pytest.mark.parametrize("address", ["/health", "/health/"])
def test_health_is_public_and_says_what_is_well(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.content.decode().splitlines() == [
        f"{subject}：正常" for subject in ("数据库", "密钥", "文件夹", "任务队列", "后台进程")
    ]


def test_health_without_keys_or_folder_says_what_to_do(client, settings, tmp_path):
    settings.KEYS_FILE = tmp_path / "keys.json"
    settings.FILES_ROOT = tmp_path / "files"
    settings.FILES_ROOT.write_text("not a folder")
    try:
        answer = client.get("/health/")
    finally:
        crypto.keyring.cache_clear()
    assert answer.status_code == 503
    assert "make_keys" in answer.content.decode()
    assert "files 不能写入" in answer.content.decode()
    assert str(tmp_path) not in answer.content.decode()


def test_health_stays_up_while_only_the_jobs_wait(client, job, monkeypatch):
    Job.objects.visible_to(SYSTEM).update(queued_at=clock.now() - 6 * MINUTE)
    monkeypatch.setattr(publish, "broker_answers", lambda: False)
    answer = client.get("/health/")
    assert answer.status_code == 200
    assert "Redis" in answer.content.decode()
    assert "等了五分钟" in answer.content.decode()


def test_a_broker_that_is_away_is_noticed_quickly(settings, monkeypatch):
    monkeypatch.setattr(publish, "_connection", lambda: current_app.connection_for_write(
        "redis://127.0.0.1:1/0", transport_options=publish.QUICK, connect_timeout=1))  # fmt: skip
    started = clock.now()
    assert publish.broker_answers() is False
    assert clock.now() - started < dt.timedelta(seconds=1.5)


def test_scope_is_kept_while_a_job_runs(handle, town_actor):
    def run(params, by, progress):
        with pytest.raises(RuntimeError, match="visible_to"):
            Job.objects.count()
        return {}

    handle("test.scope", run)
    with acting_as(town_actor):
        job = actions.enqueue("test.scope", {}, by=town_actor)
    runner.run(job.public_id)
    job.refresh_from_db()
    assert (job.state, health._worker(clock.now()).is_well) == ("done", True)
