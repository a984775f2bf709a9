"""What a job in template language 2 needs beside a job in language 1: tags, blocks, values in copies.

Nothing of it is loaded for a job in language 1, and nothing of blocks for a template without them.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from docops_flask.engine.document.document import Document
from docops_flask.engine.errors import DocopsError, TemplateLimitExceeded
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.job import Job
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.reports.log_entry import LogEntry
from docops_flask.engine.reports.missing_fields import MissingFields
from docops_flask.engine.reports.open_fields import missing_values, with_paths
from docops_flask.engine.reports.replace_log import ReplaceLog
from docops_flask.engine.template.drawn_tags import is_document, is_picture
from docops_flask.engine.template.formats.table import OPTIONAL
from docops_flask.engine.template.grammar import Suggestions
from docops_flask.engine.template.native_probe import native_marks_of
from docops_flask.engine.template.open_task import (
    OpenTask,
    read_open_task,
    refused,
    unused_assets,
    with_key,
    without_documents,
)
from docops_flask.engine.template.places.found import PlaceScan
from docops_flask.engine.template.places.search import scan_places
from docops_flask.engine.template.scan import Scan, scan_document
from docops_flask.engine.template.tag_meaning import (
    TagMeanings,
    decide_tags,
    holds_structure,
    path_of,
)
from docops_flask.engine.template.tag_scan import find_tags

if TYPE_CHECKING:
    from docops_flask.engine.checks.alike import Alike
    from docops_flask.engine.run_warnings import RunWarning
    from docops_flask.engine.template.block_run import BlockRun
    from docops_flask.engine.template.blocks.expansion import BlockLayouts
    from docops_flask.engine.template.blocks.optional_pictures import OptionalBox
    from docops_flask.engine.template.blocks.template_structure import Structure
    from docops_flask.engine.template.expansion import Expansion
    from docops_flask.engine.template.folded_copies import FoldedCopies
    from docops_flask.engine.template.folding import Folding
    from docops_flask.engine.template.inline_fill import InlineFilling
    from docops_flask.engine.template.native.marks import NativeMarks
    from docops_flask.engine.template.pictures.filling import ShownPicture
    from docops_flask.engine.template.structured_tags import Conflicting


def meanings_of(
    document: Document, package: Package, limits: Limits, known: Collection[str] = ()
) -> TagMeanings:
    """Return what the tags of a template mean without a payload; ``known`` are names that are declared."""
    separate_branches_of(document)
    scan, places = scan_document(document, find_tags), scan_places(package, document, limits, find_tags)
    return _meanings(lambda those: _structure_of(document, places, those), scan, places, known)


def with_native_tags(document: Document, limits: Limits) -> "tuple[Document, NativeMarks | None]":
    """Return ``document`` with Word's own marks of fields rewritten into tags, and these marks, if any.

    Raises ``TemplateLimitExceeded`` as ``open_document`` does.
    """
    native = native_marks_of(document)
    if native is None or not native.stories:
        return document, native
    # Imported here: few templates have such marks.
    from docops_flask.engine.document.open import reopen_document

    return reopen_document(document, native.texts(), limits), native


def separate_branches_of(document: Document) -> None:
    """Tell the branches of text boxes apart that have other tags of blocks."""
    if any(b"txbxContent" in part.text.content for part in document.parts):
        # Imported here: few templates have text boxes.
        from docops_flask.engine.template.blocks.mirrored_blocks import separate_branches

        separate_branches(document)


def _structure_of(document: Document, places: PlaceScan, conflicting: "Conflicting" = ()) -> "Structure":
    # Imported here: few templates have blocks.
    from docops_flask.engine.template.blocks.structure import find_structure

    return find_structure(document, conflicting, _optional_boxes(places))


def _optional_boxes(places: PlaceScan) -> "Sequence[OptionalBox]":
    if not any(OPTIONAL in found.name for _, found in places.all_found()):
        return ()
    # Imported here: few templates have such pictures.
    from docops_flask.engine.template.pictures.optional_boxes import optional_boxes

    return optional_boxes(places)


def _may_lose_pictures(scan: Scan, places: PlaceScan) -> bool:
    """Say whether a template has a picture or a document that may be absent."""
    of_paragraphs = (each.name for paragraph in scan.paragraphs for each in paragraph.found)
    names = {*of_paragraphs, *(found.name for _, found in places.all_found())}
    return any(OPTIONAL in name and (is_picture(name) or is_document(name)) for name in names)


def _meanings(
    structure: "Callable[[Conflicting], Structure]",
    scan: Scan,
    places: PlaceScan,
    known: Collection[str],
) -> TagMeanings:
    if not holds_structure(scan) and not (_may_lose_pictures(scan, places) and structure(()).blocks):
        return decide_tags(scan, places, known)
    from docops_flask.engine.template.structured_tags import decide_structured_tags

    return decide_structured_tags(structure, scan, places, known)


class Language2:
    """What is known of a template in language 2 whatever the task: its blocks, found when first asked for."""

    def __init__(
        self,
        package: Package,
        document: Document,
        scan: Scan,
        places: PlaceScan,
        native: "NativeMarks | None" = None,
    ) -> None:
        """``scan`` and ``places`` are what ``find_tags`` finds in ``document``, ``native`` its marks."""
        self._native = native
        self._package = package
        self._document = document
        self._scan = scan
        self._places = places
        self._layouts: BlockLayouts | None = None
        # The last meanings: the rows of a merge declare the same names.
        self._decided: tuple[frozenset[str], TagMeanings] | None = None

    def read_task(self, job: Job) -> OpenTask:
        """Return what the payload of ``job`` gives to the template; raises ``InvalidArgument``."""
        if job.payload is None:
            raise DocopsError("A run needs a payload.")
        return read_open_task(self.meanings, job.payload, job.options, job.skill, job.assets)

    def meanings(self, known: Collection[str]) -> TagMeanings:
        """Return what the tags of the template mean; ``known`` are names that the task declares."""
        names = frozenset(known)
        if self._decided is None or self._decided[0] != names:
            meanings = _meanings(self._structure, self._scan, self._places, names)
            if self._native is not None:
                # Few templates have such marks.
                from docops_flask.engine.template.native.choices import with_choices

                meanings = with_choices(meanings, self._native)
            self._decided = names, meanings
        return self._decided[1]

    @staticmethod
    def log(  # noqa: PLR0917, as ``replace_log``
        run: "BlockRun",
        task: OpenTask,
        suggestions: Suggestions,
        touched: Iterable[str],
        inline: "InlineFilling | None",
        elsewhere: Sequence[LogEntry],
        pictures: "Mapping[tuple[str, int], ShownPicture] | None" = None,
        folds: "FoldedCopies | None" = None,
    ) -> ReplaceLog:
        """Return the log of a template with blocks; the arguments are those of ``replace_log``."""
        # Imported here: few templates have blocks.
        from docops_flask.engine.reports.block_log import block_log

        return block_log(run, task, suggestions, touched, inline, elsewhere, pictures, folds)

    @staticmethod
    def refuse_tags(payload: Mapping[str, Any], native: "NativeMarks") -> None:
        """Raise ``InvalidArgument`` for values that read like the tags of native marks."""
        # Imported here: few templates have such marks.
        from docops_flask.engine.template.native.tag_values import values_like_tags

        errors = list(values_like_tags(payload, native.tags))
        if errors:
            raise refused(errors)

    @staticmethod
    def with_native(
        log: ReplaceLog,
        native: "NativeMarks",
        repeated: "BlockRun | Expansion | None",
        declared: Collection[str],
    ) -> ReplaceLog:
        """Return ``log`` with the native marks that became tags, and those that are left as they are.

        ``declared`` are the names of fields; ``repeated`` is the expansion of a template with blocks or
        lines.
        """
        # Imported here: few templates have such marks.
        from docops_flask.engine.reports.native_entries import with_native

        left = native.left(declared)
        paths = None if repeated is None or not left else repeated.template_paths()
        return with_native(log, native, left, paths)

    @staticmethod
    def length_warnings(log: ReplaceLog, native: "NativeMarks") -> "tuple[RunWarning, ...]":
        """Return a warning for each value that is longer than its form field allows."""
        # Imported here: few templates have such fields.
        from docops_flask.engine.reports.field_lengths import length_warnings

        return length_warnings(log, native.limits)

    @staticmethod
    def told(
        task: OpenTask, log: ReplaceLog, scan: Scan, run: "BlockRun | None"
    ) -> tuple[list[str], ReplaceLog, MissingFields]:
        """Return the names of the template's fields, sorted, the log with paths, and what is missing."""
        fields = sorted({path for field in task.skill.fields if (path := path_of(field.placeholder))})
        if run is not None:
            from docops_flask.engine.reports.copied_fields import missing_in_copies

            return fields, log, missing_in_copies(task, run, log)
        log = with_paths(log, task)
        return fields, log, missing_values(task, log, scan)

    def _structure(self, conflicting: "Conflicting") -> "Structure":
        if conflicting:
            return _structure_of(self._document, self._places, conflicting)
        return self._own_layouts().structure

    def _own_layouts(self) -> "BlockLayouts":
        if self._layouts is None:
            from docops_flask.engine.template.blocks.expansion import BlockLayouts

            structure = _structure_of(self._document, self._places)
            self._layouts = BlockLayouts(self._document, structure)
        return self._layouts

    def expanded(self, job: Job, task: OpenTask, cascade: Cascade | None = None) -> "BlockRun":
        """Return the template expanded for the payload of ``task``.

        With the ``cascade`` of its document copies that differ in values alone are folded (``blocks.folds``).
        Raises ``TemplateLimitExceeded``, and ``InvalidArgument`` for a value that a format cannot take.
        """
        # What is bound to a content control gets the whole text of the control.
        if cascade is not None and not task.meanings.places.bound:
            # Imported here: few templates have blocks.
            from docops_flask.engine.checks.alike import Alike

            try:
                alike = Alike(self._document, cascade, only_in_tables=job.checks_paragraphs)
                run = self._expanded(job, task, self._folding(task, alike))
            except TemplateLimitExceeded:
                # What is left out was counted with a margin.
                return self._expanded(job, task)
            folds = run.expanded.folds.values()
            places = (place for part in folds for chunk in part.chunks for place, _, _ in chunk.places)
            # Lines of values get addresses in a document that has all copies.
            is_unlike = folds and (run.lines or not alike.are_amid(places))
            return self._expanded(job, task) if is_unlike else run
        return self._expanded(job, task)

    @staticmethod
    def _folding(task: OpenTask, alike: "Alike") -> "Folding":
        # Imported here: few templates have blocks.
        from docops_flask.engine.template.folding import Folding
        from docops_flask.engine.template.template_tags import tags_by_byte

        # Addresses of places outside paragraphs count elements of one name.
        places = task.meanings.places
        paths = [*(each.place.path for each in places.places), *(each.path for each in places.unfillable)]
        counted = {path.partition("#")[2].partition("[")[0] for path in paths}
        return Folding(tags_by_byte(task.meanings), alike, counted)

    def _expanded(self, job: Job, task: OpenTask, folding: "Folding | None" = None) -> "BlockRun":
        from docops_flask.engine.template.block_run import BlockRun
        from docops_flask.engine.template.blocks.expanded_template import ExpandedTemplate
        from docops_flask.engine.template.blocks.expansion import BlockLayouts
        from docops_flask.engine.template.copied_values import CopiedValues

        document, structure = self._document, task.meanings.structure
        assert structure is not None
        layouts = self._own_layouts()
        if layouts.structure is not structure:
            # Blocks stay as text since their names stand for values of different kinds.
            layouts = BlockLayouts(document, structure)
        fold = None if folding is None else folding.fold
        texts = None
        if any(part.merges for part in structure.parts):
            # Imported here: few templates merge cells.
            from docops_flask.engine.template.cell_texts import cell_texts
            from docops_flask.engine.template.template_tags import tags_by_byte

            texts = cell_texts(structure, tags_by_byte(task.meanings), task.meanings.choices)
        expanded = ExpandedTemplate(document, layouts, task.payload, job.limits, fold, texts)
        values = CopiedValues(task.payload, expanded.root.scope, task.meanings.choices)
        values.size = 0 if folding is None else folding.size
        tags = None if folding is None else folding.tags
        run = BlockRun(task.meanings, expanded, values, task.skill, job.limits, tags)
        if values.errors:
            raise refused([each._replace(path=with_key(each.path, task.keys)) for each in values.errors])
        if any(task.meanings.places):
            run.take_places(scan_places(self._package, run.document, job.limits, find_tags))
        if job.assets or task.has_pictures:
            from docops_flask.engine.template.copied_pictures import take_pictures

            pictures = take_pictures(run, job.assets)
            pictures = pictures._replace(
                unused=without_documents(pictures.unused, task.payload, task.meanings)
            )
            run.pictures = pictures
            faults = pictures.errors or unused_assets(pictures.unused, job.options, job.skill)
            if faults:
                raise refused([each._replace(path=with_key(each.path, task.keys)) for each in faults])
        return run
