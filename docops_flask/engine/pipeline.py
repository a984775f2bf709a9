"""A job from the template's file to the artefacts, step by step.

``run_job`` is what a renderer process calls; the functions named after a kind of job do the same in the shell
and return typed results. What only some jobs need is imported where they need it: a renderer starts anew for
each job, and sooner without the rest.
"""

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any, TypeAlias

from docops_flask.engine.artefacts import (
    SINGLE_FILES,
    FolderSink,
    MemorySink,
    NullSink,
    OneFileSink,
    OutputBudget,
)
from docops_flask.engine.document.document import Document
from docops_flask.engine.document.open import open_document
from docops_flask.engine.errors import DocopsError, TemplateLimitExceeded, to_record
from docops_flask.engine.files import FilePath, write_file
from docops_flask.engine.job import Batch, Job, JobKind
from docops_flask.engine.opc.package import Package
from docops_flask.engine.render import template_for
from docops_flask.engine.run_result import RunResult
from docops_flask.engine.template.grammar import closed_names
from docops_flask.engine.template.part_search import Closed
from docops_flask.engine.template.places.search import scan_places
from docops_flask.engine.template.scan import scan_document
from docops_flask.engine.template.unaccounted import find_unaccounted

if TYPE_CHECKING:
    from docops_flask.engine.integrity.task_values import TaskValues
    from docops_flask.engine.integrity.verification import Evidence, Verification
    from docops_flask.engine.learning.learnt import Learnt
    from docops_flask.engine.reports.conversion import Conversion
    from docops_flask.engine.reports.inspection import Inspection, Problem, UnsupportedPlace
    from docops_flask.engine.reports.precheck import Precheck
    from docops_flask.engine.reports.type_fields import TypeField
    from docops_flask.engine.template.foreign.tools import Tool
    from docops_flask.engine.template.native.marks import NativeMarks
    from docops_flask.engine.template.tag_meaning import TagMeanings

ARCHIVE = "outputs.zip"
_SIGNS_OF_OTHER_TOOLS = (b"{", "«".encode(), b"____", "＿＿＿＿".encode())
_OF_ROWS = (JobKind.MERGE, JobKind.MERGE_PRECHECK, JobKind.PLAN, JobKind.CHUNK)


def run_job(job: Job, template: FilePath, folder: FilePath) -> dict[str, Any]:
    """Do ``job`` with the file ``template`` and return its result as the JSON of ``result.json``.

    A run writes ``outputs.zip`` into ``folder``, or the one file that is asked for, previews a file for each
    page; a verification reads its
    evidence there. Raises ``DocopsError`` subclasses for a template that cannot be used; ``folder`` then
    holds at most unfinished files.
    """
    if job.assets:
        files = [asset._replace(file=os.path.join(folder, asset.file)) for asset in job.assets]
        job = job._replace(assets=tuple(files))
    if job.office is not None:
        job = job._replace(office=job.office._replace(work=os.fspath(folder)))
    if job.kind is JobKind.INSPECT:
        return inspect(job, template).as_dict()
    if job.kind is JobKind.LEARN:
        return learn_policy(job, folder).as_dict()
    if job.kind is JobKind.INSPECT_MANY and job.batch is not None:
        return {"inspected": inspect_many(job, job.batch, folder)}
    if job.kind is JobKind.PRECHECK:
        return precheck(job, template).as_dict()
    if job.kind is JobKind.VERIFY:
        from pathlib import Path

        from docops_flask.engine.integrity.verification import evidence_in

        return verify_files(job, template, evidence_in(Path(folder))).as_dict()
    if job.kind in _OF_ROWS:
        return _do_rows(job, template, folder)
    if job.kind is JobKind.RUN and job.options.output in SINGLE_FILES:
        return run_to_folder(job, template, folder).as_dict()
    with closing(Package(template, job.limits)) as package:
        if job.kind is JobKind.PREVIEW:
            from docops_flask.engine.preview import preview

            return preview(job, package, template_for(job, package), folder).as_dict()
        if job.kind is JobKind.FIRST_PAGE:
            from docops_flask.engine.preview import first_page

            return first_page(job, package, folder)._asdict()
        return run_to_zip(job, package, os.path.join(folder, ARCHIVE)).as_dict()


def _do_rows(job: Job, template: FilePath, folder: FilePath) -> dict[str, Any]:
    """Do a job of a template and rows, or of a part of them, as ``run_job`` does."""
    archive = os.path.join(folder, ARCHIVE)
    if job.kind is JobKind.MERGE:
        from docops_flask.engine.merge.merge_job import merge

        return merge(job, template, folder, archive).as_dict()
    if job.kind is JobKind.MERGE_PRECHECK:
        from docops_flask.engine.merge.merge_precheck import precheck_merge

        return precheck_merge(job, template, folder).as_dict()
    if job.kind is JobKind.PLAN:
        from docops_flask.engine.merge.planning import plan

        return plan(job, template, folder).as_dict()
    from docops_flask.engine.merge.chunk import do_chunk

    return do_chunk(job, template, folder, archive)


def run_to_folder(job: Job, template: FilePath, folder: FilePath) -> RunResult:
    """Run ``job`` and write its artefacts as files into ``folder``, which must exist.

    Where the option ``output`` asks for one file, that is written, and the document.
    """
    budget = OutputBudget(job.limits.output_bytes)
    wanted = SINGLE_FILES.get(job.options.output)
    with closing(Package(template, job.limits)) as package:
        sink = FolderSink(folder, budget) if wanted is None else OneFileSink(folder, budget, wanted)
        return template_for(job, package).render(job, sink)


def run_to_zip(job: Job, package: Package, archive: FilePath) -> RunResult:
    """Run ``job`` and write its artefacts as one ZIP to ``archive``."""
    return template_for(job, package).render_to_zip(job, archive)


def precheck(job: Job, template: FilePath) -> "Precheck":
    """Do what a run with ``format_mode=off`` does, keep the outcome, write no document.

    Raises what the run would raise, also for tracked changes that the template has no room for.
    """
    from docops_flask.engine.reports.open_inspection import (
        comparisons_with_words,
        needs_language_2,
        undeclared_texts,
    )
    from docops_flask.engine.reports.precheck import precheck_of

    unchecked = job._replace(options=job.options.of_precheck())
    with closing(Package(template, job.limits)) as package:
        budget = OutputBudget(job.limits.output_bytes)
        # The reviewer's copy is made of the written document.
        sink = NullSink(budget) if unchecked.options.review is None else MemorySink(budget)
        result = template_for(unchecked, package).render(unchecked, sink)
        opened = _opened(package, job)
        meanings = _meanings(package, job, opened)
        problems = (
            (*undeclared_texts(result.missing.undeclared), *comparisons_with_words(meanings))
            if job.grammar == 2
            else needs_language_2(meanings)
        )
        problems = (*problems, *_of_other_tools(opened[0], meanings))
    told = precheck_of(result.exit_code, result.template_fields, result.log, result.missing)
    return told._replace(problems=problems)


def inspect(job: Job, template: FilePath) -> "Inspection":
    """Return what ``template`` asks for and what is wrong with it."""
    from docops_flask.engine.reports import open_inspection
    from docops_flask.engine.reports.inspection import inspect_template
    from docops_flask.engine.reports.marked_fields import kinds_of, unfit_places
    from docops_flask.engine.reports.package_problems import package_problems

    with closing(Package(template, job.limits)) as package:
        document, native = _opened(package, job)
        scan = scan_document(document)
        places = scan_places(package, document, job.limits, scan=scan)
        meanings = _meanings(package, job, (document, native))
        closed: Closed = closed_names
        faults: Sequence[UnsupportedPlace] = ()
        shown, elsewhere = scan, places
        if meanings.needs_language_2:
            scan, places = meanings.scan, meanings.places
            shown, elsewhere = open_inspection.with_paths(meanings)
            faults = open_inspection.tag_faults(meanings)
            closed = meanings.closed_tags
        logged = (*scan.inline_names(), *places.names())
        unaccounted = find_unaccounted(package, document, scan, logged, closed)
        beside = (
            *open_inspection.hints(meanings),
            *_of_other_tools(document, meanings),
            *_of_controls(document, native),
            *package_problems(package, document),
        )
        kinds = kinds_of([*shown.field_counts(), *elsewhere.field_counts()], native)
        facts = open_inspection.open_facts(document, meanings, kinds)
        faults = [*faults, *unfit_places(native, meanings.declared)]
        return inspect_template(shown, elsewhere, job.skills, unaccounted, beside, faults, facts)


def _of_other_tools(document: Document, meanings: "TagMeanings") -> Iterator["Problem"]:
    """Yield hints about tags of other tools."""
    if any(sign in part.content for part in document.parts for sign in _SIGNS_OF_OTHER_TOOLS):
        # Few templates have such signs in their texts, and a renderer starts the faster without it.
        from docops_flask.engine.reports.other_tools import other_tools

        has_fields = bool(meanings.scan.paragraphs) or any(True for _ in meanings.places.all_found())
        yield from other_tools(document, has_fields=has_fields)


def _of_controls(document: Document, native: "NativeMarks | None") -> "Iterator[Problem]":
    """Yield hints about content controls."""
    if any(b"sdtContent" in part.content for part in document.parts):
        # Few templates have controls, and a renderer starts the faster without it.
        from docops_flask.engine.reports.control_hints import control_hints

        yield from control_hints(document, native)


def inspect_many(job: Job, batch: Batch, folder: FilePath) -> int:
    """Inspect the templates of ``batch`` in ``folder`` and return how many that were.

    Each has a file of its own with the result, as ``result.json`` has it, or the error. A fault of the engine
    ends the batch: the first template without a result is the one it was about.
    """
    import gc
    import json
    import time

    # A renderer leaves garbage alone, which is right for one template and not for hundreds.
    gc.enable()
    began_at, written = time.monotonic(), 0
    for number, name in enumerate(batch.files):
        if number and (time.monotonic() - began_at > batch.seconds or written > batch.all_bytes):
            return number
        try:
            record: dict[str, Any] = {"result": inspect(job, os.path.join(folder, name)).as_dict()}
        except DocopsError as error:
            record = {"error": to_record(error)}
        content = json.dumps(record, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()
        if len(content) > batch.result_bytes:
            limit = TemplateLimitExceeded(
                f"template: its content would make a report of more than {batch.result_bytes} bytes.",
                limit="output_bytes",
                maximum=batch.result_bytes,
            )
            content = json.dumps({"error": to_record(limit)}).encode()
        write_file(os.path.join(folder, batch.result_of(name)), content)
        written += len(content)
    return len(batch.files)


def convert_template(job: Job, template: FilePath, tool: "Tool", file: FilePath) -> "Conversion":
    """Rewrite the tags of another tool in ``template`` and write the result to ``file``.

    ``job`` is one that inspects ``template``, which says what is wrong with the result.
    """
    from docops_flask.engine.convert import convert

    return convert(template, tool, job.limits, file, lambda each: inspect(job, each))


def fields_of_template(job: Job, template: FilePath) -> "list[TypeField]":
    """Return the fields that a document type for ``template`` has, those that nobody declared among them."""
    from docops_flask.engine.reports.type_fields import type_fields

    with closing(Package(template, job.limits)) as package:
        opened = _opened(package, job)
        candidates = _meanings(package, job, opened).candidates
        names = {name for each in candidates if each.accepted is None for name in each.name.split(".")}
        return type_fields(opened[0], _meanings(package, job, opened, names), names)


# A document with Word's own marks of fields as tags, and these marks.
_OpenedDocument: TypeAlias = "tuple[Document, NativeMarks | None]"


def _opened(package: Package, job: Job) -> _OpenedDocument:
    from docops_flask.engine.language_2 import with_native_tags

    return with_native_tags(open_document(package, job.limits), job.limits)


def _meanings(
    package: Package, job: Job, opened: "_OpenedDocument | None" = None, known: Collection[str] = ()
) -> "TagMeanings":
    """Return what the tags of a template mean in language 2, without a payload.

    ``known`` are names that count as declared.
    """
    from docops_flask.engine.language_2 import meanings_of
    from docops_flask.engine.reports.open_inspection import without_slips

    document, native = opened or _opened(package, job)
    meanings = meanings_of(document, package, job.limits, known)
    skills = job.skills if job.skill is None else (job.skill,)
    meanings = without_slips(meanings, {name for skill in skills for name in skill.placeholders()})
    if native is None:
        return meanings
    # Few templates have such marks.
    from docops_flask.engine.reports.marked_fields import with_marks

    return with_marks(meanings, native)


def learn_policy(job: Job, folder: FilePath) -> "Learnt":
    """Return the policy that the documents of ``job``, files in ``folder``, have in common."""
    from docops_flask.engine.learning.learn import learn

    return learn(job, folder)


def verify_files(job: Job, template: FilePath, evidence: "Evidence") -> "Verification":
    """Prove what an earlier job made of ``template``."""
    from docops_flask.engine.integrity.verification import verify

    with closing(Package(template, job.limits)) as package:
        assets = {asset.name: str(asset.file) for asset in job.assets}
        return verify(package, evidence, job.limits, _task_values(job), assets)


def _task_values(job: Job) -> "TaskValues | None":
    """Return the values of the task that a verification compares with; ``None`` without a task."""
    from docops_flask.engine.integrity.task_values import TaskValues, TypedValue

    if job.payload is None:
        return None
    if job.skill is None or job.grammar == 2:
        keys = {} if job.skill is None else {field.placeholder: field.key for field in job.skill.fields}
        return TaskValues(job.payload, keys=keys)
    typed = {
        field.placeholder: TypedValue(job.payload.get(field.key), field.separator)
        for field in job.skill.fields
    }
    return TaskValues(job.payload, typed)
