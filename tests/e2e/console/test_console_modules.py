"""The console's modules that know nothing of the page, imported by a real browser."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page


@pytest.fixture
def module(page: Page, console_url: str) -> Callable[..., Any]:
    """Call a function of a module: ``module("core/places", "placeInWords", "p3")``."""
    page.goto(console_url)
    page.wait_for_selector("#connection-state[data-state=good]", state="attached")

    def call(name: str, function: str, *arguments: object) -> Any:
        script = "async ([path, name, given]) => (await import(path))[name](...given)"
        path = f"{console_url}/static/js/{name}.js"
        return page.evaluate(script, [path, function, list(arguments)])

    return call


@pytest.fixture
def places(module: Callable[..., Any], page: Page, console_url: str) -> Callable[[str], Any]:
    """The module of places, with the sentences it needs."""
    page.evaluate(f"async () => (await import('{console_url}/static/js/core/i18n.js')).needMessages('work')")
    return lambda path: module("core/places", "placeInWords", path)


def test_a_place_is_described_in_words(places: Callable[[str], Any]) -> None:
    words = {
        "p3": "paragraph 4",
        "p3:r1": "paragraph 4",
        "t0.r1.c2.p0": "table 1, row 2, column 3",
        "t0.r1.c2.p1:r0": "table 1, row 2, column 3, paragraph 2",
        "t0.r0.c0.t0.r1.c0.p0": "table 1, row 1, column 1, table 1, row 2, column 1",
        "header1/p0": "header 1, paragraph 1",
        "header1/t0.r0.c1.p0": "header 1, table 1, row 1, column 2",
        "footnotes/n2.p0": "footnotes, note 2",
        "comments/n3.p0:r0": "comments, note 3",
        "textbox0/p0": "text box 1, paragraph 1",
        "textbox0.fallback/p0": "text box 1, paragraph 1",
        "word/charts/chart1.xml#v[0]": "chart",
        "docProps/core.xml#title[0]": "document properties",
        "word/_rels/document.xml.rels#Relationship[1]@Target": "target of a hyperlink",
        "word/header1.xml#textpath[0]@string": "watermark",
        "word/document.xml#docPr[0]@descr": "alternative text",
        "word/numbering.xml#lvlText[0]@w:val": "in the file's part word/numbering.xml (lvlText[0]@w:val)",
        "": "",
        "odd/x9": "odd, x9",
    }
    assert {path: places(path) for path in words} == words


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [(0, "0 ms"), (60, "60 ms"), (999.4, "999 ms"), (999.6, "1.0 s"), (1000, "1.0 s"), (61_200, "61.2 s")],
)
@pytest.mark.usefixtures("places")  # loads the sentences
def test_a_duration_has_milliseconds_below_a_second(
    module: Callable[..., Any], milliseconds: float, words: str
) -> None:
    assert module("core/i18n", "duration", milliseconds) == words


FAULTS = {
    "": ("json_empty", 1, 1),
    " \n ": ("json_empty", 2, 2),
    "{": ("json_unfinished", 1, 2),
    '{"a": 1,}': ("json_comma_too_many", 1, 8),
    '{"a": 1 "b": 2}': ("json_comma_or_brace", 1, 9),
    '[1\n 2]': ("json_comma_or_bracket", 2, 2),
    '{a: 1}': ("json_key_expected", 1, 2),
    '{"a" 1}': ("json_colon_expected", 1, 6),
    '{"a": }': ("json_value_expected", 1, 7),
    '{"a": 01}': ("json_comma_or_brace", 1, 8),
    '{"a": NaN}': ("json_value_expected", 1, 7),
    '{"a": 1}\n{': ("json_after_end", 2, 1),
    '{"a": 1, "a": 2}': ("json_key_twice", 1, 10),
    '{"a": "b': ("json_text_unfinished", 1, 7),
    '{"a": "b\nc"}': ("json_line_break_in_text", 1, 9),
    '{"a": "b\tc"}': ("json_control_in_text", 1, 9),
    '{"a": "b\\x"}': ("json_bad_escape", 1, 9),
    '{"a": “b”}': ("json_full_width", 1, 7),
    '{"a"："b"}': ("json_full_width", 1, 5),
    '{\n  "会议": "周例会"，\n}': ("json_full_width", 2, 14),
    "[" * 200: ("json_too_deep", 1, 102),
}  # fmt: skip


def test_an_error_in_json_is_reported_with_its_line_and_column(module: Callable[..., Any]) -> None:
    found = {}
    for text in FAULTS:
        error = module("work/json_text", "readJson", text)["error"]
        found[text] = (error["code"], error["line"], error["column"])
    assert found == FAULTS


@pytest.mark.parametrize(
    "text",
    ['{"a": [1, -2.5e3, true, false, null, "\\u4f1a\\n\\"/"], "b": {}, "": []}', '"x"', " [ ] ", "-0", "1E5"],
)
def test_valid_json_is_read_as_by_json_parse(module: Callable[..., Any], text: str) -> None:
    answer = module("work/json_text", "readJson", text)
    assert answer["error"] is None
    assert answer["value"] == json.loads(text)


ONE_LINE = '{"task_type": "m", "payload": %s}'
LINES = '{\n  "task_type": "m",\n  "payload": %s\n}\n'


@pytest.mark.parametrize(
    ("frame", "payload", "key", "value", "changed"),
    [
        (ONE_LINE, '{"a":"1","x": 12345678901234567890}', "a", "2", '{"a":"2","x": 12345678901234567890}'),
        (ONE_LINE, '{"a": "1"}, "more": 1.0', "b", ["x"], '{"a": "1", "b": ["x"]}, "more": 1.0'),
        (LINES, '{\n    "a": "1"\n  }', "b", ["x"], '{\n    "a": "1",\n    "b": [\n      "x"\n    ]\n  }'),
        (LINES, "{}", "a", "1", '{\n    "a": "1"\n  }'),
        (ONE_LINE, '{"a": "1", "b": "2"}', "a", None, '{"b": "2"}'),
        (ONE_LINE, '{"a": "1", "b": "2"}', "b", None, '{"a": "1"}'),
        (ONE_LINE, '{\n  "a": "1"\n}', "a", None, "{\n}"),
        (ONE_LINE, '{"a": "1"}', "c", None, '{"a": "1"}'),
        (ONE_LINE, '{"__proto__": "1"}', "__proto__", "2", '{"__proto__": "2"}'),
        (ONE_LINE, '{"it\'s": "1"}', "it's", "“2”\n", '{"it\'s": "“2”\\n"}'),
    ],
)
def test_a_value_changes_in_place_and_nothing_else_does(
    page: Page,
    module: Callable[..., Any],
    console_url: str,
    frame: str,
    payload: str,
    key: str,
    value: list[str] | str | None,
    changed: str,
) -> None:
    # None stands for JavaScript's undefined: the key goes.
    script = """async ([path, text, key, value]) =>
        (await import(path)).withValue(text, key, value ?? undefined)"""
    text = page.evaluate(script, [f"{console_url}/static/js/work/task.js", frame % payload, key, value])
    assert text == frame % changed


ZIP_SCRIPT = """async ([path, bytes, name, limit]) => {
  const zip = await import(path);
  const archive = new Blob([new Uint8Array(bytes)]);
  try {
    const members = await zip.listMembers(archive);
    const content = await zip.readMember(archive, members.get(name), limit);
    return [[...members.keys()], await content.text()];
  } catch (error) {
    return error instanceof zip.ZipError ? `refused: ${error.message}` : `${error}`;
  }
}"""


def archive(comment: bytes = b"", **members: tuple[str, int]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.comment = comment
        for name, (content, method) in members.items():
            opened.writestr(name, content, method)
    return stream.getvalue()


STORED, DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
SOUND = archive(a=("会议" * 1000, DEFLATED), b=("stored", STORED))


@pytest.fixture
def read_zip(module: Callable[..., Any], page: Page, console_url: str) -> Callable[..., Any]:
    def read(content: bytes, name: str, limit: int = 10_000) -> Any:
        return page.evaluate(
            ZIP_SCRIPT, [f"{console_url}/static/js/result/zip_reader.js", list(content), name, limit]
        )

    return read


def test_members_of_a_zip_are_read_stored_and_deflated(read_zip: Callable[..., Any]) -> None:
    assert read_zip(SOUND, "a") == [["a", "b"], "会议" * 1000]
    assert read_zip(SOUND, "b") == [["a", "b"], "stored"]
    assert read_zip(archive(b"PK\5\6 comment", b=("", STORED)), "b") == [["b"], ""]


def lied_about(size: int) -> bytes:
    """An archive whose directory states a member size of ``size`` bytes."""
    content = bytearray(archive(a=("x" * 5000, DEFLATED)))
    at = content.index(b"PK\1\2") + 24
    content[at : at + 4] = size.to_bytes(4, "little")
    return bytes(content)


MANY: dict[str, Any] = {f"m{number}": ("", STORED) for number in range(300)}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "end"),
        (b"no archive at all, but long enough to hold its end record", "end"),
        (SOUND[:-1], "end"),
        (archive(a=("x" * 20_000, DEFLATED)), "size"),
        (lied_about(10), "size"),
        (lied_about(5001), "checksum"),
        (archive(a=("stored", STORED)).replace(b"stored", b"STORED"), "checksum"),
        (archive(a=("x" * 50, zipfile.ZIP_BZIP2)), "method"),
        (archive(**MANY), "directory"),
    ],
)
def test_an_archive_that_contradicts_its_directory_is_refused(
    read_zip: Callable[..., Any], content: bytes | str, reason: str
) -> None:
    assert read_zip(content, "a") == f"refused: {reason}"


@pytest.mark.parametrize(
    ("typed", "base"),
    [
        ("", ""),
        ("  ", ""),
        ("https://docops.example", "https://docops.example"),
        (" http://10.0.0.5:8080/ ", "http://10.0.0.5:8080"),
        ("https://office.example/docops//", "https://office.example/docops"),
        ("HTTPS://Office.Example:443", "https://office.example"),
        ("docops.example", None),
        ("ftp://docops.example", None),
        ("javascript:alert(1)", None),
        ("https://user:pass@docops.example", None),
        ("https://docops.example/?x", None),
        ("https://docops.example/#x", None),
    ],
)
def test_which_api_addresses_are_accepted(module: Callable[..., Any], typed: str, base: str | None) -> None:
    assert module("core/connection", "asApiBase", typed) == base


PRESET = {"strict": False, "policy_yaml": "", "export_suggested_policy": False, "format_report": "both"}
OWN = {"format_mode": "strict", "format_baseline": "policy", "format_fix_mode": "none"}
# Sent with any preset and without one; the page is in English until it is told another language.
REPORT = [["format_report", "both"], ["lang", "en"]]


@pytest.mark.parametrize(
    ("options", "fields"),
    [
        ({"preset": "quick"}, [["preset", "quick"]]),
        ({"preset": "template", "strict": True}, [["preset", "template"], ["strict", "true"]]),
        ({"preset": "strict", "strict": True}, [["preset", "strict"]]),
        ({"preset": "quick", "policy_yaml": "a: 1", **OWN}, [["preset", "quick"]]),
        ({"preset": "custom", "strict": True, **OWN}, [list(item) for item in OWN.items()]),
        (
            {"preset": "strict", "strip_comments": True, "drop_signature": True},
            [["preset", "strict"], ["strip_comments", "true"], ["drop_signature", "true"]],
        ),
        (
            {"preset": "custom", "policy_yaml": " x", "export_suggested_policy": True, **OWN},
            [*map(list, OWN.items()), ["policy_yaml", " x"], ["export_suggested_policy", "true"]],
        ),
    ],
)
def test_only_fields_that_go_together_are_sent(
    module: Callable[..., Any], options: dict[str, Any], fields: list[list[str]]
) -> None:
    assert module("work/job", "formFields", PRESET | options) == fields + REPORT
    allowing = module("work/job", "formFields", PRESET | options | {"allow_unused": True})
    assert allowing == [*fields, *REPORT, ["unused", "allow"]]


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="docops_outputs.zip"', "docops_outputs.zip"),
        ("attachment; filename=\"document.pdf\"; filename*=UTF-8''%E5%90%88%E5%90%8C.pdf", "合同.pdf"),
        ('attachment; filename*=UTF-8\'\'%FF.pdf; filename="a \\"b\\".pdf"', 'a "b".pdf'),
        ("inline", ""),
        (None, ""),
    ],
)
def test_the_name_of_an_answer_is_read(
    module: Callable[..., Any], disposition: str | None, name: str
) -> None:
    assert module("core/file_name", "fileNameOf", disposition) == name


def test_names_of_columns_and_fields_are_compared_by_their_letters(module: Callable[..., Any]) -> None:
    def likeness(one: str, other: str) -> float:
        return float(module("many/column_match", "likeness", one, other))

    assert likeness("【甲方】 *", "甲方") == likeness("Ｐａｒｔｙ a", "party-A") == 1
    assert likeness("担任职务", "职务") == 0.5
    assert likeness("津贴（元）", "津贴") == pytest.approx(2 / 3)
    assert likeness("备注", "职务") == likeness("", "职务") == 0


def test_numbers_of_rows_become_ranges(module: Callable[..., Any]) -> None:
    assert module("many/rows_job", "rowNumbers", [15, 3, 7, 12, 13, 14]) == "3,7,12-15"
    assert module("many/rows_job", "rowNumbers", []) == ""
