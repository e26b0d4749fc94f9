from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from branches.models import Organisation
from core.fields import ActorField, PathField, PublicIdField
from core.scoping import ScopedModel, ScopedQuerySet
from exchange.enums import Mode, State

TO_DO = ("new", "changed", "held", "error", "asked")  # counts of rows and questions that wait for somebody


class ImportBatchQuerySet(ScopedQuerySet["ImportBatch"]):
    def unfinished(self) -> ImportBatchQuerySet:
        """Not imported and not put aside; a checked file in which nothing is to be done is finished business."""
        waits = reduce(or_, (Q(**{f"counts__{name}__gt": 0}) for name in TO_DO))
        return self.filter(Q(state__in=[State.UPLOADED, State.RECOGNISED]) | Q(state=State.CHECKED) & waits)

    def applied(self) -> ImportBatchQuerySet:
        return self.filter(state=State.APPLIED)

    def latest_books(self) -> ImportBatchQuerySet:
        """The last workbook in force of each organisation and ledger."""
        books = self.applied().filter(file_name__iendswith=".xlsx").order_by()
        return self.filter(pk__in=books.values("organisation", "kind").annotate(last=models.Max("pk")).values("last"))

    def editions_of(self, batch: ImportBatch) -> ImportBatchQuerySet:
        """What the same organisation has handed in of the same ledger and is in force, newest edition first."""
        return (
            self.applied()
            .filter(kind=batch.kind, organisation=batch.organisation)
            .exclude(pk=batch.pk)
            .order_by("-edition_date", "-pk")
        )


class ImportBatch(ScopedModel):
    """One file on its way into the record: who brought it, what was recognised, what came of it.

    ``organisation``: whose ledger it is (the target: ``--under``, else the uploader's organisation); its path is
    the scope of the batch and of its rows. ``file``: public id of the stored file. ``upload``: files dropped
    together (a zip) share it. Shapes of the JSON columns:

    ``answers``: {"marks": {"red": "take" | "leave" | "returned"}, "sheets": {index: bool}, "columns":
    {index: {column number: key or ""}}}; ``sheets``: see :class:`exchange.recognition.SheetReport`;
    ``counts``: rows by outcome, rows with a warning, and marks nobody has explained (asked); ``terms``: totals in the town's own words;
    ``refusal``: {} or {"code", "text"}; ``notices``: [{"code", "text", "sheet"}] about the file as a whole.
    """

    scope_paths = ("path",)

    public_id = PublicIdField()
    upload = models.CharField(max_length=24, blank=True, default="", editable=False)
    kind = models.CharField("台账", max_length=20, blank=True, default="")
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.UPLOADED)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="填报单位"
    )
    path = PathField("路径", blank=True, default="")
    file = models.CharField("文件", max_length=24, blank=True, default="")
    file_name = models.CharField("文件名", max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField("大小", default=0)
    edition_date = models.DateField("填报日期", null=True, blank=True)
    mode = models.CharField("方式", max_length=10, choices=Mode.choices, blank=True, default="")
    answers = models.JSONField(default=dict, blank=True)
    sheets = models.JSONField(default=list, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    terms = models.JSONField(default=dict, blank=True)
    refusal = models.JSONField(default=dict, blank=True)
    notices = models.JSONField(default=list, blank=True)
    digest = models.CharField("摘要", max_length=64, blank=True, default="")
    job = models.CharField(max_length=24, blank=True, default="", editable=False)  # the job that works on it
    uploaded_at = models.DateTimeField("上传时间")
    uploaded_by = ActorField("上传人")
    checked_at = models.DateTimeField("核对时间", null=True, blank=True)
    checked_by = ActorField("核对人")
    applied_at = models.DateTimeField("导入时间", null=True, blank=True)
    applied_by = ActorField("导入人")
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    undone_by = ActorField("撤销人")
    cancelled_at = models.DateTimeField("取消时间", null=True, blank=True)
    cancelled_by = ActorField("取消人")

    objects: ClassVar[Any] = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = "导入批次"
        constraints = (
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{stamp}_at__isnull": True, f"{stamp}_by": ""})
                    | (Q(**{f"{stamp}_at__isnull": False}) & ~Q(**{f"{stamp}_by": ""})),
                    name=f"batch_{stamp}_at_and_by",
                )
                for stamp in ("checked", "applied", "undone", "cancelled")
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.APPLIED, State.UNDONE]) | Q(applied_at__isnull=False),
                name="batch_applied_has_time",
            ),
        )
        indexes = [
            models.Index(fields=["path", "-id"], name="batch_path"),
            models.Index(fields=["sha256"], name="batch_sha256"),
            models.Index(fields=["upload"], name="batch_upload", condition=~Q(upload="")),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_open(self) -> bool:
        return self.state in (State.UPLOADED, State.RECOGNISED, State.CHECKED)

    @property
    def unanswered_marks(self) -> set[str]:
        """Looks of rows (red, struck, coloured) that nobody has said the meaning of."""
        return {mark for sheet in self.sheets for mark in sheet.get("marks", {})} - set(self.answers.get("marks", {}))

    @property
    def has_nothing_to_do(self) -> bool:
        """Checked, and neither a row nor a question about marks waits for anybody."""
        return self.state == State.CHECKED and not any(self.counts.get(name, 0) for name in TO_DO)

    @property
    def stopped_rows(self) -> int:
        """Rows that cannot be applied as they are."""
        return int(self.counts.get("held", 0)) + int(self.counts.get("error", 0))
