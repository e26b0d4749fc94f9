"""The first act of all: the county, its first account, its first system administrator."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from accounts.actions.accounts import open_account
from accounts.actions.secrets import check_new_password, store_password
from accounts.actions.slips import PrintedSlip, new_slip
from accounts.actions.tries import forgive, take_try
from accounts.models import User
from audit import actions as audit
from branches import rules
from branches.actions import organisations
from branches.actions.tree import lock_tree
from branches.enums import COUNTY
from branches.models import Organisation, RuleSetting
from core import clock
from core.actors import ANONYMOUS, SYSTEM, Actor
from core.errors import UserError
from portal.first_week import code

DOOR = "set-up"
FINISHED = "first_week_finished"


@dataclass(frozen=True)
class Person:
    """Somebody who gets one of the first two accounts."""

    name: str
    username: str


@dataclass(frozen=True)
class SetUp:
    """``slip``: the way in of the system administrator, whose code is known only now."""

    county: Organisation
    user: User
    slip: PrintedSlip


def check_code(*, typed: str, address: str, now: dt.datetime | None = None) -> None:
    """Raises UserError for a wrong code, Locked after a few. Every wrong try is in the log."""
    now = now or clock.now()
    left = take_try(DOOR, DOOR, address, now)
    if not code.is_right(typed):
        audit.record("set_up_refused", "首次设置口令不对", by=ANONYMOUS, data={"address": address}, now=now)
        again = f"还可以试 {left} 次。" if left else "请稍后再试。"
        raise UserError(f"设置口令不对，请对照服务器上显示的八位字母数字。{again}", "code_wrong")
    forgive(DOOR, DOOR, address)


@transaction.atomic
def set_up(
    *,
    county: str,
    region_code: str,
    keeper: Person,
    password: str,
    administrator: Person,
    now: dt.datetime | None = None,
) -> SetUp:
    """Make the county and open its first two accounts: all of it, or nothing. It happens once.

    Raises UserError (set up already; a user name, with code ``username_*`` for the keeper's and ``administrator_*`` for
    the administrator's), Blocked (the county's name) and ValidationError (password rule).
    """
    now = now or clock.now()
    lock_tree()
    if code.is_set_up():
        raise UserError("已经设置过了，请直接登录。", "set_up_already")
    root = organisations.create(name=county, kind=COUNTY, parent=None, region_code=region_code, by=SYSTEM, now=now)
    user = open_account(
        username=keeper.username, name=keeper.name, organisation=root, role="county", by=SYSTEM, duty="组织股", now=now
    )
    check_new_password(password, user)
    store_password(user, password, now)
    slip = new_slip(user=_administrator(administrator, root, now), by=SYSTEM, now=now)
    audit.record(
        "set_up", f"首次设置：{root.name}", by=SYSTEM, subject=root, organisation_id=root.pk,
        data={"region_code": region_code}, now=now,
    )  # fmt: skip
    return SetUp(root, user, slip)


def _administrator(person: Person, root: Organisation, now: dt.datetime) -> User:
    try:
        return open_account(
            username=person.username, name=person.name, organisation=root, role="system", by=SYSTEM, duty="系统管理",
            now=now,
        )  # fmt: skip
    except UserError as refusal:
        raise UserError(refusal.text, f"administrator_{refusal.code}") from refusal


def is_finished() -> bool:
    """Whether the county has closed its first week."""
    return RuleSetting.objects.filter(key=FINISHED, value=True, organisation__parent__isnull=True).exists()


def finish(*, by: Actor, now: dt.datetime | None = None) -> None:
    """The wizard leaves the home page; its pages stay where they are. Raises NotAllowed."""
    root = Organisation.objects.get(parent__isnull=True)
    rules.set_rule(organisation=root, key=FINISHED, value=True, by=by, now=now)
