"""Policy files of version 2: their meaning, and the message for every fault with key and line."""

import pickle
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.checks.suggested_policy import policy_to_yaml
from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.policy.policy import (
    OPEN_POLICY,
    ROLES,
    HouseStyle,
    LineSpacing,
    Measure,
    NotChecked,
    PageRules,
    Policy,
    RoleRules,
    Rule,
    TextRules,
)
from docops_flask.engine.policy.rule_kinds import ALIGNMENTS
from docops_flask.intake.catalogue.policies import load_policies
from docops_flask.intake.catalogue.policy_file import parse_policy, read_entries
from docops_flask.intake.catalogue.policy_schema import policy_json_schema
from tests.optional import not_none

SCHEMA = Draft202012Validator(policy_json_schema())


def plain(entries: object) -> object:
    """The values of a file without their lines."""
    if isinstance(entries, list):
        return [plain(each) for each in entries]
    return (
        {key: plain(value) for key, (value, _) in entries.items()} if isinstance(entries, dict) else entries
    )


def house_style(text: str) -> HouseStyle:
    return parse_policy(f"version: 2\n{text}").house_style


def fault_of(text: str) -> InvalidArgument:
    with pytest.raises(InvalidArgument) as caught:
        parse_policy(f"version: 2\n{text}")
    assert caught.value.detail["field"] == "policy_yaml"
    return caught.value


def test_omitted_keys_check_nothing() -> None:
    assert parse_policy("version: 2\n") == OPEN_POLICY


def test_the_keys_of_version_1_keep_their_meaning() -> None:
    policy = parse_policy("version: 2\nrun_size_pt: 12\nforbid_tables: true\n")

    assert (policy.run_size_pt, policy.forbid_tables, policy.run_font_latin) == (12, True, None)


def test_version_1_may_be_stated() -> None:
    lines = policy_to_yaml(Policy())

    assert parse_policy(f"version: 1\n{lines}") == parse_policy(lines) == Policy()


def test_severity_and_source_apply_to_rules_without_their_own() -> None:
    rules = house_style(
        "roles:\n  body:\n    severity: warn\n    source: 7.3.3\n    size_pt: 16\n"
        "    color: {value: black, severity: error, source: 5.2.4}\n"
    ).roles["body"]

    assert rules.size_pt == Rule(16.0, "warn", "7.3.3")
    assert rules.color == Rule("black", "error", "5.2.4")


def test_fonts_are_names_sets_or_lists_of_both() -> None:
    body = house_style(
        "fonts: {仿宋: [仿宋_GB2312, FangSong]}\n"
        "roles: {body: {font_east_asia: [仿宋, 宋体], font_latin: Arial}}\n"
    ).roles["body"]

    assert not_none(body.font_east_asia).value == ("仿宋_GB2312", "FangSong", "宋体")
    assert not_none(body.font_latin).value == ("Arial",)


FAULTS = {
    "a version there is not": ("version: 3", "version", 1),
    "a role there is not": ("roles: {subject: {}}", "roles.subject", 2),
    "a rule there is not": ("roles:\n  title:\n    size: 22", "roles.title.size", 4),
    "a value of another kind": ("roles:\n  title:\n    size_pt: big", "roles.title.size_pt", 4),
    "one in a rule at length": (
        "roles:\n  title:\n    size_pt:\n      value: -1",
        "roles.title.size_pt.value",
        5,
    ),
    "a rule without value": ("roles: {title: {size_pt: {severity: warn}}}", "roles.title.size_pt.value", 2),
    "a severity there is not": ("page: {severity: fatal}", "page.severity", 2),
    "a length without unit": ("page: {width: 210}", "page.width", 2),
    "a negative length": ("page: {width: -1 mm}", "page.width", 2),
    "a unit that is no length": ("page: {width: 5 characters}", "page.width", 2),
    "a tolerance without unit": ("page: {width: {value: 210 mm, tolerance: 1}}", "page.width.tolerance", 2),
    "half a line on a page": ("page: {lines: 22.5}", "page.lines", 2),
    "an alignment there is not": ("roles: {body: {alignment: [left, middle]}}", "roles.body.alignment", 2),
    "no alignment at all": ("roles: {body: {alignment: []}}", "roles.body.alignment", 2),
    "a colour that is a number": ("roles: {body: {color: 000000}}", "roles.body.color", 2),
    "a line spacing without rule": ("roles: {body: {line_spacing: 28 pt}}", "roles.body.line_spacing", 2),
    "no line spacing": ("roles: {body: {line_spacing: exact 0 pt}}", "roles.body.line_spacing", 2),
    "a set of fonts that is none": ("fonts: {仿宋: FangSong}", "fonts.仿宋", 2),
    "a style without role": ("styles: {正文: text}", "styles.正文", 2),
    "a title in one language": ("title: {en: Ours}", "title.zh", 2),
    "a part that is no mapping": ("roles: [title]", "roles", 2),
    "a role twice": ("roles:\n  body: {}\n  body: {}", "body", 4),
    "nested too deeply": ("roles: {body: {font_latin: {value: [[[a]]]}}}", "roles", 2),
}


@pytest.mark.parametrize(("text", "key", "line"), FAULTS.values(), ids=FAULTS)
def test_every_fault_names_its_key_and_line(text: str, key: str, line: int) -> None:
    if text.startswith("version"):
        with pytest.raises(InvalidArgument) as caught:
            parse_policy(text)
        fault = caught.value
    else:
        fault = fault_of(f"{text}\n")

    assert (fault.detail["key"], fault.detail["line"]) == (key, line)


def test_the_error_for_a_key_of_version_2_in_version_1_says_so() -> None:
    with pytest.raises(InvalidArgument) as caught:
        parse_policy("page: {width: 210 mm}\n")

    assert "page needs a policy with version: 2" in caught.value.message


def test_a_misspelt_key_is_reported_with_a_suggestion() -> None:
    assert "size_pt was probably meant" in fault_of("roles: {body: {sise_pt: 16}}\n").message


_Built = TypeVar("_Built")

NAMES = st.sampled_from(("仿宋", "Times New Roman", "a: b", "#", "'"))
TENTHS = st.integers(1, 5000).map(lambda tenth: tenth / 10)
LENGTHS = st.just(Measure(0)) | st.builds(Measure, TENTHS, st.sampled_from(("mm", "pt", "twips")))
INDENTS = LENGTHS | st.builds(Measure, st.integers(-20, -1).map(float), st.just("characters"))
SPACES = LENGTHS | st.builds(Measure, st.integers(1, 20).map(float), st.just("lines"))
SPACINGS = st.builds(LineSpacing, st.sampled_from(("exact", "atLeast", "auto")), st.integers(1, 31680))


def built(cls: type[_Built], **members: st.SearchStrategy[Any]) -> st.SearchStrategy[_Built]:
    """Return what ``st.builds`` does, which makes up the members of a NamedTuple that are left out."""
    return st.fixed_dictionaries(members).map(lambda given: cls(**given))


def rules(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Rule[Any] | None]:
    sources = st.none() | st.sampled_from(("GB/T 9704-2012, 7.3.1", "ä"))
    severities = st.sampled_from(("error", "warn"))
    return st.none() | st.builds(Rule, values, severities, sources, st.none() | LENGTHS)


FONT_SETS = st.lists(NAMES, min_size=1, max_size=3, unique=True).map(tuple)
ROLE_RULES = built(
    RoleRules,
    font_east_asia=rules(FONT_SETS),
    font_latin=rules(FONT_SETS),
    size_pt=rules(st.integers(1, 3276).map(lambda half: half / 2)),
    bold=rules(st.booleans()),
    color=rules(st.sampled_from(("black", "red", "00FF00"))),
    alignment=rules(st.lists(st.sampled_from(ALIGNMENTS), min_size=1, unique=True).map(tuple)),
    first_line_indent=rules(INDENTS),
    left_indent=rules(INDENTS),
    right_indent=rules(INDENTS),
    line_spacing=rules(SPACINGS),
    space_before=rules(SPACES),
    space_after=rules(SPACES),
    page_break_before=rules(st.booleans()),
)
HOUSE_STYLES = built(
    HouseStyle,
    title=st.none() | st.just(Bilingual("Ours: 1", "本单位")),
    page=built(PageRules, width=rules(LENGTHS), margin_top=rules(LENGTHS), lines=rules(st.integers(1, 99))),
    roles=st.dictionaries(
        st.sampled_from(ROLES), ROLE_RULES.filter(lambda each: each != RoleRules()), max_size=3
    ),
    styles=st.dictionaries(
        st.sampled_from(("正文", "a: b", "body text")), st.sampled_from(ROLES), max_size=2
    ),
    text=built(TextRules, date_form=rules(st.booleans())),
    not_checked=st.lists(
        st.sampled_from(
            (
                NotChecked("GB/T 9704-2012, 8", Bilingual("Tables: across", "横排表格")),
                NotChecked("5", Bilingual("true", "是 # 否")),
            )
        )
    ).map(tuple),
)


@settings(deadline=None)
@given(HOUSE_STYLES)
def test_a_house_style_written_as_yaml_fits_the_schema_and_is_read_back_equal(house: HouseStyle) -> None:
    policy = Policy(house_style=house)
    text = policy_to_yaml(policy)

    SCHEMA.validate(plain(read_entries(text)))
    assert parse_policy(text) == policy


def test_a_policy_is_pickled_unchanged() -> None:
    for policy in load_policies():
        crossed = pickle.loads(pickle.dumps(policy))
        assert (crossed, crossed.name) == (policy, policy.name)
