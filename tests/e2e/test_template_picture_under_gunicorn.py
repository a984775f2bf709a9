"""``/v1/templates/{name}/page.png`` under gunicorn: all workers have what one made, and all of it goes."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e.gunicorn_server import Answer, GunicornServer
from tests.library_folders import put

ADDRESS = "/v1/templates/notice/page.png"


@pytest.mark.usefixtures("pdf_maker")
def test_workers_share_pictures_and_leave_none(tmp_path: Path) -> None:
    folder = tmp_path / "lib"
    put(folder, "notice")
    server = GunicornServer(tmp_path / "server", pdf="require", templates_dir=folder, workers=2)
    try:

        def ask(_number: int) -> Answer:
            return server.ask("GET", ADDRESS)

        with ThreadPoolExecutor(6) as threads:
            first = ask(0)
            answers = [first, *threads.map(ask, range(12))]
        assert {answer.status for answer in answers} == {200}
        assert len({answer.body for answer in answers}) == 1
        (kept,) = server.work_folder.glob("*.library/*.png")
        assert kept.read_bytes() == answers[0].body
        tag = answers[0].headers["ETag"]
        assert server.ask("GET", ADDRESS, If_None_Match=tag).status == 304
    finally:
        assert server.stop() == 0
    assert list(server.work_folder.rglob("*.png")) == []
