"""Writes a Postman collection (v2.1, which Bruno and Insomnia import) from a server's OpenAPI document.

docs/clients/docops.postman_collection.json is the one of a server with every address (``make collection``).
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    # Run as a file, Python puts tools/ on the path instead of the project's folder.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from tools.lib.client import Client
from tools.lib.command_line import base_url

ROOT = Path(__file__).resolve().parent.parent
COLLECTION = ROOT / "docs" / "clients" / "docops.postman_collection.json"
_SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
_FORM, _JSON = "multipart/form-data", "application/json"
# Pages for browsers, and what monitors ask.
_NOT_FOR_CLIENTS = ("/web", "/metrics")
# What is sent at first, paths from the repository on; other files and fields are switched off.
_FILES = {
    "template": "samples/meeting_notice.docx",
    "task": "samples/meeting_notice.task.json",
    "rows": "samples/meeting_minutes.rows.xlsx",
    # Members of the ZIP of a run.
    "document": "out.docx",
    "replace_log": "out.replace_log.json",
    "format_report": "out.format_report.json",
}
_TEMPLATE_OF_ROWS = "samples/meeting_minutes.docx"
_SEVERAL = ["samples/meeting_notice.docx", "samples/training_notice.docx"]
_BATCHES = "/v1/batches"
_REMEMBER_BATCH = (
    'if (pm.response.code === 202) pm.collectionVariables.set("batch_id", pm.response.json().id);'
)

Json = dict[str, Any]


def main(arguments: list[str] | None = None) -> int:
    """Write the collection; return the process's exit status."""
    options = _parser().parse_args(arguments)
    try:
        document = _document(options)
        text = json.dumps(collection(document, options.base_url), ensure_ascii=False, indent=1) + "\n"
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(text, "utf-8")
    except (OSError, ValueError) as error:
        print(f"make_collection: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base-url", type=base_url, default="http://127.0.0.1:8000", help="the server")
    parser.add_argument(
        "--openapi", metavar="FILE", help="its OpenAPI document as JSON; - for standard input"
    )
    parser.add_argument("--out", type=Path, default=COLLECTION, help="the file to write")
    return parser


def _document(options: argparse.Namespace) -> Json:
    if options.openapi is None:
        answer = Client(options.base_url).get("/v1/openapi.json")
        if answer.status != 200:
            raise ValueError(f"{options.base_url}/v1/openapi.json answers {answer.status}")
        document: Json = answer.json()
        return document
    text = sys.stdin.read() if options.openapi == "-" else Path(options.openapi).read_text("utf-8")
    document = json.loads(text)
    return document


def collection(document: Json, server: str) -> Json:
    """Return the collection of the operations of ``document``, by tag; ``server`` is its address."""
    folders: dict[str, list[Json]] = {tag["name"]: [] for tag in document["tags"]}
    for path, operations in document["paths"].items():
        if path.startswith(_NOT_FOR_CLIENTS):
            continue
        for method, operation in operations.items():
            folders[operation["tags"][0]].append(_Request(document, path, method, operation).item())
    described = {tag["name"]: tag.get("description", "") for tag in document["tags"]}
    return {
        "info": {
            "name": "DocOps",
            "description": "Made by tools/make_collection.py from the OpenAPI document; do not edit.",
            "schema": _SCHEMA,
        },
        "variable": [
            {"key": "base_url", "value": server},
            {"key": "batch_id", "value": ""},
            {"key": "user", "value": ""},
            {"key": "password", "value": ""},
        ],
        "item": [
            # What erases something comes last, so that a folder can be run from its beginning.
            {"name": tag, "description": described[tag], "item": sorted(items, key=_erases)}
            for tag, items in folders.items()
            if items
        ],
    }


def _erases(item: Json) -> bool:
    method: str = item["request"]["method"]
    return method == "DELETE"


class _Request:
    """One operation as a request of the collection."""

    def __init__(self, document: Json, path: str, method: str, operation: Json) -> None:
        self._document = document
        self._path = path
        self._method = method
        self._operation = operation
        self._parameters = [self._resolved(each) for each in operation.get("parameters", ())]

    def item(self) -> Json:
        """Return it as an item of a folder."""
        request: Json = {
            "method": self._method.upper(),
            "header": list(self._entries("header")),
            "url": self._url(),
            "description": self._operation.get("description", ""),
        }
        content = self._operation.get("requestBody", {}).get("content", {})
        if _FORM in content:
            fields = list(self._fields(self._resolved(content[_FORM]["schema"])))
            request["body"] = {"mode": "formdata", "formdata": fields}
        if _JSON in content:
            message = json.dumps(content[_JSON]["example"], ensure_ascii=False, indent=2)
            request["body"] = {"mode": "raw", "raw": message, "options": {"raw": {"language": "json"}}}
        if "security" in self._operation:
            request["auth"] = {
                "type": "basic",
                "basic": [
                    {"key": "username", "value": "{{user}}", "type": "string"},
                    {"key": "password", "value": "{{password}}", "type": "string"},
                ],
            }
        item: Json = {"name": self._operation["summary"].rstrip("."), "request": request}
        if (self._path, self._method) == (_BATCHES, "post"):
            script = {"type": "text/javascript", "exec": [_REMEMBER_BATCH]}
            item["event"] = [{"listen": "test", "script": script}]
        return item

    def _url(self) -> Json:
        parts = [
            f":{part[1:-1]}" if part.startswith("{") else part for part in self._path.strip("/").split("/")
        ]
        url: Json = {"raw": "/".join(["{{base_url}}", *parts]), "host": ["{{base_url}}"], "path": parts}
        query = list(self._entries("query"))
        variables = [
            {"key": each["name"], "value": _path_value(each), "description": _line(each)}
            for each in self._parameters
            if each["in"] == "path"
        ]
        return url | ({"query": query} if query else {}) | ({"variable": variables} if variables else {})

    def _entries(self, place: str) -> Iterator[Json]:
        for each in self._parameters:
            if each["in"] == place:
                yield {
                    "key": each["name"],
                    "value": _shown(each.get("example", each.get("schema", {}).get("default", ""))),
                    "description": _line(each),
                    "disabled": not each.get("required", False),
                }

    def _fields(self, form: Json) -> Iterator[Json]:
        needed = {*form.get("required", ()), *_needed_of_first(form)}
        for name, given in form["properties"].items():
            field = self._resolved(given)
            is_file = "binary" in (field.get("format"), field.get("items", {}).get("format"))
            entry: Json = {"key": name, "type": "file" if is_file else "text"}
            if is_file:
                entry["src"] = self._file(name, form) if name in needed else []
            else:
                entry["value"] = _shown(field.get("default", ""))
            yield entry | {"description": _line(field), "disabled": name not in needed}

    def _file(self, name: str, form: Json) -> str | list[str]:
        if form["properties"][name].get("type") == "array":
            return _SEVERAL
        is_of_rows = name == "template" and "rows" in form["properties"]
        return _TEMPLATE_OF_ROWS if is_of_rows else _FILES[name]

    def _resolved(self, node: Json) -> Json:
        while "$ref" in node:
            found: Any = self._document
            for step in node["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            node = found
        return node


def _needed_of_first(form: Mapping[str, Any]) -> list[str]:
    """Return what the first of alternatives needs: a template that is sent, not one that is named."""
    alternatives = form.get("oneOf", [{}])
    needed: list[str] = alternatives[0].get("required", [])
    return needed


def _path_value(parameter: Json) -> str:
    name = parameter["name"]
    return f"{{{{{name}}}}}" if name == "batch_id" else _shown(parameter.get("example", ""))


def _line(node: Mapping[str, Any]) -> str:
    return " ".join(str(node.get("description", "")).split())


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


if __name__ == "__main__":
    sys.exit(main())
