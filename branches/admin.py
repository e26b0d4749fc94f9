"""Rules as a table for the system administrator: look, add, take in and out as CSV. No setting is changed or removed
here: a new one from a day on takes its place, as on the county's own page, and each goes through the same action."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin

from branches import rules
from branches.models import Organisation, RuleSetting
from branches.reference import ReferenceTable
from core import rules as declared
from core.actors import Actor
from core.columns import Column, Kind
from core.domain.codes import ORGANISATION_KIND
from core.errors import UserError
from core.http import PortalRequest
from core.resources import resource_for

COLUMNS = (
    Column("organisation", "党组织全称", Kind.ORGANISATION),
    Column("key", "规则代号"),
    Column("organisation_kind", "组织类别", Kind.CODE, codes=ORGANISATION_KIND),
    Column("value", "值"),
    Column("starts_on", "生效日期", Kind.DATE),
)
WORDS = {"是": True, "否": False}


def value_of(setting: RuleSetting) -> Any:
    """As it stands on the sheet."""
    return next((word for word, flag in WORDS.items() if setting.value is flag), setting.value)


def save(setting: RuleSetting, by: Actor) -> None:
    """Raises UserError for a rule that nobody declared or a value that it does not take."""
    if setting.key not in {rule.key for rule in declared.rules()}:
        raise UserError(f"没有代号为“{setting.key}”的规则。", "rule_unknown")
    rules.set_rule(
        organisation=setting.organisation, key=setting.key, value=WORDS.get(setting.value, setting.value), by=by,
        kind=setting.organisation_kind, starts_on=setting.starts_on,
    )  # fmt: skip


class SettingForm(forms.ModelForm):
    """``instance`` is filled, never saved: :func:`save` does that."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.open().official(), label="党组织", to_field_name="public_id"
    )
    key = forms.ChoiceField(label="规则")
    organisation_kind = forms.ChoiceField(
        label="组织类别", required=False, choices=[("", "全部"), *ORGANISATION_KIND.choices()]
    )
    value = forms.CharField(label="值", max_length=rules.LONGEST_TEXT, help_text="数字，或者“是”“否”")

    class Meta:
        model = RuleSetting
        fields = ("organisation", "key", "organisation_kind", "value", "starts_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "key" in self.fields:
            self.fields["key"].choices = [(rule.key, rule.title) for rule in declared.rules()]

    def clean_value(self) -> Any:
        key, value = self.cleaned_data.get("key"), self.cleaned_data["value"]
        try:
            return rules.checked(declared.rule(key), WORDS.get(value, value)) if key else value
        except UserError as refusal:
            raise forms.ValidationError(refusal.text) from refusal


@admin.register(RuleSetting)
class RuleSettingAdmin(ReferenceTable, admin.ModelAdmin):
    form = SettingForm
    resource_classes = [
        resource_for(
            RuleSetting,
            COLUMNS,
            identity=("organisation", "key", "organisation_kind", "starts_on"),
            save=save,
            shown={"value": value_of},
        )
    ]
    exported = "导出规则设置"
    list_display = ("title", "place", "kind", "shown", "starts_on", "set_by")
    list_select_related = ("organisation",)
    list_filter = ("starts_on",)
    search_fields = ("key", "organisation__name")
    ordering = ("key", "organisation__order_path", "-starts_on")

    @admin.display(description="规则", ordering="key")
    def title(self, setting: RuleSetting) -> str:
        rule = _rule(setting)
        return rule.title if rule else setting.key

    @admin.display(description="党组织", ordering="organisation__order_path")
    def place(self, setting: RuleSetting) -> str:
        return setting.organisation.name

    @admin.display(description="值")
    def shown(self, setting: RuleSetting) -> str:
        rule = _rule(setting)
        return rules.shown(rule, setting.value) if rule else str(setting.value)

    @admin.display(description="组织类别")
    def kind(self, setting: RuleSetting) -> str:
        return ORGANISATION_KIND.label(setting.organisation_kind) if setting.organisation_kind else "全部"

    def has_change_permission(self, request: PortalRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: PortalRequest, obj: RuleSetting, form: Any, change: bool) -> None:
        save(obj, request.actor)
        obj.pk = RuleSetting.objects.get(
            organisation=obj.organisation, key=obj.key, organisation_kind=obj.organisation_kind, starts_on=obj.starts_on
        ).pk


def _rule(setting: RuleSetting) -> declared.Rule | None:
    return next((rule for rule in declared.rules() if rule.key == setting.key), None)
