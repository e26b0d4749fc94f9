from django.apps import AppConfig


class SweepsConfig(AppConfig):
    name = "sweeps"
    verbose_name = "排查"

    def ready(self) -> None:
        from sweeps import registration  # noqa: PLC0415 models are loaded only now

        registration.register()
