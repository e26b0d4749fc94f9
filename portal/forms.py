"""What people type on the portal's own pages."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.forms import Twice, secret_field
from accounts.names import login_key


class CodeForm(forms.Form):
    code = forms.CharField(
        label="设置口令", max_length=20, help_text="八位字母和数字，大小写、横线不用管",
        error_messages={"required": "请填写设置口令"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "autofocus": True}),
    )  # fmt: skip


def name_field(label: str, missing: str) -> forms.CharField:
    return forms.CharField(label=label, max_length=40, error_messages={"required": missing})


def username_field(label: str, help_text: str, missing: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"})
    return forms.CharField(
        label=label, max_length=40, help_text=help_text, error_messages={"required": missing}, widget=widget
    )


class CountyForm(Twice):
    first, again = "password", "password_again"
    county = forms.CharField(
        label="县委全称", max_length=120, help_text="如 中共云湖县委员会；它是党组织树的最上一级",
        error_messages={"required": "请填写县委全称"},
    )  # fmt: skip
    region_code = forms.RegexField(
        r"^[0-9]{6}$", label="行政区划代码", help_text="六位数字，就是本县身份证号的前六位，用来判断跨省、跨市、跨县",
        error_messages={"required": "请填写行政区划代码", "invalid": "行政区划代码是六位数字"},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": "6"}),
    )  # fmt: skip
    name = name_field("您的姓名", "请填写您的姓名")
    username = username_field("您的用户名", "用您的手机号，或字母开头的名字", "请填写您的用户名")
    password = secret_field("您的密码", "new-password", error_messages={"required": "请设一个密码"})
    password_again = secret_field("再输一次密码", "new-password", error_messages={"required": "请再输一次密码"})
    administrator_name = name_field("系统管理员姓名", "请填写系统管理员姓名")
    administrator_username = username_field(
        "系统管理员的用户名", "不能和您的一样；管账号和规则，看不到党员信息", "请填写系统管理员的用户名"
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        names = [login_key(values[name]) for name in ("username", "administrator_username") if name in values]
        if len(names) == 2 and names[0] == names[1]:
            self.add_error("administrator_username", "系统管理员要另用一个账号（业务和系统管理分开），请换一个用户名")
        return values


class FeedbackForm(forms.Form):
    what = forms.CharField(
        label="意见或建议", max_length=400, error_messages={"required": "请写下您的意见"},
        help_text="哪里不好用、希望怎样。不要写党员的手机号和身份证号。",
        widget=forms.Textarea(attrs={"rows": 6, "autofocus": True}),
    )  # fmt: skip
    page = forms.CharField(max_length=200, required=False, widget=forms.HiddenInput)
