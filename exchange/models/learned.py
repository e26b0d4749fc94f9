from __future__ import annotations

from django.db import models

from branches.models import Organisation
from core.fields import ActorField, PathField, PublicIdField
from core.scoping import ScopedModel


class Learned(ScopedModel):
    """Something a person told the portal once about an organisation's files, replayed visibly, taken back at will."""

    scope_paths = ("path",)

    public_id = PublicIdField()
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    path = PathField("路径")
    batch = models.CharField(max_length=24, blank=True, default="")  # where it was learned; its undo takes it back
    learned_at = models.DateTimeField("时间")
    learned_by = ActorField("来自")
    uses = models.PositiveIntegerField("用过次数", default=0)

    class Meta:
        abstract = True


class LearnedMapping(Learned):
    """A heading of this organisation's files and the column it means; "" = none of ours, leave it."""

    kind = models.CharField("台账", max_length=20)
    heading = models.CharField("表头", max_length=120)  # in the form of core.columns.plain_heading
    key = models.CharField("含义", max_length=40, blank=True, default="")

    class Meta:
        verbose_name = "学到的表头"
        constraints = [models.UniqueConstraint(fields=["organisation", "kind", "heading"], name="learned_mapping_once")]


class LearnedValue(Learned):
    """A word of this organisation's files and the value it means in one column.

    ``value`` is canonical: a code; for ``organisation`` its public id.
    """

    key = models.CharField("列", max_length=40)
    text = models.CharField("原文", max_length=120)
    value = models.CharField("含义", max_length=120)

    class Meta:
        verbose_name = "学到的内容"
        constraints = [models.UniqueConstraint(fields=["organisation", "key", "text"], name="learned_value_once")]
