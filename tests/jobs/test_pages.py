import time

import pytest
from django.urls import reverse

from core import clock
from core.errors import UserError
from jobs import actions, leases, runner

pytestmark = pytest.mark.django_db
POLL = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def job(handle, town_actor):
    handle(
        "test.page",
        lambda params, by, progress: {"text": "导入 28 人", "link": {"name": "job-list", "label": "看名单"}},
    )
    return actions.enqueue("test.page", {}, by=town_actor, title="导入流出台账")


def test_a_waiting_job_is_shown_and_asks_again(client_for, town_user, job):
    page = client_for(town_user).get(job.get_absolute_url()).content.decode()
    assert "导入流出台账" in page
    assert "排队中" in page
    assert f'hx-get="{job.get_absolute_url()}"' in page
    assert "刷新" in page


def test_a_poll_answers_with_the_block_alone_and_its_end_reloads_the_page(client_for, town_user, job):
    client = client_for(town_user)
    leases.take(job.public_id, "w", clock.now())
    answer = client.get(job.get_absolute_url() + "?go=1", **POLL).content.decode()
    assert "<html" not in answer
    assert f'hx-get="{job.get_absolute_url()}?go=1"' in answer


def test_an_ended_job_stops_the_polling(client_for, town_user, job):
    runner.run(job.public_id)
    client = client_for(town_user)
    assert client.get(job.get_absolute_url(), **POLL)["HX-Refresh"] == "true"
    assert client.get(job.get_absolute_url() + "?go=1", **POLL)["HX-Redirect"] == reverse("job-list")
    page = client.get(job.get_absolute_url()).content.decode()
    assert "导入 28 人" in page
    assert "看名单" in page
    assert "hx-get" not in page


def test_a_failed_job_says_why_and_can_be_repeated(client_for, town_user, town_actor, handle):
    def run(params, by, progress):
        raise UserError("这份台账已经撤回。")

    handle("test.fails", run)
    job = actions.enqueue("test.fails", {}, by=town_actor)
    runner.run(job.public_id)
    client = client_for(town_user)
    assert "这份台账已经撤回。" in client.get(job.get_absolute_url()).content.decode()
    assert client.post(reverse("job-retry", args=[job.public_id])).status_code == 302
    job.refresh_from_db()
    assert job.state == "queued"
    client.post(reverse("job-cancel", args=[job.public_id]))
    job.refresh_from_db()
    assert job.state == "cancelled"
    answer = client.post(reverse("job-cancel", args=[job.public_id]), follow=True)
    assert "已经结束" in answer.content.decode()


@pytest.mark.parametrize("name", ["job-detail", "job-cancel", "job-retry"])
def test_somebody_elses_job_is_not_found(client_for, county_user, system_user, job, name):
    for user in (county_user, system_user):
        url = reverse(name, args=[job.public_id])
        client = client_for(user)
        assert (client.get(url) if name == "job-detail" else client.post(url)).status_code == 404


def test_the_list_has_mine_and_for_the_administrator_the_states_of_all(
    client_for, town_user, county_user, system_user, job
):
    url = reverse("job-list")
    assert "导入流出台账" in client_for(town_user).get(url).content.decode()
    assert "还没有任务" in client_for(county_user).get(url).content.decode()
    page = client_for(system_user).get(url).content.decode()
    assert "全部任务" in page
    assert "试一试" in page
    assert "导入流出台账" not in page


def test_older_jobs_are_on_the_next_page(client_for, town_user, town_actor, handle, monkeypatch):
    monkeypatch.setattr("jobs.views.PAGE", 2)
    handle("test.page", lambda params, by, progress: {})
    for number in range(3):
        actions.enqueue("test.page", {}, by=town_actor, title=f"第 {number} 份")
        time.sleep(0.002)  # within one millisecond ids have no order
    client = client_for(town_user)
    page = client.get(reverse("job-list")).content.decode()
    assert "第 0 份" not in page
    assert "更早的" in page
    before = page.split("?before=")[1].split('"')[0]
    assert "第 0 份" in client.get(reverse("job-list"), {"before": before}).content.decode()
    assert client.get(reverse("job-list"), {"before": "x'; --"}).status_code == 200
