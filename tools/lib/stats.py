"""Percentiles by the nearest-rank definition: of a list exactly, of a stream in bounded memory.

The nearest-rank percentile p of n sorted values is the value at position ceil(n * p / 100), counted from
1: always a value that occurred, and the largest for p = 100.
"""

from collections import Counter
from collections.abc import Sequence

# Values below 2 ** 13 are kept exactly, larger ones to 13 binary digits.
_EXACT_BITS = 13
# About 34 years in milliseconds: with it a histogram has at most 2 ** 13 + 27 * 2 ** 12 buckets.
_LARGEST = 2**40 - 1


def percentile(values: Sequence[float], percent: int) -> float | None:
    """Return the percentile (``percent`` 1 to 100) of ``values``, ``None`` when there are none."""
    if not values:
        return None
    return sorted(values)[_rank(len(values), percent) - 1]


class Histogram:
    """Counts non-negative integers and computes their percentiles in bounded memory.

    A number below 8192 is kept exactly. A larger one is reported as the largest of its bucket, which is
    never too small and at most 1/4096 too large: a value just within a limit may be reported as above it,
    but never the reverse.
    """

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()

    def add(self, value: int) -> None:
        """Count ``value``; a negative one counts as 0."""
        value = min(max(value, 0), _LARGEST)
        dropped_bits = max(0, value.bit_length() - _EXACT_BITS)
        self._counts[value | ((1 << dropped_bits) - 1)] += 1

    def percentile(self, percent: int) -> int | None:
        """Return the percentile (``percent`` 1 to 100), ``None`` when nothing was counted."""
        if not self._counts:
            return None
        to_go = _rank(self._counts.total(), percent)
        for value in sorted(self._counts):
            to_go -= self._counts[value]
            if to_go <= 0:
                return value
        raise AssertionError("a rank is at most the number of values")


def _rank(count: int, percent: int) -> int:
    if not 1 <= percent <= 100:
        raise ValueError(f"not a percentile: {percent}; use 1 to 100")
    # Rounded up in whole numbers: 100 * 0.29 is more than 29 in floating point.
    return -(-count * percent // 100)
