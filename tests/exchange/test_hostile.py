"""Every hostile kind through the reader: refused with a plain sentence, or read without losing a row."""

from __future__ import annotations

import multiprocessing
import re
import resource
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

import pytest

from exchange.mapping import find_table, skip_reason
from exchange.reading import Refused, Row, expand_zip, is_archive, open_book
from tests.exchange.heads import OUTFLOW
from tests.exchange.hostile import KINDS, Hostile

CHILD_LIMIT_KB = 300 * 1024
PARENT_GROWTH_KB = 60 * 1024
PLAIN_SENTENCE = re.compile(r"[\u4e00-\u9fff].*请.*。$", re.DOTALL)


def parametrized(*, refused: bool) -> list[object]:
    return [
        pytest.param(kind, id=kind.id, marks=[pytest.mark.slow] if kind.slow else [])
        for kind in KINDS.values()
        if (kind.expect == "F" and kind.stage == "read") is refused
    ]


def sheets_of(data: bytes, name: str) -> list[tuple[str, list[Row]]]:
    """What an engine does with an upload: a zip is expanded, each book read to its end."""
    if is_archive(data):
        return [sheet for inner, content in expand_zip(data, name) for sheet in sheets_of(content, inner)]
    with open_book(data, name) as book:
        return [
            (sheet.name, [row for chunk in book.rows(index) for row in chunk])
            for index, sheet in enumerate(book.sheets)
        ]


def count_people(rows: list[Row], name: str) -> int:
    table = find_table(rows, [OUTFLOW], names=[name])
    if table is None:
        return 0
    return sum(1 for row in rows if row.number >= table.first_data_row and skip_reason(row, table) is None)


def test_there_are_all_of_them() -> None:
    assert list(KINDS) == [f"H{number:03d}" for number in range(1, 113)]


class Reading(NamedTuple):
    """How a file was read: its sheets, or why it was refused; the memory of the largest child, and what the process grew by."""

    sheets: list[tuple[str, list[Row]]]
    refused: tuple[str, str] | None
    child_kb: int
    grown_kb: int


def read(data: bytes, name: str) -> Reading:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sheets, refused = [], None
    try:
        sheets = sheets_of(data, name)
    except Refused as error:
        refused = (error.code, error.text)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return Reading(sheets, refused, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, grown)


@pytest.fixture(scope="module")
def small() -> Iterator[ProcessPoolExecutor]:
    """A process that is small and has had no other children: a child is counted as large as its parent was when it began."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


@pytest.mark.parametrize("kind", parametrized(refused=True))
def test_refused_with_a_sentence_that_says_what_to_do(kind: Hostile, small: ProcessPoolExecutor) -> None:
    for name, data in kind.make():
        found = small.submit(read, data, name).result()
        assert found.refused is not None, name
        code, text = found.refused
        assert kind.code in ("*", code), name
        assert PLAIN_SENTENCE.search(text), text
        assert found.child_kb < CHILD_LIMIT_KB
        assert found.grown_kb < PARENT_GROWTH_KB


@pytest.mark.parametrize("kind", parametrized(refused=False))
def test_read_without_losing_anybody(kind: Hostile, small: ProcessPoolExecutor) -> None:
    for name, data in kind.make():
        found = small.submit(read, data, name).result()
        assert found.refused is None, name
        assert found.child_kb < CHILD_LIMIT_KB
        if kind.people is not None:
            assert sum(count_people(rows, sheet) for sheet, rows in found.sheets) == kind.people, name
