"""What an inspection says of content controls: kinds, schema, a sample task that fills the template."""

from pathlib import Path
from typing import Any

from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.pipeline import inspect, precheck
from tests.engine.native.word_controls import (
    GROUP,
    PICTURE,
    bound,
    box,
    control,
    date,
    empty,
    entries,
    section,
)
from tests.engine.open_jobs import run_open
from tests.factories import docx, p, r, tbl, tc, tr
from tests.pictures import in_base64, placeholder_picture, png

_OLD = r("old")
_SIZES = entries(("s", "Small"), ("b", "Big"))
_ALL = docx(
    p(control("Text", _OLD), control("Day", _OLD, date()), control("Size", _OLD, _SIZES))
    + p(control("Other", _OLD, entries(("s", "Small"), kind="comboBox")), control("Agreed", r("☐"), box()))
    + p(empty("Seal", placeholder_picture("x", kind="inline"), PICTURE))
    + section("Items", p(empty("Name"), control("Sort", _OLD, _SIZES)))
    + control("Extra", p("text"), GROUP)
    + p("【Bracket】", control("甲方", _OLD))
)


def _inspected(folder: Path, template: bytes) -> dict[str, Any]:
    file = folder / "template.docx"
    file.write_bytes(template)
    return inspect(Job(JobKind.INSPECT, ()), file).as_dict()


def test_controls_have_kinds_and_the_schema_knows_their_values(tmp_path: Path) -> None:
    found = _inspected(tmp_path, _ALL)
    controls = ["Text", "Day", "Size", "Other", "Agreed", "Seal", "Items", "Name", "Sort", "Extra", "甲方"]
    assert {name for name, kind in found["kinds"].items() if kind == "control"} == set(controls)
    assert found["kinds"]["Bracket"] == "bracket"
    properties = found["schema"]["properties"]
    assert properties["Day"]["anyOf"] == [{"format": "date"}, {"format": "date-time"}]
    assert properties["Size"]["enum"] == ["Small", "Big", "s", "b", None]
    assert "enum" not in properties["Other"]
    assert properties["Agreed"]["type"] == ["boolean", "null"]
    assert len(properties["Seal"]["oneOf"]) == 4
    assert list(properties["Items"]["items"]["properties"]) == ["Name", "Sort"]
    assert properties["Items"]["items"]["properties"]["Sort"]["enum"] == ["Small", "Big", "s", "b", None]
    assert "x-docops-required" not in properties["Extra"]
    assert [each["text"] for each in found["candidates"]] == ["【甲方】"]
    assert found["language"] == 2


def test_the_sample_task_fills_the_template(tmp_path: Path) -> None:
    payload = _inspected(tmp_path, _ALL)["sample_task"]["payload"]
    assert payload["Size"] == "Small"
    run = run_open(tmp_path, _ALL, payload)
    assert run.result.exit_code == 0
    assert run.json("out.missing_fields.json")["missing_required"] == []


def test_what_is_left_is_told_with_its_place_and_reason(tmp_path: Path) -> None:
    body = p("x") + p(control("A", _OLD, more=bound("//n:name")))
    [problem] = _inspected(tmp_path, docx(body))["unsupported"]
    assert (problem["kind"], problem["text"], problem["paragraph_path"]) == ("BOUND_CONTROL", "A", "p1")
    assert "by its path" in problem["reason"]


def test_a_name_of_another_script_alone_needs_no_other_language(tmp_path: Path) -> None:
    found = _inspected(tmp_path, docx(p("【NAME】", control("标题", _OLD))))
    assert found["language"] == 1
    assert "NEEDS_LANGUAGE_2" not in [each["code"] for each in found["problems"]]


def test_a_precheck_expects_what_a_run_does(tmp_path: Path) -> None:
    file = tmp_path / "template.docx"
    file.write_bytes(docx(p(empty("A"), empty("B"))))
    told = precheck(Job(JobKind.PRECHECK, (), None, {"A": "v"}), file).as_dict()
    assert told["missing_required"] == ["B"]


def test_a_template_of_power_automate(tmp_path: Path) -> None:
    """Plain text by title, a repeating section with rows, a picture: as its Word connector fills it."""
    titled = [control(name, _OLD, by="alias") for name in ("Customer", "OrderDate", "Total")]
    row = tr(tc(p(control("Product", _OLD, by="alias"))), tc(p(control("Price", _OLD, by="alias"))))
    lines = section("Lines", row).replace("w:tag ", "w:alias ")
    logo = p(empty("Logo", placeholder_picture("logo", kind="inline"), PICTURE).replace("w:tag ", "w:alias "))
    body = (
        logo + p("Dear ", titled[0], ",") + p("of ", titled[1]) + tbl(tr(tc("Product"), tc("Price")), lines)
    )
    run = run_open(
        tmp_path,
        docx(body + p("Total: ", titled[2])),
        {
            "Customer": "Contoso", "OrderDate": "6 May 2026", "Total": "12.50",
            "Lines": [{"Product": "Paper", "Price": "4.50"}, {"Product": "Pens", "Price": "8.00"}],
            "Logo": {"png": in_base64(png())},
        },
    )  # fmt: skip
    assert run.paragraphs()[1:] == [
        "Dear Contoso,", "of 6 May 2026", "Product", "Price", "Paper", "4.50", "Pens", "8.00", "Total: 12.50",
    ]  # fmt: skip
    assert run.result.exit_code == 0
