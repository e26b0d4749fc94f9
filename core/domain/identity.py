"""Identity numbers: GB 11643-1999 (18 characters) and its forerunner of 1989 (15 digits).

Area 6 + birth date 8 + sequence 3 (odd: male) + check character. The area is that of the first
registration and may be gone from today's lists, so it is never checked.
"""

from __future__ import annotations

import datetime as dt
import re

from core.domain.cells import CellError, Parsed, Problem, cell_error, clean_text, is_blank, without_blanks

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"

# Spreadsheets keep 15 digits of a number. One damaged number in eleven still passes the check digit, so a
# numeric cell of this many digits is refused whatever it looks like.
LOST_FROM_DIGITS = 16

_SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+?\d{1,2}|\d{15,18}\.0+")
_EIGHTEEN = re.compile(r"[0-9]{17}[0-9X]")
_FIFTEEN = re.compile(r"[0-9]{15}")
_LOOKALIKE_X = str.maketrans({"x": "X", "Х": "X", "х": "X", "×": "X", "Χ": "X", "χ": "X", "-": None})


def check_digit(first17: str) -> str:
    """The 18th character for 17 digits."""
    return CHECK_CHARACTERS[sum(weight * int(digit) for weight, digit in zip(WEIGHTS, first17, strict=True)) % 11]


def parse_identity(raw: object) -> Parsed[str]:
    """An 18-character number in upper case, or one of the codes
    ``id_missing id_scientific id_length id_characters id_birth_date id_check_digit``.

    A wrong birth date is named only when the check digit is right: otherwise the number is
    simply mistyped. Fifteen digits are completed, with the note ``id_upgraded`` and the number as
    it stood in ``extra["original"]``.
    """
    if isinstance(raw, CellError):
        return Parsed(None, cell_error(raw))
    if is_blank(raw):
        return _refused("id_missing", "没有填写身份证号码。")
    if _digits_are_lost(raw):
        return _refused(
            "id_scientific",
            "身份证号码被存成了数字，后几位已经丢失，无法还原。请先把单元格设为“文本”，再对照证件重新录入。",
        )
    number = without_blanks(clean_text(raw)).translate(_LOOKALIKE_X)
    if len(number) not in (15, 18):
        return _refused("id_length", f"身份证号码应为18位，这里是{len(number)}位，请核对。")
    if "*" in number:
        return _refused("id_characters", "身份证号码是打了星号的，请填写完整号码。")
    if len(number) == 15:
        return _upgraded(number)
    return _checked(number)


def _refused(code: str, text: str) -> Parsed[str]:
    return Parsed(None, Problem(code, text, "error"))


def _digits_are_lost(raw: object) -> bool:
    if isinstance(raw, bool):
        return False
    if isinstance(raw, int):
        return len(str(abs(raw))) >= LOST_FROM_DIGITS
    if isinstance(raw, float):
        return abs(raw) >= 10 ** (LOST_FROM_DIGITS - 2)
    return _SCIENTIFIC.fullmatch(without_blanks(clean_text(raw))) is not None


def _checked(number: str) -> Parsed[str]:
    if not _EIGHTEEN.fullmatch(number):
        return _refused("id_characters", "身份证号码里有不该出现的字符，前17位应是数字，末位是数字或X。")
    if check_digit(number[:17]) != number[17]:
        return _refused("id_check_digit", "身份证号码校验不通过，可能录错了一位，请对照证件核对。")
    if _birth_date(number) is None:
        return _refused("id_birth_date", "身份证号码里的出生日期不存在，请对照证件核对。")
    return Parsed(number)


def _upgraded(number: str) -> Parsed[str]:
    if not _FIFTEEN.fullmatch(number):
        return _refused("id_characters", "15位身份证号码应全是数字，请核对。")
    first17 = f"{number[:6]}19{number[6:]}"
    full = first17 + check_digit(first17)
    if _birth_date(full) is None:
        return _refused("id_birth_date", "身份证号码里的出生日期不存在，请对照证件核对。")
    note = Problem("id_upgraded", "15位老身份证号码已按规则补成18位，请核对。", "info")
    return Parsed(full, notes=(note,), extra={"original": number})


def _birth_date(number: str) -> dt.date | None:
    try:
        born = dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    return born if 1800 <= born.year < 2100 else None


def identity_birth_date(value: str) -> dt.date:
    """Birth date in a number that :func:`parse_identity` accepted; ``ValueError`` for any other."""
    born = _birth_date(value)
    if born is None:
        raise ValueError("not an identity number")
    return born


def identity_sex(value: str) -> str:
    """``"1"`` male, ``"2"`` female (GB/T 2261.1)."""
    return "1" if int(value[16]) % 2 else "2"


def mask_identity(value: str) -> str:
    """First six and last four: ``379981********1036``. Anything shorter is hidden whole."""
    if len(value) < 15:
        return "*" * len(value)
    return f"{value[:6]}{'*' * (len(value) - 10)}{value[-4:]}"


def one_digit_off(a: str, b: str) -> bool:
    """Whether one substituted character, or two neighbours swapped, makes the one number the other."""
    if len(a) != len(b):
        return False
    wrong = [index for index, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
    if len(wrong) == 1:
        return True
    if len(wrong) != 2 or wrong[1] != wrong[0] + 1:
        return False
    first, second = wrong
    return a[first] == b[second] and a[second] == b[first]
