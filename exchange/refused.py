"""A ledger that is recognised but not taken yet: a sentence is kinder than "kind unknown"."""

from core.columns import Column, Kind
from core.ledgers import RefusedKind

PAIRINGS = RefusedKind(
    kind="pairings",
    title="结对联系台账",
    columns=(
        Column("serial", "序号", Kind.SERIAL),
        Column("name", "流动党员", Kind.NAME, required=True),
        Column("identity", "公民身份号码", Kind.IDENTITY, ("身份证号",)),
        Column("organisation", "所在党支部", Kind.ORGANISATION),
        Column("contact_name", "结对联系人", required=True),
        Column("contact_duty", "职务"),
        Column("contact_phone", "联系人电话", Kind.PHONE),
        Column("paired_on", "结对时间", Kind.PARTIAL_DATE),
        Column("contacted_on", "联系日期", Kind.DATE),
        Column("channel", "方式", synonyms=("联系方式",)),
        Column("content", "内容", synonyms=("联系内容",)),
        Column("raised", "反映的问题"),
    ),
    keywords=("结对", "联系台账"),
    code="kind_not_available",
    text="这是结对联系台账。结对联系功能还没有开通，现在不能导入，文件请先留存。",
)
