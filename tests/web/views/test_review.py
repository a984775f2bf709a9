"""The reviewer's copy and the other forms of the format report over HTTP."""

import hashlib
import io
import json
from typing import Any

from flask.testing import FlaskClient

from tests.engine.review.jobs import PAYLOAD, letter, parts
from tests.factories import p, r
from tests.web.conftest import LogLines
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


# A run of it is to be fixed, and has a tracked change of its formatting already.
_OWN_CHANGE = '<w:sz w:val="28"/><w:rPrChange w:id="1" w:author="Ms Li"><w:rPr/></w:rPrChange>'
CHANGED = letter(p(r("地点在【地点】。", _OWN_CHANGE)))
_TRACKED = {"policy": "gbt9704-2012", "review": "tracked"}


def test_precheck_refuses_tracked_changes_where_a_run_does(client: FlaskClient, log: LogLines) -> None:
    sent: list[dict[str, Any]] = [
        {"review": "tracked"},
        {"template": CHANGED, "task_json": TASK, **_TRACKED},
    ]
    for fields in sent:
        run, precheck = (
            client.post(f"/v1/{kind}", data=form(**fields)).get_json() for kind in ("run", "precheck")
        )
        assert precheck["detail"].pop("request_id") != run["detail"].pop("request_id")
        assert run["detail"]["field"] == "review"
        assert precheck == run
    stages = {line["failure_stage"] for line in log.lines if line["event"] == "error"}
    assert stages == {"validate_form"}


def test_precheck_tells_the_same_where_the_changes_can_be_tracked(client: FlaskClient) -> None:
    fields: dict[str, Any] = {"template": TEMPLATE, "task_json": TASK, "preset": "strict"}
    plain, tracked = (
        client.post("/v1/precheck", data=form(**{**fields, **more})).get_json()
        for more in ({}, {"review": "tracked"})
    )
    assert plain.pop("request_id") != tracked.pop("request_id")
    # The code of a run with format_mode=off, though this one fails its format check.
    assert plain["expected_exit_code"] == 2
    assert tracked == plain


def test_precheck_of_a_merge_tells_of_rows_whose_copies_are_refused(client: FlaskClient) -> None:
    def prechecked(**more: str) -> Any:
        data = {
            "template": (io.BytesIO(CHANGED), "letter.docx"),
            "rows": (io.BytesIO("时间,地点\n1月5日,北京\n".encode()), "rows.csv"),
        }
        return client.post("/v1/merge/precheck", data={**data, **_TRACKED, **more}).get_json()

    refused = prechecked(artefacts="all")
    assert refused["rows"]["failed"] == 1
    assert "has a tracked change of its formatting" in refused["errors"][0]["message"]
    # The others have no copies.
    assert prechecked()["errors"] == []


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
