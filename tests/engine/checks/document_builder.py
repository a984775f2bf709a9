"""Documents for the tests of checks, straight from XML: no package, the real walk."""

from collections.abc import Iterable, Mapping
from typing import Any

from lxml import etree

from docops_flask.engine.checks.format_check import check_format, observe
from docops_flask.engine.checks.report import FormatReport
from docops_flask.engine.document.document import Document, RunPlace, StoryKind, StoryPart
from docops_flask.engine.document.paragraph_text import runs_of
from docops_flask.engine.document.walk import walk_stories
from docops_flask.engine.options import Options
from docops_flask.engine.oxml.names import W_STRICT, W_TRANSITIONAL, Vocabulary, vocabulary
from docops_flask.engine.policy.policy import HouseStyle, Policy
from docops_flask.intake.catalogue.house_style import read_house_style
from tests.engine.formatting.related_builder import related_parts
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
    w = vocabulary(W_STRICT if strict else W_TRANSITIONAL)
    parts = [_part(StoryKind.BODY, "", _parse("document", f"<w:body>{body}</w:body>", strict), w)]
    roots = {"header": "hdr", "footer": "ftr"}
    for kind, content in (stories or {}).items():
        root = _parse(roots.get(kind, kind), content, strict)
        parts.append(_part(StoryKind(kind), f"{kind}1/", root, w))
    return Document(
        parts=tuple(parts),
        styles=None if styles is None else _parse("styles", styles, strict),
        walk=walk_stories(parts, 1000),
        related=related_parts(
            numbering=numbering, theme=theme, settings=settings, styles=styles is not None, strict=strict
        ),
    )


def touched_runs(document: Document, run_ids: Iterable[str] | None = None) -> list[RunPlace]:
    """The runs with these ids, all runs of the document where none are named."""
    places = [
        RunPlace(element, f"{paragraph.path}:r{index}", paragraph)
        for paragraph in document.walk.paragraphs
        for index, element in enumerate(runs_of(paragraph.element, paragraph.part.w))
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
    """The report of ``filled`` held against what ``template`` looked like."""
    ids = [place.run_id for place in touched_runs(template, touched)]
    before = observe(template, touched_runs(template, ids))
    return check_format(filled, touched_runs(filled, ids), before, Options(), policy)


def body_xml(document: Document) -> bytes:
    """The body as canonical XML, for comparison."""
    found: bytes = etree.tostring(  # type: ignore[call-overload] # the stubs do not know strip_text
        document.parts[0].root, method="c14n2", strip_text=True
    )
    return found


def _entries(content: Mapping[str, object]) -> dict[str, tuple[Any, int]]:
    return {
        key: (_entries(value) if isinstance(value, Mapping) else value, 1) for key, value in content.items()
    }


def _part(kind: StoryKind, prefix: str, root: etree._Element, w: Vocabulary) -> StoryPart:
    return StoryPart(
        name=f"word/{'document' if kind is StoryKind.BODY else kind.value}.xml",
        kind=kind,
        prefix=prefix,
        root=root,
        w=w,
    )


def _parse(root: str, content: str, strict: bool) -> etree._Element:
    return etree.fromstring(story(root, content, strict=strict).encode())
