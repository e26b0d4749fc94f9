"""A reference table in the admin: for the system administrator alone, in and out as the portal's other tables, in the portal's own log."""

from __future__ import annotations

from typing import Any

from import_export.admin import ImportExportMixin
from import_export.forms import ExportForm

from audit import actions as audit
from core.http import PortalRequest
from core.permissions import Permission
from core.resources import GuardedCsv


class ReferenceTable(ImportExportMixin):
    """``exported``: what the log says of an export. Nothing is deleted."""

    formats = [GuardedCsv]
    export_form_class = ExportForm
    skip_admin_log = True
    actions = None
    exported = ""

    def has_view_permission(self, request: PortalRequest, obj: Any = None) -> bool:
        return keeps_the_system(request)

    def has_add_permission(self, request: PortalRequest) -> bool:
        return keeps_the_system(request)

    def has_change_permission(self, request: PortalRequest, obj: Any = None) -> bool:
        return keeps_the_system(request)

    def has_module_permission(self, request: PortalRequest) -> bool:
        return keeps_the_system(request)

    def has_import_permission(self, request: PortalRequest) -> bool:
        return keeps_the_system(request)

    def has_export_permission(self, request: PortalRequest) -> bool:
        return keeps_the_system(request)

    def has_delete_permission(self, request: PortalRequest, obj: Any = None) -> bool:
        return False

    def log_addition(self, request: PortalRequest, obj: Any, message: Any) -> None:
        """The portal's own log has it."""

    def log_change(self, request: PortalRequest, obj: Any, message: Any) -> None:
        """The portal's own log has it."""

    def add_data_read_fail_error_to_form(self, form: Any, e: Exception) -> None:
        form.add_error("import_file", "这个文件读不了。请用这里导出的表改好，另存为 CSV 再传。")

    def get_export_data(self, file_format: Any, request: PortalRequest, queryset: Any, **kwargs: Any) -> Any:
        data = super().get_export_data(file_format, request, queryset, **kwargs)
        audit.record("rules_exported", self.exported, by=request.actor)
        return data


def keeps_the_system(request: PortalRequest) -> bool:
    return bool(request.actor.can(Permission.SYSTEM))
