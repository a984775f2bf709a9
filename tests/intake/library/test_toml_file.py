"""NAME.toml: what it says of its template, and a line for each of its faults."""

from collections.abc import Callable
from pathlib import Path

import pytest

from docops_flask.engine.bilingual import Bilingual
from docops_flask.intake.catalogue.office import Office, read_office
from docops_flask.intake.library.toml_file import MAX_BYTES, OPTIONS, Declared, read_declared
from docops_flask.settings.settings import Settings

HASH = "0123456789abcdef" * 4
WHOLE = f"""
document_type = "meeting_notice"
policy = "gbt9704-2012"
name = "【MEETING_TITLE】"
approved_sha256 = "{HASH.upper()}"
title = {{ en = "Notice", zh = "通知" }}
description = {{ en = "Of meetings.", zh = "会议用。" }}
[options]
format_mode = "strict"
strip_comments = true
[labels]
"MEETING_TITLE" = {{ en = "Title", zh = "标题" }}
"""


@pytest.fixture(scope="module")
def office() -> Office:
    return read_office(Settings())


Faults = Callable[[str], list[str]]


@pytest.fixture
def faults(office: Office) -> Faults:
    """The lines about a file with this content."""
    return lambda content: read_declared("a.toml", content.encode(), office)[1]


def test_a_file_without_keys_says_nothing(office: Office) -> None:
    assert read_declared("a.toml", b"", office) == (Declared(), [])


def test_every_key_is_read(office: Office) -> None:
    declared, lines = read_declared("a.toml", WHOLE.encode(), office)
    assert lines == []
    assert declared == Declared(
        title=Bilingual("Notice", "通知"),
        description=Bilingual("Of meetings.", "会议用。"),
        labels={"MEETING_TITLE": Bilingual("Title", "标题")},
        document_type="meeting_notice",
        policy="gbt9704-2012",
        name_pattern="【MEETING_TITLE】",
        options={"format_mode": "strict", "strip_comments": "true"},
        approved_sha256=HASH,
    )


def test_open_is_a_document_type(faults: Faults) -> None:
    assert faults('document_type = "open"') == []


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("title = 1", "a.toml: title: is a number; use a table"),
        ('title = { en = "A" }', "a.toml: title.zh: missing; give one line of text"),
        ('description = { en = "A", zh = "B", fr = "C" }', "description.fr: unknown key; use en, zh"),
        ('policy = "nobody"', "a.toml: policy: 'nobody' is unknown; use one of default, gbt9704-2012"),
        ('document_type = "nothing"', "document_type: 'nothing' is unknown; use one of inspection_record,"),
        ('approved_sha256 = "abc"', "approved_sha256: is no SHA-256; use 64 hexadecimal digits"),
        ("name = 3", "name: is a number; use one line of text"),
        ('name = "【合同编号"', "a.toml: name: "),
        ('document_type = "meeting_notice"\nname = "【甲方】"', "a.toml: name: "),
        ('unknown = "x"', "a.toml: unknown: unknown key; use options, policy,"),
        ('options = "x"', "options: is text; use a table"),
        (
            '[options]\nformat_mode = "loud"',
            "options.format_mode: 'loud' is unknown; use report or strict or",
        ),
        ('[options]\nstrip_comments = "yes"', "options.strip_comments: is text; use true or false"),
        ("[options]\nstrict = true", "options.strict: unknown key; use preset, format_mode,"),
        ('[options]\npolicy = "default"', "options.policy: unknown key; use preset,"),
        ("[labels]\na = 1", "a.toml: labels.a: is a number; use a table"),
        (
            '[options]\npreset = "strict"\nformat_mode = "off"',
            "a.toml: options: preset cannot be combined with format_mode",
        ),
        ("= 3", "a.toml: not valid TOML: Invalid statement"),
    ],
)
def test_a_fault_has_one_line(faults: Faults, content: str, line: str) -> None:
    (found,) = faults(content)
    assert line in found
    assert len(found.splitlines()) == 1


def test_every_fault_of_a_file_has_a_line_of_its_own(faults: Faults) -> None:
    found = faults('policy = "a"\nb = 1\n[options]\nlang = "fr"\nunused = "maybe"\n[labels]\nc = 1\nd = 2\n')
    wheres = [line.split(": ")[1] for line in found]
    assert sorted(wheres) == ["b", "labels.c", "labels.d", "options.lang", "options.unused", "policy"]


def test_a_file_that_is_no_text_or_too_large_has_one_line(office: Office) -> None:
    assert read_declared("a.toml", b"\xff", office)[1] == [
        "a.toml: not UTF-8 text (byte 0); save it as UTF-8"
    ]
    (line,) = read_declared("a.toml", b"#" * (MAX_BYTES + 1), office)[1]
    assert line.startswith(f"a.toml: larger than {MAX_BYTES} bytes")


def test_the_page_lists_the_keys_and_the_options() -> None:
    page = Path("docs/library.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1].strip() for line in page.splitlines() if line.startswith("| `")]
    keys = ["title", "description", "document_type", "policy", "name", "approved_sha256", "options", "labels"]
    assert [row.strip("`") for row in rows][: len(keys)] == keys
    for name in OPTIONS:
        assert f"`{name}`" in page
