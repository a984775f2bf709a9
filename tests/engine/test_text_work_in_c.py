"""Work done in C by lxml, libxml2 and Python, where no lines can be counted: the calls are bounded."""

import random
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from docops_flask.engine.document import inline_texts, paragraph_text
from docops_flask.engine.document.paragraph_text import ParagraphText
from docops_flask.engine.document.walk import walk_stories
from docops_flask.engine.errors import InvalidTemplate
from docops_flask.engine.integrity import differences, fixes, gate, members, replay
from docops_flask.engine.integrity.blocks import attributes_of, names_of
from docops_flask.engine.integrity.byte_text import bytes_at, plain_text
from docops_flask.engine.integrity.claims import Replacement
from docops_flask.engine.integrity.differences import Differences, declarations_in
from docops_flask.engine.integrity.expansion import addresses
from docops_flask.engine.integrity.fix_claims import Fix
from docops_flask.engine.integrity.paragraph_reading import Reading, Span, read_paragraph
from docops_flask.engine.integrity.plan import PlannedParagraph
from docops_flask.engine.integrity.verdict import Findings
from docops_flask.engine.opc.xml_part import parse_part, serialize_part
from docops_flask.engine.oxml.markup import byte_offsets
from docops_flask.engine.oxml.names import vocabulary
from docops_flask.engine.template import grammar as suggesting
from docops_flask.engine.template import tag_bytes
from docops_flask.engine.template.grammar import Suggestions
from docops_flask.engine.template.places import brackets
from tests.engine.counted_steps import CountingText, steps_of
from tests.engine.inline_markup import equation, mr
from tests.engine.open_jobs import run_open
from tests.engine.story_parts import body_part
from tests.factories import R, W, docx, p, r, story
from tests.optional import not_none

NAMES, WORDS = names_of(W), vocabulary(W)


def parsed(content: bytes | str) -> etree._Element:
    return etree.fromstring(content)


def paragraph(inner: str) -> etree._Element:
    return parsed(story("document", f"<w:body>{inner}</w:body>").encode())[0][0]


@pytest.fixture(autouse=True)
def _nothing_copied() -> None:
    CountingText.copied = 0


def test_open_fields_are_not_searched_for_every_text(monkeypatch: pytest.MonkeyPatch) -> None:
    scanned = []

    def counting(values: Iterable[object]) -> bool:
        values = list(values)
        scanned.append(len(values))
        return all(values)

    monkeypatch.setattr(paragraph_text, "all", counting, raising=False)
    begun = "<w:r><w:fldChar w:fldCharType='begin'/><w:fldChar w:fldCharType='separate'/><w:t>a</w:t></w:r>"
    text = ParagraphText(paragraph(f"<w:p>{begun * 200}</w:p>"), WORDS)
    assert (len(text.pieces), sum(scanned)) == (200, 0)
    assert all(piece.in_field_result for piece in text.pieces)


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ("t begin t separate t end t", [False, False, True, False]),
        ("begin separate begin t separate t end t end t", [False, True, True, False]),
        ("begin separate separate t begin t end t end t end t", [True, False, True, False, False]),
        ("separate end t begin begin separate t end separate t", [False, False, True]),
    ],
)
def test_a_text_is_in_a_field_result_if_every_enclosing_field_has_begun_its_result(
    marks: str, expected: list[bool]
) -> None:
    content = "".join(
        "<w:t>a</w:t>" if mark == "t" else f"<w:fldChar w:fldCharType='{mark}'/>" for mark in marks.split()
    )
    text = ParagraphText(paragraph(f"<w:p><w:r>{content}</w:r></w:p>"), WORDS)
    assert [piece.in_field_result for piece in text.pieces] == expected


def entry(start: int, end: int, text: str = "【X】", run_id: str = "p0:r0") -> Replacement:
    return Replacement(0, "p0", run_id, start, end, "X", text, "y")


@pytest.mark.parametrize("end", [3, 10**9])
def test_an_entry_costs_its_own_length_not_that_of_the_paragraph(end: int) -> None:
    text = CountingText("【X】" + "a" * 100_000)
    spans = [Span(etree.Element("t"), 0, len(text), 0)]
    planned = PlannedParagraph("part", Reading(text, spans, 1))
    taken = [planned.take(entry(0, end, run_id="p0:r1"), "p0", is_mirror=False) for _ in range(100)]
    assert not any(taken)
    assert CountingText.copied == 0


def test_an_entry_that_does_not_end_with_its_placeholder_is_refused() -> None:
    spans = [Span(etree.Element("t"), 0, 3, 0)]
    planned = PlannedParagraph("part", Reading("【X】", spans, 1))
    assert not planned.take(entry(0, 4), "p0", is_mirror=False)
    assert planned.take(entry(0, 3), "p0", is_mirror=False)


def test_a_text_is_not_copied_for_each_inserted_value() -> None:
    text = "【X】" * 300
    edits: list[tuple[int, int, str]] = [
        (3 * each, 3 * each + 3, CountingText("value")) for each in range(300)
    ]
    assert "".join(replay._lines(text, edits)) == "value" * 300
    assert CountingText.copied <= 10 * len(text)


def many_namespaces(count: int, inner: str = "<w:p/>") -> str:
    declared = "".join(f" xmlns:n{number}='urn:{number}'" for number in range(count - 1))
    return f"<w:document xmlns:w='{W}'{declared}>{inner}</w:document>"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32", "gb18030", "iso-8859-1"])
def test_at_most_a_thousand_namespaces_may_be_in_scope(encoding: str) -> None:
    declaration = "" if encoding.startswith("utf") else f"<?xml version='1.0' encoding='{encoding}'?>"
    parse_part((declaration + many_namespaces(1000)).encode(encoding), "word/document.xml")
    with pytest.raises(InvalidTemplate) as refused:
        parse_part((declaration + many_namespaces(1001)).encode(encoding), "word/document.xml")
    assert refused.value.detail["reason"] == "namespaces"


def test_namespaces_of_sibling_elements_are_not_limited() -> None:
    content = "".join(f"<w:p xmlns:q='urn:{number}'/>" for number in range(3000))
    parse_part(many_namespaces(10, content).encode(), "word/document.xml")


def test_namespaces_of_all_enclosing_elements_count() -> None:
    content = "<w:p xmlns:q='urn:q'/>"
    for number in range(200):
        declared = "".join(f" xmlns:a{number}b{each}='urn:x'" for each in range(5))
        content = f"<w:p{declared}>{content}</w:p>"
    with pytest.raises(InvalidTemplate):
        parse_part(many_namespaces(2, content).encode(), "word/document.xml")


@pytest.mark.parametrize(("sections", "left"), [(1000, 1000), (1001, 0)])
def test_few_cdata_sections_are_kept_and_many_become_text(sections: int, left: int) -> None:
    root = parse_part(f"<t>{'<![CDATA[<]]>' * sections}</t>".encode(), "word/document.xml")
    assert root.text == "<" * sections
    assert serialize_part(root).count(b"CDATA") == left


def test_a_new_element_copies_one_namespace_declaration_however_many_are_in_scope(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = parsed(many_namespaces(500, p("【A】" * 50)))
    (node,) = root.iter(NAMES.t)
    declared = []
    made = etree.Element

    def counting(tag: str, nsmap: dict[str, str] | None = None) -> etree._Element:
        declared.append(len(nsmap or {}))
        return made(tag, nsmap=nsmap)

    monkeypatch.setattr(etree, "Element", counting)
    replay._write(node, ["a", *["\n", "b"] * 50], NAMES)
    assert len(declared) == 100
    assert max(declared) == 1
    assert {child.prefix for child in not_none(node.getparent())} == {"w"}


def _random_document(
    chance: random.Random, depth: int = 0
) -> tuple[
    str, list[str], list[str], list[str | tuple[str, list[str], list[str], list[str | tuple[Any, ...]]]]
]:
    prefix = chance.choice(["", "a:", "b:"]) if depth else ""
    declared = [
        f'xmlns:{name}="urn:{chance.randrange(2)}"' for name in "ab" if not depth or chance.random() < 0.3
    ]
    if chance.random() < 0.2:
        declared.append(f'xmlns="urn:{chance.randrange(2)}"')
    attributes = [
        f'{name}="{chance.choice(["1", "&#10;", "&lt;"])}"' for name in "xyz" if chance.random() < 0.4
    ]
    pieces = ["t", "&#13;", "<![CDATA[t]]>", "<!--c-->", "<?p i?>", " \n"]
    inner = [
        _random_document(chance, depth + 1) if depth < 3 and chance.random() < 0.5 else chance.choice(pieces)
        for _ in range(chance.randrange(4))
    ]
    return prefix, declared, attributes, inner


def _written(
    document: str
    | tuple[
        str, list[str], list[str], list[str | tuple[str, list[str], list[str], list[str | tuple[Any, ...]]]]
    ],
    chance: random.Random,
) -> str:
    """The document as XML; ``chance`` decides what makes no difference."""
    if isinstance(document, str):
        text = chance.choice(["t", "<![CDATA[t]]>"])
        return text if document in ("t", "<![CDATA[t]]>") else document
    prefix, declared, attributes, inner = document
    start = [*declared, *attributes]
    chance.shuffle(start)
    content = "".join(_written(each, chance) for each in inner)
    return f"<{prefix}e {' '.join(start)}>{content}</{prefix}e>"


def _mutated(
    document: tuple[
        str, list[str], list[str], list[str | tuple[str, list[str], list[str], list[str | tuple[Any, ...]]]]
    ],
    chance: random.Random,
) -> tuple[
    str, list[str], list[str], list[str | tuple[str, list[str], list[str], list[str | tuple[Any, ...]]]]
]:
    prefix, declared, attributes, inner = document
    inner = [each if isinstance(each, str) else _mutated(each, chance) for each in inner]
    if chance.random() < 0.15:
        attributes = attributes[1:]
    if chance.random() < 0.1:
        inner = inner[1:]
    if chance.random() < 0.1:
        declared = [*declared, 'xmlns:c="urn:0"']
    return prefix, declared, attributes, inner


def test_the_canonical_form_distinguishes_what_canonical_xml_distinguishes() -> None:
    found = {True: 0, False: 0}
    for seed in range(2000):
        chance = random.Random(seed)
        document = _random_document(chance)
        one = parsed(_written(document, chance))
        other = parsed(_written(_mutated(document, chance), chance))
        forms = [etree.tostring(root.getroottree(), method="c14n") for root in (one, other)]
        same = forms[0] == forms[1]
        assert members.is_same_document(one, other) == same, seed
        found[same] += 1
    assert min(found.values()) > 300


def test_a_name_of_xml_1_0_fifth_edition_counts_as_a_difference() -> None:
    # Allowed by the fifth edition of XML 1.0 alone.
    one, other = (parsed(f"<\U00010000 {attributes}/>") for attributes in ("a='1' b='1'", "b='1' a='1'"))
    assert members.is_same_document(one, one)
    assert not members.is_same_document(one, other)


def test_canonical_xml_is_not_serialized(monkeypatch: pytest.MonkeyPatch) -> None:
    methods = []
    written = etree.tostring

    def recording(*arguments: Any, **named: Any) -> bytes:
        methods.append(named.get("method"))
        found: bytes = written(*arguments, **named)
        return found

    monkeypatch.setattr(etree, "tostring", recording)
    one, other = parsed("<e a='1' b='2'/>"), parsed("<e b='2' a='1'/>")
    assert members.is_same_document(one, other)
    assert set(methods) == {None}


def test_many_attributes_are_read_like_few() -> None:
    declared = "".join(f" a{number}='{number}'" for number in range(200))
    root = parsed(f"<e xmlns:q='urn:q'{declared} q:z='&lt;'/>")
    assert list(attributes_of(root).items()) == root.items()


def ind_fix(before: dict[str, Any], after: dict[str, str]) -> Fix:
    return Fix(0, "p0", None, "ind", before, after)


LETTERS = "abcdefghijklmnopqrstuvwxyz"
LOCAL_NAMES = [one + other for one in LETTERS for other in LETTERS]


def test_a_fix_names_no_more_attributes_than_an_element_has() -> None:
    element = etree.Element(NAMES("ind"))
    edited = fixes._EditedElement(element, NAMES)
    refused = [edited.change(ind_fix({}, {name: "1"})) is not None for name in LOCAL_NAMES]
    assert refused == [False] * 64 + [True] * (len(LOCAL_NAMES) - 64)
    assert len(element.attrib) == 64


def test_an_element_with_few_attributes_may_be_fixed_any_number_of_times() -> None:
    edited = fixes._EditedElement(parsed(f"<w:ind xmlns:w='{W}' w:left='0'/>"), NAMES)
    for number in range(1000):
        assert edited.change(ind_fix({"left": f"{number}"}, {"left": f"{number + 1}"})) is None


def test_the_fixes_of_an_element_with_many_attributes_are_limited() -> None:
    declared = "".join(f" w:{name}='1'" for name in LOCAL_NAMES)
    edited = fixes._EditedElement(parsed(f"<w:ind xmlns:w='{W}'{declared}/>"), NAMES)
    fits = [edited.change(ind_fix({name: "1"}, {name: "2"})) is None for name in LOCAL_NAMES]
    assert fits == [True] * 256 + [False] * (len(LOCAL_NAMES) - 256)


@pytest.mark.parametrize("after", [{"a b": "1"}, {"": "1"}, {"left": "\0"}, {"{u}left": "1"}])
def test_a_fix_with_text_that_xml_cannot_hold_is_refused(after: dict[str, str]) -> None:
    edited = fixes._EditedElement(etree.Element(NAMES("ind")), NAMES)
    assert edited.change(ind_fix({}, after)) is not None


def siblings(texts: Iterable[object]) -> str:
    return f"<w:p>{''.join(f'<w:r><w:t>{text}</w:t></w:r>' for text in texts)}</w:p>"


def described(ours: str, theirs: str) -> tuple[Findings, int, int]:
    one, other = (parsed(story("document", content).encode()) for content in (ours, theirs))
    findings = Findings()
    steps = steps_of(lambda: Differences("part", {}, findings).find(one, other))
    return findings, steps, differences.count_elements(one, other)


def test_entirely_different_lists_are_compared_with_bounded_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(differences, "_LEAST_BUDGET", 0)
    counts = []
    for paragraphs in (20, 40):
        ours = siblings((each * 7) % 2 for each in range(190)) * paragraphs
        theirs = siblings((each * 5 + each // 3 + 1) % 2 for each in range(188)) * paragraphs
        findings, steps, elements = described(ours, theirs)
        assert findings.count
        # About as much for aligning as for everything else; without a budget it is 2,600.
        assert steps <= 150 * elements
        counts.append(steps)
    assert counts[1] <= 2.2 * counts[0]


def test_beyond_the_budget_lists_are_reported_as_a_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours, theirs = siblings("abcabc"), siblings("cabca")
    close, _, _ = described(ours, theirs)
    for name in ("_LEAST_BUDGET", "_LOOKS_PER_ELEMENT", "_COMPARISONS_PER_ELEMENT"):
        monkeypatch.setattr(differences, name, 0)
    coarse, _, _ = described(ours, theirs)
    assert 0 < close.count < coarse.count
    assert {finding.what for finding in coarse.listed} == {"element_added", "element_removed"}


def test_nested_elements_of_different_lists_are_compared_a_few_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(differences, "_LEAST_BUDGET", 0)

    def deep(more: int) -> str:
        content = siblings("a" * 300)
        for _ in range(100):
            content = f"<w:sdt>{content}{'<w:x/>' * more}</w:sdt>"
        return content

    _, steps, elements = described(deep(1), deep(2))
    assert steps <= 150 * elements


def test_only_new_namespace_declarations_are_listed() -> None:
    root = parsed(
        "<a xmlns='u:1' xmlns:q='u:2'><b xmlns='u:1'/><c xmlns:q='u:3'><d xmlns:q='u:2'/></c><e/></a>"
    )
    b, c, _ = root
    assert declarations_in(root) == {root: {"": "u:1", "q": "u:2"}, c: {"q": "u:3"}, c[0]: {"q": "u:2"}}
    assert b not in declarations_in(root)


def test_relationship_ids_are_searched_once_however_many_prefixes_are_declared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    searched: list[tuple[Any, ...]] = []
    find = re.finditer

    def counted(*given: Any) -> Iterator[re.Match[Any]]:
        searched.append(given)
        return find(*given)

    monkeypatch.setattr(re, "finditer", counted)
    declared = "".join(f" xmlns:n{number}='{R}'" for number in range(50))
    root = parsed(f"<w:document xmlns:w='{W}'{declared}><w:p n7:id='rId1'/><w:p w:id='rId2'/></w:document>")
    used = gate._relationships_used(root, serialize_part(root))
    assert (used, len(searched)) == ({"rId1"}, 1)


def test_broken_names_are_compared_with_fields_a_bounded_number_of_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(suggesting, "_MAX_COMPARISONS", 10)
    suggestions = Suggestions(["MEETING_TITLE", "TRAINER"])
    near = [suggestions.near(f"MEETING TITL{number}") for number in range(20)]
    assert near == ["MEETING_TITLE"] * 10 + [None] * 10
    assert suggestions.near("MEETING_TITLE will be") == "MEETING_TITLE"


def test_a_drawing_in_nested_choices_floats_if_the_innermost_one_does() -> None:
    anchored = "<w:drawing><wp:anchor/></w:drawing>"
    for drawing, text in ((anchored, "ab"), ("<w:drawing><wp:inline/></w:drawing>", "a\ufffc\ufffc\ufffcb")):
        content = drawing
        for _ in range(2):
            content = f"<mc:AlternateContent><mc:Choice>{content}</mc:Choice></mc:AlternateContent>"
        element = paragraph(p(r("a"), f"<w:r>{content}</w:r>", r("b")))
        assert ParagraphText(element, WORDS).text == text
        assert read_paragraph(element, NAMES).text == text


@pytest.mark.parametrize("text", ["&#10;", "&#65;", "a%20"])
def test_a_tag_is_not_searched_for_every_reference_in_it(text: str) -> None:
    class Content(bytes):
        searches = 0

        def rfind(self, *arguments: Any) -> int:
            Content.searches += 1
            return super().rfind(*arguments)

    story_with = f'<w:t>【TITLE】</w:t><wp:docPr descr="{text * 200}"/>'
    assert not brackets.holds_bracket_outside_texts(Content(story_with.encode()), b"w")
    assert Content.searches == 1


def test_what_stands_between_texts_of_an_equation_is_put_together_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inline_texts, "OBJECT", CountingText("\ufffc"))
    copied = []
    for count in (100, 200):
        CountingText.copied = 0
        empty = "<m:r><m:t/></m:r><m:f/>" * count
        place = body_part(p(equation(empty, mr("【TITLE】"))))
        document = walk_stories([place], 10)
        (text,) = inline_texts.inline_texts(document.paragraphs[0])
        assert text.reading.text == "\ufffc" * count + "【TITLE】"
        copied.append(CountingText.copied)
    assert copied == [0, 0]


@pytest.mark.parametrize("before", ["", "&"])
def test_tags_of_one_text_are_not_each_looked_for_from_its_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    searched = 0

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def count(raw: bytes, *arguments: Any, **options: Any) -> Any:
            nonlocal searched
            searched += len(raw)
            return function(raw, *arguments, **options)

        return count

    monkeypatch.setattr(tag_bytes, "byte_offsets", counted(byte_offsets))
    for function in (bytes_at, plain_text):
        monkeypatch.setattr(addresses, function.__name__, counted(function))
    run = run_open(tmp_path, docx(p(before + "【A】" * 2000) + p("【?A】x【/A】")), {"A": "v"})
    assert run.paragraphs() == [before.replace("&", "&amp;") + "v" * 2000, "x"]
    # A thousand characters around each, some times over; from the beginning these were 80,000 bytes each.
    assert 0 < searched < 2000 * 20_000
