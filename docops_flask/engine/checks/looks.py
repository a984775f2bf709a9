"""Makes looks that are alike one object, so that each is judged once."""

from docops_flask.engine.checks.look import ParagraphLook, RoleRunLook, RunLook
from docops_flask.engine.document.document import StoryPart
from docops_flask.engine.formatting.indents import CharacterSizes
from docops_flask.engine.formatting.paragraph_values import ParagraphValues
from docops_flask.engine.formatting.run_values import RunValues
from docops_flask.engine.formatting.script_slots import script_sample
from docops_flask.engine.formatting.sections import Grid
from docops_flask.engine.policy.house_style import RoleRules


class Looks:
    """The looks of one document, each made once."""

    def __init__(self) -> None:
        self._paragraphs: dict[tuple[object, ...], ParagraphLook] = {}
        self._runs: dict[tuple[object, ...], RunLook] = {}
        self._role_runs: dict[tuple[object, ...], RoleRunLook] = {}
        self._kinds: dict[str, tuple[str, bool]] = {}

    def of_paragraph(
        self, values: ParagraphValues, sizes: CharacterSizes, part: StoryPart, in_body: bool, touched: bool
    ) -> ParagraphLook:
        """Return the look of a paragraph whose role is left open."""
        key = values, sizes, part, in_body, touched
        look = self._paragraphs.get(key)
        if look is None:
            look = ParagraphLook(values, sizes, part, in_body=in_body, touched=touched)
            self._paragraphs[key] = look
        return look

    def with_role(
        self, look: ParagraphLook, sizes: CharacterSizes, role: str, rules: RoleRules, grid: Grid
    ) -> ParagraphLook:
        """Return the look of a paragraph that the policy has rules for."""
        # A role has one set of rules, and hashing them takes long.
        key = look, sizes, role, grid
        found = self._paragraphs.get(key)
        if found is None:
            found = self._paragraphs[key] = ParagraphLook(
                look.values,
                sizes,
                look.part,
                in_body=look.in_body,
                touched=look.touched,
                role=role,
                rules=rules,
                grid=grid,
            )
        return found

    def of_run(
        self, values: RunValues, text: str, part: StoryPart, paragraph: ParagraphLook | None
    ) -> RunLook:
        """Return the look of a run that filling touched; ``paragraph`` is that of the paragraph around it."""
        kind = self._kind(text)
        key = values, kind, part, paragraph
        look = self._runs.get(key)
        if look is None:
            look = self._runs[key] = RunLook(values, *kind, part, paragraph)
        return look

    def of_role_run(
        self, values: RunValues, text: str, part: StoryPart, role: str, rules: RoleRules | None
    ) -> RoleRunLook:
        """Return the look of a run that is held against the rules for ``role``."""
        kind = self._kind(text)
        key = values, kind, part, role
        look = self._role_runs.get(key)
        if look is None:
            look = self._role_runs[key] = RoleRunLook(values, *kind, part, role=role, rules=rules)
        return look

    def _kind(self, text: str) -> tuple[str, bool]:
        """Return a character of each kind in ``text``, and whether all are blanks."""
        kind = self._kinds.get(text)
        if kind is None:
            kind = self._kinds[text] = script_sample(text), not text.strip()
        return kind
