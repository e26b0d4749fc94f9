"""The gallery in a real browser, at the two sizes that matter: axe, no sideways scroll, nothing small, no policy broken."""

import pytest
from playwright.sync_api import Page

from tests.browsing import DESKTOP, MARKS, PHONE, looked_at

PAGES = ["/ui/", "/ui/?page=list", "/ui/?page=person", "/ui/?page=public", "/nowhere/"]
SMALL = """[...document.querySelectorAll("body *")]
    .filter((one) => one.offsetParent && one.innerText && parseFloat(getComputedStyle(one).fontSize) < 14)
    .map((one) => one.className)"""

pytestmark = MARKS


@pytest.fixture
def open_page(sit, live_server):
    def visit(address: str, size: tuple[int, int] = DESKTOP, *, text: str = "standard", script: bool = True) -> Page:
        page = sit(None, size, java_script_enabled=script)
        page.context.add_cookies([{"name": "text_size", "value": text, "url": live_server.url}])
        page.problems = []
        page.on("console", lambda message: page.problems.append(message.text) if "Policy" in message.text else None)
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.goto(address)
        return page

    return visit


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize(("size", "text"), [(DESKTOP, "standard"), (PHONE, "huge")])
def test_page_can_be_used_by_everybody(open_page, address: str, size: tuple[int, int], text: str):
    page = open_page(address, size, text=text)
    looked_at(page)
    assert page.evaluate(SMALL) == []
    assert page.problems == []


def test_text_size_changes_on_the_spot_and_stays(open_page):
    page = open_page("/ui/")
    page.fill("[name=left_on]", "2024-07")
    page.click("button[value=large]")
    assert page.input_value("[name=left_on]") == "2024-07"
    assert "text-large" in page.evaluate("document.documentElement.className")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    assert "text-large" in page.evaluate("document.documentElement.className")


def test_text_size_works_without_script(open_page):
    page = open_page("/ui/?page=list", PHONE, script=False)
    page.click("button[value=huge]")
    assert page.url.endswith("/ui/?page=list")
    assert page.get_attribute("html", "class") == "text-huge"


def test_menu_tree_and_filters_open_without_script(open_page):
    page = open_page("/ui/?page=list", PHONE, script=False)
    for link, opened in ((".bottombar [href='#menu']", "#menu"), (".tree-open", "#tree"), (".filter-open", "#filters")):
        assert not page.is_visible(opened)
        page.click(link)
        assert page.is_visible(opened)
        if opened == "#menu":
            page.click(".menu-close")


def test_keyboard_begins_with_the_skip_link(open_page):
    page = open_page("/ui/?page=list")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_branch_of_the_tree_is_fetched_when_opened(open_page):
    page = open_page("/ui/?page=list")
    page.click("details[hx-get] > summary")
    page.wait_for_selector(".tree__later .tree__node")
    assert page.locator(".tree__later .tree__node").count() == 3


def test_all_rows_are_ticked_at_once(open_page):
    page = open_page("/ui/?page=list")
    page.click("[data-portal-select-all]")
    assert page.inner_text("[data-portal-selected]") == "已选 5 人"


def test_a_form_is_not_sent_twice(open_page):
    page = open_page("/ui/?page=public")
    sent = []

    def answer(route) -> None:
        sent.append(route.request.method)
        route.fulfill(status=204)  # the page stays, as with a download

    page.route("**/ui/", answer)
    page.fill("[name=username]", "a")
    page.fill("[name=password]", "b")
    for _ in range(2):
        page.evaluate("document.querySelector('.sheet button[type=submit]').click()")
    page.wait_for_timeout(200)
    assert sent == ["POST"]


def test_paper_shows_the_content_and_no_navigation(open_page):
    page = open_page("/ui/?page=person", (760, 1000))
    page.emulate_media(media="print")
    assert page.is_visible(".print-who")
    assert page.is_visible(".facts")
    for hidden in (".side", ".bottombar", ".tools", ".page-actions"):
        assert not page.is_visible(hidden)
