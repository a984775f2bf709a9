"""Peers' cases of lists and conditions come out as they have to: the texts of all paragraphs."""

import json
import os
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.document.document import StoryKind
from docops_flask.engine.document.open import open_document
from docops_flask.engine.language_2 import with_native_tags
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.template.blocks.structure import find_structure
from tests.conftest import ROOT
from tests.engine.template.blocks.block_documents import expanded_document, filled_texts

YARDSTICK = Path(os.environ.get("DOCOPS_YARDSTICK") or ROOT.parent / "shared" / "yardstick")


def _cases(outcome: str) -> list[str]:
    return [
        file.parent.name
        for file in sorted(YARDSTICK.glob("*/expected.json"))
        if json.loads(file.read_text())["outcome"] == outcome
    ] or ["absent"]


def _expected(name: str) -> dict[str, Any]:
    if name == "absent":
        pytest.skip("the yardstick is not here")
    found: dict[str, Any] = json.loads((YARDSTICK / name / "expected.json").read_text())
    return found


def _story(prefix: str) -> str:
    return prefix.rstrip("/") or "body"


def _lines(texts: Any) -> list[str]:
    """The lines of texts, those of tables row by row."""
    if isinstance(texts, str):
        return texts.split("\n")
    return [line for each in texts for line in _lines(each)]


@pytest.mark.parametrize("name", _cases("text"))
def test_texts(name: str) -> None:
    expected = _expected(name)
    document = open_document(Package(YARDSTICK / name / "template.docx", Limits()), Limits())
    document, _ = with_native_tags(document, Limits())
    task = json.loads((YARDSTICK / name / "task.json").read_text(), parse_float=Decimal)
    found = expanded_document(document, task["payload"])
    stories: dict[str, list[str]] = {}
    for place, text in filled_texts(found).items():
        if "textbox" not in place.path:
            # The marks of notes and of what parts them from the text are objects.
            own = text.replace("\ufffc", "") if place.story is StoryKind.FOOTNOTES else text
            stories.setdefault(_story(place.part.prefix), []).extend(_lines(own))
    level = expected["level"]
    for story, texts in expected["stories"].items():
        assert _compared(stories.get(story, []), level) == _compared(_lines(texts), level), story


def _compared(texts: Sequence[str], level: str) -> Sequence[str]:
    if level == "joined":
        return ["".join(texts)]
    return [text for text in texts if text.strip()] if level == "no_empty" else texts


@pytest.mark.parametrize("name", _cases("error"))
def test_errors(name: str) -> None:
    codes = set(_expected(name)["codes"])
    document = open_document(Package(YARDSTICK / name / "template.docx", Limits()), Limits())
    faults = {fault.code for fault in find_structure(document).faults}
    if name != "absent" and faults:
        assert codes <= faults
