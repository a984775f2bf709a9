"""Parts added to a package: declared, related, named by the rules; nothing else in the package changes."""

import base64
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from docx import Document as read_with_python_docx
from docx.opc.constants import RELATIONSHIP_TYPE

from docops_flask.engine.errors import TemplateLimitExceeded
from docops_flask.engine.opc.additions import Additions
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.relationships import relationships_part
from tests.factories import DECLARATION, docx, p

# The smallest GIF: one transparent dot.
PICTURE = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
IMAGE = RELATIONSHIP_TYPE.IMAGE
CUSTOM_XML = RELATIONSHIP_TYPE.CUSTOM_XML
MAIN = "word/document.xml"
TYPES = "[Content_Types].xml"
MAIN_RELATIONSHIPS = "word/_rels/document.xml.rels"
TEMPLATE = docx(p("text"), stories={"header1": p("head")}, extra={"word/media/a.bin": b"left alone"})


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., bytes]:
    """Write a template with what ``add`` adds to it."""

    def written(
        add: Callable[[Additions], object], content: bytes = TEMPLATE, limits: Limits | None = None
    ) -> bytes:
        path = tmp_path / "template.docx"
        path.write_bytes(content)
        package = Package(path, Limits())
        try:
            additions = Additions(package, limits or Limits())
            add(additions)
            stream = io.BytesIO()
            package.write(stream, *additions.finish())
            return stream.getvalue()
        finally:
            package.close()

    return written


def add_picture(additions: Additions, name: str = "word/media/image1.gif") -> str:
    additions.add_part(name, "image/gif", PICTURE)
    return additions.relate(MAIN, IMAGE, name)


def reopened(tmp_path: Path, content: bytes) -> Package:
    """The package in ``content``, opened as a template is."""
    path = tmp_path / "result.docx"
    path.write_bytes(content)
    return Package(path, Limits())


def stored(content: bytes) -> dict[str, tuple[Any, ...]]:
    """What a ZIP reader is told of each member, and its bytes as they lie in the archive."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        for info in archive.infolist():
            start = info.header_offset + 30 + len(info.filename.encode())
            packed = content[start : start + info.compress_size]
            found[info.filename] = (info.date_time, info.compress_type, info.external_attr, info.CRC, packed)
    return found


def test_nothing_added_is_nothing_changed(write: Callable[..., bytes], tmp_path: Path) -> None:
    plain = io.BytesIO()
    package = reopened(tmp_path, TEMPLATE)
    package.write(plain, {})
    package.close()
    assert write(lambda _additions: None) == plain.getvalue()


def test_python_docx_finds_an_added_picture_by_its_relationship(write: Callable[..., bytes]) -> None:
    ids: list[str] = []
    result = write(lambda additions: ids.append(add_picture(additions)))
    part = read_with_python_docx(io.BytesIO(result)).part.related_parts[ids[0]]
    assert (part.content_type, part.blob) == ("image/gif", PICTURE)
    assert str(part.partname) == "/word/media/image1.gif"


def test_every_part_that_says_nothing_new_keeps_its_stored_bytes_and_its_place(
    write: Callable[..., bytes],
) -> None:
    before, after = stored(write(lambda _additions: None)), stored(write(add_picture))
    assert list(after) == [*before, "word/media/image1.gif"]
    assert {name for name in before if before[name] != after[name]} == {TYPES, MAIN_RELATIONSHIPS}
    for name in (TYPES, MAIN_RELATIONSHIPS):
        assert before[name][:3] == after[name][:3]


def test_an_added_part_has_the_date_attributes_and_method_of_every_member_made_here(
    write: Callable[..., bytes],
) -> None:
    date, method, attributes, *_ = stored(write(add_picture))["word/media/image1.gif"]
    assert (date, method, attributes) == ((1980, 1, 1, 0, 0, 0), zipfile.ZIP_DEFLATED, 0o100600 << 16)


def test_the_same_additions_give_the_same_bytes(write: Callable[..., bytes]) -> None:
    assert write(add_picture) == write(add_picture)


def test_parts_come_in_the_order_in_which_they_were_added_then_new_relationship_parts(
    write: Callable[..., bytes],
) -> None:
    def add(additions: Additions) -> None:
        additions.add_part("customXml/item1.xml", "application/xml", b"<a/>")
        additions.add_part("customXml/itemProps1.xml", "application/vnd.x+xml", b"<b/>")
        additions.add_part("a.gif", "image/gif", PICTURE)
        additions.relate("customXml/item1.xml", CUSTOM_XML, "customXml/itemProps1.xml")

    assert list(stored(write(add)))[-4:] == [
        "customXml/item1.xml",
        "customXml/itemProps1.xml",
        "a.gif",
        "customXml/_rels/item1.xml.rels",
    ]


def content_type_elements(content: bytes) -> list[tuple[str, ...]]:
    """What the content types say more than those of the template: the local name and the attributes."""
    from lxml import etree

    def children(package: bytes) -> list[tuple[str, ...]]:
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            root = etree.fromstring(archive.read(TYPES))
        return [(etree.QName(each).localname, *each.attrib.values()) for each in root]

    before, after = children(TEMPLATE), children(content)
    assert after[: len(before)] == before
    return after[len(before) :]


def test_a_new_extension_is_declared_once_for_all_its_parts(write: Callable[..., bytes]) -> None:
    def add(additions: Additions) -> None:
        add_picture(additions, "word/media/image1.gif")
        add_picture(additions, "word/media/image2.GIF")

    assert content_type_elements(write(add)) == [("Default", "gif", "image/gif")]


def test_a_part_of_another_type_than_its_extension_has_is_declared_by_its_name(
    write: Callable[..., bytes],
) -> None:
    def add(additions: Additions) -> None:
        additions.add_part("customXml/props.xml", "application/vnd.x+xml", b"<a/>")
        additions.add_part("word/media/image1.gif", "image/gif", PICTURE)
        additions.add_part("word/media/image2.gif", "image/other", PICTURE)

    assert content_type_elements(write(add)) == [
        ("Override", "/customXml/props.xml", "application/vnd.x+xml"),
        ("Default", "gif", "image/gif"),
        ("Override", "/word/media/image2.gif", "image/other"),
    ]


def test_a_part_that_had_no_type_gets_none_by_one_that_is_added(write: Callable[..., bytes]) -> None:
    """``word/media/a.bin`` of the template is of a kind that nobody declared."""
    result = write(lambda additions: additions.add_part("word/media/b.bin", "application/x", b""))
    assert content_type_elements(result) == [("Override", "/word/media/b.bin", "application/x")]


def test_a_type_that_is_declared_already_is_not_declared_again(write: Callable[..., bytes]) -> None:
    result = write(lambda additions: additions.add_part("customXml/item1.xml", "application/xml", b"<a/>"))
    assert content_type_elements(result) == []


def test_ids_are_new_among_those_of_their_source(write: Callable[..., bytes], tmp_path: Path) -> None:
    package = reopened(tmp_path, TEMPLATE)
    before = {each.id for each in package.relationships(MAIN)}
    package.close()
    assert before
    ids: list[str] = []

    def add(additions: Additions) -> None:
        ids.extend(add_picture(additions, f"word/media/image{number}.gif") for number in range(5))

    result = reopened(tmp_path, write(add))
    found = [each.id for each in result.relationships(MAIN)]
    result.close()
    assert found == [*found[: len(before)], *ids]
    assert len(set(found)) == len(before) + 5


def test_an_id_that_would_come_next_but_is_taken_is_passed_over(write: Callable[..., bytes]) -> None:
    taken = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId2" Type="{CUSTOM_XML}" Target="../word/media/a.bin"/></Relationships>'
    )
    ids: list[str] = []
    content = docx(p("x"), extra={"word/media/a.bin": b"", "word/_rels/footer9.xml.rels": taken.encode()})
    content = with_member(content, "word/footer9.xml", f"{DECLARATION}<a/>".encode())

    def add(additions: Additions) -> None:
        ids.append(additions.relate("word/footer9.xml", CUSTOM_XML, "word/media/a.bin"))
        ids.append(additions.relate("word/footer9.xml", CUSTOM_XML, "word/media/a.bin"))

    write(add, content)
    assert ids == ["rId3", "rId4"]


def with_member(content: bytes, name: str, member: bytes) -> bytes:
    buffer = io.BytesIO(content)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(name, member)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("source", "target", "written"),
    [
        (MAIN, "word/media/a.bin", "media/a.bin"),
        ("", "word/media/a.bin", "word/media/a.bin"),
        ("word/header1.xml", "customXml/item1.xml", "../customXml/item1.xml"),
        ("customXml/item1.xml", "word/media/a.bin", "../word/media/a.bin"),
        ("WORD/Document.XML", "word/MEDIA/a.bin", "media/a.bin"),
    ],
)
def test_a_target_is_written_relative_to_its_source_and_leads_back_to_the_part(
    write: Callable[..., bytes], tmp_path: Path, source: str, target: str, written: str
) -> None:
    def add(additions: Additions) -> None:
        additions.add_part("customXml/item1.xml", "application/xml", b"<a/>")
        additions.relate(source, CUSTOM_XML, target)

    content = write(add)
    result = reopened(tmp_path, content)
    relationship = result.relationships(source)[-1]
    result.close()
    assert (relationship.target.lower(), relationship.external) == (target.lower(), False)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = {name.lower(): name for name in archive.namelist()}
        relationships = archive.read(names[relationships_part(source).lower()])
    assert f'Target="{written}"'.encode() in relationships


@pytest.mark.parametrize("names", [("", "x.gif"), ("word/none.xml", "word/media/a.bin"), (MAIN, "../a.gif")])
def test_a_relationship_from_or_to_nothing_is_refused(
    write: Callable[..., bytes], names: tuple[str, str]
) -> None:
    with pytest.raises(ValueError, match="there is no part"):
        write(lambda additions: additions.relate(names[0], IMAGE, names[1]))


@pytest.mark.parametrize(
    "name",
    [
        *("", "/", "/a.gif", "a/", "a//b", "../a.gif", "a/./b.gif", "a.", "a /b", "a b.gif", "a\\b", "a:b"),
        *("图.gif", "a%2Fb.gif", "word/nul.gif", "x" * 300, "word/_rels/a.xml.rels"),
        *(MAIN, "WORD/document.XML", "word/media/A.BIN", "word", "word/document.xml/a.gif"),
        *(TYPES, "word/_rels/document.xml.rels"),
    ],
)
def test_a_name_that_no_part_can_have_or_that_is_taken_is_refused(
    write: Callable[..., bytes], name: str
) -> None:
    with pytest.raises(ValueError, match=r"cannot be the name|has a content type already"):
        write(lambda additions: additions.add_part(name, "image/gif", PICTURE))


def test_a_name_is_taken_by_a_part_that_was_added_in_another_case(write: Callable[..., bytes]) -> None:
    def add(additions: Additions) -> None:
        add_picture(additions, "word/media/image1.gif")
        add_picture(additions, "word/Media/IMAGE1.gif")

    with pytest.raises(ValueError, match="duplicate_name"):
        write(add)


def test_a_name_whose_content_type_is_declared_though_no_such_part_is_there_is_refused(
    write: Callable[..., bytes],
) -> None:
    with zipfile.ZipFile(io.BytesIO(TEMPLATE)) as archive:
        types = archive.read(TYPES).decode()
    override = '<Override PartName="/word/media/image1.gif" ContentType="image/jpeg"/></Types>'
    content = docx(p("x"), extra={TYPES: types.replace("</Types>", override).encode()})
    with pytest.raises(ValueError, match="has a content type already"):
        write(add_picture, content)


@pytest.mark.parametrize(
    ("limit", "maximum"),
    [("zip_entries", 8), ("unpacked_bytes", 5000), ("xml_bytes", 5000), ("xml_part_bytes", 2000)],
)
def test_a_result_beyond_a_limit_of_templates_is_refused_by_the_limits_name(
    write: Callable[..., bytes], limit: str, maximum: int
) -> None:
    def add(additions: Additions) -> None:
        for number in range(4):
            additions.add_part(f"customXml/item{number}.xml", "application/xml", b"<a/>" + b" " * 2500)

    limits = Limits()._replace(**{limit: maximum})
    with pytest.raises(TemplateLimitExceeded) as caught:
        write(add, limits=limits)
    assert caught.value.detail == {"limit": limit, "max": maximum}


def test_a_picture_in_xml_counts_as_xml(write: Callable[..., bytes]) -> None:
    limits = Limits(xml_part_bytes=2000)
    with pytest.raises(TemplateLimitExceeded):
        write(lambda each: each.add_part("word/media/a.svg", "image/svg+xml", b" " * 2500), limits=limits)
    assert write(lambda each: each.add_part("word/media/a.gif", "image/gif", b" " * 2500), limits=limits)


def test_a_package_goes_on_describing_its_file_while_parts_are_added(tmp_path: Path) -> None:
    package = reopened(tmp_path, TEMPLATE)
    before = package.relationships(MAIN)
    add_picture(Additions(package, Limits()))
    assert not package.has("word/media/image1.gif")
    assert package.content_types.of("word/media/image1.gif") == ""
    assert package.relationships(MAIN) == before
    package.close()
