"""The template with native marks rewritten as a log says: what all further steps of the proof begin with.

Finding marks, making tags and bringing back what was not filled is code of the proof's own:
``engine.template.native`` works on bytes, this on trees.
"""

import re
from collections import deque
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from docops_flask.engine.errors import InvalidTemplate
from docops_flask.engine.integrity.addresses import Addresses
from docops_flask.engine.integrity.blocks import names_in
from docops_flask.engine.integrity.byte_stories import TemplateEvidence
from docops_flask.engine.integrity.byte_tags import TagMap, TagSpan, element_end
from docops_flask.engine.integrity.byte_text import plain_text
from docops_flask.engine.integrity.expansion.expanded import ExpandedTemplate
from docops_flask.engine.integrity.native.finding import marks_in
from docops_flask.engine.integrity.native.found import FoundMark, Source
from docops_flask.engine.integrity.native_claims import NativeClaim
from docops_flask.engine.integrity.template_parts import TemplateParts
from docops_flask.engine.integrity.verdict import Unaccounted
from docops_flask.engine.opc.xml_part import Encoding, encoded, encoding_of, recoded

_ATTRIBUTE = b"docops-mark"


class Rewritten(NamedTuple):
    """Evidence of the rewritten template, and what in the log does not fit the template.

    ``choices`` are the texts that lists of controls show for values, by their tags.
    """

    evidence: TemplateEvidence
    misfits: Sequence[Unaccounted]
    choices: Mapping[str, Mapping[str, str]]


class _RewrittenPart:
    """A part with its marks rewritten, and the way back where they were not filled."""

    def __init__(self, content: bytes, encoding: Encoding | None, marks: Sequence[FoundMark]) -> None:
        self._encoding = encoding
        self._attribute = _ATTRIBUTE
        while self._attribute in content:
            self._attribute += b"-"
        self._marks = marks
        self._olds = [content[each.start : each.end] for each in marks]
        self._news = [
            b"".join([self._numbered(each, number) for each in (mark.new, mark.second) if each])
            for number, mark in enumerate(marks)
        ]
        pieces, done = [], 0
        for each, new in zip(marks, self._news, strict=True):
            pieces += [content[done : each.start], new]
            done = each.end
        self.content = encoded(b"".join(pieces) + content[done:], encoding)

    def _numbered(self, new: bytes, number: int) -> bytes:
        """Return ``new`` with the number of its mark in its first start tag."""
        end = _name_end(new, 0)
        return new[:end] + b' %b="%d"' % (self._attribute, number) + new[end:]

    def settled(self, expected: bytes) -> bytes:
        """Return the part with marks that were not filled as they were, and no marker left."""
        content = recoded(expected, self._encoding)
        pieces, done = [], 0
        # In start tags alone: a value may hold the same characters.
        attribute = re.compile(rb'(<[^\s<>/!?][^<>]*?) %b="(\d+)"' % re.escape(self._attribute))
        # The marks that stood as they were in an earlier copy.
        kept: set[int] = set()
        for marker in attribute.finditer(content):
            number, start = int(marker[2]), marker.start()
            if start < done:
                continue
            mark, new = self._marks[number], self._news[number]
            pieces.append(content[done:start])
            if content[start : start + len(new)] == new:
                pieces.append(mark.bare if number in kept else self._olds[number])
                kept.add(number)
                done = start + len(new)
                continue
            done = end = _end_of(content, start)
            behind = attribute.match(content, done) if mark.second else None
            if behind is not None and behind[2] == marker[2]:
                done = _end_of(content, done)
            element = attribute.sub(rb"\1", content[start:done])
            if _shows_alone(attribute.sub(rb"\1", content[start:end]), mark.tag):
                is_first = mark.identity != b"" and mark.identity in element
                pieces.append(self._olds[number] if is_first else mark.bare)
            else:
                pieces.append(element if mark.finish is None else mark.finish(element))
        return encoded(b"".join(pieces) + content[done:], self._encoding)


_NAME = re.compile(rb"<[^\s/>]+")
_RUN = re.compile(rb"<((?:[^\s<>/:]+:)?)r(?:\s[^>]*)?>(.*?)</\1r>", re.DOTALL)
_TEXT_ALONE = re.compile(
    rb"(?:<(?:[^\s<>/:]+:)?rPr(?:\s*/>|[\s>].*</(?:[^\s<>/:]+:)?rPr>))?<([^\s<>/]*)t(?:\s[^>]*)?>([^<]*)</\1t>",
    re.DOTALL,
)


def _shows_alone(element: bytes, tag: str) -> bool:
    """Say whether one run is all in an element, and ``tag`` its only text: the mark has no value."""
    runs = [each[2] for each in _RUN.finditer(element)]
    text = _TEXT_ALONE.fullmatch(runs[0]) if len(runs) == 1 else None
    return text is not None and plain_text(text[2]) == tag


def _name_end(content: bytes, start: int) -> int:
    """Return where the name in the start tag at ``start`` ends."""
    name = _NAME.match(content, start)
    return start if name is None else name.end()


def _end_of(content: bytes, start: int) -> int:
    return element_end(content, TagSpan(start, content.index(b">", start) + 1))


def rewritten(evidence: TemplateEvidence, claims: Sequence[NativeClaim]) -> Rewritten:
    """Return the template of ``evidence`` with the marks of ``claims`` rewritten.

    Each has to be a mark of the template: of that kind and name, in that paragraph, with that tag.
    """
    known: tuple[object, Rewritten] | None = evidence.rewritten
    if known is not None and known[0] == claims:
        return known[1]
    template = evidence.package
    parts = TemplateParts(template)
    addresses = Addresses(parts.stories(), parts.flow_of)
    misfits: list[Unaccounted] = []
    written: dict[str, _RewrittenPart] = {}
    choices: dict[str, dict[str, str]] = {}
    by_part: dict[str, list[NativeClaim]] = {}
    stories = {story.part for story in parts.stories() if story.kind != "comments"}
    for claim in claims:
        by_part.setdefault(claim.part, []).append(claim)
    for name, own in by_part.items():
        source = _source(evidence, parts, name) if name in stories else None
        found = [] if source is None else list(marks_in(source, {claim.kind for claim in own}))
        marks, wrong = _claimed(found, own, addresses)
        misfits += wrong
        for mark in marks:
            for value, shown in mark.choices:
                choices.setdefault(mark.tag, {}).setdefault(value, shown)
        if source is not None and not wrong:
            encoding = encoding_of(template.read(name), name)
            written[name] = _RewrittenPart(source.content, encoding, marks)
    contents: Mapping[str, bytes] = {name: part.content for name, part in written.items()}
    after = TemplateEvidence(ExpandedTemplate(template, contents)).with_parts_of(evidence, set(contents))
    after.settle = {name: part.settled for name, part in written.items()}
    result = Rewritten(after, misfits, choices)
    evidence.rewritten = claims, result
    return result


def _source(evidence: TemplateEvidence, parts: TemplateParts, name: str) -> Source | None:
    root = parts.root(name)
    names = None if root is None else names_in(root.tag)
    if root is None or names is None:
        return None
    raw = evidence.package.read(name)
    content = recoded(raw, encoding_of(raw, name))
    try:
        return Source(root, content, TagMap(root, content), names)
    except (ValueError, InvalidTemplate):
        return None


def _claimed(
    found: Sequence[FoundMark], claims: Sequence[NativeClaim], addresses: Addresses
) -> tuple[list[FoundMark], list[Unaccounted]]:
    """Return the marks that ``claims`` name, in their order, and a fault for each claim that names none."""
    marks: list[FoundMark] = []
    wrong: list[Unaccounted] = []
    following = deque(found)
    for claim in claims:
        wanted = claim.kind, claim.name, claim.original_text, claim.tag
        while following:
            mark = following.popleft()
            if (mark.kind, mark.name, mark.original_text, mark.tag) == wanted and any(
                element is mark.paragraph for element, _ in addresses.paragraphs(claim.paragraph_path)
            ):
                marks.append(mark)
                break
            following.extendleft(reversed(mark.instead))
        else:
            message = "The template has no such mark there, or it becomes another tag."
            wrong.append(Unaccounted(claim.part, f"$.native[{claim.place}]", "native_mark", message))
    return marks, wrong
