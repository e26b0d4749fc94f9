from __future__ import annotations

from django.db import models

from branches.models.organisation import Organisation
from core.fields import ActorField, PublicIdField


class RuleSetting(models.Model):
    """A county's or town's own value for a declared rule, from a day on; inherited downwards.

    ``organisation_kind`` narrows it to one kind of organisation ("" = all). The nearest organisation
    upwards wins, a set kind before none, a later ``starts_on`` before an earlier.
    """

    public_id = PublicIdField()
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="rule_settings")
    key = models.CharField("规则", max_length=60)
    organisation_kind = models.CharField("组织类别", max_length=12, blank=True, default="")
    value = models.JSONField("值")
    starts_on = models.DateField("生效日期")
    set_by = ActorField("设置人")
    set_at = models.DateTimeField("设置时间")

    class Meta:
        verbose_name = verbose_name_plural = "规则设置"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "key", "organisation_kind", "starts_on"], name="rule_setting_once"
            )
        ]
