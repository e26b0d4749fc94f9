import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.cells import CellError
from core.domain.names import clean_name, initials, initials_all


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("崔\u3000山\u3000建", "崔山建"),
        ("姓 名", "姓名"),
        ("王\n强", "王强"),
        ("阿里木．买买提", "阿里木·买买提"),
        ("阿里木•买买提", "阿里木·买买提"),
        ("张三*", "张三"),
        ("𠮷野", "𠮷野"),
    ],
)
def test_clean_name(raw, name):
    assert clean_name(raw).value == name


def test_remark_after_a_name():
    parsed = clean_name("张三（已故）")
    assert (parsed.value, parsed.extra) == ("张三", {"remark": "已故"})


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (None, "name_missing"),
        ("—", "name_missing"),
        ("张三1", "name_invalid"),
        (12, "name_invalid"),
        ("注：流动党员是指", "name_invalid"),
        ("（已故）", "name_invalid"),
        ("长" * 32_767, "name_invalid"),
        (CellError("#REF!"), "cell_error"),
    ],
)
def test_refused(raw, code):
    parsed = clean_name(raw)
    assert (parsed.value, parsed.problem.code) == (None, code)


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("丁桐涛", "dtt"),
        ("单雄信", "sxx"),
        ("曾国", "zg"),
        ("区志", "oz"),
        ("仇和", "qh"),
        ("解晓东", "xxd"),
        ("查良", "zl"),
        ("缪红", "mh"),
        ("朴信", "px"),
        ("翟浩", "zh"),
        ("牟其中", "mqz"),
        ("欧阳修", "oyx"),
        ("尉迟恭", "ycg"),
        ("长孙无忌", "zswj"),
        ("买买提·艾力", "mmtal"),
        ("A君", "aj"),
        ("", ""),
    ],
)
def test_initials(name, letters):
    assert initials(name) == letters


def test_both_readings_where_they_differ():
    assert initials_all("单雄信") == ("sxx", "dxx")
    assert initials_all("任长霞") == ("rcx", "rzx")
    assert initials_all("王强") == ("wq",)
    assert len(initials_all("长长长长长长")) == 8


@given(st.text(max_size=20))
def test_no_text_raises(text):
    assert initials(text) == initials_all(text)[0]
    clean_name(text)
