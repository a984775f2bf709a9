"""Replays the fix list on the template: one element's attributes at a paragraph or a run."""

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.integrity.addresses import Addresses
from docops_flask.engine.integrity.claims import Fix
from docops_flask.engine.integrity.names import Names
from docops_flask.engine.integrity.paragraph_reading import runs_of

# The schema's order of what stands in w:pPr and w:rPr (ECMA-376 part 1, CT_PPr and EG_RPrBase).
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
_ORDERS = {"pPr": tuple(_PARAGRAPH_ORDER.split()), "rPr": tuple(_RUN_ORDER.split())}


def replay_fix(fix: Fix, addresses: Addresses) -> tuple[str, str | None]:
    """Change what ``fix`` says; return the part it is in, and what does not fit (``None``: all does)."""
    found = addresses.paragraphs(fix.paragraph_path)
    if len(found) != 1:
        return "", "its paragraph_path leads to no paragraph, or to several"
    paragraph, flow = found[0]
    names, part = flow.names, flow.part
    properties = "pPr" if fix.run_id is None else "rPr"
    if fix.element not in _ORDERS[properties]:
        return part, f"its element is none of w:{properties}"
    holder = paragraph
    if fix.run_id is not None:
        run = _run(holder, fix, names)
        if run is None:
            return part, "its run_id is no run of its paragraph_path"
        holder = run
    element = _property(holder, properties, fix.element, names)
    return part, _change(element, fix, names)


def _run(paragraph: _Element, fix: Fix, names: Names) -> _Element | None:
    path, _, number = str(fix.run_id).rpartition(":r")
    runs = runs_of(paragraph, names)
    if path != fix.paragraph_path or not number.isdecimal() or int(number) >= len(runs):
        return None
    return runs[int(number)]


def _change(element: _Element, fix: Fix, names: Names) -> str | None:
    for local in {**fix.before, **fix.after}:
        if element.get(names(local)) != fix.before.get(local):
            return "the attributes in the template are not those it names as before"
    for local in fix.before:
        if local not in fix.after:
            del element.attrib[names(local)]
    for local, value in fix.after.items():
        element.set(names(local), value)
    return None


def _property(holder: _Element, properties: str, local: str, names: Names) -> _Element:
    """Return ``holder``'s property element, made at its place in the schema's order when it is missing."""
    parent = holder.find(names(properties))
    if parent is None:
        parent = etree.Element(names(properties))
        holder.insert(0, parent)
    # Of several (an error of the file) the last is the one that counts.
    existing = list(parent.iterchildren(names(local)))
    if existing:
        return existing[-1]
    element = etree.Element(names(local))
    order = _ORDERS[properties]
    later = names.all(" ".join(order[order.index(local) + 1 :]))
    follower = next((child for child in parent if child.tag in later), None)
    if follower is None:
        parent.append(element)
    else:
        follower.addprevious(element)
    return element
