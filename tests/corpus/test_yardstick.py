"""Peers' own cases, written in our tags (../shared/yardstick): texts, errors and schemas."""

import json
import os
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.document.document import StoryKind
from docops_flask.engine.document.open import open_document
from docops_flask.engine.errors import ExitCode
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.pipeline import run_to_folder
from docops_flask.engine.run_result import RunResult
from docops_flask.engine.template.payload_schema import tree_of
from tests.conftest import ROOT, require

pytestmark = pytest.mark.corpus
FOLDER = Path(os.environ.get("DOCOPS_YARDSTICK") or ROOT.parent / "shared" / "yardstick")
# Marks of Word itself are of a later issue.
LATER = ("mm-",)
CASES = sorted(each.parent for each in FOLDER.glob("*/expected.json"))


def _cases(outcome: str) -> list[Path]:
    """The cases with that outcome, without those of a later issue."""
    cases = [each for each in CASES if not each.name.startswith(LATER)]
    return [each for each in cases if json.loads((each / "expected.json").read_text())["outcome"] == outcome]


def test_the_yardstick_is_there() -> None:
    require(bool(CASES), f"no cases under {FOLDER}; set DOCOPS_YARDSTICK to the yardstick")
    assert _cases("text")


@pytest.mark.parametrize("case", _cases("text"), ids=lambda case: case.name)
def test_a_case_gives_its_texts(case: Path, tmp_path: Path) -> None:
    expected = json.loads((case / "expected.json").read_text("utf-8"))
    done = _run(case, tmp_path)
    assert not done.log.unsupported
    document = open_document(Package(tmp_path / "out.docx", Limits()), Limits())
    stories: dict[str, list[str]] = {}
    for place in document.walk.paragraphs:
        if "textbox" not in place.path:
            text = place.reading.text
            # The marks of notes and of what parts them from the text are objects.
            own = text.replace("\ufffc", "") if place.story is StoryKind.FOOTNOTES else text
            stories.setdefault(place.part.prefix.rstrip("/") or "body", []).extend(_lines(own))
    for story, texts in expected["stories"].items():
        level = expected["level"]
        assert _compared(stories.get(story, []), level) == _compared(_lines(texts), level), story


@pytest.mark.parametrize("case", _cases("error"), ids=lambda case: case.name)
def test_an_error_of_a_case_is_told(case: Path, tmp_path: Path) -> None:
    expected = json.loads((case / "expected.json").read_text("utf-8"))
    done = _run(case, tmp_path)
    assert {*expected["codes"]} <= {each.kind for each in done.log.unsupported}
    assert done.exit_code is ExitCode.UNSUPPORTED_PLACEHOLDERS


def _run(case: Path, folder: Path) -> RunResult:
    task = json.loads((case / "task.json").read_text("utf-8"), parse_float=Decimal)
    done = run_to_folder(Job(JobKind.RUN, (), None, task.get("payload", {})), case / "template.docx", folder)
    assert json.loads((folder / "out.integrity.json").read_text())["verdict"] == "intact"
    return done


def _lines(texts: Any) -> list[str]:
    """Return the lines of texts, those of tables row by row."""
    if isinstance(texts, str):
        return texts.split("\n")
    return [line for each in texts for line in _lines(each)]


def _compared(texts: Sequence[str], level: str) -> Sequence[str]:
    if level == "joined":
        return ["".join(texts)]
    return [text for text in texts if text.strip()] if level == "no_empty" else texts


@pytest.mark.parametrize("case", _cases("schema"), ids=lambda case: case.name)
def test_the_schema_of_a_case(case: Path) -> None:
    expected = json.loads((case / "expected.json").read_text("utf-8"))
    from docops_flask.engine.pipeline import _meanings

    package = Package(case / "template.docx", Limits())
    try:
        tree = tree_of(_meanings(package, Job(JobKind.INSPECT, ())).shape.root)
    finally:
        package.close()
    if "tree" in expected:
        assert tree == expected["tree"]
    else:
        assert sorted(tree) == expected["names"]
