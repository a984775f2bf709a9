"""How paragraphs and runs look, apart from where they stand, and what they are checked against.

Many of them are alike: those share one object, so that each look is checked once.
"""

from functools import cached_property
from typing import Any, NamedTuple

from docops_flask.engine.document.document import StoryPart
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.formatting.indents import CharacterSizes
from docops_flask.engine.formatting.paragraph_values import ParagraphValues
from docops_flask.engine.formatting.run_values import RunValues
from docops_flask.engine.formatting.script_slots import script_sample
from docops_flask.engine.formatting.sections import NO_GRID, Grid
from docops_flask.engine.policy.rules import AppliedRule, AppliedRules, RulesOfRole

# Both spellings of the end side: Transitional and Strict (ST_Jc, 17.18.44).
_ALIGNED_AWAY = ("center", "right", "end")


class ParagraphLook:
    """How a paragraph is set and what it is checked against; one object for all that are alike in this.

    ``sizes`` measures indents in characters; they are only looked up where the first line's indent is stated
    in characters or the paragraph's role has rules. ``in_body`` says that it stands in the body and in no
    table, ``touched`` that filling changed it. Where its role has ``rules`` of its own, ``grid`` is its
    section's.
    """

    def __init__(
        self,
        values: ParagraphValues,
        sizes: CharacterSizes,
        part: StoryPart,
        rules: RulesOfRole,
        *,
        in_body: bool,
        touched: bool,
        grid: Grid = NO_GRID,
    ) -> None:
        self.values = values
        self.sizes = sizes
        self.part = part
        self.rules = rules
        self.in_body = in_body
        self.touched = touched
        self.grid = grid

    def with_role(self, rules: RulesOfRole, sizes: CharacterSizes, grid: Grid) -> "ParagraphLook":
        """Return this look in a paragraph whose role has rules of its own."""
        return ParagraphLook(
            self.values, sizes, self.part, rules, in_body=self.in_body, touched=self.touched, grid=grid
        )

    def is_safe_to_fix(self, rule: AppliedRule[Any]) -> bool:
        """Say whether fix mode ``safe`` may make the paragraph keep ``rule``."""
        return self.is_touched_in_body if rule.is_for_role else self.is_touched_running_text

    @property
    def is_touched_in_body(self) -> bool:
        """Whether filling changed it and it stands in the body outside tables."""
        return self.touched and self.in_body

    @cached_property
    def is_touched_running_text(self) -> bool:
        """Whether that holds, and it is no heading and neither centred nor right-aligned."""
        values = self.values
        return (
            self.is_touched_in_body and not values.is_heading and values.alignment.value not in _ALIGNED_AWAY
        )


class TextKind(NamedTuple):
    """A character of each kind in a text (``script_sample``), and whether all are blanks."""

    sample: str
    blank: bool


class TextKinds(dict[str, TextKind]):
    """The kinds of texts: what of them decides how they are checked; each text is looked at once.

    Most texts of a long table consist of the same characters, so few are looked at in full.
    """

    def __init__(self) -> None:
        super().__init__()
        self._of_characters: dict[frozenset[str], TextKind] = {}

    def __missing__(self, text: str) -> TextKind:
        characters = frozenset(text)
        kind = self._of_characters.get(characters)
        if kind is None:
            kind = self._of_characters[characters] = TextKind(script_sample(text), not text.strip())
        self[text] = kind
        return kind


class RunLook:
    """How a run looks and what it is checked against; one object for all that are alike in this.

    ``kind`` is that of its text. ``touched`` says that filling changed it, ``is_safe_to_fix`` whether fix
    mode ``safe`` may make it keep ``rules``.
    """

    __slots__ = ("is_safe_to_fix", "kind", "part", "rules", "touched", "values")

    def __init__(
        self,
        values: RunValues,
        kind: TextKind,
        part: StoryPart,
        rules: AppliedRules,
        *,
        touched: bool,
        is_safe_to_fix: bool,
    ) -> None:
        self.values = values
        self.kind = kind
        self.part = part
        self.rules = rules
        self.touched = touched
        self.is_safe_to_fix = is_safe_to_fix

    @property
    def sample(self) -> str:
        """One character of each kind in its text."""
        return self.kind.sample

    @property
    def blank(self) -> bool:
        """Whether all of its text is blanks."""
        return self.kind.blank


class Looks:
    """The looks of one document under one policy, each made once; ``kinds`` are those of its texts."""

    def __init__(self, kinds: TextKinds) -> None:
        self.kinds = kinds
        self._paragraphs: dict[tuple[object, ...], ParagraphLook] = {}
        self._checked: dict[ParagraphLook, ParagraphLook] = {}
        self._runs: dict[tuple[object, ...], RunLook] = {}

    def of_paragraph(
        self,
        values: ParagraphValues,
        sizes: CharacterSizes,
        part: StoryPart,
        rules: RulesOfRole,
        *,
        in_body: bool,
        touched: bool,
    ) -> ParagraphLook:
        """Return the look of a paragraph whose role is not known yet; ``rules`` hold without one."""
        key = values, sizes, part, in_body, touched
        look = self._paragraphs.get(key)
        if look is None:
            look = ParagraphLook(values, sizes, part, rules, in_body=in_body, touched=touched)
            self._paragraphs[key] = look
        return look

    def of_checked(self, look: ParagraphLook, cascade: Cascade) -> ParagraphLook:
        """Return ``look`` with the values that its own are checked as."""
        checked = self._checked.get(look)
        if checked is None:
            checked = self._checked[look] = self.of_paragraph(
                cascade.checked(look.values),
                look.sizes,
                look.part,
                look.rules,
                in_body=look.in_body,
                touched=look.touched,
            )
        return checked

    def of_run(
        self,
        values: RunValues,
        kind: TextKind,
        part: StoryPart,
        rules: AppliedRules,
        *,
        touched: bool,
        is_safe_to_fix: bool,
    ) -> RunLook:
        """Return the look of a run with a text of that kind that is checked against ``rules``."""
        key = values, kind, part, rules, touched, is_safe_to_fix
        look = self._runs.get(key)
        if look is None:
            look = RunLook(values, kind, part, rules, touched=touched, is_safe_to_fix=is_safe_to_fix)
            self._runs[key] = look
        return look
