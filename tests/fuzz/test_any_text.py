"""Any text in any runs is found and filled as a model of a few lines predicts."""

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from docops_flask.engine.document.document import Document
from docops_flask.engine.document.walk import walk_stories
from docops_flask.engine.template.fill import fill
from docops_flask.engine.template.grammar import Kind, find_placeholders
from docops_flask.engine.template.scan import scan_document
from docops_flask.engine.template.values import Values
from tests.engine.story_parts import body_part, walk_with_edits
from tests.factories import p, r
from tests.fuzz.profile import profile

PLACEHOLDER = re.compile("【([A-Z0-9_]*[A-Z][A-Z0-9_]*)】")
PIECES = st.sampled_from(
    ["【", "】", "A", "B_1", "【A】", "【B_1】", "a", " ", "1", ".", "-", "Ａ", "会", "x\t", "\n", "_"]
)
TEXTS = st.lists(PIECES, max_size=30).map("".join)
VALUES = st.fixed_dictionaries({"A": TEXTS, "B_1": TEXTS})


def document_of(runs: list[str]) -> Document:
    """A document of one paragraph with these runs."""
    part = body_part(p(*map(r, runs)))
    return Document((part,), None, walk_stories((part,), 100))


@profile(300)
@given(TEXTS)
def test_matches_are_ordered_and_disjoint_and_classified_by_the_grammar(text: str) -> None:
    found = find_placeholders(text)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all(0 <= each.start < each.end <= len(text) for each in found)
    placeholders = [each for each in found if each.kind is Kind.PLACEHOLDER]
    assert [(each.start, each.end, each.name) for each in placeholders] == [
        (match.start(), match.end(), match[1]) for match in PLACEHOLDER.finditer(text)
    ]


@profile(300)
@given(st.lists(TEXTS, max_size=8), VALUES)
def test_filling_replaces_each_placeholder_once(runs: list[str], values: dict[str, str]) -> None:
    document = document_of(runs)
    edits = fill(scan_document(document), Values(values)).edits
    expected = PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), "".join(runs))
    (before,) = document.walk.paragraphs
    (after,) = walk_with_edits(document, edits).paragraphs
    assert before.now.text == after.reading.text == expected
