"""Whatever stands in a file, and wherever: no table holds a whole number of it in the clear."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from core.actors import Actor, acting_as
from core.errors import UserError
from exchange.actions.applies import apply
from exchange.actions.batches import upload
from exchange.actions.checks import check
from exchange.actions.learned import learn_mapping
from exchange.forms import said_of_columns
from exchange.models import ImportBatch
from tests.conftest import make_identity, next_identity
from tests.exchange.bookmaking import xlsx

pytestmark = pytest.mark.django_db
P = [f"199007{number:05d}" for number in range(40)]
WHO = make_identity(881)
WHO_COLUMNS = ("姓名", "身份证号码", "联系电话", "所在党支部")
COLUMNS = {
    "outflow": ("外出时间", "流出地", "工作单位", "联系人", "外出原因", "备注"),
    "members": ("性别", "民族", "学历", "入党时间", "家庭住址", "备注"),
    "lost": ("失去联系时间", "失去联系情形", "查找经过", "备注"),
    "inflow": ("流入时间", "现居住地", "工作单位", "组织关系所在党支部", "备注"),
}


def in_the_clear() -> set[tuple[str, str]]:
    return {(table, one) for table, text in everything() for one in (*P, WHO) if one in text}


def everything() -> Iterator[tuple[str, str]]:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                yield table, str([bytes(cell) if isinstance(cell, memoryview) else cell for cell in row])


def bring(by: Actor, *rows: list[Any], name: str = "台账.xlsx", kind: str = "outflow") -> ImportBatch:
    with acting_as(by):
        (batch,) = upload(data=xlsx(rows, name=f"流出{P[35]}"), name=name, by=by, kind=kind)
        return check(batch=batch, by=by) if batch.state == "recognised" else batch


@pytest.mark.parametrize("kind", ["outflow", "members", "lost", "inflow"])
def test_numbers_in_every_corner_of_a_ledger(kind, town_actor, branch, make_member, client_for, town_user):
    known = next_identity()
    make_member(branch, name="何小明", identity=known)
    columns = COLUMNS[kind]
    said = [f"2024-07 {P[index]}" for index, _ in enumerate(columns)]
    rows = [
        [f"马店镇党员台账 联系电话{P[29]}"],
        [f"填报单位：马店镇党委 {P[30]}　填报日期：2026年9月30日 电话：{P[31]}"],
        [*WHO_COLUMNS, *columns, "其他"],
        ["何小明", known, f"{P[20]}、{P[21]}", "何寨村党支部", *said, P[27]],
        ["何小明", known, P[22], "何寨村党支部", *said],
        [f"李四{P[23]}", f"{WHO}（{P[24]}）", "", f"何寨村党支部{P[25]}", *said[::-1]],
        [P[26], P[27], f"x{P[28]}", P[29], *["2024" for _ in columns]],
        [f"填表人：王五 电话{P[33]}"],
        [f"合计 {P[34]}"],
    ]
    batch = bring(town_actor, *rows, name=f"台账{P[32]}.xlsx", kind=kind)
    assert batch.state == "checked", (batch.refusal, batch.sheets)
    with acting_as(town_actor):
        apply(batch=batch, by=town_actor, mode="good_rows")
    client = client_for(town_user)
    client.post(reverse("import-errors", args=[batch.public_id]))
    for name in ("import-columns", "import-check", "import-result"):
        client.get(reverse(name, args=[batch.public_id]), follow=True)
    assert batch.counts["rows"] == 4
    assert in_the_clear() == set()


def test_a_ledger_without_a_head(town_actor, branch):
    bring(
        town_actor,
        ["何小明", WHO, P[0], "何寨村党支部", "2024-07", "江苏"],
        ["何小红", next_identity(), P[1], "何寨村党支部"],
    )
    assert in_the_clear() == set()


def test_a_heading_with_a_number_in_it_is_read_but_not_remembered(town_actor, branch):
    head = ["姓名", "身份证号码", f"手机{P[0]}", "外出时间"]
    batch = bring(town_actor, ["马店镇流出党员台账"], head, ["何小明", WHO, P[1], "2024"])
    with acting_as(town_actor), pytest.raises(UserError, match="表头里有号码"):
        learn_mapping(batch=batch, heading=head[2], key="phone", by=town_actor)
    assert said_of_columns(batch, {"sheet-0-column-2": "note"}).learned == {}
    assert in_the_clear() == set()
