"""The values of a log are compared with those of the task, wherever in a document they stand."""

from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.integrity.claims import read_claims
from docops_flask.engine.integrity.task_values import TaskValues, TypedValue, task_faults
from tests.engine.inline_markup import field
from tests.engine.integrity.finished_job import FinishedJob, finish
from tests.factories import docx, p, tbl, tc, textbox, tr

LINK = field(' HYPERLINK "https://e.org/', '【B】" ')
PROPERTIES = '<wp:docPr id="1" name="a" descr="【B】 of 【A】"/>'
PICTURE = f"<w:r><w:drawing><wp:inline>{PROPERTIES}</wp:inline></w:drawing></w:r>"
VALUES = {"A": "一\r\n二\n三\n", "B": 'b&"c'}


@pytest.fixture(name="job")
def finished(tmp_path: Path) -> FinishedJob:
    """Lines as paragraphs, a field code, text boxes, an alternative text."""
    table = tbl(tr(tc(p("x【A】")), tc(p(PICTURE))))
    body = p("【A】") + p("text 【B】", LINK) + p(textbox(p("【A】"))) + table
    return finish(tmp_path, docx(body), VALUES, lines="paragraphs")


def faults(job: FinishedJob, values: dict[str, str]) -> set[str]:
    """The fields of the entries that are not what ``values`` gives."""
    typed = {name: TypedValue(value) for name, value in values.items()}
    found = list(task_faults(read_claims(job.log, job.report), TaskValues({}, typed)))
    assert all(each.what == "value" for each in found)
    places = [int(each.place.removeprefix("$.entries[").removesuffix("]")) for each in found]
    return {job.log["entries"][place]["field_name"] for place in places}


def test_the_values_of_the_task_are_found_at_every_place(job: FinishedJob) -> None:
    assert job.proof().verdict == "intact"
    assert len(job.log["entries"]) > len(job.log["blocks"]) + 4
    assert faults(job, VALUES) == set()


@pytest.mark.parametrize("name", VALUES)
def test_another_value_is_found_at_every_place(job: FinishedJob, name: str) -> None:
    assert faults(job, {**VALUES, name: VALUES[name] + "x"}) == {name}
    entries = [each for each in job.log["entries"] if each["field_name"] == name]
    for entry in entries:
        said, entry["new_text"] = entry["new_text"], entry["new_text"] + "x"
        assert faults(job, VALUES) == {name}
        entry["new_text"] = said


def test_a_value_that_the_task_does_not_give_is_found(job: FinishedJob) -> None:
    assert faults(job, {"A": VALUES["A"]}) == {"B"}


def test_a_list_is_joined_by_its_separator_or_as_the_text_around_asks() -> None:
    entry = {
        "status": "replaced", "field_name": "A", "run_id": "p0:r0", "paragraph_path": "p0", "start": 0,
        "end": 3, "original_text": "【A】",
    }  # fmt: skip
    report: dict[str, Any] = {"summary": {"fix_changes": []}}

    def is_found(text: str, given: TypedValue) -> bool:
        claims = read_claims({"entries": [{**entry, "new_text": text}]}, report)
        return bool(list(task_faults(claims, TaskValues({}, {"A": given}))))

    assert not is_found("a、b", TypedValue(["a", "b"]))
    assert not is_found("a, b", TypedValue(["a", "b"]))
    assert not is_found("a\nb", TypedValue(["a", "b"], "\n"))
    assert is_found("a, b", TypedValue(["a", "b"], "\n"))
    assert not is_found("", TypedValue([]))
