"""Policy files: what is accepted, and the message for every fault."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import docops_flask
from docops_flask.engine.checks.suggested_policy import policy_to_yaml
from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.policy.key_rules import KEY_RULES
from docops_flask.engine.policy.policy import KEYS, HouseStyle, Policy
from docops_flask.intake.catalogue.policy_file import MAX_BYTES, parse_policy

DEFAULT_FILE = (
    Path(docops_flask.__file__).parent / "intake" / "catalogue" / "built_in" / "policies" / "default.yaml"
)
DEFAULT = policy_to_yaml(Policy())


def with_line(key: str, line: str) -> str:
    """The default policy, the line of ``key`` replaced."""
    return "".join(
        f"{line}\n" if each.startswith(f"{key}:") else each for each in DEFAULT.splitlines(keepends=True)
    )


def fault_of(text: bytes | str) -> InvalidArgument:
    with pytest.raises(InvalidArgument) as caught:
        parse_policy(text)
    assert caught.value.detail["field"] == "policy_yaml"
    return caught.value


def test_the_default_policy_as_a_file_is_the_default_policy() -> None:
    assert parse_policy(DEFAULT_FILE.read_bytes()) == Policy()


def test_every_default_is_valid_for_its_key() -> None:
    assert tuple(KEY_RULES) == KEYS
    for key, value in Policy().as_dict().items():
        assert KEY_RULES[key].accepts(value), key


ACCEPTED = {
    "null switches a rule off": ("run_font_latin", "run_font_latin: null", None),
    "so does ~": ("run_size_pt", "run_size_pt: ~", None),
    "so does nothing at all": ("line_spacing_twips", "line_spacing_twips:", None),
    "a font in quotes": ("run_font_latin", 'run_font_latin: "Times New Roman"', "Times New Roman"),
    "a font without quotes": ("run_font_east_asia", "run_font_east_asia: 仿宋_GB2312", "仿宋_GB2312"),
    "half points": ("run_size_pt", "run_size_pt: 10.5", 10.5),
    "a hanging indent": ("first_line_indent_twips", "first_line_indent_twips: -420", -420),
    "no indent": ("first_line_indent_twips", "first_line_indent_twips: 0", 0),
    "no tolerance": ("twips_tolerance", "twips_tolerance: 0", 0),
    "yes and no": ("forbid_tables", "forbid_tables: no", False),
    "a block list": ("trim_chars", "trim_chars:\n  - ' '\n  - \"\\u3000\"", (" ", "\u3000")),
    "an empty list": ("trim_chars", "trim_chars: []", ()),
    "an emoji to trim": ("trim_chars", "trim_chars: [😀]", ("😀",)),
    "a comment": ("twips_tolerance", "twips_tolerance: 5 # twips", 5),
}


@pytest.mark.parametrize(("key", "line", "value"), ACCEPTED.values(), ids=ACCEPTED)
def test_accepted_values(key: str, line: str, value: object) -> None:
    changes: dict[str, Any] = {key: value}
    assert parse_policy(with_line(key, line)) == Policy()._replace(**changes)


@pytest.mark.parametrize(
    "text",
    [
        DEFAULT.encode(),
        b"\xef\xbb\xbf" + DEFAULT.encode(),
        "\ufeff" + DEFAULT,
        f"---\n{DEFAULT}...\n",
        f"%YAML 1.1\n---\n{DEFAULT}",
        DEFAULT.replace("\n", "\r\n"),
        "".join(reversed(DEFAULT.splitlines(keepends=True))),
        "{" + ", ".join(DEFAULT.splitlines()[1:]) + "}",
    ],
    ids=["bytes", "BOM in bytes", "BOM in text", "markers", "directive", "CRLF", "another order", "flow"],
)
def test_accepted_forms(text: bytes | str) -> None:
    assert parse_policy(text) == Policy()


REFUSED_VALUES = {
    "a number as a switch": ("forbid_tables", "forbid_tables: 1"),
    "a switch in quotes": ("forbid_numpr", 'forbid_numpr: "true"'),
    "null as a switch": ("trim_leading_spaces", "trim_leading_spaces: null"),
    "a number as a font": ("run_font_latin", "run_font_latin: 123"),
    "a switch as a font": ("run_font_latin", "run_font_latin: on"),
    "a date as a font": ("run_font_latin", "run_font_latin: 2026-01-01"),
    "an empty font": ("run_font_latin", 'run_font_latin: ""'),
    "a blank font": ("run_font_latin", 'run_font_latin: "  "'),
    "a font with a line break": ("run_font_latin", 'run_font_latin: "A\\nB"'),
    "a font with a surrogate": ("run_font_latin", 'run_font_latin: "\\ud800"'),
    "a very long font": ("run_font_latin", f"run_font_latin: {'x' * 129}"),
    "a list as a font": ("run_font_east_asia", "run_font_east_asia: [宋体]"),
    "text as a size": ("run_size_pt", "run_size_pt: twelve"),
    "true as a size": ("run_size_pt", "run_size_pt: true"),
    "size 0": ("run_size_pt", "run_size_pt: 0"),
    "a negative size": ("run_size_pt", "run_size_pt: -1"),
    "a size beyond Word's": ("run_size_pt", "run_size_pt: 1639"),
    "infinity": ("run_size_pt", "run_size_pt: .inf"),
    "not a number": ("run_size_pt", "run_size_pt: .nan"),
    "a hexadecimal number": ("line_spacing_twips", "line_spacing_twips: 0x168"),
    "an octal number": ("line_spacing_twips", "line_spacing_twips: 0550"),
    "a number with underscores": ("line_spacing_twips", "line_spacing_twips: 3_60"),
    "a number to the base of sixty": ("line_spacing_twips", "line_spacing_twips: 6:00"),
    "a number of 60,000 digits": ("line_spacing_twips", f"line_spacing_twips: {'9' * 60_000}"),
    "a fraction of a twip": ("line_spacing_twips", "line_spacing_twips: 360.0"),
    "true as twips": ("line_spacing_twips", "line_spacing_twips: true"),
    "line spacing 0": ("line_spacing_twips", "line_spacing_twips: 0"),
    "an indent beyond Word's": ("first_line_indent_twips", "first_line_indent_twips: 31681"),
    "a negative tolerance": ("twips_tolerance", "twips_tolerance: -1"),
    "null as a tolerance": ("twips_tolerance", "twips_tolerance: null"),
    "text as a list": ("trim_chars", 'trim_chars: " "'),
    "null as a list": ("trim_chars", "trim_chars: null"),
    "two characters": ("trim_chars", 'trim_chars: ["ab"]'),
    "an empty text": ("trim_chars", 'trim_chars: [""]'),
    "a number to trim": ("trim_chars", "trim_chars: [1]"),
    "a character XML cannot hold": ("trim_chars", 'trim_chars: ["\\0"]'),
    "a list in the list": ("trim_chars", "trim_chars: [[a]]"),
    "a mapping": ("trim_chars", "trim_chars: {a: b}"),
    "too many characters": ("trim_chars", f"trim_chars: [{'a, ' * 65}]"),
}


@pytest.mark.parametrize(("key", "line"), REFUSED_VALUES.values(), ids=REFUSED_VALUES)
def test_refused_values_name_the_key_and_its_line(key: str, line: str) -> None:
    fault = fault_of(with_line(key, line))

    assert fault.detail["key"] == key
    assert fault.detail["line"] == KEYS.index(key) + 2
    assert f"(line {fault.detail['line']})" in fault.message
    assert KEY_RULES[key].wanted in fault.message


@pytest.mark.parametrize("key", KEYS)
def test_a_key_that_a_policy_of_version_1_leaves_out_has_its_default(key: str) -> None:
    assert parse_policy(with_line(key, "")) == Policy()


def test_a_policy_of_one_key_has_the_defaults_of_all_others() -> None:
    assert parse_policy("forbid_tables: false") == Policy(forbid_tables=False)
    assert parse_policy("{}") == Policy()


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        ('run_size_pt: "12"', "run_size_pt", 12),
        ("run_size_pt: '10.5'", "run_size_pt", 10.5),
        ('line_spacing_twips: " 360 "', "line_spacing_twips", 360),
        ('first_line_indent_twips: "-420"', "first_line_indent_twips", -420),
        ('twips_tolerance: "0"', "twips_tolerance", 0),
    ],
)
def test_numbers_written_as_text_are_numbers(line: str, key: str, value: float) -> None:
    policy = parse_policy(with_line(key, line))
    changes: dict[str, Any] = {key: value}
    assert policy == Policy()._replace(**changes)
    assert type(getattr(policy, key)) is type(value)


@pytest.mark.parametrize("value", ['"12 pt"', '"012"', '"1e1"', '"0x10"', '""', '"１２"'])
def test_text_that_is_not_a_plain_number_is_refused(value: str) -> None:
    assert fault_of(with_line("run_size_pt", f"run_size_pt: {value}")).detail["key"] == "run_size_pt"


def test_a_font_whose_name_is_a_number_stays_text() -> None:
    assert parse_policy(with_line("run_font_latin", 'run_font_latin: "12"')).run_font_latin == "12"


FAULTY_KEYS = {
    "unknown": (DEFAULT + "colour: red\n", "colour", 14),
    "unknown, one near": (DEFAULT + "run_size: 12\n", "run_size", 14),
    "twice": (DEFAULT + "forbid_tables: true\n", "forbid_tables", 14),
    "with a control character by escape": (DEFAULT + '"a\\0": 1\n', "a\\u0000", 14),
    "very long": (DEFAULT + "k" * 100 + ": 1\n", "k" * 64, 14),
}


@pytest.mark.parametrize(("text", "key", "line"), FAULTY_KEYS.values(), ids=FAULTY_KEYS)
def test_faulty_keys_are_named(text: str, key: str, line: int) -> None:
    fault = fault_of(text)

    assert fault.detail["key"] == key
    assert fault.detail.get("line") == line
    assert key in fault.message


def test_the_error_for_an_unknown_key_suggests_the_closest_one() -> None:
    assert "run_size_pt was probably meant" in fault_of(DEFAULT + "run_size: 12\n").message


FAULTY_TEXTS = {
    "empty": "",
    "a comment alone": "# nothing\n",
    "a scalar": "policy",
    "a list": "- a\n- b\n",
    "not YAML": "a: b: c: d\n",
    "an unclosed quote": 'a: "b\n',
    "a tab as indent": "\ta: 1\n",
    "an anchor": "a: &x 1\n",
    "an alias": "a: *x\n",
    "a billion laughs": "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
    "an anchor on the whole": "&x\na: 1\n",
    "a tag": "a: !!python/object/apply:os.system [ls]\n",
    "a standard tag": "a: !!str 1\n",
    "a local tag": "a: !x 1\n",
    "a bare tag": "a: ! x\n",
    "a tag directive": "%TAG ! tag:example.com,2000:\n---\na: 1\n",
    "a merge key": "<<: {a: 1}\n",
    "two documents": DEFAULT + "---\na: 1\n",
    "too deep": "a: {b: {c: {d: {e: 1}}}}\n",
    "very deep": "a: " + "[" * 5000,
    "very deep block": "".join(f"{' ' * depth}a:\n" for depth in range(300)),
    "a number as a key": "1: a\n",
    "null as a key": "~: a\n",
    "a list as a key": "[a]: b\n",
    "a mapping as a key": "? {a: b}\n: c\n",
    "a control character": "a: \x07\n",
    "NUL": "a: \0\n",
    "a surrogate": "a: \ud800\n",
    "an impossible escape": 'a: "\\U00110000"\n',
    "a huge escape": 'a: "\\UFFFFFFFF"\n',
    "an absurd version": f"%YAML {'9' * 5000}.1\n---\na: 1\n",
    "YAML 2": "%YAML 2.0\n---\na: 1\n",
    "Latin-1": "a: é\n".encode("latin-1"),
    "UTF-16": DEFAULT.encode("utf-16"),
    "too large": "#" * (MAX_BYTES + 1),
    "too large in bytes": "# " + "宋" * (MAX_BYTES // 3),
}


@pytest.mark.parametrize("text", FAULTY_TEXTS.values(), ids=FAULTY_TEXTS)
def test_faulty_texts_are_refused(text: bytes | str) -> None:
    fault_of(text)


def test_a_text_of_exactly_64_kib_is_read() -> None:
    filling = "#" * (MAX_BYTES - len(DEFAULT.encode()))

    assert parse_policy(DEFAULT + filling) == Policy()


def test_a_syntax_error_is_reported_with_its_line() -> None:
    assert fault_of("a: 1\nb: 2\n- c\n").detail["line"] == 3


def test_the_message_does_not_repeat_contents_of_the_policy() -> None:
    assert "secret" not in fault_of(with_line("run_size_pt", "run_size_pt: secret")).message


def outcome_of(text: bytes | str) -> str:
    try:
        parse_policy(text)
    except InvalidArgument as error:
        found: str = error.detail["field"]
        return found
    return "policy"


@settings(deadline=None)
@given(st.text(max_size=200) | st.binary(max_size=200))
def test_any_input_gives_a_policy_or_a_refusal(text: bytes | str) -> None:
    assert outcome_of(text) in ("policy", "policy_yaml")


YAML_WORDS = [
    *(": ", "\n", " ", "- ", "? ", "[", "]", "{", "}", ",", '"', "'", "\\", "|", ">", "&a", "*a", "!", "!!"),
    *("<<", "%YAML 1.1", "---", "...", "~", "1", "true", "#", "\t", "é", "\u2028", "\ufeff"),
    *("forbid_tables", "trim_chars"),
]
YAML_LIKE = st.lists(st.sampled_from(YAML_WORDS), max_size=60).map("".join)


@settings(deadline=None)
@given(YAML_LIKE)
def test_anything_that_looks_like_yaml_gives_a_policy_or_a_refusal(text: str) -> None:
    assert outcome_of(text) in ("policy", "policy_yaml")


FONTS = st.none() | st.text(min_size=1, max_size=20).filter(KEY_RULES["run_font_latin"].accepts)
POLICIES = st.builds(
    Policy,
    forbid_tables=st.booleans(),
    forbid_numpr=st.booleans(),
    numpr_direct_only=st.booleans(),
    run_font_latin=FONTS,
    run_font_east_asia=FONTS,
    run_size_pt=st.none() | st.integers(1, 1638) | st.integers(1, 3276).map(lambda half: half / 2),
    line_spacing_twips=st.none() | st.integers(1, 31680),
    first_line_indent_twips=st.none() | st.integers(-31680, 31680),
    twips_tolerance=st.integers(0, 31680),
    treat_inherited_as_error=st.booleans(),
    trim_leading_spaces=st.booleans(),
    trim_chars=st.lists(
        st.characters().filter(lambda char: KEY_RULES["trim_chars"].accepts([char])), max_size=8
    ).map(tuple),
    house_style=st.just(HouseStyle()),
    name=st.none(),
)


@settings(deadline=None)
@given(POLICIES)
def test_a_policy_written_as_yaml_is_read_back_equal(policy: Policy) -> None:
    assert parse_policy(policy_to_yaml(policy)) == policy
