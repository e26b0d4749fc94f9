"""The steps of a county's first week, in the order in which they make sense."""

from __future__ import annotations

from accounts.models import User
from branches.models import Organisation
from core import checklist
from core.checklist import Item
from members.models import Journey, Member


def register() -> None:
    checklist.register(
        Item(
            "organisations", "导入或新建党组织",
            lambda actor: Organisation.objects.within(actor).branches().exists(), "organisation-list", 10,
        ),
        Item("members", "导入党员名册", lambda actor: Member.objects.visible_to(actor).exists(), "ledger-in", 20),
        Item(
            "accounts", "给乡镇开通账号",
            lambda actor: User.objects.manageable_by(actor).exclude(public_id=actor.id).exists(), "account-list", 30,
        ),
        Item("ledgers", "导入流动党员台账", lambda actor: Journey.objects.visible_to(actor).exists(), "ledger-in", 40),
    )  # fmt: skip
