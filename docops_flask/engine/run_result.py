"""What came of a run, beside its artefacts."""

from typing import Any, Literal, NamedTuple

from docops_flask.engine.bilingual import Language
from docops_flask.engine.checks.report import FormatReport
from docops_flask.engine.document.document import Document
from docops_flask.engine.errors import ExitCode, exit_code
from docops_flask.engine.integrity.verdict import Exactness, Verdict
from docops_flask.engine.opc.digest import sha256
from docops_flask.engine.options import Options
from docops_flask.engine.reports.missing_fields import MissingFields
from docops_flask.engine.reports.replace_log import ReplaceLog


class Counts(NamedTuple):
    """What the headers of the answer to a run say.

    ``left`` placeholders are still in the document, ``missing`` required fields have no value.
    """

    left: int
    missing: int
    format: Literal["passed", "failed", "skipped"]


class Made(NamedTuple):
    """What a receipt says of the files of a run: the verdict of the proof, and their hashes.

    ``sha256`` has the hash of each file, in hexadecimal, by its name: of out.docx, and of out.pdf if made.
    """

    verdict: Verdict
    exactness: Exactness
    sha256: dict[str, str]

    def with_file(self, name: str, content: bytes) -> "Made":
        """Return it with the hash of the file ``name`` too."""
        return self._replace(sha256={**self.sha256, name: sha256(content)})


class Review(NamedTuple):
    """What a reviewer's copy has: ``made`` comments or changes; ``left_out`` findings have no comment."""

    kind: Literal["comments", "tracked"]
    sha256: str
    made: int
    left_out: int

    def as_dict(self) -> dict[str, Any]:
        """Return the member ``review`` of ``api_result.json``."""
        counted = "comments" if self.kind == "comments" else "changes"
        return {"kind": self.kind, counted: self.made, "left_out": self.left_out}


def exit_code_of(options: Options, log: ReplaceLog, missing: MissingFields, report: FormatReport) -> ExitCode:
    """Return the exit code of a run that came to these reports."""
    return exit_code(
        missing_required=bool(missing.required),
        unsupported=log.unsupported_count > 0,
        format_failed=options.format_mode == "strict" and not report.passed,
    )


class RunResult(NamedTuple):
    """What came of a run, beside its artefacts.

    ``template_fields`` are the placeholder names of the template, sorted; ``language`` is the one of the
    texts for people; ``zip_ms`` is how long the ZIP took to assemble, in whole milliseconds. ``file_name`` is
    the text that the pattern of the file's name came to, not yet storable; ``None`` without one, or where a
    value is missing. ``made`` is there for a job with ``receipt`` alone, ``review`` for one with a copy for
    the reviewer;
    ``document`` is the document as it was filled.
    """

    exit_code: ExitCode
    log: ReplaceLog
    missing: MissingFields
    report: FormatReport
    template_fields: list[str]
    language: Language
    zip_ms: int = 0
    file_name: str | None = None
    made: Made | None = None
    document: Document | None = None
    review: Review | None = None

    def summary(self) -> dict[str, int]:
        """Return the counts of the log and of the missing fields, and what the format check came to."""
        return {
            **self.log.summary(),
            "missing_required_count": len(self.missing.required),
            "missing_optional_count": len(self.missing.optional),
            "left_count": self.log.left_count,
            "format_passed": self.report.passed,
            "format_skipped": self.report.skipped,
        }

    def counts(self) -> Counts:
        """Return what the headers of the answer say."""
        report = self.report
        checked: Literal["passed", "failed"] = "passed" if report.passed else "failed"
        return Counts(
            self.log.left_count, len(self.missing.required), "skipped" if report.skipped else checked
        )

    def as_dict(self) -> dict[str, Any]:
        """Return what the renderer tells the server of a run."""
        return {
            "exit_code": int(self.exit_code),
            "summary": self.summary(),
            "counts": self.counts()._asdict(),
            "format_issue_codes": self.report.issue_codes(),
            "zip_ms": self.zip_ms,
            "language": self.language,
            **({} if self.file_name is None else {"file_name": self.file_name}),
            **({} if self.made is None else {"made": self.made._asdict()}),
            **({} if self.review is None else {"review": self.review._asdict()}),
        }
