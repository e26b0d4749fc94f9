"""The sample county's accounts at stations: yizhan01 and on, in the official order, the heads of the first stations."""

from __future__ import annotations

from django.db import transaction

from accounts.demo import make, stored_password
from accounts.models import Outpost, User
from stations.models import Station, StationPost

CLERKS = 12  # one for each city of the sample


@transaction.atomic
def make_clerks(password: str) -> list[User]:
    """Raises RuntimeError outside the sample county."""
    stored = stored_password(password)
    stations = Station.objects.open().official().select_related("keeper")[:CLERKS]
    heads = StationPost.objects.unscoped().in_office().filter(title="head")
    names = dict(heads.values_list("station", "holder_name"))
    return [
        make(
            f"yizhan{number:02d}", names.get(one.pk, "驿站工作人员"), "station", "站长", one.keeper, stored,
            Outpost(one.path, one.name),
        )
        for number, one in enumerate(stations, start=1)
    ]  # fmt: skip
