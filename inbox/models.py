"""What waits for somebody (Todo), and what somebody was told (Message)."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Case, F, IntegerField, Q, Value, When
from django.urls import NoReverseMatch, reverse

from branches.models import Organisation
from core.actors import Actor
from core.fields import ActorField, PathField, PublicIdField
from core.permissions import Permission
from core.scoping import ScopedModel, ScopedQuerySet


class Level(models.TextChoices):
    """蓝黄红: by how overdue something is; plain information has none."""

    INFO = "info", "提示"
    BLUE = "blue", "蓝"
    YELLOW = "yellow", "黄"
    RED = "red", "红"


class TodoQuerySet(ScopedQuerySet["Todo"]):
    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def waiting_for(self, actor: Actor) -> Self:
        """Open, at the very organisations where ``actor`` may edit (not below them), and for his role or any."""
        own = {low for low, _high in actor.ranges(Permission.EDIT)} | {actor.organisation_path}
        editable = self.visible_to(actor, Permission.EDIT)
        return editable.open().filter(organisation_path__in=own, for_role__in=["", actor.role])

    def waiting_below(self, actor: Actor) -> Self:
        """Open, at organisations under those of ``actor``: he may help or key in for them."""
        own = {low for low, _high in actor.ranges(Permission.VIEW)} | {actor.organisation_path}
        return self.visible_to(actor).open().exclude(organisation_path__in=own)

    def most_urgent_first(self) -> Self:
        """By level, then by due date (none comes last), then the oldest."""
        order = [Level.RED, Level.YELLOW, Level.BLUE, Level.INFO]
        rank = Case(
            *(When(level=level, then=Value(place)) for place, level in enumerate(order)), output_field=IntegerField()
        )
        return self.annotate(rank=rank).order_by("rank", F("due_on").asc(nulls_last=True), "pk")


class Todo(ScopedModel):
    """Something that waits for the staff of one organisation, or for those with one office or role in it.

    ``cause``: why, such as "ledger-held:<batch>": one open to-do a cause, and it closes itself when the cause is gone.
    ``for_role``: key of a role ("" = whoever may edit there). An upper level sees it too, marked with the organisation.
    """

    scope_paths = ("organisation_path",)

    public_id = PublicIdField()
    cause = models.CharField("起因", max_length=80)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name="党组织")
    organisation_path = PathField("所在党组织")
    for_role = models.CharField("办理岗位", max_length=20, blank=True, default="")
    level = models.CharField("级别", max_length=8, choices=Level.choices, default=Level.INFO)
    due_on = models.DateField("期限", null=True, blank=True)
    text = models.CharField("事项", max_length=200)
    url_name = models.CharField("页面", max_length=60, blank=True, default="")
    url_args = models.JSONField("页面参数", default=list)
    raised_by = ActorField("提出人")
    raised_at = models.DateTimeField("提出时间")
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)

    objects: ClassVar[Any] = TodoQuerySet.as_manager()

    class Meta:
        verbose_name = "待办"
        constraints = [
            models.UniqueConstraint(fields=["cause"], condition=Q(closed_at__isnull=True), name="todo_cause_once")
        ]
        indexes = [
            models.Index(fields=["organisation_path"], name="todo_organisation", condition=Q(closed_at__isnull=True))
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def url(self) -> str:
        return address(self.url_name, self.url_args)

    def is_overdue(self, today: dt.date) -> bool:
        return self.due_on is not None and self.due_on < today


class MessageQuerySet(ScopedQuerySet["Message"]):
    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)


class Message(ScopedModel):
    """Something told to one person (``to``), or to the staff of an organisation (``to`` empty): what came of a job, a refusal
    from above. Read by opening it; a message to the staff is read when one of them has read it."""

    public_id = PublicIdField()
    to = models.CharField("收信人", max_length=40, blank=True, default="")
    organisation_path = PathField("收信党组织", blank=True, default="")
    title = models.CharField("标题", max_length=100)
    text = models.CharField("内容", max_length=500, blank=True, default="")
    level = models.CharField("级别", max_length=8, choices=Level.choices, default=Level.INFO)
    url_name = models.CharField("页面", max_length=60, blank=True, default="")
    url_args = models.JSONField("页面参数", default=list)
    told_by = ActorField("发信人")
    told_at = models.DateTimeField("时间")
    read_at = models.DateTimeField("阅读时间", null=True, blank=True)
    read_by = ActorField("阅读人")

    objects: ClassVar[Any] = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = "消息"
        constraints = [
            models.CheckConstraint(condition=~Q(to="") | ~Q(organisation_path=""), name="message_has_a_reader"),
            models.CheckConstraint(
                condition=Q(read_at__isnull=True, read_by="") | (Q(read_at__isnull=False) & ~Q(read_by="")),
                name="message_read_pair",
            ),
        ]
        indexes = [
            models.Index(fields=["to", "told_at"], name="message_to"),
            models.Index(fields=["organisation_path", "told_at"], name="message_organisation", condition=Q(to="")),
        ]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def scope_condition(cls, actor: Actor, permission: Permission) -> Q:
        """One's own, and those to the staff of an organisation at which one holds a right (not of those below it)."""
        own = {low for low, _high in actor.ranges(permission)}
        if actor.organisation_path and actor.reaches(actor.organisation_path, permission):
            own.add(actor.organisation_path)
        return Q(to=actor.id) | Q(to="", organisation_path__in=own)

    @property
    def url(self) -> str:
        return address(self.url_name, self.url_args)


def address(name: str, args: list[Any]) -> str:
    """ "" where there is no such page (any more)."""
    try:
        return reverse(name, args=args) if name else ""
    except NoReverseMatch:
        return ""
