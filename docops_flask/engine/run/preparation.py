"""What a run fills: the values that its job gives, and the document with blocks and lines repeated."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from docops_flask.engine.artefacts import OutputBudget
from docops_flask.engine.document.document import Document
from docops_flask.engine.errors import DocopsError
from docops_flask.engine.job import Job
from docops_flask.engine.run.compiled import CompiledTemplate
from docops_flask.engine.skills.skill import Skill
from docops_flask.engine.template.alike import AlikeParagraphs, field_counts
from docops_flask.engine.template.places.found import PlaceScan
from docops_flask.engine.template.places.search import scan_places
from docops_flask.engine.template.scan import Scan, scan_document
from docops_flask.engine.template.values import Values, build_values

if TYPE_CHECKING:
    from docops_flask.engine.template.block_run import BlockRun
    from docops_flask.engine.template.expansion import Expansion
    from docops_flask.engine.template.folded_copies import FoldedCopies
    from docops_flask.engine.template.open_task import OpenTask


class Asked(NamedTuple):
    """What a job asks of a template: the places to fill, and the values by the names of placeholders.

    ``file_name`` is the name that the pattern for file names gives, ``None`` without a pattern. ``alike`` are
    the paragraphs by kinds where each kind can be filled once, else ``None``.
    """

    skill: Skill
    values: Values
    scan: Scan
    places: PlaceScan
    open_task: "OpenTask | None" = None
    file_name: str | None = None
    alike: AlikeParagraphs | None = None

    @property
    def has_rich_values(self) -> bool:
        """Whether the template has fields that take rich values."""
        return self.open_task is not None and self.open_task.has_rich_values

    @property
    def has_documents(self) -> bool:
        """Whether the template has tags in whose place documents are put."""
        return self.open_task is not None and self.open_task.has_documents

    @property
    def adds_later(self) -> bool:
        """Whether values are put in after filling: rich values or documents, which may add parts."""
        return self.has_rich_values or self.has_documents

    def field_counts(self) -> dict[str, int]:
        """Return how often each field stands in the template."""
        counts = self.scan.field_counts() if self.alike is None else field_counts(self.alike)
        for name, count in self.places.field_counts().items():
            counts[name] = counts.get(name, 0) + count
        return counts


class Opened(NamedTuple):
    """What one rendering fills: the template, or what blocks make of it, with the addresses of the result.

    ``block_run`` is the expansion of a template with blocks, ``expansion`` that of lines of values alone.
    ``alike`` are the paragraphs by kinds where each kind is filled once.
    """

    document: Document
    scan: Scan
    values: Values
    places: PlaceScan
    expansion: "Expansion | None" = None
    block_run: "BlockRun | None" = None
    alike: AlikeParagraphs | None = None


def asked_of(job: Job, template: CompiledTemplate) -> Asked:
    """Return what ``job``, a run, asks of ``template``; raises ``InvalidArgument`` for its payload."""
    if job.payload is None:
        raise DocopsError("A run needs a payload.")
    if job.skill is not None and job.grammar == 1:
        values = build_values(job.skill, job.payload)
        name = _file_name(job, None)
        return Asked(job.skill, values, template.scan, template.places, None, name, template.alike)
    task = template.language_2.read_task(job)
    if template.native is not None:
        template.language_2.refuse_tags(job.payload, template.native)
    meanings = task.meanings
    return Asked(task.skill, task.values, meanings.scan, meanings.places, task, _file_name(job, task))


def _file_name(job: Job, task: "OpenTask | None") -> str | None:
    pattern = job.name_pattern
    if pattern is None:
        return None
    # Imported here: most jobs have no pattern.
    from docops_flask.engine.template.name_pattern import name_of_job

    return name_of_job(pattern, job.skill, job.payload or {}, task)


def refuse_growth(counts: Mapping[str, int], values: Values, maximum: int) -> None:
    """Raise ``TemplateLimitExceeded`` before filling when the values alone would exceed the output limit."""
    sizes = {name: values.longest(name) for name in values}
    grown = sum(sizes[name] * count for name, count in counts.items() if name in sizes)
    OutputBudget(maximum).spend(grown)


def opened_for(job: Job, asked: Asked, template: CompiledTemplate, folds: bool) -> Opened:
    """Return what is filled: ``template`` itself, or expanded for the values that ``asked`` has.

    With ``folds`` copies of blocks that are alike are read once, if that is possible. Raises
    ``TemplateLimitExceeded``, and ``InvalidArgument`` for a value that cannot stand where it is asked for.
    """
    if asked.open_task is not None and asked.open_task.meanings.structure is not None:
        # Native marks that are left, and values too long for their fields, are told for each copy.
        declared = asked.open_task.meanings.declared
        native = template.native
        is_told = native is not None and bool(native.left(declared) or native.limits)
        may_fold = folds and _may_fold(job) and not asked.adds_later and not is_told
        cascade = template.cascade if may_fold else None
        run = template.language_2.expanded(job, asked.open_task, cascade)
        return Opened(run.document, run.scan, run.values, run.places, None, run)
    expansion = _expansion(job, asked.skill, template.document, asked.scan, asked.values)
    if expansion is None:
        return Opened(template.document, asked.scan, asked.values, asked.places, alike=asked.alike)
    document = expansion.document
    scan = scan_document(document, template.find)
    places = scan_places(template.package, document, job.limits, template.find, scan)
    if asked.open_task is not None:
        scan, places = asked.open_task.again(scan, places)
    return Opened(document, scan, asked.values.with_copies(expansion.texts_of_copies()), places, expansion)


def _expansion(job: Job, skill: Skill, document: Document, scan: Scan, values: Values) -> "Expansion | None":
    """Return the expanded template; ``None`` where no value becomes several paragraphs."""
    if not any(
        each.lines == "paragraphs" and "\n" in values.get(each.placeholder, "") for each in skill.fields
    ):
        return None
    # Few jobs have values of several lines, and a renderer starts faster without this.
    from docops_flask.engine.template.expansion import expand_lines

    return expand_lines(document, scan, skill, values, job.limits)


def _may_fold(job: Job) -> bool:
    """Say whether nothing but the log, the check against the template and the proof looks at some copies.

    A policy looks at each paragraph, but not at those in tables where it forbids tables. The report's page
    needs no text of a copy that is folded: nothing in it is left unfilled.
    """
    options = job.options
    return (not job.checks_paragraphs or job.policy.forbid_tables) and not (
        options.export_suggested_policy or options.strip_comments or options.drop_signature
    )


def folded_copies(run: "BlockRun | None") -> "FoldedCopies | None":
    """Return the copies that were not read, if any."""
    if run is None or not run.expanded.folds:
        return None
    # Few lists are long, and a renderer starts the faster for what it does not load.
    from docops_flask.engine.template.folded_copies import FoldedCopies

    return FoldedCopies(run)
