"""Heads of ledgers for tests of the mapping: the words of real ledgers, without any app behind them."""

from __future__ import annotations

from core.columns import Column, Kind
from exchange.mapping import LedgerHead


def _column(key: str, heading: str, *synonyms: str, group: str = "", kind: Kind = Kind.TEXT) -> Column:
    return Column(key, heading, kind, synonyms, group)


SERIAL = _column("serial", "序号", "编号", kind=Kind.SERIAL)
NAME = _column("name", "姓名", "党员姓名", "流动党员", "用户")
SEX = _column("sex", "性别")
NATION = _column("nation", "民族")
IDENTITY = _column(
    "id_number", "公民身份号码", "公民身份证号", "公民身份证号码", "身份证号码", "身份证号", "身份证", "证件号"
)
BRANCH = _column("organisation", "所在党支部", "所在党组织", "所属支部", "支部", "所属组织机构")
PHONE = _column("phone", "联系电话", "手机号码", "手机号", "移动电话", "联系方式", "电话", "与党组织联系方式")
NOTE = _column("note", "备注", "说明")
PERSON = (SERIAL, NAME, SEX, NATION, IDENTITY, BRANCH)
WHO = ("name", "id_number")

ORGANISATIONS = LedgerHead(
    "organisations",
    (
        SERIAL,
        _column("name", "党组织名称"),
        _column("parent", "上级党组织"),
        _column("kind", "组织类别"),
        _column("secretary", "党组织书记"),
        PHONE,
        _column("founded_on", "成立日期"),
        _column("elected_on", "本届当选日期"),
        _column("place", "所在地"),
        NOTE,
    ),
    ("党组织名册",),
    (("name",), ("parent", "kind")),
)
MEMBERS = LedgerHead(
    "members",
    (
        *PERSON,
        _column("birth_date", "出生日期"),
        _column("education", "学历", "文化程度"),
        _column("member_kind", "人员类别", "党员类别"),
        _column("joined_on", "入党日期", "入党时间"),
        _column("confirmed_on", "转正日期"),
        PHONE,
        _column("home_address", "家庭住址", "户籍所在地"),
        _column("lost", "是否失联党员"),
        _column("state", "党籍状态"),
    ),
    ("党员名册", "花名册", "基本信息"),
    (WHO, ("joined_on", "member_kind", "birth_date")),
)
OUTFLOW = LedgerHead(
    "outflow",
    (
        *PERSON,
        _column("left_on", "流出时间", "外出日期", "外出时间", "何时外出", "哪年走的", group="流出情况"),
        _column("reason", "流出原因", "外出原因", "流动原因", group="流出情况"),
        _column("destination_province", "流入地（省）", "流入地省", "流入地(省)", group="流出情况"),
        _column("destination_city", "流入地（市）", "流入地市", "流入地(市)", group="流出情况"),
        _column("destination_county", "流入地（县）", "流入地县", "流入地(县)", group="流出情况"),
        _column("destination_text", "外出地点", "流入地", "外出流向", "在哪"),
        _column("host_organisation", "流入地党组织", group="流出情况"),
        _column("employer", "工作单位及职务", "从事职业", "干啥", group="流出情况"),
        _column("industry", "从事行业", group="流出情况"),
        PHONE,
        _column("contact_name", "结对联系人", "责任人"),
        _column("contact_phone", "联系人电话"),
        _column("certificate", "是否持有《流动党员活动证》"),
        _column("certificate_no", "流动证号"),
        _column("dues_paid_to", "党费交至"),
        _column("lost", "是否失联"),
        _column("lost_since", "失去联系日期"),
        NOTE,
    ),
    ("流出", "外出", "在外", "流动党员"),
    (WHO, ("left_on", "destination_text", "destination_city", "destination_province")),
    against=("结对联系台账",),
)
INFLOW = LedgerHead(
    "inflow",
    (
        *PERSON,
        _column("education", "文化程度"),
        _column("joined_on", "入党时间"),
        _column("member_kind", "党员类别"),
        _column("arrived_on", "流入时间"),
        _column("home_organisation", "组织关系所在党组织"),
        _column("home_contact", "原党组织联系人及电话"),
        _column("address", "现居住地"),
        _column("employer", "现工作单位"),
        PHONE,
        _column("placed_in", "纳入党支部"),
        NOTE,
    ),
    ("流入党员",),
    (WHO, ("arrived_on", "home_organisation")),
)
LOST = LedgerHead(
    "lost",
    (
        *PERSON,
        _column("lost_since", "失去联系时间", "失去联系日期"),
        _column("lost_kind", "失去联系情形"),
        _column("organisation_kind", "党组织类别"),
        _column("search", "查找经过"),
        _column("found_on", "取得联系日期"),
        _column("phone", "现联系电话"),
        _column("address", "现居住地"),
        NOTE,
    ),
    ("失联", "取得联系"),
    (WHO, ("lost_since",)),
)
STATIONS = LedgerHead(
    "stations",
    (
        SERIAL,
        _column("name", "驿站名称"),
        _column("province", "省"),
        _column("city", "市"),
        _column("county", "县（市、区）", "县(市、区)"),
        _column("address", "详细地址"),
        _column("head", "站长"),
        PHONE,
        _column("head_return", "返乡创业服务站", group="三站负责人"),
        _column("head_talent", "招才引智工作站", group="三站负责人"),
        _column("head_investment", "招商引资联络站", group="三站负责人"),
    ),
    ("驿站",),
    (("name",),),
)
HEADS = (ORGANISATIONS, MEMBERS, OUTFLOW, INFLOW, LOST, STATIONS)
