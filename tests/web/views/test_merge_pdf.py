"""Merges and batches with a PDF of each row, and with receipts: each row by itself."""

import dataclasses
import hashlib
import io
import json
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from docops_flask.engine.job import Job
from docops_flask.engine.pdf.pdf_text import PdfText
from docops_flask.jobs.pdf_support import PdfRenderers
from docops_flask.jobs.renderer import Renderer
from docops_flask.web.services import EXTENSION, Services
from tests.factories import docx, p
from tests.jobs.limits import LIMITS
from tests.office import PdfMaker
from tests.receipts import KeyFiles, make_keys, verified_by_others
from tests.web.forms import members

# The first line of the table's row has its place, and no more: further lines are not on the page. A PDF may
# lack some text of such a row, but not all Chinese characters (docops_flask.engine.pdf.character_count).
NARROW = (
    '<w:tbl><w:tblPr><w:tblW w:w="4000" w:type="dxa"/></w:tblPr>'
    '<w:tblGrid><w:gridCol w:w="4000"/></w:tblGrid>'
    '<w:tr><w:trPr><w:trHeight w:val="400" w:hRule="exact"/></w:trPr><w:tc><w:tcPr/>'
    f"{p('【甲方】')}</w:tc></w:tr></w:tbl>"
)
TEMPLATE = docx(NARROW + p("金额 【金额|#,##0.00】 元"))
LONG = "A" + "\n" * 5 + "某" * 20
ROWS = f'甲方,金额\n青岚市,1234.5\n"{LONG}",2\n远帆公司,3\n青岚市,4\n'.encode()


def services_of(app: Flask) -> Services:
    found: Services = app.extensions[EXTENSION]
    return found


@pytest.fixture
def keys(tmp_path: Path) -> KeyFiles:
    return make_keys(tmp_path)


@pytest.fixture
def server(
    make_app: Callable[..., Flask], pdf_maker: PdfMaker, keys: KeyFiles, tmp_path: Path
) -> Iterator[Callable[[], Flask]]:
    """Makes apps that have found LibreOffice, sign, and work on the same batches."""
    folder = tmp_path / "batches"
    folder.mkdir()
    made: list[Flask] = []

    def another() -> Flask:
        made.append(make_app(mp_start="spawn", signing_key_file=keys.private, batch_dir=folder))
        services_of(made[-1]).pdf_renderers.find_by(lambda: pdf_maker.found)
        return made[-1]

    yield another
    for each in made:
        batches = services_of(each).batches
        assert batches is not None
        batches.close()


@pytest.fixture
def app(server: Callable[[], Flask]) -> Flask:
    """One of them."""
    return server()


def post(client: FlaskClient, path: str, rows: bytes = ROWS, **fields: Any) -> TestResponse:
    parts = {"template": (io.BytesIO(TEMPLATE), "合同.docx"), "rows": (io.BytesIO(rows), "rows.csv")}
    return client.post(path, data={**parts, "pdf": "true", "name": "【甲方】", **fields})


def results(content: Mapping[str, bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content["results.jsonl"].splitlines()]


def check_rows(content: Mapping[str, bytes], keys: KeyFiles, client: FlaskClient) -> None:
    """Check documents, PDFs and receipts of the rows 1, 3 and 4; the PDF of row 2 lacks text."""
    rows = results(content)
    assert [each["outcome"] for each in rows] == ["ok", "failed", "ok", "ok"]
    assert rows[1]["error"]["code"] == "PDF_INCOMPLETE"
    assert [each["name"] for each in rows] == ["青岚市.docx", None, "远帆公司.docx", "青岚市-2.docx"]
    for each, amount in zip(rows, ("1,234.50", "", "3.00", "4.00"), strict=True):
        number, name = each["row"], each["name"]
        if name is None:
            assert not any(other.startswith(f"rows/{number}/") for other in content)
            continue
        document, pdf = content[f"docs/{name}"], content[f"docs/{name.removesuffix('.docx')}.pdf"]
        with PdfText(pdf) as opened:
            assert amount in "".join(page.text for page in opened.pages())
        hashes = [hashlib.sha256(file).hexdigest() for file in (document, pdf)]
        assert [each["sha256"], each["pdf_sha256"]] == hashes
        receipt = content[f"rows/{number}/out.receipt.json"]
        statement = verified_by_others(receipt, keys.public.read_bytes())
        assert [subject["digest"]["sha256"] for subject in statement["subject"]] == hashes
        verified = client.post(
            "/v1/verify",
            data={
                "template": (io.BytesIO(TEMPLATE), "t.docx"),
                "document": (io.BytesIO(document), "out.docx"),
                "replace_log": (io.BytesIO(content[f"rows/{number}/out.replace_log.json"]), "l.json"),
                "format_report": (io.BytesIO(content[f"rows/{number}/out.format_report.json"]), "f.json"),
                "task": (io.BytesIO(content[f"rows/{number}/task.json"]), "task.json"),
                "receipt": (io.BytesIO(receipt), "out.receipt.json"),
            },
        ).get_json()
        assert verified["verdict"] == "intact"
        assert verified["receipt"] == {
            "signature": "valid", "subjects": "match", "template": "match", "task": "match",
        }  # fmt: skip


def test_each_row_of_a_merge_has_its_pdf_and_its_receipt_and_one_fails_alone(
    app: Flask, keys: KeyFiles
) -> None:
    client = app.test_client()
    answer = post(client, "/v1/merge", artefacts="all")
    assert answer.status_code == 200, answer.get_json()
    content = members(answer.data)
    check_rows(content, keys, client)
    salts = {
        verified_by_others(content[name], keys.public.read_bytes())["predicate"]["task"]["salt"]
        for name in content
        if name.endswith("out.receipt.json")
    }
    assert len(salts) == 3
    assert json.loads(content["rows/1/task.json"]) == {"payload": {"甲方": "青岚市", "金额": "1234.5"}}
    assert json.loads(content["rows/3/out.pdf_report.json"])["pages"] == 1
    assert "rows/3/out.pdf" not in content


def test_a_batch_has_them_too_with_the_same_bytes_when_a_chunk_is_done_again(
    app: Flask, server: Callable[[], Flask], keys: KeyFiles, tmp_path: Path
) -> None:
    client = app.test_client()
    path = post(client, "/v1/batches", artefacts="all").headers["Location"]
    first = done(app, client, path)
    check_rows(members(first), keys, client)
    (folder,) = (tmp_path / "batches").glob("*/done.json")
    for file in (folder, *folder.parent.glob("seg/00000*")):
        file.unlink()
    # A server remembers what has completed.
    other = server()
    assert done(other, other.test_client(), path) == first


def done(app: Flask, client: FlaskClient, path: str) -> bytes:
    """Have a batch done and return its result."""
    batches = services_of(app).batches
    assert batches is not None
    batches.work.open()
    deadline = time.monotonic() + 60
    while client.get(path).get_json()["exit_code"] is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    batches.work.close()
    result: bytes = client.get(f"{path}/result.zip").data
    return result


def test_a_batch_with_pdfs_waits_while_a_job_makes_one(app: Flask) -> None:
    client = app.test_client()
    services = services_of(app)
    assert services.batches is not None
    path = post(client, "/v1/batches", "甲方,金额\nA,1\n".encode()).headers["Location"]
    with services.pdf_slots.take():
        services.batches.work.open()
        deadline = time.monotonic() + 30
        while client.get(path).get_json()["state"] == "planning":
            assert time.monotonic() < deadline
            time.sleep(0.02)
        time.sleep(0.3)
        assert client.get(path).get_json()["rows"]["done"] == 0
    services.batches.work.close()
    assert len(members(done(app, client, path))) == 7


@pytest.mark.parametrize("lacks", ["LibreOffice", "signing key"])
def test_a_batch_waits_for_what_a_restart_has_left_out(
    app: Flask,
    make_app: Callable[..., Flask],
    pdf_maker: PdfMaker,
    keys: KeyFiles,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    lacks: str,
) -> None:
    client = app.test_client()
    path = post(client, "/v1/batches", "甲方,金额\nA,1\n".encode()).headers["Location"]
    key = None if lacks == "signing key" else keys.private
    other = make_app(mp_start="spawn", signing_key_file=key, batch_dir=tmp_path / "batches")
    if lacks != "LibreOffice":
        services_of(other).pdf_renderers.find_by(lambda: pdf_maker.found)
    batches = services_of(other).batches
    assert batches is not None
    batches.work.open()
    deadline = time.monotonic() + 30
    while f'"batch_delayed","inner":"no {lacks} for a batch"' not in caplog.text:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    batches.close()
    assert client.get(path).get_json()["rows"]["done"] == 0
    assert {"docs/A.docx", "docs/A.pdf", "rows/1/out.receipt.json"} <= members(done(app, client, path)).keys()


def test_a_server_without_libreoffice_refuses_pdfs(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    (tmp_path / "batches").mkdir()
    client = make_app(pdf="off", batch_dir=tmp_path / "batches").test_client()
    for path in ("/v1/merge", "/v1/merge/precheck", "/v1/batches"):
        answer = post(client, path)
        assert (answer.status_code, answer.get_json()["detail"]["field"]) == (400, "pdf")


def test_a_merge_that_takes_too_long_names_batches(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    services = services_of(app)
    hanging = Renderer("fork", 0.5, LIMITS, hang)
    app.extensions[EXTENSION] = dataclasses.replace(services, renderer=hanging)
    answer = post(app.test_client(), "/v1/merge", pdf="false")
    assert (answer.status_code, answer.get_json()["error_code"]) == (408, "REQUEST_TIMEOUT")
    assert "/v1/batches" in answer.get_json()["message"]


def test_a_merge_whose_pdfs_take_too_long_names_batches(app: Flask, pdf_maker: PdfMaker) -> None:
    services = services_of(app)
    short = PdfRenderers("spawn", 1.0, LIMITS, lambda: pdf_maker.found)
    app.extensions[EXTENSION] = dataclasses.replace(services, pdf_renderers=short)
    answer = post(app.test_client(), "/v1/merge", "甲方,金额\n".encode() + "青岚市,1\n".encode() * 100)
    assert (answer.status_code, answer.get_json()["error_code"]) == (408, "REQUEST_TIMEOUT")
    assert "/v1/batches" in answer.get_json()["message"]


def hang(_job: Job, _template: str, _folder: str) -> dict[str, Any]:
    time.sleep(600)
    return {}
