"""What lets a person in besides the password: a phone with a PIN, a second factor, tokens; and the tries that failed."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q

from accounts.models.user import User
from branches.models import Organisation
from core.fields import ActorField, PublicIdField, SealedField, SealsFields


class PasswordUsed(models.Model):
    """A password that somebody had: not to be taken again (rule ``password_history``)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="passwords_used")
    password = models.CharField(max_length=128)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "用过的密码"
        indexes = [models.Index(fields=["user", "at"], name="password_used_user_at")]


class Device(models.Model):
    """The one phone that a PIN works on. ``token`` is the keyed hash of the cookie that this phone keeps."""

    public_id = PublicIdField()
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="device")
    token = models.CharField(max_length=22, unique=True)
    pin = models.CharField(max_length=128)
    tries = models.PositiveSmallIntegerField("连续输错", default=0)
    bound_at = models.DateTimeField("绑定时间")

    class Meta:
        verbose_name = "手机"


class SecondFactorQuerySet(models.QuerySet["SecondFactor"]):
    def confirmed(self) -> SecondFactorQuerySet:
        return self.filter(confirmed_at__isnull=False)


class SecondFactor(SealsFields, models.Model):
    """The secret that a person's authenticator shares with the portal; counts from ``confirmed_at`` on.

    ``last_step``: the time step of the code used last, so that a code overheard is worth nothing.
    """

    public_id = PublicIdField()
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="factor")
    secret = SealedField("密钥")
    confirmed_at = models.DateTimeField("启用时间", null=True, blank=True)
    last_step = models.BigIntegerField(default=0)

    objects = SecondFactorQuerySet.as_manager()

    class Meta:
        verbose_name = "动态口令"


class RecoveryCode(models.Model):
    """One of the ten codes on paper that stand in for a lost authenticator; each works once."""

    factor = models.ForeignKey(SecondFactor, on_delete=models.CASCADE, related_name="recovery_codes")
    code = models.CharField(max_length=22)
    used_at = models.DateTimeField("使用时间", null=True, blank=True)

    class Meta:
        verbose_name = "备用码"
        constraints = [models.UniqueConstraint(fields=["factor", "code"], name="recovery_code_once")]


class SignInAttempt(models.Model):
    """Wrong tries in a row at one door (password, slip, code, enrol, own), for one user name from one address.

    "" as name or address: any. Both are keyed hashes: people type passwords into the name field. Rows of names that do not exist look the same.
    """

    door = models.CharField(max_length=10)
    name = models.CharField(max_length=22)
    address = models.CharField(max_length=22)
    count = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = "登录尝试"
        constraints = [models.UniqueConstraint(fields=["door", "name", "address"], name="sign_in_attempt_once")]


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable(self, now: dt.datetime) -> ApiTokenQuerySet:
        return self.filter(withdrawn_at__isnull=True, expires_at__gt=now, user__is_active=True)


class ApiToken(models.Model):
    """A program acts on behalf of a person: that person's rights of today, narrowed to ``scopes`` and to ``organisation``
    with all below it. ``used_on``, ``refused_on``: the days of the last events about its use."""

    public_id = PublicIdField()
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    title = models.CharField("用途", max_length=60)
    token = models.CharField(max_length=22, unique=True)
    scopes = models.JSONField("权限", default=list)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="范围"
    )
    per_minute = models.PositiveSmallIntegerField("每分钟最多几次", default=120)
    made_at = models.DateTimeField("创建时间")
    made_by = ActorField("创建人")
    expires_at = models.DateTimeField("有效期至")
    used_on = models.DateField("最近使用", null=True, blank=True)
    refused_on = models.DateField("最近被拒", null=True, blank=True)
    withdrawn_at = models.DateTimeField("停用时间", null=True, blank=True)
    withdrawn_by = ActorField("停用人")

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "接口令牌"
        constraints = [
            models.CheckConstraint(condition=~Q(made_by=""), name="token_made_pair"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_by="")),
                name="token_withdrawn_pair",
            ),
        ]


class ApiUse(models.Model):
    """How often a client asked in the minute ``since``. One row a client, the same for all web processes."""

    client = models.CharField("客户端", max_length=40, unique=True)
    since = models.DateTimeField("从")
    count = models.PositiveIntegerField("次数", default=0)

    class Meta:
        verbose_name = "接口使用"
