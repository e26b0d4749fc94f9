from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q

from accounts.models.user import User
from core.fields import ActorField, PublicIdField


class LoginSlipQuerySet(models.QuerySet["LoginSlip"]):
    def open(self, now: dt.datetime) -> LoginSlipQuerySet:
        """Neither used nor replaced, and within its days."""
        return self.filter(used_at__isnull=True, void_at__isnull=True, expires_at__gt=now)


class LoginSlip(models.Model):
    """A printed slip of paper with a one-time code: the way in for a first time, a forgotten secret, a new phone.

    Made by the level above; a new one replaces the older. ``code`` is a keyed hash, the code itself exists on paper
    only. ``clears_factor``: the second factor was lost with the phone and goes when the slip is used.
    """

    public_id = PublicIdField()
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="slips")
    code = models.CharField(max_length=22)
    clears_factor = models.BooleanField("取消动态口令", default=False)
    made_at = models.DateTimeField("打印时间")
    made_by = ActorField("打印人")
    expires_at = models.DateTimeField("有效期至")
    used_at = models.DateTimeField("使用时间", null=True, blank=True)
    void_at = models.DateTimeField("作废时间", null=True, blank=True)

    objects = LoginSlipQuerySet.as_manager()

    class Meta:
        verbose_name = "账号条"
        constraints = [
            models.CheckConstraint(condition=~Q(made_by=""), name="slip_made_pair"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="slip_expires_after_made"),
        ]
        indexes = [models.Index(fields=["user", "made_at"], name="slip_user_made")]
