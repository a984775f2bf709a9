"""What the log tells of Word's own marks of fields (docs/analysis/native-marks.md)."""

from docops_flask.engine.reports.log_entry import LogEntry
from docops_flask.engine.reports.paragraph_entries import AlikeEntries
from docops_flask.engine.reports.replace_log import ReplaceLog
from docops_flask.engine.template.native.marks import NativeMarks, Unfit


def with_native(log: ReplaceLog, native: NativeMarks) -> ReplaceLog:
    """Return ``log`` with the marks that became tags; those that did not are unsupported, at its end."""
    log = log._replace(native=native.logged())
    if not native.unfit:
        return log
    added, entries = [_entry(each) for each in native.unfit], log.entries
    return log._replace(
        entries=entries.with_others(added) if isinstance(entries, AlikeEntries) else (*entries, *added),
        unsupported_count=log.unsupported_count + len(added),
    )


def _entry(unfit: Unfit) -> LogEntry:
    return LogEntry(
        "unsupported",
        run_id=None,
        paragraph_path=unfit.path,
        start=0,
        end=0,
        original_text=unfit.shown,
        before="",
        after="",
        mirrored_at=(),
        reason=unfit.reason,
        kind=unfit.code,
    )
