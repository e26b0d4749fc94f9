from __future__ import annotations

from django.db import models
from django.urls import reverse

from branches.models import Organisation
from files.models import MadeFile
from reports.enums import PaperKind
from sweeps.models import Sweep


class Paper(MadeFile):
    """One paper, or a packet of them: of whom, and of which quarter.

    ``chosen``: of person files {"member": public id} or {"list": key of a list, "query": its filters, "organisation": public id},
    empty for everybody who is out or has come. ``contents``: what the packet says of itself, a line a file: number, name, SHA-256,
    size.
    """

    kind = models.CharField("材料", max_length=10, choices=PaperKind.choices)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name="范围", db_index=False
    )
    sweep = models.ForeignKey(
        Sweep, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="季度", db_index=False
    )
    chosen = models.JSONField("选定的人", default=dict, blank=True)
    words = models.CharField("选定的人（文字）", max_length=400, blank=True, default="")
    is_final = models.BooleanField("按上报数", default=False)
    as_of = models.DateTimeField("截至", null=True, blank=True)
    people = models.PositiveIntegerField("人数", null=True, blank=True)
    contents = models.JSONField("目录", default=list, blank=True)

    class Meta(MadeFile.Meta):
        verbose_name = "季度材料"

    def __str__(self) -> str:
        return self.file_name or f"{self.organisation.short_name}{self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        return reverse("paper-detail", args=[self.public_id])

    @property
    def number(self) -> str:
        """What the paper is called by, on every page of it: 2026Q4-000012."""
        return f"{self.sweep.quarter if self.sweep else self.requested_at.year}-{self.pk:06d}"
