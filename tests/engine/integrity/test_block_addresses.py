"""Where the paragraphs of a part begin, and their addresses: from the bytes as from the tree."""

from pathlib import Path

import pytest

from docops_flask.engine.integrity.byte_stories import Stories, TemplateEvidence
from docops_flask.engine.integrity.byte_tags import TagMap
from docops_flask.engine.integrity.differences import paragraph_paths
from docops_flask.engine.integrity.expansion.addresses import StoryAddresses
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from tests.factories import docx, p, tbl, tc, tr

_EMPTY = "<w:p/>"
_ATTRIBUTED = '<w:p w:rsidR="00AB12CD" />'
_ROW = tr(tc(p("a")), tc(_EMPTY), tc(_ATTRIBUTED + p("b") + _EMPTY))
_BODIES = {
    "between": p("a") + _EMPTY + p("b"),
    "first and last": _EMPTY + p("a") + _ATTRIBUTED,
    "only": _EMPTY + _EMPTY,
    "in cells": _EMPTY + tbl(_ROW, _ROW) + _EMPTY,
    "in a control": f"<w:sdt><w:sdtContent>{_EMPTY}{p('a')}</w:sdtContent></w:sdt>{_ATTRIBUTED}",
    "not told": f"<w:del>{_EMPTY}</w:del>{p('a')}{_EMPTY}",
}


@pytest.mark.parametrize("body", _BODIES.values(), ids=_BODIES)
def test_paragraphs_of_one_empty_tag_have_their_places_and_addresses(body: str, tmp_path: Path) -> None:
    path = tmp_path / "t.docx"
    path.write_bytes(docx(body))
    stories = Stories(TemplateEvidence(Package(path, Limits())))
    story = stories.of("p0")
    assert story is not None
    found = StoryAddresses(stories).of(story)
    root = stories.parts.root(story.story.part)
    assert root is not None
    tags = TagMap(root, story.content)
    told = sorted((*tags[element], path) for element, path in paragraph_paths(stories.parts).items())
    assert [(each.start, each.begin, each.path) for each in found] == told
    assert not any(each.element is not None for each in found)
    assert all(story.content[each.begin : each.end].count(b"<w:p>") == 0 for each in found)
