"""The blocks that a log tells of: what each is, and what became of it in each copy of those around it."""

from collections.abc import Iterable

from docops_flask.engine.integrity.block_claims import BlockEntry
from docops_flask.engine.integrity.expansion.misfits import Misfit
from docops_flask.engine.integrity.expansion.pairing import Block
from docops_flask.engine.integrity.expansion.paragraphs import Tag

# Blocks and copies around, the outermost first, as the log names them.
Copies = tuple[tuple[int, int], ...]


class LoggedBlock:
    """A block of the log, with its entries by the copies around it."""

    __slots__ = ("entries", "first")

    def __init__(self, first: BlockEntry) -> None:
        self.first = first
        self.entries: dict[Copies, BlockEntry] = {}

    def stands(self, part: str) -> bool:
        """Say whether the part main, gap or other of it stands anywhere in the result."""
        entries = [each for each in self.entries.values() if each.status == "expanded"]
        if part == "other":
            return any(each.branch == "other" for each in entries)
        return any(each.copies > (part == "gap") for each in entries)


def _definition(entry: BlockEntry) -> tuple[object, ...]:
    return (
        entry.number, entry.kind, entry.name, entry.extent, entry.start, entry.end, entry.dividers,
        entry.mirrored_at, entry.first, entry.last,
    )  # fmt: skip


def _is_outcome(entry: BlockEntry) -> bool:
    """Say whether a block can become what an entry says: only one that stays as it is has no outcome."""
    if entry.status == "missing":
        return entry.copies == 0 and entry.branch is None
    return entry.status == "expanded" and entry.copies >= 0


class LogBlocks:
    """The blocks of a log by the place of their start tags.

    ``wrong`` are the entries that are none of their block, or told twice. ``faulty`` are, by the place of the
    start tag, those that are no sound blocks; ``text`` takes the places at which the template has them.
    """

    def __init__(self, entries: Iterable[BlockEntry]) -> None:
        self.by_number: dict[int, LoggedBlock] = {}
        self._by_place: dict[tuple[str, int], LoggedBlock] = {}
        self._by_mirror: dict[tuple[str, int], LoggedBlock] = {}
        self.wrong: list[tuple[BlockEntry, Misfit]] = []
        self.faulty: dict[tuple[str, int], BlockEntry] = {}
        self.text: set[tuple[str, int]] = set()
        for entry in entries:
            if entry.is_block:
                self._take(entry)
            elif entry.is_faulty:
                self._take_faulty(entry)

    def _take(self, entry: BlockEntry) -> None:
        place = entry.start.path, entry.start.start
        known = self.by_number.get(entry.number)
        if known is None and place not in self._by_place:
            known = self.by_number[entry.number] = self._by_place[place] = LoggedBlock(entry)
            self._by_mirror |= {(path, entry.start.start): known for path in entry.mirrored_at}
        if known is None or _definition(entry) != _definition(known.first):
            self.wrong.append((entry, Misfit("another entry says otherwise what its block is")))
        elif entry.inside in known.entries:
            self.wrong.append((entry, Misfit("another entry is about the same copy", "copy_count")))
        elif not _is_outcome(entry):
            self.wrong.append((entry, Misfit("its status, copies and branch are none that a block can have")))
        else:
            known.entries[entry.inside] = entry

    def _take_faulty(self, entry: BlockEntry) -> None:
        place = entry.start.path, entry.start.start
        plain = entry._replace(
            extent=None, inside=(), mirrored_at=(), first=entry.start.path, last=entry.end.path, copies=0,
            branch=None, dropped=(), result_from=None, result_to=None,
        )  # fmt: skip
        if entry != plain:
            self.wrong.append((entry, Misfit("a block that is not sound has no copies and covers nothing")))
        elif place in self.faulty:
            self.wrong.append((entry, Misfit("another entry is about the same block")))
        else:
            self.faulty[place] = entry

    def stays_text(self, block: Block) -> bool:
        """Say whether the log tells of a block, with its own tags, that it is no sound one."""
        place = block.start.paragraph.path, block.start.start
        entry = self.faulty.get(place)
        if entry is None or not _has_tags_of(entry, block):
            return False
        self.text.add(place)
        return True

    def picture_at(self, path: str, start: int) -> "tuple[LoggedBlock, bool] | None":
        """Return the picture whose tag stands at a place, and whether as a mirror of another."""
        for known, is_mirror in ((self._by_place, False), (self._by_mirror, True)):
            found = known.get((path, start))
            if found is not None and found.first.kind in ("picture", "document"):
                return found, is_mirror
        return None

    def of(self, start: Tag) -> "tuple[LoggedBlock, bool] | None":
        """Return the block that begins with a tag, and whether as a mirror of another."""
        place = start.paragraph.path, start.start
        own = self._by_place.get(place)
        if own is not None:
            return own, False
        mirrored = self._by_mirror.get(place)
        return None if mirrored is None else (mirrored, True)


def check_tags(block: Block, logged: LoggedBlock) -> None:
    """Raise ``Misfit`` where a block has other tags, another kind or name than the log says."""
    entry = logged.first
    if not _has_tags_of(entry, block):
        raise Misfit("its tags, kind or name are not those that make this block in the template")


def _has_tags_of(entry: BlockEntry, block: Block) -> bool:
    claimed = [
        (each.path, each.start, each.end, each.text) for each in (entry.start, *entry.dividers, entry.end)
    ]
    found = [(each.paragraph.path, each.start, each.end, each.text) for each in block.tags]
    read = block.start.read
    return claimed == found and (entry.kind, entry.name) == (read.kind, read.name)
