"""Differences explained by name, figures reported last, errata by hand: written once, by those who may, before they count."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audit.models import Event
from branches.models import Organisation
from core.actors import SYSTEM, Actor
from core.errors import Blocked, NotAllowed, UserError
from members.actions.journeys import open_journey
from members.models import Journey
from sweeps import balance, summary
from sweeps.actions import answering, canvassing, explaining, returns
from sweeps.blockers import blockers_of_balance
from sweeps.enums import Term
from sweeps.models import Erratum, Explanation, Return
from tests.installation import ROOT
from tests.sweeps.quarter import FRESH, LATER, opened, return_of

LEDGERS = ROOT / "demo" / "ledgers"


@pytest.fixture
def of(away: Any, county: Organisation, branch: Organisation, other_branch: Organisation) -> Return:
    """A branch whose register begins with two."""
    away(branch, **FRESH)
    away(branch, **FRESH)
    found: Return = return_of(opened(county), branch)
    return found


def first_member(of: Return) -> Any:
    return Journey.objects.unscoped().filter(home_path=of.path).order_by("pk").first().member


def test_the_difference_is_explained_name_by_name(of: Return, secretary_actor: Actor) -> None:
    by = secretary_actor
    explaining.set_opening_reported(of=of, figure=2, source="三季度汇总表", by=by, now=LATER)
    of.refresh_from_db()
    assert blockers_of_balance(of) == []
    explaining.set_opening_reported(of=of, figure=1, source="三季度汇总表", by=by, now=LATER)
    of.refresh_from_db()
    assert blockers_of_balance(of) == ["与上期上报数相差 +1 人，还没有逐人说明"]
    member = first_member(of)
    note = explaining.explain(of=of, term=Term.OPENING, member=member, note="上期漏报", by=by, now=LATER)
    assert blockers_of_balance(of) == []
    explaining.withdraw_explanation(explanation=note, by=by, now=LATER)
    explaining.withdraw_explanation(explanation=note, by=by, now=LATER)
    assert blockers_of_balance(of) != []
    assert Event.objects.filter(kind="sweep_explained").count() == 2


def test_somebody_who_was_reported_and_is_not_here(of: Return, secretary_actor: Actor) -> None:
    explaining.set_opening_reported(of=of, figure=3, source="三季度汇总表", by=secretary_actor, now=LATER)
    given: dict[str, Any] = {"of": of, "term": Term.OPENING, "by": secretary_actor, "now": LATER, "sign": -1}
    explaining.explain(name="何老大", note="上期已返乡，报重了 19900001234", **given)
    explaining.explain(name="何老大", note="上期已返乡，报重了 19900001234", **given)
    of.refresh_from_db()
    assert blockers_of_balance(of) == []
    (note,) = Explanation.objects.unscoped().all()
    assert (note.name, note.sign) == ("何老大", -1)
    assert "19900001234" not in note.note
    with pytest.raises(UserError, match="从名单里选人"):
        explaining.explain(name="", note="不知道", **given)


def test_what_the_town_was_said_to_have_is_explained_below_or_there(
    of: Return, town: Organisation, town_actor: Actor, secretary_actor: Actor
) -> None:
    own = return_of(of.sweep, town)
    explaining.set_opening_reported(of=own, figure=0, source="汇总表", by=town_actor, now=LATER)
    explaining.set_opening_reported(of=of, figure=1, source="汇总表", by=secretary_actor, now=LATER)
    people = [one.member for one in Journey.objects.unscoped().filter(home_path=of.path)]
    explaining.explain(of=of, term=Term.OPENING, member=people[0], note="漏报", by=secretary_actor, now=LATER)
    explaining.explain(of=own, term=Term.OPENING, member=people[1], note="漏报", by=town_actor, now=LATER)
    own.refresh_from_db()
    assert blockers_of_balance(own) == []


def test_a_stay_without_an_ending_is_explained_at_its_branch(
    of: Return, town: Organisation, town_actor: Actor, secretary_actor: Actor
) -> None:
    member = first_member(of)
    Journey.objects.unscoped().filter(member=member).delete()
    own = return_of(of.sweep, town)
    assert blockers_of_balance(of) == ["平衡表有 1 人没有说明去向"]
    note = explaining.explain(of=own, term=Term.UNEXPLAINED, member=member, note="重复登记", by=town_actor, now=LATER)
    assert note.of_id == of.pk
    assert (blockers_of_balance(of), blockers_of_balance(own)) == ([], [])
    other = explaining.explain(
        of=of, term=Term.UNEXPLAINED, member=member, note="登记错人", by=secretary_actor, now=LATER
    )
    assert (other.pk, other.note) == (note.pk, "登记错人")


def test_who_may_and_when(
    of: Return, other_town_actor: Actor, secretary_actor: Actor, auditor_actor: Actor, town_actor: Actor
) -> None:
    for by in (other_town_actor, auditor_actor):
        with pytest.raises(NotAllowed):
            explaining.set_opening_reported(of=of, figure=1, source="汇总表", by=by, now=LATER)
    with pytest.raises(UserError, match="从哪里来"):
        explaining.set_opening_reported(of=of, figure=1, source=" ", by=secretary_actor, now=LATER)
    with pytest.raises(Blocked, match="先填上期"):
        explaining.explain(of=of, term=Term.OPENING, name="何老大", sign=-1, note="没有", by=secretary_actor, now=LATER)
    answering.confirm_all(of=of, by=secretary_actor, now=LATER)
    canvassing.confirm_canvass(of=of, by=secretary_actor, now=LATER)
    returns.submit(of=of, by=secretary_actor, now=LATER)
    with pytest.raises(Blocked, match="已上报"):
        explaining.set_opening_reported(of=of, figure=1, source="汇总表", by=secretary_actor, now=LATER)
    with pytest.raises(Blocked, match="还没有关闭"):
        explaining.note_erratum(of=of, term=Term.OUT, direction="out", text="漏登", by=town_actor, now=LATER)


def closed(of: Return) -> Return:
    """Everything accepted, the quarter closed."""
    answering.confirm_all(of=of, by=SYSTEM, now=LATER)
    Return.objects.unscoped().filter(sweep=of.sweep).exclude(path=of.sweep.path).update(
        state="accepted", accepted_at=LATER, accepted_by=SYSTEM.ref
    )
    returns.close(sweep=of.sweep, by=SYSTEM, now=LATER)
    found: Return = Return.objects.unscoped().select_related("sweep", "organisation").get(pk=of.pk)
    return found


def test_as_reported_and_as_known_now(
    of: Return, make_member: Any, branch: Organisation, secretary_actor: Actor
) -> None:
    of = closed(of)
    late = make_member(branch, name="何晚")
    open_journey(member=late, direction="out", values={"left_on": "2026-10-02"}, by=secretary_actor)
    explaining.note_erratum(of=of, term=Term.RETURNED, direction="out", text="何早十月初已回来", by=secretary_actor)
    explaining.note_erratum(of=of, term=Term.RETURNED, direction="out", text="何早十月初已回来", by=secretary_actor)
    assert Erratum.objects.unscoped().count() == 2
    reported = balance.sheet(of.sweep, of.path)
    known, errata = balance.known_now(of)
    assert (reported.figures["closing"], reported.balances) == (2, True)
    assert (known.figures["out"], known.figures["returned"], known.figures["closing"]) == (1, 1, 2)
    assert known.balances
    assert [one.term for one in errata] == ["returned", "out"]


# -- a summary sheet ----------------------------------------------------------------------------


def test_the_sample_summary_is_read_and_matched() -> None:
    found = summary.read((LEDGERS / "19-二季度上报数.xlsx").read_bytes(), "19.xlsx")
    assert found.title == "云湖县流动党员情况（2026年二季度）"
    assert (len(found.figures), found.figures["城关镇"], found.figures["柳河镇"]) == (13, 44, 29)
    placed, left = summary.matched(found, {1: ("柳河镇党委", "中共云湖县柳河镇委员会"), 2: ("城关镇党委", "x")})
    assert placed == {1: 29, 2: 44}
    assert len(left) == 11


def test_a_name_that_fits_two_is_left_to_the_reader() -> None:
    found = summary.Summary("", {"何寨村": 3, "何": 1})
    placed, left = summary.matched(found, {1: ("何寨村第一党支部",), 2: ("何寨村第二党支部",)})
    assert (placed, left) == ({}, ["何寨村", "何"])


@pytest.mark.parametrize("name", ["03-流出党员台账-柳河镇.xlsx", "README.md"])
def test_what_is_no_summary_is_refused(name: str) -> None:
    path = LEDGERS / name if name.endswith("xlsx") else Path(ROOT / name)
    with pytest.raises(UserError):
        summary.read(path.read_bytes(), name)


def test_a_summary_fills_the_table_and_is_saved_only_then(
    of: Return, town: Organisation, other_town: Organisation, client_for: Any, county_user: Any
) -> None:
    client = client_for(county_user)
    sheet = SimpleUploadedFile(
        "上期.csv", "汇总表（三季度）\n乡镇,流出,流入\n马店镇,1,1\n外县,9,9\n合计,10,10\n".encode()
    )
    page = client.post(reverse("sweep-openings-read", args=[of.sweep.public_id]), {"file": sheet})
    text = page.content.decode()
    assert "还没有保存" in text
    assert "外县" in text
    own = return_of(of.sweep, town)
    assert own.opening_reported is None
    data = {f"figure-{own.public_id}": "2", "source": "汇总表（三季度）"}
    assert client.post(reverse("sweep-openings", args=[of.sweep.public_id]), data).status_code == 302
    own.refresh_from_db()
    assert (own.opening_reported, own.opening_source) == (2, "汇总表（三季度）")
    bad = client.post(
        reverse("sweep-openings", args=[of.sweep.public_id]), {f"figure-{own.public_id}": "很多", "source": "x"}
    )
    assert "请填一个整数" in bad.content.decode()


def test_the_balance_page_takes_notes(of: Return, client_for: Any, secretary_user: Any, other_town_user: Any) -> None:
    client = client_for(secretary_user)
    page = reverse("return-balance", args=[of.public_id])
    assert client_for(other_town_user).get(page).status_code == 404
    assert (
        client.post(reverse("return-opening", args=[of.public_id]), {"figure": 2, "source": "汇总表"}).status_code
        == 302
    )
    member, one = first_member(of), [of.public_id]
    done = client.post(
        reverse("return-explain-more", args=one), {"member": member.public_id, "note": "漏报"}, follow=True
    )
    assert member.name in done.content.decode()
    done = client.post(reverse("return-explain-fewer", args=one), {"name": "何老大", "note": "报重了"}, follow=True)
    text = done.content.decode()
    assert "都已写明" in text or "一致" in text
    (note, _other) = Explanation.objects.unscoped().order_by("pk")
    client.post(reverse("return-explain-not", args=one), {"explanation": note.pk})
    assert Explanation.objects.unscoped().count() == 1


def test_the_page_of_a_closed_quarter_shows_both(of: Return, client_for: Any, secretary_user: Any) -> None:
    of = closed(of)
    client, page = client_for(secretary_user), reverse("return-balance", args=[of.public_id])
    assert client.get(page).status_code == 200
    data = {"term": "returned", "direction": "out", "text": "何早十月初已回来"}
    assert client.post(reverse("return-erratum", args=[of.public_id]), data).status_code == 302
    known = client.get(f"{page}?as=known").content.decode()
    assert "何早十月初已回来" in known
    names = client.get(reverse("return-names", args=[of.public_id, "closing"])).content.decode()
    assert "共 2 人" in names
    assert client.get(reverse("return-names", args=[of.public_id, "worst"])).status_code == 404
