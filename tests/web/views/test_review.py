"""The reviewer's copy and the other forms of the format report over HTTP."""

import hashlib
import io
import json

from flask.testing import FlaskClient

from tests.engine.review.jobs import PAYLOAD, letter, parts
from tests.web.forms import form, members

TEMPLATE = letter()
TASK = json.dumps({"payload": PAYLOAD}).encode()


def test_a_run_answers_with_the_copy_and_tells_of_it(client: FlaskClient) -> None:
    fields = {"policy": "gbt9704-2012", "review": "TRACKED", "format_report": "json,junit,sarif"}
    answer = client.post("/v1/run", data=form(template=TEMPLATE, task_json=TASK, **fields))

    assert answer.status_code == 200, answer.text
    files = members(answer.data)
    proof = json.loads(files["out.integrity.json"])["review"]
    assert proof["sha256"] == hashlib.sha256(files["out.review.docx"]).hexdigest()
    assert b"PrChange" in parts(files["out.review.docx"])["word/document.xml"]
    result = json.loads(files["api_result.json"])
    assert result["review"] == {"kind": "tracked", "changes": 2, "left_out": 0}
    assert result["effective"]["format_report"] == "json,sarif,junit"
    assert "review" not in result["effective"]
    assert {"out.format_report.sarif", "out.format_report.junit.xml"} <= set(files)


def test_tracked_changes_need_a_job_that_fixes(client: FlaskClient) -> None:
    answer = client.post("/v1/run", data=form(review="tracked"))

    assert (answer.status_code, answer.get_json()["error_code"]) == (400, "INVALID_ARGUMENT")
    detail = answer.get_json()["detail"]
    assert (detail["field"], detail["value"], detail["allowed"]) == ("review", "tracked", ["comments"])


def test_one_file_alone_is_the_same_with_a_copy(client: FlaskClient) -> None:
    fields = {"output": "docx", "policy": "gbt9704-2012"}
    plain, reviewed = (
        client.post("/v1/run", data=form(template=TEMPLATE, task_json=TASK, **fields, **more))
        for more in ({}, {"review": "comments", "format_report": "json,sarif"})
    )

    assert plain.data == reviewed.data
    assert plain.headers["X-Docops-Exit-Code"] == reviewed.headers["X-Docops-Exit-Code"]


def test_each_row_of_a_merge_has_its_copy_where_all_is_kept(client: FlaskClient) -> None:
    rows = "时间,地点\n1月5日,北京\n1月6日,上海\n".encode()
    fields = {"policy": "gbt9704-2012", "review": "comments", "format_report": "json,sarif"}
    documents, everything = (
        members(
            client.post(
                "/v1/merge",
                data={
                    "template": (io.BytesIO(TEMPLATE), "letter.docx"),
                    "rows": (io.BytesIO(rows), "rows.csv"),
                    **fields,
                    **more,
                },
            ).data
        )
        for more in ({}, {"artefacts": "all"})
    )

    assert not any("review" in name for name in documents)
    names = ("out.review.docx", "out.format_report.sarif")
    assert {f"rows/{row}/{name}" for row in (1, 2) for name in names} <= set(everything)
    assert "上海" in parts(everything["rows/2/out.review.docx"])["word/document.xml"].decode()
