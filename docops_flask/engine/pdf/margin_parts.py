"""Which headers and footers a page has, as far as the document alone says it (ECMA-376 part 1, 17.10)."""

from collections.abc import Iterable

from lxml.etree import _Element

from docops_flask.engine.document.document import Document
from docops_flask.engine.formatting.sections import section_properties
from docops_flask.engine.opc.relationships import REL_STRICT, REL_TRANSITIONAL, Relationship
from docops_flask.engine.oxml.names import Vocabulary

_OFF = ("0", "false", "off")


class MarginParts:
    """The header and footer parts of the pages of a document.

    They are known where the document has one section whose pages count from 1: that of several depends on
    where each begins. ``relationships`` are those of the document's main part.
    """

    def __init__(self, document: Document, relationships: Iterable[Relationship]) -> None:
        self._by_type: dict[str, frozenset[str]] | None = None
        main = document.parts[0]
        sections = list(section_properties(main))
        if len(sections) != 1:
            return
        section, w = sections[0], main.w
        numbers = section.find(w.pgNumType)
        if numbers is not None and numbers.get(_name(w, "start")) is not None:
            return
        targets = {each.id: each.target for each in relationships}
        self._by_type = {
            kind: frozenset(_parts(section, w, kind, targets)) for kind in ("first", "even", "default")
        }
        self._has_first = _is_on(section.find(_name(w, "titlePg")), w)
        settings = document.related.root("settings")
        self._has_even = settings is not None and _is_on(settings.find(_name(w, "evenAndOddHeaders")), w)

    def on_page(self, number: int) -> frozenset[str] | None:
        """Return the names of the parts that the page ``number`` (from 1) shows, ``None`` if unknown."""
        if self._by_type is None:
            return None
        if number == 1 and self._has_first:
            return self._by_type["first"]
        return self._by_type["even" if self._has_even and number % 2 == 0 else "default"]


def _parts(section: _Element, w: Vocabulary, kind: str, targets: dict[str, str]) -> Iterable[str]:
    for name in ("headerReference", "footerReference"):
        for reference in section.findall(_name(w, name)):
            if reference.get(w.type, "default") == kind:
                ids = (reference.get(f"{{{namespace}}}id") for namespace in (REL_TRANSITIONAL, REL_STRICT))
                yield from (targets[each] for each in ids if each is not None and each in targets)


def _is_on(switch: _Element | None, w: Vocabulary) -> bool:
    return switch is not None and switch.get(w.val) not in _OFF


def _name(w: Vocabulary, local: str) -> str:
    return f"{{{w.namespace}}}{local}"
