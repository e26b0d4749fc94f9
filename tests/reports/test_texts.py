"""The words of the papers: whose hold where, what is refused, what stands in the page."""

from __future__ import annotations

import pytest
from django.urls import reverse

from audit.models import Event
from core.errors import Blocked, NotAllowed, StaleVersion
from reports.actions.texts import edit_text, restore_text
from reports.enums import PaperKind
from reports.models import PaperText
from reports.papers.texts import MODELS, REPORT, filled, problems, text_of

GOOD = "标题\n称呼：\n流出{流出人数}名。\n"


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda one: one.kind.value)
def test_what_comes_with_the_portal_is_in_order(model):
    assert problems(model, model.default) == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("标题\n", "至少要有"),
        (GOOD + "{流出人}", "没有“{流出人}”这一项"),
        (GOOD + "共{流出人数", "大括号没有成对"),
        (GOOD + "见{表：人员结构}。", "要单独占一行"),
        (GOOD + "字" * 9000, "太长"),
    ],
)
def test_what_is_refused_says_why(body, said):
    assert said in "".join(problems(REPORT, body))


def test_nothing_in_a_text_is_a_program():
    assert filled("{流出人数} {{x}} {% y %} {0.__class__}", {"流出人数": "3"}) == "3 {{x}} {% y %} {0.__class__}"


def test_the_nearest_words_hold(county, town, other_town, county_actor, town_actor):
    edit_text(kind=PaperKind.REPORT, organisation=county, body=GOOD, by=county_actor, version=0)
    assert text_of(PaperKind.REPORT, other_town).body == GOOD
    edit_text(kind=PaperKind.REPORT, organisation=town, body=GOOD + "镇。", by=town_actor, version=0)
    assert text_of(PaperKind.REPORT, town).body == GOOD + "镇。\n"
    assert text_of(PaperKind.REPORT, other_town).owner == county
    restore_text(kind=PaperKind.REPORT, organisation=town, by=town_actor)
    restore_text(kind=PaperKind.REPORT, organisation=town, by=town_actor)
    assert text_of(PaperKind.REPORT, town).body == GOOD
    assert Event.objects.unscoped().filter(kind="paper.text").count() == 3


def test_who_may_word_it(county, town, branch, county_actor, town_actor, secretary_actor):
    for organisation, by in ((county, town_actor), (branch, secretary_actor)):
        with pytest.raises(NotAllowed):
            edit_text(kind=PaperKind.REPORT, organisation=organisation, body=GOOD, by=by, version=0)
    with pytest.raises(Blocked, match="电话"):
        edit_text(kind=PaperKind.REPORT, organisation=county, body=GOOD + "电话19900123456", by=county_actor, version=0)


def test_the_second_of_two_is_told(county, county_actor):
    kept = edit_text(kind=PaperKind.REPORT, organisation=county, body=GOOD, by=county_actor, version=0)
    assert edit_text(kind=PaperKind.REPORT, organisation=county, body=GOOD, by=county_actor, version=0) == kept
    with pytest.raises(StaleVersion):
        edit_text(kind=PaperKind.REPORT, organisation=county, body=GOOD + "二", by=county_actor, version=0)


def test_the_page_shows_the_figures_before_it_keeps_them(county, county_user, client_for):
    client, address = client_for(county_user), reverse("paper-text", args=["report"])
    shown = client.post(address, {"do": "preview", "version": 0, "body": GOOD}).content.decode()
    assert "流出0名。" in shown
    assert not PaperText.objects.exists()
    assert client.post(address, {"do": "save", "version": 0, "body": GOOD}).status_code == 302
    assert PaperText.objects.get().organisation == county
    assert client.get(reverse("paper-text", args=["packet"])).status_code == 404


def test_a_person_from_the_page_of_the_person(branch, make_member, secretary_user, client_for):
    client = client_for(secretary_user)
    member, hidden = make_member(branch), make_member(branch, restricted=True)
    address = reverse("paper-person", args=[member.public_id])
    assert address in client.get(member.get_absolute_url()).content.decode()
    made = client.post(address, {"numbers": "masked", "purpose": "存档备查", "key": "k"})
    again = client.post(address, {"numbers": "masked", "purpose": "存档备查", "key": "k"})
    assert made.status_code == 302
    assert made["Location"] == again["Location"]
    assert client.get(reverse("paper-person", args=[hidden.public_id])).status_code == 404


def test_people_of_a_list_by_its_filters(county, county_user, client_for):
    client = client_for(county_user)
    assert reverse("paper-people") in client.get("/journeys/out/?province=32").content.decode()
    address = f"{reverse('paper-people')}?kind=outflow&filter=province%3D32"
    assert "江苏" in client.get(address).content.decode()
    assert client.get(f"{reverse('paper-people')}?kind=outflow&filter=province%3Dxx").status_code == 404
    assert client.get(f"{reverse('paper-people')}?kind=organisations").status_code == 404
