from __future__ import annotations

from django.db import models
from django.urls import reverse

from branches.models import Organisation
from files.models import MadeFile


class Export(MadeFile):
    """One ledger or list that somebody took out.

    ``filters``: see :meth:`core.ledgers.Ledger.export`; ``words``: the same as people read it; ``columns``: keys chosen for a plain
    list; ``batch``: public id of the import whose workbook comes back updated.
    """

    class Form(models.TextChoices):
        OFFICIAL = "official", "正式台账"
        LIST = "list", "名单"
        OWN = "own", "原表更新"

    class Format(models.TextChoices):
        XLSX = "xlsx", "Excel 表格（.xlsx）"
        CSV = "csv", "纯文本表格（.csv）"

    kind = models.CharField("台账", max_length=20)
    form = models.CharField("样式", max_length=10, choices=Form.choices, default=Form.OFFICIAL)
    format = models.CharField("格式", max_length=4, choices=Format.choices, default=Format.XLSX)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name="党组织范围"
    )
    filters = models.JSONField("筛选", default=dict, blank=True)
    words = models.CharField("筛选条件", max_length=400, blank=True, default="")
    columns = models.JSONField("栏目", default=list, blank=True)
    batch = models.CharField("原表", max_length=24, blank=True, default="")
    rows = models.PositiveIntegerField("行数", null=True, blank=True)

    class Meta(MadeFile.Meta):
        verbose_name = "导出"

    def __str__(self) -> str:
        return self.file_name or f"{self.kind} {self.get_form_display()}"

    def get_absolute_url(self) -> str:
        return reverse("export-detail", args=[self.public_id])
