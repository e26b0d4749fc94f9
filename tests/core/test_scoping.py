"""Row scope: every way to run a query that was never scoped is refused while somebody acts."""

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Prefetch, Subquery

from branches.actions.posts import appoint
from branches.models import Organisation, Post
from core import clock
from core.actors import ANONYMOUS, SYSTEM, Actor, acting_as, current_actor
from core.paths import subtree
from core.permissions import Permission
from core.scoping import UnscopedQuery, uniqueness_sees_all
from members.models import Journey, Member, Membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(branch, other_branch, foreign_branch, make_member):
    """One member in each of three branches: two of the town's, one of another town's."""
    return [
        make_member(home, name=name)
        for home, name in ((branch, "何一"), (other_branch, "吕二"), (foreign_branch, "冯三"))
    ]


def names(rows):
    return sorted(one.name for one in rows)


class TestWhoSeesWhat:
    def test_each_actor_sees_the_own_subtree(
        self, people, county_actor, town_actor, other_town_actor, secretary_actor, auditor_actor
    ):
        for actor, seen in (
            (county_actor, ["何一", "冯三", "吕二"]),
            (auditor_actor, ["何一", "冯三", "吕二"]),
            (town_actor, ["何一", "吕二"]),
            (other_town_actor, ["冯三"]),
            (secretary_actor, ["何一"]),
        ):
            with acting_as(actor):
                assert names(Member.objects.visible_to(actor)) == seen

    def test_an_empty_scope_sees_nothing(self, people, system_actor):
        nobody = Actor(id="x", name="无权")
        for actor in (nobody, ANONYMOUS, system_actor):
            with acting_as(actor):
                assert not Member.objects.visible_to(actor).exists()
        with acting_as(nobody):
            assert Member.objects.visible_to(nobody).update(note="x") == 0

    def test_the_system_sees_everything(self, people):
        with acting_as(SYSTEM):
            assert Member.objects.visible_to(SYSTEM).count() == 3

    def test_permissions_have_ranges_of_their_own(self, people, branch, town, auditor_actor):
        actor = Actor(
            id="x",
            name="某人",
            grants={Permission.VIEW: (subtree(town.path),), Permission.EDIT: (subtree(branch.path),)},
        )
        with acting_as(actor):
            assert names(Member.objects.visible_to(actor)) == ["何一", "吕二"]
            assert names(Member.objects.visible_to(actor, Permission.EDIT)) == ["何一"]
            assert not Member.objects.visible_to(auditor_actor, Permission.EDIT).exists()

    def test_a_row_is_visible_through_any_of_its_columns(self, people, branch, secretary_actor, other_town_actor):
        guest = people[2]
        Member.objects.filter(pk=guest.pk).update(care=branch, care_path=branch.path)
        with acting_as(secretary_actor):
            assert names(Member.objects.visible_to(secretary_actor)) == ["何一", "冯三"]
        assert names(Member.objects.visible_to(other_town_actor)) == ["冯三"]

    def test_a_neighbour_with_the_same_leading_digits_is_outside(self, town, make_member):
        inner = Organisation.objects.create(
            name="甲", short_name="甲", kind="631", parent=town, path=town.path + "0001", order_path="x"
        )
        beside = Organisation.objects.create(
            name="乙", short_name="乙", kind="631", parent=town, path=town.path + "0002", order_path="y"
        )
        make_member(inner, name="甲人")
        make_member(beside, name="乙人")
        actor = Actor(id="x", name="某人", grants={Permission.VIEW: (subtree(inner.path),)})
        assert names(Member.objects.visible_to(actor)) == ["甲人"]

    def test_scope_through_a_foreign_key(self, branch, foreign_branch, town_actor, county_actor):
        for organisation in (branch, foreign_branch):
            appoint(organisation=organisation, title="secretary", holder_name="张三", by=county_actor)
        with acting_as(town_actor):
            assert [post.organisation_id for post in Post.objects.visible_to(town_actor)] == [branch.pk]


class TestThroughAForeignKey:
    @pytest.fixture
    def stays(self, people, branch):
        Member.objects.filter(pk=people[2].pk).update(care=branch, care_path=branch.path)
        Member.objects.filter(pk=people[1].pk).update(restricted=True)
        for member in people:
            Journey.objects.create(
                member=member, direction="out", state="away", created_at=clock.now(), updated_at=clock.now()
            )

    def test_the_same_rows_as_by_a_sub_query(
        self, stays, county_actor, town_actor, other_town_actor, secretary_actor, auditor_actor
    ):
        everywhere = Journey.objects.unscoped()
        outpost = Actor(id="x", name="站长", grants={Permission.VIEW: (subtree("99990001"),)})
        for actor in (SYSTEM, county_actor, town_actor, other_town_actor, secretary_actor, auditor_actor, outpost):
            for permission in (Permission.VIEW, Permission.EDIT):
                expected = everywhere.filter(member__in=Member.objects.visible_to(actor, permission))
                found = everywhere.visible_through("member", actor, permission)
                assert set(found) == set(expected)
        assert len(everywhere.visible_through("member", secretary_actor)) == 2

    def test_it_scopes_nothing_by_itself(self, stays, town_actor):
        with acting_as(town_actor), pytest.raises(UnscopedQuery):
            list(Journey.objects.visible_through("member", town_actor))


READS = {
    "rows": list,
    "count": lambda rows: rows.count(),
    "exists": lambda rows: rows.exists(),
    "get": lambda rows: rows.get(name="何一"),
    "first": lambda rows: rows.first(),
    "last": lambda rows: rows.order_by("pk").last(),
    "latest": lambda rows: rows.latest("pk"),
    "contains": lambda rows: rows.contains(Member(pk=1)),
    "aggregate": lambda rows: rows.aggregate(number=Count("pk")),
    "annotate": lambda rows: list(rows.annotate(number=Count("journeys"))),
    "values": lambda rows: list(rows.values("name")),
    "values_list": lambda rows: list(rows.values_list("name", flat=True)),
    "dates": lambda rows: list(rows.datetimes("created_at", "day")),
    "iterator": lambda rows: list(rows.iterator(chunk_size=10)),
    "in_bulk": lambda rows: rows.in_bulk([1]),
    "explain": lambda rows: rows.explain(),
    "slice": lambda rows: list(rows[:2]),
    "distinct": lambda rows: list(rows.distinct()),
    "select_related": lambda rows: list(rows.select_related("home")),
    "union": lambda rows: list(rows.union(rows)),
    "union count": lambda rows: rows.union(rows).count(),
    "subquery in": lambda rows: list(Organisation.objects.filter(pk__in=rows.values("home"))),
    "subquery exists": lambda rows: list(Organisation.objects.filter(Exists(rows.filter(home=OuterRef("pk"))))),
    "subquery column": lambda rows: list(
        Organisation.objects.annotate(one=Subquery(rows.filter(home=OuterRef("pk")).values("name")[:1]))
    ),
    "subquery of itself": lambda rows: list(Member.objects.visible_to(SYSTEM).filter(pk__in=rows)),
    "get_or_create": lambda rows: rows.get_or_create(name="何一"),
    "update_or_create": lambda rows: rows.update_or_create(name="何一", defaults={"note": "x"}),
    "select_for_update": lambda rows: list(rows.select_for_update()),
}
WRITES = {
    "update": lambda rows: rows.update(note="x"),
    "filtered update": lambda rows: rows.filter(name="冯三").update(note="x"),
    "delete": lambda rows: rows.filter(name="冯三").delete(),
    "bulk_update": lambda rows: rows.bulk_update([Member(pk=1, note="x")], ["note"]),
    "upsert": lambda rows: rows.bulk_create(
        [Member(pk=1, name="何一")], update_conflicts=True, update_fields=["name"], unique_fields=["id"]
    ),
}


class TestRefusal:
    @pytest.mark.parametrize("way", [*READS, *WRITES])
    def test_a_query_never_scoped_is_refused(self, way, people, town_actor):
        with acting_as(town_actor), pytest.raises(UnscopedQuery), transaction.atomic():
            {**READS, **WRITES}[way](Member.objects.all())
        assert not Member.objects.filter(note="x").exists()
        assert Member.objects.count() == 3

    @pytest.mark.parametrize("way", sorted(set(READS) - {"update_or_create", "contains"}))
    def test_the_same_query_scoped_runs(self, way, people, town_actor):
        with acting_as(town_actor):
            READS[way](Member.objects.visible_to(town_actor))

    def test_scoped_writes_stay_inside(self, people, town_actor):
        with acting_as(town_actor):
            assert Member.objects.visible_to(town_actor).update(note="x") == 2
            Membership.objects.visible_to(town_actor).delete()
            assert Member.objects.visible_to(town_actor).filter(name="冯三").delete()[0] == 0
        assert Membership.objects.count() == 1

    def test_raw_sql_is_refused(self, people, town_actor):
        with acting_as(town_actor), pytest.raises(UnscopedQuery):
            list(Member.objects.raw("SELECT * FROM members_member"))

    def test_a_filter_does_not_make_a_scope(self, people, town, town_actor):
        with acting_as(town_actor), pytest.raises(UnscopedQuery):
            list(Member.objects.filter(home_path__startswith=town.path))

    def test_nobody_acts_nothing_is_refused(self, people):
        assert current_actor() is None
        assert Member.objects.count() == 3

    def test_the_actor_is_gone_after_the_block_even_after_an_error(self, town_actor):
        with pytest.raises(ZeroDivisionError), acting_as(town_actor):
            1 / 0  # noqa: B018
        assert current_actor() is None


class TestMerging:
    """``|``, ``&``, ``^`` and unions keep the scope only where every side has it."""

    @pytest.mark.parametrize(
        "merge", [lambda a, b: a | b, lambda a, b: a & b, lambda a, b: a ^ b, lambda a, b: a.union(b)]
    )
    @pytest.mark.parametrize("sliced", ["neither", "scoped", "other"])
    @pytest.mark.parametrize("turned", [False, True])
    def test_with_an_unscoped_side_is_refused(self, merge, sliced, turned, people, town_actor):
        with acting_as(town_actor):
            scoped, other = Member.objects.visible_to(town_actor), Member.objects.all()
            scoped = scoped[:1] if sliced == "scoped" else scoped
            other = other[:5] if sliced == "other" else other
            with pytest.raises(UnscopedQuery):
                list(merge(other, scoped) if turned else merge(scoped, other))

    def test_of_scoped_sides_runs(self, people, town_actor):
        with acting_as(town_actor):
            scoped = Member.objects.visible_to(town_actor)
            assert names(scoped.filter(name="何一") | scoped.filter(name="冯三")) == ["何一"]
            assert names(scoped[:1] | scoped.filter(name="吕二")) == ["何一", "吕二"]
            assert names(scoped & scoped.filter(name="吕二")) == ["吕二"]

    def test_a_merged_slice_still_carries_its_flag(self, people, town_actor):
        scoped = Member.objects.visible_to(town_actor)
        with acting_as(town_actor), pytest.raises(UnscopedQuery):
            list((scoped[:1] | scoped[:1]) | Member.objects.all())

    def test_none_takes_no_scope_along(self, people, town_actor):
        with acting_as(town_actor), pytest.raises(UnscopedQuery):
            list(Member.objects.visible_to(town_actor).none() | Member.objects.all())


class TestRelations:
    def test_a_related_manager_is_refused_until_scoped(self, people, town_actor):
        member = people[2]
        with acting_as(town_actor):
            with pytest.raises(UnscopedQuery):
                list(member.memberships.all())
            assert list(member.memberships.visible_to(town_actor)) == []
            assert len(people[0].memberships.visible_to(town_actor)) == 1

    def test_a_prefetch_is_refused_until_scoped(self, people, town_actor):
        with acting_as(town_actor):
            rows = Member.objects.visible_to(town_actor)
            with pytest.raises(UnscopedQuery):
                list(rows.prefetch_related("memberships"))
            scoped = Prefetch("memberships", queryset=Membership.objects.visible_to(town_actor))
            assert [len(one.memberships.all()) for one in rows.prefetch_related(scoped)] == [1, 1]

    def test_a_row_in_hand_may_be_saved_and_followed_upwards(self, people, branch, town_actor):
        """A foreign key shows what it points to (its name, at most); the row itself came through the scope."""
        with acting_as(town_actor):
            membership = Membership.objects.visible_to(town_actor).order_by("pk").first()
            assert membership.member.name == "何一"
            membership.member.note = "改"
            membership.member.save(update_fields=["note"])
            membership.member.refresh_from_db()


class TestUniqueness:
    def test_a_check_for_doubles_sees_the_whole_county(self, people, town_actor):
        foreign = people[2]
        twin = Member(
            name="冒名", identity=foreign.identity, identity_index=foreign.identity_index, kind="1",
            created_at=foreign.created_at, updated_at=foreign.updated_at,
        )  # fmt: skip
        with acting_as(town_actor), pytest.raises(ValidationError, match="已经有档案"):
            twin.full_clean()

    def test_the_bypass_ends_with_its_block(self, people, town_actor):
        with acting_as(town_actor):
            with uniqueness_sees_all():
                assert Member.objects.filter(name="冯三").exists()
            with pytest.raises(UnscopedQuery):
                Member.objects.filter(name="冯三").exists()
