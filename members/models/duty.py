from __future__ import annotations

from typing import ClassVar

from django.db import models

from branches.models import Organisation
from core.fields import ActorField
from core.scoping import ScopedModel
from members.enums import DutySide


class DutyList(models.Model):
    """The duties of one side, in the county's words; a side without a row has those of ``members.duties``."""

    side = models.CharField("谁的责任", max_length=8, choices=DutySide.choices, unique=True)
    lines = models.JSONField("内容", default=list)
    version = models.PositiveIntegerField("版本", default=1)
    edited_at = models.DateTimeField("修改时间")
    edited_by = ActorField("修改人")

    class Meta:
        verbose_name = "责任清单"

    def __str__(self) -> str:
        return self.get_side_display()


class DutyConfirmation(ScopedModel):
    """That an organisation has read its duties of a year and stands by them."""

    scope_paths: ClassVar[tuple[str, ...]] = ("organisation__path",)

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField("年度")
    confirmed_at = models.DateTimeField("确认时间")
    confirmed_by = ActorField("确认人")

    class Meta:
        verbose_name = "责任确认"
        constraints = [models.UniqueConstraint(fields=["organisation", "year"], name="duty_confirmed_once")]
