"""一村一册、一乡一账、一县一册: the official ledgers of every level, cut out of one reading.

Each ledger is read once for the whole subtree and dealt out to the books, so that the books of the villages add up to that of the
county. They are the register as it is when they are made, also where the quarter is closed: a ledger is for working on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils import timezone

from branches.enums import COUNTY
from branches.models import Organisation
from core import ledgers
from core.documents import workbook
from core.ledgers import ExportRecord, Ledger, Part
from exchange.export import sheets
from exchange.export.sheets import Imprint, Index
from reports.papers.making import Made, Making
from reports.quarter.units import label

KINDS = ("outflow", "inflow", "lost")
VILLAGE, TOWN, COUNTY_BOOK = "一村一册", "一乡一账", "一县一册"


@dataclass(frozen=True)
class Sheet:
    """One sheet's worth of records: those of the whole subtree, each with the path of its organisation."""

    ledger: Ledger
    part: Part
    records: list[tuple[str, ExportRecord]]


def books(making: Making) -> list[Made]:
    """Every book that has somebody in it."""
    read = list(_read(making))
    wanted = list(_wanted(making))
    found, empty = [], 0
    for number, (name, unit) in enumerate(wanted, 1):
        own = [(one, [record for path, record in one.records if path.startswith(unit.path)]) for one in read]
        if any(records for _one, records in own) or unit == making.edition.organisation:
            found.append(_book(f"{name}.xlsx", unit, own, making))
        else:
            empty += 1
        making.step(number, len(wanted), f"正在出台账：{unit.short_name}")
    if empty:
        making.notes.append(f"没有流动党员和失联党员的单位 {empty} 个，没有单独成册")
    return found


def _read(making: Making) -> Iterator[Sheet]:
    paths = dict(Organisation.objects.under(making.edition.organisation.path).values_list("pk", "path"))
    for kind in KINDS:
        one = ledgers.ledger(kind)
        for part in one.parts:
            keys = [column.key for column in part.columns]
            filters = {"organisation": making.edition.organisation.path, "part": part.key}
            records = one.export(making.edition.reader, filters, keys)
            yield Sheet(one, part, [(paths.get(record.organisation_id or 0, ""), record) for record in records])


def _wanted(making: Making) -> Iterator[tuple[str, Organisation]]:
    """(name, whose) of each book: the own one first, then level by level in the official order."""
    whole = making.edition.organisation
    by_parent: dict[int | None, list[Organisation]] = {}
    for one in making.edition.branches:
        if one.kind != "group" and one.is_open:
            by_parent.setdefault(one.parent_id, []).append(one)
    below = by_parent.get(whole.pk, [])
    if whole.kind == COUNTY:
        yield f"{COUNTY_BOOK}/{making.edition.place}", whole
        towns = [one for one in below if not one.is_branch]
        own = [one for one in below if one.is_branch]
        yield from ((f"{TOWN}/{number:02}-{label(one)}", one) for number, one in enumerate(towns, 1))
        for number, town in enumerate(towns, 1):
            yield from _villages(f"{VILLAGE}/{number:02}-{label(town)}", by_parent.get(town.pk, []))
        yield from _villages(f"{VILLAGE}/{len(towns) + 1:02}-{making.edition.place}直属", own)
    elif whole.is_branch:
        yield f"{VILLAGE}/{whole.short_name}", whole
    else:
        yield f"{TOWN}/{label(whole)}", whole
        yield from _villages(VILLAGE, below)


def _villages(folder: str, units: Sequence[Organisation]) -> Iterator[tuple[str, Organisation]]:
    return ((f"{folder}/{number:02}-{one.short_name}", one) for number, one in enumerate(units, 1))


def _book(name: str, unit: Organisation, own: Sequence[tuple[Sheet, list[ExportRecord]]], making: Making) -> Made:
    at = timezone.localtime(making.edition.now)
    pages = []
    for one, records in own:
        imprint = Imprint(making.paper.public_id, one.ledger.kind, making.by, making.paper.purpose, at)
        page = sheets.official(
            one.part, one.ledger, records, unit=unit, on=at.date(), masked=making.masked, imprint=imprint, index=Index()
        )  # fmt: skip
        page.rows, page.page_footer = list(page.rows), making.footer
        pages.append(page)
    people = sum(len(records) for _one, records in own)
    return Made(name, workbook.write(pages, making.properties), people)
