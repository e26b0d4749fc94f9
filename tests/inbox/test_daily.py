"""What the clock does once a day: old messages go, organisations past their day are asked about."""

import datetime as dt

import pytest
from django.urls import reverse

from branches.actions import organisations
from branches.models import Organisation
from core import clock, handlers
from core.actors import SYSTEM
from inbox import actions, daily
from inbox.models import Message, Todo

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def test_messages_read_long_ago_go_and_unread_ones_stay(town, town_user, town_actor):
    now = clock.now()
    read, unread = (actions.tell(town_user, title, now=now - 900 * DAY) for title in ("读过的", "没读的"))
    actions.read(read, by=town_actor, now=now - 399 * DAY)
    daily.forget_messages(now)
    assert Message.objects.visible_to(SYSTEM).count() == 2
    daily.forget_messages(now + 2 * DAY)
    assert Message.objects.visible_to(SYSTEM).get() == unread


def test_the_town_is_asked_to_close_what_is_past_its_day(town, branch, county_actor, town_actor):
    today = clock.today()
    Organisation.objects.filter(pk=branch.pk).update(ends_on=today)
    daily.ask_to_close(clock.now())
    assert not Todo.objects.visible_to(SYSTEM).exists()
    daily.ask_to_close(clock.now() + DAY)
    daily.ask_to_close(clock.now() + 2 * DAY)
    todo = Todo.objects.visible_to(SYSTEM).get()
    assert (todo.organisation, todo.url) == (town, reverse("organisation-close", args=[branch.public_id]))
    assert branch.short_name in todo.text
    branch.refresh_from_db()
    organisations.close(branch, by=county_actor)
    daily.ask_to_close(clock.now() + 3 * DAY)
    todo.refresh_from_db()
    assert todo.closed_at is not None


def test_the_clock_knows_them():
    assert {one.name for one in handlers.periodics()} >= {"inbox.forget", "inbox.past", "accounts.sessions"}
