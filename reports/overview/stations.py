"""The stations by province. Their directory is everybody's, so this is no matter of scope."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse

from core import charts
from core.components import Bar
from core.domain.regions import provinces
from stations.models import Station


def stations() -> charts.Chart:
    """One query."""
    rows = Station.objects.open().order_by().values_list("region_code").annotate(number=Count("pk"))
    numbers: Counter[str] = Counter()
    for code, number in rows:
        numbers[code[:2]] += number
    address = reverse("station-list")
    bars = [
        Bar(name, numbers[code[:2]], f"{address}?{urlencode({'province': code})}")
        for code, name in provinces()
        if numbers[code[:2]]
    ]
    if elsewhere := numbers.total() - sum(bar.value for bar in bars):
        bars.append(Bar("省份不明", elsewhere))
    return charts.bars("stations", f"共 {numbers.total():,} 个", bars, unit="个", head="省份")
