"""Makes a made-up county for measuring: organisations, register and outflow ledger of N people, as xlsx.

    python bench/make_ledger.py FOLDER [--rows 100000] [--changed 0.01]

The outflow ledger has the nineteen columns, the two-row head and the habits of the sample ledgers; ``--changed``
also writes a next edition in which that share of the rows has a new place. People are nobody: area 379981, phones 199.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import xlsxwriter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from core.domain.identity import check_digit

COUNTY = "中共云湖县委员会"
SURNAMES = "丁贾黎任周何邱戴姚郑顾侯夏汪胡邹余郭金常康段宋易孟刘潘郝方汤李钟董曹叶范王张徐陈杨石毛孔万阎钱史罗蒋"
GIVEN = "桐涛明建秀浩梅金顺珍轩梓国江杰玉耀子静怡东生兰博宇文志祖长俊一春霞燕军成立柱海芳红强"
PLACES = (
    ("上海市", "上海市", "浦东新区"), ("江苏省", "苏州市", "昆山市"), ("浙江省", "杭州市", "余杭区"),
    ("广东省", "深圳市", "宝安区"), ("山东省", "青岛市", "黄岛区"), ("北京市", "北京市", "朝阳区"),
    ("四川省", "成都市", "武侯区"), ("新疆维吾尔自治区", "阿克苏地区", "库车市"),
)  # fmt: skip
REASONS = ("外出务工", "经商", "随迁", "退休异地居住", "求学")
WORK = (
    ("某建筑公司", "建筑业"),
    ("货车司机", "交通运输、仓储和邮政业"),
    ("某超市", "批发和零售业"),
    ("", ""),
    ("某学校", "教育"),
)
HEAD = (
    ("序号", ""), ("姓名", ""), ("性别", ""), ("公民身份号码", ""), ("所在党支部", ""), ("流出情况", "流出时间"),
    ("", "流出原因"), ("", "流入地（省）"), ("", "流入地（市）"), ("", "流入地（县）"), ("", "流入地党组织"),
    ("", "工作单位及职务"), ("", "从事行业"), ("联系情况", "联系电话"), ("", "结对联系人"), ("", "联系人电话"),
    ("是否持有《流动党员活动证》", ""), ("党费交至", ""), ("备注", ""),
)  # fmt: skip
REGISTER_HEAD = (
    "序号", "姓名", "性别", "民族", "公民身份号码", "出生日期", "学历", "人员类别", "入党日期", "转正日期", "所在党支部",
    "手机号码", "家庭住址", "党籍状态", "是否失联党员",
)  # fmt: skip


def numeral(number: int) -> str:
    """A village's name from its number: letters of the given names, never the same twice."""
    first, rest = divmod(number, len(SURNAMES))
    return f"{GIVEN[first % len(GIVEN)]}{SURNAMES[rest]}"


def branches(rows: int) -> list[tuple[str, str]]:
    """(town, full name): about fifty people a branch, a hundred branches a town."""
    count = max(rows // 50, 20)
    towns = [f"{SURNAMES[index % 50]}{'河山店桥集'[index // 50 % 5]}镇" for index in range(max(count // 100, 1))]
    found = []
    for index in range(count):
        town = towns[index % len(towns)]
        found.append((town, f"中共云湖县{town}{numeral(index // len(towns))}村支部委员会"))
    return found


def people(rows: int, random_: random.Random) -> Iterator[tuple[str, str, str, dt.date]]:
    """(name, sex, identity number, born), no number twice."""
    start = dt.date(1940, 1, 1)
    for index in range(rows):
        born = start + dt.timedelta(days=index // 500)
        first17 = f"379981{born:%Y%m%d}{index % 500:03d}"
        name = random_.choice(SURNAMES) + "".join(random_.choices(GIVEN, k=random_.choice((1, 2))))
        yield name, "男" if index % 2 else "女", first17 + check_digit(first17), born


def write(path: Path, sheet_name: str, rows: Iterator[list[object]]) -> None:
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet(sheet_name)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell != "":
                sheet.write(number, column, cell)
    book.close()


def organisations(found: list[tuple[str, str]]) -> Iterator[list[object]]:
    yield ["云湖县党组织名册"]
    yield ["序号", "党组织名称", "上级党组织", "组织类别"]
    yield [1, COUNTY, "", "党的地方委员会"]
    towns = dict.fromkeys(town for town, _name in found)
    for number, town in enumerate(towns, 2):
        yield [number, f"中共云湖县{town}委员会", COUNTY, "611"]
    for number, (town, name) in enumerate(found, len(towns) + 2):
        yield [number, name, f"中共云湖县{town}委员会", "631"]


def register(rows: int, found: list[tuple[str, str]], seed: int) -> Iterator[list[object]]:
    random_ = random.Random(seed)
    yield ["云湖县党员基本信息名册"]
    yield list(REGISTER_HEAD)
    for index, (name, sex, identity, born) in enumerate(people(rows, random_)):
        joined = born + dt.timedelta(days=9000)
        yield [
            index + 1, name, sex, "汉族", identity, born.isoformat(), "初中", "正式党员", joined.isoformat(),
            (joined + dt.timedelta(days=365)).isoformat(), found[index % len(found)][1], f"199{index:08d}",
            "云湖县某镇某村", "正常", "否",
        ]  # fmt: skip


def outflow(rows: int, found: list[tuple[str, str]], seed: int, moved: float = 0.0) -> Iterator[list[object]]:
    random_, movers = random.Random(seed), random.Random(seed + 1)
    yield ["云湖县流出党员台账"]
    yield [
        "填报单位（盖章）：中共云湖县委员会",
        *[""] * 15,
        "填报日期：2026年9月30日" if not moved else "填报日期：2026年11月10日",
    ]
    yield [upper for upper, _lower in HEAD]
    yield [lower for _upper, lower in HEAD]
    for index, (name, sex, identity, _born) in enumerate(people(rows, random_)):
        place = PLACES[(index + (movers.random() < moved)) % len(PLACES)]
        employer, industry = WORK[index % len(WORK)]
        left = dt.date(2016, 1, 1) + dt.timedelta(days=index % 3500)
        yield [
            index + 1, name, sex, identity, found[index % len(found)][1], left.isoformat(), REASONS[index % 5], *place,
            "无" if index % 3 else f"{place[1]}流动党员党支部", employer, industry, f"199{index:08d}",
            numeral(index % 900), f"199{90000000 + index % 5000:08d}", "是" if index % 2 else "否",
            f"2026年{index % 9 + 1}月", "—",
        ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--changed", type=float, default=0.01)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    found = branches(options.rows)
    write(options.folder / "organisations.xlsx", "党组织", organisations(found))
    write(options.folder / "register.xlsx", "党员", register(options.rows, found, options.seed))
    write(options.folder / "outflow.xlsx", "流出", outflow(options.rows, found, options.seed))
    write(options.folder / "outflow-next.xlsx", "流出", outflow(options.rows, found, options.seed, options.changed))


if __name__ == "__main__":
    main()
