from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from accounts import roles
from accounts.models.user import User
from branches.models import Organisation, Post
from core.actors import SYSTEM
from core.fields import ActorField, PathField, PublicIdField
from core.paths import Range, subtree


@dataclass(frozen=True)
class Outpost:
    """A place outside the tree of organisations that a role can be held at: its path, and what it is called."""

    path: str
    label: str


class GrantQuerySet(models.QuerySet["Grant"]):
    def live(self, today: dt.date) -> GrantQuerySet:
        """Not withdrawn, not over, and the post (if any) is still held; may begin later."""
        held = Post.objects.visible_to(SYSTEM).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=today),
            Q(post__isnull=True) | Exists(held.filter(pk=OuterRef("post"))),
            withdrawn_at__isnull=True,
        )

    def in_force(self, today: dt.date) -> GrantQuerySet:
        """Live, and begun."""
        return self.live(today).filter(starts_on__lte=today)


class Grant(models.Model):
    """``user`` holds ``role`` for the subtree of ``organisation``, from a day until a day.

    With a ``post`` the grant ends when the post does. ``stands_in_for``: a stand-in (A/B岗) for that person.
    With an ``outpost_path`` it holds there alone; ``organisation`` is then the one that keeps the outpost and its accounts.
    """

    public_id = PublicIdField()
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField("角色", max_length=20)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    outpost_path = PathField("驿站路径", blank=True, default="", db_default="")
    outpost_label = models.CharField("驿站", max_length=80, blank=True, default="", db_default="")
    stands_in_for = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    starts_on = models.DateField("起")
    ends_on = models.DateField("止", null=True, blank=True)
    granted_by = ActorField("授予人")
    granted_at = models.DateTimeField("授予时间")
    withdrawn_by = ActorField("收回人")
    withdrawn_at = models.DateTimeField("收回时间", null=True, blank=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = "授权"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="grant_ends_after_start",
                violation_error_message="止日不能早于起日。",
            ),
            models.CheckConstraint(condition=~Q(granted_by=""), name="grant_granted_pair"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_by="")),
                name="grant_withdrawn_pair",
            ),
            models.CheckConstraint(
                condition=Q(stands_in_for__isnull=True) | Q(ends_on__isnull=False),
                name="grant_stand_in_ends",
                violation_error_message="代岗必须写明到哪一天为止。",
            ),
        ]
        indexes = [models.Index(fields=["organisation"], name="grant_organisation")]

    def __str__(self) -> str:
        return f"{self.title}（{self.place}）"

    @property
    def place(self) -> str:
        return self.outpost_label or self.organisation.short_name

    @property
    def range(self) -> Range:
        """Where it holds."""
        return subtree(self.outpost_path or self.organisation.path)

    @property
    def title(self) -> str:
        role = roles.ROLES.get(self.role)
        return role.title if role else self.role
