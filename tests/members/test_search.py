"""One box finds people; numbers never reach an address; nobody learns of people elsewhere."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.domain.names import initials_all
from core.errors import UserError
from members.search import Kind, Wanted, understand
from tests.conftest import make_identity
from tests.members.test_lists import guest, names

SEARCH = "/members/search/"


class TestUnderstand:
    @pytest.mark.parametrize(
        ("typed", "kind", "text"),
        [
            ("建国", Kind.NAME, "建国"),
            (" 何 建国 ", Kind.NAME, "何建国"),
            ("HJG", Kind.INITIALS, "hjg"),
            ("ｈｊｇ", Kind.INITIALS, "hjg"),
            ("3093", Kind.TAIL, "3093"),
            ("199 0000 3093", Kind.PHONE, "19900003093"),
            ("199-0000-3093", Kind.PHONE, "19900003093"),
            (make_identity(17), Kind.IDENTITY, make_identity(17)),
            (make_identity(17).lower(), Kind.IDENTITY, make_identity(17)),
        ],
    )
    def test_kind(self, typed, kind, text):
        assert understand(typed) == Wanted(kind, text)

    @pytest.mark.parametrize(
        "typed",
        ["", "  ", "12", "123456", "1990000309", "379981198503121", "3799811985031200170", "何19900003093", "何" * 31],
    )
    def test_what_cannot_be_looked_for_says_what_can(self, typed):
        with pytest.raises(UserError) as refusal:
            understand(typed)
        assert refusal.value.text
        assert not re.search(r"\d{7}", refusal.value.text)

    def test_an_identity_number_with_a_wrong_check_digit(self):
        number = make_identity(17)
        wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
        with pytest.raises(UserError, match="身份证号"):
            understand(wrong)


@pytest.mark.django_db
class TestFind:
    @pytest.fixture
    def somebody(self, branch, make_member):
        return make_member(branch, name="何建国", phone="19900003093", identity=make_identity(17))

    @pytest.fixture
    def stranger(self, foreign_branch, make_member):
        return make_member(foreign_branch, name="冯建国", phone="19900013093", identity=make_identity(19))

    @pytest.mark.parametrize(
        ("typed", "text"), [("建国", "q=%E5%BB%BA%E5%9B%BD"), ("hjg", "q=hjg"), ("3093", "q=3093")]
    )
    def test_short_words_lead_to_an_address_that_finds_only_in_scope(
        self, typed, text, somebody, stranger, client_for, town_user
    ):
        client = client_for(town_user)
        response = client.post(SEARCH, {"q": typed})
        assert response["Location"] == f"{SEARCH}?{text}"
        assert names(client.get(response["Location"])) == ["何建国"]

    @pytest.mark.parametrize("typed", ["19900003093", make_identity(17)])
    def test_a_whole_number_leads_to_the_file(self, typed, somebody, stranger, client_for, town_user):
        response = client_for(town_user).post(SEARCH, {"q": typed})
        assert response["Location"] == somebody.get_absolute_url()

    @pytest.mark.parametrize("typed", ["19900013093", make_identity(19)])
    def test_a_number_of_another_town_reads_like_nobody_has_it(self, typed, somebody, stranger, client_for, town_user):
        client = client_for(town_user)
        known_elsewhere, known_nowhere = (client.post(SEARCH, {"q": one}) for one in (typed, "19900777777"))
        texts = [
            re.sub(r'value="[^"]{64}"|"X-CSRFToken": "[^"]+"', "", one.content.decode())
            for one in (known_elsewhere, known_nowhere)
        ]
        assert texts[0] == texts[1]
        assert "没有查到" in texts[0]
        assert typed not in texts[0]

    @pytest.mark.parametrize("typed", ["19900003093", make_identity(17)])
    def test_a_whole_number_in_an_address_is_not_looked_up(self, typed, somebody, client_for, town_user):
        client = client_for(town_user)
        response = client.get(SEARCH, {"q": typed})
        assert response["Location"] == SEARCH
        page = client.get(SEARCH).content.decode()
        assert "完整号码不能放在网址里" in page
        assert "何建国" not in page

    def test_two_people_with_one_phone_are_both_shown_without_an_address(
        self, somebody, branch, make_member, client_for, town_user
    ):
        make_member(branch, name="何妻", phone="19900003093")
        response = client_for(town_user).post(SEARCH, {"q": "19900003093"})
        assert response.status_code == 200
        assert names(response) == ["何建国", "何妻"]

    def test_a_surname_is_found_by_either_reading(self, branch, make_member, client_for, town_user):
        right, wrong = initials_all("单小明")[:2]
        make_member(branch, name="单小明", initials=right, initials_alt=wrong)
        for letters in (right, wrong):
            assert names(client_for(town_user).get(SEARCH, {"q": letters})) == ["单小明"]

    def test_guests_and_people_of_a_mobile_branch_are_found(
        self, branch, foreign_branch, make_member, client_for, town_user
    ):
        guest(branch, name="钱建进")
        make_member(foreign_branch, name="冯建流", care=branch, care_path=branch.path)
        make_member(branch, name="何建家", care=branch, care_path=branch.path)
        assert names(client_for(town_user).get(SEARCH, {"q": "建"})) == ["何建家", "钱建进", "冯建流"]

    def test_a_merged_record_is_not_found(self, somebody, branch, make_member, client_for, town_user):
        make_member(branch, name="何建重", merged_into=somebody)
        assert names(client_for(town_user).get(SEARCH, {"q": "建"})) == ["何建国"]

    @pytest.mark.parametrize("typed", ["%", "_", "'", "\\", "<b>", "何' OR 1=1", "%00"])
    def test_odd_characters_find_nobody(self, typed, somebody, client_for, town_user):
        response = client_for(town_user).get(SEARCH, {"q": typed})
        assert response.status_code == 200
        assert names(response) == []

    def test_many_are_cut_and_said(self, branch, make_member, client_for, town_user):
        for _ in range(101):
            make_member(branch, name="何多", identity="", phone="")
        response = client_for(town_user).get(SEARCH, {"q": "何多"})
        assert len(names(response)) == 100
        assert "请多输入一两个字" in response.content.decode()

    def test_ten_found_cost_the_queries_of_one(self, branch, make_member, client_for, town_user):
        client = client_for(town_user)
        make_member(branch, name="何多")
        client.get(SEARCH, {"q": "何多"})
        with CaptureQueriesContext(connection) as few:
            client.get(SEARCH, {"q": "何多"})
        for _ in range(9):
            make_member(branch, name="何多")
        with CaptureQueriesContext(connection) as many:
            assert len(names(client.get(SEARCH, {"q": "何多"}))) == 10
        assert len(few) == len(many) <= 10

    def test_who_may_not_see_people_may_not_search(self, somebody, client_for, system_user, client):
        assert client_for(system_user).post(SEARCH, {"q": "何"}).status_code == 403
        assert client.post(SEARCH, {"q": "何"}).status_code == 302
        page = client_for(system_user).get("/").content.decode()
        assert SEARCH not in page
