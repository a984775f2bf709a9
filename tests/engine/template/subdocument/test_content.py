"""What of a document comes along, and under which names and numbers (docs/analysis/subdocuments.md)."""

import io
import re
import zipfile
from collections.abc import Callable

import pytest

from docops_flask.engine.template.subdocument.markers import marker_of
from tests.engine.template.subdocument.put_in import TAG, put_in
from tests.factories import DECLARATION, R, docx, p, package, r, tbl, tc, tr
from tests.pictures import png

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
NORMAL = '<w:style w:type="paragraph" w:default="1" w:styleId="{}"><w:name w:val="{}"/></w:style>'
STYLE = '<w:style w:type="{}" w:styleId="{}"><w:name w:val="{}"/>{}</w:style>'
NOTES = (
    '<w:footnote w:type="separator" w:id="0"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
    '<w:footnote w:id="2"><w:p><w:r><w:t>注</w:t></w:r></w:p></w:footnote>'
)
REFERENCE = '<w:r><w:footnoteReference w:id="{}"/></w:r>'.format
PICTURE = (
    '<w:r><w:drawing><wp:inline><wp:docPr id="7" name="x"/><a:graphic><a:graphicData>'
    '<a:blip r:embed="{}"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>'
)


def _related(
    body: str, targets: dict[str, tuple[str, str]], members: dict[str, bytes], **more: object
) -> bytes:
    """A document with relationships: id to kind and target; one that begins with http is external."""
    lines = "".join(
        f'<Relationship Id="{identity}" Type="{R}/{kind}" Target="{target}"'
        f"{chr(32) + 'TargetMode=' + chr(34) + 'External' + chr(34) if ':' in target else ''}/>"
        for identity, (kind, target) in targets.items()
    )
    rels = f'{DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">{lines}</Relationships>'
    extra = {"word/_rels/document.xml.rels": rels.encode(), **members}
    return docx(body, extra=extra, **more)  # type: ignore[arg-type]


def _rewritten(document: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """A document with another main part."""
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    return package({**members, "word/document.xml": change(members["word/document.xml"])})


def _styles(part: str) -> list[str]:
    """Return the styles of a part, from the second on, without declarations."""
    text = re.sub(r' xmlns:\w+="[^"]*"', "", part)
    return re.findall(r"<w:style .*?</w:style>", text)[1:]


def test_a_style_of_the_same_name_is_the_templates() -> None:
    asset = docx(p("x", properties='<w:pStyle w:val="a"/>'), styles=NORMAL.format("a", "Normal"))
    done = put_in(docx(TAG, styles=NORMAL.format("Body", "normal")), asset)
    assert '<w:pStyle w:val="Body"/>' in done.body()
    assert done.told == {"payload_path": "$.a.docx", "result_path": "p0"}


def test_another_style_is_added_with_those_that_it_needs() -> None:
    base = STYLE.format(
        "paragraph", "b", "甲", '<w:basedOn w:val="a"/><w:next w:val="gone"/><w:link w:val="c"/>'
    )
    linked = STYLE.format("character", "c", "甲 Char", '<w:link w:val="b"/>')
    asset = docx(
        p("x", properties='<w:pStyle w:val="b"/>'), styles=NORMAL.format("a", "Normal") + base + linked
    )
    done = put_in(docx(TAG, styles=NORMAL.format("B", "Normal")), asset)
    # B is taken, whatever the case.
    assert '<w:pStyle w:val="b1"/>' in done.body()
    assert _styles(done.part("word/styles.xml")) == [
        '<w:style w:type="paragraph" w:styleId="b1"><w:name w:val="甲"/><w:basedOn w:val="B"/>'
        '<w:link w:val="c"/></w:style>',
        '<w:style w:type="character" w:styleId="c"><w:name w:val="甲 Char"/><w:link w:val="b1"/></w:style>',
    ]
    assert done.told["styles"] == [
        {"id": "b1", "name": "甲", "type": "paragraph"},
        {"id": "c", "name": "甲 Char", "type": "character"},
    ]


def test_a_reference_to_no_style_goes_and_no_style_stays_a_default() -> None:
    asset = docx(
        p("x", properties='<w:pStyle w:val="none"/>') + p("y", properties='<w:pStyle w:val="q"/>'),
        styles=NORMAL.format("q", "Quote"),
    )
    done = put_in(docx(TAG, styles=NORMAL.format("a", "Normal")), asset)
    assert done.body().startswith("<w:p><w:pPr/><w:r>")
    assert _styles(done.part("word/styles.xml")) == [
        '<w:style w:type="paragraph" w:styleId="q"><w:name w:val="Quote"/></w:style>'
    ]


def test_a_template_without_styles_gets_a_part_with_them() -> None:
    asset = docx(p("x", properties='<w:pStyle w:val="a"/>'), styles=NORMAL.format("a", "Normal"))
    done = put_in(docx(TAG), asset)
    assert "word/docopsStyles1.xml" in done.members


def test_long_chains_of_styles_take_no_recursion() -> None:
    chain = "".join(
        STYLE.format("paragraph", f"s{number}", f"n{number}", f'<w:basedOn w:val="s{number + 1}"/>')
        for number in range(3000)
    )
    done = put_in(docx(TAG), docx(p("x", properties='<w:pStyle w:val="s0"/>'), styles=chain))
    assert len(done.told["styles"]) == 3000


def test_each_value_has_lists_of_its_own() -> None:
    item = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{}"/></w:numPr>'.format
    numbering = (
        '<w:numPicBullet w:numPicBulletId="0"/>'
        '<w:abstractNum w:abstractNumId="3"><w:nsid w:val="1"/><w:tmpl w:val="2"/>'
        '<w:lvl w:ilvl="0"><w:lvlPicBulletId w:val="0"/></w:lvl></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="3"/></w:num>'
        '<w:num w:numId="2"><w:abstractNumId w:val="3"/></w:num>'
    )
    asset = docx(
        p("a", properties=item(2))
        + p("b", properties=item(1))
        + p("c", properties=item(0))
        + p("d", properties=item(9)),
        stories={"numbering": numbering},
    )
    own = (
        '<w:abstractNum w:abstractNumId="5"/><w:num w:numId="4"><w:abstractNumId w:val="5"/></w:num>'
        '<w:numIdMacAtCleanup w:val="1"/>'
    )
    done = put_in(docx(TAG + TAG, stories={"numbering": own}), asset)
    assert re.findall(r'numId w:val="(\d+)"', done.body()) == ["5", "6", "0", "7", "8", "0"]
    written = re.sub(r' xmlns:\w+="[^"]*"', "", done.part("word/numbering.xml"))
    assert re.findall(r'<w:(\w+) w:(?:abstractNumId|numId|val)="(\d+)"', written) == [
        ("abstractNum", "5"), ("abstractNum", "6"), ("abstractNum", "7"),
        ("num", "4"), ("abstractNumId", "5"),
        ("num", "5"), ("abstractNumId", "6"), ("num", "6"), ("abstractNumId", "6"),
        ("num", "7"), ("abstractNumId", "7"), ("num", "8"), ("abstractNumId", "7"),
        ("numIdMacAtCleanup", "1"),
    ]  # fmt: skip
    assert "nsid" not in written
    assert "PicBullet" not in written
    assert [each["numbering"] for each in done.inserted.told] == [
        [{"numId": 5, "abstractNumId": 6}, {"numId": 6, "abstractNumId": 6}],
        [{"numId": 7, "abstractNumId": 7}, {"numId": 8, "abstractNumId": 7}],
    ]


def test_a_picture_becomes_one_part_however_often_it_stands() -> None:
    body = p(PICTURE.format("rId5")) + p(PICTURE.format("rId5"))
    asset = _related(body, {"rId5": ("image", "media/x.png")}, {"word/media/x.png": png()})
    template = docx(
        p('<w:r><w:drawing><wp:inline><wp:docPr id="40" name=""/></wp:inline></w:drawing></w:r>') + TAG + TAG
    )
    done = put_in(template, asset)
    assert done.members["word/media/docopsSub1.png"] == png()
    assert [name for name in done.members if "media" in name] == ["word/media/docopsSub1.png"]
    assert re.findall(r'docPr id="(\d+)"', done.body()) == ["40", "41", "42", "43", "44"]
    assert set(re.findall(r'embed="(\w+)"', done.body())) == {"rId1"}
    assert len(done.inserted.told[0]["media"]) == 1
    assert "media" not in done.inserted.told[1]


def test_links_to_the_web_come_along_and_others_become_text() -> None:
    body = "".join(
        p(f'<w:hyperlink r:id="rId{number}">{r(str(number))}</w:hyperlink>') for number in (1, 2, 3, 1)
    )
    asset = _related(
        body,
        {
            "rId1": ("hyperlink", "HTTPS://a.cn"),
            "rId2": ("hyperlink", "mailto:a@b.cn"),
            "rId3": ("hyperlink", "file:///c:/x"),
        },
        {},
    )
    done = put_in(docx(TAG), asset)
    assert re.findall(r'<w:hyperlink r:id="(\w+)"', done.body()) == ["rId1", "rId2", "rId1"]
    assert p("3") in done.body()
    assert done.told["links"] == 2
    assert done.warnings() == [("SUBDOCUMENT_LINKS", "p0")]


def test_notes_come_along_under_new_ids() -> None:
    asset = docx(p("x", REFERENCE(2), REFERENCE(2), REFERENCE(9)), stories={"footnotes": NOTES})
    own = '<w:footnote w:id="6"><w:p/></w:footnote>'
    done = put_in(docx(TAG, stories={"footnotes": own}), asset)
    assert re.findall(r'footnoteReference w:id="(\d+)"', done.body()) == ["7", "8"]
    assert re.findall(r'w:id="(\d+)"', done.part("word/footnotes.xml")) == ["6", "7", "8"]
    assert done.told["notes"] == [{"kind": "footnotes", "id": 7}, {"kind": "footnotes", "id": 8}]


def test_a_template_without_notes_gets_a_part_with_separators_first() -> None:
    asset = docx(p("x", REFERENCE(2)), stories={"footnotes": NOTES})
    done = put_in(docx(TAG + TAG), asset)
    part = done.part("word/docopsFootnotes1.xml")
    assert re.findall(r'w:id="(\d+)"', part) == ["0", "1", "2"]
    assert part.count("separator") == 2


def test_a_note_in_a_note_is_none() -> None:
    inside = f'<w:footnote w:id="2"><w:p><w:r><w:t>注</w:t></w:r>{REFERENCE(2)}</w:p></w:footnote>'
    done = put_in(docx(TAG), docx(p(REFERENCE(2)), stories={"footnotes": inside}))
    assert "footnoteReference" not in done.part("word/docopsFootnotes1.xml")


def test_bookmarks_get_ids_and_names_of_their_own() -> None:
    asset = docx(
        p(
            '<w:bookmarkStart w:id="0" w:name="_GoBack"/><w:bookmarkEnd w:id="0"/>',
            '<w:bookmarkStart w:id="3" w:name="A"/>', "x", '<w:bookmarkEnd w:id="3"/>',
            '<w:bookmarkEnd w:id="4"/><w:bookmarkStart w:id="5" w:name="B"/>',
            '<w:ins w:id="9" w:author="x"><w:r><w:t>neu</w:t></w:r></w:ins>',
            '<w:r><w:instrText xml:space="preserve"> REF A \\h </w:instrText></w:r>',
            f'<w:hyperlink w:anchor="A">{r("l")}</w:hyperlink>',
        )
    )  # fmt: skip
    template = docx(p('<w:bookmarkStart w:id="8" w:name="a"/><w:bookmarkEnd w:id="8"/>') + TAG)
    body = put_in(template, asset).body()
    assert '<w:bookmarkStart w:id="9" w:name="A_2"/>' in body
    assert body.count('<w:bookmarkEnd w:id="9"/>') == 1
    assert '<w:ins w:id="10"' in body
    assert " REF A_2 " in body
    assert 'w:anchor="A_2"' in body
    assert "_GoBack" not in body
    assert '"B"' not in body


def test_a_long_name_of_a_bookmark_is_cut() -> None:
    name = "x" * 40
    mark = p(f'<w:bookmarkStart w:id="1" w:name="{name}"/><w:bookmarkEnd w:id="1"/>')
    assert f'w:name="{"x" * 38}_2"' in put_in(docx(mark + TAG), docx(mark)).body()


def test_what_does_not_come_along() -> None:
    asset = docx(
        '<!-- x --><w:p w:paraId="1"><w:pPr><w:sectPr/></w:pPr><w:proofErr w:type="x"/>'
        '<w:permStart w:id="1"/>'
        '<w:commentRangeStart w:id="1"/><w:r><w:t>甲</w:t></w:r><w:commentRangeEnd w:id="1"/>'
        '<w:r><w:rPr/><w:commentReference w:id="1"/></w:r><w:permEnd w:id="1"/></w:p>'
        '<w:sdt><w:sdtPr><w:id w:val="5"/><w:dataBinding w:xpath="/a"/><w:tag w:val="t"/></w:sdtPr>'
        "<w:sdtContent>"
        "<w:p/></w:sdtContent></w:sdt>"
    )
    done = put_in(docx(TAG), asset)
    assert done.body() == (
        "<w:p><w:pPr/><w:r><w:t>甲</w:t></w:r></w:p>"
        '<w:sdt><w:sdtPr><w:tag w:val="t"/></w:sdtPr><w:sdtContent><w:p/></w:sdtContent></w:sdt>'
    )
    assert done.warnings() == [("SUBDOCUMENT_SECTIONS", "p0"), ("SUBDOCUMENT_COMMENTS", "p0")]
    assert (done.inserted.values[0].paragraphs, done.inserted.values[0].tables) == (2, 0)


def test_declarations_are_those_that_content_uses() -> None:
    content = (
        '<w:p xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"><w:r><w:rPr>'
        '<w14:ligatures w14:val="all"/></w:rPr><w:t>x</w:t></w:r></w:p>'
    )
    part = put_in(docx(TAG), docx(content)).part()
    start = part[part.index("<w:body>") :]
    assert re.findall(r"xmlns:(\w+)=", start) == ["w14", "w"]
    assert "Ignorable" not in start


def test_prefixes_that_may_be_ignored_are_told() -> None:
    head = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" mc:Ignorable="w14 w15"'
    asset = docx(
        '<w:p><w:r><w:rPr><w14:ligatures w14:val="all"/></w:rPr><w:t>x</w:t></w:r></w:p>' + p("y"), extra={}
    )
    head += ' xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"'
    asset = _rewritten(
        asset, lambda content: content.replace(b"<w:document ", f"<w:document {head} ".encode())
    )
    body = put_in(docx(TAG), asset).body()
    assert body.count('mc:Ignorable="w14"') == 1


@pytest.mark.parametrize("encoding", ["utf-16", "windows-1252"])
def test_parts_keep_their_encoding(encoding: str) -> None:
    template = docx(TAG + p("后"), styles=NORMAL.format("a", "Normal"))

    def recoded(content: bytes) -> bytes:
        text = content.decode().replace('encoding="UTF-8"', f'encoding="{encoding}"')
        return text.encode(encoding, "xmlcharrefreplace")

    done = put_in(_rewritten(template, recoded), docx(p("甲")))
    text = done.members["word/document.xml"].decode(encoding)
    assert ("甲" if encoding == "utf-16" else "&#30002;") in text
    # The test's document is one in this encoding.
    assert encoding in text[:60]


def test_tables_of_the_document_stay_tables() -> None:
    done = put_in(docx(TAG), docx(tbl(tr(tc("a")))))
    assert done.body() == tbl(tr(tc("a")))
    assert marker_of("a.docx") not in done.part()
