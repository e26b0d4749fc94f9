"""The register of organisations (党组织名册) as a ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from branches.models import Organisation, OrganisationQuerySet, Post
from branches.roster import apply, check, restore
from core.actors import Actor
from core.columns import Column, Kind
from core.domain.codes import ORGANISATION_KIND
from core.ledgers import ApplyContext, ApplyResult, CheckContext, ExportRecord, Ledger, LedgerRow, RestoreResult
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
    noun = "个党组织"
    organisation_required = False

    def check(self, rows: Sequence[LedgerRow], context: CheckContext) -> None:
        check.check(rows, context)

    def apply(self, rows: Sequence[LedgerRow], context: ApplyContext) -> ApplyResult:
        return apply.apply(rows, context)

    def restore(self, batch_id: str, by: Actor, now: dt.datetime) -> RestoreResult:
        return restore.restore(batch_id, by, now)

    def export(
        self, by: Actor, filters: Mapping[str, Any], keys: Collection[str] | None = None
    ) -> Iterator[ExportRecord]:
        """Open organisations, a parent before its children. ``filters``: {"organisation": path} narrows to a subtree."""
        chosen = list(_exported(by, filters).official().select_related("parent"))
        secretaries = {
            post.organisation_id: post
            for post in Post.objects.visible_to(by, Permission.EXPORT)
            .filter(title=Post.Title.SECRETARY, ends_on__isnull=True, organisation__in=chosen)
            .order_by("-pk")
        }
        numbers = keys is None or "phone" in keys
        for one in chosen:
            yield _record(one, secretaries.get(one.pk), numbers)

    def export_count(self, by: Actor, filters: Mapping[str, Any]) -> int:
        return _exported(by, filters).count()


def _exported(by: Actor, filters: Mapping[str, Any]) -> OrganisationQuerySet:
    organisations = Organisation.objects.open().within(by, Permission.EXPORT)
    path = filters.get("organisation")
    return organisations.under(path) if path else organisations


def _record(one: Organisation, secretary: Post | None, numbers: bool) -> ExportRecord:
    values = {
        "name": one.name,
        "parent": one.parent.name if one.parent else "",
        "kind": one.kind,
        "secretary": secretary.holder_name if secretary else "",
        "phone": secretary.reveal("phone") if secretary and numbers else "",
        "founded_on": one.founded_on.iso() if one.founded_on else None,
        "elected_on": one.elected_on.iso() if one.elected_on else None,
        "place": one.place,
        "note": one.note,
        "code": one.code,
        "parent_code": one.parent.code if one.parent else "",
    }
    return ExportRecord(one.public_id, one.version, values, one.pk)
