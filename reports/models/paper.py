from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse

from branches.models import Organisation
from core.actors import Actor
from core.fields import ActorField, PathField, PublicIdField
from core.permissions import Permission
from core.scoping import ScopedModel
from reports.enums import PaperKind
from sweeps.models import Sweep


class Paper(ScopedModel):
    """One paper, or a packet of them, that somebody had made: of whom, of which quarter, what for, and the file while it is kept.

    It belongs to its maker; others see the event in the log. ``chosen``: of person files {"member": public id} or {"list": key of
    a list, "query": its filters, "organisation": public id}, empty for everybody who is out or has come. ``contents``: what the packet
    says of itself, a line a file: number, name, SHA-256, size.
    """

    scope_paths = ("path",)

    public_id = PublicIdField()
    kind = models.CharField("材料", max_length=10, choices=PaperKind.choices)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name="范围", db_index=False
    )
    path = PathField("路径")
    sweep = models.ForeignKey(
        Sweep, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="季度", db_index=False
    )
    chosen = models.JSONField("选定的人", default=dict, blank=True)
    words = models.CharField("选定的人（文字）", max_length=400, blank=True, default="")
    full = models.BooleanField("完整号码", default=False)
    purpose = models.CharField("用途", max_length=200)
    is_final = models.BooleanField("按上报数", default=False)
    as_of = models.DateTimeField("截至", null=True, blank=True)
    people = models.PositiveIntegerField("人数", null=True, blank=True)
    contents = models.JSONField("目录", default=list, blank=True)
    file = models.CharField("文件", max_length=24, blank=True, default="")
    file_name = models.CharField("文件名", max_length=150, blank=True, default="")
    digest = models.CharField("内容校验值", max_length=64, blank=True, default="")
    job = models.CharField("任务", max_length=24, blank=True, default="")
    key = models.CharField("幂等键", max_length=40, blank=True, default="")
    owner = models.CharField("归属", max_length=40)
    requested_at = models.DateTimeField("申请时间")
    requested_by = ActorField("申请人")
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    expires_at = models.DateTimeField("到期时间", null=True, blank=True)

    class Meta:
        verbose_name = "季度材料"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["owner", "key"], condition=~Q(key=""), name="paper_key_once"),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True, file="") | (Q(finished_at__isnull=False) & ~Q(file="")),
                name="paper_finished_has_file",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["owner", "-id"], name="paper_owner")]

    def __str__(self) -> str:
        return self.file_name or f"{self.organisation.short_name}{self.get_kind_display()}"

    @classmethod
    def scope_condition(cls, actor: Actor, permission: Permission) -> Q:
        return Q(owner=actor.id)

    def get_absolute_url(self) -> str:
        return reverse("paper-detail", args=[self.public_id])

    @property
    def number(self) -> str:
        """What the paper is called by, on every page of it: 2026Q4-000012."""
        return f"{self.sweep.quarter if self.sweep else self.requested_at.year}-{self.pk:06d}"
