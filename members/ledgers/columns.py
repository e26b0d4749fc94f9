"""The columns of the register's ledgers, each declared once. Synonyms: those seen in real ledgers."""

from __future__ import annotations

from dataclasses import replace

from core.columns import Column, Kind
from core.domain.codes import (
    EDUCATION,
    FORMER_WORK,
    INDUSTRY,
    LEAVING_REASON,
    LOST_REASON,
    MEMBER_KIND,
    NATION,
    ORGANISATION_CATEGORY,
    PARTY_STATUS,
    SEX,
    UNIT_KIND,
)

SERIAL = Column("serial", "序号", Kind.SERIAL, ("编号", "序列", "行号", "NO"), width=5)
NAME = Column(
    "name", "姓名", Kind.NAME, ("党员姓名", "党员", "名字", "用户", "人员姓名"), required=True, facts=True, width=9
)
SEX_ = Column("sex", "性别", Kind.CODE, codes=SEX, facts=True, width=5)
NATION_ = Column("nation", "民族", Kind.CODE, ("族别",), codes=NATION, facts=True, width=7)
IDENTITY = Column(
    "identity",
    "公民身份号码",
    Kind.IDENTITY,
    (
        "公民身份证号",
        "公民身份证号码",
        "身份证号",
        "身份证号码",
        "身份证",
        "证件号码",
        "证件号",
        "身份号码",
        "居民身份证号",
    ),
    facts=True,
    width=21,
)
BIRTH = Column(
    "birth_date", "出生日期", Kind.PARTIAL_DATE, ("出生年月", "生日", "出生年月日", "出生时间"), facts=True, width=12
)
EDUCATION_ = Column(
    "education", "学历", Kind.CODE, ("文化程度", "最高学历", "教育", "教育程度"), codes=EDUCATION, facts=True, width=10
)
MEMBER_KIND_ = Column(
    "member_kind",
    "人员类别",
    Kind.CODE,
    ("党员类别", "党员类型", "政治面貌", "党内状态"),
    codes=MEMBER_KIND,
    facts=True,
    width=10,
)
JOINED = Column(
    "joined_on",
    "入党日期",
    Kind.PARTIAL_DATE,
    ("入党时间", "加入党组织日期", "入党年月", "加入党组织时间"),
    facts=True,
    width=12,
)
CONFIRMED = Column(
    "confirmed_on", "转正日期", Kind.PARTIAL_DATE, ("转正时间", "转为正式党员日期"), facts=True, width=12
)
BRANCH = Column(
    "organisation",
    "所在党支部",
    Kind.ORGANISATION,
    (
        "所在党组织",
        "所属支部",
        "组织关系所在党支部",
        "所属组织机构",
        "所在支部",
        "所属党支部",
        "所属党组织",
        "支部",
        "党支部",
        "支部名称",
    ),
    width=34,
)
PHONE = Column(
    "phone",
    "联系电话",
    Kind.PHONE,
    (
        "手机号",
        "手机号码",
        "移动电话",
        "联系方式",
        "电话",
        "固定电话",
        "联系方式(电话)",
        "与党组织联系方式",
        "本人电话",
        "手机",
    ),
    width=14,
)
REGISTER_PHONE = Column("phone", "手机号码", Kind.PHONE, (*PHONE.synonyms, "联系电话"), facts=True, width=14)
ADDRESS = Column(
    "home_address",
    "家庭住址",
    Kind.TEXT,
    ("户籍所在地", "家庭地址", "联系地址", "住址", "户籍地址"),
    facts=True,
    width=26,
)
STATUS = Column("party_status", "党籍状态", Kind.CODE, codes=PARTY_STATUS, facts=True, width=10)
LOST = Column("lost", "是否失联党员", Kind.FLAG, ("是否为失联党员", "是否失联", "失联"), width=8)
LOST_SINCE = Column(
    "lost_since", "失去联系时间", Kind.PARTIAL_DATE, ("失联时间", "失去联系日期", "失联日期"), width=12, official=False
)
NOTE = Column("note", "备注", Kind.TEXT, ("说明", "情况说明", "备注说明"), width=16)

_GROUP_AWAY, _GROUP_CONTACT = "流出情况", "联系情况"
LEFT = Column(
    "left_on",
    "流出时间",
    Kind.PARTIAL_DATE,
    ("流出日期", "外出时间", "外出日期", "何时外出", "离家时间", "哪年走的", "走的时间"),
    group=_GROUP_AWAY,
    width=12,
)
EXPECTED = Column(
    "expected_return_on", "预计返回时间", Kind.PARTIAL_DATE, ("预计返乡时间", "预计返回日期"), official=False, width=12
)
REASON = Column(
    "reason",
    "流出原因",
    Kind.CODE,
    ("流动原因", "外出原因", "流出理由", "外出事由"),
    codes=LEAVING_REASON,
    group=_GROUP_AWAY,
    width=12,
)
PROVINCE = Column(
    "destination_province",
    "流入地（省）",
    Kind.PLACE_PART,
    ("流入地省", "流出省份", "省", "流入省份", "流入省"),
    group=_GROUP_AWAY,
    width=12,
)
CITY = Column(
    "destination_city", "流入地（市）", Kind.PLACE_PART, ("流入地市", "市", "流入市"), group=_GROUP_AWAY, width=12
)
COUNTY = Column(
    "destination_county",
    "流入地（县）",
    Kind.PLACE_PART,
    ("流入地县", "县", "县(市、区)", "流入县", "流入地县(市、区)", "流入地区县"),
    group=_GROUP_AWAY,
    width=12,
)
DESTINATION = Column(
    "destination_text",
    "流入地",
    Kind.PLACE,
    (
        "外出流向",
        "外出地点",
        "地点",
        "流动地点",
        "流入地详细地址",
        "在哪",
        "去向",
        "流入地(单位)",
        "外出去向",
        "流出地行政区划",
    ),
    official=False,
    width=26,
)
HOST = Column(
    "host_organisation",
    "流入地党组织",
    Kind.TEXT,
    ("流动党支部", "流入党组织", "流入党支部", "流入地党支部"),
    group=_GROUP_AWAY,
    width=26,
)
EMPLOYER = Column(
    "employer",
    "工作单位及职务",
    Kind.TEXT,
    (
        "工作单位", "流入单位名称", "外出所在单位", "从事职业及年收入", "从事职业", "现工作单位", "干啥", "单位", "务工单位",
        "工作单位和职务",
    ),
    group=_GROUP_AWAY,
    width=20,
)  # fmt: skip
INDUSTRY_ = Column(
    "industry", "从事行业", Kind.CODE, ("行业", "外出流动行业", "所在行业"), codes=INDUSTRY, group=_GROUP_AWAY, width=18
)
UNIT_KIND_ = Column(
    "unit_kind",
    "外出单位类型",
    Kind.CODE,
    ("流入单位类型", "工作单位类型", "去向单位类型"),
    codes=UNIT_KIND,
    official=False,
    width=18,
)
FORMER_WORK_ = Column(
    "former_work", "原职业", Kind.CODE, ("外出前职业", "流出前职业"), codes=FORMER_WORK, official=False, width=18
)
AWAY_PHONE = Column("phone", "联系电话", Kind.PHONE, PHONE.synonyms, group=_GROUP_CONTACT, width=14)
CONTACT = Column(
    "contact_name",
    "结对联系人",
    Kind.TEXT,
    ("联系人", "支部联系人", "流动党支部联系人", "责任人", "联系党员", "流动支部联系人", "包联人"),
    group=_GROUP_CONTACT,
    width=10,
)
CONTACT_PHONE = Column(
    "contact_phone",
    "联系人电话",
    Kind.PHONE,
    ("联系人联系方式", "流动支部联系方式", "责任人电话", "联系人手机"),
    group=_GROUP_CONTACT,
    width=14,
)
CERTIFICATE = Column(
    "certificate",
    "是否持有《流动党员活动证》",
    Kind.FLAG,
    ("是否持有《中国共产党流动党员活动证》", "是否持证", "是否持有活动证", "持有活动证"),
    width=10,
)
CERTIFICATE_NO = Column(
    "certificate_no",
    "活动证号码",
    Kind.TEXT,
    ("流动证号", "《活动证》号码", "活动证号", "流动党员活动证号"),
    official=False,
    width=12,
)
DUES = Column("dues_paid_to", "党费交至", Kind.PARTIAL_DATE, ("党费交纳至", "党费缴至", "党费缴纳至"), width=12)

REGISTER = (
    SERIAL, NAME, SEX_, NATION_, IDENTITY, BIRTH, EDUCATION_, MEMBER_KIND_, JOINED, CONFIRMED, BRANCH, REGISTER_PHONE,
    ADDRESS, STATUS, LOST, LOST_SINCE,
)  # fmt: skip

OUTFLOW = (
    SERIAL, NAME, SEX_, IDENTITY, BRANCH, LEFT, REASON, PROVINCE, CITY, COUNTY, HOST, EMPLOYER, INDUSTRY_, AWAY_PHONE,
    CONTACT, CONTACT_PHONE, CERTIFICATE, DUES, NOTE, DESTINATION, EXPECTED, CERTIFICATE_NO, UNIT_KIND_, FORMER_WORK_,
    *(replace(column, official=False) for column in (NATION_, BIRTH, EDUCATION_, MEMBER_KIND_, JOINED, LOST)),
    LOST_SINCE,
)  # fmt: skip

INFLOW = (
    SERIAL,
    NAME,
    SEX_,
    NATION_,
    Column("identity", "身份证号", Kind.IDENTITY, (*IDENTITY.synonyms, "公民身份号码"), required=True, width=21),
    Column("education", "文化程度", Kind.CODE, (*EDUCATION_.synonyms, "学历"), codes=EDUCATION, width=10),
    Column("joined_on", "入党时间", Kind.PARTIAL_DATE, (*JOINED.synonyms, "入党日期"), width=12),
    Column("member_kind", "党员类别", Kind.CODE, (*MEMBER_KIND_.synonyms, "人员类别"), codes=MEMBER_KIND, width=10),
    Column("left_on", "流入时间", Kind.PARTIAL_DATE, ("流入日期", "何时流入", "来此时间"), width=12),
    Column(
        "home_organisation",
        "组织关系所在党组织",
        Kind.TEXT,
        ("组织关系所在地", "原组织", "原党组织", "原组织名称", "流出地党组织"),
        width=30,
    ),
    Column(
        "contact_phone",
        "原党组织联系人及电话",
        Kind.PHONE,
        ("原组织联系人", "原组织电话", "原党组织联系方式", "流出组织联系人"),
        width=22,
    ),
    Column("destination_text", "现居住地", Kind.TEXT, ("居住地", "现住址", "现居住地址"), width=20),
    Column("employer", "现工作单位", Kind.TEXT, ("工作单位", "流入单位名称", "单位", "从事职业"), width=20),
    Column("phone", "联系方式", Kind.PHONE, (*PHONE.synonyms, "联系电话"), width=14),
    Column(
        "organisation",
        "纳入党支部",
        Kind.ORGANISATION,
        ("流入党支部", "纳入支部", "管理党支部", "现所在党支部", "接收党支部"),
        width=34,
    ),
    NOTE,
    Column("birth_date", "出生日期", Kind.PARTIAL_DATE, BIRTH.synonyms, official=False),
    Column("reason", "流入原因", Kind.CODE, (), codes=LEAVING_REASON, official=False),
    Column("certificate_no", "活动证号码", Kind.TEXT, CERTIFICATE_NO.synonyms, official=False),
)

LOST_LEDGER = (
    SERIAL,
    NAME,
    SEX_,
    IDENTITY,
    BRANCH,
    Column("lost_since", "失去联系时间", Kind.PARTIAL_DATE, LOST_SINCE.synonyms, required=True, width=12),
    Column("lost_reason", "失去联系情形", Kind.CODE, ("失联情形",), codes=LOST_REASON, width=14),
    Column("category", "党组织类别", Kind.CODE, (), codes=ORGANISATION_CATEGORY, width=12),
    Column("steps", "查找经过", Kind.TEXT, ("查找情况",), width=36),
    NOTE,
    Column("found_on", "取得联系日期", Kind.PARTIAL_DATE, ("取得联系时间",), official=False, width=12),
    Column("phone", "现联系电话", Kind.PHONE, ("联系电话", "手机号码"), official=False, width=14),
    Column("destination_text", "现居住地", Kind.PLACE, ("居住地",), official=False, width=26),
)
