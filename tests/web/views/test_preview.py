"""``POST /v1/preview``: pages as pictures, where findings stand, and what is refused."""

import base64
import hashlib
import json
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from docops_flask.engine.errors import ExitCode
from docops_flask.engine.preview_result import Font, Image, PlacedFinding, Preview, picture_file
from docops_flask.engine.run_result import Counts
from docops_flask.jobs.errors import RendererCrashed
from docops_flask.jobs.pdf_support import FoundOffice, PdfSupport
from docops_flask.jobs.workspace import Workspace, Workspaces
from docops_flask.web.conditional import content_digest
from docops_flask.web.services import EXTENSION, Services
from docops_flask.web.views.preview import PreviewBody, preview_body
from tests.conftest import ROOT
from tests.factories import docx, p
from tests.office import PdfMaker
from tests.pictures import png
from tests.web.forms import form, members, task

NOTICE = ROOT / "samples" / "meeting_notice.docx"
NONE = FoundOffice(PdfSupport(False, None, "LibreOffice was not found."))
PAGES = docx("".join(p(f"【MEETING_TITLE】 {n}", properties="<w:pageBreakBefore/>") for n in range(1, 13)))


def services_of(app: Flask) -> Services:
    found: Services = app.extensions[EXTENSION]
    return found


@pytest.fixture
def client_with(make_app: Callable[..., Flask], pdf_maker: PdfMaker) -> FlaskClient:
    """The client of an app that has found LibreOffice."""
    app = make_app(mp_start="spawn")
    services_of(app).pdf_renderers.find_by(lambda: pdf_maker.found)
    return app.test_client()


def preview(client: FlaskClient, template: bytes | None = None, **fields: str) -> TestResponse:
    if template is None:
        data = form(NOTICE.read_bytes(), NOTICE.with_suffix(".task.json").read_bytes(), **fields)
    else:
        data = form(template, task(), **fields)
    return client.post("/v1/preview", data=data)


def size_of(image: dict[str, Any]) -> tuple[int, int]:
    """Width and height that the header of a PNG states (ISO/IEC 15948, 11.2.2)."""
    content = base64.b64decode(image["png"], validate=True)
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack_from(">2L", content, 16)
    return width, height


def test_a_preview_has_pictures_fonts_and_places(client_with: FlaskClient, work_folder: Path) -> None:
    answer = preview(client_with, preset="strict", width="400")
    body = answer.get_json()
    assert answer.status_code == 200
    assert list(body) == [
        "pages", "fonts", "substituted", "images", "findings", "issue_count", "exit_code", "request_id",
    ]  # fmt: skip
    assert body["pages"] == 1
    (image,) = body["images"]
    assert (image["page"], image["width"]) == (1, 400)
    assert size_of(image) == (image["width"], image["height"])
    assert {font["requested"] for font in body["fonts"]} >= set(body["substituted"])
    assert body["request_id"] == answer.headers["X-Docops-Request-Id"]
    assert [path.name for path in work_folder.iterdir() if path.is_dir()] == []


def test_the_pictures_are_never_in_memory_as_a_whole(
    client_with: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[object] = []
    get_data = Response.get_data

    def noted(response: Response, *arguments: Any) -> Any:
        taken.append(response.response)
        return get_data(response, *arguments)

    monkeypatch.setattr(Response, "get_data", noted)
    answer = preview(client_with, width="40")
    digest = content_digest(hashlib.sha256(answer.data).digest())
    assert answer.headers["Content-Digest"] == digest
    assert not [each for each in taken if isinstance(each, PreviewBody)]


def test_findings_are_those_of_the_format_report(client_with: FlaskClient) -> None:
    answer = preview(client_with, preset="strict")
    body = answer.get_json()
    data = form(NOTICE.read_bytes(), NOTICE.with_suffix(".task.json").read_bytes(), preset="strict")
    run = client_with.post("/v1/run", data=data)
    report = json.loads(members(run.data)["out.format_report.json"])
    assert body["issue_count"] == len(report["issues"])
    assert body["findings"]
    for finding in body["findings"]:
        issue = report["issues"][finding["issue"]]
        for name in ("code", "severity", "message", "paragraph_path", "run_id", "fixed"):
            assert finding[name] == issue[name]
        left, top, right, bottom = finding["box"]
        (image,) = (image for image in body["images"] if image["page"] == finding["page"])
        assert 0 <= left < right <= image["width"]
        assert 0 <= top < bottom <= image["height"]
    for header in ("X-Docops-Exit-Code", "X-Docops-Left", "X-Docops-Missing", "X-Docops-Format"):
        assert answer.headers[header] == run.headers[header]


@pytest.mark.parametrize(
    ("pages", "drawn"), [("", list(range(1, 11))), ("2-3", [2, 3]), ("12", [12]), ("11-20", [11, 12])]
)
def test_the_pages_asked_for_are_drawn_as_far_as_there_are_any(
    client_with: FlaskClient, pages: str, drawn: list[int]
) -> None:
    body = preview(client_with, PAGES, width="32", pages=pages).get_json()
    assert body["pages"] == 12
    assert [image["page"] for image in body["images"]] == drawn


def test_pages_behind_the_last_one_are_refused(client_with: FlaskClient) -> None:
    answer = preview(client_with, PAGES, pages="13-14")
    assert (answer.status_code, answer.get_json()["error_code"]) == (400, "INVALID_ARGUMENT")
    detail = answer.get_json()["detail"]
    assert (detail["field"], detail["allowed"]) == ("pages", ["1-12"])


def test_missing_values_are_shown_with_their_exit_code(client_with: FlaskClient) -> None:
    answer = preview(client_with, docx(p("【MEETING_TITLE】【MEETING_DATE】")))
    assert answer.status_code == 200
    assert answer.get_json()["exit_code"] == 2
    assert (answer.headers["X-Docops-Left"], answer.headers["X-Docops-Missing"]) == ("1", "1")


@pytest.mark.parametrize(
    ("field", "value"),
    [("pages", "0"), ("pages", "1-11"), ("pages", "all"), ("width", "1601"), ("width", "x")],
)
def test_too_many_pages_or_pixels_are_refused_before_anything_is_done(
    client: FlaskClient, field: str, value: str
) -> None:
    answer = preview(client, None, **{field: value})
    assert (answer.status_code, answer.get_json()["error_code"]) == (400, "INVALID_ARGUMENT")
    assert answer.get_json()["detail"]["field"] == field


def test_an_empty_field_counts_as_not_sent(client_with: FlaskClient) -> None:
    body = preview(client_with, pages="", width=" ").get_json()
    assert [(image["page"], image["width"]) for image in body["images"]] == [(1, 800)]


@pytest.mark.parametrize("output", ["zip", "docx", "pdf"])
def test_what_a_run_would_answer_changes_no_preview(client_with: FlaskClient, output: str) -> None:
    told = preview(client_with, width="40", output=output, name="notice")
    assert told.status_code == 200
    assert [image["page"] for image in told.get_json()["images"]] == [1]


def test_without_libreoffice_a_preview_is_refused(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    services_of(app).pdf_renderers.find_by(lambda: NONE)
    answer = preview(app.test_client(), pdf="false")
    assert (answer.status_code, answer.get_json()["error_code"]) == (400, "INVALID_ARGUMENT")
    detail = answer.get_json()["detail"]
    assert (detail["field"], detail["allowed"]) == ("pdf", ["false"])
    assert "no previews" in answer.get_json()["message"]
    assert "LibreOffice was not found." in answer.get_json()["message"]


def test_pages_and_width_are_no_fields_of_a_run(client: FlaskClient) -> None:
    answer = client.post("/v1/run", data=form(pages="1"))
    assert answer.status_code == 400
    assert answer.get_json()["detail"]["field"] == "pages"


def test_previews_take_the_slots_of_pdfs(client_with: FlaskClient) -> None:
    with services_of(client_with.application).pdf_slots.take():
        answer = preview(client_with)
    assert answer.status_code == 429
    assert "DOCOPS_PDF_CONCURRENCY" in answer.get_json()["message"]


# What a renderer tells and leaves, read as of an untrusted process.

PNG = png(2, 3)
FINDING = PlacedFinding("CODE", 1, (0, 0, 1, 1), 0, "error", "wrong", "p0", None, False)
TOLD = Preview(
    ExitCode.OK,
    Counts(0, 0, "passed"),
    1,
    (Font("仿宋", False, None),),
    ("仿宋",),
    (Image(1, 2, 3),),
    (FINDING,),
    1,
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspaces(tmp_path).create()


def test_the_body_is_the_json_with_the_pictures_in_it(workspace: Workspace) -> None:
    larger = PNG + b"\0" * 100_001
    two = TOLD._replace(images=(Image(4, 2, 3), Image(5, 2, 3)), pages=7)
    workspace.file(picture_file(4)).write_bytes(PNG)
    workspace.file(picture_file(5)).write_bytes(larger)
    body = preview_body(workspace, two, "ab", 1_000_000)
    assert not workspace.path.exists()
    written = b"".join(body)
    body.close()
    assert len(written) == body.size
    assert body.digest == content_digest(hashlib.sha256(written).digest())
    read = json.loads(written)
    assert [base64.b64decode(image["png"]) for image in read["images"]] == [PNG, larger]
    assert (read["pages"], read["request_id"], read["findings"][0]["box"]) == (7, "ab", [0, 0, 1, 1])


@pytest.mark.parametrize(
    "lie",
    [
        TOLD._replace(images=()),
        TOLD._replace(images=(Image(1, 2, 3), Image(1, 2, 3))),
        TOLD._replace(images=(Image(2, 2, 3), Image(1, 2, 3))),
        TOLD._replace(images=tuple(Image(number, 2, 3) for number in range(1, 12))),
        TOLD._replace(images=(Image(1, 3, 3),)),
        TOLD._replace(images=(Image(1, 1601, 3),)),
        TOLD._replace(findings=(FINDING._replace(box=(1, 2, 3)),)),
    ],
)
def test_a_renderer_that_tells_of_other_pictures_counts_as_crashed(
    workspace: Workspace, lie: Preview
) -> None:
    workspace.file(picture_file(1)).write_bytes(PNG)
    with pytest.raises(RendererCrashed):
        preview_body(workspace, lie, "ab", 1_000_000)


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_bytes(b"GIF89a" + PNG), Path.mkdir])
def test_a_missing_or_other_file_counts_as_crashed(
    workspace: Workspace, spoil: Callable[[Path], None]
) -> None:
    path = workspace.file(picture_file(1))
    if spoil is not Path.mkdir:
        path.write_bytes(PNG)
    spoil(path)
    with pytest.raises(RendererCrashed):
        preview_body(workspace, TOLD, "ab", 1_000_000)


def test_a_link_to_a_file_of_others_is_not_followed(workspace: Workspace, tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(PNG)
    os.symlink(secret, workspace.file(picture_file(1)))
    with pytest.raises(RendererCrashed):
        preview_body(workspace, TOLD, "ab", 1_000_000)


def test_pictures_beyond_the_limit_count_as_crashed(workspace: Workspace) -> None:
    workspace.file(picture_file(1)).write_bytes(PNG)
    with pytest.raises(RendererCrashed):
        preview_body(workspace, TOLD, "ab", len(PNG) - 1)
