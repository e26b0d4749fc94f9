"""Who may give what to whom, where, from when until when."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.actions import accounts, grants
from accounts.actors import actor_for
from accounts.models import Grant, User
from branches.models import Organisation
from core import clock
from core.actors import SYSTEM, Actor
from core.errors import Blocked, NotAllowed, UserError
from core.permissions import Permission


def day(number: int) -> dt.date:
    return clock.today() + dt.timedelta(days=number)


def test_role_is_given_inside_the_subtree(
    secretary_user: User, other_branch: Organisation, town_actor: Actor, kinds_of
):
    grants.grant(user=secretary_user, role="secretary", organisation=other_branch, by=town_actor)
    assert actor_for(secretary_user, day(0)).reaches(other_branch.path, Permission.EDIT)
    assert kinds_of(secretary_user) == ["grant_given"]


def test_same_grant_again_changes_nothing(secretary_user: User, other_branch: Organisation, town_actor: Actor):
    one = grants.grant(user=secretary_user, role="secretary", organisation=other_branch, by=town_actor)
    assert grants.grant(user=secretary_user, role="secretary", organisation=other_branch, by=town_actor) == one


@pytest.mark.parametrize("role", ["county", "auditor", "system", "nonsense"])
def test_role_that_is_not_ones_to_give_is_refused(
    secretary_user: User, town: Organisation, town_actor: Actor, role: str
):
    with pytest.raises(NotAllowed):
        grants.grant(user=secretary_user, role=role, organisation=town, by=town_actor)


def test_nobody_gives_outside_the_own_subtree(secretary_user: User, foreign_branch, county, town_actor: Actor):
    for place in (foreign_branch, county):
        with pytest.raises(NotAllowed):
            grants.grant(user=secretary_user, role="committee", organisation=place, by=town_actor)


def test_nobody_raises_themselves(
    town_user: User, town_actor: Actor, branch, county_user: User, county_actor: Actor, county
):
    with pytest.raises(NotAllowed, match="自己"):
        grants.grant(user=town_user, role="secretary", organisation=branch, by=town_actor)
    with pytest.raises(NotAllowed, match="自己"):
        grants.grant(user=county_user, role="county", organisation=county, by=county_actor)


def test_branch_secretary_gives_nothing(make_user, branch, secretary_actor: Actor):
    with pytest.raises(NotAllowed):
        grants.grant(user=make_user(branch, "secretary"), role="secretary", organisation=branch, by=secretary_actor)


def test_duties_are_kept_apart(system_user: User, auditor_user: User, county_user: User, county, county_actor: Actor):
    for user, role in [
        (system_user, "county"),
        (auditor_user, "county"),
        (county_user, "auditor"),
        (county_user, "system"),
    ]:
        with pytest.raises(Blocked, match="三权分立"):
            grants.grant(user=user, role=role, organisation=county, by=SYSTEM)


def test_duties_are_kept_apart_also_for_a_role_that_begins_later(make_user, town, county, county_actor: Actor):
    user = make_user(town, "committee")
    Grant.objects.filter(user=user).update(starts_on=day(10))
    with pytest.raises(Blocked):
        grants.grant(user=user, role="auditor", organisation=county, by=county_actor)


def test_system_administrator_reads_no_member(system_actor: Actor):
    for permission in (Permission.VIEW, Permission.EDIT, Permission.EXPORT, Permission.FULL_NUMBERS, Permission.AUDIT):
        assert not system_actor.can(permission)


def test_dates_are_checked_and_honoured(secretary_user: User, other_branch, town_actor: Actor):
    give = {"user": secretary_user, "role": "secretary", "organisation": other_branch, "by": town_actor}
    with pytest.raises(UserError, match="早于"):
        grants.grant(**give, starts_on=day(5), ends_on=day(4))
    with pytest.raises(UserError, match="过去"):
        grants.grant(**give, starts_on=day(-9), ends_on=day(-1))
    grants.grant(**give, starts_on=day(2), ends_on=day(4))
    reach = [
        actor_for(secretary_user, day(number)).reaches(other_branch.path, Permission.VIEW) for number in range(1, 6)
    ]
    assert reach == [False, True, True, True, False]


def test_closed_organisation_takes_no_grant(secretary_user: User, other_branch, town_actor: Actor):
    Organisation.objects.filter(pk=other_branch.pk).update(closed_on=day(-1))
    other_branch.refresh_from_db()
    with pytest.raises(UserError, match="撤销"):
        grants.grant(user=secretary_user, role="secretary", organisation=other_branch, by=town_actor)


def test_grant_ends_with_its_post(secretary_user: User, other_branch, town_actor: Actor, make_post):
    post = make_post(other_branch, "secretary", "何建国", "19900001111", starts_on=day(-30))
    grants.grant(user=secretary_user, role="secretary", organisation=other_branch, by=town_actor, post=post)
    post.ends_on = day(-1)
    post.save()
    assert not actor_for(secretary_user, day(0)).reaches(other_branch.path, Permission.VIEW)


def test_withdrawn_with_its_stand_ins(secretary_user: User, make_user, branch, other_branch, town_actor: Actor):
    helper = make_user(other_branch, "secretary", "吕小川")
    own = Grant.objects.get(user=secretary_user)
    grants.stand_in(grant=own, user=helper, by=town_actor, starts_on=day(0), ends_on=day(7))
    assert actor_for(helper, day(0)).reaches(branch.path, Permission.EDIT)
    grants.withdraw(grant=own, by=town_actor)
    assert not actor_for(helper, day(0)).reaches(branch.path, Permission.EDIT)
    assert not actor_for(secretary_user, day(0)).can(Permission.VIEW)
    with pytest.raises(Blocked, match="已经收回"):
        grants.withdraw(grant=own, by=town_actor)


def test_withdrawing_is_for_those_who_could_give(
    county_user: User, secretary_user: User, town_actor: Actor, other_town_actor: Actor, town_user: User
):
    for grant, by in [
        (Grant.objects.get(user=county_user), town_actor),
        (Grant.objects.get(user=secretary_user), other_town_actor),
    ]:
        with pytest.raises(NotAllowed):
            grants.withdraw(grant=grant, by=by)
    with pytest.raises(Blocked, match="自己"):
        grants.withdraw(grant=Grant.objects.get(user=town_user), by=town_actor)


def test_stand_in_holds_between_its_days_only(secretary_user: User, make_user, branch, other_branch, town_actor: Actor):
    helper = make_user(other_branch, "secretary", "吕小川")
    own = Grant.objects.get(user=secretary_user)
    made = grants.stand_in(grant=own, user=helper, by=town_actor, starts_on=day(1), ends_on=day(3))
    reach = [actor_for(helper, day(number)).reaches(branch.path, Permission.EDIT) for number in range(5)]
    assert reach == [False, True, True, True, False]
    assert (made.stands_in_for, made.role) == (secretary_user, "secretary")


def test_who_stands_in_comes_from_near_by(secretary_user: User, make_user, branch, foreign_branch, county_actor: Actor):
    """The form offers nobody else; the action takes nobody else either."""
    own, far = Grant.objects.get(user=secretary_user), make_user(foreign_branch, "secretary", "冯远")
    with pytest.raises(UserError, match="附近"):
        grants.stand_in(grant=own, user=far, by=county_actor, starts_on=day(0), ends_on=day(3))
    assert not Grant.objects.filter(user=far, organisation=branch).exists()


def test_stand_in_refusals(secretary_user: User, make_user, other_branch, town_actor: Actor, other_town_actor: Actor):
    helper = make_user(other_branch, "secretary", "吕小川")
    own = Grant.objects.get(user=secretary_user)
    days = {"starts_on": day(0), "ends_on": day(3)}
    with pytest.raises(UserError, match="另一个人"):
        grants.stand_in(grant=own, user=secretary_user, by=town_actor, **days)
    with pytest.raises(NotAllowed):
        grants.stand_in(grant=own, user=helper, by=other_town_actor, **days)
    with pytest.raises(UserError, match="早于"):
        grants.stand_in(grant=own, user=helper, by=town_actor, starts_on=day(3), ends_on=day(1))
    made = grants.stand_in(grant=own, user=helper, by=town_actor, **days)
    with pytest.raises(UserError, match="不用再代岗"):
        grants.stand_in(grant=own, user=helper, by=town_actor, **days)
    with pytest.raises(UserError, match="不能再找人"):
        grants.stand_in(grant=made, user=make_user(other_branch, "secretary"), by=town_actor, **days)
    accounts.disable(user=helper, by=town_actor)
    with pytest.raises(UserError, match="停用"):
        grants.stand_in(grant=own, user=helper, by=town_actor, starts_on=day(9), ends_on=day(10))


def test_last_county_account_and_last_administrator_stay(
    county_user: User, system_user: User, county_actor: Actor, system_actor: Actor, make_user, county
):
    with pytest.raises(Blocked, match="最后一个"):
        accounts.disable(user=county_user, by=system_actor)
    with pytest.raises(Blocked, match="最后一个"):
        grants.withdraw(grant=Grant.objects.get(user=county_user), by=system_actor)
    with pytest.raises(Blocked, match="最后一个"):
        accounts.disable(user=system_user, by=SYSTEM)
    second = make_user(county, "county", "钱二")
    accounts.disable(user=county_user, by=system_actor)
    with pytest.raises(Blocked, match="最后一个"):
        accounts.disable(user=second, by=system_actor)


def test_ended_and_disabled_holders_do_not_count_as_another(county_user: User, system_actor: Actor, make_user, county):
    past = make_user(county, "county", "钱二")
    Grant.objects.filter(user=past).update(ends_on=day(-1))
    make_user(county, "county", "孙三", is_active=False)
    with pytest.raises(Blocked, match="最后一个"):
        accounts.disable(user=county_user, by=system_actor)


def test_nobody_disables_their_own_or_a_higher_account(town_user: User, county_user: User, town_actor: Actor):
    with pytest.raises(Blocked, match="自己"):
        accounts.disable(user=town_user, by=town_actor)
    with pytest.raises(NotAllowed):
        accounts.disable(user=county_user, by=town_actor)


@pytest.mark.parametrize("role", ["auditor", "system"])
def test_who_keeps_or_audits_the_system_stands_in_for_nobody(
    secretary_user: User, make_user, town, town_actor: Actor, role
):
    own = Grant.objects.get(user=secretary_user)
    with pytest.raises(UserError, match="三权分立"):
        grants.stand_in(grant=own, user=make_user(town, role), by=town_actor, starts_on=day(0), ends_on=day(3))
