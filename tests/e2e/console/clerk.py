"""A clerk at the console: what is pressed is counted, what is typed, pasted or given as a picture is not."""

import io
from typing import Any

from docx import Document
from docx.document import Document as OpenedDocument
from docx.table import Table
from docx.text.paragraph import Paragraph
from playwright.sync_api import Locator, expect

from tests.e2e.console.console_page import ConsolePage, content_of

_PASTE = """(input, [text, html]) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  if (html) clipboardData.setData("text/html", html);
  input.focus();
  const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
  input.dispatchEvent(event);
}"""
CONTROL = "textarea, input:not([type=checkbox]), select"


class Clerk:
    """Uses a console; ``actions`` counts what was pressed or chosen."""

    def __init__(self, console: ConsolePage) -> None:
        self.console = console
        self.actions = 0

    def __getitem__(self, selector: str) -> Locator:
        return self.console[selector]

    def choose(self, template: bytes, name: str) -> None:
        """Choose the template and wait for its form."""
        self.actions += 1
        self.console.choose(template, name)
        expect(self["#task-form"]).to_be_visible()
        expect(self["#ready"]).to_be_visible()

    def field(self, key: str) -> Locator:
        """The first control of a field."""
        return self[f'#task-form > [data-key="{key}"]'].locator(CONTROL).first

    def cell(self, key: str, row: int, column: str) -> Locator:
        """A control in a row of a table."""
        rows = self[
            f'#task-form > [data-key="{key}"] tbody > tr, #task-form > [data-key="{key}"] .cards > .card'
        ]
        return rows.nth(row).locator(f'[data-column="{column}"]').locator(CONTROL).first

    def type(self, key: str, value: str) -> None:
        """Type a value, or choose it where it is a list of few."""
        put(self.field(key), value)

    def paste(self, where: Locator, text: str, html: str = "") -> None:
        """Paste what a spreadsheet has copied."""
        where.evaluate(_PASTE, [text, html])

    def give_picture(self, key: str, content: bytes, name: str = "picture.png") -> None:
        """Choose a picture as the value of a field."""
        file: Any = {"name": name, "mimeType": "image/png", "buffer": content}
        self[f'[data-key="{key}"] input[type=file]'].set_input_files(file)
        expect(self[f'[data-key="{key}"] img']).to_be_visible()

    def make(self) -> str:
        """Make the document and return the verdict."""
        self.actions += 1
        self["#run"].click()
        expect(self["#verdict"]).to_be_visible()
        expect(self["#run"]).to_be_enabled()
        return self["#verdict"].inner_text()

    def download(self) -> tuple[str, bytes]:
        """Download the Word document."""
        self.actions += 1
        with self.console.page.expect_download() as caught:
            self["#download-document"].click()
        return content_of(caught.value)


def put(control: Locator, value: str) -> None:
    """Give a control its value."""
    if control.evaluate("element => element.tagName") == "SELECT":
        control.select_option(value)
    else:
        control.fill(value)


def lines_of(document: bytes) -> list[str]:
    """The paragraphs of a document, and the rows of its tables with | between the cells."""
    opened: OpenedDocument = Document(io.BytesIO(document))
    lines: list[str] = []
    for each in opened.iter_inner_content():
        if isinstance(each, Table):
            lines += ["|".join(cell.text for cell in row.cells) for row in each.rows]
        elif isinstance(each, Paragraph):
            lines.append(each.text)
    return lines
