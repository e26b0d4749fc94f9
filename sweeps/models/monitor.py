from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.fields import ActorField


class MonitorRun(models.Model):
    """One run of the weekly monitor: when, by whom, and how many it found of each cause, over the whole installation."""

    on = models.DateField("日期", db_index=True)
    started_at = models.DateTimeField("开始时间")
    ended_at = models.DateTimeField("结束时间")
    run_by = ActorField("运行人")
    found = models.JSONField("发现", default=dict)
    told_on = models.DateField("本周汇总发出日期", null=True, blank=True)

    class Meta:
        verbose_name = "监测记录"
        constraints = [models.CheckConstraint(condition=~Q(run_by=""), name="monitor_run_by")]
