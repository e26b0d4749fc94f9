"""Shapes of answers: fields that several apps give alike."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.api.inputs import DAY
from core.domain.dates import PartialDate


class Output(serializers.Serializer[Any]):
    """What a resource looks like; nothing is ever read through it."""


class DayOut(serializers.RegexField):
    """A day as exactly as it is known, or null."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(DAY, allow_null=True, read_only=True, **kwargs)

    def to_representation(self, value: Any) -> str:
        return value.iso() if isinstance(value, PartialDate) else value.isoformat()


def text(source: str | None = None, *, null: bool = False) -> serializers.CharField:
    return serializers.CharField(source=source, allow_null=null, read_only=True)
