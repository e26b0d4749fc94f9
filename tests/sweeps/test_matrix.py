"""The matrix: every number is its list, levels add up, and everybody sees the own part."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from branches.models import Organisation
from core.actors import SYSTEM, Actor
from members.models import Member
from sweeps import matrix
from sweeps.actions import answering, canvassing, opening
from sweeps.actions.answering import Given
from sweeps.enums import Answer, NotReached
from sweeps.models import Item, Sweep
from sweeps.views.lists import RETURN_STATES, STATES
from tests.conftest import plant
from tests.sweeps.quarter import FRESH, LATER, opened, return_of


@pytest.fixture
def sweep(
    away: Any, county: Organisation, branch: Organisation, other_branch: Organisation, foreign_branch: Organisation,
    secretary_actor: Actor,
) -> Sweep:  # fmt: skip
    """何寨村: one settled, one unreachable, one tried in vain; 吕楼村: one of nothing known; 冯屯村: nobody, nil return."""
    away(branch, **FRESH)
    gone, tried = away(branch), away(branch)
    away(other_branch)
    found = opened(county)
    lost = Given(answer=Answer.UNREACHABLE, since="2026-08-01")
    answering.answer(sweep=found, member=gone, given=lost, by=secretary_actor, now=LATER)
    answering.not_reached(sweep=found, member=tried, reason=NotReached.OFF, by=secretary_actor, now=LATER)
    canvassing.nil_return(of=return_of(found, foreign_branch), by=SYSTEM, now=LATER)
    return found


def test_levels_add_up(sweep: Sweep, county: Organisation, town: Organisation, county_actor: Actor) -> None:
    found = matrix.matrix(sweep, county, county_actor)
    assert [line.organisation.short_name for line in found.lines] == ["马店镇党委", "青石镇党委"]
    assert dict(found.whole.people) == {
        "asked": 4, "route1": 1, "route3": 3, "answered": 1, "unreachable": 1, "waiting": 3, "trying": 1, "settled": 1,
    }  # fmt: skip
    assert dict(found.whole.returns) == {"branches": 3, "canvassed": 1, "handed_in": 1, "accepted": 0}
    assert found.lines[1].people == {}
    assert found.lines[1].returns["handed_in"] == 1
    below = matrix.matrix(sweep, town, county_actor)
    assert below.whole.people == found.lines[0].people
    assert [line.people["asked"] for line in below.lines] == [3, 1]


def test_a_branch_is_one_line(sweep: Sweep, branch: Organisation, secretary_actor: Actor) -> None:
    found = matrix.matrix(sweep, branch, secretary_actor)
    assert (found.lines, found.whole.people["asked"]) == ([], 3)


def test_whom_only_the_county_may_know_of_is_counted_there_alone(
    sweep: Sweep, away: Any, county: Organisation, town: Organisation, county_actor: Actor, town_actor: Actor
) -> None:
    hidden = Member.objects.unscoped().filter(home_path__startswith=town.path).first()
    hidden.restricted = True
    hidden.save()
    Item.objects.unscoped().filter(member=hidden).update(restricted=True)
    assert matrix.matrix(sweep, town, county_actor).whole.people["asked"] == 4
    assert matrix.matrix(sweep, town, town_actor).whole.people["asked"] == 3


def figures(page: str) -> list[tuple[int, str]]:
    """(number, address) of every figure that is a link to people or returns."""
    links = re.findall(r'<a [^>]*href="(/sweeps/\w+/(?:people|returns)/[^"]*)"[^>]*>(.*?)</a>', page, re.S)
    found = []
    for address, inside in links:
        number = re.search(r"(\d+)", re.sub(r"<[^>]+>|[^\d/ ]", "", inside))
        found.append((int(number[1]) if number else -1, address.replace("&amp;", "&")))
    return found


def test_every_number_is_its_list(sweep: Sweep, client_for: Any, county_user: Any, town_user: Any) -> None:
    for user in (county_user, town_user):
        client = client_for(user)
        found = figures(client.get(sweep.get_absolute_url()).content.decode())
        assert len(found) > 10
        for number, address in found:
            total = client.get(address).context["total"]
            assert total == number, address


def test_filters_offer_what_the_figures_ask_for(sweep: Sweep, client_for: Any, county_user: Any) -> None:
    client = client_for(county_user)
    for name, states in (("sweep-people", STATES), ("sweep-returns", RETURN_STATES)):
        address = reverse(name, args=[sweep.public_id])
        for state in states:
            assert client.get(f"{address}?state={state}").status_code == 200
        assert client.get(f"{address}?state=worst").status_code == 404


def test_nobody_looks_next_door(
    sweep: Sweep, client_for: Any, town_user: Any, secretary_user: Any, other_town: Organisation, branch: Organisation
) -> None:
    for user in (town_user, secretary_user):
        client = client_for(user)
        for name in ("sweep-detail", "sweep-people", "sweep-returns"):
            address = reverse(name, args=[sweep.public_id])
            assert client.get(address, follow=True).status_code == 200
            assert client.get(f"{address}?organisation={other_town.public_id}").status_code == 404
    page = client_for(town_user).get(sweep.get_absolute_url()).content.decode()
    assert "青石镇" not in page
    assert "何寨村党支部" in page


def queries(client: Any, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(address, follow=True).status_code == 200
    return len(caught)


def test_pages_cost_the_same_whatever_their_size(
    sweep: Sweep, client_for: Any, county_user: Any, away: Any, county: Organisation, branch: Organisation
) -> None:
    client = client_for(county_user)
    pages = [
        sweep.get_absolute_url(),
        reverse("sweep-people", args=[sweep.public_id]),
        reverse("sweep-returns", args=[sweep.public_id]),
    ]
    for address in pages:
        client.get(address)
    before = [queries(client, address) for address in pages]
    for number in range(50, 62):
        away(plant(f"中共云湖县第{number}镇委员会", f"第{number}镇党委", "611", county, number))
        for _ in range(5):
            away(branch)
    opening.fill(sweep=sweep)
    Item.objects.unscoped().filter(sweep=sweep).delete()
    opening.fill(sweep=sweep)
    assert [queries(client, address) for address in pages] == before
    assert max(before) <= 24
