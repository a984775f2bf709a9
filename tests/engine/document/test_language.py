"""The language of a template is that of most letters of its body; names of placeholders are no letters."""

from pathlib import Path

import pytest

from docops_flask.engine.document.language import language_of
from docops_flask.engine.document.open import open_document
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from tests.factories import docx, p, r


@pytest.mark.parametrize(
    ("body", "language"),
    [
        (p("关于召开会议的通知"), "zh"),
        (p("Notice of a meeting"), "en"),
        (p(""), "en"),
        # As many of each is not more of one.
        (p("会议ab"), "en"),
        (p("会议室ab"), "zh"),
        (p("时间：【MEETING_TIME】，地点：【MEETING_LOCATION】"), "zh"),
        (p(r("时间：【MEETING"), r("_TIME】")), "zh"),
        (p("【MEETING_TIME】"), "en"),
        (p("Müller & Söhne: 会议会议"), "en"),
        (p("会&&&议"), "zh"),
        (p("㐀㐁"), "zh"),
        (p("かなのみ"), "en"),
        # Names of styles and fonts are not the text.
        (p(r("会议", '<w:rFonts w:ascii="Times New Roman"/>')), "zh"),
        (p(r("ab", '<w:rFonts w:eastAsia="方正小标宋简体"/>')), "en"),
    ],
)  # fmt: skip
def test_the_language_is_that_of_most_letters(tmp_path: Path, body: str, language: str) -> None:
    assert _language(tmp_path, docx(body)) == language


def test_headers_do_not_count(tmp_path: Path) -> None:
    assert _language(tmp_path, docx(p("Notice"), stories={"header1": p("青岚市人民政府文件")})) == "en"


def _language(folder: Path, template: bytes) -> str:
    file = folder / "template.docx"
    file.write_bytes(template)
    package = Package(file, Limits())
    try:
        return language_of(open_document(package, Limits()))
    finally:
        package.close()
