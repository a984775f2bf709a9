"""The replace log as JSON: every member of every kind of entry in the contract's order, whatever the text."""

import json
from typing import Any

import pytest

from docops_flask.engine.artefacts import json_text
from docops_flask.engine.integrity.claims import read_claims
from docops_flask.engine.reports.log_entry import LogEntry, Status
from docops_flask.engine.reports.missing_fields import MissingFields
from docops_flask.engine.reports.replace_log import ReplaceLog

ODD = ["", "年度会议 🙂", '"', "\\", "a\nb\tc\r", "\x00\x1f\x7f\u2028", "</script>", "null", "\\u0041"]


def members(entry: LogEntry) -> list[tuple[str, Any]]:
    """The members of an entry as its JSON has them, in their order."""
    return list(json.loads(entry.as_json()).items())


def entry(status: Status = "replaced", mirrored_at: tuple[str, ...] = (), **more: Any) -> LogEntry:
    return LogEntry(status, "p0:r1", "p0", 1, 8, "【TITLE】", "致", "。", mirrored_at, **more)


PLACE = [
    ("run_id", "p0:r1"),
    ("paragraph_path", "p0"),
    ("start", 1),
    ("end", 8),
    ("original_text", "【TITLE】"),
]
CONTEXT = ("context", {"before": "致", "after": "。"})


def test_a_replaced_placeholder_has_its_field_and_its_value() -> None:
    assert members(entry(field_name="TITLE", new_text="x")) == [
        *[("status", "replaced"), ("field_name", "TITLE"), *PLACE],
        *[("new_text", "x"), ("reason", None), CONTEXT],
    ]


def test_a_missing_one_has_its_field_and_the_reason() -> None:
    assert members(entry("missing", field_name="TITLE", reason="no value")) == [
        *[("status", "missing"), ("field_name", "TITLE"), *PLACE],
        *[("new_text", None), ("reason", "no value"), CONTEXT],
    ]


@pytest.mark.parametrize("suggestion", ["TITLE", None])
def test_an_unsupported_one_has_a_kind_and_a_suggestion_at_its_end(suggestion: str | None) -> None:
    found = entry("unsupported", ("a/p0", "b/p0"), reason="r", kind="unclosed", suggestion=suggestion)
    assert members(found) == [
        *[("status", "unsupported"), ("field_name", None), *PLACE],
        *[("new_text", None), ("reason", "r"), CONTEXT],
        *[("mirrored_at", ["a/p0", "b/p0"]), ("kind", "unclosed"), ("suggestion", suggestion)],
    ]


def test_a_text_inside_a_paragraph_may_have_no_run_and_a_note_comes_last() -> None:
    found = entry(field_name="TITLE", new_text="x", note="what to know")
    found = found._replace(run_id=None, paragraph_path="p0:math0")
    assert members(found) == [
        *[("status", "replaced"), ("field_name", "TITLE"), ("run_id", None), ("paragraph_path", "p0:math0")],
        *[*PLACE[2:], ("new_text", "x"), ("reason", None), CONTEXT, ("note", "what to know")],
    ]


@pytest.mark.parametrize("text", ODD)
def test_any_text_comes_back_as_it_was_and_is_written_as_the_standard_library_writes_it(text: str) -> None:
    found = LogEntry(
        "unsupported", text, text, 0, 1, text, text, text, (text, text), text, text, text, text, text
    )
    log = ReplaceLog((found,), 0, 0, 1, (text,))
    parsed = json.loads(log.as_json())
    assert parsed["touched_runs"] == [text]
    assert parsed["entries"][0]["context"] == {"before": text, "after": text}
    assert json_text(parsed) == log.as_json()


def test_the_log_counts_its_entries_by_status_and_says_whether_any_is_unsupported() -> None:
    log = ReplaceLog((entry(), entry("missing")), 1, 1, 0, ("p0:r1",))
    assert json.loads(log.as_json())["summary"] == {
        "total_placeholders": 2,
        "replaced_count": 1,
        "missing_count": 1,
        "unsupported_count": 0,
        "had_unsupported": False,
    }
    assert log.unsupported == []


def test_a_log_of_nothing_and_no_missing_field_are_written_too() -> None:
    assert json.loads(ReplaceLog((), 0, 0, 0, ()).as_json())["entries"] == []
    lists = ("missing_required", "missing_optional", "missing", "unused", "undeclared", "left")
    assert MissingFields((), ()).as_dict() == {name: [] for name in lists}


def test_what_the_proof_is_given_is_what_the_log_says_was_changed() -> None:
    log = ReplaceLog(
        (
            entry(field_name="TITLE", new_text="x"),
            entry("missing", field_name="TITLE", reason="r"),
            entry("replaced", ("a/p0",), field_name="TITLE", new_text=ODD[2]),
            entry("unsupported", reason="r", kind="unclosed"),
        ),
        *(2, 1, 1, ("p0:r1",)),
    )
    no_fixes: dict[str, Any] = {"summary": {"fix_changes": []}}
    said = read_claims(json.loads(log.as_json()), no_fixes)
    assert read_claims(log.claims(), no_fixes) == said
    assert [each.place for each in said.replacements] == [0, 2]
    written = json.loads(log.as_json())["entries"]
    assert log.claims()["entries"] == [
        {name: whole[name] for name in claim}
        for claim, whole in zip(log.claims()["entries"], written, strict=True)
    ]
