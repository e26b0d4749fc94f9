"""Every address × everybody × GET and POST: who gets in, who is told "not found", who is refused, and that nothing breaks.

``DOORS`` says of each URL name what it takes to open it. An address that is not listed fails, a listed one that is
gone fails. The objects asked for belong to the cast's branch; names of two members, one of it and one of the branch
next door, may appear in no answer to somebody who does not look after them.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core.actors import ANONYMOUS
from core.permissions import Permission as P  # noqa: N817 the table below reads better
from tests.meta.conftest import Somebody
from tests.meta.doors import DOORS, HERE, NEXT_DOOR, Door, patterns

pytestmark = pytest.mark.once  # who may open a page is the same on every database, and there are many pages

FORM = "application/x-www-form-urlencoded"
API = "/api/"


NAMES = [one.name or str(one.pattern) for one in patterns()]


def test_every_address_is_listed_and_every_listed_one_exists():
    assert len(set(NAMES)) == len(NAMES), "two addresses of one name"
    assert set(NAMES) - set(DOORS) == set(), "say in DOORS who may open it"
    assert set(DOORS) - set(NAMES) == set(), "gone: take it out of DOORS"


def expected(door: Door, somebody: Somebody, path: str, owner: User) -> str:
    """in | sign_in | missing | refused | nothing: refused or not found, as long as it says nothing of the record."""
    actor = somebody.actor
    if door.kind == "public":
        return "in"
    if actor is ANONYMOUS:
        return "sign_in"
    if somebody.name in door.never:
        return "refused"
    if door.kind == "own":
        return "in" if somebody.user == owner else "nothing" if door.needs and not actor.can(door.needs) else "missing"
    if door.needs is None:
        return "in"
    if door.kind == "right":
        if actor.can(door.needs) or (door.outposts and actor.holds(door.needs)):
            return "in"
        return "nothing" if somebody.name == "clerk" else "refused"
    if actor.reaches(path, door.needs):
        return "in"
    if door.sees and actor.reaches(path, door.sees):
        return "refused"
    return "missing" if actor.can(door.needs) else "nothing"


def is_right(wanted: str, response: Any) -> bool:
    """A method that a page does not serve (405) tells nobody anything."""
    status = response.status_code
    if wanted == "sign_in":
        return status == 401 or (status == 302 and response["Location"].startswith("/sign-in/"))
    if wanted == "missing":
        return status in (404, 405)
    if wanted == "refused":
        return status in (403, 405)
    if wanted == "nothing":
        return status in (403, 404, 405)
    refused_by_action = (405, 409, 412, 422)  # the last two of the interface: whoever is told so was let in
    return status < 400 or status in refused_by_action


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name in NAMES if name in DOORS])
def test_who_gets_in(name: str, cast: list[Somebody], things: dict[str, Any], branch, other_branch, secretary_user):
    door = DOORS[name]
    ids = {key: str(getattr(thing, "public_id", thing)) for key, thing in things.items()}
    address = reverse(name, args=[ids[one] for one in door.args]) + door.query.format(**ids)
    body = door.body.format(**ids)
    problems, served = [], set()
    for somebody in cast:
        wanted = expected(door, somebody, branch.path, secretary_user)
        for method in ("GET", "POST"):
            response = ask(somebody.client, method, address, body)
            if response.status_code != 405:
                served.add(method)
            what = f"{somebody.name} {method}: {response.status_code}"
            if not is_right(wanted, response):
                problems.append(f"{what}, wanted {wanted}")
            for canary, home in ((HERE, branch), (NEXT_DOOR, other_branch)):
                if canary.encode() in response.content and not somebody.actor.reaches(home.path, P.VIEW):
                    problems.append(f"{what}, names somebody of {home.short_name}")
    assert not problems, "\n".join([address, *problems])
    assert served, "neither GET nor POST is served"


def ask(client: Client, method: str, address: str, body: str) -> Any:
    """The answer, and nothing that it did."""
    with transaction.atomic():
        if method == "GET":
            response = client.get(address)
        elif address.startswith(API):
            headers = {"Idempotency-Key": "matrix-of-addresses", "If-Match": '"1"'}
            response = client.post(address, body, content_type="application/json", headers=headers)
        else:
            response = client.post(address, body, content_type=FORM)
        transaction.set_rollback(True)
    return response


@pytest.mark.django_db
def test_the_canaries_are_shown_to_those_who_look_after_them(cast, make_member, branch, other_branch):
    """A test that finds nothing would prove nothing."""
    make_member(branch, name=HERE)
    make_member(other_branch, name=NEXT_DOOR)
    for somebody in cast:
        page = somebody.client.get(reverse("member-list")).content.decode()
        for canary, home in ((HERE, branch), (NEXT_DOOR, other_branch)):
            assert (canary in page) == somebody.actor.reaches(home.path, P.VIEW), (somebody.name, canary)
