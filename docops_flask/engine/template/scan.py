"""Finds the placeholders of a document, well-formed or not, with their places."""

from collections.abc import Container
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.document.document import Document, ParagraphPlace, RunPlace, StoryPart
from docops_flask.engine.document.paragraph_text import ParagraphText, TextPiece
from docops_flask.engine.template.grammar import Found, Kind, find_placeholders, has_bracket


class BracketedParagraph(NamedTuple):
    """A paragraph with at least one placeholder, well-formed or not; ``found`` is in text order.

    ``mirrors`` are the texts of the same paragraph in other branches of mc:AlternateContent.
    """

    place: ParagraphPlace
    text: ParagraphText
    found: tuple[Found, ...]
    mirrors: tuple[ParagraphText, ...]

    def run_of(self, found: Found) -> RunPlace:
        """Return the run that holds the first character of ``found``."""
        piece = self._first_piece(found)
        return RunPlace(piece.run, f"{self.place.path}:r{piece.run_index}", self.place)

    def run_id_of(self, found: Found) -> str:
        """Return the address of the run that holds the first character of ``found`` (``p3:r1``)."""
        return f"{self.place.path}:r{self._first_piece(found).run_index}"

    def in_field_result(self, found: Found) -> bool:
        """Return whether ``found`` begins in the result of a field (17.16), which Word may recompute."""
        return self._first_piece(found).in_field_result

    def _first_piece(self, found: Found) -> TextPiece:
        pieces = self.text.pieces
        return pieces[0] if len(pieces) == 1 else self.text.pieces_between(found.start, found.start + 1)[0]


class Scan(NamedTuple):
    """The bracketed paragraphs of a document, in document order.

    Those in comments are kept separately and are never filled.
    """

    paragraphs: list[BracketedParagraph]
    comments: list[BracketedParagraph]

    def field_counts(self) -> dict[str, int]:
        """Return how often each placeholder name occurs, in order of first occurrence."""
        counts: dict[str, int] = {}
        for paragraph in self.paragraphs:
            for found in paragraph.found:
                if found.kind is Kind.PLACEHOLDER:
                    counts[found.name] = counts.get(found.name, 0) + 1
        return counts

    def unsupported_count(self) -> int:
        """Return the number of malformed placeholders."""
        return sum(
            found.kind is not Kind.PLACEHOLDER for paragraph in self.paragraphs for found in paragraph.found
        )

    def placeholder_runs(self) -> list[RunPlace]:
        """Return the runs that hold the first character of a placeholder, without duplicates."""
        return self._first_runs(None)

    def runs_to_fill(self, names: Container[str]) -> list[RunPlace]:
        """Return the runs that get a value if the placeholders ``names`` are filled, without duplicates."""
        return self._first_runs(names)

    def _first_runs(self, names: Container[str] | None) -> list[RunPlace]:
        runs: dict[str, RunPlace] = {}
        for paragraph in self.paragraphs:
            for found in paragraph.found:
                if found.kind is Kind.PLACEHOLDER and (names is None or found.name in names):
                    run = paragraph.run_of(found)
                    runs.setdefault(run.run_id, run)
        return list(runs.values())


def scan_document(document: Document) -> Scan:
    """Find all placeholders of ``document``."""
    with_bracket: set[_Element] = set()
    for part in document.parts:
        with_bracket |= _paragraphs_with_bracket(part)
    return Scan(
        _bracketed(document.walk.paragraphs, with_bracket), _bracketed(document.walk.comments, with_bracket)
    )


def _paragraphs_with_bracket(part: StoryPart) -> set[_Element]:
    """Return the w:p elements with a bracket in one of their w:t elements.

    Only these can hold a placeholder; the others, most of a document, are not read further.
    """
    w = part.w
    found: set[_Element] = set()
    # Ancestors already visited: each is visited once, regardless of how many w:t elements are in it.
    passed: set[_Element] = set()
    for node in part.root.iter(w.t):
        if not has_bracket(node.text or ""):
            continue
        around = node.getparent()
        while around is not None and around not in passed:
            passed.add(around)
            if around.tag == w.p:
                found.add(around)
                break
            around = around.getparent()
    return found


def _bracketed(places: list[ParagraphPlace], with_bracket: set[_Element]) -> list[BracketedParagraph]:
    paragraphs = []
    for place in places:
        if place.element not in with_bracket:
            continue
        text = ParagraphText(place.element, place.part.w)
        found = tuple(find_placeholders(text.text))
        if found:
            mirrors = tuple(ParagraphText(mirror.element, mirror.part.w) for mirror in place.mirrors)
            paragraphs.append(BracketedParagraph(place, text, found, mirrors))
    return paragraphs
