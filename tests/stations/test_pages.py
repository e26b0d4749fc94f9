"""The pages on stations, for those who keep them, those who work there, and everybody else."""

import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Grant, User
from core.actors import SYSTEM
from inbox.actions import tell
from members.actions import journeys
from stations.actions import arrivals
from stations.actions.arrivals import Arrival
from stations.models import CheckIn, Presence, ServiceLine, ServicePoint, Station, StationPost, WaitingGuest
from tests.conftest import make_identity
from tests.stations.conftest import CHAOYANG, HUQIU, KUNSHAN

pytestmark = pytest.mark.django_db
NUMBER = make_identity(77)


@pytest.fixture
def here(make_member, branch, station):
    """Somebody among the station's people."""
    member = make_member(branch, name="何小明", identity=NUMBER)
    journeys.open_journey(member=member, direction="out", values={"region_code": CHAOYANG}, by=SYSTEM)
    return member


def text_of(response):
    return response.content.decode()


def test_everybody_reads_the_directory_and_nobody_the_people(
    station, here, client_for, secretary_user, system_user, clerk_user, make_clerk, make_station
):
    StationPost.objects.create(station=station, title="head", holder_name="顾站长")
    for user in (secretary_user, system_user, make_clerk(make_station(region_code=KUNSHAN))):
        client = client_for(user)
        page = text_of(client.get(f"/stations/{station.public_id}/"))
        assert "工作日 9:00-17:30" in page
        assert "何小明" not in page and "顾站长" not in page  # noqa: PT018 one page
        assert client.get(f"/stations/{station.public_id}/people/").status_code == 404
        assert client.get(f"/stations/{station.public_id}/check-in/").status_code == 404
    page = text_of(client_for(clerk_user).get(f"/stations/{station.public_id}/"))
    assert "顾站长" in page
    assert re.search(r"流向本地</span> <b[^>]*>1<small>", page)
    assert "何小明" in text_of(client_for(clerk_user).get(f"/stations/{station.public_id}/people/?why=place"))
    assert "何小明" not in text_of(client_for(clerk_user).get(f"/stations/{station.public_id}/people/?why=branch"))


def test_the_clerk_s_first_page_navigation_and_search(station, here, client_for, clerk_user, make_member, branch):
    make_member(branch, name="何在家")
    client = client_for(clerk_user)
    assert client.get("/")["Location"] == station.get_absolute_url()
    page = text_of(client.get(station.get_absolute_url()))
    shown = re.findall(r'<li><a href="([^"]+)"', page[page.index('aria-label="主导航"') : page.index('class="who"')])
    assert {"/stations/", "/organisations/"} <= set(shown)
    assert not {"/members/", "/journeys/out/", "/sweeps/", "/ledgers/in/"} & set(shown)
    found = text_of(client.get("/members/search/?q=何", follow=True))
    assert "何小明" in found
    assert "何在家" not in found
    person = client.get(here.get_absolute_url())
    assert person.status_code == 200
    assert NUMBER not in text_of(person)
    assert client.get("/members/").status_code == 403
    assert client.post(f"/members/{here.public_id}/number/", {"field": "phone"}).status_code in (403, 404)


def test_a_message_to_the_staff_of_a_station_reaches_it_and_the_county_s_does_not(
    station, clerk, clerk_user, county, client_for
):
    tell(county, "县里的消息")
    assert "县里的消息" not in text_of(client_for(clerk_user).get("/inbox/"))


def test_no_link_that_a_clerk_is_shown_is_refused(station, here, client_for, clerk_user):
    client = client_for(clerk_user)
    waiting, seen = ["/", here.get_absolute_url()], set()
    while waiting:
        address = waiting.pop()
        seen.add(address)
        answer = client.get(address, follow=True)
        assert answer.status_code == 200, address
        if answer["Content-Type"].startswith("text/html"):
            links = {html.unescape(one) for one in re.findall(r'<a [^>]*href="(/[^"#]*)', text_of(answer))}
            waiting += sorted(links - seen - set(waiting))
    assert here.get_absolute_url() in seen
    assert len(seen) > 15


def test_check_in_by_the_form_and_never_a_number_in_an_address(station, here, client_for, clerk_user):
    client, address = client_for(clerk_user), f"/stations/{station.public_id}/check-in/"
    missed = text_of(client.post(address, {"name": "何大明", "number": NUMBER}))
    assert "没有对上" in missed and "组织关系在哪个党组织" in missed  # noqa: PT018 one page
    done = client.post(address, {"name": "何小明", "number": NUMBER, "key": "k"})
    assert done["Location"] == address
    assert "何小明已登记报到" in text_of(client.get(address))
    assert CheckIn.objects.unscoped().count() == 1
    assert client.get(address + "?number=1").status_code == 200
    assert "请填写姓名" in text_of(client.post(address, {}))


def test_somebody_from_elsewhere_is_kept_at_the_door_and_arranged_by_the_keeper(
    make_station, make_clerk, client_for, county_user, town_user, mobile_branch
):
    lone = make_station()
    clerk, county = client_for(make_clerk(lone)), client_for(county_user)
    address = f"/stations/{lone.public_id}/check-in/"
    typed = {"name": "外来人", "number": "19900123456", "key": "k"}
    assert "由管理本站的党组织安排党支部接收" in text_of(clerk.post(address, typed))
    assert clerk.post(address, {**typed, "home_text": "外省某支部"})["Location"] == address
    assert "外来人已登记。云湖县委会安排党支部接收" in text_of(clerk.get(address))
    guest = WaitingGuest.objects.visible_to(SYSTEM).get()
    page = guest.get_absolute_url()
    assert page not in text_of(clerk.get(lone.get_absolute_url()))
    assert "外来人" in text_of(clerk.get(lone.get_absolute_url()))
    assert clerk.get(page).status_code == 403
    assert client_for(town_user).get(page).status_code == 404
    assert page in text_of(county.get("/inbox/")), "the to-do leads there"
    assert page in text_of(county.get(lone.get_absolute_url()))
    shown = text_of(county.get(page))
    assert "说组织关系在“外省某支部”" in shown
    assert "19900123456" not in shown
    assert "选一个党支部；不接收的，写明原因" in text_of(county.post(page, {"reason": ""}))
    assert county.post(page, {"branch": mobile_branch.public_id})["Location"] == lone.get_absolute_url()
    after = text_of(county.get(lone.get_absolute_url()))
    assert "外来人由驻北京流动党员党支部接收" in after
    assert "等安排的外来党员" not in after
    assert county.get(page)["Location"] == lone.get_absolute_url(), "a second look says that it is settled"


def test_a_branch_answers_whether_a_guest_is_its_member(
    station, clerk, branch, client_for, secretary_user, other_town_user
):
    arrival = Arrival(name="外来人", number="19900123456", home_text="何寨村党支部")
    made = arrivals.check_in(station=station, arrival=arrival, by=clerk)
    client, page = client_for(secretary_user), f"/check-ins/{made.public_id}/answer/"
    assert page in text_of(client.get("/inbox/"))
    shown = text_of(client.get(page))
    assert "199****3456" in shown
    assert "说组织关系在“何寨村党支部”" in shown
    assert client_for(other_town_user).get(page).status_code == 404
    assert "请选一项" in text_of(client.post(page, {"note": "不知道"}))
    assert client.post(page, {"is_ours": "no"})["Location"] == "/inbox/"
    assert client.get(page).status_code == 404


def test_the_page_behind_the_code_says_nothing_of_anybody(station, here, client, client_for, clerk_user, county_user):
    address = f"/stations/{station.public_id}/arrive/"
    page = text_of(client.get(address))
    assert "带上身份证" in page
    assert "何小明" not in page
    assert client_for(clerk_user).get(address)["Location"].endswith("/check-in/")
    card = text_of(client_for(county_user).get(f"/stations/{station.public_id}/card/"))
    assert "<svg" in card
    assert client.get("/stations/nothere/arrive/").status_code == 404


def test_the_county_sets_a_station_up_changes_and_closes_it(client_for, county_user, mobile_branch):
    client = client_for(county_user)
    typed = {
        "name": "驻苏州站", "where": "江苏省苏州市昆山市", "core_name": mobile_branch.short_name, "phone": "19900111222",
        "hours": "每天", "idempotency_key": "k",
    }  # fmt: skip
    for _ in range(2):
        client.post("/stations/new/", typed)
    station = Station.objects.get()
    assert (station.region_code, station.core, station.reveal("phone")) == (KUNSHAN, mobile_branch, "19900111222")
    edit = f"{station.get_absolute_url()}edit/"
    assert "19900111222" in text_of(client.get(edit))
    client.post(edit, {**typed, "where": "江苏省苏州市虎丘区", "core_name": "外地某党委", "version": 1})
    station.refresh_from_db()
    assert (station.region_code, station.core, station.core_text, station.version) == (HUQIU, None, "外地某党委", 2)
    stale = text_of(client.post(edit, {**typed, "hours": "周末", "version": 1}))
    assert "请核对后再保存" in stale
    assert "请写到县" in text_of(client.post(edit, {**typed, "where": "江苏省苏州市昆山市某路1号", "version": 2}))
    client.post(f"{station.get_absolute_url()}close/", {"version": 2})
    page = text_of(client.get(station.get_absolute_url()))
    assert "已停用" in page
    assert "驻苏州站" not in text_of(client.get("/stations/"))
    assert "驻苏州站" in text_of(client.get("/stations/?state=closed"))
    client.post(f"{station.get_absolute_url()}reopen/")
    assert Station.objects.get().is_open


def test_posts_points_lines_and_an_account_by_their_forms(station, client_for, county_user, county):
    client, base = client_for(county_user), station.get_absolute_url()
    client.post(f"{base}posts/new/", {"title": "head", "holder_name": "顾凤", "phone": "19900123456"})
    client.post(f"{base}posts/new/", {"title": "liaison", "holder_name": "顾凤"})
    client.post(f"{base}lines/", {"return": "顾凤", "talent": "江光兴", "invest": ""})
    client.post(f"{base}points/new/", {"name": "朝阳窗口", "address": "某路2号"})
    page = text_of(client.get(base))
    assert "兼联络员、返乡创业服务站负责人" in page
    assert "199****3456" in page and "19900123456" not in page  # noqa: PT018 one page
    post = StationPost.objects.unscoped().get(title="head")
    client.post(f"/station-posts/{post.public_id}/edit/", {"title": "head", "holder_name": "顾小凤", "version": 1})
    client.post(f"/station-posts/{post.public_id}/end/", {"version": 2})
    post.refresh_from_db()
    assert (post.holder_name, post.reveal("phone"), post.ends_on is not None) == ("顾小凤", "19900123456", True)
    point = ServicePoint.objects.get()
    client.post(f"/service-points/{point.public_id}/edit/", {"name": "东窗口", "kind": point.kind_id, "version": 1})
    client.post(f"/service-points/{point.public_id}/close/")
    point.refresh_from_db()
    assert (point.name, point.closed_on is not None) == ("东窗口", True)
    assert set(ServiceLine.objects.values_list("line", "head_name")) == {("return", "顾凤"), ("talent", "江光兴")}
    client.post(f"{base}accounts/new/", {"name": "新站长", "username": "newclerk"})
    grant = Grant.objects.get(user=User.objects.named("newclerk").get())
    assert (grant.role, grant.outpost_path, grant.organisation) == ("station", station.path, county)
    assert "newclerk" in text_of(client.get(grant.user.get_absolute_url()))


def test_the_second_station_of_a_city_says_who_looks_after_the_place(station, make_station, client_for, county_user):
    second, far = make_station(region_code=CHAOYANG), make_station(region_code=KUNSHAN)
    client, words = client_for(county_user), "流向本地的党员由序号在前的"
    assert f'{words}<a href="{station.get_absolute_url()}"' in text_of(client.get(second.get_absolute_url()))
    for one in (station, far):
        assert words not in text_of(client.get(one.get_absolute_url()))


def test_the_list_by_province_name_and_place(make_station, client_for, county_user):
    make_station("驻京站"), make_station("驻苏站", region_code=KUNSHAN, host_unit="苏州商会")
    client = client_for(county_user)
    assert "驻苏站" not in text_of(client.get("/stations/?province=110000"))
    for text in ("苏州商", "昆山", "驻苏"):
        page = text_of(client.post("/stations/", {"q": text}))
        assert "驻苏站" in page and "驻京站" not in page, text  # noqa: PT018 one page
    assert "没有符合条件" in text_of(client.post("/stations/", {"q": "没有的"}))
    assert client.get("/stations/?province=99&page=x").status_code == 200


def test_as_many_queries_for_many_as_for_few(make_station, make_member, branch, client_for, county_user):
    station = make_station()
    client = client_for(county_user)

    def counted(address):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    def add(number):
        for _ in range(number):
            member = make_member(branch)
            Presence.objects.create(member=member, station=station, path=station.path, why="place")
            make_station()

    addresses = ("/stations/", station.get_absolute_url(), f"{station.get_absolute_url()}people/")
    add(2)
    counted("/")  # what is read once and kept
    few = [counted(address) for address in addresses]
    add(25)
    assert [counted(address) for address in addresses] == few
    assert max(few) <= 30


def test_the_register_is_offered_for_export_and_as_an_empty_form(station, client_for, county_user):
    client = client_for(county_user)
    page = text_of(client.get("/ledgers/out/new/?kind=stations"))
    assert "“红色驿站”名册" in page
    assert "“红色驿站”名册" in text_of(client.get("/ledgers/out/"))
    assert client.get("/ledgers/out/templates/stations/").status_code == 200
