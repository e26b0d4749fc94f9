from django.apps import AppConfig

from core import navigation
from core.handlers import Periodic, register_periodic
from core.navigation import NavItem
from core.permissions import Permission

MINUTE = 60


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = "操作日志"

    def ready(self) -> None:
        from audit import sealer  # noqa: PLC0415 models are loaded only now

        navigation.register(NavItem("log", "操作日志", "event-list", order=90, group=2, permission=Permission.AUDIT))
        register_periodic(Periodic("audit.seal", MINUTE, lambda _now: sealer.seal_new_events()))
