"""Content controls that show data stored elsewhere: Word shows the data in place of what stands in them.

Source: ECMA-376 part 1, 17.5.2.6 (w:dataBinding), 15.2.5 and 15.2.6 (custom XML data and its id), 22.5.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from docops_flask.engine.document.document import StoryPart
from docops_flask.engine.errors import InvalidTemplate
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.xml_part import encoding_of, parse_part, recoded
from docops_flask.engine.template.grammar import Found, Kind, find_placeholders
from docops_flask.engine.template.places.bound_control import Control, controls_of
from docops_flask.engine.template.places.data import (
    MOST_LOOKED_AT,
    Data,
    Node,
    TooMuchWork,
    Work,
    bytes_of,
    local_name,
)
from docops_flask.engine.template.places.found import BoundNode, OtherPart, Unfillable
from docops_flask.engine.template.scan import Finder

# Ids of the stores that are document properties, and the content types of their parts.
_PROPERTIES = {
    "{6C3C8BC8-F283-45AE-878A-BAB7291924A1}": "application/vnd.openxmlformats-package.core-properties+xml",
    "{6668398D-A668-4E3E-A5EB-62B293D839F1}": (
        "application/vnd.openxmlformats-officedocument.extended-properties+xml"
    ),
}
_NAME = r"(?:[\w.-]+:)?[\w.-]+"
# Child steps with positions, then perhaps an attribute.
_CHILD_STEPS = re.compile(rf"(?:/{_NAME}(?:\[[0-9]{{1,9}}\])*)+(?:/@{_NAME})?")
_PREFIX_MAPPING = re.compile(r"xmlns:([\w.-]+)\s*=\s*(?:'([^']*)'|\"([^\"]*)\")")
# What the start tag of a control has that was read as a field (docs/analysis/native-marks.md).
_MARK = b" docops-mark"
_PLACE = "content control bound to data"
_PATH_REASON = (
    "its data is told by an expression that is not followed; bind the control to an element by its path, or "
    "remove the binding"
)
_RICH_REASON = "its data is a whole document; remove the binding, or use a plain text control"
_NODE_REASON = (
    "its data is no plain text, holds placeholders of its own, or is shown by another control with another "
    "text; bind the control to an element of its own that holds text alone"
)
# Word knows all properties of a document, and shows one that its part does not state as empty.
_PROPERTY_REASON = (
    "the document does not state this property and it cannot be added, so Word would show it as empty; fill "
    "it in once in Word (File, Info), or take the binding out"
)


class _Written(NamedTuple):
    """What of a part is written: its address, its text, its bytes, and what stands around the new text."""

    address: str
    text: str
    first: int
    last: int
    before: bytes
    after: bytes


class BoundControls:
    """Finds the bound controls of stories and what of their data has to be written.

    ``handled`` are the controls whose data is filled, by part name and first byte. Parts in ``others``, by
    their names in lower case, were read before. ``find`` finds the placeholders of a text.
    """

    def __init__(
        self, package: Package, others: dict[str, OtherPart], find: Finder = find_placeholders
    ) -> None:
        self._find = find
        self._package = package
        self._others = others
        self._stores: dict[str, str] | None = None
        self._data: dict[str, Data | None] = {}
        self._work = Work(MOST_LOOKED_AT)
        # What was found out before, as many controls may have the same binding.
        self._stores_by_id: dict[str, list[str]] = {}
        self._led_to: dict[tuple[str, str, str], Node | None] = {}
        self._filled: dict[tuple[Node, str], bool] = {}
        self.nodes: list[BoundNode] = []
        self.unfillable: list[Unfillable] = []
        self.handled: set[tuple[str, int]] = set()
        self._written: dict[tuple[str, str], str] = {}
        self._of_fields: set[tuple[str, str]] = set()
        self._marked: dict[tuple[Node, str], BoundNode] = {}

    def read(self, story: StoryPart) -> None:
        """Take the controls of ``story``."""
        for control in controls_of(story):
            text = control.text
            if self._found_in(text):
                self._take(story, control, text)

    def _found_in(self, text: str) -> list[Found]:
        return [each for each in self._find(text) if each.kind is Kind.PLACEHOLDER]

    def _take(self, story: StoryPart, control: Control, text: str) -> None:
        binding = control.binding or {}
        stores = self._stores_of(binding.get("storeItemID", ""))
        is_property = binding.get("storeItemID", "").upper() in _PROPERTIES
        if not stores and not is_property:
            # Without its data the control shows what stands in it.
            return
        path = binding.get("xpath", "")
        reason = _RICH_REASON if control.is_rich else _PATH_REASON
        if not control.is_rich and _CHILD_STEPS.fullmatch(path):
            try:
                node = self._found_node(stores, path, binding)
            except TooMuchWork:
                reason = _PATH_REASON
            else:
                if node is None:
                    if not is_property:
                        return
                    self._refuse(story, control, text, _PROPERTY_REASON)
                    return
                if (node, text) not in self._filled:
                    self._filled[node, text] = self._write(story, control, text, node)
                elif (node, text) in self._marked:
                    # Copies of a control that was read as a field may show different values.
                    first, number = self._marked[node, text], control.number
                    at = f"{story.name}#sdt[{number}]"
                    again = first._replace(control=at, story=story, control_start=control.start)
                    self.nodes.append(again)
                if self._filled[node, text]:
                    self.handled.add((story.name, control.start))
                    return
                reason = _NODE_REASON
        self._refuse(story, control, text, reason)

    def _refuse(self, story: StoryPart, control: Control, text: str, reason: str) -> None:
        for each in self._found_in(text):
            address = f"sdt[{control.number}]"
            self.unfillable.append(
                Unfillable(story.name, address, _PLACE, text, each.start, each.end, reason)
            )

    def _write(self, story: StoryPart, control: Control, text: str, node: Node) -> bool:
        """Have a node written that holds no placeholder; say whether the node is filled."""
        if node.lacking:
            return self._add(story, control, text, node)
        element = node.element
        if not node.attribute and len(element):
            return False
        now = element.get(node.attribute, "") if node.attribute else element.text or ""
        markup = story.content[control.start : control.end]
        is_marked = _MARK in markup[: markup.index(b">")]
        if self._found_in(now):
            # Word shows these, and they are filled where they stand: a control that is a field itself (its
            # text is its tag alone) shows no other.
            return not is_marked or now.strip() == text
        local = local_name(element)
        number = node.data.numbers[element]
        address = f"{local}[{number}]"
        where = bytes_of(node, local, number)
        if where is None:
            return False
        first, last, before, after, written_name = where
        if node.attribute:
            address += f"@{written_name}"
        return self._note(story, control, text, node, _Written(address, now, first, last, before, after))

    def _add(self, story: StoryPart, control: Control, text: str, node: Node) -> bool:
        """Have a property added that the document lacks; say whether the node is filled."""
        from docops_flask.engine.template.places.unstated_properties import bytes_of_unstated

        where = bytes_of_unstated(node)
        assert where is not None
        at, before, after = where
        local = node.lacking.rpartition("}")[2]
        # It comes behind all elements of that name.
        address = f"{local}[{sum(1 for each in node.data.numbers if local_name(each) == local)}]"
        return self._note(story, control, text, node, _Written(address, "", at, at, before, after))

    def _note(self, story: StoryPart, control: Control, text: str, node: Node, written: _Written) -> bool:
        """Note what is to be written of ``node``; say whether it is filled."""
        part, markup = node.data.part, story.content[control.start : control.end]
        is_marked = _MARK in markup[: markup.index(b">")]
        address, now, first, last, before, after = written
        key = part.name, address
        if key in self._written and not (is_marked and key in self._of_fields):
            return self._written[key] == text
        self._written.setdefault(key, text)
        self.nodes.append(
            BoundNode(
                part, address, now, f"{story.name}#sdt[{control.number}]", text, story, control.start, first,
                last, before, after, bool(node.attribute), tuple(self._found_in(text)),
                markup if is_marked else None,
            )
        )  # fmt: skip
        if is_marked:
            # Whether all fields that a node is shown by store the same is known once they are filled.
            self._of_fields.add(key)
            self._marked[node, text] = self.nodes[-1]
        return True

    def _found_node(self, stores: list[str], path: str, binding: dict[str, str]) -> Node | None:
        """Return the node that a binding leads to in the first of ``stores`` that has it."""
        key = binding.get("storeItemID", ""), path, binding.get("prefixMappings", "")
        if key not in self._led_to:
            found = (self._node(store, path, binding) for store in stores)
            self._led_to[key] = next(filter(None, found), None) or self._lacking(stores, path, binding)
        return self._led_to[key]

    def _lacking(self, stores: list[str], path: str, binding: dict[str, str]) -> Node | None:
        """Return the document property that a binding leads to and the first of ``stores`` lacks."""
        data = self._read(stores[0]) if stores else None
        if data is None or binding.get("storeItemID", "").upper() not in _PROPERTIES:
            return None
        # Imported here: most documents state the properties that they show.
        from docops_flask.engine.template.places.unstated_properties import unstated_property

        return unstated_property(data, path, _mapped(binding))

    def _node(self, store: str, path: str, binding: dict[str, str]) -> Node | None:
        data = self._read(store)
        if data is None:
            return None
        mapped = _mapped(binding)
        steps, _, attribute = path.partition("/@")
        element = data.followed(steps, mapped)
        if element is None:
            return None
        if attribute:
            prefix, _, local = attribute.rpartition(":")
            attribute = f"{{{mapped[prefix]}}}{local}" if prefix in mapped else local
            if element.get(attribute) is None:
                return None
        return Node(data, element, attribute)

    def _read(self, name: str) -> Data | None:
        """Return a part with data, ``None`` where it cannot be read."""
        if name not in self._data:
            self._data[name] = None
            try:
                content = self._package.read(name)
                root = parse_part(content, name)
                if name.lower() not in self._others:
                    encoding = encoding_of(content, name)
                    self._others[name.lower()] = OtherPart(name, recoded(content, encoding), encoding)
                self._data[name] = Data(self._others[name.lower()], root, self._work)
            except (InvalidTemplate, KeyError):
                pass
        return self._data[name]

    def _stores_of(self, wanted: str) -> list[str]:
        """Return the parts that a binding may mean: the one with the id, or each where it names none."""
        if wanted not in self._stores_by_id:
            self._stores_by_id[wanted] = self._looked_up(wanted)
        return self._stores_by_id[wanted]

    def _looked_up(self, wanted: str) -> list[str]:
        if wanted.upper() in _PROPERTIES:
            content_type = _PROPERTIES[wanted.upper()]
            return [
                entry.name
                for entry in self._package.archive.entries
                if self._package.content_types.of(entry.name).lower() == content_type
            ]
        if self._stores is None:
            self._stores = dict(self._custom_items())
        if not wanted:
            return list(self._stores)
        return [name for name, identity in self._stores.items() if identity.upper() == wanted.upper()]

    def _custom_items(self) -> Iterator[tuple[str, str]]:
        """Yield the parts of custom XML data with their ids."""
        for relationship in self._package.relationships(self._package.main_part):
            if relationship.kind != "customXml" or not self._package.has(relationship.target):
                continue
            identity = ""
            for of_item in self._package.relationships(relationship.target):
                if of_item.kind == "customXmlProps" and self._package.has(of_item.target):
                    root = parse_part(self._package.read(of_item.target), of_item.target)
                    identity = next((str(v) for k, v in root.items() if str(k).endswith("}itemID")), "")
            yield relationship.target, identity


def _mapped(binding: dict[str, str]) -> dict[str, str]:
    """Return the namespaces that a binding states for its prefixes."""
    found = _PREFIX_MAPPING.findall(binding.get("prefixMappings", ""))
    return {prefix: one or other for prefix, one, other in found}
