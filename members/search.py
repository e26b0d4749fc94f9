"""One box finds people: a fragment of the name, pinyin initials, the phone's last four, a whole phone or identity number.

Seven digits or more are never part of an address: they come by POST and are answered at once.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import F, Q

from core.actors import Actor
from core.crypto import blind
from core.domain.identity import parse_identity
from core.domain.phones import parse_phones
from core.errors import UserError
from core.lookups import HasLetters
from core.paths import split
from core.permissions import Permission
from members.models import Member

MOST = 100
LONGEST = 30


class Kind(StrEnum):
    NAME = "name"
    INITIALS = "initials"
    TAIL = "tail"
    PHONE = "phone"
    IDENTITY = "identity"


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for. Only names, initials and the last four digits may stand in an address."""

    kind: Kind
    text: str

    @property
    def may_be_address(self) -> bool:
        return self.kind in (Kind.NAME, Kind.INITIALS, Kind.TAIL)

    def condition(self) -> Q:
        match self.kind:
            case Kind.NAME:
                fragment = Q(name__contains=self.text)
                # One character is a surname mostly: too many for the index of characters, soon found without it.
                return fragment & Q(HasLetters(F("name"), self.text)) if len(self.text) > 1 else fragment
            case Kind.INITIALS:
                # "Not empty" is said so that the small index of second readings can be used.
                second = Q(initials_alt__startswith=self.text) & ~Q(initials_alt="")
                return Q(initials__startswith=self.text) | second
            case Kind.TAIL:
                return Q(phone_tail=self.text)
            case Kind.PHONE:
                return Q(phone_index=blind(self.text, "phone"))
            case Kind.IDENTITY:
                return Q(identity_index=blind(self.text, "identity"))


def understand(typed: str) -> Wanted:
    """Raises UserError with what can be typed instead."""
    text = re.sub(r"[\s\x00-\x1f\x7f]+", "", unicodedata.normalize("NFKC", typed))
    if not text:
        raise UserError("请输入姓名、拼音首字母、手机号后四位、完整手机号或完整身份证号。", "search_empty")
    plain = text.replace("-", "")
    if re.fullmatch(r"\d+[Xx]?", plain):
        return _number(text, plain)
    if len(text) > LONGEST or re.search(r"\d{4}", text):
        raise UserError("姓名和号码请分开查：只输入姓名，或者只输入号码。", "search_mixed")
    if text.isascii() and text.isalpha():
        return Wanted(Kind.INITIALS, text.lower())
    return Wanted(Kind.NAME, text)


def _number(text: str, plain: str) -> Wanted:
    if len(plain) == 4:
        return Wanted(Kind.TAIL, plain)
    if len(plain) in (15, 18) and (identity := parse_identity(plain).value):
        return Wanted(Kind.IDENTITY, identity)
    phones = parse_phones(text).value if 7 <= len(plain) <= 14 else None
    if phones and phones.main:
        return Wanted(Kind.PHONE, phones.main)
    if len(plain) >= 15:
        raise UserError("这个身份证号不完整或有错，请核对后再查；也可以按姓名查。", "search_identity")
    raise UserError("号码请输入后四位，或者完整的 11 位手机号、18 位身份证号。", "search_number")


def find(wanted: Wanted, actor: Actor) -> list[int]:
    """Ids of at most MOST + 1 people in the scope; those at home first, in the order of the tree.

    Each scope column is asked for itself, so that each question is one walk along one index; the people of an outpost are few.
    """
    if not wanted.may_be_address:
        return list(_current(wanted).visible_to(actor).order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    found: dict[int, None] = {}
    for column in ("home_path", "care_path"):
        rows = _current(wanted).visible_by(column, actor)
        if actor.everything and column == "care_path":
            break
        found |= dict.fromkeys(rows.order_by(column, "pk").values_list("pk", flat=True)[: MOST + 1])
    if split(actor.ranges(Permission.VIEW))[1]:
        rows = _current(wanted).visible_to(actor)
        found |= dict.fromkeys(rows.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    return list(found)[: MOST + 1]


def _current(wanted: Wanted) -> Any:
    return Member.objects.current().filter(wanted.condition())
