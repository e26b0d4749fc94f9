"""A Chromium for the tests, and what is looked at on every page it shows: width and accessibility."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Error, Page, sync_playwright

CHROMIUM = (
    os.environ.get("CHROMIUM")
    or shutil.which("chromium")
    or shutil.which("chromium-browser")
    or shutil.which("google-chrome")
)
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
ONLY_VIOLATIONS = {"resultTypes": ["violations"]}  # describing every node that is well takes axe most of its time
DESKTOP, PHONE = (1366, 768), (390, 844)
SIZES = [DESKTOP, PHONE]
MARKS = [
    pytest.mark.browser,
    pytest.mark.once,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


def started() -> Iterator[Browser]:
    """The body of a fixture of module scope: Playwright's loop must have ended before other tests use the database in
    this thread; while it runs, Django has to be told that its tests are synchronous all the same."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


def looked_at(page: Page, options: dict[str, list[str]] | None = None) -> None:
    """Nothing to be scrolled sideways, nothing axe finds; ``options`` narrows axe's rules.

    A click returns when the next page begins to arrive; before it is there, there is nothing to measure. Playwright is
    asked, not the page: a condition polled inside the page is compiled there, which our own policy forbids.
    """
    for is_last in (False, True):
        page.wait_for_load_state("load")
        try:
            too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            found = Axe().run(page, options={**ONLY_VIOLATIONS, **(options or {})}).response["violations"]
            break
        except Error as error:  # what was clicked last led on just now
            if is_last or "context was destroyed" not in str(error):
                raise
    assert too_wide <= 0, f"{page.url} is too wide"
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == [], page.url
