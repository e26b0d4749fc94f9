from __future__ import annotations

from django.db import models

from core.scoping import ScopedModel
from exchange.models.batch import ImportBatch


class KnownRows(ScopedModel):
    """What one chunk of an applied import left behind, for recognising the same rows in a later file (see
    :mod:`exchange.known`). Ids, versions and keyed digests; nothing that says who anybody is.

    ``fingerprint``: everything besides its cells that the reading of a row depended on. ``on``: the date it was read for.
    ``rows``: one text a row, as :class:`exchange.known.Known` reads it.
    """

    scope_paths = ("batch__path",)

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="known")
    fingerprint = models.CharField(max_length=64)
    on = models.DateField("日期")
    rows = models.JSONField(default=list)

    class Meta:
        verbose_name = "已知行"
        indexes = [models.Index(fields=["fingerprint", "batch"], name="known_rows_fingerprint")]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.fingerprint[:8]}"
