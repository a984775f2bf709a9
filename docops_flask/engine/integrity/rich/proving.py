"""The parts of the written document that rich values change, and those that they add."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from docops_flask.engine.integrity.byte_stories import Misfit, Stories, StoryBytes
from docops_flask.engine.integrity.claims import Claims
from docops_flask.engine.integrity.members import Members
from docops_flask.engine.integrity.rich.forms import check_forms
from docops_flask.engine.integrity.rich.insertion import PartPlaces, Parts
from docops_flask.engine.integrity.rich.package import (
    EMPTY_RELATIONSHIPS,
    Lists,
    Relations,
    Styles,
    related,
    same,
)
from docops_flask.engine.integrity.rich.piece import edited
from docops_flask.engine.integrity.rich.reading import together
from docops_flask.engine.integrity.rich_claims import OPEN
from docops_flask.engine.integrity.template_parts import find_stories
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.relationships import (
    CONTENT_TYPES_PART,
    OVERRIDE,
    REL_STRICT,
    REL_TRANSITIONAL,
    relationships_part,
)
from docops_flask.engine.opc.xml_part import encoded, encoding_of, parse_part, recoded, serialize_part

if TYPE_CHECKING:
    from docops_flask.engine.integrity.added_pictures import ExtendedPart
    from docops_flask.engine.integrity.places import PlacedPart

    TouchedPart = StoryBytes | PlacedPart | ExtendedPart

_NUMBERING_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.numbering+xml"
_RELATIONSHIPS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"


class RichParts:
    """What the rich values of ``claims`` make of the parts that entries and fixes come to.

    ``parts`` are the bytes of all that they change or add, by name; ``ids`` those of new
    relationships, ``new`` the names of new parts.
    Raises ``Misfit`` where the log says something else, or a value cannot stand as it says.
    """

    def __init__(  # noqa: PLR0917, called once
        self,
        template: Package,
        stories: Stories,
        touched: "Mapping[str, TouchedPart]",
        members: Members,
        claims: Claims,
        settle: Mapping[str, Callable[[bytes], bytes]],
    ) -> None:
        """``settle`` has, by part, what native marks without a value make of its bytes."""
        self.parts: dict[str, bytes] = {}
        self.ids: dict[str, set[str]] = {}
        self._template = template
        self._touched = touched
        self._names = {entry.name.lower(): entry.name for entry in template.archive.entries}
        self.new: list[str] = []
        self._content_types: list[tuple[str, str]] = []
        assert claims.rich is not None
        values = claims.rich.values
        numbers = {entry.place for entry in claims.replacements}
        lines = [line for each in values.values() for line in each.lines]
        is_told = all(each.is_told_alike for each in values.values())
        if not is_told or any(together(line.runs) != line.runs for line in lines):
            raise Misfit
        if not numbers.issuperset(values):
            raise Misfit
        texts = {
            name: recoded(settle.get(name, bytes)(part.written()), part.encoding)
            for name, part in touched.items()
            if isinstance(part, StoryBytes)
        }
        written = {each.record.name: len(each.after) for each in members.changed}
        found = [
            PartPlaces(name, text, written.get(name, 0))
            for name, text in texts.items()
            if OPEN.encode() in text
        ]
        places = [place for part in found for place in part.places]
        if {number for place in places for number in place.numbers} != set(values):
            raise Misfit
        check_forms(stories, claims, places)
        places.sort(key=lambda place: (place.numbers[0], place.part.name, place.span.start))
        self._insert(stories, claims, found, places)
        self._finish_content_types()

    def _insert(
        self, stories: Stories, claims: Claims, found: Sequence[PartPlaces], places: Sequence[Any]
    ) -> None:
        assert claims.rich is not None
        values = claims.rich.values
        main = self._template.main_part
        namespace = next(part.names.namespace for part in found)
        name = related(stories.package, "styles")
        styles = Styles(None if name is None else stories.parts.fresh_root(name))
        numbering = related(stories.package, "numbering")
        content = None if numbering is None else self._as_written(numbering)
        encoding = None if numbering is None or content is None else encoding_of(content, numbering)
        known = None if content is None else recoded(content, encoding)
        lists = Lists(known, numbering or "", styles, namespace, self._stories)
        relations: dict[str, Relations] = {}
        for part in (*(each.name for each in found), main):
            if part not in relations:
                relations[part] = Relations(
                    self._list_of(part),
                    relationships_part(part),
                    # Those of comments that are left out are not given again.
                    (each.id for each in self._template.relationships(part)),
                )
        before = {part: set(each.ids) for part, each in relations.items()}
        links: dict[tuple[str, str], str] = {}
        items: dict[int, Any] = {}
        all_parts = Parts(styles, lists, relations)
        edits: dict[str, list[tuple[int, int, bytes]]] = {part.name: [] for part in found}
        for place in places:
            place.relate(values, all_parts, links)
            for part, _ in links:
                self._declare_list(part)
            edits[place.part.name] += place.edits(values, all_parts, items)
        for each in found:
            touched = self._touched[each.name]
            assert isinstance(touched, StoryBytes)
            self.parts[each.name] = encoded(edited(each.content, edits[each.name]), touched.encoding)
        paths = {entry.place: entry.result_path or entry.paragraph_path for entry in claims.replacements}
        added: dict[str, Any] = {}
        if any(each.form == "paragraphs" for each in values.values()):
            added["paragraphs"] = [
                {"paragraph_path": paths[number], "count": len(each.lines)}
                for number, each in values.items()
                if each.form == "paragraphs"
            ]
        if links:
            added["relationships"] = [
                {"part": part, "id": identity, "target": link} for (part, link), identity in links.items()
            ]
        if lists.added:
            added["numbering"] = lists.added
            if numbering is None:
                added["parts"] = [{"part": self._new_numbering(main, namespace, lists, relations)}]
            else:
                self.parts[numbering] = encoded(lists.written(), encoding)
        same(claims.rich.added, added)
        for part, of_part in relations.items():
            if of_part.ids != before[part]:
                self.ids[part] = of_part.ids
                self.parts[self._actual_list(part)] = of_part.written()

    def _stories(self) -> Iterator[bytes]:
        """Yield the parts of the template that hold paragraphs, as UTF-8."""
        template = self._template
        main = template.main_part
        for story in find_stories(main, template.relationships(main), template):
            content = template.read(story.part)
            yield recoded(content, encoding_of(content, story.part))

    def _new_numbering(
        self, main: str, namespace: str, lists: Lists, relations: Mapping[str, Relations]
    ) -> str:
        number = 1
        while f"word/docopsnumbering{number}.xml" in self._names:
            number += 1
        name = f"word/docopsNumbering{number}.xml"
        self.new.append(name)
        self._content_types.append((name, _NUMBERING_TYPE))
        self._declare_list(main)
        base = REL_STRICT if "purl.oclc.org" in namespace else REL_TRANSITIONAL
        folder = main.rpartition("/")[0]
        up = "../" * folder.count("/") + ("../" if folder else "")
        target = name.removeprefix("word/") if folder == "word" else up + name
        relations[main].add({"Type": f"{base}/numbering", "Target": target})
        self.parts[name] = lists.written()
        return name

    def _as_written(self, name: str) -> bytes:
        """Return a part as entries and fixes leave it."""
        touched = next((part for each, part in self._touched.items() if each.lower() == name.lower()), None)
        return self._template.read(name) if touched is None else touched.written()

    def _actual_list(self, part: str) -> str:
        name = relationships_part(part)
        return self._names.get(name.lower(), name)

    def _list_of(self, part: str) -> bytes:
        name = self._actual_list(part)
        if name in self._touched or self._template.has(name):
            return self._as_written(name)
        return EMPTY_RELATIONSHIPS

    def _declare_list(self, part: str) -> None:
        """Have the list of relationships of a part among the new ones if there is none."""
        name = self._actual_list(part)
        if name in self._touched or self._template.has(name) or name in self.new:
            return
        self.new.append(name)
        if self._template.content_types.of(name).lower() != _RELATIONSHIPS_TYPE:
            self._content_types.append((name, _RELATIONSHIPS_TYPE))

    def _finish_content_types(self) -> None:
        if not self._content_types:
            return
        name = self._names[CONTENT_TYPES_PART.lower()]
        root = parse_part(self._as_written(name), name)
        for part, content_type in self._content_types:
            child = root.makeelement(OVERRIDE, {"PartName": f"/{part}", "ContentType": content_type})
            root.append(child)
        self.parts[name] = serialize_part(root)
