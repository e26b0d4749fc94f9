"""The register of organisations in and out."""

from collections import Counter

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import Change
from branches.actions import organisations
from branches.ledgers import OrganisationsLedger
from branches.models import Organisation, Post
from core import clock
from core.actors import acting_as
from core.ledgers import Outcome
from tests.branches.sheets import apply, check, register_lines, rows_of

pytestmark = pytest.mark.django_db
COUNTY = "中共云湖县委员会"
MADIAN = "中共云湖县马店镇委员会"


def outcomes(rows):
    return Counter(row.outcome.value for row in rows)


def codes(row):
    return [message.code for message in row.messages]


def test_the_sample_register_comes_in_and_goes_out_again(county, county_actor):
    with acting_as(county_actor):
        rows = check(rows_of(register_lines()), county_actor)
        assert outcomes(rows) == {"new": 197}
        result = apply(rows, county_actor)
        assert result.counts == {"new": 197}
        assert result.terms["党支部"] == 178
        assert not result.stale
        assert Organisation.objects.count() == 197

        again = check(rows_of(register_lines()), county_actor)
        assert outcomes(again) == {"unchanged": 197}

        exported = [
            [number, *(record.values.get(column.key) for column in OrganisationsLedger.columns[1:])]
            for number, record in enumerate(OrganisationsLedger().export(county_actor, {}), start=1)
        ]
        assert [line[1] for line in exported] == [line[1] for line in register_lines()]
        assert [line[4:6] for line in exported] == [line[4:6] for line in register_lines()]
        assert outcomes(check(rows_of(exported), county_actor)) == {"unchanged": 197}

    mobile = Organisation.objects.get(name__contains="驻苏州")
    assert (mobile.marks, mobile.short_name) == (["mobile"], "驻苏州流动党员党支部")
    general = Organisation.objects.get(kind="621")
    assert general.children.official()[0].short_name == "吕楼村第一党支部"


def test_undo_takes_the_register_back(county, county_actor):
    rows = check(rows_of(register_lines()), county_actor)
    apply(rows, county_actor)
    secretaries = Post.objects.count()
    assert secretaries > 150
    changed = Organisation.objects.get(name__contains="驻苏州")
    organisations.edit(changed, values={"place": "昆山"}, by=county_actor)
    result = OrganisationsLedger().restore("b1", county_actor, clock.now())
    assert result.restored == 196 + secretaries
    assert [one.short_name for one in Organisation.objects.official()] == ["云湖县委", "驻苏州流动党员党支部"]
    assert len(result.kept) == 1
    assert not Post.objects.exists()
    county.refresh_from_db()
    assert (county.founded_on, county.place) == (None, "")


def test_undo_leaves_what_moved_out_of_reach(town, other_town, county_actor, town_actor):
    line = [1, "中共云湖县马店镇新建村支部委员会", town.name, "631", "何建国", "19900000001"]
    apply(check(rows_of([line]), town_actor), town_actor)
    organisations.move(Organisation.objects.get(name=line[1]), to=other_town, by=county_actor)
    before = state()
    result = OrganisationsLedger().restore("b1", town_actor, clock.now())
    assert (state(), result.restored) == (before, 0)
    assert len(result.kept) == 2
    assert "现在不归您管理" in result.kept[0]
    assert other_town.short_name not in str(result.kept)


def test_a_file_may_list_children_first(county, county_actor):
    lines = [
        [1, "中共云湖县马店镇何寨村支部委员会", MADIAN, "631", "何建国", "19900000001"],
        [2, MADIAN, COUNTY, "611"],
    ]
    rows = check(rows_of(lines), county_actor)
    assert outcomes(rows) == {"new": 2}
    apply(rows, county_actor)
    branch = Organisation.objects.get(kind="631")
    assert branch.parent.name == MADIAN
    assert branch.path == branch.parent.path + "0001"


def test_set_based_writing_equals_the_single_actions(county, county_actor):
    name = "中共云湖县马店镇何寨村支部委员会"
    apply(
        check(
            rows_of(
                [[1, MADIAN, COUNTY, "611"], [2, name, MADIAN, "631", None, None, "1982-03", None, "何寨村", None]]
            ),
            county_actor,
        ),
        county_actor,
    )
    by_ledger = Organisation.objects.get(name=name)
    other = organisations.create(parent=county, name="中共云湖县青石镇委员会", kind="611", by=county_actor)
    by_hand = organisations.create(
        parent=other,
        name="中共云湖县青石镇何寨村支部委员会",
        kind="631",
        by=county_actor,
        founded_on="1982-03",
        place="何寨村",
    )
    same = ("short_name", "initials", "kind", "marks", "position", "place", "founded_on", "version")
    by_hand.refresh_from_db()
    assert [getattr(by_ledger, name) for name in same] == [getattr(by_hand, name) for name in same]
    histories = [Change.objects.get(object_id=one.public_id) for one in (by_ledger, by_hand)]
    assert set(histories[0].fields) == set(histories[1].fields)
    assert histories[0].fields["founded_on"] == histories[1].fields["founded_on"] == [None, "1982-03"]


@pytest.mark.parametrize(
    ("line", "outcome", "code"),
    [
        ([1, "中共云湖县马店镇孙楼村支部委员会", "中共云湖县某某镇委员会", "631"], "held", "parent_unknown"),
        ([1, "中共云湖县马店镇孙楼村支部委员会", "", "631"], "held", "parent_missing"),
        ([1, "中共云湖县马店镇孙楼村支部委员会", MADIAN, "某种组织"], "error", "kind_unknown"),
        ([1, "孙楼", MADIAN, ""], "error", "kind_unknown"),
        ([1, "中共云湖县马店镇孙楼村支部委员会", MADIAN, "党的地方委员会"], "held", "kind_misplaced"),
        ([1, "中共云湖县马店镇何寨村支部委员会", COUNTY, "631"], "held", "parent_mismatch"),
        ([1, "", MADIAN, "631"], "error", "name_missing"),
    ],
)
def test_what_cannot_be_used_says_why(line, outcome, code, branch, county_actor):
    (row,) = check(rows_of([line]), county_actor)
    assert row.outcome.value == outcome
    assert codes(row)[-1] == code


def test_a_kind_left_out_is_read_from_the_name(town, county_actor):
    (row,) = check(rows_of([[1, "中共云湖县马店镇孙楼村联合支部委员会", MADIAN, ""]]), county_actor)
    assert (row.outcome, row.basis["kind"], codes(row)) == (Outcome.NEW, "632", ["kind_inferred"])


def test_the_same_organisation_twice_in_a_file_is_said(town, branch, county_actor):
    new = [1, "中共云湖县马店镇孙楼村支部委员会", MADIAN, "631"]
    old = [2, branch.name, MADIAN, "631"]
    rows = check(rows_of([new, old, new, old]), county_actor)
    assert [row.outcome.value for row in rows] == ["new", "unchanged", "error", "error"]
    assert codes(rows[2]) == ["organisation_double"]
    assert "第 4 行" in rows[2].messages[0].text


def test_the_child_of_an_unusable_row_is_held(county, county_actor):
    rows = check(
        rows_of([[1, MADIAN, COUNTY, "胡说"], [2, "中共云湖县马店镇孙楼村支部委员会", MADIAN, "631"]]), county_actor
    )
    assert [row.outcome.value for row in rows] == ["error", "held"]


def test_a_town_may_not_write_beyond_its_subtree(town, other_town, foreign_branch, town_actor):
    lines = [
        [1, "中共云湖县青石镇新建村支部委员会", other_town.name, "631"],
        [2, foreign_branch.name, other_town.name, "631", None, None, None, None, "改过的地方"],
        [3, "中共云湖县马店镇新建村支部委员会", town.name, "631"],
    ]
    rows = check(rows_of(lines), town_actor)
    assert [row.outcome.value for row in rows] == ["error", "error", "new"]
    assert codes(rows[0]) == codes(rows[1]) == ["out_of_scope"]


def test_another_secretary_ends_the_first_one_in_office(branch, county_actor):
    line = [1, branch.name, MADIAN, "631", "何建国", "19900000001"]
    apply(check(rows_of([line]), county_actor), county_actor)
    line[4:6] = ["何新民", "19900000002"]
    (row,) = check(rows_of([line]), county_actor)
    assert [(change.key, change.before, change.after) for change in row.changes] == [
        ("secretary", "何建国", "何新民"), ("phone", None, "19900000002"),
    ]  # fmt: skip
    apply([row], county_actor, "b2")
    ended, current = Post.objects.order_by("pk")
    assert (ended.holder_name, ended.ends_on is not None) == ("何建国", True)
    assert (current.holder_name, current.reveal("phone"), current.ends_on) == ("何新民", "19900000002", None)
    OrganisationsLedger().restore("b2", county_actor, clock.now())
    (back,) = Post.objects.all()
    assert (back.holder_name, back.ends_on, back.reveal("phone")) == ("何建国", None, "19900000001")


def test_a_row_that_somebody_changed_since_the_check_is_not_written(branch, county_actor):
    rows = check(rows_of([[1, branch.name, MADIAN, "631", None, None, None, None, "何寨村东头"]]), county_actor)
    organisations.edit(branch, values={"place": "何寨村西头"}, by=county_actor)
    result = apply(rows, county_actor)
    assert result.stale == rows
    branch.refresh_from_db()
    assert branch.place == "何寨村西头"


def test_a_coarser_date_and_a_blank_change_nothing(branch, county_actor):
    organisations.edit(branch, values={"founded_on": "1982-03-01", "place": "何寨村"}, by=county_actor)
    (row,) = check(rows_of([[1, branch.name, MADIAN, "631", None, None, "1982年", None, ""]]), county_actor)
    assert row.outcome is Outcome.UNCHANGED


def state():
    columns = [name for name in Organisation.HISTORY if name != "path"]
    return sorted(map(str, Organisation.objects.values_list("public_id", "path", "order_path", *columns))), sorted(
        map(str, Post.objects.values_list("public_id", "holder_name", "phone_index", "starts_on", "ends_on"))
    )


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_import_and_undo_leave_everything_as_it_was(data, branch, other_branch, county_actor):
    """Some rows of the register in any order, over a tree that partly stands, then taken back."""
    lines = [line for line in register_lines() if "马店镇" in line[1] or line[3] == "党的地方委员会"]
    picked = data.draw(st.lists(st.sampled_from(lines), unique_by=lambda line: line[1], max_size=12))
    with transaction.atomic():
        before = state()
        rows = check(rows_of(picked), county_actor)
        result = apply(rows, county_actor)
        assert not result.stale
        assert sum(result.counts.values()) == sum(row.outcome.usable for row in rows)
        again = check(rows_of(picked), county_actor)
        usable = [second for first, second in zip(rows, again, strict=True) if first.outcome.usable]
        assert {row.outcome for row in usable} <= {Outcome.UNCHANGED}
        undone = OrganisationsLedger().restore("b1", county_actor, clock.now())
        assert undone.kept == []
        assert state() == before
        transaction.set_rollback(True)
