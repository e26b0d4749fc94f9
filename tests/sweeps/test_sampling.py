"""How many, whom, and how sure: against values computed elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeps.sampling import agreement, allocate, draw, sample_size, wilson


@pytest.mark.parametrize(
    ("population", "margin", "confidence", "size"),
    [
        (10**9, 5, 95, 385),  # the table value that every textbook prints
        (10**9, 3, 95, 1068),
        (10**9, 10, 95, 97),
        (10**9, 5, 99, 664),
        (10_000, 5, 95, 370),  # Krejcie and Morgan 1970 and Yamane's tables, p = 0.5
        (1_000, 5, 95, 278),
        (500, 5, 95, 218),
        (100, 5, 95, 80),
        (1_000, 10, 95, 88),
        (20, 10, 95, 17),
        (1, 10, 95, 1),
        (0, 10, 95, 0),
    ],
)
def test_the_size_of_a_sample(population: int, margin: int, confidence: int, size: int) -> None:
    assert sample_size(population, margin, confidence) == size


@pytest.mark.parametrize(
    ("hits", "number", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, Statistics in Medicine 17, table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (20, 20, 0.8389, 1.0),
        (0, 0, 0.0, 1.0),
    ],
)
def test_the_interval_of_a_share(hits: int, number: int, low: float, high: float) -> None:
    assert wilson(hits, number) == pytest.approx((low, high), abs=0.00005)


def test_agreement_counts_only_those_who_were_reached() -> None:
    one = agreement(9, 1, 5)
    assert (one.reached, one.percent) == (10, 90.0)
    assert (one.low, one.high) == pytest.approx((59.58, 98.21), abs=0.01)


@pytest.mark.parametrize(
    ("strata", "size", "given_to"),
    [
        ({"a": 50, "b": 30, "c": 20}, 10, {"a": 5, "b": 3, "c": 2}),
        ({"a": 97, "b": 2, "c": 1}, 10, {"a": 8, "b": 1, "c": 1}),
        ({"a": 3, "b": 3, "c": 3}, 2, {"a": 1, "b": 1, "c": 0}),
        ({"a": 3, "b": 0}, 9, {"a": 3}),
        ({}, 5, {}),
    ],
)
def test_each_stratum_gets_its_share(strata: dict[str, int], size: int, given_to: dict[str, int]) -> None:
    assert allocate(strata, size) == given_to


@given(st.dictionaries(st.integers(0, 30), st.integers(0, 60), max_size=12), st.integers(0, 200))
def test_shares_add_up_and_fit(strata: dict[int, int], size: int) -> None:
    shares = allocate(strata, size)
    assert sum(shares.values()) == min(size, sum(strata.values()))
    assert all(shares[key] <= strata[key] for key in shares)


def test_a_repeat_draws_the_same_people_and_another_seed_others() -> None:
    strata = {"1": [f"p{number:03}" for number in range(200)], "2": [f"q{number:03}" for number in range(50)]}
    once = draw(strata, 40, "seed")
    shuffled = {"2": strata["2"][::-1], "1": strata["1"][::-1]}
    assert draw(shuffled, 40, "seed") == once
    assert draw(strata, 40, "another") != once
    assert (len(set(once)), sum(one.startswith("q") for one in once)) == (40, 8)
