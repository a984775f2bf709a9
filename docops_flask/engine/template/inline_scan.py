"""Finds the placeholders in the texts inside paragraphs: field codes, ruby, equations."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.document.inline_elements import FieldFlaw
from docops_flask.engine.document.inline_texts import InlineKind, InlineText, inline_texts
from docops_flask.engine.document.paragraph_text import OBJECT
from docops_flask.engine.template.field_code import FieldCode, Refusal
from docops_flask.engine.template.grammar import (
    CLOSE,
    OPEN,
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


class InlineScan(NamedTuple):
    """What the texts inside a paragraph hold: those with placeholders, those of its mirrors that differ.

    ``across`` are names of the paragraph's own text that have their letters in such texts.
    """

    own: list[BracketedInline]
    others: list[tuple[ParagraphPlace, list[BracketedInline]]]
    across: list[Found]


def scan_inline(place: ParagraphPlace, undeclared: dict[str, None]) -> InlineScan:
    """Return what the texts inside a paragraph hold.

    The names in other scripts that they hold are added to ``undeclared``.
    """
    texts = inline_texts(place)
    own = list(_bracketed(texts, undeclared))
    others = []
    for mirror in place.mirrors:
        alike = {(each.text.name, each.text.reading.text): number for number, each in enumerate(own)}
        differing = []
        for each in _bracketed(inline_texts(mirror), undeclared):
            number = alike.get((each.text.name, each.text.reading.text))
            if number is None or [refusal for _, refusal in own[number].found] != [
                refusal for _, refusal in each.found
            ]:
                differing.append(each)
            else:
                own[number] = own[number]._replace(mirrors=(*own[number].mirrors, each.text))
        if differing:
            others.append((mirror, differing))
    return InlineScan(own, others, list(_names_across(place.reading.text, texts)))


def _names_across(text: str, texts: Sequence[InlineText]) -> Iterator[Found]:
    """Yield the names in ``text``, a paragraph's own, whose letters are all in ruby or equations.

    In the paragraph's own text one character stands for each ruby, equation or picture.
    """
    # The guides are no part of the text that is read.
    shown = [
        each.reading.text for each in texts if each.kind is InlineKind.EQUATION or each.name.endswith(".base")
    ]
    if not shown or OPEN not in text:
        return
    is_each_known = text.count(OBJECT) == len(shown)
    for match in re.finditer(f"{OPEN}([^{OPEN}{CLOSE}]*{OBJECT}[^{OPEN}{CLOSE}]*){CLOSE}", text):
        if find_placeholders(match[0]):
            # Reported without them.
            continue
        number = text.count(OBJECT, 0, match.start()) if is_each_known else 0
        pieces = match[1].split(OBJECT)
        count = len(pieces) - 1
        of_name = shown[number : number + count] if is_each_known else ["".join(shown)]
        whole = "".join(each for pair in zip_longest(pieces, of_name, fillvalue="") for each in pair)
        if not has_bracket(whole):
            for found in find_placeholders(f"{OPEN}{whole}{CLOSE}"):
                yield Found(Kind.MALFORMED, *match.span(), found.name)


def _bracketed(texts: Iterable[InlineText], undeclared: dict[str, None]) -> Iterator[BracketedInline]:
    for text in texts:
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
