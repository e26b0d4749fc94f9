"""What goes out comes in again without a single change: every ledger, as official form, as CSV, as the town's own workbook."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest

from accounts.actors import actor_for
from accounts.models import User
from branches.models import Organisation
from core import clock
from core.actors import Actor, acting_as
from exchange.actions.applies import apply
from exchange.actions.batches import receive
from exchange.actions.checks import check
from exchange.enums import Mode
from exchange.export import own_book, producing
from exchange.models import Export, ImportBatch
from files import actions as files
from tests.branches.sheets import sheet_file

KINDS = ("organisations", "members", "outflow", "inflow", "lost")
SAMPLES = ("01", "02", "03", "04", "13")
pytestmark = pytest.mark.django_db


def take_in(number: str, by: Actor, under: Organisation | None = None) -> ImportBatch:
    path = sheet_file(number)
    data = path.read_bytes()
    batch = check(batch=receive(data=data, name=path.name, by=by, under=under), by=by, data=data)
    return apply(batch=batch, by=by, mode=Mode.GOOD_ROWS)


def check_file(data: bytes, name: str, by: Actor) -> ImportBatch:
    return check(batch=receive(data=data, name=name, by=by), by=by, data=data)


def outcome(batch: ImportBatch) -> dict[str, int]:
    return {name: number for name, number in batch.counts.items() if number}


@pytest.fixture
def loaded(county: Organisation, county_user: User) -> Iterator[tuple[Actor, dict[str, ImportBatch]]]:
    """The sample county with its register and one ledger of each kind, in through the real engine."""
    by = actor_for(county_user, clock.today())
    with acting_as(by):
        batches = {number: take_in(number, by) for number in SAMPLES}
        yield by, batches


def export(kind: str, by: Actor, organisation: Organisation, **more: Any) -> Export:
    wanted = Export.objects.create(
        kind=kind, organisation=organisation, path=organisation.path, full=more.pop("full", True), purpose="报县委组织部",
        owner=by.id, requested_at=clock.now(), requested_by=by.ref, **more,
    )  # fmt: skip
    return producing.produce(wanted, by=by)


def content(made: Export, by: Actor) -> bytes:
    return files.read(files.find(made.file, by), by)


def test_every_ledger_comes_back_unchanged(loaded: tuple[Actor, dict[str, ImportBatch]], county: Organisation) -> None:
    by, _batches = loaded
    for kind in KINDS:
        for form in ("xlsx", "csv"):
            made = export(kind, by, county, format=form)
            again = check_file(content(made, by), made.file_name, by)
            assert again.kind == kind
            assert outcome(again) == {"rows": made.rows, "unchanged": made.rows}, (kind, form)


def own(batch: ImportBatch, by: Actor) -> bytes:
    return own_book.updated(batch, by=by)[0]


def test_own_workbooks_come_back_unchanged(loaded: tuple[Actor, dict[str, ImportBatch]]) -> None:
    by, batches = loaded
    for batch in batches.values():
        data = own(batch, by)
        again = check_file(data, batch.file_name, by)
        assert outcome(again) == {"rows": again.counts["rows"], "unchanged": again.counts["rows"]}, batch.file_name
        print(batch.file_name, batch.counts, len(marked(data)), marked(data)[:12])


def marked(data: bytes) -> list[str]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    return [
        f"{page.title}!{cell.coordinate}={cell.value}"
        for page in book for row in page.iter_rows() for cell in row if cell.fill.start_color.rgb == "FFFFF2CC"
    ]  # fmt: skip
