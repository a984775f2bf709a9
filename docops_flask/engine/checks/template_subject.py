"""What a check looks at against the template: what filling changed."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from docops_flask.engine.checks.observation import Observation
from docops_flask.engine.document.places import ParagraphPlace, RunPlace
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.formatting.effective import Effective
from docops_flask.engine.formatting.paragraph_values import ParagraphValues
from docops_flask.engine.formatting.run_values import RunValues
from docops_flask.engine.policy.policy import Policy


class TemplateSubject(NamedTuple):
    """The touched paragraphs and runs whose values are not those of the template: before, after."""

    policy: Policy
    paragraphs: Mapping[str, tuple[ParagraphValues, ParagraphValues]]
    runs: Mapping[str, tuple[RunPlace, RunValues, RunValues]]
    places: Mapping[str, ParagraphPlace]
    cascade: Cascade

    def source_of_paragraph(self, value: Effective[Any], path: str) -> str | None:
        """Return in words where a value of a paragraph comes from now."""
        return source_in_paragraph(self.cascade, value, self.paragraphs[path][1], self.places[path].part.name)

    def source_of_run(self, value: Effective[Any], run_id: str) -> str | None:
        """Return in words where a value of a run comes from now."""
        place, _, now = self.runs[run_id]
        return source_in_run(self.cascade, value, now, place.paragraph.part.name)


def source_in_paragraph(
    cascade: Cascade, value: Effective[Any], values: ParagraphValues, part_name: str
) -> str | None:
    """Return in words where ``value``, one of a paragraph's ``values``, comes from."""
    style = cascade.styles.applied_id(values.style_id, "paragraph")
    return cascade.sources.describe(value, (style,), part_name)


def source_in_run(cascade: Cascade, value: Effective[Any], values: RunValues, part_name: str) -> str | None:
    """Return in words where ``value``, one of a run's ``values``, comes from."""
    asked = (
        cascade.styles.applied_id(values.character_style_id, "character"),
        cascade.styles.applied_id(values.paragraph_style_id, "paragraph"),
    )
    return cascade.sources.describe(value, asked, part_name)


def template_subject(
    runs: Sequence[RunPlace], before: Observation, now: Observation, policy: Policy
) -> TemplateSubject:
    """Return what differs between two observations of ``runs``."""
    # Equal statements resolve to one object, so identity settles nearly every pair at once.
    return TemplateSubject(
        policy=policy,
        paragraphs={
            path: (before.paragraphs[path], values)
            for path, values in now.paragraphs.items()
            if values is not before.paragraphs[path]
        },
        runs={
            place.run_id: (place, before.runs[place.run_id], now.runs[place.run_id])
            for place in runs
            if now.runs[place.run_id] is not before.runs[place.run_id]
        },
        places={place.paragraph.path: place.paragraph for place in runs},
        cascade=now.cascade,
    )
