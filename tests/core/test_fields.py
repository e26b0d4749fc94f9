"""The column types: what rests in the database and what comes back."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from audit.models import Event
from branches.models import Organisation
from core import clock
from core.actors import SYSTEM, Actor, ActorRef
from core.domain.dates import PartialDate
from core.fields import PartialDateField
from core.ids import LENGTH, new_id
from members.models import Member

pytestmark = pytest.mark.django_db


def stored(table, column):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")
        return [row[0] for row in cursor.fetchall()]


def test_a_sealed_value_rests_encrypted_with_index_and_tail(branch, make_member):
    member = make_member(branch, identity="37998119850312103X", phone="19900001234")
    (identity,), (phone,) = stored("members_member", "identity"), stored("members_member", "phone")
    assert "379981" not in identity + phone
    assert (member.reveal("phone"), member.phone_tail) == ("19900001234", "1234")
    assert Member.objects.get(identity_index=member.identity_index).reveal("identity") == "37998119850312103X"


def test_an_equal_value_keeps_its_ciphertext(branch, make_member):
    member = make_member(branch, phone="19900001234")
    before = member.phone
    member.put_sealed("phone", "19900001234")
    assert member.phone == before
    member.put_sealed("phone", "")
    assert (member.phone, member.phone_index, member.phone_tail) == ("", "", "")


def test_partial_dates_keep_their_precision_and_sort(branch, make_member):
    for text in ("2024-07-05", "2023", "2024-07"):
        make_member(branch, joined_on=PartialDate.from_iso(text))
    found = [member.joined_on.iso() for member in Member.objects.order_by("joined_on")]
    assert found == ["2023", "2024-07", "2024-07-05"]
    with pytest.raises(ValidationError, match="2024-07-05"):
        PartialDateField().to_python("July")


def test_actors_are_kept_as_words(branch):
    by = Actor(id="abc", name="李 梅", unit="马店镇党委")
    event = Event.objects.create(kind="tested", at=clock.now(), actor=by.ref, text="x", mac=b"")
    assert Event.objects.get(pk=event.pk).actor == ActorRef("abc", "李 梅（马店镇党委）")
    assert Event.objects.filter(actor=SYSTEM.ref).count() == 0


def test_paths_compare_byte_by_byte(county, town, branch, foreign_branch):
    inside = Organisation.objects.under(town.path).order_by("path")
    assert [one.short_name for one in inside] == ["马店镇党委", "何寨村党支部"]


def test_public_ids_sort_by_time_and_hold_no_digit():
    ids = [new_id(now_ms=moment) for moment in (1, 1000, 1_800_000_000_000)]
    assert ids == sorted(ids)
    assert {len(one) for one in ids} == {LENGTH}
    assert not any(letter.isdigit() for one in ids for letter in one)
