"""What this app tells the registries when Django has loaded the models."""

from __future__ import annotations

from typing import Any

from branches.models import Organisation
from core.paths import Range
from core.scoping import in_ranges, register_organisation_ids


def ids_in(ranges: tuple[Range, ...]) -> Any:
    return Organisation.objects.filter(in_ranges(["path"], ranges)).values("pk")


def register() -> None:
    register_organisation_ids(ids_in)
