"""Making, changing, moving, closing and ordering organisations."""

import datetime as dt
import threading

import pytest
from django.db import connection, connections

from audit.models import Change, Event
from branches.actions import organisations
from branches.actions.posts import appoint, end_post
from branches.models import Organisation
from core import hooks
from core.actors import SYSTEM, acting_as
from core.errors import Blocked, NotAllowed, StaleVersion, UserError

pytestmark = pytest.mark.django_db


def test_create_takes_the_next_path_and_the_last_position(town, branch, other_branch, town_actor):
    made = organisations.create(
        parent=town, name="中共云湖县马店镇孙楼村支部委员会", kind="631", by=town_actor, place="孙楼村"
    )
    assert (made.path, made.order_path, made.position) == (town.path + "0003", town.order_path + "0003", 3)
    assert made.short_name == "孙楼村党支部"
    assert made.initials == "slcdzb"
    assert Change.objects.get(object_id=made.public_id).fields["name"] == [None, made.name]
    assert Event.objects.get(kind="organisation_created").organisation_id == made.pk


def test_a_path_is_not_given_twice_while_its_row_exists(town, branch, other_branch, town_actor):
    organisations.close(other_branch, by=town_actor)
    made = organisations.create(parent=town, name="中共云湖县马店镇孙楼村支部委员会", kind="631", by=town_actor)
    assert made.path.endswith("0003")


def test_create_is_refused_without_the_right(town, other_town, branch, secretary_actor, town_actor):
    for actor, parent in ((secretary_actor, town), (town_actor, other_town), (town_actor, None)):
        with pytest.raises(NotAllowed):
            organisations.create(parent=parent, name="中共云湖县某某支部委员会", kind="631", by=actor)


@pytest.mark.parametrize(
    ("kind", "says"),
    [("local", "不能放在"), ("group", "不能放在"), ("nonsense", "请选择组织类别")],
)
def test_create_refuses_a_kind_that_does_not_fit(town, town_actor, kind, says):
    with pytest.raises(Blocked, match=says):
        organisations.create(parent=town, name="中共云湖县马店镇孙楼村支部委员会", kind=kind, by=town_actor)


def test_create_refuses_a_name_or_a_code_that_is_taken(town, branch, other_town, county_actor):
    with pytest.raises(Blocked, match="同名"):
        organisations.create(parent=town, name=branch.name, kind="631", by=county_actor)
    organisations.edit(branch, values={"code": "37998101"}, by=county_actor)
    with pytest.raises(Blocked, match="代码"):
        organisations.create(parent=other_town, name="中共某支部委员会", kind="631", code="37998101", by=county_actor)


def test_a_root_is_made_by_the_system_alone(db):
    root = organisations.create(parent=None, name="中共云湖县委员会", kind="local", by=SYSTEM)
    assert (root.path, root.short_name) == ("0001", "云湖县委")
    with pytest.raises(Blocked, match="上级"):
        organisations.create(parent=None, name="中共某村支部委员会", kind="631", by=SYSTEM)


def test_edit_of_a_stale_version_names_both_values(branch, town_actor, county_actor):
    organisations.edit(branch, values={"place": "何寨村东"}, by=county_actor, version=1)
    with pytest.raises(StaleVersion) as refused:
        organisations.edit(branch, values={"place": "何寨村西"}, by=town_actor, version=1)
    (conflict,) = refused.value.conflicts
    assert (conflict.label, conflict.theirs, conflict.yours) == ("所在地", "何寨村东", "何寨村西")
    assert "赵敏" in refused.value.text
    branch.refresh_from_db()
    assert (branch.place, branch.version) == ("何寨村东", 2)


def test_edit_that_changes_nothing_writes_nothing(branch, town_actor):
    organisations.edit(branch, values={"note": ""}, by=town_actor)
    branch.refresh_from_db()
    assert branch.version == 1
    assert not Change.objects.exists()


def test_edit_refuses_a_kind_that_the_children_cannot_sit_under(town, branch, county_actor):
    with pytest.raises(Blocked, match="下级"):
        organisations.edit(town, values={"kind": "631"}, by=county_actor)


def test_rename_brings_the_short_name_and_the_initials(branch, town_actor):
    renamed = organisations.rename(branch, name="中共云湖县马店镇何新村支部委员会", by=town_actor)
    assert (renamed.short_name, renamed.initials) == ("何新村党支部", "hxcdzb")


def test_move_takes_everything_below_along(town, other_town, branch, county_actor, make_member):
    group = organisations.create(parent=branch, name="何寨村第一党小组", kind="group", by=county_actor)
    heard = []
    hooks.subtree_moved.register(remember := lambda **paths: heard.append(paths))
    try:
        old = branch.path
        moved = organisations.move(branch, to=other_town, by=county_actor)
    finally:
        hooks.subtree_moved._functions.remove(remember)
    group.refresh_from_db()
    assert moved.path == other_town.path + "0001"
    assert group.path == moved.path + "0001"
    assert group.order_path == moved.order_path + "0001"
    assert heard == [{"old_path": old, "new_path": moved.path}]
    assert Change.objects.filter(object_id=branch.public_id).get().fields["path"] == [old, moved.path]


@pytest.mark.parametrize("target", ["branch", "town", "group"])
def test_move_refuses_what_cannot_be(target, town, branch, county_actor):
    group = organisations.create(parent=branch, name="何寨村第一党小组", kind="group", by=county_actor)
    with pytest.raises(Blocked):
        organisations.move(branch, to={"branch": branch, "town": town, "group": group}[target], by=county_actor)


def test_move_needs_the_right_at_both_ends(branch, other_town, town_actor, county, county_actor):
    with pytest.raises(NotAllowed):
        organisations.move(branch, to=other_town, by=town_actor)
    with pytest.raises(Blocked, match="最上级"):
        organisations.move(county, to=other_town, by=county_actor)


def test_close_says_everything_that_stands_against_it(town, branch, town_actor, county_actor):
    post = appoint(organisation=branch, title="secretary", holder_name="何建国", by=town_actor)
    with pytest.raises(Blocked) as refused:
        organisations.close(town, by=county_actor)
    assert "1 个党组织" in refused.value.text
    with pytest.raises(Blocked, match="在任职务"):
        organisations.close(branch, by=town_actor)
    end_post(post, by=town_actor)
    closed = organisations.close(branch, by=town_actor, on=dt.date(2026, 3, 1))
    assert closed.closed_on == dt.date(2026, 3, 1)
    with pytest.raises(UserError, match="已经撤销"):
        appoint(organisation=closed, title="secretary", holder_name="何建国", by=town_actor)


def test_close_asks_the_apps_above(branch, town_actor):
    hooks.closing_blockers.register(ask := lambda organisation: [f"{organisation.short_name}还有党员"])
    try:
        with pytest.raises(Blocked, match="何寨村党支部还有党员"):
            organisations.close(branch, by=town_actor)
    finally:
        hooks.closing_blockers._functions.remove(ask)


def test_reopen_wants_the_parent_and_the_name(town, branch, county_actor):
    organisations.close(branch, by=county_actor)
    again = organisations.create(parent=town, name=branch.name, kind="631", by=county_actor)
    with pytest.raises(Blocked, match="同名"):
        organisations.reopen(branch, by=county_actor)
    organisations.rename(again, name="中共云湖县马店镇何寨新村支部委员会", by=county_actor)
    assert organisations.reopen(branch, by=county_actor).is_open


def test_reorder_renumbers_the_subtrees(county, town, other_town, branch, foreign_branch, county_actor):
    organisations.reorder(county, order=[other_town.pk], by=county_actor)
    assert [one.short_name for one in Organisation.objects.official()] == [
        "云湖县委", "青石镇党委", "冯屯村党支部", "马店镇党委", "何寨村党支部",
    ]  # fmt: skip
    branch.refresh_from_db()
    assert branch.path.startswith(town.path)
    with pytest.raises(UserError, match="不在"):
        organisations.reorder(county, order=[branch.pk], by=county_actor)


def test_actions_run_for_a_scoped_actor(town, branch, other_town, town_user, town_actor):
    with acting_as(town_actor):
        made = organisations.create(parent=town, name="中共云湖县马店镇孙楼村支部委员会", kind="631", by=town_actor)
        post = appoint(organisation=made, title="secretary", holder_name="孙二", phone="19900000001", by=town_actor)
        end_post(post, by=town_actor)
        organisations.edit(made, values={"note": "新建"}, by=town_actor, version=1)
        organisations.close(made, by=town_actor)
        organisations.reopen(made, by=town_actor)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="an in-memory database is one connection")
def test_two_at_the_same_time_are_given_different_paths(county):
    barrier, refused = threading.Barrier(4), []

    def make(number):
        try:
            barrier.wait()
            organisations.create(parent=county, name=f"中共云湖县第{number}镇委员会", kind="611", by=SYSTEM)
        except Exception as error:  # noqa: BLE001 a thread's error must not vanish
            refused.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=make, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == []
    made = Organisation.objects.filter(parent=county)
    assert sorted(one.path for one in made) == [f"0001{number:04d}" for number in range(1, 5)]
    assert sorted(one.position for one in made) == [1, 2, 3, 4]
