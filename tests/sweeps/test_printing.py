"""Printed returns: kept as printed, what has changed since is named, the signed scan stands beside it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audit.models import Event
from branches.models import Organisation, RuleSetting
from core.actors import SYSTEM
from core.errors import NotAllowed, UserError
from files.models import StoredFile
from members.actions.people import edit_member
from sweeps import printing
from sweeps.actions import answering
from sweeps.actions import printing as actions
from sweeps.actions.answering import Given
from sweeps.blockers import blockers_to_accept
from sweeps.enums import Answer
from sweeps.models import Printing
from tests.sweeps.quarter import FRESH, LATER, opened, return_of
from tests.sweeps.test_returns import hand_in

PDF = b"%PDF-1.4 scanned"


@pytest.fixture
def done(
    away: Any, county: Organisation, branch: Organisation, other_branch: Organisation, secretary_actor: Any
) -> Any:
    """(return, member) of a branch with one person, answered and not handed in."""
    member = away(branch, **FRESH)
    of = return_of(opened(county), branch)
    answering.confirm_all(of=of, by=secretary_actor, now=LATER)
    return of, member


def test_what_is_printed_is_kept_and_printed_again_is_the_same(done: Any, secretary_actor: Any) -> None:
    of, member = done
    one = actions.print_return(of=of, by=secretary_actor, now=LATER)
    again = actions.print_return(of=of, by=secretary_actor, now=LATER)
    assert (again.pk, one.number, one.version) == (one.pk, 1, of.version)
    assert one.digest == printing.digest(one.content)
    assert len(one.digest) == 64
    assert one.content["people"] == [[member.public_id, member.name, "没有变化（10-08）"]]
    assert Event.objects.unscoped().filter(kind="return_printed").count() == 2


def test_a_return_changed_since_says_where(
    done: Any, secretary_actor: Any, client_for: Any, secretary_user: Any
) -> None:
    of, member = done
    one = actions.print_return(of=of, by=secretary_actor, now=LATER)
    actions.attach_scan(of=of, data=PDF, name="何寨村.pdf", by=secretary_actor, now=LATER)
    assert printing.differences(one.content, printing.content(of)) == []
    answering.answer(
        sweep=of.sweep,
        member=member,
        given=Given(answer=Answer.RETURNED, on="2026-10-05"),
        by=secretary_actor,
        now=LATER,
    )
    found = printing.differences(one.content, printing.content(of))
    assert found == [
        "本期末：打印时 1，现在 0",
        "返乡：打印时 0，现在 1",
        f"{member.name}：打印时“没有变化（10-08）”，现在“已经回来（10-08）”",
    ]
    page = client_for(secretary_user).get(reverse("return-print", args=[of.public_id])).content.decode()
    assert "与盖章件不一致：3 处" in page
    assert found[2] in page
    second = actions.print_return(of=of, by=secretary_actor, now=LATER)
    assert second.number == 2
    kept = client_for(secretary_user).get(reverse("return-printed", args=[of.public_id, 1])).content.decode()
    assert "没有变化（10-08）" in kept
    assert "<svg" in kept


def test_the_digest_is_of_what_is_said_not_of_who_reads(
    done: Any, county_actor: Any, secretary_actor: Any, away: Any, branch: Organisation
) -> None:
    of, member = done
    first = actions.print_return(of=of, by=secretary_actor, now=LATER)
    assert actions.print_return(of=of, by=county_actor, now=LATER).pk == first.pk
    edit_member(member=member, values={"restricted": True}, by=county_actor, now=LATER)
    kept = Printing.objects.unscoped().get(pk=first.pk)
    assert printing.shown(kept.content, secretary_actor)["people"][0][1] == printing.HIDDEN
    assert printing.shown(kept.content, county_actor)["people"][0][1] == member.name
    assert member.name not in "".join(printing.differences_for(kept, secretary_actor))


def test_a_town_prints_its_branches(done: Any, town: Organisation, other_branch: Organisation, town_actor: Any) -> None:
    of = return_of(done[0].sweep, town)
    content = actions.print_return(of=of, by=town_actor, now=LATER).content
    assert [row[1:] for row in content["below"]] == [["何寨村党支部", 1, 1], ["吕楼村党支部", 0, 0]]
    assert content["people"] == []


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"MZ\x90", "a.pdf", "wrong_type"),
        (PDF, "a.exe", "wrong_type"),
        (PDF, "a.png", "wrong_type"),
        (b"%PDF-" + b"0" * (10 * 1024 * 1024), "a.pdf", "too_big"),
    ],
)
def test_only_scans_are_taken(done: Any, secretary_actor: Any, data: bytes, name: str, code: str) -> None:
    of, _member = done
    with pytest.raises(UserError) as none_yet:
        actions.attach_scan(of=of, data=PDF, name="a.pdf", by=secretary_actor, now=LATER)
    assert none_yet.value.code == "not_printed"
    actions.print_return(of=of, by=secretary_actor, now=LATER)
    with pytest.raises(UserError) as refused:
        actions.attach_scan(of=of, data=data, name=name, by=secretary_actor, now=LATER)
    assert refused.value.code == code


def test_a_scan_is_kept_long_replaced_and_read_by_those_who_see_the_return(
    done: Any, secretary_actor: Any, client_for: Any, secretary_user: Any, town_user: Any, other_town_user: Any
) -> None:
    of, _member = done
    actions.print_return(of=of, by=secretary_actor, now=LATER)
    url = reverse("return-scan", args=[of.public_id])
    client = client_for(secretary_user)
    assert client.post(url, {"scan": SimpleUploadedFile("甲.pdf", PDF)}).status_code == 302
    assert "PDF、JPG、PNG" in client.post(url, {"scan": SimpleUploadedFile("甲.txt", b"x")}).content.decode()
    first = StoredFile.objects.unscoped().get(purpose="scan")
    assert first.expires_at - first.created_at == dt.timedelta(days=3650)
    assert client.post(url, {"scan": SimpleUploadedFile("乙.pdf", PDF + b"2")}).status_code == 302
    first.refresh_from_db()
    assert first.removed_at is not None
    file = reverse("return-scan-file", args=[of.public_id, 1])
    assert client_for(town_user).get(file).content == PDF + b"2"
    assert client_for(other_town_user).get(file).status_code == 404
    assert Event.objects.unscoped().filter(kind="return_scan_read").count() == 1


def test_where_the_county_wants_seals_nothing_is_accepted_without(
    done: Any, county: Organisation, secretary_actor: Any, town_actor: Any
) -> None:
    of, _member = done
    of = hand_in(of, secretary_actor)
    assert blockers_to_accept(of, town_actor) == []
    RuleSetting.objects.create(
        organisation=county, key="return_seal_required", value=True, starts_on=dt.date(2026, 1, 1), set_by=SYSTEM.ref,
        set_at=LATER,
    )  # fmt: skip
    assert blockers_to_accept(of, town_actor) == ["还没有上传签字盖章的报表"]
    actions.print_return(of=of, by=secretary_actor, now=LATER)
    actions.attach_scan(of=of, data=PDF, name="a.pdf", by=secretary_actor, now=LATER)
    assert blockers_to_accept(of, town_actor) == []
    Printing.objects.unscoped().filter(of=of).update(content={**printing.content(of), "nil": True})
    assert blockers_to_accept(of, town_actor) == ["与盖章件不一致：1 处，请重新打印盖章"]


def test_nobody_from_elsewhere_prints_or_signs(done: Any, other_town_actor: Any, auditor_actor: Any) -> None:
    of, _member = done
    for by in (other_town_actor, auditor_actor):
        with pytest.raises(NotAllowed):
            actions.print_return(of=of, by=by, now=LATER)
        with pytest.raises(NotAllowed):
            actions.attach_scan(of=of, data=PDF, name="a.pdf", by=by, now=LATER)
