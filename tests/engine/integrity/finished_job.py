"""A finished job in memory: its template, its document, its two reports; and the proof of any of them."""

import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.integrity.byte_proof import prove_bytes
from docops_flask.engine.integrity.byte_stories import TemplateEvidence
from docops_flask.engine.integrity.claims import read_claims
from docops_flask.engine.integrity.expansion.expand import expand
from docops_flask.engine.integrity.members import compare_members
from docops_flask.engine.integrity.proof import prove
from docops_flask.engine.integrity.verdict import Proof
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.zip_reader import ZipReader
from docops_flask.engine.options import Options
from docops_flask.engine.pipeline import run_job
from docops_flask.engine.policy.policy import Policy
from docops_flask.engine.skills.skill import Field, Lines, Skill

_LABEL = Bilingual("", "")
LIMITS = Limits()
STRICT = Options(format_mode="strict", format_baseline="policy")


@dataclass(frozen=True)
class FinishedJob:
    """The input and output of a job; ``with_document`` and the like return one that was tampered with."""

    template: Path
    document: bytes
    log: dict[str, Any]
    report: dict[str, Any]
    integrity: dict[str, Any]

    def proof(self) -> Proof:
        """The proof of it, by the code alone that proves."""
        package = Package(self.template, LIMITS)
        try:
            document = ZipReader(self.document, LIMITS)
            return prove(package, document, read_claims(self.log, self.report), LIMITS)
        finally:
            package.close()

    def proof_by_bytes(self) -> Proof | None:
        """The proof by bytes alone; ``None`` where a byte is unaccounted for."""
        package = Package(self.template, LIMITS)
        document = ZipReader(self.document, LIMITS)
        try:
            members = compare_members(package.archive, document, LIMITS.output_bytes)
            claims = read_claims(self.log, self.report)
            if not claims.blocks and not claims.entries_of_blocks:
                return prove_bytes(package, members, claims)
            expanded = expand(TemplateEvidence(package), claims, LIMITS)
            if expanded.misfits:
                return None
            return prove_bytes(package, members, expanded.claims, expanded.evidence, expanded.changed)
        finally:
            document.close()
            package.close()

    def found(self) -> list[tuple[str, str]]:
        """What is unaccounted: what and where, sorted."""
        return sorted((each.what, each.place) for each in self.proof().unaccounted)

    def part(self, name: str = "word/document.xml") -> str:
        """A part of the document as text."""
        with zipfile.ZipFile(io.BytesIO(self.document)) as archive:
            return archive.read(name).decode()

    def with_part(self, content: str | bytes, name: str = "word/document.xml") -> "FinishedJob":
        """The same with another content of one part."""
        return replace(self, document=rewritten(self.document, {name: content}))

    def edited(self, old: str, new: str, name: str = "word/document.xml") -> "FinishedJob":
        """The same with ``old``, which must occur, replaced by ``new``."""
        content = self.part(name)
        assert old in content, f"{old!r} is not in {content!r}"
        return self.with_part(content.replace(old, new, 1), name)


def rewritten(document: bytes, changes: dict[str, str | bytes | None]) -> bytes:
    """A package with members changed, taken away (``None``) or added; all others with their old headers."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(document)) as source, zipfile.ZipFile(buffer, "w") as target:
        for info in source.infolist():
            content = changes.get(info.filename, source.read(info))
            if content is not None:
                target.writestr(info, content)
        for name in changes.keys() - set(source.namelist()):
            target.writestr(zipfile.ZipInfo(name), changes[name] or b"")
    return buffer.getvalue()


def skill_of(values: Iterable[str], lines: Lines = "breaks") -> Skill:
    """A skill that knows the fields ``values``; ``lines`` says what their lines become."""
    fields = tuple(
        Field(
            name.lower(),
            _LABEL,
            "text",
            required=False,
            placeholder=name,
            example="",
            description=_LABEL,
            lines=lines,
        )
        for name in values
    )
    return Skill(name="proof", title=_LABEL, description=_LABEL, fields=fields)


def finish(
    folder: Path,
    template: bytes | Path,
    values: dict[str, str],
    options: Options | None = None,
    policy: Policy | None = None,
    *,
    lines: Lines = "breaks",
    limits: Limits = LIMITS,
) -> FinishedJob:
    """Run a job that fills ``values`` (field name to text) into ``template``."""
    file = template if isinstance(template, Path) else folder / "template.docx"
    if isinstance(template, bytes):
        file.write_bytes(template)
    skill = skill_of(values, lines)
    payload = {name.lower(): value for name, value in values.items()}
    job = Job(JobKind.RUN, (skill,), skill, payload, options or Options(), policy or Policy(), limits)
    return _run(job, file, folder)


def finish_open(
    folder: Path,
    template: bytes | Path,
    payload: dict[str, Any],
    options: Options | None = None,
    policy: Policy | None = None,
    *,
    limits: Limits = LIMITS,
) -> FinishedJob:
    """Run an open task: ``payload`` for a template in language 2."""
    file = template if isinstance(template, Path) else folder / "template.docx"
    if isinstance(template, bytes):
        file.write_bytes(template)
    options, policy = options or Options(), policy or Policy()
    return _run(Job(JobKind.RUN, (), None, payload, options, policy, limits), file, folder)


def _run(job: Job, file: Path, folder: Path) -> FinishedJob:
    run_job(job, file, folder)
    with zipfile.ZipFile(folder / "outputs.zip") as archive:
        return FinishedJob(
            template=file,
            document=archive.read("out.docx"),
            log=json.loads(archive.read("out.replace_log.json")),
            report=json.loads(archive.read("out.format_report.json")),
            integrity=json.loads(archive.read("out.integrity.json")),
        )
