"""What the pages on organisations show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from audit import presenters as audit
from audit.models import Change
from branches.enums import MARKS
from branches.models import Organisation, Post
from branches.terms import term
from core.actors import Actor
from core.components import Entry, Fact, Link, TreeNode
from core.domain.codes import ORGANISATION_KIND
from core.permissions import Permission


def children_of(parent: Organisation | None) -> QuerySet[Organisation]:
    """The open children in the official order, each with the number of its own (``below``)."""
    return (
        Organisation.objects.open()
        .filter(parent=parent)
        .annotate(below=Count("children", filter=Q(children__closed_on__isnull=True)))
        .official()
    )


def tree(current: Organisation | None) -> list[TreeNode]:
    """The tree opened down to ``current``; the rest is loaded when it is opened."""
    line = [one.pk for one in current.line()] if current else []
    return [_node(root, line, current) for root in children_of(None)]


def _node(one: Any, line: list[int], current: Organisation | None) -> TreeNode:
    is_open = one.pk in line or one.parent_id is None
    children = [_node(child, line, current) for child in children_of(one)] if is_open and one.below else []
    return TreeNode(
        one.short_name,
        list_url(one),
        one.below or None,
        is_current=bool(current and one.pk == current.pk),
        is_open=is_open,
        children=children,
        branch_url=reverse("organisation-branch", args=[one.public_id]) if one.below and not is_open else "",
    )


def branch(parent: Organisation) -> list[TreeNode]:
    """One level, for a node that is opened later."""
    return [_node(one, [], None) for one in children_of(parent)]


def list_url(one: Organisation) -> str:
    return f"{reverse('organisation-list')}?in={one.public_id}"


def crumbs(organisation: Organisation, last: str = "") -> list[Link]:
    """党组织 › county › town › branch, and the page itself where it is not the organisation's."""
    line = organisation.line()
    links = [Link("党组织", reverse("organisation-list"))]
    links += [Link(one.short_name, one.get_absolute_url()) for one in line[:-1]]
    own = Link(line[-1].short_name, line[-1].get_absolute_url() if last else "")
    return [*links, own, *([Link(last)] if last else [])]


def facts(organisation: Organisation, today: dt.date) -> list[Fact]:
    held = term(organisation, today)
    tones = {"bad": "bad", "warn": "warn"}
    found = [
        Fact("全称", organisation.name),
        Fact("类别", organisation.get_kind_display()),
        Fact("所在地", organisation.place),
        Fact("成立日期", organisation.founded_on.chinese() if organisation.founded_on else ""),
        Fact(
            "本届当选", organisation.elected_on.chinese() if organisation.elected_on else "", held.text if held else "",
            tone=tones.get(held.tone, "") if held else "",
        ),
        Fact("代码", organisation.code),
    ]  # fmt: skip
    if organisation.marks:
        found.append(Fact("标记", "、".join(MARKS.get(mark, mark) for mark in organisation.marks)))
    if organisation.ends_on:
        found.append(Fact("撤销期限", f"{organisation.ends_on:%Y-%m-%d}"))
    if organisation.note:
        found.append(Fact("备注", organisation.note))
    return found


@dataclass(frozen=True)
class PostLine:
    public_id: str
    title: str
    name: str
    phone: str
    reveal_url: str
    since: dt.date | None
    until: dt.date | None
    may_change: bool


def posts(organisation: Organisation, actor: Actor) -> list[PostLine]:
    """Those in office first. Only for those who see the organisation's people; numbers masked."""
    rows = Post.objects.visible_to(actor).filter(organisation=organisation)
    titles = list(Post.Title.values)
    ranked = sorted(rows, key=lambda post: (post.ends_on is not None, titles.index(post.title), -post.pk))
    may_reveal = actor.reaches(organisation.path, Permission.FULL_NUMBERS)
    may_change = actor.reaches(organisation.path, Permission.ORGANISE)
    return [
        PostLine(
            post.public_id,
            post.get_title_display(),
            post.holder_name,
            f"*******{post.phone_tail}" if post.phone_tail else "",
            reverse("post-phone", args=[post.public_id]) if post.phone_tail and may_reveal else "",
            post.starts_on,
            post.ends_on,
            may_change and post.ends_on is None,
        )
        for post in ranked
    ]


_HIDDEN = ("path", "position", "phone_index", "phone_tail")


def history(organisation: Organisation, actor: Actor) -> list[Entry]:
    """Of the organisation and its posts, newest first; nothing for those who do not see its people."""
    changes = list(Change.objects.of(organisation, actor))
    entries = audit.history(changes, Organisation, shown=_readers(changes), hidden=_HIDDEN)
    for post in Post.objects.visible_to(actor).filter(organisation=organisation):
        titles = dict(Post.Title.choices)
        shown = {"title": lambda value, titles=titles: str(titles.get(value, value or ""))}
        made = audit.history(Change.objects.of(post, actor), Post, shown=shown, hidden=_HIDDEN, secret=["phone"])
        entries += [Entry(one.at, f"职务：{one.title}", one.by, one.text, one.changes) for one in made]
    return sorted(entries, key=lambda one: one.at, reverse=True)


def _readers(changes: Iterable[Change]) -> dict[str, Any]:
    parents = {value for change in changes for value in change.fields.get("parent", []) if value}
    names = dict(Organisation.objects.filter(pk__in=parents).values_list("pk", "short_name"))
    return {
        "parent": lambda value: names.get(value, "") if value else "",
        "kind": lambda value: ORGANISATION_KIND.label(value or ""),
        "marks": lambda value: "、".join(MARKS.get(mark, mark) for mark in value or []),
    }
