"""The code sets of the ledgers. Sources: see each set; the words people use instead are the aliases."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from core.domain.cells import CellError, clean_text, is_blank


@dataclass(frozen=True)
class Code:
    code: str
    label: str
    aliases: tuple[str, ...] = ()


def _code(code: str, label: str, aliases: str = "") -> Code:
    """``aliases``: words apart by blanks, so that the tables below stay readable."""
    return Code(code, label, tuple(aliases.split()))


_NOISE = re.compile(r"[\s、，,。.;；:：()（）\[\]【】《》“”\"'·/\-_—]+")


def _plain(text: object) -> str:
    """What codes, labels and aliases are compared by: circled digits are digits, punctuation is gone."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", clean_text(text))).upper()


@dataclass(frozen=True)
class CodeSet:
    """A fixed list of codes. ``suffix``: a word that may be added to or left off any label (族)."""

    name: str
    items: tuple[Code, ...]
    suffix: str = ""

    def __hash__(self) -> int:
        return hash(self.name)

    @cached_property
    def _by_text(self) -> dict[str, str]:
        """Codes win over labels, labels over aliases: nothing later may take a text away."""
        table: dict[str, str] = {}
        for item in self.items:
            table[_plain(item.code)] = item.code
        for item in self.items:
            table.setdefault(_plain(item.code).lstrip("0"), item.code)
            table.setdefault(_plain(item.label), item.code)
            table.setdefault(_plain(item.code + item.label), item.code)
        for item in self.items:
            for alias in item.aliases:
                table.setdefault(_plain(alias), item.code)
                table.setdefault(_plain(item.code + alias), item.code)
        table.pop("", None)
        return table

    @cached_property
    def _by_code(self) -> dict[str, Code]:
        return {item.code: item for item in self.items}

    def parse(self, text: object) -> str | None:
        """The code for a code, a label or a usual word, however it is punctuated; None when unknown."""
        if text is None or isinstance(text, CellError):
            return None
        plain = _plain(text)
        found = self._by_text.get(plain)
        if found is None and self.suffix:
            found = self._by_text.get(plain.removesuffix(self.suffix)) or self._by_text.get(plain + self.suffix)
        return found

    def label(self, code: str) -> str:
        """The label of a code; empty for one that is not in the set."""
        item = self._by_code.get(code)
        return item.label if item else ""

    def labels(self) -> tuple[str, ...]:
        return tuple(item.label for item in self.items)

    def choices(self) -> list[tuple[str, str]]:
        return [(item.code, item.label) for item in self.items]


_TRUE = ("是", "有", "√", "✓", "✔", "对", "y", "yes", "true", "1", "已", "持有", "已持有", "已办", "已缴")
_FALSE = ("否", "不是", "没有", "×", "✗", "✘", "错", "n", "no", "false", "0", "未", "未持有", "未办", "未缴")


def parse_flag(raw: object) -> bool | None:
    """是 / 否 in their many forms; None when blank ("无" is blank, as everywhere) or not understood."""
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, CellError) or is_blank(raw):
        return None
    text = clean_text(raw).lower().strip("。. ()（）")
    return True if text in _TRUE else False if text in _FALSE else None


# GB/T 2261.1-2003
SEX = CodeSet(
    "sex",
    (
        _code("0", "未知的性别"),
        _code("1", "男", "男性 男性别 M"),
        _code("2", "女", "女性 女性别 F"),
        _code("9", "未说明的性别"),
    ),
)

# GB/T 3304-1991, and the two codes that systems add
_NATIONS = (
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇 "
    "柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 "
    "塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺"
)
NATION = CodeSet(
    "nation",
    (
        *(Code(f"{number:02}", f"{name}族") for number, name in enumerate(_NATIONS.split(), start=1)),
        _code("97", "其他", "其他族 未识别民族"),
        _code("98", "外国血统", "外国血统中国籍人士 外国民族 入籍"),
    ),
    suffix="族",
)

# The list of Party forms, which differs from GB/T 4658
EDUCATION = CodeSet(
    "education",
    (
        _code("11", "博士研究生", "博士 博士毕业"),
        _code("12", "硕士研究生", "硕士 研究生 硕士毕业 研究生学历 研究生教育"),
        _code("13", "研究生班", "研究生班毕业"),
        _code("1A", "中央党校研究生"),
        _code("1B", "省（区、市）委党校研究生", "省委党校研究生 党校研究生"),
        _code("21", "大学", "本科 大学本科 大本 学士 本科毕业 全日制本科 大学毕业"),
        _code("22", "大专", "专科 大学专科 大专毕业 高职 高等专科"),
        _code("23", "大学普通班"),
        _code("24", "第二学士学位班", "第二学士学位"),
        _code("2A", "中央党校大学", "中央党校本科"),
        _code("2B", "省（区、市）委党校大学", "省委党校大学 省委党校本科 党校本科 党校大学"),
        _code("2C", "中央党校大专"),
        _code("2D", "省（区、市）委党校大专", "省委党校大专 党校大专"),
        _code("41", "中等专科", "中专 中等职业 中师 中等师范 中专毕业"),
        _code("44", "职业高中", "职高 职中"),
        _code("47", "技工学校", "技校 中技"),
        _code("6", "普通高中", "高中 高中毕业 高中文化"),
        _code("7", "初中", "初级中学 初中毕业 初中文化"),
        _code("8", "小学", "小学毕业 小学文化 高小 初小"),
        _code("9", "其他", "文盲 半文盲 无学历"),
    ),
)

MEMBER_KIND = CodeSet(
    "member_kind",
    (
        _code("1", "正式党员", "正式 中共党员 党员"),
        _code("2", "预备党员", "预备 中共预备党员"),
    ),
)

PARTY_STATUS = CodeSet(
    "party_status",
    (
        _code("normal", "正常", "正常党籍 党籍正常"),
        _code("stopped", "停止党籍", "停止 已停止党籍"),
        _code("reinstated", "恢复党籍", "恢复 已恢复党籍"),
        _code("removed", "除名", "自行脱党除名 按自行脱党除名 自行脱党 党内除名 已除名"),
        _code("cancelled", "取消预备党员资格", "取消预备资格 已取消预备党员资格"),
        _code("moved", "组织关系已转出", ""),
        _code("deceased", "去世", "死亡 已去世 已故 病故 亡故"),
    ),
)

# National codes 6xx and 9xx; the words are kinds of our own, without a national code
ORGANISATION_KIND = CodeSet(
    "organisation_kind",
    (
        _code("611", "党委", "基层党委 党的基层委员会 委员会 乡镇党委 行业党委"),
        _code("621", "党总支部", "党总支 总支 总支部 党总支部委员会 总支部委员会"),
        _code("631", "党支部", "支部 支部委员会 党支部委员会 流动党员党支部"),
        _code("632", "联合党支部", "联合支部 联合支部委员会 联合党支部委员会"),
        _code("911", "临时党委", "临时委员会"),
        _code("921", "临时党总支部", "临时党总支 临时总支部"),
        _code("931", "临时党支部", "临时支部"),
        _code("932", "临时联合党支部", "临时联合支部"),
        _code("group", "党小组", "641 699 小组"),
        _code("working", "党工委", "工作委员会 工委 党的工作委员会 街道党工委 县直工委 县直机关工委 机关工委"),
        _code("local", "党的地方委员会", "地方委员会 县委 地方党委"),
        _code("village", "行政村", "村 建制村"),
        _code("community", "社区", "居委会 社区居委会"),
    ),
)

# No national list is public; a working list. "看孙子" and the like stay a question on purpose.
LEAVING_REASON = CodeSet(
    "leaving_reason",
    (
        _code("work", "外出务工", "务工 打工 外出打工 在外务工 在外打工 外出务工经商 务工经商 外出就业 就业"),
        _code("business", "经商", "外出经商 做生意 在外经商 个体经营 创业 外出创业 投资经商"),
        _code("study", "求学", "上学 学习 外出求学 就学 读书 在读"),
        _code("family", "随迁", "随迁（投靠子女/配偶） 投靠子女 投靠配偶 随子女居住 随子女 投亲 随家属 随军"),
        _code("graduate", "毕业待就业", "毕业未就业 未就业毕业生 待就业 毕业生待就业"),
        _code("retired", "退休异地居住", "异地养老 退休异地安置 异地居住 退休 退休养老 异地退休"),
        _code("abroad", "出国（境）", "出国 出境 因私出国 公派出国 出国留学 出国务工"),
        _code("other", "其他", "其它 其他原因"),
    ),
)

# GB/T 4754-2017, the 20 sections
INDUSTRY = CodeSet(
    "industry",
    (
        _code("A", "农、林、牧、渔业", "农业 农林牧渔 种植业 养殖业 林业 渔业 畜牧业 务农"),
        _code("B", "采矿业", "采矿 煤矿 矿业"),
        _code("C", "制造业", "制造 工业 加工业 生产制造 服装加工 工厂"),
        _code("D", "电力、热力、燃气及水生产和供应业", "电力 供电 供水 燃气 电力热力燃气水"),
        _code("E", "建筑业", "建筑 建筑施工 装修 装饰装修 建筑装修 工地"),
        _code("F", "批发和零售业", "批发零售 零售 批发 批发零售业 零售业 商贸 销售 商业 个体经营"),
        _code("G", "交通运输、仓储和邮政业", "交通运输 运输 物流 快递 货运 交通运输仓储邮政 司机 快递业 仓储"),
        _code("H", "住宿和餐饮业", "餐饮 餐饮业 住宿餐饮 酒店 住宿 饮食"),
        _code("I", "信息传输、软件和信息技术服务业", "信息技术 软件 互联网 信息传输软件信息技术 通信 电子商务 IT"),
        _code("J", "金融业", "金融 银行 保险 金融保险"),
        _code("K", "房地产业", "房地产 物业 物业管理 房产中介"),
        _code("L", "租赁和商务服务业", "租赁商务 商务服务 租赁 劳务派遣 保安 商务服务业"),
        _code("M", "科学研究和技术服务业", "科研 科研技术服务 技术服务 科学研究 科技"),
        _code("N", "水利、环境和公共设施管理业", "水利 环保 环卫 水利环境公共设施 公共设施管理"),
        _code("O", "居民服务、修理和其他服务业", "居民服务 家政 家政服务 修理 汽修 服务业 居民服务修理其他"),
        _code("P", "教育", "教育业 教师 学校 培训 教育培训"),
        _code("Q", "卫生和社会工作", "卫生 医疗 卫生社会工作 医院 医疗卫生 养老 养老服务 护理"),
        _code("R", "文化、体育和娱乐业", "文化 体育 娱乐 文化体育娱乐 文体娱乐 传媒"),
        _code("S", "公共管理、社会保障和社会组织", "公共管理 机关 社会组织 行政 公务员 公共管理社会保障社会组织"),
        _code("T", "国际组织"),
    ),
)

# What 流动党员情况（一） of the national statistics asks of those who have left: the kind of unit they went to, and what they did
# before. Its lines add some of these up.
UNIT_KIND = CodeSet(
    "unit_kind",
    (
        _code("organ", "机关", "党政机关 国家机关"),
        _code("institution", "事业单位", "学校 医院"),
        _code("talent", "人才（劳动）服务中心", "人才服务中心 劳动服务中心 人才市场"),
        _code("public_firm", "公有经济控制企业", "国有企业 国企 央企 集体企业 公有企业"),
        _code("public_hmt", "公有经济控制的港澳台商投资企业"),
        _code("public_foreign", "公有经济控制的外商投资企业"),
        _code("private_school", "民办非企业单位", "民办非企业 民办学校 民办医院"),
        _code("private_firm", "私营企业", "民营企业 私企 民企"),
        _code("private_hmt", "港澳台商投资企业", "港资企业 台资企业 港澳台企业"),
        _code("private_foreign", "外商投资企业", "外资企业 外企 合资企业"),
        _code("individual", "个体工商户", "个体户 个体 个体经营"),
        _code("community", "城市社区（居委会）", "城市社区 社区 居委会"),
        _code("town_community", "乡镇社区（居委会）", "乡镇社区 乡镇居委会"),
        _code("village", "建制村", "行政村 村"),
        _code("other", "其他", "其它"),
    ),
)
FORMER_WORK = CodeSet(
    "former_work",
    (
        _code(
            "manager",
            "公有经济企事业单位管理、专业技术人员",
            "公有经济企事业单位管理人员 公有经济企事业单位专业技术人员 企事业单位管理人员 专业技术人员",
        ),
        _code("worker", "工勤技能人员", "工勤人员 工人"),
        _code("farmer", "农牧渔民", "农民 牧民 渔民 务农"),
        _code("graduate", "未就业高校毕业生", "高校毕业生 未就业毕业生 毕业待就业"),
        _code("agency", "中介组织从业人员", "中介组织"),
        _code("lawyer", "执业律师", "律师"),
        _code("accountant", "会计师", "注册会计师"),
        _code("other", "其他", "其它"),
    ),
)

# The two registers of lost members (失联两表)
LOST_REASON = CodeSet(
    "lost_reason",
    (
        _code("1", "外出务工经商", "外出务工 务工经商 务工 经商 外出经商"),
        _code("2", "单位改制或破产", "单位改制 单位破产 企业改制或破产 企业改制 企业破产"),
        _code("3", "毕业后去向不明", "毕业去向不明 毕业后失联"),
        _code("4", "工作单位改变", "工作变动 更换工作单位 离职"),
        _code("5", "出国（境）", "出国 出境"),
        _code("6", "居住地改变", "居住地变动 搬迁 居住地变化"),
        _code("7", "其他", "其它 其他（备注写明）"),
    ),
)
ORGANISATION_CATEGORY = CodeSet(
    "organisation_category",
    (
        _code("1", "国有企业", "国企"),
        _code("2", "非公有制企业", "非公企业 民营企业 私营企业 非公有制经济组织"),
        _code("3", "农村", "村 建制村 行政村"),
        _code("4", "党政机关", "机关"),
        _code("5", "学校", "高校 中小学"),
        _code("6", "其他事业单位", "事业单位"),
        _code("7", "街道社区", "社区 街道 城市社区"),
        _code("8", "社会组织"),
        _code("9", "其他", "其它"),
    ),
)
