"""The edits of a run, and the parts of the document that they make."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from docops_flask.engine.artefacts import ArtefactSink
from docops_flask.engine.checks.report import FormatReport
from docops_flask.engine.document.document import Document
from docops_flask.engine.document.edits import Edit, written_parts
from docops_flask.engine.job import Job
from docops_flask.engine.opc.package import Package
from docops_flask.engine.reports.log_entry import LogEntry
from docops_flask.engine.run.compiled import CompiledTemplate
from docops_flask.engine.run.preparation import Asked, Opened
from docops_flask.engine.skills.skill import Skill
from docops_flask.engine.template.alike import Filling
from docops_flask.engine.template.fill import fill
from docops_flask.engine.template.grammar import Suggestions
from docops_flask.engine.template.places.found import PlaceScan
from docops_flask.engine.template.scan import Scan
from docops_flask.engine.template.values import Values

if TYPE_CHECKING:
    from docops_flask.engine.review.review_copy import ReviewBasis
    from docops_flask.engine.run.later import PutIn
    from docops_flask.engine.template.block_run import BlockRun
    from docops_flask.engine.template.folded_copies import FoldedCopies
    from docops_flask.engine.template.inline_fill import InlineFilling
    from docops_flask.engine.template.pictures.filling import PictureFilling, ShownPicture
    from docops_flask.engine.template.removal import Removal


class Fillings:
    """What the values of a run fill, by the kinds of places.

    ``paragraphs`` are the texts of paragraphs, ``inline`` those inside them (field codes, ruby, equations),
    ``places`` the edits outside paragraphs and ``elsewhere`` the log's entries about these.
    """

    __slots__ = ("elsewhere", "inline", "paragraphs", "pictures", "places")

    def __init__(
        self,
        paragraphs: Filling,
        inline: "InlineFilling | None",
        outside: tuple[Sequence[Edit], Sequence[LogEntry]],
        pictures: "PictureFilling | None",
    ) -> None:
        self.paragraphs = paragraphs
        self.inline = inline
        self.places, self.elsewhere = outside
        self.pictures = pictures

    def touched(self, scan: Scan) -> Iterable[str]:
        """Return the addresses of the paragraphs of ``scan`` that change."""
        touched = self.paragraphs.touched
        return touched if self.inline is None else self.inline.all_touched(scan, touched)

    @property
    def shown(self) -> "Mapping[tuple[str, int], ShownPicture] | None":
        """The pictures that stand for tags; ``None`` where the template has no tags of pictures."""
        return None if self.pictures is None else self.pictures.shown


def fill_document(job: Job, template: CompiledTemplate, asked: Asked, opened: Opened) -> Fillings:
    """Fill the document of ``opened`` with its values; nothing is written yet.

    Raises ``InvalidArgument`` for a picture that cannot be used.
    """
    scan, values = opened.scan, opened.values
    pictures = _pictures(job, asked, template, opened.document, opened.block_run)
    filling = fill(scan, values, pictures, opened.alike)
    inline = _fill_inline(scan, values, asked.skill)
    outside = _fill_places(job, opened.places, values, opened.document, pictures)
    return Fillings(filling, inline, outside, pictures)


def _fill_inline(scan: Scan, values: Values, skill: Skill) -> "InlineFilling | None":
    if not any(paragraph.inline for paragraph in scan.paragraphs):
        return None
    # Few templates have placeholders in field codes, ruby or equations.
    from docops_flask.engine.template.inline_fill import fill_inline

    return fill_inline(scan, values, skill)


def _pictures(
    job: Job, asked: Asked, template: CompiledTemplate, document: Document, block_run: "BlockRun | None"
) -> "PictureFilling | None":
    task = asked.open_task
    given = None if task is None else task.pictures if block_run is None else block_run.pictures
    if given is None:
        return None
    # Few templates have pictures' tags, and a renderer starts the faster for what it does not load.
    from docops_flask.engine.template.pictures.filling import PictureFilling

    keys = {field.placeholder: field.key for field in asked.skill.fields}
    return PictureFilling(template.package, document, job.limits, given, keys)


def _fill_places(
    job: Job,
    scan: PlaceScan,
    values: Values,
    document: Document,
    pictures: "PictureFilling | None",
) -> tuple[Sequence[Edit], Sequence[LogEntry]]:
    """Return the edits outside paragraphs, and the log's entries about them and about what is not filled."""
    if job.skill is None or not any(scan):
        return (), ()
    # Most templates have no such places, and a renderer starts the faster for what it does not load.
    from docops_flask.engine.reports.place_entries import place_entries
    from docops_flask.engine.template.places.filling import fill_places

    if pictures is not None:
        of_copies = values.of_copies
        values = Values({**values, **pictures.alternative_texts(scan)}, values.in_chinese, values.shortened)
        values.of_copies = of_copies
    filling = fill_places(scan, values, job.skill, document)
    edits = filling.edits if pictures is None else pictures.fill_boxes(scan, values, filling.edits)
    shown = None if pictures is None else pictures.shown
    suggestions = Suggestions(job.skill.placeholders())
    return edits, tuple(place_entries(scan, filling, job.skill, suggestions, shown))


def all_edits(fillings: Fillings, report: FormatReport, folded: "FoldedCopies | None") -> list[Edit] | None:
    """Return the edits that fill and repair; ``None`` if they differ in copies that were read as one."""
    filling, inline = fillings.paragraphs, fillings.inline
    edits = [*filling.edits, *fillings.places, *(() if inline is None else inline.edits)]
    edits += (*report.repair_edits(), *filling.edits_of_emptied(report.repaired_runs()))
    of_copies = () if folded is None else folded.edits(edits)
    return None if of_copies is None else [*edits, *of_copies]


def removal_of(job: Job, package: Package, document: Document, placed: Sequence[Edit]) -> "Removal | None":
    """Return what the job's options leave out, if anything; ``placed`` are the edits outside paragraphs."""
    if not (job.options.strip_comments or job.options.drop_signature):
        return None
    # Imported here to keep the renderer's start fast: most jobs leave nothing out.
    from docops_flask.engine.template.removal import plan_removal

    return plan_removal(package, document, job.options, {edit.part.name: edit.part for edit in placed})


def changed_parts(
    template: CompiledTemplate, edits: Sequence[Edit], fillings: Fillings, opened: Opened, asked: Asked
) -> tuple[Mapping[str, bytes], Mapping[str, bytes]]:
    """Return the parts that ``edits`` and ``fillings`` change, and those that pictures add.

    What pictures add comes later where there are rich values or documents put in, which add something too.
    """
    stories = _stories(template, edits, fillings, opened)
    if fillings.pictures is None or asked.adds_later:
        return stories, {}
    return fillings.pictures.parts(stories)


def _stories(
    template: CompiledTemplate, edits: Sequence[Edit], fillings: Fillings, opened: Opened
) -> Mapping[str, bytes]:
    """Return the story parts that ``edits`` and the texts of ``fillings`` change.

    There are no such texts where there are pictures or blocks. Native marks without a value are as they were.
    """
    if fillings.pictures is not None:
        edits = fillings.pictures.finish(edits)
    run = opened.block_run
    stories = written_parts(edits, fillings.paragraphs.texts) if run is None else run.written_parts(edits)
    return stories if template.native is None else template.native.finished(stories)


def review_basis(  # noqa: PLR0917, called once
    job: Job,
    template: CompiledTemplate,
    sink: ArtefactSink,
    report: FormatReport,
    edits: Sequence[Edit],
    fillings: Fillings,
    opened: Opened,
    later: "Sequence[PutIn]",
) -> "ReviewBasis | None":
    """Return what the reviewer's copy needs of this rendering; ``None`` where there is none.

    ``later`` are the values put in after filling, in that order.
    """
    if job.options.review is None or not sink.keeps_reports:
        return None
    # Few jobs have a reviewer's copy.
    from docops_flask.engine.review.review_copy import basis_of

    def written(unrepaired: Sequence[Edit]) -> Mapping[str, bytes]:
        stories = _stories(template, unrepaired, fillings, opened)
        for each in later:
            stories = each.again(stories)
        return stories

    basis = basis_of(report, fillings.paragraphs, edits, written)
    for each in later:
        basis = basis.moved(each.moved.path, each.moved.all_paths)
    return basis
