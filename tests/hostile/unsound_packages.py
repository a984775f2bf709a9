"""Sound ZIPs that are no sound or no safe Word package, each with the reason it is refused for."""

import random
from collections.abc import Callable, Mapping
from zipfile import ZIP_STORED

from tests.factories import DECLARATION, docx, p, package, story
from tests.hostile.damaged_zips import MIB, members_of

MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_TYPES, _RELS, _MAIN = "[Content_Types].xml", "_rels/.rels", "word/document.xml"
_SOUND = members_of(docx(p("text"), stories={"header1": p("top")}, styles=""))
_LONG_NAME = "word/" + "n" * 200 + ".xml"
_Edit = Callable[[bytes], str | bytes]


def without(name: str) -> bytes:
    """The sound package without one member."""
    return package({each: content for each, content in _SOUND.items() if each != name})


def changed(name: str, edit: _Edit) -> bytes:
    """The sound package with one member edited."""
    return package({**_SOUND, name: edit(_SOUND[name])})


def with_part(name: str, content: str | bytes) -> bytes:
    """The sound package with one more member."""
    return package({**_SOUND, name: content})


def typed(content_type: str) -> bytes:
    """The sound package with a main part of another type."""
    return changed(_TYPES, lambda xml: xml.replace(MAIN_TYPE.encode(), content_type.encode()))


def with_type(declaration: bytes) -> bytes:
    """The sound package with one more line in its list of content types."""
    return changed(_TYPES, lambda xml: xml.replace(b"</Types>", declaration + b"</Types>"))


def with_doctype(name: str, doctype: str = "<!DOCTYPE x>", encoding: str = "utf-8") -> bytes:
    """The sound package with a document type in one of its parts, written in ``encoding``."""

    def edit(xml: bytes) -> bytes:
        text = xml.decode().removeprefix(DECLARATION)
        return f'<?xml version="1.0" encoding="{encoding}"?>{doctype}{text}'.encode(encoding)

    return changed(name, edit)


def with_body(body: str) -> bytes:
    """The sound package with another body; stored, because deflating a large one takes its time."""
    main = story("document", f"<w:body>{body}</w:body>")
    return package({**_SOUND, _MAIN: main}, compression=ZIP_STORED)


def dense(size: int) -> str:
    """``size`` letters that deflate cannot fold more than eight times."""
    letters = bytes(b"ab"[number % 2] for number in range(256))
    return random.Random(5).randbytes(size).translate(letters).decode()


def with_main_of_another_name() -> bytes:
    """A package whose main part is not named .xml and decompresses to more than XML may."""
    name = "word/document.bin"
    members: Mapping[str, str | bytes] = {
        **{each: content for each, content in _SOUND.items() if each != _MAIN},
        _TYPES: _SOUND[_TYPES].replace(_MAIN.encode(), name.encode()),
        _RELS: _SOUND[_RELS].replace(_MAIN.encode(), name.encode()),
        name: story("document", f"<w:body>{p(dense(9 * MIB)) * 3}</w:body>"),
    }
    return package(members)


_LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12))
    + "]>"
)
_FILE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
_PARAMETER = '<!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1:9/x.dtd">%a;]>'
_VML = b'<Default Extension="vml" ContentType="a/b+xml"/>'
_HIDDEN = f"<!--{'-x' * 2000}--><?x y?>\n<!DOCTYPE x>"

UNSOUND: dict[str, tuple[Callable[[], bytes], str]] = {
    "no content types": (lambda: without(_TYPES), "content_types"),
    "malformed content types": (lambda: changed(_TYPES, lambda _: b"<Types"), "xml"),
    "content types of nothing": (lambda: changed(_TYPES, lambda _: b"<Types/>"), "content_types"),
    "a main part of no type": (lambda: typed("application/xml"), "content_types"),
    "a main part of two types": (
        lambda: with_type(b'<Override PartName="/WORD/document.xml" ContentType="text/plain"/>'),
        "content_types",
    ),
    "no package relationships": (lambda: without(_RELS), "main_part"),
    "malformed relationships": (lambda: changed(_RELS, lambda xml: xml[:-5]), "xml"),
    "no main part": (lambda: without(_MAIN), "main_part"),
    "a main part outside": (
        lambda: changed(_RELS, lambda xml: xml.replace(b'"word/', b'"http://127.0.0.1:9/')),
        "main_part",
    ),
    "a main part told to be external": (
        lambda: changed(_RELS, lambda xml: xml.replace(b"Target=", b'TargetMode="External" Target=')),
        "main_part",
    ),
    "macros by a default type": (
        lambda: with_type(b'<Default Extension="bin" ContentType="application/vnd.ms-office.VBAPROJECT"/>'),
        "macros",
    ),
    "macros by name alone": (lambda: with_part("word/vbaProject.bin", b"\xd0\xcf\x11\xe0"), "macros"),
    "macros in a folder of their own": (lambda: with_part("word/a/vbaProject.bin", b"x"), "macros"),
    "macros by relationship alone": (
        lambda: changed(
            "word/_rels/document.xml.rels",
            lambda xml: xml.replace(
                b"</Relationships>",
                b'<Relationship Id="m" Target="code.dat" Type="http://schemas.microsoft.com/office/2006/'
                b'relationships/vbaProject"/></Relationships>',
            ),
        ),
        "macros",
    ),
    **{
        f"a document type in {name} ({encoding})": (
            lambda name=name, encoding=encoding: with_doctype(name, encoding=encoding),  # type: ignore[misc]
            "dtd",
        )
        for name, encoding in [
            (_TYPES, "utf-8"), (_RELS, "utf-8"), (_MAIN, "utf-8"), (_MAIN, "utf-16"), (_MAIN, "iso-8859-1"),
            ("word/header1.xml", "utf-16"), ("word/styles.xml", "utf-8"),
            ("word/_rels/document.xml.rels", "utf-16"),
        ]
    },
    "a document type in a part that is only copied": (
        lambda: with_part("customXml/item1.xml", "<!DOCTYPE x><x/>"),
        "dtd",
    ),
    "the same in UTF-16": (
        lambda: with_part("docProps/app.xml", '<?xml version="1.0"?><!DOCTYPE x><x/>'.encode("utf-16")),
        "dtd",
    ),
    "a document type behind a long comment": (lambda: with_part("customXml/i.xml", _HIDDEN + "<x/>"), "dtd"),
    "a document type in a part that is XML by its type": (
        lambda: package({**members_of(with_type(_VML)), "word/d.vml": _FILE + "<x/>"}),
        "dtd",
    ),
    "entities that multiply": (lambda: with_doctype(_MAIN, _LAUGHS), "dtd"),
    "an entity that reads a file": (lambda: with_doctype(_MAIN, _FILE), "dtd"),
    "a parameter entity that fetches": (lambda: with_doctype(_MAIN, _PARAMETER), "dtd"),
    "a beginning no parser reads": (lambda: with_part("customXml/item1.xml", b"\x4c\x6f\xa7\x94"), "xml"),
    "an encoding nobody knows": (
        lambda: changed(_MAIN, lambda xml: xml.replace(b"UTF-8", b"klingon")),
        "xml",
    ),
    "another encoding than it says": (
        lambda: changed(_MAIN, lambda xml: xml.replace(b"UTF-8", b"UTF-16")),
        "xml",
    ),
    "bytes that are no UTF-8": (lambda: changed(_MAIN, lambda xml: xml.replace(b"text", b"\xff\xfe")), "xml"),
    "a NUL": (lambda: changed(_MAIN, lambda xml: xml.replace(b"text", b"te\0xt")), "xml"),
    "a main part cut off": (lambda: changed(_MAIN, lambda xml: xml[:-20]), "xml"),
    "an empty main part": (lambda: changed(_MAIN, lambda _: b""), "xml"),
    "a broken header": (lambda: changed("word/header1.xml", lambda xml: xml[:-9]), "xml"),
    "300 levels": (lambda: with_body("<w:sdt>" * 300 + "</w:sdt>" * 300), "xml"),
    "an attribute of 11 MB": (lambda: with_body(f'<w:p w:x="{dense(11 * MIB)}"/>'), "xml"),
    "a text of 11 MB": (lambda: with_body(p(dense(11 * MIB))), "xml"),
    "an element with 60,000 letters": (lambda: with_body(f"<w:{'x' * 60_000}/>"), "xml"),
    "a main part of another kind": (
        lambda: changed(_MAIN, lambda _: story("hdr", p("x"))),
        "not_wordprocessingml",
    ),
    "a main part of another vocabulary": (
        lambda: changed(_MAIN, lambda _: "<html><body/></html>"),
        "not_wordprocessingml",
    ),
    "a broken part with a long name": (
        lambda: package(
            {
                **_SOUND,
                "word/_rels/document.xml.rels": _SOUND["word/_rels/document.xml.rels"].replace(
                    b"header1.xml", _LONG_NAME.removeprefix("word/").encode()
                ),
                _LONG_NAME: b"<w:hdr",
            }
        ),
        "xml",
    ),
}  # fmt: skip

OTHER_KINDS = {
    "macro-enabled": "application/vnd.ms-word.document.macroEnabled.main+xml",
    "a .dotx": "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
    "a .dotm": "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
    "a spreadsheet": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    "a presentation": "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
}
