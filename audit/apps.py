from django.apps import AppConfig

from core import navigation
from core.navigation import NavItem
from core.permissions import Permission


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = "操作日志"

    def ready(self) -> None:
        navigation.register(NavItem("log", "操作日志", "event-list", order=90, group=2, permission=Permission.AUDIT))
