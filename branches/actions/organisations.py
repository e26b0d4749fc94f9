"""Making, changing, moving, closing and ordering organisations. Who may: ``Permission.ORGANISE`` at the place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any

from django.db import transaction

from audit import actions as audit
from branches.actions import tree
from branches.actions.versions import lock_row, require_version
from branches.enums import BRANCHES, COUNTY, MARKS, MAY_SIT_UNDER, TEMPORARY
from branches.models import Organisation, Post
from core import clock, hooks, paths
from core.actors import Actor
from core.domain.names import initials
from core.domain.orgnames import place_of, short_org_name
from core.errors import Blocked, NotAllowed, UserError
from core.ids import new_id
from core.permissions import Permission

EDITABLE = (
    "code", "name", "short_name", "kind", "marks", "region_code", "place", "founded_on", "elected_on", "ends_on", "note",
)  # fmt: skip


def create(
    *,
    parent: Organisation | None,
    name: str,
    kind: str,
    by: Actor,
    short_name: str = "",
    now: dt.datetime | None = None,
    **more: Any,
) -> Organisation:
    """A new organisation, last among its siblings. ``more``: further columns of :data:`EDITABLE`.

    A root (the county itself) is made by the system alone, at set-up. Raises NotAllowed, Blocked, UserError.
    """
    now = now or clock.now()
    _require(by, parent.path if parent else "")
    with transaction.atomic():
        tree.lock_tree()
        parent = lock_row(parent) if parent else None
        if parent and not parent.is_open:
            raise UserError(f"{parent.short_name}已经撤销，不能在下面新建党组织。", "parent_closed")
        position = tree.next_position(parent)
        organisation = Organisation(
            public_id=new_id(), parent=parent, name=name.strip(), short_name=short_name.strip() or short_for(name, parent),
            kind=kind, path=tree.next_path(parent), position=position, order_path=tree.order_path(parent, position), **more,
        )  # fmt: skip
        _settle(organisation)
        organisation.save(force_insert=True)
        audit.created(organisation, Organisation.HISTORY, by=by, now=now)
        _event("organisation_created", f"新建{organisation.name}", organisation, by, now)
    return organisation


def edit(
    organisation: Organisation, *, values: Mapping[str, Any], by: Actor, version: int | None = None,
    now: dt.datetime | None = None,
) -> Organisation:  # fmt: skip
    """Change columns of :data:`EDITABLE`. Raises StaleVersion, NotAllowed, Blocked, UserError."""
    now = now or clock.now()
    if unknown := set(values) - set(EDITABLE):
        raise ValueError(f"not editable: {sorted(unknown)}")
    _require(by, organisation.path)
    with transaction.atomic():
        locked = lock_row(organisation)
        require_version(locked, version, values, by=by)
        before = audit.snapshot(locked, Organisation.HISTORY)
        for name, value in values.items():
            setattr(locked, name, value)
        _settle(locked)
        return _save(locked, before, "organisation_edited", "修改", by=by, now=now)


def rename(
    organisation: Organisation, *, name: str, by: Actor, short_name: str = "", version: int | None = None,
    now: dt.datetime | None = None,
) -> Organisation:  # fmt: skip
    """A new full name; the short one follows it unless given. Old spellings stay in the history only."""
    short = short_name.strip() or short_for(name, organisation.parent)
    return edit(organisation, values={"name": name.strip(), "short_name": short}, by=by, version=version, now=now)


def move(
    organisation: Organisation,
    *,
    to: Organisation,
    by: Actor,
    version: int | None = None,
    now: dt.datetime | None = None,
) -> Organisation:
    """Hang an organisation with everything below it under ``to``, last among its new siblings.

    Every copy of the paths (``core.hooks.subtree_moved``) changes in the same transaction, so people
    and their scope arrive together. Raises Blocked, NotAllowed, StaleVersion.
    """
    now = now or clock.now()
    _require(by, organisation.path)
    _require(by, to.path)
    with transaction.atomic():
        tree.lock_tree()
        locked, to = lock_row(organisation), lock_row(to)
        require_version(locked, version, {}, by=by)
        if blockers := blockers_to_move(locked, to):
            raise Blocked(blockers)
        before = audit.snapshot(locked, Organisation.HISTORY)
        old_path, old_order = locked.path, locked.order_path
        position = tree.next_position(to)
        new_path, new_order = tree.next_path(to), tree.order_path(to, position)
        tree.rebase(old_path, new_path=new_path, old_order=old_order, new_order=new_order)
        locked.parent, locked.path, locked.order_path, locked.position = to, new_path, new_order, position
        moved = _save(locked, before, "organisation_moved", f"移到{to.short_name}下", by=by, now=now)
        hooks.subtree_moved.call(old_path=old_path, new_path=new_path)
    return moved


def close(
    organisation: Organisation, *, by: Actor, on: dt.date | None = None, version: int | None = None,
    now: dt.datetime | None = None,
) -> Organisation:  # fmt: skip
    """End an organisation. It stays in the record with its history; nothing new can point to it. Raises Blocked."""
    with _closing(organisation, blockers_to_close, by, version) as (locked, before):
        locked.closed_on = on or clock.today()
        return _save(locked, before, "organisation_closed", "撤销", by=by, now=now or clock.now())


def reopen(
    organisation: Organisation, *, by: Actor, version: int | None = None, now: dt.datetime | None = None
) -> Organisation:
    """Take a closing back. Raises Blocked when the place in the tree or the name is gone."""
    with _closing(organisation, blockers_to_reopen, by, version) as (locked, before):
        locked.closed_on = None
        return _save(locked, before, "organisation_reopened", "恢复", by=by, now=now or clock.now())


@contextmanager
def _closing(
    organisation: Organisation, blockers_to: Callable[[Organisation], list[str]], by: Actor, version: int | None
) -> Iterator[tuple[Organisation, Mapping[str, Any]]]:
    """One transaction with the locked row, and what it was; the right, the version and the blockers have been asked."""
    _require(by, organisation.path)
    with transaction.atomic():
        tree.lock_tree()
        locked = lock_row(organisation)
        require_version(locked, version, {}, by=by)
        if blockers := blockers_to(locked):
            raise Blocked(blockers)
        yield locked, audit.snapshot(locked, Organisation.HISTORY)


def reorder(
    parent: Organisation, *, order: Sequence[int], by: Actor, now: dt.datetime | None = None
) -> list[Organisation]:
    """The official order of the children: ``order`` lists their ids, those left out follow as they stood.

    One event, no history row for each: the order is the county's, not the organisation's.
    """
    now = now or clock.now()
    _require(by, parent.path)
    with transaction.atomic():
        tree.lock_tree()
        parent = lock_row(parent)
        children = {child.pk: child for child in Organisation.objects.filter(parent=parent).official()}
        if unknown := set(order) - set(children):
            raise UserError(f"有 {len(unknown)} 个党组织不在{parent.short_name}下面，请刷新页面后再排。", "not_a_child")
        ranked = list(dict.fromkeys(chain(order, children)))
        for position, pk in enumerate(ranked, start=1):
            child = children[pk]
            new_order = tree.order_path(parent, position)
            if (child.position, child.order_path) != (position, new_order):
                tree.reorder_subtree(child, new_order)
                Organisation.objects.filter(pk=pk).update(position=position)
                child.position, child.order_path = position, new_order
        _event("organisations_ordered", f"调整{parent.short_name}下属党组织的排序", parent, by, now)
    return [children[pk] for pk in ranked]


def blockers_to_close(organisation: Organisation) -> list[str]:
    """Why it cannot be closed: [] means it can."""
    if not organisation.is_open:
        return ["这个党组织已经撤销了"]
    if organisation.parent_id is None:
        return ["最上级的党组织不能撤销"]
    found = []
    if children := Organisation.objects.filter(parent=organisation).open().count():
        found.append(f"下面还有 {children} 个党组织，先撤销或移走")
    if posts := Post.objects.unscoped().filter(organisation=organisation, ends_on__isnull=True).count():
        found.append(f"还有 {posts} 个在任职务，先办卸任")
    return found + list(chain.from_iterable(hooks.closing_blockers.call(organisation=organisation)))


def blockers_to_reopen(organisation: Organisation) -> list[str]:
    if organisation.is_open:
        return ["这个党组织没有撤销"]
    found = []
    parent = organisation.parent
    if parent and not parent.is_open:
        found.append(f"上级{parent.short_name}已经撤销，先恢复上级")
    if Organisation.objects.open().filter(parent=parent, name=organisation.name).exists():
        found.append("同一上级下已有同名的党组织")
    return found


def blockers_to_move(organisation: Organisation, to: Organisation | None = None) -> list[str]:
    """Why it cannot be moved (to ``to``, or at all)."""
    if organisation.parent_id is None:
        return ["最上级的党组织不能移动"]
    if not organisation.is_open:
        return ["这个党组织已经撤销，先恢复再移动"]
    if to is None:
        return []
    if paths.covers(paths.subtree(organisation.path), to.path):
        return ["不能移到自己或自己的下级下面"]
    if to.pk == organisation.parent_id:
        return [f"已经在{to.short_name}下面了"]
    found = []
    if not to.is_open:
        found.append(f"{to.short_name}已经撤销")
    if to.kind not in MAY_SIT_UNDER[organisation.kind]:
        found.append(f"{organisation.get_kind_display()}不能放在{to.get_kind_display()}下面")
    if to.depth + tree.deepest(organisation.path) - organisation.depth + 1 > paths.MAX_LEVELS:
        found.append(f"移过去以后超过 {paths.MAX_LEVELS} 级")
    if Organisation.objects.open().filter(parent=to, name=organisation.name).exists():
        found.append(f"{to.short_name}下已有同名的党组织")
    return found


def short_for(name: str, parent: Organisation | None) -> str:
    """The name of daily use, without the names of the county and the town above."""
    return short_below(name, [one.name for one in parent.line()] if parent else [])


def short_below(name: str, line: Sequence[str]) -> str:
    """The same, given the full names above, the county first."""
    county = place_of(line[0]) if line else place_of(name)
    town = place_of(short_org_name(line[1], county, "")) if len(line) > 1 else ""
    return short_org_name(name, county, town)[:60]


def problems(organisation: Organisation) -> list[str]:
    """What is wrong with it as it stands, for create, edit and the ledger alike."""
    parent = organisation.parent
    found = []
    if not organisation.name:
        found.append("请填写党组织全称")
    if organisation.kind not in MAY_SIT_UNDER:
        found.append("请选择组织类别")
    elif parent is None and organisation.kind != COUNTY:
        found.append("请选择上级党组织")
    elif parent is not None and parent.kind not in MAY_SIT_UNDER[organisation.kind]:
        found.append(f"{organisation.get_kind_display()}不能放在{parent.get_kind_display()}下面")
    if unknown := [mark for mark in organisation.marks if mark not in MARKS]:
        found.append(f"不认识的标记：{'、'.join(unknown)}")
    if "mobile" in organisation.marks and organisation.kind in BRANCHES & TEMPORARY and organisation.ends_on is None:
        found.append("临时的流动党员党支部要写明撤销期限")
    return found


def _settle(organisation: Organisation) -> None:
    """Check an organisation before it is saved and derive what follows from its name. Raises Blocked."""
    found = problems(organisation)
    siblings = Organisation.objects.open().filter(parent=organisation.parent).exclude(pk=organisation.pk)
    if organisation.is_open and siblings.filter(name=organisation.name).exists():
        found.append("同一上级党组织下已有同名的党组织")
    if organisation.code and Organisation.objects.filter(code=organisation.code).exclude(pk=organisation.pk).exists():
        found.append(f"代码 {organisation.code} 已经用在别的党组织上")
    if organisation.pk and (wrong := _children_that_do_not_fit(organisation)):
        found.append(wrong)
    if found:
        raise Blocked(found)
    organisation.initials = initials(organisation.short_name)[:60]


def _children_that_do_not_fit(organisation: Organisation) -> str:
    kinds = Organisation.objects.open().filter(parent=organisation).values_list("kind", flat=True).distinct()
    wrong = [kind for kind in kinds if organisation.kind not in MAY_SIT_UNDER[kind]]
    return "下级党组织的类别与新的类别不合，先移走下级" if wrong else ""


def _save(
    locked: Organisation, before: Mapping[str, Any], kind: str, verb: str, *, by: Actor, now: dt.datetime
) -> Organisation:
    """Save, write history and event; nothing at all where nothing differs."""
    if audit.snapshot(locked, Organisation.HISTORY) == before:
        return locked
    locked.version += 1
    locked.save()
    audit.changed(locked, before, by=by, now=now)
    _event(kind, f"{verb}：{locked.name}", locked, by, now)
    return locked


def _event(kind: str, text: str, organisation: Organisation, by: Actor, now: dt.datetime) -> None:
    audit.record(kind, text, by=by, subject=organisation, organisation_id=organisation.pk, now=now)


def _require(by: Actor, path: str) -> None:
    if not by.reaches(path, Permission.ORGANISE):
        raise NotAllowed
