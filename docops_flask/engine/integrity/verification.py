"""``/v1/verify`` and ``docops verify``: runs the proof on files from the client.

The template, the document and the two JSON reports are untrusted.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, NoReturn

from docops_flask.engine.errors import DocopsError, InvalidJson, InvalidTemplate, TemplateLimitExceeded
from docops_flask.engine.files import FilePath, read_file
from docops_flask.engine.integrity.byte_stories import TemplateEvidence
from docops_flask.engine.integrity.claims import read_claims
from docops_flask.engine.integrity.json_members import LOG, REPORT
from docops_flask.engine.integrity.proof import prove
from docops_flask.engine.integrity.task_values import TaskValues, task_faults
from docops_flask.engine.integrity.verdict import MAX_LISTED, Defect, Exactness, Proof, Unaccounted, Verdict
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.zip_reader import ZipReader
from docops_flask.engine.text_encoding import decoded_json


def read_json(part: str, file: FilePath) -> Any:
    """Return the JSON value in ``file``; see ``json_of``."""
    return json_of(part, read_file(file))


def json_of(part: str, content: bytes) -> Any:
    """Return the JSON value (RFC 8259) that ``content`` is; ``part`` is the form field named in errors.

    Raises ``InvalidJson`` if it is not UTF-8, not JSON, nested too deeply for Python, or has a duplicate key,
    NaN, Infinity or a number that is too long. Errors give the position, never the content.
    """

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise InvalidJson(f"{part}: an object in it has the same key twice.", field=part)
        return found

    def refuse_constant(_name: str) -> NoReturn:
        raise InvalidJson(f"{part}: NaN and Infinity are not JSON.", field=part)

    text = decoded_json(content, part)
    try:
        return json.loads(text, object_pairs_hook=members, parse_constant=refuse_constant)
    except json.JSONDecodeError as error:
        problem = error.msg.partition(":")[0]
        raise InvalidJson(
            f"{part}: not JSON: {problem} at line {error.lineno}, column {error.colno}.",
            field=part,
            line=error.lineno,
            column=error.colno,
        ) from None
    except RecursionError:
        raise InvalidJson(f"{part}: nested too deeply.", field=part) from None
    except ValueError:
        # Python refuses integers with thousands of digits.
        raise InvalidJson(f"{part}: holds a number that is too long.", field=part) from None


DOCUMENT = "document"


class Evidence(NamedTuple):
    """The files of a finished job: the document, the replace log and the format report."""

    document: Path
    replace_log: Path
    format_report: Path


def evidence_in(folder: Path) -> Evidence:
    """Return the paths of the uploaded files of a verify request in ``folder``."""
    return Evidence(folder / f"{DOCUMENT}.docx", folder / f"{LOG}.json", folder / f"{REPORT}.json")


class Verification(NamedTuple):
    """The result of ``/v1/verify``: at most ``MAX_LISTED`` of each kind; the counts are complete."""

    verdict: Verdict
    exactness: Exactness
    unaccounted_count: int
    unaccounted: tuple[Unaccounted, ...]
    template_defect_count: int
    template_defects: tuple[Defect, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the response body of ``/v1/verify`` without ``request_id``."""
        return {
            "verdict": self.verdict,
            "exactness": self.exactness,
            "unaccounted_count": self.unaccounted_count,
            "unaccounted": [each._asdict() for each in self.unaccounted],
            "template_defect_count": self.template_defect_count,
            "template_defects": [each._asdict() for each in self.template_defects],
        }


def verify(
    template: Package,
    evidence: Evidence,
    limits: Limits,
    task: TaskValues | None = None,
    assets: Mapping[str, str] = MappingProxyType({}),
) -> Verification:
    """Prove ``evidence`` against ``template`` and return the result.

    With the values of its ``task``, those that the log claims are compared with them. ``assets`` are the
    paths of files by the names under which they were put in.

    Raises ``InvalidJson`` or ``InvalidArgument`` (``detail.field``, ``detail.path``) for malformed reports.
    For the document it raises what ``ZipReader`` raises, and ``InvalidMediaType`` for one of another kind,
    with ``detail.field`` = ``document``.
    """
    claims = read_claims(read_json(LOG, evidence.replace_log), read_json(REPORT, evidence.format_report))
    if claims.subdocuments is not None:
        # Few documents have others in them.
        from docops_flask.engine.integrity.subdocument.values import with_sent_assets

        claims = claims._replace(subdocuments=with_sent_assets(claims.subdocuments, assets))
    with _errors_name_document():
        document = _opened(evidence.document.read_bytes(), limits)
    try:
        read = TemplateEvidence(template)
        proof = prove(template, document, claims, limits, read)
        if task is not None:
            proof.findings.extend(task_faults(claims, task, read.choices()))
        return _verification(proof)
    finally:
        document.close()


def left_in(replace_log: Path) -> int:
    """Return how many entries of a log that was verified tell of a placeholder that was not replaced."""
    entries = read_json(LOG, replace_log)["entries"]
    return sum(entry.get("status") in ("missing", "unsupported") for entry in entries)


def _opened(content: bytes, limits: Limits) -> ZipReader:
    """Return the document's archive; one that is no Word document is refused by what it is."""
    # Loaded for verifications alone.
    from docops_flask.engine.opc.other_archives import kind_of_package, refusal_of
    from docops_flask.engine.opc.other_kinds import other_media

    try:
        document = ZipReader(content, limits)
    except (InvalidTemplate, TemplateLimitExceeded) as error:
        raise refusal_of(error, content) from error

    def read(name: str) -> bytes | None:
        entry = document.get(name)
        return None if entry is None or entry.size > limits.xml_part_bytes else document.read(entry)

    kind = kind_of_package(content, read)
    if kind is not None:
        raise other_media(DOCUMENT, kind)
    return document


def _verification(proof: Proof) -> Verification:
    return Verification(
        verdict=proof.verdict,
        exactness=proof.exactness,
        unaccounted_count=proof.unaccounted_count,
        unaccounted=tuple(proof.unaccounted),
        template_defect_count=len(proof.template_defects),
        template_defects=proof.template_defects[:MAX_LISTED],
    )


@contextmanager
def _errors_name_document() -> Iterator[None]:
    """Convert errors of the shared reader, which name the template, into errors that name the document."""
    try:
        yield
    except DocopsError as error:
        error.message = error.message.replace("template:", f"{DOCUMENT}:", 1)
        error.detail["field"] = DOCUMENT
        raise
