from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "账号与权限"

    def ready(self) -> None:
        from accounts import registration  # noqa: PLC0415 models are loaded only now

        registration.register()
