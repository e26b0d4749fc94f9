from __future__ import annotations

from django.db import models


class StationKindQuerySet(models.QuerySet["StationKind"]):
    def usual(self) -> StationKind:
        """What a station is unless somebody says otherwise."""
        return self.get_or_create(title=USUAL, defaults={"position": 1})[0]

    def listed(self) -> StationKindQuerySet:
        return self.order_by("position", "pk")


class StationKind(models.Model):
    """What sort of place a station or one of its service points is. Data: a county names its own."""

    title = models.CharField("类型", max_length=30, unique=True)
    position = models.PositiveSmallIntegerField("排序", default=100)

    objects = StationKindQuerySet.as_manager()

    class Meta:
        verbose_name = "驿站类型"

    def __str__(self) -> str:
        return self.title


USUAL = "红色驿站"
