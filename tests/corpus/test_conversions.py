"""Templates of docxtpl and poi-tl in the corpus, converted: how many become whole, and what these make."""

import json
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.options import Options
from docops_flask.engine.pipeline import inspect
from tests.conftest import ROOT, require_package
from tests.engine.open_jobs import run_open
from tests.engine.template.foreign.conversions import JOB, Result, convert, texts_of

pytestmark = pytest.mark.corpus
# With tags, whole, tags, converted, as docs/convert.md says.
_COUNTED = re.compile(r"^\| (docxtpl|poi-tl) \|((?: [\d,]+ \|){4}) ", re.MULTILINE)
_RICH = re.compile(r"\{\{r\s+(\w+)")


def _documented() -> dict[str, list[int]]:
    page = (ROOT / "docs" / "convert.md").read_text("utf-8")
    return {
        tool: [int(each.replace(",", "")) for each in re.findall(r"[\d,]+", numbers)]
        for tool, numbers in _COUNTED.findall(page)
    }


def _converted(corpus: Sequence[Path], tool: str, folder: Path) -> Iterator[tuple[Path, Result]]:
    for number, template in enumerate(each for each in corpus if each.parent.name == tool):
        own = folder / str(number)
        own.mkdir()
        result = convert(own, template.read_bytes(), tool)
        assert all((tag.new is None) == bool(tag.reason) for tag in result.report.tags)
        if result.report.tags:
            yield template, result


def _payload(result: Result) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads(
        json.dumps(inspect(JOB, result.file).sample_task["payload"]), parse_float=Decimal
    )
    return payload


def _filled(result: Result, payload: dict[str, Any]) -> list[str]:
    run = run_open(result.file.parent / "run", result.file.read_bytes(), payload, Options())
    assert run.result.exit_code == 0
    made = result.file.parent / "made.docx"
    made.write_bytes(run.files["out.docx"])
    return texts_of(made)


@pytest.mark.parametrize("tool", ["docxtpl", "poi-tl"])
def test_as_many_become_whole_as_is_documented_and_these_are_filled(
    corpus: list[Path], tmp_path: Path, tool: str
) -> None:
    results = [result for _, result in _converted(corpus, tool, tmp_path)]
    whole = [result for result in results if result.report.is_whole]
    tags = sum(len(result.report.tags) for result in results)
    left = sum(len(result.report.left) for result in results)
    assert [len(results), len(whole), tags, tags - left] == _documented()[tool]
    for result in whole:
        _filled(result, _payload(result))


def test_whole_templates_of_docxtpl_read_as_docxtpl_makes_them(corpus: list[Path], tmp_path: Path) -> None:
    require_package("docxtpl")
    import docxtpl

    for template, result in _converted(corpus, "docxtpl", tmp_path):
        if not result.report.is_whole:
            continue
        payload = _payload(result)
        data = json.loads(json.dumps(payload, default=str))
        for name in {name for tag in result.report.tags for name in _RICH.findall(tag.text)} & data.keys():
            data[name] = docxtpl.RichText(data[name])
        theirs = docxtpl.DocxTemplate(str(template))
        theirs.render(data, autoescape=True)
        file = result.file.parent / "theirs.docx"
        theirs.save(file)
        wanted = [text for text in texts_of(file) if text.strip()]
        assert [text for text in _filled(result, payload) if text.strip()] == wanted, template.name
