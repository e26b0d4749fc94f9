"""The register of organisations (党组织名册) as a ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from branches.models import Organisation, Post
from branches.roster import apply, check, restore
from core.actors import Actor
from core.columns import Column, Kind
from core.domain.codes import ORGANISATION_KIND
from core.ledgers import ApplyContext, ApplyResult, CheckContext, Ledger, LedgerRow, RestoreResult
from core.permissions import Permission

COLUMNS = (
    Column("serial", "序号", Kind.SERIAL, width=6),
    Column("name", "党组织名称", synonyms=("党组织全称", "组织名称", "党组织", "名称"), required=True, width=44),
    Column(
        "parent", "上级党组织", synonyms=("上级党组织名称", "上级组织", "隶属党组织", "所属上级党组织", "隶属于"), width=36
    ),
    Column(
        "kind", "组织类别", Kind.CODE, synonyms=("党组织类别", "组织类型", "党组织类型"), codes=ORGANISATION_KIND, width=16
    ),
    Column("secretary", "党组织书记", Kind.NAME, synonyms=("书记", "书记姓名", "党组织负责人", "负责人", "党支部书记")),
    Column("phone", "联系电话", Kind.PHONE, synonyms=("书记电话", "电话", "手机号", "手机号码", "联系方式"), width=15),
    Column("founded_on", "成立日期", Kind.PARTIAL_DATE, synonyms=("成立时间", "建立日期", "批准成立日期"), width=13),
    Column("elected_on", "本届当选日期", Kind.PARTIAL_DATE, synonyms=("换届日期", "当选日期", "本届换届日期", "换届时间"), width=13),
    Column("place", "所在地", synonyms=("地址", "所在地址", "党组织所在地"), width=20),
    Column("note", "备注", synonyms=("说明",), width=24),
    Column("code", "党组织代码", synonyms=("组织代码", "代码", "党组织唯一标识", "党组织编码"), width=20),
    Column("parent_code", "上级党组织代码", synonyms=("上级代码", "上级组织代码"), width=20),
)  # fmt: skip


class OrganisationsLedger(Ledger):
    """Rows are organisations; a row's parent may stand in the tree or further up or down in the same file."""

    kind = "organisations"
    title = "党组织名册"
    columns = COLUMNS
    keywords = ("党组织名册", "党组织", "组织名册")
    against = ("流出", "流入", "失联", "党员名册", "驿站")
    permission = Permission.ORGANISE
    people = False
    organisation_required = False

    def check(self, rows: Sequence[LedgerRow], context: CheckContext) -> None:
        check.check(rows, context)

    def apply(self, rows: Sequence[LedgerRow], context: ApplyContext) -> ApplyResult:
        return apply.apply(rows, context)

    def restore(self, batch_id: str, by: Actor, now: dt.datetime) -> RestoreResult:
        return restore.restore(batch_id, by, now)

    def export_rows(self, by: Actor, filters: Mapping[str, Any]) -> Iterator[list[Any]]:
        """In the official order. ``filters``: {"organisation": path} narrows to a subtree."""
        organisations = Organisation.objects.open().within(by, Permission.EXPORT).official().select_related("parent")
        if path := filters.get("organisation"):
            organisations = organisations.under(path)
        chosen = list(organisations)
        secretaries = {
            post.organisation_id: post
            for post in Post.objects.visible_to(by, Permission.EXPORT)
            .filter(title=Post.Title.SECRETARY, ends_on__isnull=True, organisation__in=chosen)
            .order_by("-pk")
        }
        for number, one in enumerate(chosen, start=1):
            yield _export_row(number, one, secretaries.get(one.pk))


def _export_row(number: int, one: Organisation, secretary: Post | None) -> list[Any]:
    return [
        number,
        one.name,
        one.parent.name if one.parent else "",
        one.kind,
        secretary.holder_name if secretary else "",
        secretary.reveal("phone") if secretary else "",
        one.founded_on.iso() if one.founded_on else "",
        one.elected_on.iso() if one.elected_on else "",
        one.place,
        one.note,
        one.code,
        one.parent.code if one.parent else "",
    ]
