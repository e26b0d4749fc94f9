"""Forms of agreements and of the news exchanged under them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q

from branches.forms import DayField
from branches.models import Organisation
from core import clock
from core.actors import Actor
from core.domain.phones import mask_phone
from core.domain.regions import parse_place
from core.ids import new_id
from core.permissions import Permission
from members.forms import ActForm
from stations.models import Agreement, ExchangeNote

COLUMNS = (
    "partner_text", "place", "contact_name", "contact_phone", "subject", "signed_on", "starts_on", "ends_on", "every_months",
    "note",
)  # fmt: skip


class AgreementForm(ActForm):
    """``record`` None: a new one, and whose it is is asked first."""

    wide = ("organisation", "partner_text", "subject", "note")
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    organisation = forms.ChoiceField(label="我方党组织")
    partner_text = forms.CharField(
        label="对方党组织", max_length=160,
        help_text="写全称，如“中共昆山市玉山镇某某社区支部委员会”；是本县的党组织，写它的名称，对方也看得到这份协议",
    )  # fmt: skip
    place = forms.CharField(
        label="对方地址", required=False, max_length=120, help_text="从省写起，如“江苏省苏州市昆山市”"
    )
    contact_name = forms.CharField(label="对方联系人", required=False, max_length=60)
    contact_phone = forms.CharField(label="对方联系电话", required=False, max_length=40)
    subject = forms.CharField(
        label="共管内容", max_length=300, widget=forms.Textarea(attrs={"rows": 3}), help_text="双方各管什么，一两句话"
    )
    signed_on = DayField(label="签订日期")
    starts_on = DayField(label="起始日期", help_text="不填就是签订日期")
    ends_on = DayField(label="到期日期", help_text="没有约定期限就不填")
    every_months = forms.IntegerField(
        label="几个月交流一次", required=False, min_value=1, max_value=12, help_text="协议里有约定才填，不填按规则提醒"
    )
    note = forms.CharField(label="备注", required=False, max_length=300)

    def __init__(self, *args: Any, actor: Actor, record: Agreement | None = None, **kwargs: Any) -> None:
        self.record, self.partner = record, None
        super().__init__(*args, **kwargs)
        if record is None:
            mine = Organisation.objects.within(actor, Permission.EDIT).open().official()
            choices = [(one.public_id, "　" * (one.depth - 1) + one.short_name) for one in mine]
            self.fields["organisation"].choices = choices
            self.initial = {"key": new_id(), "signed_on": clock.today(), **self.initial}
            return
        del self.fields["organisation"]
        stored = {name: getattr(record, name) for name in COLUMNS if name != "contact_phone"}
        self.initial = {**stored, "partner_text": record.other, "version": record.version, **self.initial}
        known = mask_phone(record.reveal("contact_phone"))
        self.fields["contact_phone"].help_text = f"现在登记的是 {known}，不改就空着" if known else "还没有登记"

    def clean_place(self) -> str:
        typed = str(self.cleaned_data["place"])
        parsed = parse_place(typed)
        if parsed.problem:
            raise forms.ValidationError(parsed.problem.text)
        return typed

    def clean_partner_text(self) -> str:
        """A name that one of our organisations bears means that one."""
        typed = str(self.cleaned_data["partner_text"]).strip()
        named = list(Organisation.objects.open().filter(Q(name=typed) | Q(short_name=typed))[:2])
        if len(named) > 1:
            raise forms.ValidationError("本县有几个党组织叫这个名字，请写全称。")
        self.partner = named[0] if named else None
        return typed

    @property
    def given(self) -> dict[str, Any]:
        """What the action takes."""
        values = {name: self.cleaned_data[name] for name in COLUMNS}
        values["starts_on"] = values["starts_on"] or values["signed_on"]
        return {**values, "partner": self.partner}


class ExchangeForm(ActForm):
    """What the two sides told each other."""

    wide = ("text",)
    key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    on = DayField(label="交流日期")
    way = forms.ChoiceField(label="方式", choices=[("", "请选择"), *ExchangeNote.Way.choices])
    text = forms.CharField(
        label="交流了什么", max_length=500, widget=forms.Textarea(attrs={"rows": 4}), help_text="不要写电话、身份证号"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].required = True
        self.initial = {"key": new_id(), "on": clock.today(), **self.initial}


class EndForm(ActForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    on = DayField(label="到哪天为止")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].required = True
        self.initial = {"on": clock.today(), **self.initial}
