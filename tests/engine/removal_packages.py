"""Templates with what can be left out: comments of their author with all their parts, a digital signature."""

import io
import zipfile

from tests.factories import DECLARATION, R, docx, p, package, r, textbox

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MS = "http://schemas.microsoft.com/office"
_SIGNATURE_TYPES = "application/vnd.openxmlformats-package.digital-signature"
_SIGNATURE_RELATIONSHIPS = f"{_PACKAGE}/relationships/digital-signature"
W_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml"

START = '<w:commentRangeStart w:id="0"/>'
END = '<w:commentRangeEnd w:id="0"/>'
REFERENCE = '<w:r><w:rPr><w:rStyle w:val="a"/></w:rPr><w:commentReference w:id="0"/></w:r>'
COMMENT = '<w:comment w:id="0" w:author="Li" w:initials="L"><w:p><w:r><w:t>Who?</w:t></w:r></w:p></w:comment>'
EXTENSIONS = {
    "commentsExtended": f"{_MS}/2011/relationships/commentsExtended",
    "commentsIds": f"{_MS}/2016/09/relationships/commentsIds",
    "commentsExtensible": f"{_MS}/2018/08/relationships/commentsExtensible",
    "people": f"{_MS}/2011/relationships/people",
}


def relationships(*rows: tuple[str, str, str]) -> str:
    """A relationships part; each row is id, type, target."""
    lines = "".join(
        f'<Relationship Id="{id_}" Type="{kind}" Target="{target}"/>' for id_, kind, target in rows
    )
    return f'{DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">{lines}</Relationships>'


def types(overrides: dict[str, str], defaults: dict[str, str] | None = None) -> str:
    """The content types of a package with a main part and ``overrides`` (part name to type)."""
    main = f'<Override PartName="/word/document.xml" ContentType="{W_MAIN}.document.main+xml"/>'
    lines = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in overrides.items()
    )
    more = "".join(
        f'<Default Extension="{end}" ContentType="{kind}"/>' for end, kind in (defaults or {}).items()
    )
    return (
        f'{DECLARATION}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/>{more}{main}{lines}</Types>'
    )


def commented(body: str, *, comments: str = COMMENT, extra: dict[str, bytes] | None = None) -> bytes:
    """A template with ``body`` and all parts that Word writes for comments."""
    names = ["comments", *EXTENSIONS]
    main = [("rId1", f"{R}/comments", "comments.xml")]
    main += [(f"rId{n}", kind, f"{name}.xml") for n, (name, kind) in enumerate(EXTENSIONS.items(), 2)]
    main.append(("rId9", f"{R}/hyperlink", "document.xml"))
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": types(
            {f"word/{name}.xml": f"{W_MAIN}.{name}+xml" for name in names}, {"png": "image/png"}
        ),
        "word/_rels/document.xml.rels": relationships(*main),
        **{f"word/{name}.xml": "<x/>" for name in EXTENSIONS},
        "word/_rels/comments.xml.rels": relationships(("rId1", f"{R}/image", "media/scribble.png")),
        "word/media/scribble.png": "a picture of a comment",
        **(extra or {}),
    }
    return _with(docx(body, stories={"comments": comments}), members)


def signed(body: str, *, extra: dict[str, bytes] | None = None) -> bytes:
    """A template with ``body`` and a digital signature with its certificate."""
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": types(
            {"_xmlsignatures/sig1.xml": f"{_SIGNATURE_TYPES}-xmlsignature+xml"},
            {"sigs": f"{_SIGNATURE_TYPES}-origin", "cer": f"{_SIGNATURE_TYPES}-certificate"},
        ),
        "_rels/.rels": relationships(
            ("rId1", f"{R}/officeDocument", "word/document.xml"),
            ("rId2", f"{_SIGNATURE_RELATIONSHIPS}/origin", "_xmlsignatures/origin.sigs"),
        ),
        "_xmlsignatures/origin.sigs": "",
        "_xmlsignatures/_rels/origin.sigs.rels": relationships(
            ("rId1", f"{_SIGNATURE_RELATIONSHIPS}/signature", "sig1.xml")
        ),
        "_xmlsignatures/sig1.xml": "<Signature/>",
        "_xmlsignatures/_rels/sig1.xml.rels": relationships(
            ("rId1", f"{_SIGNATURE_RELATIONSHIPS}/certificate", "a.cer")
        ),
        "_xmlsignatures/a.cer": "certificate",
        **(extra or {}),
    }
    return _with(docx(body), members)


def _with(content: bytes, members: dict[str, str | bytes]) -> bytes:
    """The package ``content`` with ``members`` added or in place of those it has."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        old = {name: archive.read(name) for name in archive.namelist()}
    return package({**old, **members})


# Places of comments, each as the content of the body.
COMMENTED_BODIES = {
    "around a placeholder": p(START, r("【A】"), END, REFERENCE),
    "inside a placeholder": p(r("【"), START, r("A"), END, REFERENCE, r("】")),
    "between paragraphs": START + p("【A】") + END + p(REFERENCE),
    "in a run with text": p("【A】", '<w:r><w:t>x</w:t><w:commentReference w:id="0"/><w:t>y</w:t></w:r>'),
    "two in a run": p(
        "【A】",
        '<w:r><w:commentReference w:id="0"/> <w:commentReference w:id="1"></w:commentReference></w:r>',
    ),
    "beside an XML comment": p("【A】", '<w:r><!-- x --><w:commentReference w:id="0"/></w:r>'),
    "in tracked changes": p("【A】", f'<w:ins w:id="5" w:author="Li">{REFERENCE}</w:ins>'),
    "in a text box": p("【A】") + p(textbox(p(START, "box 【A】", END, REFERENCE))),
    "in a table": f"<w:tbl><w:tblPr/><w:tr>{START}<w:tc><w:p>{REFERENCE}</w:p></w:tc>{END}</w:tr></w:tbl>"
    + p("【A】"),
    "with another prefix": p("【A】").replace(
        "</w:p>",
        '<x:commentRangeStart xmlns:x="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
        'x:id="0"/><x:r xmlns:x="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        '<x:commentReference x:id="0"/></x:r></w:p>',
    ),
    "names of another vocabulary": p("【A】", '<z:commentReference xmlns:z="urn:z" z:id="0"/>', START, END),
    "in CDATA": p("<w:r><w:t><![CDATA[<w:commentReference/>【A】]]></w:t></w:r>", START, END, REFERENCE),
}
