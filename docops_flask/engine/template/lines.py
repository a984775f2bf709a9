"""Which paragraphs become several: those in which a field with lines as paragraphs stands alone.

Each is a block of kind ``lines``. docs/analysis/lines.md has the rules.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from docops_flask.engine.document.document import ParagraphPlace, StoryKind, StoryPart, Walk
from docops_flask.engine.errors import TemplateLimitExceeded
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.oxml.markup import TOKEN
from docops_flask.engine.skills.skill import Skill
from docops_flask.engine.template.blocks.byte_ranges import Ranges
from docops_flask.engine.template.copies import Repeated
from docops_flask.engine.template.grammar import Found, Kind
from docops_flask.engine.template.scan import BracketedParagraph, Scan
from docops_flask.engine.template.values import Values


class LinesBlock(NamedTuple):
    """A paragraph of the template that stands once for each of ``lines``.

    ``found`` is its placeholder. ``mirrors`` show the same text in the other branch of an
    mc:AlternateContent and are repeated as well.
    """

    place: ParagraphPlace
    found: Found
    lines: Sequence[str]
    mirrors: Sequence[ParagraphPlace]

    @property
    def places(self) -> Sequence[ParagraphPlace]:
        """All paragraphs that are repeated."""
        return (self.place, *self.mirrors)


def find_lines(  # noqa: PLR0917, the steps of a run in their order
    walk: Walk, scan: Scan, skill: Skill, values: Values, limits: Limits, copies: int = 0
) -> list[LinesBlock]:
    """Return the blocks of a template, in document order.

    A value of one line makes none. ``copies`` are those that other blocks make. Raises
    ``TemplateLimitExceeded`` (``block_copies``) where with them the lines come to more paragraphs than
    ``limits`` allow; nothing is copied before that is known.
    """
    names = {
        name
        for name, field in skill.placeholders().items()
        if field.lines == "paragraphs" and (values.of_copies or "\n" in values.get(name, ""))
    }
    if not names:
        return []
    places = RepeatablePlaces(walk)
    found = [
        (paragraph, text)
        for paragraph in scan.paragraphs
        if len(paragraph.found) == 1 and paragraph.found[0].name in names
        for text in (_lines_of(paragraph, values),)
        if text and places.may_be_repeated(paragraph.place)
    ]
    _refuse_copies(copies + sum(text.count("\n") + 1 for _, text in found), limits.block_copies)
    return [
        LinesBlock(paragraph.place, paragraph.found[0], text.split("\n"), paragraph.place.mirrors)
        for paragraph, text in found
    ]


def _lines_of(paragraph: BracketedParagraph, values: Values) -> str:
    """Return the value of a placeholder that stands alone, "" where it has one line or does not."""
    found, text = paragraph.found[0], paragraph.text
    if found.kind is not Kind.PLACEHOLDER or (text[: found.start] + text[found.end :]).strip():
        return ""
    value = values.texts_in(paragraph.place).get(found.name, "")
    return value if "\n" in value else ""


def _refuse_copies(count: int, maximum: int) -> None:
    if count > maximum:
        raise TemplateLimitExceeded(
            f"template: the lines of the values and the lists become {count} copies; {maximum} are allowed. "
            "Shorten the values, or use their placeholders less often.",
            limit="block_copies",
            maximum=maximum,
        )


class RepeatablePlaces:
    """Tells of paragraphs whether others may be put behind them."""

    def __init__(self, walk: Walk) -> None:
        self._paths: Counter[str] = Counter()
        for place in walk.paragraphs:
            self._paths[place.path] += 1
            self._paths.update(mirror.path for mirror in place.mirrors)
        # The text boxes that have another branch.
        self._twins = {_box(path) for path in self._paths if ".fallback/" in path}
        self._single: dict[StoryPart, Ranges] = {}

    def may_be_repeated(self, place: ParagraphPlace) -> bool:
        """Say whether ``place`` and its mirrors may be repeated."""
        if place.story is StoryKind.TEXTBOX and not place.mirrors and _box(place.path) in self._twins:
            # Repeated in one branch alone, the paragraphs behind it would no longer be each other's mirrors.
            return False
        return all(self._may_stand_again(each) for each in (place, *place.mirrors))

    def _may_stand_again(self, place: ParagraphPlace) -> bool:
        if self._paths[place.path] > 1 or place.boxes:
            return False
        part = place.part
        if part not in self._single:
            self._single[part] = Ranges(single_paragraph_controls(part))
        if self._single[part].contain(place.start) or _MARKED.search(place.own_bytes):
            return False
        return Repeated(place).may_be_repeated()


def _box(path: str) -> str:
    return path.partition("/")[0].removesuffix(".fallback")


# What a content control holds that is no rich text (17.5.2): Word wants a single paragraph in most of them.
# A control inside a paragraph that was read as a field (docs/analysis/content-controls.md) keeps its lines.
_MARKED = re.compile(rb"<(?:[^\s<>/:]+:)?sdt docops-mark")
_SINGLE = frozenset(b"text date dropDownList comboBox picture dataBinding".split())


def single_paragraph_controls(part: StoryPart) -> Iterator[tuple[int, int]]:
    """Yield where content controls begin and end that are not to hold several paragraphs."""
    content = part.text.content
    if b"sdtPr" not in content:
        return
    # Where each open element begins, and its local name.
    opened: list[tuple[int, bytes]] = []
    single: set[int] = set()
    for match in TOKEN.finditer(content, part.text.root_end):
        slash, name, attributes = match.groups()
        if slash:
            start = opened.pop()[0] if opened else -1
            if start in single:
                yield start, match.end()
        elif name is not None:
            local = name.rpartition(b":")[2]
            if local in _SINGLE and [each for _, each in opened[-2:]] == [b"sdt", b"sdtPr"]:
                single.add(opened[-2][0])
            if not attributes.endswith(b"/"):
                opened.append((match.start(), local))
