"""The way back in when no system administrator is left; needs the server itself."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from accounts.actions.accounts import enable, open_account
from accounts.actions.grants import grant
from accounts.actions.slips import PrintedSlip, new_slip
from accounts.events import account_event
from accounts.models import User
from branches.models import Organisation
from core import clock
from core.actors import SYSTEM
from core.errors import UserError


@transaction.atomic
def restore_administrator(*, username: str, name: str, now: dt.datetime | None = None) -> PrintedSlip:
    """Enable or open the account, give it the role over the whole county, and a slip that clears its second factor.

    Raises UserError where the county itself is not there yet, and Blocked where the account has another role.
    """
    now = now or clock.now()
    county = Organisation.objects.open().filter(parent__isnull=True).order_by("path").first()
    if county is None:
        raise UserError("还没有建立县级党组织，请先完成首次设置。", "no_county")
    user = User.objects.named(username).first()
    if user is None:
        user = open_account(username=username, name=name, organisation=county, role="system", by=SYSTEM, now=now)
    else:
        user = enable(user=user, by=SYSTEM, now=now)
        grant(user=user, role="system", organisation=county, by=SYSTEM, now=now)
    account_event("administrator_restored", f"在服务器上恢复系统管理员：{user.name}", user, by=SYSTEM, now=now)
    return new_slip(user=user, by=SYSTEM, clears_factor=True, now=now)
