"""The kinds of stations and service points as a table for the system administrator: a county names its own."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from branches.reference import ReferenceTable
from core.columns import Column, Kind
from core.http import PortalRequest
from core.resources import resource_for
from stations.actions.kinds import save_kind
from stations.models import StationKind

COLUMNS = (Column("title", "类型", required=True), Column("position", "排序", Kind.INTEGER))


@admin.register(StationKind)
class StationKindAdmin(ReferenceTable, admin.ModelAdmin):
    resource_classes = [resource_for(StationKind, COLUMNS, identity=("title",), save=save_kind)]
    exported = "导出驿站类型"
    list_display = ("title", "position")
    fields = ("title", "position")
    ordering = ("position", "pk")

    def save_model(self, request: PortalRequest, obj: StationKind, form: Any, change: bool) -> None:
        save_kind(obj, request.actor)
