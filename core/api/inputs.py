"""What a program may send: declared once, for the check and for the schema.

Nothing is guessed: a number is no text, 1 is no "yes", an unknown field is a mistake and not passed over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from django.db import models
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from core import ids
from core.fields import PartialDateField, SealedField

DAY = r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"
PUBLIC_ID = rf"^[bcdfghjkmnpqrstv]{{{ids.LENGTH}}}$"
LONGEST_TEXT = 500
_NO_TEXT = re.compile("[\0\ud800-\udfff]")


class JSONParser(BaseParser):
    """Strict JSON of one object: no NaN, no name twice, no NUL, no half of a character, no endless nesting."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> dict[str, Any]:
        try:
            data = json.loads(stream.read().decode("utf-8"), parse_constant=_none_such, object_pairs_hook=_once)
        except (ValueError, RecursionError) as error:
            raise ParseError from error
        if not isinstance(data, dict) or any(_NO_TEXT.search(text) for text in _texts(data)):
            raise ParseError
        return data


def _none_such(_constant: str) -> Any:
    raise ValueError


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _texts(data: Any) -> Any:
    """Every name and every text; nesting is limited by the decoder."""
    waiting = [data]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            yield from one
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)


class Text(serializers.CharField):
    """A text and nothing else; "" only where it may be left blank. It is measured as it was sent; the actions tidy it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Pattern(serializers.RegexField):
    """A text that is of one shape from its first character to its last."""

    def __init__(self, regex: str, **kwargs: Any) -> None:
        super().__init__(regex, trim_whitespace=False, **kwargs)
        self.shape = re.compile(regex)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or not self.shape.fullmatch(data):
            self.fail("invalid")
        return super().to_internal_value(data)


class Choice(serializers.ChoiceField):
    """One of the listed texts, not what merely looks like it."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid_choice", input=type(data).__name__)
        return super().to_internal_value(data)


class Flag(serializers.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=type(data).__name__)
        return data


class Day(Pattern):
    """A day as exactly as it is known: 2024, 2024-07 or 2024-07-05. What the calendar does not have the action refuses."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(DAY, **kwargs)
        self.error_messages["invalid"] = "请写成 2024、2024-07 或 2024-07-05 这样的日期。"


class PublicId(Pattern):
    """The id of a resource: letters only."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(PUBLIC_ID, **kwargs)


class Input(serializers.Serializer[Any]):
    """A body. An unknown field is refused: whoever misspells one would believe it was written."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = [name for name in data if name not in self.fields] if isinstance(data, Mapping) else []
        if unknown:
            names = "、".join(sorted(unknown)[:5])[:200]
            raise serializers.ValidationError({"": [f"没有这样的字段：{names}。"]})
        return super().to_internal_value(data)


class Query(Input):
    """The query of an address: as a body, but every value is a text and comes once."""

    def to_internal_value(self, data: Any) -> Any:
        if any(len(values) > 1 for _name, values in data.lists()):
            raise serializers.ValidationError({"": ["同一个参数只能写一次。"]})
        return super().to_internal_value(data.dict())


class Whole(serializers.IntegerField):
    """A small whole number in an address."""

    def to_internal_value(self, data: Any) -> int:
        if not (isinstance(data, str) and data.isascii() and data.isdecimal() and len(data) <= 6):
            self.fail("invalid")
        return super().to_internal_value(data)


def column(model: type[models.Model], name: str, **more: Any) -> serializers.Field[Any, Any, Any, Any]:
    """The field of a body for a column of ours. What the text must be beyond that is the action's to say, in one place."""
    found: Any = model._meta.get_field(name)
    kwargs = {"required": False, "help_text": str(found.verbose_name), **more}
    if isinstance(found, PartialDateField):
        return Day(**{"allow_blank": True, **kwargs})
    if isinstance(found, models.BooleanField):
        return Flag(allow_null=found.null, **kwargs)
    if found.choices:
        return Choice(**{"choices": list(found.flatchoices), "allow_blank": found.blank, **kwargs})
    longest = LONGEST_TEXT if isinstance(found, SealedField) else found.max_length
    return Text(**{"max_length": longest, "allow_blank": found.blank, **kwargs})


def body_of(name: str, model: type[models.Model], columns: tuple[str, ...], **more: Any) -> type[Input]:
    """A body of columns: their names stay in the action, which alone says what can be changed. ``more``: further fields."""
    return type(name, (Input,), {one: column(model, one) for one in columns} | more)
