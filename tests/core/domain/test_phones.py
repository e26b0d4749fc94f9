import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.cells import CellError
from core.domain.freetext import find_numbers, take_numbers
from core.domain.phones import Phones, mask_phone, parse_phones, phone_tail


@pytest.mark.parametrize(
    ("raw", "main", "others"),
    [
        ("19900763950", "19900763950", ()),
        (19900763950, "19900763950", ()),
        (19900763950.0, "19900763950", ()),
        ("+86 199-0076-3950", "19900763950", ()),
        ("8619900763950", "19900763950", ()),
        ("0086-19900763950", "19900763950", ()),
        ("１９９００７６３９５０", "19900763950", ()),
        ("199 0076 3950", "19900763950", ()),
        ("19900627557/0530-1234567", "19900627557", ("0530-1234567",)),
        ("0530-1234567、19900627557", "19900627557", ("0530-1234567",)),
        ("19900763950 19900763951", "19900763950", ("19900763951",)),
        ("19900763950;19900763951；19900763950", "19900763950", ("19900763951",)),
        ("张三19900763950或19900763951", "19900763950", ("19900763951",)),
        ("05301234567", "0530-1234567", ()),
        ("01012345678", "010-12345678", ()),
        ("（0530）1234567", "0530-1234567", ()),
        ("010-12345678转8", "010-12345678-8", ()),
    ],
)
def test_numbers(raw, main, others):
    parsed = parse_phones(raw)
    assert parsed.problem is None
    assert parsed.value == Phones(main, others)


@pytest.mark.parametrize(
    ("raw", "extra"),
    [
        ("联系人 19900763950", {"text": "联系人"}),
        ("19900763950（停机）", {"marks": ("停机",)}),
        ("张三：19900763950", {"text": "张三"}),
        ("19900763950", {}),
    ],
)
def test_words_around_a_number_are_kept(raw, extra):
    parsed = parse_phones(raw)
    assert parsed.value.main == "19900763950"
    assert parsed.extra == extra


@pytest.mark.parametrize(
    "raw",
    ["1990012345", "199007639501", "29900763950", "1.99E+10", 1990012345, "家属转告", "379981195405273157", "12345"],
)
def test_invalid(raw):
    parsed = parse_phones(raw)
    assert (parsed.value, parsed.problem.code) == (None, "phone_invalid")


def test_cell_error():
    assert parse_phones(CellError("#N/A")).problem.code == "cell_error"


@pytest.mark.parametrize("raw", [None, "", "无", 0, "0", 0.0, "/"])
def test_blank_is_no_problem(raw):
    parsed = parse_phones(raw)
    assert (parsed.value, parsed.problem) == (None, None)


@pytest.mark.parametrize("mark", ["停机", "空号", "同手机"])
def test_a_mark_alone_is_no_problem(mark):
    parsed = parse_phones(mark)
    assert (parsed.value, parsed.problem, parsed.extra) == (None, None, {"marks": (mark,)})


def test_a_broken_number_beside_a_good_one_is_noted():
    parsed = parse_phones("19900763950 1990012345")
    assert parsed.value == Phones("19900763950")
    assert [note.code for note in parsed.notes] == ["phone_invalid"]


def test_message_hides_the_middle():
    assert "1990012345" not in parse_phones("1990012345").problem.text


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.dates()))
def test_no_cell_raises(raw):
    parsed = parse_phones(raw)
    assert parsed.value is None or parsed.problem is None


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("19900763093", "199****3093"),
        ("0530-1234567", "0530-***4567"),
        ("010-12345678", "010-****5678"),
        ("123", "***"),
    ],
)
def test_mask(value, masked):
    assert mask_phone(value) == masked


def test_tail():
    assert phone_tail("19900763950") == "3950"
    assert phone_tail("0530-1234567") == "4567"


def test_numbers_in_free_text():
    text = "其子 19900763950，身份证37998119580204343X（已核），家里0530-1234567"
    assert find_numbers(text) == [
        ("phone", "19900763950"),
        ("identity", "37998119580204343X"),
        ("phone", "0530-1234567"),
    ]
    plain, phones, identities = take_numbers(text)
    assert phones == ("19900763950", "0530-1234567")
    assert identities == ("37998119580204343X",)
    assert plain == "其子 ，身份证 （已核），家里"


@pytest.mark.parametrize(
    "text", ["2024-07-05 外出", "党费交至2026年9月", "编号YH00002", "每月3000元", "统一代码91350100M000100Y43"]
)
def test_ordinary_text_holds_no_numbers(text):
    assert find_numbers(text) == []
    assert take_numbers(text) == (text, (), ())


def test_a_mistyped_identity_number_is_still_found():
    assert find_numbers("379981195802043434") == [("identity", "379981195802043434")]
    assert find_numbers("379981 19580204 3435") == [("identity", "379981195802043435")]
    assert find_numbers("130503670401001") == [("identity", "130503670401001")]
