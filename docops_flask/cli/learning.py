"""What ``docops learn`` prints."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docops_flask.engine.learning.learnt import Learnt, RuleFound
from docops_flask.engine.policy.policy import Severity

_SEVERITIES: dict[Severity, str] = {"error": "error", "warn": "warning"}


def learnt_for_people(learnt: Learnt, file: Path) -> str:
    """Return the result in words: what was written, on what the documents do not agree, and who differs."""
    return "\n".join(_lines(learnt, file))


def learnt_as_data(learnt: Learnt, file: Path) -> dict[str, Any]:
    """Return what ``--json`` prints."""
    return {**learnt.as_dict(), "file": str(file)}


def _lines(learnt: Learnt, file: Path) -> Iterator[str]:
    rules = [rule for rule in learnt.rules if rule.written]
    open_rules = [rule for rule in learnt.rules if not rule.written]
    count = len(learnt.documents)
    documents = "1 document" if count == 1 else f"{count} documents"
    yield f"Wrote {file}: {_counted(len(rules), 'rule')} from {documents}; each of these passes it."
    if open_rules:
        yield f"Not agreed, so not checked: {_counted(len(open_rules), 'rule')}."
        yield from map(_not_agreed, open_rules)
        yield "Differing documents:"
        for document in learnt.documents:
            if document.differs:
                yield f"  {document.name}: {_counted(len(document.differs), 'rule')}"
    if learnt.against is not None:
        known = "none" if not learnt.deviations else len(learnt.deviations)
        yield f"Deviations from {learnt.against}: {known}"
        for each in learnt.deviations:
            found = "" if each.found is None else f", found {_shown(each.found)}"
            source = "" if each.rule_source is None else f" ({each.rule_source})"
            yield (
                f"  {each.key}: expected {_shown(each.expected)}{found}; {_SEVERITIES[each.severity]} in "
                f"{each.documents} of {count}{source}"
            )


def _not_agreed(rule: RuleFound) -> str:
    others = ", ".join(
        f"{'no one value' if other.value is None else _shown(other.value)} ({other.documents})"
        for other in rule.others
    )
    return f"  {rule.key}: {_shown(rule.value)} in {rule.agree} of {rule.of}; others {others}"


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
