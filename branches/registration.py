"""What this app tells the registries when Django has loaded the models."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from audit import presenters as audit
from audit.presenters import EventKind
from branches.ledgers import OrganisationsLedger
from branches.models import Organisation
from branches.rules import OWN_RULES
from core import ledgers, navigation, rules
from core.navigation import NavItem
from core.paths import Range
from core.permissions import Permission
from core.scoping import in_ranges, register_organisation_ids

EVENT_KINDS = (
    EventKind("organisation_created", "新建党组织"),
    EventKind("organisation_edited", "修改党组织"),
    EventKind("organisation_moved", "移动党组织", tone="warn"),
    EventKind("organisation_closed", "撤销党组织", tone="warn"),
    EventKind("organisation_reopened", "恢复党组织"),
    EventKind("organisations_ordered", "调整排序"),
    EventKind("post_appointed", "任职"),
    EventKind("post_edited", "修改职务"),
    EventKind("post_ended", "卸任"),
    EventKind("phone_shown", "查看电话", "view", "info"),
    EventKind("rule_set", "设置规则", "setting"),
)


def ids_in(ranges: tuple[Range, ...]) -> Any:
    return Organisation.objects.filter(in_ranges(["path"], ranges)).values("pk")


def register() -> None:
    register_organisation_ids(ids_in)
    audit.register(*EVENT_KINDS)
    audit.register_subject("branches.organisation", lambda public_id: reverse("organisation-detail", args=[public_id]))
    rules.register(*OWN_RULES)
    ledgers.register(OrganisationsLedger())
    navigation.register(NavItem("organisations", "党组织", "organisation-list", order=50, group=1))
    navigation.register(NavItem("rules", "规则", "rule-list", order=80, group=2, permission=Permission.SETTINGS))
