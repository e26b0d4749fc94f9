"""``python -m tests.meta.a_day``: a day's work in an installation with the sample county, through its pages and its jobs.

Wherever a page takes a number, it gets one: what is left on disk afterwards is what ``test_dump.py`` looks into.
"""

from __future__ import annotations

import logging
import re

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402

from accounts.actors import actor_for  # noqa: E402
from accounts.models import User  # noqa: E402
from branches.actions.posts import edit_post  # noqa: E402
from branches.models import Organisation, Post  # noqa: E402
from core import clock  # noqa: E402
from core.actors import SYSTEM, acting_as  # noqa: E402
from core.domain.identity import check_digit  # noqa: E402
from exchange.models import Export, ImportBatch  # noqa: E402
from jobs.runner import run_waiting  # noqa: E402
from members.actions import merging, people  # noqa: E402
from members.models import Journey, Member  # noqa: E402

LEDGERS = settings.BASE_DIR / "demo" / "ledgers"
OK = (200, 302)
NEW_PHONE = "19900123456"
MENDED = "379981199003192512"  # row 5 of ledger 08 has the last digit wrong


def signed_in(username: str) -> Client:
    client = Client(HTTP_HOST="127.0.0.1")
    typed = {"username": username, "password": settings.DEMO_PASSWORD}
    assert client.post("/sign-in/", typed).status_code == 302, username
    return client


def post(client: Client, address: str, **fields: object) -> str:
    """Where it led."""
    response = client.post(address, fields)
    assert response.status_code in OK, (address, response.status_code)
    return response.get("Location", "")


def upload(client: Client, username: str, name: str) -> ImportBatch:
    """Uploaded and checked, by a job."""
    place = User.objects.get(username=username).organisation
    with (LEDGERS / name).open("rb") as file:
        post(client, "/ledgers/in/", organisation=place.public_id, files=file)
    run_waiting()
    batch = ImportBatch.objects.visible_to(SYSTEM).latest("pk")
    assert batch.state == "checked", batch.refusal
    return batch


def imports(town: Client, other: Client) -> None:
    batch = upload(town, "zhen02", "09-流出党员台账-柳河镇-四季度.xlsx")
    post(town, f"/ledgers/in/{batch.public_id}/apply/", mode="all")
    run_waiting()
    batch.refresh_from_db()
    assert batch.state == "applied"
    mistakes = upload(other, "zhen05", "08-问题台账-白水镇.xlsx")
    post(other, f"/ledgers/in/{mistakes.public_id}/rows/0/5/", correct="identity", text=MENDED)
    mended = ImportBatch.objects.visible_to(SYSTEM).get(pk=mistakes.pk)
    assert mended.stopped_rows == mistakes.stopped_rows - 1
    assert other.get(post(other, f"/ledgers/in/{mistakes.public_id}/errors/")).status_code == 200


def exports(county: Client) -> None:
    root = Organisation.objects.get(parent__isnull=True)
    for form in ("official", "list"):
        wanted = {"organisation": root.public_id, "form": form, "format": "xlsx", "numbers": "full", "filter": ""}
        post(county, "/ledgers/out/new/?kind=outflow", **wanted, purpose="报市委组织部三季度台账", key=form)
    run_waiting()
    made = Export.objects.visible_to(SYSTEM)
    assert made.count() == 2
    for export in made:
        assert county.get(f"/files/{export.file}/").status_code == 200


def looking(town: Client, member: Member) -> None:
    """Numbers typed where they belong and where they do not."""
    phone, identity = member.reveal("phone"), member.reveal("identity")
    for number in (phone, identity, phone[:7]):
        post(town, "/members/search/", q=number)
        town.get("/members/search/", {"q": number})
        town.get(f"/members/{number}/")
        town.get("/journeys/out/", {"organisation": number, "sort": number})
    post(town, f"/members/{member.public_id}/show/", field="identity")
    post(town, "/feedback/", what=f"查不到 {phone} 这个号码，身份证 {identity}", page="/")
    Client(HTTP_HOST="127.0.0.1").post("/sign-in/", {"username": phone, "password": identity})
    logging.getLogger("portal").warning("could not reach %s", phone)


def mending(member: Member) -> None:
    """An edit, somebody registered twice, the two made one; accounts whose names are phones."""
    user = User.objects.get(username="zhen02")
    by = actor_for(user, clock.today())
    with acting_as(by):
        values = {"phone": NEW_PHONE, "note": "电话换过"}
        member = people.edit_member(member=member, values=values, by=by)
        identity = member.reveal("identity")[:14] + "999"
        twin = {"name": member.name, "identity": identity + check_digit(identity), "phone": NEW_PHONE}
        gone = people.register_member(values=twin, by=by, home=member.home)
        merging.merge(kept=member, gone=gone, by=by)


def new_secretaries(place: Organisation) -> None:
    """Two people take over: holders without an account, whose phones become user names."""
    by = actor_for(User.objects.get(username="zhen02"), clock.today())
    with acting_as(by):
        for held in Post.objects.visible_to(by).filter(organisation__parent=place, title="secretary")[:2]:
            edit_post(held, values={"holder_name": "何接任"}, by=by)


def main() -> None:
    town, other, county = signed_in("zhen02"), signed_in("zhen05"), signed_in("xian")
    place = User.objects.get(username="zhen02").organisation
    journey = (
        Journey.objects.visible_to(SYSTEM).open().out().filter(home_path__startswith=place.path).order_by("pk").first()
    )
    looking(town, journey.member)
    mending(journey.member)
    imports(town, other)
    exports(county)
    new_secretaries(place)
    page = county.post(f"/accounts/from-posts/{place.public_id}/").content.decode()
    ids = re.findall(r'name="ids" value="(\w+)"', page)
    assert ids
    assert county.post("/accounts/slips/print/", {"ids": ids[:3]}).status_code == 200


main()
