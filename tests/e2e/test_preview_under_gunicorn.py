"""``/v1/preview`` through a real gunicorn with LibreOffice: the same each time, and nothing left behind."""

import base64
import json
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT
from tests.e2e.gunicorn_server import FORM_TYPE, GunicornServer, eventually, form_body
from tests.factories import docx, p
from tests.office import PdfMaker

SAMPLE = ROOT / "samples" / "purchase_contract.docx"
LONG = docx("".join(p(f"{number} 【MEETING_TITLE】 " + "words " * 200) for number in range(600)))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, pdf_maker: PdfMaker) -> Iterator[GunicornServer]:
    """A server that demands LibreOffice."""
    shared = GunicornServer(tmp_path_factory.mktemp("shared"), pdf="require", request_timeout_seconds=60)
    yield shared
    shared.stop()


def preview(server: GunicornServer, **fields: str) -> bytes:
    body = form_body(SAMPLE.read_bytes(), SAMPLE.with_suffix(".task.json").read_bytes(), **fields)
    answer = server.ask("POST", "/v1/preview", body, Content_Type=FORM_TYPE)
    assert answer.status == 200
    assert int(answer.headers["Content-Length"]) == len(answer.body)
    return answer.body


def test_the_same_job_gives_the_same_pictures(server: GunicornServer) -> None:
    first, second = (
        json.loads(preview(server, width="1600", pages="1-2", preset="strict")) for _ in range(2)
    )
    for each in (first, second):
        del each["request_id"]
    assert first == second
    assert [image["page"] for image in first["images"]] == [1, 2]
    # The page with the red seal has colours, the other has none (ISO/IEC 15948, 11.2.2: the colour type).
    assert [base64.b64decode(image["png"])[25] for image in first["images"]] == [0, 2]
    assert first["findings"]


def test_nothing_is_left_behind_by_previews_and_refused_ones(server: GunicornServer) -> None:
    preview(server)
    body = form_body(SAMPLE.read_bytes(), SAMPLE.with_suffix(".task.json").read_bytes(), pages="9")
    refused = server.ask("POST", "/v1/preview", body, Content_Type=FORM_TYPE)
    assert refused.told == (400, "INVALID_ARGUMENT")
    assert refused.json["detail"]["allowed"] == ["1-2"]
    # The folder with LibreOffice's profile stays as long as the server.
    eventually(lambda: [name for name in server.leftovers() if not name.endswith(".office")] == [] or None)
    assert server.renderers() == []


def test_a_client_that_leaves_ends_the_renderer(server: GunicornServer) -> None:
    connection = server.connect()
    connection.request("POST", "/v1/preview", form_body(LONG), {"Content-Type": FORM_TYPE})
    eventually(server.renderers)
    connection.close()
    eventually(lambda: server.renderers() == [] or None)
    eventually(lambda: [line["status_code"] for line in server.log][-1:] == [499])
    preview(server)
