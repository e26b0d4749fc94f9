"""Forms of single records: built from the model's columns, checked by ``members.checks``, never showing a whole number.

A number's field is empty in an edit form: empty means "stays as it is". What the form gives the action is
``form.values`` (columns, as stored) and ``form.cleaned_data`` for the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db import models

from branches.models import Organisation
from core.actors import Actor
from core.errors import StaleVersion
from core.fields import PartialDateField, SealedField
from core.ids import new_id
from core.permissions import Permission
from members.actions import rows
from members.checks import check
from members.enums import EVIDENCE_LABELS
from members.words import masked

DATE_HINT = "只知道年或年月也可以，如 2024、2024-07、2024年7月5日"
FLAGS = (("", "未填"), ("yes", "是"), ("no", "否"))
LONG = 200  # characters from which a text gets an area of its own


def column_field(column: Any, *, required: bool = False, label: str = "", hint: str = "") -> forms.Field:
    """The input for a column of the register."""
    more: dict[str, Any] = {"label": label or column.verbose_name, "required": required, "help_text": hint}
    found: forms.Field
    if isinstance(column, PartialDateField):
        found = forms.CharField(max_length=30, **{**more, "help_text": hint or DATE_HINT})
    elif isinstance(column, models.BooleanField) and column.null:
        found = forms.TypedChoiceField(
            choices=FLAGS, coerce={"yes": True, "no": False}.get, empty_value=None, **more
        )  # fmt: skip
    elif isinstance(column, models.BooleanField):
        found = forms.BooleanField(**more)
    elif column.choices:
        found = forms.ChoiceField(choices=[("", "请选择"), *column.flatchoices], **more)
    elif isinstance(column, SealedField):
        found = forms.CharField(max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}), **more)
    else:
        long = (column.max_length or 0) > LONG
        found = forms.CharField(
            max_length=column.max_length, widget=forms.Textarea(attrs={"rows": 3}) if long else None, **more
        )
    return found


class ActForm(forms.Form):
    """``conflicts``: set when somebody else saved first; the page then asks, field by field, whose value stays."""

    wide: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conflicts: Sequence[Any] = ()
        self.values: dict[str, Any] = {}

    def lines(self) -> list[tuple[Any, bool]]:
        """Every visible field and whether it takes the whole width."""
        return [(bound, bound.name in self.wide) for bound in self.visible_fields()]


class RecordForm(ActForm):
    """Columns of one record. ``record`` None: a new one, made once per ``key``."""

    model: type[Any]
    columns: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    names: Mapping[str, str] = {}
    hints: Mapping[str, str] = {}
    proofs: tuple[str, ...] = ()
    ahead: tuple[str, ...] = ()  # dates that may lie ahead
    wide = ("note", "steps", "home_address", "where", "confirmed")

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, record: Any = None, **kwargs: Any) -> None:
        self.record = record
        super().__init__(*args, **kwargs)
        for name in self.columns:
            self.fields[name] = self._field(name)
        if record is not None and self.proofs:
            self.fields["confirmed"] = forms.MultipleChoiceField(
                label="今天核实过、没有变化的", required=False, widget=forms.CheckboxSelectMultiple,
                choices=[(name, EVIDENCE_LABELS[name]) for name in self.proofs],
                help_text="打勾的记一次核实；没有打勾也没有改的，不算核实过。",
            )  # fmt: skip
        self.initial = {**self._stored(), **self.initial}

    def _field(self, name: str) -> forms.Field:
        column = self.model._meta.get_field(name)
        hint = self.hints.get(name, "")
        label = self.names.get(name, "")
        if self.record is not None and isinstance(column, SealedField):
            known = masked(name, self.record.reveal(name))
            hint = f"现在登记的是 {known}，不改就空着" if known else "还没有登记"
            return column_field(column, label=label, hint=hint)
        return column_field(column, required=name in self.required, label=label, hint=hint)

    def _stored(self) -> dict[str, Any]:
        if self.record is None:
            return {"key": new_id()}
        return {"version": self.record.version, **{name: self._shown(name) for name in self.columns}}

    def _shown(self, name: str) -> Any:
        """A stored value as its input shows it; numbers are never shown."""
        if rows.is_sealed(self.model, name):
            return ""
        value = rows.now_in(self.record, name)
        return {True: "yes", False: "no"}.get(value, value) if self._is_tristate(name) else value

    def _is_tristate(self, name: str) -> bool:
        column = self.model._meta.get_field(name)
        return isinstance(column, models.BooleanField) and column.null

    def typed(self) -> dict[str, Any]:
        """Columns as typed. An empty number in an edit form says nothing."""
        given = {name: self.cleaned_data[name] for name in self.columns if name in self.cleaned_data}
        if self.record is not None:
            given = {name: value for name, value in given.items() if value or not rows.is_sealed(self.model, name)}
        return given

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        now = rows.row_of(self.record) if self.record is not None else None
        checked = check(self.model, self.typed(), now=now, ahead=self.ahead)
        for name, sentence in checked.problems.items():
            self.add_error(self.input_of(name), sentence)
        settled = {name for name in checked.values if self.data.get(f"keep_{name}") == "theirs"}
        self.values = {name: value for name, value in checked.values.items() if name not in settled}
        return cleaned

    def input_of(self, column: str) -> str:
        """The input that a column is typed in."""
        return column

    def take_stale(self, stale: StaleVersion) -> None:
        """Somebody saved first: go on from the new version; what only the other changed is taken over."""
        version = self.cleaned_data["version"]
        fresh = type(self.record).objects.unscoped().get(pk=self.record.pk)
        _last, then = rows.changed_since(fresh, version)
        self.record = fresh
        self.conflicts = stale.conflicts
        asked = {self.input_of(one.field) for one in stale.conflicts}
        data = self.data.copy()
        data["version"] = str(fresh.version)
        for name in then:
            if name in self.columns and name not in asked:
                data[name] = self._shown(name) or ""
        self.data = data


def branch_choices(actor: Actor) -> list[Any]:
    """The branches that ``actor`` looks after, below their parents, in the official order."""
    groups: dict[str, list[tuple[str, str]]] = {}
    found = Organisation.objects.within(actor, Permission.EDIT).branches().open().official().select_related("parent")
    for one in found:
        parent = one.parent.short_name if one.parent else ""
        groups.setdefault(parent, []).append((one.public_id, one.short_name))
    if len(groups) == 1:
        return [("", "请选择"), *next(iter(groups.values()))]
    return [("", "请选择"), *groups.items()]
