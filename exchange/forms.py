"""What people say about a file: whose it is, and what its sheets, columns and marks mean."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms

from branches.models import Organisation
from core.actors import Actor
from core.ledgers import incoming
from core.paths import depth
from core.permissions import Permission
from exchange import column_presenters, learning, presenters
from exchange.models import ImportBatch

INDENT = "\u3000"


class UploadForm(forms.Form):
    """Whose ledger it is: an organisation that the person may import for, usually the own one."""

    organisation = forms.ChoiceField(label="这是哪个单位的台账", help_text="替支部或下级单位上传时才要改")

    def __init__(self, data: Any = None, *, by: Actor) -> None:
        super().__init__(data)
        self.places = {
            one.public_id: one for one in Organisation.objects.open().within(by, Permission.IMPORT).official()
        }
        top = min((depth(one.path) for one in self.places.values()), default=0)
        choices: Any = self.fields["organisation"]
        choices.choices = [(key, INDENT * (depth(one.path) - top) + one.short_name) for key, one in self.places.items()]
        own = next((key for key, one in self.places.items() if one.pk == by.organisation_id), None)
        self.fields["organisation"].initial = own

    @property
    def chosen(self) -> Organisation:
        return self.places[self.cleaned_data["organisation"]]


@dataclass
class Said:
    """Answers as :class:`ImportBatch` keeps them, what is to be learned, and what was said wrongly."""

    answers: dict[str, Any] = field(default_factory=dict)
    kind: str = ""
    edition_date: dt.date | None = None
    learned: dict[str, str] = field(default_factory=dict)  # heading -> key
    errors: list[str] = field(default_factory=list)


def said_of_columns(batch: ImportBatch, post: Mapping[str, Any]) -> Said:
    """The form of the second step. Columns that were left as they are are no answer."""
    said = Said()
    kind = post.get("kind", "")
    if kind and kind != batch.kind:
        if kind not in {one.kind for one in incoming()}:
            said.errors.append("请从列表里选一种台账。")
        said.kind = kind
        # Columns of another ledger mean nothing in this one: the file is looked at afresh.
        said.answers["columns"] = {}
        return said
    said.edition_date = _date(post.get("edition_date", ""), said)
    allowed = {key for key, _label in column_presenters.column_choices(batch.kind)}
    for group in column_presenters.grouped(column_presenters.sheets(batch)):
        for sheet in group.sheets:
            if sheet.can_use:
                said.answers.setdefault("sheets", {})[str(sheet.index)] = sheet.choice_name in post
        _columns_of(group, post, allowed, said)
    if "columns" in said.answers:
        old = batch.answers.get("columns", {})
        new = said.answers["columns"]
        said.answers["columns"] = {at: {**old.get(at, {}), **new.get(at, {})} for at in {*old, *new}}
    return said


def _columns_of(group: column_presenters.SheetGroup, post: Mapping[str, Any], allowed: set[str], said: Said) -> None:
    chosen: dict[str, str] = {}
    for name, column in group.named_columns:
        key = post.get(name, column.key)
        if key not in allowed:
            said.errors.append(f"{column.letter} 列选的内容不在这种台账里，请重新选。")
            continue
        if key and key in chosen:
            said.errors.append(f"{chosen[key]} 列和 {column.letter} 列选成了同一项，请留一列，另一列选“不读这一列”。")
        chosen[key] = column.letter
        if key != column.key:
            for sheet in group.sheets:
                said.answers.setdefault("columns", {}).setdefault(str(sheet.index), {})[str(column.index)] = key
            if column.heading and learning.is_of_everybody(column.heading):
                said.learned[column.heading] = key


def _date(text: str, said: Said) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        said.errors.append("填报日期请写成 2026-11-10 这样的日期。")
        return None


def said_of_marks(batch: ImportBatch, post: Mapping[str, Any]) -> dict[str, str]:
    """{"red": "take"} for every look that the file has; the usual where nothing sensible was sent."""
    return {
        one.mark: asked if (asked := post.get(one.field_name, "")) in dict(one.choices) else one.chosen
        for one in presenters.marks(batch)
    }
