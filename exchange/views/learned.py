"""记住的写法: what an organisation's files have taught, where from, and the way to forget it (and to take that back)."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from branches.models import Organisation
from core import crypto
from core.http import PortalRequest
from core.ledgers import incoming
from core.permissions import Permission
from core.views.bases import ScopedDetail, ScopedList
from exchange import column_presenters, presenters
from exchange.actions.learned import forget_learned, remember_again
from exchange.models import ImportBatch, LearnedMapping, LearnedValue

MOST = 300
SEALED = "exchange.learned.forgotten"
MODELS: dict[str, Any] = {"columns": LearnedMapping, "words": LearnedValue}
FORGET = {"columns": "import-forget-column", "words": "import-forget-word"}


class LearnedList(ScopedList):
    """Headings and words, newest first. The one forgotten last can be remembered again."""

    queryset = LearnedMapping.objects.select_related("organisation")
    permission = Permission.IMPORT

    def get(self, request: PortalRequest) -> HttpResponse:
        mappings = list(self.rows().order_by("-pk")[:MOST])
        words = LearnedValue.objects.visible_to(self.actor, Permission.IMPORT).select_related("organisation")
        values = list(words.order_by("-pk")[:MOST])
        sources = self.sources([one.batch for one in (*mappings, *values)])
        context = {
            "mappings": [shown("columns", one, self.meaning(one), sources) for one in mappings],
            "values": [shown("words", one, word(one), sources) for one in values],
            "forgotten": SEALED in request.session, "many": len(mappings) == MOST or len(values) == MOST,
        }  # fmt: skip
        return render(request, "exchange/import_learned.html", context)

    def sources(self, public_ids: list[str]) -> dict[str, str]:
        rows = ImportBatch.objects.visible_to(self.actor, Permission.IMPORT).filter(public_id__in=public_ids)
        return dict(rows.values_list("public_id", "file_name"))

    @staticmethod
    def meaning(one: LearnedMapping) -> dict[str, str]:
        named = dict(column_presenters.column_choices(one.kind))
        return {
            "where": presenters.title_of(one.kind), "from": one.heading, "to": named.get(one.key, "不读这一列"),
        }  # fmt: skip


def word(one: LearnedValue) -> dict[str, str]:
    column = next((column for ledger in incoming() for column in ledger.columns if column.key == one.key), None)
    if one.key == "organisation":
        place = Organisation.objects.filter(public_id=one.value).first()
        meaning = place.short_name if place else "已经没有的党组织"
    else:
        meaning = (column.codes.label(one.value) if column is not None and column.codes else "") or one.value
    return {"where": column.heading if column is not None else "", "from": one.text, "to": meaning}


def shown(group: str, one: Any, said: dict[str, str], sources: dict[str, str]) -> dict[str, Any]:
    return {
        **said, "by": one.learned_by.label, "at": one.learned_at, "uses": one.uses, "unit": one.organisation.short_name,
        "file": sources.get(one.batch, ""),
        "file_url": reverse("import-detail", args=[one.batch]) if one.batch in sources else "",
        "forget_url": reverse(FORGET[group], args=[one.public_id]),
    }  # fmt: skip


class Forget(ScopedDetail):
    """POST: files are read from now on as if it had never been taught."""

    abstract = True
    permission = Permission.IMPORT
    http_method_names = ("post",)
    group: ClassVar[str]

    def post(self, request: PortalRequest, public_id: str) -> HttpResponse:
        learned = self.object
        kept = {name: getattr(learned, name) for name in FIELDS[self.group]}
        kept |= {"group": self.group, "organisation": learned.organisation_id}
        forget_learned(learned=learned, by=self.actor)
        request.session[SEALED] = crypto.seal(json.dumps(kept, ensure_ascii=False), SEALED)
        messages.success(request, "不再记住。已经导入的内容没有改动，以后的文件照原样读取。")
        return redirect("import-learned")


class ForgetColumn(Forget):
    queryset = LearnedMapping.objects
    group = "columns"


class ForgetWord(Forget):
    queryset = LearnedValue.objects
    group = "words"


FIELDS = {"columns": ("kind", "heading", "key", "batch"), "words": ("key", "text", "value", "batch")}


class RememberAgain(ScopedList):
    """POST: the one forgotten last holds again. Nothing forgotten: nothing happens."""

    queryset = LearnedMapping.objects
    permission = Permission.IMPORT
    http_method_names = ("post",)

    def post(self, request: PortalRequest) -> HttpResponse:
        sealed = request.session.pop(SEALED, "")
        if sealed:
            kept = json.loads(crypto.unseal(sealed, SEALED))
            remember_again(model=MODELS[kept.pop("group")], kept=kept, by=self.actor)
            messages.success(request, "又记住了。")
        return redirect("import-learned")
