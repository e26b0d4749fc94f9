"""Every app's addresses, each written out in full in the app's own ``urls.py``."""

from django.urls import include, path

from portal.home import home

APPS = ("core", "audit", "branches", "accounts", "files", "jobs", "inbox", "exchange", "members")

urlpatterns = [path("", home, name="home"), *(path("", include(f"{app}.urls")) for app in APPS)]

handler400 = "core.views.errors.bad_request"
handler403 = "core.views.errors.permission_denied"
handler404 = "core.views.errors.page_not_found"
handler500 = "core.views.errors.server_error"
