"""The JSON Schema of a policy file: made from the rules, published for editors, it agrees with the reader."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from docops_flask.engine.policy.key_rules import KEY_RULES, is_font
from docops_flask.engine.policy.policy import KEYS, ROLES, PageRules, Policy, RoleRules, TextRules
from docops_flask.engine.policy.rule_kinds import PAGE_KINDS, ROLE_KINDS, TEXT_KINDS
from docops_flask.intake.catalogue import house_style, policies
from docops_flask.intake.catalogue.house_style import PolicyFault
from docops_flask.intake.catalogue.policy_file import read_entries, read_policy
from docops_flask.intake.catalogue.policy_schema import PUBLISHED, policy_json_schema, schema_text

SCHEMA = policy_json_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
BUILT_IN = sorted((PUBLISHED.parent / "policies").glob("*.yaml"))


def plain(entries: object) -> object:
    """What YAML's own reader would give: the values without their lines."""
    if isinstance(entries, dict):
        return {key: plain(value) for key, (value, _) in entries.items()}
    return [plain(each) for each in entries] if isinstance(entries, list) else entries


def fits(text: str) -> bool:
    return VALIDATOR.is_valid(plain(read_entries(text)))


def is_read(text: str) -> bool:
    try:
        read_policy(text)
    except PolicyFault:
        return False
    return True


def test_the_published_file_is_what_make_policy_schema_writes() -> None:
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text()


def test_it_is_a_schema_in_plain_json() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(schema_text()) == SCHEMA


def test_it_knows_every_key_role_and_rule_and_the_defaults_of_version_1() -> None:
    parts, role = SCHEMA["properties"], SCHEMA["$defs"]["role"]["properties"]

    assert tuple(parts) == ("version", *KEYS, *house_style.KEYS)
    assert tuple(parts["roles"]["properties"]) == ROLES
    of_a_part = ("severity", "source")
    for schema, kinds, rules in (
        (role, ROLE_KINDS, RoleRules),
        (parts["page"]["properties"], PAGE_KINDS, PageRules),
        (parts["text"]["properties"], TEXT_KINDS, TextRules),
    ):
        assert tuple(schema) == (*of_a_part, *kinds) == (*of_a_part, *rules._fields)
    assert {key: parts[key]["default"] for key in KEYS} == Policy().as_dict()


def test_every_key_and_rule_has_a_description() -> None:
    parts = SCHEMA["properties"]
    rules = [SCHEMA["$defs"]["role"], parts["page"], parts["text"]]
    described = [*parts.values(), *(rule for part in rules for rule in part["properties"].values())]

    assert all("description" in each or each["$ref"] in REFERENCES for each in described)


REFERENCES = ("#/$defs/severity", "#/$defs/source")


@pytest.mark.parametrize("file", BUILT_IN, ids=lambda file: file.name)
def test_the_built_in_policies_are_accepted_by_schema_and_reader(file: Path) -> None:
    text = file.read_text(encoding="utf-8")

    assert is_read(text)
    VALIDATOR.validate(plain(read_entries(text)))


def test_there_are_built_in_policies() -> None:
    assert len(BUILT_IN) == len(policies.load_policies())


ACCEPTED = (
    "version: 1",
    "version: 2",
    "forbid_tables: false",
    "run_size_pt: null",
    "run_size_pt: 10.5",
    "run_size_pt: '10.5'",
    "line_spacing_twips: ' 360 '",
    "first_line_indent_twips: '-420'",
    "twips_tolerance: '0'",
    "run_font_latin: Times New Roman",
    "trim_chars: []",
    "version: 2\nrun_size_pt: 10.5",
    "version: 2\npage: {width: 0, lines: {value: 22, severity: warn, source: '5.2', tolerance: 1 mm}}",
    "version: 2\npage: {height: null}",
    "version: 2\nroles: {body: {color: '00ff00', alignment: [left, justify], line_spacing: exact 0.5 pt}}",
    "version: 2\nroles: {title: {first_line_indent: -2 characters, space_before: 0.5 lines, bold: true}}",
    "version: 2\nfonts: {仿宋: [仿宋_GB2312, FangSong]}\nroles: {body: {font_latin: [仿宋, Arial]}}",
    "version: 2\ntitle: {en: Ours, zh: 我们的}\nstyles: {正文: body}\ntext: {date_form: true}",
    "version: 2\nnot_checked: [{source: '8', en: Tables, zh: 表格}]",
    "version: 2\nnot_checked: []",
)

REFUSED = (
    "version: 3",
    "version: '2'",
    "forbid_table: true",
    "forbid_tables: 1",
    "forbid_tables: null",
    "run_size_pt: 0",
    "run_size_pt: 1639",
    "run_size_pt: twelve",
    "run_size_pt: '-1'",
    "run_font_latin: ''",
    "run_font_latin: 12",
    "run_font_latin: \"a\\tb\"",
    "run_font_latin: ' '",
    "line_spacing_twips: 360.5",
    "line_spacing_twips: '360.5'",
    "line_spacing_twips: '036'",
    "first_line_indent_twips: -31681",
    "twips_tolerance: null",
    "twips_tolerance: -1",
    "trim_chars: [ab]",
    "trim_chars: ' '",
    "page: {width: 210 mm}",
    "version: 2\nrun_size_pt: '12'",
    "version: 2\npage: {hight: 297 mm}",
    "version: 2\npage: {width: -1 mm}",
    "version: 2\npage: {width: 5 characters}",
    "version: 2\npage: {width: 210}",
    "version: 2\npage: {lines: 0}",
    "version: 2\npage: {lines: 22.5}",
    "version: 2\npage: {lines: {severity: warn}}",
    "version: 2\npage: {lines: {value: null}}",
    "version: 2\npage: {lines: {value: 22, tolerance: 1}}",
    "version: 2\npage: {severity: fatal}",
    "version: 2\npage: {source: ''}",
    "version: 2\nroles: [body]",
    "version: 2\nroles: {subject: {}}",
    "version: 2\nroles: {body: {color: 000000}}",
    "version: 2\nroles: {body: {color: blue}}",
    "version: 2\nroles: {body: {alignment: []}}",
    "version: 2\nroles: {body: {alignment: middle}}",
    "version: 2\nroles: {body: {bold: 'true'}}",
    "version: 2\nroles: {body: {line_spacing: 28 pt}}",
    "version: 2\nroles: {body: {line_spacing: exact 0 pt}}",
    "version: 2\nroles: {body: {line_spacing: 0.0 lines}}",
    "version: 2\nroles: {body: {font_latin: []}}",
    "version: 2\nroles: {body: {space_before: -1 lines}}",
    "version: 2\nfonts: {仿宋: FangSong}",
    "version: 2\nfonts: {仿宋: []}",
    "version: 2\ntitle: {en: Ours}",
    "version: 2\nstyles: {正文: text}",
    "version: 2\ntext: {date_form: 1}",
    "not_checked: []",
    "version: 2\nnot_checked: {source: '8', en: Tables, zh: 表格}",
    "version: 2\nnot_checked: ['8']",
    "version: 2\nnot_checked: [{source: '8', en: Tables}]",
    "version: 2\nnot_checked: [{source: '8', en: Tables, zh: 表格, fr: Tableaux}]",
    "version: 2\nnot_checked: [{source: 8, en: Tables, zh: 表格}]",
)  # fmt: skip

# What the schema cannot say: see the module's docstring.
REFUSED_BY_THE_READER_ALONE = (
    "run_size_pt: '1639'",
    "line_spacing_twips: '0'",
    "line_spacing_twips: 360.0",
    "version: 2\npage: {width: 559 mm}",
    "version: 2\nroles: {body: {first_line_indent: 101 characters}}",
    "version: 2\nroles: {body: {line_spacing: exact 1585 pt}}",
)


@pytest.mark.parametrize("text", ACCEPTED)
def test_what_the_reader_accepts_fits(text: str) -> None:
    assert (is_read(text), fits(text)) == (True, True)


@pytest.mark.parametrize("text", REFUSED)
def test_what_the_reader_refuses_does_not_fit(text: str) -> None:
    assert (is_read(text), fits(text)) == (False, False)


@pytest.mark.parametrize("text", REFUSED_BY_THE_READER_ALONE)
def test_the_size_of_lengths_and_of_numbers_in_text_is_for_the_reader_to_tell(text: str) -> None:
    assert (is_read(text), fits(text)) == (False, True)


@settings(deadline=None)
@given(st.text(min_size=1, max_size=130).filter(is_font))
def test_every_font_name_that_is_read_fits(name: str) -> None:
    assert VALIDATOR.is_valid({"run_font_latin": name})


NUMBERS = st.integers(-40_000, 40_000) | st.integers(-20_000, 20_000).map(lambda tenth: tenth / 16)


@settings(deadline=None)
@given(st.sampled_from(KEYS), NUMBERS | st.booleans() | st.none() | st.text(max_size=2))
def test_the_keys_of_version_2_accept_the_same_in_schema_and_reader(key: str, value: Any) -> None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str) and not value.isascii():
        value = "ä"

    assert VALIDATOR.is_valid({"version": 2, key: value}) is KEY_RULES[key].accepts(value)
