"""The JSON Schemas (2020-12) of what tools take and answer, for either transport.

Over HTTP files stand in the arguments, in base64; over stdio an argument is a path below the server's root.
Members may be added to answers, so their schemas allow others.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from docops_flask.engine.bilingual import LANGUAGES
from docops_flask.engine.options import CHOICES, REPORT_FILES
from docops_flask.engine.picture_order import LEAST_WIDTH, MOST_PAGES, MOST_WIDTH

Schema = dict[str, Any]
Transport = Literal["http", "stdio"]

_NAME_CHARACTERS = 255
_MOST_ROWS = 100_000
_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer"}
_LIST: Schema = {"type": "array"}
_OBJECT: Schema = {"type": "object"}


class Arguments:
    """The schemas of single arguments, for one ``transport``."""

    def __init__(self, transport: Transport) -> None:
        self._in_base64 = transport == "http"

    def file(self, what: str) -> Schema:
        """Return the schema of a file."""
        if self._in_base64:
            return {
                "type": "string",
                "minLength": 1,
                "contentEncoding": "base64",
                "description": f"{what}, in base64.",
            }
        return _line(f"{what}: path below the server's root.", 4096)

    def json_file(self, what: str) -> Schema:
        """Return the schema of what is a JSON object, or a file with one."""
        given = "in base64" if self._in_base64 else "path of a file with it below the server's root"
        return {"type": ["object", "string"], "minLength": 1, "description": f"{what}; or {given}."}

    def template(self) -> dict[str, Schema]:
        """Return the two ways to name a template; a call gives one of them."""
        return {
            "template": self.file("The Word template (.docx); give this or template_name"),
            "template_name": _line("A template of the library by its name; list_templates has the names."),
        }

    def task(self) -> Schema:
        """Return the schema of a task."""
        return self.json_file(
            'The values: {"payload": {...}}, with "task_type" for a document type. inspect_template answers '
            "with a schema of the payload and a sample_task; list_document_types with the document types"
        )

    def job(self) -> dict[str, Schema]:
        """Return what runs, previews and prechecks take beside a template and values."""
        policy = "the YAML of one in base64" if self._in_base64 else "the path of a .yaml file"
        return {
            "document_type": _line("Require this document type; open for a template that says it itself."),
            "preset": _choice("preset", "How the format is checked: quick (the default) reports and fixes."),
            "policy": _line(f"The house style to compare with: the name of a policy, or {policy}.", 1 << 20),
            "lang": {"enum": list(LANGUAGES), "type": "string", "description": "Language for people."},
            "unused": _choice("unused", "Whether keys of the payload that no tag takes are an error."),
            **self.assets("PNG, JPEG or .docx by the file names that the payload refers to"),
        }

    def review(self) -> dict[str, Schema]:
        """Return which copy for a reviewer is wanted."""
        return {
            "review": _choice(
                "review",
                "Also a copy for a reviewer: the findings as comments, or the fixes of the format check as "
                "tracked changes, which preset strict or a policy makes.",
            )
        }

    def report_forms(self) -> dict[str, Schema]:
        """Return the forms of the format report that are wanted beside the one in JSON."""
        return {
            "format_report": {
                "type": ["array", "string"],
                "items": {"type": "string", "enum": [*CHOICES["format_report"], *REPORT_FILES]},
                "minItems": 1,
                "maxItems": len(CHOICES["format_report"]) + len(REPORT_FILES),
                "minLength": 1,
                "maxLength": _NAME_CHARACTERS,
                "description": "The format report in these forms too: human (a page), sarif, junit. In JSON "
                "it is always there.",
            }
        }

    def assets(self, what: str) -> dict[str, Schema]:
        """Return the argument with files by their names; ``what`` says which."""
        asset = self.file(what)
        return {
            "assets": {"type": "object", "additionalProperties": asset, "description": asset["description"]}
        }

    def rows(self) -> dict[str, Schema]:
        """Return what says which rows a merge is made of."""
        file = self.file("or a CSV, .xlsx or JSON lines file")["description"]
        return {
            "rows": {
                "type": ["array", "string"],
                "items": _OBJECT,
                "minItems": 1,
                "maxItems": _MOST_ROWS,
                "minLength": 1,
                "description": f"A payload for each document, {file}",
            },
            "columns": {
                "type": "object",
                "additionalProperties": {"type": ["string", "null"]},
                "description": "Headers of the file: the field that a column fills, or null to leave it out.",
            },
            "sheet": _line("The sheet of a workbook that has the rows."),
            "encoding": _line("The encoding of a CSV file, if it is found out wrong."),
            "row_numbers": _line("Do these rows alone: 3,7,12-15; row 1 is the first below the header."),
            "name": _line("Pattern of the documents' names, such as 【NUMBER】-【TITLE】.", 500),
        }


def pages() -> dict[str, Schema]:
    """Return which pages are drawn, and how wide."""
    return {
        "pages": _line(f"The pages to draw: N or N-M, at most {MOST_PAGES} (the first ones)."),
        "width": {
            "type": "integer",
            "minimum": LEAST_WIDTH,
            "maximum": MOST_WIDTH,
            "description": "Width of the pictures in pixels (800).",
        },
    }


def out(what: str) -> dict[str, Schema]:
    """Return where a tool writes, and whether it may replace files."""
    return {
        "out": _line(what, 4096),
        "overwrite": _switch("Replace files that are there already (false)."),
    }


def flag(name: str, description: str) -> dict[str, Schema]:
    """Return a switch."""
    return {name: _switch(description)}


def batch() -> dict[str, Schema]:
    """Return which batch is meant."""
    return {"batch_id": _line("The id of the batch, from merge or from the answer of POST /v1/batches.")}


def input_schema(properties: Mapping[str, Schema], required: Sequence[str] = ()) -> Schema:
    """Return the schema of a tool's arguments."""
    schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return {**schema, "required": list(required)} if required else schema


def output_schema(properties: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    """Return the schema of a tool's answer: ``properties`` are all there, or those of an error are."""
    failed = {"error_code": _TEXT, "message": _TEXT, "detail": _OBJECT}
    return {
        "type": "object",
        "properties": {**failed, **properties, **(optional or {})},
        "anyOf": [{"required": list(properties)}, {"required": list(failed)}],
    }


def of_type(kind: str, *names: str) -> dict[str, Schema]:
    """Return properties that are only known by their type."""
    return {name: {"type": kind} for name in names}


TYPES_ANSWER = output_schema(of_type("array", "document_types", "policies", "formats"))
TEMPLATES_ANSWER = output_schema(of_type("array", "templates", "stopped"), of_type("array", "files"))
INSPECTION_ANSWER = output_schema(
    {
        **of_type("array", "fields", "unsupported", "problems", "structure", "candidates"),
        **of_type("object", "schema", "sample_task"),
        "suggested_skill": {"type": ["string", "null"]},
        "language": _COUNT,
    }
)
PRECHECK_ANSWER = output_schema(
    {
        "ok": {"type": "boolean"},
        "expected_exit_code": _COUNT,
        "summary": _OBJECT,
        **of_type("array", "template_fields", "missing_required", "missing_optional", "unsupported"),
        **of_type("array", "missing", "unused", "undeclared", "left", "problems"),
    }
)
_FILES: Schema = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"name": _TEXT, "mime_type": _TEXT, "bytes": _COUNT},
        "required": ["name", "mime_type", "bytes"],
    },
}
FILL_ANSWER = output_schema(
    {
        "exit_code": _COUNT,
        **of_type("string", "message", "verdict"),
        **of_type("object", "summary"),
        **of_type("array", "missing_required", "missing_optional", "missing", "unused", "undeclared", "left"),
        "format_passed": {"type": "boolean"},
        "format_issues": _LIST,
        "files": _FILES,
    },
    {**of_type("array", "warnings"), **of_type("object", "review")},
)
VERIFICATION_ANSWER = output_schema(
    {
        **of_type("string", "verdict", "exactness"),
        **of_type("integer", "unaccounted_count", "template_defect_count"),
        **of_type("array", "unaccounted", "template_defects"),
    }
)
PREVIEW_ANSWER = output_schema(
    {
        **of_type("integer", "exit_code", "pages", "issue_count"),
        **of_type("array", "fonts", "images", "findings"),
    }
)
MERGE_ANSWER = output_schema(
    {"exit_code": {"type": ["integer", "null"]}, "rows": _OBJECT},
    {"results": _LIST, "faults": _LIST, "files": _FILES, "batch": _OBJECT},
)
BATCH_ANSWER = output_schema(
    {**of_type("string", "id", "state"), "rows": _OBJECT, "exit_code": {"type": ["integer", "null"]}}
)


def _line(description: str, most: int = _NAME_CHARACTERS) -> Schema:
    return {"type": "string", "minLength": 1, "maxLength": most, "description": description}


def _choice(name: str, description: str) -> Schema:
    return {"type": "string", "enum": list(CHOICES[name]), "description": description}


def _switch(description: str) -> Schema:
    return {"type": "boolean", "description": description}
