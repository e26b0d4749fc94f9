"""The sample county with its open sweep: what ledgers answer, and what they do not have to be asked again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.installation import Installation

LEDGERS = "demo/ledgers/"
LOOK = """
import json, sys, django
django.setup()
from collections import Counter
from django.core.management import call_command
from branches.models import Organisation
from members.freshness import fields_in
from members.models import Evidence, LostContact
from sweeps.models import Item

town = Organisation.objects.get(short_name="柳河镇党委")
def items():
    return Item.objects.unscoped().filter(path__startswith=town.path).order_by("pk")

def take(name, who):
    try:
        call_command("import_ledger", name, "--as", who, "--apply", stdout=sys.stderr)
    except SystemExit:
        pass

before = Counter(one.state for one in items())
take(sys.argv[1], "zhen02")
after = Counter((one.state, one.answer, one.way) for one in items())
twice = []
for one in items():
    proof = Evidence.objects.unscoped().filter(member=one.member_id).order_by("-pk").first()
    twice += set(proof.fields.split(",")) & set(fields_in(one.ask)) if proof and one.sweep.opened_at < proof.at else []
take(sys.argv[1], "zhen02")
again = Counter((one.state, one.answer, one.way) for one in items())
take(sys.argv[2], "xian")
lost = Counter(LostContact.objects.unscoped().values_list("state", flat=True))
routes = Counter(Item.objects.unscoped().values_list("route", flat=True))
print(json.dumps({"before": before, "after": [[*key, n] for key, n in sorted(after.items())], "again": after == again,
                  "twice": twice, "lost": lost, "routes": routes}))
"""


@pytest.fixture(scope="module")
def seen(sample_county: Installation, tmp_path_factory: pytest.TempPathFactory) -> Any:
    county = sample_county.copy(tmp_path_factory.mktemp("ledger") / "var")
    files = [str(Path(LEDGERS) / name) for name in ("09-流出党员台账-柳河镇-四季度.xlsx", "13-失联党员登记表.xlsx")]
    return json.loads(county.python("-c", LOOK, *files).splitlines()[-1])


@pytest.mark.once
@pytest.mark.slow
def test_the_quarters_ledger_answers_its_items_and_nothing_it_proves_is_asked_again(seen: Any) -> None:
    assert seen["before"] == {"open": 30}
    # Twelve rows do not name an employer that has run out: that alone is still asked.
    assert seen["after"] == [
        ["answered", "changed", "ledger", 3],
        ["answered", "new", "record", 1],
        ["answered", "unchanged", "ledger", 15],
        ["open", "", "", 12],
    ]
    assert seen["twice"] == []
    assert seen["again"]


@pytest.mark.once
@pytest.mark.slow
def test_the_register_of_the_lost_gives_four_lost_and_one_found(seen: Any) -> None:
    assert (seen["lost"]["lost"], seen["lost"]["found"]) == (4, 1)


@pytest.mark.once
@pytest.mark.slow
def test_the_routes_come_from_the_countys_own_evidence(seen: Any) -> None:
    assert set(seen["routes"]) == {"1", "2", "3"}
