"""Two people import overlapping files at the same moment: it ends as one of the two orders (PostgreSQL)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections  # noqa: F401 connection: the condition below

from branches.models import Organisation
from core.actors import SYSTEM, Actor, acting_as
from exchange.actions.applies import apply
from exchange.actions.batches import upload
from exchange.actions.checks import check
from exchange.models import ImportBatch
from members.models import Journey, Member
from tests.exchange.bookmaking import identity, ledger, person, xlsx

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer anyway"),
]
PEOPLE = 50


def test_two_overlapping_imports_at_once_end_as_one_of_the_two_orders(
    town_actor: Actor, branch: Organisation, make_member: Callable[..., Member]
) -> None:
    for number in range(PEOPLE):
        make_member(branch, name=person(number)[1], identity=identity(number), phone=f"199000{number:05d}")
    batches = []
    for place, numbers in (("江苏省苏州市昆山市", range(40)), ("山东省青岛市黄岛区", range(10, PEOPLE))):
        data = xlsx(ledger(*(person(number, branch=branch.name, place=place) for number in numbers)))
        with acting_as(town_actor):
            (batch,) = upload(data=data, name="流出.xlsx", by=town_actor)
            batches.append(check(batch=batch, by=town_actor))

    def run(batch: ImportBatch) -> dict[str, int]:
        try:
            with acting_as(town_actor):
                return apply(batch=batch, by=town_actor).counts
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as both:
        first, second = both.map(run, batches)
    journeys = Journey.objects.visible_to(SYSTEM).open()
    assert journeys.count() == PEOPLE
    codes = list(journeys.order_by("member__identity_index").values_list("region_code", flat=True))
    assert sorted((first["new"], second["new"])) == [10, 40], "the later one finds thirty people there"
    assert (first["changed"], second["changed"]) in ((0, 30), (30, 0))
    overlap_belongs_to_second = second["changed"] == 30
    assert codes.count("370211") == (40 if overlap_belongs_to_second else 10)
