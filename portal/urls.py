"""Every app's addresses, each written out in full in the app's own ``urls.py``."""

from django.contrib import admin
from django.urls import include, path

from portal.api import SchemaView
from portal.first_week.state import STEPS
from portal.home import home
from portal.views import first_week, set_up, support

APPS = (
    "core",
    "audit",
    "branches",
    "accounts",
    "files",
    "jobs",
    "inbox",
    "exchange",
    "members",
    "stations",
    "sweeps",
    "reports",
)

urlpatterns = [
    path("", home, name="home"),
    path("set-up/", set_up.code_page, name="set-up"),
    path("set-up/county/", set_up.county_page, name="set-up-county"),
    path("first-week/", first_week.start, name="first-week"),
    *(path(f"first-week/{one.key}/", first_week.step_page, {"key": one.key}, name=one.url_name) for one in STEPS),
    path("first-week/finish/", first_week.finish, name="first-week-finish"),
    path("help/", support.help_page, name="help"),
    path("feedback/", support.feedback_page, name="feedback"),
    path("system/", admin.site.urls),
    path("api/v1/schema/", SchemaView.as_view(), name="api-schema"),
    *(path("", include(f"{app}.urls")) for app in APPS),
]

handler400 = "core.views.errors.bad_request"
handler403 = "core.views.errors.permission_denied"
handler404 = "core.views.errors.page_not_found"
handler500 = "core.views.errors.server_error"
