"""The tools of ``POST /mcp``: each does what an address of the HTTP API does, by the same code."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from flask import Response

from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.merge.members import JSON_NAME
from docops_flask.intake.files import FilePart, rows_part, task_part, template_part, verification_parts
from docops_flask.jobs.made_members import MembersTooLarge, read_members
from docops_flask.jobs.receipts.envelope import FIELD as RECEIPT
from docops_flask.mcp.catalogues import catalogues, library_list
from docops_flask.mcp.filled import RESULTS, fill_data, media_type, merge_data, sizes_of
from docops_flask.mcp.given import Given
from docops_flask.mcp.results import MOST_BYTES, ToolResult, picture, resource, too_large
from docops_flask.web.errors import NotFound
from docops_flask.web.request import ApiRequest
from docops_flask.web.services import Services
from docops_flask.web.upload.arguments import receive_arguments
from docops_flask.web.upload.contents import job_folder
from docops_flask.web.views.jobs import KINDS, Kind, finish
from docops_flask.web.views.merge import MERGE

if TYPE_CHECKING:
    from docops_flask.batches.folder import BatchFolder

_ZIP_NAME = "documents.zip"
_API_RESULT = "api_result.json"
_NOTHING: Mapping[str, str] = {}
_OVER_HTTP = "send the same to POST /v1/run, /v1/merge or /v1/preview of this server, or use docops mcp"
_AS_BATCH = "call merge with as_batch, and download the result that batch_status links to"


class HttpTools:
    """Does the calls of one request."""

    def __init__(self, request: ApiRequest, service: Services) -> None:
        self._request = request
        self._service = service

    def call(self, name: str, arguments: Given) -> ToolResult:
        """Do the tool ``name``; raises what its address raises, and ``TemplateLimitExceeded``."""
        does: Callable[[Given], ToolResult] = getattr(self, f"_{name}")
        return does(arguments)

    def _list_document_types(self, _arguments: Given) -> ToolResult:
        return ToolResult(catalogues(self._service.skills, self._service.policies))

    def _list_templates(self, _arguments: Given) -> ToolResult:
        return ToolResult(library_list(self._service.library))

    def _inspect_template(self, arguments: Given) -> ToolResult:
        return self._told("inspect", arguments, [template_part(self._service.settings)])

    def _precheck(self, arguments: Given) -> ToolResult:
        return self._told("precheck", arguments, self._parts_of_job())

    def _verify_document(self, arguments: Given) -> ToolResult:
        parts = [part for part in verification_parts(self._service.settings) if part.name != RECEIPT]
        return self._told("verify", arguments, parts)

    def _fill_template(self, arguments: Given) -> ToolResult:
        self._request.has_job_lines = True
        # The library may ask for one file alone.
        response = self._answered(KINDS["run"], arguments, self._parts_of_job(), {"output": "zip"})
        files = _members(_content(response, "the document", MOST_BYTES), RESULTS)
        data = fill_data(int(response.headers["X-Docops-Exit-Code"]), files, sizes_of(files))
        return ToolResult(data, [resource(name, media_type(name), each) for name, each in files.items()])

    def _preview(self, arguments: Given) -> ToolResult:
        response = self._answered(KINDS["preview"], arguments, self._parts_of_job())
        told = json.loads(_content(response, "the pictures", MOST_BYTES // 3 * 4))
        pictures = [picture(image.pop("png")) for image in told["images"]]
        return ToolResult(_without_id(told), pictures)

    def _merge(self, arguments: Given) -> ToolResult:
        settings = self._service.settings
        parts = [template_part(settings), rows_part(settings)]
        given = {name: value for name, value in arguments.items() if name != "as_batch"}
        if arguments.get("as_batch", False):
            return self._batch(given, parts)
        self._request.has_job_lines = True
        response = self._answered(MERGE, given, parts)
        has_batches = self._service.batches is not None
        content = _content(response, "the ZIP", MOST_BYTES, _AS_BATCH if has_batches else _OVER_HTTP)
        lists = _members(content, (_API_RESULT, JSON_NAME))
        about = json.loads(lists[_API_RESULT])
        data = merge_data(about["exit_code"], about["rows"], lists[JSON_NAME], [(_ZIP_NAME, len(content))])
        data["faults"] = about["faults"]
        return ToolResult(data, [resource(_ZIP_NAME, media_type(_ZIP_NAME), content)])

    def _batch(self, arguments: Given, parts: Sequence[FilePart]) -> ToolResult:
        if self._service.batches is None:
            raise InvalidArgument(
                "as_batch: this server keeps no batches; call merge without it, with fewer rows at a time.",
                field="as_batch",
            )
        from docops_flask.web.views.batches import take

        batches = self._service.batches
        self._request.enter("receive")
        self._service.lifecycle.refuse_when_stopping()
        batches.work.refuse_when_away()
        with job_folder(self._service.workspaces) as folder:
            sent = receive_arguments(arguments, folder, parts, self._service, _NOTHING)
            batch = take(batches, folder, sent)
        told = self._status(batch)
        return ToolResult({"exit_code": told["exit_code"], "rows": told["rows"], "batch": told})

    def _batch_status(self, arguments: Given) -> ToolResult:
        return self._of_batch(arguments, self._status)

    def _cancel_batch(self, arguments: Given) -> ToolResult:
        def cancel(batch: "BatchFolder") -> dict[str, Any]:
            from docops_flask.web.views.batches import stop

            stop(batch)
            return self._status(batch)

        return self._of_batch(arguments, cancel)

    def _of_batch(self, arguments: Given, tell: "Callable[[BatchFolder], dict[str, Any]]") -> ToolResult:
        if self._service.batches is None:
            raise InvalidArgument("batch_id: this server keeps no batches.", field="batch_id")
        from docops_flask.web.views.batches import of_batch

        try:
            return ToolResult(of_batch(arguments["batch_id"], tell))
        except NotFound:
            raise InvalidArgument(
                "batch_id: there is no such batch, or it has expired; merge with as_batch begins one.",
                field="batch_id",
            ) from None

    def _status(self, batch: "BatchFolder") -> dict[str, Any]:
        from docops_flask.batches.status import status_of

        return status_of(batch, self._request.script_root)

    def _parts_of_job(self) -> list[FilePart]:
        settings = self._service.settings
        return [template_part(settings), task_part(settings)]

    def _told(self, kind: str, arguments: Given, parts: Sequence[FilePart]) -> ToolResult:
        """Return what a job answers whose answer is JSON."""
        told = self._finished(KINDS[kind], arguments, parts)
        return ToolResult(_without_id(cast("dict[str, Any]", told)))

    def _answered(
        self, kind: Kind, arguments: Given, parts: Sequence[FilePart], fixed: Mapping[str, str] = _NOTHING
    ) -> Response:
        return cast(Response, self._finished(kind, arguments, parts, fixed))

    def _finished(
        self, kind: Kind, arguments: Given, parts: Sequence[FilePart], fixed: Mapping[str, str] = _NOTHING
    ) -> Response | dict[str, Any]:
        self._request.enter("receive")
        self._service.lifecycle.refuse_when_stopping()
        with job_folder(self._service.workspaces) as folder:
            sent = receive_arguments(arguments, folder, parts, self._service, fixed)
            return finish(kind, folder, sent)


def _without_id(told: Mapping[str, Any]) -> dict[str, Any]:
    # It is in the header of the answer.
    return {name: value for name, value in told.items() if name != "request_id"}


def _content(response: Response, what: str, most: int, instead: str = _OVER_HTTP) -> bytes:
    """Return the content of ``response``, which is closed; raises ``TemplateLimitExceeded``."""
    try:
        size = response.content_length or 0
        if size > most:
            raise too_large(what, size, instead)
        return response.get_data()
    finally:
        response.close()


def _members(archive: bytes, names: Sequence[str]) -> dict[str, bytes]:
    """Return those members of a renderer's ZIP that there are; raises ``TemplateLimitExceeded``."""
    try:
        return read_members(archive, names, MOST_BYTES)
    except MembersTooLarge as error:
        raise too_large("the document with its logs", error.size, _OVER_HTTP) from None
