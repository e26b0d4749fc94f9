"""The pages on organisations, posts and rules, without script."""

import re

import pytest
from django.urls import reverse

from audit.models import Event
from branches import rules
from branches.actions import organisations
from branches.actions.posts import appoint
from branches.models import Organisation, Post, RuleSetting
from core import clock
from core.actors import SYSTEM

pytestmark = pytest.mark.django_db


def text_of(answer):
    text = answer.content.decode()
    assert "⚠undefined" not in text
    return text


def form_of(organisation, **changes):
    return {
        "name": organisation.name, "short_name": organisation.short_name, "kind": organisation.kind,
        "version": organisation.version, **changes,
    }  # fmt: skip


def test_the_list_shows_children_and_the_tree(county, town, branch, other_town, county_user, client_for):
    client = client_for(county_user)
    answer = client.get(reverse("organisation-list"))
    assert [one.pk for one in answer.context["rows"]] == [town.pk, other_town.pk]
    assert "新建下级党组织" in text_of(answer)
    answer = client.get(reverse("organisation-list"), {"in": town.public_id})
    assert [one.pk for one in answer.context["rows"]] == [branch.pk]
    assert client.get(reverse("organisation-list"), {"in": "nosuch"}).status_code == 404


def test_a_search_is_posted_and_finds_by_name_or_initials(
    county, town, branch, foreign_branch, county_user, client_for
):
    client = client_for(county_user)
    for typed, found in (("何寨", branch), ("fcdzb", None), ("ftcdzb", foreign_branch)):
        rows = client.post(reverse("organisation-list"), {"q": typed}).context["rows"]
        assert [one.pk for one in rows] == ([found.pk] if found else [])


def test_a_level_of_the_tree_is_loaded_later(town, branch, county_user, client_for):
    answer = client_for(county_user).get(reverse("organisation-branch", args=[town.public_id]))
    assert "何寨村党支部" in text_of(answer)
    assert "<html" not in text_of(answer)


def test_everybody_reads_the_directory_but_not_its_people(branch, town_actor, other_town_user, town_user, client_for):
    appoint(organisation=branch, title="secretary", holder_name="何建国", phone="19900000001", by=town_actor)
    mine = text_of(client_for(town_user).get(branch.get_absolute_url()))
    assert "何建国" in mine
    assert "*******0001" in mine
    assert "19900000001" not in mine
    theirs = client_for(other_town_user).get(branch.get_absolute_url())
    assert theirs.status_code == 200
    assert "何寨村党支部" in text_of(theirs)
    assert "何建国" not in text_of(theirs)
    assert "任命" not in text_of(theirs)


def test_a_phone_is_shown_on_request_and_that_is_told(
    branch, town_actor, town_user, other_town_user, auditor_user, client_for
):
    post = appoint(organisation=branch, title="secretary", holder_name="何建国", phone="19900000001", by=town_actor)
    address = reverse("post-phone", args=[post.public_id])
    client = client_for(town_user)
    assert client.get(address).status_code == 405
    assert "19900000001" in text_of(client.post(address))
    assert "19900000001" in text_of(client.post(address, headers={"HX-Request": "true"}))
    assert Event.objects.filter(kind="phone_shown").count() == 2
    assert client_for(other_town_user).post(address).status_code == 404
    assert client_for(auditor_user).post(address).status_code == 403


def test_new_below_a_town_once_however_often_it_is_sent(town, town_user, client_for):
    client, address = client_for(town_user), reverse("organisation-new", args=[town.public_id])
    key = re.search(r'name="idempotency_key" value="(\w+)"', text_of(client.get(address)))[1]
    given = {"name": "中共云湖县马店镇孙楼村支部委员会", "kind": "631", "founded_on": "1982-03", "idempotency_key": key}
    for _ in range(2):
        answer = client.post(address, given)
        made = Organisation.objects.get(name=given["name"])
        assert answer.url == made.get_absolute_url()
    assert (made.short_name, made.founded_on.iso()) == ("孙楼村党支部", "1982-03")


def test_a_form_says_what_is_wrong_beside_the_field(town, branch, town_user, client_for):
    answer = client_for(town_user).post(
        reverse("organisation-new", args=[town.public_id]), {"name": branch.name, "kind": "631", "founded_on": "去年"}
    )
    assert "看不懂" in text_of(answer)
    answer = client_for(town_user).post(
        reverse("organisation-new", args=[town.public_id]), {"name": branch.name, "kind": "631"}
    )
    assert "同名" in text_of(answer)


def test_a_stale_edit_shows_both_values_and_may_then_be_saved(branch, town_user, county_actor, client_for):
    client, address = client_for(town_user), reverse("organisation-edit", args=[branch.public_id])
    organisations.edit(branch, values={"place": "何寨村东"}, by=county_actor)
    answer = client.post(address, form_of(branch, place="何寨村西"))
    assert "现在是“何寨村东”，您填的是“何寨村西”" in text_of(answer)
    assert 'name="version" value="2"' in text_of(answer)
    assert client.post(address, form_of(branch, place="何寨村西", version=2)).status_code == 302
    branch.refresh_from_db()
    assert branch.place == "何寨村西"


def test_move_close_and_reopen(branch, other_town, town, county_user, client_for):
    client = client_for(county_user)
    move = reverse("organisation-move", args=[branch.public_id])
    assert "青石镇党委" in text_of(client.get(move))
    assert client.post(move, {"to": other_town.public_id, "version": 1}).url == branch.get_absolute_url()
    branch.refresh_from_db()
    assert branch.parent_id == other_town.pk
    assert client.post(move, {"to": "nosuch", "version": 2}).status_code == 200

    close = reverse("organisation-close", args=[branch.public_id])
    assert client.get(close).status_code == 200
    assert client.post(close, {"version": 2, "on": "2026-03-01"}).status_code == 302
    assert "已撤销" in text_of(client.get(branch.get_absolute_url()))
    assert client.post(reverse("organisation-reopen", args=[branch.public_id])).status_code == 302
    branch.refresh_from_db()
    assert branch.is_open
    assert client.post(reverse("organisation-reopen", args=[branch.public_id])).status_code == 409


def test_a_button_that_cannot_be_pressed_says_why(town, branch, county_user, client_for):
    answer = client_for(county_user).get(town.get_absolute_url())
    assert "下面还有 1 个党组织" in text_of(answer)
    refused = client_for(county_user).post(reverse("organisation-close", args=[town.public_id]), {"version": 1})
    assert "下面还有 1 个党组织" in text_of(refused)


def test_order_by_numbers_and_by_steps(county, town, other_town, county_user, client_for):
    third = organisations.create(parent=county, name="中共云湖县大营镇委员会", kind="611", by=SYSTEM)
    client, address = client_for(county_user), reverse("organisation-order", args=[county.public_id])

    def order():
        return [one.pk for one in Organisation.objects.filter(parent=county).official()]

    client.post(address, {"up": third.public_id})
    assert order() == [town.pk, third.pk, other_town.pk]
    client.post(address, {"down": town.public_id})
    assert order() == [third.pk, town.pk, other_town.pk]
    client.post(address, {f"position-{other_town.public_id}": "1", f"position-{town.public_id}": "x"})
    assert order() == [other_town.pk, third.pk, town.pk]
    client.post(address, {f"position-{other_town.public_id}": "3"})
    assert order() == [third.pk, town.pk, other_town.pk]
    assert "上移" in text_of(client.get(address))


def test_posts_are_appointed_mended_and_ended(branch, town_user, client_for):
    client = client_for(town_user)
    new = reverse("post-new", args=[branch.public_id])
    assert client.post(new, {"title": "secretary", "holder_name": "何建国", "phone": "123"}).status_code == 200
    client.post(new, {"title": "secretary", "holder_name": "何建国", "phone": "19900000001"})
    post = Post.objects.get()
    edit = reverse("post-edit", args=[post.public_id])
    assert "尾号 0001" in text_of(client.get(edit))
    client.post(
        edit, {"title": "secretary", "holder_name": "何建业", "phone": "", "version": 1, "starts_on": "2026-01-09"}
    )
    post.refresh_from_db()
    assert (post.holder_name, post.phone_tail, str(post.starts_on)) == ("何建业", "0001", "2026-01-09")
    end = reverse("post-end", args=[post.public_id])
    assert "早于" in text_of(client.post(end, {"on": "2025-01-01", "version": 2}))
    assert client.post(end, {"on": "2026-03-01", "version": 2}).status_code == 302


def test_who_may_change_what(town, branch, foreign_branch, secretary_user, town_user, auditor_user, client_for):
    for name in (
        "organisation-edit",
        "organisation-new",
        "organisation-move",
        "organisation-close",
        "organisation-order",
        "post-new",
    ):
        assert client_for(town_user).get(reverse(name, args=[branch.public_id])).status_code == 200
        assert client_for(town_user).get(reverse(name, args=[foreign_branch.public_id])).status_code == 404
        assert client_for(secretary_user).get(reverse(name, args=[branch.public_id])).status_code == 403
        assert client_for(auditor_user).get(reverse(name, args=[branch.public_id])).status_code == 403


def test_rules_are_read_and_set_by_the_county(county, town, county_user, town_user, client_for):
    client = client_for(county_user)
    answer = text_of(client.get(reverse("rule-list")))
    assert "换届提前多久提醒" in answer
    assert "支部工作条例" in answer
    edit = reverse("rule-edit", args=["term_warn_months"])
    assert client.post(edit + f"?in={town.public_id}", {"value": "99"}).status_code == 200
    assert client.post(edit + f"?in={town.public_id}", {"value": "9"}).status_code == 302
    assert rules.value("term_warn_months", town, clock.today()) == 9
    assert rules.value("term_warn_months", county, clock.today()) == 6
    assert "马店镇党委设置" in text_of(client.get(edit + f"?in={town.public_id}"))
    assert client.get(reverse("rule-edit", args=["nosuch"])).status_code == 404
    assert client_for(town_user).get(reverse("rule-list")).status_code == 403
    assert client_for(town_user).post(edit, {"value": "1"}).status_code == 403
    assert RuleSetting.objects.count() == 1


def test_a_list_asks_the_same_number_of_queries_however_long(
    county, county_user, client_for, django_assert_max_num_queries
):
    for number in range(30):
        organisations.create(
            parent=county, name=f"中共云湖县第{number}镇委员会", kind="611",
            by=SYSTEM,
        )  # fmt: skip
    client = client_for(county_user)
    with django_assert_max_num_queries(16):
        client.get(reverse("organisation-list"))
