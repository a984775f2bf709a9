"""A house style as the plain values of a policy file; reading them back gives an equal one."""

from collections.abc import Mapping
from typing import Any

from docops_flask.engine.policy.house_style import HouseStyle, PageRules, RoleRules, Rule, TextRules
from docops_flask.engine.policy.rule_kinds import LENGTH, PAGE_KINDS, ROLE_KINDS, TEXT_KINDS, RuleKind


def house_style_as_dict(house: HouseStyle) -> dict[str, Any]:
    """Return what a policy file has beside the rules for the whole document; what is empty is left out."""
    content: dict[str, Any] = {}
    for name, words in (("title", house.title), ("description", house.description)):
        if words is not None:
            content[name] = words._asdict()
    content["page"] = _rules(house.page, PAGE_KINDS)
    content["roles"] = {role: _rules(rules, ROLE_KINDS) for role, rules in house.roles.items()}
    content["styles"] = dict(house.styles)
    content["text"] = _rules(house.text, TEXT_KINDS)
    return {key: value for key, value in content.items() if value}


def written_value(key: str, rule: Rule[Any]) -> Any:
    """Return the value of a rule as a policy file has it; ``key`` is the rule's own key."""
    kind = ROLE_KINDS.get(key) or PAGE_KINDS.get(key) or TEXT_KINDS[key]
    return kind.write(rule.value)


def _rules(rules: PageRules | RoleRules | TextRules, kinds: Mapping[str, RuleKind]) -> dict[str, Any]:
    return {key: _rule(rule, kinds[key]) for key, rule in rules._asdict().items() if rule is not None}


def _rule(rule: Rule[Any], kind: RuleKind) -> Any:
    value = kind.write(rule.value)
    if rule.severity == "error" and rule.source is None and rule.tolerance is None:
        return value
    written: dict[str, Any] = {"value": value, "severity": rule.severity}
    if rule.source is not None:
        written["source"] = rule.source
    if rule.tolerance is not None:
        written["tolerance"] = LENGTH.write(rule.tolerance)
    return written
