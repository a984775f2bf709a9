"""PDFs from a real gunicorn: LibreOffice is found once for all workers, and nothing is left behind."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.conftest import ROOT
from tests.e2e.gunicorn_server import GunicornServer, eventually
from tests.factories import docx, p
from tests.office import PdfMaker

NOTICE = ROOT / "samples" / "meeting_notice.docx"
FORM: dict[str, Any] = {
    "template": NOTICE.read_bytes(),
    "task_json": NOTICE.with_suffix(".task.json").read_bytes(),
}
LONG_TEMPLATE = docx(
    "".join(p(f"第{number}页 【MEETING_TITLE】", properties="<w:pageBreakBefore/>") for number in range(400))
)


@pytest.fixture(scope="module")
def pdf_server(pdf_maker: PdfMaker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GunicornServer]:
    """A server with two workers that makes PDFs in a complete cell, with little memory for other jobs."""
    server = GunicornServer(
        tmp_path_factory.mktemp("pdf"),
        pdf="require",
        workers=2,
        standby=1,
        sandbox="require",
        renderer_memory_bytes=256 * 1024 * 1024,
    )
    # The renderers that try LibreOffice and each worker's cell at the start are none of a job.
    eventually(lambda: server.ask("GET", "/readyz").status == 200)
    eventually(lambda: len(server.sandbox_log) == 2)
    yield server
    assert server.stop() == 0
    assert server.leftovers() == []


def test_every_job_has_its_pdf(pdf_server: GunicornServer) -> None:
    answers = [pdf_server.job_later(pdf="true", **FORM) for _ in range(3)]
    statuses = sorted(answer.result().status for answer in answers)
    # One slot for PDFs in each of two workers; the kernel chooses the worker.
    assert statuses[0] == 200
    assert set(statuses) <= {200, 429}
    made = [answer.result().body for answer in answers if answer.result().status == 200]
    with zipfile.ZipFile(io.BytesIO(made[0])) as archive:
        report = json.loads(archive.read("out.pdf_report.json"))
        assert archive.read("out.pdf").startswith(b"%PDF-1.6")
    assert report["characters"]["wanted"] == report["characters"]["found"]


def test_a_job_without_a_pdf_is_as_before(pdf_server: GunicornServer) -> None:
    answer = pdf_server.job(**FORM)
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        assert not [name for name in archive.namelist() if "pdf" in name]


def test_one_line_of_the_log_and_readiness_tell_of_libreoffice(
    pdf_server: GunicornServer, pdf_maker: PdfMaker
) -> None:
    told = {"available": True, "version": pdf_maker.found.support.version, "reason": None}
    assert pdf_server.ask("GET", "/readyz").json["pdf"] == told
    (line,) = eventually(lambda: pdf_server.pdf_log)
    assert {name: line[name] for name in told} == told


def test_a_renderer_of_a_pdf_that_is_killed_leaves_nothing(pdf_server: GunicornServer) -> None:
    before = set(pdf_server.leftovers())
    # Pages enough that its renderer is caught at work.
    answer = pdf_server.job_later(pdf="true", template=LONG_TEMPLATE)

    def with_libreoffice() -> list[psutil.Process]:
        return [each for each in pdf_server.renderers() if _maps_libreoffice(each.pid)]

    (renderer,) = eventually(with_libreoffice)
    renderer.kill()
    assert answer.result().told == (500, "RENDERER_CRASHED")
    assert eventually(lambda: set(pdf_server.leftovers()) <= before)


def _maps_libreoffice(pid: int) -> bool:
    try:
        return "libmergedlo.so" in Path(f"/proc/{pid}/maps").read_text()
    except OSError:
        return False


def test_where_pdfs_are_required_a_server_without_libreoffice_does_not_start(
    start_server: Callable[..., GunicornServer], tmp_path: Path
) -> None:
    server = start_server(pdf="require", office_dir=tmp_path)
    assert server.process.wait(60) != 0
    assert (
        f"DOCOPS_PDF: require, but no PDFs can be made: LibreOffice was not found in {tmp_path}."
        in server.errors
    )


def test_where_they_are_not_it_works_without_and_says_so(
    start_server: Callable[..., GunicornServer], tmp_path: Path
) -> None:
    server = start_server(pdf="auto", office_dir=tmp_path)
    told = server.ask("GET", "/readyz").json["pdf"]
    assert (told["available"], told["version"]) == (False, None)
    assert "LibreOffice was not found" in told["reason"]
    assert server.job(pdf="true", **FORM).told == (400, "INVALID_ARGUMENT")
    assert server.job(**FORM).status == 200
