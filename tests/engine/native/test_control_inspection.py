"""What an inspection says of content controls: kinds, schema, a sample task that fills the template."""

from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.pipeline import inspect, precheck
from tests.engine.native.word_controls import (
    EMPTY,
    GROUP,
    PICTURE,
    TEXT,
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


@pytest.mark.parametrize(("declaration", "told"), [("【字段：甲】", ["UNSUPPORTED_CONTROL"]), ("x", [])])
def test_one_around_a_link_is_told_where_its_name_is_declared(
    tmp_path: Path, declaration: str, told: list[str]
) -> None:
    linked = control("甲", f'<w:hyperlink w:anchor="x">{_OLD}</w:hyperlink>', TEXT)
    found = _inspected(tmp_path, docx(p(linked) + p(declaration)))["unsupported"]
    assert [each["kind"] for each in found] == told


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


def _hints(folder: Path, template: bytes) -> list[tuple[str, str, str]]:
    codes = ("UNNAMED_CONTROL", "GROUP_CONDITION")
    problems = _inspected(folder, template)["problems"]
    return [(each["code"], each["place"], each["text"]) for each in problems if each["code"] in codes]


@pytest.mark.parametrize(
    ("control_", "text"),
    [
        (empty(""), ""), (empty("First Name", _OLD), "First Name"),
        (control("First Name", _OLD, EMPTY + TEXT, by="alias"), "First Name"),
        (control("", _OLD, date()), ""), (control("", _OLD, _SIZES), ""), (empty("12"), "12"),
        (control("What? ", _OLD, date()), "What?"),
    ],
)  # fmt: skip
def test_a_control_to_be_filled_in_without_a_name_is_hinted_at(
    tmp_path: Path, control_: str, text: str
) -> None:
    body = docx(p("【A】") + p("x ", control_))
    assert _hints(tmp_path, body) == [("UNNAMED_CONTROL", "p1", text)]
    run = run_open(tmp_path / "run", body, {"A": "v"})
    assert run.result.exit_code == 0


@pytest.mark.parametrize(
    "control_",
    [
        empty("A"), empty("【A】"), empty("甲方"), control("", _OLD), control("", r("☐"), box()),
        empty("goog_rdk_3"), empty("", r("【A】")), empty("", empty("A")), empty("A", kind=date()),
        control("A", _OLD, more=bound("//n:name")), control("【A】", _OLD, date("dddd")),
        control("", p("1"), '<w:docPartObj><w:docPartGallery w:val="Contents"/></w:docPartObj>'),
    ],
)  # fmt: skip
def test_others_are_not(tmp_path: Path, control_: str) -> None:
    body = control_ if "docPartObj" in control_ else p("x ", control_)
    assert _hints(tmp_path, docx(body + p("【B】"))) == []


def test_a_named_group_is_told_to_be_a_condition(tmp_path: Path) -> None:
    body = p("x") + control("Extra", p("text"), GROUP) + control("【?More】", p("text"), GROUP)
    template = docx(body + control("", p("locked"), GROUP))
    assert _hints(tmp_path, template) == [("GROUP_CONDITION", "p1", "Extra")]
    [message] = [
        each["message"]
        for each in _inspected(tmp_path, template)["problems"]
        if each["code"] == "GROUP_CONDITION"
    ]
    assert "it goes with all it holds where Extra has no value" in message
