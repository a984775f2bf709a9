"""``/v1/templates/{name}/page.png``: made once, kept by the template's hash, 304 where it is there."""

import io
import json
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from docops_flask.engine.job import Job
from docops_flask.intake.library import library as library_module
from docops_flask.jobs.pdf_support import FoundOffice, PdfSupport
from docops_flask.web.services import EXTENSION, Services
from tests.factories import docx, p
from tests.library_folders import NOTICE, put
from tests.office import PdfMaker
from tests.web.forms import members, task

RED = docx(p('<w:r><w:rPr><w:color w:val="FF0000"/></w:rPr><w:t>【=甲方】</w:t></w:r>'))


def services_of(client: FlaskClient) -> Services:
    found: Services = client.application.extensions[EXTENSION]
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lib = tmp_path / "lib"
    put(lib, "采购合同", RED)
    put(lib, "notice", NOTICE)
    put(lib, "old", toml=f'approved_sha256 = "{"0" * 64}"')
    return lib


@pytest.fixture
def client(make_app: Callable[..., Flask], folder: Path, pdf_maker: PdfMaker) -> FlaskClient:
    """The client of a server with a library and LibreOffice."""
    app = make_app(mp_start="spawn", templates_dir=folder)
    app.extensions[EXTENSION].pdf_renderers.find_by(lambda: pdf_maker.found)
    return app.test_client()


@pytest.fixture
def made(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> list[Job]:
    """The jobs that renderers did."""
    jobs: list[Job] = []
    renderers = services_of(client).pdf_renderers
    run = renderers.run

    def noted(job: Job, *rest: Any) -> Any:
        jobs.append(job)
        return run(job, *rest)

    monkeypatch.setattr(renderers, "run", noted)
    return jobs


def test_it_is_the_first_page_as_it_is(client: FlaskClient, work_folder: Path) -> None:
    answer = client.get("/v1/templates/采购合同/page.png")
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert answer.data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height, _, colour_type = struct.unpack_from(">2L2B", answer.data, 16)
    assert (width, colour_type) == (800, 2)
    assert height > width
    left = [path.name for path in work_folder.iterdir() if path.is_dir()]
    assert all(name.endswith(".library") for name in left)


def test_it_is_made_once_for_all_workers(client: FlaskClient, made: list[Job]) -> None:
    first = client.get("/v1/templates/notice/page.png")
    again = client.get("/v1/templates/notice/page.png")
    assert first.data == again.data
    assert len(made) == 1
    library = services_of(client).library
    (notice,) = (each for each in library.templates if each.name == "notice")
    assert library.picture(notice) == first.data


def test_a_client_that_has_it_gets_no_bytes(client: FlaskClient, made: list[Job]) -> None:
    tag = client.get("/v1/templates/notice/page.png").headers["ETag"]
    again = client.get("/v1/templates/notice/page.png", headers={"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    other = client.get("/v1/templates/采购合同/page.png", headers={"If-None-Match": tag})
    assert other.status_code == 200
    assert len(made) == 2


def test_pictures_beyond_the_limit_are_answered_and_not_kept(
    client: FlaskClient, made: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    size = len(client.get("/v1/templates/notice/page.png").data)
    monkeypatch.setattr(library_module, "MOST_PICTURE_BYTES", size + 1)
    for _ in range(2):
        assert client.get("/v1/templates/采购合同/page.png").status_code == 200
    assert len(made) == 3
    assert client.get("/v1/templates/notice/page.png").status_code == 200
    assert len(made) == 3


def test_a_full_volume_keeps_nothing_and_loses_nothing(
    client: FlaskClient, made: list[Job], work_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    for _ in range(2):
        assert client.get("/v1/templates/notice/page.png").status_code == 200
    assert len(made) == 2
    monkeypatch.undo()
    (copy,) = work_folder.glob("*.library")
    assert {path.suffix for path in copy.rglob("*") if path.is_file()} <= {".docx", ".json"}


def test_unknown_and_stopped_templates_are_told_as_everywhere(client: FlaskClient) -> None:
    unknown = client.get("/v1/templates/nobody/page.png")
    assert (unknown.status_code, unknown.get_json()["error_code"]) == (400, "INVALID_ARGUMENT")
    climbing = client.get("/v1/templates/..%2Fnotice/page.png")
    assert (climbing.status_code, climbing.get_json()["error_code"]) == (400, "INVALID_ARGUMENT")
    stopped = client.get("/v1/templates/old/page.png")
    assert (stopped.status_code, stopped.get_json()["error_code"]) == (503, "TEMPLATE_STOPPED")


def test_it_takes_a_slot_for_pdfs_unless_it_is_there(client: FlaskClient) -> None:
    with services_of(client).pdf_slots.take():
        assert client.get("/v1/templates/notice/page.png").status_code == 429
    assert client.get("/v1/templates/notice/page.png").status_code == 200
    with services_of(client).pdf_slots.take():
        assert client.get("/v1/templates/notice/page.png").status_code == 200


def test_without_libreoffice_there_is_no_such_address(make_app: Callable[..., Flask], folder: Path) -> None:
    app = make_app(templates_dir=folder)
    app.extensions[EXTENSION].pdf_renderers.find_by(lambda: FoundOffice(PdfSupport(False, None, "none")))
    answer = app.test_client().get("/v1/templates/notice/page.png")
    assert (answer.status_code, answer.get_json()["error_code"]) == (404, "NOT_FOUND")


def test_a_preview_may_name_a_template(client: FlaskClient) -> None:
    data = {
        "template_name": "采购合同",
        "task": (_json({"payload": {"甲方": "青岚市"}}), "task.json"),
        "width": "100",
    }
    answer = client.post("/v1/preview", data=data, content_type="multipart/form-data")
    assert answer.status_code == 200
    assert answer.get_json()["images"][0]["width"] == 100


def _json(value: object) -> Any:
    return io.BytesIO(json.dumps(value).encode())


def test_a_library_that_wants_pdfs_has_its_way_unless_the_form_says_otherwise(
    make_app: Callable[..., Flask], tmp_path: Path, pdf_maker: PdfMaker
) -> None:
    put(tmp_path / "pdfs", "t", NOTICE, '[options]\noutput = "pdf"\npdf_version = "a2b"\n')
    app = make_app(mp_start="spawn", templates_dir=tmp_path / "pdfs")
    app.extensions[EXTENSION].pdf_renderers.find_by(lambda: pdf_maker.found)
    client = app.test_client()

    def job(path: str = "/v1/run", **fields: str) -> TestResponse:
        sent = {"task": (io.BytesIO(task()), "task.json"), "template_name": "t", **fields}
        return client.post(path, data=sent)

    # A PDF that is the answer is made whatever pdf says, as it is when the form asks for both.
    for fields in ({}, {"pdf": "false"}):
        answer = job(**fields)
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        assert b"pdfaid:part" in answer.data
    assert "out.pdf" not in members(job(output="zip").data)
    assert "out.pdf" in members(job(output="zip", pdf="true").data)
    assert job("/v1/preview", width="40").status_code == 200
