"""A placeholder that no log entry tells of is found in every part, whatever the part is."""

import io
import json
import zipfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.document.open import open_document
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.pipeline import run_job
from docops_flask.engine.skills.skill import Field, Skill
from docops_flask.engine.template import unaccounted
from docops_flask.engine.template.part_search import names_in_bytes
from docops_flask.engine.template.scan import scan_document
from docops_flask.engine.template.unaccounted import find_unaccounted
from tests.factories import DECLARATION, W, docx, p, package, r, textbox

_LABEL = Bilingual("label", "标签")
FIELDS = tuple(Field(key, _LABEL, "text", False, key.upper(), "x", _LABEL) for key in ("title", "note"))
SKILL = Skill("notice", _LABEL, _LABEL, FIELDS)
JOB = Job(JobKind.RUN, (SKILL,), SKILL, {"title": "年度会议"})
FILLED = p("【TITLE】")
MAIN = "word/document.xml"

Members = Mapping[str, bytes]


def jobs(tmp_path: Path, template: bytes, payload: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What a run, a precheck and an inspection say, and the members of the run's archive."""
    path = tmp_path / "template.docx"
    path.write_bytes(template)
    job = JOB if payload is None else JOB._replace(payload=payload)
    run = run_job(job, path, tmp_path)
    with zipfile.ZipFile(tmp_path / "outputs.zip") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    return {
        "run": run,
        "log": json.loads(members["out.replace_log.json"]),
        "fields": json.loads(members["out.missing_fields.json"]),
        "precheck": run_job(job._replace(kind=JobKind.PRECHECK), path, tmp_path),
        "inspect": run_job(job._replace(kind=JobKind.INSPECT), path, tmp_path),
        "document": members["out.docx"],
    }


def found(tmp_path: Path, template: bytes) -> list[tuple[str, str, str]]:
    """Part, place and text of the unaccounted entries, on which all three kinds of job agree."""
    told = jobs(tmp_path, template)
    entries = [each for each in told["log"]["entries"] if each.get("kind") == "unaccounted"]
    places = [(each["part"], each["place"], each["original_text"]) for each in entries]
    paths = [f"{part}#{place}" for part, place, _ in places]
    for kind in ("precheck", "inspect"):
        listed = [each for each in told[kind]["unsupported"] if each["kind"] == "unaccounted"]
        assert [each["paragraph_path"] for each in listed] == paths
    problems = [each for each in told["inspect"]["problems"] if each["code"] == "UNACCOUNTED_PLACEHOLDER"]
    assert [each["place"] for each in problems] == paths
    left = [each for each in told["fields"]["left"] if each["reason"] == "unaccounted"]
    assert [(each["part"], each["place"], each["text"]) for each in left] == places
    assert told["run"]["exit_code"] == told["precheck"]["expected_exit_code"] == (3 if places else 0)
    assert told["run"]["counts"]["left"] == len(told["fields"]["left"])
    return places


def names(
    tmp_path: Path,
    content: bytes,
    limits: Limits = Limits(),  # noqa: B008, it is immutable
) -> list[tuple[str, str, str]]:
    """Part, place and text of the names that stand outside the texts of paragraphs."""
    path = tmp_path / "searched.docx"
    path.write_bytes(content)
    with closing(Package(path, limits)) as searched:
        document = open_document(searched, limits)
        found = find_unaccounted(searched, document, scan_document(document), ()).names
    return [(each.part, each.place, each.text) for each in found]


def xml(content: str, names: str = "") -> bytes:
    return f"{DECLARATION}<x{names}>{content}</x>".encode()


def office(part: str, content: str | bytes) -> bytes:
    """A package inside the package."""
    return package({"[Content_Types].xml": "<Types/>", part: content})


def is_filled_or_told(tmp_path: Path, template: bytes) -> bool:
    """Whether a run fills all names of ``template``, or ends with exit code 3 and lists what it leaves."""
    told = jobs(tmp_path, template)
    left = names(tmp_path, told["document"])
    listed = [each for each in told["fields"]["left"] if each["reason"] != "missing"]
    # A name that is cut in a field code is told of by its pieces too.
    assert len(left) <= len(listed) == told["run"]["counts"]["left"]
    exit_code = told["run"]["exit_code"]
    assert exit_code == told["precheck"]["expected_exit_code"]
    return bool(exit_code == (3 if left else 0))


OLE = b"\xd0\xcf\x11\xe0"
HTML = "<html><body><p>dear <b>【TI</b>TLE】</p></body></html>"
UNKNOWN_PARTS: dict[str, tuple[str, bytes, str]] = {
    "a chart": ("word/charts/chart1.xml", xml("<a:t>【TITLE】</a:t>", ' xmlns:a="urn:a"'), "a:t"),
    "a chart's cached text": ("word/charts/chart2.xml", xml("<v>【TITLE】</v>"), "v"),
    "SmartArt, split over runs": (
        "word/diagrams/data1.xml",
        xml("<p>\n <r><t>【TI</t></r>\n <r><t>TLE】</t></r>\n</p>"),
        "t",
    ),
    "document properties": ("docProps/core.xml", xml("<title>【TITLE】</title>"), "title"),
    "custom properties": ("docProps/custom.xml", xml("<lpwstr>for 【TITLE】</lpwstr>"), "lpwstr"),
    "custom XML": ("customXml/item1.xml", xml('<data value="【TITLE】"/>'), "data@value"),
    "the glossary": (
        "word/glossary/document.xml",
        xml(f"<w:p>{r('【TITLE】')}</w:p>", f' xmlns:w="{W}"'),
        "w:t",
    ),
    "a story that no relationship names": (
        "word/header9.xml",
        xml(p(r("【TI"), r("TLE】")), f' xmlns:w="{W}"'),
        "w:t",
    ),
    "settings": ("word/settings.xml", xml('<docVar val="【TITLE】"/>'), "docVar@val"),
    "by its number": ("word/odd.xml", xml("<t>&#12304;TITLE&#x3011;</t>"), "t"),
    "by its number, with zeros": ("word/odd.xml", xml("<t>&#012304;TITLE&#x03011;</t>"), "t"),
    "in a CDATA section": ("word/odd.xml", xml("<t><![CDATA[【TITLE】]]></t>"), "t"),
    "in an XML comment": ("word/odd.xml", xml("<!-- 【TITLE】 -->"), "comment"),
    "UTF-16": (
        "word/odd.xml",
        '<?xml version="1.0" encoding="UTF-16"?><x><t>【TITLE】</t></x>'.encode("utf-16"),
        "t",
    ),
    "GBK": (
        "word/odd.xml",
        '<?xml version="1.0" encoding="GBK"?><x><t>【TITLE】</t></x>'.encode("gbk"),
        "t",
    ),
    "with a character without width": ("word/odd.xml", xml("<t>【TI\u200bTLE\ufeff】</t>"), "t"),
    "XML that is not well formed": ("word/odd.xml", "<x><t>【TITLE】</x>".encode(), "content"),
    "a relationship's target": (
        "word/charts/_rels/chart1.xml.rels",
        xml('<Relationship Target="https://example.org/【TITLE】"/>'),
        "Relationship@Target",
    ),
    "a relationship's target as URLs have it": (
        "word/charts/_rels/chart1.xml.rels",
        xml('<Relationship Target="https://example.org/%e3%80%90TITLE%E3%80%91?a=b&amp;c"/>'),
        "Relationship@Target",
    ),
    "HTML": ("word/afchunk.html", HTML.encode(), "content"),
    "HTML by numbers": ("word/afchunk.htm", b"<p>&#x3010;TITLE&#12305;</p>", "content"),
    "HTML in GBK": ("word/afchunk.html", "<p>【TITLE】</p>".encode("gbk"), "content"),
    "a mail page": ("word/afchunk.mht", b"<p>=E3=80=90TIT=\r\nLE=E3=80=91</p>", "content"),
    "RTF": ("word/afchunk.rtf", rb"{\rtf1 \u12304?TITLE\u12305?}", "content"),
    "RTF in GBK": ("word/afchunk.rtf", rb"{\rtf1 \'a1\'beTITLE\'a1\'bf}", "content"),
    "text": ("word/notes.txt", "【TITLE】".encode(), "content"),
    "text in UTF-16": ("word/notes.txt", "dear 【TITLE】".encode("utf-16"), "content"),
    "JSON": ("word/data.json", b'{"t": "\\u3010TITLE\\u3011"}', "content"),
    "SVG": ("word/media/i.svg", b"<svg><text>" + "【TITLE】".encode() + b"</text></svg>", "content"),
    "an old workbook": (
        "word/embeddings/o.bin",
        OLE + "【TITLE】".encode("utf-16-le"),
        "content",
    ),
    "big-endian text": (
        "word/embeddings/o.bin",
        OLE + "【TITLE】".encode("utf-16-be"),
        "content",
    ),
    "a workbook": (
        "word/embeddings/w.xlsx",
        office("xl/sharedStrings.xml", xml("<si><r><t>【TI</t></r><r><t>TLE】</t></r></si>")),
        "xl/sharedStrings.xml t",
    ),
    "text in a workbook": (
        "word/embeddings/w.xlsx",
        office("xl/x.txt", "【TITLE】"),
        "xl/x.txt content",
    ),
    "a damaged workbook": ("word/embeddings/w.xlsx", b"PK\x03\x04" + "【TITLE】".encode(), "content"),
    "a part without a name's end": ("word/odd", "【TITLE】".encode(), "content"),
}


@pytest.mark.parametrize("thing", UNKNOWN_PARTS)
def test_a_name_in_another_part_is_found_and_filled_or_reported(tmp_path: Path, thing: str) -> None:
    part, content, place = UNKNOWN_PARTS[thing]
    template = docx(FILLED, extra={part: content})
    assert names(tmp_path, template) == [(part, place, "【TITLE】")]
    assert is_filled_or_told(tmp_path, template)


RUBY = (
    "<w:r><w:ruby><w:rt>" + r("【TITLE】") + "</w:rt><w:rubyBase>" + r("x") + "</w:rubyBase></w:ruby></w:r>"
)
INLINE = "<w:r><w:drawing><wp:inline>|</wp:inline></w:drawing></w:r>"
BESIDE_PARAGRAPHS = {
    "an alternative text": (
        INLINE.replace("|", '<wp:docPr id="1" name="a" descr="【TITLE】"/>'),
        "wp:docPr@descr",
    ),
    "a watermark": ('<w:r><w:pict><v:textpath string="【TITLE】"/></w:pict></w:r>', "v:textpath@string"),
    "a field code, split": (
        "<w:r><w:instrText>QR 【TI</w:instrText></w:r><w:r><w:instrText>TLE】</w:instrText></w:r>",
        "w:instrText",
    ),
    "a field's attribute": ('<w:fldSimple w:instr="QUOTE 【TITLE】"/>', "w:fldSimple@w:instr"),
    "a drawing's text": (
        INLINE.replace("|", "<a:t>【TITLE】</a:t>"),
        "a:t",
    ),
    "an equation": ('<m:oMath xmlns:m="urn:m"><m:r><m:t>【TITLE】</m:t></m:r></m:oMath>', "m:t"),
    "ruby text": (RUBY, "w:t"),
    "an unknown element": ("<u:x xmlns:u='urn:u'>【TITLE】</u:x>", "u:x"),
    "a malformed name": ('<w:r><w:pict><v:textpath string="【title】"/></w:pict></w:r>', "v:textpath@string"),
}


@pytest.mark.parametrize("thing", BESIDE_PARAGRAPHS)
@pytest.mark.parametrize("around", [p, lambda content: p(textbox(p(content)))], ids=["body", "text box"])
def test_a_name_beside_the_text_of_a_paragraph_is_found_and_filled_or_reported(
    tmp_path: Path, thing: str, around: Any
) -> None:
    content, place = BESIDE_PARAGRAPHS[thing]
    text = "【title】" if thing == "a malformed name" else "【TITLE】"
    # Both branches of a text box are in the file.
    count = 1 if around is p else 2
    body = FILLED + around(r("【TITLE】") + content + r("【注意】")) + FILLED
    assert names(tmp_path, docx(body)) == [(MAIN, place, text)] * count
    assert is_filled_or_told(tmp_path, docx(body))


NOT_LEFT = {
    "a deleted run": p(f"<w:del>{r('x')}<w:r><w:delText>【TITLE】</w:delText></w:r></w:del>"),
    "a deleted field code": p("<w:del><w:r><w:delInstrText>【TITLE】</w:delInstrText></w:r></w:del>"),
    "text moved away": p(f"<w:moveFrom>{r('【TITLE】')}</w:moveFrom>"),
    "ordinary words in brackets": p(
        '<w:r><w:pict><v:textpath string="【注意】【2026年】【1】【】"/></w:pict></w:r>【'
    ),
}


@pytest.mark.parametrize("thing", NOT_LEFT)
def test_what_is_deleted_and_what_is_no_name_is_not_reported(tmp_path: Path, thing: str) -> None:
    assert found(tmp_path, docx(FILLED + NOT_LEFT[thing])) == []


@pytest.mark.parametrize("stem", ["comments", "commentsExtended", "commentsExtensible"])
def test_comments_are_notes_and_not_reported(tmp_path: Path, stem: str) -> None:
    comment = xml(f'<w:comment w:id="1">{p("【TITLE】")}</w:comment>', f' xmlns:w="{W}"')
    assert found(tmp_path, docx(FILLED, extra={f"word/{stem}.xml": comment})) == []
    assert (
        found(tmp_path, docx(FILLED, stories={"comments": f'<w:comment w:id="1">{FILLED}</w:comment>'})) == []
    )


@pytest.mark.parametrize(
    "value", ["【NOTE】", "【TITLE】", "a 【X】【Y】 b", "【", "】【TITLE", "&#12304;X&#12305;"]
)
def test_a_value_that_holds_brackets_is_legal_and_not_read(tmp_path: Path, value: str) -> None:
    told = jobs(tmp_path, docx(FILLED + p("【【TITLE】】") + p(textbox(FILLED))), {"title": value})
    kinds = [entry.get("kind") for entry in told["log"]["entries"]]
    assert "unaccounted" not in kinds


def test_what_is_logged_as_missing_or_unsupported_is_accounted_for(tmp_path: Path) -> None:
    body = FILLED + p("【NOTE】【note】【NOTE") + p(textbox(p("【OTHER】"), fallback=[p("【OTHER】 else")]))
    told = jobs(tmp_path, docx(body, stories={"header1": p(r("【NO"), r("TE】"))}))
    assert [(entry["status"], entry["original_text"]) for entry in told["log"]["entries"]] == [
        ("replaced", "【TITLE】"),
        ("missing", "【NOTE】"),
        ("unsupported", "【note】"),
        ("unsupported", "【NOTE"),
        ("missing", "【OTHER】"),
        ("missing", "【OTHER】"),
        ("missing", "【NOTE】"),
    ]
    assert [(each["part"], each["place"], each["reason"]) for each in told["fields"]["left"]] == [
        (MAIN, "p1", "missing"),
        (MAIN, "p1", "unsupported"),
        (MAIN, "p1", "unsupported"),
        (MAIN, "textbox0/p0", "missing"),
        (MAIN, "textbox0.fallback/p0", "missing"),
        ("word/header1.xml", "header1/p0", "missing"),
    ]


def test_the_part_of_a_text_box_is_the_part_that_holds_it(tmp_path: Path) -> None:
    told = jobs(tmp_path, docx(FILLED, stories={"header1": p(textbox(p("【NOTE】")))}))
    assert [each["part"] for each in told["fields"]["left"]] == ["word/header1.xml"]


def test_each_occurrence_is_an_entry_of_its_own_in_the_order_of_the_package(tmp_path: Path) -> None:
    extra = {
        "word/b.txt": "【NOTE】【TITLE】【NOTE】".encode(),
        "word/a.xml": xml("<t>【A】</t><t>【A】</t>"),
    }
    assert [(part, text) for part, _, text in names(tmp_path, docx(FILLED, extra=extra))] == [
        ("word/b.txt", "【NOTE】"),
        ("word/b.txt", "【NOTE】"),
        ("word/b.txt", "【TITLE】"),
        ("word/a.xml", "【A】"),
        ("word/a.xml", "【A】"),
    ]


def test_the_entry_says_why_what_stands_around_and_which_field_was_meant(tmp_path: Path) -> None:
    told = jobs(tmp_path, docx(FILLED, extra={"word/a.xml": xml("<t>dear 【TITEL】, hello</t>")}))
    (entry,) = [each for each in told["log"]["entries"] if each["status"] == "unsupported"]
    assert entry == {
        "status": "unsupported",
        "field_name": None,
        "run_id": None,
        "paragraph_path": "word/a.xml#t",
        "start": 0,
        "end": len("【TITEL】"),
        "original_text": "【TITEL】",
        "new_text": None,
        "reason": "it stands at a place that is not filled; put it into the text of the document "
        "or replace it by hand",
        "context": {"before": "dear ", "after": ", hello"},
        "kind": "unaccounted",
        "suggestion": "TITLE",
        "part": "word/a.xml",
        "place": "t",
    }
    assert told["log"]["summary"]["unsupported_count"] == 1


def test_pictures_fonts_and_sound_are_not_searched(tmp_path: Path) -> None:
    name = "【TITLE】".encode()
    extra = {
        "word/media/a.png": name,
        "word/media/b.bin": b"\x89PNG\r\n" + name,
        "word/media/c.tmp": b"\xff\xd8\xff\xe0" + name,
    }
    assert found(tmp_path, docx(FILLED, extra=extra)) == []


def test_a_member_that_cannot_be_unpacked_is_copied_as_before(tmp_path: Path) -> None:
    template = bytearray(docx(FILLED, extra={"word/a.bin": bytes(range(256)) * 40}))
    with zipfile.ZipFile(io.BytesIO(template)) as archive:
        info = archive.getinfo("word/a.bin")
    begin = info.header_offset + 30 + len(info.filename)
    template[begin + 2 : begin + 40] = b"\xff" * 38
    assert found(tmp_path, bytes(template)) == []


@pytest.mark.parametrize("before", [0, 1, 2**20 - 5, 2**20 - 1, 2**20, 3 * 2**20 - 7])
def test_a_name_across_the_pieces_of_a_large_part_is_found_once(tmp_path: Path, before: int) -> None:
    content = b"x" * before + "【TITLE】".encode() + b"y" * (2**20 + 3)
    assert [text for _, _, text in found(tmp_path, docx(FILLED, extra={"word/a.bin": content}))] == [
        "【TITLE】"
    ]


def test_so_many_are_listed_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unaccounted, "MAX_UNACCOUNTED", 3)
    extra = {"word/a.xml": xml("<t>【A】</t>" * 5)}
    assert len(found(tmp_path, docx(FILLED, extra=extra))) == 3


def test_packages_inside_are_unfolded_within_the_packages_limit(tmp_path: Path) -> None:
    large = package({"a.xml": b"<x>" + b" " * 50_000 + b"</x>", "b.txt": "【TITLE】".encode()})
    template = docx(FILLED, extra={"word/embeddings/w.xlsx": large})
    assert names(tmp_path, template) == [("word/embeddings/w.xlsx", "b.txt content", "【TITLE】")]
    # What is too large is told of (test_not_searched.py), what is small is searched.
    assert names(tmp_path, template, Limits(unpacked_bytes=40_000)) == names(tmp_path, template)


def test_a_package_inside_a_package_inside_is_searched(tmp_path: Path) -> None:
    inner = office("xl/x.txt", "【TITLE】【title】")
    template = docx(FILLED, extra={"word/embeddings/w.docx": office("word/embeddings/w.xlsx", inner)})
    place = "word/embeddings/w.xlsx/xl/x.txt content"
    assert names(tmp_path, template) == [
        ("word/embeddings/w.docx", place, "【TITLE】"),
        ("word/embeddings/w.docx", place, "【title】"),
    ]
    assert is_filled_or_told(tmp_path, template)


def test_what_other_entries_tell_of_a_part_is_counted_off(tmp_path: Path) -> None:
    """Entries of places outside the paragraphs account for as many names of that text in that part."""
    path = tmp_path / "t.docx"
    path.write_bytes(docx(FILLED, extra={"word/a.xml": xml("<t>【A】</t><t>【A\u200b】</t><u>【B】</u>")}))
    opened = Package(path, Limits())
    document = open_document(opened, Limits())
    scan = scan_document(document)

    def left(*logged: tuple[str, str]) -> list[tuple[str, str]]:
        found = unaccounted.find_unaccounted(opened, document, scan, logged)
        return [(each.place, each.text) for each in found.names]

    assert left() == [("t", "【A】"), ("t", "【A】"), ("u", "【B】")]
    assert left(("word/a.xml", "【A】")) == [("t", "【A】"), ("u", "【B】")]
    assert left(("WORD/A.xml", "【A】"), ("word/a.xml", "【A\u200b】"), ("word/b.xml", "【B】")) == [
        ("u", "【B】")
    ]
    opened.close()


def test_a_member_of_a_package_inside_is_searched_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []

    def recorded(content: bytes, *closed: Any) -> Any:
        sizes.append(len(content))
        return names_in_bytes(content, *closed)

    monkeypatch.setattr(unaccounted, "names_in_bytes", recorded)
    content = b"x" * (2**20 - 5) + "【TI\u200bTLE】".encode() + b"y" * (2**21)
    template = docx(FILLED, extra={"word/embeddings/w.docx": office("word/a.txt", content)})
    assert names(tmp_path, template) == [("word/embeddings/w.docx", "word/a.txt content", "【TITLE】")]
    assert max(sizes) < 1.1 * 2**20
