"""The console about what a template has beside its text, and the options that leave it out."""

import io
import zipfile

from playwright.sync_api import expect

from tests.e2e.console.console_page import ConsolePage
from tests.engine.removal_packages import END, REFERENCE, START, commented, relationships, signed
from tests.factories import R, p, r
from tests.web.forms import members

COMMENTED = commented(
    p(START, r("【MEETING_TITLE】"), END, REFERENCE),
    extra={
        "word/_rels/people.xml.rels": relationships(("rId1", f"{R}/image", "http://a.example/x.png"))
        .replace('/x.png"', '/x.png" TargetMode="External"')
        .encode()
    },
)
SIGNED = signed(p("【MEETING_TITLE】"))


def document_of(console: ConsolePage) -> set[str]:
    """The members of the document in the ZIP a person downloads."""
    _, archive = console.download("#download-zip")
    return set(zipfile.ZipFile(io.BytesIO(members(archive)["out.docx"])).namelist())


def test_comments_and_links_are_told_and_can_be_left_out(console: ConsolePage) -> None:
    console.inspect(COMMENTED)
    problems = console["#template-problems"]
    expect(problems.locator('[data-code="AUTHOR_COMMENTS"]')).to_contain_text("comments of its author")
    link = problems.locator('[data-code="EXTERNAL_LINK"]')
    expect(link).to_contain_text("http://a.example/x.png")
    expect(link).not_to_contain_text("【")
    expect(link).to_contain_text("word/people.xml")
    console.fill(meeting_title="T")
    console["#advanced summary"].click()
    console["#option-strip_comments"].check()
    console.run()
    assert "word/comments.xml" not in document_of(console)


def test_a_void_signature_is_a_warning_until_it_is_left_out(console: ConsolePage) -> None:
    console.inspect(SIGNED)
    expect(console['#template-problems [data-code="SIGNED"]']).to_contain_text("digital signature")
    console.fill(meeting_title="T")
    console.run()
    warning = console['#result [data-warning="SIGNATURE_VOID"]']
    expect(warning).to_contain_text("which filling made void")
    console.language("zh")
    expect(warning).to_contain_text("签名已失效")
    console.language("en")
    console["#advanced summary"].click()
    console["#option-drop_signature"].check()
    console.run()
    expect(warning).to_have_count(0)
    assert "_xmlsignatures/origin.sigs" not in document_of(console)
