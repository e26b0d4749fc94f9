"""Check lists on paper, and keying them in: the numbers hold, good rows are saved, a repeat harms nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from audit.models import Event
from branches.models import Organisation
from core.actors import SYSTEM
from core.errors import NotAllowed, UserError
from members.actions.journeys import end_journey, open_journey
from members.models import Evidence, Freshness, Journey, LostContact
from sweeps import paper
from sweeps.actions import answering, canvassing, printing
from sweeps.actions.answering import Given
from sweeps.models import Finding, Printing
from tests.sweeps.quarter import FRESH, LATER, item, opened, return_of

STALE = {**FRESH, "phone": 91, "place": 91}


@pytest.fixture
def village(away: Any, county: Organisation, branch: Organisation, other_branch: Organisation) -> Any:
    """(return, people) of a branch with four people to ask, by name."""
    people = []
    for name, verified in (("白一", STALE), ("陈二", STALE), ("丁三", FRESH), ("冯四", STALE)):
        member = away(branch, **verified)
        member.name, member.initials = name, {"白一": "by", "陈二": "ce", "丁三": "ds", "冯四": "fs"}[name]
        member.save()
        people.append(member)
    Journey.objects.unscoped().update(region_code="320583", destination_text="花桥镇", employer="某物流站点")
    return return_of(opened(county), branch), people


def key_url(of: Any) -> str:
    return reverse("return-key", args=[of.public_id])


def marks(**by_member: str) -> dict[str, str]:
    return {f"{key}-mark": value for key, value in by_member.items()}


def posted(page: Any, **more: str) -> dict[str, str]:
    """What the browser would send with nothing ticked: the hidden fields of the page."""
    hidden = re.findall(r'<input type="hidden" name="([^"]+-version)" value="(\d+)"', page.content.decode())
    return {**dict(hidden), **more}


# -- the list -----------------------------------------------------------------------------------


def test_a_list_says_what_is_known_and_what_is_asked(village: Any, client_for: Any, secretary_user: Any) -> None:
    of, people = village
    client = client_for(secretary_user)
    assert "4 人待核实" in client.get(reverse("return-paper", args=[of.public_id])).content.decode()
    page = client.post(reverse("return-paper", args=[of.public_id])).content.decode()
    for words in (
        "何寨村党支部",
        of.number,
        "白一",
        "江苏省苏州市昆山市花桥镇",
        "某物流站点",
        "联系电话、去向",
        "都还有效",
        "手印",
        "<svg",
    ):
        assert words in page, words
    assert people[0].reveal("phone") not in page
    assert "零报告" not in page
    assert Event.objects.unscoped().filter(kind="sweep_list_printed").count() == 1


def test_whole_numbers_need_the_right_and_are_recorded(
    village: Any, client_for: Any, secretary_user: Any, auditor_actor: Any
) -> None:
    of, people = village
    page = client_for(secretary_user).post(reverse("return-paper", args=[of.public_id]), {"numbers": "full"})
    assert people[0].reveal("phone") in page.content.decode()
    assert "完整电话" in Event.objects.unscoped().get(kind="sweep_list_printed").text
    with pytest.raises(NotAllowed):
        printing.print_lists(returns=[of], by=auditor_actor, full=True)


def test_a_person_keeps_the_number_on_the_paper(
    village: Any, away: Any, make_member: Any, branch: Organisation, secretary_actor: Any
) -> None:
    of, people = village
    first = printing.print_lists(returns=[of], by=secretary_actor, now=LATER)[of.pk]
    assert [(line.number, line.member.name) for line in first] == [(1, "白一"), (2, "陈二"), (3, "丁三"), (4, "冯四")]
    stay = Journey.objects.unscoped().get(member=people[1])
    end_journey(journey=stay, outcome="returned", on="2026-10-03", by=secretary_actor, now=LATER)
    new = make_member(branch, name="阿五", initials="aw")
    open_journey(member=new, direction="out", values={"left_on": "2026-10-02"}, by=secretary_actor, now=LATER)
    again = printing.print_lists(returns=[of], by=secretary_actor, now=LATER)[of.pk]
    assert [(line.number, line.member.name) for line in again] == [(1, "白一"), (3, "丁三"), (4, "冯四")]
    everybody = paper.lines_of([of], secretary_actor)[of.pk]
    assert (everybody[-1].number, everybody[-1].member.name) == (5, "阿五")
    assert Printing.objects.unscoped().filter(of=of, kind="list").count() == 2


def test_a_town_prints_all_its_branches_each_with_its_code(
    village: Any, away: Any, other_branch: Organisation, town: Organisation, foreign_branch: Organisation,
    other_town: Organisation, client_for: Any, town_user: Any,
) -> None:  # fmt: skip
    of, _people = village
    client = client_for(town_user)
    url = reverse("sweep-paper", args=[of.sweep.public_id])
    page = client.post(url).content.decode()
    assert page.count('class="paper"') == 2
    assert "吕楼村党支部" in page
    assert "零报告" in page
    assert "冯屯村党支部" not in page
    assert client.get(f"{url}?organisation={other_town.public_id}").status_code == 404
    assert client.post(f"{url}?organisation={other_branch.public_id}").content.decode().count('class="paper"') == 1


def test_more_people_cost_no_more_questions(
    village: Any, away: Any, branch: Organisation, other_branch: Organisation, town_actor: Any, county: Organisation,
    django_assert_num_queries: Any,
) -> None:  # fmt: skip
    of, _people = village
    returns = [of, return_of(of.sweep, other_branch)]
    with django_assert_num_queries(2):
        paper.lines_of(returns, town_actor)


def test_the_number_on_the_paper_opens_its_page(
    village: Any, client_for: Any, secretary_user: Any, other_town_user: Any
) -> None:
    of, _people = village
    client = client_for(secretary_user)
    for typed in (of.number, of.number.lower(), str(of.pk), f"{of.pk:06d}"):
        answer = client.post(reverse("return-find"), {"number": typed})
        assert answer["Location"] == key_url(of), typed
    for typed in ("2025Q4-000001", "何寨村", ""):
        assert client.post(reverse("return-find"), {"number": typed}).status_code == 200
    stranger = client_for(other_town_user).post(reverse("return-find"), {"number": of.number})
    assert "没有找到编号" in stranger.content.decode()


# -- keying in ----------------------------------------------------------------------------------


def test_four_kinds_of_rows_are_saved_in_one_post(village: Any, client_for: Any, town_user: Any) -> None:
    of, (same, changed, lost, back) = village
    client = client_for(town_user)
    page = client.get(key_url(of))
    data = posted(page, on_behalf="何建国（支部书记）", **marks(
        **{same.public_id: "1", changed.public_id: "2", lost.public_id: "3", back.public_id: "4"}
    ))  # fmt: skip
    data |= {
        f"{changed.public_id}-phone": "19900123456",
        f"{lost.public_id}-since": "2026-06",
        f"{back.public_id}-on": "2026-10-05",
    }
    answer = client.post(key_url(of), data)
    assert answer.status_code == 302
    assert [item(one).answer for one in (same, changed, lost, back)] == [
        "unchanged",
        "changed",
        "unreachable",
        "returned",
    ]
    assert {item(one).way for one in (same, changed, lost, back)} == {"paper"}
    assert item(same).on_behalf == "何建国（支部书记）"
    changed.refresh_from_db()
    assert changed.reveal("phone") == "19900123456"
    assert Freshness.objects.unscoped().get(member=changed).place_from == "sweep"  # what was not written was as it was
    assert LostContact.objects.unscoped().get(member=lost).since.iso() == "2026-06"
    assert "已经回来" in client.get(key_url(of)).content.decode()
    before = Evidence.objects.unscoped().count()
    assert client.post(key_url(of), data).status_code == 302  # the same page sent again
    assert before == Evidence.objects.unscoped().count()
    assert Event.objects.unscoped().filter(kind="sweep_answered").count() == 4


def test_a_row_with_a_mistake_stays_and_the_others_are_saved(village: Any, client_for: Any, town_user: Any) -> None:
    of, (same, changed, lost, back) = village
    client = client_for(town_user)
    data = posted(client.get(key_url(of)), on_behalf="何建国", **marks(
        **{same.public_id: "1", changed.public_id: "2", lost.public_id: "2", back.public_id: "4"}
    ))  # fmt: skip
    data |= {f"{changed.public_id}-phone": "1990012", f"{changed.public_id}-employer": "某某厂"}
    page = client.post(key_url(of), data).content.decode()
    assert "已保存 1 人；还有 3 行没有保存" in page
    assert "1990012" in page
    assert "某某厂" in page
    assert "请至少填一项新的" in page
    assert "请填写日期" in page
    assert [item(one).state for one in (same, changed, lost, back)] == ["answered", "open", "open", "open"]
    assert Journey.objects.unscoped().get(member=changed).employer == "某物流站点"


def test_the_level_above_says_first_from_whom(
    village: Any, client_for: Any, town_user: Any, secretary_user: Any
) -> None:
    of, people = village
    client = client_for(town_user)
    data = posted(client.get(key_url(of)), **marks(**{people[0].public_id: "1"}))
    page = client.post(key_url(of), data).content.decode()
    assert "请先写明是谁提供的" in page
    assert item(people[0]).state == "open"
    assert re.search(rf'id="{people[0].public_id}-mark-1" value="1" checked', page)
    own = client_for(secretary_user)
    assert own.post(key_url(of), data).status_code == 302
    assert (item(people[0]).state, item(people[0]).on_behalf) == ("answered", "")


def test_somebody_newly_left_is_found_by_name(
    village: Any, make_member: Any, branch: Organisation, client_for: Any, secretary_user: Any
) -> None:
    of, _people = village
    gone = make_member(branch, name="孙六")
    twins = [make_member(branch, name="赵七", phone=f"1990077000{number}") for number in (1, 2)]
    client = client_for(secretary_user)
    line = {
        "new1-name": "孙六",
        "new1-kind": "out",
        "new1-left_on": "2026-10",
        "new1-where": "江苏省苏州市昆山市",
        "new1-employer": "某厂",
    }
    other = {
        "new2-name": "赵七",
        "new2-kind": "short",
        "new2-left_on": "2026-10",
        "new2-where": "",
        "new2-employer": "",
    }
    data = posted(client.get(key_url(of)), canvassed="1", **line, **other)
    page = client.post(key_url(of), data).content.decode()
    assert "有 2 位赵七，请带上电话尾号，如“赵七 0001”" in page
    assert Journey.objects.unscoped().get(member=gone).region_code == "320583"
    of.refresh_from_db()
    assert of.canvassed_at is None  # not before every line is right
    data |= {"new2-name": "赵七 0002"}
    assert client.post(key_url(of), data).status_code == 302
    assert set(Finding.objects.unscoped().values_list("member_id", "kind")) == {
        (gone.pk, "out"),
        (twins[1].pk, "short"),
    }
    of.refresh_from_db()
    assert of.canvassed_at is not None


def test_a_nil_return_comes_from_paper_too(
    village: Any, other_branch: Organisation, client_for: Any, town_user: Any
) -> None:
    of = return_of(village[0].sweep, other_branch)
    client = client_for(town_user)
    assert client.post(key_url(of), {"nil": "1", "on_behalf": "吕书记"}).status_code == 302
    of.refresh_from_db()
    assert (of.state, of.is_nil, of.way, of.on_behalf) == ("submitted", True, "paper", "吕书记")
    assert "现在不能录入" in client.get(key_url(of)).content.decode()


def test_a_return_that_has_people_is_no_nil_return(village: Any, client_for: Any, secretary_user: Any) -> None:
    of, _people = village
    page = client_for(secretary_user).post(key_url(of), {"nil": "1"}).content.decode()
    assert "不是零报告" in page
    of.refresh_from_db()
    assert of.state == "open"


def test_a_committee_has_no_list_of_its_own(village: Any, town: Organisation, client_for: Any, town_user: Any) -> None:
    of = return_of(village[0].sweep, town)
    assert client_for(town_user).get(key_url(of)).status_code == 302


def test_more_than_a_printer_takes_is_refused(village: Any, town_actor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "MOST", 0)
    with pytest.raises(UserError, match="分开打印"):
        printing.print_lists(returns=[village[0]], by=town_actor)


def test_what_no_printer_takes_is_said_before_anybody_is_counted(
    village: Any, client_for: Any, secretary_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "MOST", 0)
    page = client_for(secretary_user).get(reverse("return-paper", args=[village[0].public_id])).content.decode()
    assert "请按乡镇分开打印" in page
    assert "生成核对表" not in page


def test_the_overview_counts_without_reading_anybody(village: Any, other_branch: Organisation, town_actor: Any) -> None:
    of, people = village
    answering.answer(sweep=of.sweep, member=people[2], given=Given(), by=SYSTEM, now=LATER)
    empty = return_of(of.sweep, other_branch)
    assert paper.numbers_of([of, empty], town_actor) == [(of, 3, 4), (empty, 0, 0)]


def test_everybody_at_home_can_be_told_apart(
    village: Any, make_member: Any, branch: Organisation, town_actor: Any
) -> None:
    make_member(branch, name="孙六")
    assert [one.name for one in canvassing.at_home(village[0], town_actor)] == ["孙六"]
