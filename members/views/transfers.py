"""Pages of transfers of membership (组织关系转接)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from branches.models import Organisation
from core import clock
from core.components import Fact, Link
from core.errors import NotAllowed
from core.ids import new_id
from core.permissions import Permission
from core.views.bases import ScopedDetail, ScopedList
from members.actions import transfers
from members.forms import ReasonForm, ReceiveForm, TransferForm
from members.models import Transfer
from members.presenters import Deed
from members.views.pages import FormPage, OnMember

TRANSFERS = Transfer.objects.filter(member__merged_into__isnull=True).select_related(
    "member", "to", "sender", "journey"
)
MOST = 200


class TransferNew(OnMember):
    form_class = TransferForm
    heading = "转接组织关系"
    submit = "发出"
    done = "已发出。对方接收以前，党员仍是本支部的。"
    lead = "长期在一个地方的，组织关系可以转到当地党支部，也可以转到本县设在那里的流动党员党支部。"

    def form_kwargs(self) -> dict[str, Any]:
        return {"home": self.object.home, "initial": {"key": new_id()}}

    def blockers(self) -> list[str]:
        return transfers.blockers_to_ask(self.object)

    def act(self, form: TransferForm) -> Transfer:
        given = form.cleaned_data
        to = get_object_or_404(Organisation.objects.open(), public_id=given["to"]) if given["to"] else None
        return transfers.ask_transfer(
            member=self.object, to=to, to_text=given["to_text"], letter_on=given["letter_on"],
            letter_no=given["letter_no"], reason=given["reason"], by=self.actor, key=given["key"],
        )  # fmt: skip

    def next_url(self, result: Transfer) -> str:
        return result.get_absolute_url()


class TransferDetail(ScopedDetail):
    queryset = TRANSFERS
    permission = Permission.VIEW

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        transfer, today = self.object, clock.today()
        return render(
            request,
            "members/transfer.html",
            {
                "transfer": transfer,
                "crumbs": [Link("组织关系转接", reverse("transfer-list")), Link(transfer.member.name)],
                "facts": transfer_facts(transfer, today),
                "tone": tone(transfer, today),
                "deeds": self.deeds(),
            },
        )

    def deeds(self) -> list[Deed]:
        transfer, found = self.object, []
        if transfer.is_open and transfers.may_answer(transfer, self.actor):
            label = "接收" if transfer.to_id else "收到回执"
            found.append(Deed(label, reverse("transfer-receive", args=[transfer.public_id]), "receive"))
            found.append(Deed("退回", reverse("transfer-refuse", args=[transfer.public_id]), "refuse"))
        if transfer.is_open and transfers.may_withdraw(transfer, self.actor):
            found.append(Deed("撤回", reverse("transfer-withdraw", args=[transfer.public_id]), "withdraw"))
        return found


def transfer_facts(transfer: Transfer, today: dt.date) -> list[Fact]:
    member = transfer.member
    late = transfer.is_open and transfer.due_on < today
    found = [
        Fact("姓名", member.name),
        Fact("性别", member.get_sex_display() if member.sex else ""),
        Fact("人员类别", member.get_kind_display() if member.kind else ""),
        Fact("转出", transfer.sender),
        Fact("转入", transfer.where),
        Fact("介绍信日期", f"{transfer.letter_on:%Y-%m-%d}"),
        Fact("介绍信编号", transfer.letter_no),
        Fact(
            "有效期至",
            f"{transfer.valid_until:%Y-%m-%d}",
            *_flag(transfer.is_open and transfer.valid_until < today, "已过期"),
        ),
        Fact("回执期限", f"{transfer.due_on:%Y-%m-%d}", *_flag(late, f"超期 {(today - transfer.due_on).days} 天")),
        Fact("转接原因", transfer.reason),
        Fact("申请人", f"{transfer.asked_by or ''}"),
    ]
    if transfer.received_on:
        found.append(Fact("接收日期", f"{transfer.received_on:%Y-%m-%d}"))
    if transfer.answer:
        found.append(Fact("退回或撤回的原因", transfer.answer))
    return found


def _flag(is_so: bool, text: str) -> tuple[str, str, str]:
    """(note, url, tone) of a fact."""
    return (text, "", "warn") if is_so else ("", "", "")


def tone(transfer: Transfer, today: dt.date) -> str:
    if transfer.is_open:
        return "warn" if transfer.due_on < today else "info"
    return "ok" if transfer.received_on else "neutral"


class TransferList(ScopedList):
    """Transfers that the reader has asked for or is asked for: the open ones first, the oldest letter on top."""

    queryset = TRANSFERS
    permission = Permission.VIEW

    def get(self, request: HttpRequest) -> HttpResponse:
        today = clock.today()
        found = list(self.rows().order_by("answered_at", "letter_on", "pk")[: MOST + 1])
        found.sort(key=lambda one: not one.is_open)
        shown = [(one, tone(one, today)) for one in found[:MOST]]
        return render(request, "members/transfers.html", {"rows": shown, "more": len(found) > MOST, "most": MOST})


class AnswerPage(FormPage):
    abstract = True
    queryset = TRANSFERS
    allowed: Any

    def prepare(self) -> None:
        super().prepare()
        if not type(self).allowed(self.object, self.actor):
            raise NotAllowed("由接收的党组织办理。" if self.allowed is transfers.may_answer else "由转出的党组织办理。")

    def form_kwargs(self) -> dict[str, Any]:
        return {"initial": {"version": self.object.version}}

    def blockers(self) -> list[str]:
        return transfers.blockers_to_answer(self.object)

    def crumbs(self) -> list[Link]:
        return [
            Link("组织关系转接", reverse("transfer-list")),
            Link(self.object.member.name, self.object.get_absolute_url()),
            Link(self.title()),
        ]


class TransferReceive(AnswerPage):
    form_class = ReceiveForm
    allowed = staticmethod(transfers.may_answer)
    submit = "确认"
    done = "已登记接收。"

    def title(self) -> str:
        return "接收组织关系" if self.object.to_id else "收到回执"

    def act(self, form: ReceiveForm) -> Transfer:
        given = form.cleaned_data
        return transfers.receive_transfer(transfer=self.object, on=given["on"], by=self.actor, version=given["version"])


class TransferRefuse(AnswerPage):
    form_class = ReasonForm
    allowed = staticmethod(transfers.may_answer)
    heading = "退回转接"
    submit = "退回"
    done = "已退回，转出的党组织会看到原因。"

    def act(self, form: ReasonForm) -> Transfer:
        given = form.cleaned_data
        return transfers.refuse_transfer(
            transfer=self.object, reason=given["reason"], by=self.actor, version=given["version"]
        )


class TransferWithdraw(AnswerPage):
    form_class = ReasonForm
    allowed = staticmethod(transfers.may_withdraw)
    heading = "撤回转接"
    submit = "撤回"
    done = "已撤回，党员仍在本支部。"

    def act(self, form: ReasonForm) -> Transfer:
        given = form.cleaned_data
        return transfers.withdraw_transfer(
            transfer=self.object, reason=given["reason"], by=self.actor, version=given["version"]
        )
