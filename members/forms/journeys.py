"""Forms of journeys: one short form a step."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q

from branches.models import Organisation
from core import clock
from core.domain.regions import parse_place
from members.actions import check_in, journeys, stages
from members.enums import EVIDENCE_LABELS, NOTES, Direction, JourneyState, StepKind
from members.forms.base import DATE_HINT, ActForm, RecordForm, branch_choices, column_field
from members.models import Journey, Member
from members.words import masked, place_words

WHERE_HINT = "从省写起，如“江苏省苏州市昆山市某某路”；国外写国名"
HOST_HINT = "写党组织的名称。是本县的党组织（如流动党员党支部），对方会收到提醒并确认报到；外地的只作记录"


class WhereForm(RecordForm):
    """A journey with its destination typed as one address, and its host as one name."""

    model = Journey
    where = forms.CharField(label="去向", required=False, max_length=240, help_text=WHERE_HINT)

    def _stored(self) -> dict[str, Any]:
        stored = super()._stored()
        if self.record is not None:
            stored["where"] = place_words(self.record.region_code, self.record.destination_text)
            if self.record.host is not None and "host_text" in self.columns:
                stored["host_text"] = self.record.host.short_name
        return stored

    def typed(self) -> dict[str, Any]:
        given = super().typed()
        if given.get("reason"):
            given["reason_text"] = ""
        where = self.cleaned_data.get("where") or ""
        if "where" in self.cleaned_data and where != self.initial.get("where", ""):
            place = parse_place(where)
            if place.problem:
                self.add_error("where", place.problem.text)
            elif place.value:
                given.update(region_code=place.value.code, destination_text=place.value.rest)
            else:
                given.update(region_code="", destination_text="")
        return given

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "host_text" in self.values:
            self._find_host()
        return cleaned

    def _find_host(self) -> None:
        """A name that one of our organisations bears means that one."""
        name = self.values["host_text"]
        if name == self.initial.get("host_text", ""):
            del self.values["host_text"]
            return
        named = Organisation.objects.open().filter(Q(name=name) | Q(short_name=name)) if name else ()
        found = [one for one in named if one.is_branch or "mobile" in one.marks]
        if len(found) > 1:
            self.add_error("host_text", "本系统里有几个党组织叫这个名字，请写全称。")
            return
        self.values[journeys.HOST] = found[0] if found else None
        if found:
            self.values["host_text"] = ""

    def input_of(self, column: str) -> str:
        return "where" if column in ("region_code", "destination_text") else column


class OutForm(WhereForm):
    """A journey out."""

    columns = tuple(
        name
        for name in journeys.EDITABLE
        if name not in ("home_text", "reason_text", "region_code", "destination_text")
    )
    proofs = ("place", "employer", "reason")
    names = {"left_on": "外出时间", "contact_name": "结对联系人"}
    hints = {"host_text": HOST_HINT}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.record is not None and self.record.state == JourneyState.REPORTED:
            self.ahead = journeys.AHEAD
        self.order_fields(["left_on", "expected_return_on", "reason", "where"])


class ReportForm(WhereForm):
    """外出报备: before somebody leaves."""

    columns = ("left_on", "expected_return_on", "reason", "host_text", "wish", "certificate", "certificate_no", "note")
    required = ("left_on", "reason")
    names = {"left_on": "打算什么时候走", "reason": "为什么外出", "host_text": "到了那边找哪个党组织"}
    hints = {"host_text": HOST_HINT}
    ahead = journeys.AHEAD
    wide = (*RecordForm.wide, "promised")

    phone = column_field(Member._meta.get_field("phone"), label="外出以后用的电话")
    phone_ok = forms.BooleanField(label="电话核对过，没有变", required=False)
    promised = forms.BooleanField(label="外出期间要做的事（见上）已向本人讲明", required=False)

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = masked("phone", member.reveal("phone"))
        self.fields["phone"].help_text = f"现在登记的是 {known}，不改就空着" if known else "还没有登记，请填写"
        self.fields["where"].required = True
        self.fields["where"].label = "到哪里去"
        first = ["left_on", "where", "reason", "expected_return_on", "phone", "phone_ok", "host_text", "wish"]
        self.order_fields([*first, "certificate", "certificate_no", "note", "promised"])


class InForm(RecordForm):
    """A guest's stay here."""

    model = Journey
    columns = (
        "left_on",
        "home_text",
        "contact_phone",
        "reason",
        "destination_text",
        "employer",
        "industry",
        "certificate_no",
        "wish",
        "note",
    )
    required = ("home_text",)
    proofs = ("place", "employer", "reason")
    names = {
        "left_on": "流入时间", "reason": "流入原因", "destination_text": "现居住地", "employer": "现工作单位", "contact_phone": "原党组织联系电话",
    }  # fmt: skip


class CheckInForm(RecordForm):
    """流入报到: person and stay on one page."""

    model = Journey
    columns = check_in.STAY
    required = ("home_text",)
    names = {
        "home_text": "组织关系在哪个党组织", "left_on": "什么时候来的", "reason": "为什么来", "destination_text": "现居住地",
        "employer": "在哪里工作", "wish_text": "希望编入哪个党组织",
    }  # fmt: skip
    ASKED = ("name", "phone", "identity")

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hint = {"identity": "本人愿意就填，填了以后转接组织关系不用再问"}
        for name in self.ASKED:
            column = Member._meta.get_field(name)
            self.fields[name] = column_field(column, required=name != "identity", hint=hint.get(name, ""))
        choices = branch_choices(actor)
        self.fields["branch"] = forms.ChoiceField(label="由哪个支部接收", choices=choices)
        self.order_fields(
            [*self.ASKED, "home_text", "left_on", "reason", "employer", "industry", "destination_text", "branch"]
        )

    @property
    def person(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.ASKED}


class ChangeForm(WhereForm):
    """Another address, job or phone while away."""

    columns = ("employer", "industry", "unit_kind", "expected_return_on")
    on = forms.CharField(label="从什么时候起", max_length=30, help_text=DATE_HINT)
    phone = column_field(Member._meta.get_field("phone"), label="新的联系电话")

    names = {"destination_text": "现居住地"}

    def __init__(self, *args: Any, record: Journey, **kwargs: Any) -> None:
        is_guest = record.direction == Direction.IN
        if is_guest:  # an address in our county, typed without its province
            self.columns = ("destination_text", *self.columns)
        super().__init__(*args, record=record, **kwargs)
        if is_guest:
            del self.fields["where"]
        known = masked("phone", self.record.member.reveal("phone"))
        self.fields["phone"].help_text = f"现在登记的是 {known}，没有变就空着" if known else "还没有登记"
        self.order_fields(
            ["on", "where", "destination_text", "phone", "employer", "industry", "unit_kind", "expected_return_on"]
        )

    @property
    def changes(self) -> dict[str, Any]:
        return {name: value for name, value in self.values.items() if name in stages.CHANGING}


class StageForm(ActForm):
    """A step on a date, with a remark."""

    wide = ("text",)
    version = forms.IntegerField(widget=forms.HiddenInput)
    on = forms.CharField(label="日期", max_length=30, help_text=DATE_HINT)
    text = forms.CharField(label="说明", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, on_label: str = "", asks_text: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].label = on_label or self.fields["on"].label
        if not asks_text:
            del self.fields["text"]
        self.initial.setdefault("on", clock.today().isoformat())


class ReasonForm(ActForm):
    wide = ("reason",)
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label="原因", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


class NoteForm(ActForm):
    """A talk, or a report of thoughts."""

    wide = ("text", "confirmed")
    kind = forms.ChoiceField(
        label="登记什么", widget=forms.RadioSelect, choices=[(str(one), one.label) for one in reversed(NOTES)],
        initial=StepKind.CONTACT,
    )  # fmt: skip
    on = forms.CharField(label="日期", max_length=30, help_text=DATE_HINT)
    text = forms.CharField(
        label="内容", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="思想汇报写主要内容；电话和身份证号不要写在这里",
    )  # fmt: skip
    confirmed = forms.MultipleChoiceField(
        label="这次联系核实了、没有变化的", required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(name, EVIDENCE_LABELS[name]) for name in ("phone", "place", "employer")],
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("on", clock.today().isoformat())


class EndForm(ActForm):
    wide = ("note",)
    version = forms.IntegerField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label="怎样结束", widget=forms.RadioSelect,
        choices=[("returned", "返乡了，回到本支部"), ("closed", "其他情况（如没有走成、登记错了）")],
    )  # fmt: skip
    on = forms.CharField(label="结束日期", max_length=30, help_text=DATE_HINT)
    note = forms.CharField(label="备注", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
