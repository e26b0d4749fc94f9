"""From a file to the record and back, with a toy ledger: states, rights, questions, repeats."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator
from typing import Any

import openpyxl
import pytest

from audit.models import Event
from branches.models import Organisation
from core import hooks
from core.actors import Actor, acting_as
from core.crypto import CannotOpen
from core.errors import Blocked, NotAllowed, UserError
from core.ledgers import Outcome
from exchange import staging
from exchange.actions.applies import apply, blockers_to_apply, undo
from exchange.actions.batches import answer, cancel, upload
from exchange.actions.checks import check
from exchange.actions.learned import forget_learned, learn_mapping
from exchange.actions.rows import correct_cell, decide
from exchange.errorbook import error_book, make_error_book
from exchange.handlers import run_apply, run_check
from exchange.models import ImportBatch, ImportChunk, ImportRow, LearnedMapping, LearnedValue
from exchange.report import report_of
from files import actions as files
from tests.exchange.bookmaking import identity, xlsx
from tests.exchange.toy import HEAD, Toy, registered

pytestmark = pytest.mark.django_db
BRANCH = "何寨村党支部"


@pytest.fixture
def toy() -> Iterator[Toy]:
    with registered() as ledger:
        yield ledger


def row(number: int, *, name: str = "王小明", who: Any = None, branch: str = BRANCH, left: Any = "2024-07-05",
        reason: str = "务工", phone: Any = "", note: str = "") -> list[Any]:  # fmt: skip
    return [name, identity(number) if who is None else who, branch, left, reason, phone or f"199000{number:05d}", note]


def book(*rows: list[Any], head: list[str] = HEAD, date: str = "2026年9月30日", **options: Any) -> bytes:
    return xlsx([["马店镇试验台账"], [f"填报单位：马店镇党委　填报日期：{date}"], head, *rows], **options)


@pytest.fixture
def bring(toy: Toy, town_actor: Actor, branch: Organisation) -> Callable[..., ImportBatch]:
    """Upload and check one book as the town."""

    def run(data: bytes, *, by: Actor = town_actor, name: str = "试验.xlsx", **options: Any) -> ImportBatch:
        with acting_as(by):
            (batch,) = upload(data=data, name=name, by=by, **options)
            return check(batch=batch, by=by) if batch.state == "recognised" else batch

    return run


def rows_of(batch: ImportBatch, by: Actor) -> list[ImportRow]:
    return list(ImportRow.objects.visible_to(by).filter(batch=batch).order_by("pk"))


def codes_of(batch: ImportBatch, by: Actor) -> list[str]:
    return [one.codes.strip() for one in rows_of(batch, by)]


def test_a_file_is_recognised_checked_applied_and_undone(
    bring: Callable[..., ImportBatch], toy: Toy, town_actor: Actor, town: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(hooks.batch_applied, "_functions", [])
    hooks.batch_applied.register(lambda batch, by: told.append(batch.public_id))
    batch = bring(book(row(1), row(2, left="2025-02-30")))
    assert (batch.state, batch.kind, batch.organisation, batch.path) == ("checked", "toy", town, town.path)
    assert batch.edition_date == dt.date(2026, 9, 30)
    assert batch.counts == {
        "rows": 2,
        "new": 2,
        "changed": 0,
        "unchanged": 0,
        "held": 0,
        "error": 0,
        "warning": 1,
        "asked": 0,
    }
    assert toy.records == {}, "nothing is written before apply"
    with acting_as(town_actor):
        applied = apply(batch=batch, by=town_actor)
        assert set(toy.records) == {identity(1), identity(2)}
        assert (applied.state, applied.terms) == ("applied", {"人": 2})
        again = apply(batch=batch, by=town_actor)
        assert again.state == "applied"
        assert toy.versions == {identity(1): 1, identity(2): 1}, "a second apply does nothing"
        undone, restored = undo(batch=batch, by=town_actor)
        assert (undone.state, restored.restored, toy.records) == ("undone", 2, {})
        assert undo(batch=batch, by=town_actor)[1].restored == 0
    assert told == [batch.public_id]
    events = Event.objects.visible_to(town_actor).filter(subject_id=batch.public_id).order_by("pk")
    assert list(events.values_list("kind", flat=True)) == ["import.received", "import.applied", "import.undone"]
    assert len(events[1].data["digest"]) == 64


def test_the_same_file_again_has_nothing_to_do(bring: Callable[..., ImportBatch], town_actor: Actor) -> None:
    data = book(row(1), row(2))
    with acting_as(town_actor):
        apply(batch=bring(data), by=town_actor)
    batch = bring(data)
    assert batch.counts["unchanged"] == 2
    assert [notice["code"] for notice in batch.notices] == ["nothing_to_do"]


def test_an_older_edition_warns(bring: Callable[..., ImportBatch], town_actor: Actor) -> None:
    with acting_as(town_actor):
        apply(batch=bring(book(row(1), date="2026年11月10日")), by=town_actor)
    assert [one["code"] for one in bring(book(row(1, note="旧"))).notices] == ["older_edition"]


def test_the_branch_comes_from_the_row_else_the_sheet_else_the_unit(
    bring: Callable[..., ImportBatch], town_actor: Actor, branch: Organisation, other_branch: Organisation,
    secretary_actor: Actor,
) -> None:  # fmt: skip
    own = bring(book(row(1, branch="吕楼村党支部"), row(2), name="何寨村"))
    assert [one.organisation_id for one in rows_of(own, town_actor)] == [other_branch.pk, branch.pk]
    by_sheet = bring(book(row(1, branch=""), name="吕楼村"))
    assert [one.organisation_id for one in rows_of(by_sheet, town_actor)] == [other_branch.pk]
    by_uploader = bring(book(row(1, branch="")), by=secretary_actor)
    assert [one.organisation_id for one in rows_of(by_uploader, secretary_actor)] == [branch.pk]
    nowhere = bring(book(row(1, branch="")))
    assert codes_of(nowhere, town_actor) == ["branch_missing"]


def test_unknown_foreign_and_committee_branches_stop_the_row(
    bring: Callable[..., ImportBatch], town_actor: Actor, foreign_branch: Organisation
) -> None:
    batch = bring(
        book(row(1, branch="不存在村党支部"), row(2, branch=foreign_branch.name), row(3, branch="马店镇党委"))
    )
    assert codes_of(batch, town_actor) == ["branch_unknown", "branch_out_of_scope", "branch_unknown"]


def test_the_same_person_twice_stops_the_later_row(bring: Callable[..., ImportBatch], town_actor: Actor) -> None:
    batch = bring(book(row(1), row(2), row(1, name="张三丰")))
    assert [one.outcome for one in rows_of(batch, town_actor)] == ["new", "new", "error"]
    assert codes_of(batch, town_actor)[2] == "duplicate_in_file"


def test_all_or_nothing_refuses_and_good_rows_only_takes_the_rest(
    bring: Callable[..., ImportBatch], toy: Toy, town_actor: Actor
) -> None:
    batch = bring(book(row(1), row(2, who="3799811990")))
    assert blockers_to_apply(batch, "all")
    with acting_as(town_actor):
        with pytest.raises(Blocked, match="1 行"):
            apply(batch=batch, by=town_actor)
        assert toy.records == {}
        assert apply(batch=batch, by=town_actor, mode="good_rows").state == "applied"
    assert set(toy.records) == {identity(1)}


def test_rights_are_checked_again_when_applying(
    bring: Callable[..., ImportBatch], toy: Toy, other_town_actor: Actor, auditor_actor: Actor, town_actor: Actor
) -> None:
    batch = bring(book(row(1)))
    for stranger in (other_town_actor, auditor_actor):
        with acting_as(stranger), pytest.raises(NotAllowed):
            apply(batch=batch, by=stranger)
    with acting_as(auditor_actor), pytest.raises(NotAllowed):
        upload(data=book(row(1)), name="x.xlsx", by=auditor_actor)
    assert toy.records == {}


def test_a_branch_closed_since_the_check_stops_the_apply(
    bring: Callable[..., ImportBatch], toy: Toy, town_actor: Actor, branch: Organisation
) -> None:
    batch = bring(book(row(1)))
    Organisation.objects.filter(pk=branch.pk).update(closed_on=dt.date(2026, 11, 1))
    with acting_as(town_actor), pytest.raises(UserError, match="撤销"):
        apply(batch=batch, by=town_actor)
    assert toy.records == {}


def test_another_file_under_the_same_name_is_refused(
    bring: Callable[..., ImportBatch], toy: Toy, town_actor: Actor
) -> None:
    batch = bring(book(row(1)))
    ImportBatch.objects.visible_to(town_actor).filter(pk=batch.pk).update(sha256="0" * 64)
    with acting_as(town_actor), pytest.raises(UserError, match="不一致"):
        apply(batch=batch, by=town_actor)
    assert toy.records == {}


def test_a_record_changed_since_the_check_is_compared_again(
    bring: Callable[..., ImportBatch], toy: Toy, town_actor: Actor
) -> None:
    batch = bring(book(row(1), row(2)))
    toy.touch(identity(1), note="别人改的")
    with acting_as(town_actor):
        applied = apply(batch=batch, by=town_actor)
    assert applied.counts["changed"] == 1
    assert applied.counts["new"] == 1
    assert toy.records[identity(1)]["note"] == "别人改的"
    assert toy.records[identity(1)]["left_on"] == "2024-07-05"


def test_a_cell_is_mended_on_screen_and_the_original_kept(
    bring: Callable[..., ImportBatch], toy: Toy, town_actor: Actor
) -> None:
    batch = bring(book(row(1, left="2025-02-30"), row(2, who="37998119")))
    first, second = rows_of(batch, town_actor)
    with acting_as(town_actor):
        fixed = correct_cell(batch=batch, row=first, key="left_on", text="2025年2月28日", by=town_actor)
        assert (fixed.values["left_on"], fixed.raw["left_on"], fixed.messages) == ("2025-02-28", "2025-02-30", [])
        correct_cell(batch=batch, row=second, key="identity", text=identity(2), by=town_actor)
        batch.refresh_from_db()
        assert (batch.counts["new"], batch.counts["error"], batch.counts["warning"]) == (2, 0, 0)
        first.refresh_from_db()
        assert staging.corrections_of(first, batch.public_id) == {"left_on": "2025年2月28日"}
        doubled = correct_cell(batch=batch, row=second, key="identity", text=identity(1), by=town_actor)
        assert doubled.messages[-1].code == "duplicate_in_file"
        with pytest.raises(UserError):
            correct_cell(batch=batch, row=first, key="nonsense", text="x", by=town_actor)


def test_a_button_sets_a_value_and_teaches_it_until_undone(
    bring: Callable[..., ImportBatch], toy: Toy, town_actor: Actor
) -> None:
    batch = bring(book(row(1, reason="看孙子")))
    (stored,) = rows_of(batch, town_actor)
    with acting_as(town_actor):
        fixed = decide(batch=batch, row=stored, code="set:reason", value="family", by=town_actor, learn=True)
        assert fixed is not None
        assert fixed.values["reason"] == "family"
        apply(batch=batch, by=town_actor)
    second = bring(book(row(2, reason="看孙子")))
    assert codes_of(second, town_actor) == ["learned_value"]
    learned = LearnedValue.objects.visible_to(town_actor).get()
    assert (learned.text, learned.value, learned.uses) == ("看孙子", "family", 1)
    with acting_as(town_actor):
        undo(batch=batch, by=town_actor)
    assert not LearnedValue.objects.visible_to(town_actor).exists()
    assert codes_of(bring(book(row(3, reason="看孙子"))), town_actor) == ["reason_unknown"]


def test_a_branch_is_chosen_by_button_and_remembered(
    bring: Callable[..., ImportBatch], town_actor: Actor, branch: Organisation
) -> None:
    batch = bring(book(row(1, branch="何家寨子")))
    (stored,) = rows_of(batch, town_actor)
    assert stored.outcome == Outcome.ERROR
    with acting_as(town_actor):
        fixed = decide(
            batch=batch, row=stored, code="set:organisation", value=branch.public_id, by=town_actor, learn=True
        )
    assert fixed is not None
    assert (fixed.organisation_id, fixed.values["organisation"], fixed.outcome) == (branch.pk, branch.name, Outcome.NEW)
    (later,) = rows_of(bring(book(row(2, branch="何家寨子"))), town_actor)
    assert (later.organisation_id, later.codes.strip()) == (branch.pk, "learned_value")


def test_a_decision_goes_to_the_ledger_and_a_row_can_be_left_out(
    bring: Callable[..., ImportBatch], town_actor: Actor
) -> None:
    batch = bring(book(row(1, who=""), row(2, who="1")))
    held, wrong = rows_of(batch, town_actor)
    assert held.outcome == "held"
    with acting_as(town_actor):
        decided = decide(batch=batch, row=held, code="use_person", value="一号", by=town_actor)
        assert decided is not None
        assert decided.basis["decisions"] == {"use_person": "一号"}
        assert decide(batch=batch, row=wrong, code="leave_out", value="", by=town_actor) is None
        batch.refresh_from_db()
    assert (batch.counts["rows"], batch.stopped_rows) == (1, 0)
    assert {"row": wrong.number, "why": "left_out"} in batch.sheets[0]["skipped"]


def marked(workbook: Any, sheet: Any) -> None:
    struck = workbook.add_format({"font_strikeout": True})
    red = workbook.add_format({"font_color": "red"})
    for column, value in enumerate(row(2)):
        sheet.write(4, column, value, struck)
    for column, value in enumerate(row(3)):
        sheet.write(5, column, value, red)


def test_struck_rows_stay_out_and_red_ones_come_in_until_somebody_says_otherwise(
    bring: Callable[..., ImportBatch], town_actor: Actor
) -> None:
    data = book(row(1), row(2), row(3), more=marked)
    batch = bring(data)
    assert batch.sheets[0]["skipped"] == [{"row": 5, "why": "struck"}]
    assert batch.sheets[0]["marks"] == {"struck": 1, "red": 1}
    assert codes_of(batch, town_actor) == ["", "marked_row"]
    with acting_as(town_actor):
        answered = answer(batch=batch, by=town_actor, answers={"marks": {"struck": "take", "red": "leave"}})
        again = check(batch=answered, by=town_actor)
    assert [one.number for one in rows_of(again, town_actor)] == [4, 5]


def test_a_column_is_put_right_and_the_heading_learned(bring: Callable[..., ImportBatch], town_actor: Actor) -> None:
    head = ["姓名", "身份证号", "所在党支部", "啥时候走的", *HEAD[4:]]
    batch = bring(book(row(1), head=head))
    assert batch.sheets[0]["unmapped"] == [[3, "啥时候走的"]]
    with acting_as(town_actor):
        answered = answer(batch=batch, by=town_actor, answers={"columns": {"0": {"3": "left_on"}}})
        again = check(batch=answered, by=town_actor)
        assert report_of(again)["rows"][0]["values"]["left_on"] == "2024-07-05"
        learn_mapping(batch=again, heading="啥时候走的", key="left_on", by=town_actor)
    later = bring(book(row(2), head=head))
    assert [3, "啥时候走的", "left_on"] in later.sheets[0]["columns"]
    assert "learned_mapping" in {notice["code"] for notice in later.notices}
    with acting_as(town_actor):
        forget_learned(learned=LearnedMapping.objects.visible_to(town_actor).get(), by=town_actor)
    assert bring(book(row(3), head=head)).sheets[0]["unmapped"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"%PDF-1.4", "not_a_table"),
        (xlsx([["甲", "乙"], [1, 2]]), "kind_unknown"),
        (xlsx([["马店镇试验台账"], ["姓名", "所在党支部", "外出时间"], ["王小明", BRANCH, "2024"]]), "columns_missing"),
        (xlsx([["姓名", "身份证号", "姓名"], ["王", "1", "李"]]), "columns_double"),
        (book(), "no_rows"),
        (book(["填表人：王小明"]), "no_rows"),
        (book(["无"]), "nobody"),
    ],
)
def test_files_that_cannot_be_taken_are_refused_with_a_sentence(
    bring: Callable[..., ImportBatch], town_actor: Actor, data: bytes, code: str
) -> None:
    with acting_as(town_actor):
        (batch,) = upload(data=data, name="试验.xlsx", by=town_actor)
    assert (batch.state, batch.refusal["code"]) == ("refused", code)
    assert batch.refusal["text"]


def test_a_cancelled_upload_leaves_no_rows_and_no_file(bring: Callable[..., ImportBatch], town_actor: Actor) -> None:
    batch = bring(book(row(1)))
    with acting_as(town_actor):
        assert cancel(batch=batch, by=town_actor).state == "cancelled"
        assert rows_of(batch, town_actor) == []
        with pytest.raises(UserError):
            files.find(batch.file, town_actor)
        with pytest.raises(UserError):
            check(batch=batch, by=town_actor)


def test_the_error_book_comes_back_mended_and_is_taken(bring: Callable[..., ImportBatch], town_actor: Actor) -> None:
    batch = bring(book(row(1), row(2, who=3.799811955041592e17), row(3, left="=1+1"), name="何寨村"))
    with acting_as(town_actor):
        data = error_book(batch)
        stored = make_error_book(batch=batch, by=town_actor)
        assert stored.purpose == "error_book"
        again = bring(data)
        assert again.sheets[0]["name"] == "何寨村"
        assert [one.codes for one in rows_of(again, town_actor)] == [
            one.codes for one in rows_of(batch, town_actor) if one.codes
        ]
        assert "问题说明" in [text for _index, text in again.sheets[0]["unmapped"]]


def test_a_refused_double_stays_out_of_the_error_book(bring: Callable[..., ImportBatch], town_actor: Actor) -> None:
    batch = bring(book(row(1), row(2, left="2025-02-30"), row(1, name="张三丰")))
    assert codes_of(batch, town_actor)[2] == "duplicate_in_file"
    with acting_as(town_actor):
        pages = {page.title: page for page in openpyxl.load_workbook(io.BytesIO(error_book(batch)))}
        alone = openpyxl.load_workbook(io.BytesIO(error_book(bring(book(row(3), row(3))))))
    held, note = pages.values()
    assert [cell.value for cell in held["A"]][3:] == ["王小明"], (
        "the double would come up as a change for the first person"
    )
    assert [cell.value for cell in note["A"]] == ["第 6 行与第 4 行是同一个人，没有放进来。"]
    assert [page.title for page in alone] == [note.title]


class Steps:
    def __init__(self) -> None:
        self.seen: list[tuple[int, int]] = []

    def step(self, done: int, total: int, text: str = "") -> None:
        self.seen.append((done, total))

    def log(self, text: str) -> None: ...


def test_the_jobs_do_the_same_as_the_actions(toy: Toy, town_actor: Actor, branch: Organisation) -> None:
    steps = Steps()
    with acting_as(town_actor):
        (batch,) = upload(data=book(row(1), row(2)), name="试验.xlsx", by=town_actor)
        params = {"batch": batch.public_id, "mode": "all"}
        assert run_check(params, town_actor, steps)["state"] == "checked"
        assert run_apply(params, town_actor, steps)["terms"] == {"人": 2}
    assert steps.seen[-1] == (2, 2)


def test_rows_of_another_batch_do_not_open_in_their_place(bring: Callable[..., ImportBatch], town_actor: Actor) -> None:
    first, second = bring(book(row(1))), bring(book(row(2)))
    chunks = ImportChunk.objects.visible_to(town_actor)
    chunks.filter(batch=first).update(blob=bytes(chunks.get(batch=second).blob))
    with acting_as(town_actor), pytest.raises(CannotOpen):
        list(staging.staged(first))
