"""Repairs are made on copies of shapes that paragraphs alike share; the bytes follow from them."""

from collections.abc import Callable

from lxml.etree import _Element

from docops_flask.engine.document.document import ParagraphPlace, RunPlace, StoryPart
from docops_flask.engine.document.walk import walk_stories
from docops_flask.engine.formatting.edit import Edited
from docops_flask.engine.formatting.repair import Repairs, repair_edits
from docops_flask.engine.oxml.names import W_TRANSITIONAL, vocabulary
from tests.engine.story_parts import body_part, with_edits
from tests.factories import p, r, textbox

WORDS = vocabulary(W_TRANSITIONAL)


def places_of(body: str) -> tuple[StoryPart, list[ParagraphPlace]]:
    part = body_part(body)
    return part, walk_stories([part], 100).paragraphs


def setting(value: str, calls: list[_Element], name: str = "jc") -> Callable[[_Element], Edited]:
    """An edit that sets w:jc of a w:p, or w:sz of a w:r, in properties that are there."""

    def edit(element: _Element) -> Edited:
        calls.append(element)
        found = next(element.iter(f"{{{WORDS.namespace}}}{name}"))
        before = {"val": found.get(f"{{{WORDS.namespace}}}val", "")}
        found.set(f"{{{WORDS.namespace}}}val", value)
        return before, {"val": value}

    return edit


JC = '<w:jc w:val="left"/>'
SIZE = '<w:sz w:val="20"/>'


def test_a_repair_leaves_the_shape_that_others_share_alone() -> None:
    _, (one, other) = places_of(p("a", properties=JC) + p("b", properties=JC))
    assert one.shape is other.shape
    Repairs().paragraph(one, "right", setting("right", []))
    assert [next(each.element.iter(WORDS.jc)).get(WORDS.val) for each in (one, other)] == ["right", "left"]


def test_paragraphs_alike_that_are_repaired_alike_are_repaired_once_and_share_the_outcome() -> None:
    _, places = places_of(p("a", properties=JC) * 3 + p("b", "c", properties=JC))
    repairs, calls = Repairs(), list[_Element]()
    found = [repairs.paragraph(place, "right", setting("right", calls)) for place in places]
    assert len(calls) == 2
    assert found == [({"val": "left"}, {"val": "right"})] * 4
    assert places[0].shape is places[1].shape is places[2].shape
    repairs.paragraph(places[0], "center", setting("center", calls))
    assert len(calls) == 3
    assert places[0].shape is not places[1].shape


def test_the_same_repair_returns_the_same_attributes_however_often_it_is_made() -> None:
    _, places = places_of(p("a", properties=JC) * 2)
    repairs = Repairs()
    first, again = (repairs.paragraph(place, "right", setting("right", [])) for place in places)
    assert (first[0] is again[0], first[1] is again[1]) == (True, True)


def test_runs_of_one_paragraph_are_repaired_one_after_the_other() -> None:
    part, (place,) = places_of(p(r("a", SIZE), r("b", SIZE), properties=JC))
    repairs = Repairs()
    changes: list[tuple[ParagraphPlace | RunPlace, str, dict[str, str], dict[str, str]]] = []
    for index in (1, 0):
        run = place.run(index)
        changes.append((run, "sz", *repairs.run(run, index, setting(f"3{index}", [], "sz"))))
    changes.append((place, "jc", *repairs.paragraph(place, "right", setting("right", []))))
    assert [next(run.iter(WORDS.sz)).get(WORDS.val) for run in place.shape.runs] == ["30", "31"]
    written = with_edits(part, repair_edits(changes)).decode()
    assert (
        p(
            r("a", SIZE.replace("20", "30")),
            r("b", SIZE.replace("20", "31")),
            properties=JC.replace("left", "right"),
        )
        in written
    )


def test_the_bytes_of_a_repaired_paragraph_look_as_it_does() -> None:
    part, places = places_of(p("a", properties=JC) + p("&", "b", properties=JC))
    repairs = Repairs()
    changes = [(place, "jc", *repairs.paragraph(place, "right", setting("right", []))) for place in places]
    written = with_edits(part, repair_edits(changes))
    assert written.count(b'<w:jc w:val="right"/>') == 2
    assert written.replace(b'"right"', b'"left"') == part.text.content


def test_repairs_of_a_paragraph_with_a_text_box_are_made_around_it() -> None:
    part, (place, inner) = places_of(p(r("a"), textbox(p("x", properties=JC)), r("b", SIZE)))
    repairs = Repairs()
    runs = len(place.shape.runs)
    outer = place.run(runs - 1)
    changes: list[tuple[ParagraphPlace | RunPlace, str, dict[str, str], dict[str, str]]] = [
        (outer, "sz", *repairs.run(outer, 1, setting("30", [], "sz"))),
        (inner, "jc", *repairs.paragraph(inner, 1, setting("right", []))),
    ]
    written = with_edits(part, repair_edits(changes)).decode()
    assert written.replace('"right"', '"left"', 1).replace('"30"', '"20"', 1) == part.text.content.decode()
    assert written.index('"right"') < written.index('"30"')


def test_nothing_to_repair_is_no_edit() -> None:
    assert repair_edits([]) == []
