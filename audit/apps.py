from django.apps import AppConfig

from core.handlers import Periodic, register_periodic

MINUTE = 60


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = "操作日志"

    def ready(self) -> None:
        from audit import sealer  # noqa: PLC0415 models are loaded only now

        register_periodic(Periodic("audit.seal", MINUTE, lambda _now: sealer.seal_new_events()))
