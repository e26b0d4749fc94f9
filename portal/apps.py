"""Binds the Celery application to every process of the portal (the web server sends jobs too), and the first page."""

from django.apps import AppConfig
from django.contrib.admin.apps import SimpleAdminConfig

from core import navigation
from core.navigation import NavItem
from core.permissions import Permission
from portal import celery

__all__ = ["celery"]


class SystemAdminConfig(SimpleAdminConfig):
    """Not the discovering one: which tables have a page is said here below, one by one."""

    default_site = "portal.system.SystemSite"


class PortalConfig(AppConfig):
    default = True
    name = "portal"
    verbose_name = "雁驿"

    def ready(self) -> None:
        from branches import admin  # noqa: F401, PLC0415 models are loaded only now
        from portal.first_week import registration  # noqa: PLC0415 models are loaded only now
        from stations import admin as _stations  # noqa: F401, PLC0415 the same

        registration.register()
        navigation.register(NavItem("home", "工作台", "home", order=10, group=1))
        navigation.register(
            NavItem(
                "reference", "规则数据", "admin:branches_rulesetting_changelist", order=90, group=3,
                permission=Permission.SYSTEM,
            )
        )  # fmt: skip
