"""Writing many rows at once: what goes in comes out, on both databases."""

import datetime as dt

import pytest
from django.db.models import F

from audit.actions import CHANGE_COLUMNS, copy_changes
from audit.models import Change
from branches.models import Organisation, RuleSetting
from core import clock
from core.bulk import copy_rows, update_rows
from core.lookups import Among
from exchange.models import ImportBatch, ImportChunk
from members.models import Member

pytestmark = pytest.mark.django_db

AWKWARD = ["plain", "tab\tand\nline\rfeed", "back\\slash \\N \\.", "“引号”'\"", "", "\\t", "，逗号;", "😀"]


def test_every_awkward_text_survives():
    awkward = AWKWARD
    now = clock.now().replace(microsecond=123456)
    rows = [("t", f"o{number}", number, {"值": [text, None], "数": [1, True]}) for number, text in enumerate(awkward)]
    assert copy_changes(rows, at=now, actor="abc 张三", batch="", source="edit") == len(awkward)
    found = Change.objects.order_by("version")
    assert [change.fields["值"][0] for change in found] == awkward
    assert found[0].fields["数"] == [1, True]
    assert found[0].at == now
    assert found[0].actor.label == "张三"


def test_what_all_rows_share_survives_too():
    awkward = ["plain", "tab\tback\\slash\nand \\N", ""]
    for text in awkward:
        copy_changes(
            [("t", text, 1, {"值": [None, text]})] * 2, at=clock.now(), actor="a 张三", batch=text, source="edit"
        )
    found = Change.objects.order_by("pk").values_list("object_id", "batch", "fields")
    assert list(found) == [(text, text, {"值": [None, text]}) for text in awkward for _ in range(2)]


def test_updates_with_a_value_that_all_rows_get(branch, other_branch):
    rows = [(branch.pk, "甲"), (other_branch.pk, "乙\t\\")]
    assert update_rows(Organisation, ("short_name",), rows, same={"region_code": "379981"}) == 2
    found = Organisation.objects.filter(region_code="379981").order_by("pk").values_list("pk", "short_name")
    assert list(found.filter(pk__in=[branch.pk, other_branch.pk])) == sorted(rows)


@pytest.mark.parametrize("several", [False, True])
def test_updates_of_one_row_and_of_several_write_the_same(branch, make_member, several):
    people = [make_member(branch, birth_date="1960"), make_member(branch, birth_date="1961")][: 1 + several]
    rows = [(one.pk, ["a'\\t", None], None, True, clock.now().replace(microsecond=5)) for one in people]
    columns = ("marks", "birth_date", "restricted", "updated_at")
    assert update_rows(Member, columns, rows, same={"note": "改'\\"}) == len(rows)
    assert list(Member.objects.filter(note="改'\\").order_by("pk").values_list("pk", *columns)) == rows


def test_awkward_texts_as_one_array():
    given = [*AWKWARD, "{a,b}", "NULL", 'say "no"']
    for _ in range(len(given) + 1):
        ImportBatch.objects.create(file_name="台账.xlsx", sha256="0", uploaded_at=clock.now())
    batches = ImportBatch.objects.unscoped().order_by("pk")
    rows = list(zip(batches.values_list("pk", flat=True), [*given, "another"], strict=True))
    assert update_rows(ImportBatch, ("file_name",), rows) == len(rows)
    assert list(batches.values_list("pk", "file_name")) == rows
    assert list(batches.filter(Among(F("file_name"), given)).values_list("file_name", flat=True)) == given
    assert (
        list(batches.filter(Among(F("pk"), [pk for pk, _text in rows[2:4]])).values_list("pk", "file_name"))
        == rows[2:4]
    )
    assert not batches.filter(Among(F("file_name"), [])).exists()


def test_an_emptied_value_among_others(branch, other_branch):
    rows = [(branch.pk, None, ""), (other_branch.pk, "2026-11", '"')]
    assert update_rows(Organisation, ("founded_on", "short_name"), rows) == 2
    found = Organisation.objects.in_bulk([branch.pk, other_branch.pk])
    assert (found[branch.pk].founded_on, found[branch.pk].short_name) == (None, "")
    assert (found[other_branch.pk].founded_on.iso(), found[other_branch.pk].short_name) == ("2026-11", '"')


def test_no_rows_is_no_statement():
    assert copy_rows(Change, CHANGE_COLUMNS, []) == 0


def test_dates_and_nulls(branch, county):
    day = dt.date(2026, 11, 20)
    columns = ("public_id", "organisation_id", "key", "organisation_kind", "value", "starts_on", "set_by", "set_at")
    copy_rows(RuleSetting, columns, [("x" * 24, branch.pk, "k", "", {"a": None}, day, "s 系统", clock.now())])
    setting = RuleSetting.objects.get()
    assert (setting.starts_on, setting.value) == (day, {"a": None})


def test_bytes_survive_also_none_at_all():
    batch = ImportBatch.objects.create(file_name="台账.xlsx", sha256="0", uploaded_at=clock.now())
    for number, blob in enumerate((b"", b"\\x\t\n\x00\xff", b"\\")):
        copy_rows(ImportChunk, ("batch_id", "sheet", "first", "blob", "plans"), [(batch.pk, 0, number, blob, blob)])
        found = ImportChunk.objects.get(first=number)
        assert (bytes(found.blob), bytes(found.plans)) == (blob, blob)
