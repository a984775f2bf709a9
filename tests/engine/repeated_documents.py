"""Documents that hold one kind of thing many times: each builder takes how often."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence

from tests.engine.formatting.related_builder import theme_xml
from tests.factories import R, docx, p, package, r, story, tbl, tc, textbox, tr

FILLED = "【MEETING_TITLE】"
_TEXT = f"text 中文 {FILLED}"
_SECTION = (
    '<w:sectPr><w:pgSz w:w="11906" w:h="{}"/><w:pgMar w:top="1440" w:bottom="1440" w:left="1440" '
    'w:right="1440"/><w:docGrid w:type="linesAndChars" w:linePitch="312" w:charSpace="{}"/></w:sectPr>'
)
_LOOK = (
    '<w:tblLook w:firstRow="1" w:lastRow="1" w:firstColumn="1" w:lastColumn="1" w:noHBand="0" w:noVBand="0"/>'
)
_PARTS = ("firstRow", "lastRow", "firstCol", "lastCol", "band1Horz", "band2Horz", "band1Vert", "band2Vert")
_LEVEL = '<w:lvl w:ilvl="{0}"><w:pStyle w:val="S{0}"/><w:pPr><w:ind w:left="{0}"/></w:pPr></w:lvl>'
_LEVELS = "".join(_LEVEL.format(level) for level in range(9))


def _size(number: int) -> str:
    return f'<w:rPr><w:sz w:val="{number + 20}"/></w:rPr>'


def style(style_id: str, inner: str = "", *, base: str = "", kind: str = "paragraph", name: str = "") -> str:
    """A style."""
    based_on = f'<w:basedOn w:val="{base}"/>' if base else ""
    return (
        f'<w:style w:type="{kind}" w:styleId="{style_id}"><w:name w:val="{name or style_id}"/>'
        f"{based_on}{inner}</w:style>"
    )


def _ids(count: int) -> list[str]:
    return [f"S{number}" for number in range(count)]


def chain_of_styles(count: int, inner: Callable[[int], str], kind: str = "paragraph") -> str:
    """Styles S0, S1 …, each based on the one before it."""
    return "".join(
        style(f"S{number}", inner(number), base=f"S{number - 1}" if number else "", kind=kind)
        for number in range(count)
    )


def _styled(style_id: object, text: str = _TEXT) -> str:
    return p(r(text), properties=f'<w:pStyle w:val="{style_id}"/>')


def _numbered(number: int, level: int = 0) -> str:
    numbering = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    return p(r(_TEXT), properties=numbering)


def _num(number: int, definition: object, inner: str = "") -> str:
    return f'<w:num w:numId="{number}"><w:abstractNumId w:val="{definition}"/>{inner}</w:num>'


def _definition(number: object, inner: str) -> str:
    return f'<w:abstractNum w:abstractNumId="{number}">{inner}</w:abstractNum>'


def _table(style_id: str, *rows: str) -> str:
    return f'<w:tbl><w:tblPr><w:tblStyle w:val="{style_id}"/>{_LOOK}</w:tblPr>{"".join(rows)}</w:tbl>'


def _part_of_table(part: str, number: int = 0) -> str:
    return f'<w:tblStylePr w:type="{part}">{_size(number)}</w:tblStylePr>'


def paragraphs_in_styles(style_ids: Sequence[str], styles: str) -> bytes:
    """A document whose paragraphs have these styles."""
    return docx("".join(map(_styled, style_ids)), styles=styles)


def _each(count: int, one: Callable[[int], str]) -> str:
    return "".join(map(one, range(count)))


def _with_parts(body: str, *, styles: str | None = None, **parts: str) -> bytes:
    """A package with numbering, settings or a theme (the inside of its font scheme) as well."""
    source = zipfile.ZipFile(io.BytesIO(docx(body, styles=styles)))
    members: dict[str, str | bytes] = {name: source.read(name) for name in source.namelist()}
    related = ""
    for kind, content in parts.items():
        related += f'<Relationship Id="{kind}" Type="{R}/{kind}" Target="{kind}.xml"/>'
        members[f"word/{kind}.xml"] = theme_xml(content) if kind == "theme" else story(kind, content)
    name = "word/_rels/document.xml.rels"
    listed = source.read(name).decode()
    members[name] = listed.replace("</Relationships>", f"{related}</Relationships>")
    return package(members)


def _runs(count: int) -> bytes:
    return docx(p(*(r(_TEXT) for _ in range(count))))


def _runs_that_differ(count: int) -> bytes:
    return docx(p(*(r(_TEXT, f'<w:sz w:val="{number + 20}"/>') for number in range(count))))


def _open_fields(count: int) -> bytes:
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    return docx(p(*(mark.format("begin") + mark.format("separate") + r(_TEXT) for _ in range(count))))


def _paragraphs_that_differ(count: int) -> bytes:
    own = '<w:spacing w:line="{0}"/><w:ind w:firstLineChars="{0}"/>'
    return docx(_each(count, lambda number: p(r(_TEXT), properties=own.format(number + 100))))


def _styles_in_a_chain(count: int) -> bytes:
    styles = chain_of_styles(count, lambda number: "" if number else _size(10))
    return paragraphs_in_styles(_ids(count), styles)


def _character_styles_in_a_chain(count: int) -> bytes:
    styles = chain_of_styles(count, lambda number: "" if number else _size(10), "character")
    return docx(p(*(r(_TEXT, f'<w:rStyle w:val="S{number}"/>') for number in range(count))), styles=styles)


def _styles_in_a_loop(count: int) -> bytes:
    styles = _each(count, lambda number: style(f"S{number}", _size(number), base=f"S{(number + 1) % count}"))
    return paragraphs_in_styles(_ids(count), styles)


def _numbered_styles_in_a_chain(count: int) -> bytes:
    asks = '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'
    return _with_parts(
        _each(count, lambda number: _styled(f"S{number}")),
        styles=chain_of_styles(count, lambda number: "" if number else asks),
        numbering=_definition(0, _LEVELS) + _num(1, 0),
    )


def _a_number_for_each_style_of_a_chain(count: int) -> bytes:
    asks = '<w:pPr><w:numPr><w:numId w:val="{}"/></w:numPr></w:pPr>'
    return _with_parts(
        _each(count, lambda number: _styled(f"S{number}")),
        styles=chain_of_styles(count, lambda number: asks.format(number + 1)),
        numbering=_definition(0, _LEVELS) + _each(count, lambda number: _num(number + 1, 0)),
    )


def _tables_on_a_chain(count: int) -> bytes:
    styles = chain_of_styles(
        count, lambda number: "<w:tblPr/>" + ("" if number else _part_of_table("firstRow")), "table"
    )
    return docx(_each(count, lambda number: _table(f"S{number}", tr(tc(_TEXT)))), styles=styles)


def _conditions_in_a_chain(count: int) -> bytes:
    styles = chain_of_styles(count, lambda number: _part_of_table("firstRow", number), "table")
    return docx(_each(count, lambda number: _table(f"S{number}", tr(tc(_TEXT)))), styles=styles)


def _in_one_table(*rows: str) -> bytes:
    conditions = "".join(_part_of_table(part, number) for number, part in enumerate(_PARTS))
    return docx(_table("T", *rows), styles=style("T", conditions, kind="table"))


def _nested_tables(count: int) -> bytes:
    def nested(depth: int) -> str:
        return tbl(tr(tc(nested(depth - 1), p(_TEXT)))) if depth else p(_TEXT)

    return docx(_each(count // 20, lambda _: nested(20)))


def _theme_fonts(count: int) -> bytes:
    asks = '<w:rFonts w:asciiTheme="minorHAnsi" w:eastAsiaTheme="minorEastAsia"/><w:sz w:val="{}"/>'
    fonts = _each(count, lambda number: f'<a:font script="S{number}" typeface="F{number}"/>')
    return _with_parts(
        p(*(r(_TEXT, asks.format(number + 20)) for number in range(count))),
        theme=f'<a:minorFont><a:latin typeface="Y"/><a:ea typeface=""/>{fonts}</a:minorFont>',
        settings='<w:themeFontLang w:eastAsia="zh-CN"/>',
    )


def _paragraphs_of_hyphens(count: int) -> bytes:
    hyphen = "<w:p><w:r><w:noBreakHyphen/></w:r></w:p>"
    return docx(hyphen * count + p(r(FILLED)))


def _letter(count: int) -> bytes:
    title = p(r("标题"), properties='<w:jc w:val="center"/>')
    part = (
        p(r("一、标题。正文")) + p(r("（一）标题"), r("2026年1月5日")) + p(r("附件：1. 名称")) + p(r(_TEXT))
    )
    return docx(title + part * (count // 4))


BUILDERS: Mapping[str, Callable[[int], bytes]] = {
    "runs of one paragraph": _runs,
    "runs of one paragraph, each set otherwise": _runs_that_differ,
    "links of one paragraph": lambda count: docx(p(*(f"<w:hyperlink>{r(_TEXT)}</w:hyperlink>",) * count)),
    "open fields": _open_fields,
    "placeholders in one run": lambda count: docx(p(r(FILLED * count))),
    "placeholders in pieces": lambda count: docx(p(*(r("【") + r("MEETING_TITLE】") for _ in range(count)))),
    "open placeholders": lambda count: docx(p(*(r("【MEETING") for _ in range(count)), r(FILLED))),
    "paragraphs": lambda count: docx(p(r(_TEXT)) * count),
    "paragraphs, each set otherwise": _paragraphs_that_differ,
    "paragraphs of hyphens alone": _paragraphs_of_hyphens,
    "parts of a letter": _letter,
    "styles": lambda count: paragraphs_in_styles(
        _ids(count),
        _each(count, lambda number: style(f"S{number}", _size(number))),
    ),
    "styles in a chain": _styles_in_a_chain,
    "styles in a loop": _styles_in_a_loop,
    "character styles in a chain": _character_styles_in_a_chain,
    "styles in a chain that are numbered": _numbered_styles_in_a_chain,
    "styles in a chain, each with its number": _a_number_for_each_style_of_a_chain,
    "tables": lambda count: docx(tbl(tr(tc(_TEXT))) * count),
    "tables on a chain of styles": _tables_on_a_chain,
    "tables on a chain of conditional styles": _conditions_in_a_chain,
    "rows": lambda count: _in_one_table(*[tr(tc(_TEXT), properties="<w:tblHeader/>")] * count),
    "cells": lambda count: _in_one_table(tr(*[tc(_TEXT)] * count)),
    "nested tables": _nested_tables,
    "numberings": lambda count: _with_parts(
        _each(count, lambda number: _numbered(number + 1)),
        numbering=_each(count, lambda number: _definition(number, _LEVELS))
        + _each(count, lambda number: _num(number + 1, number)),
    ),
    "numberings of one definition": lambda count: _with_parts(
        _each(count, lambda number: _numbered(number + 1)),
        numbering=_definition(0, _LEVELS) + _each(count, lambda number: _num(number + 1, 0)),
    ),
    "linked numberings": lambda count: _with_parts(
        _each(count, lambda number: _numbered(number + 1)),
        numbering=_each(count, lambda number: _definition(number, '<w:numStyleLink w:val="L"/>'))
        + _definition("source", f'<w:styleLink w:val="L"/>{_LEVELS}')
        + _each(count, lambda number: _num(number + 1, number)),
    ),
    "levels and overrides": lambda count: _with_parts(
        _each(count, lambda number: _numbered(1, number)),
        numbering=_definition(0, _LEVELS)
        + _num(1, 0, _each(count, lambda number: f"<w:lvlOverride>{_LEVEL.format(number)}</w:lvlOverride>")),
    ),
    "sections": lambda count: docx(
        _each(count, lambda number: p(r(_TEXT), properties=_SECTION.format(16838 - number, number)))
    ),
    "headers": lambda count: docx(
        p(r(FILLED)), stories={f"header{number}": p(r(_TEXT)) for number in range(count)}
    ),
    "page numbers in one header": lambda count: docx(
        p(r(FILLED)), stories={"header1": p("<w:r><w:instrText>PAGE</w:instrText></w:r>", r("1")) * count}
    ),
    "notes": lambda count: docx(
        p(r(FILLED)),
        stories={
            "footnotes": _each(count, lambda number: f'<w:footnote w:id="{number}">{p(_TEXT)}</w:footnote>')
        },
    ),
    "text boxes": lambda count: docx(p(textbox(p(_TEXT))) * count),
    "text boxes of one paragraph": lambda count: docx(p(*[textbox(p(_TEXT))] * count)),
    "fonts of a theme": _theme_fonts,
}
