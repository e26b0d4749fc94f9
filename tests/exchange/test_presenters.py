"""How imports and their rows are worded."""

from __future__ import annotations

import pytest

from branches.models import Organisation
from core.actors import Actor
from core.behind import Behind
from core.ledgers import CellChange, LedgerRow, Outcome
from exchange import column_presenters, presenters, staging
from exchange.enums import MarkMeaning, State
from exchange.models import ImportBatch, ImportRow
from exchange.row_presenters import RowPresenter, fixes_of, place_text

PHONE = "19900111222"


def batch_of(**values: object) -> ImportBatch:
    sheet = {"index": 0, "name": "流出", "use": True, "why": "", "skipped": [], "marks": {}, "header_row": 3}
    sheet["columns"] = [
        [1, "姓名", "name"],
        [4, "何时走的", "left_on"],
        [5, "去向", "destination_text"],
        [6, "电话", "phone"],
    ]
    sheet["unmapped"] = [[7, "微信"]]
    return ImportBatch(**{"kind": "outflow", "state": State.CHECKED, "sheets": [sheet], **values})


def test_totals_name_what_makes_them_up() -> None:
    counts = {"rows": 29, "new": 21, "changed": 5, "unchanged": 1, "held": 1, "error": 1}
    batch = batch_of(counts=counts, terms={"流出": 26, "短期外出": 1})
    assert presenters.explained(batch) == "29 人：流出 26，短期外出 1，还不能导入 2"
    assert presenters.outcomes(batch) == "新增 21，变更 5，无变化 1，待定 1，需改正 1"
    assert (presenters.usable(batch), presenters.to_write(batch)) == (27, 26)


def test_a_register_of_organisations_counts_no_people() -> None:
    batch = batch_of(kind="organisations", counts={"rows": 3}, terms={})
    assert presenters.explained(batch) == "3 个党组织"


def test_marks_are_questions_until_they_are_answered() -> None:
    batch = batch_of()
    batch.sheets[0]["marks"] = {"red": 2, "fill:FFFF00": 1}
    assert presenters.unanswered(batch) == ["先说明涂了颜色的 1 行是什么意思。", "先说明字是红色的 2 行是什么意思。"]
    batch.answers = {"marks": {"red": "leave", "fill:FFFF00": "take"}}
    assert presenters.unanswered(batch) == []
    assert MarkMeaning.RETURNED in dict(presenters.marks(batch)[0].choices)
    batch.kind = "members"
    assert MarkMeaning.RETURNED not in dict(presenters.marks(batch)[0].choices), "a register does not end journeys"


def test_sheets_with_one_head_are_one_group() -> None:
    batch = batch_of()
    batch.sheets = [dict(batch.sheets[0], index=number, name=name) for number, name in enumerate("甲乙丙")]
    batch.sheets[2] = {**batch.sheets[2], "unmapped": []}
    groups = column_presenters.grouped([sheet_of(sheet) for sheet in batch.sheets])
    assert [group.title for group in groups] == ["甲 等 2 张工作表，表头一样", "丙"]
    assert groups[0].named_columns[0][0] == "sheet-0-column-1"


def sheet_of(sheet: dict[str, object]) -> column_presenters.ShownSheet:
    columns = [
        column_presenters.ShownColumn(1, "B", "姓名", "name", is_same=True),
        *([column_presenters.ShownColumn(7, "H", "微信", "", is_same=False)] if sheet["unmapped"] else []),
    ]
    return column_presenters.ShownSheet(
        int(str(sheet["index"])), str(sheet["name"]), True, True, "", 3, columns=columns
    )


def test_unused_columns_are_named_but_not_all() -> None:
    batch = batch_of()
    assert column_presenters.unused(batch) == "微信"
    batch.sheets[0]["unmapped"] = [[index, f"列{index}"] for index in range(9)]
    assert column_presenters.unused(batch, most=2) == "列0、列1 等 9 列"


@pytest.mark.parametrize(("index", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_are_called_as_excel_calls_them(index: int, letter: str) -> None:
    assert column_presenters.letters(index) == letter


def test_skipped_rows_are_summed_up() -> None:
    rows = [{"row": number, "why": "subtotal"} for number in range(3, 13)] + [{"row": 40, "why": "footer"}]
    assert presenters.skipped(rows) == [
        "小计、合计：第 3、4、5、6、7、8、9、10 等 10 行",
        "表尾的填表人、说明：第 40 行",
    ]


def test_a_place_is_its_region_and_the_rest() -> None:
    assert place_text("320583", "花桥镇") == "江苏省苏州市昆山市花桥镇"
    assert place_text(None, None) == ""


@pytest.fixture
def staged(town_actor: Actor, town: Organisation) -> tuple[ImportBatch, RowPresenter]:
    batch = batch_of(
        organisation=town, path=town.path, file_name="x.xlsx", uploaded_at="2026-11-20T08:00Z", uploaded_by=town_actor.ref,
        checked_at="2026-11-20T08:00Z", checked_by=town_actor.ref,
    )  # fmt: skip
    batch.save()
    return batch, RowPresenter(batch)


def shown_of(staged: tuple[ImportBatch, RowPresenter], row: LedgerRow, town_actor: Actor) -> object:
    batch, presenter = staged
    with Behind() as behind:
        staging.stage([row], batch, 0, behind)
    return presenter.shown(list(ImportRow.objects.visible_to(town_actor).filter(batch=batch)))[0]


@pytest.mark.django_db
def test_a_changed_row_shows_old_and_new_and_no_whole_number(
    staged: tuple[ImportBatch, RowPresenter], town_actor: Actor
) -> None:
    row = LedgerRow("流出", 5, raw={"name": "何静"}, values={"name": "何静", "region_code": "330110", "phone": PHONE})
    row.outcome = Outcome.CHANGED
    row.changes = [
        CellChange("region_code", "320500", "330110"),
        CellChange("phone", "19900999222", PHONE),
        CellChange("note", None, "停机"),
    ]
    shown = shown_of(staged, row, town_actor)
    cells = {cell.label: (cell.before, cell.after) for cell in shown.cells}
    assert cells["流入地"] == ("江苏省苏州市", "浙江省杭州市余杭区")
    assert [(cell.label, cell.after) for cell in shown.others] == [("备注", "停机")]
    assert PHONE not in repr(shown)
    assert "19900999222" not in repr(shown)
    phone = next(cell for cell in shown.cells if cell.label == "联系电话")
    assert phone.is_changed


@pytest.mark.django_db
def test_problems_bring_their_next_steps(staged: tuple[ImportBatch, RowPresenter], town_actor: Actor) -> None:
    row = LedgerRow("流出", 6, raw={"name": "何静", "identity": "37998119850312000X", "reason": "看孙子"})
    row.warn("reason_unknown", "没有这一项。", "reason", ("set:reason", "算作“随迁”", "family"))
    row.error("id_check_digit", "校验不通过。", "identity", ("use_person", "确认是此人", "abc"))
    shown = shown_of(staged, row, town_actor)
    first, second = shown.problems
    assert (first.level, first.key, first.typed) == ("error", "identity", ""), "a number is typed anew, never shown"
    assert [press.value for press in first.buttons] == ["use_person|abc", "leave_out|"]
    assert second.learnable
    assert "family" in dict(second.choices)
    assert not second.buttons
    assert ("use_person", "abc") in fixes_of(row)
    assert ("use_person", "xyz") not in fixes_of(row)
