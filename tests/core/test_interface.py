"""The interface for programs: versions, repeats, strict input, one shape for every refusal."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from drf_spectacular.validation import validate_schema

from audit.models import Event
from core import clock
from core.api import repeats
from core.api.schema import published
from core.api.views import DetailApi
from core.models import ApiAnswer
from members.models import Journey, Member
from portal.api import SchemaView

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def member(branch, make_member) -> Member:
    return make_member(branch, name="何一")


@pytest.fixture
def client(client_for, secretary_user):
    return client_for(secretary_user)


@pytest.fixture
def edit(client, member) -> Callable[..., Any]:
    def send(body: Any, **headers: str) -> Any:
        body = body if isinstance(body, (str, bytes)) else json.dumps(body)
        return client.patch(f"/api/v1/members/{member.public_id}/", body, content_type=JSON, headers=headers)

    return send


@pytest.fixture
def leave(client, member) -> Callable[..., Any]:
    """POST of a departure."""

    def send(key: str = "departure-1", **body: Any) -> Any:
        sent = {"direction": "out", "left_on": "2025-03", **body}
        address = f"/api/v1/members/{member.public_id}/journeys/"
        return client.post(
            address, json.dumps(sent), content_type=JSON, headers={"Idempotency-Key": key} if key else {}
        )

    return send


def journeys() -> int:
    return Journey.objects.unscoped().count()


def said(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


# -- versions ---------------------------------------------------------------------------------------


def test_an_edit_takes_the_version_that_was_read(client, edit, member):
    tag = client.get(f"/api/v1/members/{member.public_id}/")["ETag"]
    response = edit({"home_address": "何寨村 3 组", "phone": "19900004567"}, **{"If-Match": tag})
    assert response.status_code == 200
    assert response.json()["home_address"] == "何寨村 3 组"
    assert response.json()["phone"] == "199****4567"
    assert response["ETag"] == '"2"' != tag
    assert Event.objects.filter(kind="member_edited", subject_id=member.public_id).exists()


def test_without_a_version_428_and_with_an_old_one_412_naming_both_values(edit, member):
    assert said(edit({"note": "甲"})) == (428, "if_match_missing")
    assert edit({"note": "甲"}, **{"If-Match": '"1"'}).status_code == 200
    response = edit({"note": "乙"}, **{"If-Match": '"1"'})
    assert said(response) == (412, "stale")
    assert [(one["field"], one["theirs"], one["yours"]) for one in response.json()["conflicts"]] == [
        ("note", "甲", "乙")
    ]
    member.refresh_from_db()
    assert member.note == "甲"


@pytest.mark.parametrize("tag", ["1", "*", 'W/"1"', '"1", "2"', '"' + "1" * 50 + '"'])
def test_a_version_is_one_tag_as_it_was_given(edit, tag):
    assert said(edit({"note": "甲"}, **{"If-Match": tag})) == (400, "if_match")


@pytest.mark.parametrize("tag", ['"open"', '"99999999999999"'])
def test_a_tag_of_something_else_is_stale(edit, tag):
    assert said(edit({"note": "甲"}, **{"If-Match": tag})) == (412, "stale")


# -- repeats ----------------------------------------------------------------------------------------


def test_a_post_sent_twice_happens_once_and_is_answered_alike(leave):
    first, second = leave(), leave()
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert first["ETag"] == second["ETag"]
    assert second["Idempotency-Replayed"] == "true"
    assert journeys() == 1


def test_a_key_is_needed_and_is_for_one_request(leave):
    assert said(leave("")) == (400, "idempotency_key")
    assert said(leave("short")) == (400, "idempotency_key")
    assert leave().status_code == 201
    assert said(leave(reason="1")) == (422, "idempotency_key_used")
    assert journeys() == 1


def test_a_refusal_gives_the_key_back(leave):
    assert said(leave(left_on="2025-02-31")) == (422, "invalid")
    assert leave().status_code == 201


def test_while_it_runs_409_and_whoever_is_gone_is_succeeded(leave, secretary_user):
    first = leave()
    row = ApiAnswer.objects.get()
    ApiAnswer.objects.update(answer="")
    assert said(leave()) == (409, "in_progress")
    ApiAnswer.objects.update(at=clock.now() - repeats.GIVEN_UP - dt.timedelta(seconds=1))
    again = leave()  # the process died with the transaction: here it had done its work, so the action says so
    assert (first.status_code, said(again)) == (201, (409, "blocked"))
    assert row.client == secretary_user.public_id


def test_answers_rest_sealed_and_are_forgotten(leave):
    leave()
    assert "何一" not in ApiAnswer.objects.get().answer
    repeats.forget(clock.now())
    assert ApiAnswer.objects.exists()
    repeats.forget(clock.now() + repeats.KEPT + dt.timedelta(seconds=1))
    assert not ApiAnswer.objects.exists()


# -- what is sent -----------------------------------------------------------------------------------

BROKEN = [
    "", "{", "[]", '"text"', "null", '{"note": NaN}', '{"note": "a", "note": "b"}', '{"note": "a\\u0000"}', '{"note": "\\ud800"}',
    '{"\\udfff": "a"}', '{"name": ' + "[" * 20_000, b'{"note": "\xff"}', '{"note": ' + "9" * 5_000 + "}", '{"name": 1e999}',
]  # fmt: skip


@pytest.mark.parametrize("body", BROKEN, ids=range(len(BROKEN)))
def test_what_is_no_json_of_ours_is_400(edit, body):
    assert said(edit(body, **{"If-Match": '"1"'})) == (400, "invalid")


@pytest.mark.parametrize(
    ("body", "field"),
    [({"nmae": "何一"}, ""), ({"note": 1}, "note"), ({"note": None}, "note"), ({"restricted": "true"}, "restricted"),
     ({"restricted": 1}, "restricted"), ({"sex": 1}, "sex"), ({"joined_on": "07/05"}, "joined_on"), ({"joined_on": 2024}, "joined_on"),
     ({"joined_on": "2024\n"}, "joined_on"),
     ({"note": " " * 600}, "note"),
     ({"confirmed": "phone"}, "confirmed"), ({"confirmed": ["shoes"]}, "confirmed.0"), ({"name": ""}, "name"), ({"name": "何" * 61}, "name"),
     ({"home_path": "0001"}, ""), ({"version": 1}, "")],
)  # fmt: skip
def test_a_wrong_field_is_named(edit, body, field):
    response = edit(body, **{"If-Match": '"1"'})
    assert said(response) == (400, "invalid")
    assert list(response.json()["errors"]) == [field]


def test_what_an_action_refuses_is_422_with_its_sentence(edit):
    response = edit({"phone": "123"}, **{"If-Match": '"1"'})
    assert response.status_code == 422
    assert "电话" in response.json()["detail"] or "号码" in response.json()["detail"]


def test_other_media_types_are_415(client, member):
    address = f"/api/v1/members/{member.public_id}/"
    response = client.patch(
        address, "note=1", content_type="application/x-www-form-urlencoded", headers={"If-Match": '"1"'}
    )
    assert said(response) == (415, "media_type")


@pytest.mark.parametrize(
    "query", ["size=5&size=6", "nmae=1", "at=k1.forged", "organisation=1", "away=%00", "sex=%ED%A0%80"]
)
def test_a_wrong_query_is_400(client, query):
    assert client.get(f"/api/v1/members/?{query}").status_code == 400


# -- one shape --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [("get", "/api/v1/nothing/", 404), ("get", "/api/v1/members/nobody/", 404), ("options", "/api/v1/members/", 405),
     ("delete", "/api/v1/members/", 405), ("get", "/api/v1/members/a%00b/", 404)],
)  # fmt: skip
def test_every_refusal_is_json_with_a_code_and_an_id(client, method, address, status):
    response = getattr(client, method)(address, headers={"Accept": "text/html"})
    assert response.status_code in (status, 400)
    assert response["Content-Type"] == JSON
    assert set(response.json()) == {"code", "detail", "request"}
    assert response.json()["request"] == response["X-Request-Id"]


def test_nobody_is_told_anything_without_signing_in(db):
    for method in ("get", "options", "post", "patch", "head"):
        response = getattr(Client(), method)("/api/v1/members/", headers={"Accept": "text/html"})
        assert (response.status_code, response["Content-Type"]) == (401, JSON)
    assert Client().get("/api/v1/schema/").status_code == 401


def test_answers_are_kept_by_nobody(client):
    assert client.get("/api/v1/members/")["Cache-Control"] == "no-store"


def test_a_view_without_scope_does_not_import():
    with pytest.raises(TypeError, match="queryset"):
        type("Leak", (DetailApi,), {"output": object})


# -- the schema -------------------------------------------------------------------------------------


def addresses(resolver: Any = None, above: str = "") -> list[str]:
    found = []
    for one in (resolver or get_resolver()).url_patterns:
        if hasattr(one, "url_patterns"):
            found += addresses(one, above + str(one.pattern))
        elif getattr(one.callback, "api", False) and getattr(one.callback, "cls", None) is not SchemaView:
            found.append("/" + (above + str(one.pattern)).replace("<slug:", "{").replace(">", "}"))
    return found


def test_the_schema_is_valid_and_holds_every_address(client):
    found = client.get("/api/v1/schema/").json()
    validate_schema(found)
    assert set(found["paths"]) == set(addresses())
    assert len(addresses()) > 20


def test_every_operation_says_how_it_is_refused():
    for path, operations in published()["paths"].items():
        for method, one in operations.items():
            names = {parameter["name"] for parameter in one["parameters"]}
            assert {"401", "403", "404", "429"} <= set(one["responses"]), path
            assert one["security"], path
            assert one["summary"], path
            assert ("Idempotency-Key" in names) == (method == "post"), path
            assert method == "get" or one["requestBody"], path
