"""Fills a template for each row of a file: it is compiled once, and each document is proved by itself."""

import gc
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from docops_flask.engine.artefacts import ArtefactSink
from docops_flask.engine.errors import DocopsError, InvalidArgument
from docops_flask.engine.files import FilePath
from docops_flask.engine.job import Asset, Job, RowsAsked
from docops_flask.engine.merge.outcome import OUTCOMES, RowOutcome, failed
from docops_flask.engine.opc.package import Package
from docops_flask.engine.render import Template, template_for
from docops_flask.engine.rows.columns import folded
from docops_flask.engine.rows.errors import RowFault, rows_invalid
from docops_flask.engine.rows.payloads import RowPayload
from docops_flask.engine.rows.row_fields import (
    RowField,
    fields_of_scope,
    fields_of_type,
    with_labels,
    with_type,
)
from docops_flask.engine.rows.row_numbers import numbered
from docops_flask.engine.rows.rows_file import RowsFile
from docops_flask.engine.run_result import RunResult

_ROWS_A_COLLECTION = 25


class RowFilling:
    """A template, compiled once, that is filled for one row after the other. ``close`` it after use.

    ``headers`` are the headers of columns by the names of the fields that they fill, for messages. ``inner``
    has causes of failed rows for the log, without contents. Raises what opening the template raises.
    """

    def __init__(self, job: Job, template: FilePath) -> None:
        self.job = job
        self.headers: Mapping[str, str] = {}
        self.inner: list[str] = []
        self.package = Package(template, job.limits)
        self._done = 0
        self._assets = {each.name: each for each in job.assets}
        self._used_assets: set[str] = set()
        try:
            self._compiled = template_for(job, self.package)
        except BaseException:
            self.package.close()
            raise

    def close(self) -> None:
        """Close the template."""
        self.package.close()

    @property
    def template(self) -> Template:
        """The compiled template."""
        return self._compiled

    def outcome(self, row: RowPayload, sink: ArtefactSink) -> tuple[RowOutcome, RunResult | None]:
        """Make the document of ``row`` and write it to ``sink``; a fault of the row is its outcome."""
        self._done += 1
        if self._done % _ROWS_A_COLLECTION == 0 and not gc.isenabled():
            # A renderer collects no garbage by itself, and each row leaves some: 0.4 MiB of a contract.
            gc.collect()
            if self._done == _ROWS_A_COLLECTION:
                # What is left, the template above all, is not looked through again.
                gc.freeze()
        if row.faults:
            return failed(row.number, rows_invalid(row.faults)), None
        try:
            result = self._compiled.render(self.job_of(row), sink)
        except DocopsError as error:
            if error.inner is not None:
                self.inner.append(f"row {row.number}: {error.inner}")
            return failed(row.number, self._with_column(error, row)), None
        except (MemoryError, RecursionError):
            raise
        except Exception as error:
            # A fault of the engine: the row is told as failed and the template is compiled anew for the rest.
            self.inner.append(f"row {row.number}: {type(error).__name__}")
            self._compiled = template_for(self.job, self.package)
            return failed(row.number, DocopsError("An error of the service; this row was not filled.")), None
        outcome = RowOutcome(
            row.number,
            OUTCOMES[result.exit_code],
            int(result.exit_code),
            missing=result.missing.required,
            left=result.log.left_count,
            format=result.counts().format,
            warnings=tuple(dict.fromkeys(each.code for each in result.log.warnings)),
        )
        return outcome, result

    def job_of(self, row: RowPayload) -> Job:
        """Return the run that makes the document of ``row``; raises ``InvalidArgument`` for its payload."""
        names = _files_named(row.payload) & self._assets.keys() if self._assets else set()
        self._used_assets |= names
        assets: Sequence[Asset] = [each for name, each in self._assets.items() if name in names]
        options = self.job.options
        if options.name is not None:
            options = options._replace(name=numbered(options.name, row.number))
        return self.job._replace(payload=self._payload(row), assets=tuple(assets), rows=None, options=options)

    def unused_assets(self) -> list[RowFault]:
        """Return a fault for each file that no row refers to; asked after all rows."""
        unused = [name for name in self._assets if name not in self._used_assets]
        return [RowFault(0, None, f"No row refers to the file {name}.") for name in unused]

    def _payload(self, row: RowPayload) -> Mapping[str, Any]:
        skill = self.job.skill
        if skill is None or self.job.grammar == 2:
            return row.payload
        return _checked(row.payload, {field.key: field.type for field in skill.fields})

    def _with_column(self, error: DocopsError, row: RowPayload) -> DocopsError:
        """Return the error about a payload with the headers of the columns that it is about."""
        errors = error.detail.get("errors")
        if not isinstance(error, InvalidArgument) or not isinstance(errors, list):
            return error
        faults = []
        for each in errors:
            name = _without_indexes(str(each.get("path", "")).removeprefix("$.payload").removeprefix("."))
            meant = f" {each['suggestion']}" if each.get("suggestion") else ""
            faults.append(
                RowFault(row.number, self.headers.get(name, name or None), f"{each.get('message')}{meant}")
            )
        return rows_invalid(faults)


class Merging(RowFilling):
    """A merge: its template, compiled once, and its rows. ``close`` it after use.

    Raises what opening the template and the file of rows raises.
    """

    def __init__(self, job: Job, template: FilePath, folder: FilePath) -> None:
        asked = job.rows
        if asked is None:
            raise DocopsError("A merge needs rows.")
        self.asked: RowsAsked = asked
        super().__init__(job, template)
        try:
            path = Path(os.path.join(folder, asked.file))
            self.rows = RowsFile(path, self._fields, asked)
        except BaseException:
            self.package.close()
            raise
        self.headers = {each.field.name: each.header for each in self.rows.columns if each.field is not None}

    def close(self) -> None:
        """Close the template and the rows."""
        self.rows.close()
        super().close()

    def payloads(self) -> Iterator[RowPayload]:
        """Yield the rows that are asked for. Raises ``RowsInvalid``, also where none of them is there."""
        count = 0
        for each in self.rows.payloads():
            if self.asked.takes(each.number):
                count += 1
                yield each
        if not count:
            message = (
                "The file has no rows."
                if not self.asked.numbers
                else "The file has none of the rows of row_numbers."
            )
            raise rows_invalid([RowFault(0, None, message)])

    def _fields(self, headers: Collection[str]) -> list[RowField]:
        skill, labels = self.job.skill, self.asked.labels
        if skill is not None and self.job.grammar == 1:
            return with_labels(fields_of_type(skill), labels)
        declared = () if skill is None else skill.placeholders().keys()
        language = self._compiled.language_2
        if self._compiled.native is not None:
            labels = {**self._compiled.native.labels(), **labels}
        # A header declares the name that the template has in brackets.
        wanted = {folded(each) for each in headers} | {folded(each.rpartition(".")[2]) for each in headers}
        wanted |= {folded(name) for name, those in labels.items() if wanted & set(map(folded, those))}
        known = {
            name
            for each in language.meanings(declared).candidates
            for name in (each.name, *each.name.split("."))
            if folded(each.name) in wanted
        }
        fields = fields_of_scope(language.meanings({*declared, *known}).shape.root)
        return with_labels(fields if skill is None else with_type(fields, skill), labels)


def _checked(payload: Mapping[str, Any], types: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the payload of a document type in language 1: texts and lists of texts, of known keys.

    Values of sheets are of these kinds already; JSON lines may hold others. Raises ``InvalidArgument``.
    """
    errors = []
    for key, value in payload.items():
        wanted = types.get(key)
        if wanted is None:
            errors.append({"path": f"$.payload.{key}", "message": "unknown key."})
        elif value is None or (wanted == "text" and isinstance(value, str)):
            continue
        elif wanted != "list" or not (
            isinstance(value, list) and all(isinstance(each, str) for each in value)
        ):
            what = "must be text." if wanted == "text" else "must be a list of texts."
            errors.append({"path": f"$.payload.{key}", "message": what})
    if errors:
        raise InvalidArgument("rows: a value of this row is not of its kind.", field="rows", errors=errors)
    return payload


def _files_named(value: Any) -> set[str]:
    """Return the names of files to which pictures and documents of a payload refer."""
    if isinstance(value, Mapping):
        named = value.get("file")
        found = {named} if isinstance(named, str) else set()
        return found.union(*map(_files_named, value.values()))
    if isinstance(value, list):
        return set().union(*map(_files_named, value))
    return set()


def _without_indexes(path: str) -> str:
    while "[" in path:
        before, _, rest = path.partition("[")
        path = before + rest.partition("]")[2]
    return path
