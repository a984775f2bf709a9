"""The template's parts as the proof opens them: parsed anew, each once, to be changed by the replay."""

from lxml.etree import _Element

from docops_flask.engine.errors import InvalidTemplate
from docops_flask.engine.integrity.flow import Flow
from docops_flask.engine.integrity.names import names_in
from docops_flask.engine.integrity.stories import Story, find_stories
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.xml_part import parse_part


class TemplateParts:
    """The parts of ``template``, by their names; what a root is changed to stays."""

    def __init__(self, template: Package) -> None:
        self._template = template
        self._roots: dict[str, _Element | None] = {}

    def root(self, name: str) -> _Element | None:
        """Return the root of a part, ``None`` when it is no XML that can be parsed."""
        if name not in self._roots:
            self._roots[name] = self.fresh_root(name)
        return self._roots[name]

    def fresh_root(self, name: str) -> _Element | None:
        """Return the root of a part as the template has it, whatever was changed in ``root``."""
        try:
            return parse_part(self._template.read(name), name) if _is_xml(name) else None
        except InvalidTemplate:
            return None

    def stories(self) -> list[Story]:
        """Return the stories of the template, comments included."""
        main = self._template.main_part
        return find_stories(main, self._template.relationships(main), self._template)

    def flow_of(self, story: Story) -> Flow | None:
        """Return the flow that the addresses of a story count in, ``None`` when its part holds none."""
        root = self.root(story.part)
        names = names_in(root.tag) if root is not None else None
        if root is None or names is None:
            return None
        element = root.find(names("body")) if story.kind == "" else root
        return None if element is None else Flow(story.part, element, names)

    def relationship_ids(self, name: str) -> set[str]:
        """Return the ids of a part's relationships."""
        return {relationship.id for relationship in self._template.relationships(name)}


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels"))
