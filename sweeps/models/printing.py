from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from core.fields import ActorField, PathField
from core.scoping import ScopedModel, ScopedQuerySet
from sweeps.enums import PrintKind
from sweeps.models.returns import Return


class PrintingQuerySet(ScopedQuerySet["Printing"]):
    def of_return(self, of: Return, kind: PrintKind) -> PrintingQuerySet:
        """All printings of one kind, the latest first."""
        return self.filter(of=of, kind=kind).order_by("-number")

    def scanned(self) -> PrintingQuerySet:
        return self.exclude(scan="")


class Printing(ScopedModel):
    """What stood on a piece of paper, kept as it was printed. Only its scan is added later.

    ``content``: of a check list ``{"members": [public ids in printed order]}``; of a return ``sweeps.printing.content``.
    ``scan``: public id of the stored file with signature and seal.
    """

    scope_paths = ("path",)

    of = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="printings", db_index=False)
    path = PathField()
    kind = models.CharField("种类", max_length=6, choices=PrintKind.choices)
    number = models.PositiveSmallIntegerField("第几次打印")
    version = models.PositiveIntegerField("打印时的版本")
    digest = models.CharField("摘要", max_length=64)
    content = models.JSONField("内容")
    printed_at = models.DateTimeField("打印时间")
    printed_by = ActorField("打印人")
    scan = models.CharField("盖章件", max_length=40, blank=True, default="")
    scanned_at = models.DateTimeField("上传时间", null=True, blank=True)
    scanned_by = ActorField("上传人")

    objects: ClassVar[Any] = PrintingQuerySet.as_manager()

    class Meta:
        verbose_name = "打印件"
        constraints = [
            models.UniqueConstraint(fields=["of", "kind", "number"], name="printing_once"),
            models.CheckConstraint(
                condition=Q(scanned_at__isnull=True, scanned_by="", scan="")
                | (Q(scanned_at__isnull=False) & ~Q(scanned_by="") & ~Q(scan="")),
                name="printing_scanned_pair",
            ),
        ]
