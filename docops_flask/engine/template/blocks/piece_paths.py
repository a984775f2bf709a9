"""The addresses of pieces: of paragraphs, rows and tables, told from those of the paragraphs in them."""

from collections.abc import Mapping

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.template.blocks.pieces import Piece, PieceKind


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
    return ".".join(paragraph.split(".")[: template_path.count(".") + 1])
