"""The statistics of a back-check: how many to ask, whom, and what their answers say of all. Pure functions."""

from __future__ import annotations

import math
import random
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


def z_value(confidence: int) -> float:
    """The two-sided quantile of the normal distribution: 1.96 for 95 (percent)."""
    return NormalDist().inv_cdf(0.5 + confidence / 200)


def sample_size(population: int, margin: int, confidence: int = 95) -> int:
    """How many of ``population`` to ask so that a share is known to ± ``margin`` percentage points.

    Cochran, Sampling Techniques, 3rd ed. 1977, (4.1)-(4.2): n0 = z² p q / e² with the least favourable p = 0.5, then the
    correction for a finite population n = n0 / (1 + (n0 - 1) / N), rounded up.
    """
    if population <= 0:
        return 0
    wanted = (z_value(confidence) * 0.5 / (margin / 100)) ** 2
    return min(population, math.ceil(wanted / (1 + (wanted - 1) / population)))


def allocate(strata: Mapping[K, int], size: int) -> dict[K, int]:
    """``size`` spread over strata (key -> people) in proportion, by largest remainder; where there is room at least one each.

    Cochran 1977, 5.3 (proportional allocation). Never more than a stratum holds. Keys are taken in sorted order of their text.
    """
    order = sorted((key for key, people in strata.items() if people), key=str)
    total = sum(strata[key] for key in order)
    size = min(size, total)
    floor = 1 if size >= len(order) else 0
    quota = {key: size * strata[key] / total for key in order}
    given = {key: max(floor, math.floor(quota[key])) for key in order}
    while sum(given.values()) > size:  # the one each was more than the share of the small: the largest gives way
        key = max((one for one in order if given[one] > floor), key=lambda one: given[one] - quota[one])
        given[key] -= 1
    while sum(given.values()) < size:
        key = max((one for one in order if given[one] < strata[one]), key=lambda one: quota[one] - given[one])
        given[key] += 1
    return given


def draw(strata: Mapping[K, Sequence[str]], size: int, seed: str) -> list[str]:
    """The ids drawn, stratum by stratum. The same seed and the same ids give the same sample, whatever their order."""
    chance = random.Random(seed)  # noqa: S311 must be repeatable; nobody gains by guessing it
    shares = allocate({key: len(ids) for key, ids in strata.items()}, size)
    return [one for key in sorted(shares, key=str) for one in sorted(chance.sample(sorted(strata[key]), shares[key]))]


@dataclass(frozen=True)
class Agreement:
    """One field: how many were asked again with success, how many agree; ``low`` and ``high`` in percent."""

    agrees: int
    differs: int
    not_reached: int
    low: float
    high: float

    @property
    def reached(self) -> int:
        return self.agrees + self.differs

    @property
    def percent(self) -> float:
        return 100 * self.agrees / self.reached if self.reached else 0.0


def agreement(agrees: int, differs: int, not_reached: int = 0, confidence: int = 95) -> Agreement:
    low, high = wilson(agrees, agrees + differs, confidence)
    return Agreement(agrees, differs, not_reached, 100 * low, 100 * high)


def wilson(hits: int, number: int, confidence: int = 95) -> tuple[float, float]:
    """The score interval for a share, good for small numbers and near 0 and 1; (0, 1) where nobody was asked.

    Wilson, Journal of the American Statistical Association 22 (1927) 209-212; recommended by Brown, Cai and DasGupta,
    Statistical Science 16 (2001) 101-133. Without a correction for the finite population: rather too wide than too narrow.
    """
    if number == 0:
        return 0.0, 1.0
    z = z_value(confidence)
    share, square = hits / number, z * z / number
    middle = (share + square / 2) / (1 + square)
    half = z / (1 + square) * math.sqrt(share * (1 - share) / number + square / (4 * number))
    low = 0.0 if hits == 0 else middle - half
    high = 1.0 if hits == number else middle + half
    return low, high
