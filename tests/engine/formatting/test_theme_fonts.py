"""Theme fonts: the name behind minorEastAsia and the like."""

import pytest

from docops_flask.engine.document.related_parts import RelatedParts
from docops_flask.engine.formatting.numbering_and_theme import ThemeFonts, script_of
from tests.engine.formatting.related_builder import related_parts, theme_xml
from tests.engine.formatting.resolving import resolve_all, shown
from tests.factories import p, r

SCRIPTS = (
    '<a:font script="Jpan" typeface="游明朝"/><a:font script="Hans" typeface="等线"/>'
    '<a:font script="Hant" typeface="新細明體"/><a:font script="Hang" typeface="맑은 고딕"/>'
    '<a:font script="Arab" typeface="Arial"/><a:font script="Hebr" typeface="David"/>'
)


def fonts(*, east_asia: str = "", complex_script: str = "", scripts: str = SCRIPTS) -> str:
    major = '<a:latin typeface="Cambria"/><a:ea typeface=""/><a:cs typeface=""/>'
    minor = '<a:latin typeface="Calibri"/>'
    minor += f'<a:ea typeface="{east_asia}"/><a:cs typeface="{complex_script}"/>{scripts}'
    return f"<a:majorFont>{major}</a:majorFont><a:minorFont>{minor}</a:minorFont>"


def settings(**languages: str) -> str:
    attributes = " ".join(f'w:{name}="{value}"' for name, value in languages.items())
    return f"<w:themeFontLang {attributes}/>"


CHINESE = settings(val="en-US", eastAsia="zh-CN")
CASES = {
    "latin": (fonts(), CHINESE, "minorHAnsi", "Calibri"),
    "latin by its other name": (fonts(), CHINESE, "minorAscii", "Calibri"),
    "headings": (fonts(), CHINESE, "majorHAnsi", "Cambria"),
    "simplified Chinese": (fonts(), CHINESE, "minorEastAsia", "等线"),
    "traditional Chinese": (fonts(), settings(eastAsia="zh-TW"), "minorEastAsia", "新細明體"),
    "Hong Kong": (fonts(), settings(eastAsia="zh-HK"), "minorEastAsia", "新細明體"),
    "Japanese": (fonts(), settings(eastAsia="ja-JP"), "minorEastAsia", "游明朝"),
    "Korean": (fonts(), settings(eastAsia="ko-KR"), "minorEastAsia", "맑은 고딕"),
    "the theme's own East Asian font wins over the list": (
        fonts(east_asia="黑体"), CHINESE, "minorEastAsia", "黑体",
    ),
    "no language": (fonts(), settings(val="en-US"), "minorEastAsia", None),
    "an empty language": (fonts(), settings(eastAsia=""), "minorEastAsia", None),
    "no settings": (fonts(), None, "minorEastAsia", None),
    "a language the list lacks": (fonts(scripts=""), CHINESE, "minorEastAsia", None),
    "a font without a name": (
        fonts(scripts='<a:font script="Hans" typeface=""/>'), CHINESE, "minorEastAsia", None,
    ),
    "Arabic": (fonts(), settings(bidi="ar-SA"), "minorBidi", "Arial"),
    "Hebrew": (fonts(), settings(bidi="he-IL"), "minorBidi", "David"),
    "the theme's own complex-script font": (
        fonts(complex_script="Tahoma"), settings(bidi="ar-SA"), "minorBidi", "Tahoma",
    ),
    "no theme": (None, CHINESE, "minorHAnsi", None),
    "an entry that does not exist": (fonts(), CHINESE, "other", None),
}  # fmt: skip


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(("theme", "of_settings", "reference", "name"), CASES.values(), ids=CASES)
def test_name(
    theme: str | None, of_settings: str | None, reference: str, name: str | None, strict: bool
) -> None:
    related = related_parts(theme=theme, settings=of_settings, strict=strict)

    assert ThemeFonts(related).name(reference) == name


@pytest.mark.parametrize(
    ("language", "script"),
    [("zh-CN", "Hans"), ("zh-Hant-CN", "Hant"), ("ZH-tw", "Hant"), ("ja", "Jpan"), ("en-US", ""), (None, "")],
)
def test_script(language: str | None, script: str) -> None:
    assert script_of(language) == script


STYLES = """
<w:docDefaults><w:rPrDefault><w:rPr>
  <w:rFonts w:asciiTheme="minorHAnsi" w:hAnsiTheme="minorHAnsi" w:eastAsiaTheme="minorEastAsia"/>
</w:rPr></w:rPrDefault></w:docDefaults>
"""
RUN_CASES = {
    "the defaults' theme fonts by name": ("", "ascii", ("Calibri", "docDefaults")),
    "East Asian by the language": ("", "east_asia", ("等线", "docDefaults")),
    "the theme wins over the name beside it": (
        '<w:rFonts w:ascii="Arial" w:asciiTheme="majorHAnsi"/>',
        "ascii",
        ("Cambria", "direct"),
    ),
    "a nearer name wins over a farther theme": ('<w:rFonts w:ascii="Arial"/>', "ascii", ("Arial", "direct")),
    "and leaves the other slots alone": ('<w:rFonts w:ascii="Arial"/>', "h_ansi", ("Calibri", "docDefaults")),
    "a slot may ask for another slot's font": (
        '<w:rFonts w:asciiTheme="minorEastAsia"/>',
        "ascii",
        ("等线", "direct"),
    ),
    "an entry without font is shown as such": (
        '<w:rFonts w:eastAsiaTheme="majorEastAsia"/>',
        "east_asia",
        ("theme:majorEastAsia", "direct"),
    ),
}


@pytest.mark.parametrize(("properties", "slot", "expected"), RUN_CASES.values(), ids=RUN_CASES)
def test_run(properties: str, slot: str, expected: tuple[str, str]) -> None:
    found = resolve_all(p(r("x", properties)), styles=STYLES, theme=fonts(), settings=CHINESE)

    assert shown(getattr(found["p0"].run, slot)) == expected


def test_a_damaged_theme_is_read_as_empty() -> None:
    damaged = RelatedParts({"theme": "word/theme/theme1.xml"}, lambda _: b"<a:theme")

    assert ThemeFonts(damaged).name("minorHAnsi") is None


def test_related_parts_are_read_on_demand_and_once() -> None:
    asked = []

    def read(name: str) -> bytes:
        asked.append(name)
        return theme_xml(fonts()).encode()

    related = RelatedParts({"theme": "word/theme/theme1.xml"}, read)
    theme = ThemeFonts(related)
    assert asked == []

    assert [theme.name("minorHAnsi"), theme.name("majorHAnsi")] == ["Calibri", "Cambria"]
    assert related.root("theme") is related.root("theme")
    assert asked == ["word/theme/theme1.xml"]
