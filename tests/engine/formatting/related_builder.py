"""Numbering, theme and settings parts for tests, straight from XML."""

from docops_flask.engine.document.related_parts import RelatedParts
from tests.factories import DECLARATION, story

A = "http://schemas.openxmlformats.org/drawingml/2006/main"
A_STRICT = "http://purl.oclc.org/ooxml/drawingml/main"


def related_parts(
    *,
    numbering: str | None = None,
    theme: str | None = None,
    settings: str | None = None,
    styles: bool = True,
    strict: bool = False,
) -> RelatedParts:
    """Parts with this content: ``numbering`` inside w:numbering, ``theme`` as the two font collections."""
    contents: dict[str, str] = {}
    if numbering is not None:
        contents["numbering"] = story("numbering", numbering, strict=strict)
    if settings is not None:
        contents["settings"] = story("settings", settings, strict=strict)
    if theme is not None:
        contents["theme"] = theme_xml(theme, strict=strict)
    names = {kind: f"word/{kind}.xml" for kind in contents}
    if styles:
        names["styles"] = "word/styles.xml"
    return RelatedParts(names, lambda name: contents[name[5:-4]].encode())


def theme_xml(fonts: str, *, strict: bool = False) -> str:
    """A theme whose font scheme holds ``fonts`` (a:majorFont, a:minorFont)."""
    return (
        f'{DECLARATION}<a:theme xmlns:a="{A_STRICT if strict else A}" name="Office"><a:themeElements>'
        f'<a:fontScheme name="Office">{fonts}</a:fontScheme></a:themeElements></a:theme>'
    )
