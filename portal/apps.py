"""Binds the Celery application to every process of the portal: the web server sends jobs too."""

from django.apps import AppConfig

from portal import celery

__all__ = ["celery"]


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "雁驿"
