"""A template that is read once: its document, its placeholders and how its text looks."""

from functools import cached_property
from typing import TYPE_CHECKING

from docops_flask.engine.bilingual import Language
from docops_flask.engine.checks.alike_check import KeptLooks
from docops_flask.engine.checks.report import FormatReport
from docops_flask.engine.document.language import language_of
from docops_flask.engine.document.open import open_document
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.integrity.byte_stories import TemplateEvidence
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.template.alike import AlikeParagraphs, alike_paragraphs
from docops_flask.engine.template.grammar import find_placeholders
from docops_flask.engine.template.places.search import scan_places
from docops_flask.engine.template.scan import Finder, scan_document
from docops_flask.engine.template.unaccounted import NamesBeside, few_names_beside

if TYPE_CHECKING:
    from docops_flask.engine.language_2 import Language2
    from docops_flask.engine.template.native.marks import NativeMarks


class CompiledTemplate:
    """What is read of a template once, for all of its renderings.

    Nothing of a rendering stays in it. ``package`` must stay open. ``find`` finds the placeholders of a text,
    those of language 1 or 2. Raises as ``open_document`` does.
    """

    def __init__(self, package: Package, limits: Limits, find: Finder = find_placeholders) -> None:
        self.package = package
        self.find = find
        self.document = open_document(package, limits)
        self.native: NativeMarks | None = None
        if find is not find_placeholders:
            from docops_flask.engine.language_2 import separate_branches_of, with_native_tags

            self.document, self.native = with_native_tags(self.document, limits)
            separate_branches_of(self.document)
        self.scan = scan_document(self.document, find)
        self.places = scan_places(package, self.document, limits, find, self.scan)
        self.cascade = Cascade(self.document.styles, self.document.related)
        self.evidence = TemplateEvidence(package)

    @cached_property
    def language_2(self) -> "Language2":
        """What is known of it in template language 2."""
        # Imported here to keep the renderer's start fast: most jobs have a document type.
        from docops_flask.engine.language_2 import Language2

        return Language2(self.package, self.document, self.scan, self.places, self.native)

    @cached_property
    def alike(self) -> AlikeParagraphs | None:
        """Its paragraphs with placeholders, those with the same bytes as one kind.

        ``None`` where they are filled one by one.
        """
        return alike_paragraphs(self.scan)

    @cached_property
    def looks(self) -> KeptLooks:
        """How the paragraphs of ``alike``, which must not be ``None``, look."""
        assert self.alike is not None
        return KeptLooks(self.alike, self.cascade)

    def report_as_json(self, report: FormatReport) -> bytes:
        """Return the format report of a rendering as JSON in UTF-8."""
        # Where paragraphs are not filled alike, nobody asked for their looks.
        return self.looks.as_json(report) if "looks" in self.__dict__ else report.as_json()

    @cached_property
    def names_beside(self) -> NamesBeside | None:
        """The names in brackets outside what is filled, found before the log is known; ``None``: too many."""
        return few_names_beside(self.package, self.document, self.scan)

    @cached_property
    def language(self) -> Language:
        """The language that most of its text is in."""
        return language_of(self.document)
