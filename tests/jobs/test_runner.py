"""One job from the queue to its end, in this process."""

import datetime as dt

import pytest

from branches.models import Organisation
from core import clock
from core.actors import SYSTEM, acting_as, current_actor
from core.errors import NotAllowed, UserError
from core.handlers import Stopped
from core.permissions import Permission
from jobs import actions, leases, runner
from jobs.models import Job

pytestmark = pytest.mark.django_db


def test_a_job_runs_as_its_owner_and_keeps_its_result(handle, town_actor):
    seen = {}

    def run(params, by, progress):
        seen.update(params=dict(params), by=by, current=current_actor())
        progress.step(1, 2, "正在核对第 1 行")
        progress.log("开始")
        return {"text": "导入 2 人", "file": "f" * 24}

    handle("test.plain", run, permission=Permission.IMPORT)
    with acting_as(town_actor):
        job = actions.enqueue("test.plain", {"batch": "bcdf"}, by=town_actor, title="核对台账")
    assert runner.run_waiting() == 1
    job.refresh_from_db()
    assert (job.state, job.text, job.result_file, job.attempts) == ("done", "导入 2 人", "f" * 24, 1)
    assert (job.done, job.total, job.log, job.lease_token) == (1, 2, ["开始"], "")
    assert seen["params"] == {"batch": "bcdf"}
    assert seen["by"].id == town_actor.id == seen["current"].id


def test_a_refusal_is_shown_as_it_is(handle, town_actor):
    def run(params, by, progress):
        raise UserError("这份台账已经撤回。")

    handle("test.refuses", run)
    job = actions.enqueue("test.refuses", {}, by=town_actor)
    runner.run(job.public_id)
    job.refresh_from_db()
    assert (job.state, job.error, job.support_id) == ("failed", "这份台账已经撤回。", "")


def test_a_fault_is_logged_under_the_id_that_is_shown(handle, town_actor, caplog):
    def run(params, by, progress):
        raise ZeroDivisionError("19900123456")

    handle("test.breaks", run)
    job = actions.enqueue("test.breaks", {}, by=town_actor)
    runner.run(job.public_id)
    job.refresh_from_db()
    assert job.state == "failed"
    assert job.support_id in job.error
    assert job.support_id in caplog.text
    assert "19900123456" not in job.error


def test_an_atomic_handler_that_fails_leaves_nothing(handle, town_actor, town):
    def run(params, by, progress):
        Organisation.objects.filter(pk=town.pk).update(note="改过")
        raise UserError("不行")

    handle("test.half", run, atomic=True)
    runner.run(actions.enqueue("test.half", {}, by=town_actor).public_id)
    town.refresh_from_db()
    assert town.note == ""


def test_a_right_withdrawn_while_waiting_stops_the_job(handle, town_user, town_actor):
    ran = []
    handle("test.right", lambda params, by, progress: ran.append(by) or {}, permission=Permission.IMPORT)
    job = actions.enqueue("test.right", {}, by=town_actor)
    town_user.grants.update(ends_on=clock.today() - dt.timedelta(days=1))
    runner.run(job.public_id)
    job.refresh_from_db()
    assert (job.state, job.error, ran) == ("failed", runner.NO_RIGHT, [])


def test_a_disabled_account_stops_the_job(handle, town_user, town_actor):
    handle("test.account", lambda params, by, progress: {})
    job = actions.enqueue("test.account", {}, by=town_actor)
    type(town_user).objects.filter(pk=town_user.pk).update(is_active=False)
    runner.run(job.public_id)
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", runner.NO_ACCOUNT)


def test_enqueue_needs_the_right(handle, auditor_actor):
    handle("test.right", lambda params, by, progress: {}, permission=Permission.IMPORT)
    with pytest.raises(NotAllowed):
        actions.enqueue("test.right", {}, by=auditor_actor)


def test_the_same_key_is_the_same_job_for_the_same_person(handle, town_actor, county_actor):
    handle("test.key", lambda params, by, progress: {})
    first = actions.enqueue("test.key", {"a": 1}, by=town_actor, key="k")
    assert actions.enqueue("test.key", {"a": 2}, by=town_actor, key="k").pk == first.pk
    assert actions.enqueue("test.key", {}, by=county_actor, key="k").pk != first.pk
    assert actions.enqueue("test.key", {}, by=town_actor).pk != first.pk


@pytest.mark.parametrize(
    "params",
    [
        {"phone": "19900123456"},
        {"list": ["x 1234567"]},
        {"n": 19900123456},
        {"when": dt.date(2026, 1, 1)},
        {"1234567": 1},
    ],
)
def test_parameters_are_ids_and_plain_values(handle, town_actor, params):
    handle("test.params", lambda params, by, progress: {})
    with pytest.raises(ValueError, match="job's parameters"):
        actions.enqueue("test.params", params, by=town_actor)


def test_texts_of_a_job_hold_no_number(handle, town_actor):
    def run(params, by, progress):
        progress.step(1, 1, "号码 19900123456")
        progress.log("37998119850312001X")
        raise UserError("19900123456 重复")

    handle("test.texts", run)
    job = actions.enqueue("test.texts", {}, by=town_actor, title="台账 19900123456")
    runner.run(job.public_id)
    job.refresh_from_db()
    assert "1990" not in f"{job.title}{job.text}{job.log}{job.error}"
    assert "3799" not in str(job.log)


def test_a_running_job_is_cancelled_at_its_next_step(handle, town_actor, monkeypatch):
    monkeypatch.setattr("jobs.progress.PAUSE", 0)

    def run(params, by, progress):
        actions.cancel(job, by=town_actor)
        progress.step(1, 2)
        pytest.fail("the step should have stopped it")

    handle("test.cancel", run)
    job = actions.enqueue("test.cancel", {}, by=town_actor)
    runner.run(job.public_id)
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_a_waiting_job_is_cancelled_and_can_be_taken_up_again(handle, town_actor):
    handle("test.cancel", lambda params, by, progress: {})
    job = actions.enqueue("test.cancel", {}, by=town_actor)
    actions.cancel(job, by=town_actor)
    assert not runner.run(job.public_id)
    with pytest.raises(UserError):
        actions.cancel(job, by=town_actor)
    job.refresh_from_db()
    actions.retry(job, by=town_actor)
    assert runner.run(job.public_id)
    job.refresh_from_db()
    assert job.state == "done"
    with pytest.raises(UserError):
        actions.retry(job, by=town_actor)


def test_a_job_of_newer_code_waits(handle, town_actor):
    handle("test.version", lambda params, by, progress: {}, version=2)
    job = actions.enqueue("test.version", {}, by=town_actor)
    handle("test.version", lambda params, by, progress: {}, version=1)
    assert not runner.run(job.public_id)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("queued", 0)
    assert job.sent_at is not None


def test_a_run_that_lost_its_lease_writes_nothing(handle, town_actor, town, monkeypatch):
    monkeypatch.setattr("jobs.progress.PAUSE", 0)

    def run(params, by, progress):
        Job.objects.visible_to(SYSTEM).filter(pk=job.pk).update(lease_token="b" * 24)
        Organisation.objects.filter(pk=town.pk).update(note="改过")
        with pytest.raises(Stopped):
            progress.step(1, 1)
        return {"text": "办完了"}

    handle("test.zombie", run, atomic=True)
    job = actions.enqueue("test.zombie", {}, by=town_actor)
    runner.run(job.public_id)
    job.refresh_from_db()
    town.refresh_from_db()
    assert (job.state, job.text, town.note) == ("running", "", "")


def test_only_one_takes_the_lease(handle, town_actor):
    handle("test.lease", lambda params, by, progress: {})
    job = actions.enqueue("test.lease", {}, by=town_actor)
    assert leases.take(job.public_id, "a", clock.now()) is not None
    assert leases.take(job.public_id, "b", clock.now()) is None


def test_a_job_is_its_owners_alone(handle, town_actor, county_actor, system_actor):
    handle("test.mine", lambda params, by, progress: {})
    job = actions.enqueue("test.mine", {}, by=town_actor)
    assert Job.objects.visible_to(town_actor).get() == job
    assert not Job.objects.visible_to(county_actor).exists()
    assert not Job.objects.visible_to(county_actor, Permission.SYSTEM).exists()
    assert not Job.objects.visible_to(system_actor).exists()
    assert Job.objects.visible_to(system_actor, Permission.SYSTEM).get() == job
