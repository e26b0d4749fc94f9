from django.apps import AppConfig


class BranchesConfig(AppConfig):
    name = "branches"
    verbose_name = "党组织"

    def ready(self) -> None:
        from branches import registration  # noqa: PLC0415 models are loaded only now

        registration.register()
