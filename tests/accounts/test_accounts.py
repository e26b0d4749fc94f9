"""Opening accounts, one by one and from posts; names that are numbers rest hashed."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.actions import accounts
from accounts.models import Grant, User
from accounts.names import login_key
from core import clock
from core.actors import SYSTEM, Actor, acting_as
from core.errors import NotAllowed, UserError
from core.ids import new_id
from inbox.models import Message


def test_account_of_a_mobile_number_is_found_by_it_and_holds_it_sealed(branch, town_actor: Actor):
    user = accounts.open_account(
        username="199 0000 1234", name="何小满", organisation=branch, role="secretary", by=town_actor
    )
    assert User.objects.named("19900001234").get() == user
    assert User.objects.get_by_natural_key("１９９００００１２３４") == user
    assert user.reveal("phone") == "19900001234"
    row = str(User.objects.filter(pk=user.pk).values().get())
    assert "19900001234" not in row
    assert user.shown_username == "手机号（尾号 1234）"
    assert not user.has_usable_password()


@pytest.mark.parametrize("bad", ["1990000123", "ab", "中文名", "1abc", "a b", "x" * 31, "user1234567", "~abc"])
def test_user_names_are_mobile_numbers_or_short_words(branch, town_actor: Actor, bad: str):
    if bad == "a b":
        assert login_key(bad) == "ab"
    with pytest.raises(UserError) as caught:
        accounts.open_account(username=bad, name="何小满", organisation=branch, role="secretary", by=town_actor)
    assert caught.value.code == "username_invalid"


def test_user_name_is_taken_once(secretary_user: User, branch, town_actor: Actor):
    with pytest.raises(UserError, match="已在使用"):
        accounts.open_account(
            username=secretary_user.username.upper(),
            name="何小满",
            organisation=branch,
            role="secretary",
            by=town_actor,
        )


def test_account_outside_the_subtree_is_not_opened(foreign_branch, town_actor: Actor):
    with pytest.raises(NotAllowed):
        accounts.open_account(
            username="hexm", name="何小满", organisation=foreign_branch, role="secretary", by=town_actor
        )


def test_secretary_and_auditor_look_after_no_accounts(
    secretary_actor: Actor,
    auditor_actor: Actor,
    town_actor: Actor,
    system_actor: Actor,
    town_user: User,
    other_town_user: User,
):
    assert not User.objects.manageable_by(secretary_actor).exists()
    assert not User.objects.manageable_by(auditor_actor).exists()
    assert other_town_user not in User.objects.manageable_by(town_actor)
    assert {town_user, other_town_user} <= set(User.objects.manageable_by(system_actor))


def test_accounts_of_a_town_from_its_posts(town, branch, other_branch, foreign_branch, town_actor: Actor, make_post):
    make_post(town, "clerk", "马小云", "19900000001")
    make_post(branch, "secretary", "何大山", "19900000002")
    make_post(other_branch, "secretary", "何大山", "19900000002")
    make_post(other_branch, "clerk", "吕无号", "")
    make_post(other_branch, "deputy", "吕座机", "0530-5550001")
    make_post(branch, "contact", "何联系", "19900000003")
    make_post(branch, "member", "何委员", "19900000004")
    make_post(branch, "clerk", "何从前", "19900000005", ends_on=clock.today() - dt.timedelta(days=1))
    make_post(foreign_branch, "secretary", "冯大河", "19900000006")
    with acting_as(town_actor):
        result = accounts.open_accounts_for_posts(organisation=town, by=town_actor)
    assert [user.name for user in result.opened] == ["马小云", "何大山"]
    assert {post.holder_name: reason[:5] for post, reason in result.missing} == {
        "吕无号": "没有填手机",
        "吕座机": "联系电话不",
    }
    both = Grant.objects.filter(user__name="何大山").order_by("organisation__path")
    assert [(grant.role, grant.organisation) for grant in both] == [("secretary", branch), ("secretary", other_branch)]
    assert Grant.objects.get(user__name="马小云").role == "committee"
    assert all(grant.post_id for grant in both)


def test_second_click_opens_nothing_and_leaves_what_is_there(town, branch, town_actor: Actor, make_post):
    make_post(branch, "secretary", "何大山", "19900000002")
    opened = accounts.open_accounts_for_posts(organisation=town, by=town_actor).opened
    again = accounts.open_accounts_for_posts(organisation=town, by=town_actor)
    assert again.opened == []
    assert [user for _, user in again.existing] == opened
    assert Grant.objects.filter(user=opened[0]).count() == 1


def test_number_of_somebody_else_is_a_question(
    town, branch, other_branch, town_actor: Actor, other_town_actor: Actor, foreign_branch, make_post
):
    make_post(branch, "secretary", "何大山", "19900000002")
    accounts.open_accounts_for_posts(organisation=town, by=town_actor)
    make_post(other_branch, "secretary", "吕小河", "19900000002")
    make_post(foreign_branch, "secretary", "冯大河", "19900000002")
    ((_, here),) = accounts.open_accounts_for_posts(organisation=town, by=town_actor).missing
    assert "何大山" in here
    ((_, there),) = accounts.open_accounts_for_posts(organisation=foreign_branch, by=other_town_actor).missing
    assert "何大山" not in there
    assert there == accounts.ELSEWHERE
    accounts.open_accounts_for_posts(organisation=foreign_branch, by=other_town_actor)
    (told,) = Message.objects.visible_to(SYSTEM)
    assert told.organisation_path == town.parent.path
    assert "何大山" in told.text
    assert "19900000002" not in told.text + told.title


def test_a_user_name_out_of_reach_is_neither_admitted_nor_placed(client_for, other_town_user, secretary_user, town):
    """By hand: the same words, and the question goes up."""
    typed = {
        "username": secretary_user.username, "name": "冯大河", "organisation": other_town_user.organisation.public_id,
        "role": "secretary", "idempotency_key": new_id(),
    }  # fmt: skip
    page = client_for(other_town_user).post("/accounts/new/", typed).content.decode()
    assert accounts.ELSEWHERE in page
    assert secretary_user.name not in page
    assert Message.objects.visible_to(SYSTEM).get().organisation_path == town.parent.path


def test_posts_outside_the_subtree_are_refused(foreign_branch, town_actor: Actor):
    with pytest.raises(NotAllowed):
        accounts.open_accounts_for_posts(organisation=foreign_branch, by=town_actor)
