"""The parts of a request: what they must be called, how large they may be, what they must look like."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.factories import docx, p
from tests.web.forms import TEMPLATE, form, part, raw, task, task_part, template_part

LIMITS = {"max_upload_bytes": 20_000, "max_task_bytes": 1000, "max_rows_bytes": 1000}
ALLOWED = [
    "template", "task", "asset", "skill", "preset", "strict", "format_mode", "format_baseline",
    "format_fix_mode", "format_report", "policy_yaml", "policy", "export_suggested_policy", "strip_comments",
    "drop_signature", "lang", "unused", "output", "name", "pdf", "pdf_version", "review", "template_name",
]  # fmt: skip


def error(response: TestResponse, status: int, code: str) -> dict[str, Any]:
    body = response.get_json()
    assert (response.status_code, body["error_code"]) == (status, code)
    found: dict[str, Any] = body["detail"]
    return found


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ([task_part()], "template"),
        ([template_part()], "task"),
        ([], "template"),
        ([part("template", TEMPLATE, ""), task_part()], "template"),
        ([part("template", TEMPLATE), task_part()], "template"),
        ([template_part(), part("task", task())], "task"),
        ([template_part(), task_part(), part("preset", b"quick", "preset.txt")], "preset"),
        ([template_part(), template_part(), task_part()], "template"),
        ([template_part(), task_part(), task_part()], "task"),
        ([template_part(), task_part(), part("preset", b"quick"), part("preset", b"quick")], "preset"),
        ([template_part(), task_part(), part("preset", b"\xff\xfe")], "preset"),
        ([template_part(), task_part(), part("policy_yaml", b"\xff\xfe")], "policy_yaml"),
    ],
)
def test_parts_that_are_missing_repeated_or_of_the_wrong_kind(
    client: FlaskClient, parts: list[bytes], field: str
) -> None:
    detail = error(client.post("/v1/run", **raw(*parts)), 400, "INVALID_ARGUMENT")
    assert detail["field"] == field


@pytest.mark.parametrize(
    ("unknown", "field"),
    [
        (part("formatmode", b"off"), "formatmode"),
        (part("attachment", b"x", "x.pdf"), "attachment"),
        (part("Template", TEMPLATE, "x.docx"), "Template"),
        (part("", b"x"), ""),
        (part(None, b"x"), ""),
        (part("x" * 300, b"x"), "x" * 64),
    ],
)
def test_the_error_for_an_unknown_part_lists_the_known_ones(
    client: FlaskClient, unknown: bytes, field: str
) -> None:
    detail = error(
        client.post("/v1/run", **raw(template_part(), task_part(), unknown)), 400, "INVALID_ARGUMENT"
    )
    assert (detail["field"], detail["allowed"]) == (field, ALLOWED)


def test_inspect_accepts_a_template_only(client: FlaskClient) -> None:
    detail = error(client.post("/v1/inspect", data=form()), 400, "INVALID_ARGUMENT")
    assert (detail["field"], detail["allowed"]) == ("task", ["template", "template_name"])


@pytest.mark.parametrize(
    ("template_name", "task_name", "field"),
    [
        ("notice.doc", "task.json", "template"),
        ("notice.docx.exe", "task.json", "template"),
        ("notice", "task.json", "template"),
        ("notice.docm", "task.json", "template"),
        ("notice.docx", "task.txt", "task"),
        ("notice.docx", "json", "task"),
    ],
)
def test_a_file_of_another_kind_by_its_name(
    client: FlaskClient, template_name: str, task_name: str, field: str
) -> None:
    response = client.post("/v1/run", data=form(template_name=template_name, task_name=task_name))
    assert error(response, 415, "INVALID_MEDIA_TYPE")["field"] == field


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"PK\x05\x06", b"%PDF-1.7", b"\xd0\xcf\x11\xe0", b" PK\x03\x04"]
)
def test_content_that_does_not_start_as_a_zip_does(client: FlaskClient, content: bytes) -> None:
    response = client.post("/v1/run", data=form(template=content))
    assert error(response, 415, "INVALID_MEDIA_TYPE")["field"] == "template"


def test_a_form_without_any_part(client: FlaskClient) -> None:
    response = client.post("/v1/run", **raw())
    assert error(response, 400, "INVALID_ARGUMENT")["field"] == "template"


def test_content_with_a_zip_signature_that_is_no_zip(client: FlaskClient) -> None:
    response = client.post("/v1/run", data=form(template=b"PK\x03\x04 and nothing more"))
    assert error(response, 400, "INVALID_TEMPLATE")["reason"]


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content-Type": "application/json"}, task()),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"preset=quick"),
        ({"Content-Type": "multipart/mixed; boundary=x"}, b"--x--"),
        ({}, b"x"),
        ({}, b""),
    ],
)
def test_a_body_that_is_not_a_form(client: FlaskClient, headers: dict[str, str], body: bytes) -> None:
    response = client.post("/v1/run", data=body, headers=headers)
    error(response, 415, "INVALID_MEDIA_TYPE")


def test_a_compressed_body(client: FlaskClient) -> None:
    request = raw(template_part(), task_part())
    request["data"] = gzip.compress(request["data"])
    response = client.post("/v1/run", **request, headers={"Content-Encoding": "gzip"})
    error(response, 415, "INVALID_MEDIA_TYPE")


@pytest.mark.parametrize(
    "request_",
    [
        raw(template_part(), task_part(), end=b""),
        {"data": b"no boundary in here", "content_type": "multipart/form-data; boundary=x"},
        {"data": b"--x--", "content_type": "multipart/form-data"},
        {"data": b"--x--", "content_type": "multipart/form-data; boundary="},
        raw(b"--boundary-of-the-test\r\nContent-Type: text/plain\r\n\r\nx\r\n"),
        raw(*[part("preset", b"quick")] * 165),
        raw(b"--boundary-of-the-test\r\nX-Long: " + b"x" * 32_768 + b"\r\n\r\nx\r\n"),
        raw(b'--boundary-of-the-test\r\nContent-Disposition: form-data; name="\xff"\r\n\r\nx\r\n'),
    ],
)
def test_a_malformed_form(client: FlaskClient, request_: dict[str, bytes | str]) -> None:
    assert error(client.post("/v1/run", **request_), 400, "INVALID_ARGUMENT")["field"] == "body"


def test_a_parts_headers_of_16_kib_are_read(client: FlaskClient) -> None:
    padded = part("preset", b"quick").replace(b"\r\n", b"\r\nX-Padding: " + b"x" * 16_000 + b"\r\n", 1)
    assert client.post("/v1/run", **raw(padded, template_part(), task_part())).status_code == 200


def test_a_part_may_look_like_a_boundary_inside(client: FlaskClient) -> None:
    content = docx(p("x")) + b"\r\n--boundary-of-the-tes\r\n--boundary-of-the-testX\r\n--"
    response = client.post("/v1/run", **raw(template_part(content), task_part(b"{")))
    assert error(response, 400, "INVALID_JSON")


@pytest.mark.parametrize(
    ("template_size", "task_size", "field", "maximum"),
    [
        (20_001, 10, "template", 20_000),
        (100, 1001, "task", 1000),
        (20_001, 1001, "template", 20_000),
        (300_000, 10, "template", 20_000),
        (2_000_000, 10, "body", 20_000 + 20_000 + 1000 + 1024 * 1024),
    ],
)
def test_files_over_their_limits(
    make_client: Callable[..., FlaskClient],
    work_folder: Path,
    template_size: int,
    task_size: int,
    field: str,
    maximum: int,
) -> None:
    client = make_client(**LIMITS)
    request = raw(template_part(b"PK\x03\x04" + bytes(template_size - 4)), task_part(b"[" * task_size))
    response = client.post("/v1/run", **request)
    detail = error(response, 413, "UPLOAD_TOO_LARGE")
    assert (detail["field"], detail["max_bytes"]) == (field, maximum)
    assert [path for path in work_folder.iterdir() if path.suffix != ".lock"] == []


def test_the_first_file_over_its_limit_is_named(make_client: Callable[..., FlaskClient]) -> None:
    request = raw(task_part(b"[" * 1001), template_part(b"PK\x03\x04" + bytes(20_000)))
    detail = error(make_client(**LIMITS).post("/v1/run", **request), 413, "UPLOAD_TOO_LARGE")
    assert detail["field"] == "task"


def test_files_of_exactly_their_limit_pass(make_client: Callable[..., FlaskClient]) -> None:
    template, task_json = docx(p("x")), task()
    client = make_client(max_upload_bytes=len(template), max_task_bytes=len(task_json))
    assert client.post("/v1/run", data=form(template, task_json)).status_code == 200


def test_the_message_names_the_setting_that_allows_more(make_client: Callable[..., FlaskClient]) -> None:
    client = make_client(**LIMITS)
    too_large_task = client.post("/v1/run", data=form(task_json=b"[" * 1001))
    too_large_template = client.post("/v1/run", data=form(template=bytes(20_001)))
    assert "DOCOPS_MAX_TASK_BYTES" in too_large_task.get_json()["message"]
    assert "DOCOPS_MAX_UPLOAD_BYTES" in too_large_template.get_json()["message"]
