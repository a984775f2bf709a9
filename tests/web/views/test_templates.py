"""The library over HTTP: /v1/templates, and jobs that name a template in place of sending one."""

import io
import json
import os
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from docops_flask.intake.library.entry import NOT_APPROVED
from docops_flask.web.attachment import MEDIA_TYPES
from docops_flask.web.services import EXTENSION
from tests.factories import docx, p, tbl, tc, tr
from tests.library_folders import CONTRACT, NOTICE, put, sha256
from tests.web.conftest import LogLines
from tests.web.forms import TEMPLATE, api_result, members

VALUES = {"payload": {"合同编号": "HT-1", "甲方": "青岚市数据局"}}
STOPPED = f'approved_sha256 = "{"0" * 64}"'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A library of two templates and one that is stopped."""
    lib = tmp_path / "lib"
    put(lib, "采购合同", toml='title = { en = "Contract", zh = "合同" }\npolicy = "gbt9704-2012"\n')
    put(lib, "notice", NOTICE, 'document_type = "meeting_notice"\n[options]\nformat_report = "both"\n')
    put(lib, "old", toml=STOPPED)
    return lib


@pytest.fixture
def library(make_client: Callable[..., FlaskClient], folder: Path) -> FlaskClient:
    return make_client(templates_dir=folder)


def job(
    client: FlaskClient, name: str | None, /, task: Any = VALUES, path: str = "/v1/run", **more: Any
) -> TestResponse:
    data = {**more, "task": (io.BytesIO(json.dumps(task).encode()), "task.json")}
    if name is not None:
        data["template_name"] = name
    if path == "/v1/inspect":
        del data["task"]
    return client.post(path, data=data, content_type="multipart/form-data")


def unzipped(response: TestResponse) -> dict[str, bytes]:
    assert response.status_code == 200, response.get_json()
    return members(response.data)


def result_of(response: TestResponse) -> dict[str, Any]:
    assert response.status_code == 200, response.get_json()
    return api_result(response.data)


def refused(response: TestResponse, status: int, code: str) -> dict[str, Any]:
    assert (response.status_code, response.get_json()["error_code"]) == (status, code)
    detail: dict[str, Any] = response.get_json()["detail"]
    return detail


def test_the_list_has_the_templates_and_the_stopped_ones(library: FlaskClient) -> None:
    told = library.get("/v1/templates").get_json()
    assert [each["name"] for each in told["templates"]] == ["notice", "采购合同"]
    assert told["templates"][1] == {
        "name": "采购合同",
        "title": {"en": "Contract", "zh": "合同"},
        "description": {"en": "", "zh": ""},
        "template_sha256": sha256(CONTRACT),
    }
    assert told["stopped"] == [{"name": "old", "reason": NOT_APPROVED}]


def test_meta_lists_them_too(library: FlaskClient, client: FlaskClient) -> None:
    told = library.get("/v1/meta").get_json()["templates"]
    assert told == library.get("/v1/templates").get_json()["templates"]
    assert client.get("/v1/meta").get_json()["templates"] == []


def test_one_template_says_what_a_job_has_to_send(library: FlaskClient) -> None:
    told = library.get("/v1/templates/采购合同").get_json()
    assert list(told["schema"]["properties"]) == ["合同编号", "甲方"]
    assert [field["name"] for field in told["fields"]] == ["合同编号", "甲方"]
    assert (told["template_sha256"], told["policy"]) == (sha256(CONTRACT), "gbt9704-2012")
    response = job(library, "采购合同", told["sample_task"])
    assert (response.status_code, response.headers["X-Docops-Exit-Code"]) == (200, "0")


def test_the_file_is_the_template_under_its_name(library: FlaskClient) -> None:
    response = library.get("/v1/templates/采购合同/template.docx")
    assert response.data == CONTRACT
    assert (
        "filename*=UTF-8''%E9%87%87%E8%B4%AD%E5%90%88%E5%90%8C.docx"
        in response.headers["Content-Disposition"]
    )


def test_its_name_can_be_stored_by_every_system(
    make_client: Callable[..., FlaskClient], tmp_path: Path
) -> None:
    for name in ("CON", 'a"b:c'):
        put(tmp_path / "names", name)
    client = make_client(templates_dir=tmp_path / "names")
    names = [client.get(f"/v1/templates/{name}/template.docx") for name in ("CON", "a%22b:c")]
    assert [each.headers["Content-Disposition"] for each in names] == [
        'attachment; filename="_CON.docx"', 'attachment; filename="a_b_c.docx"',
    ]  # fmt: skip


@pytest.mark.parametrize(
    "path", ["/v1/templates", "/v1/templates/notice", "/v1/templates/notice/template.docx"]
)
def test_a_client_that_has_it_is_answered_304(library: FlaskClient, path: str) -> None:
    tag = library.get(path).headers["ETag"]
    assert library.get(path, headers={"If-None-Match": tag}).status_code == 304
    assert library.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_library_is_looked_at_as_meta_is(make_client: Callable[..., FlaskClient], folder: Path) -> None:
    protected = make_client(templates_dir=folder, web_basic_auth=("user", "pass"))
    for path in ("/v1/templates", "/v1/templates/notice", "/v1/templates/notice/template.docx"):
        refused(protected.get(path), 401, "UNAUTHORIZED")
        assert protected.get(path, auth=("user", "pass")).status_code == 200
    without = make_client(templates_dir=folder, enable_meta=False)
    refused(without.get("/v1/templates"), 404, "NOT_FOUND")
    # Jobs may name its templates all the same.
    assert job(without, "notice", {}).status_code == 200


def test_without_a_library_there_is_nothing(client: FlaskClient) -> None:
    refused(client.get("/v1/templates"), 404, "NOT_FOUND")
    detail = refused(job(client, "notice"), 400, "INVALID_ARGUMENT")
    assert (detail["field"], detail["allowed"]) == ("template_name", [])


def test_nothing_changes_over_http(library: FlaskClient) -> None:
    for method in ("put", "post", "delete", "patch"):
        for path in ("/v1/templates", "/v1/templates/notice", "/v1/templates/notice/template.docx"):
            refused(getattr(library, method)(path), 405, "METHOD_NOT_ALLOWED")


UNKNOWN = [
    "Notice",
    "..",
    "../notice",
    "notice/..",
    "no/tice",
    "notice.docx",
    "采购合同\u200b",
    "./notice",
    "x",
]


@pytest.mark.parametrize("name", [*UNKNOWN, unicodedata.normalize("NFD", "é")])
@pytest.mark.parametrize("path", ["/v1/run", "/v1/precheck", "/v1/inspect"])
def test_an_unknown_name_is_refused_with_those_that_are_known(
    library: FlaskClient, name: str, path: str
) -> None:
    detail = refused(job(library, name, path=path), 400, "INVALID_ARGUMENT")
    assert (detail["field"], detail["allowed"]) == ("template_name", ["notice", "采购合同"])


@pytest.mark.parametrize("name", UNKNOWN)
@pytest.mark.parametrize("rest", ["", "/template.docx"])
def test_an_address_with_an_unknown_name_is_refused_alike(library: FlaskClient, name: str, rest: str) -> None:
    detail = refused(library.get(f"/v1/templates/{name}{rest}"), 400, "INVALID_ARGUMENT")
    assert detail["allowed"] == ["notice", "采购合同"]


def test_a_name_in_nfd_is_another_name(make_client: Callable[..., FlaskClient], tmp_path: Path) -> None:
    put(tmp_path / "lib", "Zürich")
    client = make_client(templates_dir=tmp_path / "lib")
    assert client.get("/v1/templates/Zürich").status_code == 200
    refused(job(client, unicodedata.normalize("NFD", "Zürich")), 400, "INVALID_ARGUMENT")


@pytest.mark.parametrize("path", ["/v1/run", "/v1/precheck", "/v1/inspect"])
def test_a_template_beside_its_name_is_a_conflict(library: FlaskClient, path: str) -> None:
    file = (io.BytesIO(TEMPLATE), "t.docx")
    detail = refused(job(library, "notice", path=path, template=file), 400, "INVALID_ARGUMENT_CONFLICT")
    assert detail["conflicting_fields"] == ["template", "template_name"]


def test_a_blank_name_counts_as_not_sent(library: FlaskClient) -> None:
    assert refused(job(library, " "), 400, "INVALID_ARGUMENT")["field"] == "template"
    file = (io.BytesIO(NOTICE), "t.docx")
    assert job(library, " ", {"task_type": "meeting_notice"}, template=file).status_code == 200


@pytest.mark.parametrize("path", ["/v1/run", "/v1/precheck", "/v1/inspect"])
def test_a_stopped_template_is_refused_with_the_reason(library: FlaskClient, path: str) -> None:
    response = job(library, "old", path=path)
    detail = refused(response, 503, "TEMPLATE_STOPPED")
    assert (detail["field"], detail["reason"]) == ("template_name", NOT_APPROVED)
    assert int(response.headers["Retry-After"]) > 0
    for address in ("/v1/templates/old", "/v1/templates/old/template.docx"):
        assert refused(library.get(address), 503, "TEMPLATE_STOPPED")["reason"] == NOT_APPROVED


def test_verify_takes_the_bytes_alone(library: FlaskClient) -> None:
    detail = refused(job(library, "notice", path="/v1/verify"), 400, "INVALID_ARGUMENT")
    assert detail["field"] == "template_name"


# Results.


def test_the_result_is_that_of_the_same_file_sent(library: FlaskClient) -> None:
    named = unzipped(job(library, "采购合同"))
    sent = unzipped(
        job(library, None, template=(io.BytesIO(CONTRACT), "采购合同.docx"), policy="gbt9704-2012")
    )
    del named["api_result.json"], sent["api_result.json"]
    assert named == sent


def test_the_hash_of_the_template_is_in_the_result_and_the_proof_either_way(library: FlaskClient) -> None:
    for response in (job(library, "采购合同"), job(library, None, template=(io.BytesIO(CONTRACT), "t.docx"))):
        assert result_of(response)["template_sha256"] == sha256(CONTRACT)
        proof = json.loads(unzipped(response)["out.integrity.json"])
        assert proof["template_sha256"] == sha256(CONTRACT)


def test_what_was_sent_tells_of_the_name(library: FlaskClient) -> None:
    told = result_of(job(library, "采购合同"))["input"]
    assert told["template"] == {"filename": "采购合同.docx", "bytes": len(CONTRACT)}
    assert told["form_fields"] == ["template_name"]


def test_precheck_and_inspect_take_names_too(library: FlaskClient) -> None:
    assert job(library, "采购合同", path="/v1/precheck").get_json()["template_fields"] == ["合同编号", "甲方"]
    fields = job(library, "采购合同", path="/v1/inspect").get_json()["fields"]
    assert [field["name"] for field in fields] == ["合同编号", "甲方"]


def test_a_large_template_goes_through_the_disk(
    make_client: Callable[..., FlaskClient], tmp_path: Path
) -> None:
    noise = os.urandom(3_000_000)
    large = docx(p("【=甲方】"), extra={"word/media/a.bin": noise})
    put(tmp_path / "lib", "large", large)
    response = job(make_client(templates_dir=tmp_path / "lib"), "large", {"payload": {"甲方": "x"}})
    assert response.headers["X-Docops-Exit-Code"] == "0"
    assert result_of(response)["template_sha256"] == sha256(large)


# Defaults.


def effective(response: TestResponse) -> dict[str, Any]:
    found: dict[str, Any] = result_of(response)["effective"]
    return found


@pytest.fixture
def with_options(make_client: Callable[..., FlaskClient], tmp_path: Path) -> Callable[[str], FlaskClient]:
    """A client of a library with one template, ``t``, and this TOML file."""

    def make(toml: str, content: bytes = CONTRACT) -> FlaskClient:
        put(tmp_path / "lib", "t", content, toml)
        return make_client(templates_dir=tmp_path / "lib")

    return make


STRICT = '[options]\npreset = "strict"\nformat_report = "both"\nlang = "en"\n'


def test_the_librarys_options_hold_where_the_form_has_none(with_options: Callable[..., FlaskClient]) -> None:
    told = effective(job(with_options(STRICT), "t"))
    assert told == {
        "preset": "strict", "format_mode": "strict", "format_baseline": "policy", "format_fix_mode": "safe",
        "format_report": "both", "language": "en", "task_type": "open",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "changed"),
    [
        ({"format_mode": "off"}, {"format_mode": "off"}),
        ({"format_baseline": "template"}, {"format_baseline": "template"}),
        ({"format_report": "json", "lang": "zh"}, {"format_report": "json", "language": "zh"}),
        ({"strict": "false"}, {}),
        ({"format_mode": " "}, {}),
        (
            {"preset": "template"},
            {
                "preset": "template",
                "format_mode": "report",
                "format_baseline": "template",
                "format_fix_mode": "none",
            },
        ),
        (
            {"preset": "quick"},
            {"preset": "quick", "format_mode": "report", "format_baseline": "template"},
        ),
    ],
)
def test_a_form_field_wins_and_changes_nothing_else(
    with_options: Callable[..., FlaskClient], fields: dict[str, str], changed: dict[str, str]
) -> None:
    client = with_options(STRICT)
    assert effective(job(client, "t", **fields)) == {**effective(job(client, "t")), **changed}


def test_strict_in_the_form_wins_over_the_librarys_mode(with_options: Callable[..., FlaskClient]) -> None:
    client = with_options('[options]\nformat_mode = "off"\n')
    assert effective(job(client, "t", strict="true"))["format_mode"] == "strict"


def test_switches_and_unused_keys_have_defaults_too(with_options: Callable[..., FlaskClient]) -> None:
    client = with_options('[options]\nunused = "allow"\nexport_suggested_policy = true\n')
    more = {"payload": {**VALUES["payload"], "其他": "x"}}
    assert "out.suggested_policy.yaml" in unzipped(job(client, "t", more))
    refused(job(client, "t", more, unused="refuse"), 400, "INVALID_ARGUMENT")
    assert "out.suggested_policy.yaml" not in unzipped(job(client, "t", export_suggested_policy="false"))


@pytest.mark.parametrize("output", ["docx", "zip"])
def test_a_form_that_wants_no_pdf_needs_no_libreoffice(
    with_options: Callable[..., FlaskClient], output: str
) -> None:
    client = with_options('[options]\noutput = "pdf"\n')
    refused(job(client, "t"), 400, "INVALID_ARGUMENT")
    answer = job(client, "t", output=output)
    assert (answer.status_code, MEDIA_TYPES[output]) == (200, answer.mimetype)


def test_conflicts_are_those_of_the_form_alone(with_options: Callable[..., FlaskClient]) -> None:
    client = with_options(STRICT)
    assert job(client, "t", format_mode="off", format_fix_mode="none").status_code == 200
    refused(job(client, "t", preset="quick", format_mode="off"), 400, "INVALID_ARGUMENT_CONFLICT")


def test_the_librarys_pattern_names_the_file_unless_the_form_has_one(
    with_options: Callable[..., FlaskClient],
) -> None:
    client = with_options('name = "HT【合同编号】"\n[options]\noutput = "docx"\n')
    response = job(client, "t")
    assert response.headers["Content-Disposition"] == 'attachment; filename="HTHT-1.docx"'
    assert response.mimetype == "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    response = job(client, "t", name="x", output="zip")
    assert response.headers["Content-Disposition"] == 'attachment; filename="x.zip"'


TABLE = docx(tbl(tr(tc("【=甲方】"))))


def codes(response: TestResponse) -> set[str]:
    return {issue["code"] for issue in json.loads(unzipped(response)["out.format_report.json"])["issues"]}


def test_the_librarys_policy_is_the_default_and_the_forms_wins(
    with_options: Callable[..., FlaskClient],
) -> None:
    client = with_options('policy = "default"', TABLE)
    task = {"payload": {"甲方": "x"}}
    assert "TABLE_FORBIDDEN" in codes(job(client, "t", task))
    assert "TABLE_FORBIDDEN" not in codes(job(client, "t", task, policy="gbt9704-2012"))
    assert "TABLE_FORBIDDEN" not in codes(job(client, "t", task, policy_yaml="forbid_tables: false"))
    assert "TABLE_FORBIDDEN" not in codes(job(client, "t", task, format_baseline="template"))


def test_the_librarys_document_type_is_that_of_tasks_without_one(library: FlaskClient) -> None:
    payload = {"meeting_title": "周例会", "meeting_date": "2026年3月18日"}
    for task in ({"payload": payload}, {"task_type": "meeting_notice", "payload": payload}):
        response = job(library, "notice", task)
        assert response.headers["X-Docops-Exit-Code"] == "0"
        assert "task_type" not in effective(response)
    # What the task, or the form, says wins.
    opened = {"task_type": "open", "payload": {"MEETING_TITLE": "a", "MEETING_DATE": "b"}}
    assert effective(job(library, "notice", opened))["task_type"] == "open"
    detail = refused(
        job(library, "notice", {"payload": payload}, skill="training_notice"), 400, "INVALID_ARGUMENT"
    )
    assert detail["errors"][0]["path"] == "$.task_type"


# What goes wrong.


def test_each_fault_has_a_line_in_the_log(
    make_client: Callable[..., FlaskClient], tmp_path: Path, log: LogLines
) -> None:
    put(tmp_path / "lib", "a", toml="x = 1\ny = 2\n")
    put(tmp_path / "lib", "b", b"junk")
    put(tmp_path / "lib", "c", docx(p("【#秘密】") + p("【=甲方】")))
    make_client(templates_dir=tmp_path / "lib")
    lines = [line for line in log.lines if line["event"] == "template_stopped"]
    assert [(line["template"], line["reason"], line["level"]) for line in lines] == [
        ("a", "toml", "error"), ("a", "toml", "error"), ("b", "unusable", "error"),
    ]  # fmt: skip
    places = [line for line in log.lines if line["event"] == "template_problem"]
    assert {(line["template"], line["place"]) for line in places} == {("c", "p0")}
    assert log.lines[-1]["event"] == "library"
    assert (log.lines[-1]["templates"], log.lines[-1]["stopped"]) == (1, 2)
    # No line has what stands in a template.
    assert "\\u79d8" not in log.text


def test_a_refusal_names_template_and_stage(library: FlaskClient, log: LogLines) -> None:
    job(library, "old")
    line = log.lines[-1]
    assert (line["event"], line["error_code"], line["failure_stage"]) == (
        "error",
        "TEMPLATE_STOPPED",
        "validate_form",
    )


def test_a_copy_that_was_changed_is_not_used(library: FlaskClient, work_folder: Path) -> None:
    (copy,) = work_folder.glob("*.library")
    (copy / f"{sha256(CONTRACT)}.docx").write_bytes(NOTICE)
    assert refused(job(library, "采购合同"), 503, "TEMPLATE_STOPPED")["reason"] == "changed"
    refused(library.get("/v1/templates/采购合同/template.docx"), 503, "TEMPLATE_STOPPED")
    assert job(library, "notice", {}).status_code == 200


def test_a_file_that_is_changed_in_the_folder_has_no_effect(library: FlaskClient, folder: Path) -> None:
    (folder / "采购合同.docx").write_bytes(NOTICE)
    (folder / "notice.docx").unlink()
    assert result_of(job(library, "采购合同"))["template_sha256"] == sha256(CONTRACT)
    assert job(library, "notice", {}).status_code == 200


def test_the_document_of_the_api_has_the_names(library: FlaskClient) -> None:
    document = library.get("/v1/openapi.json").get_json()
    for name in ("JobForm", "TemplateForm"):
        schema = document["components"]["schemas"][name]
        assert schema["properties"]["template_name"]["enum"] == ["notice", "采购合同"]
        assert schema["oneOf"] == [{"required": ["template"]}, {"required": ["template_name"]}]
    (name, *_) = document["paths"]["/v1/templates/{name}"]["get"]["parameters"]
    assert name["schema"]["enum"] == ["notice", "采购合同"]


def test_the_document_of_a_server_without_a_library_has_none_of_it(client: FlaskClient) -> None:
    document = client.get("/v1/openapi.json").get_json()
    assert not [path for path in document["paths"] if path.startswith("/v1/templates")]
    form_schema = document["components"]["schemas"]["JobForm"]
    assert (form_schema["required"], "template_name" in form_schema["properties"]) == (
        ["template", "task"],
        False,
    )


def test_the_copy_goes_with_the_server(make_app: Callable[..., Any], folder: Path, work_folder: Path) -> None:
    app = make_app(templates_dir=folder)
    assert len(list(work_folder.glob("*.library"))) == 1
    app.extensions[EXTENSION].workspaces.close()
    assert not list(work_folder.glob("*.library"))
