"""One installation with the sample county and one that is empty, each served once; every flow begins with a fresh copy."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.flows.visitor import DESKTOP, Visitor
from tests.installation import Installation

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.once)
            item.add_marker(pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"))


@pytest.fixture(scope="module")  # Playwright's loop must have ended before other tests use the database in this thread
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def served_county(sample_county: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    yield from _served(sample_county.copy(tmp_path_factory.mktemp("county") / "var"))


@pytest.fixture(scope="session")
def served_empty(sample_county: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    empty = sample_county.copy(tmp_path_factory.mktemp("empty") / "var", demo=False)
    empty.restore(sample_county.var, "empty.sqlite3")
    yield from _served(empty)


def _served(house: Installation) -> Iterator[Installation]:
    try:
        house.serve()
        yield house
    finally:
        house.stop()


@pytest.fixture
def house(served_county: Installation, sample_county: Installation) -> Installation:
    """The sample county as it was loaded."""
    served_county.restore(sample_county.var)
    return served_county


@pytest.fixture
def visit(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Visitor]]:
    """``visit(house, size)``: somebody who comes with a browser of their own."""
    visitors: list[Visitor] = []

    def come(house: Installation, size: dict[str, int] = DESKTOP) -> Visitor:
        visitors.append(Visitor(browser, house, size, tmp_path))
        return visitors[-1]

    yield come
    for visitor in visitors:
        visitor.context.close()
