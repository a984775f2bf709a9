"""One operation of the API: a method of an address, what it takes and what it answers with."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema

from docops_flask.engine.errors import DocopsError
from docops_flask.web.api_description.error_responses import error_responses
from docops_flask.web.api_description.errors import OF_A_GATE, OF_EVERY_ROUTE
from docops_flask.web.api_description.form import FormReference
from docops_flask.web.api_description.headers import header_references

_VARIABLE = re.compile(r"<(?:[^:>]*:)?([^>]*)>")


@dataclass(frozen=True, slots=True)
class Success:
    """The answer with status 200: ``content`` is media type to media type object."""

    description: str
    content: Mapping[str, Any]
    headers: tuple[str, ...] = ()

    @classmethod
    def json(cls, schema: type[Schema] | str, description: str, **media: Any) -> "Success":
        """Return an answer with the JSON of ``schema``."""
        return cls(description, {"application/json": {"schema": schema, **media}})


@dataclass(frozen=True, slots=True)
class Operation:
    """``rule`` is the address as Flask has it; ``errors`` are those beside the ones of every address.

    ``form`` is the one it takes.
    ``gated`` ones ask for credentials where the operator set some.
    """

    rule: str
    name: str
    tag: str
    summary: str
    description: str
    success: Success
    method: str = "get"
    errors: tuple[type[DocopsError], ...] = ()
    parameters: tuple[Mapping[str, Any], ...] = ()
    form: FormReference | None = None
    gated: bool = False

    @property
    def path(self) -> str:
        """Return the address as OpenAPI has it."""
        return _VARIABLE.sub(r"{\1}", self.rule)

    def as_openapi(self, security: list[dict[str, list[str]]]) -> dict[str, Any]:
        """Return the operation object; ``security`` is what holds for gated operations."""
        content: dict[str, Any] = {
            "operationId": self.name,
            "tags": [self.tag],
            "summary": self.summary,
            "description": self.description,
            "responses": {"200": self._answer(), **error_responses(self._errors())},
        }
        if self.parameters:
            content["parameters"] = [dict(parameter) for parameter in self.parameters]
        if self.form is not None:
            media = {"schema": self.form.schema, "encoding": self.form.encoding()}
            content["requestBody"] = {"required": True, "content": {"multipart/form-data": media}}
        if self.gated:
            content["security"] = security
        return content

    def _answer(self) -> dict[str, Any]:
        return {
            "description": self.success.description,
            "headers": header_references(*self.success.headers),
            "content": dict(self.success.content),
        }

    def _errors(self) -> tuple[type[DocopsError], ...]:
        return (*OF_EVERY_ROUTE, *self.errors, *(OF_A_GATE if self.gated else ()))
