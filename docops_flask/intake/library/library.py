"""The library as a server uses it: templates by name, and the private copies of their bytes.

``make_copy`` reads and checks the folder and writes what may be used into another folder, to which nobody but
the server writes; ``open_copy`` reads that. So every worker process has the same library, and a file that is
changed in the folder later has no effect before the next reload. Each use compares the bytes' SHA-256 once
more.
"""

import hashlib
import json
import os
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.errors import InvalidArgument, echo
from docops_flask.engine.job import OPEN_TYPE
from docops_flask.engine.options import stated_options
from docops_flask.engine.reports.inspection import Inspection
from docops_flask.engine.skills.skill import Skill
from docops_flask.intake.catalogue.catalogue import CatalogueError
from docops_flask.intake.catalogue.office import Office
from docops_flask.intake.catalogue.policies import PolicyRegistry
from docops_flask.intake.catalogue.skills import payload_json_schema
from docops_flask.intake.job import JobDefaults
from docops_flask.intake.library import entry
from docops_flask.intake.library.entry import (
    INDEX,
    SETTING,
    TEMPLATE_NAME,
    Fault,
    Finding,
    LibraryTemplate,
    TemplateStopped,
)
from docops_flask.intake.library.folder import Candidate, names_of, read_folder
from docops_flask.intake.library.inspection import inspect_candidates
from docops_flask.intake.library.toml_file import Declared, as_fields
from docops_flask.jobs.answer import read_as
from docops_flask.jobs.workspace import Workspaces

_UNKNOWN_LABEL = "UNKNOWN_LABEL"
# The pictures of all templates together; one of a page of text has about 100 KiB.
MOST_PICTURE_BYTES = 64 * 1024 * 1024
_PICTURE_SUFFIX = ".png"


class Checked(NamedTuple):
    """What came of reading and checking a folder: what may be used, what is stopped, what to look at."""

    templates: tuple[LibraryTemplate, ...]
    faults: tuple[Fault, ...]
    findings: tuple[Finding, ...]


class _Index(NamedTuple):
    templates: tuple[LibraryTemplate, ...]
    stopped: dict[str, str]


class Library:
    """Templates by name, in the order of names; ``stopped`` are the reasons by the names of the others."""

    def __init__(
        self, templates: Iterable[LibraryTemplate], stopped: dict[str, str], copy: Path | None
    ) -> None:
        """Take what ``make_copy`` wrote into ``copy``; ``None`` for a server without a library."""
        self._templates = {each.name: each for each in templates}
        self.stopped = stopped
        self._copy = copy

    @property
    def templates(self) -> tuple[LibraryTemplate, ...]:
        """The templates that can be used."""
        return tuple(self._templates.values())

    def find(self, name: str) -> LibraryTemplate:
        """Return the template ``name``; raises ``InvalidArgument`` (no such name) or ``TemplateStopped``.

        Names are compared character by character, and never used as paths.
        """
        template = self._templates.get(name)
        if template is not None:
            return template
        if name in self.stopped:
            raise TemplateStopped(name, self.stopped[name])
        allowed = list(self._templates)
        without = f"this server has no template library ({SETTING})"
        raise InvalidArgument(
            f"{TEMPLATE_NAME}: {without if self._copy is None else 'unknown template; see /v1/templates'}.",
            field=TEMPLATE_NAME,
            value=echo(name),
            allowed=allowed,
        )

    def content(self, template: LibraryTemplate) -> bytes:
        """Return the bytes of ``template``, those that were checked; raises ``TemplateStopped``."""
        return self._read(template, f"{template.template_sha256}.docx", template.template_sha256)

    def details(self, template: LibraryTemplate) -> dict[str, Any]:
        """Return what its inspection found: ``schema``, ``sample_task``, ``fields``, ``language``.

        Raises ``TemplateStopped``.
        """
        content = self._read(template, f"{template.details_sha256}.json", template.details_sha256)
        details: dict[str, Any] = json.loads(content)
        return details

    def picture(self, template: LibraryTemplate) -> bytes | None:
        """Return the picture of the first page of ``template`` that was kept; ``None``: there is none."""
        try:
            return None if self._copy is None else (self._copy / _picture_of(template)).read_bytes()
        except FileNotFoundError:
            return None

    def keep_picture(self, template: LibraryTemplate, content: bytes) -> None:
        """Keep the picture of the first page of ``template`` beside its bytes, for all workers.

        It goes with the copy. One for which there is no room, on the volume or within the limit for all, is
        not kept.
        """
        if self._copy is None:
            return
        kept = sum(file.stat().st_size for file in self._copy.glob(f"*{_PICTURE_SUFFIX}"))
        if kept + len(content) > MOST_PICTURE_BYTES:
            return
        # Another worker may keep the same at the same time.
        draft = self._copy / f"{uuid.uuid4().hex}.draft"
        try:
            draft.write_bytes(content)
            os.replace(draft, self._copy / _picture_of(template))
        except OSError:
            draft.unlink(missing_ok=True)

    def _read(self, template: LibraryTemplate, file: str, sha256: str) -> bytes:
        try:
            content = b"" if self._copy is None else (self._copy / file).read_bytes()
        except FileNotFoundError:
            content = b""
        if hashlib.sha256(content).hexdigest() != sha256:
            raise TemplateStopped(template.name, entry.CHANGED)
        return content


def _picture_of(template: LibraryTemplate) -> str:
    return f"{template.template_sha256}{_PICTURE_SUFFIX}"


NO_LIBRARY = Library((), {}, None)


def defaults_of(template: LibraryTemplate, policies: PolicyRegistry) -> JobDefaults:
    """Return what ``template`` says of jobs where their forms do not; raises ``TemplateStopped``."""
    policy = None if template.policy is None else policies.get(template.policy)
    if policy is None and template.policy is not None:
        # The folder of policies was read later than that of templates.
        raise TemplateStopped(template.name, entry.TOML)
    options = stated_options(as_fields(template.options, template.policy, template.name_pattern))
    return JobDefaults(options, policy, template.document_type)


def make_copy(folder: Path, office: Office, workspaces: Workspaces, copy: Path) -> Checked:
    """Read and check the templates in ``folder`` and write those that may be used into ``copy``.

    Raises ``CatalogueError`` when ``folder`` cannot be read, ``NotReady`` when no renderer starts,
    ``InsufficientStorage`` or ``OSError`` when there is no room.
    """
    content = read_folder(folder, office, copy)
    inspected = inspect_candidates(content.candidates, office, workspaces)
    found = [(each, inspected[each.name]) for each in content.candidates]
    unusable = [result for _, result in found if isinstance(result, Fault)]
    faults = sorted([*content.faults, *unusable], key=lambda fault: fault.name)
    stopped = {name: fault.reason for name, fault in names_of(faults)}
    templates: list[LibraryTemplate] = []
    findings: list[Finding] = []
    for candidate, result in found:
        if isinstance(result, Inspection):
            findings += _findings(candidate, result)
            if candidate.name not in stopped:
                templates.append(_template(candidate, result, office, copy))
    for unused in {each.copy for each in content.candidates} - {
        copy / f"{each.template_sha256}.docx" for each in templates
    }:
        unused.unlink()
    index = {"templates": [each.as_dict() for each in templates], "stopped": stopped}
    # Its name appears when all of it is there: the process may be killed at its time limit.
    unfinished = copy / f"{INDEX}.part"
    unfinished.write_text(json.dumps(index, ensure_ascii=False), "utf-8")
    unfinished.replace(copy / INDEX)
    return Checked(tuple(templates), tuple(faults), tuple(findings))


def open_copy(copy: Path) -> Library:
    """Return the library that ``make_copy`` wrote into ``copy``; raises ``CatalogueError``."""
    try:
        index = read_as(_Index, json.loads((copy / INDEX).read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise CatalogueError(f"the checked copy cannot be read ({type(error).__name__})") from error
    return Library(index.templates, index.stopped, copy)


def _template(candidate: Candidate, inspection: Inspection, office: Office, copy: Path) -> LibraryTemplate:
    declared = candidate.declared
    details = json.dumps(_details(declared, inspection, office), ensure_ascii=False).encode()
    details_sha256 = hashlib.sha256(details).hexdigest()
    (copy / f"{details_sha256}.json").write_bytes(details)
    return LibraryTemplate(
        name=candidate.name,
        title=declared.title or Bilingual(candidate.name, candidate.name),
        description=declared.description,
        template_sha256=candidate.sha256,
        size=candidate.size,
        details_sha256=details_sha256,
        document_type=declared.document_type,
        policy=declared.policy,
        name_pattern=declared.name_pattern,
        options=dict(declared.options),
    )


def _details(declared: Declared, inspection: Inspection, office: Office) -> dict[str, Any]:
    """Return what ``/v1/templates/{name}`` says beside the description; with a document type its schema."""
    skill = _skill(declared, office)
    told = inspection.as_dict()
    labels = declared.labels
    return {
        "language": inspection.language,
        "schema": told["schema"] if skill is None else payload_json_schema(skill),
        "sample_task": told["sample_task"] if skill is None else _sample_task(skill, inspection),
        "fields": [
            {**field, "label": labels[field["name"]]._asdict() if field["name"] in labels else None}
            for field in told["fields"]
        ],
    }


def _skill(declared: Declared, office: Office) -> Skill | None:
    name = declared.document_type
    return None if name is None or name == OPEN_TYPE else office.skills.get(name)


def _sample_task(skill: Skill, inspection: Inspection) -> dict[str, Any]:
    """Return a task of a document type with an example for each field that the template has."""
    names = {field.name for field in inspection.fields}
    payload = {
        field.key: field.example if field.type == "text" else list(field.example)
        for field in skill.fields
        if field.placeholder in names
    }
    return {"task_type": skill.name, "payload": payload}


def _findings(candidate: Candidate, inspection: Inspection) -> list[Finding]:
    """Return what a run with the template could not fill, and labels of fields that it does not have."""
    name = candidate.name
    places = [
        Finding(name, each.kind, each.paragraph_path, f"{each.text} is not filled: {each.reason}")
        for each in inspection.unsupported
    ]
    names = {field.name for field in inspection.fields}
    labels = [
        Finding(name, _UNKNOWN_LABEL, "", f"labels.{echo(label)}: the template has no such field")
        for label in candidate.declared.labels
        if label not in names
    ]
    return [*places, *labels]
