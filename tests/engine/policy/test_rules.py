"""A policy as the checks apply it: version 1 is rules for every role, a role's own rules come first."""

from docops_flask.engine.checks.registry import CODES as CODES_OF_CHECKS
from docops_flask.engine.policy.policy import (
    KEYS,
    OPEN_POLICY,
    HouseStyle,
    LineSpacing,
    Measure,
    Policy,
    RoleRules,
    Rule,
)
from docops_flask.engine.policy.rules import CODES, DOCUMENT_RULES, AppliedRules, PolicyRules, RulesOfRole
from tests.optional import not_none

BODY = RoleRules(
    size_pt=Rule(16, "warn", "7.3.3"),
    first_line_indent=Rule(Measure(2, "characters"), tolerance=Measure(1, "mm")),
)


def said(rules: AppliedRules) -> dict[str, str]:
    """The rules by key, with their keys in a policy file."""
    found = {key: getattr(rules, key) for key in RoleRules._fields}
    return {key: rule.key for key, rule in found.items() if rule is not None}


def rules_of(policy: Policy = OPEN_POLICY, **roles: RoleRules) -> PolicyRules:
    return PolicyRules(policy._replace(house_style=HouseStyle(roles=roles)))


def body_rules(policy: Policy = OPEN_POLICY) -> RulesOfRole:
    return not_none(rules_of(policy, body=BODY).of("body"))


def test_version_1_is_read_as_rules_for_every_role() -> None:
    rules = PolicyRules(Policy()).of_document

    assert said(rules.of_paragraphs) == {
        "font_latin": "run_font_latin",
        "font_east_asia": "run_font_east_asia",
        "size_pt": "run_size_pt",
        "line_spacing": "line_spacing_twips",
        "first_line_indent": "first_line_indent_twips",
    }
    values = rules.of_paragraphs
    assert not_none(values.font_latin).value == ("Calibri",)
    assert not_none(values.line_spacing).value == LineSpacing(None, 360)
    assert not_none(values.first_line_indent).value == Measure(420)


def test_null_in_version_1_is_no_rule() -> None:
    assert said(PolicyRules(Policy()._replace(run_size_pt=None)).of_document.of_paragraphs).keys() == {
        "font_latin", "font_east_asia", "line_spacing", "first_line_indent",
    }  # fmt: skip


def test_rules_for_the_whole_document_are_errors_within_the_policys_tolerance() -> None:
    rules = PolicyRules(Policy()._replace(twips_tolerance=7)).of_document
    rule = not_none(rules.of_paragraphs.line_spacing)

    assert (rule.severity, rule.unstated_severity, rule.tolerance_twips) == ("error", "warn", 7)
    assert (rule.role, rule.source, rule.code) == (None, None, "LINE_SPACING_MISMATCH")


def test_what_nothing_states_is_as_bad_as_the_rule_where_the_policy_treats_it_as_an_error() -> None:
    policy = Policy(treat_inherited_as_error=True)
    document, body = rules_of(policy, body=BODY).of_document.of_paragraphs, body_rules(policy).of_paragraphs

    assert not_none(document.size_pt).unstated_severity == "error"
    assert not_none(body.size_pt).unstated_severity == "warn"
    assert not_none(body.first_line_indent).unstated_severity == "error"


def test_a_rule_of_a_role_has_its_own_severity_clause_tolerance_and_code() -> None:
    rules = body_rules().of_paragraphs

    size, indent = not_none(rules.size_pt), not_none(rules.first_line_indent)
    assert (size.key, size.name, size.role) == ("roles.body.size_pt", "size_pt", "body")
    assert (size.code, size.severity, size.source) == ("ROLE_SIZE_MISMATCH", "warn", "7.3.3")
    assert (indent.code, indent.tolerance_twips) == ("ROLE_INDENT_MISMATCH", 57)
    assert size.tolerance_twips == OPEN_POLICY.twips_tolerance


def test_a_roles_own_rules_come_before_those_for_the_whole_document() -> None:
    rules = body_rules(Policy())

    assert said(rules.of_paragraphs) == {
        "size_pt": "roles.body.size_pt",
        "first_line_indent": "roles.body.first_line_indent",
        "font_latin": "run_font_latin",
        "font_east_asia": "run_font_east_asia",
        "line_spacing": "line_spacing_twips",
    }


def test_all_runs_keep_a_roles_own_rules_and_filled_runs_what_is_left_of_the_others() -> None:
    rules = body_rules(Policy())

    assert "size_pt" in said(rules.of_runs)
    assert "font_latin" not in said(rules.of_runs)
    assert "size_pt" not in said(rules.of_filled_runs)
    assert "font_latin" in said(rules.of_filled_runs)


def test_a_role_without_rules_of_its_own_has_those_for_the_whole_document() -> None:
    assert rules_of(Policy(), body=BODY).of("title") is None


def test_every_rule_has_a_code_that_a_check_reports() -> None:
    assert tuple(CODES) == RoleRules._fields
    assert set(DOCUMENT_RULES) <= set(KEYS)
    told = {*CODES.values(), *(rule.code for rule in DOCUMENT_RULES.values())}
    assert told <= set(CODES_OF_CHECKS)
