"""Resolves the runs and paragraphs of a body written as XML, through the real walk."""

from dataclasses import dataclass
from typing import Any

from lxml import etree

from docops_flask.engine.document.document import Document, ParagraphPlace
from docops_flask.engine.document.paragraph_text import runs_of
from docops_flask.engine.document.walk import walk_stories
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.formatting.effective import Effective
from docops_flask.engine.formatting.paragraph_values import ParagraphValues
from docops_flask.engine.formatting.run_values import RunValues
from tests.engine.formatting.related_builder import related_parts
from tests.engine.story_parts import body_part
from tests.factories import story


@dataclass(frozen=True)
class Resolved:
    """A paragraph with its values and those of its first run."""

    place: ParagraphPlace
    paragraph: ParagraphValues
    run: RunValues | None


def open_body(body: str, *, styles: str = "", strict: bool = False, **parts: Any) -> Document:
    """A document with this body, these styles and related parts."""
    part = body_part(body, strict=strict)
    return Document(
        parts=(part,),
        styles=etree.fromstring(story("styles", styles, strict=strict).encode()),
        walk=walk_stories([part], 1000),
        related=related_parts(strict=strict, **parts),
    )


def resolve_all(body: str, **parts: Any) -> dict[str, Resolved]:
    """Every paragraph of a body by its address."""
    document = open_body(body, **parts)
    cascade = Cascade(document.styles, document.related)
    found = {}
    for place in document.walk.paragraphs:
        w = place.part.w
        values = cascade.paragraph(place.element, w, place.cell)
        first = next(runs_of(place.element, w), None)
        run = None if first is None else cascade.run(first, values, w)
        found[place.path] = Resolved(place, values, run)
    return found


def shown(effective: Effective[Any]) -> tuple[str | None, str | None]:
    """A value as text with its origin."""
    return (None if effective.value is None else str(effective.value)), effective.origin
