"""Where paragraphs and runs stand once rich values are put in."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import accumulate


class MovedAddresses:
    """Maps addresses before rich values are put in to those in the result.

    ``added`` says how many paragraphs come behind the one at an address, ``runs`` how many runs each of the
    runs of a paragraph becomes. The address of what gave way to a value becomes that of the
    value's first paragraph or run.
    """

    def __init__(self, added: Mapping[str, int], runs: Mapping[str, Sequence[int]]) -> None:
        self._added = added
        by_container: dict[str, dict[int, int]] = {}
        for path, count in added.items():
            container, number = _parted(path)
            by_container.setdefault(container, {})[number] = count
        self._numbers = {container: sorted(counts) for container, counts in by_container.items()}
        self._before = {
            container: [*accumulate((by_container[container][each] for each in numbers), initial=0)]
            for container, numbers in self._numbers.items()
        }
        self._runs = {path: [*accumulate(counts, initial=0)] for path, counts in runs.items()}

    def path(self, path: str) -> str:
        """Return the address of a paragraph, or of what is no paragraph: that stays."""
        container, number = _parted(path)
        numbers = self._numbers.get(container)
        if numbers is None or number < 0:
            return path
        return f"{container}p{number + self._before[container][bisect_left(numbers, number)]}"

    def all_paths(self, path: str) -> list[str]:
        """Return the addresses of all paragraphs that the one at ``path`` becomes."""
        first = self.path(path)
        container, number = _parted(first)
        return [first, *(f"{container}p{number + each}" for each in range(1, self._added.get(path, 0) + 1))]

    def run(self, run_id: str) -> str:
        """Return the address of a run."""
        path, mark, digits = run_id.rpartition(":r")
        before = self._runs.get(path)
        number = int(digits)
        if before is not None and number < len(before):
            number = before[number]
        return f"{self.path(path)}{mark}{number}"


def _parted(path: str) -> tuple[str, int]:
    """Return what the address of a paragraph begins with, and its number; -1 for another address."""
    container, mark, digits = path.rpartition("p")
    return (container, int(digits)) if mark and digits.isdecimal() else (path, -1)
