"""Native marks: where one lies in a story, which tag it becomes, what the finished document has there."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from docops_flask.engine.document.document import StoryPart
from docops_flask.engine.opc.xml_part import encoded, recoded
from docops_flask.engine.oxml.markup import element_end, escaped, spliced
from docops_flask.engine.template.native.marker import marker_in, marker_pattern

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


class Unfit(NamedTuple):
    """A native mark that is left as it is, and why: ``code`` is for programs (docs/templates.md, *Errors*)."""

    kind: str
    name: str
    path: str
    shown: str
    code: str
    reason: str


class MarkedStory:
    """A story with its native marks rewritten: ``content`` are its bytes with the tags in."""

    def __init__(self, part: StoryPart, marks: list[Mark]) -> None:
        """``marks`` are in document order and do not overlap."""
        self.part = part
        self.marks = marks
        original = part.text.content
        self._marker = marker_in(original)
        self._originals = [original[each.start : each.end] for each in marks]
        self.news = [self._marked(each.new, number) for number, each in enumerate(marks)]
        self.content = spliced(
            original, [(each.start, each.end, new) for each, new in zip(marks, self.news, strict=True)]
        )

    def _marked(self, new: bytes, number: int) -> bytes:
        """Return ``new`` with the number of its mark in the start tag of its first element."""
        name_end = next(at for at, byte in enumerate(new) if at and byte in b" \t\r\n/>")
        return b'%b %b="%d"%b' % (new[:name_end], self._marker, number, new[name_end:])

    def finished(self, written: bytes) -> bytes:
        """Return the bytes of the finished part for ``written``, which has the story's tags filled or not.

        Where a tag still stands the mark is as it was in the template; the markers are gone.
        """
        text = recoded(written, self.part.encoding)
        pieces: list[bytes] = []
        at = 0
        for match in marker_pattern(self._marker).finditer(text):
            number, start = int(match[2]), match.start()
            mark, new, original = self.marks[number], self.news[number], self._originals[number]
            if text.startswith(new, start):
                end, finished = start + len(new), original
            else:
                end = element_end(text, start)
                element = text[start : match.start(1)] + text[match.end(1) : end]
                if b">%b<" % escaped(mark.tag) in element:
                    # Copies lack marks of ranges, which stand behind the tag.
                    finished = original if mark.bare is None else mark.bare
                else:
                    finished = element if mark.finish is None else mark.finish(mark, element)
            pieces += (text[at:start], finished)
            at = end
        pieces.append(text[at:])
        return encoded(b"".join(pieces), self.part.encoding)


class NativeMarks:
    """All native marks of a template: the stories that have some, and what is left as it is."""

    def __init__(self, stories: list[MarkedStory], unfit: list[Unfit]) -> None:
        self.stories = stories
        self.unfit = unfit
        self._by_name = {each.part.name: each for each in stories}
        self._logged = [_logged(story.part.name, mark) for story in stories for mark in story.marks]

    def texts(self) -> dict[StoryPart, bytes]:
        """Return the bytes of the stories with the tags in, as UTF-8."""
        return {each.part: each.content for each in self.stories}

    def finished(self, changed: Mapping[str, bytes]) -> dict[str, bytes]:
        """Return the ``changed`` parts as the finished document has them, without those that are as before."""
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

    def logged(self) -> list[dict[str, str]]:
        """Return the member ``native`` of the replace log; always the same object."""
        return self._logged


def _logged(part: str, mark: Mark) -> dict[str, str]:
    return {
        "kind": mark.kind,
        "name": mark.name,
        "part": part,
        "paragraph_path": mark.path,
        "original_text": mark.shown,
        "tag": mark.tag,
    }
