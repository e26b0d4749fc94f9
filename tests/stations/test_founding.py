"""Founding a mobile branch: the walk from the first step to the branch, who may do what, and why not."""

import datetime as dt
import io

import docx
import pytest
from django.urls import reverse

from branches.actions import organisations
from branches.models import Organisation, Post
from branches.rules import set_rule
from core.actors import SYSTEM
from core.errors import Blocked, NotAllowed, StaleVersion, UserError
from core.transitions import WrongState
from inbox.models import Todo
from members.actions.merging import merge
from members.models import Member
from stations import founding as rules
from stations.actions import founding_decisions as decisions
from stations.actions import foundings as actions
from stations.founding_steps import names
from stations.models import Founding, FoundingMember
from tests.stations.test_gathering import away

TODAY = dt.date(2026, 11, 20)
NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
PAPER = {"approved_by": "中共云湖县委组织部", "approval_no": "云组发〔2026〕12号", "approved_on": TODAY}


@pytest.fixture
def people(branch, other_branch, make_member):
    found = [make_member(branch, name=f"何苏{'甲乙丙'[number]}") for number in range(3)]
    found.append(make_member(other_branch, name="吕苏丁", kind="2"))
    for one in found:
        away(one)
    return found


@pytest.fixture
def begun(town, town_actor):
    return actions.begin(organisation=town, kind="631", region="3205", by=town_actor, key="k", now=NOW)


@pytest.fixture
def ready(begun, people, town, town_actor):
    """Everything a town does."""
    actions.choose_members(founding=begun, members=people, by=town_actor, now=NOW)
    ids = [one.pk for one in people]
    actions.note_consent(founding=begun, agreed=ids, secretary=ids[0], by=town_actor, now=NOW)
    return actions.save_step(
        founding=begun, values={"reason": "都在苏州做工，能一起过组织生活"}, by=town_actor, now=NOW
    )


@pytest.fixture
def approved(ready, town_actor, county_actor):
    decisions.submit(founding=ready, by=town_actor, now=NOW)
    return decisions.approve(founding=ready, by=county_actor, now=NOW, **PAPER)


def missing(founding, by=SYSTEM):
    founding.refresh_from_db()
    found = rules.conditions(founding, rules.chosen(founding, by), by, TODAY)
    return {one.label.partition("（")[0]: one.why for one in found if not one.holds}


def fresh(founding):
    return Founding.objects.visible_to(SYSTEM).get(pk=founding.pk)


def test_the_town_prepares_the_county_approves_and_the_branch_is_there(ready, people, town, town_actor, county_actor):
    assert missing(ready) == {}
    one = decisions.submit(founding=ready, by=town_actor, now=NOW)
    assert one.state == "submitted"
    assert [todo.organisation.short_name for todo in Todo.objects.visible_to(SYSTEM).open()] == ["云湖县委"]
    for step in (decisions.refuse, decisions.approve):
        with pytest.raises(NotAllowed, match="县级以上"):
            step(founding=one, by=town_actor, **(PAPER if step is decisions.approve else {"reason": "不行"}))
    one = decisions.approve(founding=one, by=county_actor, now=NOW, **PAPER)
    done = decisions.complete(founding=one, by=county_actor, now=NOW)
    assert decisions.complete(founding=done, by=county_actor, now=NOW).made == done.made
    made = done.made
    assert (made.name, made.kind, made.marks, made.parent) == (
        "中共云湖县马店镇驻苏州流动党员支部委员会",
        "631",
        ["mobile"],
        town,
    )
    assert (made.region_code, made.founded_on.iso(), made.ends_on) == ("320500", "2026-11-20", None)
    assert Post.objects.visible_to(SYSTEM).get(organisation=made).holder_name == "何苏甲"
    members = Member.objects.visible_to(SYSTEM).filter(care=made)
    assert {one.pk for one in members} == {one.pk for one in people}
    assert {one.home.short_name for one in members} == {"何寨村党支部", "吕楼村党支部"}, "home stays home"
    assert Organisation.objects.filter(name=made.name).count() == 1
    assert not Todo.objects.visible_to(SYSTEM).open().filter(cause__startswith="founding").exists()


def test_begun_twice_it_is_one_and_the_name_follows_until_it_is_changed(begun, town, town_actor):
    assert actions.begin(organisation=town, kind="631", region="3205", by=town_actor, key="k") == begun
    assert begun.superior == town
    one = actions.save_step(founding=begun, values={"region": "31", "trade": "E"}, by=town_actor)
    assert one.name == "中共云湖县马店镇驻上海建筑业流动党员支部委员会"
    actions.save_step(founding=one, values={"name": "中共云湖县马店镇驻沪支部委员会"}, by=town_actor)
    one = actions.save_step(founding=one, values={"kind": "group"}, by=town_actor)
    assert one.name == "中共云湖县马店镇驻沪支部委员会"
    with pytest.raises(StaleVersion):
        actions.save_step(founding=one, values={"reason": "晚了"}, by=town_actor, version=1)
    with pytest.raises(UserError, match="哪个市"):
        actions.save_step(founding=one, values={"region": "3200"}, by=town_actor)


def test_what_is_still_missing_is_said(begun, people, branch, make_member, town_actor):
    assert set(missing(begun)) == {"正式党员不少于 3 名", "逐一征求本人意见，都同意", "提出书记人选", "写明成立的理由"}
    actions.choose_members(founding=begun, members=people[2:], by=town_actor)
    assert missing(begun)["正式党员不少于 3 名"] == "还差 2 名正式党员"
    actions.choose_members(founding=begun, members=people, by=town_actor)
    actions.note_consent(founding=begun, agreed=[people[0].pk], secretary=people[1].pk, by=town_actor)
    assert missing(begun)["逐一征求本人意见，都同意"] == "何苏丙、何苏乙、吕苏丁还没有登记同意"
    actions.choose_members(founding=begun, members=[people[0], *people[2:]], by=town_actor)
    assert "提出书记人选" in missing(begun), "who is not chosen any more is no secretary either"
    with pytest.raises(Blocked, match="书记"):
        decisions.submit(founding=begun, by=town_actor)
    actions.save_step(founding=begun, values={"kind": "931"}, by=town_actor)
    assert "临时党支部写明撤销期限" in missing(begun)
    actions.save_step(founding=begun, values={"kind": "group"}, by=town_actor)
    assert missing(begun)["确定上级党组织"].startswith("马店镇党委下面不能设")
    actions.save_step(founding=begun, values={"superior": branch}, by=town_actor)
    assert not {"确定上级党组织", "正式党员不少于 3 名", "临时党支部写明撤销期限"} & set(missing(begun))


def test_not_too_many_nobody_twice_and_nobody_from_elsewhere(
    begun, people, branch, foreign_branch, make_member, town_actor, county_actor, county
):
    set_rule(organisation=county, key="branch_most_members", value=10, by=county_actor, starts_on=dt.date(2026, 1, 1))
    many = [make_member(branch) for _ in range(11)]
    actions.choose_members(founding=begun, members=many, by=town_actor)
    assert missing(begun)["党员不超过 10 名"] == "多了 1 名，分成几个支部"
    other = make_member(foreign_branch)
    with pytest.raises(NotAllowed):
        actions.choose_members(founding=begun, members=[other], by=town_actor)
    with pytest.raises(NotAllowed):
        actions.choose_members(founding=begun, members=[other], by=county_actor)
    many[0].care = branch
    many[0].save()
    assert "选的人都能编入" in missing(begun)
    candidate = make_member(branch, kind="2")
    actions.choose_members(founding=begun, members=[candidate], by=town_actor)
    for who in (other, candidate):
        with pytest.raises(UserError, match="从选的正式党员里"):
            actions.note_consent(founding=begun, agreed=[], secretary=who.pk, by=town_actor)


def test_whose_state_it_is(ready, town_actor, county_actor, secretary_actor, other_town_actor):
    assert not Founding.objects.visible_to(other_town_actor).exists()
    with pytest.raises(NotAllowed):
        decisions.submit(founding=ready, by=secretary_actor)
    with pytest.raises(WrongState):
        decisions.approve(founding=ready, by=county_actor, **PAPER)
    decisions.submit(founding=ready, by=town_actor)
    with pytest.raises(Blocked, match="撤回"):
        actions.save_step(founding=ready, values={"reason": "再改"}, by=town_actor)
    decisions.take_back(founding=ready, by=town_actor)
    decisions.submit(founding=ready, by=town_actor)
    with pytest.raises(UserError, match="原因"):
        decisions.refuse(founding=ready, reason="", by=county_actor)
    decisions.refuse(founding=ready, reason="人数再核一核", by=county_actor)
    assert fresh(ready).answer == "人数再核一核"
    decisions.reopen(founding=ready, by=town_actor)
    decisions.withdraw(founding=ready, reason="多数人春节后回来", by=town_actor)
    assert fresh(ready).state == "withdrawn"
    assert not Todo.objects.visible_to(SYSTEM).open().filter(cause__startswith="founding").exists()


def test_it_is_founded_whole_or_not_at_all(approved, people, town, county_actor):
    """Meanwhile somebody set a branch of that name up by hand."""
    organisations.create(parent=town, name=approved.name, kind="631", marks=["mobile"], by=county_actor)
    with pytest.raises(Blocked, match="同名"):
        decisions.complete(founding=approved, by=county_actor)
    assert fresh(approved).state == "approved"
    assert not Member.objects.visible_to(SYSTEM).filter(care__isnull=False).exists()


def test_a_general_branch_has_no_members_of_its_own(town, town_actor, people):
    one = actions.begin(organisation=town, kind="621", region="3205", by=town_actor)
    assert names(one) == ["kind", "name", "papers"]
    assert missing(one, town_actor)["当地党员超过 50 名"] == "人数不够，先建党支部"


def test_a_general_branch_is_founded_over_the_branches_there(
    town, branch, make_member, town_actor, county, county_actor
):
    set_rule(
        organisation=county, key="gathering_general_branch", value=10, by=county_actor, starts_on=dt.date(2026, 1, 1)
    )
    for _ in range(11):
        away(make_member(branch))
    one = actions.begin(organisation=town, kind="621", region="3205", by=town_actor)
    actions.save_step(founding=one, values={"reason": "党员超过十名"}, by=town_actor)
    decisions.submit(founding=one, by=town_actor)
    decisions.approve(founding=one, by=county_actor, **{**PAPER, "approved_on": dt.date(2026, 11, 1)})
    made = decisions.complete(founding=one, by=county_actor).made
    assert (made.kind, made.marks, made.name) == ("621", ["mobile"], "中共云湖县马店镇驻苏州流动党员总支部委员会")
    assert not Post.objects.visible_to(SYSTEM).filter(organisation=made).exists()


def test_merged_records_are_chosen_once_and_a_moved_tree_takes_it_along(
    ready, people, town, other_town, county, county_actor, make_member, branch
):
    twin = make_member(branch, name="何苏甲")
    merge(kept=twin, gone=people[0], by=county_actor)
    assert twin.pk in FoundingMember.objects.visible_to(SYSTEM).values_list("member_id", flat=True)
    assert fresh(ready).secretary_id == twin.pk


def text_of(data):
    document = docx.Document(io.BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


def test_the_papers_say_what_is_known_and_leave_the_rest_blank(ready, town_actor, secretary_actor):
    paper = text_of(decisions.take_paper(founding=ready, which="application", by=town_actor))
    for words in ("关于成立中共云湖县马店镇驻苏州流动党员支部委员会的请示", "中共云湖县委员会：", "编入党员 4 名，其中正式党员 3 名",
                  "何苏甲同志任书记", "〔　　　　〕", "吕楼村党支部", "妥否，请批示"):  # fmt: skip
        assert words in paper
    answer = text_of(decisions.take_paper(founding=ready, which="approval", by=town_actor))
    assert "关于同意成立" in answer
    assert "此复" in answer
    with pytest.raises(NotAllowed):
        decisions.take_paper(founding=ready, which="approval", by=secretary_actor)


def test_the_pages_from_the_proposal_to_the_branch(people, client_for, town_user, county_user, town):
    client = client_for(town_user)
    start = client.get(reverse("gathering-proposal", args=["branch-3205"])).content.decode()
    address = start.partition('href="/foundings/new/')[2].partition('"')[0].replace("&amp;", "&")
    page = client.get(f"/foundings/new/{address}").content.decode()
    assert "江苏省苏州市" in page
    form = {
        "organisation": town.public_id,
        "kind": "631",
        "region": "江苏省苏州市",
        "proposal": "branch-3205",
        "key": "f",
    }
    assert client.post("/foundings/new/", {**form, "region": "月球"}).status_code == 200
    response = client.post("/foundings/new/", form)
    one = Founding.objects.visible_to(SYSTEM).get()
    here = one.get_absolute_url()
    assert response["Location"] == f"{here}steps/name/"
    assert "正在筹建" in client.get(reverse("gathering")).content.decode()
    assert "还差" in client.get(here).content.decode()
    assert client.post(f"{here}submit/", follow=True).content.decode().count("正式党员不少于") >= 1
    named = {"superior": town.public_id, "name": one.name, "version": one.version}
    assert client.post(f"{here}steps/name/", named)["Location"] == f"{here}steps/members/"
    listed = client.get(f"{here}steps/members/").content.decode()
    assert "何苏甲" in listed
    ids = [member.public_id for member in people]
    assert client.post(f"{here}steps/members/", {"member": ["nobody"]}).status_code == 404
    assert client.post(f"{here}steps/members/", {"member": ids})["Location"] == f"{here}steps/consent/"
    assert "何苏甲" in client.get(f"{here}steps/consent/").content.decode()
    assert (
        client.post(f"{here}steps/consent/", {"agreed": ids, "secretary": ids[0]})["Location"] == f"{here}steps/papers/"
    )
    one = fresh(one)
    assert (
        client.post(f"{here}steps/papers/", {"reason": "能一起过组织生活", "version": one.version})["Location"] == here
    )
    kind = {"kind": "631", "region": "江苏省苏州市", "version": fresh(one).version}
    assert client.post(f"{here}steps/kind/", kind).status_code == 302
    assert client.get(f"{here}steps/nothing/").status_code == 404
    assert client.get(f"{here}papers/application/")["Content-Disposition"].startswith("attachment")
    assert client.get(f"{here}papers/nothing/").status_code == 404
    assert client.post(f"{here}submit/").status_code == 302
    assert "不能再改" in client.get(f"{here}steps/members/").content.decode()
    assert client.get(f"{here}approve/").status_code == 403
    county = client_for(county_user)
    assert "登记批复" in county.get(here).content.decode()
    assert "还没有" in county.get(f"{here}complete/").content.decode()
    county.post(f"{here}approve/", {**PAPER, "approved_on": "2026-11-20"})
    assert "一次办好" in county.get(f"{here}complete/").content.decode()
    assert county.post(f"{here}complete/").status_code == 302
    assert "党组织已经建好" in county.get(here).content.decode()
    assert Member.objects.visible_to(SYSTEM).filter(care=fresh(one).made).count() == 4


def test_the_page_asks_as_often_for_many_as_for_few(
    begun, branch, make_member, client_for, town_user, town_actor, django_assert_max_num_queries
):
    actions.choose_members(founding=begun, members=[make_member(branch) for _ in range(30)], by=town_actor)
    client = client_for(town_user)
    with django_assert_max_num_queries(22):
        client.get(begun.get_absolute_url())
