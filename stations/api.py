"""/api/v1/stations/: the stations that the client keeps or serves in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from core.api.inputs import Choice
from core.api.outputs import DayOut, Output, text
from core.api.views import DetailApi, ListApi, PageQuery
from core.crypto import CannotOpen
from core.domain.phones import mask_phone
from core.permissions import Permission
from stations.models import Station

STATIONS = Station.objects.select_related("kind", "keeper", "core")


class StationOut(Output):
    id = text("public_id")
    number = serializers.IntegerField()
    name = text()
    kind = text("kind.title")
    keeper = text("keeper.public_id")
    keeper_name = text("keeper.name")
    core = text("core.public_id", null=True)
    core_name = text()
    region_code = text()
    address = text()
    host_unit = text()
    opened_on = DayOut()
    hours = text()
    facilities = text()
    phone = serializers.SerializerMethodField(help_text="遮盖的联系电话")
    stated_members = serializers.IntegerField(allow_null=True, help_text="联系党员数（填报）")
    closed_on = DayOut()
    version = serializers.IntegerField()

    def get_phone(self, station: Station) -> str:
        try:
            return mask_phone(station.reveal("phone"))
        except CannotOpen:
            return ""


class StationQuery(PageQuery):
    closed = Choice(choices=["yes", "no"], default="no", help_text="yes：只看已经停用的")


class StationList(ListApi):
    title = "红色驿站列表"
    queryset = STATIONS
    permission = Permission.VIEW
    output = StationOut
    query = StationQuery
    order = ("number",)

    def chosen(self, asked: Mapping[str, Any]) -> Any:
        return self.rows().filter(closed_on__isnull=asked["closed"] == "no"), self.order


class StationDetail(DetailApi):
    title = "一个红色驿站"
    queryset = STATIONS
    permission = Permission.VIEW
    output = StationOut
