from __future__ import annotations

from django.db import models

from core.ledgers import Outcome
from core.scoping import ScopedModel
from exchange.models.batch import ImportBatch


class ImportRow(ScopedModel):
    """One row of an import, staged between check and apply.

    ``blob``: one sealed bundle of the cells as they came, what they were read as, messages, differences and the
    ledger's basis (see :mod:`exchange.staging`). ``digest``: keyed, over the cells as they came. ``person``: a keyed
    hash of the identity number within this batch, for finding doubles. Nothing else here says who it is.
    """

    scope_paths = ("batch__path",)

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rows")
    sheet = models.PositiveSmallIntegerField("工作表")  # index into batch.sheets
    number = models.PositiveIntegerField("行号")  # as Excel shows it
    outcome = models.CharField("结果", max_length=9, choices=[(one.value, one.value) for one in Outcome])
    warned = models.BooleanField("有提醒", default=False)
    codes = models.CharField("问题", max_length=200, blank=True, default="")  # message codes between blanks
    organisation_id = models.BigIntegerField("党组织", null=True)
    person = models.CharField(max_length=24, blank=True, default="")
    digest = models.CharField(max_length=32)
    blob = models.BinaryField()

    class Meta:
        verbose_name = "导入行"
        constraints = [models.UniqueConstraint(fields=["batch", "sheet", "number"], name="import_row_once")]
        indexes = [models.Index(fields=["batch", "outcome"], name="import_row_outcome")]

    def __str__(self) -> str:
        return f"{self.sheet}:{self.number}"
