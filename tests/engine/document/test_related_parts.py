"""The styles part without w:latentStyles: a tree of the rest is refused if and only if one of all is."""

import zipfile
from pathlib import Path

import pytest
from lxml import etree

from docops_flask.engine.document.related_parts import without_latent_styles
from docops_flask.engine.errors import InvalidTemplate
from docops_flask.engine.opc.xml_part import parse_part

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_STYLE = '<w:style w:type="paragraph" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
_USUAL = (
    '<w:latentStyles w:defLockedState="0" w:count="276"><w:lsdException w:name="Normal" w:uiPriority="0"/>'
    '<w:lsdException w:name="Table 3D effects 1" w:locked="1"/>'
    '<w:lsdException w:name="Normal (Web)" w:semiHidden="1"/></w:latentStyles>'
)


def _styles(latent: str, head: str = _HEAD) -> bytes:
    return f'{head}<w:styles xmlns:w="{_W}"><w:docDefaults/>{latent}{_STYLE}</w:styles>'.encode()


def _outcome(content: bytes) -> str:
    """Return the canonical form of a part but for comments and w:latentStyles, or why it is refused."""
    try:
        root = parse_part(content, "word/styles.xml")
    except InvalidTemplate as error:
        return str(error)
    for each in list(root.iter(f"{{{_W}}}latentStyles")):
        each.attrib.clear()
        each[:] = []
        each.text = None
    return etree.tostring(root, method="c14n", with_comments=False).decode()


def test_an_empty_element_stands_in_place_of_the_usual_one() -> None:
    assert without_latent_styles(_styles(_USUAL)) == _styles("<w:latentStyles />")


def test_the_samples_are_read_without_it() -> None:
    for sample in sorted(Path("samples").glob("*.docx")):
        content = zipfile.ZipFile(sample).read("word/styles.xml")
        reduced = without_latent_styles(content)
        assert b"<w:lsdException" not in reduced
        assert _outcome(reduced) == _outcome(content)


@pytest.mark.parametrize(
    "latent",
    [
        "",
        "<w:latentStyles/>",
        _USUAL.replace("><", ">\r\n  <"),
        _USUAL.replace("><", ">\v<"),
        _USUAL.replace("><", ">text<"),
        _USUAL + _USUAL,
        _USUAL.replace(' w:count="276"', ""),
        # Malformed.
        _USUAL.replace('w:locked="1"', 'w:name="again"'),
        _USUAL.replace('w:count="276"', 'w:count="276" w:count="276"'),
        _USUAL.replace('"0"', "0"),
        _USUAL.replace('uiPriority="0"', 'uiPriority="0'),
        _USUAL.replace("Normal", "a<b"),
        _USUAL.replace("Normal", "a & b"),
        _USUAL.replace("Normal", "\x01"),
        _USUAL.replace('"1"/>', '"1">'),
        _USUAL.replace('"1"/>', '"1"/> <'),
        _USUAL.replace('" w:locked', '"w:locked'),
        _USUAL.replace("</w:latentStyles>", ""),
        _USUAL.replace('276">', '276"/>'),
        _USUAL.replace("w:uiPriority", "x:uiPriority"),
        f"<w:x w:y='{_USUAL}'/>",
        # Well-formed, but not as usual.
        _USUAL.replace('"1"', "'1'"),
        _USUAL.replace("Normal", "标题"),
        _USUAL.replace("><", ">\n  <"),
        _USUAL.replace("<w:lsd", "text<w:lsd", 1),
        _USUAL.replace("<w:lsd", "<!-- a --><w:lsd", 1),
        _USUAL.replace('"1"/>', '"1"></w:lsdException>'),
        f"<!-- {_USUAL} -->",
        f"<!-- {_USUAL.replace('Normal', '-->')}",
        f"<w:x>{_USUAL}</w:x>",
        "<w:x>" * 253 + _USUAL + "</w:x>" * 253,
        "<w:x>" * 254 + _USUAL + "</w:x>" * 254,
        "<w:x>" * 255 + _USUAL + "</w:x>" * 255,
        "<w:latentStyles " + _STYLE + "</w:latentStyles>",
    ],
)
def test_what_is_refused_stays_refused_and_the_rest_is_the_same(latent: str) -> None:
    content = _styles(latent)
    assert _outcome(without_latent_styles(content)) == _outcome(content)


def test_the_prefix_must_be_declared() -> None:
    content = _styles(_USUAL).replace(b"xmlns:w=", b"xmlns:v=").replace(b"<w:docDefaults/>", b"")
    content = content.replace(b"w:style", b"v:style").replace(b"w:name w:val", b"v:name v:val")
    assert _outcome(without_latent_styles(content)) == _outcome(content)


@pytest.mark.parametrize("encoding", ["utf-16", "iso-2022-jp"])
def test_other_encodings_are_read_whole(encoding: str) -> None:
    content = _styles(_USUAL, f'<?xml version="1.0" encoding="{encoding}"?>').decode().encode(encoding)
    assert without_latent_styles(content) == content
