"""The texts that a payload gives to tags in copies of blocks: each in the scope of its copy."""

from collections.abc import Mapping, Sequence

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.template.blocks.frames import Frame
from docops_flask.engine.template.blocks.scopes import Resolved, Scope
from docops_flask.engine.template.conditions import Value
from docops_flask.engine.template.field_values import field_values, joins_as_its_paragraph, text_of
from docops_flask.engine.template.formats.values import FormatError
from docops_flask.engine.template.grammar import Kind
from docops_flask.engine.template.payload_check import MAX_ERRORS, PayloadError
from docops_flask.engine.template.payload_schema import Choices
from docops_flask.engine.template.tag_kinds import Path, Tag, TagKind
from docops_flask.engine.template.template_tags import TemplateTag
from docops_flask.engine.template.values import (
    CHINESE_SEPARATOR,
    SEPARATOR_OF_LISTS,
    Values,
    holds_ideograph,
)

# An enumeration's member takes a while to look up.
_PLACEHOLDER = Kind.PLACEHOLDER
_NO_PATH = Path(())


def resolved(tag: Tag, scope: Scope) -> Resolved:
    """Return what a field, an item or a number stands for in ``scope``, and its path in the payload.

    The path of a number is that of the item that it counts.
    """
    if tag.kind is TagKind.ITEM:
        return Resolved(scope.path, scope.value)
    path = tag.path or _NO_PATH
    if tag.kind is TagKind.NUMBER:
        counted = scope.up(path.up)
        return Resolved(counted.path, counted.number)
    return scope.resolve(path)


class CopiedValues:
    """Collects the texts of the tags of an expanded template, paragraph by paragraph.

    ``of_copies`` are the texts in copies of lists, by paragraph and name.
    ``errors`` are values that a format cannot take, ``has_lines`` says that a text has several lines,
    ``shortened`` are the tags of copies, by paragraph and name, whose value ended with a newline that was
    dropped; ``size`` is how many bytes the texts take in all.
    """

    def __init__(
        self, payload: Mapping[str, Value], root: Scope, choices: Mapping[str, Choices] | None = None
    ) -> None:
        """``choices`` are the lists that have another text for a value, by what stands in their tags."""
        self.errors: list[PayloadError] = []
        self.has_lines = False
        self.shortened: set[tuple[ParagraphPlace, str]] = set()
        self.size = 0
        self._payload = payload
        self._choices = choices or {}
        self._root = root
        self._of_root: dict[str, int] = {}
        self.of_copies: dict[ParagraphPlace, Mapping[str, str]] = {}

    def take_root(self, name: str) -> None:
        """Note a field outside paragraphs, by what stands in its brackets."""
        self._of_root[name] = self._of_root.get(name, 0) + 1

    def take(
        self, place: ParagraphPlace, tags: Sequence[TemplateTag], frames: Sequence[Frame]
    ) -> Sequence[str]:
        """Take the tags of a paragraph with their copies; return the names that their texts go by there.

        That is what stands in the brackets, but for a tag that stands there again with another value.
        """
        names: list[str] = []
        scopes: dict[str, Scope] = {}
        for tag, frame in zip(tags, frames, strict=True):
            name = tag.found.name
            if scopes.setdefault(name, frame.scope) is not frame.scope:
                # No name in a document holds a NUL.
                name = f"{name}\0{len(names)}"
            names.append(name)
        if all(frame.scope is self._root for frame in frames):
            self._take_root(tags)
        else:
            texts: dict[str, str] = {}
            for tag, frame, name in zip(tags, frames, names, strict=True):
                self._add(place, tag, frame.scope, name, texts)
            self.of_copies[place] = texts
        return names

    def take_alike(
        self, place: ParagraphPlace, tags: Sequence[TemplateTag], names: Sequence[str], scope: Scope
    ) -> None:
        """Take the tags of a paragraph, written ``names``, that all are in one scope."""
        if scope is self._root:
            self._take_root(tags)
            return
        texts: dict[str, str] = {}
        for tag, name in zip(tags, names, strict=True):
            self._add(place, tag, scope, name, texts)
        self.of_copies[place] = texts

    def _take_root(self, tags: Sequence[TemplateTag]) -> None:
        for tag in tags:
            if tag.found.kind is _PLACEHOLDER:
                self.take_root(tag.found.name)

    def _add(
        self, place: ParagraphPlace, tag: TemplateTag, scope: Scope, name: str, texts: dict[str, str]
    ) -> None:
        """Add the text of a tag to ``texts`` if it has one."""
        if tag.found.kind is not _PLACEHOLDER:
            return
        text: str | None = None
        item = scope.value
        if tag.key is not None and type(item) is dict:
            # Most tags ask for a text of an item.
            value = item.get(tag.key)
            if type(value) is str and "\r" not in value:
                text = value
            elif value is None:
                return
        if text is None:
            text = self._text(tag, scope, place)
            if text is None:
                return
        if tag.found.name in self._choices:
            text = self._choices[tag.found.name].shown.get(text, text)
        if "\n" in text:
            if text.endswith("\n"):
                self.shortened.add((place, name))
                text = text[:-1]
            self.has_lines = self.has_lines or "\n" in text
        self.size += len(text) if text.isascii() else len(text.encode())
        texts[name] = text

    def _text(self, template: TemplateTag, scope: Scope, place: ParagraphPlace) -> str | None:
        tag = template.tag
        assert tag is not None, "what is filled was read as a tag"
        value = resolved(tag, scope).value
        separator = SEPARATOR_OF_LISTS
        if joins_as_its_paragraph(tag, value) and holds_ideograph(place.reading.text):
            separator = CHINESE_SEPARATOR
        try:
            return text_of(tag, value, separator)
        except FormatError as error:
            if len(self.errors) < MAX_ERRORS:
                path = "$.payload" + resolved(tag, scope).path[1:]
                self.errors.append(PayloadError(path, f"Must be {error}, for {template.original}."))
            return None

    def finished(self) -> Values:
        """Return the texts: those outside all lists by name, those in copies by paragraph and name."""
        root = field_values(self._of_root, self._payload, self._choices)
        self.errors += root.errors
        values = root.values
        self.has_lines = self.has_lines or any("\n" in text for text in values.values())
        self.size += sum(values.longest(name) * self._of_root[name] for name in values)
        values.of_copies = self.of_copies
        return values
