"""The rules of a policy by their keys in a policy file, and a policy made of such rules.

A key is ``run_size_pt``, ``page.margin_top``, ``roles.title.size_pt`` or ``text.date_form``.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.policy.policy import (
    OPEN_POLICY,
    ROLES,
    HouseStyle,
    PageRules,
    Policy,
    RoleRules,
    Rule,
    TextRules,
)
from docops_flask.engine.policy.rule_kinds import PAGE_KINDS, ROLE_KINDS, RuleKind

# Rules for the whole document; switched off, or ``None``, they check nothing.
SWITCHES = ("forbid_tables", "forbid_numpr", "trim_leading_spaces")
_OF_DOCUMENT = (
    *SWITCHES,
    "run_font_latin",
    "run_font_east_asia",
    "run_size_pt",
    "line_spacing_twips",
    "first_line_indent_twips",
)
# Every key that a document can suggest, in the order of a policy file.
KEYS: tuple[str, ...] = (
    *_OF_DOCUMENT,
    *(f"page.{name}" for name in PageRules._fields),
    *(f"roles.{role}.{name}" for role in ROLES for name in RoleRules._fields),
    *(f"text.{name}" for name in TextRules._fields),
)


def flat_rules(policy: Policy) -> dict[str, Any]:
    """Return the values of the rules of ``policy`` that check anything, by key, as the engine has them."""
    found = dict(_of_policy(policy))
    return {key: found[key] for key in KEYS if key in found}


def _of_policy(policy: Policy) -> Iterator[tuple[str, Any]]:
    for key in _OF_DOCUMENT:
        value = getattr(policy, key)
        if value is not None and value is not False:
            yield key, value
    house = policy.house_style
    parts: dict[str, PageRules | RoleRules | TextRules] = {"page": house.page, "text": house.text}
    parts |= {f"roles.{role}": rules for role, rules in house.roles.items()}
    for part, rules in parts.items():
        for name, rule in rules._asdict().items():
            if rule is not None:
                yield f"{part}.{name}", rule.value


def policy_of(rules: Mapping[str, Any], title: Bilingual) -> Policy:
    """Return the policy of these ``rules``, errors all of them, with the default tolerance."""
    of_document = {key: rules[key] for key in _OF_DOCUMENT if key in rules}
    roles = {role: RoleRules(**_part(rules, f"roles.{role}.")) for role in ROLES}
    house = HouseStyle(
        title=title,
        page=PageRules(**_part(rules, "page.")),
        roles={role: each for role, each in roles.items() if each != RoleRules()},
        text=TextRules(**_part(rules, "text.")),
    )
    return OPEN_POLICY._replace(**of_document, house_style=house)


def _part(rules: Mapping[str, Any], begins: str) -> dict[str, Rule[Any]]:
    return {key.removeprefix(begins): Rule(value) for key, value in rules.items() if key.startswith(begins)}


def written(key: str, value: Any) -> Any:
    """Return ``value`` of the rule ``key`` as a policy file has it."""
    kinds: Mapping[str, RuleKind] = {"page": PAGE_KINDS, "roles": ROLE_KINDS}.get(key.partition(".")[0], {})
    kind = kinds.get(key.rpartition(".")[2])
    return value if kind is None else kind.write(value)
