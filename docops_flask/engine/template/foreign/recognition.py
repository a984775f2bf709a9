"""Recognises the tags of other tools in a template, by the evidence of the whole document.

Braces, « » and lines of _ stand in ordinary texts too: {注}, «слово», a line to sign on. docs/convert.md says
what counts as evidence.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from docops_flask.engine.document.document import Document, ParagraphPlace, read_together
from docops_flask.engine.document.language import language_of
from docops_flask.engine.template.foreign.carbone import read_carbone
from docops_flask.engine.template.foreign.jinja import read_jinja
from docops_flask.engine.template.foreign.tools import CARBONE, DOCXTEMPLATER, DOCXTPL, MAILMERGE, POI_TL

SIGNS = (b"{", "«".encode(), b"____", "＿＿＿＿".encode())
_STATEMENT = re.compile(
    r"\{%[-+]?\s*(?:(?:tr|tc|p|r)\s+)?"
    r"(?:for|if|elif|else|endfor|endif|set|include|import|from|macro|endmacro|with|endwith|raw|endraw|cellbg"
    r"|colspan|vm|hm)\b[^{}%]{0,200}%\}"
)
_DOUBLE = re.compile(r"\{\{([^{}\n]{1,200})\}\}")
_SIGNED = re.compile(r"\s*[@#*+?/=]")
_OF_JINJA = re.compile(r"\s|[pr]\s|.*[|(]")
_DOLLAR = re.compile(r"\$\{([^{}$\n]{1,100})\}")
# Behind a letter or digit of ASCII a brace without a sign is one of a formula.
_SINGLE = re.compile(
    r"(?<![{$^])(?:(?<![\dA-Za-z_])|(?=\{[#/^@%-]))\{([#/^@%]|-\w+:\w+\s|)\s*([^\W\d][\w.\- ]{0,62})?\}(?!\})"
)
# Formulas are written with braces too.
_TEX = re.compile(r"\\[A-Za-z]+\{")
_SHOWN = re.compile(r"«([^\s«»]{1,64})»")
_FIELD_LIKE = re.compile(r"(?:Table(?:Start|End):)?[A-Za-z]\w*\Z", re.ASCII)
# A name that is written as in programs: no text has such a word in braces by chance.
_PROGRAM_NAME = re.compile(r"[A-Za-z]{2,}(?:_[A-Za-z]{2,})+\Z|[a-z]{2,}(?:[A-Z][a-z]+)+\Z")
_CODE_LIKE = re.compile(r"[a-z][A-Z]|_|\d|\A[A-Z]{2,}\Z")
_ROW_FIELD = re.compile(r"\[[^\W\d]\w*\]\s*\Z")
_BLANK = re.compile("[_＿]{4,}")
# So many different names in single braces, or in « », are no chance.
_ENOUGH, _ENOUGH_OF_OTHER_SCRIPT = 2, 3


class Recognised(NamedTuple):
    """A text that is probably a tag of ``tool``: the text, the run it begins in, the tool's delimiters.

    ``tool`` is "" for a line of _ to write on.
    """

    text: str
    place: str
    tool: str
    delimiters: str = ""


class _Texts(NamedTuple):
    """Paragraphs that may hold foreign tags, with their texts."""

    places: Sequence[tuple[ParagraphPlace, str]]

    def all(self, pattern: re.Pattern[str]) -> list[tuple[ParagraphPlace, re.Match[str]]]:
        """Return all that ``pattern`` finds."""
        return [(place, match) for place, text in self.places for match in pattern.finditer(text)]


def recognise(document: Document, *, with_blanks: bool) -> list[Recognised]:
    """Return what is probably a tag of another tool, each text once, at its first place.

    ``with_blanks`` says that lines of _ count: where nothing else is to be filled in. Takes time linear in
    the texts of paragraphs that hold one of ``SIGNS``.
    """
    signs = SIGNS if with_blanks else SIGNS[:2]
    wanted = [
        place
        for part in {place.part: None for place in document.walk.paragraphs}
        if any(sign in part.content for sign in signs)
        for place in part.paragraphs
        if any(part.content.find(sign, place.content, place.end) >= 0 for sign in signs)
    ]
    known = set(wanted)
    # Paragraphs that only mirror others are not told again.
    places = [place for place in document.walk.paragraphs if place in known]
    read_together(places)
    texts = _Texts([(place, place.reading.text) for place in places])
    found: dict[str, Recognised] = {}
    readers: tuple[Callable[[_Texts, Document], Iterator[Recognised]], ...] = (
        _double_braces, _dollars, _single_braces, _shown_fields,
    )  # fmt: skip
    for reader in readers:
        for each in reader(texts, document):
            found.setdefault(each.text, each)
    if with_blanks and not found:
        for place, match in texts.all(_BLANK):
            found.setdefault(match[0], Recognised(match[0], _run(place, match), ""))
    return list(found.values())


def _double_braces(texts: _Texts, document: Document) -> Iterator[Recognised]:
    fields = [(place, match) for place, match in texts.all(_DOUBLE) if re.search(r"\w", match[1])]
    if texts.all(_STATEMENT):
        for place, text in texts.places:
            for tag in read_jinja(text):
                if tag.why != "unclosed_tag":
                    yield Recognised(text[tag.start : tag.end], _run_at(place, tag.start), DOCXTPL)
        return
    inner = [match[1] for _, match in fields]
    if not inner:
        return
    if any(_SIGNED.match(each) for each in inner) or _has_row_fields(document):
        tool = POI_TL
    elif any(map(_OF_JINJA.match, inner)):
        tool = DOCXTPL
    else:
        # Of such tags both make the same.
        is_chinese = language_of(document) == "zh" or not all(map(str.isascii, inner))
        tool = POI_TL if is_chinese else DOCXTPL
    for place, match in fields:
        yield Recognised(match[0], _run(place, match), tool)


def _has_row_fields(document: Document) -> bool:
    """Say whether cells hold nothing but a name in [ ], as rows that poi-tl repeats do."""
    return any(
        place.cell is not None
        and place.part.content.find(b"[", place.content, place.end) >= 0
        and _ROW_FIELD.match(place.reading.text)
        for place in document.walk.paragraphs
    )


def _dollars(texts: _Texts, _document: Document) -> Iterator[Recognised]:
    found = [(place, match) for place, match in texts.all(_DOLLAR) if re.search(r"\w", match[1])]
    tool = POI_TL if any(match[1][0] in "?@*+" for _, match in found) else DOCXTEMPLATER
    for place, match in found:
        yield Recognised(match[0], _run(place, match), tool, "${ }")


def _single_braces(texts: _Texts, _document: Document) -> Iterator[Recognised]:
    of_carbone = [
        (place, text[tag.start : tag.end], tag.start)
        for place, text in texts.places
        for tag in (read_carbone(text) if "{d." in text else ())
    ]
    if any(text.startswith("{d.") for _, text, _ in of_carbone):
        for place, text, start in of_carbone:
            yield Recognised(text, _run_at(place, start), CARBONE)
        return
    found = [
        (place, match)
        for place, match in texts.all(_SINGLE)
        if (match[1] or match[2]) and not _TEX.search(match.string)
    ]
    names = {match[2] for _, match in found if match[2] and len(match[2]) > 1}
    ascii_names = {name for name in names if _FIELD_LIKE.match(name.replace(".", "_"))}
    has_block = any(match[1][:1] in ("#", "^", "-") for _, match in found if match[1]) and any(
        match[1] == "/" for _, match in found
    )
    others = {name for name in names if not name.isascii()}
    is_tool = (
        has_block
        or len(ascii_names) >= _ENOUGH
        or len(others) >= _ENOUGH_OF_OTHER_SCRIPT
        or any(map(_PROGRAM_NAME.match, ascii_names))
    )
    for place, match in found if is_tool else ():
        yield Recognised(match[0], _run(place, match), DOCXTEMPLATER)


def _shown_fields(texts: _Texts, _document: Document) -> Iterator[Recognised]:
    """Yield names in « » that were typed: a merge field shows such too, which is read as a field."""
    found = [
        (place, match)
        for place, match in texts.all(_SHOWN)
        if not place.reading.piece_at(match.start()).shown.in_field_result
    ]
    names = {match[1] for _, match in found}
    are_names = all(map(_FIELD_LIKE.match, names)) and any(map(_CODE_LIKE.search, names))
    if are_names and len(names) >= _ENOUGH:
        for place, match in found:
            yield Recognised(match[0], _run(place, match), MAILMERGE)


def _run(place: ParagraphPlace, match: re.Match[str]) -> str:
    return _run_at(place, match.start())


def _run_at(place: ParagraphPlace, start: int) -> str:
    return place.run(place.reading.piece_at(start).shown.run_index).run_id
