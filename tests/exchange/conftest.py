from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.actors import acting_as
from tests.exchange.town import NAMES, REGISTER, Town


@pytest.fixture
def people(town_actor, town, branch, other_branch) -> Iterator[Town]:
    with acting_as(town_actor):
        found = Town(town_actor, town)
        lines = [
            f"{at + 1},{name},{'男' if int(number[16]) % 2 else '女'},{number},{number[6:10]}-{number[10:12]}-{number[12:14]},正式党员,"
            f"2005-07-01,{name[0]}{'寨' if name[0] == '何' else '楼'}村党支部,1990000{at:04d},云湖县马店镇"
            for at, (name, number) in enumerate(zip(NAMES, found.numbers, strict=True))
        ]
        assert found.take(lines, head=REGISTER, kind="members").counts["new"] == len(NAMES)
        found.register = lines
        yield found
