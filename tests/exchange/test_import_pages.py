"""The wizard as a clerk walks through it, by page and without script."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from branches.models import Organisation
from core.actors import SYSTEM, Actor
from exchange.enums import State
from exchange.models import ImportBatch, ImportRow, LearnedMapping, LearnedValue
from inbox.models import Todo
from jobs import runner
from jobs.models import Job
from members.models import Journey, Member
from tests.exchange.bookmaking import HEAD, identity, ledger, person, xlsx

pytestmark = pytest.mark.django_db
FULL = re.compile(r"\d{17}[\dXx]|\b199\d{8}\b")
BOOK = "流出党员台账-马店镇.xlsx"


@pytest.fixture
def people(make_member: Callable[..., Member], branch: Organisation) -> list[Member]:
    """Four of 何寨村, whom :func:`person` 1 to 4 speaks of."""
    return [
        make_member(branch, name=person(number)[1], identity=identity(number), phone=f"199000{number:05d}")
        for number in range(1, 5)
    ]


@pytest.fixture
def clerk(client_for: Callable[[User], Client], town_user: User) -> Client:
    return client_for(town_user)


def row(number: int, branch: Organisation, **changes: Any) -> list[Any]:
    return person(number, branch=branch.name, **changes)


def give(client: Client, branch: Organisation, *files: tuple[str, bytes]) -> Any:
    assert branch.parent is not None
    given = [SimpleUploadedFile(name, data) for name, data in files]
    return client.post(reverse("import-list"), {"files": given, "organisation": branch.parent.public_id}, follow=True)


def latest() -> ImportBatch:
    batch = ImportBatch.objects.visible_to(SYSTEM).order_by("-pk").first()
    assert batch is not None
    return batch


def page(client: Client, name: str, *more: Any) -> str:
    response = client.get(reverse(name, args=[latest().public_id, *more]), follow=True)
    assert response.status_code == 200
    text = response.content.decode()
    assert not FULL.search(text), "a whole number on a page"
    return text


def post(client: Client, name: str, data: dict[str, Any] | None = None, *more: Any, **headers: Any) -> str:
    response = client.post(reverse(name, args=[latest().public_id, *more]), data or {}, follow=True, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def put_in(client: Client) -> ImportBatch:
    """Confirm, let the worker do it; the batch then."""
    mode = "good_rows" if latest().stopped_rows else "all"
    post(client, "import-apply", {"mode": mode})
    runner.run(latest().job)
    return latest()


def test_a_good_file_goes_from_the_drop_zone_into_the_record(
    clerk: Client, branch: Organisation, people: list[Member]
) -> None:
    response = give(clerk, branch, (BOOK, xlsx(ledger(*(row(number, branch) for number in (1, 2, 3))))))
    text = response.content.decode()
    assert response.redirect_chain[-1][0].endswith("/check/"), "nothing to ask: straight on to the check"
    assert "流出党员台账" in text
    assert "读到 3 人：流出 3" in text
    assert "导入 3 人" in text
    assert not FULL.search(text)
    assert Journey.objects.visible_to(SYSTEM).count() == 0, "nothing is written before it is confirmed"
    assert "会改动 3 人的记录" in page(clerk, "import-apply")
    batch = put_in(clerk)
    assert batch.state == State.APPLIED
    result = page(clerk, "import-detail")
    assert "导入好了" in result
    assert "流出 3" in result
    assert reverse("outflow-list") in result
    assert Journey.objects.visible_to(SYSTEM).open().count() == 3


def test_confirming_twice_is_one_job_and_one_import(clerk: Client, branch: Organisation, people: list[Member]) -> None:
    give(clerk, branch, (BOOK, xlsx(ledger(row(1, branch)))))
    post(clerk, "import-apply", {"mode": "all"})
    assert "正在办理" in page(clerk, "import-detail") or "进度" in page(clerk, "import-detail")
    post(clerk, "import-apply", {"mode": "all"})
    assert Job.objects.visible_to(SYSTEM).filter(kind="exchange.apply").count() == 1
    runner.run(latest().job)
    assert "没有重复导入" in post(clerk, "import-apply", {"mode": "all"})
    assert Journey.objects.visible_to(SYSTEM).count() == 1


def test_the_same_file_again_has_nothing_to_import(clerk: Client, branch: Organisation, people: list[Member]) -> None:
    data = xlsx(ledger(row(1, branch), row(2, branch)))
    give(clerk, branch, (BOOK, data))
    put_in(clerk)
    text = give(clerk, branch, (BOOK, data)).content.decode()
    assert "没有需要导入的内容" in text
    assert "导入 2 人" not in text
    listed = clerk.get(reverse("import-list")).content.decode()
    assert "无需导入" in listed
    assert "等导入" not in listed
    unfinished = clerk.get(reverse("import-list"), {"show": "open"})
    assert (unfinished.context["batches"], unfinished.context["tabs"][1].count) == ([], 0)
    give(clerk, branch, (BOOK, xlsx(ledger(row(1, branch), row(3, branch)))))
    assert clerk.get(reverse("import-list")).context["tabs"][1].count == 1


def test_a_form_sent_twice_opens_the_file_that_is_there(
    clerk: Client, branch: Organisation, people: list[Member]
) -> None:
    data = xlsx(ledger(row(1, branch)))
    give(clerk, branch, (BOOK, data))
    give(clerk, branch, (BOOK, data))
    assert ImportBatch.objects.visible_to(SYSTEM).count() == 1


def test_several_files_are_listed_with_what_they_are(clerk: Client, branch: Organisation, people: list[Member]) -> None:
    files = [(f"{number}.xlsx", xlsx(ledger(row(number, branch)))) for number in (1, 2)]
    text = give(clerk, branch, *files).content.decode()
    assert "收到 2 个文件" in text
    assert text.count("核对并导入") == 2
    assert "1 人：流出 1。新增 1" in text


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("台账.et", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "另存为 xlsx"),
        ("台账.rar", b"Rar!\x1a\x07\x01\x00" + bytes(100), "另存为 xlsx"),
        ("台账.xlsx", b"", "文件是空的"),
        ("台账.xls", b"<html><table><tr><td>1</td></tr></table></html>", "这是网页"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(
    clerk: Client, branch: Organisation, name: str, data: bytes, said: str
) -> None:
    text = give(clerk, branch, (name, data)).content.decode()
    assert said in text
    if data:
        assert latest().state == State.REFUSED
        assert "没有收下，记录没有改动" in text
        assert "换一个文件再传" in text


def test_no_file_at_all(clerk: Client, branch: Organisation) -> None:
    assert "请先选择台账文件" in give(clerk, branch).content.decode()


def test_a_cell_is_mended_in_its_row(clerk: Client, branch: Organisation, people: list[Member]) -> None:
    give(clerk, branch, (BOOK, xlsx(ledger(row(1, branch), row(2, branch, left="2025-02-30")))))
    text = page(clerk, "import-check")
    assert "2025-02-30" in text
    assert latest().counts["warning"] == 1
    number = ImportRow.objects.visible_to(SYSTEM).get(warned=True).number
    part = post(clerk, "import-row", {"correct": "left_on", "text": " "}, 0, number, **{"HX-Request": "true"})
    assert "请先把正确的内容填进框里" in part
    part = post(clerk, "import-row", {"correct": "left_on", "text": "2025-02-28"}, 0, number, **{"HX-Request": "true"})
    assert "2025-02-28" in part
    assert "改过" in part
    assert "hx-swap-oob" in part
    assert "<html" not in part
    assert latest().counts["warning"] == 0
    put_in(clerk)
    days = {one.left_on.iso() for one in Journey.objects.visible_to(SYSTEM)}
    assert days == {"2021-09", "2025-02-28"}


def test_what_was_mended_outlives_a_new_check(clerk: Client, branch: Organisation, people: list[Member]) -> None:
    give(clerk, branch, (BOOK, xlsx(ledger(row(1, branch, left="2025-02-30")))))
    number = ImportRow.objects.visible_to(SYSTEM).get().number
    post(clerk, "import-row", {"correct": "left_on", "text": "2025-02-28"}, 0, number)
    text = post(clerk, "import-columns", {"sheet-0": "1", "edition_date": "2026-11-10"})
    assert "2025-02-28" in text
    assert latest().edition_date == dt.date(2026, 11, 10)


def test_a_damaged_number_is_confirmed_by_a_button_and_taken_back(
    clerk: Client, branch: Organisation, people: list[Member]
) -> None:
    right = identity(1)
    wrong = right[:-1] + ("1" if right[-1] != "1" else "2")
    give(clerk, branch, (BOOK, xlsx(ledger(row(1, branch, id=wrong)))))
    assert latest().counts["error"] == 1
    stored = ImportRow.objects.visible_to(SYSTEM).get()
    pressed = re.search(r'value="(use_person\|[^"]+)"', page(clerk, "import-check"))
    assert pressed
    post(clerk, "import-row", {"fix": pressed[1]}, 0, stored.number)
    assert latest().counts["new"] == 1
    assert latest().terms == {"流出": 1}
    post(clerk, "import-row", {"fix": "use_person|"}, 0, stored.number)
    assert latest().counts["error"] == 1
    assert latest().terms == {}
    post(clerk, "import-row", {"fix": pressed[1]}, 0, stored.number)
    put_in(clerk)
    assert Journey.objects.visible_to(SYSTEM).get().member == people[0]


def test_a_button_that_was_never_there_does_nothing(clerk: Client, branch: Organisation, people: list[Member]) -> None:
    give(clerk, branch, (BOOK, xlsx(ledger(row(1, branch, id="379981198503120001")))))
    number = ImportRow.objects.visible_to(SYSTEM).get().number
    text = post(clerk, "import-row", {"fix": f"use_person|{people[3].public_id}"}, 0, number)
    assert "请照现在的情况再选一次" in text
    assert latest().counts["error"] == 1


def test_somebody_unknown_is_held_and_the_level_above_is_asked(
    clerk: Client, branch: Organisation, people: list[Member], client_for: Callable[[User], Client], county_user: User
) -> None:
    give(clerk, branch, (BOOK, xlsx(ledger(row(1, branch), row(9, branch)))))
    assert latest().counts["held"] == 1
    stored = ImportRow.objects.visible_to(SYSTEM).get(outcome="held")
    assert "已经请上级核对" in post(clerk, "import-row", {"fix": "report|"}, 0, stored.number)
    todo = Todo.objects.visible_to(SYSTEM).get()
    assert "请核对" in todo.text
    assert not FULL.search(todo.text)
    seen = client_for(county_user).get(reverse(todo.url_name, args=todo.url_args), follow=True)
    assert person(9)[1] in seen.content.decode()
    assert "已核对，告诉下级" in seen.content.decode()
    assert "已核对，告诉下级" not in page(clerk, "import-check")
    answer = reverse("import-row", args=[latest().public_id, 0, stored.number])
    assert clerk.post(answer, {"fix": "answered"}).status_code == 403
    client_for(county_user).post(answer, {"fix": "answered"})
    assert not Todo.objects.visible_to(SYSTEM).open().exists()
    assert "上级已经核对过" in page(clerk, "import-check")
    assert "1 行不会导入" in page(clerk, "import-apply")
    assert put_in(clerk).state == State.APPLIED
    assert "还有没导入的" in page(clerk, "import-result")


def test_a_word_that_is_taught_is_read_in_the_other_rows_and_in_the_next_file(
    clerk: Client, branch: Organisation, people: list[Member]
) -> None:
    head = [*HEAD, "外出原因"]
    data = xlsx(ledger(*([*row(number, branch), "看孙子"] for number in (1, 2)), head=head))
    give(clerk, branch, (BOOK, data))
    assert latest().counts["warning"] == 2
    number = ImportRow.objects.visible_to(SYSTEM).order_by("pk")[0].number
    post(clerk, "import-row", {"correct": "reason", "text": "family", "learn": "1"}, 0, number)
    learned = LearnedValue.objects.visible_to(SYSTEM).get()
    assert (learned.key, learned.text) == ("reason", "看孙子")
    assert latest().counts["warning"] == 0, "the other row that says the same is read so at once"
    later = xlsx(ledger([*row(3, branch), "看孙子"], head=head))
    text = give(clerk, branch, ("另一份.xlsx", later)).content.decode()
    assert "1 行按上次的更正自动换了写法" in text
    listed = clerk.get(reverse("import-learned")).content.decode()
    assert "看孙子" in listed
    assert "0 次" not in listed
    clerk.post(reverse("import-forget-word", args=[learned.public_id]))
    assert not LearnedValue.objects.visible_to(SYSTEM).exists()
    clerk.post(reverse("import-remember"))
    assert LearnedValue.objects.visible_to(SYSTEM).get().text == "看孙子"


def test_numbers_and_names_are_never_learned(clerk: Client, branch: Organisation, people: list[Member]) -> None:
    give(clerk, branch, (BOOK, xlsx(ledger(row(1, branch, phone="123")))))
    number = ImportRow.objects.visible_to(SYSTEM).get().number
    post(clerk, "import-row", {"correct": "phone", "text": "19900111222", "learn": "1"}, 0, number)
    assert latest().counts["warning"] == 0
    assert not LearnedValue.objects.visible_to(SYSTEM).exists()


def test_an_unknown_heading_is_explained_once_and_forgotten_again(
    clerk: Client, branch: Organisation, people: list[Member]
) -> None:
    head = [*HEAD[:4], "啥时候出的门", *HEAD[5:]]
    text = give(clerk, branch, (BOOK, xlsx(ledger(row(1, branch), head=head)))).content.decode()
    assert "没有用到的列：啥时候出的门" in text
    assert 'name="sheet-0-column-4"' in page(clerk, "import-columns")
    post(clerk, "import-columns", {"sheet-0": "1", "sheet-0-column-4": "left_on", "learn": "1"})
    assert latest().state == State.CHECKED
    learned = LearnedMapping.objects.visible_to(SYSTEM).get()
    assert learned.key == "left_on"
    give(clerk, branch, ("另一份.xlsx", xlsx(ledger(row(2, branch), head=head))))
    assert "按上次的对应" in page(clerk, "import-columns")
    clerk.post(reverse("import-forget-column", args=[learned.public_id]))
    clerk.post(reverse("import-remember"))
    assert LearnedMapping.objects.visible_to(SYSTEM).get().key == "left_on"


def test_two_columns_cannot_mean_the_same(clerk: Client, branch: Organisation, people: list[Member]) -> None:
    give(clerk, branch, (BOOK, xlsx(ledger(row(1, branch)))))
    text = post(clerk, "import-columns", {"sheet-0": "1", "sheet-0-column-1": "left_on"})
    assert "B 列和 E 列选成了同一项" in text


def test_marked_rows_are_asked_about_once_before_the_import(
    clerk: Client, branch: Organisation, people: list[Member]
) -> None:
    def paint(book: Any, sheet: Any) -> None:
        sheet.set_row(2, None, book.add_format({"font_color": "red"}))
        for column, value in enumerate(row(1, branch)):
            sheet.write(2, column, value, book.add_format({"font_color": "red"}))

    give(clerk, branch, (BOOK, xlsx(ledger(row(1, branch), row(2, branch)))))
    put_in(clerk)
    later = xlsx(ledger(row(1, branch), row(2, branch)), more=paint)
    text = give(clerk, branch, ("二.xlsx", later)).content.decode()
    assert "字是红色的 1 行" in text
    assert "没有需要导入的内容" not in text
    listed = clerk.get(reverse("import-list"))
    assert "无需导入" not in listed.content.decode(), "a question is open: what red means may change the rows"
    assert listed.context["tabs"][1].count == 1
    assert "先说明" in post(clerk, "import-apply", {"mode": "all"})
    assert latest().state == State.CHECKED
    text = post(clerk, "import-marks", {"mark-red": "returned"})
    assert "已返乡 1" in text
    put_in(clerk)
    assert Journey.objects.visible_to(SYSTEM).filter(state="returned").get().member == people[0]


def test_checked_rows_are_paged_by_key_worst_first(clerk: Client, branch: Organisation) -> None:
    given = [row(number, branch) for number in range(1, 121)]
    given[100] = row(101, branch, id="37998119610402")
    give(clerk, branch, (BOOK, xlsx(ledger(*given))))
    address, seen = reverse("import-check", args=[latest().public_id]), []
    while address:
        shown = clerk.get(address)
        seen.append([one.number for one in shown.context["rows"]])
        address = shown.context["next_url"]
    assert [len(numbers) for numbers in seen] == [50, 50, 20]
    assert len({number for numbers in seen for number in numbers}) == 120
    assert seen[0][0] == 103, "the row that cannot go in comes first"
    back = clerk.get(shown.context["previous_url"])
    assert [one.number for one in back.context["rows"]] == seen[1]
    stale = clerk.get(reverse("import-check", args=[latest().public_id]), {"at": "no-such-page"})
    assert [one.number for one in stale.context["rows"]] == seen[0]


def test_undo_says_what_it_will_not_take_back(
    clerk: Client, branch: Organisation, people: list[Member], town_actor: Actor
) -> None:
    give(clerk, branch, (BOOK, xlsx(ledger(row(1, branch), row(2, branch)))))
    put_in(clerk)
    assert "不会恢复" in page(clerk, "import-undo")
    assert "已撤销" in post(clerk, "import-undo")
    assert not Journey.objects.visible_to(SYSTEM).open().exists()
    post(clerk, "import-undo")
    assert latest().state == State.UNDONE


def test_put_aside(clerk: Client, branch: Organisation, people: list[Member]) -> None:
    give(clerk, branch, (BOOK, xlsx(ledger(row(1, branch)))))
    assert "不导入了" in post(clerk, "import-cancel")
    assert "这份文件不导入了" in page(clerk, "import-detail")


def test_the_error_book_comes_as_a_file(clerk: Client, branch: Organisation, people: list[Member]) -> None:
    give(clerk, branch, (BOOK, xlsx(ledger(row(1, branch, id="1")))))
    response = clerk.post(reverse("import-errors", args=[latest().public_id]), follow=True)
    assert response.status_code == 200
    assert response.content[:2] == b"PK"


def test_pages_of_a_batch_that_somebody_else_finished_lead_on(
    clerk: Client, branch: Organisation, people: list[Member]
) -> None:
    give(clerk, branch, (BOOK, xlsx(ledger(row(1, branch)))))
    number = ImportRow.objects.visible_to(SYSTEM).get().number
    put_in(clerk)
    assert "不能改行" in post(clerk, "import-row", {"correct": "left_on", "text": "2025"}, 0, number)
    for name in ("import-columns", "import-check", "import-apply"):
        assert "导入好了" in page(clerk, name)
    assert "不能再改" in post(clerk, "import-check")


def test_odd_addresses_are_no_error(clerk: Client, branch: Organisation, people: list[Member]) -> None:
    give(clerk, branch, (BOOK, xlsx(ledger(row(1, branch)))))
    check = reverse("import-check", args=[latest().public_id])
    assert clerk.get(check, {"show": "nonsense"}).status_code == 404
    assert clerk.get(check, {"page": "99"}).status_code == 200
    assert clerk.get(check, {"page": "x"}).status_code == 200
    assert clerk.get(reverse("import-row", args=[latest().public_id, 0, 999])).status_code == 404
    assert "请从页面上的按钮提交" in post(clerk, "import-apply", {"mode": "most"})


def test_others(
    clerk: Client,
    branch: Organisation,
    people: list[Member],
    client_for: Callable[[User], Client],
    other_town_user: User,
    auditor_user: User,
) -> None:
    give(clerk, branch, (BOOK, xlsx(ledger(row(1, branch)))))
    check = reverse("import-check", args=[latest().public_id])
    assert client_for(other_town_user).get(check).status_code == 404
    assert client_for(auditor_user).get(check).status_code == 403
    assert client_for(auditor_user).get(reverse("import-list")).status_code == 403
