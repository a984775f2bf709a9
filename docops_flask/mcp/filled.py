"""What is told of a run and of a merge: from the files that they made, the same for either transport."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from docops_flask.engine.artefacts import (
    ARTEFACTS,
    DOCX_MEDIA_TYPE,
    FORMAT_REPORT,
    INTEGRITY,
    MISSING_FIELDS,
    REPLACE_LOG,
    SUGGESTED_POLICY,
)
from docops_flask.engine.errors import ExitCode, message_of
from docops_flask.jobs.errors import RendererCrashed
from docops_flask.jobs.receipts.envelope import RECEIPT
from docops_flask.mcp.argument_names import in_arguments

# What is told of a run, and what its document can be verified with.
RESULTS = (*(name for name in ARTEFACTS if name != SUGGESTED_POLICY), RECEIPT)
# The lists say these first ones; the reports have all.
_MOST_ISSUES = 50
MOST_ROWS = 100
_MEDIA_TYPES = {
    ".docx": DOCX_MEDIA_TYPE,
    ".json": "application/json",
    ".pdf": "application/pdf",
    ".zip": "application/zip",
    ".sarif": "application/sarif+json",
    ".xml": "application/xml",
    ".html": "text/html",
}
_ISSUE = (
    "code",
    "severity",
    "message",
    "paragraph_path",
    "expected",
    "actual",
    "fixed",
    "rule_source",
    "reason_text",
)


def fill_data(
    exit_code: int, files: Mapping[str, bytes], listed: Iterable[tuple[str, int]], stem: str = "out"
) -> dict[str, Any]:
    """Return what is told of a run; ``files`` are its results, by the names that ``RESULTS`` has.

    ``listed`` are the names and sizes of the files that go with it, whose names begin with ``stem``. Raises
    ``RendererCrashed`` where a result is none of ours.
    """
    try:
        missing, log = _read(files[MISSING_FIELDS]), _read(files[REPLACE_LOG])
        report, proof = _read(files[FORMAT_REPORT]), _read(files[INTEGRITY])
        left = [each for each in log["entries"] if each["status"] != "replaced"]
        return {
            "exit_code": exit_code,
            "message": message_of(ExitCode(exit_code), len(left)).replace("out.", f"{stem}."),
            "verdict": proof["verdict"],
            "summary": log["summary"],
            **({"warnings": log["warnings"]} if "warnings" in log else {}),
            **({"review": proof["review"]} if "review" in proof else {}),
            **missing,
            "format_passed": report["passed"],
            "format_issues": [_issue(each) for each in report["issues"][:_MOST_ISSUES]],
            "files": file_list(listed),
        }
    except (KeyError, TypeError, ValueError) as error:
        raise _other_result() from error


def merge_data(
    exit_code: int, rows: Mapping[str, Any], lines: bytes, listed: Iterable[tuple[str, int]]
) -> dict[str, Any]:
    """Return what is told of a merge; ``lines`` are those of results.jsonl.

    Of many rows some are told, those first that did not come to a whole document.
    """
    results = sorted(map(_read, lines.splitlines()), key=lambda row: row.get("outcome") == "ok")
    told = [_row(each) for each in results[:MOST_ROWS]]
    return {"exit_code": exit_code, "rows": dict(rows), "results": told, "files": file_list(listed)}


def media_type(name: str) -> str:
    """Return the media type of a result's file."""
    return next(kind for suffix, kind in _MEDIA_TYPES.items() if name.endswith(suffix))


def file_list(listed: Iterable[tuple[str, int]]) -> list[dict[str, Any]]:
    """Return what is told of files with these names and sizes."""
    return [{"name": name, "mime_type": media_type(name), "bytes": size} for name, size in listed]


def _row(result: dict[str, Any]) -> dict[str, Any]:
    """Return what came of a row; an error names arguments."""
    error = result.get("error")
    if error is None:
        return result
    message, detail = in_arguments(error["message"], error["detail"])
    return {**result, "error": {**error, "message": message, "detail": detail}}


def _issue(issue: Mapping[str, Any]) -> dict[str, Any]:
    return {name: issue[name] for name in _ISSUE if name in issue}


def _read(content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _other_result() from error
    if not isinstance(document, dict):
        raise _other_result()
    return document


def _other_result() -> RendererCrashed:
    return RendererCrashed(inner="a report of its result is none of ours")


def sizes_of(files: Mapping[str, bytes]) -> Iterator[tuple[str, int]]:
    """Yield the names and sizes of ``files``."""
    return ((name, len(content)) for name, content in files.items())
