"""The pages of jobs and the inbox in a real browser: a progress that moves on by itself, at both sizes, open to everybody."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from core import clock
from inbox import actions as inbox
from jobs import actions, leases, runner
from tests.browsing import DESKTOP, MARKS, SIZES, looked_at

pytestmark = MARKS


@pytest.fixture
def open_page(sit, town_user):
    """``open_page(address, size)``: a page of the town's staff."""

    def visit(address, size=DESKTOP):
        page = sit(town_user, size)
        page.goto(address)
        return page

    return visit


@pytest.fixture
def job(live_server, handle, town_actor, town):
    inbox.raise_todo("a", town, "马店镇流出台账有 3 人待定", level="red", due_on=clock.today(), link=("job-list", []))
    inbox.raise_todo("b", town, "何寨村还没有报零报告", level="yellow")
    handle(
        "test.browser",
        lambda params, by, progress: {
            "text": "29 人：流出 28，短期外出 1",
            "link": {"name": "inbox", "label": "看待办"},
        },
    )
    return actions.enqueue("test.browser", {}, by=town_actor, title="导入马店镇流出台账")


def test_a_progress_moves_on_by_itself_and_the_page_ends_with_it(open_page, job):
    page = open_page(job.get_absolute_url())
    expect(page.locator(".progress")).to_contain_text("排队中")
    runner.run(job.public_id)
    expect(page.locator(".progress")).to_contain_text("流出 28", timeout=8000)
    expect(page.get_by_role("button", name="取消")).to_have_count(0)
    page.get_by_role("link", name="看待办").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("等您处理")


@pytest.mark.parametrize("size", SIZES)
def test_the_pages_can_be_used_by_everybody(open_page, job, town_user, size):
    inbox.tell(
        town_user,
        "导入马店镇流出台账：没有办成",
        "第 5 行的单位找不到。",
        level="yellow",
        link=("job-detail", [job.public_id]),
    )
    leases.take(job.public_id, "w", clock.now())
    for address in [job.get_absolute_url(), reverse("job-list"), reverse("inbox"), reverse("inbox") + "?tab=messages"]:
        looked_at(open_page(address, size))
