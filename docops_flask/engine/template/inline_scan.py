"""Finds the placeholders in the texts inside paragraphs: field codes, ruby, equations."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.document.inline_elements import FieldFlaw
from docops_flask.engine.document.inline_texts import InlineKind, InlineText, inline_texts
from docops_flask.engine.template.field_code import FieldCode, Refusal
from docops_flask.engine.template.grammar import (
    Found,
    Kind,
    find_placeholders,
    has_bracket,
    undeclared_names,
)

_FLAWS = {
    FieldFlaw.NESTED: Refusal(
        "its field code has another field in it or lies in the code of another: write the code without "
        "nested fields, or put the placeholder outside of it",
        Kind.NESTED_FIELD,
    ),
    FieldFlaw.CUT: Refusal(
        "its field code begins or ends in another paragraph: write the whole code in one paragraph"
    ),
}


class InlineFound(NamedTuple):
    """A placeholder in a text inside a paragraph; ``refusal`` says why no value can stand for it."""

    found: Found
    refusal: Refusal | None


class BracketedInline(NamedTuple):
    """A text inside a paragraph that holds at least one placeholder or broken one.

    ``code`` is the field code that it is. ``mirrors`` are the same texts in the other branches of an
    mc:AlternateContent.
    """

    text: InlineText
    found: Sequence[InlineFound]
    code: FieldCode | None
    mirrors: tuple[InlineText, ...] = ()

    def written(self, found: Found) -> str:
        """Return ``found`` as it stands in the text."""
        return self.text.reading.text[found.start : found.end]

    def names(self) -> Iterator[str]:
        """Yield the names of the placeholders that a value can be filled in for."""
        for found, refusal in self.found:
            if found.kind is Kind.PLACEHOLDER and refusal is None:
                yield found.name


def scan_inline(
    place: ParagraphPlace, undeclared: dict[str, None]
) -> tuple[list[BracketedInline], list[tuple[ParagraphPlace, list[BracketedInline]]]]:
    """Return the texts inside a paragraph with placeholders, and those of its mirrors that differ.

    The names in other scripts that they hold are added to ``undeclared``.
    """
    own = list(_bracketed(place, undeclared))
    others = []
    for mirror in place.mirrors:
        alike = {(each.text.name, each.text.reading.text): number for number, each in enumerate(own)}
        differing = []
        for each in _bracketed(mirror, undeclared):
            number = alike.get((each.text.name, each.text.reading.text))
            if number is None or [refusal for _, refusal in own[number].found] != [
                refusal for _, refusal in each.found
            ]:
                differing.append(each)
            else:
                own[number] = own[number]._replace(mirrors=(*own[number].mirrors, each.text))
        if differing:
            others.append((mirror, differing))
    return own, others


def _bracketed(place: ParagraphPlace, undeclared: dict[str, None]) -> Iterator[BracketedInline]:
    for text in inline_texts(place):
        characters = text.reading.text
        if not has_bracket(characters):
            continue
        undeclared.update(dict.fromkeys(undeclared_names(characters)))
        code = FieldCode(characters) if text.kind is InlineKind.FIELD else None
        found = [InlineFound(each, _refusal(text, code, each)) for each in find_placeholders(characters)]
        if found:
            yield BracketedInline(text, found, code)


def _refusal(text: InlineText, code: FieldCode | None, found: Found) -> Refusal | None:
    if code is None or found.kind is not Kind.PLACEHOLDER:
        return None
    return _FLAWS[text.flaw] if text.flaw is not None else code.refusal(found.start)
