"""Opening, disabling and enabling accounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import names, rights
from accounts.actions.grants import ACCOUNTS_LOCK, grant
from accounts.events import account_event
from accounts.models import Grant, LoginSlip, Outpost, User
from accounts.roles import ROLES
from branches.models import Organisation, Post
from core import clock, hooks
from core.actors import Actor
from core.bulk import lock
from core.domain.phones import is_mobile
from core.errors import NotAllowed, UserError
from core.permissions import Permission

# Which post brings which role, by the kind of its organisation: those who keep records. Committee members and
# contact persons work by a personal link and have no account.
STAFF_POSTS = (Post.Title.SECRETARY, Post.Title.DEPUTY, Post.Title.ORGANISER, Post.Title.CLERK)
BRANCH_POSTS = (Post.Title.SECRETARY, Post.Title.DEPUTY, Post.Title.CLERK)
# Said of a user name whose account is out of reach: not that there is one, let alone whose or where.
ELSEWHERE = "这个用户名暂时不能开通，已请共同的上级核对，等回话后再办"


@transaction.atomic
def open_account(
    *,
    username: str,
    name: str,
    organisation: Organisation,
    role: str,
    by: Actor,
    duty: str = "",
    post: Post | None = None,
    outpost: Outpost | None = None,
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
    now: dt.datetime | None = None,
) -> User:
    """An account with its first role at its unit (or at an outpost that the unit keeps); the way in is a slip.

    Raises NotAllowed, UserError; after code "username_elsewhere" the caller asks :func:`ask_above`.
    """
    now = now or clock.now()
    rights.require_grantable(by, role, organisation, timezone.localdate(now))
    user = _new_user(username, name, organisation, duty, by)
    account_event("account_opened", f"开通账号：{name}，{user.shown_username}", user, by=by, now=now)
    grant(
        user=user, role=role, organisation=organisation, by=by, post=post, outpost=outpost, starts_on=starts_on,
        ends_on=ends_on, now=now,
    )  # fmt: skip
    return user


def _new_user(username: str, name: str, organisation: Organisation, duty: str, by: Actor) -> User:
    typed = names.tidy(username)
    if names.is_number(typed) and not is_mobile(typed):
        raise UserError("用户名里的手机号不对，应是 1 开头的 11 位数字。", "username_invalid")
    if not names.is_number(typed) and not names.is_word(typed):
        raise UserError("用户名用手机号，或字母开头的 3 至 30 位字母、数字。", "username_invalid")
    taken = User.objects.named(typed).first()
    if taken is not None and not rights.looks_after(by, taken):
        raise UserError(f"{ELSEWHERE}。", "username_elsewhere")
    if taken is not None:
        raise UserError("这个用户名已在使用。是同一个人的话，找到那个账号授权，不用另开。", "username_taken")
    user = User(name=name.strip(), organisation=organisation, duty=duty.strip())
    user.put_username(typed)
    user.set_unusable_password()
    user.save()
    return user


def ask_above(*, username: str, organisation: Organisation, by: Actor) -> None:
    """The nearest organisation above both is told that an account of its people is wanted elsewhere too."""
    taken = User.objects.named(username).select_related("organisation").first()
    if taken is not None:
        hooks.account_wanted.call(organisation=organisation, user=taken, by=by)


@dataclass
class FromPosts:
    """What one click did: accounts opened, posts whose holder has one already, posts that need something first."""

    opened: list[User] = field(default_factory=list)
    existing: list[tuple[Post, User]] = field(default_factory=list)
    missing: list[tuple[Post, str]] = field(default_factory=list)


def role_of_post(post: Post) -> str:
    """The role that the post's holder works with; "" for posts without an account."""
    if post.organisation.kind in Organisation.COMMITTEE_KINDS:
        return "committee" if post.title in STAFF_POSTS else ""
    return "secretary" if post.title in BRANCH_POSTS else ""


def posts_for_accounts(organisation: Organisation, by: Actor, today: dt.date) -> list[Post]:
    """The posts held today in the subtree that come with an account, in the official order."""
    posts = (
        Post.objects.visible_to(by, Permission.ACCOUNTS)
        .filter(organisation__in=Organisation.objects.open().under(organisation.path))
        .filter(Q(starts_on__isnull=True) | Q(starts_on__lte=today), Q(ends_on__isnull=True) | Q(ends_on__gte=today))
        .select_related("organisation")
        .order_by("organisation__order_path", "pk")
    )
    return [post for post in posts if role_of_post(post)]


def holders_with_account(posts: Sequence[Post], today: dt.date) -> dict[int, User]:
    """By id of the post: the active account with the holder's name and the post's role at its organisation.

    Whatever its user name is: whoever has one does not need a second one that is called by the phone.
    """
    grants = Grant.objects.live(today).filter(
        stands_in_for=None, user__is_active=True, organisation__in={post.organisation_id for post in posts}
    )
    found = {(one.organisation_id, one.role, one.user.name): one.user for one in grants.select_related("user")}
    keys = {post.pk: (post.organisation_id, role_of_post(post), post.holder_name) for post in posts}
    return {post: found[key] for post, key in keys.items() if key in found}


@transaction.atomic
def open_accounts_for_posts(*, organisation: Organisation, by: Actor, now: dt.datetime | None = None) -> FromPosts:
    """Accounts for everybody who holds a post below ``organisation``: user name = mobile number of the post.

    Accounts that exist are left as they are; somebody with two posts gets one account with both roles.
    A second click opens nothing. Raises NotAllowed.
    """
    now = now or clock.now()
    if not by.reaches(organisation.path, Permission.ACCOUNTS):
        raise NotAllowed
    lock(ACCOUNTS_LOCK)
    result = FromPosts()
    today = timezone.localdate(now)
    posts = posts_for_accounts(organisation, by, today)
    holders = holders_with_account(posts, today)
    for post in posts:
        if user := holders.get(post.pk):
            result.existing.append((post, user))
        else:
            _open_for_post(post, result, by, now)
    return result


def _open_for_post(post: Post, result: FromPosts, by: Actor, now: dt.datetime) -> None:
    phone, role = post.reveal("phone"), role_of_post(post)
    if reason := _missing(post, phone, role, by, timezone.localdate(now)):
        result.missing.append((post, reason))
        return
    user = User.objects.named(phone).first()
    if user is None:
        user = open_account(
            username=phone, name=post.holder_name, organisation=post.organisation, role=role, by=by,
            duty=post.get_title_display(), post=post, now=now,
        )  # fmt: skip
        result.opened.append(user)
    elif not rights.looks_after(by, user):
        result.missing.append((post, ELSEWHERE))
        ask_above(username=phone, organisation=post.organisation, by=by)
    elif user.name != post.holder_name:
        result.missing.append((post, f"这个手机号已是{user.name}的账号，请核对是谁的号码"))
    elif user in result.opened:
        grant(user=user, role=role, organisation=post.organisation, by=by, post=post, now=now)
    else:
        result.existing.append((post, user))


def _missing(post: Post, phone: str, role: str, by: Actor, today: dt.date) -> str:
    if not post.holder_name:
        return "没有填姓名，请先在党组织的职务里补上"
    if not phone:
        return "没有填手机号，请先在党组织的职务里补上"
    if not is_mobile(phone):
        return "联系电话不是手机号，请补上手机号，或用字母用户名单独开通"
    if role not in {one.key for one in rights.grantable(by, post.organisation, today)}:
        return f"您的岗位不能授予“{ROLES[role].title}”，请上一级办理"
    return ""


@transaction.atomic
def disable(*, user: User, by: Actor, now: dt.datetime | None = None) -> User:
    """Its sessions and tokens are dead at their next request, its slips void. Raises NotAllowed, Blocked."""
    now = now or clock.now()
    today = timezone.localdate(now)
    lock(ACCOUNTS_LOCK)
    found = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if found.public_id != by.id:
        rights.require_manageable(found, by, today)
    rights.require_none(rights.blockers_to_disable(found, by, today))
    found.is_active, found.disabled_at, found.disabled_by = False, now, by.ref
    found.end_sessions()
    found.save()
    LoginSlip.objects.open(now).filter(user=found).update(void_at=now)
    account_event("account_disabled", f"停用账号：{found.name}", found, by=by, now=now)
    return found


@transaction.atomic
def enable(*, user: User, by: Actor, now: dt.datetime | None = None) -> User:
    """The account works again with the roles it still has. Raises NotAllowed."""
    now = now or clock.now()
    found = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    rights.require_manageable(found, by, timezone.localdate(now))
    if found.is_active:
        return found
    found.is_active, found.disabled_at, found.disabled_by = True, None, None
    found.save()
    account_event("account_enabled", f"启用账号：{found.name}", found, by=by, now=now)
    return found
