"""/api/v1/members/: the same scope as the pages, JSON for everything, numbers masked."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import ApiToken
from core import clock
from core.actors import SYSTEM
from core.crypto import blind

pytestmark = pytest.mark.django_db
API = "/api/v1/members/"


@pytest.fixture
def people(branch, foreign_branch, make_member):
    return [make_member(branch, name="何一", phone="19900003093"), make_member(foreign_branch, name="冯二")]


def found(response):
    return [one["name"] for one in response.json()["results"]]


def test_a_session_sees_the_own_subtree(people, client_for, county_user, town_user, auditor_user):
    assert found(client_for(county_user).get(API)) == ["何一", "冯二"]
    assert found(client_for(auditor_user).get(API)) == ["何一", "冯二"]
    assert found(client_for(town_user).get(API)) == ["何一"]


def test_a_token_sees_what_its_person_sees(people, client, town_user):
    ApiToken.objects.create(
        user=town_user, title="台账", token=blind("secret-token", "api-token"), scopes=["view"], made_at=clock.now(),
        made_by=SYSTEM.ref,
        expires_at=clock.now() + dt.timedelta(days=1),
    )  # fmt: skip
    assert found(client.get(API, headers={"Authorization": "Bearer secret-token"})) == ["何一"]
    refused = client.get(API, headers={"Authorization": "Bearer other"})
    assert refused.status_code == 401
    assert "令牌" in refused.json()["detail"]


def test_anonymous_is_401_in_json(people, client):
    response = client.get(API)
    assert response.status_code == 401
    assert response["Content-Type"].startswith("application/json")


def test_without_the_right_403_in_json(people, client_for, system_user):
    response = client_for(system_user).get(API)
    assert response.status_code == 403
    assert response.json()["detail"]


def test_numbers_are_masked(people, client_for, town_user):
    text = client_for(town_user).get(API).content.decode()
    assert "199****3093" in text
    assert "19900003093" not in text
    assert people[0].reveal("identity") not in text


def test_an_organisation_narrows_and_another_towns_is_404(
    people, branch, foreign_branch, client_for, county_user, town_user
):
    assert found(client_for(county_user).get(API, {"organisation": foreign_branch.public_id})) == ["冯二"]
    response = client_for(town_user).get(API, {"organisation": foreign_branch.public_id})
    assert response.status_code == 404
    assert response["Content-Type"].startswith("application/json")


@pytest.mark.parametrize("query", ["size=0", "size=201", "size=x", "size=-1", "size=99999999999", "sex=9", "size=²"])
def test_a_wrong_parameter_is_refused_by_name(query, people, client_for, town_user):
    response = client_for(town_user).get(f"{API}?{query}")
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [query.partition("=")[0]]


def test_pages_by_cursor_and_a_forged_one_is_refused(branch, make_member, client_for, town_user):
    everybody = [make_member(branch, name=f"何{letter}").name for letter in "甲乙丙丁戊"]
    client = client_for(town_user)
    first = client.get(API, {"size": 3})
    second = client.get(API, {"size": 3, "at": first.json()["next"]})
    assert found(first) + found(second) == everybody
    assert second.json()["next"] is None
    assert found(client.get(API, {"size": 3, "at": second.json()["previous"]})) == everybody[:3]
    forged = client.get(API, {"size": 3, "at": "k1.forged"})
    assert (forged.status_code, forged.json()["code"]) == (400, "cursor")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(method, people, client_for, county_user):
    response = getattr(client_for(county_user), method)(API)
    assert response.status_code == 405
    assert response["Content-Type"].startswith("application/json")


def test_a_hundred_cost_the_queries_of_one(branch, make_member, client_for, town_user):
    client = client_for(town_user)
    make_member(branch)
    client.get(API)
    with CaptureQueriesContext(connection) as few:
        client.get(API, {"size": 100})
    for _ in range(99):
        make_member(branch)
    with CaptureQueriesContext(connection) as many:
        assert len(found(client.get(API, {"size": 100}))) == 100
    assert len(few) == len(many) <= 8


@pytest.mark.parametrize("size", ["0", "201", "0020000", "99999", "²", "-1", "1e9"])
def test_a_page_is_no_longer_than_allowed(people, client_for, county_user, size):
    assert client_for(county_user).get(API, {"size": size}).status_code == 400
