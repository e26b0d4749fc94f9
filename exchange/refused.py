"""Ledgers that are recognised but not taken yet: a sentence is kinder than "kind unknown"."""

from core.columns import Column, Kind
from core.ledgers import RefusedKind

STATIONS = RefusedKind(
    kind="stations",
    title="红色驿站名册",
    columns=(
        Column("serial", "序号", Kind.SERIAL),
        Column("name", "驿站名称", synonyms=("红色驿站名称", "站名", "驿站"), required=True),
        Column("province", "省", Kind.PLACE_PART),
        Column("city", "市", Kind.PLACE_PART),
        Column("county", "县（市、区）", Kind.PLACE_PART, ("县", "区县")),
        Column("address", "详细地址", synonyms=("地址",)),
        Column("organisation", "依托党组织", Kind.ORGANISATION, ("对应党组织",)),
        Column("host", "依托单位"),
        Column("opened_on", "挂牌日期", Kind.PARTIAL_DATE, ("成立日期", "挂牌时间")),
        Column("head", "站长", synonyms=("负责人", "站长姓名")),
        Column("phone", "联系电话", Kind.PHONE),
        Column("startup_head", "返乡创业服务站", group="三站负责人"),
        Column("talent_head", "招才引智工作站", group="三站负责人"),
        Column("investment_head", "招商引资联络站", group="三站负责人"),
        Column("member_count", "联系党员数", Kind.INTEGER, ("服务党员数",)),
        Column("opening", "开放时间"),
    ),
    keywords=("红色驿站", "驿站"),
    code="kind_not_available",
    text="这是红色驿站名册。驿站功能还没有开通，现在不能导入，文件请先留存。",
)
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
