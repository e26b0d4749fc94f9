"""The figures that were reported last, as they stand in a summary sheet (汇总表): a line an organisation, no person in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.domain.cells import clean_text
from core.domain.numbers import whole
from core.errors import UserError
from exchange.reading import Limits, Refused, Row, open_book
from exchange.reading.shapes import MEGABYTE

LIMITS = Limits(file_bytes=4 * MEGABYTE, rows=5_000)
ORGANISATION = re.compile(r"乡镇|街道|党组织|党委|支部|单位|村")
COUNTED = re.compile(r"^(流出|流入)")
SUMS = re.compile(r"合计|小计|总计|共计")
HEAD_ROWS = 10
SHORTEST = 2  # characters of a name that may stand for an organisation


@dataclass(frozen=True)
class Summary:
    """``figures``: organisation as written -> out and in together; ``title``: what the sheet calls itself."""

    title: str
    figures: Mapping[str, int]


def read(data: bytes, filename: str) -> Summary:
    """Raises UserError with a sentence for the person who sent the file."""
    try:
        with open_book(data, filename, limits=LIMITS) as book:
            for index in range(len(book.sheets)):
                rows = [row for chunk in book.rows(index) for row in chunk]
                if (found := _summary(rows)) is not None:
                    return found
    except Refused as refused:
        raise UserError(refused.text, refused.code) from refused
    raise UserError("没有找到“乡镇（街道）”和“流出”“流入”这样的栏目，请核对是不是汇总表。", "no_summary")


def _summary(rows: Sequence[Row]) -> Summary | None:
    for place, row in enumerate(rows[:HEAD_ROWS]):
        heads = [clean_text(cell) for cell in row.cells]
        names = next((index for index, text in enumerate(heads) if ORGANISATION.search(text)), None)
        counted = [index for index, text in enumerate(heads) if COUNTED.search(text)]
        if names is None or not counted:
            continue
        figures = {}
        for line in rows[place + 1 :]:
            cells = [*line.cells, *[None] * len(heads)]
            name, numbers = clean_text(cells[names]), [_number(cells[index]) for index in counted]
            if len(name) >= SHORTEST and not SUMS.search(name) and any(one is not None for one in numbers):
                figures[name] = sum(one or 0 for one in numbers)
        if figures:
            return Summary(next((text for text in _texts(rows[:place])), ""), figures)
    return None


def _texts(rows: Iterable[Row]) -> Iterable[str]:
    return (text for row in rows for cell in row.cells if (text := clean_text(cell)))


def _number(cell: object) -> int | None:
    return whole(clean_text(cell).removesuffix(".0"))


def matched(summary: Summary, names: Mapping[int, Sequence[str]]) -> tuple[dict[int, int], list[str]]:
    """(figure by key, what could not be placed). ``names``: key -> the names of one organisation.

    A name is taken where it is an organisation's own, or part of exactly one's: 柳河镇 is 柳河镇党委, never a guess.
    """
    found: dict[int, int] = {}
    left = []
    for said, figure in summary.figures.items():
        exact = [key for key, own in names.items() if said in own]
        part = exact or [key for key, own in names.items() if any(said in one for one in own)]
        if len(part) == 1 and part[0] not in found:
            found[part[0]] = figure
        else:
            left.append(said)
    return found, left
