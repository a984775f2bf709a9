"""Writes a learnt policy as a policy file: a rule a line, with how many documents agree.

Rules that are not written, because a document does not keep them, are remarks in their places.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from docops_flask.engine.bilingual import Bilingual, Language
from docops_flask.engine.checks.suggested_policy import in_yaml
from docops_flask.engine.errors import echo
from docops_flask.engine.learning.learnt import OtherValue, RuleFound
from docops_flask.engine.policy.policy import ROLE_LABELS, Policy

_HEAD = (
    Bilingual("Learnt from: {}", "归纳自：{}"),
    Bilingual(
        "Each of these documents passes it. Behind a rule: how many of those that it is about agree.",
        "上述每份文件都符合本规范。规则后注明：涉及该规则的文件中有几份一致。",
    ),
    Bilingual(
        "What they do not agree on is not checked; it is listed as a remark.",
        "各文件不一致之处不作检查，以注释列出。",
    ),
)
_AGREE = Bilingual("{} of {}", "{1} 份中 {0} 份")
_NOT_AGREED = Bilingual("not agreed, {} of {}: {}; others: {}", "不一致，{1} 份中 {0} 份：{2}；其余：{3}")
_COUNTED = Bilingual("{} ({})", "{}（{} 份）")
_NO_ONE_VALUE = Bilingual("several values or none stated", "不止一个值或未指定")
_MORE = Bilingual("more values", "另有其他值")
# A remark shows so many of the other values, and so many characters of each.
_MOST_OTHERS = 3
_MOST_CHARACTERS = 40
# A policy file may have 64 KiB; one with more remarks than fit has none.
_MOST_BYTES = 64 * 1024


def policy_text(policy: Policy, rules: Sequence[RuleFound], names: Sequence[str], language: Language) -> str:
    """Return the policy file with the ``rules`` that are written; it reads back as ``policy``.

    ``names`` are those of the documents, ``language`` is that of the remarks.
    """
    text = _text(policy, rules, names, language)
    if len(text.encode()) > _MOST_BYTES:
        text = _text(policy, [each for each in rules if each.written], (), language)
    return text


def _text(policy: Policy, rules: Sequence[RuleFound], names: Sequence[str], language: Language) -> str:
    named = ", ".join(map(in_yaml, names))
    head = _HEAD if names else _HEAD[1:]
    lines = [f"# {each.text(language).format(named)}" for each in head]
    lines.append("version: 2")
    title = policy.house_style.title
    if title is not None:
        lines.append(f"title: {in_yaml(title._asdict())}")
    for part, of_part in groupby(rules, key=lambda each: each.key.split(".")[0] if "." in each.key else ""):
        lines.extend(_part_lines(part, list(of_part), language))
    return "\n".join(lines) + "\n"


def _part_lines(part: str, rules: Sequence[RuleFound], language: Language) -> Iterator[str]:
    if not part:
        yield from _rule_lines(rules, "", language)
        return
    yield _name_line(part, "", is_written=any(rule.written for rule in rules))
    if part != "roles":
        yield from _rule_lines(rules, "  ", language)
        return
    for role, of_role in groupby(rules, key=lambda each: each.role or ""):
        found = list(of_role)
        label = ROLE_LABELS[role].text(language)
        yield f"{_name_line(role, '  ', is_written=any(rule.written for rule in found))}  # {label}"
        yield from _rule_lines(found, "    ", language)


def _name_line(name: str, indent: str, *, is_written: bool) -> str:
    # A key with remarks alone below it would have no value.
    return f"{indent}{name}:" if is_written else f"{indent}# {name}:"


def _rule_lines(rules: Iterable[RuleFound], indent: str, language: Language) -> Iterator[str]:
    for rule in rules:
        value = in_yaml(rule.value)
        if rule.written:
            agree = _AGREE.text(language).format(rule.agree, rule.of)
            yield f"{indent}{rule.rule}: {value}  # {agree}"
        else:
            asked = f"{rule.rule}: {_short(rule.value)}"
            others = ", ".join(_others(rule.others, language))
            told = _NOT_AGREED.text(language).format(rule.agree, rule.of, asked, others)
            yield f"{indent}# {told}"


def _others(others: Sequence[OtherValue], language: Language) -> Iterator[str]:
    for other in others[:_MOST_OTHERS]:
        value = _NO_ONE_VALUE.text(language) if other.value is None else _short(other.value)
        yield _COUNTED.text(language).format(value, other.documents)
    if len(others) > _MOST_OTHERS:
        yield _MORE.text(language)


def _short(value: Any) -> str:
    return echo(in_yaml(value), _MOST_CHARACTERS)
