"""A server as an office has it, with LibreOffice, a library and batches; what a clerk does on its page."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.console.conftest import OpenConsole
from tests.e2e.console.console_page import ConsolePage
from tests.e2e.gunicorn_server import GunicornServer
from tests.factories import docx, p, r
from tests.library_folders import put
from tests.office import PdfMaker

# More rows than this are made as a batch.
MERGE_MAX_ROWS = 6
LETTER = docx(
    p("聘书")
    + p("兹聘请【=姓名】同志为【=职务】，聘期自【聘期|日期】起。")
    + p(r("津贴：【津贴|#,##0.00】元", '<w:sz w:val="44"/>'))
    + "".join(p(f"第{number}条　双方应当遵守本单位的各项规定。") for number in range(60))
    + p(r("特此聘任", '<w:sz w:val="44"/>'))
)
# A house style that the letter does not have, so that there are findings.
LETTER_TOML = """
name = "聘书-【姓名】"

[title]
en = "Letter of appointment"
zh = "聘书"

[description]
en = "For specialists from outside."
zh = "用于聘请外部专家。"

[options]
format_baseline = "policy"
"""


@pytest.fixture(scope="session")
def office_server(tmp_path_factory: pytest.TempPathFactory, pdf_maker: PdfMaker) -> Iterator[GunicornServer]:
    """A server with everything; ``pdf_maker`` skips the test where there is no LibreOffice."""
    folder = tmp_path_factory.mktemp("office")
    put(folder / "library", "letter", LETTER, LETTER_TOML)
    put(folder / "library", "contract")
    (folder / "batches").mkdir()
    server = GunicornServer(
        folder,
        enable_web_console=1,
        pdf="require",
        templates_dir=folder / "library",
        batch_dir=folder / "batches",
        merge_max_rows=MERGE_MAX_ROWS,
        pdf_concurrency=2,
    )
    yield server
    server.stop()


@pytest.fixture
def open_clerk(open_console: OpenConsole) -> Callable[..., ConsolePage]:
    """Open consoles without what is for developers."""

    def open_one(server: GunicornServer, **options: object) -> ConsolePage:
        console = open_console(server, developer=False, **options)
        # Pictures of templates are made one at a time, and pages of a document wait for them.
        expect(console["#gallery img"]).to_have_count(2)
        return console

    return open_one


def choose(console: ConsolePage, template: bytes | Path, name: str) -> None:
    """Choose a file as the template and wait for its form."""
    console.choose(template, name)
    expect(console["#run"]).to_be_visible()


def fill(console: ConsolePage, values: dict[str, str]) -> None:
    """Type values into the form."""
    for key, value in values.items():
        console[f'#task-form > [data-key="{key}"]'].locator("input, textarea").first.fill(value)


def drop(console: ConsolePage, name: str, content: bytes) -> None:
    """Drop a file on the page."""
    console.page.evaluate(
        """([name, bytes]) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([new Uint8Array(bytes)], name));
          const about = { dataTransfer, bubbles: true, cancelable: true };
          document.body.dispatchEvent(new DragEvent("drop", about));
        }""",
        [name, list(content)],
    )
