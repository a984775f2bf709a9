"""PDFs over HTTP: where there are none, how they are asked for, and what comes back."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from docops_flask.jobs.pdf_support import FoundOffice, PdfSupport
from docops_flask.web.services import EXTENSION, Services
from tests.conftest import ROOT
from tests.office import PdfMaker
from tests.web.forms import form

NONE = FoundOffice(PdfSupport(False, None, "LibreOffice was not found."))
NOTICE = ROOT / "samples" / "meeting_notice.docx"


def services_of(app: Flask) -> Services:
    found: Services = app.extensions[EXTENSION]
    return found


@pytest.fixture
def app_without(make_app: Callable[..., Flask]) -> Flask:
    """An app on a machine without LibreOffice."""
    app = make_app()
    services_of(app).pdf_renderers.find_by(lambda: NONE)
    return app


@pytest.fixture
def app_with(make_app: Callable[..., Flask], pdf_maker: PdfMaker) -> Flask:
    """An app that has found LibreOffice."""
    app = make_app(mp_start="spawn")
    services_of(app).pdf_renderers.find_by(lambda: pdf_maker.found)
    return app


def notice(**fields: str) -> dict[str, Any]:
    return form(NOTICE.read_bytes(), NOTICE.with_suffix(".task.json").read_bytes(), **fields)


@pytest.mark.parametrize("path", ["/v1/run", "/v1/precheck"])
def test_without_libreoffice_a_pdf_is_refused_before_anything_is_done(app_without: Flask, path: str) -> None:
    answer = app_without.test_client().post(path, data=notice(pdf="true"))
    assert (answer.status_code, answer.get_json()["error_code"]) == (400, "INVALID_ARGUMENT")
    detail = answer.get_json()["detail"]
    assert (detail["field"], detail["allowed"]) == ("pdf", ["false"])
    assert "LibreOffice was not found." in answer.get_json()["message"]


def test_without_libreoffice_all_else_works_and_says_so(app_without: Flask) -> None:
    client = app_without.test_client()
    assert client.post("/v1/run", data=notice(pdf="false", pdf_version="a2b")).status_code == 200
    assert client.get("/v1/meta").get_json()["supports_pdf"] is False
    told = {"available": False, "version": None, "reason": "LibreOffice was not found."}
    assert client.get("/readyz").get_json()["pdf"] == told


def test_until_libreoffice_is_known_probes_are_answered_at_once(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    waited: list[float] = []

    def is_known(seconds: float) -> bool:
        waited.append(seconds)
        return len(waited) > 3

    services_of(app).pdf_renderers.find_by(lambda: NONE, is_known)
    client = app.test_client()
    # A job and meta need to know: they wait, but hold no thread for long.
    for answer in (
        client.get("/readyz"), client.get("/v1/meta"), client.post("/v1/run", data=notice(pdf="true")),
    ):  # fmt: skip
        assert (answer.status_code, answer.get_json()["error_code"]) == (503, "NOT_READY")
        assert "LibreOffice" in answer.get_json()["message"]
        assert int(answer.headers["Retry-After"]) >= 1
    assert waited[0] == 0
    assert 0 < max(waited) <= 5
    assert client.post("/v1/run", data=notice()).status_code == 200
    assert client.get("/readyz").get_json()["pdf"]["available"] is False


def test_an_unknown_version_is_refused_with_those_known(app_without: Flask) -> None:
    answer = app_without.test_client().post("/v1/run", data=notice(pdf_version="1.7"))
    assert answer.status_code == 400
    assert answer.get_json()["detail"]["allowed"] == ["1.6", "a2b"]


def test_a_run_with_a_pdf_has_it_and_its_report(app_with: Flask, work_folder: Path) -> None:
    client = app_with.test_client()
    answer = client.post("/v1/run", data=notice(pdf="TRUE", pdf_version="A2B"))
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        names = archive.namelist()
        pdf, report = archive.read("out.pdf"), json.loads(archive.read("out.pdf_report.json"))
    assert names[-3:] == ["out.pdf", "out.pdf_report.json", "api_result.json"]
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert list(report) == ["pages", "fonts", "substituted", "office_version", "characters"]
    assert report["pages"] == 1
    assert [path.name for path in work_folder.iterdir() if path.is_dir()] == []


def test_meta_and_readiness_tell_of_libreoffice(app_with: Flask, pdf_maker: PdfMaker) -> None:
    client = app_with.test_client()
    assert client.get("/v1/meta").get_json()["supports_pdf"] is True
    version = pdf_maker.found.support.version
    assert client.get("/readyz").get_json()["pdf"] == {"available": True, "version": version, "reason": None}


def test_a_run_without_a_pdf_does_not_ask_for_libreoffice(make_app: Callable[..., Flask]) -> None:
    app = make_app()

    def asked() -> FoundOffice:
        raise AssertionError("asked for LibreOffice")

    services_of(app).pdf_renderers.find_by(asked)
    assert app.test_client().post("/v1/run", data=notice()).status_code == 200


@contextmanager
def all_taken(app: Flask, name: str) -> Iterator[None]:
    with getattr(services_of(app), name).take():
        yield


def test_pdfs_have_slots_of_their_own(make_app: Callable[..., Flask], pdf_maker: PdfMaker) -> None:
    app = make_app(max_concurrency=1)
    services_of(app).pdf_renderers.find_by(lambda: pdf_maker.found)
    client = app.test_client()
    with all_taken(app, "pdf_slots"):
        answer = client.post("/v1/run", data=notice(pdf="true"))
        assert (answer.status_code, answer.get_json()["detail"]["max_concurrency"]) == (429, 1)
        assert "DOCOPS_PDF_CONCURRENCY" in answer.get_json()["message"]
        assert client.post("/v1/run", data=notice()).status_code == 200
    with all_taken(app, "slots"):
        assert client.post("/v1/run", data=notice()).status_code == 429
        assert client.post("/v1/run", data=notice(pdf="true")).status_code == 200


def test_a_check_is_made_once_and_found_by_the_app_itself(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without gunicorn's master the app looks when it is first asked."""
    from docops_flask.jobs import office_check

    calls: list[object] = []

    def find(*arguments: object) -> FoundOffice:
        calls.append(arguments)
        return NONE

    monkeypatch.setattr(office_check, "find_office", find)
    app = make_app(pdf="auto")
    assert calls == []
    client = app.test_client()
    for _ in range(2):
        assert client.get("/readyz").get_json()["pdf"]["available"] is False
    assert len(calls) == 1
