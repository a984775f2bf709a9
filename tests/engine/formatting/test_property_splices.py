"""Which bytes of a paragraph change when properties are repaired: attributes, missing elements."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.document.walk import walk_stories
from docops_flask.engine.formatting.edit import PARAGRAPH_PROPERTIES, RUN_PROPERTIES
from docops_flask.engine.formatting.property_splices import PropertySplices, Repair
from docops_flask.engine.oxml.markup import name_at, spliced
from docops_flask.engine.oxml.names import W_TRANSITIONAL, vocabulary
from tests.engine.story_parts import body_part
from tests.factories import W, p, r

WORDS = vocabulary(W_TRANSITIONAL)


def place_of(content: str, start_tag: str = "<w:p>") -> ParagraphPlace:
    end = start_tag[1:].replace(">", " ").partition(" ")[0]
    return walk_stories([body_part(f"{start_tag}{content}</{end}>")], 100).paragraphs[0]


def prefix_of(place: ParagraphPlace) -> bytes:
    return name_at(place.part.text.content, place.start).rpartition(b":")[0]


def repaired(content: str, *repairs: Repair, start_tag: str = "<w:p>") -> str:
    """The content of a paragraph with ``repairs`` made."""
    place = place_of(content, start_tag)
    scope = place.scope or place.part.text.root_scope
    splices = PropertySplices(place.part.w, is_plain=bool(place.part.text.prefix)).of(
        place.reading, scope, prefix_of(place), repairs
    )
    return spliced(place.own_bytes, splices).decode()


def spacing(
    before: str | None,
    after: str | None,
    run: int | None = None,
    element: str = "spacing",
    name: str = "line",
) -> Repair:
    """A repair of one attribute; ``None`` where it is missing."""
    one = {} if before is None else {name: before}
    other = {} if after is None else {name: after}
    return Repair(run, element, one, other)


def size(before: str | None, after: str | None, run: int = 0) -> Repair:
    return spacing(before, after, run, "sz", "val")


RUN = "<w:r><w:t>x</w:t></w:r>"
# Content, repairs, content once repaired.
CASES: dict[str, tuple[str, list[Repair], str]] = {
    "a value": (
        f'<w:pPr><w:spacing w:line="240"/></w:pPr>{RUN}', [spacing("240", "560")],
        f'<w:pPr><w:spacing w:line="560"/></w:pPr>{RUN}',
    ),
    "a value in single quotes, blanks around": (
        f"<w:pPr><w:spacing  w:line = '240'\n/></w:pPr>{RUN}", [spacing("240", "560")],
        f"<w:pPr><w:spacing  w:line = '560'\n/></w:pPr>{RUN}",
    ),
    "other attributes keep their places": (
        f'<w:pPr><w:spacing w:before="1" w:line="240" w:after="2"/></w:pPr>{RUN}', [spacing("240", "560")],
        f'<w:pPr><w:spacing w:before="1" w:line="560" w:after="2"/></w:pPr>{RUN}',
    ),
    "an attribute that goes takes the white space before it": (
        f'<w:pPr><w:ind w:left="1"\n w:hanging="2" w:right="3"/></w:pPr>{RUN}',
        [spacing("2", None, element="ind", name="hanging")],
        f'<w:pPr><w:ind w:left="1" w:right="3"/></w:pPr>{RUN}',
    ),
    "an attribute that comes stands behind the others": (
        f'<w:pPr><w:spacing w:after="2" /></w:pPr>{RUN}', [spacing(None, "560")],
        f'<w:pPr><w:spacing w:after="2" w:line="560" /></w:pPr>{RUN}',
    ),
    "an element with an end tag": (
        f'<w:pPr><w:spacing w:after="2"></w:spacing></w:pPr>{RUN}', [spacing(None, "560")],
        f'<w:pPr><w:spacing w:after="2" w:line="560"></w:spacing></w:pPr>{RUN}',
    ),
    "an element without attributes": (
        f"<w:pPr><w:spacing/></w:pPr>{RUN}", [spacing(None, "560")],
        f'<w:pPr><w:spacing w:line="560"/></w:pPr>{RUN}',
    ),
    "of several elements the last": (
        f'<w:pPr><w:spacing w:line="1"/><w:spacing w:line="2"/></w:pPr>{RUN}', [spacing("2", "3")],
        f'<w:pPr><w:spacing w:line="1"/><w:spacing w:line="3"/></w:pPr>{RUN}',
    ),
    "an element that is missing": (
        f"<w:pPr><w:keepNext/><w:jc/></w:pPr>{RUN}", [spacing(None, "560")],
        f'<w:pPr><w:keepNext/><w:spacing w:line="560"/><w:jc/></w:pPr>{RUN}',
    ),
    "an element that is missing, at the end": (
        f"<w:pPr><w:keepNext/></w:pPr>{RUN}", [spacing(None, "560")],
        f'<w:pPr><w:keepNext/><w:spacing w:line="560"/></w:pPr>{RUN}',
    ),
    "two elements that are missing at one place": (
        f"<w:pPr><w:jc/></w:pPr>{RUN}",
        [spacing(None, "2", element="ind", name="left"), spacing(None, "1")],
        f'<w:pPr><w:spacing w:line="1"/><w:ind w:left="2"/><w:jc/></w:pPr>{RUN}',
    ),
    "empty properties": (
        f"<w:pPr/>{RUN}", [spacing(None, "560")], f'<w:pPr><w:spacing w:line="560"/></w:pPr>{RUN}',
    ),
    "empty properties with a blank": (
        f"<w:pPr />{RUN}", [spacing(None, "560")], f'<w:pPr ><w:spacing w:line="560"/></w:pPr>{RUN}',
    ),
    "properties without content": (
        f"<w:pPr></w:pPr>{RUN}", [spacing(None, "560")], f'<w:pPr><w:spacing w:line="560"/></w:pPr>{RUN}',
    ),
    "no properties": (RUN, [spacing(None, "560")], f'<w:pPr><w:spacing w:line="560"/></w:pPr>{RUN}'),
    "no properties of a run": (
        RUN, [size(None, "32")], '<w:r><w:rPr><w:sz w:val="32"/></w:rPr><w:t>x</w:t></w:r>',
    ),
    "properties of the second run": (
        f"{RUN}<w:r><w:rPr><w:b/></w:rPr><w:t>y</w:t></w:r>", [size(None, "32", 1)],
        f'{RUN}<w:r><w:rPr><w:b/><w:sz w:val="32"/></w:rPr><w:t>y</w:t></w:r>',
    ),
    "properties of the paragraph mark are not those of a run": (
        f'<w:pPr><w:rPr><w:sz w:val="20"/></w:rPr></w:pPr>{RUN}', [size(None, "32")],
        '<w:pPr><w:rPr><w:sz w:val="20"/></w:rPr></w:pPr>'
        '<w:r><w:rPr><w:sz w:val="32"/></w:rPr><w:t>x</w:t></w:r>',
    ),
    "former properties are left alone": (
        f'<w:pPr><w:jc/><w:pPrChange><w:pPr><w:spacing w:line="1"/></w:pPr></w:pPrChange></w:pPr>{RUN}',
        [spacing(None, "560")],
        '<w:pPr><w:spacing w:line="560"/><w:jc/><w:pPrChange><w:pPr><w:spacing w:line="1"/></w:pPr>'
        f"</w:pPrChange></w:pPr>{RUN}",
    ),
    "a comment before": (
        f"<w:pPr><!-- <w:jc/> --><w:jc/></w:pPr>{RUN}", [spacing(None, "560")],
        f'<w:pPr><!-- <w:jc/> --><w:spacing w:line="560"/><w:jc/></w:pPr>{RUN}',
    ),
    "markup in other attributes": (
        f"<w:pPr><w:pStyle w:val='a>\"b'/><w:spacing w:x='>' w:line='1'/></w:pPr>{RUN}", [spacing("1", "2")],
        f"<w:pPr><w:pStyle w:val='a>\"b'/><w:spacing w:x='>' w:line='2'/></w:pPr>{RUN}",
    ),
    "a value with markup": (
        RUN, [Repair(0, "rFonts", {}, {"ascii": 'A & "B" <C>\t'})],
        '<w:r><w:rPr><w:rFonts w:ascii="A &amp; &quot;B&quot; &lt;C&gt;&#9;"/></w:rPr><w:t>x</w:t></w:r>',
    ),
    "attributes of the same name without a namespace": (
        f'<w:pPr><w:spacing line="1" w:line="2"/></w:pPr>{RUN}', [spacing("2", "3")],
        f'<w:pPr><w:spacing line="1" w:line="3"/></w:pPr>{RUN}',
    ),
    "one repair after another": (
        f'<w:pPr><w:spacing w:line="1"/></w:pPr>{RUN}', [spacing("1", "2"), spacing("2", "3")],
        f'<w:pPr><w:spacing w:line="3"/></w:pPr>{RUN}',
    ),
    "a repair that is taken back": (
        f'<w:pPr><w:spacing w:line="1"/></w:pPr>{RUN}', [spacing("1", "2"), spacing("2", "1")],
        f'<w:pPr><w:spacing w:line="1"/></w:pPr>{RUN}',
    ),
    "paragraph and runs together": (
        f"{RUN}{RUN}", [size(None, "1", 1), spacing(None, "2"), size(None, "3", 0)],
        '<w:pPr><w:spacing w:line="2"/></w:pPr><w:r><w:rPr><w:sz w:val="3"/></w:rPr><w:t>x</w:t></w:r>'
        '<w:r><w:rPr><w:sz w:val="1"/></w:rPr><w:t>x</w:t></w:r>',
    ),
    "a run without content": (
        f"<w:r/>{RUN}", [size(None, "32")], f'<w:r><w:rPr><w:sz w:val="32"/></w:rPr></w:r>{RUN}',
    ),
    "a text between keeps its bytes": (
        '<w:r><w:t>a&#65;<![CDATA[b]]></w:t></w:r><w:r><w:rPr><w:sz w:val="1"/></w:rPr><w:t>&lt;</w:t></w:r>',
        [size("1", "2", 1)],
        '<w:r><w:t>a&#65;<![CDATA[b]]></w:t></w:r><w:r><w:rPr><w:sz w:val="2"/></w:rPr><w:t>&lt;</w:t></w:r>',
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "repairs", "expected"), CASES.values(), ids=CASES)
def test_a_repair_changes_the_bytes_of_its_attributes(
    content: str, repairs: list[Repair], expected: str
) -> None:
    assert repaired(content, *repairs) == expected


def test_elements_take_the_default_namespace_and_attributes_a_prefix() -> None:
    content = "<r><t>x</t></r>"
    tag = f'<p xmlns="{W}">'
    assert repaired(content, spacing(None, "560"), start_tag=tag) == (
        '<pPr><spacing w:line="560"/></pPr><r><t>x</t></r>'
    )


@pytest.mark.parametrize(
    ("start_tag", "expected"),
    [
        (f'<p xmlns="{W}">', '<pPr><spacing w:line="1"/></pPr>'),
        (f'<w:p xmlns="{W}">', '<w:pPr><w:spacing w:line="1"/></w:pPr>'),
        (f'<x:p xmlns:x="{W}">', '<x:pPr><x:spacing x:line="1"/></x:pPr>'),
        (f'<p xmlns="{W}" xmlns:w="urn:x" xmlns:b="{W}" xmlns:a="{W}">', '<pPr><spacing a:line="1"/></pPr>'),
        (f'<p xmlns="{W}" xmlns:w="urn:x">', f'<pPr><spacing xmlns:docops="{W}" docops:line="1"/></pPr>'),
    ],
)
def test_new_names_are_written_as_those_around(start_tag: str, expected: str) -> None:
    assert repaired("<w:x/>", spacing(None, "1"), start_tag=start_tag) == f"{expected}<w:x/>"


def test_paragraphs_of_other_namespaces_in_scope_are_told_apart() -> None:
    part = body_part(f'<p xmlns="{W}">{RUN}</p><w:p>{RUN}</w:p>')
    splices = PropertySplices(part.w, is_plain=bool(part.text.prefix))
    found = []
    for place in walk_stories([part], 100).paragraphs:
        scope = place.scope or part.text.root_scope
        found.append(
            spliced(
                place.own_bytes, splices.of(place.reading, scope, prefix_of(place), (spacing(None, "1"),))
            ).decode()
        )
    assert found == [f'<pPr><spacing w:line="1"/></pPr>{RUN}', f'<w:pPr><w:spacing w:line="1"/></w:pPr>{RUN}']


def test_an_attribute_with_another_prefix_of_the_namespace_is_repaired() -> None:
    content = f'<w:pPr><w:spacing xmlns:v="{W}" v:line="1"/></w:pPr>{RUN}'
    assert repaired(content, spacing("1", "2")) == content.replace('v:line="1"', 'v:line="2"')
    assert repaired(content, spacing("1", None)) == content.replace(' v:line="1"', "")


def test_texts_of_other_length_do_not_shift_the_splices() -> None:
    part = body_part(p(r("a"), r("b")) + p(r("aaaa"), r("b")))
    splices = PropertySplices(part.w, is_plain=bool(part.text.prefix))
    for place in walk_stories([part], 100).paragraphs:
        made = spliced(
            place.own_bytes, splices.of(place.reading, part.text.root_scope, b"w", (size(None, "1", 1),))
        )
        assert made.endswith(b'<w:r><w:rPr><w:sz w:val="1"/></w:rPr><w:t xml:space="preserve">b</w:t></w:r>')


OTHERS = [name for name in PARAGRAPH_PROPERTIES if name not in ("spacing", "ind", "rPr", "sectPr")]


@given(
    st.lists(st.sampled_from(OTHERS), unique=True),
    st.none() | st.dictionaries(st.sampled_from(["left", "right", "firstLine"]), st.sampled_from("12")),
    st.dictionaries(
        st.sampled_from(["left", "right", "firstLine", "hanging"]), st.sampled_from("34"), min_size=1
    ),
)
def test_any_repair_is_that_of_the_tree_at_the_place_the_schema_wants(
    others: list[str], before: dict[str, str] | None, after: dict[str, str]
) -> None:
    others.sort(key=PARAGRAPH_PROPERTIES.index)
    ind = (
        ""
        if before is None
        else "<w:ind{}/>".format("".join(f' w:{name}="{value}"' for name, value in before.items()))
    )
    elements = [f"<w:{name}/>" for name in others]
    at = sum(PARAGRAPH_PROPERTIES.index(name) < PARAGRAPH_PROPERTIES.index("ind") for name in others)
    content = f"<w:pPr>{''.join(elements[:at])}{ind}{''.join(elements[at:])}</w:pPr>{RUN}"
    repair = Repair(None, "ind", before or {}, after)
    tree = etree.fromstring(f'<w:p xmlns:w="{W}">{repaired(content, repair)}</w:p>')
    names = [etree.QName(each).localname for each in tree[0]]
    assert names == sorted([*others, "ind"], key=PARAGRAPH_PROPERTIES.index)
    found = tree[0].find(WORDS.ind)
    assert found is not None
    assert {etree.QName(name).localname: value for name, value in found.items()} == after


def test_all_properties_are_known_in_the_order_of_the_schema() -> None:
    assert RUN_PROPERTIES.index("rFonts") < RUN_PROPERTIES.index("sz") < RUN_PROPERTIES.index("rPrChange")
    assert PARAGRAPH_PROPERTIES.index("spacing") < PARAGRAPH_PROPERTIES.index("ind")
