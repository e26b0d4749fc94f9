"""The system administrator's tables: one door, one right, everything through the action, nothing left in the clear."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from audit.models import Event
from branches import rules
from branches.models import RuleSetting
from core import clock
from core.actors import SYSTEM
from files.models import StoredFile

pytestmark = pytest.mark.django_db

LIST = "/system/branches/rulesetting/"
HEAD = "党组织全称,规则代号,组织类别,值,生效日期\r\n"


@pytest.fixture
def system_client(client_for, system_user) -> Client:
    return client_for(system_user)


@pytest.fixture
def setting(county) -> RuleSetting:
    return rules.set_rule(organisation=county, key="slip_days", value=7, by=SYSTEM)


def addresses(setting):
    """Every address below system/, with the one setting as object."""
    (site,) = [one for one in get_resolver().url_patterns if isinstance(one, URLResolver) and one.namespace == "admin"]

    def walk(patterns, above):
        for one in patterns:
            if isinstance(one, URLResolver):
                yield from walk(one.url_patterns, above + str(one.pattern))
            elif isinstance(one, URLPattern):
                text = above + str(one.pattern).lstrip("^").rstrip("$")
                text = text.replace("<path:object_id>", str(setting.pk)).replace("(?P<url>.*)", "nothing/")
                yield "/system/" + re.sub(r"\(\?P<app_label>[^)]*\)", "branches", text)

    return sorted(set(walk(site.url_patterns, "")))


def test_only_the_system_administrator_gets_in(
    client_for, secretary_user, town_user, county_user, auditor_user, system_user, setting
):
    for address in addresses(setting):
        if address == "/system/logout/":  # it is the portal's own
            continue
        assert Client().get(address)["Location"].startswith("/sign-in/"), address
        for user in (secretary_user, town_user, county_user, auditor_user):
            client = client_for(user)
            if address != "/system/password_change/":
                assert client.get(address).status_code == 403, (address, user.name)
                assert client.post(address).status_code == 403, (address, user.name)
        assert client_for(system_user).get(address).status_code < 500, address


def test_there_is_no_second_door(county):
    names = {one.name for one in admin.site.get_urls() if isinstance(one, URLPattern)}
    assert "login" not in names
    assert Client().get("/system/login/")["Location"].startswith("/sign-in/")
    assert reverse("admin:password_change") == "/system/password_change/"


def test_the_pages_hold_no_inline_script_or_style(system_client, setting):
    pages = ["/system/", LIST, f"{LIST}add/", f"{LIST}{setting.pk}/change/", f"{LIST}import/", f"{LIST}export/"]
    for address in pages:
        response = system_client.get(address)
        text = response.content.decode()
        assert response.status_code == 200, address
        assert not re.search(r"\sstyle=|<style|javascript:|\son(click|change|submit|load)=", text), address
        assert all(" src=" in tag or "application/json" in tag for tag in re.findall(r"<script\b[^>]*>", text)), address
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text), address
        assert "default-src 'self'" in response["Content-Security-Policy"]


def test_every_column_has_a_chinese_head(system_client, setting):
    page = system_client.get(LIST).content.decode()
    heads = [re.sub(r"<[^>]+>|[\s\d]", "", head) for head in re.findall(r"<th scope=\"col\".*?</th>", page, re.DOTALL)]
    assert "党组织" in heads
    assert not [head for head in heads if re.search("[A-Za-z]", head)]


def test_every_page_says_where_its_mark_is(system_client, setting):
    for address in ("/system/", LIST, f"{LIST}add/", f"{LIST}import/"):
        assert '<link rel="icon"' in system_client.get(address).content.decode(), address


def test_a_setting_is_added_by_the_action_and_logged(system_client, county, system_user):
    data = {"organisation": county.public_id, "key": "slip_days", "value": "9", "starts_on": clock.today().isoformat()}
    response = system_client.post(f"{LIST}add/", data)
    assert response.status_code == 302, response.content.decode()
    assert rules.value("slip_days", county, clock.today()) == 9
    event = Event.objects.get(kind="rule_set")
    assert event.actor.id == system_user.public_id


@pytest.mark.parametrize(
    ("key", "value", "sentence"), [("slip_days", "900", "1 到 60"), ("second_factor_county", "也许", "是")]
)
def test_a_wrong_value_is_named_on_the_form(system_client, county, key, value, sentence):
    data = {"organisation": county.public_id, "key": key, "value": value, "starts_on": "2026-01-01"}
    response = system_client.post(f"{LIST}add/", data)
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert not RuleSetting.objects.exists()


def test_nothing_is_changed_or_removed_here(system_client, setting):
    assert system_client.post(f"{LIST}{setting.pk}/change/", {"value": "3"}).status_code == 403
    assert system_client.post(f"{LIST}{setting.pk}/delete/", {"post": "yes"}).status_code == 403
    assert RuleSetting.objects.get().value == 7


def give(client: Client, text: str | bytes) -> str:
    data = text.encode("utf-8-sig") if isinstance(text, str) else text
    file = SimpleUploadedFile("rules.csv", data, "text/csv")
    response = client.post(f"{LIST}import/", {"import_file": file, "format": "0", "resource": "0"})
    assert response.status_code == 200
    return response.content.decode()


def confirmation(page: str) -> dict[str, str]:
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    hidden.pop("csrfmiddlewaretoken", None)
    return hidden


def test_export_then_import_changes_nothing(system_client, county, setting):
    rules.set_rule(organisation=county, key="second_factor_county", value=False, by=SYSTEM)
    response = system_client.post(f"{LIST}export/", {"format": "0", "resource": "0"})
    text = response.content.decode("utf-8-sig")
    assert text.startswith(HEAD)
    assert "否" in text
    assert Event.objects.filter(kind="rules_exported").exists()
    before = list(RuleSetting.objects.order_by("pk").values("key", "value", "starts_on"))
    page = give(system_client, text)
    response = system_client.post(f"{LIST}process_import/", confirmation(page))
    assert response.status_code == 302
    assert list(RuleSetting.objects.order_by("pk").values("key", "value", "starts_on")) == before


def test_import_previews_then_writes_and_leaves_no_file(system_client, county):
    page = give(system_client, f"{HEAD}{county.name},slip_days,,21,2026-01-01\r\n")
    assert not RuleSetting.objects.exists()
    assert county.name in page
    assert not re.search(r"\sstyle=", page)
    assert StoredFile.objects.visible_to(SYSTEM).there().count() == 1
    for path in settings.FILES_ROOT.rglob("*"):
        assert not path.is_file() or b"slip_days" not in path.read_bytes()
    assert system_client.post(f"{LIST}process_import/", confirmation(page)).status_code == 302
    assert RuleSetting.objects.get().value == 21
    assert not StoredFile.objects.visible_to(SYSTEM).there().exists()
    assert Event.objects.filter(kind="rule_set").count() == 1


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("没有这个党委,slip_days,,7,2026-01-01", "党组织，请写全称"),
        ("中共云湖县委员会,no_such_rule,,7,2026-01-01", "没有代号为"),
        ("中共云湖县委员会,slip_days,,七,2026-01-01", "请填写一个整数"),
        ("中共云湖县委员会,slip_days,村庄,7,2026-01-01", "不认识"),
        ("<script>alert(1)</script>,slip_days,,7,2026-01-01", "&lt;script&gt;"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_written(system_client, county, row, sentence):
    page = give(system_client, f"{HEAD}{row}\r\n")
    assert sentence in page
    assert "<script>alert" not in page
    assert not RuleSetting.objects.exists()


def test_the_confirmation_asks_for_the_right_again(client_for, system_client, county, system_user, county_user):
    form = confirmation(give(system_client, f"{HEAD}{county.name},slip_days,,21,2026-01-01\r\n"))
    assert client_for(county_user).post(f"{LIST}process_import/", form).status_code == 403
    system_user.grants.update(withdrawn_at=clock.now(), withdrawn_by=SYSTEM.ref)
    assert system_client.post(f"{LIST}process_import/", form).status_code == 403
    assert not RuleSetting.objects.exists()


def test_a_file_is_confirmed_by_whoever_brought_it(client_for, make_user, system_client, county):
    form = confirmation(give(system_client, f"{HEAD}{county.name},slip_days,,21,2026-01-01\r\n"))
    other = client_for(make_user(county, "system", "郑工"))
    assert other.post(f"{LIST}process_import/", form).status_code == 409
    assert other.post(f"{LIST}process_import/", {**form, "import_file_name": "../../etc/passwd"}).status_code == 409
    assert not RuleSetting.objects.exists()


def test_a_table_as_chinese_excel_saves_it_is_read_and_anything_else_is_refused(system_client, county):
    row = f"{HEAD}{county.name},slip_days,,21,2026-01-01\r\n"
    assert "slip_days" in give(system_client, row.encode("gb18030"))
    assert "这个文件读不了" in give(system_client, b"\xff\xff\x81")


def test_formulas_leave_as_text(system_client, county):
    rules.set_rule(organisation=county, key="slip_days", value=7, by=SYSTEM)
    county.name = "=cmd|' /C calc'!A0"
    county.save()
    text = system_client.post(f"{LIST}export/", {"format": "0", "resource": "0"}).content.decode("utf-8-sig")
    assert "'=cmd" in text
