from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "报表"

    def ready(self) -> None:
        from reports import registration  # noqa: PLC0415 models are loaded only now

        registration.register()
