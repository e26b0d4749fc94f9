from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "inbox"
    verbose_name = "待办与消息"

    def ready(self) -> None:
        from inbox import registration  # noqa: PLC0415 models are loaded only now

        registration.register()
