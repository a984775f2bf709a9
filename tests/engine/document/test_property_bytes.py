"""The properties of a paragraph and its runs by their bytes, where they come first as the schema has it."""

import pytest

from docops_flask.engine.document.property_bytes import properties_in

_PPR = b"<w:pPr><w:jc w:val='center'/><w:rPr><w:b/></w:rPr></w:pPr>"
_RPR = b'<w:rPr><w:color w:val="a>b"/></w:rPr>'
_TEXT = b"\0<w:t>\0</w:t>"


@pytest.mark.parametrize(
    ("markup", "paragraph", "runs"),
    [
        (b"", b"", []),
        (b"<w:r>" + _TEXT + b"</w:r>", b"", [b""]),
        (_PPR, _PPR, []),
        (b"<w:pPr/><w:r/><w:r w:rsidR='0'><w:rPr/><w:tab/></w:r>", b"<w:pPr/>", [b"", b"<w:rPr/>"]),
        (_PPR + b"<w:r>" + _RPR + _TEXT + b"</w:r><w:r>" + _TEXT + b"</w:r>", _PPR, [_RPR, b""]),
        (b"<w:hyperlink r:id='1'><w:r a='1'>" + _RPR + _TEXT + b"</w:r></w:hyperlink>", b"", [_RPR]),
    ],
)
def test_they_are_told_from_the_markup(markup: bytes, paragraph: bytes, runs: list[bytes]) -> None:
    assert properties_in(markup, b"w", len(runs)) == (paragraph, runs)


@pytest.mark.parametrize(
    ("markup", "run_count"),
    [
        (b"<w:r>" + _TEXT + _RPR + b"</w:r>", 1),
        (b"<w:r>\n" + _RPR + _TEXT + b"</w:r>", 1),
        (b"<w:r>" + _RPR + _RPR + _TEXT + b"</w:r>", 1),
        (b"\n" + _PPR, 0),
        (b"<w:r/>" + _PPR, 1),
        (b"<w:hyperlink>" + _RPR + b"<w:r/></w:hyperlink>", 1),
        (_PPR + _PPR, 0),
        (b"<w:r/>", 2),
        (b"<w:r xmlns:a='b'/>", 1),
    ],
)
def test_they_are_left_to_the_tree_where_they_stand_elsewhere_or_a_name_is_bound(
    markup: bytes, run_count: int
) -> None:
    assert properties_in(markup, b"w", run_count) is None
