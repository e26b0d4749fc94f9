"""Moving a town with its people is one UPDATE a table, however many they are."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from branches.actions import organisations
from branches.models import Organisation
from members.models import Member

pytestmark = pytest.mark.django_db


@pytest.fixture
def settle(county_actor, make_member):
    """Branches under a town with as many people each."""

    def make(town, branches, people):
        made = [
            organisations.create(
                parent=town, name=f"中共云湖县{town.short_name}第{number}村支部委员会", kind="631", by=county_actor
            )
            for number in range(branches)
        ]
        pattern = make_member(made[0])
        pattern.delete()
        Member.objects.bulk_create(
            Member(
                name="何", home=one, home_path=one.path, created_at=pattern.created_at, updated_at=pattern.updated_at
            )
            for one in made
            for _ in range(people)
        )

    return make


def test_as_many_statements_for_two_hundred_people_as_for_two(
    county, town, other_town, county_actor, settle, django_assert_num_queries
):
    working = organisations.create(parent=county, name="中共云湖县县直机关工作委员会", kind="working", by=county_actor)
    settle(town, 20, 10)
    settle(other_town, 1, 2)
    with CaptureQueriesContext(connection) as few:
        organisations.move(other_town, to=working, by=county_actor)
    with django_assert_num_queries(len(few)):
        moved = organisations.move(town, to=working, by=county_actor)
    assert Member.objects.filter(home_path__startswith=moved.path).count() == 200
    assert Organisation.objects.under(moved.path).count() == 21
