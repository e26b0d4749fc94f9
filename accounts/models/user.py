from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from branches.models import Organisation
from core.fields import PublicIdField


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=username)


class User(AbstractBaseUser):
    """An account of one person. What it may do comes from :class:`Grant` alone; ``organisation`` is the unit shown."""

    public_id = PublicIdField()
    username = models.CharField("用户名", max_length=40, unique=True)
    name = models.CharField("姓名", max_length=40)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="单位"
    )
    duty = models.CharField("岗位", max_length=40, blank=True, default="")
    is_active = models.BooleanField("启用", default=True)
    created_at = models.DateTimeField("开通时间", auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        verbose_name = "账号"

    def __str__(self) -> str:
        return self.name

    @property
    def unit(self) -> str:
        return self.organisation.short_name if self.organisation else ""

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Django's own permissions are not used; see ``core.permissions``."""
        return False
