"""Which data a content control shows (w:dataBinding, 17.5.2.6), for log entries that write such data."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.errors import InvalidTemplate
from docops_flask.engine.integrity.claims import Replacement
from docops_flask.engine.integrity.place_claims import PlaceReplacement
from docops_flask.engine.integrity.plan import PLACEHOLDER
from docops_flask.engine.integrity.template_parts import Template
from docops_flask.engine.opc.xml_part import parse_part

_STEP = r"(?:([\w.-]+):)?([\w.-]+)((?:\[[0-9]{1,9}\])*)"
# So many elements are gone through for the paths of all entries; what is behind them is not found.
_MOST_VISITED = 2_000_000
# Texts of a field that are tried, and places where what was tried may end: more come from no job.
_MOST_TEXTS = 16
_MAPPING = r"xmlns:([\w.-]+)\s*=\s*(?:'([^']*)'|\"([^\"]*)\")"
_SHOWN = (
    "descendant::node()[self::text()[parent::w:t] or self::w:br or self::w:cr]"
    "[not(ancestor::w:sdtPr or ancestor::w:sdtEndPr or ancestor::w:rPr or ancestor::w:del"
    " or ancestor::w:moveFrom)]"
)
# The stores that are document properties, by their ids: the ends of their content types.
_PROPERTIES = {
    "{6C3C8BC8-F283-45AE-878A-BAB7291924A1}": "package.core-properties+xml",
    "{6668398D-A668-4E3E-A5EB-62B293D839F1}": "extended-properties+xml",
}
# Those that Word offers to show: each may be added to a part that lacks it (part 2, 11; part 1, 22.2).
_OFFERED = {
    "coreProperties": ("category", "contentStatus", "keywords", "creator", "description", "subject", "title"),
    "Properties": ("Company", "Manager"),
}
_IN_DUBLIN_CORE = ("creator", "description", "subject", "title")
_DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"


class _Binding(NamedTuple):
    """What a control is bound to: the id of the store in capitals, the path in it, namespaces by prefix."""

    store: str
    path: str
    mapped: Mapping[str | None, str]


def _binding_of(control: _Element) -> _Binding | None:
    namespace = control.tag.rpartition("}")[0] + "}"
    binding = control.find(f"{namespace}sdtPr/{namespace}dataBinding")
    if binding is None:
        return None
    mappings = re.findall(_MAPPING, binding.get(f"{namespace}prefixMappings", ""))
    return _Binding(
        binding.get(f"{namespace}storeItemID", "").upper(),
        binding.get(f"{namespace}xpath", ""),
        {prefix: one or other for prefix, one, other in mappings},
    )


class Controls:
    """The content controls of a template. ``replacements`` tell the values of the log."""

    def __init__(self, template: Template, replacements: Iterable[Replacement]) -> None:
        self._template = template
        # A field may have other texts in other paragraphs: lists take the separator of theirs.
        self._values: dict[str, dict[str, None]] = {}
        for entry in replacements:
            texts = self._values.setdefault(entry.field_name, {})
            # No control lies in a copy of a paragraph, which has a line of the value.
            if not entry.copy and len(texts) < _MOST_TEXTS:
                texts[entry.new_text] = None
        self._roots: dict[str, _Element | None] = {}
        self._listed: dict[str, dict[str, list[_Element]]] = {}
        self._places: dict[str, dict[_Element, str]] = {}
        self._children: dict[_Element, dict[str, list[_Element]]] = {}
        self._visits_left = _MOST_VISITED

    def fits(self, entry: PlaceReplacement, text: str) -> bool:
        """Say whether ``entry`` gives the data at its address, which is ``text``, the text of its control."""
        control = self._control(entry)
        if control is None or (entry.start, entry.end) != (0, len(text)) or entry.original_text != text:
            return False
        shown = _text_of(control)
        if any(str(name).startswith("docops-mark") for name in control.attrib):
            # Few controls were read as fields, and a renderer starts the faster for what it does not load.
            from docops_flask.engine.integrity.native.control_data import may_store

            return may_store(control, shown, entry, self._values) and self._shows(control, entry)
        names = [name for each in re.findall(PLACEHOLDER, shown) if (name := _name_in(each))]
        return (
            names[:1] == [entry.field_name]
            and self._may_become(shown, entry.new_text)
            and self._shows(control, entry)
        )

    def _control(self, entry: PlaceReplacement) -> _Element | None:
        """Return the content control that an entry names."""
        part, _, address = (entry.bound_control or "").rpartition("#")
        stated = re.fullmatch(r"sdt\[(0|[1-9][0-9]{0,8})\]", address)
        root = self._root(part)
        if stated is None or root is None:
            return None
        controls = self._by_name(part, root).get("sdt", [])
        return controls[int(stated[1])] if int(stated[1]) < len(controls) else None

    def _may_become(self, shown: str, text: str) -> bool:
        """Say whether ``shown`` becomes ``text`` with one of its logged texts for each placeholder.

        A name that stands nowhere else has any text, if it is the only such name.
        """
        pieces: list[tuple[str, ...]] = []
        names: list[str] = []
        at = 0
        for match in re.finditer(PLACEHOLDER, shown):
            names += ("", _name_in(match[0]))
            pieces += ((shown[at : match.start()],), tuple(self._values.get(names[-1]) or (match[0],)))
            at = match.end()
        pieces.append((shown[at:],))
        unknown = {name for name in names if name and not self._values.get(name)}
        if len(unknown) != 1:
            return len(text) in _ends(text, pieces)
        [name] = unknown
        first, last = names.index(name), len(names) - 1 - names[::-1].index(name)
        before = _ends(text, pieces[:first])
        behind = _ends(text[::-1], [[each[::-1] for each in piece] for piece in pieces[:last:-1]])
        return bool(before) and bool(behind) and min(before) + min(behind) <= len(text)

    def _shows(self, control: _Element, entry: PlaceReplacement) -> bool:
        """Say whether the binding of ``control`` leads to the address of ``entry``."""
        root, binding = self._root(entry.part), _binding_of(control)
        if binding is None or root is None:
            return False
        if binding.store and not self._is_store(entry.part, binding.store):
            return False
        element, attribute = self._followed(root, binding.path, binding.mapped)
        if element is None:
            return self._unstated(entry, root, binding) is not None
        name, _, of_attribute = entry.address.partition("@")
        if entry.part not in self._places:
            self._places[entry.part] = {
                each: f"{local}[{number}]"
                for local, of_name in self._by_name(entry.part, root).items()
                for number, each in enumerate(of_name)
            }
        return self._places[entry.part][element] == name and of_attribute.rpartition(":")[2] == attribute

    def unstated(self, entry: PlaceReplacement) -> str | None:
        """Return the Clark name of the document property that ``entry`` adds to its part, if it adds one.

        It is one that Word offers to show, that the template does not state, and that the control of the
        entry is bound to.
        """
        control, root = self._control(entry), self._root(entry.part)
        binding = None if control is None else _binding_of(control)
        return None if root is None or binding is None else self._unstated(entry, root, binding)

    def _unstated(self, entry: PlaceReplacement, root: _Element, binding: _Binding) -> str | None:
        if binding.store not in _PROPERTIES or not self._is_store(entry.part, binding.store):
            return None
        steps = re.fullmatch(rf"/{_STEP}/{_STEP}", binding.path)
        if steps is None or not {steps[3], steps[6]} <= {"", "[1]"}:
            return None
        own, _, of_root = str(root.tag)[1:].partition("}")
        local = steps[5]
        namespace = _DUBLIN_CORE if local in _IN_DUBLIN_CORE else own
        is_offered = (
            (binding.mapped.get(steps[1]), steps[2]) == (own, of_root)
            and local in _OFFERED.get(of_root, ())
            and binding.mapped.get(steps[4]) == namespace
        )
        name = f"{{{namespace}}}{local}"
        before = len(self._by_name(entry.part, root).get(local, ()))
        if not is_offered or entry.address != f"{local}[{before}]" or root.find(name) is not None:
            return None
        return name

    def _is_store(self, part: str, identity: str) -> bool:
        if identity in _PROPERTIES:
            return self._template.content_types.of(part).lower().endswith(_PROPERTIES[identity])
        for relationship in self._template.relationships(part):
            root = self._root(relationship.target) if relationship.kind == "customXmlProps" else None
            if root is not None and identity in [value.upper() for value in root.attrib.values()]:
                return True
        return False

    def _root(self, name: str) -> _Element | None:
        if name not in self._roots:
            try:
                self._roots[name] = parse_part(self._template.read(name), name)
            except (InvalidTemplate, KeyError):
                self._roots[name] = None
        return self._roots[name]

    def _by_name(self, part: str, root: _Element) -> dict[str, list[_Element]]:
        """Return the elements of a part by local name, in document order."""
        if part not in self._listed:
            found = self._listed[part] = {}
            for element in root.iter("*"):
                found.setdefault(_local(element), []).append(element)
        return self._listed[part]

    def _followed(
        self, root: _Element, path: str, mapped: Mapping[str | None, str]
    ) -> tuple[_Element | None, str]:
        """Return the element that child steps lead to, and the local name of the attribute behind them."""
        path_of_element, _, attribute = path.partition("/@")
        steps: list[tuple[str, list[int]]] = []
        for step in path_of_element.split("/")[1:]:
            stated = re.fullmatch(_STEP, step)
            if stated is None or (stated[1] is not None and stated[1] not in mapped):
                return None, ""
            name = f"{{{mapped[stated[1]]}}}{stated[2]}" if stated[1] is not None else stated[2]
            steps.append((name, [int(each) for each in re.findall("[0-9]+", stated[3])]))
        if not steps:
            return None, ""
        roots = [root] if root.tag == steps[0][0] else []
        first = next(self._reached(_chosen(roots, steps[0][1]), steps, 1), None)
        return first, attribute.rpartition(":")[2]

    def _reached(
        self, elements: list[_Element], steps: list[tuple[str, list[int]]], taken: int
    ) -> Iterator[_Element]:
        """Yield what the steps behind the first ``taken`` lead to from ``elements``, in document order."""
        for element in elements:
            self._visits_left -= 1
            if self._visits_left < 0:
                return
            if taken == len(steps):
                yield element
            else:
                name, positions = steps[taken]
                inner = _chosen(self._children_of(element).get(name, []), positions)
                yield from self._reached(inner, steps, taken + 1)

    def _children_of(self, parent: _Element) -> dict[str, list[_Element]]:
        if parent not in self._children:
            found = self._children[parent] = {}
            for child in parent.iterchildren("*"):
                found.setdefault(str(child.tag), []).append(child)
        return self._children[parent]


def _name_in(placeholder: str) -> str:
    """Return the name in a placeholder, "" where it is none: a name has a letter."""
    name = "".join(re.findall("[A-Z0-9_]", placeholder))
    return name if re.search("[A-Z]", name) else ""


def _chosen(group: list[_Element], positions: list[int]) -> list[_Element]:
    for position in positions:
        group = group[position - 1 : position] if position else []
    return group


def _ends(text: str, pieces: Iterable[Sequence[str]]) -> set[int]:
    """Return where one of each of ``pieces`` in turn may end if the first begins at the start of ``text``."""
    ends = {0}
    for texts in pieces:
        found = {at + len(each) for each in texts for at in ends if text.startswith(each, at)}
        ends = set(sorted(found)[:_MOST_TEXTS])
    return ends


def _text_of(control: _Element) -> str:
    """Return the text in a content control; a break is a newline."""
    namespace = control.tag.rpartition("}")[0].lstrip("{")
    found = control.xpath(_SHOWN, namespaces={"w": namespace}, smart_strings=False)
    assert isinstance(found, list)
    return "".join(each if isinstance(each, str) else "\n" for each in found)


def _local(element: _Element) -> str:
    return str(element.tag).rpartition("}")[2]
