from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.crypto import salted_hmac

from accounts.names import login_key
from branches.models import Organisation
from core.actors import Actor
from core.fields import ActorField, PublicIdField, SealedField, SealsFields
from core.paths import ancestors
from core.permissions import Permission
from core.scoping import in_ranges


class UserQuerySet(models.QuerySet["User"]):
    def named(self, text: str) -> UserQuerySet:
        """The account with the user name that somebody typed."""
        return self.filter(username=login_key(text))

    def manageable_by(self, actor: Actor) -> UserQuerySet:
        """The accounts of the units that ``actor`` looks after. A secretary looks after none."""
        if actor.everything:
            return self.all()
        return self.filter(in_ranges(["organisation__path"], actor.ranges(Permission.ACCOUNTS)))

    def holding(self, role: str, organisation: Organisation, today: dt.date) -> UserQuerySet:
        """Active accounts with a grant of ``role`` in force at ``organisation`` or above it."""
        return self.filter(
            Q(grants__ends_on__isnull=True) | Q(grants__ends_on__gte=today),
            is_active=True,
            grants__role=role,
            grants__organisation__path__in=ancestors(organisation.path),
            grants__withdrawn_at__isnull=True,
            grants__starts_on__lte=today,
        ).distinct()


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=login_key(username or ""))


class User(SealsFields, AbstractBaseUser):
    """An account of one person. What it may do comes from :class:`Grant` alone; ``organisation`` is the unit shown.

    ``username`` is a word, or the keyed hash of a mobile number whose clear text rests sealed in ``phone``
    (:mod:`accounts.names`). ``session_generation`` is part of every session's check value: one step up ends them all.
    """

    public_id = PublicIdField()
    username = models.CharField("用户名", max_length=40, unique=True)
    phone = SealedField("手机号", tail="phone_tail")
    phone_tail = models.CharField(max_length=4, blank=True, default="", editable=False)
    name = models.CharField("姓名", max_length=40)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="单位"
    )
    duty = models.CharField("岗位", max_length=40, blank=True, default="")
    is_active = models.BooleanField("启用", default=True)
    created_at = models.DateTimeField("开通时间", auto_now_add=True)
    disabled_at = models.DateTimeField("停用时间", null=True, blank=True)
    disabled_by = ActorField("停用人")
    must_change_password = models.BooleanField("须改密码", default=False)
    password_set_on = models.DateField("密码设置日期", null=True, blank=True)
    session_generation = models.PositiveIntegerField(default=0, editable=False)

    held: tuple[dt.date, Sequence[Any]] | None = None  # the grants in force on a day, where they came with the account

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        verbose_name = "账号"
        indexes = [models.Index(fields=["organisation", "name"], name="user_unit_name")]
        constraints = [
            models.CheckConstraint(
                condition=Q(disabled_at__isnull=True, disabled_by="")
                | (Q(disabled_at__isnull=False) & ~Q(disabled_by="")),
                name="user_disabled_pair",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("account-detail", args=[self.public_id])

    @property
    def unit(self) -> str:
        return self.organisation.short_name if self.organisation else ""

    @property
    def shown_username(self) -> str:
        """For screens, slips and the log: a number by its last four digits."""
        return f"手机号（尾号 {self.phone_tail}）" if self.phone_tail else self.username

    @property
    def state(self) -> str:
        if not self.is_active:
            return "disabled"
        return "used" if self.last_login else "new"

    def put_username(self, text: str) -> None:
        """Set the user name as typed; a mobile number is sealed."""
        self.username = login_key(text)
        self.put_sealed("phone", text if self.username.startswith("~") else "")

    def end_sessions(self) -> None:
        """All sessions of this account die at their next request (the caller saves)."""
        self.session_generation += 1

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Kept in each session and compared at each request by Django."""
        value = f"{self.session_generation}:{self.password}"
        return salted_hmac("accounts.session", value, secret=secret, algorithm="sha256").hexdigest()

    def get_short_name(self) -> str:
        """How Django's own pages greet."""
        return self.name

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Django's own permissions are not used; see ``core.permissions``."""
        return False
