from __future__ import annotations

from django.db import models

from core.ledgers import Outcome
from core.scoping import ScopedModel
from exchange.models.batch import ImportBatch


class ImportChunk(ScopedModel):
    """The content of up to a hundred staged rows, sealed as one (see :mod:`exchange.staging`).

    Sealing each row by itself would take longer than reading the file. ``first``: number of its first row. ``plans``: what
    applying them would write, sealed beside (see :mod:`exchange.planned`); empty once they are applied.
    """

    scope_paths = ("batch__path",)

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="chunks", db_index=False)
    sheet = models.PositiveSmallIntegerField("工作表")
    first = models.PositiveIntegerField("首行行号")
    blob = models.BinaryField()
    plans = models.BinaryField(default=bytes)

    class Meta:
        verbose_name = "导入行内容"
        constraints = [models.UniqueConstraint(fields=["batch", "sheet", "first"], name="import_chunk_once")]

    def __str__(self) -> str:
        return f"{self.sheet}:{self.first}"


class ImportRow(ScopedModel):
    """One row of an import, staged between check and apply.

    Cells as they came, what they were read as, messages, differences and the ledger's basis rest sealed: at
    position ``place`` of the chunk that begins with row ``chunk``, or in ``blob`` once a person has mended the row, or with
    the row ``same_as`` of an earlier import that had these very cells (see :mod:`exchange.known`).
    ``digest``: keyed, over the cells as they came. ``person``: a keyed hash of the identity number within this
    batch, for finding doubles. Nothing else here says who it is.
    """

    scope_paths = ("batch__path",)

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rows", db_index=False)
    sheet = models.PositiveSmallIntegerField("工作表")  # index into batch.sheets
    number = models.PositiveIntegerField("行号")  # as Excel shows it
    outcome = models.CharField("结果", max_length=9, choices=[(one.value, one.value) for one in Outcome])
    warned = models.BooleanField("有提醒", default=False)
    codes = models.CharField("问题", max_length=200, blank=True, default="")  # message codes between blanks
    organisation_id = models.BigIntegerField("党组织", null=True)
    person = models.CharField(max_length=24, blank=True, default="")
    digest = models.CharField(max_length=32)
    chunk = models.PositiveIntegerField()
    place = models.PositiveSmallIntegerField()
    blob = models.BinaryField(default=bytes)
    same_as = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = "导入行"
        constraints = [models.UniqueConstraint(fields=["batch", "sheet", "number"], name="import_row_once")]
        indexes = [models.Index(fields=["batch", "outcome"], name="import_row_outcome")]

    def __str__(self) -> str:
        return f"{self.sheet}:{self.number}"
