"""What paragraphs and runs are judged by, apart from their place.

Many of them are alike: those are one object, so that each look is judged once.
"""

from functools import cached_property

from docops_flask.engine.document.document import StoryPart
from docops_flask.engine.formatting.indents import CharacterSizes
from docops_flask.engine.formatting.paragraph_values import ParagraphValues
from docops_flask.engine.formatting.run_values import RunValues
from docops_flask.engine.formatting.script_slots import script_sample
from docops_flask.engine.formatting.sections import NO_GRID, Grid
from docops_flask.engine.policy.policy import RoleRules

# Both spellings of the end side: Transitional and Strict (ST_Jc, 17.18.44).
_ALIGNED_AWAY = ("center", "right", "end")


class ParagraphLook:
    """How a paragraph is set and what it is held against; one object for all that are alike in this.

    ``sizes`` measures indents in characters; it is only looked up where the first line's counts so, or a rule
    for the role does. ``in_body`` says that it stands in the body, in no table, ``touched`` that filling
    touched it. With a ``role`` that the policy has ``rules`` for, ``grid`` is that of its section.
    """

    def __init__(
        self,
        values: ParagraphValues,
        sizes: CharacterSizes,
        part: StoryPart,
        *,
        in_body: bool,
        touched: bool,
        role: str = "",
        rules: RoleRules | None = None,
        grid: Grid = NO_GRID,
    ) -> None:
        self.values = values
        self.sizes = sizes
        self.part = part
        self.in_body = in_body
        self.touched = touched
        self.role = role
        self.rules = rules
        self.grid = grid

    def with_role(self, role: str, rules: RoleRules, sizes: CharacterSizes, grid: Grid) -> "ParagraphLook":
        """Return this look in a paragraph that the policy has rules for."""
        return ParagraphLook(
            self.values,
            sizes,
            self.part,
            in_body=self.in_body,
            touched=self.touched,
            role=role,
            rules=rules,
            grid=grid,
        )

    @property
    def is_safe_to_fix_by_role(self) -> bool:
        """Whether fix mode ``safe`` may make it look as its role asks: touched, in the body, in no table."""
        return self.touched and self.in_body

    @cached_property
    def is_safe_to_fix(self) -> bool:
        """Whether fix mode ``safe`` may set its indent and line spacing: touched running text of the body."""
        values = self.values
        return (
            self.touched
            and self.in_body
            and not values.is_heading
            and values.alignment.value not in _ALIGNED_AWAY
        )


class RunLook:
    """How a run looks and what kinds of characters it holds; one object for all that are alike in this.

    ``sample`` is a character of each kind, ``blank`` says that all are blanks. ``paragraph`` is the look of
    its paragraph, ``None`` where that has no text.
    """

    __slots__ = ("blank", "paragraph", "part", "sample", "values")

    def __init__(
        self,
        values: RunValues,
        sample: str,
        blank: bool,
        part: StoryPart,
        paragraph: ParagraphLook | None,
    ) -> None:
        self.values = values
        self.sample = sample
        self.blank = blank
        self.part = part
        self.paragraph = paragraph

    @property
    def is_safe_to_fix(self) -> bool:
        """Whether fix mode ``safe`` may set its fonts and size, as filling touched it."""
        return self.paragraph is not None and self.paragraph.is_safe_to_fix


class RoleRunLook:
    """How a run looks and what it is held against; one object for all that are alike in this.

    ``sample`` and ``blank`` are as in ``RunLook``. ``role`` is that of its paragraph, of a heading's running
    text the body's; ``rules`` are the policy's for it.
    """

    __slots__ = ("blank", "part", "role", "rules", "sample", "values")

    def __init__(
        self,
        values: RunValues,
        sample: str,
        blank: bool,
        part: StoryPart,
        *,
        role: str,
        rules: RoleRules | None,
    ) -> None:
        self.values = values
        self.sample = sample
        self.blank = blank
        self.part = part
        self.role = role
        self.rules = rules


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
