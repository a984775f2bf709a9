"""Pictures and documents sent beside a task over HTTP: parts ``asset``, their names, their limits."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from docx import Document
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.factories import docx, p
from tests.pictures import png
from tests.web.forms import api_result, form, members, part, raw, task, task_part, template_part

TEMPLATE = docx(p("【@公章 10mm】【@图】"))
PNG = png(20, 10)


def error(response: TestResponse, status: int, code: str) -> dict[str, Any]:
    """Return the detail of an error."""
    answer = response.get_json()
    assert (response.status_code, answer["error_code"]) == (status, code)
    detail: dict[str, Any] = answer["detail"]
    return {name: value for name, value in detail.items() if name != "request_id"}


def _form(names: list[str], payload: dict[str, Any], content: bytes = PNG, **fields: str) -> dict[str, Any]:
    sent = form(TEMPLATE, json.dumps({"payload": payload}).encode(), **fields)
    return {**sent, "asset": [(io.BytesIO(content), name) for name in names]}


GIVEN = {"公章": {"file": "章.png"}, "图": {"file": "b.png"}}


@pytest.mark.parametrize("path", ["/v1/run", "/v1/precheck"])
def test_any_number_of_parts(client: FlaskClient, path: str) -> None:
    response = client.post(path, data=_form(["章.png", "b.png"], GIVEN))
    assert response.status_code == 200
    if path == "/v1/run":
        assert response.headers["X-Docops-Exit-Code"] == "0"
        assert "word/media/docops1.png" in members(members(response.data)["out.docx"])
        sent = api_result(response.data)["input"]["assets"]
        assert sent == [{"filename": name, "bytes": len(PNG)} for name in ("章.png", "b.png")]
    else:
        assert response.get_json()["expected_exit_code"] == 0


def test_a_path_is_cut_to_its_name(client: FlaskClient) -> None:
    payload = {"公章": {"file": "a.png"}, "图": {"file": "b.png"}}
    response = client.post("/v1/run", data=_form(["x/a.png", "y/b.png"], payload))
    assert response.headers["X-Docops-Exit-Code"] == "0"


def test_a_name_that_was_not_sent(client: FlaskClient) -> None:
    response = client.post("/v1/run", data=_form(["章.pn"], {"公章": {"file": "章.png"}}))
    [fault] = error(response, 400, "INVALID_ARGUMENT")["errors"]
    assert (fault["path"], fault["suggestion"]) == ("$.payload.公章.file", "Did you mean 章.pn?")


def test_one_that_nothing_refers_to(client: FlaskClient) -> None:
    response = client.post("/v1/run", data=_form(["a.png"], {}))
    assert error(response, 400, "INVALID_ARGUMENT")["errors"][0]["path"] == "asset"
    response = client.post("/v1/run", data=_form(["a.png"], {}, unused="allow"))
    assert response.headers["X-Docops-Exit-Code"] == "2"


def test_document_types_of_language_1_take_none(client: FlaskClient) -> None:
    sent = {**form(), "asset": (io.BytesIO(PNG), "a.png")}
    assert error(client.post("/v1/run", data=sent), 400, "INVALID_ARGUMENT")["field"] == "asset"


@pytest.mark.parametrize(
    "assets", [[part("asset", PNG)], [part("asset", PNG, "a.png")] * 2, [part("asset", PNG, "x/")]]
)
def test_parts_without_a_name_of_their_own(client: FlaskClient, assets: list[bytes]) -> None:
    response = client.post("/v1/run", **raw(template_part(), task_part(), *assets))
    assert error(response, 400, "INVALID_ARGUMENT")["field"] == "asset"


def test_other_endpoints_take_none(client: FlaskClient) -> None:
    response = client.post("/v1/inspect", **raw(template_part(), part("asset", PNG, "a.png")))
    assert error(response, 400, "INVALID_ARGUMENT")["field"] == "asset"


def test_an_unused_file_input_counts_for_nothing(client: FlaskClient) -> None:
    response = client.post("/v1/run", **raw(template_part(), task_part(), part("asset", b"", "")))
    assert response.status_code == 200


def test_more_than_a_hundred(client: FlaskClient) -> None:
    assets = [part("asset", PNG, f"{number}.png") for number in range(101)]
    response = client.post("/v1/run", **raw(template_part(TEMPLATE), task_part(b"{}"), *assets))
    assert error(response, 413, "TEMPLATE_LIMIT_EXCEEDED") == {"limit": "assets", "max": 100}


def test_together_no_larger_than_a_template(make_client: Callable[..., FlaskClient]) -> None:
    client = make_client(max_upload_bytes=20_000, max_task_bytes=1000)
    assets = [part("asset", bytes(10_001), f"{number}.png") for number in range(2)]
    response = client.post("/v1/run", **raw(template_part(TEMPLATE), task_part(task()), *assets))
    detail = error(response, 413, "UPLOAD_TOO_LARGE")
    assert (detail["field"], detail["max_bytes"]) == ("asset", 20_000)


def test_more_pixels_than_are_allowed(client: FlaskClient) -> None:
    sent = _form(["a.png"], {"公章": {"file": "a.png"}}, png(100_000, 100_000))
    detail = error(client.post("/v1/run", data=sent), 413, "TEMPLATE_LIMIT_EXCEEDED")
    assert detail == {"limit": "image_pixels", "max": 50_000_000}


def test_documents_are_put_in_and_verified(client: FlaskClient) -> None:
    template, annex = docx(p("前") + p("【+附件】")), docx(p("甲") + p("乙"))
    given = json.dumps({"payload": {"附件": {"file": "附件.docx"}}}).encode()
    response = client.post(
        "/v1/run", data={**form(template, given), "asset": [(io.BytesIO(annex), "附件.docx")]}
    )
    assert response.headers["X-Docops-Exit-Code"] == "0"
    made = members(response.data)
    assert [each.text for each in Document(io.BytesIO(made["out.docx"])).paragraphs] == ["前", "甲", "乙"]
    evidence = {
        "template": (io.BytesIO(template), "t.docx"),
        "document": (io.BytesIO(made["out.docx"]), "d.docx"),
        "replace_log": (io.BytesIO(made["out.replace_log.json"]), "l.json"),
        "format_report": (io.BytesIO(made["out.format_report.json"]), "f.json"),
        "asset": [(io.BytesIO(annex), "附件.docx")],
    }
    told = client.post("/v1/verify", data=evidence).get_json()
    assert (told["verdict"], told["exactness"]) == ("intact", "bytes")


def test_a_document_that_cannot_be_put_in_is_refused_with_its_path(client: FlaskClient) -> None:
    given = json.dumps({"payload": {"附件": {"file": "附件.docx"}}}).encode()
    for path in ("/v1/run", "/v1/precheck"):
        sent = {**form(docx(p("【+附件】")), given), "asset": [(io.BytesIO(PNG), "附件.docx")]}
        [fault] = error(client.post(path, data=sent), 400, "INVALID_ARGUMENT")["errors"]
        assert fault["path"] == "$.payload.附件.file"
