"""What is wrong with a form, in sentences that say which field they speak of."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.forms import BoundField, ChoiceField, Field

MISSING = Field.default_error_messages["required"]


def errors_of(bound: BoundField, label: str = "") -> list[str]:
    """The field's errors, to be read beside it. ``label``: where the page calls it otherwise than the form."""
    return [text for error in bound.errors.as_data() for text in _texts(error, bound, label)]


def errors_by_name(bound: BoundField) -> list[str]:
    """The same for a list of all that is wrong: each sentence names the field."""
    return [
        text if _is_missing(error) else f"{bound.label}：{text}"
        for error in bound.errors.as_data()
        for text in _texts(error, bound)
    ]


def _texts(error: ValidationError, bound: BoundField, label: str = "") -> list[str]:
    if not _is_missing(error):
        return [str(text) for text in error]
    return [f"请{'选择' if isinstance(bound.field, ChoiceField) else '填写'}{label or bound.label}"]


def _is_missing(error: ValidationError) -> bool:
    """The framework's own sentence for an empty field; a field that has a better one keeps it."""
    return error.code == "required" and error.message == MISSING
