"""Measures several variants turn by turn, so that what disturbs the machine disturbs them alike."""

from collections.abc import Callable, Mapping
from statistics import median
from typing import TypeVar

from tools.progress import Progress

Measured = TypeVar("Measured")


def interleaved(
    variants: Mapping[str, Callable[[], Measured]],
    rounds: int,
    warmup_rounds: int = 1,
    progress: Progress | None = None,
) -> dict[str, list[Measured]]:
    """Measure each of ``variants`` once a round and return what was measured, by name, without the warm-up.

    Each round begins with another variant, so that none always follows the same neighbour. ``progress`` is
    called with the measurements done and their total.
    """
    names = list(variants)
    measured: dict[str, list[Measured]] = {name: [] for name in names}
    for number in range(-warmup_rounds, rounds):
        first = number % len(names)
        for position, name in enumerate(names[first:] + names[:first]):
            value = variants[name]()
            if number >= 0:
                measured[name].append(value)
            if progress is not None:
                done = (number + warmup_rounds) * len(names) + position + 1
                progress(done, (rounds + warmup_rounds) * len(names))
    return measured


def ratio_of_medians(values: list[float], base: list[float]) -> float:
    """Return how many times the median of ``base`` the median of ``values`` is.

    Raises ``statistics.StatisticsError`` when either is empty.
    """
    return median(values) / median(base)
