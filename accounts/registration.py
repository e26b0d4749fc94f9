"""What this app tells the registries when Django has loaded the models."""

from __future__ import annotations

from accounts import policy
from core import navigation
from core.navigation import NavItem
from core.permissions import Permission


def register() -> None:
    policy.register()
    navigation.register(
        NavItem("accounts", "账号与权限", "account-list", order=80, group=3, permission=Permission.ACCOUNTS)
    )
