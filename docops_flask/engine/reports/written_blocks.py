"""What the log of a template with blocks says of these: an entry for each copy of those around it."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from docops_flask.engine.reports.replace_log import LoggedBlock, MissingBlock
from docops_flask.engine.template.block_run import BlockRun, LinesPlace
from docops_flask.engine.template.blocks.expanded_template import place_of_tag
from docops_flask.engine.template.blocks.found_blocks import FoundBlock
from docops_flask.engine.template.blocks.remarks import copies_around, remarks_in

_Copies = Sequence[Sequence[int]]


class WrittenBlock(NamedTuple):
    """An entry of ``blocks`` with the members that the log has."""

    members: dict[str, Any]
    copies: int

    def as_dict(self, _number: int) -> dict[str, Any]:
        """Return the members: they have the number of the block in the template."""
        return self.members


def written_blocks(run: BlockRun) -> Iterator[LoggedBlock]:
    """Yield the entries of ``blocks``: blocks, remarks and declarations, lines of values."""
    moved = run.result_paths()
    known: dict[int, dict[str, Any]] = {}
    around: dict[int, list[tuple[_Copies, int, str | None]]] = {}
    for each in run.expanded.blocks:
        around.setdefault(each.found.number, []).append((each.inside, each.copies, each.branch))
        members = each.as_dict(known.get(each.found.number))
        known[each.found.number] = members
        for end, number in (("result_from", 0), ("result_to", 1)) if moved else ():
            if members[end] in moved:
                members[end] = moved[members[end]][number]
        yield WrittenBlock(members, each.copies)
    structure = run.meanings.structure
    assert structure is not None
    remarks = remarks_in(structure)
    for number, remark in enumerate(remarks, len(structure.blocks)):
        site = remark.site
        place = place_of_tag(site)
        mirrors = [mirror.path for mirror in site.place.mirrors]
        for inside in copies_around(remark.around, around):
            yield WrittenBlock(
                {
                    "id": number,
                    "kind": site.tag.kind.value,
                    "name": "",
                    "extent": "inline",
                    "inside": [list(each) for each in inside],
                    "start": place,
                    "end": place,
                    "dividers": [],
                    **({"mirrored_at": mirrors} if mirrors else {}),
                    "status": "expanded",
                    "from": site.place.path,
                    "to": site.place.path,
                    "copies": 0,
                    "branch": None,
                    "dropped": (
                        [] if remark.dropped is None else [{"path": remark.dropped, "reason": remark.reason}]
                    ),
                    "result_from": None,
                    "result_to": None,
                },
                0,
            )
    numbers = [each.number for each in run.lines]
    for lines in run.lines:
        yield WrittenBlock(_lines_members(lines), lines.copies)
    number = max(numbers, default=len(structure.blocks) + len(remarks) - 1)
    for block in structure.faulty:
        number += 1
        yield WrittenBlock(_faulty_members(block, number), 0)


def missing_blocks(run: BlockRun) -> Iterator[MissingBlock]:
    """Yield the blocks whose value is not given and has to be."""
    moved = run.result_paths()
    for each in run.expanded.missing():
        start, place = each.found.start, each.result_first
        place = moved.get(place, (place,))[0] if place is not None else start.place.path
        yield MissingBlock(start.placed.text, each.missing or "", place, each.status == "missing")


def _faulty_members(block: FoundBlock, number: int) -> dict[str, Any]:
    """Return the entry of a block that is no sound one: its tags and all between stay as text."""
    return {
        "id": number,
        "kind": block.kind,
        "name": block.name,
        "extent": None,
        "inside": [],
        "start": place_of_tag(block.start),
        "end": place_of_tag(block.end),
        "dividers": [place_of_tag(each) for each in block.dividers],
        "status": "unsupported",
        "from": block.start.place.path,
        "to": block.end.place.path,
        "copies": 0,
        "branch": None,
        "dropped": [],
        "result_from": None,
        "result_to": None,
    }


def _lines_members(lines: LinesPlace) -> dict[str, Any]:
    of, frame = lines.tag, lines.frame
    members = {
        "id": lines.number,
        "kind": "lines",
        "name": of.name,
        "extent": "paragraphs",
        "inside": frame.copies,
        "start": {
            "paragraph_path": of.path,
            "start": of.found.start,
            "end": of.found.end,
            "text": of.original,
        },
        "status": "expanded",
        "from": of.path,
        "to": of.path,
        "copies": lines.copies,
        "result_from": lines.first,
        "result_to": lines.last,
    }
    return {**members, "mirrored_at": list(of.mirrored_at)} if of.mirrored_at else members


def added_parts(run: BlockRun) -> dict[str, Any]:
    """Return what copies brought into other parts, as the log has it; empty where that is nothing."""
    found: dict[str, Any] = {}
    if run.expanded.added_lists:
        found["numbering"] = [each.as_dict() for each in run.expanded.added_lists]
    if run.expanded.added_notes:
        found["notes"] = [each.as_dict() for each in run.expanded.added_notes]
    return {**found, "ids": "rule 1"} if found else {}
