"""The peer: django-import-export's own export of the same ledger from the same tables, as its documentation shows it.

    DATABASE_URL=... python bench/peers/export_default.py [--rows 20000] [--tuned]

A ``ModelResource`` with a field a column, related values by double underscores, ``export()`` and the XLSX format.
``--tuned`` adds select_related, which the default does not have. Prints one line of JSON.
"""

# ruff: noqa: E402 Django is set up before the models are imported

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

from import_export import fields, resources
from import_export.formats.base_formats import XLSX

from core.domain.regions import region_place
from members.models import Journey


def column(name: str, attribute: str = "") -> fields.Field:
    return fields.Field(column_name=name, attribute=attribute or None)


class OutflowResource(resources.ModelResource):
    name = column("姓名", "member__name")
    sex = column("性别", "member__get_sex_display")
    identity = column("公民身份号码")
    organisation = column("所在党支部", "home__name")
    left_on = column("流出时间")
    reason = column("流出原因", "get_reason_display")
    province = column("流入地（省）")
    city = column("流入地（市）")
    county = column("流入地（县）")
    host = column("流入地党组织", "host_text")
    employer = column("工作单位及职务", "employer")
    industry = column("从事行业", "get_industry_display")
    phone = column("联系电话")
    contact = column("结对联系人", "contact_name")
    contact_phone = column("联系人电话")
    certificate = column("是否持有《流动党员活动证》")
    dues = column("党费交至")
    note = column("备注", "note")
    serial = column("序号", "id")

    class Meta:
        model = Journey
        fields = (
            "serial", "name", "sex", "identity", "organisation", "left_on", "reason", "province", "city", "county", "host",
            "employer", "industry", "phone", "contact", "contact_phone", "certificate", "dues", "note",
        )  # fmt: skip

    def dehydrate_identity(self, journey: Any) -> str:
        return journey.member.reveal("identity")

    def dehydrate_phone(self, journey: Any) -> str:
        return journey.member.reveal("phone")

    def dehydrate_contact_phone(self, journey: Any) -> str:
        return journey.reveal("contact_phone")

    def dehydrate_left_on(self, journey: Any) -> str:
        return journey.left_on.iso() if journey.left_on else ""

    def dehydrate_dues(self, journey: Any) -> str:
        return journey.member.dues_paid_to.chinese() if journey.member.dues_paid_to else ""

    def dehydrate_certificate(self, journey: Any) -> str:
        return {True: "是", False: "否"}.get(journey.certificate, "")

    def dehydrate_province(self, journey: Any) -> str:
        place = region_place(journey.region_code)
        return place.province if place else ""

    def dehydrate_city(self, journey: Any) -> str:
        place = region_place(journey.region_code)
        return place.city if place else ""

    def dehydrate_county(self, journey: Any) -> str:
        place = region_place(journey.region_code)
        return place.county if place else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--tuned", action="store_true")
    options = parser.parse_args()
    found = Journey.objects.unscoped().order_by("pk")
    if options.tuned:
        found = found.select_related("member", "home")
    started, worked = time.perf_counter(), time.process_time()
    data = OutflowResource().export(found[: options.rows])
    content = XLSX().export_data(data)
    seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"rows": len(data), "seconds": seconds, "cpu": cpu, "memory": memory, "bytes": len(content)}))


if __name__ == "__main__":
    main()
