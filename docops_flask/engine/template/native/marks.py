"""Native marks: where one lies in a story, which tag it becomes, what the finished document has there."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from docops_flask.engine.document.document import StoryPart
from docops_flask.engine.document.edits import EditedPart
from docops_flask.engine.opc.xml_part import encoded, recoded
from docops_flask.engine.oxml.markup import element_end, escaped, spliced
from docops_flask.engine.template.native.marker import marker_in, marker_pattern
from docops_flask.engine.template.native.runs import shows_alone
from docops_flask.engine.template.tag_kinds import Tag
from docops_flask.engine.template.tag_meaning import is_field

# What a filled mark becomes: from the bytes of its first element, with the value in, and the mark.
Finish = Callable[["Mark", bytes], bytes]


class Mark(NamedTuple):
    """A native mark that gives way to a tag: the bytes ``start``:``end`` of a story.

    ``kind`` is a member of ``kinds`` in answers, ``name`` what the author called it, ``path`` the address of
    the paragraph it lies in or begins with, ``shown`` what stands there for a person to find it. ``tag`` is
    the tag with its brackets; ``new`` is the markup that takes its place and begins with the start tag of the
    element that holds the tag. ``finish``, where there is one, makes the bytes of the finished document from
    that element once a value is in; ``None``: they stay as filled. ``more`` is for ``finish``.
    ``bare`` are the bytes of the template without what stands in ``new`` behind that element.

    ``identity`` are bytes of the mark that later copies of it lack: where they stand, it is not ``bare``.

    ``is_wide`` says that ``new`` has two elements, of which the second is what ``finish`` changes: it gets
    the bytes of both, or of the second alone where the value is empty, for which the first was left out.
    """

    kind: str
    name: str
    start: int
    end: int
    path: str
    shown: str
    tag: str
    new: bytes
    finish: Finish | None = None
    more: Any = None
    bare: bytes | None = None
    is_wide: bool = False
    identity: bytes = b""


class Unfit(NamedTuple):
    """A native mark that is left as it is, and why; ``code`` is for programs.

    ``only_if`` is what it is called where that is a field only if its name is declared.
    """

    kind: str
    name: str
    path: str
    shown: str
    code: str
    reason: str
    only_if: Tag | None = None


class MarkedStory:
    """A story with its native marks rewritten: ``content`` are its bytes with the tags in."""

    def __init__(self, part: StoryPart, marks: list[Mark]) -> None:
        """``marks`` are in document order and do not overlap."""
        self.part = part
        self.marks = marks
        original = part.text.content
        self._marker = marker_in(original)
        self._originals = [original[each.start : each.end] for each in marks]
        self.news = [self._marked(each, number) for number, each in enumerate(marks)]
        self.content = spliced(
            original, [(each.start, each.end, new) for each, new in zip(marks, self.news, strict=True)]
        )

    def _marked(self, mark: Mark, number: int) -> bytes:
        """Return what takes the place of a mark, with its number in the elements that finishing looks for."""
        if not mark.is_wide:
            return self._numbered(mark.new, number)
        second = element_end(mark.new, 0)
        return self._numbered(mark.new[:second], number) + self._numbered(mark.new[second:], number)

    def _numbered(self, element: bytes, number: int) -> bytes:
        name_end = next(at for at, byte in enumerate(element) if at and byte in b" \t\r\n/>")
        return b'%b %b="%d"%b' % (element[:name_end], self._marker, number, element[name_end:])

    def finished(self, written: bytes) -> bytes:
        """Return the bytes of the finished part for ``written``, which has the story's tags filled or not.

        Where a tag still stands the mark is as it was in the template; the markers are gone.
        """
        text = recoded(written, self.part.encoding)
        pieces: list[bytes] = []
        at = 0
        pattern = marker_pattern(self._marker)
        # Marks that stay as they were: what they are again in copies has no ids of its own.
        seen: set[int] = set()
        for match in pattern.finditer(text):
            number, start = int(match[2]), match.start()
            if start < at:
                continue
            mark, new, original = self.marks[number], self.news[number], self._originals[number]
            if text.startswith(new, start):
                is_again = number in seen and mark.bare is not None
                end, finished = start + len(new), (mark.bare or b"") if is_again else original
                seen.add(number)
            else:
                end = element_end(text, start)
                second = pattern.match(text, end) if mark.is_wide else None
                if second is not None and second[2] == match[2]:
                    end = element_end(text, end)
                element = pattern.sub(_without_marker, text[start:end])
                if b">%b<" % escaped(mark.tag) in element and shows_alone(element, mark.tag):
                    # Copies lack marks of ranges, which stand behind the tag.
                    is_first = mark.identity and mark.identity in element
                    finished = original if mark.bare is None or is_first else mark.bare
                else:
                    finished = element if mark.finish is None else mark.finish(mark, element)
            pieces += (text[at:start], finished)
            at = end
        pieces.append(text[at:])
        return encoded(b"".join(pieces), self.part.encoding)


def _without_marker(match: "re.Match[bytes]") -> bytes:
    return match[0][: match.start(1) - match.start()]


class NativeMarks:
    """All native marks of a template: the stories that have some, and what is left as it is.

    ``unfit`` has those too that are no fields where nobody declares their names (``left``).
    """

    def __init__(self, stories: list[MarkedStory], unfit: list[Unfit]) -> None:
        self.stories = stories
        self.unfit = unfit
        self._by_name = {each.part.name: each for each in stories}
        self.tags = frozenset(mark.tag for story in stories for mark in story.marks)
        # How many characters people may type into text form fields, by address and tag, in document order.
        self.limits: dict[tuple[str, str], list[int | None]] = _limits(stories)
        self._logged = [_logged(story.part.name, mark) for story in stories for mark in story.marks]

    def left(self, declared: Collection[str]) -> list[Unfit]:
        """Return the marks that are left as they are and are fields; ``declared`` are the names of fields."""
        return [each for each in self.unfit if each.only_if is None or is_field(each.only_if, declared)]

    def texts(self) -> dict[EditedPart, bytes]:
        """Return the bytes of the stories with the tags in, as UTF-8."""
        return {each.part: each.content for each in self.stories}

    def finished(self, changed: Mapping[str, bytes]) -> dict[str, bytes]:
        """Return the ``changed`` parts as the document has them, without those that are as before."""
        parts = dict(changed)
        for name, story in self._by_name.items():
            if name in parts:
                parts[name] = story.finished(parts[name])
                if parts[name] == encoded(story.part.text.content, story.part.encoding):
                    del parts[name]
        return parts

    def kinds(self) -> dict[str, str]:
        """Return the kind of each rewritten mark by the text in its tag's brackets."""
        return {mark.tag[1:-1]: mark.kind for story in self.stories for mark in story.marks}

    def labels(self) -> dict[str, tuple[str, ...]]:
        """Return what columns may be called by the names of fields: with spaces, which Word writes as _."""
        names = {mark.tag.strip("【=□】").partition("|")[0] for story in self.stories for mark in story.marks}
        return {name: (name.replace("_", " "),) for name in names if "_" in name}

    def logged(self) -> list[dict[str, str]]:
        """Return the member ``native`` of the replace log; always the same object."""
        return self._logged


def _limits(stories: Sequence[MarkedStory]) -> dict[tuple[str, str], list[int | None]]:
    found: dict[tuple[str, str], list[int | None]] = {}
    for mark in (mark for story in stories for mark in story.marks):
        if isinstance(mark.more, TextLimit):
            found.setdefault((mark.path, mark.tag), []).append(mark.more.characters)
    return found if any(any(each) for each in found.values()) else {}


class TextLimit(NamedTuple):
    """How many characters people may type into a text form field, ``None``: any number."""

    characters: int | None


def _logged(part: str, mark: Mark) -> dict[str, str]:
    return {
        "kind": mark.kind,
        "name": mark.name,
        "part": part,
        "paragraph_path": mark.path,
        "original_text": mark.shown,
        "tag": mark.tag,
    }
