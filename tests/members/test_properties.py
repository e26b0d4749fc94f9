"""What must hold for any rows: a ledger writes what the single-record actions write, and undo brings back what was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import Change
from core import clock, crypto
from core.actors import acting_as
from core.fields import SealedField
from core.ledgers import ApplyContext, CheckContext, LedgerRow, Outcome, ledger
from members.actions import journeys, lost, lost_acts, people
from members.models import Evidence, Freshness, Journey, LostContact, Member
from members.writing import FRESH, evidence_of

pytestmark = pytest.mark.django_db
quiet = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)

NOW = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 20)
IN_MEMBER = ("phone", "dues_paid_to")
MODELS = (Member, Journey, LostContact)

words = st.sampled_from(["某电子厂", "个体", "昆山市某路8号", "O'Neil 厂", "一 二", "\\N", "“引号”"])
phones = st.integers(0, 9).map(lambda number: f"1990077000{number}")
days = st.dates(dt.date(2020, 1, 1), dt.date(2026, 10, 1)).map(dt.date.isoformat)
stated = st.fixed_dictionaries(
    {},
    optional={
        "left_on": days,
        "reason": st.sampled_from(["work", "business", "family"]),
        "region_code": st.sampled_from(["370211", "330110", "320583", "990000", "370000"]),
        "destination_text": words,
        "employer": words,
        "industry": st.sampled_from(["C", "E", "G"]),
        "contact_name": st.sampled_from(["吕明", "何建"]),
        "contact_phone": phones,
        "certificate": st.booleans(),
        "note": words,
        "phone": phones,
        "dues_paid_to": st.sampled_from(["2025-12", "2026-06"]),
    },
)  # fmt: skip


@contextmanager
def rolled_back() -> Iterator[None]:
    """One example: whatever it writes is gone afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def take_in(kind: str, rows: list[dict[str, Any]], by: Any, batch: str) -> list[LedgerRow]:
    """Check and apply."""
    found = [LedgerRow(sheet="流出", number=5 + n, raw=dict(row), values=dict(row)) for n, row in enumerate(rows)]
    with acting_as(by):
        ledger(kind).check(found, CheckContext(by=by, today=TODAY, batch_id=batch))
        ledger(kind).apply(found, ApplyContext(by=by, now=NOW, batch_id=batch, on=TODAY))
    return found


def by_hand(member: Member, row: dict[str, Any], by: Any) -> None:
    """The same row through the single-record actions; what it states counts as verified."""
    mine = {name: value for name, value in row.items() if name in IN_MEMBER}
    travel = {name: value for name, value in row.items() if name not in IN_MEMBER}
    with acting_as(by):
        people.edit_member(member=member, values=mine, by=by, confirmed=evidence_of(mine), now=NOW)
        journey = Journey.objects.visible_to(by).filter(member=member).open().first()
        if journey is None:
            journeys.open_journey(member=member, direction="out", values=travel, by=by, now=NOW)
        else:
            journeys.edit_journey(journey=journey, values=travel, by=by, confirmed=evidence_of(travel), now=NOW)


def plain(model: Any, public_id: str, name: str, value: Any) -> Any:
    """A stored value without the randomness of sealing."""
    if isinstance(model._meta.get_field(name), SealedField):
        return crypto.unseal(value, model.seal_context(name, public_id)) if value else ""
    return value.iso() if hasattr(value, "iso") else value


def record_state(one: Any) -> dict[str, Any]:
    model = type(one)
    names = {name: getattr(one, model._meta.get_field(name).attname) for name in model.HISTORY}
    found = {name: plain(model, one.public_id, name, value) for name, value in names.items()}
    paths = {name: getattr(one, name) for name in ("home_path", "host_path", "care_path") if hasattr(one, name)}
    return {**found, **paths}


def written() -> dict[str, Any]:
    """Rows, versions, history and evidence, in a form that two ways of writing must agree on."""
    models = {model._meta.label_lower: model for model in MODELS}
    changes = [
        (
            one.object_type,
            one.version,
            {
                name: [plain(models[one.object_type], one.object_id, name, value) for value in pair]
                for name, pair in one.fields.items()
            },
        )
        for one in Change.objects.all()
    ]
    proofs = [(one.member_id, name, one.on) for one in Evidence.objects.all() for name in one.fields.split(",")]
    return {
        "records": [(model.__name__, record_state(one), one.version) for model in MODELS for one in model.objects.order_by("pk")],
        "changes": sorted(changes, key=repr),
        "proofs": sorted(set(proofs)),
        "fresh": list(Freshness.objects.order_by("pk").values_list("member", *(f"{name}_on" for name in FRESH))),
    }  # fmt: skip


@quiet
@given(first=stated, second=stated)
def test_a_ledger_writes_what_the_actions_write(branch, make_member, town_actor, first, second):
    with rolled_back():
        member = make_member(branch, name="何小明")
        said = {"name": member.name, "identity": member.reveal("identity")}
        with rolled_back():
            outcomes = [
                take_in("outflow", [{**said, **row}], town_actor, f"b{number}")[0].outcome
                for number, row in enumerate((first, second))
            ]
            assert outcomes[0] is Outcome.NEW
            imported = written()
        for row in (first, second):
            by_hand(member, row, town_actor)
        assert written() == imported


# -- undo ----------------------------------------------------------------------------------------

lostness = st.fixed_dictionaries(
    {}, optional={"lost": st.just(True), "lost_since": st.sampled_from(["2025-01", "2026-09"])}
)
rows_of_three = st.lists(st.tuples(stated, lostness).map(lambda pair: {**pair[0], **pair[1]}), min_size=3, max_size=3)
edits = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["phone", "address", "employer", "end", "steps", "found"])), max_size=4
)


def states() -> dict[str, dict[str, Any]]:
    return {one.public_id: record_state(one) for model in MODELS for one in model.objects.all()}


def edit(member: Member, what: str, by: Any) -> None:
    """One change by hand, where there is something to change."""
    journey = Journey.objects.visible_to(by).filter(member=member).open().first()
    spell = LostContact.objects.visible_to(by).filter(member=member, state__in=("counting", "lost")).first()
    if what == "phone":
        people.edit_member(member=member, values={"phone": "19900999000"}, by=by, now=NOW)
    elif what == "address":
        people.edit_member(member=member, values={"home_address": "东头"}, by=by, now=NOW)
    elif what == "employer" and journey:
        journeys.edit_journey(journey=journey, values={"employer": "手工改的单位"}, by=by, now=NOW)
    elif what == "end" and journey:
        journeys.end_journey(journey=journey, outcome="returned", on="2026-11-01", by=by, now=NOW)
    elif what == "steps" and spell:
        lost.note_lost(lost=spell, values={"steps": "问过其兄"}, by=by, now=NOW)
    elif what == "found" and spell:
        lost_acts.found(lost=spell, on="2026-11-02", by=by, now=NOW)


def latest_proofs() -> dict[int, dict[str, dt.date]]:
    latest: dict[int, dict[str, dt.date]] = {}
    for proof in Evidence.objects.order_by("on", "pk"):
        for name in proof.fields.split(","):
            latest.setdefault(proof.member_id, {})[name] = proof.on
    return latest


@quiet
@given(earlier=st.lists(stated, max_size=2), rows=rows_of_three, between=edits)
def test_undo_brings_back_all_but_what_was_changed_since(branch, make_member, town_actor, earlier, rows, between):
    with rolled_back():
        members = [make_member(branch, name=name) for name in ("何一", "吕二", "马三")]
        said = [{"name": one.name, "identity": one.reveal("identity")} for one in members]
        take_in("outflow", [{**who, **row} for who, row in zip(said, earlier, strict=False)], town_actor, "one")
        before = states()
        take_in("outflow", [{**who, **row} for who, row in zip(said, rows, strict=True)], town_actor, "two")
        after_import = Change.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        with acting_as(town_actor):
            for position, what in between:
                edit(members[position], what, town_actor)
        edited = set(Change.objects.filter(pk__gt=after_import).values_list("object_id", flat=True))
        written_by_batch = set(Change.objects.filter(batch="two").values_list("object_id", flat=True))
        undone_from = states()
        with acting_as(town_actor):
            result = ledger("outflow").restore("two", town_actor, clock.now())

        expected = {key: undone_from[key] if key in edited else before[key] for key in {*before, *edited}}
        assert states() == expected
        assert len(result.kept) == len(edited & written_by_batch)
        assert not Evidence.objects.filter(batch="two").exists()
        fresh = {
            row.pk: {name: on for name in FRESH if (on := getattr(row, f"{name}_on"))}
            for row in Freshness.objects.all()
        }
        assert {pk: dates for pk, dates in fresh.items() if dates} == latest_proofs()
