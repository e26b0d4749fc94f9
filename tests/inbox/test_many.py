"""Many to-dos at once: the same rules as for one, with a bounded number of statements."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from accounts.models import User
from branches.models import Organisation
from inbox import actions
from inbox.actions import Told, Wanted
from inbox.models import Message, Todo

pytestmark = pytest.mark.django_db


def wanted(organisation: Organisation, number: int, text: str = "3 人待核实", **more: Any) -> Wanted:
    return Wanted(f"m:{number}", organisation.pk, organisation.path, text, **more)


def test_each_cause_is_raised_once_and_brought_up_to_date(branch: Organisation) -> None:
    assert actions.raise_todos(wanted(branch, number) for number in range(5)) == 5
    assert actions.raise_todos(wanted(branch, number) for number in range(5)) == 0
    day = dt.date(2026, 11, 30)
    again = [wanted(branch, 0, "2 人待核实", level="red", due_on=day, link=("home", [])), wanted(branch, 7)]
    assert actions.raise_todos(again) == 2
    changed = Todo.objects.unscoped().get(cause="m:0")
    assert (changed.text, changed.level, changed.due_on, changed.url_name) == ("2 人待核实", "red", day, "home")
    assert Todo.objects.unscoped().open().count() == 6


def test_what_is_gone_is_closed_and_only_that(branch: Organisation) -> None:
    actions.raise_todos(wanted(branch, number) for number in range(3))
    actions.raise_todo("other", branch, "别的事")
    assert actions.settle_todos("m:", [wanted(branch, 1)]) == 2
    assert set(Todo.objects.unscoped().open().values_list("cause", flat=True)) == {"m:1", "other"}


def test_the_statements_are_few_for_many_rows(branch: Organisation, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(40):
        actions.raise_todos(wanted(branch, number) for number in range(900))


def test_no_number_of_a_person_stands_in_one(branch: Organisation) -> None:
    with pytest.raises(ValueError, match="number"):
        actions.raise_todos([wanted(branch, 1, "请打 19900123456")])


def test_people_and_organisations_are_told(branch: Organisation, secretary_user: User) -> None:
    told = [
        Told(branch.path, "甲"),
        Told("", "乙", "说明", level="red", link=("home", []), to=secretary_user.public_id),
    ]
    assert actions.tell_many(told) == 2
    found = (
        Message.objects.unscoped().order_by("pk").values_list("to", "organisation_path", "title", "level", "url_name")
    )
    assert list(found) == [("", branch.path, "甲", "info", ""), (secretary_user.public_id, "", "乙", "red", "home")]
