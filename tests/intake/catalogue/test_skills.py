"""Skills are TOML files: the built-in ones as the contract has them, an office's own beside them."""

import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest

from docops_flask.engine.skills.skill import Field, Wording
from docops_flask.intake.catalogue.catalogue import CatalogueError
from docops_flask.intake.catalogue.skills import load_skills
from tests.conftest import ROOT
from tests.optional import not_none

VALID = """\
name = "leave_request"
title = { en = "Leave request", zh = "请假申请" }
description = { en = "Asks for leave.", zh = "申请休假。" }

[[fields]]
key = "applicant"
required = true
label = { en = "Applicant", zh = "申请人" }
example = "张三"

[[fields]]
key = "days"
type = "list"
placeholder = "LEAVE_DAYS"
separator = "、"
label = { en = "Days", zh = "天数" }
description = { en = "One each.", zh = "逐项。" }
example = ["5月6日", "5月7日"]

[template.zh]
title = "【APPLICANT】请假申请"
table = [["天数", "【LEAVE_DAYS】"]]
"""
HEAD = VALID.partition("[[fields]]")[0]


def write(folder: Path, content: bytes | str = VALID, name: str = "leave.toml") -> Path:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def fault(folder: Path, content: bytes | str) -> str:
    with pytest.raises(CatalogueError) as caught:
        load_skills(write(folder, content))
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith("leave.toml: ")
    return message


@pytest.mark.parametrize(
    ("name", "required", "optional"),
    [
        (
            "inspection_record",
            ["inspection_subject", "inspection_date", "inspector", "issue_summary"],
            ["department", "action_required", "deadline"],
        ),
        (
            "meeting_notice",
            ["meeting_title", "meeting_date", "meeting_time", "meeting_location", "organizer"],
            ["attendees"],
        ),
        (
            "training_notice",
            ["training_title", "training_date", "training_time", "training_location", "trainer"],
            ["organizer", "attendees"],
        ),
    ],
)
def test_the_built_in_skills_have_the_contracts_fields(
    name: str, required: list[str], optional: list[str]
) -> None:
    skill = not_none(load_skills().get(name))
    assert [field.key for field in skill.fields if field.required] == required
    assert [field.key for field in skill.fields if not field.required] == optional
    assert {field.key: field.placeholder for field in skill.fields} == {
        key: key.upper() for key in required + optional
    }
    lists = {field.key: field.separator for field in skill.fields if field.type == "list"}
    # Without a separator of its own a list is joined as its paragraph asks for.
    assert lists == ({"attendees": None} if "attendees" in optional else {})
    in_paragraphs = [field.key for field in skill.fields if field.lines == "paragraphs"]
    assert in_paragraphs == [
        key for key in required + optional if key in {"issue_summary", "action_required"}
    ]


def test_every_text_of_a_built_in_skill_exists_in_both_languages() -> None:
    for skill in load_skills():
        labels = [skill.title, skill.description]
        labels += [label for field in skill.fields for label in (field.label, field.description)]
        assert all(label.en.isascii() and not label.zh.isascii() for label in labels)
        assert skill.wording("en") is not None
        assert skill.wording("zh") is not None


def test_the_registry_is_sorted_and_finds_by_name(tmp_path: Path) -> None:
    skills = load_skills(write(tmp_path))
    assert skills.names() == ("inspection_record", "leave_request", "meeting_notice", "training_notice")
    assert tuple(skill.name for skill in skills) == skills.names()
    assert len(skills) == 4
    assert not_none(skills.get("leave_request")).title.zh == "请假申请"
    assert skills.get("nothing") is None


def test_an_offices_own_skill_is_read_with_its_defaults(tmp_path: Path) -> None:
    applicant, days = not_none(load_skills(write(tmp_path)).get("leave_request")).fields
    assert (applicant.type, applicant.required, applicant.placeholder) == ("text", True, "APPLICANT")
    assert applicant.description == applicant.label
    assert (days.type, days.required, days.placeholder) == ("list", False, "LEAVE_DAYS")
    assert (days.separator, days.example) == ("、", ("5月6日", "5月7日"))
    assert (applicant.separator, applicant.lines, days.lines) == (None, "breaks", "breaks")


def test_other_files_of_the_folder_are_ignored(tmp_path: Path) -> None:
    for name in ("README.md", "leave.toml.bak", "._leave.toml", ".#leave.toml"):
        write(tmp_path, "not = a skill", name)
    assert len(load_skills(tmp_path)) == 3


def test_a_type_may_have_a_pattern_of_file_names(tmp_path: Path) -> None:
    assert not_none(load_skills(write(tmp_path)).get("leave_request")).file_name is None
    pattern = 'name = "leave_request"\nfile_name = "【APPLICANT】-【days|分隔:+】"'
    skills = load_skills(write(tmp_path, VALID.replace('name = "leave_request"', pattern, 1)))
    assert not_none(skills.get("leave_request")).file_name == "【APPLICANT】-【days|分隔:+】"


def test_a_byte_order_mark_is_tolerated(tmp_path: Path) -> None:
    assert load_skills(write(tmp_path, b"\xef\xbb\xbf" + VALID.encode())).get("leave_request")


@pytest.mark.parametrize(
    ("old", "new", "place", "accepted"),
    [
        ('name = "leave_request"', "", "name: missing", "give one line of text"),
        ('name = "leave_request"', 'name = "Leave"', "name: 'Leave' cannot be used", "small letter"),
        ('name = "leave_request"', 'name = "a/b"', "name: 'a/b' cannot be used", "small letter"),
        ('name = "leave_request"', "name = 3", "name: is a number", "one line of text"),
        (
            'name = "leave_request"',
            'name = "meeting_notice"',
            "name: meeting_notice is taken by a built-in",
            "own",
        ),
        ('name = "leave_request"', 'name = "x"\ncolour = "red"', "colour: unknown key", "name, title"),
        ('title = { en = "Leave request", zh = "请假申请" }', 'title = "x"', "title: is text", "use a table"),
        (
            'name = "leave_request"',
            'name = "x"\nfile_name = "【APPLICANT】-【DAY】"',
            "file_name: 【DAY】 is an unknown name",
            "use one of APPLICANT, LEAVE_DAYS",
        ),
        (
            'name = "leave_request"',
            'name = "x"\nfile_name = "【@APPLICANT】"',
            "file_name: 【@APPLICANT】 is no field",
            "use text and fields",
        ),
        (
            'name = "leave_request"',
            'name = "x"\nfile_name = "【APPLICANT"',
            "file_name: has a bracket without its partner",
            "write each field as",
        ),
        ('name = "leave_request"', 'name = "x"\nfile_name = 1', "file_name: is a number", "one line of text"),
        (', zh = "请假申请" }', "}", "title.zh: missing", "one line of text"),
        ('zh = "请假申请" }', 'zh = "x", fr = "y" }', "title.fr: unknown key", "use en, zh"),
        ('"请假申请" }', '"a\\nb" }', "title.zh: holds a line end", "one line of text"),
        ('"请假申请" }', '"  " }', "title.zh: is empty", "one line of text"),
        (
            'key = "applicant"',
            'key = "Applicant"',
            "fields[0].key: 'Applicant' cannot be used",
            "small letter",
        ),
        ('key = "days"', 'key = "applicant"', "fields[1].key: applicant is given twice", "key of its own"),
        (
            'placeholder = "LEAVE_DAYS"',
            'placeholder = "APPLICANT"',
            "fields[1].placeholder: APPLICANT is given twice",
            "placeholder of its own",
        ),
        (
            'placeholder = "LEAVE_DAYS"',
            'placeholder = "leave"',
            "fields[1].placeholder: 'leave' cannot be used",
            "use capitals",
        ),
        ('placeholder = "LEAVE_DAYS"', 'placeholder = "123"', "'123' cannot be used", "a letter among them"),
        ("required = true", "required = 1", "fields[0].required: is a number", "true or false"),
        (
            'separator = "、"',
            'lines = "paragraph"',
            "fields[1].lines: 'paragraph' is unknown",
            "breaks or par",
        ),
        ("required = true", "requierd = true", "fields[0].requierd: unknown key", "required"),
        ('type = "list"', 'type = "date"', "fields[1].type: 'date' is unknown", "use text or list"),
        ('separator = "、"', 'separator = "\\u0001"', "fields[1].separator: holds a control", 'such as ", "'),
        ('example = "张三"', "", "fields[0].example: missing", "one line of text"),
        ('example = "张三"', 'example = ["张三"]', "fields[0].example: is a list", "one line of text"),
        ('example = "张三"', 'example = "x"\nseparator = ";"', "fields[0].separator: unknown key", "example"),
        ('["5月6日", "5月7日"]', '"5月6日"', "fields[1].example: is text", "a list of texts"),
        ('["5月6日", "5月7日"]', '["5月6日", 7]', "fields[1].example[1]: is a number", "one line of text"),
        ('["5月6日", "5月7日"]', "2026-01-01", "fields[1].example: is a date or time", "a list of texts"),
        (
            "【LEAVE_DAYS】",
            "【LEAVE_DAY】",
            "template.zh: 【LEAVE_DAY】 in '【LEAVE_DAY】'",
            "【LEAVE_DAYS】",
        ),
        ("【APPLICANT】请", "【APPLICANT请", "template.zh: 【 in '【APPLICANT请假申请'", "use 【APPLICANT】"),
        ('[["天数", "【LEAVE_DAYS】"]]', '["天数"]', "template.zh.table[0]: is text", "a list of texts"),
        ('[["天数", "【LEAVE_DAYS】"]]', '[["天数"]]', "template.zh.table[0]: has 1 cells", "pairs"),
        ("[template.zh]", "[template.fr]", "template.fr: unknown key", "use zh, en"),
        ('title = "【APPLICANT】请假申请"', 'body = ["x"]', "template.zh.title: missing", "one line of text"),
    ],
)
def test_a_fault_is_one_line_with_file_key_problem_and_what_is_accepted(
    tmp_path: Path, old: str, new: str, place: str, accepted: str
) -> None:
    assert old in VALID
    message = fault(tmp_path, VALID.replace(old, new, 1))
    assert place in message
    assert accepted in message


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "name: missing"),
        (HEAD, "fields: missing"),
        (HEAD + "fields = []", "fields: is empty"),
        (HEAD + "fields = [1]", "fields[0]: is a number"),
        (b'name = "\xff"', "not UTF-8 text (byte 8)"),
        ("name = ", "not valid TOML: Invalid value"),
        ('name = "a"\nname = "b"', "not valid TOML: Cannot overwrite a value"),
        ("name = 1" + "0" * 5000, "not valid TOML: "),
        ("name = " + "[" * 100_000, "nested too deeply"),
        ('"a\\nb" = 1\n' + VALID, "a\\u000ab: unknown key"),
    ],
)
def test_a_file_that_is_not_a_skill_is_refused(tmp_path: Path, content: bytes | str, problem: str) -> None:
    assert problem in fault(tmp_path, content)


def test_two_files_with_one_name_are_refused(tmp_path: Path) -> None:
    write(tmp_path, name="a.toml")
    with pytest.raises(CatalogueError, match=r"^b\.toml: name: leave_request is taken by a\.toml; give"):
        load_skills(write(tmp_path, name="b.toml"))


def test_an_unreadable_folder_or_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"nowhere': cannot be read \(No such file or directory\)"):
        load_skills(tmp_path / "nowhere")
    (tmp_path / "x.toml").mkdir()
    with pytest.raises(CatalogueError, match=r"^x\.toml: cannot be read \(Is a directory\)"):
        load_skills(tmp_path)


def test_skills_are_unpickled_without_the_loaders_modules(tmp_path: Path) -> None:
    (tmp_path / "skills").write_bytes(pickle.dumps(tuple(load_skills())))
    script = (
        "import pickle, sys\n"
        "skills = pickle.load(open(sys.argv[1], 'rb'))\n"
        "assert [skill.name for skill in skills][0] == 'inspection_record'\n"
        "print([name for name in sys.modules if name == 'tomllib' or name.startswith('docops_flask.engine')])"
    )
    result = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "skills")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "tomllib" not in result.stdout
    assert "registry" not in result.stdout
    assert "docops_flask.engine.skills.skill" in result.stdout


def test_skills_are_hashable(tmp_path: Path) -> None:
    assert len({*load_skills(write(tmp_path)), *load_skills(tmp_path)}) == 4


def test_the_example_of_the_documentation_is_a_skill(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "skills.md").read_text(encoding="utf-8")
    example = page.partition("```toml\n")[2].partition("```")[0]
    skill = not_none(load_skills(write(tmp_path, example)).get("leave_request"))
    assert not_none(skill.wording("zh")).signature == "【APPLICANT】"


def test_every_key_is_documented() -> None:
    page = (ROOT / "docs" / "skills.md").read_text(encoding="utf-8")
    documented = set(re.findall("`([a-z_]+)`", page))
    keys = {*Field._fields, *Wording._fields}
    assert keys <= documented
