"""One installation with the sample county and one that is empty, each served once; every flow begins with a fresh copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browsing import MARKS
from tests.flows.visitor import DESKTOP, Visitor
from tests.installation import Installation


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            for mark in MARKS:
                item.add_marker(mark)


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
def visit(chromium: Browser, tmp_path: Path) -> Iterator[Callable[..., Visitor]]:
    """``visit(house, size)``: somebody who comes with a browser of their own."""
    visitors: list[Visitor] = []

    def come(house: Installation, size: dict[str, int] = DESKTOP) -> Visitor:
        visitors.append(Visitor(chromium, house, size, tmp_path))
        return visitors[-1]

    yield come
    for visitor in visitors:
        visitor.context.close()
