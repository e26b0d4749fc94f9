"""Stored values in the words of a screen: codes as labels, dates in Chinese, numbers masked, organisations by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from core.domain.dates import PartialDate
from core.domain.identity import mask_identity
from core.domain.phones import mask_phone
from core.domain.regions import region_label
from core.fields import PartialDateField, SealedField

# Columns that only serve searching and move with another column, which is told instead.
DERIVED = frozenset({"identity_index", "phone_index", "phone_tail", "initials", "initials_alt", "mobility"})


def masked(name: str, number: str) -> str:
    """A number in the clear, as a screen may show it; further phones one by one."""
    if name == "identity":
        return mask_identity(number)
    return "、".join(mask_phone(one) for one in number.split(",") if one)


def value_words(model: type[models.Model], name: str, value: Any, names: Mapping[int, str] | None = None) -> str:
    """A column's value for people; "" for nothing. ``names``: what foreign keys point to, by id. Numbers come in the clear."""
    if value in (None, "", []):
        return ""
    field: Any = model._meta.get_field(name)
    if isinstance(field, SealedField):
        return masked(name, value)
    if isinstance(field, PartialDateField):
        return PartialDate.from_iso(value).chinese()
    if isinstance(field, models.BooleanField):
        return "是" if value else "否"
    if isinstance(field, models.ForeignKey):
        return (names or {}).get(value, "（范围外）")
    if name == "region_code":
        return region_label(value)
    if isinstance(value, list):
        return "、".join(map(str, value))
    return str(dict(field.flatchoices).get(value, value))


def place_words(region_code: str, text: str) -> str:
    """Where somebody is: the region's name and the rest of the address."""
    region = region_label(region_code) if region_code else ""
    return text if text.startswith(region) and region else f"{region}{text}"
