"""Who holds which office."""

import datetime as dt

import pytest

from audit.models import Change, Event
from branches.actions.posts import appoint, edit_post, end_post, reveal_phone
from branches.models import Post
from core.errors import NotAllowed, StaleVersion, UserError

pytestmark = pytest.mark.django_db


def test_appoint_seals_the_phone(branch, town_actor):
    post = appoint(organisation=branch, title="secretary", holder_name="何建国", phone="199 0000 0001", by=town_actor)
    post = Post.objects.get(pk=post.pk)
    assert "19900000001" not in post.phone
    assert (post.reveal("phone"), post.phone_tail) == ("19900000001", "0001")
    assert "19900000001" not in str(Change.objects.get(object_id=post.public_id).fields)


def test_a_second_secretary_and_a_bad_value_are_refused(branch, town_actor, secretary_actor):
    appoint(organisation=branch, title="secretary", holder_name="何建国", by=town_actor)
    for values, code in (
        ({"title": "secretary", "holder_name": "何新民"}, "office_taken"),
        ({"title": "king", "holder_name": "何新民"}, "refused"),
        ({"title": "deputy", "holder_name": "12"}, "name_invalid"),
        ({"title": "deputy", "holder_name": "何新民", "phone": "1234567"}, "phone_invalid"),
    ):
        with pytest.raises(UserError) as refused:
            appoint(organisation=branch, by=town_actor, **values)
        assert refused.value.code in (code, "title_unknown")
    with pytest.raises(NotAllowed):
        appoint(organisation=branch, title="deputy", holder_name="何新民", by=secretary_actor)
    assert Post.objects.count() == 1


def test_edit_keeps_the_ciphertext_of_an_equal_phone(branch, town_actor):
    post = appoint(organisation=branch, title="secretary", holder_name="何建国", phone="19900000001", by=town_actor)
    same = edit_post(post, values={"phone": "19900000001"}, by=town_actor, version=1)
    assert (same.version, same.phone) == (1, post.phone)
    renamed = edit_post(post, values={"holder_name": "何建业"}, by=town_actor, version=1)
    assert renamed.version == 2
    with pytest.raises(StaleVersion):
        edit_post(post, values={"holder_name": "何建民"}, by=town_actor, version=1)


def test_an_office_ends_once_and_not_before_it_began(branch, town_actor):
    post = appoint(
        organisation=branch, title="secretary", holder_name="何建国", starts_on=dt.date(2026, 1, 9), by=town_actor
    )
    with pytest.raises(UserError, match="早于"):
        end_post(post, by=town_actor, on=dt.date(2025, 1, 1))
    assert end_post(post, by=town_actor, on=dt.date(2026, 2, 1)).ends_on == dt.date(2026, 2, 1)
    with pytest.raises(UserError, match="卸任"):
        end_post(post, by=town_actor)


def test_a_phone_is_shown_to_those_who_may_and_every_look_is_told(branch, town_actor, auditor_actor):
    post = appoint(organisation=branch, title="secretary", holder_name="何建国", phone="19900000001", by=town_actor)
    assert reveal_phone(post, by=town_actor) == "19900000001"
    assert Event.objects.filter(kind="phone_shown", subject_id=post.public_id).count() == 1
    with pytest.raises(NotAllowed):
        reveal_phone(post, by=auditor_actor)
