"""Queries compiled once: the same rows as by the plain query, for every value, on both databases."""

import datetime as dt

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from accounts.backends import HELD
from accounts.models import Grant, User
from accounts.session_store import SessionStore
from branches.models import Organisation
from core.compiled import Compiled
from members.models import Member

pytestmark = pytest.mark.django_db

FOUNDED = Compiled(
    lambda day, name: Organisation.objects.filter(closed_on__gte=day, short_name=name, kind="631").select_related(
        "parent"
    ),
    dt.date(1949, 10, 1),
    "a mark",
)


def test_each_value_stands_where_it_belongs(branch, town, django_assert_num_queries):
    Organisation.objects.filter(pk=branch.pk).update(closed_on="2026-05-01", founded_on="2020-07")
    FOUNDED(dt.date(2026, 1, 1), "")
    with django_assert_num_queries(1):
        (found,) = FOUNDED(dt.date(2026, 5, 1), branch.short_name)
        assert (found, found.parent, found.closed_on) == (branch, town, dt.date(2026, 5, 1))
        assert found.founded_on.iso() == "2020-07"
    assert FOUNDED(dt.date(2026, 5, 2), branch.short_name) == []
    assert FOUNDED(dt.date(2026, 5, 1), "a mark") == []


def test_the_grants_of_an_account_are_those_of_the_plain_query(secretary_user, town_user, county):
    today = timezone.localdate()
    Grant.objects.filter(user=town_user).update(ends_on=today, starts_on=today)
    for user in (secretary_user, town_user, User(pk=-1949)):
        for day in (today, today + dt.timedelta(1), today - dt.timedelta(1), dt.date(1949, 10, 1)):
            plain = Grant.objects.filter(user=user.pk).in_force(day)
            assert HELD(user.pk, day) == list(plain)
    (found,) = HELD(town_user.pk, today)
    assert found.organisation.path == town_user.organisation.path
    assert found.user.public_id == town_user.public_id


def test_a_session_lives_until_its_hour():
    kept = SessionStore()
    kept["what"] = "值"
    kept.create()
    assert SessionStore(kept.session_key)["what"] == "值"
    Session.objects.update(expire_date=timezone.now() - dt.timedelta(seconds=1))
    for key in (kept.session_key, "", None, "x" * 40):
        gone = SessionStore(key)
        assert gone.get("what") is None
        assert gone.session_key is None


def test_a_scoped_table_is_refused():
    with pytest.raises(TypeError, match="Member is scoped"):
        Compiled(lambda name: Member.objects.unscoped().filter(name=name), "a mark")("何一")


def test_a_mark_that_the_query_changes_is_refused():
    with pytest.raises(ValueError, match="a mark"):
        Compiled(lambda text: Organisation.objects.filter(name__contains=text), "a mark")("何")


def test_it_is_compiled_once(branch, monkeypatch):
    FOUNDED(dt.date(2026, 1, 1), "")
    monkeypatch.setattr(FOUNDED, "_make", None)
    FOUNDED(dt.date(2026, 1, 1), branch.short_name)
    assert connection.vendor in FOUNDED._ready
