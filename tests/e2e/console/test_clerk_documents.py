"""A clerk gives a Word document that is put into the one that is made."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from docx import Document
from playwright.sync_api import expect

from tests.e2e.console.clerk import Clerk
from tests.e2e.console.conftest import OpenConsole
from tests.e2e.console.page_checks import check_state
from tests.e2e.gunicorn_server import GunicornServer
from tests.factories import docx, p

TEMPLATE = docx(p("致【=甲方】") + p("【+附件】"))
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GunicornServer]:
    """A server with the console."""
    server = GunicornServer(tmp_path_factory.mktemp("office"), enable_web_console=1)
    yield server
    server.stop()


def test_a_document_is_chosen_and_put_in(open_console: OpenConsole, office: GunicornServer) -> None:
    clerk = Clerk(open_console(office, developer=False, locale="zh-CN"))
    clerk.choose(TEMPLATE, "函.docx")
    clerk.type("甲方", "某局")
    chosen = clerk['[data-key="附件"] input[type=file]']
    wrong: Any = {"name": "a.txt", "mimeType": "text/plain", "buffer": b"x"}
    chosen.set_input_files(wrong)
    expect(clerk['[data-key="附件"] .picture-input .field-errors']).to_contain_text("不是可以插入的文档")
    right: Any = {"name": "清单.docx", "mimeType": _TYPE, "buffer": docx(p("一") + p("二"))}
    chosen.set_input_files(right)
    expect(clerk['[data-key="附件"] .picture-shown']).to_contain_text("清单.docx")
    check_state(clerk.console, "a document")
    clerk.make()
    _, content = clerk.download()
    assert [each.text for each in Document(io.BytesIO(content)).paragraphs] == ["致某局", "一", "二"]
