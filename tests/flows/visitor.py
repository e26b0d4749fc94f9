"""Somebody at a browser. Whatever they press or follow, the page that comes is looked at: axe, width, console, policy."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browsing import looked_at
from tests.installation import PASSWORD, ROOT, Installation

DESKTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
LEDGERS = ROOT / "demo" / "ledgers"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
LONG = 30_000  # milliseconds for a job of a sample ledger on a busy machine
FULL_NUMBER = re.compile(r"(?<!\d)(1[3-9]\d{9}|\d{17}[\dXx])(?!\d)")


class Visitor:
    """A browser of its own: a desktop or a phone. ``words`` below are those that stand on the screen."""

    def __init__(self, browser: Browser, house: Installation, size: dict[str, int], downloads: Path) -> None:
        self.house, self.downloads = house, downloads
        touch = {"is_mobile": True, "has_touch": True} if size is PHONE else {}
        self.is_phone = size is PHONE
        self.context = browser.new_context(base_url=house.url, viewport=size, accept_downloads=True, **touch)
        self.context.set_default_timeout(10_000)
        self.page: Page = self.context.new_page()
        self.problems: list[str] = []
        self.seen: list[str] = []
        self.page.on(
            "console", lambda one: self.problems.append(one.text) if one.type in ("error", "warning") else None
        )
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("request", lambda request: self.seen.append(request.url))

    # -- going about ----------------------------------------------------------------------------------------------

    def open(self, address: str) -> None:
        self.page.goto(address)
        self.look()

    def follow(self, words: str, *, within: str = "main", nth: int = 0) -> None:
        """A link by its words."""
        self._leave(self.page.locator(within).get_by_role("link", name=words).nth(nth))

    def press(self, words: str, *, within: str = "main", nth: int = 0) -> None:
        """A button by its words, which leads to a page."""
        self._leave(self.page.locator(within).get_by_role("button", name=words).nth(nth))

    def _leave(self, what: Locator) -> None:
        with self.page.expect_navigation():
            what.click()
        self.look()

    def fill(self, **fields: str) -> None:
        """Fields by name: text, or the value of a choice."""
        for name, value in fields.items():
            field = self.page.locator(f"main [name={name}]").first
            kind = field.evaluate("one => one.type")
            if kind == "select-one":
                field.select_option(value)
            elif kind in ("radio", "checkbox"):
                self.page.locator(f"main [name={name}][value='{value}']").check()
            else:
                field.fill(value)

    def find(self, words: str) -> None:
        """The search box that stands on every page."""
        self.page.fill("#find", words)
        self._leave(self.page.locator(".find button"))

    def wait_for_page(self, part: str) -> None:
        """Until a job's progress has led on to an address with this in it."""
        self.page.wait_for_url(re.compile(re.escape(part)), timeout=LONG)
        self.look()

    def download(self, words: str, *, nth: int = 0) -> Path:
        """A link or button that gives a file."""
        what = self.page.locator("main").locator("a, button").filter(has_text=words).nth(nth)
        with self.page.expect_download() as coming:
            what.click()
        path = self.downloads / coming.value.suggested_filename
        coming.value.save_as(path)
        return path

    def sign_in(self, username: str, password: str = PASSWORD) -> None:
        self.page.goto("/sign-in/")
        self.fill(username=username, password=password)
        self.press("登录")

    def upload(self, file: str | Path) -> None:
        """A sample ledger by its name, or any file; ends at what was read."""
        self.open("/ledgers/in/")
        self.page.set_input_files("input[type=file]", LEDGERS / file)
        self.press("上传并核对")
        self.wait_for_page("/check/")

    def apply(self) -> None:
        """Import what can be imported; ends at the result."""
        self.follow("导入 ", within="#import-actions")
        self.page.locator("form.confirm").get_by_role("button").first.click()
        self.wait_for_page("/result/")

    def bring_in(self, file: str | Path) -> None:
        self.upload(file)
        self.apply()

    # -- looking --------------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Nothing is wrong with the page that is shown, nor with the way to it."""
        self.page.wait_for_load_state("load")
        where = self.page.url.removeprefix(self.house.url)
        assert self.problems == [], where
        looked_at(self.page, RULES)
        assert not [address for address in self.seen if FULL_NUMBER.search(address)], "a number in an address"

    def sees(self, *words: str) -> None:
        for one in words:
            expect(self.page.locator("body")).to_contain_text(one)

    def sees_not(self, *words: str) -> None:
        for one in words:
            expect(self.page.locator("body")).not_to_contain_text(one)

    def heading(self) -> str:
        return self.page.locator("h1").inner_text()
