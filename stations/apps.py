from django.apps import AppConfig


class StationsConfig(AppConfig):
    name = "stations"
    verbose_name = "红色驿站"

    def ready(self) -> None:
        from stations import registration  # noqa: PLC0415 models are loaded only now

        registration.register()
