"""Real documents with a placeholder in every kind of place each of them has: filled or reported, none silent.

The bytes are searched with patterns of its own; it shares nothing with the engine but what a log says. A kind
that is filled or reported anew is one more line in ``KINDS``.
"""

import html
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple

import pytest

from tests.conftest import ROOT
from tests.corpus.test_corpus import REFUSED, member, run

_STORY = r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml"
_ANY_XML = r".*\.xml"


class Kind(NamedTuple):
    """A kind of place: its parts, its text (group 1, to which a placeholder is added), what comes of it."""

    part: str
    pattern: bytes
    outcome: Literal["filled", "reported", "either"] = "filled"


def _element(*names: str) -> bytes:
    """The text of an element, whatever its prefix; it holds nothing but text."""
    return rb"<(?:[\w.-]+:)?(?:" + "|".join(names).encode() + rb")(?: [^<>]*[^<>/])?>([^<>]*)</"


def _attribute(element: str, name: str) -> bytes:
    """The value of an attribute in double quotes."""
    return b'<%b(?: [^<>]*)? %b="([^<>"]*)"' % (element.encode(), name.encode())


KINDS = {
    "text of a paragraph": Kind(_STORY, rb"<w:t(?: [^<>]*[^<>/])?>([^<>]*)</w:t>"),
    "description of a drawing": Kind(_STORY, _attribute(r"(?:wp:docPr|\w+:cNvPr)", "descr")),
    "title of a drawing": Kind(_STORY, _attribute(r"(?:wp:docPr|\w+:cNvPr)", "title")),
    "name of a drawing": Kind(_STORY, _attribute(r"(?:wp:docPr|\w+:cNvPr)", "name")),
    "alternative text of a VML shape": Kind(_STORY, _attribute(r"v:\w+", "alt")),
    "title of VML image data": Kind(_STORY, _attribute("v:imagedata", "o:title")),
    "watermark": Kind(_STORY, _attribute("v:textpath", "string")),
    "caption of a table": Kind(_STORY, _attribute("w:tblCaption", "w:val")),
    "description of a table": Kind(_STORY, _attribute("w:tblDescription", "w:val")),
    "title of a content control": Kind(_STORY, _attribute("w:alias", "w:val")),
    "tag of a content control": Kind(_STORY, _attribute("w:tag", "w:val")),
    "entry of a list of a control": Kind(_STORY, _attribute("w:listItem", "w:displayText")),
    "entry of a list of a form field": Kind(_STORY, _attribute("w:listEntry", "w:val")),
    "help of a form field": Kind(_STORY, _attribute("w:helpText", "w:val")),
    "screen tip": Kind(_STORY, _attribute("w:hyperlink", "w:tooltip")),
    "name of a bookmark": Kind(_STORY, _attribute("w:bookmarkStart", "w:name"), "reported"),
    "text of a number": Kind(r"word/numbering\.xml", _attribute("w:lvlText", "w:val")),
    "name of a style": Kind(
        r"word/styles\.xml", rb"<w:style [^<>]*><w:name w:val=\"([^<>\"]*)\"", "reported"
    ),
    "document variable": Kind(r"word/settings\.xml", _attribute("w:docVar", "w:val")),
    "text of a drawing": Kind(_ANY_XML, rb"<a:t>([^<>]*)</a:t>"),
    "text of a chart": Kind(r"word/charts/chart\d*\.xml", rb"<c:v>([^<>]*)</c:v>"),
    "formula of a chart": Kind(r"word/charts/chart\d*\.xml", rb"<c:f>([^<>]*)</c:f>", "reported"),
    "title": Kind(r"docProps/core.*\.xml", _element("title")),
    "subject": Kind(r"docProps/core.*\.xml", _element("subject")),
    "author": Kind(r"docProps/core.*\.xml", _element("creator")),
    "keywords": Kind(r"docProps/core.*\.xml", _element("keywords")),
    "comments": Kind(r"docProps/core.*\.xml", _element("description")),
    "last author": Kind(r"docProps/core.*\.xml", _element("lastModifiedBy")),
    "date of the properties": Kind(r"docProps/core.*\.xml", _element("created"), "reported"),
    "company": Kind(r"docProps/app.*\.xml", _element("Company")),
    "manager": Kind(r"docProps/app.*\.xml", _element("Manager")),
    "template": Kind(r"docProps/app.*\.xml", _element("Template")),
    "titles of parts": Kind(r"docProps/app.*\.xml", _element("lpstr")),
    "number of pages": Kind(r"docProps/app.*\.xml", _element("Pages"), "reported"),
    "custom property": Kind(r"docProps/custom.*\.xml", _element("lpwstr")),
    "custom XML": Kind(r"customXml/item\d*\.xml", rb"<[^<>!?/]+>([^<>]*)</"),
    "building block": Kind(
        r"word/glossary/document\.xml", rb"<w:t(?: [^<>]*[^<>/])?>([^<>]*)</w:t>", "reported"
    ),
    "target of a hyperlink": Kind(
        r"word/_rels/.*\.rels",
        rb"<Relationship (?=[^<>]*/hyperlink\")(?=[^<>]*External)[^<>]*"
        rb"Target=\"((?:https?|mailto):[^<>\"]*)\"",
    ),
    "target of another relationship": Kind(
        r"word/.*_rels/.*\.rels",
        rb"<Relationship (?=[^<>]*/attachedTemplate\")(?=[^<>]*External)[^<>]*Target=\"([^<>\"]*)\"",
        "reported",
    ),
    # Behind the only word of a code the placeholder is part of the field's type, where no value may stand.
    "field code": Kind(_STORY, rb"<w:instrText(?: [^<>]*[^<>/])?>([^<>]*)</w:instrText>", "either"),
    "simple field": Kind(_STORY, _attribute("w:fldSimple", "w:instr"), "either"),
    "equation": Kind(_STORY, rb"<m:t(?: [^<>]*[^<>/])?>([^<>]*)</m:t>"),
    "name of a font": Kind(r"word/fontTable\.xml", _attribute("w:font", "w:name"), "reported"),
    "name of a theme": Kind(r"word/theme/theme\d*\.xml", _attribute("a:theme", "name"), "reported"),
}  # fmt: skip


class Put(NamedTuple):
    """A placeholder that was put into a part: its name, its kind."""

    field: str
    part: str
    kind: str


def put_into(content: bytes, kinds: dict[str, Kind]) -> tuple[bytes, list[Put]]:
    """A package with a placeholder in the first place of each of ``kinds`` in each of its parts."""
    buffer = io.BytesIO()
    puts: list[Put] = []
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for info in source.infolist():
            data = source.read(info)
            data = _part_with(info.filename, data, kinds, puts)
            if info.filename.startswith("word/embeddings/") and data.startswith(b"PK"):
                data = _workbook_with(info.filename, data, puts)
            target.writestr(info, data)
    return buffer.getvalue(), puts


def _part_with(name: str, data: bytes, kinds: dict[str, Kind], puts: list[Put]) -> bytes:
    if b"\0" in data[:4]:
        return data
    for title, kind in kinds.items():
        found = re.search(kind.pattern, data) if re.fullmatch(kind.part, name) else None
        if found is not None:
            puts.append(Put(f"P{len(puts)}", name, title))
            data = data[: found.end(1)] + f"【{puts[-1].field}】".encode() + data[found.end(1) :]
    return data


def _workbook_with(name: str, data: bytes, puts: list[Put]) -> bytes:
    """An embedded .xlsx or .docx with a placeholder in its first text."""
    buffer = io.BytesIO()
    done = False
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for info in source.infolist():
            content = source.read(info)
            found = re.search(rb"<(?:w:)?t(?: [^<>]*[^<>/])?>([^<>]*)</", content)
            if found is not None and not done and info.filename.endswith("ml"):
                done = True
                puts.append(Put(f"P{len(puts)}", name, "embedded file"))
                content = content[: found.end(1)] + f"【{puts[-1].field}】".encode() + content[found.end(1) :]
            target.writestr(info, content)
    return buffer.getvalue()


def texts_left(content: bytes) -> Iterator[tuple[str, str]]:
    """Yield each placeholder that a package still holds, with its part; files in it are opened."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            if data.startswith(b"PK\3\4"):
                yield from ((name, text) for _, text in texts_left(data))
            else:
                yield from ((name, text.decode()) for text in re.findall("【P[0-9]+】".encode(), data))


def _templates(corpus: list[Path]) -> list[Path]:
    return [
        *sorted((ROOT / "samples").glob("*.docx")),
        *(path for path in corpus if path.stem not in REFUSED),
    ]


def sweep(
    paths: list[Path], folder: Path, kinds: dict[str, Kind], judge: Callable[[Put, str, str], None]
) -> Counter[str]:
    """Fill every template of ``paths`` with a placeholder in each of ``kinds``; count the kinds met.

    ``judge`` gets each placeholder with what became of it and the text of its part in the result.
    """
    met: Counter[str] = Counter()
    for number, path in enumerate(paths):
        template, puts = put_into(path.read_bytes(), kinds)
        file = folder / f"{number}.docx"
        file.write_bytes(template)
        values = {put.field: f"value-of-{put.field}" for put in puts}
        result, output = run(file, folder / str(number), values)
        entries = json.loads(member(folder / str(number), "out.replace_log.json"))["entries"]
        reported = {entry["original_text"] for entry in entries if entry["status"] == "unsupported"}
        replaced = {entry["field_name"] for entry in entries if entry["status"] == "replaced"}
        silent = [each for each in texts_left(output) if each[1] not in reported]
        assert not silent, (
            path,
            silent,
            [put for put in puts if f"【{put.field}】" in dict(silent).values()],
        )
        if reported:
            assert result["exit_code"] == 3
        with zipfile.ZipFile(io.BytesIO(output)) as archive:
            for put in puts:
                met[put.kind] += 1
                status = "filled" if put.field in replaced else "reported"
                assert status == "filled" or f"【{put.field}】" in reported, (path, put)
                judge(put, status, html.unescape(archive.read(put.part).decode("utf-8", "replace")))
    return met


@pytest.mark.corpus
def test_every_placeholder_is_filled_or_reported(corpus: list[Path], tmp_path: Path) -> None:
    def judge(put: Put, status: str, text: str) -> None:
        wanted = KINDS[put.kind].outcome if put.kind in KINDS else "reported"
        assert wanted in (status, "either"), put
        assert (f"value-of-{put.field}" in text) is (status == "filled"), put

    met = sweep(_templates(corpus), tmp_path, KINDS, judge)
    assert len(met) > 30, met
