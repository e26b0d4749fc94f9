"""The lists: whose people they show, filters, pages, columns, names for lists, and what it costs the database."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock, keyset
from core.actors import acting_as
from members.enums import Direction
from members.filters import FILTERS, Chosen
from members.listing import LISTS
from members.models import Freshness, Journey, LostContact, Member, Membership, SavedFilter
from tests.conftest import next_identity

pytestmark = pytest.mark.django_db
ADDRESSES = ("/members/", "/members/mobile/", "/journeys/out/", "/journeys/in/", "/journeys/here/", "/lost/")


def out(member, **more):
    now = clock.now()
    values = {
        "state": "away",
        "direction": Direction.OUT,
        "left_on": "2024-07",
        "region_code": "320583",
        "industry": "C",
        "reason": "work",
        **more,
    }
    return Journey.objects.create(
        member=member, home=member.home, home_path=member.home_path, created_at=now,
        updated_at=now, **values,
    )  # fmt: skip


def guest(branch, name="钱进"):
    now = clock.now()
    member = Member(name=name, care=branch, care_path=branch.path, created_at=now, updated_at=now)
    member.put_sealed("identity", next_identity())
    member.save(force_insert=True)
    Membership.objects.create(member=member, organisation=branch, kind="inflow")
    Journey.objects.create(
        member=member, direction=Direction.IN, state="arrived", host=branch, host_path=branch.path,
        home_text="某市某支部", created_at=now, updated_at=now,
    )  # fmt: skip
    return member


def lost(member, **more):
    now = clock.now()
    values = {"state": "counting", "since": "2026-05", **more}
    return LostContact.objects.create(
        member=member, home_path=member.home_path, created_at=now, updated_at=now, **values
    )


def names(response):
    return re.findall(r'class="card-title"><a href="[^"]+">([^<]+)</a>', response.content.decode())


class TestWhoSeesWhom:
    @pytest.fixture
    def people_of_three_branches(self, branch, other_branch, foreign_branch, make_member):
        return [
            make_member(branch, name="何一"), make_member(other_branch, name="吕二"), make_member(foreign_branch, name="冯三")
        ]  # fmt: skip

    def test_each_sees_the_own_subtree(
        self,
        people_of_three_branches,
        client_for,
        county_user,
        town_user,
        other_town_user,
        secretary_user,
        auditor_user,
    ):
        for user, seen in (
            (county_user, ["何一", "吕二", "冯三"]),
            (auditor_user, ["何一", "吕二", "冯三"]),
            (town_user, ["何一", "吕二"]),
            (other_town_user, ["冯三"]),
            (secretary_user, ["何一"]),
        ):
            assert names(client_for(user).get("/members/")) == seen

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_the_system_administrator_is_refused(self, address, client_for, system_user):
        assert client_for(system_user).get(address).status_code == 403

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_nobody_signed_in_is_led_to_the_sign_in(self, address, client, county):
        response = client.get(address)
        assert response.status_code == 302
        assert response["Location"].startswith("/sign-in/")

    def test_another_towns_organisation_is_not_found(self, client_for, town_user, foreign_branch, branch):
        client = client_for(town_user)
        assert client.get(f"/members/?organisation={branch.public_id}").status_code == 200
        assert client.get(f"/members/?organisation={foreign_branch.public_id}").status_code == 404
        assert client.get(f"/members/?organisation={foreign_branch.public_id}&part=tree").status_code == 404

    def test_a_mobile_branch_sees_its_people_and_home_counts_them(
        self, branch, foreign_branch, make_member, client_for, other_town_user, town_user
    ):
        make_member(branch, name="何流", care=foreign_branch, care_path=foreign_branch.path)
        assert names(client_for(other_town_user).get("/members/mobile/")) == ["何流"]
        assert names(client_for(other_town_user).get("/members/")) == []
        assert names(client_for(town_user).get("/members/")) == ["何流"]

    def test_a_guest_stands_among_inflow_only(self, branch, make_member, client_for, town_user):
        make_member(branch, name="何一")
        guest(branch)
        assert names(client_for(town_user).get("/members/")) == ["何一"]
        assert names(client_for(town_user).get("/journeys/in/")) == ["钱进"]

    def test_merged_and_ended_ones_are_gone_until_asked_for(self, branch, make_member, client_for, town_user):
        kept = make_member(branch, name="何一")
        make_member(branch, name="何重", merged_into=kept)
        make_member(branch, name="何故", party_status="deceased")
        client = client_for(town_user)
        assert names(client.get("/members/")) == ["何一"]
        assert names(client.get("/members/?status=deceased")) == ["何故"]

    def test_a_restricted_person_is_known_to_the_county_alone(
        self, branch, make_member, client_for, town_user, county_user
    ):
        out(make_member(branch, name="何密", restricted=True))
        assert names(client_for(county_user).get("/journeys/out/")) == ["何密"]
        for address in ("/members/", "/journeys/out/"):
            assert names(client_for(town_user).get(address)) == []


class TestFilters:
    def test_every_choice_of_every_filter_is_a_scoped_query_of_single_people(self, branch, make_member, town_actor):
        member = make_member(branch)
        out(member)
        out(member, state="returned")
        lost(member)
        lost(member, state="found")
        with acting_as(town_actor):
            for one in LISTS.values():
                for key in one.filters:
                    choices = list(FILTERS[key].choices())
                    for value, _ in choices if FILTERS[key].offered else choices[::400]:
                        chosen = Chosen.of(one.filters, {key: value})
                        assert one.queryset(town_actor, chosen).count() <= 1

    def test_a_filter_is_a_chip_that_can_be_removed(self, branch, make_member, client_for, town_user):
        out(make_member(branch))
        page = client_for(town_user).get("/journeys/out/?province=32&sex=1").content.decode()
        assert "去掉条件：去向：江苏省" in page
        assert 'href="/journeys/out/?sex=1"' in page

    def test_a_place_comes_with_a_link_and_stays_when_more_is_chosen(self, branch, make_member, client_for, town_user):
        out(make_member(branch))
        page = client_for(town_user).get("/journeys/out/?region=3205").content.decode()
        assert "去掉条件：地方：江苏省苏州市" in page
        assert '<input type="hidden" name="region" value="3205"' in page
        assert "北京市海淀区" not in page, "no list of all the places"
        assert client_for(town_user).get("/journeys/out/?region=32058").status_code == 404

    @pytest.mark.parametrize(
        ("address", "found"),
        [
            ("/journeys/out/?province=32", ["何苏"]),
            ("/journeys/out/?province=none", ["何缺"]),
            ("/journeys/out/?region=3205", ["何苏"]),
            ("/journeys/out/?region=320583&sex=1", ["何苏"]),
            ("/journeys/out/?region=3301", []),
            ("/journeys/out/?term=short", ["何短"]),
            ("/journeys/out/?term=mobile", ["何苏", "何缺"]),
            ("/journeys/out/?gap=place", ["何缺"]),
            ("/journeys/out/?gap=time", ["何缺"]),
            ("/journeys/out/?lost=any", ["何短"]),
            ("/members/?away=out", ["何苏", "何缺", "何短"]),
            ("/members/?away=short", ["何短"]),
            ("/members/?gap=phone", ["何家"]),
            ("/members/?lost=counting", ["何短"]),
            ("/members/?age=35", ["何家"]),
            ("/members/?party_age=11-20", ["何苏", "何缺", "何短", "何家"]),
            ("/members/?schooling=college", ["何苏", "何缺", "何短", "何家"]),
            ("/members/?schooling=none", []),
            ("/journeys/out/?mobility=none", ["何苏", "何缺", "何短"]),
            ("/lost/?state=counting", ["何短"]),
            ("/lost/?state=lost", []),
        ],
    )
    def test_filter(self, address, found, branch, make_member, client_for, town_user):
        today = clock.today()
        known = {"education": "21", "birth_date": "1970-01-01", "joined_on": "2009"}
        out(make_member(branch, name="何苏", **known), region_code="320583")
        out(make_member(branch, name="何缺", **known), region_code="", left_on=None)
        short = make_member(branch, name="何短", **known)
        out(short, region_code="440306", left_on=today.isoformat())
        lost(short)
        make_member(branch, name="何家", phone="", **{**known, "birth_date": f"{today.year - 25}-01-01"})
        assert names(client_for(town_user).get(address)) == found

    @pytest.mark.parametrize(
        "query",
        [
            "sex=7",
            "kind=x",
            "organisation=nothing",
            "sort=phone",
            "size=7",
            "size=abc",
            "part=tree",
        ],
    )
    def test_a_wrong_value_is_not_found(self, query, client_for, town_user):
        assert client_for(town_user).get(f"/members/?{query}").status_code == 404

    @pytest.mark.parametrize("token", ["x", "k1.AAAA", "k9.AAAA", "a" * 3000, "k1." + "B" * 99])
    def test_a_forged_cursor_is_the_first_page(self, token, branch, make_member, client_for, town_user):
        make_member(branch, name="何一")
        assert names(client_for(town_user).get(f"/members/?at={token}")) == ["何一"]


class TestPages:
    @pytest.mark.parametrize("sort", ["official", "name", "updated"])
    def test_forwards_and_back_shows_everybody_once(
        self, sort, branch, other_branch, make_member, client_for, town_user
    ):
        everybody = {
            make_member(home, name=f"何{letter}").name
            for home in (branch, other_branch)
            for letter in "甲乙丙丁戊己庚辛壬癸子丑寅"
        }
        assert len(everybody) == 13
        client = client_for(town_user)
        pages, address = [], f"/members/?size=20&sort={sort}"
        while address:
            response = client.get(address)
            pages.append(names(response))
            address = response.context["next_url"]
        assert [len(page) for page in pages] == [20, 6]
        assert sorted(pages[0] + pages[1]) == sorted([*everybody, *everybody])
        assert "第 21-26 人，共 26 人" in response.content.decode()
        assert names(client.get(response.context["previous_url"])) == pages[0]

    def test_twenty_people_unless_more_are_asked_for(self, branch, make_member, client_for, town_user):
        for _ in range(21):
            make_member(branch)
        client = client_for(town_user)
        assert len(names(client.get("/members/"))) == 20
        assert len(names(client.get("/members/?size=50"))) == 21

    def test_official_order_is_that_of_the_branches(self, branch, other_branch, make_member, client_for, town_user):
        make_member(branch, name="何一")
        make_member(other_branch, name="吕二")
        type(branch).objects.filter(pk=branch.pk).update(order_path=other_branch.order_path[:-4] + "0009")
        assert names(client_for(town_user).get("/members/")) == ["吕二", "何一"]

    def test_latest_departures_first_and_unknown_ones_last(self, branch, make_member, client_for, town_user):
        for name, left_on in (("何早", "2020"), ("何晚", "2025-03-01"), ("何未", None)):
            out(make_member(branch, name=name), left_on=left_on)
        assert names(client_for(town_user).get("/journeys/out/?sort=left_on")) == ["何晚", "何早", "何未"]

    def test_a_cursor_shows_nothing_and_belongs_to_one_order(self):
        token = keyset.Cursor(("hxm", 5), first=51).token("members:name")
        assert "hxm" not in token
        assert not re.search(r"\d{7}", token)
        assert keyset.read(token, "members:name", 2) == keyset.Cursor(("hxm", 5), first=51)
        assert keyset.read(token, "members:updated", 2) is None
        assert keyset.read(token[:-2], "members:name", 2) is None

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_ten_rows_and_two_hundred_cost_the_same_queries(
        self, address, branch, make_member, client_for, county_user
    ):
        def add(number):
            for _ in range(number):
                member = make_member(branch, care=branch, care_path=branch.path)
                out(member, host=branch, host_path=branch.path)
                lost(member)
                Freshness.objects.create(member=member, phone_on=clock.today(), phone_from="ledger")
                guest(branch)

        client = client_for(county_user)
        client.get(address)
        add(10)
        with CaptureQueriesContext(connection) as few:
            assert len(names(client.get(f"{address}?size=100"))) == 10
        add(90)
        with CaptureQueriesContext(connection) as many:
            assert len(names(client.get(f"{address}?size=100"))) == 100
        assert len(few) == len(many) <= 10


class TestWhatARowSays:
    def test_numbers_are_masked_and_the_chip_tells_the_worst(self, branch, make_member, client_for, town_user):
        today = clock.today()
        fresh = make_member(branch, name="何新", phone="19900003093")
        out(fresh)
        Freshness.objects.create(member=fresh, place_on=today, phone_on=today, phone_from="contact")
        stale = make_member(branch, name="何旧")
        out(stale)
        silent = make_member(branch, name="何失")
        out(silent)
        lost(silent, since=f"{today.year - 1}-{today.month:02}")
        page = client_for(town_user).get("/journeys/out/").content.decode()
        assert "199****3093" in page
        assert "19900003093" not in page
        assert "江苏 苏州 昆山" in page
        for text in ("已核实", "去向待核实", "联系不上 12 个月", f"{today:%m-%d} 联系"):
            assert text in page

    def test_a_damaged_number_does_not_take_the_list_away(self, branch, make_member, client_for, town_user):
        member = make_member(branch, name="何损", phone="19900003093")
        Member.objects.filter(pk=member.pk).update(phone="k1.AAAA")
        response = client_for(town_user).get("/members/")
        assert names(response) == ["何损"]
        assert "*******3093" in response.content.decode()

    def test_columns_are_remembered_for_the_session(self, branch, make_member, client_for, town_user):
        make_member(branch, name="何一", education="21")
        client = client_for(town_user)
        assert "<th>学历</th>" not in client.get("/members/").content.decode()
        response = client.post("/members/lists/members/columns/", {"columns": ["education", "nonsense"], "sex": "1"})
        assert response["Location"] == "/members/?sex=1"
        page = client.get("/members/").content.decode()
        assert "<th>学历</th>" in page
        assert "<th>联系电话</th>" not in page
        client.post("/members/lists/members/columns/", {})
        assert "<th>联系电话</th>" in client.get("/members/").content.decode()
        assert client.post("/members/lists/nothing/columns/", {}).status_code == 404


class TestTree:
    def test_counts_are_of_the_list_and_add_up(
        self, branch, other_branch, foreign_branch, make_member, client_for, county_user
    ):
        for home in (branch, branch, other_branch, foreign_branch):
            make_member(home)
        make_member(branch, sex="2")
        nodes = client_for(county_user).get("/members/?sex=1").context["nodes"]
        assert [(node.name, node.count) for node in nodes] == [("云湖县委", 4)]
        assert [(node.name, node.count) for node in nodes[0].children] == [("马店镇党委", 3), ("青石镇党委", 1)]

    def test_a_level_is_opened_later(self, town, branch, other_branch, make_member, client_for, county_user):
        make_member(branch)
        client = client_for(county_user)
        (node,) = client.get("/members/").context["nodes"][0].children
        assert parse_qs(urlsplit(node.branch_url).query) == {"organisation": [town.public_id], "part": ["tree"]}
        page = client.get(node.branch_url).content.decode()
        assert "何寨村党支部" in page
        assert "<html" not in page

    def test_total_is_capped_where_counting_would_take_long(
        self, branch, make_member, client_for, county_user, monkeypatch
    ):
        for _ in range(3):
            make_member(branch)
        monkeypatch.setattr("members.views.lists.MOST_COUNTED", 2)
        page = client_for(county_user).get("/members/").content.decode()
        assert "共 10,000+ 人" in page


class TestSavedFilters:
    def test_kept_shown_and_deleted_by_their_owner_only(self, branch, client_for, town_user, county_user):
        client = client_for(town_user)
        address = f"/members/lists/out/save/?province=32&organisation={branch.public_id}"
        assert "去向：江苏省" in client.get(address).content.decode()
        data = {"name": "去江苏的", "province": "32", "organisation": branch.public_id}
        response = client.post("/members/lists/out/save/", data)
        assert response["Location"] == f"/journeys/out/?organisation={branch.public_id}&province=32"
        assert "去江苏的" in client.get("/journeys/out/").content.decode()
        assert "去江苏的" not in client.get("/journeys/in/").content.decode()
        stranger = client_for(county_user)
        assert "去江苏的" not in stranger.get("/journeys/out/").content.decode()
        delete = f"/members/lists/saved/{SavedFilter.objects.get().public_id}/delete/"
        assert stranger.post(delete).status_code == 404
        assert client.post(delete)["Location"] == "/journeys/out/"
        assert client.post(delete).status_code == 404
        assert not SavedFilter.objects.exists()

    def test_the_same_name_again_replaces(self, client_for, town_user):
        client = client_for(town_user)
        for sex in "12":
            client.post("/members/lists/members/save/", {"name": "我的", "sex": sex})
        assert [one.query for one in SavedFilter.objects.all()] == ["sex=2"]

    @pytest.mark.parametrize("name", ["19900003093", "张三 1990000 人", "", " ", "名" * 31])
    def test_no_number_and_no_nonsense_for_a_name(self, name, client_for, town_user):
        response = client_for(town_user).post("/members/lists/members/save/", {"name": name, "sex": "1"})
        assert response.status_code == 200
        assert 'class="error' in response.content.decode() or "field--bad" in response.content.decode()
        assert not SavedFilter.objects.exists()
