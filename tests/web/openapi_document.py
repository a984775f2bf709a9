"""Compares answers with what /v1/openapi.json says of them, more strictly than a client should.

Clients leave out members they do not know; here an undocumented member is an error, so that none is added,
or misspelt in the document, without a test that fails.
"""

import io
import json
import re
import zipfile
from collections.abc import Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from docops_flask.intake.catalogue.policies import load_policies
from docops_flask.intake.catalogue.skills import load_skills
from docops_flask.settings.settings import Settings
from docops_flask.web.openapi import build_document

_ROOT = "urn:document"


class Documented:
    """The answers that a document describes."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        closed = DRAFT202012.create_resource(_closed(document))
        self._registry: Registry[Any] = Registry().with_resource(_ROOT, closed)

    def path_of(self, url_path: str) -> str | None:
        """The address that ``url_path`` is one of, in the document's spelling."""
        return next((path for path in self.document["paths"] if _pattern(path).fullmatch(url_path)), None)

    def resolve(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        """The object that a reference leads to; any other object itself."""
        while "$ref" in node:
            _, *keys = node["$ref"].split("/")
            node = self.document
            for key in keys:
                node = node[key.replace("~1", "/").replace("~0", "~")]
        return node

    def refuse_others(self, path: str, method: str, status: int, headers: Any, body: bytes) -> None:
        """Fail unless the answer to ``method`` at ``path`` is one that the document describes."""
        operations = self.document["paths"][path]
        # HEAD is answered as GET is, and another method with the refusal that each operation describes.
        operation = operations.get(method.lower(), next(iter(operations.values())))
        assert str(status) in operation["responses"], f"{method} {path}: {status} is not in the document"
        answer = self.resolve(operation["responses"][str(status)])
        for name, header in answer["headers"].items():
            self._refuse_other_header(name, self.resolve(header), headers)
        if "content" not in answer:
            assert (body, "Content-Type" in headers) == (b"", False)
            return
        media_type = headers["Content-Type"].partition(";")[0]
        assert media_type in answer["content"], f"{method} {path}: {media_type} is not in the document"
        media = answer["content"][media_type]
        if method == "HEAD":
            assert body == b""
        elif media_type == "application/json":
            self.refuse_other_json(json.loads(body), media["schema"])
        elif "x-docops-zip-members" in media:
            self._refuse_other_members(body, media["x-docops-zip-members"])

    def refuse_other_json(self, content: Any, schema: Mapping[str, Any]) -> None:
        """Fail unless ``content`` is as ``schema``, a part of the document, says."""
        errors = list(
            Draft202012Validator(_in_document(schema), registry=self._registry).iter_errors(content)
        )
        assert errors == [], "\n".join(f"{error.json_path}: {error.message}" for error in errors)

    def _refuse_other_header(self, name: str, header: Mapping[str, Any], headers: Any) -> None:
        if name not in headers and not header["required"]:
            return
        assert name in headers, f"the header {name} is missing"
        value = int(headers[name]) if header["schema"]["type"] == "integer" else headers[name]
        self.refuse_other_json(value, header["schema"])

    def _refuse_other_members(self, body: bytes, members: list[Mapping[str, Any]]) -> None:
        # A name with braces stands for any number of members, or none.
        patterns = [re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(member["name"])) for member in members]
        described = {member["name"]: member for member in members}
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = archive.namelist()
            assert [name for name in names if not re.fullmatch("|".join(patterns), name)] == []
            assert {name for name, member in described.items() if member["present"] == "always"} <= set(names)
            for name in names:
                if "schema" in described.get(name, {}):
                    self.refuse_other_json(json.loads(archive.read(name)), described[name]["schema"])


@cache
def documented() -> Documented:
    """What the document of a server that serves every address describes."""
    return Documented(build_document(Settings(), load_skills(), load_policies()))


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{[^}]*\}", path)
    return re.compile("[^/]+".join(map(re.escape, parts)))


def _closed(node: Any) -> Any:
    """Return ``node`` with every object schema taking its own members alone."""
    if isinstance(node, list):
        return [_closed(each) for each in node]
    if not isinstance(node, dict):
        return node
    closed = {key: _closed(value) for key, value in node.items()}
    is_open = isinstance(node.get("properties"), dict) and node.get("type") == "object"
    # What the document says of itself is OpenAPI's matter.
    if is_open and "openapi" not in node["properties"]:
        closed.setdefault("additionalProperties", False)
    return closed


def _in_document(schema: Any) -> Any:
    """Return ``schema`` with its references leading into the document."""
    if isinstance(schema, list):
        return [_in_document(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _ROOT + value if key == "$ref" else _in_document(value)
        for key, value in schema.items()
        if key not in ("discriminator", "example", "examples")
    }
