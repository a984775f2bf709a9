"""A policy as the checks apply it: one set of rules for each role.

The rules for the whole document (all of version 1) are read as rules for every role; where a role has a rule
of its own under the same key, that one counts.
"""

from collections.abc import Callable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

from docops_flask.engine.policy.policy import LineSpacing, Measure, Policy, RoleRules, Rule, Severity

V = TypeVar("V")

# Key of a rule for a role to the code of the issues about it.
CODES: Mapping[str, str] = {
    "font_east_asia": "ROLE_FONT_MISMATCH",
    "font_latin": "ROLE_FONT_MISMATCH",
    "size_pt": "ROLE_SIZE_MISMATCH",
    "bold": "ROLE_BOLD_MISMATCH",
    "color": "ROLE_COLOR_MISMATCH",
    "alignment": "ROLE_ALIGNMENT_MISMATCH",
    "first_line_indent": "ROLE_INDENT_MISMATCH",
    "left_indent": "ROLE_INDENT_MISMATCH",
    "right_indent": "ROLE_INDENT_MISMATCH",
    "line_spacing": "ROLE_LINE_SPACING_MISMATCH",
    "space_before": "ROLE_SPACE_MISMATCH",
    "space_after": "ROLE_SPACE_MISMATCH",
    "page_break_before": "PAGE_BREAK_MISSING",
}


class _DocumentRule(NamedTuple):
    """How a key of version 1 is read: as which key of ``RoleRules``, with which code, and its value there."""

    key: str
    code: str
    value: Callable[[Any], Any]


def _one_font(name: str) -> tuple[str, ...]:
    return (name,)


def _same(value: Any) -> Any:
    return value


def _line(twips: int) -> LineSpacing:
    return LineSpacing(None, twips)


DOCUMENT_RULES: Mapping[str, _DocumentRule] = {
    "run_font_latin": _DocumentRule("font_latin", "RUN_FONT_MISMATCH", _one_font),
    "run_font_east_asia": _DocumentRule("font_east_asia", "RUN_FONT_MISMATCH", _one_font),
    "run_size_pt": _DocumentRule("size_pt", "RUN_SIZE_MISMATCH", _same),
    "line_spacing_twips": _DocumentRule("line_spacing", "LINE_SPACING_MISMATCH", _line),
    "first_line_indent_twips": _DocumentRule("first_line_indent", "FIRST_LINE_INDENT_MISMATCH", Measure),
}


class AppliedRule(NamedTuple, Generic[V]):
    """A rule with all that a check needs to apply it and to report where it does not hold.

    ``key`` is its place in a policy file (``run_size_pt``, ``roles.title.size_pt``), ``code`` that of its
    issues. ``role`` is ``None`` for a rule for the whole document. ``severity`` counts where the document
    states a wrong value, ``defaults_severity`` where only its defaults (w:docDefaults) do,
    ``unstated_severity`` where nothing does. ``source`` is the clause that asks for it.
    """

    value: V
    key: str
    code: str
    role: str | None
    severity: Severity
    defaults_severity: Severity
    unstated_severity: Severity
    source: str | None
    tolerance_twips: int

    @property
    def is_for_role(self) -> bool:
        """Whether it is a role's own rule, not one for the whole document."""
        return self.role is not None

    @property
    def name(self) -> str:
        """The last step of ``key``: ``size_pt`` of ``roles.title.size_pt``."""
        return self.key.rpartition(".")[2]


class AppliedRules:
    """Rules by the keys of ``RoleRules``; ``None`` means not checked.

    ``role`` is the role whose text they are for, ``None`` where that does not matter.
    """

    __slots__ = ("role", *RoleRules._fields)

    role: str | None
    font_east_asia: AppliedRule[tuple[str, ...]] | None
    font_latin: AppliedRule[tuple[str, ...]] | None
    size_pt: AppliedRule[float] | None
    bold: AppliedRule[bool] | None
    color: AppliedRule[str] | None
    alignment: AppliedRule[tuple[str, ...]] | None
    first_line_indent: AppliedRule[Measure] | None
    left_indent: AppliedRule[Measure] | None
    right_indent: AppliedRule[Measure] | None
    line_spacing: AppliedRule[LineSpacing] | None
    space_before: AppliedRule[Measure] | None
    space_after: AppliedRule[Measure] | None
    page_break_before: AppliedRule[bool] | None

    def __init__(self, role: str | None, rules: Mapping[str, AppliedRule[Any]]) -> None:
        self.role = role
        for key in RoleRules._fields:
            setattr(self, key, rules.get(key))


NO_RULES = AppliedRules(None, {})


class RulesOfRole:
    """What the text of one role is checked against.

    ``of_paragraphs`` are the role's own rules and, under the other keys, those for the whole document. Of the
    rules about runs the role's own (``of_runs``) hold for all runs of its text, those for the whole document
    (``of_filled_runs``) for the runs that filling changed.
    """

    __slots__ = ("of_filled_runs", "of_paragraphs", "of_runs")

    def __init__(
        self,
        role: str | None,
        own: Mapping[str, AppliedRule[Any]],
        of_document: Mapping[str, AppliedRule[Any]],
    ) -> None:
        left = {key: rule for key, rule in of_document.items() if key not in own}
        self.of_paragraphs = AppliedRules(role, {**own, **left})
        self.of_runs = AppliedRules(role, own)
        self.of_filled_runs = AppliedRules(None, left)


class PolicyRules:
    """The rules of one policy by role.

    ``of_document`` holds where a role has none of its own; ``has_document_rules`` says whether it has any.
    """

    def __init__(self, policy: Policy) -> None:
        document = _rules_of_document(policy)
        self.of_document = RulesOfRole(None, {}, document)
        self.has_document_rules = bool(document)
        self._by_role = {
            role: RulesOfRole(role, _rules_of_role(role, rules, policy), document)
            for role, rules in policy.house_style.roles.items()
        }

    @property
    def are_mixed(self) -> bool:
        """Whether there are rules for the whole document and for roles."""
        return self.has_document_rules and bool(self._by_role)

    def of(self, role: str) -> RulesOfRole | None:
        """Return what ``role`` is checked against, ``None`` where it has no rules of its own."""
        return self._by_role.get(role)


def tolerance_twips(rule: Rule[Any], policy: Policy) -> int:
    """Return by how many twips a length may differ from that of ``rule``."""
    twips = None if rule.tolerance is None else rule.tolerance.in_twips()
    return policy.twips_tolerance if twips is None else twips


def _rules_of_document(policy: Policy) -> Mapping[str, AppliedRule[Any]]:
    """Return the rules for the whole document by the keys of ``RoleRules``."""
    found = {}
    for key, (role_key, code, value_of) in DOCUMENT_RULES.items():
        value = getattr(policy, key)
        if value is not None:
            found[role_key] = _applied(Rule(value_of(value)), key, code, None, policy)
    return found


def _rules_of_role(role: str, rules: RoleRules, policy: Policy) -> Mapping[str, AppliedRule[Any]]:
    return {
        key: _applied(rule, f"roles.{role}.{key}", CODES[key], role, policy)
        for key, rule in rules._asdict().items()
        if rule is not None
    }


def _applied(rule: Rule[Any], key: str, code: str, role: str | None, policy: Policy) -> AppliedRule[Any]:
    unstated: Severity = rule.severity if policy.treat_inherited_as_error else "warn"
    return AppliedRule(
        value=rule.value,
        key=key,
        code=code,
        role=role,
        severity=rule.severity,
        # A policy of version 1 has one rule for all text, so the defaults are no statement about this one.
        defaults_severity=unstated if policy.version == 1 else rule.severity,
        unstated_severity=unstated,
        source=rule.source,
        tolerance_twips=tolerance_twips(rule, policy),
    )
