"""Lost contact by hand: opening, searching, deciding, finding, and taking back."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from audit.models import Change, Event
from branches.models import RuleSetting
from core.actors import SYSTEM, acting_as
from core.errors import Blocked, NotAllowed, StaleVersion, UserError
from members.actions import journeys, lost, lost_acts, people
from members.models import Journey, LostAct, LostContact, LostStep, Member

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 20)
PAPERS = {"meeting": "马店镇党委会议", "document": "马党〔2026〕3号"}


@pytest.fixture(autouse=True)
def the_day():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def member(branch, make_member):
    return make_member(branch, name="何小明", kind="1")


@pytest.fixture
def spell(member, town_actor):
    return opened(member, town_actor)


def opened(member, by, since="2026-01", searched=True):
    with acting_as(by):
        spell = lost.open_lost(member=member, values={"since": since}, by=by)
        if searched:
            lost.add_step(lost=spell, on=TODAY, way="family", result="unknown", by=by)
        return fresh(spell)


def fresh(spell):
    return LostContact.objects.unscoped().get(pk=spell.pk)


def decide(spell, kind, by, on=TODAY, **more):
    papers = {} if kind == "apply" else PAPERS
    with acting_as(by):
        return lost_acts.decide(lost=spell, kind=kind, on=on, by=by, **{**papers, **more})


def stopped(spell, by, on=TODAY):
    return decide(decide(spell, "confirm", by, on), "stop", by, on)


class TestSearching:
    def test_however_long_ago_it_counts_until_it_is_confirmed(self, member, town_actor):
        spell = opened(member, town_actor, since="2019-01", searched=False)
        assert (spell.state, spell.searched_on) == ("counting", None)
        with acting_as(town_actor), pytest.raises(Blocked, match="已经登记"):
            lost.open_lost(member=member, values={"since": "2025-02"}, by=town_actor)

    def test_each_step_is_a_row_of_its_own(self, spell, town_actor):
        with acting_as(town_actor):
            for day, way in ((3, "phone"), (1, "wechat")):
                lost.add_step(
                    lost=spell, on=dt.date(2026, 11, day), way=way, result="no_answer", by=town_actor, text="早上"
                )
        assert [step.way for step in LostStep.objects.all()] == ["wechat", "phone", "family"]
        assert fresh(spell).searched_on == TODAY  # the latest day, not the last one typed
        assert Event.objects.filter(kind="lost_searched").count() == 3

    def test_the_same_form_sent_twice_is_one_step(self, spell, town_actor):
        with acting_as(town_actor):
            made = {
                lost.add_step(lost=spell, on=TODAY, way="visit", result="clue", by=town_actor, key="k").pk for _ in "ab"
            }
        assert len(made) == 1

    @pytest.mark.parametrize(
        "values", [{"way": "drone"}, {"result": ""}, {"on": dt.date(2026, 11, 21)}, {"text": "电话 19900123456"}]
    )
    def test_what_cannot_be_is_refused(self, spell, town_actor, values):
        with acting_as(town_actor), pytest.raises(UserError):
            lost.add_step(**{"lost": spell, "on": TODAY, "way": "visit", "result": "clue", "by": town_actor, **values})
        assert LostStep.objects.count() == 1

    def test_next_door_and_the_auditor_may_not(self, spell, other_town_actor, auditor_actor):
        for by in (other_town_actor, auditor_actor):
            with acting_as(by), pytest.raises(NotAllowed):
                lost.add_step(lost=spell, on=TODAY, way="visit", result="clue", by=by)
        assert not LostStep.objects.visible_to(other_town_actor).exists()
        assert LostStep.objects.visible_to(auditor_actor).exists()

    def test_note_refuses_stale(self, spell, town_actor):
        with acting_as(town_actor):
            lost.note_lost(lost=spell, values={"note": "其兄在村"}, by=town_actor, version=spell.version)
            with pytest.raises(StaleVersion):
                lost.note_lost(lost=spell, values={"note": "其妹在村"}, by=town_actor, version=spell.version)


class TestConfirming:
    def test_the_committee_above_confirms_with_its_papers(self, spell, town_actor):
        confirmed = decide(spell, "confirm", town_actor)
        assert (confirmed.state, confirmed.decided_on, confirmed.document) == ("lost", TODAY, PAPERS["document"])
        assert LostAct.objects.get().meeting == PAPERS["meeting"]
        assert "马店镇党委会议" in Event.objects.get(kind="lost_decided").text
        assert decide(spell, "confirm", town_actor).version == confirmed.version  # the same form sent twice

    def test_a_branch_does_not_confirm_its_own(self, spell, secretary_actor, other_town_actor):
        for by in (secretary_actor, other_town_actor):
            with pytest.raises(NotAllowed):
                decide(spell, "confirm", by)
        assert fresh(spell).state == "counting"

    @pytest.mark.parametrize(
        ("since", "searched", "why"),
        [("2026-05-21", True, "到 2026-11-21 才满"), ("2026-05-20", False, "还没有查找记录"), ("2026-05-20", True, "")],
    )
    def test_not_before_the_months_are_over_and_somebody_searched(self, member, town_actor, since, searched, why):
        spell = opened(member, town_actor, since, searched)
        if why:
            with pytest.raises(Blocked, match=why):
                decide(spell, "confirm", town_actor)
        else:
            assert decide(spell, "confirm", town_actor).state == "lost"

    def test_the_months_are_a_rule_of_the_county(self, member, county, town_actor):
        RuleSetting.objects.create(
            organisation=county, key="lost_months", value=3, starts_on=TODAY, set_by=SYSTEM.ref, set_at=NOW
        )
        assert decide(opened(member, town_actor, since="2026-08-20"), "confirm", town_actor).state == "lost"

    @pytest.mark.parametrize("missing", ["meeting", "document"])
    def test_a_decision_needs_its_papers(self, spell, town_actor, missing):
        with pytest.raises(UserError, match="请填写"):
            decide(spell, "confirm", town_actor, **{missing: " "})
        with pytest.raises(UserError, match="还没有到"):
            decide(spell, "confirm", town_actor, on=TODAY + dt.timedelta(days=1))
        with pytest.raises(Blocked, match="早于"):
            decide(spell, "confirm", town_actor, on=dt.date(2025, 12, 31))

    def test_a_stale_page_decides_nothing(self, spell, town_actor):
        with acting_as(town_actor):
            lost.note_lost(lost=spell, values={"note": "其兄在村"}, by=town_actor)
        with pytest.raises(StaleVersion):
            decide(spell, "confirm", town_actor, version=spell.version)

    def test_a_guest_is_for_the_home_organisation(self, branch, town_actor, make_member):
        guest = make_member(branch, name="顾江")
        Member.objects.filter(pk=guest.pk).update(home=None, home_path="", care=branch, care_path=branch.path)
        spell = opened(Member.objects.get(pk=guest.pk), town_actor)
        with pytest.raises(Blocked, match="组织关系不在本县"):
            decide(spell, "confirm", town_actor)


class TestDeciding:
    def test_stopping_takes_the_party_status_along(self, spell, member, town_actor):
        after = stopped(spell, town_actor)
        assert (after.state, Member.objects.get(pk=member.pk).party_status) == ("stopped", "stopped")

    def test_stopping_before_it_is_confirmed_is_off(self, spell, town_actor):
        with pytest.raises(Blocked, match="不办“停止党籍”"):
            decide(spell, "stop", town_actor)

    def test_who_enters_a_decision_is_a_rule(self, spell, town, town_actor, secretary_actor):
        confirmed = decide(spell, "confirm", town_actor)
        RuleSetting.objects.create(
            organisation=town, key="lost_stop_by", value="county", starts_on=TODAY, set_by=SYSTEM.ref, set_at=NOW
        )
        with pytest.raises(NotAllowed, match="云湖县委"):
            decide(confirmed, "stop", town_actor)
        RuleSetting.objects.update(value="branch")
        assert decide(confirmed, "stop", secretary_actor).state == "stopped"

    def test_a_candidate_loses_the_candidacy(self, branch, make_member, town_actor):
        candidate = make_member(branch, kind="2")
        spell = decide(opened(candidate, town_actor), "confirm", town_actor)
        with pytest.raises(Blocked):
            decide(spell, "stop", town_actor)
        assert decide(spell, "cancel", town_actor).state == "cancelled"
        assert Member.objects.get(pk=candidate.pk).party_status == "cancelled"
        assert not Member.objects.unscoped().registered().filter(pk=candidate.pk).exists()

    @pytest.mark.parametrize(("day", "done"), [(dt.date(2028, 11, 19), False), (dt.date(2028, 11, 20), True)])
    def test_removal_after_two_years_ends_the_journey(self, spell, member, town_actor, day, done):
        with acting_as(town_actor):
            journeys.open_journey(member=member, direction="out", values={"left_on": "2024"}, by=town_actor)
        after = stopped(spell, town_actor)
        with time_machine.travel(dt.datetime.combine(day, dt.time(4), dt.UTC)):
            if not done:
                with pytest.raises(Blocked, match="到 2028-11-20 才满"):
                    decide(after, "remove", town_actor, on=day)
                return
            assert decide(after, "remove", town_actor, on=day).state == "removed"
        assert Member.objects.get(pk=member.pk).party_status == "removed"
        assert Journey.objects.get().state == "closed"

    def test_the_way_round_by_the_status_page_is_closed(self, spell, member, town_actor):
        said = {"on": TODAY, "document": "马党〔2026〕3号", "by": town_actor}
        with acting_as(town_actor):
            with pytest.raises(Blocked, match="那份登记里办理"):
                people.set_party_status(member=member, status="stopped", **said)
            people.set_party_status(member=member, status="removed", **said)  # on other grounds
        assert (fresh(spell).state, Member.objects.get(pk=member.pk).party_status) == ("removed", "removed")

    def test_found_ends_it(self, spell, town_actor):
        with acting_as(town_actor):
            with pytest.raises(UserError, match="早于失去联系"):
                lost_acts.found(lost=spell, on="2025", by=town_actor)
            found = lost_acts.found(lost=spell, on="2026-02-03", by=town_actor, version=spell.version)
            again = lost_acts.found(lost=spell, on="2026-02-03", by=town_actor)
            with pytest.raises(Blocked, match="不用再找"):
                lost.add_step(lost=found, on=TODAY, way="visit", result="clue", by=town_actor)
        assert (found.state, found.found_on.iso(), again.version) == ("found", "2026-02-03", found.version)

    def test_found_after_stopping_goes_the_way_back(self, spell, town_actor):
        after = stopped(spell, town_actor)
        with acting_as(town_actor), pytest.raises(Blocked, match="恢复党籍"):
            lost_acts.found(lost=after, on="2026-11-20", by=town_actor)


class TestReinstating:
    def test_application_branch_committee_county(self, spell, member, secretary_actor, town_actor, county_actor):
        after = stopped(spell, town_actor)
        for kind, by, too_low in (
            ("apply", secretary_actor, None),
            ("pass", secretary_actor, None),
            ("endorse", town_actor, secretary_actor),
            ("reinstate", county_actor, town_actor),
        ):
            if kind != "reinstate":
                with pytest.raises(Blocked):  # no step is left out
                    decide(after, "reinstate", county_actor)
            if too_low:
                with pytest.raises(NotAllowed):
                    decide(after, kind, too_low)
            after = decide(after, kind, by)
        assert (after.state, Member.objects.get(pk=member.pk).party_status) == ("reinstated", "reinstated")
        assert [act.kind for act in LostAct.objects.all()][2:] == ["apply", "pass", "endorse", "reinstate"]

    def test_refused_it_may_be_asked_again(self, spell, secretary_actor, town_actor):
        after = decide(stopped(spell, town_actor), "apply", secretary_actor)
        after = decide(after, "refuse", secretary_actor)
        assert (after.state, after.applied_on) == ("stopped", None)
        after = decide(after, "apply", secretary_actor)
        after = decide(decide(after, "pass", secretary_actor), "endorse", town_actor)
        with pytest.raises(NotAllowed):  # it lies with the county now
            decide(after, "refuse", secretary_actor)

    def test_after_two_years_it_is_too_late(self, spell, secretary_actor, town_actor):
        after = stopped(spell, town_actor)
        with time_machine.travel(dt.datetime(2028, 11, 20, 4, tzinfo=dt.UTC)), pytest.raises(Blocked, match="年限已满"):
            decide(after, "apply", secretary_actor, on=dt.date(2028, 11, 20))

    def test_an_open_application_keeps_removal_back(self, spell, secretary_actor, town_actor):
        after = decide(stopped(spell, town_actor), "apply", secretary_actor)
        with time_machine.travel(dt.datetime(2029, 1, 1, 4, tzinfo=dt.UTC)), pytest.raises(Blocked):
            decide(after, "remove", town_actor, on=dt.date(2029, 1, 1))


class TestUndoing:
    def undo(self, spell, by, **later):
        with time_machine.travel(NOW + dt.timedelta(**later)), acting_as(by):
            return lost_acts.undo(lost=spell, by=by)

    def test_each_step_back_within_a_day(self, spell, member, town_actor):
        after = stopped(spell, town_actor)
        after = self.undo(after, town_actor, hours=23)
        assert (after.state, Member.objects.get(pk=member.pk).party_status) == ("lost", "normal")
        after = self.undo(after, town_actor, hours=24)
        assert (after.state, after.decided_on, after.document) == ("counting", None, "")
        assert not LostAct.objects.filter(undone_at__isnull=True).exists()
        assert Change.objects.filter(object_id=spell.public_id, source="undo_step").count() == 2
        with pytest.raises(Blocked, match="没有可以撤销"):
            self.undo(after, town_actor)
        assert decide(after, "confirm", town_actor).state == "lost"

    def test_a_closed_journey_is_open_again(self, spell, member, town_actor, county):
        with acting_as(town_actor):
            journeys.open_journey(member=member, direction="out", values={"left_on": "2024"}, by=town_actor)
        RuleSetting.objects.create(
            organisation=county, key="stop_to_removal_years", value=0, starts_on=TODAY, set_by=SYSTEM.ref, set_at=NOW
        )
        removed = decide(stopped(spell, town_actor), "remove", town_actor)
        assert Journey.objects.get().state == "closed"
        self.undo(removed, town_actor)
        assert (Journey.objects.get().state, Journey.objects.get().ended_on) == ("away", None)

    def test_not_after_a_day_nor_over_a_later_change(self, spell, member, town_actor):
        after = stopped(spell, town_actor)
        with pytest.raises(Blocked, match="超过一天"):
            self.undo(after, town_actor, hours=25)
        with acting_as(town_actor):
            people.edit_member(member=member, values={"note": "已电告其家属"}, by=town_actor)
        with pytest.raises(Blocked, match="又有改动"):
            self.undo(after, town_actor)
        assert fresh(spell).state == "stopped"

    def test_the_level_that_decided_takes_it_back(self, spell, town_actor, secretary_actor, other_town_actor):
        after = decide(spell, "confirm", town_actor)
        for by in (secretary_actor, other_town_actor):
            with pytest.raises(NotAllowed):
                self.undo(after, by)

    def test_found_and_applications_too(self, spell, secretary_actor, town_actor):
        with acting_as(secretary_actor):
            found = lost_acts.found(lost=spell, on="2026-11-20", by=secretary_actor)
        after = self.undo(found, secretary_actor)
        assert (after.state, after.found_on) == ("counting", None)
        after = decide(stopped(after, town_actor), "apply", secretary_actor)
        assert self.undo(after, secretary_actor).applied_on is None


def test_who_knows_of_a_restricted_person_knows_of_the_search(branch, make_member, county_actor, town_actor):
    spell = opened(make_member(branch, restricted=True), county_actor)
    decide(spell, "confirm", county_actor)
    for model in (LostStep, LostAct):
        assert model.objects.visible_to(county_actor).exists()
        assert not model.objects.visible_to(town_actor).exists()
