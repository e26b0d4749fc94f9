"""Pages of agreements with other organisations (双向共管协议)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header

from branches.models import Organisation
from core import clock
from core.components import Fact, Link
from core.domain.phones import mask_phone
from core.domain.regions import region_label
from core.errors import NotAllowed, UserError
from core.http import PortalRequest
from core.permissions import Permission
from core.views.bases import ScopedDetail, ScopedList
from members.views.pages import FormPage
from stations.actions import agreements
from stations.agreement_forms import AgreementForm, EndForm, ExchangeForm
from stations.agreements import Due, standing
from stations.models import Agreement, ExchangeNote

AGREEMENTS = Agreement.objects.select_related("organisation", "partner")
MOST = 200


def crumbs(agreement: Agreement | None, last: str = "") -> list[Link]:
    """From the list to the page that is open."""
    line = [Link("双向共管协议", reverse("agreement-list"))]
    if agreement is not None:
        line.append(Link(agreement.other, agreement.get_absolute_url() if last else ""))
    return [*line, Link(last)] if last else line


class AgreementList(ScopedList):
    """What waits on top, then by the day of the next exchange; those that are over come last."""

    queryset = AGREEMENTS
    permission = Permission.VIEW

    def get(self, request: PortalRequest) -> HttpResponse:
        today = clock.today()
        found = standing(self.rows().with_exchanges().order_by("-pk")[: MOST + 1], today)
        shown = sorted(found[:MOST], key=lambda due: (due.next_on is None, due.next_on or today))
        context = {
            "rows": shown,
            "late": sum(due.is_late(today) for due in shown),
            "more": len(found) > MOST,
            "most": MOST,
            "may_make": self.actor.can(Permission.EDIT),
            "may_export": self.actor.can(Permission.EXPORT),
        }
        return render(request, "stations/agreements.html", context)


class AgreementDetail(ScopedDetail):
    queryset = AGREEMENTS
    permission = Permission.VIEW

    def get(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        return self.page()

    def page(self, errors: tuple[str, ...] = (), phone: str = "") -> HttpResponse:
        one, actor = self.object, self.actor
        (due,) = standing(Agreement.objects.visible_to(actor).with_exchanges().select_related("organisation", "partner")
                          .filter(pk=one.pk), clock.today())  # fmt: skip
        sides = (one.path, one.partner_path)
        may_note = any(actor.reaches(path, Permission.EDIT) for path in sides)
        known = one.reveal("contact_phone")
        may_show = known and not phone and any(actor.reaches(path, Permission.FULL_NUMBERS) for path in sides)
        context = {
            "one": one,
            "due": due,
            "crumbs": crumbs(one),
            "facts": facts(due),
            "phone": phone or mask_phone(known),
            "phone_url": reverse("agreement-phone", args=[one.public_id]) if may_show else "",
            "notes": self.notes(may_note),
            "may_edit": actor.reaches(one.path, Permission.EDIT),
            "may_note": may_note,
            "is_open": one.is_in_force(clock.today()),
            "errors": errors,
        }
        return render(self.request, "stations/agreement.html", context)

    def notes(self, may_withdraw: bool) -> list[tuple[ExchangeNote, str]]:
        """Each exchange, the latest first, and where it is withdrawn."""
        found = ExchangeNote.objects.visible_to(self.actor).filter(agreement=self.object).order_by("-on", "-pk")
        return [(one, withdraw_url(one) if may_withdraw else "") for one in found]


def withdraw_url(one: ExchangeNote) -> str:
    return "" if one.withdrawn_at else reverse("agreement-withdraw", args=[one.public_id])


def facts(due: Due) -> list[Fact]:
    one: Any = due.agreement
    found = [
        Fact("我方", one.organisation.short_name),
        Fact("对方", one.other, note="本县的党组织，对方也看得到" if one.partner_id else ""),
        Fact("对方地址", one.place or region_label(one.region_code)),
        Fact("对方联系人", one.contact_name),
        Fact("共管内容", one.subject),
        Fact("签订日期", f"{one.signed_on:%Y-%m-%d}"),
        Fact("起止", f"{one.starts_on:%Y-%m-%d} 起，{f'到 {one.ends_on:%Y-%m-%d}' if one.ends_on else '没有约定期限'}"),
        Fact("交流过", f"{one.exchanged} 次" + (f"，最近 {one.last_on:%Y-%m-%d}" if one.last_on else "")),
    ]
    if due.next_on:
        late = due.is_late(clock.today())
        found.append(
            Fact("下次交流", f"{due.next_on:%Y-%m-%d} 以前", due.state if late else "", tone="warn" if late else "")
        )
    if one.note:
        found.append(Fact("备注", one.note))
    return found


class AgreementPage(FormPage):
    abstract = True
    queryset = AGREEMENTS

    def member(self) -> None:
        return None

    def crumbs(self) -> list[Link]:
        return crumbs(self.object, self.title())


class AgreementNew(AgreementPage):
    form_class = AgreementForm
    heading = "登记共管协议"
    submit = "登记"
    done = "已登记。到了该交流的时候，待办里会提醒。"
    lead = "与外地党组织签的协议、本县党组织之间的协议都登在这里。纸质协议可以在登记以后上传。"

    def prepare(self) -> None:
        self.object = None

    def back_url(self) -> str:
        return reverse("agreement-list")

    def form_kwargs(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def act(self, form: AgreementForm) -> Agreement:
        mine = Organisation.objects.within(self.actor, Permission.EDIT).get(public_id=form.cleaned_data["organisation"])
        return agreements.make(organisation=mine, values=form.given, by=self.actor, key=form.cleaned_data["key"])


class KeptPage(AgreementPage):
    """Only the organisation that keeps the agreement does it."""

    abstract = True

    def prepare(self) -> None:
        super().prepare()
        if not self.actor.reaches(self.object.path, Permission.EDIT):
            raise NotAllowed("协议由登记它的党组织修改。")


class AgreementEdit(KeptPage):
    form_class = AgreementForm
    heading = "修改共管协议"

    def form_kwargs(self) -> dict[str, Any]:
        return {"actor": self.actor, "record": self.object}

    def act(self, form: AgreementForm) -> Agreement:
        version = form.cleaned_data["version"]
        return agreements.edit(agreement=self.object, values=form.given, by=self.actor, version=version)


class AgreementEnd(KeptPage):
    form_class = EndForm
    heading = "终止协议"
    submit = "终止"
    done = "已登记终止日期。"
    lead = "过了这一天，不再提醒交流；协议和交流记录都留着。"

    def form_kwargs(self) -> dict[str, Any]:
        return {"initial": {"version": self.object.version}}

    def act(self, form: EndForm) -> Agreement:
        given = form.cleaned_data
        return agreements.end(agreement=self.object, on=given["on"], by=self.actor, version=given["version"])


class AgreementExchange(AgreementPage):
    form_class = ExchangeForm
    heading = "登记交流"
    submit = "登记"
    done = "已登记。"

    def act(self, form: ExchangeForm) -> Agreement:
        given = form.cleaned_data
        agreements.note_exchange(agreement=self.object, by=self.actor, **given)
        return self.object


class AgreementWithdraw(ScopedDetail):
    """POST: an exchange that was noted by mistake."""

    queryset = ExchangeNote.objects.select_related("agreement__organisation", "agreement__partner")
    permission = Permission.EDIT
    http_method_names = ["post"]

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        agreements.withdraw_exchange(note=self.object, by=self.actor)
        messages.success(request, "已撤回，不再算作一次交流。")
        return redirect(self.object.agreement)


class AgreementPhone(AgreementDetail):
    """POST: the other side's whole number."""

    queryset = AGREEMENTS
    permission = Permission.FULL_NUMBERS
    http_method_names = ["post"]

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        number = agreements.reveal_phone(agreement=self.object, by=self.actor)
        if request.htmx:
            return render(request, "members/person_number.html", {"text": number})
        return self.page(phone=number)


class AgreementScan(ScopedDetail):
    """The paper with both seals, to look at."""

    queryset = AGREEMENTS
    permission = Permission.VIEW

    def get(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        try:
            file, content = agreements.read_scan(agreement=self.object, by=self.actor)
        except UserError as refused:
            raise Http404 from refused
        response = HttpResponse(content, content_type=file.content_type)
        response["Content-Disposition"] = content_disposition_header(True, file.name)
        return response


class AgreementScanNew(AgreementDetail):
    """POST: the paper with both seals as PDF or picture."""

    queryset = AGREEMENTS
    permission = Permission.EDIT
    http_method_names = ["post"]

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        file = request.FILES.get("scan")
        if file is None:
            return self.page(("请选择扫描件。",))
        try:
            agreements.attach_scan(agreement=self.object, data=file.read(), name=file.name or "", by=self.actor)
        except UserError as refused:
            return self.page((refused.text,))
        messages.success(request, "扫描件已收下。")
        return redirect(self.object)
