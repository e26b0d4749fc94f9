"""Records with every kind of value, hostile ones too, go out and come in again unchanged: through the real engine."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from typing import Any

import pytest

from branches.models import Organisation
from core import clock
from core.actors import Actor, acting_as
from core.domain.cells import clean_text, is_blank, is_clear_word, is_ditto
from core.domain.codes import (
    EDUCATION,
    INDUSTRY,
    LEAVING_REASON,
    LOST_REASON,
    MEMBER_KIND,
    NATION,
    ORGANISATION_CATEGORY,
)
from core.domain.freetext import find_numbers
from core.domain.region_table import divisions
from core.domain.regions import parse_place_parts, region_place
from exchange import staging
from exchange.actions.batches import receive
from exchange.actions.checks import check
from exchange.export import producing
from exchange.models import Export, ImportBatch
from files import actions as files
from members.models import Journey, LostContact, Member
from tests.core.test_documents import PAYLOADS

pytestmark = pytest.mark.django_db
PEOPLE = 60
DATES = ("2019-04-30", "2019-04", "2019", None)
WORDS = (
    *PAYLOADS, "给闺女看孩子", "某（集团）公司①", "𠮷野家", "A座 3-201", "1号楼", "0530", "2026", "&amp;", "<b>某店</b>", "“老张”超市",
    "一、二；三", "x" * 120, "是", "TRUE", "1/2", "3-4", "1e5", "００７", "张三,李四", "a\tb",
)  # fmt: skip


def stored(text: str, longest: int = 120) -> str:
    """A text as an import or a form would have stored it; "" for what stands for something else than itself."""
    plain = clean_text(text).replace("\x00", "")[:longest].strip()
    return (
        "" if is_blank(plain) or is_clear_word(plain) or is_ditto(plain) or find_numbers(plain) else clean_text(plain)
    )


def places() -> list[str]:
    return [
        code for code in divisions().names
        if (place := region_place(code)) and (said := parse_place_parts(place.province, place.city, place.county).value)
        and said.code == code
    ]  # fmt: skip


@pytest.fixture
def people(make_member: Callable[..., Member], branch: Organisation, other_branch: Organisation) -> list[Member]:
    """Every second one is away, every fifth cannot be reached; values by turns from what there is."""
    dice = random.Random(5)
    texts = itertools.cycle(filter(None, map(stored, WORDS)))
    codes, now = places(), clock.now()
    found = []
    for number in range(PEOPLE):
        member = make_member(
            (branch, other_branch)[number % 2], name=dice.choice(("何静", "阿依古丽·买买提", "欧阳兰", "吕𠮷")),
            phone="" if number % 7 == 0 else None, nation=dice.choice(NATION.items).code,
            education=dice.choice(EDUCATION.items).code, kind=dice.choice(MEMBER_KIND.items).code, sex=str(number % 2 + 1),
            birth_date="1960-01", joined_on=dice.choice(DATES), confirmed_on=dice.choice(DATES), dues_paid_to=dice.choice(DATES),
            home_address=next(texts),
        )  # fmt: skip
        found.append(member)
        if number % 2:
            journey = Journey(
                member=member, direction="out", state="away", home=member.home, home_path=member.home_path,
                left_on=dice.choice(DATES), reason=dice.choice(("", *[item.code for item in LEAVING_REASON.items])),
                region_code=dice.choice(["", *codes]), host_text=next(texts), employer=next(texts), contact_name=next(texts)[:60],
                industry=dice.choice(("", *[item.code for item in INDUSTRY.items])), note=next(texts),
                certificate=dice.choice((True, False, None)), created_at=now, updated_at=now,
            )  # fmt: skip
            journey.put_sealed("contact_phone", dice.choice(("", "19900333444", "0530-5551234")))
            journey.save()
        if number % 5 == 0:
            LostContact.objects.create(
                member=member, state="lost", since=dice.choice(DATES), reason=dice.choice(LOST_REASON.items).code, steps=next(texts),
                category=dice.choice(ORGANISATION_CATEGORY.items).code, home_path=member.home_path, created_at=now, updated_at=now,
            )  # fmt: skip
    return found


def back_in(by: Actor, town: Organisation, kind: str, **more: Any) -> tuple[Export, ImportBatch]:
    with acting_as(by):
        made = producing.produce(
            Export.objects.create(
                kind=kind, organisation=town, path=town.path, purpose="报县委组织部", owner=by.id, requested_at=clock.now(),
                requested_by=by.ref, **more,
            ),
            by=by,
        )  # fmt: skip
        data = files.read(files.find(made.file, by), by)
        return made, check(batch=receive(data=data, name=made.file_name, by=by), by=by, data=data)


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("kind", ["members", "outflow", "lost"])
def test_any_record_comes_back_unchanged(
    people: list[Member], town: Organisation, town_actor: Actor, kind: str, form: str
) -> None:
    made, again = back_in(town_actor, town, kind, format=form, full=True)
    assert made.rows == {"members": PEOPLE, "outflow": PEOPLE // 2, "lost": PEOPLE // 5}[kind]
    assert again.kind == kind
    assert again.counts["unchanged"] == made.rows, [again.counts, said(again)]


def said(batch: ImportBatch) -> list[Any]:
    return [
        (row.number, row.outcome.value, [(one.key, one.before, one.after) for one in row.changes], [one.code for one in row.messages])
        for chunk in staging.staged(batch) for _sheet, row in chunk if row.outcome.value != "unchanged"
    ]  # fmt: skip


def test_masked_numbers_never_come_in(people: list[Member], town: Organisation, town_actor: Actor) -> None:
    _made, again = back_in(town_actor, town, "outflow", full=False)
    assert (again.counts["changed"], again.counts["new"], again.counts["error"]) == (0, 0, 0)
    assert again.counts["held"] + again.counts["unchanged"] == PEOPLE // 2
