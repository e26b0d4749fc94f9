"""What this app tells the registries when Django has loaded the models."""

from __future__ import annotations

from typing import Any

from branches.ledgers import OrganisationsLedger
from branches.models import Organisation
from branches.rules import OWN_RULES
from core import ledgers, navigation, rules
from core.navigation import NavItem
from core.paths import Range
from core.permissions import Permission
from core.scoping import in_ranges, register_organisation_ids


def ids_in(ranges: tuple[Range, ...]) -> Any:
    return Organisation.objects.filter(in_ranges(["path"], ranges)).values("pk")


def register() -> None:
    register_organisation_ids(ids_in)
    rules.register(*OWN_RULES)
    ledgers.register(OrganisationsLedger())
    navigation.register(NavItem("organisations", "党组织", "organisation-list", order=50, group=1))
    navigation.register(NavItem("rules", "规则", "rule-list", order=80, group=2, permission=Permission.SETTINGS))
