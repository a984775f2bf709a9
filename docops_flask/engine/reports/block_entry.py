"""The entries of ``blocks`` in the replace log: what of the template stands several times in the result."""

from typing import Any, NamedTuple

from docops_flask.engine.template.expansion import BlockPlaces


class BlockEntry(NamedTuple):
    """A block of kind ``lines``: a paragraph of the template that stands once for each line of a value.

    ``paragraph_path`` is its address, ``start``:``end`` is where its placeholder ``text`` of the field
    ``name`` lies in it. ``result_from`` and ``result_to`` are the addresses of its first and last copy in the
    result. ``mirrored_at`` are the paragraphs of other mc:AlternateContent branches repeated alike.
    """

    name: str
    paragraph_path: str
    start: int
    end: int
    text: str
    copies: int
    result_from: str
    result_to: str
    mirrored_at: tuple[str, ...]

    def as_dict(self, number: int) -> dict[str, Any]:
        """Return the block, the one with that number, as the log has it."""
        members = {
            "id": number,
            "kind": "lines",
            "name": self.name,
            "extent": "paragraphs",
            "inside": [],
            "start": {
                "paragraph_path": self.paragraph_path,
                "start": self.start,
                "end": self.end,
                "text": self.text,
            },
            "status": "expanded",
            "from": self.paragraph_path,
            "to": self.paragraph_path,
            "copies": self.copies,
            "result_from": self.result_from,
            "result_to": self.result_to,
        }
        return {**members, "mirrored_at": list(self.mirrored_at)} if self.mirrored_at else members


def block_entry(block: BlockPlaces) -> BlockEntry:
    """Return the entry of ``block``."""
    (place, found, lines, mirrors), first, last = block
    return BlockEntry(
        name=found.name,
        paragraph_path=place.path,
        start=found.start,
        end=found.end,
        text=place.reading.text[found.start : found.end],
        copies=len(lines),
        result_from=first,
        result_to=last,
        mirrored_at=tuple([mirror.path for mirror in mirrors]),
    )
