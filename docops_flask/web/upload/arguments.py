"""The files and form fields of a job that were given as arguments of a tool, files in base64."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from docops_flask.engine.errors import InvalidArgument
from docops_flask.intake.assets import MAX_ASSETS, asset_file, asset_limit, asset_name, too_many_assets
from docops_flask.intake.files import FilePart
from docops_flask.intake.library.entry import TEMPLATE_NAME
from docops_flask.jobs.errors import storage_errors
from docops_flask.mcp.given import (
    FILE_NAMES,
    JSON_ARGUMENTS,
    Given,
    form_fields,
    json_content,
    no_policy,
    refuse_json_text,
    refuse_no_template,
)
from docops_flask.web.services import Services
from docops_flask.web.upload.contents import Contents, JobFolder
from docops_flask.web.upload.form import Upload
from docops_flask.web.upload.received import TEMPLATE, ReceivedFile, received

_NO_BLANKS = str.maketrans("", "", " \t\r\n")


def receive_arguments(
    arguments: Given,
    folder: JobFolder,
    parts: Sequence[FilePart],
    service: Services,
    fixed: Mapping[str, str],
) -> Upload:
    """Return the ``parts``, form fields and pictures that ``arguments`` give; large files are in ``folder``.

    ``fixed`` are form fields that no argument changes.
    Raises ``InvalidArgument``, ``UploadTooLarge``, ``InvalidMediaType``, ``TemplateLimitExceeded`` and
    ``InsufficientStorage``.
    """
    if TEMPLATE in (part.name for part in parts):
        refuse_no_template(arguments)
    with storage_errors(), closing(folder.contents) as contents:
        files = {
            part.name: received(
                part, FILE_NAMES[part.name], _content(part.name, arguments[part.name]), contents
            )
            for part in parts
            if part.name in arguments
        }
        assets = _assets(arguments.get("assets", {}), contents, service)

    def policy_text(given: str) -> str:
        try:
            content = _decoded("policy", given)
        except InvalidArgument:
            content = b""
        # A misspelt name may be base64 too; a policy has keys.
        if b":" not in content:
            raise no_policy(given, service.policies, "give its YAML in base64")
        # Bytes that are not UTF-8 are kept, for the policy's own reader to refuse.
        return content.decode("utf-8", "surrogateescape")

    others = {name: value for name, value in arguments.items() if name not in files}
    fields = {**form_fields(others, service.policies, policy_text), **fixed}
    if TEMPLATE_NAME in arguments:
        fields[TEMPLATE_NAME] = arguments[TEMPLATE_NAME]
    return Upload(files, fields, contents, assets)


def _assets(given: dict[str, str], contents: Contents, service: Services) -> dict[str, ReceivedFile]:
    limit, size = asset_limit(service.settings), 0
    assets: dict[str, ReceivedFile] = {}
    for filename, text in given.items():
        if len(assets) == MAX_ASSETS:
            raise too_many_assets()
        name, picture = asset_name(filename, assets), _decoded("assets", text)
        size += len(picture)
        if size > limit.max_bytes:
            raise limit.too_large()
        content = contents.add(asset_file(len(assets)))
        contents.write(content, picture)
        assets[name] = ReceivedFile(content, name, len(picture))
    return assets


def _content(name: str, value: Any) -> bytes:
    content = json_content(value)
    if content is None and name in JSON_ARGUMENTS:
        refuse_json_text(name, value, "a file with it in base64")
    return _decoded(name, value) if content is None else content


def _decoded(name: str, text: str) -> bytes:
    try:
        return base64.b64decode(text.translate(_NO_BLANKS), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidArgument(
            f"{name}: not valid base64 (RFC 4648, 4); encode the file's bytes.", field=name
        ) from None
