"""Tags beside a block in the rows that it repeats: their names are those of the items, as the copies' are."""

import json
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.errors import ExitCode, InvalidArgument
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.pipeline import inspect
from tests.engine.open_jobs import run_open
from tests.factories import docx, p, tbl, tc, tr

_ROWS = docx(
    tbl(tr(tc("【#】"), tc("【UNIT】"), tc("【#A】【N】"), tc("【Q】【/A】"), tc("【REST】"))) + p("【T】")
)


def _inspected(folder: Path, template: bytes) -> dict[str, Any]:
    file = folder / "template.docx"
    file.write_bytes(template)
    found: dict[str, Any] = json.loads(json.dumps(inspect(Job(JobKind.INSPECT, ()), file).as_dict()))
    return found


def test_a_row_is_repeated_with_all_its_cells(tmp_path: Path) -> None:
    items = [{"UNIT": "u", "N": "1", "Q": "2", "REST": "r"}, {"UNIT": "v", "N": "3", "Q": "4", "REST": "s"}]
    done = run_open(tmp_path, _ROWS, {"A": items, "T": "t"})
    assert done.result.exit_code is ExitCode.OK
    assert done.paragraphs() == ["1", "u", "1", "2", "r", "2", "v", "3", "4", "s", "t"]


def test_schema_and_structure_say_so(tmp_path: Path) -> None:
    found = _inspected(tmp_path, _ROWS)
    assert [*found["schema"]["properties"]] == ["A", "T"]
    assert [*found["schema"]["properties"]["A"]["items"]["properties"]] == ["UNIT", "N", "Q", "REST"]
    assert found["structure"][0]["fields"] == ["UNIT", "N", "Q", "REST"]
    done = run_open(tmp_path, _ROWS, found["sample_task"]["payload"])
    assert done.result.exit_code is ExitCode.OK


@pytest.mark.parametrize("value", [[], {"x": "y"}, True])
def test_values_of_other_kinds_are_refused(tmp_path: Path, value: Any) -> None:
    with pytest.raises(InvalidArgument) as caught:
        run_open(tmp_path, _ROWS, {"A": [{"N": "1", "Q": "2", "UNIT": value, "REST": "r"}], "T": "t"})
    assert [each["path"] for each in caught.value.detail["errors"]] == ["$.payload.A[0].UNIT"]


def test_beside_the_other_part_names_are_those_around(tmp_path: Path) -> None:
    body = tbl(
        tr(tc("【U】"), tc("【#A】【N】")),
        tr(tc("【ELSE】"), tc("")),
        tr(tc("none【/A】"), tc("【V】")),
    )
    found = _inspected(tmp_path, docx(body))
    assert [*found["schema"]["properties"]] == ["A", "V"]
    assert run_open(tmp_path, docx(body), {"A": [], "V": "v"}).paragraphs() == ["none", "v"]


def test_a_list_that_a_comment_uses_as_well_goes_on_in_copies(tmp_path: Path) -> None:
    listed = "<w:numPr><w:ilvl w:val='0'/><w:numId w:val='1'/></w:numPr>"
    template = docx(
        p("【#A 段】") + p("x") + p("【.】", properties=listed) + p("【/A】"),
        stories={
            "comments": f'<w:comment w:id="1">{p("c", properties=listed)}</w:comment>',
            "numbering": (
                "<w:abstractNum w:abstractNumId='0'><w:lvl w:ilvl='0'><w:start w:val='1'/></w:lvl>"
                "</w:abstractNum><w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num>"
            ),
        },
    )
    done = run_open(tmp_path, template, {"A": ["1", "2"]})
    assert done.paragraphs() == ["x", "1", "x", "2"]
    assert "numbering" not in done.json("out.replace_log.json").get("added", {})
    assert done.json("out.integrity.json")["exactness"] == "bytes"
