"""What the log tells of Word's own marks of fields (docs/analysis/native-marks.md)."""

from collections.abc import Mapping, Sequence

from docops_flask.engine.reports.log_entry import LogEntry
from docops_flask.engine.reports.paragraph_entries import AlikeEntries
from docops_flask.engine.reports.replace_log import ReplaceLog
from docops_flask.engine.template.native.marks import NativeMarks, Unfit


def with_native(
    log: ReplaceLog,
    native: NativeMarks,
    left: Sequence[Unfit],
    template_paths: Mapping[str, str] | None = None,
) -> ReplaceLog:
    """Return ``log`` with the marks that became tags; those that are ``left`` are unsupported, at its end.

    ``template_paths`` has the addresses in the template by those in the result, where paragraphs are
    repeated: a mark is told for each place in the result, or once where it stands nowhere there.
    """
    log = log._replace(native=native.logged())
    if not left:
        return log
    added, nowhere, entries = [], [], log.entries
    results: dict[str, list[str]] = {}
    for result, path in (template_paths or {}).items():
        results.setdefault(path, []).append(result)
    for each in left:
        entry = _entry(each)
        if template_paths is None:
            added.append(entry)
        else:
            shown = results.get(each.path, ())
            added += [entry._replace(result_path=result) for result in shown]
            nowhere += [] if shown else [entry]
    return log._replace(
        entries=entries.with_others(added) if isinstance(entries, AlikeEntries) else (*entries, *added),
        nowhere=(*log.nowhere, *nowhere),
        unsupported_count=log.unsupported_count + len(added) + len(nowhere),
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
