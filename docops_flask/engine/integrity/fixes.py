"""Replays the fix list on the template; a fix changes attributes of one property element."""

import re
from collections.abc import Iterable, Mapping

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.integrity.addresses import Addresses
from docops_flask.engine.integrity.blocks import Names
from docops_flask.engine.integrity.fix_claims import Fix
from docops_flask.engine.integrity.paragraph_reading import runs_of

# The order of the elements in w:pPr and w:rPr (ECMA-376 part 1, CT_PPr and EG_RPrBase).
_PARAGRAPH_ORDER = (
    "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs "
    "suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi "
    "adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc "
    "textDirection textAlignment textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange"
)
_RUN_ORDER = (
    "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof "
    "snapToGrid vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText "
    "vertAlign rtl cs em lang eastAsianLayout specVanish oMath rPrChange"
)
ORDERS = {"pPr": tuple(_PARAGRAPH_ORDER.split()), "rPr": tuple(_RUN_ORDER.split())}


# No element in w:pPr or w:rPr has more than fifteen attributes by the schema. For one with more than
# _MAX_ATTRIBUTES, the number of look-ups is bounded by _MAX_ASKED.
_MAX_ATTRIBUTES = 64
_MAX_ASKED = 256
# How the number of a run is written, alone.
_NUMBER = "0|[1-9][0-9]{0,8}"


class FixReplay:
    """Replays fixes in order.

    Paragraphs, runs and elements are cached, because many fixes may refer to the same ones.
    """

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._runs: dict[_Element, list[_Element]] = {}
        self._properties: dict[_Element, _Element] = {}
        self._elements: dict[tuple[_Element, str], _EditedElement] = {}

    def replay(self, fix: Fix) -> tuple[str, str | None]:
        """Apply ``fix``; return the part name and why it cannot be applied (``None`` if it was)."""
        found = self._addresses.paragraphs(fix.paragraph_path)
        if len(found) != 1:
            return "", "its paragraph_path leads to no paragraph, or to several"
        paragraph, flow = found[0]
        names, part = flow.names, flow.part
        properties = "pPr" if fix.run_id is None else "rPr"
        if fix.element not in ORDERS[properties]:
            return part, f"its element is none of w:{properties}"
        holder = paragraph
        if fix.run_id is not None:
            run = self._run(holder, fix, names)
            if run is None:
                return part, "its run_id is no run of its paragraph_path"
            holder = run
        edited = self._elements.get((holder, fix.element))
        if edited is None:
            element = self._property(holder, properties, fix.element, names)
            edited = self._elements[holder, fix.element] = _EditedElement(element, names)
        return part, edited.change(fix)

    def _run(self, paragraph: _Element, fix: Fix, names: Names) -> _Element | None:
        path, _, number = str(fix.run_id).rpartition(":r")
        if path != fix.paragraph_path or not re.fullmatch(_NUMBER, number):
            return None
        runs = self._runs.get(paragraph)
        if runs is None:
            runs = self._runs[paragraph] = runs_of(paragraph, names)
        return runs[int(number)] if int(number) < len(runs) else None

    def _property(self, holder: _Element, properties: str, local: str, names: Names) -> _Element:
        """Return the property element of ``holder``; create it in the schema's order if it is missing."""
        parent = self._properties.get(holder)
        if parent is None:
            parent = holder.find(names(properties))
            if parent is None:
                parent = etree.Element(names(properties))
                holder.insert(0, parent)
            self._properties[holder] = parent
        # If there are several, which the schema forbids, readers use the last.
        existing = next(parent.iterchildren(names(local), reversed=True), None)
        if existing is not None:
            return existing
        element = etree.Element(names(local))
        order = ORDERS[properties]
        later = names.all(" ".join(order[order.index(local) + 1 :]))
        follower = next((child for child in parent if child.tag in later), None)
        if follower is None:
            parent.append(element)
        else:
            follower.addprevious(element)
        return element


class _EditedElement:
    """An element whose attributes fixes change.

    libxml2 searches all attributes for each access, so their number is limited.
    """

    __slots__ = ("_asked", "_count", "_element", "_is_large", "_names")

    def __init__(self, element: _Element, names: Names) -> None:
        self._element = element
        self._names = names
        self._count = len(element.attrib)
        self._is_large = self._count > _MAX_ATTRIBUTES
        self._asked = 0

    def change(self, fix: Fix) -> str | None:
        """Apply ``fix``; return why it cannot be applied, or ``None`` if it was."""
        before, after = fix.before, fix.after
        named = {**before, **after}
        self._asked += len(named)
        count = self._count + len(named) - len(before)
        if (self._asked > _MAX_ASKED) if self._is_large else (count > _MAX_ATTRIBUTES):
            return "it names more attributes than such an element has"
        try:
            return self._changed(before, after, named)
        except ValueError:
            return "XML cannot hold the attributes it names"

    def _changed(
        self, before: Mapping[str, str], after: Mapping[str, str], named: Iterable[str]
    ) -> str | None:
        element, names = self._element, self._names
        for local in named:
            if element.get(names(local)) != before.get(local):
                return "the attributes in the template are not those it names as before"
        for local in before:
            if local not in after:
                del element.attrib[names(local)]
        for local, value in after.items():
            element.set(names(local), value)
        self._count += len(after) - len(before)
        return None
