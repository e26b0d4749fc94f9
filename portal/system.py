"""Reference tables for the system administrator, by Django's admin: the portal's own sign-in, no second door.

Only tables without people: a test keeps scoped models out. What was uploaded and waits for its confirmation rests
sealed like every file, belongs to whoever brought it, and is gone with the confirmation or after a day.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.models import LogEntry
from django.http import HttpResponse
from django.urls import path
from django.views.generic import RedirectView
from import_export.tmp_storages import BaseStorage

from accounts.views.sign_in import sign_out_page
from core.actors import Actor, current_actor
from core.errors import NotAllowed
from core.http import PortalRequest
from core.permissions import Permission
from files import actions as files

KEEP_DAYS = 1
# Django's own door and what else these pages do not need.
LEFT_OUT = {"login", "logout", "password_change", "password_change_done", "view_on_site", "autocomplete"}


class SystemSite(AdminSite):
    site_title = "雁驿"
    site_header = "雁驿：规则数据"
    index_title = "系统管理"
    site_url = "/"
    enable_nav_sidebar = False

    def has_permission(self, request: PortalRequest) -> bool:
        return bool(request.actor.can(Permission.SYSTEM))

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def guarded(request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not self.has_permission(request):
                raise NotAllowed
            return inner(request, *args, **kwargs)

        return guarded

    def get_urls(self) -> list[Any]:
        kept = [one for one in super().get_urls() if getattr(one, "name", None) not in LEFT_OUT]
        own_account = RedirectView.as_view(pattern_name="account-password")
        return [
            path("logout/", sign_out_page, name="logout"),
            path("password_change/", own_account, name="password_change"),
            *kept,
        ]

    def get_log_entries(self, request: PortalRequest) -> Any:
        """The portal has a log of its own."""
        return LogEntry.objects.none()


class SealedStorage(BaseStorage):
    """Where django-import-export leaves an upload between its two pages."""

    def save(self, data: bytes) -> None:
        stored = files.store(data, name="规则设置.csv", purpose="upload", by=_actor(), keep_days=KEEP_DAYS)
        self.name = stored.public_id

    def read(self) -> str | bytes:
        """Raises UserError for a file that is another's, used up or too old."""
        data = files.read(files.find(self.name, _actor()), _actor())
        if not self.encoding:
            return data
        try:
            return data.decode(self.encoding)
        except UnicodeDecodeError:
            return data.decode("gb18030")  # as Chinese Excel saves CSV

    def remove(self) -> None:
        files.remove(files.find(self.name, _actor()), by=_actor())


def _actor() -> Actor:
    actor = current_actor()
    if actor is None:
        raise NotAllowed
    return actor
