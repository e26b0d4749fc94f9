"""Input of the pages on stations. What a value may be is checked by the actions; a form says it beside the field."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q

from branches.forms import DayField, PartialDateFormField
from branches.models import Organisation
from core.actors import Actor
from core.domain.regions import parse_place, provinces
from core.ids import new_id
from core.permissions import Permission
from members.enums import Wish
from stations.actions.noting import Arrival
from stations.enums import Line, PostTitle, Why
from stations.gathering import code_of
from stations.models import ServicePoint, Station, StationKind
from stations.presence import same_city

STATES = (("open", "在用"), ("closed", "已停用"))


class StationForm(forms.Form):
    """Used for new and for changed stations. ``where`` and ``core_name`` are typed as words and read."""

    name = forms.CharField(label="驿站名称", max_length=80)
    kind = forms.ModelChoiceField(StationKind.objects.none(), label="类型", required=False, empty_label=None)
    where = forms.CharField(label="所在地", max_length=60, help_text="写到县（市、区），如 江苏省苏州市昆山市")
    address = forms.CharField(label="详细地址", max_length=120, required=False)
    host_unit = forms.CharField(label="依托单位", max_length=80, required=False, help_text="商会、企业、社区等")
    core_name = forms.CharField(
        label="依托党组织", max_length=120, required=False,
        help_text="本县的流动党员党支部等。外来党员报到后由它接收；没有就空着",
    )  # fmt: skip
    opened_on = PartialDateFormField(label="挂牌日期")
    hours = forms.CharField(label="开放时间", max_length=80, required=False, help_text="如 工作日 9:00-17:30")
    phone = forms.CharField(label="联系电话", max_length=40, required=False, help_text="印在门牌上，谁都看得到")
    stated_members = forms.IntegerField(label="联系党员数（填报）", required=False, min_value=0, max_value=100_000)
    facilities = forms.CharField(
        label="设施和服务", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, station: Station | None = None, **kwargs: Any) -> None:
        self.station = station
        initial = {**self._stored(station), **kwargs.pop("initial", {})}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["kind"].queryset = StationKind.objects.listed()

    @staticmethod
    def _stored(station: Station | None) -> dict[str, Any]:
        if station is None:
            return {}
        names = (
            "name",
            "kind",
            "address",
            "host_unit",
            "opened_on",
            "hours",
            "stated_members",
            "facilities",
            "version",
        )
        stored = {name: getattr(station, name) for name in names}
        return {**stored, "where": station.place, "core_name": station.core_name, "phone": station.reveal("phone")}

    def clean_where(self) -> str:
        """The code of the place."""
        place = parse_place(self.cleaned_data["where"])
        if place.value is None or place.value.rest:
            text = place.problem.text if place.problem else "请写到县（市、区），街道和门牌写在“详细地址”里。"
            raise forms.ValidationError(text)
        return place.value.code

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        name = cleaned.get("core_name", "").strip()
        found = list(Organisation.objects.open().filter(Q(name=name) | Q(short_name=name))[:2]) if name else []
        if len(found) > 1:
            self.add_error("core_name", "有几个党组织叫这个名字，请写全称。")
        self.core = found[0] if len(found) == 1 else None
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """For the action."""
        given = {
            name: value for name, value in self.cleaned_data.items() if name not in ("where", "core_name", "version")
        }
        text = "" if self.core else self.cleaned_data["core_name"].strip()
        return {**given, "region_code": self.cleaned_data["where"], "core": self.core, "core_text": text}


class CloseForm(forms.Form):
    on = DayField(label="停用日期", help_text="不填就是今天")
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class PointForm(forms.Form):
    name = forms.CharField(label="名称", max_length=60)
    kind = forms.ModelChoiceField(StationKind.objects.none(), label="类型", required=False, empty_label=None)
    address = forms.CharField(label="地址", max_length=120, required=False)
    hours = forms.CharField(label="开放时间", max_length=80, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].queryset = StationKind.objects.listed()


class PostForm(forms.Form):
    title = forms.ChoiceField(label="职务", choices=PostTitle.choices)
    holder_name = forms.CharField(label="姓名", max_length=40, help_text="一个人可以任几个职务")
    phone = forms.CharField(label="联系电话", max_length=40, required=False)
    starts_on = DayField(label="任职日期")
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class EndForm(forms.Form):
    on = DayField(label="卸任日期", help_text="不填就是今天")
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class LinesForm(forms.Form):
    """The heads of the three service lines, one field each."""

    def __init__(self, *args: Any, heads: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for line in Line:
            self.fields[line.value] = forms.CharField(
                label=f"{line.label}负责人", max_length=40, required=False, initial=heads.get(line.value, "")
            )


class ClerkForm(forms.Form):
    name = forms.CharField(label="姓名", max_length=40)
    username = forms.CharField(
        label="用户名", max_length=40, help_text="一般用本人手机号；没有手机的用字母开头的名字",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


class StationFilter(forms.Form):
    province = forms.ChoiceField(label="省", required=False)
    kind = forms.ModelChoiceField(StationKind.objects.none(), label="类型", required=False, empty_label="全部")
    state = forms.ChoiceField(label="状态", choices=(("", "在用"), ("closed", "已停用")), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        used = {code[:2] for code in Station.objects.values_list("region_code", flat=True).distinct() if code}
        known = [(code, name) for code, name in provinces() if code[:2] in used]
        self.fields["province"].choices = [("", "全部"), *known]
        self.fields["kind"].queryset = StationKind.objects.listed()


class WhyFilter(forms.Form):
    why = forms.ChoiceField(label="为什么在这里", choices=(("", "全部"), *Why.choices), required=False)


class CheckInForm(forms.Form):
    """Everything about an arrival on one page. ``home_text`` is asked once nobody of ours fits."""

    name = forms.CharField(
        label="姓名", max_length=40, error_messages={"required": "请填写姓名。"},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    number = forms.CharField(
        label="身份证号或手机号", max_length=30, help_text="填整个号码，姓名和号码都对上才能认出是本县的党员",
        error_messages={"required": "请填写身份证号或手机号。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"}),
    )  # fmt: skip
    home_text = forms.CharField(
        label="组织关系在哪个党组织", max_length=160, required=False,
        help_text="外来党员才填，如 山东省菏泽市某县某镇某村党支部",
    )  # fmt: skip
    phone = forms.CharField(
        label="现在用的手机号", max_length=30, required=False, help_text="和上面填的一样就空着",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )  # fmt: skip
    address = forms.CharField(label="住在哪里", max_length=120, required=False, help_text="路名、小区就够了")
    employer = forms.CharField(label="在哪里工作", max_length=120, required=False)
    receiver = forms.ModelChoiceField(
        Organisation.objects.none(), to_field_name="public_id", required=False, empty_label="不编入",
        label="希望编入哪个流动党组织", help_text="由那个党组织确认后编入，组织关系不变",
    )  # fmt: skip
    wish = forms.ChoiceField(label="别的意愿", choices=[("", "没有")], required=False)
    wish_text = forms.CharField(label="希望参加哪个党组织的活动", max_length=60, required=False)
    point = forms.ModelChoiceField(
        ServicePoint.objects.none(), to_field_name="public_id", label="在哪里报到", required=False, empty_label="驿站"
    )
    key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, station: Station, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("key", new_id())
        points = station.points.open()
        mobile = [one.pk for one in Organisation.objects.open().official() if "mobile" in one.marks]
        receivers = Organisation.objects.filter(pk__in=mobile).official()
        self.fields["receiver"].queryset = receivers
        if station.core_id in mobile:
            self.initial.setdefault("receiver", "")
        self.fields["wish"].choices = [("", "没有"), *((one.value, one.label) for one in (Wish.HOST, Wish.TRANSFER))]
        self.fields["point"].queryset = points
        if not points.exists():
            del self.fields["point"]
        if not mobile:
            del self.fields["receiver"]

    @property
    def arrival(self) -> Arrival:
        return Arrival(**{name: value for name, value in self.cleaned_data.items() if name != "key" and value})


class GuestForm(forms.Form):
    """Which branch receives somebody from elsewhere: the mobile ones first, those near the station at the top."""

    branch = forms.ModelChoiceField(
        Organisation.objects.none(), to_field_name="public_id", required=False, empty_label="不接收（写明原因）",
        label="由哪个党支部接收", help_text="接收以后是这个支部的流入党员，组织关系不变",
    )  # fmt: skip
    reason = forms.CharField(label="不接收的原因", max_length=200, required=False, help_text="接收的不用填")

    def __init__(self, *args: Any, actor: Actor, station: Station, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["branch"]
        field.queryset = Organisation.objects.open().within(actor, Permission.EDIT).branches()
        offered = list(field.queryset.official().select_related("parent"))
        away = [one for one in offered if "mobile" in one.marks]
        near = sorted(away, key=lambda one: not same_city(code_of(one), station.region_code))
        others = [one for one in offered if "mobile" not in one.marks]
        field.choices = [
            ("", field.empty_label),
            *([("流动党员党组织", [(one.public_id, one.short_name) for one in near])] if near else []),
            (
                "其他党支部",
                [(one.public_id, f"{one.parent.short_name} {one.short_name}") for one in others if one.parent],
            ),
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("branch") and not given.get("reason") and not self.errors:
            self.add_error("reason", "选一个党支部；不接收的，写明原因。")
        return given


class AnswerForm(forms.Form):
    """Whether a guest is one of our members after all."""

    is_ours = forms.ChoiceField(
        label="答复", choices=[("", "请选择"), ("yes", "是我们的党员"), ("no", "不是我们的党员")],
        error_messages={"required": "请选一项。"},
    )  # fmt: skip
    note = forms.CharField(
        label="说明", max_length=200, required=False, help_text="如“名册上叫另一个名字”“号码换了”；不要写号码"
    )
