"""Takes parts that hold a bracket apart: places to fill, placeholders that can only be reported."""

import re
from bisect import bisect_left
from collections.abc import Iterator

from docops_flask.engine.errors import InvalidTemplate
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.xml_part import check_part, encoding_of, recoded
from docops_flask.engine.template.grammar import CLOSE, OPEN, Found, Kind, undeclared_names
from docops_flask.engine.template.nested_files import Budget
from docops_flask.engine.template.places.embedded import find_embedded
from docops_flask.engine.template.places.found import (
    BracketedPlace,
    Finds,
    OtherPart,
    PlaceScan,
    Unfillable,
)
from docops_flask.engine.template.places.reading import Place, read_places
from docops_flask.engine.template.places.rules import (
    CUSTOM_DATA,
    LINK_TARGET,
    MARKUP_DATA,
    OTHER_TARGET,
    Takes,
)
from docops_flask.engine.template.scan import Finder

_CUSTOM_ITEM = re.compile(r"customxml/item[0-9]*\.xml")
_MARKUP = "<[A-Za-z/?!]"
_ENCODED_BRACKET = re.compile("%E3%80%9([01])", re.IGNORECASE)
_WORKBOOK_NOTE = (
    "the workbook behind the chart is not changed; Word shows its texts when somebody edits the chart's data"
)
_CHUNK = "imported content (altChunk)"
_CHUNK_REASON = (
    "Word takes this file in only when it opens the document; put its content into the template itself"
)
_EMBEDDED = "embedded file"
_EMBEDDED_REASON = (
    "embedded documents and workbooks are not filled; take the placeholder out of it, or put its content "
    "into the template itself"
)
_DAMAGED_REASON = "the part is not well-formed XML; open the template in Word and save it again"


def collect(package: Package, finds: Finds, limits: Limits, find: Finder) -> PlaceScan:
    """Return the places to fill, and the placeholders to report, of what was found.

    ``find`` finds the placeholders of a text.
    """
    places: list[BracketedPlace] = []
    unfillable: list[Unfillable] = []
    undeclared: dict[str, None] = {}
    others: dict[str, OtherPart] = {}
    shared = Budget(limits), undeclared
    custom, glossary = _custom_items(package), _glossary_folder(package)
    for part in finds.parts:
        name = part.name.lower()
        if part.name in finds.chunks:
            continue
        if isinstance(part, OtherPart):
            if not _make_readable(part):
                unfillable += _embedded(part.name, part.content, "damaged part", _DAMAGED_REASON, *shared)
                continue
            others[name] = part
        note = _WORKBOOK_NOTE if _has_workbook(package, part.name) else None
        is_custom_data = name in custom or _CUSTOM_ITEM.fullmatch(name) is not None
        is_glossary = bool(glossary) and name.startswith(glossary)
        for place in read_places(part, is_custom_data=is_custom_data, is_glossary=is_glossary):
            undeclared.update(dict.fromkeys(undeclared_names(place.text)))
            _take(place, _found_in(place, find), note, places, unfillable)
    for member in dict.fromkeys([*finds.chunks, *finds.others]):
        entry = package.archive.get(member)
        if entry is not None:
            told = (_CHUNK, _CHUNK_REASON) if member in finds.chunks else (_EMBEDDED, _EMBEDDED_REASON)
            unfillable += _embedded(member, package.archive.read(entry), *told, *shared)
    if not finds.bound:
        return PlaceScan(places, unfillable, undeclared=list(undeclared))
    # Content controls bound to data are rare.
    from docops_flask.engine.template.places.bound import BoundControls

    controls = BoundControls(package, others, find)
    for story in finds.bound:
        controls.read(story)
    unfillable += controls.unfillable
    return PlaceScan(places, unfillable, controls.nodes, frozenset(controls.handled), list(undeclared))


def _make_readable(part: OtherPart) -> bool:
    """Have the part's bytes as UTF-8; say whether it is well-formed and its encoding can be written."""
    try:
        check_part(part.content, part.name)
        part.encoding = encoding_of(part.content, part.name)
    except InvalidTemplate:
        return False
    part.content = recoded(part.content, part.encoding)
    return True


def _custom_items(package: Package) -> set[str]:
    return {
        relationship.target.lower()
        for relationship in package.relationships(package.main_part)
        if relationship.kind == "customXml"
    }


def _glossary_folder(package: Package) -> str:
    """Return the folder of the glossary document (11.3.8), "" without one."""
    for relationship in package.relationships(package.main_part):
        if relationship.kind == "glossaryDocument":
            return relationship.target.lower().rpartition("/")[0] + "/"
    return ""


def _has_workbook(package: Package, name: str) -> bool:
    """Say whether a part shows data of an embedded workbook (21.2.2.63)."""
    return "/charts/" in f"/{name.lower()}" and any(
        relationship.kind == "package" for relationship in package.relationships(name)
    )


def _take(
    place: Place,
    found: list[Found],
    note: str | None,
    places: list[BracketedPlace],
    unfillable: list[Unfillable],
) -> None:
    rule = place.rule
    if found and rule is CUSTOM_DATA and re.search(_MARKUP, place.text):
        # What a rich text control shows: a whole document, written as text.
        rule = MARKUP_DATA
    if rule.takes is not Takes.NOTHING:
        if found:
            places.append(BracketedPlace(place, found, note))
        return
    unfillable += (
        Unfillable(place.part.name, place.address, rule.place, place.text, each.start, each.end, rule.reason)
        for each in found
    )


def _found_in(place: Place, find: Finder) -> list[Found]:
    rule, text = place.rule, place.text
    found = _found_in_target(text, find) if rule in (LINK_TARGET, OTHER_TARGET) else find(text)
    return found if rule.tells_malformed else [each for each in found if each.kind is Kind.PLACEHOLDER]


def _found_in_target(text: str, find: Finder) -> list[Found]:
    """Return the placeholders in a URL, whose brackets may be percent-encoded (RFC 3986, 2.1)."""
    encoded = [match.start() for match in _ENCODED_BRACKET.finditer(text)]
    if not encoded:
        return find(text)
    plain = _ENCODED_BRACKET.sub(lambda match: OPEN if match[1] == "0" else CLOSE, text)
    # Each encoded bracket has nine characters.
    begins = [at - 8 * number for number, at in enumerate(encoded)]

    def original(at: int) -> int:
        return at + 8 * bisect_left(begins, at)

    return [found._replace(start=original(found.start), end=original(found.end)) for found in find(plain)]


def _embedded(  # noqa: PLR0917, what is told of each of them
    name: str, content: bytes, place: str, reason: str, budget: Budget, undeclared: dict[str, None]
) -> Iterator[Unfillable]:
    for member, start, text in find_embedded(content, budget, undeclared):
        inside = f"{member}#" if member else ""
        address = "text" if start is None else f"byte[{start}]"
        yield Unfillable(name, f"{inside}{address}", place, text, 0, len(text), reason)
