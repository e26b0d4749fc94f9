"""Back-checks: who draws, what is kept, who sees it first, and what is summed up."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from audit.models import Event
from branches.models import Organisation
from core.errors import Blocked, NotAllowed, UserError
from inbox.models import Todo
from sweeps import backcheck
from sweeps.actions import answering, backchecks, returns
from sweeps.models import BackCheck, BackCheckPerson, Return
from tests.sweeps.quarter import FRESH, LATER, opened, return_of
from tests.sweeps.test_returns import hand_in

AGREES = dict.fromkeys(("outcome", "phone", "place", "employer"), "agrees")


@pytest.fixture
def handed_in(
    away: Any, county: Organisation, branch: Organisation, other_branch: Organisation, secretary_actor: Any
) -> Return:
    """The return of a branch with thirty people, all of them as they were."""
    for _ in range(30):
        away(branch, **FRESH)
    of = return_of(opened(county), branch)
    answering.confirm_all(of=of, by=secretary_actor, now=LATER)
    return hand_in(of, secretary_actor)


def people_of(check: BackCheck) -> list[BackCheckPerson]:
    return list(BackCheckPerson.objects.unscoped().filter(check_of=check).select_related("member").order_by("number"))


def fill(check: BackCheck, by: Any, differs: int = 0) -> BackCheck:
    people = people_of(check)
    results = {one.member.public_id: dict(AGREES) for one in people}
    for one in people[:differs]:
        results[one.member.public_id] |= {"place": "differs", "note": "去了杭州"}
    return backchecks.note_results(check=check, results=results, by=by, now=LATER)


def test_a_sample_is_drawn_once_for_what_was_handed_in(
    handed_in: Return, town_actor: Any, secretary_actor: Any
) -> None:
    check = backchecks.draw(of=handed_in, by=town_actor, margin=20, now=LATER)
    assert (check.population, check.size, check.confidence, check.margin) == (30, 14, 95, 20)
    assert backchecks.draw(of=handed_in, by=town_actor, margin=5, now=LATER).pk == check.pk
    assert [one.number for one in people_of(check)] == list(range(1, 15))
    returns.accept(of=handed_in, by=town_actor, now=LATER)
    handed_in.refresh_from_db()
    assert backchecks.draw(of=handed_in, by=town_actor, now=LATER).pk == check.pk
    assert Event.objects.unscoped().filter(kind="backcheck_drawn").count() == 1


def test_only_the_level_above_checks_and_only_what_was_handed_in(
    handed_in: Return, other_branch: Organisation, secretary_actor: Any, town_actor: Any, other_town_actor: Any,
    county_actor: Any,
) -> None:  # fmt: skip
    for by in (secretary_actor, other_town_actor):
        with pytest.raises(NotAllowed):
            backchecks.draw(of=handed_in, by=by, now=LATER)
    with pytest.raises(Blocked, match="上报以后"):
        backchecks.draw(of=return_of(handed_in.sweep, other_branch), by=town_actor, now=LATER)
    with pytest.raises(UserError, match="列出的误差"):
        backchecks.draw(of=handed_in, by=town_actor, margin=1, now=LATER)
    assert backchecks.draw(of=handed_in, by=county_actor, now=LATER).margin == 15


def test_those_who_are_checked_see_it_first(
    handed_in: Return, town_actor: Any, secretary_actor: Any, client_for: Any, secretary_user: Any, county_actor: Any
) -> None:
    check = backchecks.draw(of=handed_in, by=town_actor, margin=20, now=LATER)
    branch_page = client_for(secretary_user)
    url = reverse("return-backcheck", args=[handed_in.public_id])
    assert "还没有给出抽查结果" in branch_page.get(url).content.decode()
    with pytest.raises(Blocked, match="还有 14 人"):
        backchecks.share(check=check, by=town_actor, now=LATER)
    fill(check, town_actor, differs=2)
    backchecks.share(check=check, by=town_actor, now=LATER)
    assert Todo.objects.unscoped().open().filter(cause__startswith="back-check:").count() == 1
    page = branch_page.get(url).content.decode()
    assert "去向：不一致" in page
    assert "去了杭州" in page
    assert "情况说明" in page
    assert backcheck.summary(handed_in.sweep, county_actor).finished == 0
    with pytest.raises(Blocked, match="不能再改"):
        fill(check, town_actor)
    answer = branch_page.post(reverse("return-backcheck-reply", args=[handed_in.public_id]), {"comment": "上周刚走"})
    assert answer.status_code == 302
    found = backcheck.summary(handed_in.sweep, county_actor)
    place = next(one for one in found.fields if one.label == "去向")
    assert (found.finished, place.found.agrees, place.found.differs) == (1, 12, 2)
    assert not Todo.objects.unscoped().open().filter(cause__startswith="back-check:").exists()


def test_the_level_above_may_write_the_word_of_the_branch_down_with_its_name(
    handed_in: Return, town_actor: Any
) -> None:
    check = backchecks.draw(of=handed_in, by=town_actor, margin=20, now=LATER)
    fill(check, town_actor)
    backchecks.share(check=check, by=town_actor, now=LATER)
    with pytest.raises(UserError, match="代录"):
        backchecks.reply(check=check, comment="", by=town_actor, now=LATER)
    done = backchecks.reply(check=check, comment="", by=town_actor, on_behalf="何建国", now=LATER)
    assert (done.state, done.on_behalf, done.comment) == ("answered", "何建国", "")
    assert backchecks.reply(check=check, comment="", by=town_actor, on_behalf="何建国", now=LATER).pk == done.pk


def test_notes_and_replies_keep_no_phone_number(handed_in: Return, town_actor: Any, secretary_actor: Any) -> None:
    check = backchecks.draw(of=handed_in, by=town_actor, margin=20, now=LATER)
    fill(check, town_actor)
    first = people_of(check)[0].member.public_id
    backchecks.note_results(check=check, results={first: {"note": "改打 19900123456"}}, by=town_actor, now=LATER)
    assert people_of(check)[0].note == "改打"
    backchecks.share(check=check, by=town_actor, now=LATER)
    done = backchecks.reply(check=check, comment="请打 19900123456", by=secretary_actor, now=LATER)
    assert done.comment == "请打"


def test_not_reached_is_no_disagreement(handed_in: Return, town_actor: Any) -> None:
    check = backchecks.draw(of=handed_in, by=town_actor, margin=20, now=LATER)
    fill(check, town_actor)
    first = people_of(check)[0].member.public_id
    backchecks.note_results(check=check, results={first: {"phone": "not_reached"}}, by=town_actor, now=LATER)
    phone = backcheck.agreement(people_of(check), 95)[1].found
    assert (phone.agrees, phone.differs, phone.not_reached, phone.percent) == (13, 0, 1, 100.0)


def test_a_call_sheet_is_printed_with_its_numbers_only_by_right(
    handed_in: Return, town_actor: Any, client_for: Any, town_user: Any
) -> None:
    check = backchecks.draw(of=handed_in, by=town_actor, margin=20, now=LATER)
    url = reverse("return-backcheck-sheet", args=[handed_in.public_id])
    one = people_of(check)[0].member
    client = client_for(town_user)
    assert one.reveal("phone") not in client.post(url).content.decode()
    assert one.reveal("phone") in client.post(url, {"numbers": "full"}).content.decode()
    assert Event.objects.unscoped().filter(kind="backcheck_printed").count() == 2


def test_results_are_typed_on_the_page(handed_in: Return, town_actor: Any, client_for: Any, town_user: Any) -> None:
    check = backchecks.draw(of=handed_in, by=town_actor, margin=20, now=LATER)
    client = client_for(town_user)
    people = people_of(check)
    data = {f"{one.member.public_id}-{field}": "agrees" for one in people for field in AGREES}
    data[f"{people[0].member.public_id}-note"] = "本人接的电话"
    assert client.post(reverse("return-backcheck-results", args=[handed_in.public_id]), data).status_code == 302
    assert people_of(check)[0].note == "本人接的电话"
    page = client.get(reverse("return-backcheck", args=[handed_in.public_id])).content.decode()
    assert "100 %（95 % 把握在 78 %–100 % 之间）" in page
    summary = client.get(reverse("sweep-backchecks", args=[handed_in.sweep.public_id])).content.decode()
    assert "何寨村党支部" in summary
    assert "还没有问到人" in summary


def test_of_somebody_who_came_back_only_that_is_asked() -> None:
    assert backcheck.fields_of("returned") == (backcheck.CheckedField.OUTCOME,)
    assert len(backcheck.fields_of("changed")) == 4
