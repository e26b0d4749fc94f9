"""What this app tells the registries when Django has loaded the models."""

from __future__ import annotations

import datetime as dt

from django.contrib.sessions.backends.db import SessionStore

from accounts import policy
from accounts.events import refused_event
from audit import presenters as audit
from audit.presenters import EventKind
from core import hooks, navigation
from core.api import repeats
from core.handlers import Periodic, register_periodic
from core.navigation import NavItem
from core.permissions import Permission

DAY = 24 * 3600
EVENT_KINDS = (
    EventKind("account_opened", "开通账号", "account"),
    EventKind("account_disabled", "停用账号", "account", "warn"),
    EventKind("account_enabled", "启用账号", "account"),
    EventKind("administrator_restored", "恢复系统管理员", "account", "warn"),
    EventKind("grant_given", "授权", "account"),
    EventKind("grant_withdrawn", "收回授权", "account"),
    EventKind("stand_in", "代岗", "account"),
    EventKind("slip_made", "打印账号条", "account"),
    EventKind("slip_used", "用账号条登录", "account"),
    EventKind("signed_in", "登录", "account"),
    EventKind("signed_out", "退出", "account"),
    EventKind("password_set", "修改密码", "account"),
    EventKind("password_wrong", "现在的密码不对", "refusal", "warn"),
    EventKind("pin_set", "设六位口令", "account"),
    EventKind("phone_forgotten", "解除手机绑定", "account"),
    EventKind("factor_confirmed", "启用动态口令", "account"),
    EventKind("factor_removed", "停用动态口令", "account", "warn"),
    EventKind("recovery_used", "用备用码登录", "account", "warn"),
    EventKind("token_made", "创建接口令牌", "account", "warn"),
    EventKind("token_withdrawn", "停用接口令牌", "account"),
    EventKind("token_used", "使用接口令牌", "account"),
    EventKind("token_refused", "接口令牌无效", "refusal", "warn"),
    EventKind("access_refused", "没有权限", "refusal", "warn"),
    EventKind("sign_in_failed", "登录失败", "refusal", "warn"),
    EventKind("sign_in_locked", "登录被锁定", "refusal", "bad"),
    EventKind("factor_failed", "动态口令不对", "refusal", "warn"),
    EventKind("slip_refused", "账号条登录失败", "refusal", "warn"),
)


def forget_sessions(_now: dt.datetime) -> None:
    """Rows of sessions that are over."""
    SessionStore.clear_expired()


def register() -> None:
    register_periodic(Periodic("accounts.sessions", DAY, forget_sessions))
    register_periodic(Periodic("core.api_answers", DAY, repeats.forget))
    audit.register(*EVENT_KINDS)
    hooks.access_refused.register(refused_event)
    policy.register()
    navigation.register(
        NavItem("accounts", "账号与权限", "account-list", order=80, group=3, permission=Permission.ACCOUNTS)
    )
