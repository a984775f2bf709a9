"""``docops new-type``: the file of a document type made from a template, which is loaded and fills it."""

import json
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from docops_flask.cli.main import main
from docops_flask.engine.errors import ExitCode
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.pipeline import inspect
from docops_flask.engine.skills.skill import Skill
from docops_flask.intake.catalogue.skills import load_skills
from tests.engine.open_jobs import OpenRun, run_open
from tests.factories import docx, p, tbl, tc, tr

CONTRACT = docx(
    p("采购合同")
    + p("合同编号：【合同编号】　签订日期：【签订日期|日期】")
    + p("甲方（盖章）：【甲方】，乙方：【乙方.名称】")
    + tbl(
        tr(tc(p("姓名")), tc(p("【姓名】")), tc(p("电话：")), tc(p("【PHONE】")))
        + tr(tc(p("项目")), tc(p("金额")), tc(p("备注")), tc(p("")))
        + tr(tc(p("1")), tc(p("【总额|#,##0.00】")), tc(p("【备注|可空】")), tc(p("【title】")))
    )
    + p("各有关单位【MEETING_DATE】，参会：【参会|分隔:、】。【注意】")
)


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Skill]:
    """Write a template's document type into a folder of document types and load it from there."""

    def make(template: bytes, file: str = "offer.docx", *options: str) -> Skill:
        (tmp_path / file).write_bytes(template)
        skills = tmp_path / "skills"
        skills.mkdir(exist_ok=True)
        out = skills / "made.toml"
        assert main(["new-type", file, "--out", str(out), "--force", *options]) == 0
        name = tomllib.loads(out.read_text("utf-8"))["name"]
        loaded = load_skills(skills).get(name)
        assert loaded is not None
        return loaded

    return make


def labels(skill: Skill) -> dict[str, tuple[str, str]]:
    return {field.placeholder: (field.label.zh, field.label.en) for field in skill.fields}


def filled_with_its_sample(folder: Path, template: bytes, skill: Skill) -> OpenRun:
    """Fill the template by the type, with the sample that inspect gives once all names are declared."""
    payload: Mapping[str, Any] = {field.key: _value(field.example) for field in skill.fields}
    return run_open(folder, template, payload, skill=skill)


def _value(example: str | tuple[str, ...]) -> Any:
    if not isinstance(example, str):
        return [_value(each) for each in example]
    return json.loads(example) if example.startswith("{") else example


def test_what_was_written_is_loaded_and_fills_the_template(
    made: Callable[..., Skill], tmp_path: Path
) -> None:
    skill = made(CONTRACT)
    assert (skill.name, skill.grammar, skill.title.zh) == ("offer", 2, "offer")
    run = filled_with_its_sample(tmp_path, CONTRACT, skill)
    assert run.result.exit_code is ExitCode.OK
    assert {status for status, *_ in run.entries()} == {"replaced"}
    assert "【" not in "".join(run.paragraphs())


def test_every_name_of_the_template_is_a_field_with_key_and_placeholder(made: Callable[..., Skill]) -> None:
    fields = {field.placeholder: field for field in made(CONTRACT).fields}
    assert list(fields) == [
        "合同编号", "签订日期", "甲方", "乙方", "姓名", "PHONE", "总额", "备注", "title", "MEETING_DATE",
        "参会", "注意",
    ]  # fmt: skip
    keys = {name: field.key for name, field in fields.items() if field.key != name}
    assert keys == {"PHONE": "phone", "MEETING_DATE": "meeting_date"}
    assert [name for name, field in fields.items() if not field.required] == ["备注"]
    assert [name for name, field in fields.items() if field.type == "list"] == ["参会"]


def test_labels_are_the_text_before_a_field_or_the_cell_beside_or_above_it(
    made: Callable[..., Skill],
) -> None:
    assert labels(made(CONTRACT)) == {
        "合同编号": ("合同编号", "合同编号"),
        "签订日期": ("签订日期", "签订日期"),
        "甲方": ("甲方（盖章）", "甲方（盖章）"),
        "乙方": ("乙方", "乙方"),
        "姓名": ("姓名", "姓名"),
        "PHONE": ("电话", "Phone"),
        # The cell to the left holds a number; the one above tells.
        "总额": ("金额", "金额"),
        "备注": ("备注", "备注"),
        "title": ("Title", "Title"),
        "MEETING_DATE": ("Meeting date", "Meeting date"),
        "参会": ("参会", "参会"),
        "注意": ("注意", "注意"),
    }


def test_an_english_template_has_english_labels(made: Callable[..., Skill]) -> None:
    skill = made(docx(p("Dear Sir, Name of the buyer: 【BUYER】") + p("Signed: 【卖方】")))
    assert labels(skill) == {
        "BUYER": ("Name of the buyer", "Name of the buyer"),
        "卖方": ("卖方", "Signed"),
    }


def test_descriptions_say_in_both_languages_what_a_value_is(made: Callable[..., Skill]) -> None:
    described = {field.placeholder: field.description for field in made(CONTRACT).fields}
    assert described["签订日期"] == ("A date such as 2026-05-06.", "日期，如 2026-05-06。")
    assert described["总额"] == ("A number such as 1234.5.", "数字，如 1234.5。")
    assert described["乙方"] == ("An object with 名称.", "含有 名称 的对象。")
    assert described["甲方"] == ("The text for 【甲方】.", "填入【甲方】处的文字。")


def test_a_list_is_one_field_that_names_what_its_items_hold(made: Callable[..., Skill]) -> None:
    template = docx(
        tbl(
            tr(tc(p("序号")) + tc(p("品名")) + tc(p("金额（元）")))
            + tr(tc(p("【#采购项】【#】")) + tc(p("【品名】")) + tc(p("【金额|#,##0.00】【/采购项】")))
        )
        + p("【?加急】加急【/】【#附件】【.】【间隔】；【/附件】□【□性别=男】【@公章 40mm】")
    )
    fields = {field.placeholder: field for field in made(template).fields}
    assert list(fields) == ["采购项", "加急", "附件", "性别", "公章"]
    items = fields["采购项"]
    assert items.label.zh == "采购项"
    assert (items.type, items.required) == ("list", True)
    assert items.description.en == "A list; each item is an object with 品名, 金额."
    assert [json.loads(each) for each in items.example] == [
        {"品名": f"品名 {number}", "金额": 1234.5} for number in (1, 2)
    ]
    assert fields["附件"].example == ("附件 1", "附件 2")
    assert fields["性别"].description.zh == "与 男 比较。"
    assert not fields["加急"].required


def test_fields_that_may_be_text_are_marked_in_the_file_and_told(
    made: Callable[..., Skill], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made(docx(p("【注意】【=甲方】【TITLE】")))
    told = capsys.readouterr().out
    assert "only text in brackets: 【注意】\n" in told
    assert "请删除：【注意】" in told
    written = (tmp_path / "skills/made.toml").read_text("utf-8")
    assert "text unless a document type lists them" in written
    assert "文种未列出时只是普通文字" in written
    assert "\n# 【注意】\n" in written


def test_the_name_is_that_of_the_file_or_given(made: Callable[..., Skill]) -> None:
    template = docx(p("【TITLE】"))
    assert made(template, "Travel-Request 2026.docx").name == "travel_request_2026"
    chinese = made(template, "采购合同.docx")
    assert (chinese.name, chinese.title.zh) == ("document_type", "采购合同")
    assert made(template, "采购合同.docx", "--name", "purchase").name == "purchase"


def test_names_that_differ_in_case_alone_have_keys_of_their_own(
    made: Callable[..., Skill], tmp_path: Path
) -> None:
    template = docx(p("【TITLE】【title】【Title】【_A】【B2】"))
    skill = made(template)
    assert {field.placeholder: field.key for field in skill.fields} == {
        "TITLE": "TITLE", "title": "title", "Title": "Title", "_A": "_A", "B2": "b2",
    }  # fmt: skip
    assert filled_with_its_sample(tmp_path, template, skill).result.exit_code is ExitCode.OK


def test_any_text_beside_a_field_makes_a_valid_file(made: Callable[..., Skill]) -> None:
    hostile = 'a"b\\c # ] }} 】 y"z'
    skill = made(docx(p(f"{hostile}\u2028\u007f：【甲方】") + p("x" * 100 + "：【乙方】") + p("：【丙方】")))
    assert labels(skill) == {"甲方": ("甲方", 'y"z'), "乙方": ("乙方", "乙方"), "丙方": ("丙方", "丙方")}


def test_a_file_that_exists_is_not_overwritten_without_being_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "offer.docx").write_bytes(docx(p("【TITLE】")))
    (tmp_path / "offer.toml").write_bytes(b"mine")
    assert main(["new-type", "offer.docx"]) == 1
    assert "offer.toml would be overwritten" in capsys.readouterr().err
    assert (tmp_path / "offer.toml").read_bytes() == b"mine"
    assert main(["new-type", "offer.docx", "--force", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "name": "offer", "file": "offer.toml", "fields": ["TITLE"], "undeclared": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "options", "told"),
    [
        (docx(p("text")), (), "holds no field"),
        (docx(p("【TITLE】")), ("--name", "Offer"), "name: 'Offer' cannot be used"),
        (docx(p("【TITLE】")), ("--name", "meeting_notice"), "a document type already"),
        (b"no zip", (), "t.docx: template: "),
    ],
)
def test_what_makes_no_document_type_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, options: tuple[str, ...], told: str
) -> None:
    (tmp_path / "t.docx").write_bytes(content)
    assert main(["new-type", "t.docx", *options]) == 1
    assert told in capsys.readouterr().err
    assert not list(tmp_path.glob("*.toml"))


def test_its_help_is_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new-type", "--help"]) == 0
    told = capsys.readouterr().out
    assert "Write the file of a document type" in told
    assert "根据模板生成文种文件" in told


def test_inspect_knows_the_template_by_the_new_type(made: Callable[..., Skill], tmp_path: Path) -> None:
    skill = made(docx(p("【TITLE】【=甲方】")))
    report = inspect(Job(JobKind.INSPECT, (skill,)), tmp_path / "offer.docx")
    assert report.suggested_skill == "offer"
