"""What people type about accounts. Sentences of the actions' refusals land on the field they speak of."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone

from accounts import rights
from accounts.actions import tokens
from accounts.actors import TOKEN_SCOPES
from accounts.models import Grant, User
from accounts.roles import ROLES, Role
from branches.models import Organisation
from core.actors import Actor
from core.permissions import Permission

SCOPE_TITLES = {
    Permission.VIEW: "查看（号码遮盖）",
    Permission.EDIT: "修改：档案、流动经历、排查（只给县级，要再输一次密码，最长 92 天）",
}
STATES = [("", "全部"), ("used", "在用"), ("new", "还没登录过"), ("disabled", "已停用")]


def secret_field(label: str, autocomplete: str, **more: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, max_length=128, widget=widget, **more)


def pin_field(label: str, autocomplete: str = "off", **more: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": autocomplete, "maxlength": "6"})
    return forms.CharField(label=label, max_length=6, widget=widget, **more)


def day(label: str, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


class SignInForm(forms.Form):
    username = forms.CharField(
        label="用户名", max_length=100, help_text="多数人的用户名就是手机号",
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}),
    )  # fmt: skip
    password = secret_field("密码", "current-password")


class SlipForm(forms.Form):
    username = forms.CharField(
        label="用户名", max_length=100, help_text="账号条上写着，多数是您的手机号",
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}),
    )  # fmt: skip
    code = forms.CharField(
        label="账号条上的口令", max_length=20, help_text="八位字母和数字，大小写、横线不用管",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "characters"}),
    )  # fmt: skip


class Twice(forms.Form):
    """Two fields that must agree: ``first`` and ``again``."""

    first = ""
    again = ""
    differ = "两次输入的不一样，请重新输入。"

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if self.first in values and self.again in values and values[self.first] != values[self.again]:
            self.add_error(self.again, self.differ)
        return values


class NewPasswordForm(Twice):
    first, again = "password", "password_again"
    password = secret_field("新密码", "new-password")
    password_again = secret_field("再输一次新密码", "new-password")


class NewPinForm(Twice):
    first, again = "pin", "pin_again"
    pin = pin_field("六位口令", help_text="六位数字，只在这部手机上有效")
    pin_again = pin_field("再输一次口令")


class ChangePasswordForm(NewPasswordForm):
    current = secret_field("现在的密码", "current-password")
    field_order = ("current", "password", "password_again")


class ChangePinForm(NewPinForm):
    current = secret_field("现在的密码", "current-password")
    field_order = ("current", "pin", "pin_again")


class PinForm(forms.Form):
    pin = pin_field("六位口令", "current-password")


class CodeForm(forms.Form):
    code = forms.CharField(
        label="动态口令", max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "text", "autofocus": True}),
    )  # fmt: skip


class RoleChoice(forms.ChoiceField):
    """The roles that may be given here; no others exist for this form."""

    def __init__(self, **more: Any) -> None:
        super().__init__(label="角色", **more)

    def offer(self, roles: list[Role]) -> None:
        self.choices = [(role.key, f"{role.title}：{role.description}") for role in roles]
        self.widget = forms.RadioSelect(choices=self.choices)


class OrganisationChoice(forms.ModelChoiceField):
    """An organisation where the actor looks after accounts, in the official order, indented by level."""

    def __init__(self, **more: Any) -> None:
        super().__init__(Organisation.objects.none(), to_field_name="public_id", **more)

    def label_from_instance(self, obj: Organisation) -> str:
        return "　" * (obj.depth - 1) + obj.short_name


def organisations_of(by: Actor) -> Any:
    return Organisation.objects.open().within(by, Permission.ACCOUNTS).official()


class GrantForm(forms.Form):
    organisation = OrganisationChoice(label="管理范围", empty_label="请选择")
    role = RoleChoice()
    starts_on = day("从哪天起", required=False, help_text="不填就是今天")
    ends_on = day("到哪天止", required=False, help_text="不填就是长期")

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = organisations_of(by)
        self.fields["organisation"].queryset = places
        self.fields["role"].offer(roles_anywhere(by, timezone.localdate()))


def roles_anywhere(by: Actor, today: dt.date) -> list[Role]:
    """The roles that ``by`` may give at some organisation; where exactly is checked with the organisation."""
    keys = {role.key for place in rights.places_of(by, today) for role in rights.grantable(by, place, today)}
    return [role for role in ROLES.values() if role.key in keys and not role.at_outpost]


class NewAccountForm(GrantForm):
    name = forms.CharField(label="姓名", max_length=40)
    username = forms.CharField(
        label="用户名", max_length=40, help_text="一般用本人手机号；没有手机的用字母开头的名字",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    duty = forms.CharField(label="岗位", max_length=40, required=False, help_text="如 组织股、党建办、村文书")
    field_order = ("name", "username", "duty", "organisation", "role", "starts_on", "ends_on")


class StandInForm(forms.Form):
    user = forms.ModelChoiceField(
        User.objects.none(), to_field_name="public_id", label="由谁代岗", empty_label="请选择"
    )
    starts_on = day("从哪天起")
    ends_on = day("到哪天止")

    def __init__(self, *args: Any, by: Actor, grant: Grant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = rights.stand_ins_for(grant, by, timezone.localdate())
        self.fields["user"].queryset = others.select_related("organisation").order_by("organisation__order_path", "pk")
        self.fields["user"].label_from_instance = lambda one: f"{one.name}（{one.unit} {one.duty}）"


class AccountFilter(forms.Form):
    role = forms.ChoiceField(label="角色", required=False)
    state = forms.ChoiceField(label="状态", choices=STATES, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", "全部"), *((one.key, one.title) for one in ROLES.values())]


class TokenForm(forms.Form):
    title = forms.CharField(
        label="用途", max_length=60, help_text="哪个系统、做什么用，如 县委数据平台每日读取。操作日志里会写它办的事"
    )
    scopes = forms.MultipleChoiceField(label="权限", widget=forms.CheckboxSelectMultiple, initial=["view"])
    organisation = OrganisationChoice(
        label="只看哪个党组织",
        required=False,
        empty_label="您管辖的全部",
        help_text="对方用不到全部时，请选小的",
    )
    days = forms.IntegerField(label="有效天数", min_value=1, max_value=tokens.LONGEST.days, initial=90)
    per_minute = forms.IntegerField(label="每分钟最多几次", min_value=1, max_value=tokens.FASTEST, initial=120)
    current = secret_field("您现在的密码", "current-password", required=False, help_text="勾了“修改”才要填")

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [scope for scope in TOKEN_SCOPES if by.can(scope) and (scope != Permission.EDIT or tokens.may_write(by))]
        self.fields["scopes"].choices = [(scope.value, SCOPE_TITLES[scope]) for scope in own]
        self.fields["organisation"].queryset = organisations_of(by)
        if Permission.EDIT not in own:
            del self.fields["current"]
