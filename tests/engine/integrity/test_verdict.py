"""The proof's JSON is the same whether its parts are written as objects or as text."""

import pytest

from docops_flask.engine.artefacts import json_value
from docops_flask.engine.integrity.verdict import PartRecord

_RECORDS = [
    PartRecord("word/document.xml", True, "content", "ab" * 32, "cd" * 32),
    PartRecord('word/"图"\\\t.xml', False, "stored", "ab" * 32, "ab" * 32),
    PartRecord("word/media/new.png", True, "stored", None, "ab" * 32),
    PartRecord("word/comments.xml", True, "stored", "ab" * 32, None),
]
_RECORDS[0].replacements, _RECORDS[0].fixes = 7, 2


@pytest.mark.parametrize("record", _RECORDS)
def test_a_part_as_text_is_its_object_as_text(record: PartRecord) -> None:
    assert record.as_json() == json_value(record.as_dict())
