"""Who may do what to whose account: the answers that disable a button, refuse a post and guard an action."""

from __future__ import annotations

import datetime as dt

from accounts.models import Grant, User
from accounts.models.user import UserQuerySet
from accounts.roles import ROLES, Role
from branches.models import Organisation
from core.actors import Actor
from core.errors import Blocked, NotAllowed
from core.paths import Range, covers, subtree
from core.permissions import Permission

# Each of these needs somebody who can still act: one active holder must remain.
INDISPENSABLE = ("system", "county")


def grantable(by: Actor, organisation: Organisation, today: dt.date) -> list[Role]:
    """The roles that ``by`` may give at ``organisation``: those its own roles there list."""
    return _grantable_at(by, organisation.path, _held(by, today))


def places_of(by: Actor, today: dt.date) -> list[Organisation]:
    """The organisations where the actor's own grants sit: what it may give anywhere, it may give there."""
    if by.everything:
        return list(Organisation.objects.filter(parent__isnull=True))
    return [grant.organisation for grant in _held(by, today)]


def _held(by: Actor, today: dt.date) -> list[Grant]:
    return list(Grant.objects.filter(user__public_id=by.id).in_force(today).select_related("organisation"))


def _grantable_at(by: Actor, path: str, held: list[Grant]) -> list[Role]:
    if by.everything:
        return list(ROLES.values())
    if not by.reaches(path, Permission.ACCOUNTS):
        return []
    keys = {
        key
        for grant in held
        if grant.role in ROLES and covers(subtree(grant.organisation.path), path)
        for key in ROLES[grant.role].grants
    }
    return [role for role in ROLES.values() if role.key in keys]


def require_grantable(by: Actor, role: str, organisation: Organisation, today: dt.date) -> None:
    """Raises NotAllowed: outside the subtree, or not a role that ``by`` may give."""
    if role not in {one.key for one in grantable(by, organisation, today)}:
        title = ROLES[role].title if role in ROLES else role
        raise NotAllowed(f"您的岗位不能在{organisation.short_name}授予“{title}”。需要时请上一级党组织办理。")


def blockers_to_manage(user: User, by: Actor, today: dt.date) -> list[str]:
    """Why ``by`` may not touch this account. Whoever is given a slip for an account can become its holder, so
    only those who could grant every role of it may make one, or disable it."""
    if user.public_id == by.id:
        return ["这是您自己的账号，请由另一位有权限的同事办理"]
    held = _held(by, today)
    return [
        f"这个账号是{grant.place}的{grant.title}，要由能授予这一角色的人办理"
        for grant in Grant.objects.filter(user=user).live(today).select_related("organisation")
        if grant.role not in {role.key for role in _grantable_at(by, grant.organisation.path, held)}
    ]


def looks_after(by: Actor, user: User) -> bool:
    """Whether the account is in the subtree at all: outside it nobody learns that it is there."""
    return by.everything or User.objects.manageable_by(by).filter(pk=user.pk).exists()


def require_manageable(user: User, by: Actor, today: dt.date) -> None:
    """Raises NotAllowed."""
    if not looks_after(by, user):
        raise NotAllowed
    if reasons := blockers_to_manage(user, by, today):
        raise NotAllowed("；".join(reasons) + "。")


def blockers_to_slip(user: User, by: Actor, today: dt.date) -> list[str]:
    """Why ``by`` may not print a slip now. Who sees no personal data prints none for an account in use that does, as long
    as a colleague in use can (ADR 12)."""
    if not user.is_active:
        return [f"{user.name}的账号已停用，请先启用"]
    reasons = blockers_to_manage(user, by, today)
    if reasons or not opens_the_record(user, by, today) or user.last_login is None:
        return reasons
    county = User.objects.holding("county", user.organisation, today) if user.organisation else User.objects.none()
    colleague = county.filter(last_login__isnull=False).exclude(pk=user.pk).exclude(public_id=by.id).first()
    return [f"这个账号看得到党员信息，请由县级工作人员（如{colleague.name}）打印"] if colleague else []


def opens_the_record(user: User, by: Actor, today: dt.date) -> bool:
    """Whether the account shows what ``by`` may not see."""
    roles = Grant.objects.filter(user=user).live(today).values_list("role", flat=True)
    return not by.can(Permission.VIEW) and any(
        Permission.VIEW in ROLES[key].permissions for key in roles if key in ROLES
    )


def blockers_to_disable(user: User, by: Actor, today: dt.date) -> list[str]:
    if not user.is_active:
        return ["这个账号已经停用"]
    return blockers_to_manage(user, by, today) + _last_of_kind(user, today)


def _last_of_kind(user: User, today: dt.date) -> list[str]:
    grants = Grant.objects.filter(user=user, role__in=INDISPENSABLE).in_force(today).select_related("organisation")
    return [
        f"这是{grant.organisation.short_name}最后一个在用的{grant.title}账号，请先给另一位同事开通"
        for grant in grants
        if not User.objects.holding(grant.role, grant.organisation, today).exclude(pk=user.pk).exists()
    ]


def blockers_to_withdraw(grant: Grant, by: Actor, today: dt.date) -> list[str]:
    if grant.withdrawn_at is not None:
        return ["这项授权已经收回"]
    if grant.user.public_id == by.id:
        return ["不能收回自己的授权，请由另一位有权限的同事办理"]
    if grant.role in INDISPENSABLE and grant.user.is_active:
        others = User.objects.holding(grant.role, grant.organisation, today).exclude(pk=grant.user_id)
        if not others.exists():
            return [f"这是{grant.organisation.short_name}最后一个在用的{grant.title}账号，请先给另一位同事授予这一角色"]
    return []


def require_own(user: User, by: Actor) -> None:
    """Secrets are changed by their owner in person, not by a program in that name. Raises NotAllowed."""
    if user.public_id != by.id or by.kind != "user":
        raise NotAllowed("密码、口令和令牌只能由本人登录后办理。")


def require_none(reasons: list[str]) -> None:
    """Raises Blocked with the same sentences that the disabled button shows."""
    if reasons:
        raise Blocked(reasons)


def _near(grant: Grant) -> Range:
    """Where stand-ins come from: the organisation above, with all below it."""
    return subtree((grant.organisation.parent or grant.organisation).path)


def is_near(user: User, grant: Grant, by: Actor) -> bool:
    """The limit of :func:`stand_ins_for`, for the action."""
    return user.organisation is not None and covers(_near(grant), user.organisation.path) and looks_after(by, user)


def stand_ins_for(grant: Grant, by: Actor, today: dt.date) -> UserQuerySet:
    """Who may stand in: active colleagues under the organisation above that :func:`blockers_to_hold` lets."""
    low, high = _near(grant)
    held = Grant.objects.live(today).exclude(role=grant.role)
    if grant.role in ROLES and not ROLES[grant.role].exclusive:
        held = held.filter(role__in=[role.key for role in ROLES.values() if role.exclusive])
    users = User.objects.manageable_by(by).filter(
        is_active=True, organisation__path__gte=low, organisation__path__lt=high
    )
    return users.exclude(pk=grant.user_id).exclude(public_id=by.id).exclude(pk__in=held.values("user"))


def blockers_to_hold(user: User, role: Role, today: dt.date) -> list[str]:
    """Separation of duties: who keeps the system or audits it does nothing else (三权分立)."""
    others = set(Grant.objects.filter(user=user).live(today).exclude(role=role.key).values_list("role", flat=True))
    clashes = others if role.exclusive else {key for key in others if key in ROLES and ROLES[key].exclusive}
    return [
        f"{user.name}已是{ROLES[key].title}，不能同时是{role.title}（系统、审计、业务三权分立），请另开一个账号"
        for key in sorted(clashes)
        if key in ROLES
    ]
