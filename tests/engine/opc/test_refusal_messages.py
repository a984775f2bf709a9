"""The complete messages for refused templates."""

from pathlib import Path

import pytest

from docops_flask.engine.document.open import open_document
from docops_flask.engine.errors import DocopsError
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from tests.hostile.damaged_zips import DAMAGED, OVER_A_LIMIT
from tests.hostile.unsound_packages import OTHER_KINDS, UNSOUND, typed

ROWS = {**DAMAGED, **OVER_A_LIMIT, **UNSOUND}
SAID = {
    "cut off behind its end record": "its end is cut off",
    "size beyond the file": "the file [Content_Types].xml in it is cut off",
    "corrupt deflate stream": "the file word/document.xml in it cannot be unpacked",
    "wrong CRC of a read part": "the file word/document.xml in it does not match its checksum",
    "a stored member of two sizes": "the file [Content_Types].xml in it has two sizes",
    "CRCs that differ": "its two lists of contents differ",
    "a ZIP version of the future": "it requires a ZIP version that does not exist",
    "a header beyond the end": "a file in it lies beyond its end",
    "data between members": "it holds data that belongs to none of its files",
    "a directory elsewhere": "its central directory does not end at the stated position",
    "fewer members than listed": "its central directory is longer than stated",
    "more members than listed": "its central directory is cut off",
    "a directory before the file": "its central directory is damaged",
    "a split archive": "it is part of a split archive",
    "ZIP64 sizes that are missing": "its ZIP64 sizes are missing",
    "compression LZMA": "the file [Content_Types].xml in it uses an unknown compression",
    "a member inside another": "files in it overlap",
    "duplicate name": "it holds word/document.xml twice",
    "NUL": "the file name word/x.xml\\u0000.png in it is not allowed",
    "a name that is not UTF-8": "a file name in it is not valid UTF-8",
    "a name in GBK": "a file name in it does not tell its encoding",
    "a second name outside the folder in local": "the file word/odd.xml in it has a second name",
    "an extra field cut by a byte in central": "an extra field in it is cut off",
    "names equal as file and folder": "word/a in it is a file and a folder",
    "a folder that holds data": "the folder word/media/ in it holds data",
    "ZIP64 sizes told twice": "its ZIP64 sizes occur twice",
    "symbolic link": "it holds a symbolic link",
    "no content types": "it has no [Content_Types].xml",
    "a main part of no type": "the content type of its main part is missing",
    "a main part of two types": "its list of content types holds two for the same part",
    "no main part": "its main document part is missing",
}
SAID_OF_A_KIND = {
    "truncated": ("truncated", "this file is cut off, its end is missing: download or copy it again"),
    "encrypted": ("encrypted", "this ZIP archive is protected with a password: unpack it"),
    "macros by name alone": ("docm", "this is a Word file with macros (.docm, .dotm): open it in Word"),
}
DOCTYPE = "declares a document type (DTD), which Word never writes"
SAID_OF_A_PART = {
    "malformed relationships": "_rels/.rels is not well-formed XML (line 2)",
    "a beginning no parser reads": "customXml/item1.xml is not well-formed XML (line 1)",
    "a broken part with a long name": f"word/{'n' * 59} is not well-formed XML (line 1)",
    "a document type in a part that is only copied": f"customXml/item1.xml {DOCTYPE}",
    "entities that multiply": f"word/document.xml {DOCTYPE}",
    "a main part of another kind": "word/document.xml is not a WordprocessingML part",
}
SAID_OF_A_LIMIT = {
    "1,001 files": "template: it holds 1001 files; 1000 are allowed.",
    "a bomb of 11 MB": (
        "template: one of its files unfolds to more than 200 times its stored size; beyond 10 MB that is "
        "taken for an attack. Store the file less compressed, or split it."
    ),
    "an XML part of 26 MB": (
        "template: it would unfold to 27262976 bytes (xml_part_bytes); 26214400 are allowed."
    ),
}


def refusal_of(tmp_path: Path, content: bytes) -> DocopsError:
    path = tmp_path / "template.docx"
    path.write_bytes(content)
    with pytest.raises(DocopsError) as caught:
        open_document(Package(path, Limits()), Limits())
    return caught.value


@pytest.mark.parametrize("name", SAID)
def test_the_message_for_a_refused_archive_says_why_and_what_to_do(tmp_path: Path, name: str) -> None:
    message = refusal_of(tmp_path, ROWS[name][0]()).message
    assert message == f"template: {SAID[name]}. Open it in Word, save it again as .docx and retry."


@pytest.mark.parametrize("name", SAID_OF_A_KIND)
def test_the_message_says_what_the_file_is_where_that_is_known(tmp_path: Path, name: str) -> None:
    error = refusal_of(tmp_path, ROWS[name][0]())
    found, said = SAID_OF_A_KIND[name]
    assert error.message.startswith(f"template: {said}")
    assert (error.detail["found"], error.detail["reason"]) == (found, ROWS[name][1])


@pytest.mark.parametrize("name", SAID_OF_A_PART)
def test_the_message_for_a_refused_part_names_it(tmp_path: Path, name: str) -> None:
    error = refusal_of(tmp_path, ROWS[name][0]())
    said = SAID_OF_A_PART[name]
    assert (
        error.message
        == f"template: the part {said}. Open the file in Word, save it again as .docx and retry."
    )
    assert error.detail["part"] == said.split(" ")[0]


@pytest.mark.parametrize("name", SAID_OF_A_LIMIT)
def test_the_message_for_a_compression_ratio_names_the_ratio(tmp_path: Path, name: str) -> None:
    assert refusal_of(tmp_path, ROWS[name][0]()).message == SAID_OF_A_LIMIT[name]


@pytest.mark.parametrize(
    ("content", "found", "said"),
    [
        (b"%PDF-1.7", "pdf", "this is a PDF: send the Word document (.docx) that it was made from"),
        (typed(OTHER_KINDS["a .dotx"]), "dotx", "this is a Word template (.dotx): open it in Word and save"),
    ],
)
def test_the_message_for_another_kind_of_file_says_what_to_send(
    tmp_path: Path, content: bytes, found: str, said: str
) -> None:
    error = refusal_of(tmp_path, content)
    assert error.message.startswith(f"template: {said}")
    assert error.detail == {"field": "template", "found": found}
