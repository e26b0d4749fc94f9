"""Where our people gather: figures are the lists they lead to, proposals follow the rules, what is put aside stays aside."""

import random
from collections import Counter

import pytest
from django.urls import reverse

from branches.rules import RuleValue
from core import clock, rules
from core.actors import SYSTEM, acting_as
from members.filters import Chosen
from members.listing import OUT
from members.models import Journey
from stations import gathering
from stations.gathering import Cell, Near, clusters
from stations.gathering_proposals import What, propose
from stations.gathering_rules import ALL
from stations.models import ProposalAside, Station, StationKind
from tests.conftest import plant

VALUES = {one.key: RuleValue(one, one.default) for one in ALL}
CODES = ("320583", "320500", "320000", "310115", "419001", "990000", "", "440306", "370802")
NOBODY = Near([], [])


def away(member, code="320583", *, trade="C", reason="work", state="away"):
    now = clock.now()
    return Journey.objects.create(
        member=member, direction="out", state=state, home=member.home, home_path=member.home_path, region_code=code,
        industry=trade, reason=reason, created_at=now, updated_at=now,
    )  # fmt: skip


@pytest.fixture
def suzhou(county):
    """A mobile branch of the county's."""
    return plant(
        "中共云湖县驻苏州流动党员支部委员会", "驻苏州流动党员支部", "631", county, 9, marks=["mobile"], place="苏州"
    )


def station(keeper, code):
    kind = StationKind.objects.usual()
    return Station.objects.create(
        number=1, name="驻上海站", kind=kind, keeper=keeper, path="99990001", region_code=code
    )


class TestFiguresAreTheirLists:
    @pytest.mark.parametrize("seed", range(4))
    def test_every_cluster_counts_what_its_list_has(
        self, seed, branch, other_branch, foreign_branch, suzhou, make_member, county_actor, town_actor, secretary_actor
    ):
        """Counted one by one, over random people, for three scopes and two parts of the tree."""
        pick = random.Random(seed)
        for _ in range(24):
            care = {"care": suzhou, "care_path": suzhou.path} if pick.random() < 0.2 else {}
            member = make_member(
                pick.choice([branch, other_branch, foreign_branch]), kind=pick.choice("12"),
                restricted=pick.random() < 0.1, **care,
            )  # fmt: skip
            state = pick.choice(["away", "away", "arrived", "returned", "reported"])
            away(
                member,
                pick.choice(CODES),
                trade=pick.choice(["", "C", "E"]),
                reason=pick.choice(["work", "retired", "graduate"]),
                state=state,
            )
        for actor in (county_actor, town_actor, secretary_actor):
            with acting_as(actor):
                for path in ("", branch.path[:8]):
                    self.compare(actor, path)

    def compare(self, actor, path):
        found = gathering.cells(actor, path)
        people = list(OUT.queryset(actor, Chosen(OUT.filters, {}), path=path).select_related("member"))
        assert sum(cell.number for cell in found) == len(people)
        for way in (
            gathering.by_province,
            gathering.by_city,
            gathering.by_county,
            gathering.by_trade,
            gathering.by_kind,
        ):
            for cluster in clusters(found, way):
                chosen = Chosen.of(OUT.filters, cluster.filters)
                listed = list(OUT.queryset(actor, chosen, path=path).select_related("member"))
                assert cluster.members == len(listed), (way.__name__, cluster)
                free = [one.member for one in listed if one.member.care_id is None]
                assert (cluster.free, cluster.free_full) == (len(free), sum(one.kind == "1" for one in free))
                for care, number in (("none", cluster.free), ("in", sum(cluster.placed.values()))):
                    chosen = Chosen.of(OUT.filters, {**cluster.filters, "care": care})
                    assert OUT.queryset(actor, chosen, path=path).count() == number
                assert cluster.placed == Counter(one.member.care_id for one in listed if one.member.care_id)

    def test_a_code_that_is_no_longer_in_use_counts_for_its_province(self):
        (cluster,) = clusters([Cell("379999", "C", "", True, None, 2)], gathering.by_city)
        assert (cluster.place, cluster.name) == ("37", "山东省")


def propose_for(number, full, *, code="320583", near=NOBODY, placed=(), trade="", values=VALUES):
    cells = [Cell(code, trade, "", True, None, full), Cell(code, trade, "", False, None, number - full)]
    cells += [Cell(code, trade, "", True, care, many) for care, many in placed]
    way = gathering.by_trade if trade else gathering.by_city
    found = clusters([cell for cell in cells if cell.number], way)
    return [(one.what, *one.figures) for one in propose(found, near, values)]


class TestProposals:
    @pytest.mark.parametrize(
        ("number", "full", "proposed"),
        [
            (1, 1, []),
            (2, 0, [What.POINT]),
            (3, 2, [What.GROUP]),
            (3, 3, [What.BRANCH]),
            (50, 50, [What.BRANCH]),
            (51, 0, [What.GENERAL]),
        ],
    )
    def test_the_most_that_a_place_makes_possible(self, number, full, proposed):
        assert [what for what, _free, _full in propose_for(number, full)] == proposed

    @pytest.mark.parametrize("code", ["", "990000", "810000", "320000"])
    def test_nothing_abroad_and_nothing_where_the_city_is_not_known(self, code):
        assert propose_for(60, 60, code=code) == []

    def test_a_branch_that_is_there_takes_the_rest_in_until_it_is_too_large(self, suzhou):
        near = Near([], [("320500", suzhou)])
        assert propose_for(9, 9, near=near, placed=[(suzhou.pk, 30)]) == []
        assert propose_for(9, 9, near=near, placed=[(suzhou.pk, 42)])[0] == (What.GENERAL, 9, 9)
        suzhou.kind = "621"
        assert propose_for(9, 9, near=near, placed=[(suzhou.pk, 42)]) == []

    def test_a_station_in_the_city_makes_a_contact_point_needless(self, county, db):
        there = Near([("320583", station(county, "320583"))], [])
        assert propose_for(2, 0, near=there) == []
        assert propose_for(2, 0, near=Near([("320102", there.stations[0][1])], [])) == [(What.POINT, 2, 0)]

    def test_by_trade_there_is_no_contact_point(self):
        assert propose_for(4, 4, trade="E") == [(What.BRANCH, 4, 4)]

    def test_the_county_sets_the_numbers_and_each_has_its_source(self, county, county_actor):
        values = {**VALUES, "branch_full_members": RuleValue(rules.rule("branch_full_members"), 5)}
        assert [what for what, *_ in propose_for(4, 4, values=values)] == [What.GROUP]
        assert all(one.source for one in ALL)

    def test_the_nearest_station_is_named_with_how_near_it_is(self, county):
        one = station(county, "320583")
        near = Near([("320583", one)], [])
        assert [near.nearest(place)[0] for place in ("320583", "320505", "3205", "3201", "32", "31", "")] == [
            "320583", "3205", "3205", "32", "32", "", "",
        ]  # fmt: skip


class TestPages:
    @pytest.fixture
    def people(self, branch, foreign_branch, make_member):
        for number in range(4):
            away(make_member(branch, name=f"何苏{'甲乙丙丁'[number]}"), trade="E")
        away(make_member(foreign_branch, name="冯远"), "440306", reason="retired")

    def test_the_county_sees_all_a_town_its_own(self, people, client_for, county_user, town_user, other_town):
        page = client_for(county_user).get(reverse("gathering")).content.decode()
        assert "江苏省苏州市：流动党员党支部" in page
        assert "广东" in page
        assert "5 名流出党员" in page
        assert 'href="/journeys/out/?region=32"' in page
        town = client_for(town_user).get(reverse("gathering")).content.decode()
        assert "4 名流出党员" in town
        assert "广东" not in town
        one = (
            client_for(county_user).get(f"{reverse('gathering')}?organisation={other_town.public_id}").content.decode()
        )
        assert "1 名流出党员" in one
        assert f"organisation={other_town.public_id}&amp;region=44" in one

    @pytest.mark.parametrize(
        ("query", "found"),
        [("place=32", "苏州"), ("place=3205", "昆山"), ("by=trade", "建筑业"), ("by=kind", "退休异地居住")],
    )
    def test_further_down_and_otherwise(self, people, client_for, county_user, query, found):
        assert found in client_for(county_user).get(f"{reverse('gathering')}?{query}").content.decode()

    @pytest.mark.parametrize("query", ["place=9", "place=x", "by=age", "place=32&by=trade", "organisation=nothing"])
    def test_what_is_no_place_is_not_found(self, people, client_for, county_user, query):
        assert client_for(county_user).get(f"{reverse('gathering')}?{query}").status_code == 404

    def test_a_branch_and_a_station_are_named_where_they_are(
        self, people, suzhou, county, foreign_branch, make_member, client_for, county_user
    ):
        one, client = station(county, "310115"), client_for(county_user)
        away(make_member(foreign_branch), "310101")
        assert suzhou.get_absolute_url() in client.get(f"{reverse('gathering')}?place=32").content.decode()
        page = client.get(reverse("gathering")).content.decode()
        assert one.get_absolute_url() in page
        assert "流动党员党支部</a>" not in page.partition("去了哪里")[0], "those four can be taken in"
        assert "同市：" in client.get(f"{reverse('gathering')}?place=31").content.decode()

    def test_a_proposal_names_whom_it_reaches_and_the_rule(self, people, client_for, county_user, other_town_user):
        address = reverse("gathering-proposal", args=["branch-3205"])
        page = client_for(county_user).get(address).content.decode()
        assert "何苏甲" in page
        assert "支部工作条例" in page
        assert "/foundings/new/?" in page
        assert client_for(other_town_user).get(address).status_code == 404
        assert client_for(county_user).get(reverse("gathering-proposal", args=["branch-3301"])).status_code == 404
        assert client_for(county_user).get(reverse("gathering-proposal", args=["nonsense"])).status_code == 404

    def test_a_contact_point_begins_as_a_station_there(
        self, people, foreign_branch, make_member, client_for, county_user
    ):
        away(make_member(foreign_branch), "440306")
        client = client_for(county_user)
        page = client.get(reverse("gathering-proposal", args=["point-4403"])).content.decode()
        address = page.partition('href="/stations/new/')[2].partition('"')[0]
        assert 'value="广东省深圳市"' in client.get(f"/stations/new/{address}").content.decode()

    def test_put_aside_until_the_figures_change(
        self, people, branch, make_member, client_for, county_user, secretary_user
    ):
        client, address = client_for(county_user), reverse("gathering-aside", args=["branch-3205"])
        assert "请写一句" in client.post(address, {"reason": "x"}).content.decode()
        assert client.post(address, {"reason": "等春节后再说"}).status_code == 302
        page = client.get(reverse("gathering")).content.decode()
        assert "等春节后再说" in page
        assert client.post(address, {"reason": "还是先不办"}).status_code == 302
        assert ProposalAside.objects.visible_to(SYSTEM).get().reason == "还是先不办"
        assert client_for(secretary_user).post(address, {"reason": "不归我定"}).status_code == 403
        assert client.post(address, {"again": "1"}).status_code == 302
        assert not ProposalAside.objects.visible_to(SYSTEM).exists()
        client.post(address, {"reason": "等春节后再说"})
        away(make_member(branch, name="何苏戊"))
        assert "等春节后再说" not in client.get(reverse("gathering")).content.decode()

    def test_as_many_queries_for_many_as_for_few(
        self, people, branch, make_member, client_for, county_user, django_assert_max_num_queries
    ):
        for number in range(30):
            away(make_member(branch), ("110105", "120101", "330102", "350102", "500103")[number % 5])
        client = client_for(county_user)
        with django_assert_max_num_queries(20):
            assert "35 名流出党员" in client.get(reverse("gathering")).content.decode()
