"""Forms of the founding of a mobile organisation: one short form a step."""

from __future__ import annotations

from typing import Any

from django import forms

from branches.enums import MAY_SIT_UNDER
from branches.forms import DayField
from branches.models import Organisation
from core import clock
from core.actors import Actor
from core.domain.codes import INDUSTRY
from core.domain.regions import city_prefix, parse_place
from core.ids import new_id
from core.permissions import Permission
from members.forms import ActForm
from stations.founding_enums import FoundingKind
from stations.gathering import KINDS, place_name
from stations.models import Founding

NO_MATTER = ("", "不分")


class PlaceField(forms.CharField):
    """An address typed from the province on; gives the beginning of its code, at least the city's."""

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        parsed = parse_place(typed)
        if parsed.problem:
            raise forms.ValidationError(parsed.problem.text)
        code = parsed.value.code if parsed.value else ""
        return city_prefix(code) if code.endswith("00") else code


class KindForm(ActForm):
    """建什么、设在哪里、编哪些人."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label="建什么", choices=FoundingKind.choices)
    region = PlaceField(label="设在哪里", max_length=60, help_text="写到市或县，如“江苏省苏州市”")
    trade = forms.ChoiceField(label="行业", required=False, choices=[NO_MATTER, *INDUSTRY.choices()])
    people = forms.ChoiceField(label="人员", required=False, choices=[NO_MATTER, *KINDS.items()])
    ends_on = DayField(label="撤销期限", help_text="临时党支部要填，到这一天撤销")

    def __init__(self, *args: Any, record: Founding | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if record is not None:
            stored = {name: getattr(record, name) for name in ("kind", "trade", "people", "ends_on", "version")}
            self.initial = {**stored, "region": place_name(record.region), **self.initial}


class BeginForm(KindForm):
    """The first step: whose it is as well."""

    key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    proposal = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    organisation = forms.ChoiceField(label="由谁筹建", help_text="从它下面的流动党员里选人")

    field_order = ("organisation", "kind", "region", "trade", "people")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["version"], self.fields["ends_on"]
        mine = Organisation.objects.within(actor, Permission.ORGANISE).open().official()
        found = mine.filter(kind__in=Organisation.COMMITTEE_KINDS)
        choices = [(one.public_id, "　" * (one.depth - 1) + one.short_name) for one in found]
        self.fields["organisation"].choices = choices
        self.initial = {"key": new_id(), **self.initial}


class NameForm(ActForm):
    """上级和名称."""

    wide = ("superior", "name")
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    superior = forms.ChoiceField(label="上级党组织")
    name = forms.CharField(label="全称", max_length=120, help_text="与印章一致")

    def __init__(self, *args: Any, record: Founding, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = Organisation.objects.within(actor, Permission.ORGANISE).open().official()
        self.offered = {one.public_id: one for one in mine.filter(kind__in=MAY_SIT_UNDER[record.kind])}
        self.fields["superior"].choices = [
            ("", "请选择"),
            *((key, "　" * (one.depth - 1) + one.short_name) for key, one in self.offered.items()),
        ]
        above = record.superior.public_id if record.superior else ""
        self.initial = {"superior": above, "name": record.name, "version": record.version, **self.initial}


class PapersForm(ActForm):
    """理由和请示."""

    wide = ("reason",)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label="成立的理由", max_length=500, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="一两句话，会写进请示。如“多数在当地建筑行业，有条件一起过组织生活”",
    )  # fmt: skip
    application_no = forms.CharField(
        label="请示文号", required=False, max_length=60, help_text="没有就空着，打印出来手写"
    )
    applied_on = DayField(label="请示日期")

    def __init__(self, *args: Any, record: Founding, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = {name: getattr(record, name) for name in ("reason", "application_no", "applied_on", "version")}
        self.initial = {**stored, **self.initial}


class ApprovalForm(ActForm):
    """批复."""

    approved_by = forms.CharField(label="批准机关", max_length=60)
    approval_no = forms.CharField(label="批复文号", max_length=60, help_text="如“云组发〔2026〕12号”")
    approved_on = DayField(label="批复日期")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["approved_on"].required = True
        self.initial = {"approved_on": clock.today(), **self.initial}


class WhyForm(ActForm):
    wide = ("reason",)
    reason = forms.CharField(label="原因", max_length=200, help_text="会留在记录里，筹建的党组织看得到")


class AsideForm(ActForm):
    """A proposal is not taken up for now."""

    reason = forms.CharField(label="现在不办，为什么", max_length=200)
