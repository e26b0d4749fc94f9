"""The four clears (四清): basic facts, time, destination and trade of whoever is away or has come are all known.

What is missing of one person, each with the field that fills it, and the same as conditions for the lists and counts;
a test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse

from members.enums import Direction
from members.models import Journey, Member

FACTS = ("sex", "birth_date", "education", "joined_on")
# 从事行业 is not asked of those who study, follow their family, look for work or are retired.
WITH_TRADE = ("", "work", "business", "abroad", "other")
CLEARS = {"facts": "基本情况", "time": "流动时间", "place": "流动去向", "trade": "从事行业"}
OF_MEMBER: dict[str, Callable[[str], Q]] = {
    "facts": lambda member: (
        Q(**{f"{member}sex": ""})
        | Q(**{f"{member}birth_date__isnull": True})
        | Q(**{f"{member}education": ""})
        | Q(**{f"{member}joined_on__isnull": True})
    ),
    "phone": lambda member: Q(**{f"{member}phone": ""}),
    "identity": lambda member: Q(**{f"{member}identity": ""}),
}
OF_JOURNEY: dict[str, Callable[[str], Q]] = {
    "time": lambda journey: Q(**{f"{journey}left_on__isnull": True}),
    # Where a guest lives is an address in our county; where our people have gone to has its code.
    "place": lambda journey: (
        Q(**{f"{journey}direction": Direction.OUT, f"{journey}region_code": ""})
        | Q(**{f"{journey}direction": Direction.IN, f"{journey}destination_text": ""})
    ),
    "trade": lambda journey: Q(**{f"{journey}industry": "", f"{journey}reason__in": WITH_TRADE}),
}


@dataclass(frozen=True)
class Missing:
    """One thing that is not known; ``url`` leads to its field, "" where the reader may not fill it."""

    clear: str
    label: str
    url: str


def missing(member: Member, journey: Journey, *, may_edit: bool = True) -> list[Missing]:
    """What is missing of an open journey's person, in the order of the four clears."""
    person = reverse("member-edit", args=[member.public_id])
    stay = reverse("journey-edit", args=[journey.public_id])
    found = [
        (CLEARS["facts"], str(Member._meta.get_field(name).verbose_name), f"{person}#id_{name}")
        for name in FACTS
        if not getattr(member, name)
    ]
    is_out = journey.direction == Direction.OUT
    if not journey.left_on:
        found.append((CLEARS["time"], "外出时间" if is_out else "流入时间", f"{stay}#id_left_on"))
    if not (journey.region_code if is_out else journey.destination_text):
        field = "where" if is_out else "destination_text"
        found.append((CLEARS["place"], "去向" if is_out else "现居住地", f"{stay}#id_{field}"))
    if not journey.industry and journey.reason in WITH_TRADE:
        found.append((CLEARS["trade"], "行业", f"{stay}#id_industry"))
    return [Missing(clear, label, url if may_edit else "") for clear, label, url in found]
