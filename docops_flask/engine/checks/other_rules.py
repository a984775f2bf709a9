"""The same paragraphs held against other rules: their roles and runs are not read again."""

from collections.abc import Sequence

from docops_flask.engine.checks.check import ParagraphSubject
from docops_flask.engine.checks.look import ParagraphLook, RunLook
from docops_flask.engine.policy.rules import NO_RULES, PolicyRules


def under_rules(
    rules: PolicyRules, paragraphs: Sequence[ParagraphSubject], with_roles: Sequence[ParagraphSubject]
) -> Sequence[ParagraphSubject]:
    """Return ``with_roles`` under other ``rules``, which are for some of the roles that theirs are for.

    ``paragraphs`` are the same ones, their roles left open.
    """
    looks: dict[ParagraphLook, ParagraphLook] = {}
    runs: dict[tuple[RunLook, ...], tuple[RunLook, ...]] = {(): ()}
    under = _RunLooksUnder(rules)
    given = []
    for paragraph, before in zip(paragraphs, with_roles, strict=True):
        role = before.role
        of_role = None if role is None else rules.of(role.role)
        old = paragraph.look if of_role is None else before.look
        look = looks.get(old)
        if look is None:
            look = looks[old] = old.with_role(of_role or rules.of_document, old.sizes, old.grid)
        old_runs = () if of_role is None else before.run_looks
        run_looks = runs.get(old_runs)
        if run_looks is None:
            run_looks = runs[old_runs] = tuple([under[each] for each in old_runs])
        given.append(
            ParagraphSubject(paragraph.place, paragraph.values, look, paragraph.text, run_looks, role)
        )
    return given


class _RunLooksUnder(dict[RunLook, RunLook]):
    """What looks of runs are under ``rules``, each made once."""

    def __init__(self, rules: PolicyRules) -> None:
        super().__init__()
        self._rules = rules

    def __missing__(self, look: RunLook) -> RunLook:
        role = look.rules.role
        of_role = None if role is None else self._rules.of(role)
        rules = NO_RULES if of_role is None else of_role.of_runs
        under = self[look] = RunLook(
            look.values,
            look.kind,
            look.part,
            rules,
            touched=look.touched,
            is_safe_to_fix=look.is_safe_to_fix,
        )
        return under
