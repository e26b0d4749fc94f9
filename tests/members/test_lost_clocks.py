"""The clocks of lost contact on their boundary days, as SQL over the whole table."""

from __future__ import annotations

import datetime as dt

import pytest

from branches.models import RuleSetting
from core import clock
from core.actors import SYSTEM
from core.domain.dates import PartialDate
from members import lost_clocks
from members.enums import LostActKind
from members.models import Evidence, Journey, LostContact, Member

pytestmark = pytest.mark.django_db


@pytest.fixture
def lose(branch, make_member):
    """``lose(state="counting", since=..., status=..., kind=...)``: somebody whose spell is as said."""

    def make(state="counting", *, status="normal", kind="1", home=branch, **values):
        member = make_member(home, kind=kind, party_status=status)
        now = clock.now()
        return LostContact.objects.create(
            member=member, state=state, home_path=home.path, created_at=now, updated_at=now, **values
        )

    return make


def due(kind: LostActKind, on: str) -> set[int]:
    condition = lost_clocks.PROPOSALS[kind](dt.date.fromisoformat(on))
    return set(LostContact.objects.filter(condition).values_list("pk", flat=True))


@pytest.mark.parametrize(
    ("since", "on", "is_due"),
    [
        ("2026-05-20", "2026-11-19", False),
        ("2026-05-20", "2026-11-20", True),
        ("2026-05-21", "2026-11-20", False),
        ("2025-08-31", "2026-02-27", False),
        ("2025-08-31", "2026-02-28", True),  # the month has no 31st
        ("2025-09-01", "2026-02-28", False),
        ("2027-08-29", "2028-02-28", False),
        ("2027-08-29", "2028-02-29", True),
        ("2027-08-31", "2028-02-29", True),
        ("2028-02-29", "2028-08-28", False),
        ("2028-02-29", "2028-08-29", True),
        ("2026-05", "2026-10-31", False),  # a month counts from its first day
        ("2026-05", "2026-11-01", True),
        ("2026", "2026-06-30", False),
        ("2026", "2026-07-01", True),
        (None, "2026-11-20", False),
    ],
)
def test_confirming_is_due_after_six_months(lose, since, on, is_due):
    spell = lose(since=since)
    assert (spell.pk in due(LostActKind.CONFIRM, on)) == is_due
    day = dt.date.fromisoformat(on)
    assert lost_clocks.proposed(spell, day) == (LostActKind.CONFIRM if is_due else None)


def test_who_is_never_due_for_confirming(lose, branch):
    long_ago = {"since": "2020-01"}
    for state in ("lost", "stopped", "found", "removed", "reinstated", "cancelled"):
        lose(state, **long_ago)
    lose(status="deceased", **long_ago)
    merged, guest = lose(**long_ago).member, lose(**long_ago).member
    Member.objects.filter(pk=merged.pk).update(merged_into=guest)
    Member.objects.filter(pk=guest.pk).update(home=None, care=branch)
    assert due(LostActKind.CONFIRM, "2026-11-20") == set()


def test_months_by_town_and_by_kind_of_organisation(lose, county, town, other_town, foreign_branch):
    here, there = lose(since="2026-08-20"), lose(since="2026-08-20", home=foreign_branch)
    stamps = {"set_by": SYSTEM.ref, "set_at": clock.now(), "starts_on": dt.date(2026, 1, 1), "key": "lost_months"}
    assert due(LostActKind.CONFIRM, "2026-11-20") == set()
    RuleSetting.objects.create(organisation=county, value=3, **stamps)
    assert due(LostActKind.CONFIRM, "2026-11-20") == {here.pk, there.pk}
    RuleSetting.objects.create(organisation=town, value=12, **stamps)
    assert due(LostActKind.CONFIRM, "2026-11-20") == {there.pk}
    RuleSetting.objects.create(organisation=town, value=2, organisation_kind="631", **stamps)
    assert due(LostActKind.CONFIRM, "2026-11-20") == {here.pk, there.pk}


def test_a_confirmed_spell_proposes_stopping_or_for_a_candidate_the_end_of_the_candidacy(lose):
    full, candidate = lose("lost", since="2026-01"), lose("lost", since="2026-01", kind="2")
    unknown = lose("lost", kind="")
    assert due(LostActKind.STOP, "2026-11-20") == {full.pk, unknown.pk}
    assert due(LostActKind.CANCEL, "2026-11-20") == {candidate.pk}


@pytest.mark.parametrize(
    ("stopped_on", "on", "is_due"),
    [
        ("2024-11-20", "2026-11-19", False),
        ("2024-11-20", "2026-11-20", True),
        ("2024-02-29", "2026-02-27", False),
        ("2024-02-29", "2026-02-28", True),
        ("2026-02-28", "2028-02-28", True),
        ("2026-03-01", "2028-02-29", False),
        (None, "2040-01-01", False),
    ],
)
def test_removal_is_due_two_years_after_stopping(lose, stopped_on, on, is_due):
    decided = dt.date.fromisoformat(stopped_on) if stopped_on else None
    spell = lose("stopped", status="stopped", since="2020-01", decided_on=decided)
    asking = lose("stopped", status="stopped", decided_on=decided, applied_on=decided)
    found = due(LostActKind.REMOVE, on)
    assert (spell.pk in found) == is_due
    assert asking.pk not in found or decided is None


@pytest.mark.parametrize(
    ("left_on", "on", "is_due"),
    [
        ("2021-11-20", "2026-11-19", False),
        ("2021-11-20", "2026-11-20", True),
        ("2024-02-29", "2029-02-28", True),
        ("2024-02-29", "2029-02-27", False),
        ("2021", "2026-01-01", True),
        (None, "2040-01-01", False),
    ],
)
def test_five_years_abroad(branch, make_member, left_on, on, is_due):
    stamps = {"created_at": clock.now(), "updated_at": clock.now(), "home": branch, "home_path": branch.path}
    said = {"direction": "out", "left_on": left_on, **stamps}
    away = Journey.objects.create(member=make_member(branch), state="away", mobility="abroad", **said)
    Journey.objects.create(member=make_member(branch), state="returned", mobility="abroad", **said)
    Journey.objects.create(member=make_member(branch), state="away", mobility="province", **said)
    Journey.objects.create(member=make_member(branch, party_status="stopped"), state="away", mobility="abroad", **said)
    condition = lost_clocks.abroad_too_long(dt.date.fromisoformat(on))
    assert set(Journey.objects.filter(condition)) == ({away} if is_due else set())


def test_unpaid_dues_alone_propose_nothing(branch, make_member):
    make_member(branch, dues_paid_to="2015-01")
    assert all(due(kind, "2026-11-20") == set() for kind in lost_clocks.PROPOSALS)


@pytest.mark.parametrize(
    ("since", "words", "band"),
    [
        ("2026-11-20", "联系不上", ""),
        ("2026-10-20", "联系不上 1 个月", ""),
        ("2026-05-20", "联系不上 6 个月", "6个月以上不满1年"),
        ("2025-11-21", "联系不上 11 个月", "6个月以上不满1年"),
        ("2025-11-20", "联系不上 12 个月", "1年至5年"),
        ("2020-11-21", "联系不上 71 个月", "1年至5年"),
        ("2020-11-20", "联系不上 72 个月", "6年至10年"),
        ("2015-11-20", "联系不上 132 个月", "11年及以上"),
        (None, "联系不上", ""),
    ],
)
def test_words_and_bands(since, words, band):
    known = PartialDate.from_iso(since) if since else None
    on = dt.date(2026, 11, 20)
    assert lost_clocks.words(LostContact(state="counting", since=known), on) == words
    assert lost_clocks.band(known, on) == band
    assert lost_clocks.words(LostContact(state="lost", since=known), on) == "失联"


def paid(member):
    """As the database gives the record."""
    return Member.objects.get(pk=member.pk)


def test_since_is_proposed_from_what_is_known(branch, make_member, lose):
    on = dt.date(2026, 11, 20)
    member = paid(make_member(branch, dues_paid_to="2026-03"))
    assert [(one.on.iso(), one.words) for one in lost_clocks.signs_of_life(member, on)] == [("2026-03", "党费交至")]
    for day, source in (("2026-04-02", "contact"), ("2026-09-01", "ledger"), ("2026-12-01", "contact")):
        Evidence.objects.create(member=member, fields="phone", on=day, source=source, at=clock.now())
    found = [one.on.iso() for one in lost_clocks.signs_of_life(member, on)]
    assert found == ["2026-04-02", "2026-03"]  # a ledger is no contact, and tomorrow not known
    paid_ahead = paid(make_member(branch, dues_paid_to="2026-12"))
    assert lost_clocks.signs_of_life(paid_ahead, on) == []
    before = lose("found", found_on="2026-06-01").member
    assert [one.words for one in lost_clocks.signs_of_life(before, on)] == ["上次取得联系"]
