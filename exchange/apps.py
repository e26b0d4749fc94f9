from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "exchange"
    verbose_name = "台账导入导出"

    def ready(self) -> None:
        from exchange import registration  # noqa: PLC0415 models are loaded only now

        registration.register()
