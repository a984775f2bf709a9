"""What is a placeholder, what was meant as one, and what is ordinary text (contract section 8)."""

import pytest

from docops_flask.engine.template.grammar import Kind, find_placeholders, likely_name

PLACEHOLDER, MALFORMED, UNCLOSED, UNOPENED = (
    Kind.PLACEHOLDER,
    Kind.MALFORMED,
    Kind.UNCLOSED,
    Kind.UNOPENED,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("【A】", [(PLACEHOLDER, 0, 3, "A")]),
        ("致：【MEETING_TITLE】。", [(PLACEHOLDER, 2, 17, "MEETING_TITLE")]),
        ("【A】【B2】", [(PLACEHOLDER, 0, 3, "A"), (PLACEHOLDER, 3, 7, "B2")]),
        ("【_X_】【2026X】", [(PLACEHOLDER, 0, 5, "_X_"), (PLACEHOLDER, 5, 12, "2026X")]),
        ("【【A】】", [(PLACEHOLDER, 1, 4, "A")]),
        ("【A【B】", [(UNCLOSED, 0, 2, "A"), (PLACEHOLDER, 2, 5, "B")]),
    ],
)
def test_a_placeholder_is_capitals_digits_and_underscores_with_a_letter(
    text: str, expected: list[tuple[Kind, int, int, str]]
) -> None:
    assert [(f.kind, f.start, f.end, f.name) for f in find_placeholders(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "", "plain", "【注意】", "【2026年会议】", "【1】", "【】", "【 】", "【_】", "【A，B】",
        "【A\tB】", "【A\nB】",
        "【注意", "注意】", "【", "】", "】【", "【2026", "【é】", "【A/B】",
    ],
)  # fmt: skip
def test_brackets_around_anything_else_are_ordinary_text(text: str) -> None:
    assert find_placeholders(text) == []


@pytest.mark.parametrize(
    ("text", "kind", "reported"),
    [
        ("【meeting_title】", MALFORMED, "【meeting_title】"),
        ("【MEETING TITLE】", MALFORMED, "【MEETING TITLE】"),
        ("【Meeting-Title】", MALFORMED, "【Meeting-Title】"),
        ("【meeting.title】", MALFORMED, "【meeting.title】"),
        ("【ＭＥＥＴＩＮＧ＿ＴＩＴＬＥ】", MALFORMED, "【ＭＥＥＴＩＮＧ＿ＴＩＴＬＥ】"),
        ("【 MEETING_TITLE】", MALFORMED, "【 MEETING_TITLE】"),
        ("会议【MEETING_TITLE", UNCLOSED, "【MEETING_TITLE"),
        ("【MEETING_TITLE，请", UNCLOSED, "【MEETING_TITLE"),
        ("【MEETING_TITLE  ", UNCLOSED, "【MEETING_TITLE"),
        ("会议MEETING_TITLE】请", UNOPENED, "MEETING_TITLE】"),
        ("【A】MEETING_TITLE】", UNOPENED, "MEETING_TITLE】"),
        ("【MEETING_TITLE will be held", UNCLOSED, "【MEETING_TITLE"),
        ("on the MEETING_DATE】", UNOPENED, "MEETING_DATE】"),
        ("【MEETING TITLE", UNCLOSED, "【MEETING TITLE"),
        ("【MEETING\u00a0TITLE】", MALFORMED, "【MEETING\u00a0TITLE】"),
    ],
)
def test_what_was_clearly_meant_as_a_placeholder_is_found_with_its_extent(
    text: str, kind: Kind, reported: str
) -> None:
    last = find_placeholders(text)[-1]
    assert (last.kind, text[last.start : last.end]) == (kind, reported)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("meeting title", "MEETING_TITLE"),
        ("Ｍeeting－Ｔitle", "MEETING_TITLE"),
        (" a.b ", "A_B"),
    ],
)
def test_the_likely_name_evens_out_width_case_and_separators(written: str, name: str) -> None:
    assert likely_name(written) == name


@pytest.mark.parametrize("unit", ["【A", "A】", "【", "A ", "【【A A A】"])
def test_a_text_full_of_open_brackets_is_read_in_linear_time(unit: str) -> None:
    # Work that grew with the square of the length would not come back from this within an hour.
    found = find_placeholders(unit * 200_000)
    assert len(found) in (0, 200_000)
