"""The structure of a template: what ``structure.find_structure`` finds."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from docops_flask.engine.document.document import ParagraphPlace, StoryPart
from docops_flask.engine.template.blocks.block_scopes import Around
from docops_flask.engine.template.blocks.control_pieces import Vanished
from docops_flask.engine.template.blocks.copied_notes import NoteKey, References
from docops_flask.engine.template.blocks.found_blocks import Fault, FoundBlock
from docops_flask.engine.template.blocks.pairing import Block, PlacedTag
from docops_flask.engine.template.blocks.pieces import Piece, PieceKind, Pieces
from docops_flask.engine.template.blocks.tag_sites import Story, TagSite

if TYPE_CHECKING:
    from docops_flask.engine.template.blocks.layout_items import CellMerge


class PartStructure(NamedTuple):
    """The blocks of a part by their start tags, and what else goes from its bytes.

    ``vanished`` are the control paragraphs and rows; ``loose`` are paragraphs made of inline blocks alone;
    ``kept`` are bytes that stay as they are since they belong to a block that is not sound; ``faulty`` are
    these blocks, those inside others of them left out; ``cuts`` are the tags in paragraphs that stay;
    ``merges`` are the cells that are merged where copies have equal texts.
    """

    part: StoryPart
    pieces: Pieces
    blocks: Sequence[FoundBlock]
    vanished: Sequence[Vanished]
    loose: Sequence[ParagraphPlace]
    kept: Sequence[tuple[int, int]]
    faulty: Sequence[FoundBlock]
    cuts: Sequence[TagSite]
    merges: "Sequence[CellMerge]" = ()

    @staticmethod
    def without_blocks(part: StoryPart) -> "PartStructure":
        """Return the structure of a part without tags."""
        return PartStructure(part, Pieces(Piece(PieceKind.OTHER, 0, None), {}), (), (), (), (), (), ())


class StoryNodes(NamedTuple):
    """The blocks and tags of a story as they nest, with what its text box is anchored in."""

    story: Story
    nodes: Sequence[Block | PlacedTag]
    around: Around


class Structure(NamedTuple):
    """The blocks of a document: by part, as they nest in each story, with all faults in document order.

    ``hung`` are the notes that blocks refer to, with the innermost of these; ``lone`` are end tags without a
    name where no block is open, which are text.
    """

    parts: Sequence[PartStructure]
    stories: Sequence[StoryNodes]
    faults: Sequence[Fault]
    references: References
    hung: Mapping[NoteKey, Around]
    lone: Sequence[TagSite] = ()

    @property
    def blocks(self) -> list[FoundBlock]:
        """All sound blocks by their numbers, slices of columns left out."""
        return [block for part in self.parts for block in part.blocks if not block.is_slice]

    @property
    def faulty(self) -> list[FoundBlock]:
        """All blocks that are not sound, but for those inside others of them."""
        return [block for part in self.parts for block in part.faulty]
