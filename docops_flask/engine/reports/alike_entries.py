"""Entries of the replace log by kinds: those of paragraphs that are filled alike differ in address alone."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, overload

from docops_flask.engine.artefacts import quoted
from docops_flask.engine.reports.log_entry import LogEntry

# Stands for the address in the entries of a kind; no text of a document can hold it.
ADDRESS = "\0"
_ADDRESS_IN_JSON = "\\u0000"


class AlikeEntries(Sequence[LogEntry]):
    """The entries of a log: first those of paragraphs, in document order, then ``others``.

    ``kinds`` are the entries of one paragraph each, with ``ADDRESS`` for its address, ``numbers`` and
    ``paths`` the kind and the address of each paragraph. An entry is made an object when it is asked for.
    """

    def __init__(
        self,
        kinds: Sequence[Sequence[LogEntry]],
        numbers: Sequence[int],
        paths: Sequence[str],
        others: tuple[LogEntry, ...] = (),
    ) -> None:
        self._kinds = kinds
        self._numbers = numbers
        self._paths = paths
        self.others = others
        # How many paragraphs each kind has.
        self._times = Counter(numbers)
        self._length = len(others) + sum(len(kinds[number]) * n for number, n in self._times.items())

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[LogEntry]:
        kinds = self._kinds
        for number, path in zip(self._numbers, self._paths, strict=True):
            for entry in kinds[number]:
                yield entry._replace(run_id=f"{path}{_behind_address(entry.run_id)}", paragraph_path=path)
        yield from self.others

    @overload
    def __getitem__(self, index: int) -> LogEntry: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[LogEntry]: ...

    def __getitem__(self, index: int | slice) -> LogEntry | Sequence[LogEntry]:
        return tuple(self)[index]

    def with_others(self, added: Sequence[LogEntry]) -> "AlikeEntries":
        """Return these entries with others behind them."""
        return AlikeEntries(self._kinds, self._numbers, self._paths, (*self.others, *added))

    def counts(self) -> Counter[str]:
        """Return how many entries have each status."""
        counts: Counter[str] = Counter(entry.status for entry in self.others)
        for number, times in self._times.items():
            for entry in self._kinds[number]:
                counts[entry.status] += times
        return counts

    def as_json(self) -> Iterator[str]:
        """Yield each entry as the log has it."""
        joined = "".join(self._paths)
        # Hardly any address has a character that JSON escapes: the id of a note may.
        is_plain = len(quoted(joined)) == len(joined) + 2
        paths = self._paths if is_plain else [quoted(path)[1:-1] for path in self._paths]
        if len(self._kinds) == len(paths):
            # Each is of a kind of its own.
            for kind, path in zip(self._kinds, paths, strict=True):
                for entry in kind:
                    yield entry.as_json().replace(_ADDRESS_IN_JSON, path, 2)
        else:
            kinds = [tuple(map(_around_addresses, kind)) for kind in self._kinds]
            for number, path in zip(self._numbers, paths, strict=True):
                for before, between, behind in kinds[number]:
                    yield f"{before}{path}{between}{path}{behind}"
        yield from map(LogEntry.as_json, self.others)

    def claims(self) -> dict[str, Any]:
        """Return what of these entries, without ``others``, says what was changed in the document."""
        claims = [entry.claim() for kind in self._kinds for entry in kind]
        for claim in claims:
            if "run_id" in claim:
                claim["paragraph_path"] = ""
                claim["run_id"] = _behind_address(claim["run_id"])
        return {
            "entries": claims,
            "sizes": list(map(len, self._kinds)),
            "numbers": self._numbers,
            "paths": self._paths,
        }


def _behind_address(run_id: str | None) -> str:
    """Return what follows the address of a paragraph in that of its run."""
    return "" if run_id is None else run_id[len(ADDRESS) :]


def _around_addresses(entry: LogEntry) -> Sequence[str]:
    """Return the JSON of an entry parted at the two addresses in it, that of its run and its own."""
    return entry.as_json().split(_ADDRESS_IN_JSON, 2)
