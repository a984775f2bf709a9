"""Random documents put into random templates: each result is proved and sound, or the file is refused."""

import io
import zipfile
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from lxml import etree

from docops_flask.engine.errors import DocopsError
from docops_flask.engine.options import Options
from tests.engine.open_jobs import run_open
from tests.factories import DECLARATION, R, docx, p, r, tbl, tc, tr
from tests.fuzz.mutated_packages import mutated_packages
from tests.fuzz.profile import profile
from tests.pictures import png

pytestmark = pytest.mark.fuzz

# Elements that are told apart by an attribute.
_IDS = {
    "bookmarkStart": "id",
    "footnote": "id",
    "num": "numId",
    "abstractNum": "abstractNumId",
    "style": "styleId",
}
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_RELATIONSHIPS = (
    f'{DECLARATION}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{R}/styles" Target="styles.xml"/>'
    f'<Relationship Id="rId2" Type="{R}/numbering" Target="numbering.xml"/>'
    f'<Relationship Id="rId3" Type="{R}/footnotes" Target="footnotes.xml"/>'
    f'<Relationship Id="rId4" Type="{R}/image" Target="media/image1.png"/>'
    f'<Relationship Id="rId5" Type="{R}/hyperlink" Target="https://a.cn" TargetMode="External"/>'
    f'<Relationship Id="rId6" Type="{R}/hyperlink" Target="file:///a" TargetMode="External"/>'
    "</Relationships>"
).encode()
_STYLES = "".join(
    f'<w:style w:type="{kind}" w:styleId="{identity}"><w:name w:val="{name}"/>{more}</w:style>'
    for kind, identity, name, more in (
        ("paragraph", "a", "Normal", ""),
        ("paragraph", "b", "正文 一", '<w:basedOn w:val="a"/><w:next w:val="c"/><w:link w:val="d"/>'),
        (
            "paragraph",
            "c",
            "c",
            '<w:basedOn w:val="b"/><w:pPr><w:numPr><w:numId w:val="2"/></w:numPr></w:pPr>',
        ),
        ("character", "d", "d", '<w:link w:val="b"/>'),
        ("table", "e", "e", '<w:basedOn w:val="x"/>'),
    )
)
_NUMBERING = (
    '<w:abstractNum w:abstractNumId="0"><w:nsid w:val="1"/><w:lvl w:ilvl="0"><w:pStyle w:val="c"/></w:lvl>'
    '</w:abstractNum><w:abstractNum w:abstractNumId="7"/>'
    '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="0"/></w:num>'
    '<w:num w:numId="3"><w:abstractNumId w:val="9"/></w:num>'
)
_STYLED = p("n", properties='<w:pStyle w:val="b"/>')
_REFERRING = p(r("n"), '<w:r><w:footnoteReference w:id="2"/></w:r>')
_NOTES = (
    f'<w:footnote w:type="separator" w:id="-1">{p("")}</w:footnote>'
    f'<w:footnote w:id="2">{_STYLED}</w:footnote><w:footnote w:id="3">{_REFERRING}</w:footnote>'
)
_PICTURE = (
    '<w:r><w:drawing><wp:inline><wp:docPr id="1" name="g"/><a:graphic><a:graphicData><a:blip r:embed="rId4"/>'
    "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
)
_INLINE = st.sampled_from([
    r("文"),
    r(" x ", '<w:rStyle w:val="d"/>'),
    r("y", '<w:rStyle w:val="none"/>'),
    _PICTURE,
    f'<w:hyperlink r:id="rId5">{r("l")}</w:hyperlink>',
    f'<w:hyperlink r:id="rId6">{r("f")}</w:hyperlink>',
    f'<w:hyperlink w:anchor="k">{r("k")}</w:hyperlink>',
    '<w:bookmarkStart w:id="1" w:name="k"/>',
    '<w:bookmarkEnd w:id="1"/>',
    '<w:bookmarkStart w:id="2" w:name="_GoBack"/><w:bookmarkEnd w:id="2"/>',
    '<w:commentRangeStart w:id="1"/><w:r><w:commentReference w:id="1"/></w:r><w:commentRangeEnd w:id="1"/>',
    f'<w:ins w:id="1" w:author="a">{r("i")}</w:ins>',
    '<w:r><w:footnoteReference w:id="2"/></w:r>',
    '<w:r><w:t>t</w:t><w:footnoteReference w:id="3"/></w:r>',
    '<w:r><w:footnoteReference w:id="9"/></w:r>',
    "<w:proofErr/>",
    '<w:r><w:instrText> REF k \\h </w:instrText></w:r><w:fldSimple w:instr="PAGEREF k"/>',
    "<!-- x -->",
    '<w:sdt><w:sdtPr><w:id w:val="5"/><w:dataBinding/></w:sdtPr>'
    f"<w:sdtContent>{r('s')}</w:sdtContent></w:sdt>",
])  # fmt: skip
_PROPERTIES = st.sampled_from([
    "",
    '<w:pStyle w:val="a"/>',
    '<w:pStyle w:val="b"/>',
    '<w:pStyle w:val="c"/>',
    '<w:pStyle w:val="none"/>',
    '<w:pStyle w:val="b"/><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>',
    '<w:numPr><w:numId w:val="0"/></w:numPr>',
    '<w:numPr><w:numId w:val="3"/></w:numPr>',
    "<w:pageBreakBefore/>",
    "<w:sectPr/>",
])  # fmt: skip
_PARAGRAPHS = st.builds(
    lambda content, properties: p(*content, properties=properties),
    st.lists(_INLINE, max_size=5),
    _PROPERTIES,
)
_TABLES = st.builds(
    lambda cell: tbl(tr(tc(cell))).replace("<w:tblPr/>", '<w:tblPr><w:tblStyle w:val="e"/></w:tblPr>'),
    _PARAGRAPHS,
)
_BLOCKS = (
    _PARAGRAPHS
    | _TABLES
    | _PARAGRAPHS.map(lambda each: f"<w:sdt><w:sdtPr/><w:sdtContent>{each}</w:sdtContent></w:sdt>")
)
_DOCUMENTS = st.lists(_BLOCKS, max_size=5).map(
    lambda blocks: docx(
        "".join(blocks),
        stories={"numbering": _NUMBERING, "footnotes": _NOTES},
        styles=_STYLES,
        extra={"word/_rels/document.xml.rels": _RELATIONSHIPS, "word/media/image1.png": png()},
    )
)
_TAGS = st.sampled_from([
    p("【+A】"),
    p("　【+A】 "),
    p(r("【+"), r("A】", "<w:b/>"), properties="<w:pageBreakBefore/>"),
    p("【+A】", properties="<w:sectPr/>"),
    p('<w:bookmarkStart w:id="1" w:name="k"/>', r("【+A】"), '<w:bookmarkEnd w:id="1"/>'),
    tbl(tr(tc("【+A】"))),
    tbl(tr(tc("【+A】", "x"))),
    p("【#L】") + p("【+全文.A】") + p("【/L】"),
    p("【?B】") + p("【+A】") + p("【/B】"),
    f"<w:sdt><w:sdtPr/><w:sdtContent>{p('【+A】')}</w:sdtContent></w:sdt>",
])  # fmt: skip
_TEMPLATES = st.builds(
    lambda pieces, has_more: docx(
        "".join(pieces),
        styles=_STYLES.replace('styleId="b"', 'styleId="q"') if has_more else None,
        stories={"footnotes": _NOTES, "numbering": _NUMBERING} if has_more else None,
    ),
    st.lists(_TAGS | st.sampled_from([p("文"), tbl(tr(tc("格")))]), min_size=1, max_size=4),
    st.booleans(),
)
_OPTIONS = Options(unused="allow")
_PAYLOAD = {"A": {"file": "a.docx"}, "L": ["1", "2"], "B": "x"}


@profile(150)
@given(template=_TEMPLATES, asset=_DOCUMENTS)
def test_a_document_of_any_content_is_put_in_soundly(template: bytes, asset: bytes) -> None:
    with TemporaryDirectory() as folder:
        done = run_open(Path(folder) / "run", template, _PAYLOAD, _OPTIONS, assets={"a.docx": asset})
    proof = done.json("out.integrity.json")
    assert (proof["verdict"], proof["exactness"]) == ("intact", "bytes")
    # What the template has twice it keeps.
    assert not _repeated(done.files["out.docx"]) - _repeated(template)


def _repeated(document: bytes) -> set[tuple[str, str, str | None]]:
    """The elements with an id that another one has as well: part, name, id."""
    counts: Counter[tuple[str, str, str | None]] = Counter()
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        for name in archive.namelist():
            if name.endswith(".xml"):
                root = etree.fromstring(archive.read(name))
                for local, attribute in _IDS.items():
                    counts.update(
                        (name, local, each.get(f"{_W}{attribute}")) for each in root.iter(_W + local)
                    )
    return {each for each, count in counts.items() if count > 1}


@profile(80)
@given(asset=mutated_packages())
def test_a_mutated_package_is_put_in_soundly_or_refused(asset: bytes) -> None:
    verdict = _outcome(asset)
    event(str(verdict))
    assert verdict in ("intact", 400, 413)


def _outcome(asset: bytes) -> str | int:
    """The verdict of the proof, or the status that the run is refused with."""
    payload = {"A": {"file": "a.docx"}}
    with TemporaryDirectory() as folder:
        try:
            done = run_open(Path(folder) / "run", "前\n【+A】", payload, assets={"a.docx": asset})
        except DocopsError as refused:
            return refused.status
    return str(done.json("out.integrity.json")["verdict"])
