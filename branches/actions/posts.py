"""Who holds which office. Rights that were granted on a post end with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from audit import actions as audit
from branches.actions.versions import lock_row, require_version
from branches.models import Organisation, Post
from core import clock
from core.actors import Actor
from core.domain.names import clean_name
from core.domain.phones import parse_phones
from core.errors import NotAllowed, UserError
from core.permissions import Permission

EDITABLE = ("title", "holder_name", "phone", "starts_on")


def appoint(
    *,
    organisation: Organisation,
    title: str,
    holder_name: str,
    by: Actor,
    phone: str = "",
    starts_on: dt.date | None = None,
    now: dt.datetime | None = None,
) -> Post:
    """A person takes an office. A second secretary at the same time is refused. Raises NotAllowed, UserError."""
    now = now or clock.now()
    _require(by, organisation)
    with transaction.atomic():
        organisation = lock_row(organisation)
        if not organisation.is_open:
            raise UserError(f"{organisation.short_name}已经撤销，不能任命。", "organisation_closed")
        if title == Post.Title.SECRETARY and _in_office(organisation).filter(title=title).exists():
            raise UserError("现任书记还没有卸任，请先办卸任。", "office_taken")
        post = Post(organisation=organisation, title=title, starts_on=starts_on or clock.today())
        _put(post, {"title": title, "holder_name": holder_name, "phone": phone})
        post.save(force_insert=True)
        audit.created(post, Post.HISTORY, by=by, now=now)
        _event("post_appointed", f"任命：{post}", post, by, now)
    return post


def edit_post(
    post: Post, *, values: Mapping[str, Any], by: Actor, version: int | None = None, now: dt.datetime | None = None
) -> Post:
    """Mend a post: ``values`` of :data:`EDITABLE`, the phone in the clear. Raises StaleVersion, NotAllowed, UserError."""
    now = now or clock.now()
    if unknown := set(values) - set(EDITABLE):
        raise ValueError(f"not editable: {sorted(unknown)}")
    _require(by, post.organisation)
    with transaction.atomic():
        locked = lock_row(post)
        require_version(locked, version, {name: value for name, value in values.items() if name != "phone"}, by=by)
        before = audit.snapshot(locked, Post.HISTORY)
        _put(locked, values)
        return _save(locked, before, "post_edited", "修改职务", by=by, now=now)


def end_post(
    post: Post, *, by: Actor, on: dt.date | None = None, version: int | None = None, now: dt.datetime | None = None
) -> Post:
    """The person leaves the office; grants that hang on it end on that day."""
    now = now or clock.now()
    _require(by, post.organisation)
    with transaction.atomic():
        locked = lock_row(post)
        require_version(locked, version, {}, by=by)
        if locked.ends_on is not None:
            raise UserError(f"这个职务已于 {locked.ends_on:%Y-%m-%d} 卸任。", "post_ended")
        before = audit.snapshot(locked, Post.HISTORY)
        locked.ends_on = on or clock.today()
        _check_dates(locked)
        return _save(locked, before, "post_ended", "卸任", by=by, now=now)


def reveal_phone(post: Post, *, by: Actor, now: dt.datetime | None = None) -> str:
    """The whole number, for somebody who may see whole numbers there; every look is an event."""
    if not by.reaches(post.organisation.path, Permission.FULL_NUMBERS):
        raise NotAllowed
    _event("phone_shown", f"查看电话：{post}", post, by, now or clock.now())
    return post.reveal("phone")


def _put(post: Post, values: Mapping[str, Any]) -> None:
    """Set checked values. Raises UserError."""
    for name, value in values.items():
        if name == "phone":
            post.put_sealed("phone", _phone(str(value or "")))
        elif name == "holder_name":
            post.holder_name = _name(str(value or ""))
        else:
            setattr(post, name, value)
    if post.title not in Post.Title.values:
        raise UserError("请选择职务。", "title_unknown")
    _check_dates(post)


def _name(text: str) -> str:
    parsed = clean_name(text)
    if parsed.value is None:
        raise UserError(parsed.problem.text if parsed.problem else "请填写姓名。", "name_invalid")
    return parsed.value


def _phone(text: str) -> str:
    parsed = parse_phones(text)
    if parsed.problem is not None:
        raise UserError(parsed.problem.text, parsed.problem.code)
    return parsed.value.main if parsed.value else ""


def _check_dates(post: Post) -> None:
    if post.starts_on and post.ends_on and post.ends_on < post.starts_on:
        raise UserError("卸任日期不能早于任职日期。", "dates_reversed")


def _in_office(organisation: Organisation) -> Any:
    return Post.objects.unscoped().filter(organisation=organisation, ends_on__isnull=True)


def _save(locked: Post, before: Mapping[str, Any], kind: str, verb: str, *, by: Actor, now: dt.datetime) -> Post:
    if audit.snapshot(locked, Post.HISTORY) == before:
        return locked
    locked.version += 1
    locked.save()
    audit.changed(locked, before, by=by, now=now)
    _event(kind, f"{verb}：{locked}", locked, by, now)
    return locked


def _event(kind: str, text: str, post: Post, by: Actor, now: dt.datetime) -> None:
    audit.record(kind, text, by=by, subject=post, organisation_id=post.organisation_id, now=now)


def _require(by: Actor, organisation: Organisation) -> None:
    if not by.reaches(organisation.path, Permission.ORGANISE):
        raise NotAllowed
