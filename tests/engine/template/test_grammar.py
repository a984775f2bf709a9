"""What is a placeholder, what was meant as one, and what is ordinary text (contract section 8)."""

import pytest

from docops_flask.engine.template.grammar import Kind, find_placeholders, ignored_characters, likely_name

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
        ("【MEETING\tTITLE】", MALFORMED, "【MEETING\tTITLE】"),
        ("【MEETING_\nTITLE】", MALFORMED, "【MEETING_\nTITLE】"),
        ("【MEETING\u2011TITLE】", MALFORMED, "【MEETING\u2011TITLE】"),
        ("【MEETING_TITLE\ufffc】", MALFORMED, "【MEETING_TITLE\ufffc】"),
        *(
            (f"【MEETING{each}TITLE】", MALFORMED, f"【MEETING{each}TITLE】")
            for each in "\u2002\u2009\u2028\u202f\u205f\u2013\u2014\u2212\u034f\u180e\u2061\u3164\U000e0100"
        ),
    ],
)
def test_what_was_clearly_meant_as_a_placeholder_is_found_with_its_extent(
    text: str, kind: Kind, reported: str
) -> None:
    last = find_placeholders(text)[-1]
    assert (last.kind, text[last.start : last.end]) == (kind, reported)


# Zero-width space, non-joiner, joiner, word joiner, byte order mark, soft hyphen, variation selectors.
IGNORED = "\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe00\ufe0f"
# Arabic letter mark, marks, embeddings and overrides, isolates.
DIRECTIONS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize("character", IGNORED)
@pytest.mark.parametrize("written", ["【{}A_B】", "【A{}_B】", "【A_B{}】", "【{0}A{0}{0}_{0}B】"])
def test_characters_without_width_in_a_name_are_ignored(written: str, character: str) -> None:
    text = f"x{written.format(character)}y"
    assert find_placeholders(text) == [(PLACEHOLDER, 1, len(text) - 1, "A_B")]
    assert ignored_characters(text) == [f"U+{ord(character):04X}"]


def test_without_what_is_ignored_a_text_is_what_it_is() -> None:
    assert [each.kind for each in find_placeholders("【a\u200bb】")] == [MALFORMED]
    assert find_placeholders(f"【注{IGNORED}意】【{IGNORED}】") == []
    assert ignored_characters(f"【B{IGNORED}\u200b】")[0] == "U+00AD"


@pytest.mark.parametrize("character", DIRECTIONS)
def test_a_name_cut_by_a_mark_of_direction_is_reported(character: str) -> None:
    text = f"【A\u200b{character}B】"
    assert find_placeholders(text) == [(Kind.BIDIRECTIONAL, 0, len(text), "AB")]
    assert find_placeholders(f"【会{character}议】") == []


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
