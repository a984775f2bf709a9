"""Rich values of a run: put into the filled parts and entered in the log."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from docops_flask.engine.checks.report import FormatReport
from docops_flask.engine.document.document import Document
from docops_flask.engine.opc.additions import Additions
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.reports.log_entry import LogEntry, RichEntry
from docops_flask.engine.reports.replace_log import ReplaceLog
from docops_flask.engine.run_warnings import RunWarning
from docops_flask.engine.template.open_task import refused
from docops_flask.engine.template.payload_check import PayloadError
from docops_flask.engine.template.rich.addresses import MovedAddresses
from docops_flask.engine.template.rich.insertion import insert_rich_values
from docops_flask.engine.template.rich.markers import is_marker, paragraphs_in
from docops_flask.engine.template.rich.refusals import FilledTag, RichRefused

if TYPE_CHECKING:
    from docops_flask.engine.template.pictures.filling import PictureFilling


class RichRun(NamedTuple):
    """A result with its rich values: changed and added parts, log, format report, warnings, document.

    ``moved`` maps addresses before they were put in to those in it. ``again`` puts the same values into parts
    that differ from the filled ones in formatting alone. ``additions`` are what was added to the package.
    """

    changed: Mapping[str, bytes]
    added: Mapping[str, bytes]
    log: ReplaceLog
    report: FormatReport
    warnings: tuple[RunWarning, ...]
    document: Document
    moved: MovedAddresses
    again: Callable[[Mapping[str, bytes]], Mapping[str, bytes]]
    additions: Additions


def with_rich_values(  # noqa: PLR0917, called once
    package: Package,
    document: Document,
    changed: Mapping[str, bytes],
    pictures: "PictureFilling | None",
    told: tuple[ReplaceLog, FormatReport],
    limits: Limits,
    *,
    finishes: bool = True,
) -> RichRun:
    """Put rich values into the parts ``changed`` of ``document``, in which texts stand for them.

    ``told`` are the log and the format report of that document. Without ``finishes`` what is added to the
    package is not in the parts yet: more is added later.

    Raises ``InvalidArgument`` for a value that cannot stand where its tag does.
    """
    log, report = told
    additions = Additions(package, limits) if pictures is None else pictures.additions
    tags = [
        FilledTag(
            _path(entry),
            entry.new_text,
            entry.original_text,
            entry.payload_path,
            1 + len(entry.mirrored_at),
        )
        for entry in log.entries
        if entry.status == "replaced" and entry.new_text is not None and entry.part is None
    ]
    try:
        inserted = insert_rich_values(package, document, changed, additions, tags, limits, finishes=finishes)
    except RichRefused as error:
        raise refused([PayloadError(*fault) for fault in error.faults]) from None
    entries = [_told(entry, inserted.forms) for entry in log.entries]
    log = log._replace(entries=entries, added={**log.added, **inserted.members})
    moved = inserted.moved
    paths = (place.path for part in document.parts for place in part.paragraphs)
    report = report.moved(moved.path, moved.run, paths)
    return RichRun(
        inserted.changed,
        inserted.added,
        log,
        report,
        tuple(inserted.warnings),
        inserted.document,
        moved,
        inserted.again,
        additions,
    )


def _path(entry: LogEntry) -> str:
    return entry.paragraph_path if entry.result_path is None else entry.result_path


def _told(entry: LogEntry, forms: Mapping[str, str]) -> LogEntry:
    """Return an entry with the value's text and runs in place of the signs that stood for it."""
    text = entry.new_text
    if text is None or not is_marker(text):
        return entry
    lines = paragraphs_in(text)
    rich = RichEntry(forms[_path(entry)], [each.as_dict() for each in lines])
    return entry._replace(new_text="\n".join([each.text for each in lines]), rich=rich)
