"""Files that rest encrypted: uploads, exports, error books, templates, slips."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from core.actors import Actor
from core.fields import ActorField, PathField, PublicIdField
from core.permissions import Permission
from core.scoping import ScopedModel, ScopedQuerySet


class StoredFileQuerySet(ScopedQuerySet["StoredFile"]):
    def there(self) -> Self:
        return self.filter(removed_at__isnull=True)


class StoredFile(ScopedModel):
    """The row of one file under ``FILES_ROOT``. It belongs to its maker alone: an auditor sees that it was made
    (the log), never what is in it.

    ``digest``: keyed (HMAC), so that nobody can test a guessed content against it.
    """

    class Purpose(models.TextChoices):
        UPLOAD = "upload", "上传的台账"
        RESULT = "result", "导出结果"
        ERROR_BOOK = "error_book", "错误清单"
        TEMPLATE = "template", "空白模板"
        SLIP = "slip", "账号条"
        SCAN = "scan", "盖章件"

    public_id = PublicIdField()
    name = models.CharField("文件名", max_length=150)
    content_type = models.CharField("类型", max_length=100)
    size = models.BigIntegerField("大小")
    digest = models.CharField("内容校验值", max_length=64, db_index=True)
    purpose = models.CharField("用途", max_length=12, choices=Purpose.choices)
    owner = models.CharField("归属", max_length=40)
    made_by = ActorField("生成人")
    organisation_path = PathField("所在党组织", blank=True, default="")
    created_at = models.DateTimeField("生成时间")
    expires_at = models.DateTimeField("到期时间")
    removed_at = models.DateTimeField("删除时间", null=True, blank=True)

    objects: ClassVar[Any] = StoredFileQuerySet.as_manager()

    class Meta:
        verbose_name = "文件"
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="storedfile_expires_later")
        ]
        indexes = [
            models.Index(fields=["owner", "created_at"], name="storedfile_owner"),
            models.Index(fields=["expires_at"], name="storedfile_expiry", condition=Q(removed_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def scope_condition(cls, actor: Actor, permission: Permission) -> Q:
        return Q(owner=actor.id)

    def get_absolute_url(self) -> str:
        return reverse("file-download", args=[self.public_id])


class MadeFile(ScopedModel):
    """What somebody had made as a file: of which organisation, what for, and the file while it is kept.

    It belongs to its maker; others see the event in the log. ``full``: with numbers in the clear; ``job``: public id of the one that
    makes it; ``digest``: keyed, of the file (:attr:`StoredFile.digest`).
    """

    scope_paths = ("path",)

    public_id = PublicIdField()
    path = PathField("路径")
    full = models.BooleanField("完整号码", default=False)
    purpose = models.CharField("用途", max_length=200)
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
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["owner", "key"], condition=~Q(key=""), name="%(class)s_key_once"),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True, file="") | (Q(finished_at__isnull=False) & ~Q(file="")),
                name="%(class)s_finished_has_file",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["owner", "-id"], name="%(class)s_owner")]

    @classmethod
    def scope_condition(cls, actor: Actor, permission: Permission) -> Q:
        return Q(owner=actor.id)
