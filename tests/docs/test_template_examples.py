"""docs/templates.md and docs/templates.zh.md: every example is run, every list of the pages is complete."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from docops_flask.cli.main import main as command
from docops_flask.engine.template.blocks.pairing import MAX_DEPTH
from docops_flask.engine.template.blocks.structure import MAX_BLOCKS
from docops_flask.engine.template.formats.table import FORMATS
from docops_flask.engine.template.grammar import Kind
from docops_flask.engine.template.names import MAX_NAME
from docops_flask.engine.template.rich.given import MAX_RUNS
from docops_flask.engine.template.rich.values import MAX_LEVEL
from docops_flask.engine.template.tag_kinds import MAX_FORMATS, MAX_TAG
from tools.template_examples import documents
from tools.template_examples.page import PAGES, PICTURES, Example, examples_of, rows_of
from tools.template_examples.pictures import digest_in, digest_of
from tools.template_examples.run import Docops, run_example

EXAMPLES = [example for language in PAGES for example in examples_of(language)]
FORMAT_HEADERS = {"en": ("Tag", "Value", "Text"), "zh": ("标签", "值", "文字")}
ERROR_HEADERS = {"en": ("Code", "Example"), "zh": ("代码", "例子")}
FORMAT_ROWS = [
    (language, *row[:3]) for language in PAGES for row in rows_of(language, *FORMAT_HEADERS[language])
]
ERROR_ROWS = [
    (language, *row[:2]) for language in PAGES for row in rows_of(language, *ERROR_HEADERS[language])
]
MAX_BYTES = 1_500_000


@pytest.fixture
def docops(capsys: pytest.CaptureFixture[str]) -> Docops:
    def run(arguments: Sequence[str]) -> tuple[int, str]:
        status = command(list(arguments))
        return status, capsys.readouterr().out

    return run


def name_of(example: Example) -> str:
    return f"{example.name}.{example.language}"


@pytest.mark.parametrize("example", EXAMPLES, ids=name_of)
def test_an_example_gives_what_the_page_shows(example: Example, docops: Docops, tmp_path: Path) -> None:
    outcome = run_example(example, tmp_path, docops)
    assert outcome.result == example.result
    assert outcome.told == (example.told or [])
    if outcome.result is not None:
        assert outcome.exit_code == example.exit_code
        proof = json.loads((tmp_path / "out" / "out.integrity.json").read_text("utf-8"))
        assert proof["verdict"] == "intact"


def test_both_pages_have_the_same_examples_in_the_same_order() -> None:
    names = {language: [each.name for each in examples_of(language)] for language in PAGES}
    assert names["en"] == names["zh"]
    assert len(set(names["en"])) == len(names["en"])


def test_every_example_has_a_picture_made_from_it_and_there_are_no_others() -> None:
    """If this fails, run ``make template-pictures``."""
    assert {each.picture: digest_of(each) for each in EXAMPLES} == {
        picture: digest_in(picture) for picture in PICTURES.glob("*.png")
    }


def test_the_pictures_are_small_and_shown() -> None:
    assert sum(picture.stat().st_size for picture in PICTURES.glob("*.png")) < MAX_BYTES
    for language, page in PAGES.items():
        text = page.read_text("utf-8")
        for example in examples_of(language):
            assert f"](images/templates/{example.picture.name})" in text


@pytest.mark.parametrize(("language", "tag", "value", "text"), FORMAT_ROWS)
def test_a_row_of_the_formats(
    language: str, tag: str, value: str, text: str, docops: Docops, tmp_path: Path
) -> None:
    name = tag.strip("【】").partition("|")[0]
    example = Example("row", language, [tag], json.dumps({"payload": {name: json.loads(value)}}))
    outcome = run_example(example, tmp_path, docops)
    assert (outcome.exit_code, outcome.result) == (0, text.split(" ⏎ "))


@pytest.mark.parametrize(("language", "code", "shown"), [row for row in ERROR_ROWS if row[2]])
def test_a_row_of_the_errors(language: str, code: str, shown: str, docops: Docops, tmp_path: Path) -> None:
    template = tmp_path / "template.docx"
    documents.write(shown.split(" ⏎ "), template)
    status, said = docops(["inspect", str(template), "--json"])
    report = json.loads(said)
    assert status == 0
    assert code in {each["kind"] for each in report["unsupported"]} | {
        each["code"] for each in report["problems"]
    }


@pytest.mark.parametrize("language", PAGES)
def test_every_format_has_a_row(language: str) -> None:
    shown = "".join(row[1] for row in FORMAT_ROWS if row[0] == language)
    assert [name for name in FORMATS if f"|{name}" not in shown] == []


@pytest.mark.parametrize("language", PAGES)
def test_every_fault_of_a_template_has_a_row(language: str) -> None:
    told = {row[1] for row in ERROR_ROWS if row[0] == language}
    assert {kind.value for kind in Kind if kind.value.isupper()} <= told


@pytest.mark.parametrize("language", PAGES)
def test_the_limits_are_those_of_the_program(language: str) -> None:
    text = PAGES[language].read_text("utf-8")
    for limit in (MAX_BLOCKS, MAX_DEPTH, MAX_TAG, MAX_FORMATS, MAX_NAME, MAX_RUNS, MAX_LEVEL + 1):
        assert f" {limit:,} |" in text
