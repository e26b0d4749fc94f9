import pytest

from core.domain.orgnames import name_keys, place_of, plain_org_name, short_org_name

COUNTY, TOWN = "云湖县委", "马店镇党委"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("中共云湖县委员会", "云湖县委员会"),
        ("中国共产党云湖县马店镇 何寨村\u3000支部委员会", "云湖县马店镇何寨村支部委员会"),
        ("何寨村党支部", "何寨村党支部"),
        (None, ""),
    ],
)
def test_plain(text, plain):
    assert plain_org_name(text) == plain


@pytest.mark.parametrize(
    ("full", "town", "short"),
    [
        ("中共云湖县委员会", "", "云湖县委"),
        ("中共云湖县马店镇委员会", "马店镇", "马店镇党委"),
        ("中共云湖县马店镇何寨村支部委员会", "马店镇", "何寨村党支部"),
        ("中共云湖县马店镇吕楼村总支部委员会", "马店镇", "吕楼村党总支"),
        ("中共云湖县马店镇吕楼村第一支部委员会", "马店镇", "吕楼村第一党支部"),
        ("中共云湖县马店镇何寨村支部委员会第二党小组", "马店镇", "何寨村第二党小组"),
        ("中共云湖县三里乡刘楼村联合支部委员会", "三里乡", "刘楼村联合党支部"),
        ("中共云湖县东关街道工作委员会", "东关街道", "东关街道党工委"),
        ("中共云湖县东关街道严堂社区支部委员会", "东关街道", "严堂社区党支部"),
        ("中共云湖县快递行业委员会", "", "快递行业党委"),
        ("中共云湖县驻北京流动党员支部委员会", "", "驻北京流动党员党支部"),
    ],
)
def test_short(full, town, short):
    assert short_org_name(full, "云湖县", town) == short


@pytest.mark.parametrize(
    ("full", "ancestors", "spellings"),
    [
        (
            "中共云湖县马店镇何寨村支部委员会",
            (COUNTY, TOWN),
            "何寨村党支部 马店镇何寨村党支部 何寨村支部 何寨村 何寨 何寨支部 马店镇何寨村支部委员会 中共云湖县马店镇何寨村支部委员会",
        ),
        (
            "中共云湖县马店镇吕楼村第一支部委员会",
            (COUNTY, TOWN, "吕楼村党总支"),
            "吕楼村第一党支部 吕楼村第1党支部 吕楼村一支部 吕楼第一党支部 马店镇吕楼村第一党支部",
        ),
        ("中共云湖县马店镇吕楼村总支部委员会", (COUNTY, TOWN), "吕楼村党总支 吕楼村总支 吕楼村 吕楼村党总支部"),
        ("中共云湖县三里乡刘楼村联合支部委员会", (COUNTY, "三里乡党委"), "刘楼村联合党支部 刘楼村党支部 刘楼 刘楼村"),
        ("中共云湖县马店镇委员会", (COUNTY,), "马店镇党委 马店镇委 马店镇 云湖县马店镇党委"),
        ("中共云湖县东关街道工作委员会", (COUNTY,), "东关街道党工委 东关街道工委 东关街道"),
        ("中共云湖县东关街道严堂社区支部委员会", (COUNTY, "东关街道党工委"), "严堂社区党支部 严堂社区 严堂"),
        ("中共云湖县快递行业委员会", (COUNTY,), "快递行业党委 快递行业"),
        ("中共云湖县驻苏州流动党员支部委员会", (COUNTY,), "驻苏州流动党员党支部 驻苏州流动党支部 苏州流动党员党支部"),
        ("中共云湖县委员会", (), "云湖县委 云湖县 云湖县委组织部"),
    ],
)
def test_keys_hold_what_ledgers_write(full, ancestors, spellings):
    assert set(spellings.split()) <= set(name_keys(full, ancestors))


def test_keys_that_would_mislead_are_absent():
    first = name_keys("中共云湖县马店镇吕楼村第一支部委员会", (COUNTY, TOWN, "吕楼村党总支"))
    assert {"吕楼村", "第一党支部", "吕楼村党支部"}.isdisjoint(first)
    assert "马店镇" not in name_keys("中共云湖县马店镇何寨村支部委员会", (COUNTY, TOWN))


def test_ancestors_may_be_places():
    full = "中共云湖县马店镇何寨村支部委员会"
    assert name_keys(full, ("云湖县", "马店镇")) == name_keys(full, (COUNTY, TOWN))
    assert place_of("云湖县委") == "云湖县"
    assert place_of("东关街道党工委") == "东关街道"
