"""``/v1/merge`` and ``/v1/merge/precheck``: a document for each row."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.engine.rows.workbooks import workbook
from tests.factories import docx, p
from tests.library_folders import put, sha256
from tests.web.forms import members

TEMPLATE = docx(p("【甲方】： 【金额|#,##0.00】"))
ROWS = "甲方,金额\n青岚市,1234.5\n远帆公司,7\n".encode()


def merge(client: FlaskClient, path: str = "/v1/merge", **parts: Any) -> TestResponse:
    rows = parts.pop("rows", ROWS)
    name = parts.pop("rows_name", "rows.csv")
    template = (io.BytesIO(parts.pop("template", TEMPLATE)), "合同.docx")
    return client.post(path, data={"template": template, "rows": (io.BytesIO(rows), name), **parts})


def results(answer: TestResponse) -> list[dict[str, Any]]:
    return [json.loads(line) for line in members(answer.data)["results.jsonl"].splitlines()]


def test_the_answer_is_a_zip_with_a_document_for_each_row(client: FlaskClient) -> None:
    answer = merge(client)
    assert answer.status_code == 200
    assert answer.mimetype == "application/zip"
    names = list(members(answer.data))
    assert names == ["docs/合同.docx", "docs/合同-2.docx", "results.csv", "results.jsonl", "api_result.json"]
    assert (answer.headers["X-Docops-Exit-Code"], answer.headers["X-Docops-Format"]) == ("0", "passed")
    assert answer.headers["Content-Digest"].startswith("sha-256=:")


def test_the_result_says_what_came_of_the_rows(client: FlaskClient) -> None:
    answer = merge(client, rows="甲方,金额\n青岚市,soon\n,7\n".encode())
    result = json.loads(members(answer.data)["api_result.json"])
    assert answer.headers["X-Docops-Exit-Code"] == "1"
    assert answer.headers["X-Docops-Missing"] == "1"
    assert result["rows"]["failed"] == result["rows"]["missing_required"] == 1
    assert result["input"]["rows"] == {"filename": "rows.csv", "bytes": 32}
    assert [each["outcome"] for each in results(answer)] == ["failed", "missing_required"]
    lines = list(csv.reader(io.StringIO(members(answer.data)["results.csv"].decode("utf-8-sig"))))
    assert lines[1][0] == "1"
    assert "column 金额" in lines[1][5]


def test_names_come_from_the_pattern_and_doubles_are_numbered(client: FlaskClient) -> None:
    rows = "甲方,金额\nA/B,1\nA/B,2\n,3\n".encode()
    answer = merge(client, rows=rows, name="【甲方】-【金额|0】")
    assert [each["name"] for each in results(answer)] == ["A_B-1.docx", "A_B-2.docx", "合同.docx"]
    answer = merge(client, rows=rows, name="第【#】份")
    assert [each["name"] for each in results(answer)] == ["第1份.docx", "第2份.docx", "第3份.docx"]
    assert [each["name"] for each in results(merge(client, rows=rows, name="x"))][1] == "x-2.docx"


def test_a_workbook_is_read_in_the_cell(client: FlaskClient, tmp_path: Path) -> None:
    path = workbook(tmp_path / "rows.xlsx", {"Sheet1": [["甲方", "金额"], ["A", (0.5, "0%")]]})
    answer = merge(client, rows=path.read_bytes(), rows_name="rows.xlsx")
    assert [each["outcome"] for each in results(answer)] == ["ok"]


def test_options_of_a_run_and_of_rows_go_together(client: FlaskClient) -> None:
    rows = "甲方,金额,备注\nA,1,x\nB,2,y\nC,3,z\n".encode("gb18030")
    fields = {"columns": '{"备注": null}', "encoding": "GBK", "row_numbers": "2-3", "artefacts": "all"}
    answer = merge(client, rows=rows, format_mode="off", **fields)
    assert answer.status_code == 200, answer.text
    names = set(members(answer.data))
    assert {"rows/2/out.replace_log.json", "rows/3/out.integrity.json"} <= names
    assert not any(name.startswith("rows/1/") for name in names)
    assert answer.headers["X-Docops-Format"] == "skipped"


def test_a_merge_of_a_document_type_names_it_by_skill(client: FlaskClient) -> None:
    template = docx(p("【MEETING_TITLE】"))
    answer = merge(client, template=template, rows="会议名称\n例会\n".encode(), skill="meeting_notice")
    assert [each["outcome"] for each in results(answer)] == ["ok"]


def test_precheck_tells_what_columns_fill_without_a_document(client: FlaskClient) -> None:
    answer = merge(client, "/v1/merge/precheck", rows="甲方,金额\nA,soon\n,7\n".encode())
    told = answer.get_json()
    assert [(each["row"], each["column"]) for each in told["errors"]] == [(1, "金额")]
    assert told["missing"] == [{"row": 2, "fields": ["甲方"]}]
    assert told["sample"] == {"甲方": "A", "金额": "soon"}
    assert told["request_id"] == answer.headers["X-Docops-Request-Id"]


def test_the_first_rows_of_a_file_with_too_many_are_checked(make_app: Any) -> None:
    client = make_app(merge_max_rows=2).test_client()
    assert client.get("/v1/meta").get_json()["merge_max_rows"] == 2
    rows = "甲方,金额\nA,1\nB,2\nC,3\n".encode()
    told = merge(client, "/v1/merge/precheck", rows=rows, row_numbers="1-2").get_json()
    assert (told["row_count"], told["more_rows"]) == (2, True)
    assert merge(client, "/v1/merge/precheck", rows=rows).status_code == 413
    told = merge(client, "/v1/merge/precheck", rows=ROWS, row_numbers="1-2").get_json()
    assert (told["row_count"], told["more_rows"]) == (2, False)


@pytest.mark.parametrize(
    ("parts", "status", "code", "told"),
    [
        ({"rows": "甲方,备注\nA,x\n".encode()}, 400, "ROWS_INVALID", "备注"),
        ({"rows": b""}, 400, "ROWS_INVALID", "empty"),
        ({"rows": "甲方\n".encode()}, 400, "ROWS_INVALID", "no rows"),
        ({"columns": "[]"}, 400, "INVALID_ARGUMENT", "columns"),
        ({"row_numbers": "x"}, 400, "INVALID_ARGUMENT", "row_numbers"),
        ({"artefacts": "some"}, 400, "INVALID_ARGUMENT", "artefacts"),
        ({"encoding": "ebcdic"}, 400, "INVALID_ARGUMENT", "encoding"),
        ({"skill": "none"}, 400, "INVALID_ARGUMENT", "skill"),
        ({"output": "docx"}, 400, "INVALID_ARGUMENT", "output"),
        ({"name": "【#甲方】"}, 400, "INVALID_ARGUMENT", "name"),
        ({"rows": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"}, 415, "INVALID_MEDIA_TYPE", "before 2007"),
        ({"template": b"no document"}, 415, "INVALID_MEDIA_TYPE", "template"),
    ],
)
def test_a_mistake_is_named_with_its_place(
    client: FlaskClient, parts: dict[str, Any], status: int, code: str, told: str
) -> None:
    answer = merge(client, **parts)
    assert (answer.status_code, answer.get_json()["error_code"]) == (status, code)
    assert told in answer.get_json()["message"]


def test_more_rows_than_the_server_takes_are_refused(make_app: Any) -> None:
    client = make_app(merge_max_rows=1).test_client()
    answer = merge(client)
    assert (answer.status_code, answer.get_json()["error_code"]) == (413, "ROWS_LIMIT_EXCEEDED")
    assert merge(client, rows="甲方,金额\nA,1\n".encode()).status_code == 200


@pytest.mark.parametrize("option", ['output = "pdf"', "pdf = true", 'output = "docx"'])
def test_a_template_of_the_library_that_asks_for_pdfs_is_merged_into_word_files(
    make_client: Callable[..., FlaskClient], tmp_path: Path, option: str
) -> None:
    put(tmp_path / "lib", "合同", TEMPLATE, f"[options]\n{option}\n")
    client = make_client(templates_dir=tmp_path / "lib")
    answer = client.post("/v1/merge", data={"template_name": "合同", "rows": (io.BytesIO(ROWS), "rows.csv")})
    assert (answer.status_code, answer.headers["X-Docops-Exit-Code"]) == (200, "0")
    assert list(members(answer.data))[:2] == ["docs/合同.docx", "docs/合同-2.docx"]


@pytest.mark.parametrize("header", ["采购人,金额", "Buyer,Sum", "甲方,【金额】"])
def test_labels_of_the_library_are_headers_too(
    make_client: Callable[..., FlaskClient], tmp_path: Path, header: str
) -> None:
    labels = '[labels]\n"甲方" = { zh = "采购人", en = "Buyer" }\n"金额" = { zh = "总价", en = "Sum" }\n'
    put(tmp_path / "lib", "合同", TEMPLATE, labels)
    client = make_client(templates_dir=tmp_path / "lib")
    rows = f"{header}\n青岚市,7\n".encode()
    parts = {"template_name": "合同", "rows": (io.BytesIO(rows), "rows.csv"), "name": "【甲方】"}
    answer = client.post("/v1/merge", data=parts)
    assert answer.status_code == 200, answer.text
    assert [(each["name"], each["outcome"]) for each in results(answer)] == [("青岚市.docx", "ok")]


def test_the_result_names_the_hash_of_the_template(client: FlaskClient) -> None:
    result = json.loads(members(merge(client).data)["api_result.json"])
    assert result["template_sha256"] == sha256(TEMPLATE)
