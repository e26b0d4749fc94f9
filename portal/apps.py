"""Binds the Celery application to every process of the portal (the web server sends jobs too), and the first page."""

from django.apps import AppConfig

from core import navigation
from core.navigation import NavItem
from portal import celery

__all__ = ["celery"]


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "雁驿"

    def ready(self) -> None:
        from portal.first_week import registration  # noqa: PLC0415 models are loaded only now

        registration.register()
        navigation.register(NavItem("home", "工作台", "home", order=10, group=1))
