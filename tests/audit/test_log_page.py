"""The log page: scope, filters, paging, and who saw a record."""

import datetime as dt

import pytest
from django.urls import reverse

from audit import presenters
from audit.actions import record
from audit.models import Change, Event
from audit.presenters import EventKind
from branches.actions import organisations
from core.actors import SYSTEM, acting_as

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kinds():
    before = dict(presenters._kinds)
    presenters.register(EventKind("looked", "查看", "view"), EventKind("altered", "修改", "change"))
    yield
    presenters._kinds.clear()
    presenters._kinds.update(before)


def page(client, **query):
    answer = client.get(reverse("event-list"), query)
    assert "⚠undefined" not in answer.content.decode()
    return answer


def test_the_auditor_reads_what_happened_below(
    town, foreign_branch, town_actor, other_town_actor, auditor_user, client_for
):
    record("looked", "查看何一的档案", by=town_actor)
    record("altered", "修改冯三的档案", by=other_town_actor)
    answer = page(client_for(auditor_user))
    assert answer.status_code == 200
    assert "查看何一的档案" in answer.content.decode()
    assert "修改冯三的档案" in answer.content.decode()


def test_scope_of_a_town_s_auditor(town, town_actor, other_town_actor, make_user, client_for):
    record("looked", "查看何一的档案", by=town_actor)
    record("altered", "修改冯三的档案", by=other_town_actor)
    text = page(client_for(make_user(town, "auditor"))).content.decode()
    assert "何一" in text
    assert "冯三" not in text


def test_those_without_the_right_are_refused(county_user, town_user, secretary_user, system_user, client_for):
    for user in (county_user, town_user, secretary_user, system_user):
        assert page(client_for(user)).status_code == 403


def test_filters_narrow_and_wrong_ones_do_no_harm(town, town_actor, county_actor, auditor_user, client_for):
    record("looked", "查看何一的档案", by=town_actor, now=dt.datetime(2026, 3, 1, 23, 30, tzinfo=dt.UTC))
    record("altered", "修改吕二的档案", by=county_actor)
    client = client_for(auditor_user)
    for query, there, gone in (
        ({"group": "view"}, "何一", "吕二"),
        ({"who": "赵敏"}, "吕二", "何一"),
        ({"since": "2026-03-02", "until": "2026-03-02"}, "何一", "吕二"),
        ({"until": "2026-03-01"}, "没有符合条件", "何一"),
    ):
        text = page(client, **query).content.decode()
        assert there in text
        assert gone not in text
    for query in ({"group": "nonsense"}, {"since": "yesterday"}, {"after": "garbage"}, {"subject": "x" * 500}):
        assert page(client, **query).status_code == 200


def test_pages_follow_each_other_without_a_gap(county, county_actor, auditor_user, client_for):
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    for number in range(120):
        record("looked", f"第{number:03d}件", by=county_actor, now=start + dt.timedelta(minutes=number // 7))
    client, seen, address = client_for(auditor_user), [], reverse("event-list")
    while address:
        answer = client.get(address)
        seen += [line.text for line in answer.context["lines"]]
        address = answer.context["next_url"]
    assert seen == [event.text for event in Event.objects.order_by("-at", "-pk")]


def test_who_saw_this_record(branch, town_actor, auditor_user, town_user, client_for):
    record("looked", "查看何寨村党支部", by=town_actor, subject=branch)
    record("looked", "查看别的", by=town_actor)
    address = reverse("subject-events", args=[branch.public_id])
    answer = client_for(auditor_user).get(address)
    assert [line.text for line in answer.context["lines"]] == ["查看何寨村党支部"]
    assert client_for(town_user).get(address).status_code == 403


def test_history_reads_like_words_and_hides_numbers(branch, town_actor):
    organisations.edit(branch, values={"place": "何寨村东"}, by=town_actor)
    with acting_as(town_actor):
        changes = Change.objects.of(branch, town_actor)
        (entry,) = presenters.history(changes, type(branch), shown={})
    assert [(change.label, change.before, change.after) for change in entry.changes] == [("所在地", "", "何寨村东")]
    (secret,) = presenters.history(changes, type(branch), shown={}, secret=["place"])
    assert secret.changes[0].after == "已登记"


def test_history_is_empty_for_those_who_do_not_see_the_record(branch, town_actor, other_town_actor):
    organisations.edit(branch, values={"place": "何寨村东"}, by=town_actor)
    with acting_as(other_town_actor):
        assert list(Change.objects.of(branch, other_town_actor)) == []


def test_an_event_of_an_unknown_kind_still_shows(auditor_user, county, client_for):
    record("never_registered", "做了一件事", by=SYSTEM, organisation_id=county.pk)
    assert "做了一件事" in page(client_for(auditor_user)).content.decode()


def test_a_group_must_exist():
    with pytest.raises(ValueError, match="nonsense"):
        presenters.register(EventKind("x", "x", "nonsense"))


def test_tries_with_a_name_that_nobody_has_are_the_county_s_to_see(
    client, town, auditor_user, make_user, client_for, secretary_user
):
    client.post(reverse("sign-in"), {"username": "nobody-here", "password": "Wrong-guess-2026"})
    assert Event.objects.get(kind="sign_in_failed").organisation_id is None
    assert "没有这个用户名" in page(client_for(auditor_user), group="refusal").content.decode()
    assert "没有这个用户名" not in page(client_for(make_user(town, "auditor"))).content.decode()
