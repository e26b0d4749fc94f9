from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = "党员"

    def ready(self) -> None:
        from members import registration  # noqa: PLC0415 models are loaded only now

        registration.register()
