"""What a file's rows say of people is read by everybody at the organisation of the file: nobody else's people stand there."""

from __future__ import annotations

from typing import Any

import pytest

from core.actors import SYSTEM, Actor, acting_as
from core.permissions import Permission
from exchange.actions.batches import upload
from exchange.actions.checks import check
from exchange.models import ImportRow
from exchange.staging import opened
from members.models import Member
from tests.conftest import next_identity

pytestmark = pytest.mark.django_db


def checked(by: Actor, under: Any, *lines: str) -> list[Any]:
    table = "\n".join(["姓名,身份证号码,联系电话,外出时间,流出地", *lines, ""])
    with acting_as(by):
        (batch,) = upload(data=table.encode(), name="流出党员台账.csv", by=by, under=under, kind="outflow")
        check(batch=batch, by=by)
        rows = ImportRow.objects.visible_to(by, Permission.IMPORT).filter(batch=batch).order_by("pk")
        return [opened(one, batch) for one in rows]


def test_the_county_checks_a_file_of_a_town_with_the_eyes_of_the_town(
    county_actor, town_actor, town, branch, foreign_branch, make_member
):
    """By number, by a number one digit off, and without one: the people of another town are not found."""
    mine, theirs = next_identity(), next_identity()
    make_member(branch, name="何小明", identity=mine)
    make_member(foreign_branch, name="冯小青", identity=theirs, birth_date="1960-01-01", phone="19900123456")
    wrong = theirs[:9] + str((int(theirs[9]) + 1) % 10) + theirs[10:]
    lines = [
        f"何小明,{mine},19900000001,2024-07,江苏省苏州市昆山市",
        f"冯小青,{theirs},19900000002,2024-07,江苏省苏州市昆山市",
        f"冯小青,{wrong},,2024-07,江苏省苏州市昆山市",
        "冯小青,,19900123456,2024-07,江苏省苏州市昆山市",
    ]
    known, *unknown = checked(county_actor, town, *lines)
    assert known.basis["member"]
    for row in unknown:
        assert (row.stopped, row.changes, row.basis.get("member")) == (True, [], None)
        assert not [fix for message in row.messages for fix in message.fixes if fix[0] == "use_person"]
        assert "同名" not in "".join(message.text for message in row.messages)


def test_nor_are_the_restricted_ones_of_the_town_itself(county_actor, town, branch, make_member):
    number = next_identity()
    make_member(branch, name="何隐", identity=number, restricted=True)
    (row,) = checked(county_actor, town, f"何隐,{number},,2024-07,江苏省苏州市昆山市")
    assert (row.stopped, row.basis.get("member")) == (True, None)


def test_a_confined_actor_reaches_nothing_else(county_actor, town_actor, secretary_actor, town, branch, other_town):
    for actor in (SYSTEM, county_actor):
        inside = actor.confined(town.path)
        assert inside.reaches(branch.path, Permission.VIEW)
        assert not inside.everything
        assert not inside.reaches(other_town.path, Permission.VIEW)
    assert secretary_actor.confined(town.path).grants == secretary_actor.grants
    assert not town_actor.confined(other_town.path).can(Permission.VIEW)
    with acting_as(SYSTEM.confined(other_town.path)) as actor:
        assert not Member.objects.visible_to(actor).exists()
