"""Test documents, built from raw XML so that any structure, however odd, can be made.

``docx(...)`` returns the bytes of a package; ``p``, ``r``, ``tbl`` and friends write WordprocessingML.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
W_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
R_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_NAMESPACES = (
    'xmlns:w="{w}" xmlns:r="{r}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_PART_TYPES = {
    "styles": "styles",
    "header": "header",
    "footer": "footer",
    "footnotes": "footnotes",
    "endnotes": "endnotes",
    "comments": "comments",
    "settings": "settings",
    "numbering": "numbering",
}
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def r(text: str, properties: str = "", *, preserve: bool = True) -> str:
    """A run with ``text`` and the inside of its w:rPr."""
    space = ' xml:space="preserve"' if preserve else ""
    rpr = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f"<w:r>{rpr}<w:t{space}>{escape(text)}</w:t></w:r>"


def p(*content: str, properties: str = "") -> str:
    """A paragraph; content that is no XML becomes a run."""
    ppr = f"<w:pPr>{properties}</w:pPr>" if properties else ""
    inner = "".join(each if each.startswith("<") else r(each) for each in content)
    return f"<w:p>{ppr}{inner}</w:p>"


def tc(*content: str, properties: str = "") -> str:
    """A table cell; text becomes a paragraph."""
    tcpr = f"<w:tcPr>{properties}</w:tcPr>" if properties else ""
    return f"<w:tc>{tcpr}{''.join(each if each.startswith('<') else p(each) for each in content)}</w:tc>"


def tr(*cells: str, properties: str = "") -> str:
    """A table row."""
    trpr = f"<w:trPr>{properties}</w:trPr>" if properties else ""
    return f"<w:tr>{trpr}{''.join(cells)}</w:tr>"


def tbl(*rows: str) -> str:
    """A table."""
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{''.join(rows)}</w:tbl>"


def textbox(*paragraphs: str, fallback: Sequence[str] | None = None) -> str:
    """A run with a text box as Word writes it: DrawingML in mc:Choice, VML in mc:Fallback."""
    content = "".join(paragraphs)
    other = content if fallback is None else "".join(fallback)
    return (
        '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor><a:graphic><a:graphicData>'
        f"<wps:wsp><wps:txbx><w:txbxContent>{content}</w:txbxContent></wps:txbx></wps:wsp>"
        "</a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice><mc:Fallback><w:pict>"
        f'<v:shape style="position:absolute"><v:textbox><w:txbxContent>{other}</w:txbxContent></v:textbox>'
        "</v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )


def story(root: str, content: str, *, strict: bool = False) -> str:
    """A part's XML: ``root`` is the local name of its root (document, hdr, ftr, footnotes …)."""
    names = _NAMESPACES.format(w=W_STRICT if strict else W, r=R_STRICT if strict else R)
    return f"{DECLARATION}<w:{root} {names}>{content}</w:{root}>"


def docx(
    body: str,
    *,
    stories: Mapping[str, str] | None = None,
    styles: str | None = None,
    extra: Mapping[str, bytes] | None = None,
    strict: bool = False,
    compression: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """A package with ``body`` as the content of w:body.

    ``stories`` maps a part's stem (``header1``, ``footnotes``) to the content of its root, ``styles`` is
    the content of w:styles, ``extra`` further members by their full name.
    """
    roots = {"header": "hdr", "footer": "ftr"}
    parts = {"word/document.xml": story("document", f"<w:body>{body}<w:sectPr/></w:body>", strict=strict)}
    kinds: dict[str, str] = {}
    for stem, content in {**({"styles": styles} if styles is not None else {}), **(stories or {})}.items():
        kind = stem.rstrip("0123456789")
        kinds[stem] = kind
        parts[f"word/{stem}.xml"] = story(roots.get(kind, kind), content, strict=strict)
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": _content_types(kinds),
        "_rels/.rels": _relationships({"word/document.xml": "officeDocument"}, strict=strict),
        **parts,
        "word/_rels/document.xml.rels": _relationships(
            {f"{stem}.xml": kind for stem, kind in kinds.items()}, strict=strict
        ),
        **(extra or {}),
    }
    return package(members, compression=compression)


def package(members: Mapping[str, str | bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP with ``members`` in the given order and a fixed date."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, (2020, 2, 2, 2, 2, 2))
            info.compress_type = compression
            archive.writestr(info, content)
    return buffer.getvalue()


def _content_types(kinds: Mapping[str, str]) -> str:
    overrides = {"word/document.xml": "document.main"}
    overrides |= {f"word/{stem}.xml": _PART_TYPES[kind] for stem, kind in kinds.items()}
    lines = "".join(
        f'<Override PartName="/{name}" ContentType="{_MAIN}.{kind}+xml"/>' for name, kind in overrides.items()
    )
    return (
        f'{DECLARATION}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Default Extension="png" ContentType="image/png"/>{lines}</Types>'
    )


def _relationships(targets: Mapping[str, str], *, strict: bool) -> str:
    base = R_STRICT if strict else R
    lines = "".join(
        f'<Relationship Id="rId{number}" Type="{base}/{kind}" Target="{target}"/>'
        for number, (target, kind) in enumerate(targets.items(), 1)
    )
    return f'{DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">{lines}</Relationships>'
