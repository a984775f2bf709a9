"""What a check looks at under a policy: the whole document."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.template_subject import source_in_paragraph, source_in_run
from docops_flask.engine.document.places import ParagraphPlace, RunPlace, StoryKind, TablePlace
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.formatting.effective import Effective
from docops_flask.engine.formatting.indents import CharacterSizes
from docops_flask.engine.formatting.page_geometry import PageGeometry
from docops_flask.engine.formatting.paragraph_values import ParagraphValues
from docops_flask.engine.formatting.run_values import RunValues
from docops_flask.engine.formatting.sections import Sections
from docops_flask.engine.policy.house_style import RoleRules, Rule
from docops_flask.engine.policy.policy import Policy
from docops_flask.engine.roles.found_role import FoundRole

# Both spellings of the end side: Transitional and Strict (ST_Jc, 17.18.44).
_ALIGNED_AWAY = ("center", "right", "end")


class RunSubject(NamedTuple):
    """A run: its text as it is now and its effective values.

    ``start`` is where that text begins in the paragraph, ``touched`` whether filling changed it.
    """

    place: RunPlace
    values: RunValues
    text: str
    start: int = 0
    touched: bool = True


class ParagraphSubject(NamedTuple):
    """A paragraph with text, its effective values and whether filling touched it.

    ``sizes`` measures indents in characters; it is only looked up where the first line's counts so, or a rule
    for the role does. With a role ``runs`` are those with text, and ``rules`` those of the policy for it.
    """

    place: ParagraphPlace
    values: ParagraphValues
    text: str
    sizes: CharacterSizes
    touched: bool
    runs: tuple[RunSubject, ...] = ()
    role: FoundRole | None = None
    rules: RoleRules | None = None

    @property
    def role_name(self) -> str:
        """The name of its role, "" without one."""
        return "" if self.role is None else self.role.role

    @property
    def is_safe_to_fix_by_role(self) -> bool:
        """Whether fix mode ``safe`` may make it look as its role asks: touched, in the body, in no table."""
        return self.touched and self.place.story is StoryKind.BODY and self.place.table_depth == 0

    @property
    def is_safe_to_fix(self) -> bool:
        """Whether fix mode ``safe`` may set its indent and line spacing: touched running text of the body."""
        return (
            self.touched
            and self.place.story is StoryKind.BODY
            and self.place.table_depth == 0
            and not self.values.is_heading
            and self.values.alignment.value not in _ALIGNED_AWAY
        )


class PolicySubject(NamedTuple):
    """What is held against a policy; with forbidden tables present their cells are left out.

    ``runs`` are those that filling touched.
    """

    policy: Policy
    tables: Sequence[TablePlace]
    paragraphs: Sequence[ParagraphSubject]
    runs: Sequence[RunSubject]
    cascade: Cascade
    sections: Sections
    geometry: Sequence[PageGeometry]
    by_path: Mapping[str, ParagraphSubject]

    def paragraph(self, path: str) -> ParagraphSubject:
        """Return the paragraph with that address."""
        return self.by_path[path]

    def rules_of(self, run: RunSubject) -> RoleRules | None:
        """Return the rules for the role of a run's paragraph, ``None`` where there are none."""
        paragraph = self.by_path.get(run.place.paragraph.path)
        return None if paragraph is None else paragraph.rules

    def tolerance(self, rule: Rule[Any]) -> int:
        """Return by how many twips a length may be off."""
        twips = None if rule.tolerance is None else rule.tolerance.in_twips()
        return self.policy.twips_tolerance if twips is None else twips

    def is_safe_to_fix(self, run: RunSubject) -> bool:
        """Say whether fix mode ``safe`` may set a touched run's fonts and size."""
        paragraph = self.by_path.get(run.place.paragraph.path)
        return paragraph is not None and paragraph.is_safe_to_fix

    def touched_runs(self, issues: Iterable[Issue]) -> Iterator[RunSubject]:
        """Yield the touched runs that ``issues`` are about, each once."""
        wanted = {run_id for issue in issues for run_id in (*issue.run_ids, issue.run_id)}
        return (run for run in self.runs if run.place.run_id in wanted)

    def source(self, value: Effective[Any], of: ParagraphSubject | RunSubject) -> str | None:
        """Return in words where a value of a paragraph or run comes from."""
        if isinstance(of, RunSubject):
            return source_in_run(self.cascade, value, of.values, of.place)
        return source_in_paragraph(self.cascade, value, of.values, of.place)


def text_of_run(place: RunPlace) -> str:
    """Return the characters of a run's w:t elements."""
    return "".join(node.text or "" for node in place.element.iterchildren(place.paragraph.part.w.t))
