"""Moving a town with its people is one UPDATE a table: fast enough for a page."""

import time

import pytest
from django.db import connection

from branches.actions import organisations
from branches.models import Organisation
from members.models import Member

pytestmark = pytest.mark.django_db


@pytest.mark.skipif(connection.vendor != "postgresql", reason="the limit is for PostgreSQL")
def test_a_town_of_twenty_branches_and_two_thousand_members(county, town, other_town, county_actor, make_member):
    working = organisations.create(parent=county, name="中共云湖县县直机关工作委员会", kind="working", by=county_actor)
    branches = [
        organisations.create(parent=town, name=f"中共云湖县马店镇第{number}村支部委员会", kind="631", by=county_actor)
        for number in range(20)
    ]
    pattern = make_member(branches[0])
    people = []
    for number in range(1999):
        home = branches[number % 20]
        people.append(
            Member(
                name="何", home=home, home_path=home.path, created_at=pattern.created_at, updated_at=pattern.updated_at
            )
        )
    Member.objects.bulk_create(people, batch_size=500)
    began = time.perf_counter()
    moved = organisations.move(town, to=working, by=county_actor)
    took = time.perf_counter() - began
    assert Member.objects.filter(home_path__startswith=moved.path).count() == 2000
    assert Organisation.objects.under(moved.path).count() == 21
    assert took < 0.2


def test_people_and_their_scope_arrive_together(town, other_town, branch, county_actor, town_actor, make_member):
    make_member(branch)
    assert Member.objects.visible_to(town_actor).count() == 1
    moved = organisations.move(branch, to=other_town, by=county_actor)
    assert not Member.objects.visible_to(town_actor).exists()
    assert Member.objects.get().home_path == moved.path
