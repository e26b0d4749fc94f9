"""The bases of scoped pages: no page without queryset and right, none that writes when it is only looked at."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.http import Http404, HttpResponse
from django.test import RequestFactory

from core import clock, counting
from core.actors import SYSTEM, Actor, acting_as
from core.errors import NotAllowed
from core.paths import subtree
from core.permissions import Permission
from core.views.bases import ScopedDetail, ScopedList, WroteOnGet, readonly
from members.models import Member

pytestmark = pytest.mark.django_db


def ask(view, actor, method="get", **kwargs):
    request = getattr(RequestFactory(), method)("/")
    request.actor = actor
    with acting_as(actor):
        return view.as_view()(request, **kwargs)


class Shown(ScopedDetail):
    queryset, permission = Member.objects.all(), Permission.VIEW

    def get(self, request, public_id):
        return HttpResponse(self.object.name)


class Edited(ScopedDetail):
    queryset, permission = Member.objects.all(), Permission.EDIT

    def get(self, request, public_id):
        return HttpResponse(self.object.name)


@pytest.mark.parametrize("attributes", [{}, {"permission": Permission.VIEW}, {"queryset": Member.objects.all()}])
@pytest.mark.parametrize("base", [ScopedList, ScopedDetail])
def test_a_page_without_queryset_or_right_does_not_import(base, attributes):
    with pytest.raises(TypeError, match="needs a queryset and a permission"):
        type("Page", (base,), attributes)


def test_outside_the_scope_404_without_the_right_403(branch, make_member, town_actor, other_town_actor, auditor_actor):
    member = make_member(branch)
    assert ask(Shown, town_actor, public_id=member.public_id).content.decode() == member.name
    assert ask(Shown, auditor_actor, public_id=member.public_id).status_code == 200
    with pytest.raises(Http404):
        ask(Shown, other_town_actor, public_id=member.public_id)
    with pytest.raises(Http404):
        ask(Edited, other_town_actor, public_id=member.public_id)
    with pytest.raises(NotAllowed):
        ask(Edited, auditor_actor, public_id=member.public_id)


def test_who_edits_less_than_he_sees_is_asked_twice(
    branch, other_branch, town, make_member, town_actor, django_assert_num_queries
):
    mine, another = make_member(branch), make_member(other_branch)
    ranges = {Permission.VIEW: (subtree(town.path),), Permission.EDIT: (subtree(branch.path),)}
    narrow = Actor(id="x", name="某人", grants=ranges)
    with pytest.raises(NotAllowed):
        ask(Edited, narrow, public_id=another.public_id)
    with django_assert_num_queries(2):
        ask(Edited, narrow, public_id=mine.public_id)
    for actor in (town_actor, SYSTEM):
        with django_assert_num_queries(1):
            ask(Edited, actor, public_id=another.public_id)


def test_looking_writes_nothing(branch, make_member, town_actor):
    class Touching(Shown):
        def get(self, request, public_id):
            self.rows().update(note="seen")

        def post(self, request, public_id):
            self.rows().update(note="written")
            return HttpResponse()

    member = make_member(branch)
    with pytest.raises(WroteOnGet, match="members_member"), transaction.atomic():
        ask(Touching, town_actor, public_id=member.public_id)
    assert ask(Touching, town_actor, "post", public_id=member.public_id).status_code == 200


@pytest.mark.parametrize(
    "write",
    [
        lambda member: Member.objects.create(name="何新", created_at=clock.now(), updated_at=clock.now()),
        lambda member: member.save(),
        lambda member: member.memberships.all().delete(),
    ],
)
def test_readonly_stops_every_kind_of_write(write, branch, make_member):
    member = make_member(branch)
    with readonly(), pytest.raises(WroteOnGet):
        write(member)


def test_counting_gives_up_beyond_its_limit(branch, other_branch, make_member):
    for home in (branch, branch, other_branch):
        make_member(home)
    everybody = Member.objects.unscoped()
    counts = counting.by_path(everybody, "home_path", 3)
    assert counts == {branch.path: 2, other_branch.path: 1}
    assert counting.rolled_up(counts)[branch.path[:8]] == 3
    assert counting.by_path(everybody, "home_path", 2) is None
    assert counting.capped(everybody, 2) == (2, True)
    assert counting.capped(everybody, 3) == (3, False)
