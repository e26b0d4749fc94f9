import datetime as dt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.domain.cells import CellError
from core.domain.identity import (
    check_digit,
    identity_birth_date,
    identity_sex,
    mask_identity,
    one_digit_off,
    parse_identity,
)


@st.composite
def numbers(draw: st.DrawFn) -> str:
    born = draw(st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)))
    first17 = f"379981{born:%Y%m%d}{draw(st.integers(0, 999)):03}"
    return first17 + check_digit(first17)


@pytest.mark.parametrize("published", ["11010519491231002X", "440524188001010014", "34052419800101001X"])
def test_published_examples_pass(published):
    assert parse_identity(published).value == published


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("37998119500103263x", "37998119500103263X"),
        ("３７９９８１ 19740410895X", "37998119740410895X"),
        ("37998119740410895Х", "37998119740410895X"),  # a Cyrillic letter
        ("37998119740410895Ｘ", "37998119740410895X"),
        ("\t379981195405273157", "379981195405273157"),
        ("379981\xa01954\u30000527 3157", "379981195405273157"),
        ("379981\u200b195405273157\ufeff", "379981195405273157"),
        ("'379981195405273157", "379981195405273157"),
        ('="379981195405273157"', "379981195405273157"),
    ],
)
def test_cleaned(raw, number):
    assert parse_identity(raw).value == number


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (None, "id_missing"),
        ("无", "id_missing"),
        (3.799811955041592e17, "id_scientific"),
        (379981195405273157, "id_scientific"),  # its check digit is right, and yet
        (379981195405273157.0, "id_scientific"),
        (130503670401001.0, "id_scientific"),
        (1234567890123456, "id_scientific"),
        ("3.79E+17", "id_scientific"),
        ("3.79981195504159e+17", "id_scientific"),
        ("379981195405273157.0", "id_scientific"),
        ("37998119380621898", "id_length"),
        ("3799811938062189851", "id_length"),
        ("办理中", "id_length"),
        (12345, "id_length"),
        (True, "id_length"),
        ("379981********1036", "id_characters"),
        ("37998119540527A157", "id_characters"),
        ("13050367040100X", "id_characters"),
        ("379981199003192511", "id_check_digit"),
        ("379981198213289094", "id_birth_date"),  # month 13, check digit right
        ("379981198213289095", "id_check_digit"),  # month 13 and mistyped: no birth date is named
        ("130503671301001", "id_birth_date"),
        (CellError("#REF!"), "cell_error"),
    ],
)
def test_refused(raw, code):
    parsed = parse_identity(raw)
    assert (parsed.value, parsed.problem.code, parsed.problem.level) == (None, code, "error")


def test_message_never_shows_the_number():
    assert "9003192511" not in parse_identity("379981199003192511").problem.text


@pytest.mark.parametrize("raw", ["130503670401001", 130503670401001])
def test_fifteen_digits_are_completed(raw):
    parsed = parse_identity(raw)
    assert parsed.value == "130503196704010016"
    assert [note.code for note in parsed.notes] == ["id_upgraded"]
    assert parsed.extra == {"original": "130503670401001"}


@given(numbers())
def test_any_generated_number_passes(number):
    assert parse_identity(number).value == number
    assert parse_identity(number.lower()).value == number


@given(numbers(), st.integers(0, 16), st.integers(1, 9))
def test_any_single_digit_changed_fails(number, position, step):
    changed = str((int(number[position]) + step) % 10)
    wrong = number[:position] + changed + number[position + 1 :]
    assert parse_identity(wrong).problem.code == "id_check_digit"
    assert one_digit_off(number, wrong)


@given(numbers(), st.integers(0, 15))
def test_any_two_neighbours_swapped_fail(number, position):
    a, b = number[position], number[position + 1]
    assume(a != b)
    wrong = number[:position] + b + a + number[position + 2 :]
    assert parse_identity(wrong).value is None
    assert one_digit_off(wrong, number)


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.dates(), st.none()))
def test_no_cell_raises(raw):
    parsed = parse_identity(raw)
    assert (parsed.value is None) != (parsed.problem is None)


def test_birth_date_and_sex():
    assert identity_birth_date("379981195405273157") == dt.date(1954, 5, 27)
    assert identity_sex("379981195405273157") == "1"
    assert identity_sex("379981196305101184") == "2"
    with pytest.raises(ValueError, match="not an identity number"):
        identity_birth_date("379981198213289094")


def test_mask():
    assert mask_identity("379981194305091036") == "379981********1036"
    assert mask_identity("130503670401001") == "130503*****1001"
    assert mask_identity("1234") == "****"


@pytest.mark.parametrize(
    ("a", "b", "off"),
    [
        ("379981195405273157", "379981195405273157", False),
        ("379981195405273157", "379981195405273175", True),
        ("379981195405273157", "379981195405273151", True),
        ("379981195405273157", "379981195405274158", False),
        ("379981195405273157", "179983195405273157", False),  # swapped, but not neighbours
        ("379981195405273157", "37998119540527315", False),
    ],
)
def test_one_digit_off(a, b, off):
    assert one_digit_off(a, b) is off
