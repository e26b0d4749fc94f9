"""The columns of the register of stations, in the order and with the words of the form."""

from core.columns import Column, Kind
from stations.enums import Line

_LINES = "三站负责人"
LINES = {f"line_{line.value}": line for line in Line}
PLACE = "place_region_code"  # what the parser makes of the three parts of the place

COLUMNS = (
    Column("serial", "序号", Kind.SERIAL, width=6),
    Column("name", "驿站名称", synonyms=("驿站", "红色驿站", "红色驿站名称", "站点名称"), required=True, width=30),
    Column("place_province", "省", Kind.PLACE_PART, ("省份", "所在省", "省（区、市）", "省（自治区、直辖市）"), width=12),
    Column("place_city", "市", Kind.PLACE_PART, ("所在市", "地市", "市（州）"), width=12),
    Column("place_county", "县（市、区）", Kind.PLACE_PART, ("县", "区县", "县区", "所在县"), width=12),
    Column("address", "详细地址", synonyms=("地址", "驿站地址", "门牌号"), width=24),
    Column("core", "依托党组织", synonyms=("核心党组织", "依托党支部", "对应党组织", "所属党组织"), width=30),
    Column("host_unit", "依托单位", synonyms=("依托商会", "承建单位", "共建单位"), width=20),
    Column("opened_on", "挂牌日期", Kind.PARTIAL_DATE, ("挂牌时间", "成立日期", "成立时间", "设立日期"), width=13),
    Column("head", "站长", Kind.NAME, ("站长姓名", "负责人", "驿站站长", "驿站负责人"), width=10),
    Column("phone", "联系电话", Kind.PHONE, ("电话", "驿站电话", "站长电话", "联系方式", "手机号码"), width=15),
    Column("line_return", "返乡创业服务站", Kind.NAME, ("返乡创业站", "返乡创业", "返乡创业负责人"), _LINES, width=14),
    Column("line_talent", "招才引智工作站", Kind.NAME, ("招才引智站", "招才引智", "招才引智负责人"), _LINES, width=14),
    Column("line_invest", "招商引资联络站", Kind.NAME, ("招商引资站", "招商引资", "招商引资负责人"), _LINES, width=14),
    Column("stated_members", "联系党员数", Kind.INTEGER, ("联系党员人数", "服务党员数", "党员数"), width=10),
    Column("hours", "开放时间", synonyms=("服务时间", "开放时段"), width=20),
    Column("facilities", "设施和服务", synonyms=("设施", "服务事项", "主要设施"), width=24, official=False),
)  # fmt: skip
LONGEST = {"name": 80, "address": 120, "core": 120, "host_unit": 80, "hours": 80, "facilities": 300}
