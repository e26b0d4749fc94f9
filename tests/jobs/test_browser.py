"""The pages of jobs and the inbox in a real browser: a progress that moves on by itself, at both sizes, open to everybody."""

import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import expect, sync_playwright

from core import clock
from inbox import actions as inbox
from jobs import actions, leases, runner

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
pytestmark = [
    pytest.mark.browser,
    pytest.mark.once,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def browser():
    # The driver's event loop runs in this thread; the tests themselves use the database synchronously.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser, live_server, client_for, town_user):
    """``open_page(address, width)``: a page of the town's staff."""
    cookie = client_for(town_user).cookies[settings.SESSION_COOKIE_NAME].value
    contexts = []

    def visit(address, width=1366):
        context = browser.new_context(viewport={"width": width, "height": 768 if width > 600 else 844})
        contexts.append(context)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.goto(live_server.url + address)
        return page

    yield visit
    for context in contexts:
        context.close()


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


@pytest.mark.parametrize("width", [1366, 390])
def test_the_pages_can_be_used_by_everybody(open_page, job, town_user, width, tmp_path):
    inbox.tell(
        town_user,
        "导入马店镇流出台账：没有办成",
        "第 5 行的单位找不到。",
        level="yellow",
        link=("job-detail", [job.public_id]),
    )
    leases.take(job.public_id, "w", clock.now())
    addresses = [job.get_absolute_url(), reverse("job-list"), reverse("inbox"), reverse("inbox") + "?tab=messages"]
    for number, address in enumerate(addresses):
        page = open_page(address, width)
        page.screenshot(path=tmp_path / f"{width}-{number}.png")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
        assert [one["id"] for one in Axe().run(page).response["violations"]] == [], address
