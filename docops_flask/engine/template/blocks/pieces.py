"""The block-level elements of a part: paragraphs, tables, rows and cells, with what holds them.

A *piece* is what a block can repeat as a whole: a child of a container, or a row. Its address is told from
those of the paragraphs in it.
"""

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

from docops_flask.engine.document.document import ParagraphPlace, StoryPart
from docops_flask.engine.oxml.markup import TOKEN, inner_scope


class PieceKind(Enum):
    """What a piece is; ``OTHER`` is any element around or beside the others, such as a content control."""

    PARAGRAPH = "p"
    TABLE = "tbl"
    ROW = "tr"
    CELL = "tc"
    OTHER = ""


_KINDS = {kind.value.encode(): kind for kind in PieceKind if kind.value}


class Piece:
    """An element whose bytes are ``start``:``end``, the ``number``-th among the elements of ``parent``."""

    __slots__ = ("children", "end", "kind", "number", "parent", "start")

    def __init__(self, kind: PieceKind, start: int, parent: "Piece | None") -> None:
        self.kind = kind
        self.start = start
        self.end = start
        self.parent = parent
        self.children: list[Piece] = []
        self.number = 0 if parent is None else len(parent.children)
        if parent is not None:
            parent.children.append(self)

    def around(self, kind: PieceKind) -> "Piece | None":
        """Return the innermost element of ``kind`` around it in its story.

        What holds a text box is a paragraph of another story.
        """
        piece = self.parent
        while piece is not None and piece.kind is not kind:
            piece = None if piece.kind is PieceKind.PARAGRAPH else piece.parent
        return piece

    @property
    def holds_rows_or_cells(self) -> bool:
        """Whether it is a table, a row, or a content control around rows or cells."""
        piece: Piece | None = self
        while piece is not None and piece.kind is PieceKind.OTHER:
            piece = piece.parent
        return piece is not None and piece.kind in (PieceKind.TABLE, PieceKind.ROW)


class Pieces(NamedTuple):
    """The elements of a part down to its paragraphs, and its paragraphs by where they begin."""

    root: Piece
    paragraphs: Mapping[int, Piece]


def pieces_of(part: StoryPart) -> Pieces:
    """Return the pieces of ``part``; those in text boxes lie in the paragraph that holds them."""
    text = part.text
    scope, namespace = text.root_scope, text.namespace
    root = Piece(PieceKind.OTHER, 0, None)
    root.end = len(text.content)
    paragraphs: dict[int, Piece] = {}
    # Of each open element its piece and the namespaces in scope in it.
    opened = [(root, scope)]
    for match in TOKEN.finditer(text.content, text.root_end):
        slash, name, attributes = match.groups()
        if slash:
            if len(opened) == 1:
                break
            opened.pop()[0].end = match.end()
        elif name is not None:
            around, scope = opened[-1]
            inner = inner_scope(scope, attributes) if b"xmlns" in attributes else scope
            prefix, _, local = name.rpartition(b":")
            kind = _KINDS.get(local, PieceKind.OTHER)
            if kind is not PieceKind.OTHER and inner.get(prefix, b"") != namespace:
                kind = PieceKind.OTHER
            piece = Piece(kind, match.start(), around)
            if kind is PieceKind.PARAGRAPH:
                paragraphs[match.start()] = piece
            if attributes.endswith(b"/"):
                piece.end = match.end()
            else:
                opened.append((piece, inner))
    return Pieces(root, paragraphs)


def piece_path(piece: Piece, places: Mapping[int, ParagraphPlace]) -> str | None:
    """Return the address of ``piece``, of any other element that of the first paragraph in it, or ``None``.

    ``places`` are the paragraphs of the part by where they begin.
    """
    pending = [piece]
    while pending:
        each = pending.pop()
        if each.kind is PieceKind.PARAGRAPH and each.start in places:
            path = places[each.start].path
            if piece.kind not in (PieceKind.ROW, PieceKind.TABLE):
                return path
            cells = 0
            around = each.around(PieceKind.CELL)
            while around is not None and around.start > piece.start:
                cells += 1
                around = around.around(PieceKind.CELL)
            # Each cell inside stands for a table, a row and a column; the paragraph comes last.
            steps = 3 * cells - 1 + (piece.kind is PieceKind.TABLE)
            return ".".join(path.split(".")[:-steps])
        pending.extend(reversed(each.children))
    return None


def result_path(paragraph: str, template_path: str) -> str:
    """Return the part of a paragraph's address that stands for a piece of the kind of ``template_path``."""
    steps = template_path.count(".")
    return paragraph if paragraph.count(".") == steps else ".".join(paragraph.split(".")[: steps + 1])
