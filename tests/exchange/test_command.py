"""The command line: who, for whom, how it ends, and what the report says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from branches.models import Organisation
from core.actors import SYSTEM
from exchange.actions.applies import undo
from exchange.models import ImportBatch
from tests.exchange.bookmaking import identity, zipped
from tests.exchange.test_engine import book, row
from tests.exchange.toy import Toy, registered

pytestmark = pytest.mark.django_db
Run = Callable[..., tuple[int, list[dict[str, Any]]]]


@pytest.fixture
def toy() -> Iterator[Toy]:
    with registered() as ledger:
        yield ledger


@pytest.fixture
def run(toy: Toy, town_user: User, branch: Organisation, tmp_path: Path) -> Run:
    def call(
        *files: tuple[str, bytes], user: User = town_user, options: tuple[str, ...] = ()
    ) -> tuple[int, list[dict[str, Any]]]:
        paths = []
        for name, data in files:
            paths.append(tmp_path / name)
            paths[-1].write_bytes(data)
        report, code = tmp_path / "report.json", 0
        arguments = [*map(str, paths), "--as", user.username, "--report", str(report), *options]
        try:
            call_command("import_ledger", *arguments, stdout=StringIO(), stderr=StringIO())
        except SystemExit as left:
            code = int(left.code or 0)
        return code, json.loads(report.read_text("utf-8"))

    return call


def test_the_report_has_the_promised_shape(run: Run) -> None:
    data = book(row(1, left="2025-02-30"), row(2, who="37998119"))
    code, (report,) = run(("试验.xlsx", data))
    assert code == 1
    assert {key: report[key] for key in ("file", "sha256", "kind", "state", "refusal")} == {
        "file": "试验.xlsx", "sha256": hashlib.sha256(data).hexdigest(), "kind": "toy", "state": "checked", "refusal": None,
    }  # fmt: skip
    assert report["counts"] == {"rows": 2, "new": 1, "changed": 0, "unchanged": 0, "held": 0, "error": 1, "warning": 1}
    (sheet,) = report["sheets"]
    assert (sheet["name"], sheet["header_row"], sheet["unmapped"], sheet["skipped"]) == ("流出", 3, [], [])
    assert sheet["columns"]["身份证号"] == "id_number"
    first = report["rows"][0]
    assert (first["sheet"], first["row"], first["outcome"]) == ("流出", 4, "new")
    assert first["values"]["id_number"] == f"{identity(1)[:6]}********{identity(1)[-4:]}"
    assert first["values"]["phone"] == "199****0001"
    assert [(one["code"], one["level"], one["column"]) for one in first["messages"]] == [
        ("date_invalid", "warning", "外出时间")
    ]


def test_without_apply_nothing_is_written_and_with_it_only_when_all_rows_are_good(run: Run, toy: Toy) -> None:
    good, mixed = ("好.xlsx", book(row(1))), ("有错.xlsx", book(row(1), row(2, who="1")))
    assert run(good)[0] == 0
    assert toy.records == {}
    code, (report,) = run(mixed, options=("--apply",))
    assert (code, report["state"], toy.records) == (1, "checked", {})
    code, (report,) = run(mixed, options=("--apply", "--good-rows-only"))
    assert (code, report["state"], set(toy.records)) == (1, "applied", {identity(1)})
    assert report["terms"] == {"人": 1}


def test_a_refused_file_ends_with_two_and_the_others_are_taken(run: Run, toy: Toy) -> None:
    code, reports = run(("坏.xlsx", b"%PDF-1.4"), ("好.xlsx", book(row(1))), options=("--apply",))
    assert code == 2
    assert [one["state"] for one in reports] == ["refused", "applied"]
    assert reports[0]["refusal"]["code"] == "not_a_table"
    assert set(toy.records) == {identity(1)}


def test_a_zip_is_its_files(run: Run) -> None:
    data = zipped([("一.xlsx", book(row(1))), ("二.xlsx", book(row(2)))])
    code, reports = run(("报送.zip", data))
    assert (code, [one["file"] for one in reports]) == (0, ["一.xlsx", "二.xlsx"])


def test_under_names_the_unit_and_bounds_the_rows(
    run: Run, county_user: User, town: Organisation, foreign_branch: Organisation
) -> None:
    data = book(row(1), row(2, branch=foreign_branch.name))
    code, (report,) = run(("试验.xlsx", data), user=county_user, options=("--under", "马店镇党委"))
    assert code == 1
    assert [one["outcome"] for one in report["rows"]] == ["new", "error"]
    assert report["rows"][1]["messages"][0]["code"] == "branch_out_of_scope"
    assert ImportBatch.objects.visible_to(SYSTEM).get().organisation == town
    assert run(("试验.xlsx", data), user=county_user)[0] == 0


def test_whoever_may_not_is_told_so(
    run: Run, auditor_user: User, other_town_user: User, town: Organisation, tmp_path: Path
) -> None:
    file = ("试验.xlsx", book(row(1)))
    with pytest.raises(CommandError, match="岗位"):
        run(file, user=auditor_user)
    with pytest.raises(CommandError):
        run(file, user=other_town_user, options=("--under", town.name))
    with pytest.raises(CommandError, match="没有账号"):
        call_command("import_ledger", str(tmp_path / "试验.xlsx"), "--as", "nobody")
    with pytest.raises(CommandError, match="读不了"):
        call_command("import_ledger", str(tmp_path / "没有.xlsx"), "--as", other_town_user.username)


def test_the_batch_of_the_command_can_be_undone(run: Run, toy: Toy) -> None:
    run(("好.xlsx", book(row(1))), options=("--apply",))
    undo(batch=ImportBatch.objects.visible_to(SYSTEM).get(), by=SYSTEM)
    assert toy.records == {}
