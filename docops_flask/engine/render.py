"""A template, read once and rendered: filled, checked, written and proved, with all reports.

What only some renderings need is imported where they need it: a renderer starts anew for each job, and sooner
without the rest.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from docops_flask.engine.artefacts import (
    DOCUMENT,
    FORMAT_REPORT,
    FORMAT_REPORT_PAGE,
    INTEGRITY,
    MISSING_FIELDS,
    PDF,
    REPLACE_LOG,
    SUGGESTED_POLICY,
    ArtefactSink,
    OutputBudget,
    WrittenItems,
    ZipSink,
    json_text,
)
from docops_flask.engine.bilingual import Language
from docops_flask.engine.checks.alike_check import AlikeLooks, KeptLooks
from docops_flask.engine.checks.observation import Observation
from docops_flask.engine.checks.report import Deviation, FormatReport
from docops_flask.engine.document.document import Document, RunPlace
from docops_flask.engine.document.edits import Edit, Texts, written_parts
from docops_flask.engine.document.language import language_of
from docops_flask.engine.document.open import open_document
from docops_flask.engine.errors import DocopsError
from docops_flask.engine.files import FilePath
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.integrity.byte_stories import TemplateEvidence
from docops_flask.engine.integrity.proof import prove_written
from docops_flask.engine.integrity.verdict import PartRecord, Proof
from docops_flask.engine.job import Job
from docops_flask.engine.opc.digest import sha256
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.relationships import SIGNATURE_ORIGIN
from docops_flask.engine.policy.policy import Policy
from docops_flask.engine.reports.log_entry import LogEntry
from docops_flask.engine.reports.missing_fields import (
    Given,
    MissingFields,
    missing_fields,
    missing_fields_json,
)
from docops_flask.engine.reports.replace_log import ReplaceLog, replace_log
from docops_flask.engine.run_result import Made, Review, RunResult, exit_code_of
from docops_flask.engine.skills.skill import Skill
from docops_flask.engine.template.alike import (
    AlikeParagraphs,
    Filling,
    alike_paragraphs,
    field_counts,
    runs_to_fill,
)
from docops_flask.engine.template.fill import fill
from docops_flask.engine.template.grammar import Suggestions, closed_names, find_placeholders
from docops_flask.engine.template.places.found import PlaceScan
from docops_flask.engine.template.places.search import scan_places
from docops_flask.engine.template.scan import Finder, Scan, scan_document
from docops_flask.engine.template.unaccounted import NamesBeside, few_names_beside, find_unaccounted
from docops_flask.engine.template.values import Values, build_values

if TYPE_CHECKING:
    from docops_flask.engine.language_2 import Language2
    from docops_flask.engine.reports.page.facts import PageFacts
    from docops_flask.engine.review.review_copy import ReviewBasis
    from docops_flask.engine.rich_run import RichRun
    from docops_flask.engine.run_warnings import RunWarning
    from docops_flask.engine.template.block_run import BlockRun
    from docops_flask.engine.template.expansion import Expansion
    from docops_flask.engine.template.folded_copies import FoldedCopies
    from docops_flask.engine.template.inline_fill import InlineFilling
    from docops_flask.engine.template.native.marks import NativeMarks
    from docops_flask.engine.template.open_task import OpenTask
    from docops_flask.engine.template.pictures.filling import PictureFilling
    from docops_flask.engine.template.removal import Removal


class Template:
    """A template that is read once and rendered as often as wanted, one rendering after the other.

    Nothing of a rendering stays in it. ``package`` must stay open. ``find`` finds the placeholders of a text,
    those of language 1 or 2. Raises as ``open_document`` does.
    """

    def __init__(self, package: Package, limits: Limits, find: Finder = find_placeholders) -> None:
        self.package = package
        self.find = find
        self.document = open_document(package, limits)
        self.native: NativeMarks | None = None
        if find is not find_placeholders:
            from docops_flask.engine.language_2 import separate_branches_of, with_native_tags

            self.document, self.native = with_native_tags(self.document, limits)
            separate_branches_of(self.document)
        self.scan = scan_document(self.document, find)
        self.places = scan_places(package, self.document, limits, find, self.scan)
        self.cascade = Cascade(self.document.styles, self.document.related)
        self.evidence = TemplateEvidence(package)

    @cached_property
    def language_2(self) -> "Language2":
        """What is known of it in template language 2."""
        # Imported here to keep the renderer's start fast: most jobs have a document type.
        from docops_flask.engine.language_2 import Language2

        return Language2(self.package, self.document, self.scan, self.places, self.native)

    @cached_property
    def alike(self) -> AlikeParagraphs | None:
        """Its paragraphs with placeholders by kinds; ``None`` where they are filled one by one."""
        return alike_paragraphs(self.scan)

    @cached_property
    def looks(self) -> KeptLooks:
        """How its paragraphs look that are filled alike; there are such."""
        assert self.alike is not None
        return KeptLooks(self.alike, self.cascade)

    def report_as_json(self, report: FormatReport) -> bytes:
        """Return the JSON of ``report``, a rendering's."""
        # Where paragraphs are not filled alike, nobody asked for their looks.
        return self.looks.as_json(report) if "looks" in self.__dict__ else report.as_json()

    @cached_property
    def names_beside(self) -> NamesBeside | None:
        """The names in brackets that stand beside its paragraphs, if they are few."""
        return few_names_beside(self.package, self.document, self.scan)

    @cached_property
    def language(self) -> Language:
        """The language that most of its text is in."""
        return language_of(self.document)

    def render(self, job: Job, sink: ArtefactSink) -> "RunResult":
        """Do ``job``, a run, and write its artefacts to ``sink``: all reports, and the proof."""
        for folds in (True, False):
            self.document.begin_rendering()
            self.cascade.begin_rendering()
            result = _run(job, self, sink, folds=folds)
            if result is not None:
                return result
        raise AssertionError("without folds every run comes to a result")

    def file_name(self, job: Job) -> str | None:
        """Return what the pattern of the file's name comes to for ``job``, a run; ``None`` without one.

        Raises as ``render`` does for the payload.
        """
        return _asked(job, self).file_name

    def render_to_zip(self, job: Job, archive: FilePath) -> "RunResult":
        """Do ``job`` and write its artefacts as one ZIP to ``archive``."""
        with ZipSink(archive, OutputBudget(job.limits.output_bytes)) as sink:
            result = self.render(job, sink)
            return result._replace(zip_ms=sink.finish())


def template_for(job: Job, package: Package) -> Template:
    """Return the template of ``package`` as ``job`` reads it: in template language 1 or 2."""
    if job.grammar == 1:
        return Template(package, job.limits)
    # Imported here: most jobs have a document type.
    from docops_flask.engine.template.tag_scan import find_tags

    return Template(package, job.limits, find_tags)


def _run(  # noqa: PLR0915, the steps of a run in their order
    job: Job, template: Template, sink: ArtefactSink, *, folds: bool
) -> RunResult | None:
    """Do ``job``; with ``folds`` copies of blocks that are alike are read once, if that is possible.

    ``None`` says that they turned out not to be, before anything was written.
    """
    language = job.options.lang or template.language
    asked = _asked(job, template)
    job = job._replace(skill=asked.skill)
    field_counts = asked.field_counts()
    _refuse_growth(field_counts, asked.values, job.limits.output_bytes)
    opened = _opened(job, asked, template, folds)
    document, scan, values, places, expansion, block_run, alike = opened
    folded = _folded(block_run)

    repeated = block_run or expansion
    targets, template_look = _observed(job, template, opened, folded)
    pictures = _pictures(job, asked, template, document, block_run)
    filling = fill(scan, values, pictures, alike)
    inline = _fill_inline(scan, values, asked.skill)
    touched = filling.touched if inline is None else inline.all_touched(scan, filling.touched)
    placed, elsewhere = _fill_places(job, places, values, document, pictures, asked.open_task)
    suggested, deviations = _suggested(job, document, scan, targets)
    report = _with_paths(_format_report(job, template, opened, targets, template_look), deviations, repeated)
    if folded is not None and report.issues:
        return None

    suggestions = Suggestions(asked.skill.placeholders())
    shown = None if pictures is None else pictures.shown
    log = (
        replace_log(
            scan, values, asked.skill, suggestions, touched, inline, expansion, elsewhere, shown, alike
        )
        if block_run is None or asked.open_task is None
        else template.language_2.log(
            block_run, asked.open_task, suggestions, touched, inline, elsewhere, shown, folded
        )
    )
    closed = closed_names if asked.open_task is None else asked.open_task.meanings.closed_tags
    logged = (*scan.inline_names(), *log.elsewhere(), *(() if block_run is None else block_run.left))
    beside = None if alike is None else template.names_beside
    unaccounted = find_unaccounted(template.package, document, scan, logged, closed, beside)
    log = log.with_unaccounted(unaccounted.names, suggestions).with_media(
        () if pictures is None else pictures.media
    )
    fields, log, missing = _told(job, template, asked, opened, sorted(field_counts), log)

    edits = None if folded is not None and log.nowhere else _edits(filling, placed, inline, report, folded)
    if edits is None:
        return None
    removal = _removal(job, template.package, document, placed)
    if removal is not None:
        edits += removal.edits
        log = log._replace(removed=removal.entries)
    left_out = frozenset[str]() if removal is None else removal.parts
    changed, added = _parts(template, edits, filling.texts, pictures, block_run, asked)
    warnings: tuple[RunWarning, ...] = ()
    rich = None
    if asked.has_rich_values:
        rich = _with_rich_values(job, template, document, changed, pictures, (log, report))
        changed, added, log, report, warnings, document, *_ = rich
        opened = opened._replace(document=document)
    basis = _review_basis(job, template, sink, report, filling, edits, pictures, block_run, rich)
    warnings += _warnings(template.package, changed, left_out, unaccounted.unread)
    if warnings:
        log, report = log._replace(warnings=warnings), report._replace(warnings=warnings)
    _write(template.package, sink, changed, added, left_out)
    # There may be hundreds of thousands of edits; the proof needs the memory.
    del changed, edits, filling, inline, placed, removal
    proof, made = _prove(job, template, asked, sink, (log.claims(), report.claims()))
    review = _add_review(job, sink, language, opened, log, report, basis)
    if sink.keeps_reports:
        _add_reports(sink, log, missing, _as_read(asked, template.report_as_json(report)))
        _add_page(job, sink, language, asked, opened, log, report)
        _add_proof(sink, proof, review)
    made = _add_pdf(job, sink, report, made)
    _add_policy(sink, suggested)
    return RunResult(
        exit_code_of(job.options, log, missing, report),
        log,
        missing,
        report,
        fields,
        language,
        document=document,
        made=made,
        file_name=asked.file_name,
        review=review,
    )


def _add_reports(sink: ArtefactSink, log: ReplaceLog, missing: MissingFields, report: bytes) -> None:
    sink.add(REPLACE_LOG, log.as_json())
    sink.add(MISSING_FIELDS, missing_fields_json(missing))
    sink.add(FORMAT_REPORT, report)


def _add_pdf(job: Job, sink: ArtefactSink, report: FormatReport, made: Made | None) -> Made | None:
    """Add the PDF that is asked for; return what was made, with it."""
    if not job.options.pdf:
        return made
    # Few jobs make a PDF, and LibreOffice takes ten times as long as everything else.
    from docops_flask.engine.pdf.make_pdf import add_pdf

    content = add_pdf(job, sink, report.page_geometry)
    return made if made is None or content is None else made.with_file(PDF, content)


def _add_proof(sink: ArtefactSink, proof: Proof | None, review: Review | None) -> None:
    if proof is not None:
        parts = WrittenItems(map(PartRecord.as_json, proof.parts))
        # The copy was proved byte by byte, or there would be no result.
        proved = {"verdict": "intact", "exactness": "bytes"}
        told = {} if review is None else {"review": {**review.as_dict(), **proved, "sha256": review.sha256}}
        sink.add(INTEGRITY, json_text({**proof.without_parts(), **told, "parts": parts}))


def _add_policy(sink: ArtefactSink, suggested: Policy | None) -> None:
    if suggested is not None and sink.keeps_reports:
        from docops_flask.engine.checks.suggested_policy import policy_to_yaml

        sink.add(SUGGESTED_POLICY, policy_to_yaml(suggested).encode())


def _write(
    package: Package,
    sink: ArtefactSink,
    changed: Mapping[str, bytes],
    added: Mapping[str, bytes],
    left_out: Collection[str],
) -> None:
    sink.document(lambda stream: package.write(stream, changed, added, left_out))


def _prove(
    job: Job,
    template: Template,
    asked: "_Asked",
    sink: ArtefactSink,
    claims: tuple[Mapping[str, Any], object],
) -> tuple[Proof | None, Made | None]:
    """Return the proof of the written document and, for a receipt, what was made; ``None`` if nothing was."""
    files = {each.name: each.file for each in job.assets}
    task = () if asked.open_task is None else (job.payload, asked.open_task.keys, files)
    with sink.written() as written:
        proof = prove_written(template.package, template.evidence, written, *claims, job.limits, *task)
        if proof is None or written is None or not job.receipt:
            return proof, None
        return proof, Made(proof.verdict, proof.exactness, {DOCUMENT: sha256(written)})


class _Opened(NamedTuple):
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


class _Asked(NamedTuple):
    """What a job asks of a template: the places to fill, and the values by the names of placeholders.

    ``file_name`` is what the pattern of the file's name comes to, ``None`` without one. ``alike`` are the
    paragraphs by kinds where each kind can be filled once.
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

    def field_counts(self) -> dict[str, int]:
        """Return how often each field stands in the template."""
        counts = self.scan.field_counts() if self.alike is None else field_counts(self.alike)
        for name, count in self.places.field_counts().items():
            counts[name] = counts.get(name, 0) + count
        return counts


def _asked(job: Job, template: Template) -> _Asked:
    if job.payload is None:
        raise DocopsError("A run needs a payload.")
    if job.skill is not None and job.grammar == 1:
        values = build_values(job.skill, job.payload)
        name = _file_name(job, None)
        return _Asked(job.skill, values, template.scan, template.places, None, name, template.alike)
    task = template.language_2.read_task(job)
    if template.native is not None:
        template.language_2.refuse_tags(job.payload, template.native)
    meanings = task.meanings
    return _Asked(task.skill, task.values, meanings.scan, meanings.places, task, _file_name(job, task))


def _file_name(job: Job, task: "OpenTask | None") -> str | None:
    pattern = job.name_pattern
    if pattern is None:
        return None
    # Imported here: most jobs have no pattern.
    from docops_flask.engine.template.name_pattern import name_of_job

    return name_of_job(pattern, job.skill, job.payload or {}, task)


def _opened(job: Job, asked: _Asked, template: Template, folds: bool) -> _Opened:
    if asked.open_task is not None and asked.open_task.meanings.structure is not None:
        # Native marks that are left are told where they stand in each copy.
        has_unfit = template.native is not None and bool(template.native.unfit)
        may_fold = folds and _may_fold(job) and not asked.has_rich_values and not has_unfit
        cascade = template.cascade if may_fold else None
        run = template.language_2.expanded(job, asked.open_task, cascade)
        return _Opened(run.document, run.scan, run.values, run.places, None, run)
    expansion = _expansion(job, asked.skill, template.document, asked.scan, asked.values)
    if expansion is None:
        return _Opened(template.document, asked.scan, asked.values, asked.places, alike=asked.alike)
    document = expansion.document
    scan = scan_document(document, template.find)
    places = scan_places(template.package, document, job.limits, template.find, scan)
    if asked.open_task is not None:
        scan, places = asked.open_task.again(scan, places)
    return _Opened(document, scan, asked.values.with_copies(expansion.texts_of_copies()), places, expansion)


def _edits(
    filling: Filling,
    placed: Sequence[Edit],
    inline: "InlineFilling | None",
    report: FormatReport,
    folded: "FoldedCopies | None",
) -> list[Edit] | None:
    """Return the edits that fill and repair; ``None`` where copies were folded that differ by them."""
    edits = [*filling.edits, *placed, *(() if inline is None else inline.edits)]
    edits += (*report.repair_edits(), *filling.edits_of_emptied(report.repaired_runs()))
    of_copies = () if folded is None else folded.edits(edits)
    return None if of_copies is None else [*edits, *of_copies]


def _may_fold(job: Job) -> bool:
    """Say whether nothing but the log, the check against the template and the proof looks at copies.

    The report's page needs no text of a copy that is folded: nothing in it is left unfilled.
    """
    options = job.options
    return options.format_baseline == "template" and not (
        options.export_suggested_policy or options.strip_comments or options.drop_signature
    )


def _folded(run: "BlockRun | None") -> "FoldedCopies | None":
    """Return the copies that were not read, if any."""
    if run is None or not run.expanded.folds:
        return None
    # Few lists are long, and a renderer starts the faster for what it does not load.
    from docops_flask.engine.template.folded_copies import FoldedCopies

    return FoldedCopies(run)


def _told(  # noqa: PLR0917, called once
    job: Job, template: Template, asked: _Asked, opened: _Opened, fields: list[str], log: ReplaceLog
) -> tuple[list[str], ReplaceLog, MissingFields]:
    """Return the names of the template's fields, the log, and what is missing."""
    if template.native is not None:
        repeated = opened.block_run or opened.expansion
        log = template.language_2.with_native(log, template.native, repeated)
    if asked.open_task is not None:
        return template.language_2.told(asked.open_task, log, opened.scan, opened.block_run)
    given = Given(asked.skill, job.payload or {}, opened.values)
    return fields, log, missing_fields(fields, given, log, opened.scan, opened.places)


def _fill_inline(scan: Scan, values: Values, skill: Skill) -> "InlineFilling | None":
    if not any(paragraph.inline for paragraph in scan.paragraphs):
        return None
    # Few templates have placeholders in field codes, ruby or equations.
    from docops_flask.engine.template.inline_fill import fill_inline

    return fill_inline(scan, values, skill)


def _pictures(
    job: Job, asked: _Asked, template: Template, document: Document, block_run: "BlockRun | None"
) -> "PictureFilling | None":
    task = asked.open_task
    given = None if task is None else task.pictures if block_run is None else block_run.pictures
    if given is None:
        return None
    # Few templates have pictures' tags, and a renderer starts the faster for what it does not load.
    from docops_flask.engine.template.pictures.filling import PictureFilling

    keys = {field.placeholder: field.key for field in asked.skill.fields}
    return PictureFilling(template.package, document, job.limits, given, keys)


def _parts(  # noqa: PLR0917, called once
    template: Template,
    edits: Sequence[Edit],
    texts: Texts,
    pictures: "PictureFilling | None",
    block_run: "BlockRun | None",
    asked: _Asked,
) -> tuple[Mapping[str, bytes], Mapping[str, bytes]]:
    """Return the parts that ``edits`` and ``texts`` change, and those that pictures add.

    There are no ``texts`` where there are pictures or blocks. Native marks without a value are as they were.
    What pictures add comes later where there are rich values, which add something too.
    """
    if pictures is not None:
        edits = pictures.finish(edits)
    changed = written_parts(edits, texts) if block_run is None else block_run.written_parts(edits)
    added: Mapping[str, bytes] = {}
    if pictures is not None and not asked.has_rich_values:
        changed, added = pictures.parts(changed)
    return (changed if template.native is None else template.native.finished(changed)), added


def _with_rich_values(  # noqa: PLR0917, called once
    job: Job,
    template: Template,
    document: Document,
    changed: Mapping[str, bytes],
    pictures: "PictureFilling | None",
    told: tuple[ReplaceLog, FormatReport],
) -> "RichRun":
    # Few templates take rich values, and a renderer starts the faster for what it does not load.
    from docops_flask.engine.rich_run import with_rich_values

    return with_rich_values(template.package, document, changed, pictures, told, job.limits)


def _fill_places(  # noqa: PLR0917, called once
    job: Job,
    scan: PlaceScan,
    values: Values,
    document: Document,
    pictures: "PictureFilling | None",
    task: "OpenTask | None",
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


def _removal(job: Job, package: Package, document: Document, placed: Sequence[Edit]) -> "Removal | None":
    if not (job.options.strip_comments or job.options.drop_signature):
        return None
    # Imported here to keep the renderer's start fast: most jobs leave nothing out.
    from docops_flask.engine.template.removal import plan_removal

    return plan_removal(package, document, job.options, {edit.part.name: edit.part for edit in placed})


def _warnings(
    package: Package,
    changed: Mapping[str, bytes],
    left_out: Collection[str],
    unread: Sequence[tuple[str, str]],
) -> "tuple[RunWarning, ...]":
    """Return what the log and the report warn of.

    That are a signature of the template that no longer holds, and files that were not searched (``unread``).
    """
    warnings = [*unread]
    origin = next((each for each in package.relationships("") if each.kind == SIGNATURE_ORIGIN), None)
    if origin is not None and changed and origin.target not in left_out:
        warnings.insert(0, ("SIGNATURE_VOID", origin.target))
    if not warnings:
        return ()
    from docops_flask.engine.run_warnings import warning_of

    return tuple(warning_of(*each) for each in warnings)


def _suggested(
    job: Job, document: Document, scan: Scan, targets: list[RunPlace]
) -> tuple[Policy | None, tuple[Deviation, ...]]:
    """Return the policy that the document itself suggests, if it is asked for, and how it deviates."""
    if not job.options.export_suggested_policy:
        return None, ()
    # Most jobs export no policy, and importing this takes some milliseconds.
    from docops_flask.engine.checks.role_subjects import TextRuns
    from docops_flask.engine.checks.suggested_policy import policy_deviations, suggest_policy

    cascade, texts = Cascade(document.styles, document.related), TextRuns()
    suggested = suggest_policy(document, scan.placeholder_runs(), cascade, texts)
    if job.options.format_mode == "off":
        return suggested, ()
    return suggested, policy_deviations(document, targets, job.policy, suggested, cascade, texts)


def _observed(
    job: Job, template: Template, opened: _Opened, folded: "FoldedCopies | None"
) -> tuple[list[RunPlace], Observation | AlikeLooks]:
    """Return the runs to fill and how they look in the template.

    Where looks are enough, which are counted, there are no runs.
    """
    document, alike, values = opened.document, opened.alike, opened.values
    repeated = opened.block_run or opened.expansion
    if alike is None:
        targets = opened.scan.runs_to_fill(values, values.of_copies)
    elif job.options.format_baseline == "template" and not job.options.export_suggested_policy:
        return [], template.looks.of(values)
    else:
        targets = runs_to_fill(alike, values)
    # Most jobs count looks, and a renderer starts the faster for what it does not load.
    from docops_flask.engine.checks.format_check import observe

    source_of = None if repeated is None else repeated.source_of
    # Copies may count lists of their own.
    cascade = template.cascade if document.related is template.document.related else None
    look = observe(document, targets, source_of, cascade)
    return targets, look if folded is None else look._replace(weights=folded.weights(targets))


def _format_report(
    job: Job, template: Template, opened: _Opened, targets: list[RunPlace], look: Observation | AlikeLooks
) -> FormatReport:
    document = opened.document
    is_off = job.options.format_mode == "off"
    if isinstance(look, AlikeLooks) and not is_off:
        report = template.looks.report(document, look, job.options, job.policy)
        if report is not None:
            return report
    # As above.
    from docops_flask.engine.checks.format_check import check_format, observe, skipped_report

    if is_off:
        return skipped_report(job.options, job.policy)
    if isinstance(look, AlikeLooks):
        assert opened.alike is not None
        targets = runs_to_fill(opened.alike, opened.values)
        with document.as_in_template():
            look = observe(document, targets, None, template.cascade)
    return check_format(document, targets, look, job.options, job.policy)


def _with_paths(
    report: FormatReport, deviations: tuple[Deviation, ...], repeated: "BlockRun | Expansion | None"
) -> FormatReport:
    """Return ``report`` with ``deviations`` of the policy, and with addresses in the template."""
    if repeated is not None:
        return report._replace(policy_deviations=deviations, template_paths=repeated.template_paths())
    # Mostly there is nothing to add, and rows of a merge share a report.
    return report._replace(policy_deviations=deviations) if deviations else report


def _expansion(job: Job, skill: Skill, document: Document, scan: Scan, values: Values) -> "Expansion | None":
    """Return the expanded template; ``None`` where no value becomes several paragraphs."""
    if not any(
        each.lines == "paragraphs" and "\n" in values.get(each.placeholder, "") for each in skill.fields
    ):
        return None
    # Few jobs have values of several lines, and a renderer starts faster without this.
    from docops_flask.engine.template.expansion import expand_lines

    return expand_lines(document, scan, skill, values, job.limits)


def _refuse_growth(counts: Mapping[str, int], values: Values, maximum: int) -> None:
    """Raise ``TemplateLimitExceeded`` before filling when the values alone would exceed the output limit."""
    sizes = {name: values.longest(name) for name in values}
    grown = sum(sizes[name] * count for name, count in counts.items() if name in sizes)
    OutputBudget(maximum).spend(grown)


def _review_basis(  # noqa: PLR0917, called once
    job: Job,
    template: Template,
    sink: ArtefactSink,
    report: FormatReport,
    filling: Filling,
    edits: Sequence[Edit],
    pictures: "PictureFilling | None",
    block_run: "BlockRun | None",
    rich: "RichRun | None",
) -> "ReviewBasis | None":
    """Return what the reviewer's copy needs of this rendering; ``None`` where there is none."""
    if job.options.review is None or not sink.keeps_reports:
        return None
    # Few jobs have a reviewer's copy.
    from docops_flask.engine.review.review_copy import basis_of

    def written(unrepaired: Sequence[Edit]) -> Mapping[str, bytes]:
        all_edits = unrepaired if pictures is None else pictures.finish(unrepaired)
        parts = (
            written_parts(all_edits, filling.texts)
            if block_run is None
            else block_run.written_parts(all_edits)
        )
        if template.native is not None:
            parts = template.native.finished(parts)
        return parts if rich is None else rich.again(parts)

    basis = basis_of(report, filling, edits, written)
    return basis if rich is None else basis.moved(rich.moved.path, rich.moved.all_paths)


def _add_review(  # noqa: PLR0917, called once
    job: Job,
    sink: ArtefactSink,
    language: Language,
    opened: _Opened,
    log: ReplaceLog,
    report: FormatReport,
    basis: "ReviewBasis | None",
) -> Review | None:
    if basis is None:
        return None
    # As above.
    from docops_flask.engine.review.review_copy import add_review

    facts = _facts(job, language, opened, log, report)
    return add_review(job.options.review or "comments", job.limits, sink, basis, report, facts)


def _add_page(  # noqa: PLR0917, called once
    job: Job,
    sink: ArtefactSink,
    language: Language,
    asked: _Asked,
    opened: _Opened,
    log: ReplaceLog,
    report: FormatReport,
) -> None:
    wants_page, files = job.options.format_report in ("human", "both"), job.options.report_files
    if not wants_page and not files:
        return
    facts = _facts(job, language, opened, log, report)
    shown = report.as_dict()
    if asked.has_rich_values:
        shown = json.loads(_as_read(asked, json.dumps(shown, ensure_ascii=False).encode()))
    if wants_page:
        # Most jobs make no page, and importing its template engine takes time.
        from docops_flask.engine.reports.page.html import render_report

        sink.add(FORMAT_REPORT_PAGE, render_report(shown, facts).encode())
    if files:
        from docops_flask.engine.review.report_files import add_report_files

        add_report_files(files, sink, shown, facts)


def _as_read(asked: _Asked, report: bytes) -> bytes:
    """Return a report where rich values are the characters that people read."""
    if not asked.has_rich_values:
        return report
    # Few templates take rich values, and a renderer starts the faster for what it does not load.
    from docops_flask.engine.template.rich.markers import without_signs

    return without_signs(report)


def _facts(
    job: Job, language: Language, opened: _Opened, log: ReplaceLog, report: FormatReport
) -> "PageFacts":
    # As above.
    from docops_flask.engine.reports.page.facts import page_facts

    places = {issue.paragraph_path for issue in report.issues}
    places |= {note.paragraph_path for note in report.roles}
    run = opened.block_run
    path_of = None if run is None or not run.expanded.folds else run.path_in_result
    return page_facts(job, language, opened.document, log, places, path_of)
