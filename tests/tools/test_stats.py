"""Percentiles are the nearest rank: exact of a list, and near enough of a stream of any length."""

import random

import pytest

from tests.optional import not_none
from tools.lib.stats import Histogram, percentile

NEAREST_RANKS = [
    ([7], 1, 7),
    ([7], 95, 7),
    ([15, 20, 35, 40, 50], 30, 20),
    ([15, 20, 35, 40, 50], 40, 20),
    ([15, 20, 35, 40, 50], 50, 35),
    ([50, 15, 40, 35, 20], 50, 35),
    ([15, 20, 35, 40, 50], 100, 50),
    (range(1, 101), 29, 29),
    (range(1, 101), 95, 95),
    (range(1, 102), 95, 96),
    ([1, 1, 1, 1, 9], 80, 1),
    ([1, 1, 1, 1, 9], 81, 9),
]


@pytest.mark.parametrize(("values", "percent", "expected"), NEAREST_RANKS)
def test_a_percentile_is_the_value_of_the_nearest_rank(
    values: list[int] | range, percent: int, expected: int
) -> None:
    histogram = Histogram()
    for value in values:
        histogram.add(value)
    assert percentile(list(values), percent) == histogram.percentile(percent) == expected


def test_an_empty_list_has_no_percentile() -> None:
    assert percentile([], 50) is None
    assert Histogram().percentile(50) is None


@pytest.mark.parametrize("percent", [0, 101, -1])
def test_an_invalid_percentage_is_refused(percent: int) -> None:
    with pytest.raises(ValueError, match="use 1 to 100"):
        percentile([1], percent)


def test_a_histogram_is_exact_below_8192_and_never_too_small() -> None:
    for value in [0, 1, 8191, 8192, 8193, 15_000, 15_001, 123_456_789]:
        histogram = Histogram()
        histogram.add(value)
        told = not_none(histogram.percentile(50))
        assert value <= told <= value + (value / 4096 if value >= 8192 else 0)


@pytest.mark.parametrize(("value", "told"), [(-5, 0), (10**30, 2**40 - 1)])
def test_a_histogram_accepts_any_integer(value: int, told: int) -> None:
    histogram = Histogram()
    histogram.add(value)
    assert histogram.percentile(100) == told


def test_the_size_of_a_histogram_is_bounded() -> None:
    random.seed(20260301)
    histogram = Histogram()
    values = [int(random.lognormvariate(8, 3)) for _ in range(50_000)]
    for value in values:
        histogram.add(value)
    # Every bucket there can be: 2 ** 13 and 2 ** 12 for each further power of two up to 2 ** 40.
    assert len(histogram._counts) <= 2**13 + 27 * 2**12
    assert len(histogram._counts) < len(set(values))
    exact = not_none(percentile(values, 95))
    assert exact <= not_none(histogram.percentile(95)) <= exact * (1 + 1 / 4096)
