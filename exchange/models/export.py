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


class Export(ScopedModel):
    """One ledger or list that somebody took out: what, whose, what for, and the file while it is kept.

    It belongs to its maker; others see the event in the log. ``filters``: see :meth:`core.ledgers.Ledger.export`;
    ``words``: the same as people read it; ``columns``: keys chosen for a plain list; ``batch``: public id of the import
    whose workbook comes back updated; ``digest``: keyed, of the file (:attr:`files.models.StoredFile.digest`).
    """

    class Form(models.TextChoices):
        OFFICIAL = "official", "正式台账"
        LIST = "list", "名单"
        OWN = "own", "原表更新"

    class Format(models.TextChoices):
        XLSX = "xlsx", "Excel 表格（.xlsx）"
        CSV = "csv", "纯文本表格（.csv）"

    scope_paths = ("path",)

    public_id = PublicIdField()
    kind = models.CharField("台账", max_length=20)
    form = models.CharField("样式", max_length=10, choices=Form.choices, default=Form.OFFICIAL)
    format = models.CharField("格式", max_length=4, choices=Format.choices, default=Format.XLSX)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name="党组织范围"
    )
    path = PathField("路径")
    filters = models.JSONField("筛选", default=dict, blank=True)
    words = models.CharField("筛选条件", max_length=400, blank=True, default="")
    columns = models.JSONField("栏目", default=list, blank=True)
    batch = models.CharField("原表", max_length=24, blank=True, default="")
    full = models.BooleanField("完整号码", default=False)
    purpose = models.CharField("用途", max_length=200)
    rows = models.PositiveIntegerField("行数", null=True, blank=True)
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
        verbose_name = "导出"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["owner", "key"], condition=~Q(key=""), name="export_key_once"),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True, file="") | (Q(finished_at__isnull=False) & ~Q(file="")),
                name="export_finished_has_file",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["owner", "-id"], name="export_owner")]

    def __str__(self) -> str:
        return self.file_name or f"{self.kind} {self.get_form_display()}"

    @classmethod
    def scope_condition(cls, actor: Actor, permission: Permission) -> Q:
        return Q(owner=actor.id)

    def get_absolute_url(self) -> str:
        return reverse("export-detail", args=[self.public_id])
