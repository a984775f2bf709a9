"""``out.pdf_report.json``: what the PDF came to, and which fonts it has for those that were asked for."""

from collections import Counter
from typing import Any, NamedTuple

from docops_flask.engine.pdf.character_count import CharacterCount
from docops_flask.engine.pdf.document_text import DocumentText
from docops_flask.engine.pdf.page_layout import PageLayout
from docops_flask.engine.pdf.pdf_text import PdfPage, PdfText


class FontUse(NamedTuple):
    """A font that the document asks for, whether it is installed, and the one that most of its text has.

    ``used`` is the name of the PDF's base font, ``None`` where the text was not found in the PDF.
    """

    requested: str
    installed: bool
    used: str | None


class PdfReport(NamedTuple):
    """The report; ``layout`` is there where the policy asks for it."""

    pages: int
    fonts: tuple[FontUse, ...]
    office_version: str
    characters: CharacterCount
    layout: PageLayout | None = None

    @property
    def substituted(self) -> list[str]:
        """The fonts asked for that are not installed."""
        return [font.requested for font in self.fonts if not font.installed]

    def as_dict(self) -> dict[str, Any]:
        """Return the members of the file."""
        layout = {} if self.layout is None else {"layout": self.layout.as_dict()}
        return {
            "pages": self.pages,
            "fonts": [font._asdict() for font in self.fonts],
            "substituted": self.substituted,
            "office_version": self.office_version,
            "characters": {"wanted": self.characters.wanted, "found": self.characters.found},
            **layout,
        }


def font_uses(text: DocumentText, pdf: PdfText, families: frozenset[str]) -> tuple[FontUse, ...]:
    """Return the fonts that a document asks for, by name; ``families`` are those installed, in lower case."""
    pages = [_Compact(page) for page in pdf.pages()]
    return tuple(
        FontUse(name, name.casefold() in families, _used(snippets, pages, pdf))
        for name, snippets in sorted(text.snippets.items())
    )


class _Compact:
    """The text of a page without blanks, which PDFs have at ends of lines, and where each character is."""

    def __init__(self, page: PdfPage) -> None:
        self.page = page
        self.offsets = [offset for offset, each in enumerate(page.text) if not each.isspace()]
        self.text = "".join(page.text[offset] for offset in self.offsets)


def _used(snippets: list[str], pages: list[_Compact], pdf: PdfText) -> str | None:
    votes: Counter[str] = Counter()
    for snippet in snippets:
        for page in pages:
            at = page.text.find(snippet)
            font = None if at < 0 else pdf.font_at(page.page, page.offsets[at])
            if font is not None:
                votes[font] += len(snippet)
                break
    return max(votes, key=lambda font: (votes[font], font)) if votes else None
