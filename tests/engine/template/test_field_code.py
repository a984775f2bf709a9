r"""How a value is written into a field code (docs/analysis/texts-inside-paragraphs.md)."""

import pytest

from docops_flask.engine.template.field_code import FieldCode, Refusal, is_allowed_target

A = "【A】"


def written(code: str, value: str) -> str | None:
    """``code`` with ``value`` in; ``None`` where it is refused."""
    start = code.index(A)
    field = FieldCode(code)
    if field.refusal(start) is not None:
        return None
    new = field.written(start, start + len(A), value)
    return None if isinstance(new, Refusal) else code.replace(A, new)


@pytest.mark.parametrize(
    ("code", "value", "expected"),
    [
        (' HYPERLINK "【A】" ', "https://e.org", ' HYPERLINK "https://e.org" '),
        (' displaybarcode "x【A】y" QR', 'a "b" \\ c', ' displaybarcode "xa \\"b\\" \\\\ cy" QR'),
        (" MERGEBARCODE 【A】 QR ", "plain", " MERGEBARCODE plain QR "),
        (" MERGEBARCODE 【A】 QR ", 'two "words"', ' MERGEBARCODE "two \\"words\\"" QR '),
        (" MERGEBARCODE 【A】 QR ", "a\\b", ' MERGEBARCODE "a\\\\b" QR '),
        (" MERGEBARCODE 【A】 QR ", "", ' MERGEBARCODE "" QR '),
        (' HYPERLINK "a"【A】', "b c", ' HYPERLINK "a""b c"'),
        (" SEQ x【A】", "1", " SEQ x1"),
        (" SEQ x【A】", "", " SEQ x"),
        (' SET x "unclosed 【A】', 'a"', ' SET x "unclosed a\\"'),
        (' IF "\\"" = 【A】 "x"', "y z", ' IF "\\"" = "y z" "x"'),
        (" = 【A】 + 1", "2.5", " = 2.5 + 1"),
        (" =【A】+1", "2", " =2+1"),
        (" EQ \\o\\ac(○,【A】)", "a (b), c\\", " EQ \\o\\ac(○,a \\(b\\)\\, c\\\\)"),
        (" MACROBUTTON NoMacro 请输入【A】 ", "a b", " MACROBUTTON NoMacro 请输入a b "),
        (' HYPERLINK "x" \\o "【A】"', "“好”", ' HYPERLINK "x" \\o "“好”"'),
        (' HYPERLINK "\\\\【A】"', 'a"', ' HYPERLINK "\\\\a\\""'),
    ],
)
def test_a_value_is_escaped_as_the_argument_needs(code: str, value: str, expected: str) -> None:
    assert written(code, value) == expected


@pytest.mark.parametrize(
    ("code", "value"),
    [
        (" SEQ x【A】", "1 2"),
        (" SEQ x【A】", '"'),
        (" SEQ x【A】", "\\"),
        (" = 【A】 + 1", "2 3"),
        (" EQ \\f(【A】,1)", '"'),
        (" MACROBUTTON NoMacro 【A】", '"'),
        (" GOTOBUTTON mark 【A】", "\\"),
    ],
)
def test_a_value_that_cannot_stand_there_is_refused(code: str, value: str) -> None:
    assert written(code, "2") is not None
    assert written(code, value) is None


@pytest.mark.parametrize(
    "code",
    [
        "【A】", " HYPER【A】 ", '【A】 "x"', ' HYPERLINK "x" \\【A】', ' QUOTE "\\【A】"', " SEQ x\\【A】",
        " MACROBUTTON 【A】 x", " gotobutton 【A】 x", ' IncludeText "【A】"', ' INCLUDEPICTURE "x/【A】"',
        " LINK Excel.Sheet 【A】", " DDEAUTO 【A】", ' DATABASE \\d "【A】"', ' ADDIN ZOTERO {"a": "【A】"}',
        " AUTOTEXT 【A】", ' RD "【A】"',
    ],
)  # fmt: skip
def test_where_a_value_would_decide_what_word_does_none_is_taken(code: str) -> None:
    refusal = FieldCode(code).refusal(code.index(A))
    assert refusal is not None
    assert refusal.kind.value == "field_code"
    # It says what to do.
    assert ":" in refusal.reason


@pytest.mark.parametrize(
    ("code", "target"),
    [
        (' HYPERLINK "【A】" \\o "x"', "【A】"),
        (" hyperlink 【A】/b", "【A】/b"),
        (' HYPERLINK \\l "mark"', None),
        (' HYPERLINK \\o "tip" \\t "_blank" \\n "【A】', "【A】"),
        (' HYPERLINK ""', ""),
        (" HYPERLINK ", None),
        (' REF "【A】"', None),
    ],
)
def test_the_target_of_a_link_is_its_first_argument_that_belongs_to_no_switch(
    code: str, target: str | None
) -> None:
    span = FieldCode(code).target()
    assert (None if span is None else code[slice(*span)]) == target


@pytest.mark.parametrize("target", ["http://a", "HTTPS://a", "mailto:a@b", "tel:+86", " https://a", ""])
def test_links_of_these_schemes_are_allowed(target: str) -> None:
    assert is_allowed_target(target)


@pytest.mark.parametrize(
    "target", ["javascript:x", "file:///etc", "www.e.org", "\\\\h\\x", "httpx:", "data:,"]
)
def test_links_of_all_others_are_not(target: str) -> None:
    assert not is_allowed_target(target)


def test_a_code_of_many_placeholders_is_read_once() -> None:
    # Work that grew with the square of the length would not come back from this within minutes.
    count = 100_000
    code = " QUOTE " + '"【A】" ' * count
    field = FieldCode(code)
    starts = [7 + 6 * number + 1 for number in range(count)]
    assert {field.written(start, start + 3, 'x"') for start in starts} == {'x\\"'}
    assert not any(map(field.refusal, starts))
