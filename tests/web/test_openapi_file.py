"""openapi.yaml is edited by hand: it is valid as it lies there, and each list in it is that of the code."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any, get_args, get_type_hints

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator, validate

from docops_flask.batches.errors import (
    BatchNotFinished,
    BrokerUnavailable,
    IdempotencyConflict,
    TooManyBatches,
)
from docops_flask.engine.bilingual import LANGUAGES
from docops_flask.engine.errors import (
    ArgumentConflict,
    DocopsError,
    ExitCode,
    PdfIncomplete,
    RowsLimitExceeded,
)
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.options import (
    CHOICES,
    FIELD_ORDER,
    PRESETS,
    REPORT_FILES,
    SWITCH_VALUES,
    SWITCHES,
    Options,
    check_conflicts,
)
from docops_flask.engine.policy.policy import ROLES
from docops_flask.engine.reports.log_entry import UNACCOUNTED
from docops_flask.engine.reports.missing_fields import LeftPlace
from docops_flask.engine.rows.errors import RowFault, rows_invalid
from docops_flask.engine.sandbox.sandbox import SandboxMode
from docops_flask.engine.template.grammar import Kind
from docops_flask.engine.template.name_pattern import MAX_PATTERN
from docops_flask.engine.template.places.found import UNFILLABLE
from docops_flask.intake.assets import UploadTooLarge
from docops_flask.intake.catalogue.policy_file import MAX_BYTES as MAX_POLICY_BYTES
from docops_flask.intake.library.entry import NOT_APPROVED, TemplateStopped
from docops_flask.jobs.errors import InsufficientStorage, RendererCrashed, RequestTimeout, TooManyRequests
from docops_flask.settings.settings import Settings, SettingsError, from_env
from docops_flask.web.auth import CHALLENGE
from docops_flask.web.errors import (
    BodyTimeout,
    MethodNotAllowed,
    NotFound,
    OriginRefused,
    RangeNotSatisfiable,
    Unauthorized,
)
from docops_flask.web.headers import DATA_HEADERS
from docops_flask.web.hooks import as_docops_error, error_body, error_response
from docops_flask.web.openapi import FILE, read_file
from docops_flask.web.services import Lifecycle
from docops_flask.web.views.meta import MAX_LINE, ONE_LINE
from tests.factories import docx, p
from tests.optional import not_none
from tests.web.error_classes import all_errors
from tests.web.forms import TEMPLATE, form, task
from tests.web.openapi_document import Documented

DOCUMENT = read_file()
SCHEMAS = DOCUMENT["components"]["schemas"]
ERROR_ANSWERS = {
    (path, status): Documented(DOCUMENT).resolve(answer)
    for path, operations in DOCUMENT["paths"].items()
    for operation in operations.values()
    for status, answer in operation["responses"].items()
    # Some errors of /mcp are those of JSON-RPC.
    if int(status) >= 400 and (path, status) not in {("/mcp", "400"), ("/mcp", "404")}
}
EXAMPLES = {name: example["value"] for name, example in DOCUMENT["components"]["examples"].items()}


def schemas_of(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    schema = answer["content"]["application/json"]["schema"]
    return [Documented(DOCUMENT).resolve(each) for each in schema.get("oneOf", [schema])]


def code_of(schema: Mapping[str, Any]) -> str:
    (code,) = schema["properties"]["error_code"]["enum"]
    found: str = code
    return found


def test_it_is_openapi_3_1_before_the_server_puts_anything_in() -> None:
    from schemathesis.specs.openapi.definitions import OPENAPI_31

    validate(DOCUMENT, OPENAPI_31, Draft202012Validator)


def test_it_is_read_alike_without_libyaml() -> None:
    assert yaml.safe_load(FILE.read_text("utf-8")) == DOCUMENT


def test_no_key_stands_twice_in_a_mapping() -> None:
    def duplicates(node: yaml.Node) -> Iterator[str]:
        if isinstance(node, yaml.MappingNode):
            keys = [key.value for key, _ in node.value]
            yield from (key for key in keys if keys.count(key) > 1)
        for each in node.value if isinstance(node, yaml.CollectionNode) else ():
            for inner in each if isinstance(each, tuple) else (each,):
                yield from duplicates(inner)

    # The second of two would silently replace the first.
    assert list(duplicates(not_none(yaml.compose(FILE.read_text("utf-8"))))) == []


def test_every_component_is_used() -> None:
    text = FILE.read_text("utf-8")
    for kind, components in DOCUMENT["components"].items():
        for name in components:
            assert kind == "securitySchemes" or text.count(f'"#/components/{kind}/{name}"') > 0, name


def test_the_form_has_the_fields_of_the_engine_each_with_a_description() -> None:
    fields = SCHEMAS["JobForm"]["properties"]
    assert list(fields) == ["template", "task", "asset", "template_name", *FIELD_ORDER]
    assert [name for name, field in fields.items() if not field["description"]] == []
    assert {name for name, field in fields.items() if field["type"] == "boolean"} == set(SWITCHES)
    defaults = {name: field["default"] for name, field in fields.items() if "default" in field}
    assert defaults == {
        "preset": Options().preset,
        "unused": Options().unused,
        "output": Options().output,
        "pdf_version": Options().pdf_version,
        **{name: getattr(Options(), name) for name in SWITCHES if name != "strict"},
    }
    assert fields["policy_yaml"]["maxLength"] == MAX_POLICY_BYTES
    assert fields["name"]["maxLength"] == MAX_PATTERN


def test_the_form_says_what_presets_and_switches_mean() -> None:
    fields = SCHEMAS["JobForm"]["properties"]
    for name, preset in PRESETS.items():
        meaning = f"{name} = {preset.format_mode}, {preset.format_baseline}, {preset.format_fix_mode}"
        assert meaning in fields["preset"]["description"]
    for name in SWITCHES:
        assert fields[name]["description"].endswith(f": {', '.join(SWITCH_VALUES)}.")


def test_fields_exclude_each_other_in_the_form_as_in_the_engine() -> None:
    def conflict(first: str, second: str) -> bool:
        try:
            check_conflicts({first: "", second: ""})
        except ArgumentConflict:
            return True
        return False

    told = {
        frozenset((name, other))
        for name, schema in SCHEMAS["JobForm"]["dependentSchemas"].items()
        for other, allowed in schema["properties"].items()
        if allowed is False
    }
    assert told == {frozenset(pair) for pair in combinations(FIELD_ORDER, 2) if conflict(*pair)}


EXIT_CODES = [int(code) for code in ExitCode]
_NO_FAULTS = (Kind.PLACEHOLDER, Kind.NEAR_TAG)
BROKEN_KINDS = [*(kind.value for kind in Kind if kind not in _NO_FAULTS), UNFILLABLE, UNACCOUNTED]
NOT_EFFECTIVE = ("lang", "unused", "output", "pdf_version", "review")
CHOSEN = [
    *((f"JobForm/{name}", values) for name, values in CHOICES.items() if name != "format_report"),
    *(
        (f"Effective/{name}", values)
        for name, values in CHOICES.items()
        if name not in (*NOT_EFFECTIVE, "format_report")
    ),
    ("Effective/language", LANGUAGES),
    ("FormatSummary/mode", CHOICES["format_mode"]),
    ("FormatSummary/baseline", CHOICES["format_baseline"]),
    ("Precheck/expected_exit_code", [code for code in EXIT_CODES if code != ExitCode.FORMAT_CHECK_FAILED]),
    ("ApiResult/exit_code", EXIT_CODES),
    ("Trace/exit_code", EXIT_CODES),
    ("UnsupportedPlaceholder/kind", BROKEN_KINDS),
    ("ReplaceEntry/kind", BROKEN_KINDS),
    ("LeftPlace/reason", get_args(get_type_hints(LeftPlace)["reason"])),
    ("RoleNote/role", ROLES),
    ("FormatIssue/role", [*ROLES, None]),
    ("Sandbox/mode", [str(mode) for mode in SandboxMode]),
    (
        "TemplateLimitExceededDetail/limit",
        [*Limits._fields, "blocks", "block_depth", "table_columns", "image_pixels", "assets", "documents"],
    ),
]


@pytest.mark.parametrize(("member", "values"), CHOSEN, ids=[member for member, _ in CHOSEN])
def test_the_values_of_a_member_are_those_of_the_code(member: str, values: Iterable[str]) -> None:
    schema, name = member.split("/")
    assert SCHEMAS[schema]["properties"][name]["enum"] == list(values)


def test_the_values_of_format_report_and_the_forms_behind_it_are_those_of_the_code() -> None:
    values = [
        ",".join((value, *files))
        for value in CHOICES["format_report"]
        for files in ((), ("sarif",), ("junit",), REPORT_FILES)
    ]
    for schema in ("JobForm", "Effective"):
        pattern = SCHEMAS[schema]["properties"]["format_report"]["pattern"]
        assert all(re.search(pattern, value) for value in values)
        assert not any(re.search(pattern, value) for value in ("", "pdf", "json,", "json,pdf", "sarif"))


def test_further_values_are_those_of_the_code() -> None:
    presets = SCHEMAS["ServerMeta"]["properties"]["supported_presets"]["items"]["enum"]
    assert presets == list(CHOICES["preset"])
    (_, language, *lines, condition) = DOCUMENT["paths"]["/v1/skills/{name}/template.docx"]["get"][
        "parameters"
    ]
    assert language["schema"] == {"type": "string", "enum": list(LANGUAGES), "default": LANGUAGES[0]}
    one_line = {"type": "string", "maxLength": MAX_LINE, "pattern": f"^{ONE_LINE}$"}
    assert [(each["name"], each["schema"]) for each in lines] == [("organ", one_line), ("date", one_line)]
    assert condition["name"] == "If-None-Match"
    assert DOCUMENT["components"]["headers"]["ExitCode"]["schema"]["enum"] == EXIT_CODES
    assert DOCUMENT["components"]["headers"]["WwwAuthenticate"]["schema"]["const"] == CHALLENGE


def test_the_members_of_the_options_are_those_of_the_engine() -> None:
    assert list(SCHEMAS["Effective"]["properties"]) == [*Options().effective("en"), "task_type"]


def test_the_start_methods_are_those_that_the_setting_takes() -> None:
    told = SCHEMAS["Subprocess"]["properties"]["start_method"]["enum"]
    assert [from_env({"DOCOPS_MP_START": method}).mp_start for method in told] == told
    with pytest.raises(SettingsError, match=", ".join(told)):
        from_env({"DOCOPS_MP_START": "thread"})


def test_every_answer_has_the_headers_that_the_server_adds_to_each() -> None:
    for answer in ERROR_ANSWERS.values():
        assert {"X-Docops-Request-Id", *DATA_HEADERS} <= set(answer["headers"])


def test_every_error_there_is_stands_in_it_with_its_status() -> None:
    told = {
        (int(status), code_of(schema))
        for (_, status), answer in ERROR_ANSWERS.items()
        for schema in schemas_of(answer)
    }
    assert told == {(error.status, error.code) for error in all_errors()}


def test_an_error_answer_tells_its_codes_to_programs_and_people() -> None:
    for place, answer in ERROR_ANSWERS.items():
        codes = [code_of(schema) for schema in schemas_of(answer)]
        assert [code for code in codes if f"`{code}`: " not in answer["description"]] == [], place
        media = answer["content"]["application/json"]
        examples = [Documented(DOCUMENT).resolve(each)["value"] for each in media["examples"].values()]
        assert {example["error_code"] for example in examples} == set(codes), place
        if len(codes) > 1:
            mapping = media["schema"]["discriminator"]["mapping"]
            assert [reference["$ref"] for reference in media["schema"]["oneOf"]] == list(mapping.values())
            assert list(mapping) == codes, place


def stopping() -> None:
    lifecycle = Lifecycle()
    lifecycle.stop()
    lifecycle.refuse_when_stopping()


def raised(call: Callable[[], object]) -> DocopsError:
    with pytest.raises(DocopsError) as caught:
        call()
    return caught.value


MADE = {
    "UploadTooLargeError": UploadTooLarge(
        field="template", maximum=Settings().max_upload_bytes, setting="DOCOPS_MAX_UPLOAD_BYTES"
    ),
    "RowsInvalidError": rows_invalid(
        [
            RowFault(
                0,
                "Remark",
                'No field is called so. To leave the column out, send columns={"Remark": null}.',
            )
        ]
    ),
    "RowsLimitExceededError": RowsLimitExceeded(
        "rows: more than 1000 rows; divide the file.", limit="rows", maximum=1000
    ),
    "IdempotencyConflictError": IdempotencyConflict(),
    "BatchNotFinishedError": BatchNotFinished("running"),
    "TooManyBatchesError": TooManyBatches(10),
    "RangeError": RangeNotSatisfiable(376_194),
    "UnauthorizedError": Unauthorized(),
    "OriginRefusedError": OriginRefused(),
    "NotFoundError": NotFound(),
    "MethodNotAllowedError": MethodNotAllowed(["POST"]),
    "RequestTimeoutError1": RequestTimeout(timeout_seconds=60.0, terminated=True),
    "RequestTimeoutError2": BodyTimeout(timeout_seconds=60.0),
    "TooManyRequestsError": TooManyRequests(max_concurrency=2, queue_timeout_seconds=0.0, waited_ms=0),
    "InternalError": as_docops_error(KeyError("a fault")),
    "RendererCrashedError": RendererCrashed(inner="killed by SIGKILL"),
    "PdfIncompleteError": PdfIncomplete(
        inner="the PDF lacks characters", characters={"wanted": 24, "found": 8}
    ),
    "BrokerUnavailableError": BrokerUnavailable(inner="OperationalError"),
    "InsufficientStorageError": InsufficientStorage(inner="ENOSPC"),
    "NotReadyError": raised(stopping),
    "TemplateStoppedError": TemplateStopped("purchase_contract", NOT_APPROVED),
}
ASKED: dict[str, dict[str, Any]] = {
    "InvalidArgumentError1": {"preset": "fast"},
    "InvalidArgumentError2": {"task_json": task({"attendees": ["a", 1]})},
    "InvalidArgumentConflictError": {"preset": "quick", "format_mode": "off"},
    "InvalidJsonError": {"task_json": b'{"task_type":\n\n    }'},
    "InvalidTemplateError": {"template": TEMPLATE[:-30]},
    "TemplateLimitExceededError": {
        "template": docx(p("x"), extra={f"customXml/{number}.bin": b"" for number in range(1200)})
    },
    "InvalidMediaTypeError": {"template_name": "notice.dotx"},
}


def test_every_example_of_an_error_is_compared_with_the_server() -> None:
    assert set(EXAMPLES) == {*MADE, *ASKED}


@pytest.mark.parametrize("name", MADE)
def test_an_example_of_an_error_is_what_its_class_says(name: str) -> None:
    request_id = EXAMPLES[name]["detail"]["request_id"]
    assert error_body(MADE[name], request_id) == EXAMPLES[name]


@pytest.mark.parametrize("name", ASKED)
def test_an_example_of_a_refusal_is_what_the_server_answers(client: FlaskClient, name: str) -> None:
    answer = client.post("/v1/precheck", data=form(**ASKED[name])).get_json()
    answer["detail"]["request_id"] = EXAMPLES[name]["detail"]["request_id"]
    assert answer == EXAMPLES[name]


@pytest.mark.parametrize("name", MADE)
def test_an_error_comes_with_the_headers_it_is_described_with(
    make_app: Callable[..., Flask], name: str
) -> None:
    with make_app().test_request_context():
        sent = set(error_response(MADE[name], "0" * 32).headers.keys()) & {"Retry-After", "Allow"}
    for answer in ERROR_ANSWERS.values():
        if EXAMPLES[name]["error_code"] in {code_of(schema) for schema in schemas_of(answer)}:
            assert set(answer["headers"]) & {"Retry-After", "Allow"} == sent
