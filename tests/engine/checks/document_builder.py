"""Documents for the tests of checks, straight from XML: no package, the real walk."""

from collections.abc import Iterable, Mapping
from typing import Any

from lxml import etree

from docops_flask.engine.checks.format_check import check_format, observe
from docops_flask.engine.checks.report import FormatReport
from docops_flask.engine.document.document import Document, RunPlace, StoryKind
from docops_flask.engine.document.edits import Edit
from docops_flask.engine.document.walk import walk_stories
from docops_flask.engine.formatting.repair import repair_edits
from docops_flask.engine.options import Options
from docops_flask.engine.policy.policy import HouseStyle, Policy
from docops_flask.engine.template.text_splices import Filled
from docops_flask.intake.catalogue.house_style import read_house_style
from tests.engine.formatting.related_builder import related_parts
from tests.engine.story_parts import body_part, story_part, with_edits
from tests.factories import story

# Nothing is checked; a test switches on what it is about.
OPEN_POLICY = Policy(
    forbid_tables=False,
    forbid_numpr=False,
    run_font_latin=None,
    run_font_east_asia=None,
    run_size_pt=None,
    line_spacing_twips=None,
    first_line_indent_twips=None,
    trim_leading_spaces=False,
)


def house_style(content: Mapping[str, object]) -> HouseStyle:
    """The house style that a policy file with this content has."""
    return read_house_style(_entries(content))


def build_document(
    body: str,
    *,
    styles: str | None = None,
    strict: bool = False,
    stories: Mapping[str, str] | None = None,
    numbering: str | None = None,
    theme: str | None = None,
    settings: str | None = None,
) -> Document:
    """A document with ``body`` inside w:body, ``styles`` inside w:styles, headers and the like by kind.

    ``numbering``, ``theme`` and ``settings`` are those of ``related_parts``.
    """
    parts = [body_part(body, strict=strict)]
    roots = {"header": "hdr", "footer": "ftr"}
    for kind, content in (stories or {}).items():
        xml = story(roots.get(kind, kind), content, strict=strict)
        parts.append(story_part(xml, StoryKind(kind), f"{kind}1/"))
    return Document(
        parts=tuple(parts),
        styles=None if styles is None else etree.fromstring(story("styles", styles, strict=strict).encode()),
        walk=walk_stories(parts, 1000),
        related=related_parts(
            numbering=numbering, theme=theme, settings=settings, styles=styles is not None, strict=strict
        ),
    )


def touched_runs(document: Document, run_ids: Iterable[str] | None = None) -> list[RunPlace]:
    """The runs with these ids, all runs of the document where none are named."""
    places = [
        paragraph.run(index)
        for paragraph in document.walk.paragraphs
        for index in range(len(paragraph.shape.runs))
    ]
    if run_ids is None:
        return places
    by_id = {place.run_id: place for place in places}
    return [by_id[run_id] for run_id in run_ids]


def check_under_policy(
    document: Document, policy: Policy, *, touched: Iterable[str] | None = None, fix: bool = False
) -> FormatReport:
    """The report of a document that filling left as it is, held against ``policy``."""
    runs = touched_runs(document, touched)
    options = Options(format_baseline="policy", format_fix_mode="safe" if fix else "none")
    return check_format(document, runs, observe(document, runs), options, policy)


def check_under_template(
    template: Document, filled: Document, policy: Policy, *, touched: Iterable[str] | None = None
) -> FormatReport:
    """The report of ``filled`` held against ``template``, as if filling had changed more than texts."""
    ids = [place.run_id for place in touched_runs(template, touched)]
    before = observe(template, touched_runs(template, ids))
    for place in filled.walk.paragraphs:
        place.fill(Filled(place.reading, (), (), None))
    return check_format(filled, touched_runs(filled, ids), before, Options(), policy)


def edits_of(report: FormatReport) -> list[Edit]:
    """What the report has repaired, as edits of bytes."""
    return repair_edits(
        [
            (change.owner, change.element, dict(change.before), dict(change.after))
            for change in report.fix_changes
        ]
    )


def body_xml(document: Document, edits: list[Edit] | None = None) -> bytes:
    """The main part with ``edits`` in, as canonical XML, for comparison."""
    content = with_edits(document.parts[0], edits or [])
    found: bytes = etree.tostring(  # type: ignore[call-overload] # the stubs do not know strip_text
        etree.fromstring(content), method="c14n2", strip_text=True
    )
    return found


def _entries(content: Mapping[str, object]) -> dict[str, tuple[Any, int]]:
    return {
        key: (_entries(value) if isinstance(value, Mapping) else value, 1) for key, value in content.items()
    }
