from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse

from branches.models import Organisation
from core.actors import Actor
from core.fields import ActorField, PathField, PublicIdField
from core.permissions import Permission
from core.scoping import ScopedModel, ScopedQuerySet
from members.enums import TransferState
from members.models.journey import Journey
from members.models.member import Member, need_to_know


class TransferQuerySet(ScopedQuerySet["Transfer"]):
    def open(self) -> TransferQuerySet:
        return self.filter(state=TransferState.ASKED)


class Transfer(ScopedModel):
    """A membership on its way to another organisation (组织关系转接), of ours (``to``) or outside (``to_text``).

    Until it is received the member stays with the sender. ``due_on``: when the receipt is due back.
    ``from_path``, ``to_path``: copies for scope; they stay those of sender and receiver when it is done.
    """

    scope_paths: ClassVar[tuple[str, ...]] = ("from_path", "to_path")

    public_id = PublicIdField()
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="transfers")
    journey = models.ForeignKey(
        Journey, on_delete=models.SET_NULL, null=True, blank=True, related_name="transfers", db_index=False
    )
    state = models.CharField("状态", max_length=10, choices=TransferState.choices, default=TransferState.ASKED)
    sender = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name="转出党组织"
    )
    to = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        verbose_name="转入党组织",
    )  # fmt: skip
    to_text = models.CharField("转入党组织", max_length=160, blank=True, default="")
    from_path = PathField()
    to_path = PathField(blank=True, default="")
    letter_on = models.DateField("介绍信日期")
    letter_no = models.CharField("介绍信编号", max_length=40, blank=True, default="")
    valid_until = models.DateField("介绍信有效期至")
    due_on = models.DateField("回执期限")
    reason = models.CharField("转接原因", max_length=200, blank=True, default="")
    answer = models.CharField("退回或撤回的原因", max_length=200, blank=True, default="")
    received_on = models.DateField("接收日期", null=True, blank=True)
    asked_at = models.DateTimeField("申请时间")
    asked_by = ActorField("申请人")
    answered_at = models.DateTimeField("办结时间", null=True, blank=True)
    answered_by = ActorField("办结人")
    version = models.PositiveIntegerField("版本", default=1)
    created_at = models.DateTimeField("登记时间")
    updated_at = models.DateTimeField("更新时间")

    objects: ClassVar[Any] = TransferQuerySet.as_manager()

    HISTORY = (
        "state", "sender", "to", "to_text", "letter_on", "letter_no", "valid_until", "due_on", "reason", "answer",
        "received_on",
    )  # fmt: skip

    class Meta:
        verbose_name = "组织关系转接"
        constraints = [
            models.UniqueConstraint(
                fields=["member"], condition=Q(state=TransferState.ASKED), name="transfer_open_once",
                violation_error_message="这位党员的组织关系正在转接。",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by="") | (Q(answered_at__isnull=False) & ~Q(answered_by="")),
                name="transfer_answered_pair",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["from_path"], name="transfer_from"),
            models.Index(fields=["to_path"], name="transfer_to", condition=~Q(to_path="")),
        ]

    @classmethod
    def further_condition(cls, actor: Actor, permission: Permission) -> Q:
        return need_to_know(actor, permission, "member__restricted")

    def __str__(self) -> str:
        return f"{self.member.name}的组织关系转接"

    def get_absolute_url(self) -> str:
        return reverse("transfer-detail", args=[self.public_id])

    @property
    def is_open(self) -> bool:
        return self.state == TransferState.ASKED

    @property
    def where(self) -> str:
        """The receiving organisation, in words."""
        return self.to.short_name if self.to else self.to_text
