"""On a clerk's phone: somebody of ours is checked in, then somebody whom nobody knows; and the page behind the code on the door."""

import pytest

from core.actors import SYSTEM
from members.models import Journey, Member
from stations.models import CheckIn, Presence
from tests.browsing import MARKS, PHONE, looked_at
from tests.conftest import make_identity

pytestmark = [*MARKS, pytest.mark.django_db(transaction=True)]
NUMBER = make_identity(77)


def test_a_known_and_an_unknown_arrival(sit, clerk_user, station, branch, make_member):
    make_member(branch, name="何小明", identity=NUMBER)
    phone = sit(clerk_user, PHONE)
    phone.goto("/")
    phone.wait_for_selector("h1:has-text('驻北京站')")
    looked_at(phone)
    phone.click("a.button:has-text('到站报到')")
    looked_at(phone)

    phone.fill("#id_name", "何小明")
    phone.fill("#id_number", NUMBER)
    phone.fill("#id_address", "某小区")
    phone.click("main button:has-text('登记报到')")
    phone.wait_for_selector("text=何小明已登记报到")
    looked_at(phone)
    assert Journey.objects.unscoped().get().region_code == "110105"

    phone.fill("#id_name", "外来人")
    phone.fill("#id_number", "19900123456")
    phone.click("main button:has-text('登记报到')")
    phone.wait_for_selector("text=没有对上")
    looked_at(phone)
    assert CheckIn.objects.unscoped().count() == 1
    phone.fill("#id_home_text", "外省某县某支部")
    phone.click("main button:has-text('登记报到')")
    phone.wait_for_selector("text=外来人已登记为流入党员")
    assert Member.objects.unscoped().filter(home__isnull=True).count() == 1
    assert Presence.objects.visible_to(SYSTEM).filter(station=station, why="checked_in").count() == 2

    phone.click("main a:has-text('外来人')")
    phone.wait_for_selector("h1:has-text('外来人')")
    looked_at(phone)
    phone.goto(f"/stations/{station.public_id}/people/")
    looked_at(phone)


def test_somebody_else_at_a_station_without_a_branch(
    sit, make_clerk, make_station, county_user, secretary_user, branch
):
    """The clerk registers, the county names the branch that receives, the branch that is said to be home answers."""
    lone = make_station("驻昆山站")
    phone = sit(make_clerk(lone), PHONE)
    phone.goto(f"/stations/{lone.public_id}/check-in/")
    phone.fill("#id_name", "外来人")
    phone.fill("#id_number", "19900123456")
    phone.click("main button:has-text('登记报到')")
    phone.wait_for_selector("text=由管理本站的党组织安排党支部接收")
    phone.fill("#id_home_text", "何寨村党支部")
    phone.click("main button:has-text('登记报到')")
    phone.wait_for_selector("text=外来人已登记")
    phone.click("main a:has-text('返回驿站')")
    phone.wait_for_selector("h2:has-text('等安排的外来党员')")
    looked_at(phone)

    desk = sit(county_user)
    desk.goto("/inbox/")
    desk.click("main a:has-text('请安排党支部接收')")
    desk.wait_for_selector("h1:has-text('安排外来人')")
    looked_at(desk)
    desk.select_option("#id_branch", branch.public_id)
    desk.click("main button:has-text('就这样定')")
    desk.wait_for_selector("text=外来人由何寨村党支部接收")
    assert Member.objects.unscoped().get().care == branch

    home = sit(secretary_user, PHONE)
    home.goto("/inbox/")
    home.click("main a:has-text('请核对')")
    home.wait_for_selector("h1:has-text('是不是你处的党员')")
    looked_at(home)
    home.select_option("#id_is_ours", "no")
    home.click("main button:has-text('答复')")
    home.wait_for_selector("text=已答复")


def test_what_the_code_on_the_door_leads_to(sit, clerk_user, county_user, station, live_server, chromium):
    stranger = chromium.new_page(viewport={"width": PHONE[0], "height": PHONE[1]})
    stranger.goto(f"{live_server.url}/stations/{station.public_id}/arrive/")
    stranger.wait_for_selector("text=带上身份证")
    looked_at(stranger)
    stranger.close()
    clerk = sit(clerk_user, PHONE)
    clerk.goto(f"/stations/{station.public_id}/arrive/")
    clerk.wait_for_selector("h1:has-text('到站报到')")
    desk = sit(county_user)
    desk.goto(f"/stations/{station.public_id}/")
    looked_at(desk)
    desk.click("a.button:has-text('打印门牌')")
    looked_at(desk)
