from __future__ import annotations

from typing import ClassVar

from django.db import models

from branches.models import Organisation
from core.fields import ActorField


class PaperText(models.Model):
    """The words of one paper as an organisation wants them, for itself and all below it that have none of their own.

    Prose with names of figures in braces (``reports.papers.texts``); no person is in it. Nobody's data: it is read upwards.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField("材料", max_length=10)
    body = models.TextField("内容")
    version = models.PositiveIntegerField("版本", default=1)
    edited_at = models.DateTimeField("修改时间")
    edited_by = ActorField("修改人")

    class Meta:
        verbose_name = "材料文字"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "key"], name="paper_text_once")
        ]

    def __str__(self) -> str:
        return f"{self.organisation.short_name} {self.key}"
