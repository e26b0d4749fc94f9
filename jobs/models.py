"""A piece of work that a page starts and does not wait for."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from core.actors import Actor
from core.fields import ActorField, PublicIdField
from core.permissions import Permission
from core.scoping import ScopedModel, ScopedQuerySet


class JobQuerySet(ScopedQuerySet["Job"]):
    def queued(self) -> Self:
        return self.filter(state=Job.State.QUEUED)

    def held(self, job: Job) -> Self:
        """The row of ``job`` while it still runs under the lease that ``job`` carries."""
        return self.filter(pk=job.pk, state=Job.State.RUNNING, lease_token=job.lease_token)

    def unsent(self, now: dt.datetime, fresh: dt.timedelta, lost: dt.timedelta) -> Self:
        """Queued, and never sent for ``fresh`` or sent and not picked up for ``lost``."""
        return self.queued().filter(Q(sent_at__isnull=True, queued_at__lte=now - fresh) | Q(sent_at__lte=now - lost))


class Job(ScopedModel):
    """What is to be run, for whom, and how far it is. The broker carries only its id; this row is the truth.

    A job belongs to whom it was started by. Holders of SYSTEM may list kinds, states and times of all
    (``visible_to(actor, Permission.SYSTEM)``), never parameters or texts.
    ``key``: the same person with the same key gets the same job. ``lease_token``: who holds it now; nothing is
    written to a running job without it. ``version``: of the parameters (``core.handlers.Handler``).
    """

    class State(models.TextChoices):
        QUEUED = "queued", "排队中"
        RUNNING = "running", "办理中"
        DONE = "done", "已完成"
        FAILED = "failed", "没有办成"
        CANCELLED = "cancelled", "已取消"

    public_id = PublicIdField()
    kind = models.CharField("类型", max_length=40)
    title = models.CharField("名称", max_length=150)
    owner = models.CharField("归属", max_length=40)
    by = ActorField("发起人")
    params = models.JSONField("参数", default=dict)
    version = models.PositiveSmallIntegerField("参数版本", default=1)
    key = models.CharField("幂等键", max_length=64, blank=True, default="")

    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.QUEUED)
    done = models.PositiveIntegerField("已办", default=0)
    total = models.PositiveIntegerField("总数", default=0)
    text = models.CharField("进度", max_length=200, blank=True, default="")
    log = models.JSONField("经过", default=list)
    result = models.JSONField("结果", default=dict)
    result_file = models.CharField("结果文件", max_length=24, blank=True, default="")
    error = models.CharField("原因", max_length=400, blank=True, default="")
    support_id = models.CharField("求助编号", max_length=12, blank=True, default="")

    attempts = models.PositiveSmallIntegerField("次数", default=0)
    worker = models.CharField("执行者", max_length=80, blank=True, default="")
    lease_token = models.CharField("租约", max_length=24, blank=True, default="")
    lease_until = models.DateTimeField("租约到期", null=True, blank=True)
    cancel_asked = models.BooleanField("要求取消", default=False)
    created_at = models.DateTimeField("发起时间")
    queued_at = models.DateTimeField("排队时间")
    sent_at = models.DateTimeField("发送时间", null=True, blank=True)
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    finished_at = models.DateTimeField("结束时间", null=True, blank=True)

    objects: ClassVar[Any] = JobQuerySet.as_manager()

    class Meta:
        verbose_name = "任务"
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], condition=~Q(key=""), name="job_key_once"),
            models.CheckConstraint(
                condition=Q(state="running", lease_until__isnull=False) & ~Q(lease_token="")
                | ~Q(state="running") & Q(lease_until__isnull=True, lease_token=""),
                name="job_running_is_leased",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["done", "failed", "cancelled"], finished_at__isnull=False)
                | Q(state__in=["queued", "running"], finished_at__isnull=True),
                name="job_ended_at",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "created_at"], name="job_owner"),
            models.Index(fields=["state", "queued_at"], name="job_open", condition=Q(state__in=["queued", "running"])),
        ]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def scope_condition(cls, actor: Actor, permission: Permission) -> Q:
        if permission == Permission.SYSTEM:
            return Q() if actor.can(Permission.SYSTEM) else Q(pk__in=())
        return Q(owner=actor.id)

    def get_absolute_url(self) -> str:
        return reverse("job-detail", args=[self.public_id])

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.QUEUED, self.State.RUNNING)

    @property
    def can_retry(self) -> bool:
        return self.state in (self.State.FAILED, self.State.CANCELLED)


class PeriodicRun(models.Model):
    """When a periodic (``core.handlers.Periodic``) ran last. Taken by compare-and-set, so that two schedulers do it once."""

    name = models.CharField("名称", max_length=60, primary_key=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "定时运行"
