"""Puts rich values into the filled document, in place of what stands for them (docs/analysis/rich-values.md).

Filling puts a value where its tag stands as one text (``markers``). Here that text gives way to runs, or its
paragraph to paragraphs.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from docops_flask.engine.artefacts import OutputBudget
from docops_flask.engine.document.document import Document, ParagraphPlace, StoryPart
from docops_flask.engine.document.edits import EditedPart
from docops_flask.engine.document.open import reopen_document
from docops_flask.engine.opc.additions import Additions, PartChanges
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.relationships import REL_STRICT, REL_TRANSITIONAL
from docops_flask.engine.opc.xml_part import encoded, encoding_of, recoded
from docops_flask.engine.oxml.markup import spliced
from docops_flask.engine.oxml.names import W_STRICT
from docops_flask.engine.run_warnings import RunWarning, warning_of
from docops_flask.engine.template.lines import RepeatablePlaces
from docops_flask.engine.template.rich.addresses import MovedAddresses
from docops_flask.engine.template.rich.lists import CONTENT_TYPE, ListItem, RichLists, highest_named
from docops_flask.engine.template.rich.look import RunMarkup
from docops_flask.engine.template.rich.markers import paragraphs_in
from docops_flask.engine.template.rich.paragraph import RichPlace
from docops_flask.engine.template.rich.refusals import (
    FilledTag,
    InsertionFault,
    RichRefused,
    nested_values,
    no_link,
    no_list,
    noncharacters,
)
from docops_flask.engine.template.rich.styles import RichStyles
from docops_flask.engine.template.rich.values import NONCHARACTERS, RichParagraph, RichRun, merged


class Inserted(NamedTuple):
    """What came of putting rich values in: changed and added parts, what the log says of them, warnings.

    ``document`` is the document with them in, ``moved`` maps addresses before to those in it. ``forms`` says
    by the address of a paragraph before whether its values are runs or paragraphs. ``again`` puts the same
    values into parts that differ from the filled ones in formatting alone.
    """

    changed: Mapping[str, bytes]
    added: Mapping[str, bytes]
    forms: Mapping[str, str]
    members: Mapping[str, Any]
    warnings: Sequence[RunWarning]
    document: Document
    moved: MovedAddresses
    again: Callable[[Mapping[str, bytes]], Mapping[str, bytes]]


def insert_rich_values(  # noqa: PLR0917, called once
    package: Package,
    document: Document,
    changed: Mapping[str, bytes],
    additions: Additions,
    tags: Sequence[FilledTag],
    limits: Limits,
    *,
    finishes: bool = True,
) -> Inserted:
    """Put the rich values among ``tags`` into the parts ``changed`` of ``document``, which has been filled.

    ``tags`` are all that were filled in paragraphs.

    ``additions`` takes what comes into other parts; without ``finishes`` more comes there later, and is
    finished then. Raises ``RichRefused`` for a list or a heading at a place
    that takes runs alone, ``InvalidArgument`` where the parts hold signs that mark rich values.
    """
    texts: dict[EditedPart, bytes] = {
        part: recoded(changed[part.name], part.encoding) for part in document.parts if part.name in changed
    }
    filled = reopen_document(document, texts, limits)
    insertion = _Insertion(package, document, filled, changed, additions, tags, limits)
    return insertion.inserted(finishes=finishes)


class _Insertion:
    def __init__(  # noqa: PLR0917, called once
        self,
        package: Package,
        document: Document,
        filled: Document,
        changed: Mapping[str, bytes],
        additions: Additions,
        tags: Sequence[FilledTag],
        limits: Limits,
    ) -> None:
        self._package = package
        self._filled = filled
        self._changed = dict(changed)
        self._additions = additions
        self._tags = tags
        self._limits = limits
        self._by_path: dict[str, list[FilledTag]] = {}
        for tag in tags:
            self._by_path.setdefault(tag.path, []).append(tag)
        self._styles = RichStyles(document.styles)
        self._main = package.main_part
        self._numbering = document.related.name("numbering")
        numbering = None
        if self._numbering is not None:
            numbering = self._changed.get(self._numbering) or package.read(self._numbering)
            self._encoding = encoding_of(numbering, self._numbering)
            numbering = recoded(numbering, self._encoding)
        namespace = filled.parts[0].w.namespace
        self._document = document
        self._lists = RichLists(
            numbering, self._numbering or "", self._styles, namespace, self._highest_named
        )
        self._ids: dict[tuple[str, str], str] = {}
        self._forms: dict[str, str] = {}
        self._items: dict[str, Sequence[ListItem | None]] = {}
        self._budget = OutputBudget(limits.output_bytes)
        # How many paragraphs come behind others, how many runs each run becomes, by address.
        self._added: dict[str, int] = {}
        self._run_counts: dict[str, Sequence[int]] = {}
        # Codes and places of warnings, each once.
        self._warnings: dict[tuple[str, str], None] = {}
        self._errors: list[InsertionFault] = []
        self._members: dict[str, list[dict[str, Any]]] = {}

    def _highest_named(self) -> int:
        """Return the highest number of a list that the template names anywhere."""
        parts = self._document.parts
        contents = (recoded(self._package.read(part.name), part.encoding) for part in parts)
        return max(self._styles.highest_list, highest_named(contents))

    def inserted(self, *, finishes: bool) -> Inserted:
        """Return the outcome."""
        edits, count = self._edits_in(self._filled)
        if self._errors:
            raise RichRefused(self._errors)
        self._check_count(count)
        texts: dict[EditedPart, bytes] = {}
        for part, splices in edits.items():
            if any(one[1] > other[0] for one, other in pairwise(sorted(splices))):
                raise nested_values()
            texts[part] = spliced(part.text.content, sorted(splices))
            self._changed[part.name] = encoded(texts[part], part.encoding)
        self._write_lists()
        done = self._additions.finish(self._changed) if finishes else PartChanges(self._changed, {})
        OutputBudget(self._limits.output_bytes).spend(
            sum(map(len, (*done.changed.values(), *done.added.values())))
        )
        members = {} if not self._members else {"rich": self._members}
        moved = MovedAddresses(self._added, self._run_counts)
        document = reopen_document(self._filled, texts, self._limits)
        warnings = [warning_of(code, moved.path(path)) for code, path in self._warnings]
        return Inserted(*done, self._forms, members, warnings, document, moved, self._again)

    def _edits_in(self, filled: Document) -> tuple[dict[StoryPart, list[tuple[int, int, bytes]]], int]:
        """Return the edits that put values into ``filled``, and how many values are put in."""
        places = RepeatablePlaces(filled.walk)
        self._budget = OutputBudget(self._limits.output_bytes)
        edits: dict[StoryPart, list[tuple[int, int, bytes]]] = {}
        by_path = self._places_by_path(filled)
        count = 0
        # Lists and links are numbered in the order of the log.
        for path in dict.fromkeys(tag.path for tag in self._tags if tag.is_rich):
            for place, mirrors in by_path.get(path, ()):
                here = [RichPlace(each) for each in (place, *mirrors)]
                here = [each for each in here if each.markers]
                takes_paragraphs = (
                    len(mirrors) == len(place.mirrors)
                    and self._takes_paragraphs(path, here)
                    and places.may_be_repeated(place)
                )
                for paragraph in here:
                    count += len(paragraph.markers)
                    own = edits.setdefault(paragraph.place.part, [])
                    own += self._edits(paragraph, path, takes_paragraphs)
        return edits, count

    def _places_by_path(
        self, filled: Document
    ) -> Mapping[str, Sequence[tuple[ParagraphPlace, Sequence[ParagraphPlace]]]]:
        """Return the paragraphs at each address, with the mirrors of each that its entries tell of.

        Other branches may read alike once they are filled, with entries of their own.
        """
        found: dict[str, list[tuple[ParagraphPlace, Sequence[ParagraphPlace]]]] = {}
        for place in filled.walk.paragraphs:
            others = [each for each in place.mirrors if each.path in self._by_path]
            mirrors = [each for each in place.mirrors if each.path not in self._by_path]
            found.setdefault(place.path, []).append((place, mirrors))
            for each in others:
                found.setdefault(each.path, []).append((each, ()))
        return found

    def _again(self, changed: Mapping[str, bytes]) -> Mapping[str, bytes]:
        """Return ``changed``, which differs from the filled parts in formatting alone, with the values in."""
        texts: dict[EditedPart, bytes] = {
            part: recoded(changed[part.name], part.encoding)
            for part in self._filled.parts
            if part.name in changed
        }
        edits, _ = self._edits_in(reopen_document(self._filled, texts, self._limits))
        written = {
            part.name: encoded(spliced(part.text.content, sorted(splices)), part.encoding)
            for part, splices in edits.items()
        }
        return {**changed, **written}

    def _takes_paragraphs(self, path: str, here: Sequence["RichPlace"]) -> bool:
        """Say whether nothing but one rich value stands in a paragraph, whatever the values are."""
        return len(self._by_path.get(path, ())) == 1 and all(each.is_alone for each in here)

    def _edits(
        self, paragraph: "RichPlace", path: str, takes_paragraphs: bool
    ) -> Iterator[tuple[int, int, bytes]]:
        tags = [each for each in self._by_path.get(path, ()) if each.is_rich]
        if len(tags) != len(paragraph.markers):
            raise noncharacters()
        writer = self._writer(paragraph, path)
        [first, *_] = paragraph.markers
        lines = paragraphs_in(first)
        for each in map(paragraphs_in, paragraph.markers):
            # The size is counted before anything is written.
            self._budget.spend(
                paragraph.size * len(each) + paragraph.look_size * sum(len(line.runs) for line in each)
            )
        is_structured = len(lines) > 1 or any(each.kind != "text" for each in lines)
        if takes_paragraphs and is_structured:
            if path not in self._forms:
                told = {"paragraph_path": path, "count": len(lines)}
                self._members.setdefault("paragraphs", []).append(told)
            self._forms[path] = "paragraphs"
            self._added[paragraph.place.path] = len(lines) - 1
            yield paragraph.start, paragraph.end, self._paragraphs(paragraph, path, lines, writer)
            return
        self._forms[path] = "runs"
        values = []
        for marker, tag in zip(paragraph.markers, tags, strict=True):
            lines = paragraphs_in(marker)
            if any(each.kind != "text" for each in lines):
                self._errors.append(no_list(tag))
            values.append(_joined(lines))
        if self._errors:
            return
        self._run_counts[paragraph.place.path] = paragraph.run_counts(values)
        yield from paragraph.with_runs(values, writer)

    def _writer(self, paragraph: "RichPlace", path: str) -> RunMarkup:
        part = paragraph.place.part
        is_strict = part.w.namespace == W_STRICT
        link_style = self._styles.link()
        links = {
            run.link for marker in paragraph.markers for each in paragraphs_in(marker) for run in each.runs
        }
        ids: dict[str, str] = {}
        for link in sorted(link for link in links if link is not None):
            place = paragraph.takes_no_link
            if place is not None:
                [tag, *_] = (each for each in self._by_path[path] if each.is_rich)
                self._errors.append(no_link(tag, place))
            key = part.name, link
            if key not in self._ids:
                kind = f"{REL_STRICT if is_strict else REL_TRANSITIONAL}/hyperlink"
                self._ids[key] = self._additions.relate_external(part.name, kind, link)
                told = {"part": part.name, "id": self._ids[key], "target": link}
                self._members.setdefault("relationships", []).append(told)
            ids[link] = self._ids[key]
        return RunMarkup(paragraph.prefix, link_style, ids, is_strict=is_strict)

    def _paragraphs(
        self, paragraph: "RichPlace", path: str, lines: Sequence[RichParagraph], writer: RunMarkup
    ) -> bytes:
        """Return what a paragraph gives way to: one for each of ``lines``."""
        # Both branches of a text box show the same list.
        items = self._items.get(path)
        if items is None:
            items = self._items[path] = self._lists.items(lines)
        written = []
        last = len(lines) - 1
        copies: dict[tuple[bool, bool], RichPlace] = {}
        for number, (line, item) in enumerate(zip(lines, items, strict=True)):
            place = number == 0, number == last
            if place not in copies:
                copies[place] = paragraph.copy(is_first=place[0], is_last=place[1])
            style = self._styles.heading(line.level) if line.kind == "heading" else None
            is_bold = line.kind == "heading" and style is None
            if is_bold:
                self._warnings["RICH_NO_HEADING_STYLE", path] = None
            written.append(copies[place].as_line(_bold(line) if is_bold else line, item, style, writer))
        return b"".join(written)

    def _write_lists(self) -> None:
        added = self._lists.added
        if not added:
            return
        self._members["numbering"] = [each.as_dict() for each in added]
        written = self._lists.written()
        if self._numbering is not None:
            self._changed[self._numbering] = encoded(written, self._encoding)
            return
        number = 1
        while self._package.has(f"word/docopsNumbering{number}.xml"):
            number += 1
        name = f"word/docopsNumbering{number}.xml"
        self._additions.add_part(name, CONTENT_TYPE, written)
        is_strict = self._filled.parts[0].w.namespace == W_STRICT
        kind = f"{REL_STRICT if is_strict else REL_TRANSITIONAL}/numbering"
        self._additions.relate(self._main, kind, name)
        self._members["parts"] = [{"part": name}]

    def _check_count(self, count: int) -> None:
        """Raise ``InvalidArgument`` where the filled parts have signs of rich values that are none."""
        signs = sum(len(NONCHARACTERS.findall(part.text.content.decode())) for part in self._filled.parts)
        rich = [each for each in self._tags if each.is_rich]
        expected = sum(len(NONCHARACTERS.findall(each.text)) * each.places for each in rich)
        markers = sum(each.places for each in rich)
        if (signs, count) != (expected, markers):
            raise noncharacters()


def _joined(lines: Sequence[RichParagraph]) -> tuple[RichRun, ...]:
    """Return the runs of ``lines`` with line breaks between these."""
    runs: list[RichRun] = []
    for number, line in enumerate(lines):
        runs += line.runs if not number else (RichRun("\n"), *line.runs)
    return merged(runs)


def _bold(line: RichParagraph) -> RichParagraph:
    return line._replace(runs=tuple([run._replace(bold=True) for run in line.runs]))
