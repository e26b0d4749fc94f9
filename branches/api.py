"""/api/v1/organisations/: the tree, as far as the client looks after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404
from rest_framework import serializers

from branches.models import Organisation
from core.api.inputs import Choice, PublicId
from core.api.outputs import DayOut, Output, text
from core.api.views import DetailApi, ListApi, PageQuery
from core.domain.codes import ORGANISATION_KIND
from core.permissions import Permission

ORGANISATIONS = Organisation.objects.select_related("parent")


class OrganisationOut(Output):
    id = text("public_id")
    code = text()
    name = text()
    short_name = text()
    kind = text()
    marks = serializers.ListField(child=serializers.CharField(), read_only=True)
    parent = text("parent.public_id", null=True)
    region_code = text()
    place = text()
    founded_on = DayOut()
    elected_on = DayOut()
    ends_on = DayOut()
    closed_on = DayOut()
    holds_members = serializers.BooleanField(source="is_branch", help_text="党员的组织关系可以落在这里")
    version = serializers.IntegerField()


class OrganisationQuery(PageQuery):
    under = PublicId(required=False, help_text="这个党组织及其全部下级")
    parent = PublicId(required=False, help_text="这个党组织的直接下级")
    kind = Choice(choices=ORGANISATION_KIND.choices(), required=False, help_text="组织类别")
    closed = Choice(choices=["yes", "no"], default="no", help_text="yes：只看已经撤销的")


class OrganisationList(ListApi):
    title = "党组织列表（官方顺序）"
    queryset = ORGANISATIONS
    permission = Permission.VIEW
    output = OrganisationOut
    query = OrganisationQuery
    order = ("order_path",)

    def chosen(self, asked: Mapping[str, Any]) -> Any:
        rows = self.rows().filter(closed_on__isnull=asked["closed"] == "no")
        if "under" in asked:
            rows = rows.under(self._known(asked["under"]).path)
        if "parent" in asked:
            rows = rows.filter(parent=self._known(asked["parent"]))
        if "kind" in asked:
            rows = rows.filter(kind=asked["kind"])
        return rows, self.order

    def _known(self, public_id: str) -> Organisation:
        found = self.rows().filter(public_id=public_id).first()
        if found is None:
            raise Http404
        return found


class OrganisationDetail(DetailApi):
    title = "一个党组织"
    queryset = ORGANISATIONS
    permission = Permission.VIEW
    output = OrganisationOut
