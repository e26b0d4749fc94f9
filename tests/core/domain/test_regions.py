import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.cells import CellError
from core.domain.region_table import divisions
from core.domain.regions import (
    Scope,
    children,
    city_prefix,
    parse_place,
    parse_place_parts,
    prefixes,
    provinces,
    region_label,
    scope_between,
)


@pytest.mark.parametrize(
    ("text", "code", "rest"),
    [
        ("山东省青岛市黄岛区某路3号", "370211", "某路3号"),
        ("山东 青岛 黄岛", "370211", ""),
        ("青岛市黄岛区", "370211", ""),
        ("新疆", "650000", ""),
        ("新疆维吾尔自治区阿克苏地区库车市", "652902", ""),
        ("阿克苏库车", "652902", ""),
        ("上海", "310000", ""),
        ("上海市上海市浦东新区", "310115", ""),
        ("上海市浦东新区", "310115", ""),
        ("上海浦东", "310115", ""),
        ("北京市市辖区朝阳区", "110105", ""),
        ("重庆市城口县", "500229", ""),
        ("昆山", "320583", ""),
        ("江苏省昆山市某镇", "320583", "某镇"),
        ("江苏省苏州市昆山市", "320583", ""),
        ("湖北省仙桃市", "429004", ""),
        ("东莞市长安镇", "441900", "长安镇"),
        ("广东东莞", "441900", ""),
        ("东莞市东城区", "441900", "东城区"),
        ("甘肃省嘉峪关市", "620200", ""),
        ("吉林", "220000", ""),
        ("吉林市", "220200", ""),
        ("海南", "460000", ""),
        ("青海省海南藏族自治州共和县", "632521", ""),
        ("延边", "222400", ""),
        ("西安雁塔", "610113", ""),
        ("济南市高新区天辰路", "370100", "高新区天辰路"),
        ("中国香港", "810000", ""),
        ("台湾省台北市", "710000", "台北市"),
        ("美国纽约", "990000", "美国纽约"),
        ("境外", "990000", ""),
        ("上海市上海路3号", "310000", "上海路3号"),
    ],
)
def test_addresses(text, code, rest):
    place = parse_place(text).value
    assert (place.code, place.rest) == (code, rest)


@pytest.mark.parametrize(
    "text",
    [
        "江苏省成都市武侯区",
        "青岛市历城区",
        "朝阳区",
        "朝阳",
        "鼓楼区",
        "城关镇魏集村",
        "南京东路5号",
        "云湖县城关镇",
        "外地",
        "x" * 100_000,
    ],
)
def test_unclear(text):
    parsed = parse_place(text)
    assert (parsed.value, parsed.problem.code) == (None, "destination_unclear")
    assert parsed.extra == {"text": text}
    assert len(parsed.problem.text) < 80


@pytest.mark.parametrize(
    ("parts", "code", "rest"),
    [
        (("四川", "成都", "武侯"), "510107", ""),
        (("上海市", "上海市", "浦东新区"), "310115", ""),
        (("天津市", "天津市", "滨海新区"), "120116", ""),
        (("重庆市", "县", "城口县"), "500229", ""),
        (("湖北省", "省直辖县级行政区划", "仙桃市"), "429004", ""),
        (("江苏省", "昆山市", None), "320583", ""),
        ((None, "青岛市", "黄岛区"), "370211", ""),
        (("山东省", "—", "无"), "370000", ""),
        (("山东省青岛市黄岛区", "", ""), "370211", ""),
        (("山东省", "济南市", "高新区"), "370100", "高新区"),
        (("国外", "美国", ""), "990000", "美国"),
    ],
)
def test_parts(parts, code, rest):
    place = parse_place_parts(*parts).value
    assert (place.code, place.rest) == (code, rest)


@pytest.mark.parametrize(
    "parts",
    [
        ("江苏省", "成都市", "武侯区"),
        ("江苏", "成都", "武侯"),
        ("山东省", "青岛市", "历城区"),
        ("山东省", "青岛市", "鼓楼区"),
        ("某省", "", ""),
    ],
)
def test_parts_that_contradict(parts):
    parsed = parse_place_parts(*parts)
    assert (parsed.value, parsed.problem.code) == (None, "destination_unclear")


def test_blank_and_broken_cells():
    assert parse_place("无").problem is None
    assert parse_place_parts(None, "", "—").problem is None
    assert parse_place(CellError("#N/A")).problem.code == "cell_error"
    assert parse_place_parts("山东省", CellError("#N/A"), "").problem.code == "cell_error"


def test_labels():
    qingdao = parse_place("山东青岛黄岛").value
    assert (qingdao.label(), qingdao.short()) == ("山东省青岛市黄岛区", "山东 青岛 黄岛")
    pudong = parse_place("上海市上海市浦东新区").value
    assert (pudong.label(), pudong.short()) == ("上海市浦东新区", "上海 浦东")
    assert region_label("370211") == "山东省青岛市黄岛区"
    assert region_label("37") == "山东省"
    assert region_label("379981") == "山东省"  # the sample county is in no list
    assert region_label("990000") == "境外"
    assert region_label("000000") == ""


def test_lists():
    assert len(provinces()) == 34
    assert ("370200", "青岛市") in children("370000")
    assert ("370200", "青岛市") in children("37")
    assert ("310115", "浦东新区") in children("310000")
    assert ("429004", "仙桃市") in children("420000")
    assert ("370211", "黄岛区") in children("370200")
    assert all(name not in ("市辖区", "县") for code, _ in provinces() for _, name in children(code))


def test_every_place_is_read_back_from_its_label():
    for province, _ in provinces():
        for city, _ in ((province, ""), *children(province)):
            for code in (city, *(county for county, _ in children(city) if city != province)):
                assert parse_place(region_label(code)).value.code in (code, f"{code[:4]}00")


@pytest.mark.parametrize(
    ("home", "away", "scope"),
    [
        ("379981", "110105", Scope.PROVINCE),
        ("379981", "110000", Scope.PROVINCE),
        ("379981", "370211", Scope.CITY),
        ("379981", "370200", Scope.CITY),
        ("379981", "379982", Scope.COUNTY),
        ("379981", "379981", Scope.TOWN),
        ("379981", "990000", Scope.ABROAD),
        ("379981", "810000", Scope.ABROAD),
        ("379981", "370000", None),
        ("379981", "379900", None),
        ("379981", "", None),
        ("310115", "310101", Scope.COUNTY),
        ("500101", "500229", Scope.COUNTY),
        ("429004", "429005", Scope.CITY),
    ],
)
def test_scope(home, away, scope):
    assert scope_between(home, away) is scope


@pytest.mark.parametrize(
    ("code", "prefix", "name"),
    [
        ("320583", "3205", "江苏省苏州市"), ("310115", "31", "上海市"), ("419001", "419001", "河南省济源市"),
        ("320000", "3200", "江苏省（市不明）"), ("441900", "4419", "广东省东莞市"), ("990000", "99", "境外"), ("", "", None),
    ],
)  # fmt: skip
def test_the_city_of_a_code(code, prefix, name):
    assert city_prefix(code) == prefix
    assert prefixes().get(prefix) == name


def test_every_place_begins_with_its_city():
    for code in divisions().names:
        assert code.startswith(city_prefix(code))
        assert prefixes().get(city_prefix(code)) or not region_label(code)


def test_scope_labels():
    assert [scope.label for scope in Scope] == ["境外", "跨省", "省内跨市", "市内跨县", "县内跨乡镇"]


@given(st.text(max_size=50))
def test_no_text_raises(text):
    parsed = parse_place(text)
    assert parsed.value is None or parsed.problem is None
