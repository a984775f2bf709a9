"""Kinds of places that public reports about filled Word files name: each is filled or reported."""

import gzip
import io
import json
import zipfile
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.pipeline import run_job
from tests.engine.compound_files import compound_file
from tests.engine.integrity.finished_job import skill_of
from tests.engine.template.places.packages import chart, custom_data, package, relationship, story
from tests.factories import docx, p, r, textbox
from tests.factories import package as zipped

SKILL = skill_of({"TITLE": ""})
NAME = "【TITLE】"
_TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def do(folder: Path, template: bytes) -> dict[str, Any]:
    path = folder / "t.docx"
    path.write_bytes(template)
    job = Job(JobKind.RUN, (SKILL,), SKILL, {"title": "value"})
    told: dict[str, Any] = {"run": run_job(job, path, folder)}
    with zipfile.ZipFile(folder / "outputs.zip") as archive:
        told["log"] = json.loads(archive.read("out.replace_log.json"))
        told["document"] = archive.read("out.docx")
    told["precheck"] = run_job(job._replace(kind=JobKind.PRECHECK), path, folder)
    told["inspect"] = run_job(job._replace(kind=JobKind.INSPECT), path, folder)
    return told


def body(*content: str) -> bytes:
    """A template with one paragraph."""
    return package(f"<w:p>{''.join(content)}</w:p>")


def part(name: str, content: str | bytes, kind: str = "x", content_type: str = "application/xml") -> bytes:
    """A template with a further part that is related to the main part."""
    target = name.removeprefix("word/") if name.startswith("word/") else f"../{name}"
    types = {f"/{name}": content_type}
    return package(parts={name: content}, relationships=relationship(1, kind, target), types=types)


def settings(content: str) -> bytes:
    return part("word/settings.xml", story("settings", content), "settings", f"{_TYPES}.settings+xml")


def numbering(content: str) -> bytes:
    return part("word/numbering.xml", story("numbering", content), "numbering", f"{_TYPES}.numbering+xml")


def notes(content: str) -> bytes:
    return part("word/footnotes.xml", story("footnotes", content), "footnotes", f"{_TYPES}.footnotes+xml")


def begun(data: str) -> str:
    """The beginning and the end of a form field."""
    kinds = ("begin", "end")
    first, last = (f'<w:r><w:fldChar w:fldCharType="{kind}">%s</w:fldChar></w:r>' for kind in kinds)
    return first % f"<w:ffData>{data}</w:ffData>" + last % ""


def control(properties: str, content: str = "x") -> str:
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{r(content)}</w:sdtContent></w:sdt>"


FILLED = {
    "cut by marks of the spelling check": body(
        r("【"), '<w:proofErr w:type="spellStart"/>', r("TITLE"), '<w:proofErr w:type="spellEnd"/>', r("】")
    ),
    "in a smart tag": body(
        r("【"), f'<w:smartTag w:uri="u" w:element="e">{r("TITLE")}</w:smartTag>', r("】")
    ),
    "cut by a page's end": body("<w:r><w:t>【TI</w:t><w:lastRenderedPageBreak/><w:t>TLE】</w:t></w:r>"),
    "around a comment's mark": body(r("【TI"), '<w:r><w:commentReference w:id="1"/></w:r>', r("TLE】")),
    "around a bookmark": body(r("【TI"), '<w:bookmarkStart w:id="1" w:name="b"/>', r("TLE】")),
    "across a tracked insertion": body(r("【TI"), f'<w:ins w:id="1" w:author="a">{r("TLE】")}</w:ins>'),
    "around a tracked deletion": body(
        r("【TI"), "<w:del w:id='1' w:author='a'><w:r><w:delText>X</w:delText></w:r></w:del>", r("TLE】")
    ),
    "across a hyperlink": body(r("【TI"), f'<w:hyperlink w:anchor="a">{r("TLE")}</w:hyperlink>', r("】")),
    "across a content control": body(r("【TI"), control("", "TLE"), r("】")),
    "around the anchor of a text box": body(r("【TI"), textbox(p("box")), r("TLE】")),
    "hidden text": body(r(NAME, "<w:vanish/>")),
    "the prompt of a control": body(control("<w:showingPlcHdr/>", NAME)),
    "an entry of a list": body(
        control(f'<w:dropDownList><w:listItem w:displayText="{NAME}" w:value="a"/></w:dropDownList>')
    ),
    "the default of a form field": body(begun(f'<w:textInput><w:default w:val="{NAME}"/></w:textInput>')),
    "the help of a form field": body(begun(f'<w:helpText w:type="text" w:val="{NAME}"/>')),
    "the status of a form field": body(begun(f'<w:statusText w:type="text" w:val="{NAME}"/>')),
    "a separator of footnotes": notes(f'<w:footnote w:type="separator" w:id="-1">{p(NAME)}</w:footnote>'),
    "a document variable": settings(f'<w:docVars><w:docVar w:name="a" w:val="{NAME}"/></w:docVars>'),
    "the number of a list": numbering(
        f'<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:lvlText w:val="{NAME}"/></w:lvl>'
        "</w:abstractNum>"
    ),
    "a source of the bibliography": custom_data(p("x"), f"<Sources><Title>{NAME}</Title></Sources>"),
    "labels of a chart from cells": chart(
        '<c:extLst><c:ext uri="u"><c15:dlblRangeCache '
        'xmlns:c15="http://schemas.microsoft.com/office/drawing/2012/chart"><c:pt idx="0"><c:v>'
        f"{NAME}</c:v></c:pt></c15:dlblRangeCache></c:ext></c:extLst>"
    ),
}


@pytest.mark.parametrize("kind", FILLED)
def test_it_is_filled(tmp_path: Path, kind: str) -> None:
    told = do(tmp_path, FILLED[kind])
    assert told["run"]["exit_code"] == told["precheck"]["expected_exit_code"] == 0
    assert {entry["status"] for entry in told["log"]["entries"]} == {"replaced"}
    assert told["inspect"]["unsupported"] == []
    with zipfile.ZipFile(io.BytesIO(told["document"])) as document:
        parts = b"".join(map(document.read, document.namelist())).decode("utf-8", "replace")
    assert "value" in parts
    assert "【" not in parts


def chunk(name: str, content: bytes) -> bytes:
    return package(
        p("x") + '<w:altChunk r:id="rId1"/>',
        parts={f"word/{name}": content},
        relationships=relationship(1, "aFChunk", name),
        types={f"/word/{name}": "text/plain"},
    )


def workbook(name: str, content: str | bytes) -> bytes:
    return part(
        "word/embeddings/b.xlsx", zipped({"[Content_Types].xml": "<Types/>", name: content}), "package"
    )


def linked(target: str) -> bytes:
    return package(relationships=relationship(1, "hyperlink", target, external=True))


_SYMBOL = '<w:r><w:sym w:font="SimSun" w:char="{}"/></w:r>'
_DELIMITED = (
    '<m:oMath><m:d><m:dPr><m:begChr m:val="【"/><m:endChr m:val="】"/></m:dPr><m:e><m:r>'
    "<m:t>TITLE</m:t></m:r></m:e></m:d></m:oMath>"
)
_FLAT = "http://schemas.microsoft.com/office/2006/xmlPackage"
_SHEET = zipped({"a.xml": f"<t>{NAME}</t>"})
REPORTED = {
    "a tab in the name": body("<w:r><w:t>【TI</w:t><w:tab/><w:t>TLE】</w:t></w:r>"),
    "a hyphen that does not break in the name": body(
        "<w:r><w:t>【TI</w:t><w:noBreakHyphen/><w:t>TLE】</w:t></w:r>"
    ),
    "a letter as a symbol": body(r("【TIT"), _SYMBOL.format("004C"), r("E】")),
    "brackets as symbols": body(_SYMBOL.format("3010"), r("TITLE"), _SYMBOL.format("3011")),
    "brackets as delimiters of an equation": body(_DELIMITED),
    "brackets as delimiters of an equation, by number": body(
        _DELIMITED.replace("【", "&#x3010;").replace("】", "&#12305;")
    ),
    "across paragraphs": package(p("【TI") + p("TLE】")),
    "half of it deleted": body(
        r("【TI"), "<w:del w:id='1' w:author='a'><w:r><w:delText>TLE】</w:delText></w:r></w:del>"
    ),
    "a building block": part(
        "word/glossary/document.xml", story("glossaryDocument", p(NAME)), "glossaryDocument"
    ),
    "a caption's label": settings(f'<w:captions><w:caption w:name="{NAME}"/></w:captions>'),
    "a query of a mail merge": settings(f'<w:mailMerge><w:query w:val="SELECT {NAME}"/></w:mailMerge>'),
    "the format of a form field": body(begun(f'<w:textInput><w:format w:val="{NAME}"/></w:textInput>')),
    "the prompt's building block": body(
        control(f'<w:placeholder><w:docPart w:val="{NAME}"/></w:placeholder>')
    ),
    "the format of a date": body(control(f'<w:date><w:dateFormat w:val="{NAME}"/></w:date>')),
    "the last value of a list": body(control(f'<w:dropDownList w:lastValue="{NAME}"/>')),
    "a bookmark's name": body(f'<w:bookmarkStart w:id="0" w:name="{NAME}"/>'),
    "a control's name": body(f'<w:r><w:object><w:control w:name="{NAME}"/></w:object></w:r>'),
    "a linked object": body(
        f"<w:r><w:object><o:OLEObject><o:FieldCodes>{NAME}</o:FieldCodes></o:OLEObject></w:object></w:r>"
    ),
    "a property of ActiveX": part(
        "word/activeX/activeX1.xml", f'<x:ocx xmlns:x="u"><x:ocxPr x:value="{NAME}"/></x:ocx>', "control"
    ),
    "a stream of ActiveX": part(
        "word/activeX/activeX1.bin", b"\0\2\1" + NAME.encode("utf-16-le"), "control", "application/x"
    ),
    "a number's format in a chart": chart(f'<c:numFmt formatCode="0&quot;{NAME}&quot;"/>'),
    "letters of a picture, each by itself": part(
        "word/media/i.svg",
        "<svg><text>" + "".join(f"<tspan>{each}</tspan>" for each in NAME) + "</text></svg>",
        "image",
        "image/svg+xml",
    ),
    "a metafile": part(
        "word/media/i.emf", b"\1\0\0\0" + bytes(40) + NAME.encode("utf-16-le"), "image", "image/x-emf"
    ),
    "a packed metafile": part(
        "word/media/i.emz", gzip.compress(bytes(40) + NAME.encode("utf-16-le")), "image", "image/x-emz"
    ),
    "inline text of a workbook": workbook("xl/s.xml", f"<c t='inlineStr'><is><t>{NAME}</t></is></c>"),
    "a formula of a workbook": workbook("xl/s.xml", f'<f>CONCAT("{NAME}",A1)</f>'),
    "a sheet's name": workbook("xl/workbook.xml", f'<sheet name="{NAME}"/>'),
    "a header of a sheet": workbook("xl/s.xml", f"<oddHeader>&amp;C{NAME}</oddHeader>"),
    "a comment of a workbook": workbook("xl/comments1.xml", f"<t>{NAME}</t>"),
    "a binary workbook": workbook("xl/sharedStrings.bin", b"\x13\0" + NAME.encode("utf-16-le")),
    "a stream of an object": part(
        "word/embeddings/o.bin",
        compound_file({"CONTENTS": NAME.encode("gb18030")}),
        "oleObject",
        "application/x",
    ),
    "a page with a comment in the name": chunk("a.html", "<p>【TI<!-- > -->TLE】</p>".encode()),
    "a page with letters by number": chunk("a.html", b"<p>&#12304;&#84;ITLE&#12305;</p>"),
    "a page in capitals and small letters": chunk("a.html", "<p>【Title】</p>".encode()),
    "a page in Big5": chunk("a.html", "<meta charset=big5><p>【TI<b>TLE</b>】</p>".encode("big5")),
    "text in Big5": chunk("a.txt", NAME.encode("big5")),
    "text in Shift JIS": chunk("a.txt", NAME.encode("shift_jis")),
    "text in EUC-JP": chunk("a.txt", NAME.encode("euc_jp")),
    "text in EUC-KR": chunk("a.txt", NAME.encode("euc_kr")),
    "RTF with two characters for older readers": chunk(
        "a.rtf", rb"{\rtf1\uc2 \u12304\'a1\'beTITLE\u12305\'a1\'bf}"
    ),
    "RTF in Big5": chunk("a.rtf", rb"{\rtf1\ansicpg950 \'a1\'69{\b TI}TLE\'a1\'6a}"),
    "an object in RTF": chunk(
        "a.rtf",
        b"{\\rtf1{\\*\\objdata 0105" + compound_file({"Package": _SHEET}).hex("\n", 64).encode() + b"}}",
    ),
    "a picture in a page": chunk(
        "a.html",
        b'<img src="data:image/svg+xml;base64,' + b64encode(f"<svg>{NAME}</svg>".encode()) + b'">',
    ),
    "a workbook in a package in one file": chunk(
        "a.xml",
        f'<pkg:package xmlns:pkg="{_FLAT}"><pkg:binaryData>'.encode()
        + b64encode(_SHEET)
        + b"</pkg:binaryData></pkg:package>",
    ),
    "a link's target, encoded twice": linked("https://x/%25E3%2580%2590TITLE%25E3%2580%2591"),
    "a link's target in GBK": linked("https://x/%A1%BETITLE%A1%BF"),
    "a link's target as old scripts write it": linked("https://x/?q=%u3010TITLE%u3011"),
    "a link to a file": package(relationships=relationship(1, "subDocument", f"{NAME}.docx", external=True)),
    "JSON in an attribute": part(
        "word/webextensions/w1.xml", '<p value="&quot;\\u3010TITLE\\u3011&quot;"/>', "webextension"
    ),
    "markup written as text": custom_data(p("x"), "<root>&amp;#12304;TITLE&amp;#x3011;</root>"),
}


@pytest.mark.parametrize("kind", REPORTED)
def test_it_is_reported_with_its_place_by_each_kind_of_job(tmp_path: Path, kind: str) -> None:
    told = do(tmp_path, REPORTED[kind])
    assert told["run"]["exit_code"] == told["precheck"]["expected_exit_code"] == 3
    entries = told["log"]["entries"]
    assert {entry["status"] for entry in entries} == {"unsupported"}
    assert all(entry["reason"] and entry["paragraph_path"] for entry in entries)
    paths = [entry["paragraph_path"] for entry in entries]
    assert [each["paragraph_path"] for each in told["precheck"]["unsupported"]] == paths
    assert [each["paragraph_path"] for each in told["inspect"]["unsupported"]] == paths


def test_brackets_that_are_symbols_around_ordinary_words_are_no_names(tmp_path: Path) -> None:
    plain = docx(p(_SYMBOL.format("3010"), r("注意"), _SYMBOL.format("3011")) + p(NAME))
    told = do(tmp_path, plain)
    assert told["run"]["exit_code"] == 0
    assert [entry["status"] for entry in told["log"]["entries"]] == ["replaced"]
